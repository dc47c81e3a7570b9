"""The light on a photographed face and the colour of the skin under it, in closed form.

The head's shader is linear in the light's colours before its tone curve: with the curve undone,
skin = albedo * (key * wrapped cosine + sky + fill). For each of a few dozen key directions the
three strengths follow by non-negative least squares; the best direction wins. What remains is the
old ambiguity of paint and light, settled by what skins and exposures are like.
"""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.head.light import LIGHTS, Light
from mien.head.lighting import SKIN_WRAP
from mien.head.resolve import SHOULDER, SHOULDER_SLOPE
from mien.head.sample import SKIN_RAMP, linear
from mien.head.schema import LABEL
from mien.persona.placement import Sight
from mien.seeding import rng
from mien.types import Image

FloatArray = NDArray[np.float64]

GAMMA = 2.2
_BRIGHTEST = 0.93  # a photo's clipped white is as bright as anything; this is enough
_SAMPLES = 2500
_ELEVATIONS = (-10.0, 12.0, 32.0, 52.0)
_AZIMUTHS = range(-75, 76, 15)
_USUAL = np.array([0.62, 0.36, 0.15])
"""Key, sky and fill of an ordinary photo, in units of the median skin luminance."""
_HOLD = np.array([0.01, 0.03, 0.06])
_HOLD_CHANNEL = np.array([0.3, 0.5, 0.5])
_USUAL_ELEVATION, _ELEVATION_WEIGHT = np.deg2rad(30.0), 0.0015

# Tone: log intensity against the studio light, errors of white balance and of the skin ramp, and
# the ruddiness (less green and blue) by which skins differ beside their lightness.
_EXPOSURE = -0.22
_CAMERAS = ((0.86, 0.4, 0.0), (0.06, 1.2, 0.0), (0.06, 0.4, 0.5), (0.02, 1.2, 0.5))
"""Share, exposure error and tint error of good cameras, badly exposed, tinted and both."""
_WHITE_SD, _WHITE_SD_KNOWN = 0.09, 0.06
_SKIN_SD, _RUDDY_SD = 0.06, 0.2
_RUDDY = np.array([0.5, -0.75, -0.43]) / np.linalg.norm([0.5, -0.75, -0.43])
_TONES = 80

# Normals of a face seen from the front: where "the light on the face" is measured.
_FACE_NORMALS = np.array(
    [[0, 0, 1], [0.5, 0, 0.866], [-0.5, 0, 0.866], [0, 0.4, 0.917], [0, -0.3, 0.954]]
)


@dataclasses.dataclass(frozen=True, eq=False)
class LightFit:
    """What lights the face.

    light   as the engine wants it
    skin    (3,) albedo, linear RGB
    tone    place on the skin ramp, 0 palest to 7 darkest
    """

    light: Light
    skin: FloatArray
    tone: float


def untone(display: NDArray[np.floating]) -> FloatArray:
    """Scene light of display-linear values: the inverse of the head's tone curve (`resolve`)."""
    y = np.clip(np.asarray(display, np.float64), 0.0, _BRIGHTEST)
    half = 1.0 - 0.5 * y
    low = (np.sqrt(half * half + 0.48 * y) - half) / 0.24
    bend = SHOULDER * (1.0 + SHOULDER * 0.12) / (1.0 + SHOULDER * 0.5)
    left = np.maximum((1.0 - y) / (1.0 - bend), 1e-6)
    return np.where(y <= bend, low, SHOULDER - np.log(left) * (1.0 - bend) / SHOULDER_SLOPE)


_SCENE = untone((np.arange(256) / 255.0) ** GAMMA).astype(np.float32)


def scene_light(image: Image) -> NDArray[np.float32]:
    """Scene light of the bytes of a picture."""
    return _SCENE[image]


def lab_of(image: Image) -> NDArray[np.float32]:
    """CIE Lab (h, w, 3) of an RGB picture."""
    return np.asarray(cv2.cvtColor(image.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB), np.float32)


def skin_mask(view: Sight) -> NDArray[np.bool_]:
    """(s, s) plain skin: cheeks, nose, forehead, chin; no brows, eyes, hair or other things."""
    drawn = view.drawn
    x, y = np.abs(drawn.rest[..., 0]), drawn.rest[..., 1]
    skin = (drawn.labels == LABEL["skin"]) & (drawn.hairline > -90) & (drawn.hairline < -0.6)
    skin &= (y > -10.5) & (y < 5.0) & (x < 6.0) & (drawn.normals[..., 2] > 0.3) & view.inside
    skin &= ~((np.abs(y - 1.9) < 1.3) & (x < 5.6))
    skin &= ~((np.abs(y) < 1.2) & (np.abs(x - 3.2) < 1.9))
    core = skin & (y > -5.8)
    if not core.any():
        return skin
    lab = lab_of(view.image)
    away = (lab - np.median(lab[core], axis=0)) / np.array([18.0, 8.0, 8.0])
    like = skin & (np.linalg.norm(away, axis=2) < 2.2)
    return like if like.sum() > 60 else core


