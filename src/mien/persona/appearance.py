"""Paint of a fitted face: lips, brows, irises, beard, shirt; and where the eyes look.

Colours are read as ratios to the skin beside them, under the same light, and multiplied by the
skin's fitted albedo; so exposure and white balance of the photo do not get into them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.face import regions
from mien.face.eyes import open_eyes
from mien.head.camera import CENTRE, PIVOT
from mien.head.rig import GAZE_DEGREES, Mesh, rotation
from mien.head.sample import linear
from mien.head.schema import LABEL
from mien.persona.landmark_model import DISTANCE, FOCAL
from mien.persona.light_fit import LightFit, rounded, scene_light, skin_mask, untone
from mien.persona.placement import Placement, Sight
from mien.types import Face, Image, Landmarks, MaterialValue

FloatArray = NDArray[np.float64]

DARK_BROWN, BROWN, HAZEL, BLUE, PALE_BLUE = (
    tuple(1.25 * channel for channel in linear(colour))
    for colour in ("3a2414", "6b4a2a", "5a5a44", "536f86", "7c8f9c")
)
_EYE_VIEW = 384


def skin_correction(photo: Sight, drawn: Sight) -> FloatArray:
    """(3,) factor by which the skin's albedo misses the photo, from a render under the fit."""
    mask = skin_mask(photo)
    if mask.sum() < 30:
        return np.ones(3)
    wanted = np.median(scene_light(photo.image)[mask], axis=0)
    got = np.median(scene_light(drawn.drawn.rgb)[mask], axis=0)
    return np.clip(wanted / np.maximum(got, 1e-3), 0.6, 1.6).astype(np.float64)


def fit_paint(face: Face, view: Sight, light: LightFit, sex: float) -> dict[str, MaterialValue]:
    """Materials of a face by name, but for hair and the places of the brows."""
    skin = light.skin
    paint: dict[str, MaterialValue] = {
        "skin": rounded(skin),
        "lash": round(float(np.interp(sex, (-0.6, 0.6), (0.95, 0.5))), 3),
        "lip_gloss": 0.2,
        "redness": 0.6,
        "dark_circles": 0.35,
        "iris_size": 0.43,  # 11.8 mm in an opening of 29
        "lips": rounded(_lips(face, skin)),
        "iris": rounded(iris_colour(face)),
        "shirt": _shirt(view, light),
    }
    return {**paint, **_brows(face, view, skin), "beard": _beard(view)}


def _ratio(colour: tuple[float, ...] | None, skin: tuple[float, ...] | None) -> FloatArray | None:
    if colour is None or skin is None:
        return None
    return untone(np.array(colour)) / np.maximum(untone(np.array(skin)), 1e-3)


def _lips(face: Face, skin: FloatArray) -> FloatArray:
    ratio = _ratio(face.colours.lips, face.colours.skin)
    usual = np.array([0.85, 0.58, 0.58])
    if ratio is None:
        return np.clip(skin * usual, 0.005, 0.8)
    ratio = np.clip(ratio, 0.3, 1.1)
    ratio[2] = min(ratio[2], 1.25 * ratio[0])  # dark lips mirror blue skies
    return np.clip(skin * (0.75 * ratio + 0.25 * usual), 0.005, 0.8)


def iris_colour(face: Face) -> FloatArray:
    """(3,) linear RGB: one of five, chosen with care, since a few dark pixels have to decide."""
    iris, skin = face.colours.iris, face.colours.skin
    if iris is None or skin is None:
        return np.array(BROWN)
    colour, ground = untone(np.array(iris)), untone(np.array(skin))
    darkness = float(colour.mean() / max(float(ground.mean()), 1e-3))
    blue = float(np.log(max(colour[2], 1e-4) / max(colour[0], 1e-4)))
    green = float(colour[1] / max(colour[0], 1e-4))
    # Glasses mirror windows, and a photo without colour has none to tell.
    told = "glasses" not in face.warnings and ground[0] > 1.3 * ground[2]
    if not told:
        return np.array(DARK_BROWN if darkness < 0.12 else BROWN)
    if blue > -0.25:
        return np.array(PALE_BLUE if darkness > 0.2 else BLUE)
    if green > 0.6 and darkness > 0.15:
        return np.array(HAZEL)
    return np.array(DARK_BROWN if darkness < 0.12 else BROWN)


def _brows(face: Face, view: Sight, skin: FloatArray) -> dict[str, MaterialValue]:
    """Colour, density and thickness of the brows, from how dark their band is."""
    ratio = _ratio(face.colours.brows, face.colours.skin)
    if ratio is None:
        return {}
    relative = float(np.clip(ratio.mean(), 0.0, 1.0))
    found: dict[str, MaterialValue] = {
        "brow_colour": rounded(np.clip(skin * ratio * 0.9, 0.004, 0.35)),
        "brow_density": round(float(np.clip((1 - relative) * 1.5, 0.25, 0.95)), 3),
    }
    band = _brow_band(view)
    if band.sum() > 30:
        luminance = scene_light(view.image).mean(2)
        bright = 0.95 * float(np.median(luminance[skin_mask(view)]))
        depth = max(bright * (1 - relative), 1e-3)
        dark = float(np.clip((bright - luminance[band]) / depth, 0, 1).mean())
        found["brow_thickness"] = round(0.40 * float(np.clip(dark / 0.30, 0.6, 1.7)), 3)
    return found


