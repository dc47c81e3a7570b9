"""Folds, marks and brows: each changes what it should and nothing else, and stays where it is."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.head import material_index as slot
from mien.head.brows import brow_at
from mien.head.folds import folds
from mien.head.layout import PART_SKIN
from mien.head.marks import marked
from mien.head.material import aged, material_vector
from mien.head.paint import surface_colours
from mien.head.render import mesh_of, render
from mien.head.schema import LABEL
from mien.head.skin import skin_relief
from mien.head.spot import Spot
from mien.types import FaceCode

FloatArray = NDArray[np.float64]
FINE = 0.02


def spot(x: float, y: float, z: float = 1.0, *, footprint: float = FINE) -> Spot:
    return Spot(x, y, z, 9.0, -9.0, footprint)


def worn(**values: float) -> NDArray[np.float32]:
    """A bare material; values by slot name in lower case."""
    material = material_vector({"brow_density": 0.0, "roots": 0.0}, hair="bald")
    for name, value in values.items():
        material[getattr(slot, name.upper())] = value
    return material


def fold_map(material: NDArray[np.float32]) -> FloatArray:
    """(y, x) strength of the folds over the face, x -7..7, y 7..-11."""
    rows, columns = np.linspace(7, -11, 91), np.linspace(-7, 7, 71)
    strength = np.zeros((len(rows), len(columns)))
    for j, y in enumerate(rows):
        for i, x in enumerate(columns):
            here = folds(spot(float(x), float(y)), material)
            strength[j, i] = abs(here.x) + abs(here.y) + abs(here.z) + here.shade
    return strength


def test_plain_skin_has_no_folds_but_the_philtrum() -> None:
    strength = fold_map(worn())
    assert strength[:50].max() == 0
    assert 0 < strength.max() < 0.25


CREASES = {
    "crease_forehead": (slice(0, 26), slice(8, 63)),
    "crease_frown": (slice(14, 40), slice(24, 47)),
    "crease_nose": (slice(28, 50), slice(24, 47)),
    "crease_chin": (slice(70, 91), slice(20, 51)),
}


@pytest.mark.parametrize("name", CREASES)
def test_a_crease_stays_in_its_place(name: str) -> None:
    change = fold_map(worn(**{name: 1.0})) - fold_map(worn())
    inside = np.zeros(change.shape, bool)
    inside[CREASES[name]] = True
    assert change[inside].max() > 0.1
    assert abs(change[~inside]).max() < 1e-3


@pytest.mark.parametrize("first", [slot.CREASE_EYE, slot.CREASE_CHEEK])
def test_one_side_creases_alone(first: int) -> None:
    material = worn()
    material[first] = 1.0  # x > 0
    change = fold_map(material) - fold_map(worn())
    assert change[:, 36:].max() > 0.1
    assert change[:, :35].max() == 0


def test_old_skin_is_folded_everywhere() -> None:
    strength = fold_map(worn(wrinkles=1.0))
    for region in (strength[:25], strength[25:50], strength[50:75], strength[75:]):
        assert region.max() > 0.15


def test_coarse_samples_see_less_of_the_folds() -> None:
    material = worn(wrinkles=1.0)
    fine, coarse = (folds(spot(1.0, 3.9, footprint=f), material) for f in (0.02, 0.4))
    assert abs(coarse.y) < 0.6 * abs(fine.y)
    assert folds(spot(1.0, 3.9, footprint=1e9), material) == (0, 0, 0, 0)


def test_relief_changes_the_skin_and_leaves_eyes_hair_and_cloth_alone() -> None:
    code = FaceCode(hair="crop")
    young = render(code, size=96)
    old = render(dataclasses.replace(code, materials={"wrinkles": 1.0}), size=96)
    changed = (young.rgb != old.rgb).any(axis=2)
    np.testing.assert_array_equal(young.labels, old.labels)
    skin = np.isin(young.labels, [LABEL["skin"], LABEL["brow"], LABEL["ear"], LABEL["lips"]])
    assert changed[skin].mean() > 0.3
    others = np.isin(young.labels, [LABEL[k] for k in ("sclera", "iris", "shirt", "background")])
    assert changed[others].mean() < 0.03  # pixels on the border of the skin


@functools.cache
def plain_places() -> tuple[NDArray[np.float32], FloatArray]:
    """Attributes and areas of the front's triangles, lips and lids left out."""
    mesh = mesh_of(FaceCode(hair="bald"))
    triangles = mesh.triangles[mesh.parts == PART_SKIN]
    a, b, c = (mesh.vertices[triangles[:, k]] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    middle = mesh.attributes[triangles].mean(axis=1)
    front = (middle[:, 2] > -6) & (middle[:, 1] > -11) & (middle[:, 4] > 1.4) & (middle[:, 5] <= 0)
    return middle[front], area[front]


def colours(material: NDArray[np.float32]) -> NDArray[np.float32]:
    return surface_colours(PART_SKIN, plain_places()[0], material)


def test_the_mean_colour_of_plain_skin_is_the_material() -> None:
    """Fits to photos divide by the painted skin: its zones and spots must average out."""
    for skin in ((0.716, 0.383, 0.258), (0.40, 0.19, 0.11), (0.07, 0.03, 0.02)):
        material = worn()
        material[:3] = skin
        mean = np.average(colours(material), axis=0, weights=plain_places()[1])
        np.testing.assert_allclose(mean, skin, rtol=0.03)


def test_the_palest_skin_is_held_back() -> None:
    material = worn()
    material[:3] = 0.95, 0.9, 0.85
    assert colours(material).max() < 0.9


def mole_places(material: NDArray[np.float32]) -> set[tuple[int, int]]:
    plain = (0.6, 0.4, 0.3)
    found = set()
    for i in range(-50, 51):
        for j in range(-110, 61):
            x, y = i * 0.1, j * 0.1
            if marked(plain, spot(x, y), material)[0] < 0.45:
                found.add((round(x), round(y)))
    return found


def test_moles_grow_in_number_and_their_seed_moves_them() -> None:
    some, many = (mole_places(worn(moles=m, mole_seed=0.3)) for m in (0.4, 1.0))
    assert 0 < len(some) < len(many)
    assert some <= many  # more moles keep the first ones
    assert mole_places(worn(moles=1.0, mole_seed=0.31)) != many
    assert not mole_places(worn())


def test_moles_stay_put_under_an_expression() -> None:
    """They are painted on the resting head, so a moving face carries them along."""
    base = FaceCode(hair="bald")
    spotted = {"moles": 1.0, "mole_seed": 0.6}
    places = []
    for aus in ({}, {"AU12": 0.8, "AU1": 0.8}):
        plain = render(dataclasses.replace(base, aus=aus), size=256)
        marks = render(dataclasses.replace(base, aus=aus, materials=spotted), size=256)
        darker = plain.rgb[..., 0].astype(int) - marks.rgb[..., 0] > 30
        rest = plain.rest[darker & (plain.labels == LABEL["skin"])]
        places.append({(round(float(x) / 2), round(float(y) / 2)) for x, y, _ in rest})
    shared = places[0] & places[1]
    assert len(shared) >= 2
    assert len(shared) > 0.6 * max(len(places[0]), len(places[1]))


def test_brows_are_single_hairs_close_up_and_a_soft_band_from_afar() -> None:
    material = material_vector({"brow_strokes": 1.0})
    line = np.linspace(1.8, 4.2, 200)
    near, far = (
        np.array([brow_at(spot(float(x), 1.95, footprint=f), material).cover for x in line])
        for f in (0.01, 0.12)
    )
    assert near.std() > 0.1
    assert abs(np.diff(far)).max() < abs(np.diff(near)).max()
    assert far.mean() == pytest.approx(near.mean(), abs=0.1)
    drawn = [brow_at(spot(float(x), 1.95, footprint=1e9), material).cover for x in line]
    assert np.std(drawn) < 0.05  # a drawing has one clean shape


def test_brow_labels_do_not_depend_on_the_hairs() -> None:
    full, none = (material_vector({"brow_strokes": s}) for s in (1.5, 0.0))
    for x in np.linspace(1.0, 5.2, 60):
        for y in np.linspace(1.2, 2.6, 20):
            here = spot(float(x), float(y))
            assert brow_at(here, full).labelled == brow_at(here, none).labelled


def test_gloss_scales_with_its_material_and_grain_with_roughness() -> None:
    rough, smooth = worn(roughness=1.0), worn(roughness=0.0)
    slopes = [
        np.mean([abs(skin_relief(spot(x, -3.0), m).y) for x in np.linspace(1, 4, 40).tolist()])
        for m in (rough, smooth)
    ]
    assert slopes[0] > 1.5 * slopes[1] > 0


def test_age_brings_wrinkles_and_grey_unless_the_materials_say_otherwise() -> None:
    for age in (-1.0, 0.0):
        assert set(aged(age).values()) == {0.0}
        np.testing.assert_array_equal(material_vector({}, age=age), material_vector({}))
    years = [material_vector({}, age=age) for age in (0.2, 0.5, 0.8, 1.0)]
    for index in (slot.WRINKLES, slot.GREY, slot.GREY_TEMPLES, slot.AGE_SPOTS):
        values = [float(vector[index]) for vector in years]
        assert values == sorted(values)
        assert values[-1] > 0.5
    assert material_vector({"wrinkles": 0.1}, age=1.0)[slot.WRINKLES] == pytest.approx(0.1)
    smooth = render(FaceCode(sliders={"age": 1.0}, materials={"wrinkles": 0.0}), size=64)
    folded = render(FaceCode(sliders={"age": 1.0}), size=64)
    assert (smooth.rgb != folded.rgb).any()
