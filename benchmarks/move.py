"""Moved photos, measured: every edit on every face of a folder of real photos, found again.

    python benchmarks/move.py ../shared/real [--only smile frown] [--faces obama biden]

Prints a table in Markdown. A moved photo is analysed as if it were new, by the judge's landmarks
(dlib's), which also looks at the photo before: `again` is the share in which a face is found,
`right` the share in which the edit's own measure went the right way, `gain` the median of measured
over intended motion of the landmarks (the slope through 0 over the points 17-67 that were meant to
move by more than .015 eye distances), `pixels` the same for what the pixels themselves did, by the
flow, so that a detector's habit shows. Identity is the distance of dlib descriptors (same person
below .6; resampling alone up to .04). `beyond` is the largest change of a pixel further than .6
outer-eye distances from the face, 1.25 for turns, of 255. Time is CPU time of one move, one thread,
on the face in a crop of 512 pixels, after set-up.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import platform
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from skimage import data  # noqa: TID251

from mien.face import affine
from mien.face.analyse import analyse
from mien.face.identity import distance
from mien.face.landmarks import judge_landmarker
from mien.io.image import read_image
from mien.io.video import read_frames
from mien.persona.flow import REACH, TURNED_REACH
from mien.persona.move import Moved, Mover
from mien.persona.retarget import changed, turned
from mien.persona.subject import Motion, fit_subject
from mien.persona.trial import beyond
from mien.types import Face, Image, Landmarks

Measure = Callable[[Landmarks], float]

FRAMES = {
    "glasses_man_720x1280": (0, 150),
    "grimacing_man_480": (0, 60, 120),
    "talking_woman_512": (0, 90, 200, 300),
}
SEQUENCE = ("talking_man_128", (1, 30, 60))
MEANT = 0.015  # of the eye distance: points meant to move by less are left out of the gain


def between(one: int, other: int) -> Measure:
    """Distance of two landmarks, in eye distances."""
    return lambda points: float(np.hypot(*(points[one] - points[other])))


def brow_height(points: Landmarks) -> float:
    """How far the brows lie above the eyes."""
    return float(points[36:48, 1].mean() - points[17:27, 1].mean())


def eye_height(points: Landmarks) -> float:
    """How far the lids are apart."""
    pairs = ((37, 41), (38, 40), (43, 47), (44, 46))
    return float(np.mean([between(a, b)(points) for a, b in pairs]))


def corner_height(points: Landmarks) -> float:
    """How far the corners of the mouth lie above its middle."""
    return float(points[[51, 57], 1].mean() - points[[48, 54], 1].mean())


def nose_right(points: Landmarks) -> float:
    """How far the nose lies to the right of the eyes' middle."""
    return float(points[30, 0])


@dataclasses.dataclass(frozen=True)
class Edit:
    """Action Units or degrees of yaw, and the measure that must rise (or fall: sign -1)."""

    name: str
    aus: dict[str, float]
    yaw: float
    measure: Measure
    sign: int


EDITS = (
    Edit("smile", {"AU12": 0.8, "AU6": 0.5}, 0, between(48, 54), 1),
    Edit("brows up", {"AU1": 0.9, "AU2": 0.9}, 0, brow_height, 1),
    Edit("frown", {"AU4": 1.0}, 0, between(21, 22), -1),
    Edit("mouth open", {"AU26": 0.8, "AU25": 0.6}, 0, between(62, 66), 1),
    Edit("yaw +10", {}, 10, nose_right, 1),
    Edit("yaw -10", {}, -10, nose_right, -1),
    Edit("blink", {"AU45": 1.0}, 0, eye_height, -1),
    Edit("grin", {"AU12": 0.9, "AU6": 0.5, "AU25": 0.9}, 0, between(48, 54), 1),
    Edit("surprise", {"AU1": 1, "AU2": 1, "AU26": 1, "AU25": 0.5, "AU5": 0.6}, 0, brow_height, 1),
    Edit("sad", {"AU1": 0.8, "AU4": 0.5, "AU15": 0.9, "AU17": 0.4}, 0, corner_height, -1),
    Edit("kiss", {"AU18": 1.0}, 0, between(48, 54), -1),
)
CORE = 6  # of the edits that the project has goals for


@dataclasses.dataclass(frozen=True)
class Row:
    """One edit of one face; NaN where no face was found again."""

    face: str
    edit: str
    again: bool
    change: float
    gain: float
    pixels: float
    identity: float
    beyond: int
    milliseconds: float


def faces(folder: Path) -> Iterator[tuple[str, Image, Face]]:
    """Every face of the photos, of some frames of the clips, and the astronaut."""
    for name, image in _pictures(folder):
        for count, face in enumerate(analyse(image)):
            yield f"{name}{'' if count == 0 else f'.face{count + 1}'}", image, face


def _pictures(folder: Path) -> Iterator[tuple[str, Image]]:
    yield "astronaut", np.ascontiguousarray(data.astronaut())
    for path in sorted(folder.glob("*.jpg")):
        yield path.stem, read_image(path)
    for name, wanted in FRAMES.items():
        clip = folder / "clips" / f"{name}.mp4"
        for count, frame in enumerate(read_frames(clip, stop=max(wanted) + 1)):
            if count in wanted:
                yield f"{name.split('_')[0]}.{count}", frame
    for count in SEQUENCE[1]:
        yield f"{SEQUENCE[0]}.{count}", read_image(folder / SEQUENCE[0] / f"{count}.jpg")


def normal(points: Landmarks) -> Landmarks:
    """Landmarks with the outer corners of the eyes level, one apart, and their middle at 0."""
    away = points - points[[36, 45]].mean(0)
    across = points[45] - points[36]
    size = float(np.hypot(*across))
    right = across / size
    return away @ np.array([[right[0], -right[1]], [right[1], right[0]]]) / size


