"""Lights, automatic exposure and what is behind the head."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mien.head.backdrop import KINDS, Backdrop, Kind
from mien.head.camera import Camera
from mien.head.light import LIGHTS, Light, exposure
from mien.head.render import Render, View, render
from mien.head.schema import LABEL
from mien.types import FaceCode

CODE = FaceCode(hair="bald", materials={"brow_density": 0.0})
SMALL = View(camera=Camera(size=64), supersample=1)


def brightness(picture: Render) -> float:
    """Scene light of the front of the face: the tone curve is undone roughly by the power."""
    x, y, _ = np.moveaxis(picture.rest, -1, 0)
    front = (picture.labels == LABEL["skin"]) & (abs(x) < 5) & (y > -10) & (y < 6)
    values = (picture.rgb[front] / 255.0) ** 2.2
    return float(np.median(values @ [0.3, 0.6, 0.1]))


def test_automatic_exposure_makes_every_light_equally_bright() -> None:
    plain, auto = [], []
    for light in LIGHTS.values():
        view = dataclasses.replace(SMALL, light=light, shadow=1)
        plain.append(brightness(render(CODE, view=view)))
        auto.append(brightness(render(CODE, view=dataclasses.replace(view, exposure="auto"))))
    assert max(plain) / min(plain) > 2
    assert max(auto) / min(auto) < 1.35
    assert np.std(auto) < 0.3 * np.std(plain)


def test_exposure_follows_the_strength_of_the_light() -> None:
    light = LIGHTS["evening"]
    twice = dataclasses.replace(
        light,
        key=2 * light.key,
        ambient=tuple(2 * v for v in light.ambient),
        fill_colour=tuple(2 * v for v in light.fill_colour),
    )
    assert exposure(twice) == pytest.approx(exposure(light) / 2)
    darkness = Light(key=0.0, ambient=(0, 0, 0), fill_colour=(0, 0, 0))
    assert np.isfinite(exposure(darkness))


def test_exposure_one_is_the_light_as_it_is() -> None:
    usual = render(CODE, view=SMALL).rgb
    np.testing.assert_array_equal(
        usual, render(CODE, view=dataclasses.replace(SMALL, exposure=1.0)).rgb
    )
    brighter = render(CODE, view=dataclasses.replace(SMALL, exposure=1.5))
    assert brighter.rgb.mean() > usual.mean()
    np.testing.assert_array_equal(SMALL.light.vector(2.0)[3:6], 2 * SMALL.light.vector()[3:6])
    np.testing.assert_array_equal(SMALL.light.vector(2.0)[:3], SMALL.light.vector()[:3])


@pytest.mark.parametrize("name", LIGHTS)
def test_no_light_comes_from_behind_alone(name: str) -> None:
    light = LIGHTS[name]
    assert light.vector()[2] > 0.3
    assert light.rim_direction[2] < 0


def test_the_rim_light_falls_on_edges_only() -> None:
    without = render(CODE, view=SMALL)
    light = dataclasses.replace(SMALL.light, rim_colour=(2.0, 2.0, 2.0))
    change = render(CODE, view=dataclasses.replace(SMALL, light=light)).rgb.astype(int)
    change = (change - without.rgb).max(axis=2)
    towards = without.normals[..., 2] > 0.9
    assert change[without.labels > 0].max() > 25
    assert abs(change[towards & (without.labels == LABEL["skin"])]).max() <= 1
    assert (change[without.labels == 0] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_backdrop_is_the_same_every_time_and_stays_behind(kind: Kind) -> None:
    view = dataclasses.replace(SMALL, backdrop=Backdrop(kind, seed=7))
    first, second = render(CODE, view=view), render(CODE, view=view)
    np.testing.assert_array_equal(first.rgb, second.rgb)
    plain = render(CODE, view=SMALL)
    np.testing.assert_array_equal(first.labels, plain.labels)
    head = plain.labels > 0
    inner = head & np.roll(head, 1, 0) & np.roll(head, -1, 0)
    np.testing.assert_array_equal(first.rgb[inner], plain.rgb[inner])
    if kind == "plain":
        np.testing.assert_array_equal(first.rgb, plain.rgb)
    else:
        other = render(CODE, view=dataclasses.replace(view, backdrop=Backdrop(kind, seed=8)))
        assert (other.rgb[~head] != first.rgb[~head]).mean() > 0.2


def test_the_colours_of_a_backdrop_are_used() -> None:
    red = Backdrop("gradient", ((0.8, 0.0, 0.0), (0.2, 0.0, 0.0), (0.0, 0.0, 0.0)))
    picture = render(CODE, view=dataclasses.replace(SMALL, backdrop=red))
    behind = picture.rgb[picture.labels == 0]
    assert behind[:, 0].min() > 60
    assert behind[:, 1:].max() == 0


def test_focal_length_and_distance_say_the_same() -> None:
    camera = Camera(zoom=1.2, distance=60.0)
    again = camera.with_focal(camera.focal_mm)
    assert again.distance == pytest.approx(60.0)
    assert camera.with_focal(50.0).focal_mm == pytest.approx(50.0)
    near, far = (
        dataclasses.replace(SMALL, camera=Camera(size=64).with_focal(f)) for f in (35, 200)
    )
    noses = [np.ptp(render(CODE, view=view).landmarks[31:36, 0]) for view in (near, far)]
    assert noses[0] > 1.1 * noses[1]  # a near lens sees larger noses
