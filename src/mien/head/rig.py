"""From numbers to a mesh: sliders, Action Units and gaze move the template.

Everything is plain arithmetic in fixed order (no BLAS, no libm), so equal codes give equal bytes.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head import template as template_module
from mien.head.eye_rig import (
    EYE_RADIUS,
    GAZE_DEGREES,
    LID_FOLLOW,
    RIG_INDEX,
    SIDES,
    eye_centres,
    eye_turns,
    eyeball,
    lashes,
    lid_shares,
    move_lids,
)
from mien.head.eyewear import place_glasses
from mien.head.fields import add_fields
from mien.head.hair import beard_mesh, hair_mesh, placed_beard, placed_hair, recession
from mien.head.identity import EYE_GROWTH
from mien.head.kernels import kernel
from mien.head.layout import ALONG, HAIRLINE, OCCLUSION, REST
from mien.head.material_index import DRAWN_COUNT
from mien.head.maths import cos, sin
from mien.head.schema import AU_INDEX, RIG_SIZE, SLIDER_INDEX
from mien.head.stylise import drawn_face, toon_aus, toon_form
from mien.head.template import Template, layout
from mien.head.toon_eyes import lay_eye_sheets
from mien.head.toon_hair import toon_hair_points
from mien.head.turning import rotate_about, rotation
from mien.head.worn import Worn

__all__ = ["EYE_RADIUS", "GAZE_DEGREES", "Mesh", "assemble", "rotate_about", "rotation"]
JAW_HINGE = (0.0, -2.5, -7.5)
JAW_DEGREES = {"AU26": 10.0, "AU27": 19.0}
JAW_ASIDE = 0.9
"""How far the jaw goes aside, cm."""
LASHES = (0.42, 0.23)
"""Longest lashes of the upper and the lower lid, cm."""
TEETH_BACK = -0.02
"""How far teeth and tongue stand behind where they were built, cm: narrow mouths pinch them."""
LIP_CONTACT = 3
"""The ring of the mouth where the lips meet."""


@dataclasses.dataclass(frozen=True)
class Mesh:
    """A head in its own frame, not yet turned or projected.

    vertices     (n, 3) float32, cm
    triangles    (t, 3) int32, parts (t,) int32, attributes (n, 7) float32: see `layout`
    head_count   the first this many vertices are the skin of head and neck
    first        first vertex of each part by name
    eye_centres  (2, 3), x > 0 first; eye_radius in cm
    creases      (8,) how deep the skin is folded, 0..1: slots CREASE_* of the material
    drawn        (15,) what a drawn face does: slots DRAWN_* of the material; 0 but for toon
    """

    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]
    parts: NDArray[np.int32]
    attributes: NDArray[np.float32]
    head_count: int
    first: dict[str, int]
    eye_centres: NDArray[np.float64]
    eye_radius: float
    creases: NDArray[np.float32]
    drawn: NDArray[np.float32]


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


def _shaped(template: Template, sliders: NDArray[np.float64]) -> NDArray[np.float64]:
    """Skin of a person with an empty face."""
    vertices = template.vertices.copy()
    add_fields(template.sliders, sliders, vertices)
    return vertices


def _jaw(aus: NDArray[np.float64]) -> tuple[float, float]:
    """How far the jaw is turned, radians, and shifted to the picture's right, cm."""
    degrees = sum(aus[AU_INDEX[name]] * size for name, size in JAW_DEGREES.items())
    aside = aus[RIG_INDEX["jaw_right"]] - aus[RIG_INDEX["jaw_left"]]
    return float(degrees * (np.pi / 180)), float(aside * JAW_ASIDE)


def _move_jaw(
    vertices: NDArray[np.float64], weights: NDArray[np.float64], jaw: tuple[float, float]
) -> None:
    _turn_jaw(vertices, weights, jaw[0], np.array(JAW_HINGE))
    if jaw[1] != 0.0:
        vertices[:, 0] += weights * jaw[1]


