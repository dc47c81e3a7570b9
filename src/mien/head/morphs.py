"""The morph targets of a head for engines: ARKit's 52, 15 visemes, or the rig's own values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mien.head.blendshapes import ARKIT, ARKIT_NAMES, VISEMES, VRM, Change
from mien.head.raster import vertex_normals
from mien.head.rig import JAW_DEGREES, JAW_HINGE, LIP_CONTACT, Mesh, assemble
from mien.head.schema import RIG_NAMES, rig_vector
from mien.head.template import load
from mien.head.turning import rotate_about, rotation
from mien.head.worn import worn_by
from mien.types import FaceCode

Vocabulary = Literal["arkit", "aus", "both"]
VISEME_PREFIX, MOOD_PREFIX = "viseme_", "mood_"
MOODS = ("happy", "angry", "sad", "relaxed", "surprised")
"""Expressions of VRM that no single blend shape of the others is."""
SPLIT = 0.8
"""Half the width over which a movement of both sides passes into one of one side, cm."""
FORWARD, ASIDE, PUFF, TONGUE = 0.8, 0.8, 0.95, 3.4
"""How far jaw, mouth, cheeks and tongue go in the shapes that the rig does not know, cm."""
CLOSED_AT = 0.3
"""Where the lips meet when the open mouth is closed, as a share of the jaw's way."""
Field = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Morph:
    """A target: its name, and what it does to the neutral mesh: moves (n, 3), cm, and normals."""

    name: str
    moves: NDArray[np.float32]
    normals: NDArray[np.float32]


def names(vocabulary: Vocabulary, *, moods: bool = False) -> tuple[str, ...]:
    """The names of the targets, in the order of the file."""
    found: tuple[str, ...] = ()
    if vocabulary != "aus":
        found += (*ARKIT_NAMES, *(VISEME_PREFIX + name for name in VISEMES))
    if moods:
        found += tuple(MOOD_PREFIX + name for name in MOODS)
    return found if vocabulary == "arkit" else (*found, *RIG_NAMES)


class Poser:
    """Poses one person's mesh, again and again."""

    def __init__(self, code: FaceCode, sliders: Field) -> None:
        self.sliders, self.worn = sliders, worn_by(code)
        self.neutral = self.mesh(Change())
        self.places = self.neutral.vertices.astype(np.float64)
        self.normals = vertex_normals(self.neutral.vertices, self.neutral.triangles)

    def mesh(self, change: Change) -> Mesh:
        """The mesh with an expression."""
        aus = rig_vector(change.aus)
        return assemble(load(), self.sliders, aus, worn=self.worn, gaze=change.gaze)

    def moved(self, change: Change) -> Field:
        """(n, 3) what an expression moves, cm."""
        return self.mesh(change).vertices - self.places

    def morph(self, name: str) -> Morph:
        """One target by its name."""
        moves = self._moves(name)
        bent = (self.places + moves).astype(np.float32)
        normals = vertex_normals(bent, self.neutral.triangles) - self.normals
        return Morph(name, moves.astype(np.float32), normals)

    def _moves(self, name: str) -> Field:
        if name in _BEYOND:
            return _BEYOND[name](self)
        if name in ARKIT:
            return self._arkit(name)
        if name in RIG_NAMES:
            return self.moved(Change({name: 1.0}))
        if name.startswith(VISEME_PREFIX):
            plain = name.removeprefix(VISEME_PREFIX)
            moves = self.moved(VISEMES[plain])
            return moves + 0.4 * tongue_out(self) if plain == "TH" else moves
        return self.moved(VRM[name.removeprefix(MOOD_PREFIX)])

    def _arkit(self, name: str) -> Field:
        """A pair that the rig moves together is one movement here, cut in two down the middle."""
        plain = name.removesuffix("Left").removesuffix("Right")
        change = ARKIT[name]
        if plain == name or not self._together(plain):
            return self.moved(change)
        side = 1.0 if name.endswith("Left") else -1.0  # the person's left has x > 0
        t = np.clip((side * self.places[:, :1] + SPLIT) / (2 * SPLIT), 0, 1)
        return self.moved(change.times(2)) * (t * t * (3 - 2 * t))

    def _together(self, plain: str) -> bool:
        left, right = ARKIT[f"{plain}Left"], ARKIT.get(f"{plain}Right")
        return plain.startswith("eyeLook") or left == right


