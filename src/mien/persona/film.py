"""A photo filmed: it follows a driver, frame by frame, into an mp4 or a GIF."""

from __future__ import annotations

import dataclasses
import functools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from mien.errors import InputError, OptionError
from mien.face import affine
from mien.face.analyse import analyse
from mien.io.image import read_image
from mien.io.marking import marked_frames
from mien.io.names import terminal_safe
from mien.io.provenance import Provenance
from mien.io.sound import has_sound, with_sound
from mien.io.video import write_gif, write_video
from mien.messages import text
from mien.persona.animate import animate, remarks
from mien.persona.clips import is_clip, load_driver
from mien.persona.driver import Driver
from mien.persona.expressions import ramp
from mien.persona.long_film import PART, LongFilm, key_of, write_parts
from mien.persona.move import Mover
from mien.persona.retarget import Transfer, retarget
from mien.persona.subject import Motion, fit_subject
from mien.types import Image

Animator: TypeAlias = Callable[[Mover, Iterable[Motion]], Iterator[Image]]
"""Makes one frame of a photo per motion, in order."""

Told: TypeAlias = Callable[[int, int], None]
"""Told what is done and how much there is, in frames."""

STEPS = 20
"""Progress is told this often per clip at most: not every place shows it as one bar."""


@dataclasses.dataclass(frozen=True)
class Film:
    """How a photo is filmed.

    size     pixels of the longer side at most; a smaller photo keeps its size
    face     which face, 1 is the largest
    start    the driver's frame that is filmed first
    limit    only so many frames
    sound    a clip whose sound goes into an mp4, or None
    animate  makes the frames
    stop     asked after every frame, with how many were made; True ends the clip there
    """

    transfer: Transfer
    size: int
    provenance: Provenance
    face: int = 1
    start: int = 0
    limit: int | None = None
    sound: Path | None = None
    animate: Animator = animate
    stop: Callable[[int], bool] = lambda made: False

    def part(self, count: int) -> slice:
        """Which of a driver's frames are filmed; raises OptionError where it has none there."""
        if self.start >= max(count, 1):
            raise OptionError(text("motion.start", start=self.start, frames=count))
        return slice(self.start, None if self.limit is None else self.start + self.limit)


def driver_for(
    path: Path | None,
    expression: Mapping[str, float],
    *,
    frames: int,
    fps: float,
    limit: int | None,
    progress: Told | None = None,
) -> Driver:
    """The driver that a request names: a file, a clip, a folder, or a ramp of expressions.

    Raises OptionError where neither or both are given, InputError where the file is unusable.
    """
    if path is not None and expression:
        raise OptionError(text("motion.two_drivers"))
    if path is not None:
        told = functools.partial(_tell, progress)
        return load_driver(path, fps=fps, limit=limit, progress=told)
    if not expression:
        raise OptionError(text("motion.no_driver"))
    return ramp(expression, frames=frames, fps=fps)


def film_photo(
    photo: Path, driver: Driver, target: Path, *, film: Film, progress: Told | None = None
) -> tuple[str, ...]:
    """Write the clip `target` (.mp4 or .gif) of a photo that follows a driver.

    Gives the message keys of remarks. Raises InputError for a photo without such a face.
    """
    mover = mover_for(photo, film)
    motions = retarget(mover.subject.motion, driver, film.transfer)[film.part(len(driver))]
    keys = remarks(mover, motions)
    itself = mover.subject.photo
    pictures = Pictures(
        lambda first: film.animate(mover, motions[first:]), len(motions), (itself,), over=itself
    )
    return keys + write_film(target, pictures, film, driver, progress=progress)


@dataclasses.dataclass(frozen=True)
class Pictures:
    """The pictures of a film that can be made.

    take   given a frame's number, makes the frames from it on; count: how many there are
    of     the pictures that they are made of
    over   the photo that they were made of, or None; see `mien.io.mark`
    """

    take: Callable[[int], Iterator[Image]]
    count: int
    of: tuple[Image, ...]
    over: Image | None = None


