"""Light and skin, on renders whose light and skin are known."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.head.light import LIGHTS, Light
from mien.head.resolve import _tone_curve
from mien.head.sample import SKIN_RAMP, linear
from mien.persona.light_fit import (
    DIRECTIONS,
    LightFit,
    fit_light,
    lab_of,
    rounded,
    scene_light,
    skin_mask,
    untone,
)

SKINS = {"pale": 1, "middle": 4, "dark": 7}


def direction_of(light: Light) -> np.ndarray:
    return np.asarray(light.vector()[:3], np.float64)


def fitted(scene_of: Any, light: Light, skin: tuple[float, float, float]) -> LightFit:
    scene = scene_of(light=light, skin=skin)
    return fit_light(scene.seen, None)


@given(st.floats(0.0, 2.0))
def test_untone_is_the_inverse_of_the_tone_curve(value: float) -> None:
    display = float(_tone_curve(value))
    if display <= 0.93:
        assert float(untone(np.array(display))) == pytest.approx(value, abs=1e-9, rel=1e-9)
    else:
        assert float(untone(np.array(display))) == float(untone(np.array(1.0)))


def test_untone_is_monotonic_and_joins_at_the_shoulder() -> None:
    y = np.linspace(0, 0.93, 4000)
    scene = untone(y)
    assert scene[0] == 0.0
    steps = np.diff(scene)
    assert (steps > 0).all()
    assert (np.diff(steps) > -1e-7).all()  # ever steeper, without a jump at the bend
    assert untone(np.array([-1.0]))[0] == 0.0


def test_bytes_and_their_scene_light() -> None:
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    scene = scene_light(np.repeat(grey[..., None], 3, 2))
    assert scene.dtype == np.float32
    assert scene[0, 0, 0] == 0.0
    assert (np.diff(scene[..., 1].ravel()) >= 0).all()
    wanted = untone(np.array((100 / 255) ** 2.2))
    assert scene[6, 4, 2] == pytest.approx(float(wanted), rel=1e-6)


def test_lab_of_known_colours() -> None:
    picture = np.array([[[255, 255, 255], [0, 0, 0], [255, 0, 0]]], np.uint8)
    assert lab_of(picture)[0] == pytest.approx(
        np.array([[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]]), abs=0.1
    )


@pytest.mark.parametrize("name", ["left", "right", "top", "soft", "studio"])
def test_the_side_the_light_comes_from(name: str, scene_of: Any) -> None:
    light = LIGHTS[name]
    fit = fitted(scene_of, light, linear(SKIN_RAMP[3]))
    true, found = direction_of(light), direction_of(fit.light)
    angle = np.degrees(np.arccos(np.clip(true @ found, -1, 1)))
    assert angle < 35.0
    if name in ("left", "right"):
        assert np.sign(found[0]) == np.sign(true[0])
        assert abs(found[0]) > 0.4


@pytest.mark.parametrize("tone", list(SKINS.values()), ids=list(SKINS))
def test_skin_is_found_roughly(tone: int, scene_of: Any) -> None:
    true = np.array(linear(SKIN_RAMP[tone]))
    fit = fitted(scene_of, LIGHTS["studio"], linear(SKIN_RAMP[tone]))
    ratio = np.log(fit.skin / true)
    assert abs(ratio.mean()) < 0.45  # paint and exposure cannot be told apart any better
    assert np.abs(ratio - ratio.mean()).max() < 0.25
    assert abs(fit.tone - tone) < 2.0


def test_darker_skins_are_darker_in_order(scene_of: Any) -> None:
    fits = [fitted(scene_of, LIGHTS["studio"], linear(SKIN_RAMP[k])) for k in range(0, 8, 2)]
    tones = [fit.tone for fit in fits]
    assert tones == sorted(tones)
    luminance = [float(fit.skin.mean()) for fit in fits]
    assert luminance == sorted(luminance, reverse=True)


def test_light_times_skin_gives_the_photo_again(scene_of: Any) -> None:
    """Paint and light may be split wrongly; their product is what was seen."""
    for name in ("left", "evening"):
        scene = scene_of(light=LIGHTS[name], skin=linear(SKIN_RAMP[3]))
        fit = fit_light(scene.seen, None)
        again = scene_of(light=fit.light, skin=rounded(fit.skin))
        mask = skin_mask(scene.seen)
        seen = scene_light(scene.photo.rgb)[mask]
        drawn = scene_light(again.photo.rgb)[mask]
        error = np.abs(np.log((drawn + 0.01) / (seen + 0.01)))
        assert np.median(error) < 0.12
        unlit = dataclasses.replace(fit.light, direction=(0.0, 0.0, 1.0))
        flat = scene_of(light=unlit, skin=rounded(fit.skin))
        worse = np.abs(np.log((scene_light(flat.photo.rgb)[mask] + 0.01) / (seen + 0.01)))
        assert np.mean(worse) > np.mean(error)


def test_a_known_white_takes_the_cast_out(scene_of: Any) -> None:
    skin = linear(SKIN_RAMP[3])
    cast, plain = np.array([1.0, 0.8, 0.6]), LIGHTS["soft"]
    warm = dataclasses.replace(
        plain,
        key_colour=rounded(cast * plain.key_colour),
        ambient=rounded(cast * plain.ambient),
        fill_colour=rounded(cast * plain.fill_colour),
    )
    scene = scene_of(light=warm, skin=skin)
    blind = fit_light(scene.seen, None).skin
    told = fit_light(scene.seen, rounded(cast)).skin

    def hue(colour: np.ndarray) -> float:
        away = np.log(colour / np.array(skin))
        return float(np.abs(away - away.mean()).max())

    assert hue(told) < hue(blind)


def test_without_skin_in_sight_the_answer_is_the_usual_one(scene_of: Any) -> None:
    scene = scene_of(light=LIGHTS["studio"])
    nothing = dataclasses.replace(scene.seen, inside=np.zeros_like(scene.seen.inside))
    fit = fit_light(nothing, None)
    assert fit.light == LIGHTS["soft"]
    assert fit.skin == pytest.approx(linear(SKIN_RAMP[2]))
    assert not skin_mask(nothing).any()


def test_the_skin_mask_holds_skin_alone(scene_of: Any) -> None:
    seen = scene_of(light=LIGHTS["soft"]).seen
    mask = skin_mask(seen)
    assert mask.mean() > 0.05
    assert (seen.drawn.labels[mask] == 1).all()
    for k in (*range(36, 48), *range(60, 68)):  # lids and the gap of the lips
        x, y = np.round(seen.drawn.landmarks[k]).astype(int)
        assert not mask[y, x]


def test_directions_are_unit_and_cover_the_front() -> None:
    assert np.linalg.norm(DIRECTIONS, axis=1) == pytest.approx(1.0)
    assert (DIRECTIONS[:, 2] > 0).all()
    assert DIRECTIONS[:, 0].min() == pytest.approx(-DIRECTIONS[:, 0].max())


def test_numbers_are_rounded_as_files_hold_them() -> None:
    assert rounded(np.array([0.123456, 1.0, -2.00004])) == (0.1235, 1.0, -2.0)