def _bump(distance: Field) -> Field:
    """1 at 0, 0 from 1 on, smooth."""
    t = np.clip(1 - distance**2, 0, 1)
    return t * t


def _jaw_shares(poser: Poser) -> Field:
    """(n, 1) how far each vertex goes with the jaw."""
    template, mesh = load(), poser.neutral
    shares = np.zeros((len(poser.places), 1))
    shares[: mesh.head_count, 0] = template.jaw
    for name in ("teeth", "tongue"):
        lower = template.arrays[f"{name}.lower"]
        shares[mesh.first[name] : mesh.first[name] + len(lower), 0] = lower
    return shares


def jaw_forward(poser: Poser) -> Field:
    """The lower jaw pushed out."""
    return _jaw_shares(poser) * np.array([0.0, -0.05, FORWARD])


def _lips(poser: Poser, reach: float) -> Field:
    """(n, 1) nearness of the skin to where the lips meet: 1 there, 0 beyond `reach` cm."""
    template, count = load(), poser.neutral.head_count
    line = template.surface[template.mouth_rings[LIP_CONTACT]]
    apart = np.full(count, np.inf)
    for point in line:
        apart = np.minimum(apart, ((template.surface - point) ** 2).sum(1))
    near = np.zeros((len(poser.places), 1))
    near[:count, 0] = _bump(np.sqrt(apart) / reach)
    return near


def mouth_close(poser: Poser) -> Field:
    """What brings the lips together again while `jawOpen` is 1."""
    opened = poser.moved(ARKIT["jawOpen"])
    carried = np.zeros_like(opened)
    turn = rotation(0.0, JAW_DEGREES["AU27"], 0.0)
    rotate_about(poser.places, turn, np.array(JAW_HINGE), carried)
    wanted = CLOSED_AT * (carried - poser.places)
    return _lips(poser, 2.6) * (wanted - opened)


def _mouth_aside(poser: Poser, side: float) -> Field:
    return _lips(poser, 3.4) * np.array([side * ASIDE, 0.0, -0.12])


def cheek_puff(poser: Poser) -> Field:
    """Both cheeks full of air."""
    rest, count = load().surface, poser.neutral.head_count
    x, y = np.abs(rest[:, 0]) - 4.1, rest[:, 1] + 6.3
    full = _bump(np.sqrt((x / 2.9) ** 2 + (y / 3.3) ** 2)) * (rest[:, 2] > -6)
    full += (
        0.35
        * _bump(np.sqrt((rest[:, 0] / 3.0) ** 2 + ((rest[:, 1] + 6.9) / 1.9) ** 2))
        * (load().arrays["head.lip_level"] > 1.0)
    )
    moves = np.zeros_like(poser.places)
    moves[:count] = PUFF * np.minimum(full, 1.0)[:, None] * poser.normals[:count]
    return moves


def tongue_out(poser: Poser) -> Field:
    """The tongue over the lower teeth; it needs an open mouth to be seen."""
    first, along = poser.neutral.first["tongue"], load().arrays["tongue.along"].astype(np.float64)
    out = np.clip(along / along.max(), 0, 1)[:, None]
    moves = np.zeros_like(poser.places)
    rows = slice(first, first + len(along))
    moves[rows] = out * np.array([0.0, 0.55, TONGUE]) + out**4 * np.array([0.0, -0.9, 0.0])
    return moves


_BEYOND: dict[str, Callable[[Poser], Field]] = {
    "jawForward": jaw_forward,
    "mouthClose": mouth_close,
    "mouthLeft": lambda poser: _mouth_aside(poser, 1.0),
    "mouthRight": lambda poser: _mouth_aside(poser, -1.0),
    "cheekPuff": cheek_puff,
    "tongueOut": tongue_out,
}
"""The shapes of ARKit that the rig has no value for, moved here directly."""