def write_film(
    target: Path, pictures: Pictures, film: Film, driver: Driver, *, progress: Told | None = None
) -> tuple[str, ...]:
    """Write the mp4 or GIF of a film; gives the message keys of remarks.

    A long mp4 is made in parts, and what a killed run had made of it is not made again.
    """
    fps, made_by, over = driver.fps, film.provenance, pictures.over

    def shown(frames: Iterator[Image], first: int) -> Iterator[Image]:
        return counted(frames, pictures.count, progress, stop=film.stop, first=first)

    if target.suffix == ".gif":
        frames = shown(pictures.take(0), 0)
        write_gif(target, frames, fps=fps, provenance=made_by, over=over)
        return ()
    heard = Heard(film.sound, film.start / fps)
    if pictures.count > PART:
        key = key_of(made_by, driver, pictures.count, pictures.of)
        long = LongFilm(pictures.take, pictures.count, fps, key, made_by, over)
        return write_parts(
            target, long, shown, lambda whole: _heard(whole, target, heard, provenance=made_by)
        )
    frames = shown(pictures.take(0), 0)
    return write_clip(target, frames, fps=fps, sound=heard, provenance=made_by, over=over)


def mover_for(photo: Path, film: Film) -> Mover:
    """The mover of one face of a photo, at the size of the film."""
    image = read_image(photo)
    scale = min(1.0, film.size / max(image.shape[:2]))
    if scale < 1.0:
        height, width = image.shape[:2]
        image = affine.resize(image, (max(1, round(width * scale)), max(1, round(height * scale))))
    faces = analyse(image)
    shown = terminal_safe(photo)
    if not faces:
        raise InputError(text("motion.no_face", path=shown))
    if film.face > len(faces):
        values = {"face": film.face, "count": len(faces)}
        raise InputError(text("motion.face_number", path=shown, **values))
    return Mover(fit_subject(image, faces[film.face - 1]))


@dataclasses.dataclass(frozen=True)
class Heard:
    """The sound of a clip, from some second on; None: no sound."""

    clip: Path | None
    begin: float = 0.0

    @property
    def is_any(self) -> bool:
        """Whether there is any."""
        clip = self.clip
        return clip is not None and is_clip(clip) and not clip.is_dir() and has_sound(clip)


def write_clip(
    target: Path,
    frames: Iterator[Image],
    *,
    fps: float,
    sound: Path | Heard | None,
    provenance: Provenance | None,
    over: Image | None = None,
) -> tuple[str, ...]:
    """Write an mp4 with the sound of a driver, where that is a clip and has any.

    over   the photo that the frames were made of, or None; see `mien.io.mark`

    Gives the message keys of remarks. Raises OutputError as `write_video` does.
    """
    heard = sound if isinstance(sound, Heard) else Heard(sound)
    if not heard.is_any:
        write_video(target, frames, fps=fps, provenance=provenance, over=over)
        return ()
    with tempfile.TemporaryDirectory() as scratch:
        silent = Path(scratch) / "silent.mp4"
        marked = marked_frames(frames, provenance, over=over)
        write_video(silent, marked, fps=fps, provenance=None)
        return _heard(silent, target, heard, provenance=provenance)


def _heard(
    silent: Path, target: Path, heard: Heard, *, provenance: Provenance | None
) -> tuple[str, ...]:
    """Write the pictures of a clip with a sound, where there is any that an mp4 holds."""
    clip = heard.clip if heard.is_any else None
    try:
        with_sound(silent, clip or silent, target, provenance=provenance, begin=heard.begin)
    except ValueError:
        # A kind of sound that no mp4 holds: the pictures are what was asked for.
        with_sound(silent, silent, target, provenance=provenance)
        return ("motion.note.silent",)
    return ()


def counted(
    frames: Iterator[Image],
    total: int,
    progress: Told | None,
    *,
    stop: Callable[[int], bool] = lambda made: False,
    first: int = 0,
) -> Iterator[Image]:
    """The frames as they are taken, told to `progress`, until `stop` of their number is true.

    first  how many were made before
    """
    for done, frame in enumerate(frames, first + 1):
        yield frame
        _tell(progress, done, total)
        if stop(done):
            return


def _tell(progress: Told | None, done: int, total: int) -> None:
    total = max(total, done)
    if progress and (done == total or done * STEPS // total != (done - 1) * STEPS // total):
        progress(done, total)
