"""The photo's skin as a texture, on renders whose paint is known."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.face import affine
from mien.head.camera import Camera
from mien.head.light import LIGHTS
from mien.head.material import material_vector
from mien.head.render import View, draw, mesh_of, render
from mien.head.texture import HIGHEST, LOWEST, dequantise, quantise, uv_of_rest
from mien.persona.light_fit import scene_light
from mien.persona.occluders import Cover
from mien.persona.placement import Placement, sight
from mien.persona.texture_fit import COLUMNS, ROWS, TextureSource, brows_seen, fit_texture
from mien.types import FaceCode, Image, MaterialValue, Pose

STEP = (HIGHEST - LOWEST) / 255
Source = Callable[..., TextureSource]


@pytest.fixture
def source(scene_of: Any) -> Source:
    """A bald render as photo of itself; `spoil` changes the photo's pixels first."""

    def make(
        spoil: Callable[[Image, Any], Image] | None = None, *, size: int = 512, **changes: Any
    ) -> TextureSource:
        seen = scene_of(light=LIGHTS["soft"], size=size).seen
        # As the fit draws it: the photo is exactly the head.
        seen = dataclasses.replace(seen, image=seen.drawn.rgb)
        if spoil is not None:
            seen = dataclasses.replace(seen, image=spoil(seen.drawn.rgb.copy(), seen))
        known = TextureSource(
            view=seen,
            wanted=seen.drawn.landmarks.copy(),
            hair=np.zeros(seen.inside.shape, bool),
            open_mouth=False,
        )
        return dataclasses.replace(known, **changes)

    return make


def texel(x: float, y: float, seen: Any) -> tuple[int, int]:
    """Row and column of the texel of the skin nearest to (x, y) cm of the resting head."""
    rest = np.nan_to_num(seen.drawn.rest, nan=99.0)
    away = np.hypot(rest[..., 0] - x, rest[..., 1] - y) + (rest[..., 2] < 0) * 50
    row, column = np.unravel_index(int(away.argmin()), away.shape)
    u, v = uv_of_rest(seen.drawn.rest[row, column][None])
    return round(float(v[0]) * (ROWS - 1)), round(float(u[0]) * (COLUMNS - 1))


def spot(x: float, y: float, factor: float, radius: float = 0.25) -> Callable[[Image, Any], Image]:
    """A round mole: scene light times `factor` around (x, y) cm."""

    def spoil(picture: Image, seen: Any) -> Image:
        rest = np.nan_to_num(seen.drawn.rest, nan=99.0)
        inside = np.hypot(rest[..., 0] - x, rest[..., 1] - y) < radius
        inside &= seen.drawn.normals[..., 2] > 0
        assert inside.sum() > 20
        picture[inside] = (255 * (picture[inside] / 255.0) * factor ** (1 / 2.2)).astype(np.uint8)
        return picture

    return spoil


def log_ratio(texture: NDArray[np.float32], place: tuple[int, int]) -> float:
    row, column = place
    return float(texture[row - 1 : row + 2, column - 1 : column + 2].mean())


def test_off_has_no_texture(source: Source) -> None:
    assert fit_texture(source(size=128), "off") is None


@pytest.mark.parametrize("likeness", ["detail", "full"])
def test_a_render_of_itself_has_a_ratio_of_zero(likeness: Any, source: Source) -> None:
    texture = fit_texture(source(), likeness)
    assert texture is not None
    assert texture.shape == (ROWS, COLUMNS, 3)
    assert np.abs(texture).max() <= STEP


def test_what_is_returned_is_what_is_stored(source: Source) -> None:
    texture = fit_texture(source(spot(2.6, -3.2, 0.5)), "full")
    assert texture is not None
    assert texture.dtype == np.float32
    assert np.array_equal(dequantise(quantise(texture)), texture)
    assert texture.min() >= LOWEST
    assert texture.max() <= HIGHEST
    assert np.abs(texture).max() > 0.2


def test_a_mole_lands_where_it_is_and_nowhere_else(source: Source) -> None:
    made = source(spot(2.6, -3.2, 0.5))
    texture = fit_texture(made, "full")
    assert texture is not None
    there, mirrored = texel(2.6, -3.2, made.view), texel(-2.6, -3.2, made.view)
    assert log_ratio(texture, there) < -0.35
    assert abs(log_ratio(texture, mirrored)) < 0.05
    assert abs(log_ratio(texture, texel(0.0, 5.0, made.view))) < 0.05


