"""`mien face track`: a clip, or what a camera sees, becomes a driver."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from mien import fields
from mien.app import console
from mien.io.names import free_path
from mien.jobs.base import Outcome, Step
from mien.messages import text

if TYPE_CHECKING:
    from mien.jobs.base import Progress
    from mien.persona.driver import Driver


@dataclasses.dataclass(frozen=True)
class TrackRequest:
    """What `mien face track` is asked."""

    clip: Path = fields.argument("CLIP", help="motion.clip_or_camera")
    out: Path = fields.option(Path("driver.csv"), help="motion.out_driver")
    fps: float = fields.option(25.0, help="motion.option.fps", span=(1, 120))
    limit: int | None = fields.option(None, help="motion.option.limit", span=(1, 250_000))
    camera: int = fields.option(0, help="motion.option.camera", span=(0, 63))
    port: int = fields.option(39539, help="vmc.port", span=(1, 65535))
    overwrite: bool = fields.option(False, help="option.overwrite")


def track(request: TrackRequest) -> int:
    """Writes the driver of the largest face of a clip, of a folder of its frames, or of a camera.

    A clip is looked at as a whole; a camera (`webcam`), or what another program tells (`vmc`), is
    followed as it comes, until --limit frames or Ctrl-C.
    """
    from mien.persona.driver import write_driver

    path = free_path(request.out, overwrite=request.overwrite)
    with console.progress(text("command.face.track"), quiet=True) as progress:
        driver = _told(request, progress)
    write_driver(path, driver, overwrite=request.overwrite)
    lost = int((driver.confidence == 0).sum())
    console.say(text("track.told", frames=len(driver), fps=f"{driver.fps:g}", lost=lost))
    return console.report(Outcome(results=(path,)))


def _told(request: TrackRequest, progress: Progress) -> Driver:
    from mien.persona.vmc import VMC

    if str(request.clip) == VMC and not request.clip.exists():
        return _packets(request, progress)
    return _live(request, progress) if _is_live(request) else _clip(request, progress)


def _is_live(request: TrackRequest) -> bool:
    from mien.persona.live import WEBCAM

    return str(request.clip) == WEBCAM and not request.clip.exists()


def _clip(request: TrackRequest, progress: Progress) -> Driver:
    from mien.persona.clips import load_driver

    return load_driver(
        request.clip,
        fps=request.fps,
        limit=request.limit,
        progress=lambda done, total: progress(Step(done, max(done, total), request.clip.name)),
    )


def _live(request: TrackRequest, progress: Progress) -> Driver:
    from mien.io.camera import open_camera
    from mien.persona.live import WEBCAM, follow_camera

    with open_camera(request.camera) as frames:
        console.say(text("track.live"))
        return follow_camera(
            frames,
            limit=request.limit,
            progress=lambda done, _: progress(Step(done, request.limit or done, WEBCAM)),
        )


def _packets(request: TrackRequest, progress: Progress) -> Driver:
    from mien.persona.vmc import VMC, FaceReceiver, follow_packets

    receiver = FaceReceiver(request.port)
    try:
        console.say(text("vmc.listens", port=receiver.port))
        return follow_packets(
            receiver,
            limit=request.limit,
            told=lambda done: progress(Step(done, request.limit or done, VMC)),
        )
    finally:
        receiver.close()
