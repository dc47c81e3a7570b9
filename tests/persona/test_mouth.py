from __future__ import annotations

import itertools

import numpy as np
import pytest

from mien.head.light import LIGHTS
from mien.persona.mouth import OPEN, Lips, at_lower_lip, gap_of, look_inside, paint_mouth
from mien.persona.teeth import quadratic_map
from mien.types import Image, Landmarks

EYES = 100.0
IDENTITY = np.array([[1.0, 0, 0], [0, 1, 0]])


def face(gap: float) -> Landmarks:
    """Landmarks of which only the inner lips matter: 50 pixels wide, parted by `gap`."""
    points = np.full((68, 2), 100.0)
    points[[3, 13]] = [[60, 90], [140, 90]]
    points[[48, 54]] = [[70, 100], [130, 100]]
    x = np.array([75.0, 90, 100, 110, 125, 110, 100, 90])
    y = 100 + gap / 2 * np.array([0.0, -1, -1, -1, 0, 1, 1, 1])
    points[60:68] = np.stack([x, y], 1)
    return points


def ring(gap: float) -> np.ndarray:
    """(56, 2) upper lip from right to left, then the lower lip."""
    angle = np.arange(56) / 56 * 2 * np.pi
    return np.stack([100 + 25 * np.cos(angle), 100 - gap / 2 * np.sin(angle)], 1)


def lips(gap: float, before: float) -> Lips:
    """Lips parted by `gap` whose teeth stand still; a centimetre is ten pixels."""
    rows, columns = np.mgrid[80:121:5, 70:131:5]
    pixels = np.stack([columns.ravel(), rows.ravel()], 1).astype(float)
    rest = np.stack([(pixels[:, 0] - 100) / 10, -6.9 - (pixels[:, 1] - 100) / 10], 1)
    # The jaw has gone down by half of the opening, the skull stands.
    upper, lower = quadratic_map(pixels, rest), quadratic_map(pixels + [0, gap / 2], rest)
    return Lips(
        ring=ring(gap),
        gap=gap,
        gap_before=before,
        stretch=lambda place: np.zeros(
            (place[0].stop - place[0].start, place[1].stop - place[1].start, 2), np.float32
        ),
        upper=IDENTITY,
        lower=IDENTITY,
        upper_teeth=upper,
        lower_teeth=lower,
    )


@pytest.fixture
def skin() -> Image:
    return np.full((200, 200, 3), (200, 150, 130), np.uint8)


def with_teeth(skin: Image) -> Image:
    picture = skin.copy()
    picture[94:107, 72:128] = (240, 235, 220)
    return picture


def test_a_quadratic_map_is_found_exactly() -> None:
    random = np.random.Generator(np.random.PCG64(4))
    pixels = random.uniform(300, 400, (60, 2))
    x, y = pixels.T
    rest = np.stack([0.1 * x - 0.02 * y + 3, -0.1 * y + 0.0 * x + 7], 1)
    coefficients = quadratic_map(pixels, rest)
    terms = np.stack([np.ones(60), x, y, x * x, x * y, y * y], 1)
    np.testing.assert_allclose(terms @ coefficients, rest, atol=1e-5)


def test_the_gap_is_the_height_between_the_lips() -> None:
    assert gap_of(ring(20.0)) == pytest.approx(20.0, rel=0.01)
    assert gap_of(ring(-4.0)) < 0


def test_an_open_mouth_is_known_by_its_gap_and_its_teeth(skin: Image) -> None:
    light = LIGHTS["soft"]
    assert look_inside(skin, face(0.5 * OPEN * EYES), light, EYES).opening is None
    assert look_inside(with_teeth(skin), face(8.0), light, EYES).opening is not None
    dark = skin.copy()
    dark[94:107, 72:128] = 20
    assert look_inside(dark, face(8.0), light, EYES).opening is None  # parted lips, no teeth
    assert look_inside(dark, face(16.0), light, EYES).opening is not None


def test_nothing_is_painted_where_the_mouth_does_not_open(skin: Image) -> None:
    inside = look_inside(skin, face(1.0), LIGHTS["soft"], EYES)
    for now, before in ((1.0, 1.0), (0.2, 1.0), (-3.0, 1.0), (6.0, 6.0)):
        moved = skin.copy()
        paint_mouth(moved, skin, inside, lips(now, before), EYES)
        assert np.array_equal(moved, skin), (now, before)


def test_an_opened_mouth_shows_teeth_above_and_dark_below(skin: Image) -> None:
    inside = look_inside(skin, face(1.0), LIGHTS["soft"], EYES)
    moved = skin.copy()
    paint_mouth(moved, skin, inside, lips(24.0, 1.0), EYES)
    luminance = moved.mean(2)
    # The biting edge hangs at 7.14 cm, 2.4 pixels below the line of the closed lips.
    teeth, cavity = luminance[94:101, 97:99], luminance[105:108, 92:108]
    assert teeth.mean() > 1.5 * cavity.mean()
    assert cavity.mean() < 80
    outside = np.ones(luminance.shape, bool)
    outside[84:116, 70:130] = False
    assert np.array_equal(moved[outside], skin[outside])