def assemble(
    template: Template,
    sliders: NDArray[np.float64],
    aus: NDArray[np.float64],
    *,
    worn: Worn = Worn(),
    gaze: tuple[float, float] = (0.0, 0.0),
    toon: bool = False,
) -> Mesh:
    """The mesh for identity `sliders` (S,), what the head wears and a gaze.

    aus   (22,) Action Units, or (RIG_SIZE,) with those of one side (`schema.rig_vector`)
    """
    plan = layout(worn, toon=toon)
    sliders, given = np.asarray(sliders, np.float64), np.asarray(aus, np.float64)
    aus = np.zeros(RIG_SIZE)
    aus[: len(given)] = given
    asked, face = aus, np.zeros(DRAWN_COUNT, np.float32)
    if toon:
        face = drawn_face(sliders, asked, gaze, facial_hair=worn.facial_hair)
        aus = toon_aus(asked)
    jaw = _jaw(aus)
    shaped = _shaped(template, sliders)
    if toon:
        add_fields(toon_form(), np.ones(1), shaped)
    skin = shaped.copy()
    add_fields(template.aus, aus, skin)
    _move_jaw(skin, template.jaw, jaw)
    scale = 1 + EYE_GROWTH * float(sliders[SLIDER_INDEX["eye_size"]])
    centres, radius = eye_centres(template, sliders), EYE_RADIUS * scale
    attributes = plan.attributes.copy()
    vertices = np.zeros((plan.count, 3))
    if toon:
        lay_eye_sheets(template, skin, attributes, face.astype(np.float64))
    above, below = LASHES
    lash_length = (above * scale * worn.lashes, below * scale * worn.lashes)
    turns = eye_turns(centres, gaze)
    # What a drawing has no use for, eyeballs and lashes, shrinks to a point inside the head.
    for side in range(0 if toon else 2):
        ball = np.array([*centres[side], radius, scale])
        shares = lid_shares(aus, gaze[1], side)
        move_lids(skin, template.eye_rings[side], template.ring_sine, shares, LID_FOLLOW, ball)
        points, seen = eyeball(template, skin, side=side, ball=ball, turn=turns[side])
        start = plan.first[f"eye{side}"]
        vertices[start : start + len(points)] = points
        attributes[start : start + len(points), OCCLUSION : ALONG + 1] = seen
        close = min(1.0, float(aus[AU_INDEX["AU45"]] + aus[RIG_INDEX[f"AU45{SIDES[side]}"]]))
        lash = lashes(
            skin, template.eye_rings[side][1], centres[side], close=close, length=lash_length
        )
        start = plan.first[f"lash{side}"]
        vertices[start : start + len(lash)] = lash
        attributes[start : start + len(lash), REST : REST + 3] = lash
    vertices[: len(skin)] = skin
    _place_rest(template, plan.first, vertices, sliders)
    if toon:
        _place_toon_hair(plan.first, vertices, sliders, worn)
    else:
        _place_strands(template, (plan.first, vertices, attributes), sliders, worn=worn, jaw=jaw[0])
    if worn.glasses != "none":
        start, ears = plan.first["ear"], len(template.arrays["ear.vertices"])
        frame, lens = place_glasses(
            template,
            worn.glasses,
            shaped,
            vertices[start : start + ears],
            eyes=(centres, radius),
        )
        for name, points in (("glasses", frame), ("lens", lens)):
            start = plan.first[name]
            vertices[start : start + len(points)] = points
    _place_mouth(template, plan.first, vertices, sliders, jaw)
    _shade_mouth(template, plan.first, vertices, attributes)
    return Mesh(
        vertices=vertices.astype(np.float32),
        triangles=plan.triangles,
        parts=plan.parts,
        attributes=attributes,
        head_count=len(skin),
        first=plan.first,
        eye_centres=centres,
        eye_radius=radius,
        creases=creases(asked),
        drawn=face,
    )


def creases(aus: NDArray[np.float64]) -> NDArray[np.float32]:
    """(8,) how deep Action Units (RIG_SIZE,) fold the skin, in the order of the material's slots.

    Forehead, frown, nose, beside the right and left eye, right and left cheek, chin;
    right is x > 0.
    """

    def total(side: str, **weights: float) -> float:
        found = 0.0
        for name, weight in weights.items():
            found += weight * aus[AU_INDEX[name]]
            for one in side:
                if f"{name}{one}" in RIG_INDEX:
                    found += weight * aus[RIG_INDEX[f"{name}{one}"]] / len(side)
        return float(np.clip(found, 0.0, 1.0))

    values = [
        total("LR", AU1=0.55, AU2=0.55),
        total("LR", AU4=1.0),
        total("LR", AU9=1.0),
        *(total(side, AU6=0.9, AU12=0.25, AU7=0.15) for side in "RL"),
        *(total(side, AU12=0.8, AU10=0.5, AU9=0.4, AU6=0.2, AU14=0.25) for side in "RL"),
        total("", AU17=1.0),
    ]
    return np.array(values, np.float32)


