"""`mien data`: what a folder of pictures is worth, and packing it for training."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

from mien import fields
from mien.app import console
from mien.data.backends import Kind
from mien.jobs.base import Step
from mien.messages import text


@dataclasses.dataclass(frozen=True)
class CheckRequest:
    """What `mien data check` is asked."""

    path: Path = fields.argument("PATH", help="data.path")
    size: int = fields.option(64, help="data.size", span=(8, 1024), unit=" px")
    crop: Literal["centre", "face", "squeeze"] = fields.option("centre", help="data.crop")
    json: bool = fields.option(False, help="option.json")


@dataclasses.dataclass(frozen=True)
class ImportRequest:
    """What `mien data import` is asked."""

    path: Path = fields.argument("PATH", help="data.path")
    out: Path = fields.option(help="data.out")
    size: int = fields.option(64, help="data.size", span=(8, 1024), unit=" px")
    crop: Literal["centre", "face", "squeeze"] = fields.option("centre", help="data.crop")


def _pair_kinds() -> tuple[str, ...]:
    """Looked up only when the options are shown or read."""
    from mien.data.face_pairs import PAIR_KINDS

    return PAIR_KINDS


@dataclasses.dataclass(frozen=True)
class FacesRequest:
    """What `mien data import ckplus` and the other layouts of moving faces are asked."""

    path: Path = fields.argument("PATH", help="faces.path")
    out: Path = fields.option(help="data.out")
    size: int = fields.option(128, help="data.size", span=(32, 1024), unit=" px")
    pairs: tuple[str, ...] = fields.option(("rest",), help="faces.pairs", choices=_pair_kinds)
    step: int = fields.option(3, help="faces.step", span=(1, 1000))
    noise: float = fields.option(12.0, help="faces.noise", span=(0.0, 100.0))
    most: int = fields.option(100_000, help="faces.most", span=(1, 1_000_000))
    equalise: bool = fields.option(False, help="faces.equalise")
    held: float = fields.option(0.3, help="faces.held", span=(0.0, 0.9))
    seed: int = fields.option(0, help="faces.seed", span=(0, 2**63 - 1))


@dataclasses.dataclass(frozen=True)
class LabelledRequest:
    """What `mien data import openface|celeba|photos` is asked."""

    path: Path = fields.argument("PATH", help="data.path")
    out: Path = fields.option(help="data.out")
    attributes: Path | None = fields.option(None, help="express.attributes")
    size: int = fields.option(128, help="data.size", span=(8, 1024), unit=" px")
    crop: Literal["centre", "face", "squeeze"] | None = fields.option(None, help="labels.crop")
    confidence: float = fields.option(0.88, help="labels.confidence", span=(0.0, 1.0))


def _sampler_names() -> tuple[str, ...]:
    from mien.head.samplers import SAMPLER_NAMES

    return SAMPLER_NAMES


@dataclasses.dataclass(frozen=True)
class PackRequest:
    """What `mien data pack` is asked."""

    path: Path = fields.argument("PATH", help="data.pack_path")
    out: Path = fields.option(help="data.out")
    shard: int = fields.option(1000, help="data.pack_shard", span=(1, 100_000))
    size: int | None = fields.option(None, help="data.pack_size", span=(8, 1024), unit=" px")
    crop: Literal["centre", "face", "squeeze"] = fields.option("centre", help="data.crop")
    count: int = fields.option(10_000, help="data.pack_count", span=(1, 10_000_000_000))
    style: Literal["photo", "toon"] = fields.option("photo", help="option.style")
    sampler: str = fields.option("portrait", help="option.sampler", choices=_sampler_names)
    seed: int = fields.option(0, help="option.people_seed", span=(0, 2**63 - 1))
    workers: int | None = fields.option(None, help="option.workers", span=(1, 256))
    backend: Kind = fields.option("local", help="scale.backend")
    address: str = fields.option("auto", help="scale.address_help", metavar="ADDRESS")


def shards(request: PackRequest) -> int:
    """Writes tar shards, or what is missing of them; 3 where some pictures cannot be used."""
    from mien.app.commands.head_dataset import backend_of
    from mien.data.people import HeadSpec
    from mien.data.tar_pack import HeadSamples, pack, samples_of

    if str(request.path) == "head":
        spec = HeadSpec(
            style=request.style,
            size=request.size or 64,
            seed=request.seed,
            sampler=request.sampler,  # pyright: ignore[reportArgumentType]
        )
        samples = HeadSamples(spec, request.count)
    else:
        samples = samples_of(request.path, size=request.size or 0, crop=request.crop)
    done, total = [0], samples.info.count
    with console.progress(text("command.data.pack"), quiet=True) as progress:

        def told(more: int) -> None:
            done[0] += more
            progress(Step(min(done[0], total), total, request.out.name))

        left = pack(
            samples, request.out, shard=request.shard, backend=backend_of(request), told=told
        )
    if left.unusable:
        console.note(text("data.pack_unusable", count=left.unusable))
    values = {"count": left.samples, "shards": left.shards, "path": request.out}
    console.say(text("data.packed", **values))
    return 3 if left.unusable else 0


def faces(layout: Any, request: FacesRequest) -> int:
    """Writes a set of faces with pairs; exit codes as `check`."""
    from mien.data.face_import import FaceImport, import_faces
    from mien.data.face_pairs import PairOptions

    pairs = PairOptions(
        kinds=tuple(dict.fromkeys(request.pairs)),  # pyright: ignore[reportArgumentType]
        step=request.step,
        most=request.most,
        seed=request.seed,
    )
    asked = FaceImport(
        layout,
        size=request.size,
        equalise=request.equalise,
        noise=request.noise,
        held=request.held,
        pairs=pairs,
    )
    with _told("import") as told:
        report = import_faces(request.path, request.out, asked, told=told)
    return _written(report.lines(), request.out, report.usable, len(report.left))


def labelled(kind: Any, request: LabelledRequest) -> int:
    """Writes pictures with Action Units; exit codes as `check`."""
    from mien.data.labelled_set import LabelledImport, import_labelled

    asked = LabelledImport(
        kind,
        attributes=request.attributes,
        size=request.size,
        crop=request.crop or ("squeeze" if kind == "openface" else "face"),
        confidence=request.confidence,
    )
    with _told("import") as told:
        report = import_labelled(request.path, request.out, asked, told=told)
    return _written(report.lines(), request.out, report.usable, len(report.left))


def _written(lines: list[str], out: Path, usable: int, left: int) -> int:
    for line in lines:
        console.note(line)
    console.say(text("app.wrote", path=out))
    return _code(usable, left)


def check(request: CheckRequest) -> int:
    """Reports on every picture; 0 where all can be used, 3 where some cannot, 2 where none can."""
    from mien.data.importer import check as checked
    from mien.data.sources import open_source

    source = open_source(request.path)
    with _told("check") as told:
        report = checked(source, size=request.size, crop=request.crop, told=told)
    if request.json:
        console.say_json(report.as_json())
    else:
        for line in report.lines():
            console.say(line)
    return _code(report.usable, len(report.quarantined))


def pack(request: ImportRequest) -> int:
    """Packs all usable pictures; exit codes as `check`."""
    from mien.data.importer import import_pictures
    from mien.data.sources import open_source

    source = open_source(request.path)
    with _told("import") as told:
        report = import_pictures(
            source, request.out, size=request.size, crop=request.crop, told=told
        )
    return _written(report.lines(), request.out, report.usable, len(report.quarantined))


def _code(usable: int, quarantined: int) -> int:
    if not usable:
        return 2
    return 3 if quarantined else 0


@contextlib.contextmanager
def _told(title: str) -> Iterator[Callable[[int, int, str], None]]:
    with console.progress(title, quiet=True) as progress:
        yield lambda done, total, name: progress(Step(done, total, name))
