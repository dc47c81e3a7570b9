"""Drivers from whatever a user names: a driver file, a clip, or a folder of frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from mien.errors import InputError
from mien.io.image import read_image
from mien.io.names import terminal_safe
from mien.io.video import probe, read_frames
from mien.messages import text
from mien.persona.driver import Driver, natural_key, read_driver
from mien.types import Image

DRIVER_SUFFIXES = (".csv", ".txt")
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


def is_clip(path: Path) -> bool:
    """Whether a driver is a clip or a folder of frames, which has to be tracked first."""
    return path.is_dir() or path.suffix.lower() not in DRIVER_SUFFIXES


def load_driver(
    path: Path,
    *,
    fps: float = 25.0,
    limit: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Driver:
    """The driver that `path` holds, or shows.

    path      driver.csv, an OpenFace CSV, an attribute list, a clip, or a folder of frames
    fps       for files and folders that tell no rate
    limit     track only so many frames of a clip
    progress  told frames done and expected (0 if unknown) while a clip is tracked

    Raises InputError where it is none of these, or shows no face.
    """
    if not is_clip(path):
        return read_driver(path, fps=fps)
    from mien.persona.track import track_clip

    frames, rate, count = clip_frames(path, fps=fps, limit=limit)
    told = None if progress is None else lambda done: progress(done, count)
    return track_clip(frames, fps=rate, expected=count, progress=told)


def clip_frames(path: Path, *, fps: float, limit: int | None) -> tuple[Iterator[Image], float, int]:
    """Frames, frames per second, and how many there are (0 if unknown) of a clip or folder."""
    if path.is_dir():
        pictures = sorted(
            (one for one in path.iterdir() if one.suffix.lower() in PICTURE_SUFFIXES),
            key=lambda one: natural_key(one.name),
        )[:limit]
        if not pictures:
            raise InputError(text("motion.driver.folder", path=terminal_safe(path)))
        return (read_image(one) for one in pictures), fps, len(pictures)
    known = probe(path)
    count = known.frames if limit is None else min(limit, known.frames or limit)
    return read_frames(path, stop=limit), known.fps or fps, count
