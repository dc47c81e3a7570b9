"""Clips translated frame by frame, without the flicker that frames on their own would have.

The face's place is found in every frame and smoothed without lag; and where the crop changes
little from one frame to the next, its translation may not change much either.
"""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.data.crop import resize
from mien.errors import InputError
from mien.face import affine
from mien.face.affine import Matrix
from mien.face.align import align_head
from mien.io.marking import marked_frames
from mien.io.names import terminal_safe
from mien.io.provenance import Provenance
from mien.io.sound import has_sound, with_sound
from mien.io.video import probe, read_frames, write_video
from mien.jobs.translate.model import TranslateModel
from mien.messages import text
from mien.persona.steady import Steadiness, steady
from mien.types import Image, Landmarks

SUFFIXES = (".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".ts", ".3gp")
STILL = 5.0
"""A change of so many of 255 lets a third of a new translation's difference be held back."""
_GRAIN = 8
_STEADY = Steadiness(cutoff=2.0, beta=6.0)

Points = Callable[[Image], "Landmarks | None"]
Paste = Callable[[Image, Image, Matrix], Image]


def is_clip(path: Path) -> bool:
    """Whether a file is a clip by its name."""
    return path.suffix.lower() in SUFFIXES


@dataclasses.dataclass(frozen=True)
class Filming:
    """How a clip is translated.

    points  finds the 68 points of a frame's face, or none
    paste   puts a translation back into its frame; None: the translation alone is shown
    size    pixels a side of the translation alone; None: the model's
    damp    0 to 1: how much of what changes without a cause is held back
    limit   only so many frames
    """

    points: Points
    paste: Paste | None
    size: int | None
    damp: float
    limit: int | None
    provenance: Provenance


def film(
    clip: Path, target: Path, model: TranslateModel, how: Filming, told: Callable[[int, int], None]
) -> tuple[str, ...]:
    """Writes the translated clip, an mp4 with the sound of the old one; keys of remarks.

    Raises InputError for a clip that cannot be read or shows no face.
    """
    known = probe(clip)
    total = known.frames if how.limit is None else min(how.limit, known.frames or how.limit)
    fps = known.fps or 25.0
    points = _points(clip, how, fps, lambda done: told(done, 2 * total))
    places = [align_head(one, model.config.size).matrix for one in points]
    frames = _frames(clip, places, model, how, lambda done: told(total + done, 2 * total))
    if not has_sound(clip):
        write_video(target, frames, fps=fps, provenance=how.provenance)
        return ()
    with tempfile.TemporaryDirectory() as scratch:
        silent = Path(scratch) / "silent.mp4"
        write_video(silent, marked_frames(frames, how.provenance), fps=fps, provenance=None)
        try:
            with_sound(silent, clip, target, provenance=how.provenance)
        except ValueError:
            # A kind of sound that no mp4 holds: the pictures are what was asked for.
            with_sound(silent, silent, target, provenance=how.provenance)
            return ("motion.note.silent",)
    return ()


def _points(clip: Path, how: Filming, fps: float, told: Callable[[int], None]) -> list[Landmarks]:
    """For every frame the points: steady, and the nearest frame's where no face is found."""
    found: list[Landmarks | None] = []
    for done, frame in enumerate(read_frames(clip, stop=how.limit), 1):
        found.append(how.points(frame))
        told(done)
    seen = [place for place, one in enumerate(found) if one is not None]
    if not seen:
        raise InputError(text("translate.no_face", path=terminal_safe(clip)))
    points = np.stack([one for one in found if one is not None])
    eyes = float(np.median(np.hypot(*(points[:, 45] - points[:, 36]).T)))
    times = np.array(seen) / fps
    points = steady(points / eyes, times, _STEADY) * eyes
    nearest = [int(np.argmin([abs(place - one) for one in seen])) for place in range(len(found))]
    return [points[row] for row in nearest]


def _frames(
    clip: Path,
    places: list[Matrix],
    model: TranslateModel,
    how: Filming,
    told: Callable[[int], None],
) -> Iterator[Image]:
    damper, size = Damper(how.damp), model.config.size
    frames = read_frames(clip, stop=how.limit)
    for done, (frame, matrix) in enumerate(zip(frames, places, strict=False), 1):
        crop = affine.warp(frame, matrix, (size, size))
        made = damper(crop, model.draw(crop[None])[0])
        yield how.paste(frame, made, matrix) if how.paste else resize(made, how.size or size)
        told(done)


class Damper:
    """Holds a translation back where its source stands still.

    share   0: never; .9: where nothing changes a tenth of the difference comes through
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._source: NDArray[np.float32] | None = None
        self._shown: NDArray[np.float32] | None = None

    def __call__(self, source: Image, made: Image) -> Image:
        """The next frame (s, s, 3) of the translation of the next frame of the source."""
        new, seen = made.astype(np.float32), source.astype(np.float32)
        if self._source is not None and self._shown is not None:
            change = _coarse(np.abs(seen - self._source).mean(2))
            held = self._share * np.exp(-change / STILL)[..., None]
            new += held * (self._shown - new)
        self._source, self._shown = seen, new
        return np.clip(np.rint(new), 0, 255).astype(np.uint8)


def _coarse(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    """The plane seen from afar: noise of single pixels is no change."""
    side = len(plane)
    few = max(1, side // _GRAIN)
    small = affine.resize(plane, (few, few))
    return np.asarray(affine.resize(small, (side, side)), np.float32)
