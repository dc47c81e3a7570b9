"""From numbers to a mesh: sliders, Action Units and gaze move the template.

Everything is plain arithmetic in fixed order (no BLAS, no libm), so equal codes give equal bytes.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head import template as template_module
from mien.head.identity import EYE, REACH
from mien.head.kernels import allocating_kernel, kernel
from mien.head.layout import ALONG, REST
from mien.head.maths import cos, power, sin
from mien.head.schema import AU_INDEX, SLIDER_INDEX
from mien.head.template import LASHES_PER_EYE, Template, add_fields, hair_mesh, layout

EYE_RADIUS = 1.45
LID_THICKNESS = 0.10
JAW_HINGE = (0.0, -2.5, -7.5)
JAW_DEGREES = {"AU26": 10.0, "AU27": 19.0}
GAZE_DEGREES = (28.0, 20.0)
"""Eye rotation for a gaze of 1, right and up."""
OUTWARD_DEGREES = 1.2
"""Looking at the lens, each iris points outwards by this much: the line of sight leaves the eye
nasally of its axis, by more than two eyes converge on a viewer at arm's length."""

# Per ring from the lid edge outwards: how far it follows the upper and the lower lid.
UPPER_FOLLOW = np.array([1, 1, 0.98, 0.93, 0.84, 0.66, 0.40, 0.16, 0.03])
LOWER_FOLLOW = np.array([1, 1, 0.9, 0.8, 0.68, 0.5, 0.35, 0.2, 0.05])
ON_EYEBALL = np.array([1, 1, 1, 0.9, 0.7, 0.4])
"""How far the inner six rings keep their height over the eyeball when a lid moves."""


@dataclasses.dataclass(frozen=True)
class Mesh:
    """A head in its own frame, not yet turned or projected.

    vertices     (n, 3) float32, cm
    triangles    (t, 3) int32, parts (t,) int32, attributes (n, 7) float32: see `layout`
    head_count   the first this many vertices are the skin of head and neck
    first        first vertex of each part by name
    eye_centres  (2, 3), x > 0 first; eye_radius in cm
    """

    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]
    parts: NDArray[np.int32]
    attributes: NDArray[np.float32]
    head_count: int
    first: dict[str, int]
    eye_centres: NDArray[np.float64]
    eye_radius: float


def rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    """(3, 3) matrix roll @ yaw @ pitch; degrees, signs as in `types.Pose`."""
    a, b, c = (angle * (np.pi / 180) for angle in (yaw, pitch, roll))
    ca, sa, cb, sb, cc, sc = cos(a), sin(a), cos(b), sin(b), cos(c), sin(c)
    # Written out: a matrix product would go through BLAS.
    return np.array(
        [
            [cc * ca, cc * sa * sb - sc * cb, cc * sa * cb + sc * sb],
            [sc * ca, sc * sa * sb + cc * cb, sc * sa * cb - cc * sb],
            [-sa, ca * sb, ca * cb],
        ]
    )


@kernel
def rotate_about(points: Any, matrix: Any, pivot: Any, out: Any) -> None:
    """out = matrix (points - pivot) + pivot, all (n, 3)."""
    for i in range(points.shape[0]):
        x = points[i, 0] - pivot[0]
        y = points[i, 1] - pivot[1]
        z = points[i, 2] - pivot[2]
        for k in range(3):
            out[i, k] = matrix[k, 0] * x + matrix[k, 1] * y + matrix[k, 2] * z + pivot[k]


@kernel
def _turn_jaw(vertices: Any, weights: Any, radians: float, hinge: Any) -> None:
    for i in range(vertices.shape[0]):
        angle = weights[i] * radians
        if angle == 0.0:
            continue
        y = vertices[i, 1] - hinge[1]
        z = vertices[i, 2] - hinge[2]
        c = cos(angle)
        s = sin(angle)
        vertices[i, 1] = y * c - z * s + hinge[1]
        vertices[i, 2] = y * s + z * c + hinge[2]


@kernel
def _sphere_height(x: float, y: float, radius: float, floor: float) -> float:
    """z of a sphere over (x, y); past its edge a small constant, so lids stay in front."""
    squared = radius * radius - x * x - y * y
    return np.sqrt(squared if squared > floor else floor)


