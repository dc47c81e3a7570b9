"""A small job, and a process that does it as the studio's worker does the real ones."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from mien import fields
from mien.errors import InputError
from mien.io.atomic import atomic_write_bytes
from mien.jobs.base import Job, Outcome, Progress, Skipped, Step, no_progress

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@dataclasses.dataclass(frozen=True)
class DrawRequest:
    """One control of every kind."""

    photos: tuple[Path, ...] = fields.argument("PHOTO", help="option.photos")
    style: Literal["photo", "toon"] = fields.option("photo", help="option.style")
    hair: str | None = fields.option(None, help="option.hair", choices=("bob", "bun"))
    model: str = fields.option("photo", help="generate.model", metavar="photo|toon|FILE")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")
    yaw: float = fields.option(0.0, help="option.yaw", span=(-20, 20), unit="°")
    size: int = fields.option(64, help="option.size", span=(16, 128), unit=" px")
    count: int = fields.option(2, help="option.count", span=(1, 100_000))
    limit: int | None = fields.option(None, help="option.max_faces", span=(1, 9))
    gaze: tuple[float, float] | None = fields.option(None, help="option.gaze", span=(-1, 1))
    seeds: tuple[int, ...] = fields.option((), help="generate.seeds", span=(0, 99))
    au: Mapping[str, float] = fields.option({}, help="option.au", span=(-1, 1))
    driver: Path | None = fields.option(None, help="motion.option.driver")
    open: bool = fields.option(False, help="generate.open")
    out: Path = fields.option(Path("drawn"), help="motion.out")


@dataclasses.dataclass(frozen=True)
class EditRequest:
    """A folder that an earlier run made."""

    folder: Path = fields.argument("DIR", help="character.folder")


@dataclasses.dataclass(frozen=True)
class TrainRequest:
    """Something that takes long."""

    minutes: float = fields.option(10.0, help="training.minutes", span=(0.01, 1e6), unit=" min")
    runs: Path = fields.option(Path("runs"), help="training.runs")


class Drawer:
    """Does what the names of the photos say."""

    def run(self, request: Any, *, progress: Progress = no_progress) -> Outcome:
        """Photos called `bad`, `fault`, `die` and `stubborn` end as they are called."""
        if isinstance(request, TrainRequest):
            return _train(request, progress)
        if isinstance(request, EditRequest):
            atomic_write_bytes(request.folder / "edited.txt", b"edited", overwrite=True)
            return Outcome((request.folder,))
        return _draw(request, progress)


def _draw(request: DrawRequest, progress: Progress) -> Outcome:
    words = {photo.stem for photo in request.photos}
    if "bad" in words:
        raise InputError("--style: this cannot be; <b>do</b> something else")
    if "fault" in words:
        raise ZeroDivisionError("one\ntwo")
    if "die" in words:
        os._exit(9)
    if "stubborn" in words:
        _ignore_stops(progress)
    request.out.mkdir(parents=True)
    files = {"a.png": PNG, "sheet.png": PNG, "told.json": b'{"a": {"b": [1, 2.5]}, "<i>": "x"}'}
    for name, data in files.items():
        (request.out / name).write_bytes(data)
    for done, photo in enumerate(request.photos, 1):
        progress(Step(done, len(request.photos), photo.name))
    skipped = Skipped(str(request.photos[0]), f"{request.photos[0]}: too dark")
    return Outcome((request.out,), (skipped,), ("<script>note</script>",), {"psnr": 31.25})


def _ignore_stops(progress: Progress) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            progress(Step(1, 2, "stubborn"))
            time.sleep(0.02)
        except KeyboardInterrupt:
            continue


def _train(request: TrainRequest, progress: Progress) -> Outcome:
    progress(Step(0, 100, "a sentence that stays", stays=True))
    for step in range(int(request.minutes * 60 * 20)):
        progress(Step(step, 100, "training"))
        time.sleep(0.05)
    request.runs.mkdir(parents=True)
    return Outcome((request.runs,))


TOY = Job(
    name="toy",
    title="command.head.render",
    summary="command.head.render",
    request={"draw": DrawRequest, "edit": EditRequest, "train": TrainRequest},
    result=Outcome,
    presets={},
    recipe=None,
    load=lambda device: Drawer(),
    evaluate=None,
)
WORKER = (sys.executable, str(Path(__file__).resolve()))
PERFORMER = (*WORKER, "perform")


def work() -> None:
    """Serves the toy until the orders end."""
    from mien.app.studio.worker import serve

    # As the real one: a process that was started in the background has it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        serve([TOY], sys.stdin, answers)


def perform() -> None:
    """Answers as a performer does: with what was asked; `sleep` waits, `die` ends the process."""
    from mien.app.studio.stage.frames import pack, read_frame, unpack, write_frame

    while (data := read_frame(sys.stdin.buffer)) is not None:
        header, payload = unpack(data)
        if header["do"] == "close":
            continue
        if header["do"] == "die":
            os._exit(9)
        time.sleep(float(header.get("sleep", 0)))
        write_frame(sys.stdout.buffer, pack({**header, "asked": header["do"]}, payload))


def show(out: Path, max_upload: int) -> None:
    """A studio of the toy on a free port; writes its address."""
    from mien.app.studio import server
    from mien.messages import TABLE

    TABLE.update({f"command.toy.{action}": (action, action) for action in TOY.request})
    commands = {"worker": WORKER, "performer": PERFORMER}
    with server.studio([TOY], out, server.Limits(max_upload), **commands) as app:
        server.serve(app, port=0, ready=_tell)


def _tell(address: str) -> None:
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["perform"]:
        perform()
    elif sys.argv[1:]:
        show(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        work()
