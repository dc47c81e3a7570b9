"""The frames of a strip: read, their landmarks read or found, cropped as head-256."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.data.face_layouts import Left, Listing, Shot, Strip
from mien.data.landmark_files.lines import COUNT, Points
from mien.data.landmark_files.lm2 import Named, read_lm2
from mien.data.landmark_files.lm2s import SIDE, read_lm2s
from mien.data.landmark_files.plain import read_plain
from mien.data.landmark_files.pts import read_pts
from mien.errors import InputError, MissingExtraError
from mien.face.affine import transform
from mien.face.align import align_head, crop
from mien.io.image import read_image
from mien.io.video import read_frames
from mien.messages import text
from mien.persona.spline import fit_spline
from mien.types import Image, Landmarks

_MOST_FRAMES = 20_000
_FARTHEST = 0.35  # of the eye distance: named points farther from those that were found are others
_SMALLEST = 8.0  # pixels between the outer corners of the eyes
Find: TypeAlias = Callable[[Image], Landmarks | None]
"""Landmarks of the largest face of a picture, those of one clip in turn."""


@dataclasses.dataclass(frozen=True, eq=False)
class Cut:
    """The frames of a strip that could be used.

    names      of each frame, without folder and ending
    frames     (n, s, s, 3) uint8; landmarks (n, 68, 2) pixels of them
    given      how many have the landmarks of the data set, the others' were found
    """

    strip: Strip
    names: tuple[str, ...]
    frames: Image
    landmarks: NDArray[np.float64]
    given: int


@dataclasses.dataclass(frozen=True, eq=False)
class _Seen:
    name: str
    image: Image
    landmarks: Landmarks
    given: bool


def tracker() -> Find:
    """Finds faces as `mien face track` does; made anew for every strip."""
    from mien.face.tracker import FaceTracker

    follow = FaceTracker()

    def find(image: Image) -> Landmarks | None:
        seen = follow(image)
        return None if seen is None else seen.landmarks

    return find


def read_points(listing: Listing) -> dict[str, Points]:
    """The landmarks of a listing's `.lm2s` file by picture, lower case; none without a file."""
    if not listing.points:
        return {}
    return {name.lower(): one for name, one in read_lm2s(listing.root / listing.points).items()}


def cut_strip(
    listing: Listing,
    strip: Strip,
    size: int,
    *,
    points: Mapping[str, Points],
    finder: Callable[[], Find] = tracker,
) -> tuple[Cut | None, list[Left]]:
    """The frames of a strip that show a face, and the others with reasons; None: none does.

    points   of `read_points`
    finder   makes what finds faces where a picture has no landmarks, or not all
    """
    seen: list[_Seen] = []
    left: list[Left] = []
    find = finder()
    for name, one in _each(listing, strip, points, find):
        if isinstance(one, _Seen):
            seen.append(one)
        else:
            left.append(Left(name, one))
    if not seen:
        return None, left
    frames, landmarks = _cropped(strip, seen, size)
    names = tuple(one.name for one in seen)
    return Cut(strip, names, frames, landmarks, sum(one.given for one in seen)), left


def _each(
    listing: Listing, strip: Strip, points: Mapping[str, Points], find: Find
) -> Iterator[tuple[str, _Seen | str]]:
    """Every frame by name: what was seen, or why it cannot be used."""
    if strip.clip:
        try:
            for number, frame in enumerate(read_frames(listing.root / strip.clip), 1):
                if number > _MOST_FRAMES:
                    yield f"{strip.clip}:{number}..", text("faces.left.long", limit=_MOST_FRAMES)
                    return
                name = f"{number:08d}"
                yield f"{strip.clip}:{number}", _found(name, frame, None, find)
        except MissingExtraError:
            raise
        except InputError as problem:
            yield strip.clip, str(problem)
        return
    for shot in strip.shots:
        yield shot.picture, _shown(listing, shot, points, find)


def _shown(listing: Listing, shot: Shot, points: Mapping[str, Points], find: Find) -> _Seen | str:
    name = Path(shot.picture).stem
    try:
        image = read_image(listing.root / shot.picture)
        given = _given(listing, shot, points, image)
        return _found(name, image, given, find)
    except MissingExtraError:
        raise
    except InputError as problem:
        return str(problem)