@allocating_kernel
def _move_lids(vertices: Any, rings: Any, sine: Any, lid: Any, follow: Any, ball: Any) -> None:
    """Slide the rings of one eye by shares of the local gap and lay them on the eyeball again.

    lid = (share of the upper, share of the lower lid); ball = (x, y, z, radius, slider scale)
    """
    count = rings.shape[1]
    radius = ball[3]
    floor = 0.12 * radius * radius
    gap = np.zeros(count)
    for j in range(count):
        opposite = (count - j) % count
        gap[j] = abs(vertices[rings[1, j], 1] - vertices[rings[1, opposite], 1])
    for k in range(rings.shape[0]):
        for j in range(count):
            i = rings[k, j]
            x = vertices[i, 0] - ball[0]
            y = vertices[i, 1] - ball[1]
            z = vertices[i, 2] - ball[2]
            lift = z - _sphere_height(x, y, radius + LID_THICKNESS * ball[4], floor)
            move = 0.0
            if sine[j] > 0.01:
                move = -lid[0] * follow[0, k] * gap[j]
            elif sine[j] < -0.01:
                move = lid[1] * follow[1, k] * gap[j]
            y += move
            thickness = (0.01 if k == 0 else LID_THICKNESS) * ball[4]
            surface = _sphere_height(x, y, radius + thickness, floor)
            if k <= 5:
                if move != 0.0:
                    wanted = surface + (lift if k >= 1 else -0.04)
                    z = z * (1.0 - follow[2, k]) + wanted * follow[2, k]
                z = max(z, surface * (1.0 if k < 4 else 0.98))
            if k >= 1:
                # No vertex may end inside the eyeball, whatever the sliders say.
                length = np.sqrt(x * x + y * y + z * z)
                push = max(1.0, (radius + 0.03 * ball[4]) / length)
                x, y, z = x * push, y * push, z * push
            vertices[i, 0] = x + ball[0]
            vertices[i, 1] = y + ball[1]
            vertices[i, 2] = z + ball[2]


def _lid_shares(aus: NDArray[np.float64], gaze_up: float) -> NDArray[np.float64]:
    """How much of the gap the upper lid closes and the lower lid rises."""
    close, wide = aus[AU_INDEX["AU45"]], aus[AU_INDEX["AU5"]]
    au6, au7, au9 = (aus[AU_INDEX[name]] for name in ("AU6", "AU7", "AU9"))
    squint = 0.35 * au7 + 0.22 * au6 + 0.15 * au9
    awake = 1 - close
    follow_gaze = 0.10 * max(0.0, -gaze_up) - 0.08 * max(0.0, gaze_up)
    upper = 0.82 * close + 0.40 * squint * awake - 0.34 * wide * awake + follow_gaze
    lower = 0.13 * close + 0.55 * squint * awake - 0.06 * wide
    return np.array([np.clip(upper, -0.6, 0.84), np.clip(lower, -0.3, 0.5)])


def _head(template: Template, sliders: NDArray[np.float64], aus: NDArray[np.float64]) -> Any:
    vertices = template.vertices.copy()
    add_fields(template.sliders, sliders, vertices)
    linear = aus.copy()
    add_fields(template.aus, linear, vertices)
    return vertices


def _jaw_radians(aus: NDArray[np.float64]) -> float:
    degrees = sum(aus[AU_INDEX[name]] * size for name, size in JAW_DEGREES.items())
    return float(degrees * (np.pi / 180))


def _eye_centres(template: Template, sliders: NDArray[np.float64]) -> NDArray[np.float64]:
    centres = np.array([EYE, (-EYE[0], EYE[1], EYE[2])])
    add_fields(template.eye_sliders, sliders, centres)
    centres[:, 2] -= 0.12 * REACH * sliders[SLIDER_INDEX["eye_size"]]
    return centres


