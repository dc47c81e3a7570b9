"""A long film made in parts: a run that was killed at any moment goes on from what it had done.

Beside the film grows a folder `NAME.parts-DIGITS` of short clips; the digits tell exactly one
film. When all are there they are put one after the other, not encoded again, and the folder goes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import itertools
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from mien.errors import MienError
from mien.io.files import output_errors
from mien.io.joining import joined
from mien.io.marking import marked_frames
from mien.io.provenance import Provenance
from mien.io.video import probe, write_video
from mien.persona.driver import Driver
from mien.types import Image

PART = 120
"""Frames of a part; a film of so many is made in one piece."""
LEAD = 30
"""Frames made again, and not shown, before a film goes on: what remembers the frames before finds
its way in them (a network that sees its own last frame is back within .1 grey levels)."""
_FORMAT = "2"


@dataclasses.dataclass(frozen=True)
class LongFilm:
    """A film of which parts may be there already.

    take   given a frame's number, makes the frames from it on
    count  frames of the whole
    key    sixteen digits that tell this film from every other one
    over   the photo that the frames were made of, or None; see `mien.io.mark`
    """

    take: Callable[[int], Iterator[Image]]
    count: int
    fps: float
    key: str
    provenance: Provenance
    over: Image | None = None

    def folder(self, target: Path) -> Path:
        """Where the parts are."""
        return target.with_name(f"{target.stem}.parts-{self.key}")

    def frames(self, first: int) -> Iterator[Image]:
        """The frames from one on, as if all before them had been made."""
        lead = min(first, LEAD)
        return itertools.islice(self.take(first - lead), lead, None)


def key_of(provenance: Provenance, driver: Driver, count: int, pictures: Iterable[Image]) -> str:
    """Sixteen digits that tell a film: what was asked, of whom, and what the driver does.

    pictures  what the film is made of
    """
    told = hashlib.sha256(f"{_FORMAT} {provenance.number()} {count} {PART}".encode())
    arrays = [driver.times, driver.aus, driver.pose, driver.gaze, *pictures]
    if driver.landmarks is not None:
        arrays.append(driver.landmarks)
    for one in arrays:
        told.update(f"{one.shape}".encode())
        told.update(one.tobytes())
    return told.hexdigest()[:16]


def done_already(target: Path, film: LongFilm) -> int:
    """Frames of a film that whole parts hold already."""
    done, folder = 0, film.folder(target)
    while done < film.count:
        wanted = min(PART, film.count - done)
        part = _part(folder, done)
        if not part.is_file() or _length(part) != wanted:
            break
        done += wanted
    return done


def write_parts(
    target: Path,
    film: LongFilm,
    shown: Callable[[Iterator[Image], int], Iterator[Image]],
    finish: Callable[[Path], tuple[str, ...]],
) -> tuple[str, ...]:
    """Make what is missing of a film, then the film itself; gives what `finish` gives.

    shown   the frames from a number on as they shall be taken; it may end them early
    finish  given the whole film without sound or provenance, writes the target

    Raises OutputError as `write_video` does; the parts that are done stay then.
    """
    folder, done = film.folder(target), done_already(target, film)
    parts = [_part(folder, first) for first in range(0, done, PART)]
    if done < film.count:
        frames = shown(film.frames(done), done)
        marked = marked_frames(frames, film.provenance, over=film.over)
        while (first := next(marked, None)) is not None:
            part = _part(folder, done)
            some = itertools.chain([first], itertools.islice(marked, PART - 1))
            done += write_video(part, some, fps=film.fps, provenance=None)
            parts.append(part)
    whole = folder / "whole.mp4"
    joined(parts, whole)
    keys = finish(whole)
    with output_errors(folder):
        shutil.rmtree(folder)
    return keys


def _part(folder: Path, first: int) -> Path:
    return folder / f"{first:06d}.mp4"


def _length(part: Path) -> int:
    with contextlib.suppress(MienError):
        return probe(part).frames
    return 0