def _given(
    listing: Listing, shot: Shot, points: Mapping[str, Points], image: Image
) -> Landmarks | Named | None:
    """The landmarks that a data set has of a picture: all 68, some by name, or none."""
    if not shot.landmarks:
        known = points.get(Path(shot.picture).stem.lower())
        if known is None:
            return None
        scale = np.array(image.shape[1::-1]) / SIDE
        return Named(("",) * len(known), (known + 0.5) * scale - 0.5)
    path = listing.root / shot.landmarks
    if path.suffix.lower() == ".lm2":
        return read_lm2(path)
    if path.suffix.lower() == ".pts":
        found = read_pts(path)
        if len(found) != COUNT:
            shown = {"count": len(found), "wanted": COUNT}
            raise InputError(text("landmarks.count", path=path.name, **shown))
        return found
    return read_plain(path)


def _found(name: str, image: Image, given: Landmarks | Named | None, find: Find) -> _Seen | str:
    """A frame with its 68 points, or why it has none."""
    points = given if isinstance(given, np.ndarray) else find(image)
    if points is None:
        return text("faces.left.no_face")
    if isinstance(given, Named):
        corrected = completed(points, given)
        if corrected is None:
            return text("faces.left.other_face")
        points = corrected
    if not _fits(points, image):
        return text("faces.left.outside")
    return _Seen(name, image, points, given is not None)


def _fits(points: Landmarks, image: Image) -> bool:
    """Whether most of a face lies in the picture and is large enough to be cut out."""
    height, width = image.shape[:2]
    inside = (points >= 0).all(1) & (points[:, 0] < width) & (points[:, 1] < height)
    return bool(inside.mean() > 0.5 and np.hypot(*(points[45] - points[36])) >= _SMALLEST)


def completed(points: Landmarks, named: Named) -> Landmarks | None:
    """Landmarks (68, 2) that were found, bent so that the named ones lie where a file says.

    Points without names count in Bosphorus' order where there are as many as it has. None where
    the file speaks of another face than the one that was found.
    """
    known = named.ibug()
    if not known:
        return points  # nothing can be told apart: what was found is believed
    places = sorted(known)
    wanted = np.stack([known[place] for place in places])
    unit = max(float(np.hypot(*(points[45] - points[36]))), 1.0)
    away = wanted - points[places]
    if float(np.median(np.hypot(*away.T))) > _FARTHEST * unit:
        return None
    if len(places) < 4:
        return points
    spline = fit_spline(points[places], away, np.full(len(places), 1e-3), unit=unit)
    return points + spline(points)


def _cropped(strip: Strip, seen: list[_Seen], size: int) -> tuple[Image, NDArray[np.float64]]:
    """One crop for the frames of a clip, so that its background stands still; else one for each."""
    points = np.stack([one.landmarks for one in seen])
    if strip.moving:
        whole = align_head(points[0] if strip.rest else np.median(points, 0), size)
        alignments = [whole] * len(seen)
    else:
        alignments = [align_head(one, size) for one in points]
    frames = [crop(one.image, how) for one, how in zip(seen, alignments, strict=True)]
    placed = [transform(how.matrix, one) for one, how in zip(points, alignments, strict=True)]
    return np.stack(frames), np.stack(placed)


def equalised(image: Image) -> Image:
    """(h, w, 3) with the histogram of its luma made flat, as the ancestor does to every tile.

    Y of BT.601 is equalised as OpenCV's `equalizeHist` does; colour differences stay.
    """
    levels = image.astype(np.float64)
    luma = levels @ np.array([0.299, 0.587, 0.114])
    whole = np.rint(luma).astype(np.int64)
    counts = np.bincount(whole.ravel(), minlength=256)
    first = int(counts[np.flatnonzero(counts)[0]])
    span = whole.size - first
    if span <= 0:
        return image.copy()
    table = np.rint((np.cumsum(counts) - first) * (255.0 / span))
    change = table[whole] - luma
    return np.clip(np.rint(levels + change[..., None]), 0, 255).astype(np.uint8)