def _eyeball(
    template: Template,
    skin: NDArray[np.float64],
    *,
    side: int,
    centre: NDArray[np.float64],
    radius: float,
    gaze: tuple[float, float],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Posed vertices of one eyeball and, per vertex, its gap to the upper lid in [0, 1]."""
    outward = OUTWARD_DEGREES if side == 0 else -OUTWARD_DEGREES
    turn = rotation(gaze[0] * GAZE_DEGREES[0] + outward, -gaze[1] * GAZE_DEGREES[1], 0.0)
    unit = template.arrays["ball.vertices"].astype(np.float64)
    points = np.zeros_like(unit)
    rotate_about(unit, turn * radius, np.zeros(3), points)
    points += centre
    lid = template.eye_rings[side][1][template.ring_sine > -0.01]
    order = np.argsort(skin[lid, 0], kind="stable")
    lid_height = np.interp(points[:, 0], skin[lid, 0][order], skin[lid, 1][order])
    return points, np.clip((lid_height - points[:, 1]) / 0.9, 0, 1)


def _lash_profile() -> NDArray[np.float64]:
    t = np.arange(1, LASHES_PER_EYE + 1) / 22.0
    return np.array([power(sin(value * np.pi), 0.35) * (1.15 - 0.5 * value) for value in t])


LASH_PROFILE = _lash_profile()


def _lashes(
    edge: NDArray[np.float64], centre: NDArray[np.float64], *, close: float, length: float
) -> NDArray[np.float64]:
    """(63, 3): roots on the lid edge, middles and tips."""
    zero = np.zeros(len(edge))
    out = np.stack(
        [(edge[:, 0] - centre[0]) * 0.30, zero + 0.30 * (1 - 1.3 * close), zero + 0.62], 1
    )
    out /= np.sqrt(out[:, :1] ** 2 + out[:, 1:2] ** 2 + out[:, 2:] ** 2)
    reach = length * LASH_PROFILE
    lift = np.stack([zero, reach * 0.25 * (1 - 1.6 * close), zero], 1)
    middle = edge + out * reach[:, None] * 0.5 + np.array([0, -0.03, 0])
    return np.concatenate([edge, middle, edge + out * reach[:, None] + lift])


def assemble(
    template: Template,
    sliders: NDArray[np.float64],
    aus: NDArray[np.float64],
    *,
    hair: str = "crop",
    gaze: tuple[float, float] = (0.0, 0.0),
    toon: bool = False,
) -> Mesh:
    """The mesh for identity `sliders` (93,), `aus` (22,), a hair style and a gaze."""
    plan = layout(hair)
    sliders, aus = np.asarray(sliders, np.float64), np.asarray(aus, np.float64)
    skin = _head(template, sliders, aus)
    hinge, jaw = np.array(JAW_HINGE), _jaw_radians(aus)
    _turn_jaw(skin, template.jaw, jaw, hinge)
    scale = 1 + 0.20 * REACH * float(sliders[SLIDER_INDEX["eye_size"]])
    centres, radius = _eye_centres(template, sliders), EYE_RADIUS * scale
    lids, follow = _lid_shares(aus, gaze[1]), np.zeros((3, 9))
    follow[0], follow[1], follow[2, :6] = UPPER_FOLLOW, LOWER_FOLLOW, ON_EYEBALL
    attributes = plan.attributes.copy()
    vertices = np.zeros((plan.count, 3))
    for side in range(2):
        ball = np.array([*centres[side], radius, scale])
        _move_lids(skin, template.eye_rings[side], template.ring_sine, lids, follow, ball)
        points, gap = _eyeball(
            template, skin, side=side, centre=centres[side], radius=radius, gaze=gaze
        )
        start = plan.first[f"eye{side}"]
        vertices[start : start + len(points)] = points
        attributes[start : start + len(points), ALONG] = gap
        edge = skin[template.eye_rings[side][1][1 : LASHES_PER_EYE + 1]]
        lash = _lashes(
            edge,
            centres[side],
            close=float(aus[AU_INDEX["AU45"]]),
            length=(0.34 if toon else 0.30) * scale,
        )
        start = plan.first[f"lash{side}"]
        vertices[start : start + len(lash)] = lash
        attributes[start : start + len(lash), REST : REST + 3] = lash
    vertices[: len(skin)] = skin
    _place_rest(template, plan.first, vertices, sliders, hair=hair, jaw=jaw)
    return Mesh(
        vertices=vertices.astype(np.float32),
        triangles=plan.triangles,
        parts=plan.parts,
        attributes=attributes,
        head_count=len(skin),
        first=plan.first,
        eye_centres=centres,
        eye_radius=radius,
    )


def _place_rest(
    template: Template,
    first: dict[str, int],
    vertices: NDArray[np.float64],
    sliders: NDArray[np.float64],
    *,
    hair: str,
    jaw: float,
) -> None:
    """Ears, teeth, shirt and hair into their places of `vertices`."""
    arrays = template.arrays
    ear = arrays["ear.vertices"].astype(np.float64)
    add_fields(template.ear_sliders, sliders, ear)
    vertices[first["ear"] : first["ear"] + len(ear)] = ear
    shift = np.zeros((1, 3))
    add_fields(template.teeth_sliders, sliders, shift)
    teeth = arrays["teeth.vertices"] + (shift + np.array([0, 0, -0.15]))
    _turn_jaw(teeth, arrays["teeth.lower"].astype(np.float64), jaw, np.array(JAW_HINGE))
    vertices[first["teeth"] : first["teeth"] + len(teeth)] = teeth
    shirt = arrays["shirt.vertices"]
    vertices[first["shirt"] : first["shirt"] + len(shirt)] = shirt
    strands = hair_mesh(hair)
    if strands is not None:
        points = strands.vertices.copy()
        add_fields(strands.sliders, sliders, points)
        vertices[first["hair"] : first["hair"] + len(points)] = points


def default_template() -> Template:
    """The shipped template."""
    return template_module.load()
