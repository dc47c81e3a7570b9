from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from mien.face import regions
from mien.face.colours import region_colours
from mien.face.detect import checked
from mien.face.draw import to_bytes
from mien.types import Face, Image

NAMES = ("skin", "lips", "brows", "hair", "iris")


def cast(image: Image, light: tuple[float, float, float]) -> Image:
    """The picture under a light of this colour."""
    linear = regions.to_linear(image) * np.asarray(light)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.clip(255 * encoded + 0.5, 0, 255).astype(np.uint8)


def test_linear_light_and_bytes_are_inverse() -> None:
    grey = np.arange(256, dtype=np.uint8)
    linear = regions.to_linear(grey)
    assert linear[0] == 0
    assert linear[255] == 1
    assert linear[188] == pytest.approx(0.5, abs=0.005)
    assert [to_bytes((v, v, v))[0] for v in linear] == grey.tolist()


def test_the_astronauts_colours(astronaut_face: Face) -> None:
    colours = astronaut_face.colours
    expected = {
        "skin": (219, 186, 160),
        "lips": (205, 149, 139),
        "hair": (135, 115, 77),
        "brows": (141, 115, 86),
        "iris": (88, 65, 35),
    }
    for name, wanted in expected.items():
        assert np.abs(np.subtract(to_bytes(getattr(colours, name)), wanted)).max() < 26, name
    assert colours.white is not None
    assert max(colours.white) == 1
    assert min(colours.white) > 0.85


def test_a_grey_picture_has_grey_colours(astronaut: Image, astronaut_face: Face) -> None:
    grey = checked(cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY))
    colours = region_colours(grey, astronaut_face.landmarks)
    for name in ("skin", "lips", "brows", "hair"):
        red, green, blue = getattr(colours, name)
        assert max(red, green, blue) - min(red, green, blue) < 0.12 * max(red, green, blue), name
    assert colours.skin is not None
    assert colours.brows is not None
    assert colours.skin[1] > colours.brows[1]


@pytest.mark.parametrize("light", [(1.0, 0.93, 0.82), (0.85, 0.93, 1.0)])
def test_the_lights_colour_is_partly_taken_out(
    astronaut: Image, astronaut_face: Face, light: tuple[float, float, float]
) -> None:
    plain = astronaut_face.colours
    other = region_colours(cast(astronaut, light), astronaut_face.landmarks)
    assert plain.skin is not None
    assert plain.white is not None
    assert other.skin is not None
    assert other.white is not None
    # The estimate moves towards the light, and the skin moves less than the light did.
    warmth = np.log(light[0] / light[2])
    found = np.log(other.white[0] / other.white[2]) - np.log(plain.white[0] / plain.white[2])
    left = np.log(other.skin[0] / other.skin[2]) - np.log(plain.skin[0] / plain.skin[2])
    assert 0.4 * abs(warmth) < found * np.sign(warmth) < 1.2 * abs(warmth)
    assert abs(left) < 0.6 * abs(warmth)


def test_a_wild_light_is_not_believed(astronaut: Image, astronaut_face: Face) -> None:
    white = region_colours(cast(astronaut, (1.0, 0.4, 0.1)), astronaut_face.landmarks).white
    assert white is not None
    assert white[2] >= np.exp(-0.5) - 1e-6
    assert white[1] >= np.exp(-0.31) - 1e-6


def test_a_bald_head_has_no_hair(astronaut: Image, astronaut_face: Face) -> None:
    view = regions.head_view(astronaut, astronaut_face.landmarks, 384)
    bald = view.image.copy()
    skin = np.median(bald[regions.cheeks(view)], axis=0)
    bald[regions.grow(regions.crown(view), 12)] = skin
    assert region_colours(astronaut, astronaut_face.landmarks).hair is not None
    assert region_colours(bald, view.points).hair is None


def test_closed_eyes_have_no_iris(astronaut: Image, astronaut_face: Face) -> None:
    points = astronaut_face.landmarks.copy()
    for eye in (slice(36, 42), slice(42, 48)):
        points[eye, 1] = points[eye, 1].mean()
    assert region_colours(astronaut, points).iris is None


def test_what_lies_outside_the_picture_is_not_seen(astronaut: Image, astronaut_face: Face) -> None:
    cut = np.ascontiguousarray(astronaut[100:])
    colours = region_colours(cut, astronaut_face.landmarks - (0, 100))
    assert colours.hair is None
    assert colours.brows is None
    assert colours.skin is not None


def test_regions_do_not_overlap(astronaut: Image, astronaut_face: Face) -> None:
    view = regions.head_view(astronaut, astronaut_face.landmarks, 384)
    parts = [
        region(view)
        for region in (
            regions.skin,
            regions.lips,
            regions.brows,
            regions.crown,
            regions.mouth_opening,
        )
    ]
    assert np.sum(parts, axis=0).max() == 1
    assert all(part.sum() > 200 for part in parts)


@pytest.mark.parametrize("size", [192, 384, 512])
def test_the_view_does_not_matter_much(astronaut: Image, astronaut_face: Face, size: int) -> None:
    from mien.face.colours import colours_of

    view = regions.head_view(astronaut, astronaut_face.landmarks, size)
    skin = colours_of(view).skin
    assert skin is not None
    assert astronaut_face.colours.skin is not None
    assert_allclose(skin, astronaut_face.colours.skin, rtol=0.12)