def test_details_stay_in_detail_and_colours_do_not(source: Source) -> None:
    def reddened(picture: Image, seen: Any) -> Image:
        paler = picture * np.array([1.0, 0.94, 1.0])
        return spot(2.6, -3.2, 0.5)(paler.astype(np.uint8), seen)

    made = source(reddened)
    full, detail = fit_texture(made, "full"), fit_texture(made, "detail")
    assert full is not None
    assert detail is not None
    mole, cheek = texel(2.6, -3.2, made.view), texel(-2.6, -3.2, made.view)
    assert log_ratio(detail, mole) < -0.15
    row, column = cheek
    assert full[row, column, 1] < -0.04
    assert abs(detail[row, column, 1]) < 0.02


def test_a_hidden_half_is_filled_from_the_other(source: Source) -> None:
    """A birthmark on the one cheek; the other cheek lies under hair."""
    made = source(spot(2.6, -3.2, 0.5))
    size = made.hair.shape[0]
    left = np.zeros((size, size), bool)
    left[:, : size // 2] = True
    left &= np.nan_to_num(made.view.drawn.rest[..., 0], nan=99.0) < -0.9
    covered = dataclasses.replace(
        made, view=dataclasses.replace(made.view, inside=made.view.inside & ~left)
    )
    texture = fit_texture(covered, "full")
    assert texture is not None
    mirrored = texel(-2.6, -3.2, made.view)
    assert log_ratio(texture, mirrored) < -0.3
    assert log_ratio(texture, texel(2.6, -3.2, made.view)) < -0.35


def test_what_nobody_saw_stays_the_heads_own(source: Source) -> None:
    made = source(lambda picture, _: (picture * 0.7).astype(np.uint8))
    texture = fit_texture(made, "full")
    assert texture is not None
    # The seam at the back of the head and the crown.
    assert (texture[:, :40] == texture[0, 0]).all()
    assert np.abs(texture[:, :40]).max() <= STEP
    assert np.abs(texture[:6]).max() <= STEP
    assert np.abs(texture).max() > 0.2


def test_hair_and_glasses_are_not_skin(source: Source) -> None:
    def strand(picture: Image, seen: Any) -> Image:
        rest = np.nan_to_num(seen.drawn.rest, nan=99.0)
        dark = (np.abs(rest[..., 0] - 1.0) < 0.35) & (rest[..., 1] > 2.8) & (rest[..., 1] < 6.5)
        picture[dark] = 12
        return picture

    worn = source(strand)
    texture = fit_texture(worn, "full")
    assert texture is not None
    forehead = texel(1.0, 4.6, worn.view)
    assert log_ratio(texture, forehead) > -0.3


def test_an_open_mouth_keeps_the_heads_lips(source: Source) -> None:
    def painted(picture: Image, seen: Any) -> Image:
        lips = seen.drawn.labels == 3
        assert lips.sum() > 300
        picture[lips] = (picture[lips] * 0.75).astype(np.uint8)
        return picture

    closed, opened = source(painted), source(painted, open_mouth=True)
    place = texel(0.0, -7.6, closed.view)
    with_lips, without = fit_texture(closed, "full"), fit_texture(opened, "full")
    assert with_lips is not None
    assert without is not None
    assert log_ratio(with_lips, place) < log_ratio(without, place) - 0.15


def test_the_photo_is_pulled_onto_the_landmarks(source: Source) -> None:
    """Shifted by four pixels, and the landmarks say so: the mole lands where it belongs."""

    def shifted(picture: Image, seen: Any) -> Image:
        return np.roll(spot(2.6, -3.2, 0.5)(picture, seen), 4, axis=1)

    made = source(shifted)
    told = dataclasses.replace(made, wanted=made.wanted + [4.0, 0.0])
    place = texel(2.6, -3.2, made.view)
    naive, aware = fit_texture(made, "full"), fit_texture(told, "full")
    assert naive is not None
    assert aware is not None
    still = fit_texture(source(spot(2.6, -3.2, 0.5)), "full")
    assert still is not None
    window = np.s_[place[0] - 12 : place[0] + 13, place[1] - 12 : place[1] + 13]
    assert (
        np.abs(aware[window] - still[window]).mean()
        < 0.8 * np.abs(naive[window] - still[window]).mean()
    )


def test_the_textured_head_looks_like_the_photo(source: Source, scene_of: Any) -> None:
    """Draw with the texture: nearer to the photo than the plain head."""
    from mien.head.material import material_vector
    from mien.head.render import draw, mesh_of
    from mien.types import FaceCode

    made = source(spot(2.6, -3.2, 0.5))
    texture = fit_texture(made, "full")
    view = scene_of(light=LIGHTS["soft"], size=512).view
    bare = material_vector({"brow_density": 0.0, "beard": 0.0, "roots": 0.0}, hair="bald")
    again = draw(mesh_of(FaceCode(hair="bald")), bare, view=view, texture=texture)
    rest = np.nan_to_num(made.view.drawn.rest, nan=99.0)
    around = np.hypot(rest[..., 0] - 2.6, rest[..., 1] + 3.2) < 0.6
    photo = scene_light(made.view.image)[around]
    plain = np.abs(scene_light(made.view.drawn.rgb)[around] - photo).mean()
    worn = np.abs(scene_light(again.rgb)[around] - photo).mean()
    assert worn < 0.5 * plain


def test_a_smile_leaves_little_on_the_neutral_face() -> None:
    """The fit saw less of a smile than the photo shows: what is left of it is no paint."""
    bare: dict[str, MaterialValue] = {"brow_density": 0.0, "beard": 0.0, "roots": 0.0}
    view = View(camera=Camera(size=320, zoom=1.35), light=LIGHTS["soft"], supersample=1)
    paint = material_vector(bare, hair="bald")
    shown, fitted = (
        mesh_of(FaceCode(hair="bald", aus=aus))
        for aus in ({"AU12": 0.9, "AU6": 0.5}, {"AU12": 0.55, "AU6": 0.15})
    )
    photo = draw(shown, paint, pose=Pose(), view=view)
    unit = Placement(Pose(), np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
    placement = Placement(Pose(), affine.invert(unit.crop_to_photo(view.camera)))
    seen = sight(photo.rgb, photo.landmarks, placement, (fitted, paint), view)
    made = TextureSource(
        view=seen,
        wanted=photo.landmarks.copy(),
        hair=np.zeros(seen.inside.shape, bool),
        open_mouth=False,
    )
    plain, smiling = (
        fit_texture(made, "full"),
        fit_texture(dataclasses.replace(made, folded=0.9), "full"),
    )
    neutral = FaceCode(hair="bald", materials=bare)
    truth = render(neutral, view=view)
    x, y = np.nan_to_num(truth.rest, nan=99.0)[..., :2].transpose(2, 0, 1)
    corners = (np.abs(x) > 1.8) & (np.abs(x) < 3.8) & (y > -8.4) & (y < -5.8)
    corners &= truth.normals[..., 2] > 0.2

    def error(texture: NDArray[np.float32] | None) -> tuple[float, float]:
        worn = render(neutral, view=view, texture=texture)
        away = np.abs(worn.rgb.astype(float) - truth.rgb).mean(2)[corners]
        return float(away.mean()), float(np.percentile(away, 98))

    (before, worst_before), (after, worst_after) = error(plain), error(smiling)
    assert after < 0.85 * before
    assert worst_after < 0.75 * worst_before


def test_a_mole_beside_a_smiling_mouth_stays(source: Source) -> None:
    made = source(spot(3.6, -7.4, 0.4, 0.2), folded=0.9)
    texture = fit_texture(made, "full")
    assert texture is not None
    assert log_ratio(texture, texel(3.6, -7.4, made.view)) < -0.2


def test_the_shadow_of_a_fringe_is_not_painted_on_the_forehead(source: Source) -> None:
    edges: list[NDArray[np.bool_]] = []

    def combed(picture: Image, seen: Any) -> Image:
        """Hair down to 4.2 cm, and below it a shadow that ends softly."""
        up = np.nan_to_num(seen.drawn.rest, nan=-99.0)[..., 1]
        light = 1 - 0.5 * np.exp(-np.maximum(4.2 - up, 0.0) / 0.7)
        shaded = (picture * (light ** (1 / 2.2))[..., None]).astype(np.uint8)
        edges.append(up > 4.2)
        shaded[up > 4.2] = (60, 42, 30)
        return shaded

    made = source(combed, size=320)
    texture = fit_texture(dataclasses.replace(made, hair=edges[0]), "full")
    assert texture is not None
    for x in (-2.0, 0.0, 2.0):
        for y in (5.5, 3.9, 3.3, 2.7):
            assert abs(log_ratio(texture, texel(x, y, made.view))) < 0.12


def test_a_shadow_on_one_half_is_not_painted(source: Source) -> None:
    """What a nose throws over a cheek: dark on one side only, with an edge."""

    def shaded(picture: Image, seen: Any) -> Image:
        x, y = np.nan_to_num(seen.drawn.rest, nan=99.0)[..., :2].transpose(2, 0, 1)
        under = (x < -1.2) & (x > -5.0) & (y < -1.0) & (y > -7.0)
        picture[under] = (picture[under] * 0.45 ** (1 / 2.2)).astype(np.uint8)
        return picture

    made = source(shaded, size=320)
    texture = fit_texture(made, "full")
    assert texture is not None
    for x in (-2.4, -3.2, 3.2):
        assert abs(log_ratio(texture, texel(x, -3.6, made.view))) < 0.2


def covered(seen: Any, inside: NDArray[np.bool_], **changes: NDArray[np.bool_]) -> Cover:
    none = np.zeros(seen.inside.shape, np.float32)
    given = {name: mask.astype(np.float32) for name, mask in changes.items()}
    return dataclasses.replace(Cover(inside.astype(np.float32), none, none), **given)


def test_a_thing_before_the_face_is_not_skin(source: Source) -> None:
    thing: list[NDArray[np.bool_]] = []

    def held(picture: Image, seen: Any) -> Image:
        x, y = np.nan_to_num(seen.drawn.rest, nan=99.0)[..., :2].transpose(2, 0, 1)
        thing.append((np.hypot(x - 3.2, y + 4.4) < 1.4) & (seen.drawn.normals[..., 2] > 0))
        picture[thing[-1]] = (34, 34, 38)
        return picture

    made = source(held, size=320)
    place = texel(3.2, -4.4, made.view)
    known = dataclasses.replace(made, cover=covered(made.view, thing[0]))
    blind, aware = fit_texture(made, "full"), fit_texture(known, "full")
    assert blind is not None
    assert aware is not None
    assert log_ratio(blind, place) < -0.5
    assert abs(log_ratio(aware, place)) < 0.05


def test_frames_over_the_brows_leave_them_to_the_painter(source: Source) -> None:
    bars: list[NDArray[np.bool_]] = []

    def framed(picture: Image, seen: Any) -> Image:
        x, y = np.nan_to_num(seen.drawn.rest, nan=99.0)[..., :2].transpose(2, 0, 1)
        bars.append((np.abs(x) < 6.0) & (y > 1.0) & (y < 3.4) & (seen.drawn.normals[..., 2] > 0))
        picture[bars[-1]] = (20, 20, 20)
        return picture

    made = source(framed, size=320)
    none = np.zeros(made.hair.shape, bool)
    known = dataclasses.replace(made, cover=covered(made.view, none, glasses=bars[0]))
    assert brows_seen(made)
    assert not brows_seen(known)
    texture = fit_texture(dataclasses.replace(known, brows=False), "full")
    assert texture is not None
    for x in (-3.2, 0.0, 3.2):
        assert abs(log_ratio(texture, texel(x, 2.2, made.view))) < 0.05


def test_necks_are_left_to_the_head(source: Source) -> None:
    def collared(picture: Image, seen: Any) -> Image:
        picture[np.nan_to_num(seen.drawn.rest[..., 1], nan=0.0) < -11.6] = (15, 15, 20)
        return picture

    made = source(collared, size=320)
    texture = fit_texture(made, "full")
    assert texture is not None
    assert abs(log_ratio(texture, texel(0.0, -11.9, made.view))) < 0.05