def slope(meant: NDArray[np.float64], was: NDArray[np.float64], eyes: float) -> float:
    """Slope through 0 of motions (51, 2) over intended ones; NaN where hardly any was meant."""
    counted = np.hypot(*meant.T) > MEANT * eyes
    if counted.sum() < 3:
        return float("nan")
    return float((meant * was)[counted].sum() / np.square(meant[counted]).sum())


def followed(mover: Mover, moved: Moved) -> NDArray[np.float64]:
    """(68, 2) pixels by which the flow carried what lay at the landmarks."""
    window = mover.window
    shift = window.enlarge(moved.flow.shift) / np.array(window.scale)
    start = mover.subject.landmarks - (window.left, window.top)
    limit = np.array(shift.shape[1::-1]) - 1
    place = start.copy()
    for _ in range(40):  # the place whose source is the landmark
        column, row = np.rint(np.clip(place, 0, limit)).astype(int).T
        place += 0.5 * (start - place - shift[row, column])
    return place - start


def motion_of(mover: Mover, edit: Edit) -> Motion:
    """The motion that an edit asks of a face."""
    return turned(changed(mover.subject.motion, edit.aus), yaw=edit.yaw)


def at_512(image: Image, face: Face) -> Mover:
    """The face in a square crop of 512 pixels, its eyes 97 pixels apart as in the other figures."""
    eyes = float(np.hypot(*(face.landmarks[45] - face.landmarks[36])))
    scale = 97.0 / eyes
    middle = face.landmarks[27:48].mean(0)
    matrix = affine.about(np.eye(2) * scale, middle, np.array([256.0, 230.0]))
    crop = affine.warp(image, matrix, (512, 512))
    moved = dataclasses.replace(face, landmarks=affine.transform(matrix, face.landmarks))
    return Mover(fit_subject(crop, moved))


def judged(image: Image, near: Landmarks, eyes: float) -> list[Face]:
    """The face within an eye distance of landmarks (68, 2), as the judge sees it; none if none."""
    found = analyse(image, landmarker=judge_landmarker())
    return [one for one in found if np.hypot(*(one.landmarks.mean(0) - near.mean(0))) < eyes][:1]


def measure(name: str, image: Image, face: Face, edits: Sequence[Edit]) -> Iterator[Row]:
    """All edits of one face."""
    mover, timed = Mover(fit_subject(image, face)), at_512(image, face)
    eyes, before = mover.subject.eye_distance, face.landmarks
    (seen,) = judged(image, before, eyes)
    for edit in edits:
        moved = mover.move(motion_of(mover, edit))
        start = time.process_time()
        timed.move(motion_of(timed, edit))
        spent = 1000 * (time.process_time() - start)
        reach = TURNED_REACH if edit.yaw else REACH
        found = judged(moved.image, before, eyes)
        meant = (mover.intended(motion_of(mover, edit)) - before)[17:]
        gain = change = away = float("nan")
        if found:
            gain = slope(meant, (found[0].landmarks - seen.landmarks)[17:], eyes)
            now, then = normal(found[0].landmarks), normal(seen.landmarks)
            change = edit.sign * (edit.measure(now) - edit.measure(then))
            away = float(distance(found[0].embedding, face.embedding))
        pixels = float("nan")  # of eyelids, which are painted
        if "AU45" not in edit.aus:
            pixels = slope(meant, followed(mover, moved)[17:], eyes)
        far = beyond(mover, moved, moved.image, reach)
        yield Row(name, edit.name, bool(found), change, gain, pixels, away, far, spent)


def report(rows: list[Row], edits: Sequence[Edit]) -> None:
    """Print the table."""
    print("| edit | n | again | right | gain | pixels | identity mean / max | beyond | ms |")
    print("|---|---|---|---|---|---|---|---|---|")
    for edit in edits:
        own = [row for row in rows if row.edit == edit.name]
        table = np.array([dataclasses.astuple(row)[3:] for row in own], float)
        middle, away = np.nanmedian(table, axis=0), table[:, 3]
        carried = "painted" if np.isnan(middle[2]) else f"{middle[2]:.2f}"
        again = np.mean([row.again for row in own])
        right = np.mean(table[:, 0] > 0)
        print(
            f"| {edit.name} | {len(own)} | {again:.2f} | {right:.2f} | {middle[1]:.2f} | "
            f"{carried} | {np.nanmean(away):.3f} / {np.nanmax(away):.3f} | "
            f"{table[:, 4].max():.0f} | {middle[5]:.0f} |"
        )
        wrong = [row.face for row in own if not row.change > 0]
        if wrong:
            print(f"|  wrong: {', '.join(wrong)} |||||||||")
    core = [row for row in rows if row.edit in {edit.name for edit in EDITS[:CORE]}]
    right = np.mean([row.change > 0 for row in core]) if core else float("nan")
    print(
        f"\nright direction over the first {CORE} edits: {right:.3f}; identity mean over all "
        f"{np.nanmean([row.identity for row in rows]):.3f} (dlib descriptor)"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="*", help="edits, by name")
    parser.add_argument("--faces", nargs="*", help="faces, by the beginning of their names")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    edits = [edit for edit in EDITS if not options.only or edit.name in options.only]
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores")
    rows: list[Row] = []
    for name, image, face in faces(options.folder):
        if options.faces and not name.startswith(tuple(options.faces)):
            continue
        rows.extend(measure(name, image, face, edits))
    report(rows, edits)


if __name__ == "__main__":
    main()
