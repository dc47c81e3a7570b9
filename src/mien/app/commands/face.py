"""`mien face`: find and measure faces."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien import fields
from mien.app import console
from mien.errors import InputError, OptionError
from mien.io.names import free_path, terminal_safe
from mien.jobs.base import Outcome, Skipped
from mien.messages import text

if TYPE_CHECKING:
    from mien.face.analyse import FaceReport
    from mien.types import Face


@dataclasses.dataclass(frozen=True)
class AnalyseRequest:
    """What `mien face analyse` is asked."""

    photos: tuple[Path, ...] = fields.argument("PHOTO...", help="option.photos")
    json: bool = fields.option(False, help="option.json")
    draw: Path | None = fields.option(None, help="option.draw")
    max_faces: int | None = fields.option(None, help="option.max_faces", span=(1, 1000))
    overwrite: bool = fields.option(False, help="option.overwrite")


def analyse(request: AnalyseRequest) -> int:
    """Measures the faces of every photo; a photo without one is skipped."""
    if request.draw is not None and len(request.photos) > 1:
        raise OptionError(text("app.one_drawing", count=len(request.photos)))
    measured, skipped, drawn = [], [], []
    for photo in request.photos:
        try:
            report = _measure(photo, request, drawn)
        except InputError as error:
            skipped.append(
                Skipped(str(photo), str(error).removeprefix(f"{terminal_safe(photo)}: "))
            )
            continue
        measured.append({"photo": str(photo), **report.to_json()})
        if not request.json:
            _show(photo, report)
    if request.json:
        console.say_json(measured)
    outcome = Outcome(results=tuple(drawn), skipped=tuple(skipped))
    code = console.report(outcome)
    return 3 if code and measured else code


def _measure(photo: Path, request: AnalyseRequest, drawn: list[Path]) -> FaceReport:
    """The report of one photo; raises InputError for one without a face."""
    from mien.face.analyse import report_faces
    from mien.io.image import read_image

    image = read_image(photo)
    # Descriptors are never written, so they need not be made.
    report = report_faces(image, max_faces=request.max_faces, with_identity=False)
    if not report.faces:
        raise InputError(text("app.no_face", path=terminal_safe(photo)))
    if request.draw is not None:
        drawn.append(_draw(image, report, request))
    return report


def _draw(image: Any, report: FaceReport, request: AnalyseRequest) -> Path:
    from mien.face.draw import annotate
    from mien.io.image import write_image
    from mien.io.provenance import Provenance

    path = free_path(request.draw or Path(), overwrite=request.overwrite)
    made_by = Provenance(source="compositeSynthetic", job="face.analyse")
    write_image(path, annotate(image, report.faces), provenance=made_by, over=image)
    return path


def _show(photo: Path, report: FaceReport) -> None:
    values = {"path": photo, "count": len(report.faces)}
    console.say(text("app.faces", width=report.width, height=report.height, **values))
    console.table([_row(number, face) for number, face in enumerate(report.faces, 1)], indent=2)


def _row(number: int, face: Face) -> tuple[str, ...]:
    box, pose = face.box, face.pose
    notes = "; ".join(text(f"face.warning.{warning}") for warning in face.warnings)
    return (
        str(number),
        f"{box.left:.0f},{box.top:.0f} {box.width:.0f}x{box.height:.0f}",
        f"yaw {pose.yaw:+.0f}° pitch {pose.pitch:+.0f}° roll {pose.roll:+.0f}°",
        notes,
    )
