"""The pieces of a head for engines: which vertices, which triangles, how detailed."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.bands import thinned
from mien.head.decimate import decimate
from mien.head.hair import beard_mesh, hair_mesh
from mien.head.rig import Mesh, assemble
from mien.head.schema import SLIDERS, rig_vector
from mien.head.template import load
from mien.head.unwrap import cut_seam, uv
from mien.head.worn import Worn

POSES: tuple[dict[str, float], ...] = (
    {},
    *({name: 1.0} for name in ("AU27", "AU12", "AU45", "AU18", "AU20")),
    {"AU1": 1.0, "AU2": 1.0},
    {"AU4": 1.0, "AU9": 1.0},
)
"""What the simple skin has to be able to do as well as the whole one."""


@dataclasses.dataclass(frozen=True)
class Detail:
    """How many triangles a model has at most, and how they are shared out; hair takes the rest.

    total  of all parts; the others of one part each (eye: of one eyeball)
    """

    total: int
    skin: int
    ears: int
    eye: int
    teeth: int
    tongue: int
    shirt: int
    lashes: int
    glasses: int
    lenses: int


FULL = Detail(15_000, 5_900, 900, 320, 640, 120, 480, 444, 700, 60)
LOW = Detail(4_000, 1_400, 170, 160, 120, 24, 150, 96, 180, 24)
DETAILS = (FULL, LOW)
"""Levels of detail: the head for close-ups, and the one for the distance."""
LID_RINGS, LID_WORTH = 7, 60.0
"""Lids slide over eyeballs with little room: they stay finer than the rest of the skin."""
ROUND_EYE = 250
LIP_WORTH = 6.0
BEARD_SHARE = 0.27
"""Of the triangles that are left for hair."""


@dataclasses.dataclass
class Part:
    """One drawable.

    sources    (n, k) vertices of the mesh that each of its own is a mixture of
    shares     (k,) of that mixture
    triangles  (t, 3) over its own vertices
    """

    name: str
    sources: NDArray[np.int64]
    triangles: NDArray[np.int32]
    shares: tuple[float, ...] = (1.0,)
    coordinates: NDArray[np.float64] | None = None
    colours: NDArray[np.float32] | None = None
    material: int = 0

    @property
    def first(self) -> NDArray[np.int64]:
        """(n,) the vertex of the mesh that each of its own is, or is nearest to."""
        return self.sources[:, 0]

    def take(self, values: NDArray[Any]) -> NDArray[Any]:
        """(n, c) places or moves of its vertices, from the mesh's."""
        if len(self.shares) == 1:
            return values[self.first]
        return sum(
            (values[self.sources[:, k]] * share for k, share in enumerate(self.shares)),
            np.zeros((len(self.sources), values.shape[1])),
        )


def chosen(name: str, triangles: NDArray[Any]) -> Part:
    """A part of all vertices that triangles (t, 3) of the mesh use."""
    used, compact = np.unique(triangles, return_inverse=True)
    return Part(name, used[:, None].astype(np.int64), compact.reshape(-1, 3).astype(np.int32))


def piece(mesh: Mesh, first: str, last: str | None = None) -> NDArray[np.int32]:
    """Triangles of the piece that begins at `first`, or of all from there to `last`."""
    start, after = mesh.first[first], mesh.first[last or first]
    stop = min((at for at in mesh.first.values() if at > after), default=len(mesh.vertices))
    inside = (mesh.triangles[:, 0] >= start) & (mesh.triangles[:, 0] < stop)
    return mesh.triangles[inside]


@functools.cache
def _average(glasses: str) -> Mesh:
    return assemble(
        load(), np.zeros(len(SLIDERS)), rig_vector({}), worn=Worn("bald", glasses=glasses)
    )


