"""A learnt person filmed: it follows a driver, frame by frame, into an mp4 or a GIF."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mien.face import affine
from mien.face.edges import face_share
from mien.face.skin_signals import skin_signals
from mien.jobs.reenact.person.player import PersonPlayer, player_of
from mien.persona.arrows import draw_arrows
from mien.persona.clips import clip_frames, is_clip
from mien.persona.driver import Driver
from mien.persona.film import Film, Pictures, Told, write_film
from mien.persona.landmark_warp import warp_to
from mien.persona.mimic import person_signs
from mien.persona.person import Person, Signs, read_person
from mien.persona.person_clip import no_larger
from mien.types import Image, Landmarks

_FEATHER = 0.08
"""Of the crop's side, over which it fades into the picture around it."""
_AROUND = 1.5
"""Sides of the crop, within which the picture around the face moves along."""


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
    pictures = Pictures(
        lambda first: shown(player, wanted[first:], how), len(wanted), (person.still, person.frames)
    )
    return write_film(target, pictures, film, driver, progress=progress)


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
        yield frame if canvas is None else canvas(frame, signs.landmarks)


class Canvas:
    """The person's still picture, into which its face is laid again and again.

    The crop follows the head and its frames show other places of the room, so only the face is
    taken from it. Hair, neck and shoulders are the still's own, bent along by a thin plate: they
    stay one piece with the picture around them.

    size  pixels of the longer side at most
    """

    def __init__(self, person: Person, size: int) -> None:
        still, matrix = no_larger(person.still, person.to_crop, size)
        self._still, self._crop = still, person.size
        to_still = affine.invert(matrix)
        left, top, right, bottom = self._part = _reached(to_still, person.size, still.shape)
        self._to_part = affine.compose([[1, 0, -left], [0, 1, -top]], to_still)
        self._size = (right - left, bottom - top)
        self._rest = affine.transform(self._to_part, person.landmarks[person.neutral])
        self._square = _soft_square(person.size)

    def __call__(self, frame: Image, landmarks: Landmarks) -> Image:
        """(h, w, 3) the still with the face of the crop (s, s, 3) in its place.

        landmarks  (68, 2) where the crop has them
        """
        left, top, right, bottom = self._part
        wanted = affine.transform(self._to_part, landmarks)
        around = warp_to(self._still[top:bottom, left:right], self._rest, wanted)
        share = self._square * face_share(landmarks, self._crop)
        mask = affine.warp(share, self._to_part, self._size, border="black")[..., None]
        large = affine.warp(frame, self._to_part, self._size)
        made = self._still.copy()
        made[top:bottom, left:right] = np.rint(around + mask * (large.astype(np.float32) - around))
        return made


def _reached(to_still: affine.Matrix, size: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Left, top, right and bottom of the still's part that moves with the head."""
    middle, reach = (size - 1) / 2, _AROUND * size / 2
    corners = np.array([[middle - reach] * 2, [middle + reach] * 2])
    low, high = np.rint(affine.transform(to_still, corners)).astype(int)
    height, width = shape[:2]
    left, top = np.clip(low, 0, [width - 2, height - 2])
    right, bottom = np.clip(high, [left + 2, top + 2], [width, height])
    return int(left), int(top), int(right), int(bottom)


def _soft_square(size: int) -> NDArray[np.float32]:
    """(s, s) 1 inside, down to 0 at the border."""
    reach = max(1.0, _FEATHER * size)
    line = np.clip((np.minimum(np.arange(size), np.arange(size)[::-1]) + 0.5) / reach, 0, 1)
    line = line * line * (3 - 2 * line)
    return (line[:, None] * line[None]).astype(np.float32)