def _brow_band(view: Sight) -> NDArray[np.bool_]:
    """(s, s): within about a centimetre of the line of each brow, as detected."""
    size, width = view.image.shape[0], 2.0 * view.unit
    band = np.zeros((size, size), bool)
    for points in (view.landmarks[17:22], view.landmarks[22:27]):
        band |= regions.stroke(points, width, size)
    return band & view.inside & (view.drawn.hairline > -90) & (view.drawn.hairline < -0.4)


def _beard(view: Sight) -> float:
    """Beard from 0 to 1: how much darker chin and upper lip are than the head says."""
    drawn = view.drawn
    x, y = np.abs(drawn.rest[..., 0]), drawn.rest[..., 1]
    plain = (drawn.labels == LABEL["skin"]) & (drawn.hairline > -90) & view.inside
    chin = plain & (y < -8.6) & (y > -11.2) & (x < 3.6) & (drawn.normals[..., 2] > 0.1)
    lip = plain & (np.abs(y + 5.6) < 0.4) & (x < 2.2)
    cheeks = skin_mask(view)
    seen, expected = scene_light(view.image).mean(2), scene_light(drawn.rgb).mean(2)
    ratios = []
    for part in (chin, lip):
        if part.sum() < 10 or cheeks.sum() < 10:
            return 0.0
        photo = np.median(seen[part]) / max(float(np.median(seen[cheeks])), 1e-3)
        engine = np.median(expected[part]) / max(float(np.median(expected[cheeks])), 1e-3)
        ratios.append(float(photo / max(engine, 1e-3)))
    level = min(0.6 * ratios[0] + 0.4 * ratios[1], 1.0)
    if level > 0.68 or max(ratios) > 0.85:
        return 0.0
    return round(float(np.clip((0.72 - level) * 2.6, 0.0, 1.0)), 3)


def _shirt(view: Sight, light: LightFit) -> tuple[float, float, float]:
    """Albedo of what is worn: the lower middle of the picture, under the face's light."""
    part = (view.drawn.labels == LABEL["shirt"]) & view.inside
    columns = np.abs(np.arange(part.shape[1]) - part.shape[1] / 2) < 0.3 * part.shape[1]
    part &= columns[None, :]
    if part.sum() < 60:
        return linear("3b4a63")
    colour = np.median(scene_light(view.image)[part], axis=0)
    skin = np.median(scene_light(view.image)[skin_mask(view)], axis=0)
    return rounded(np.clip(light.skin * colour / np.maximum(skin, 1e-3), 0.008, 0.75))


def fit_gaze(
    photo: Image, face: Face, placement: Placement, eyes_of: tuple[Mesh, Landmarks]
) -> tuple[float, float]:
    """Where the eyes look, (right, up) in [-1, 1], from the centres of the irises.

    eyes_of  the head with its gaze straight on, and its landmarks (68, 2) on the camera plane

    For a range of gazes the head says where in the opening of the eye the iris is seen; the gaze
    whose irises lie as the photo's is taken, and held back a little towards straight on.
    """
    view = regions.head_view(photo, face.landmarks, _EYE_VIEW)
    luminance = regions.to_linear(view.image).mean(2)
    eyes = open_eyes(view, luminance)
    if len(eyes) < 2:
        return (0.0, 0.0)
    offsets = [
        _in_eye(eye.centre, view.points[first : first + 6])
        for eye, first in zip(eyes, (36, 42), strict=True)
    ]
    seen = np.mean(offsets, axis=0)
    steps = np.linspace(-0.8, 0.8, 17)
    across = [_iris_offset(eyes_of, placement, (float(g), 0.0))[0] for g in steps]
    up = [_iris_offset(eyes_of, placement, (0.0, float(g)))[1] for g in steps]
    right = float(np.interp(seen[0], across, steps)) if across[0] < across[-1] else 0.0
    high = float(np.interp(seen[1], up, steps)) if up[0] < up[-1] else 0.0
    return (round(0.8 * right, 3), round(0.4 * high, 3))


def _in_eye(point: FloatArray, points: FloatArray) -> FloatArray:
    """(2,) where a point lies in an eye's six landmarks, right and up, in eye widths."""
    along = points[3] - points[0]
    width = max(float(np.hypot(*along)), 1e-9)
    unit = along / width
    off = point - points.mean(0)
    return np.array([off @ unit, off @ np.array([unit[1], -unit[0]])]) / width


def _iris_offset(
    eyes_of: tuple[Mesh, Landmarks], placement: Placement, gaze: tuple[float, float]
) -> FloatArray:
    """(2,) where the irises of the head are seen, as `_in_eye`, mean of both eyes."""
    mesh, landmarks = eyes_of
    turn = rotation(*placement.pose.as_tuple())
    look = rotation(gaze[0] * GAZE_DEGREES[0], -gaze[1] * GAZE_DEGREES[1], 0.0) @ [0.0, 0.0, 1.0]
    offsets = []
    for centre, first in zip(mesh.eye_centres[::-1], (36, 42), strict=True):
        iris = turn @ (centre + look * mesh.eye_radius - PIVOT) + PIVOT
        inverse = 1.0 / (DISTANCE + CENTRE[2] - iris[2])
        seen = FOCAL * inverse * np.array([iris[0] - CENTRE[0], CENTRE[1] - iris[1]])
        offsets.append(_in_eye(seen, landmarks[first : first + 6]))
    return np.mean(offsets, axis=0)
