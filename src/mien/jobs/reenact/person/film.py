"""A learnt person filmed: it follows a driver, frame by frame, into an mp4 or a GIF."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mien.face import affine
from mien.face.skin_signals import skin_signals
from mien.jobs.reenact.person.player import PersonPlayer, player_of
from mien.persona.arrows import draw_arrows
from mien.persona.clips import clip_frames, is_clip
from mien.persona.driver import Driver
from mien.persona.film import Film, Told, counted, write_film
from mien.persona.mimic import person_signs
from mien.persona.person import Person, Signs, read_person
from mien.persona.person_clip import no_larger
from mien.types import Image

_FEATHER = 0.08
"""Of the crop's side, over which it fades into the picture around it."""


@dataclasses.dataclass(frozen=True)
class PersonFilm:
    """How a person is filmed.

    film    transfer, size, limit, sound and provenance, as for a photo
    driver  where the driver came from, for what only its pictures tell; None: from a table
    crop    show the crop alone instead of the whole picture
    arrows  draw how far every place of the face is from its rest
    """

    film: Film
    driver: Path | None
    crop: bool
    device: torch.device
    arrows: bool = False


def film_person(
    folder: Path, driver: Driver, target: Path, how: PersonFilm, *, progress: Told | None = None
) -> tuple[str, ...]:
    """Write the clip `target` (.mp4 or .gif) of a person that follows a driver.

    Gives the message keys of remarks. Raises InputError for a folder that holds no person.
    """
    person = read_person(folder)
    player = player_of(person, how.device)
    skin = skin_of(how.driver, driver)
    signs = person_signs(person, driver, how.film.transfer, skin=skin)
    wanted = signs[how.film.part(len(driver))]
    models = (*how.film.provenance.models, *([person.sha256] if person.sha256 else []))
    made_by = dataclasses.replace(
        how.film.provenance, source="compositeWithTrainedAlgorithmicMedia", models=models
    )
    film = dataclasses.replace(how.film, provenance=made_by)
    frames = counted(shown(player, wanted, how), len(wanted), progress, stop=film.stop)
    return write_film(target, frames, film, fps=driver.fps)


def skin_of(path: Path | None, driver: Driver) -> NDArray[np.float64] | None:
    """(n, 2) what a driver's pictures show of its skin; None where it has none."""
    if path is None or not is_clip(path) or driver.landmarks is None:
        return None
    frames, _, _ = clip_frames(path, fps=driver.fps, limit=len(driver))
    pairs = zip(frames, driver.landmarks, strict=False)
    found = [skin_signals(frame, points) for frame, points in pairs]
    return np.stack(found) if len(found) == len(driver) else None


def shown(player: PersonPlayer, wanted: list[Signs], how: PersonFilm) -> Iterator[Image]:
    """The frames of a person, alone or laid into its still picture."""
    canvas = None if how.crop else Canvas(player.person, how.film.size)
    rest = player.person.landmarks[player.person.neutral]
    for signs in wanted:
        frame = player.frame(signs)
        if how.arrows:
            frame = draw_arrows(frame, rest, signs.landmarks)
        yield frame if canvas is None else canvas(frame)


class Canvas:
    """The person's still picture, into which its crop is laid again and again.

    size  pixels of the longer side at most
    """

    def __init__(self, person: Person, size: int) -> None:
        still, matrix = no_larger(person.still, person.to_crop, size)
        self._still, self._to_still = still, affine.invert(matrix)
        self._size = (still.shape[1], still.shape[0])
        share = affine.warp(_soft_square(person.size), self._to_still, self._size, border="black")
        self._share = share[..., None]

    def __call__(self, frame: Image) -> Image:
        """(h, w, 3) the still with the crop (s, s, 3) in its place."""
        large = affine.warp(frame, self._to_still, self._size)
        mixed = self._still + self._share * (large.astype(np.float32) - self._still)
        return np.rint(mixed).astype(np.uint8)


def _soft_square(size: int) -> NDArray[np.float32]:
    """(s, s) 1 inside, down to 0 at the border."""
    reach = max(1.0, _FEATHER * size)
    line = np.clip((np.minimum(np.arange(size), np.arange(size)[::-1]) + 0.5) / reach, 0, 1)
    line = line * line * (3 - 2 * line)
    return (line[:, None] * line[None]).astype(np.float32)
