"""Named landmarks: `.lm2` of the Bosphorus database.

    22 landmarks:

    Labels:
    Outer left eyebrow
    ...
    2D Image coordinates:
    501.3 617.9
    ...

A scan that hides a part of the face has fewer points, one that shows an ear has more: what a point
is, its name says. The ancestor read what follows "2D Image coordinates" and took no notice of
names.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np

from mien.data.landmark_files.lines import (
    MOST_POINTS,
    Line,
    Points,
    bad_line,
    checked,
    points,
    read_lines,
    refused,
)
from mien.io.atomic import atomic_write_bytes
from mien.io.names import terminal_safe

_HEAD = "2d image coordinates"
_MOST_LABEL = 100
_COUNT = re.compile(r"(\d{1,6}) landmarks:?", re.ASCII | re.IGNORECASE)

LABELS = (
    *("Outer left eyebrow", "Middle of the left eyebrow", "Inner left eyebrow"),
    *("Inner right eyebrow", "Middle of the right eyebrow", "Outer right eyebrow"),
    *("Outer left eye corner", "Inner left eye corner"),
    *("Inner right eye corner", "Outer right eye corner"),
    *("Nose saddle left", "Nose saddle right", "Left nose peak", "Nose tip", "Right nose peak"),
    *("Left mouth corner", "Upper lip outer middle", "Right mouth corner"),
    *("Upper lip inner middle", "Lower lip inner middle", "Lower lip outer middle"),
    "Chin middle",
)
"""The 22 points of a whole face, in the order of the database."""
EARS = ("Left ear lobe", "Right ear lobe")
IBUG = (17, 19, 21, 22, 24, 26, 36, 39, 42, 45, -1, -1, 31, 30, 35, 48, 51, 54, 62, 66, 57, 8)
"""The point of iBUG's 68 that each of the 22 is, -1: none; "left" is the picture's left."""
_PAIRS = ((17, 26), (19, 24), (21, 22), (36, 45), (39, 42), (31, 35), (48, 54))


@dataclasses.dataclass(frozen=True, eq=False)
class Named:
    """Points with names.

    labels  n names, "" where the file tells none; points (n, 2) pixels
    """

    labels: tuple[str, ...]
    points: Points

    def ibug(self) -> dict[int, Points]:
        """The points that are among iBUG's 68, by number; left and right as the picture shows."""
        places = {plain(name): place for name, place in zip(LABELS, IBUG, strict=True)}
        labels = self.labels
        if not any(labels) and len(labels) == len(LABELS):
            labels = LABELS
        found: dict[int, Points] = {}
        for label, one in zip(labels, self.points, strict=True):
            place = places.get(plain(label), -1)
            if place >= 0:
                found[place] = one
        pairs = [(a, b) for a, b in _PAIRS if a in found and b in found]
        if sum(float(np.sign(found[b][0] - found[a][0])) for a, b in pairs) >= 0:
            return found
        # "Left" is the person's in this file.
        other: dict[int, int] = {**dict(_PAIRS), **{b: a for a, b in _PAIRS}}
        return {other.get(place, place): one for place, one in found.items()}


def plain(label: str) -> str:
    """A label without what versions of the database write differently."""
    return " ".join(word for word in label.lower().split() if word not in ("of", "the"))


def read_lm2(path: Path) -> Named:
    """The points of a `.lm2` file.

    Raises InputError with the line for what is no pair of numbers behind the head, for labels or a
    head whose count is another, and for a label that comes twice.
    """
    lines = read_lines(path)
    said = [written.rstrip(":").strip().lower() for _, written in lines]
    if _HEAD not in said:
        raise refused("landmarks.lm2_head", path)
    start = said.index(_HEAD)
    found = points(path, lines[start + 1 :], count=_counted(path, lines[:start]))
    if not len(found):
        raise refused("landmarks.count", path, count=0, wanted=f"1 .. {MOST_POINTS}")
    labels = ()
    if "labels" in said[:start]:
        labels = _labels(path, lines[said.index("labels") + 1 : start], len(found))
    return Named(labels or ("",) * len(found), found)


def _counted(path: Path, head: list[Line]) -> int | None:
    """What the head says of the number of points."""
    for _, written in head:
        match = _COUNT.fullmatch(written)
        if match is not None:
            if not 0 < int(match[1]) <= MOST_POINTS:
                shown = {"count": int(match[1]), "wanted": f"1 .. {MOST_POINTS}"}
                raise refused("landmarks.count", path, **shown)
            return int(match[1])
    return None


def _labels(path: Path, lines: list[Line], count: int) -> tuple[str, ...]:
    seen: dict[str, Line] = {}
    for line in lines:
        label = line[1]
        if len(label) > _MOST_LABEL or plain(label) in seen:
            raise bad_line(path, line, wanted="landmarks.label_once")
        seen[plain(label)] = line
    if len(seen) != count:
        last = lines[-1][0] if lines else 1
        raise refused("landmarks.labels", path, line=last, count=len(seen), wanted=count)
    return tuple(line[1] for line in seen.values())


def write_lm2(path: Path, named: Named, *, overwrite: bool = False) -> None:
    """Writes named points, to a millionth of a pixel; raises OutputError."""
    rows = checked(named.points, count=len(named.labels))
    if not len(rows):
        raise ValueError("wanted at least one point")
    parts = [f"# {terminal_safe(path.name)}", "", f"{len(rows)} landmarks:", ""]
    if all(named.labels):
        parts += ["Labels:", *named.labels, ""]
    parts += ["2D Image coordinates:", *(f"{x:.6f} {y:.6f}" for x, y in rows), ""]
    atomic_write_bytes(path, "\n".join(parts).encode(), overwrite=overwrite)


def named(landmarks: Points) -> Named:
    """The 20 of Bosphorus' points that are among iBUG's 68 (68, 2)."""
    kept = [(label, place) for label, place in zip(LABELS, IBUG, strict=True) if place >= 0]
    return Named(
        tuple(label for label, _ in kept),
        np.asarray(landmarks, np.float64)[[place for _, place in kept]],
    )