def test_the_photos_own_teeth_stay_where_the_skull_is(skin: Image) -> None:
    photo = with_teeth(skin)
    inside = look_inside(photo, face(10.0), LIGHTS["soft"], EYES)
    stretched = np.full_like(photo, 90)  # what the flow made of the mouth
    paint_mouth(stretched, photo, inside, lips(26.0, 10.0), EYES)
    np.testing.assert_allclose(stretched[98:102, 90:110], photo[98:102, 90:110], atol=6)
    # Below the teeth, where the lower lip was, the cavity.
    assert stretched[109:111, 95:105].mean() < 100
    assert np.array_equal(stretched[130:], np.full_like(photo, 90)[130:])


@pytest.mark.parametrize(("dark", "with_skull"), [(3, True), (12, False)])
def test_teeth_under_a_lips_thin_shadow_are_the_upper_ones(
    skin: Image, dark: int, with_skull: bool
) -> None:
    """A thin dark line next to the upper lip is its shadow; a broad one is the cavity."""
    photo = skin.copy()
    photo[88 : 88 + dark, 72:128] = 15
    photo[88 + dark : 113, 72:128] = (240, 235, 220)
    inside = look_inside(photo, face(24.0), LIGHTS["soft"], EYES)
    assert inside.opening is not None
    teeth = 88 + dark + 6
    assert (inside.split[100] > teeth) == with_skull


def test_little_openings_end_softly_in_their_corners(skin: Image) -> None:
    inside = look_inside(skin, face(1.0), LIGHTS["soft"], EYES)
    moved = skin.copy()
    paint_mouth(moved, skin, inside, lips(7.0, 1.0), EYES)
    change = np.abs(moved.astype(int) - skin).max(2).max(0)
    assert change[95:105].max() > 60
    assert change[[77, 123]].max() < 0.5 * change[85:115].max()


def test_painting_is_continuous_in_the_opening(skin: Image) -> None:
    inside = look_inside(skin, face(1.0), LIGHTS["soft"], EYES)
    frames = []
    for gap in np.linspace(1.0, 8.0, 60):
        moved = skin.copy()
        paint_mouth(moved, skin, inside, lips(float(gap), 1.0), EYES)
        frames.append(moved.astype(int))
    steps = [np.abs(b - a).mean() for a, b in itertools.pairwise(frames)]
    total = np.abs(frames[-1] - frames[0]).mean()
    assert max(steps) < 0.12 * total


def test_teeth_that_reach_the_lip_are_the_upper_ones(skin: Image) -> None:
    """Where teeth begin at the lip itself, its edge is no cavity between two rows."""
    picture, points = skin.copy(), face(18.0)
    # As bright as teeth from the lip's line down, a little darker at both of its edges.
    shades = np.interp(range(19), [0, 6, 12, 18], [150, 235, 235, 155])
    picture[91:110, 70:130] = shades[:, None, None]
    inside = look_inside(picture, points, LIGHTS["soft"], EYES)
    assert inside.opening is not None
    assert inside.split[100] > inside.below[100]


def test_teeth_beside_the_straight_lines_between_points_are_found(skin: Image) -> None:
    picture, points = skin.copy(), face(16.0)
    around = -np.pi + np.arange(12) / 12 * 2 * np.pi
    points[48:60] = np.stack([100 + 36 * np.cos(around), 100 + 17 * np.sin(around)], 1)
    rows, columns = np.mgrid[:200, :200]
    lip = ((columns - 100) / 36) ** 2 + ((rows - 100) / 17) ** 2 < 1
    mouth = ((columns - 100) / 27) ** 2 + ((rows - 100) / 8) ** 2 < 1
    picture[lip] = (170, 70, 75)
    picture[mouth] = (240, 235, 220)
    opening = look_inside(picture, points, LIGHTS["soft"], EYES).opening
    assert opening is not None
    assert opening[mouth].mean() > 0.85
    assert opening[lip & ~mouth].mean() < 0.1
    assert opening[~lip].max() < 0.1


def test_what_the_lower_lip_does_is_told_along_it() -> None:
    cover = np.zeros((20, 30), np.float32)
    cover[5:12, 8:22] = 1.0
    shift = np.zeros((20, 30), np.float32)
    shift[12] = np.linspace(-3.0, -6.0, 30)
    found = at_lower_lip(shift, cover, 0.5)
    assert np.abs(found[9:21] - shift[12, 9:21]).max() < 0.1
    assert np.array_equal(at_lower_lip(shift, 0 * cover, 0.5), np.zeros(30, np.float32))