def _place_rest(
    template: Template,
    first: dict[str, int],
    vertices: NDArray[np.float64],
    sliders: NDArray[np.float64],
) -> None:
    """Ears and shirt into their places of `vertices`."""
    arrays = template.arrays
    for name, basis in (("ear", template.ear_sliders), ("shirt", template.shirt_sliders)):
        points = arrays[f"{name}.vertices"].astype(np.float64)
        add_fields(basis, sliders, points)
        vertices[first[name] : first[name] + len(points)] = points


def _place_strands(
    template: Template,
    mesh: tuple[dict[str, int], NDArray[np.float64], NDArray[np.float32]],
    sliders: NDArray[np.float64],
    *,
    worn: Worn,
    jaw: float,
) -> None:
    """Hair and beard into their places, and the person's hairline into the skin's attributes.

    mesh = (first vertices, vertices, attributes)
    """
    first, vertices, attributes = mesh
    placed: list[tuple[str, tuple[NDArray[np.float64], NDArray[np.float64]]]] = []
    hair, beard = hair_mesh(worn.hair), beard_mesh(worn.facial_hair)
    if "hair" in first and hair is not None:
        placed.append(("hair", placed_hair(hair, sliders, worn)))
    if "beard" in first and beard is not None:
        skin = vertices[: len(template.vertices)]
        turn = template.jaw * jaw
        placed.append(("beard", placed_beard(beard, skin, template.vertices, turn)))
    for name, (points, along) in placed:
        rows = slice(first[name], first[name] + len(points))
        vertices[rows] = points
        attributes[rows, ALONG] = along
    line, back = float(np.clip(worn.line, -1, 1)), recession(worn)
    if line != 0.0 or back != 0.0:
        high, far = template.hairline_rises
        attributes[: len(template.vertices), HAIRLINE] -= line * high + back * far


def _place_mouth(
    template: Template,
    first: dict[str, int],
    vertices: NDArray[np.float64],
    sliders: NDArray[np.float64],
    jaw: tuple[float, float],
) -> None:
    """Teeth and tongue: carried by the head, their lower part by the jaw."""
    shift = np.zeros((1, 3))
    add_fields(template.teeth_sliders, sliders, shift)
    for name in ("teeth", "tongue"):
        points = template.arrays[f"{name}.vertices"] + shift + np.array([0.0, 0.0, TEETH_BACK])
        _move_jaw(points, template.arrays[f"{name}.lower"].astype(np.float64), jaw)
        vertices[first[name] : first[name] + len(points)] = points


def _shade_mouth(
    template: Template,
    first: dict[str, int],
    vertices: NDArray[np.float64],
    attributes: NDArray[np.float32],
) -> None:
    """How open to light teeth and tongue are between these lips, into their attributes."""
    ring = vertices[template.mouth_rings[LIP_CONTACT]]
    half = len(ring) // 2
    upper, lower = ring[: half + 1][::-1], np.concatenate([ring[half:], ring[:1]])
    middle, reach = 0.5 * (ring[0, 0] + ring[half, 0]), 0.5 * (ring[0, 0] - ring[half, 0])
    gap = float(upper[half // 2, 1] - lower[half // 2, 1])
    for name in ("teeth", "tongue"):
        start = first[name]
        points = vertices[start : start + len(template.arrays[f"{name}.vertices"])]
        under = np.interp(points[:, 0], upper[:, 0], upper[:, 1]) - points[:, 1]
        aside = np.abs(points[:, 0] - middle) / max(float(reach), 0.5)
        lit = 0.42 + 0.58 * np.clip((under + 0.10) / 0.45, 0, 1)
        lit *= 1 - 0.62 * np.clip((aside - 0.50) / 0.5, 0, 1)
        if name == "tongue":
            lit *= (0.15 + 0.75 * np.clip(gap / 1.8, 0, 1)) * np.clip(
                (points[:, 2] - points[:, 2].min()) / 2.2, 0.15, 1
            )
        attributes[start : start + len(points), OCCLUSION] = lit


def _place_toon_hair(
    first: dict[str, int],
    vertices: NDArray[np.float64],
    sliders: NDArray[np.float64],
    worn: Worn,
) -> None:
    """The few bold shapes of a drawing's hair."""
    points = toon_hair_points(worn, sliders)
    if points is not None:
        vertices[first["hair"] : first["hair"] + len(points)] = points


def default_template() -> Template:
    """The shipped template."""
    return template_module.load()
