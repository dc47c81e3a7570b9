"""`mien face track`: a clip becomes a driver."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from mien import fields
from mien.app import console
from mien.app.files import target
from mien.jobs.base import Outcome, Step
from mien.messages import text


@dataclasses.dataclass(frozen=True)
class TrackRequest:
    """What `mien face track` is asked."""

    clip: Path = fields.argument("CLIP", help="motion.clip")
    out: Path = fields.option(Path("driver.csv"), help="motion.out_driver")
    fps: float = fields.option(25.0, help="motion.option.fps", span=(1, 120))
    limit: int | None = fields.option(None, help="motion.option.limit", span=(1, 250_000))
    overwrite: bool = fields.option(False, help="option.overwrite")


def track(request: TrackRequest) -> int:
    """Writes the driver of the largest face of a clip, or of a folder of its frames."""
    from mien.face.landmarks import default_landmarker
    from mien.persona.clips import load_driver
    from mien.persona.driver import write_driver

    path = target(request.out, overwrite=request.overwrite)
    notice = default_landmarker().notice
    with console.progress(text("command.face.track"), quiet=True) as progress:
        driver = load_driver(
            request.clip,
            fps=request.fps,
            limit=request.limit,
            progress=lambda done, total: progress(Step(done, max(done, total), path.name)),
        )
    write_driver(path, driver, overwrite=request.overwrite)
    lost = int((driver.confidence == 0).sum())
    console.say(text("track.told", frames=len(driver), fps=f"{driver.fps:g}", lost=lost))
    return console.report(Outcome(results=(path,), notes=(notice,) * bool(notice)))
