"""Bones of a head for engines: neck, head, jaw and eyes, and what of the mesh each carries."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.camera import NECK_HIGH, NECK_LOW, NECK_SLANT, PIVOT
from mien.head.model_parts import Part
from mien.head.rig import JAW_HINGE, Mesh
from mien.head.template import load, shirt_follow

CHEST, NECK, HEAD, JAW, LEFT_EYE, RIGHT_EYE = range(6)
SHOULDERS = -20.0
"""Slanted height below which the neck stays with the chest, cm."""
CHEST_PLACE, NECK_PLACE = (0.0, -28.0, -10.5), (0.0, -16.0, -9.2)


@dataclasses.dataclass(frozen=True)
class Joint:
    """A bone: its name, the place of its parent in the list (-1: none), where it turns, cm."""

    name: str
    parent: int
    place: tuple[float, float, float]


def joints(mesh: Mesh) -> list[Joint]:
    """The bones of a head, in the order of CHEST .. RIGHT_EYE; sides are the person's own."""
    left, right = (tuple(float(v) for v in centre) for centre in mesh.eye_centres)
    return [
        Joint("chest", -1, CHEST_PLACE),
        Joint("neck", CHEST, NECK_PLACE),
        Joint("head", NECK, PIVOT),
        Joint("jaw", HEAD, JAW_HINGE),
        Joint("left_eye", HEAD, (left[0], left[1], left[2])),
        Joint("right_eye", HEAD, (right[0], right[1], right[2])),
    ]


def _step(low: float, high: float, value: NDArray[np.float64]) -> NDArray[np.float64]:
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def weights(part: Part, mesh: Mesh) -> NDArray[np.float32]:
    """(n, 6) share of each bone in the moves of each vertex of a part; rows add up to 1."""
    shares = np.zeros((len(part.sources), 6))
    if part.name in ("skin", "mouth"):
        shares = _skin(part.first)
    elif part.name in ("teeth", "tongue"):
        lower = load().arrays[f"{part.name}.lower"][part.first - mesh.first[part.name]]
        shares[:, JAW], shares[:, HEAD] = lower, 1 - lower
    elif part.name == "shirt":
        follow = 0.5 * shirt_follow()[part.first - mesh.first["shirt"]]
        shares[:, NECK], shares[:, CHEST] = follow, 1 - follow
    elif part.name == "beard":
        shares = _beard(part, mesh)
    else:
        shares[:, {"eye_left": LEFT_EYE, "eye_right": RIGHT_EYE}.get(part.name, HEAD)] = 1
    return shares.astype(np.float32)


def _skin(vertices: NDArray[np.int64]) -> NDArray[np.float64]:
    template = load()
    rest, jaw = template.surface[vertices], np.clip(template.jaw[vertices], 0, 1)
    # As the renderer's neck: its joint slants, lower at the throat than at the nape.
    slanted = rest[:, 1] + NECK_SLANT * (rest[:, 2] + 8.5)
    head, up = _step(NECK_LOW, NECK_HIGH, slanted), _step(SHOULDERS, NECK_LOW, slanted)
    shares = np.zeros((len(vertices), 6))
    shares[:, JAW] = jaw
    shares[:, HEAD] = (1 - jaw) * head
    shares[:, NECK] = (1 - jaw) * (1 - head) * up
    shares[:, CHEST] = (1 - jaw) * (1 - head) * (1 - up)
    return shares


def _beard(part: Part, mesh: Mesh) -> NDArray[np.float64]:
    """A strand goes with the skin under it."""
    skin = mesh.vertices[: mesh.head_count].astype(np.float64)
    places = mesh.vertices[part.first].astype(np.float64)
    nearest = np.zeros(len(places), np.int64)
    for start in range(0, len(places), 256):
        apart = ((places[start : start + 256, None] - skin[None]) ** 2).sum(-1)
        nearest[start : start + 256] = apart.argmin(1)
    return _skin(nearest)


def four_strongest(shares: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """JOINTS_0 and WEIGHTS_0, (n, 4) each, of shares (n, bones)."""
    order = np.argsort(-shares, axis=1, kind="stable")[:, :4]
    strongest = np.take_along_axis(shares, order, 1)
    strongest = strongest / strongest.sum(1, keepdims=True)
    return np.where(strongest > 0, order, 0).astype(np.uint8), strongest.astype(np.float32)
