"""What a photo asks of an imitation: who it is, where its parts lie, what colours they have."""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.data.people import framing
from mien.face import affine, regions
from mien.face.align import align_dlib, align_head, crop, five_points
from mien.face.identity import network, to_tensor
from mien.head.camera import Camera, project, turn_head
from mien.head.markers import landmark_positions, to_pixels
from mien.head.render import material_of, mesh_of
from mien.head.schema import LABEL
from mien.persona.fit import CROP_ZOOM, Fit
from mien.types import Face, FaceCode, Landmarks, Pose

PARTS: dict[str, tuple[float, tuple[str, ...]]] = {
    "brows": (1.1, ("brow",)),
    "eyes": (1.0, ("sclera", "iris")),
    "lips": (1.0, ("lips",)),
    "mouth": (1.0, ("mouth", "teeth")),
    "face": (1.0, ("skin", "brow", "lips", "mouth", "sclera", "iris", "teeth", "lash")),
    "hair": (1.0, ("hair",)),
}
"""Weight of each part, and the labels of the head that it is made of.

The ancestor's weights: brow 1.1, eye 1, nose 1, teeth and lips 1 each. The head labels no nose;
the face's outline stands in for it."""

COLOURS: dict[str, tuple[str, ...]] = {
    "skin": ("skin",),
    "lips": ("lips",),
    "hair": ("hair",),
    "brows": ("brow",),
}
_GAMMA = 2.2
_WIDE_ZOOM = 0.86
"""Zoom of the frame that `persona.fit` sees hair in."""


@dataclasses.dataclass(frozen=True, eq=False)
class Target:
    """A photo, as the losses want it.

    descriptor  (128,) of its dlib chip
    parts       (k, h, h) float32 in [0, 1] by the names of PARTS, h half the imitator's size
    asked       names of the parts that were seen
    colours     (3,) by name: seen colour over the colour of white, to the power 1 / 2.2
    """

    descriptor: Tensor
    parts: Tensor
    asked: tuple[str, ...]
    colours: dict[str, Tensor]


def target_of(fit: Fit, face: Face, size: int) -> Target:
    """The target of a fitted face; `size` is the imitator's.

    Regions come from the 68 landmarks and the hair mask of the fit; the head's roll is undone,
    yaw, pitch and expression are not.
    """
    view = regions.head_view(fit.photo, fit.landmarks, size)
    masks = {
        "brows": regions.brows(view),
        "eyes": regions.polygon(view.points[36:42], size)
        | regions.polygon(view.points[42:48], size),
        "lips": regions.polygon(view.points[48:60], size)
        & ~regions.polygon(view.points[60:68], size),
        "mouth": regions.mouth_opening(view),
        "face": regions.polygon(_outline(view.points), size),
        "hair": _hair(fit, size),
    }
    halves = [_halved(masks[name]) for name in PARTS]
    asked = tuple(name for name in PARTS if name != "hair" or masks["hair"].any())
    chip = crop(fit.photo, align_dlib(five_points(fit.landmarks)))
    with torch.no_grad():
        descriptor = network()(to_tensor(chip[None]))[0]
    return Target(descriptor, torch.from_numpy(np.stack(halves)), asked, _colours(face))


def _outline(points: Landmarks) -> Landmarks:
    """The jaw, closed over the brows."""
    return np.concatenate([points[0:17], points[26:21:-1], points[21:16:-1]])


def _halved(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    size = len(mask) // 2
    return mask.astype(np.float32).reshape(size, 2, size, 2).mean((1, 3))


def _hair(fit: Fit, size: int) -> NDArray[np.bool_]:
    """The fit's hair mask, moved from its wide frame into the head crop."""
    wide = len(fit.hair_mask)
    side = len(fit.photo)
    zoom = CROP_ZOOM / _WIDE_ZOOM * side / wide
    shift = 0.5 * side - 0.5 + zoom * (0.5 - 0.5 * wide)
    to_crop = np.array([[zoom, 0.0, shift], [0.0, zoom, shift]])
    to_head = affine.compose(align_head(fit.landmarks, size).matrix, to_crop)
    mask = fit.hair_mask.astype(np.uint8) * 255
    return affine.warp(mask, to_head, (size, size), border="edge") > 127


def _colours(face: Face) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for name in COLOURS:
        value = getattr(face.colours, name, None)
        if value is not None:
            told = np.clip(np.asarray(value, np.float32), 0, 1) ** (1 / _GAMMA)
            found[name] = torch.from_numpy(told.astype(np.float32))
    return found


def chip_grid(code: FaceCode, size: int) -> Tensor:
    """(1, 150, 150, 2) where `grid_sample` finds the dlib chip in a frontal drawing of a code."""
    to_picture = align_dlib(five_points(front_landmarks(code, size))).to_photo
    rows, columns = np.mgrid[:150, :150]
    places = affine.transform(to_picture, np.stack([columns, rows], -1))
    grid = (2.0 * places + 1.0) / size - 1.0
    return torch.from_numpy(grid.astype(np.float32))[None]


def front_landmarks(code: FaceCode, size: int) -> Landmarks:
    """(68, 2) pixels: exact landmarks of a code's frontal drawing, without drawing it."""
    still = dataclasses.replace(code, aus={}, gaze=(0.0, 0.0), pose=Pose(), hair="bald")
    mesh, material = mesh_of(still), material_of(still)
    camera: Camera = framing(mesh, material, Pose(), size)
    vertices = turn_head(mesh, Pose())
    places, _ = landmark_positions(vertices, project(vertices, camera), material)
    return to_pixels(places)


def part_indices(names: tuple[str, ...]) -> list[int]:
    """Label numbers by name."""
    return [LABEL[name] for name in names]