@functools.cache
def _simple(glasses: str, names: tuple[str, ...], target: int) -> NDArray[np.int32]:
    """Triangles of one piece of the average head, counted from its first vertex.

    Everybody's model has the same: what is made for one fits all.
    """
    mesh = _average(glasses)
    whole = piece(mesh, names[0], names[-1])
    low, high = int(whole.min()), int(whole.max()) + 1
    if len(whole) <= target:
        return (whole - low).astype(np.int32)
    points = mesh.vertices[None, low:high].astype(np.float64)
    return decimate(points, whole - low, target)[0]


@functools.cache
def _simple_skin(target: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Triangles of the head's skin, and which of them are inside the mouth."""
    template, count = load(), len(load().vertices)
    sliders = np.zeros(len(SLIDERS))
    poses = [assemble(template, sliders, rig_vector(pose)).vertices[:count] for pose in POSES]
    lip_level = template.arrays["head.lip_level"]
    inside = np.asarray((lip_level[template.triangles] < 0).any(1))
    lids = np.isin(template.triangles, template.eye_rings[:, :LID_RINGS]).all(1)
    lips = np.isin(template.triangles, template.mouth_rings).all(1)
    triangles, kept = decimate(
        np.stack(poses).astype(np.float64),
        template.triangles,
        target,
        labels=inside.astype(np.int64),
        worth=np.where(lids, LID_WORTH, np.where(lips, LIP_WORTH, 1.0)),
    )
    return triangles, inside[kept]


def skin_parts(detail: Detail) -> tuple[Part, Part]:
    """The outer skin, unwrapped, and the inside of the mouth."""
    triangles, inside = _simple_skin(detail.skin)
    skin = chosen("skin", triangles[~inside])
    coordinates = uv(load().surface)[skin.first]
    skin.triangles, again, skin.coordinates = cut_seam(skin.triangles, coordinates)
    skin.sources = skin.sources[again]
    return skin, chosen("mouth", triangles[inside])


def eye_parts(mesh: Mesh, detail: Detail) -> list[Part]:
    """The person's left and right eyeball, and the lining of their sockets.

    A ball of few triangles does not hide the lining, so it has none.
    """
    arrays = load().arrays
    ball = arrays["ball.vertices"].astype(np.float64)
    faces = arrays["ball.triangles"].astype(np.int64)
    simple = _ball(detail.eye)
    eyes, linings = [], []
    for side, name in enumerate(("eye_left", "eye_right")):
        start = mesh.first[f"eye{side}"]
        eye = chosen(name, simple + start)
        rest = ball[eye.first - start]
        eye.coordinates = np.stack([0.5 + 0.5 * rest[:, 0], 0.5 - 0.5 * rest[:, 1]], 1)
        eyes.append(eye)
        linings.append(piece(mesh, f"eye{side}")[len(faces) :])
    lined = detail.eye >= ROUND_EYE
    return [*eyes, chosen("sockets", np.concatenate(linings))] if lined else eyes


@functools.cache
def _ball(target: int) -> NDArray[np.int32]:
    arrays = load().arrays
    points = arrays["ball.vertices"].astype(np.float64)[None]
    return decimate(points, arrays["ball.triangles"].astype(np.int64), target)[0]


def solid_part(mesh: Mesh, name: str, pieces: tuple[str, ...], target: int, worn: Worn) -> Part:
    """Ears, teeth, tongue, shirt, lashes, frame or lenses."""
    return chosen(name, _simple(worn.glasses, pieces, target) + mesh.first[pieces[0]])


def hair_parts(mesh: Mesh, worn: Worn, budget: int) -> list[Part]:
    """Hair and beard as flat bands, together about `budget` triangles."""
    found = [("hair", hair_mesh(worn.hair)), ("beard", beard_mesh(worn.facial_hair))]
    worn_here = [(name, one) for name, one in found if one is not None and name in mesh.first]
    parts = []
    for name, strands in worn_here:
        share = {"hair": 1 - BEARD_SHARE, "beard": BEARD_SHARE}[name] if len(worn_here) > 1 else 1
        places, triangles, wider = thinned(strands.starts, int(budget * share))
        parts.append(Part(name, places + mesh.first[name], triangles, shares=(wider, 1 - wider)))
    return parts
