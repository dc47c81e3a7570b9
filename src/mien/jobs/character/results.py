"""What a character leaves in its folder: parameters, pictures, a turning head, a 3D model."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from mien.head.gltf import export_glb
from mien.head.render import View
from mien.io.atomic import atomic_write_bytes
from mien.io.image import read_image, write_image
from mien.io.provenance import Provenance
from mien.io.video import write_video
from mien.persona.character import PARAMS_NAME, TEXTURE_NAME, Character, write_character
from mien.types import Image, Pose

PHOTO, RENDER, NEUTRAL, SIDE = "photo.png", "render.png", "neutral.png", "side-by-side.png"
TURNTABLE, MODEL = "turntable.mp4", "head.glb"
TOGETHER, REPORT = "together.png", "report.json"
SIMPLE_MODEL, AVATAR, PAGE = "head_lod1.glb", "character.vrm", "me.html"
OWN = (
    *(PARAMS_NAME, TEXTURE_NAME, PHOTO, RENDER, NEUTRAL, SIDE, TURNTABLE, MODEL, "toon.png"),
    *(SIMPLE_MODEL, AVATAR, PAGE),
    *(TOGETHER, REPORT),
)
"""Every name that a character's folder may hold; a folder with anything else is not replaced."""

TURN_FRAMES, TURN_FPS, TURN_SIZE, TURN_YAW = 36, 18, 288, 50.0
GAP = 8


def write_results(folder: Path, character: Character, photo: Image | None) -> None:
    """Fill a folder with everything that shows `character`; `photo` is the crop it lies on."""
    made_by = character.provenance
    write_character(folder, character)
    drawn = character.render().rgb
    size = len(drawn)
    neutral = character.neutral()
    front = neutral.render(size=size).rgb
    pictures = [drawn, front]
    if photo is not None:
        write_image(folder / PHOTO, photo, provenance=dataclasses.replace(made_by, source=None))
        pictures.insert(0, photo)
    with ThreadPoolExecutor(1) as beside_this:  # the film takes as long as all the rest together
        film = beside_this.submit(_film, folder / TURNTABLE, neutral, made_by)
        write_image(folder / RENDER, drawn, provenance=made_by)
        write_image(folder / NEUTRAL, front, provenance=made_by)
        write_image(folder / SIDE, beside(pictures), provenance=made_by)
        model = export_glb(character.code, texture=character.texture, extras=made_by.as_mapping())
        atomic_write_bytes(folder / MODEL, model)
        film.result()


def _film(path: Path, neutral: Character, made_by: Provenance) -> None:
    write_video(path, turning(neutral), fps=TURN_FPS, provenance=made_by)


def beside(pictures: list[Image]) -> Image:
    """Pictures of one height in a row, with a light gap between them."""
    gap = np.full((len(pictures[0]), GAP, 3), 235, np.uint8)
    row: list[Image] = []
    for picture in pictures:
        row += [gap, picture]
    return np.concatenate(row[1:], axis=1)


def turning(neutral: Character, frames: int = TURN_FRAMES) -> Iterator[Image]:
    """A head that looks from side to side once and ends where it began."""
    camera = dataclasses.replace(neutral.view.camera, size=TURN_SIZE)
    view: View = dataclasses.replace(neutral.view, camera=camera)

    @functools.cache
    def looking(yaw: float) -> Image:
        code = dataclasses.replace(neutral.code, pose=Pose(yaw=yaw))
        return dataclasses.replace(neutral, code=code, view=view).render().rgb

    for k in range(frames):  # every angle comes twice
        yield looking(round(TURN_YAW * math.sin(2 * math.pi * k / frames), 4))


def earlier_photo(folder: Path) -> Image | None:
    """The photo crop of a character's folder, if it is still there."""
    path = folder / PHOTO
    return read_image(path) if path.exists() else None