def ratio_to_skin(
    view: Sight, chosen: NDArray[np.bool_], skin: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """(3,) median scene light of chosen pixels (s, s) over that of skin: free of the exposure."""
    scene = scene_light(view.image)
    under = np.maximum(np.median(scene[skin], axis=0), 1e-3)
    return np.asarray(np.median(scene[chosen], axis=0) / under, np.float64)


def covered_share(view: Sight) -> float:
    """Share of cheeks, nose, chin and forehead whose colour is not that of skin: things over it."""
    drawn = view.drawn
    x, y = np.abs(drawn.rest[..., 0]), drawn.rest[..., 1]
    skin = (drawn.labels == LABEL["skin"]) & (drawn.hairline > -90) & (drawn.hairline < -1.5)
    skin &= (y > -10.5) & (y < 4.0) & (x < 5.5) & (drawn.normals[..., 2] > 0.35) & view.inside
    skin &= ~((np.abs(y - 1.9) < 1.3) | ((np.abs(y) < 1.3) & (np.abs(x - 3.2) < 2.0)))
    core = skin & (y > -5.8) & (y < 1.0)
    if not core.any():
        return 0.0
    lab = lab_of(view.image)
    away = lab - np.median(lab[core], axis=0)
    foreign = np.hypot(away[..., 1], away[..., 2]) > 16.0
    foreign |= (away[..., 0] < -38.0) | (away[..., 0] > 45.0)
    return float((foreign & skin).sum() / skin.sum())


def fit_light(view: Sight, white: tuple[float, float, float] | None) -> LightFit:
    """Light and skin of the face in `view`; `white` is the light's colour where it was seen."""
    mask = skin_mask(view)
    normals, colours = view.drawn.normals[mask].astype(np.float64), scene_light(view.image)[mask]
    if len(normals) < 30:
        return LightFit(LIGHTS["soft"], np.array(linear(SKIN_RAMP[2])), 2.0)
    if len(normals) > _SAMPLES:
        chosen = rng("light", len(normals)).choice(len(normals), _SAMPLES, replace=False)
        normals, colours = normals[chosen], colours[chosen]
    direction, fill, strengths = _strengths(normals, colours.astype(np.float64))
    on_face = _on_face(direction, fill, strengths)
    skin, tone = _split(on_face, white)
    return LightFit(_light(direction, fill, strengths / skin[:, None]), skin, tone)


def _directions() -> FloatArray:
    found = []
    for elevation in np.deg2rad(_ELEVATIONS):
        for azimuth in np.deg2rad(list(_AZIMUTHS)):
            flat = np.cos(elevation)
            found.append((np.sin(azimuth) * flat, np.sin(elevation), np.cos(azimuth) * flat))
    return np.array(found)


DIRECTIONS = _directions()


def _fill_direction(direction: FloatArray) -> FloatArray:
    """The fill comes from the side that the key leaves dark."""
    fill = np.array([-0.8 if direction[0] > 0 else 0.8, 0.0, 0.5])
    return fill / np.linalg.norm(fill)


def _basis(normals: FloatArray, direction: FloatArray, fill: FloatArray) -> FloatArray:
    """(n, 3 channels, 3): what key, sky and fill of strength 1 give on surfaces of albedo 1."""
    facing = normals @ direction
    basis = np.empty((len(normals), 3, 3))
    for channel, wrap in enumerate(SKIN_WRAP):
        basis[:, channel, 0] = np.maximum((facing + wrap) / (1 + wrap), 0.0)
    basis[:, :, 1] = (0.775 + 0.225 * normals[:, 1])[:, None]
    basis[:, :, 2] = np.maximum(0.5 + 0.5 * (normals @ fill), 0.0)[:, None]
    return basis


def _non_negative(
    design: FloatArray, wanted: FloatArray, weight: FloatArray, usual: FloatArray, hold: FloatArray
) -> FloatArray:
    """Ridge regression towards `usual` whose three unknowns may not be negative."""
    weighted = design * weight[:, None]
    normal, right = weighted.T @ design + np.diag(hold), weighted.T @ wanted + hold * usual
    active = np.ones(3, bool)
    solution = np.zeros(3)
    for _ in range(3):
        solution = np.zeros(3)
        solution[active] = np.linalg.solve(normal[np.ix_(active, active)], right[active])
        if (solution >= 0).all() or not (active & (solution > 0)).any():
            break
        active &= solution > 0
    return np.maximum(solution, 0.0)


def _strengths(
    normals: FloatArray, colours: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Key direction, fill direction, and (channel, term) strengths times albedo."""
    middle = np.maximum(np.median(colours, axis=0), 1e-3)
    relative = colours / middle
    luminance, count = relative.mean(1), len(normals)
    best: tuple[float, FloatArray, FloatArray, FloatArray, FloatArray] | None = None
    for direction in DIRECTIONS:
        fill = _fill_direction(direction)
        design = _basis(normals, direction, fill).mean(1)
        weight, solution, error = np.full(count, 1.0 / count), _USUAL, luminance
        for _ in range(3):
            solution = _non_negative(design, luminance, weight, _USUAL, _HOLD)
            error = luminance - design @ solution
            weight = 1.0 / (1.0 + (error / 0.12) ** 2) / count
        cost = float(
            np.minimum(error * error, 0.09).mean() + (_HOLD * (solution - _USUAL) ** 2).sum()
        )
        cost += _ELEVATION_WEIGHT * float(np.arcsin(direction[1]) - _USUAL_ELEVATION) ** 2
        if best is None or cost < best[0]:
            best = (cost, direction, fill, solution, weight)
    assert best is not None
    _, direction, fill, solution, weight = best
    basis = _basis(normals, direction, fill)
    strengths = [
        _non_negative(basis[:, k], relative[:, k], weight, solution, _HOLD_CHANNEL)
        for k in range(3)
    ]
    return direction, fill, np.array(strengths) * middle[:, None]


def _on_face(direction: FloatArray, fill: FloatArray, strengths: FloatArray) -> FloatArray:
    """(3,) light on the front of a face."""
    return (_basis(_FACE_NORMALS, direction, fill) * strengths).sum(2).mean(0)


def _studio() -> FloatArray:
    vector = LIGHTS["studio"].vector().astype(np.float64)
    strengths = np.stack([vector[3:6], vector[6:9], vector[12:15]], axis=1)
    return _on_face(vector[0:3], vector[9:12], strengths)


def _split(
    reflected: FloatArray, white: tuple[float, float, float] | None
) -> tuple[FloatArray, float]:
    """Albedo of the skin and its place on the ramp, from what the face reflects (3,).

    A Gaussian model in logarithms: reflected = ramp(tone) + ruddiness + paint error + exposure +
    light colour, averaged over the tones by how well each explains the colour.
    """
    cast, cast_sd = np.zeros(3), _WHITE_SD
    if white is not None:
        cast, cast_sd = np.log(np.maximum(white, 0.05)), _WHITE_SD_KNOWN
        cast = cast - cast.mean()
    tones = np.linspace(0, len(SKIN_RAMP) - 1, _TONES)
    ramp = np.log([linear(colour) for colour in SKIN_RAMP])
    logs = np.stack([np.interp(tones, np.arange(len(ramp)), ramp[:, k]) for k in range(3)], axis=1)
    paint = _SKIN_SD**2 * np.eye(3) + _RUDDY_SD**2 * np.outer(_RUDDY, _RUDDY)
    away = np.log(np.maximum(reflected / _studio(), 1e-4)) - cast - _EXPOSURE - logs
    scores, paints = [], []
    for chance, exposure_sd, tint_sd in _CAMERAS:
        spread = paint + exposure_sd**2 * np.ones((3, 3))
        spread += max(tint_sd, cast_sd) ** 2 * np.eye(3)
        precision = np.linalg.inv(spread)
        cost = np.einsum("ti,ij,tj->t", away, precision, away)
        scores.append(np.log(chance) - 0.5 * (cost + np.linalg.slogdet(spread)[1]))
        paints.append(logs + away @ precision @ paint)
    score = np.array(scores)
    share = np.exp(score - score.max())
    share /= share.sum()
    albedo = np.exp((share[..., None] * np.array(paints)).sum((0, 1)))
    tone = float((share * tones).sum())
    return np.clip(albedo, 0.008, 0.92), tone


def _light(direction: FloatArray, fill: FloatArray, strengths: FloatArray) -> Light:
    key = float(np.clip(strengths[:, 0].mean(), 0.02, 6.0))
    colour = np.clip(strengths[:, 0] / key, 0.05, 4.0) if strengths[:, 0].mean() > 0 else np.ones(3)
    return Light(
        direction=rounded(direction),
        key=round(key, 4),
        key_colour=rounded(colour),
        ambient=rounded(np.clip(strengths[:, 1], 0.0, 4.0)),
        fill_direction=rounded(fill),
        fill_colour=rounded(np.clip(strengths[:, 2], 0.0, 4.0)),
    )


def rounded(values: NDArray[np.floating]) -> tuple[float, float, float]:
    """Three numbers to four decimals, as they are written to files."""
    a, b, c = (round(float(v), 4) for v in values)
    return (a, b, c)
