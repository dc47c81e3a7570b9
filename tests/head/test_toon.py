"""Yardsticks of the toon style: what makes it a drawing, and the same person."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from mien.head import material_index as slot
from mien.head import toon_face
from mien.head.material import material_vector
from mien.head.render import Render, material_of, mesh_of, render
from mien.head.sample import SKIN_RAMP, linear, sample
from mien.head.schema import FACIAL_HAIR, HAIR_STYLES, LABEL, RIG_SIZE, SLIDERS, slider_vector
from mien.head.stylise import drawn_face, toon_hair_colour, toon_material, toon_sliders, traits
from mien.head.template import layout
from mien.head.toon_hair import MASS_STEP, MOST_MASSES, toon_hair_mesh, toon_hair_points
from mien.head.worn import Worn
from mien.types import FaceCode, Pose

PEOPLE = 20
EYE = [LABEL[name] for name in ("sclera", "iris", "lash")]


def drawn(code: FaceCode, **changes: object) -> FaceCode:
    return dataclasses.replace(code, style="toon", **changes)  # type: ignore[arg-type]


@functools.cache
def bald(index: int) -> Render:
    code = sample(11, index)
    shaven = {**code.materials, "beard": 0.0}
    plain = drawn(code, hair="bald", materials=shaven, glasses="none", facial_hair="none")
    return render(plain, size=128)


def eye_rows(picture: Render) -> np.ndarray:
    half = picture.labels.shape[1] // 2
    return np.flatnonzero(np.isin(picture.labels[:, :half], EYE).any(1))


def face_height(picture: Render) -> float:
    """Rows from the hairline to the chin."""
    middle = np.abs(picture.hairline[:, 60:68]) < 0.5
    return float(picture.landmarks[8, 1] - np.flatnonzero(middle.any(1)).min())


def sex_of(code: FaceCode) -> float:
    return traits(toon_sliders(slider_vector(code.sliders)))[0]


def test_eyes_are_large_and_larger_for_women() -> None:
    shares, sexes = [], []
    for index in range(PEOPLE):
        rows = eye_rows(bald(index))
        shares.append((rows[-1] - rows[0] + 1) / face_height(bald(index)))
        sexes.append(sex_of(sample(11, index)))
    share, sex = np.array(shares), np.array(sexes)
    assert share.mean() >= 0.22
    assert share.min() > 0.17
    assert share[sex < 0].mean() > share[sex > 0].mean() + 0.01


def test_the_nose_is_one_small_mark() -> None:
    """Between eyes and mouth, near the middle, few pixels are clearly darker than the skin."""
    for index in range(PEOPLE):
        picture = bald(index)
        eyes, mouth = picture.landmarks[36:48, 1].max(), picture.landmarks[48:68, 1].min()
        left, right = (int(picture.landmarks[k, 0]) for k in (39, 42))
        patch = picture.rgb[int(eyes) + 2 : int(mouth) - 2, left + 2 : right - 1]
        patch = patch.astype(float).mean(2)
        dark = patch < 0.82 * np.median(patch)
        assert dark.mean() < 0.12, index


def test_landmarks_of_the_eyes_lie_on_the_drawn_lids() -> None:
    for index in range(4):
        picture = bald(index)
        for k in range(36, 48):
            x, y = np.round(picture.landmarks[k]).astype(int)
            near = set(picture.labels[y - 2 : y + 3, x - 2 : x + 3].ravel().tolist())
            assert near & set(EYE), (index, k)


def test_a_blink_shuts_the_drawn_eye() -> None:
    shut = render(drawn(sample(11, 0), hair="bald", aus={"AU45": 1.0}), size=128)
    wink = render(drawn(sample(11, 0), hair="bald", aus={"AU45L": 1.0}), size=128)
    white = [LABEL["sclera"], LABEL["iris"]]
    assert not np.isin(shut.labels, white).any()
    assert not np.isin(wink.labels[:, :64], white).any()
    assert np.isin(wink.labels[:, 64:], white).any()
    assert (shut.labels == LABEL["lash"]).any()


def test_happy_eyes_shut_as_a_bow_and_tired_ones_as_a_bowl() -> None:
    def lid(aus: dict[str, float]) -> np.ndarray:
        picture = render(drawn(sample(11, 0), hair="bald", aus=aus), size=192)
        rows, columns = np.nonzero(picture.labels[:, :96] == LABEL["lash"])
        middle = (columns.min() + columns.max()) / 2
        width = (columns.max() - columns.min()) / 2
        inside = np.abs(columns - middle) < 0.3 * width
        return rows[inside].mean() - rows[columns > middle + 0.7 * width].mean()

    assert lid({"AU45": 1.0, "AU6": 1.0, "AU12": 1.0}) < -1
    assert lid({"AU45": 1.0}) > 0.7


def test_brows_show_the_mood() -> None:
    names = ("DRAWN_BROW_INNER", "DRAWN_BROW_OUTER")
    inner, outer = (getattr(slot, name) - slot.DRAWN for name in names)
    angry = mesh_of(drawn(FaceCode(aus={"AU4": 1.0}))).drawn
    sad = mesh_of(drawn(FaceCode(aus={"AU1": 1.0}))).drawn
    assert angry[inner] < -0.3 < 0.3 < sad[inner]
    one_sided = mesh_of(drawn(FaceCode(aus={"AU2R": 1.0}))).drawn
    assert one_sided[outer] > 0.5
    assert one_sided[outer + 1] == 0


def test_the_photo_style_draws_nothing() -> None:
    assert not mesh_of(FaceCode(aus={"AU45": 1.0})).drawn.any()


def test_traits_are_read_back_from_the_twins_sliders() -> None:
    from mien.head.schema import MACROS

    for sex in (-0.7, 0.0, 0.7):
        own = np.zeros(len(SLIDERS))
        for name, weight in MACROS["sex"].items():
            own[SLIDERS.index(name)] = weight * sex
        assert traits(toon_sliders(own))[0] == pytest.approx(1.25 * sex, abs=0.02)


@pytest.mark.parametrize("style", [name for name in HAIR_STYLES if name not in ("bald", "buzz")])
def test_hair_is_a_few_closed_masses(style: str) -> None:
    mesh = toon_hair_mesh(style)
    assert mesh is not None
    mass = np.floor(mesh.strands[:, 1] / MASS_STEP).astype(int)
    assert mass.max() + 1 <= MOST_MASSES
    assert (mass[mesh.triangles] == mass[mesh.triangles[:, :1]]).all()
    assert np.abs(mesh.strands[:, 1] - MASS_STEP * mass - 2).max() <= 1.001
    edges = np.sort(mesh.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    _, counts = np.unique(edges, axis=0, return_counts=True)
    assert (counts == 2).mean() > 0.97  # but for the rim of the cap, everything is closed
    plan = layout(Worn(style), toon=True)
    assert plan.count >= plan.first["hair"] + len(mesh.vertices)


def test_length_volume_and_parting_shape_the_hair() -> None:
    zero = np.zeros(len(SLIDERS))

    def points(**changes: float) -> np.ndarray:
        found = toon_hair_points(Worn("side_part_long", **changes), zero)  # type: ignore[arg-type]
        assert found is not None
        return found

    usual = points()
    assert points(length=1.0)[:, 1].min() < usual[:, 1].min() - 2
    assert points(length=-1.0)[:, 1].min() > usual[:, 1].min() + 2
    assert np.ptp(points(volume=1.0)[:, 0]) > np.ptp(usual[:, 0]) + 0.5
    np.testing.assert_array_equal(points(parting=1.0)[:, 0], -usual[:, 0])
    assert points(line=1.0)[:, 1].max() == usual[:, 1].max()
    assert (points(line=1.0)[:, 1] >= usual[:, 1]).all()
    assert points(recession=1.0)[:, 1].sum() > usual[:, 1].sum()
    assert toon_hair_points(Worn("bald"), zero) is None


@pytest.mark.parametrize("style", ["crop", "side_part", "pixie", "bob", "fringe_long", "long"])
def test_the_twin_keeps_its_amount_of_hair(style: str) -> None:
    code = sample(7, 3)
    shares = [
        float((render(one, size=64).labels == LABEL["hair"]).mean())
        for one in (
            dataclasses.replace(code, hair=style),
            drawn(code, hair=style),
        )
    ]
    assert abs(shares[0] - shares[1]) < 0.16


def test_skins_keep_their_order() -> None:
    tones = []
    for colour in SKIN_RAMP:
        material = toon_material(material_vector({"skin": linear(colour)}))
        tones.append(float(material[slot.SKIN : slot.SKIN + 3].mean()))
    assert (np.diff(tones) < 0).all()
    assert tones[-1] < 0.1  # dark stays dark


def test_hair_keeps_its_family() -> None:
    def family(colour: str) -> np.ndarray:
        return toon_hair_colour(np.array(linear(colour)))

    black, brown, blond, silver = (family(c) for c in ("14100e", "4a3222", "d9bd86", "a8a8ad"))
    assert black[2] > black[0]  # blue-black
    assert brown[0] > 1.5 * brown[2]
    assert blond[0] > blond[1] > blond[2]
    assert silver.max() < 1.4 * silver.min()
    order = [float(c.mean()) for c in (black, brown, blond)]
    assert order == sorted(order)


@pytest.mark.parametrize("kind", [name for name in FACIAL_HAIR if name != "none"])
def test_beards_are_painted(kind: str) -> None:
    picture = render(drawn(sample(3, 10), facial_hair=kind, hair="bald"), size=96)
    assert (picture.labels == LABEL["beard"]).mean() > 0.002


def test_outlines_are_as_wide_in_pixels_at_every_size() -> None:
    for size in (192, 384):
        rgb = render(drawn(FaceCode(hair="bald")), size=size).rgb.astype(int).sum(2)
        row = rgb[int(0.2 * size)]  # across the forehead
        dark = np.flatnonzero(row < 0.7 * row[0])
        first = dark[: np.flatnonzero(np.diff(dark) > 1)[0] + 1] if len(dark) else dark
        assert 1 <= len(first) <= 3


def test_drawings_are_repeatable() -> None:
    code = drawn(sample(2, 6), pose=Pose(yaw=35, pitch=-8), aus={"AU12": 0.7})
    first, second = render(code, size=64), render(code, size=64)
    assert first.rgb.tobytes() == second.rgb.tobytes()
    assert first.labels.tobytes() == second.labels.tobytes()
    assert material_of(code).tobytes() == material_of(code).tobytes()


def test_gaze_moves_the_iris() -> None:
    def column(gaze: tuple[float, float]) -> float:
        labels = render(drawn(FaceCode(hair="bald", gaze=gaze)), size=128).labels
        return float(np.nonzero(labels == LABEL["iris"])[1].mean())

    assert column((0.8, 0.0)) > column((0.0, 0.0)) + 1 > column((-0.8, 0.0)) + 2


def test_the_drawn_numbers_fill_their_slots() -> None:
    numbers = drawn_face(np.zeros(len(SLIDERS)), np.zeros(RIG_SIZE), (0.0, 0.0))
    assert numbers.shape == (slot.DRAWN_COUNT,)
    assert slot.DRAWN + slot.DRAWN_COUNT <= slot.MATERIAL_SIZE


def test_a_face_detector_finds_the_drawn_faces() -> None:
    dlib = pytest.importorskip("dlib")
    detector = dlib.get_frontal_face_detector()
    found = 0
    for index in range(24):
        code = drawn(sample(5, index, expression=True, pose_sd=(6.0, 4.0, 3.0)))
        found += bool(len(detector.run(render(code, size=256).rgb, 0, 0.0)[0]))
    assert found >= 22


def test_a_drawn_mouth_shows_one_row_of_teeth() -> None:
    """Going down through an open mouth, white is met once."""
    picture = render(drawn(FaceCode(hair="bald", aus={"AU25": 1.0, "AU26": 0.5})), size=256)
    for column in range(120, 137, 4):
        teeth = picture.labels[:, column] == LABEL["teeth"]
        assert np.diff(teeth.astype(int)).clip(0).sum() <= 1


def test_lips_are_seen_on_dark_skin() -> None:
    material = material_vector({"skin": linear(SKIN_RAMP[-1])})
    assert toon_face.darkness(toon_material(material)) > 0.6
    pale = toon_material(material_vector({"skin": linear(SKIN_RAMP[0])}))
    assert toon_face.darkness(pale) == 0

    def redness(sex: float) -> float:
        materials = {"skin": linear(SKIN_RAMP[-1])}
        code = FaceCode(sliders={"sex": sex}, hair="bald", materials=materials)
        picture = render(drawn(code), size=256)
        lips = picture.rgb[picture.labels == LABEL["lips"]].astype(float)
        return float(np.mean(lips[:, 0] / (1 + lips[:, 1])))

    assert redness(-0.8) > 1.04 * redness(0.8)
