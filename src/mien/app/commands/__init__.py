"""The commands of mien: one table; what a command needs is imported when it is called."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any, TypeAlias

Run: TypeAlias = Callable[[Any], int]
"""Does what a request asks, says what came of it, returns the exit code."""


@dataclasses.dataclass(frozen=True)
class Command:
    """One command.

    words     what is written after `mien`
    summary   message key of what it is for, in one line
    load      gives its request class and the function that runs a request
    """

    words: tuple[str, ...]
    summary: str
    load: Callable[[], tuple[type, Run]]


def _demo() -> tuple[type, Run]:
    from mien.app.commands import demo

    return demo.DemoRequest, demo.run


def _head_render() -> tuple[type, Run]:
    from mien.app.commands import head

    return head.RenderRequest, head.render


def _head_sheet() -> tuple[type, Run]:
    from mien.app.commands import head

    return head.SheetRequest, head.sheet


def _head_schema() -> tuple[type, Run]:
    from mien.app.commands import head

    return head.SchemaRequest, head.schema


def _head_glb() -> tuple[type, Run]:
    from mien.app.commands import head

    return head.GlbRequest, head.glb


def _head_dataset() -> tuple[type, Run]:
    from mien.app.commands import head_dataset

    return head_dataset.DatasetRequest, head_dataset.dataset


def _head_npc() -> tuple[type, Run]:
    from mien.app.commands import head_dataset

    return head_dataset.NpcRequest, head_dataset.npc


def _face_analyse() -> tuple[type, Run]:
    from mien.app.commands import face

    return face.AnalyseRequest, face.analyse


def _face_track() -> tuple[type, Run]:
    from mien.app.commands import track

    return track.TrackRequest, track.track


def _face_train() -> tuple[type, Run]:
    from mien.app.commands import face_train

    return face_train.TrainRequest, face_train.train


def _face_export() -> tuple[type, Run]:
    from mien.app.commands import face_export

    return face_export.ExportRequest, face_export.export


def _data_check() -> tuple[type, Run]:
    from mien.app.commands import data

    return data.CheckRequest, data.check


def _data_faces(layout: str) -> tuple[type, Run]:
    from mien.app.commands import data

    return data.FacesRequest, functools.partial(data.faces, layout)


def _data_labelled(kind: str) -> tuple[type, Run]:
    from mien.app.commands import data

    return data.LabelledRequest, functools.partial(data.labelled, kind)


def _import_commands() -> tuple[Command, ...]:
    """`data import` of data sets by name, which is followed by the folder."""
    kinds: dict[str, Callable[[str], tuple[type, Run]]] = {
        **dict.fromkeys(("ckplus", "mmi", "frgc", "bosphorus", "clips"), _data_faces),
        **dict.fromkeys(("openface", "celeba", "photos"), _data_labelled),
    }
    return tuple(
        Command(
            ("data", "import", kind), f"command.data.import.{kind}", functools.partial(load, kind)
        )
        for kind, load in kinds.items()
    )


def _data_import() -> tuple[type, Run]:
    from mien.app.commands import data

    return data.ImportRequest, data.pack


def _bench() -> tuple[type, Run]:
    from mien.app.commands import bench

    return bench.BenchRequest, bench.run


def _data_pack() -> tuple[type, Run]:
    from mien.app.commands import data

    return data.PackRequest, data.shards


def _batch() -> tuple[type, Run]:
    from mien.app.commands import batch

    return batch.BatchRequest, batch.run


def _python() -> tuple[type, Run]:
    from mien.app.commands import python

    return python.PythonRequest, python.run


def _doctor() -> tuple[type, Run]:
    from mien.app.commands import doctor

    return doctor.DoctorRequest, doctor.run


def _inspect() -> tuple[type, Run]:
    from mien.app.commands import inspect

    return inspect.InspectRequest, inspect.run


def _replay() -> tuple[type, Run]:
    from mien.app.commands import replay

    return replay.ReplayRequest, replay.run


def _hub(action: str) -> tuple[type, Run]:
    from mien.app.commands import hub

    actions: dict[str, tuple[type, Run]] = {
        "save": (hub.SaveRequest, hub.save),
        "push": (hub.PushRequest, hub.push),
        "get": (hub.GetRequest, hub.get),
    }
    return actions[action]


def _studio() -> tuple[type, Run]:
    from mien.app.commands import studio

    return studio.StudioRequest, studio.run


@functools.cache
def all_commands() -> tuple[Command, ...]:
    """Every command, in the order of the help: the demo, the jobs' actions, the tools."""
    return (
        Command(("demo",), "command.demo", _demo),
        *_job_commands(),
        Command(("head", "render"), "command.head.render", _head_render),
        Command(("head", "sheet"), "command.head.sheet", _head_sheet),
        Command(("head", "schema"), "command.head.schema", _head_schema),
        Command(("head", "glb"), "command.head.glb", _head_glb),
        Command(("head", "dataset"), "command.head.dataset", _head_dataset),
        Command(("head", "npc"), "command.head.npc", _head_npc),
        Command(("face", "analyse"), "command.face.analyse", _face_analyse),
        Command(("face", "track"), "command.face.track", _face_track),
        Command(("face", "train"), "command.face.train", _face_train),
        Command(("face", "export"), "command.face.export", _face_export),
        Command(("data", "check"), "command.data.check", _data_check),
        Command(("data", "import"), "command.data.import", _data_import),
        *_import_commands(),
        Command(("data", "pack"), "command.data.pack", _data_pack),
        Command(("batch",), "command.batch", _batch),
        *(
            Command(("hub", action), f"command.hub.{action}", functools.partial(_hub, action))
            for action in ("save", "push", "get")
        ),
        Command(("studio",), "command.studio", _studio),
        Command(("bench",), "command.bench", _bench),
        Command(("doctor",), "command.doctor", _doctor),
        Command(("python",), "command.python", _python),
        Command(("inspect",), "command.inspect", _inspect),
        Command(("replay",), "command.replay", _replay),
    )


def _job_commands() -> tuple[Command, ...]:
    """One command for every action of every job, from `JOBS` alone."""
    from mien.app.commands import job as runner
    from mien.jobs import JOBS

    return tuple(
        Command(
            (job.name, action),
            f"command.{job.name}.{action}",
            functools.partial(runner.load, job, action),
        )
        for job in JOBS
        for action in job.request
    )
