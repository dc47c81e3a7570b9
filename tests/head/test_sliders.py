from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.head.effects import slider_effects, slider_likeness
from mien.head.identity import AMPLITUDE, SLIDER_TERMS
from mien.head.rig import assemble
from mien.head.schema import (
    ASYMMETRIC,
    MACROS,
    RIG_SIZE,
    SLIDER_INDEX,
    SLIDERS,
    VERSION_1_SLIDERS,
    slider_limit,
    slider_vector,
)
from mien.head.template import Template, load
from mien.head.terms import displace, rows
from mien.head.units import GAINS, from_version_1, version_1_units
from mien.head.worn import BALD
from mien.seeding import rng

WEAKEST = ("philtrum_depth", "lip_tubercle", "nose_tip_pointed", "alar_crease", "lower_lid_bulge")
STRONGEST = ("face_length", "head_width", "face_width", "face_flatness")
MIDDLING = ("mouth_width", "cheek_fullness", "nose_bridge_height", "jaw_angle_y", "lid_fold")


def skin(template: Template, sliders: NDArray[np.float64]) -> NDArray[np.float64]:
    mesh = assemble(template, sliders, np.zeros(RIG_SIZE), worn=BALD)
    return mesh.vertices[: mesh.head_count].astype(float)


@pytest.fixture(scope="module")
def template() -> Template:
    return load()


@pytest.fixture(scope="module")
def twins(template: Template) -> NDArray[np.int64]:
    """(n,) the mirror image of each vertex of the rest head."""
    order = np.lexsort(np.round(template.vertices, 3).T)
    other = np.lexsort(np.round(template.vertices * [-1, 1, 1], 3).T)
    found = np.empty(len(order), np.int64)
    found[order] = other
    return found


def test_every_slider_can_be_seen_and_none_drowns_the_others() -> None:
    usual = float(np.median(slider_effects(MIDDLING)))
    assert slider_effects(WEAKEST).min() > usual / 5
    assert slider_effects(STRONGEST).max() < 6.8 * usual


def test_no_two_sliders_do_the_same(template: Template) -> None:
    alike = np.abs(slider_likeness(template.sliders, len(template.vertices)))
    np.fill_diagonal(alike, 0.0)
    first, second = np.unravel_index(np.argmax(alike), alike.shape)
    assert alike.max() < 0.77, (SLIDERS[first], SLIDERS[second])


def test_symmetric_sliders_stay_symmetric(template: Template, twins: NDArray[np.int64]) -> None:
    random = rng("symmetric sliders")
    for _ in range(4):
        sliders = random.normal(size=len(SLIDERS)) * 0.4
        for name in ASYMMETRIC:
            sliders[SLIDER_INDEX[name]] = 0.0
        vertices = skin(template, sliders) - skin(template, np.zeros(len(SLIDERS)))
        np.testing.assert_allclose(vertices[twins], vertices * [-1, 1, 1], atol=3e-3)


@pytest.mark.parametrize("name", ASYMMETRIC)
def test_asymmetric_sliders_are_and_mirror(
    template: Template, twins: NDArray[np.int64], name: str
) -> None:
    rest = skin(template, np.zeros(len(SLIDERS)))
    moved = skin(template, slider_vector({name: 1.0})) - rest
    mirrored = moved[twins] * [-1, 1, 1]
    assert np.abs(moved - mirrored).max() > 0.1
    opposite = skin(template, slider_vector({name: -1.0})) - rest
    # The other side of the slider is the mirror image of this one.
    np.testing.assert_allclose(opposite, mirrored, atol=0.02)


@pytest.mark.parametrize("name", ASYMMETRIC)
def test_eyes_stay_in_their_lids(template: Template, name: str) -> None:
    for end in (-1.5, 1.5):
        mesh = assemble(template, slider_vector({name: end}), np.zeros(RIG_SIZE), worn=BALD)
        for side in range(2):
            rings = template.eye_rings[side][1:].ravel()
            distance = np.linalg.norm(mesh.vertices[rings] - mesh.eye_centres[side], axis=1)
            assert distance.min() > mesh.eye_radius + 0.01
            assert distance[:44].max() < mesh.eye_radius + 0.5


@pytest.mark.parametrize("name", [*SLIDERS, *MACROS])
def test_no_slider_turns_the_skin_inside_out(template: Template, name: str) -> None:
    t = template.triangles
    skip = np.isin(t, template.mouth_rings[:4]).any(1) | np.isin(t, template.eye_rings).any(1)
    # What lies beneath an ear is moved with it and never seen.
    ear = np.array([7.0, -1.3, -8.3])
    apart = np.linalg.norm(
        np.abs(template.vertices) * [1, 0, 0] + template.vertices * [0, 1, 1] - ear, axis=1
    )
    skip |= (apart < 4.5)[t].any(1)
    rest = skin(template, np.zeros(len(SLIDERS)))
    for end in (-1.0, 1.0):
        vertices = skin(template, slider_vector({name: end}))
        normal, first = (_normals(points, t[~skip]) for points in (vertices, rest))
        share = float(((normal * first).sum(1) < -0.3).mean())
        assert share < 0.001, (name, end)


def _normals(points: NDArray[np.float64], triangles: NDArray[np.int32]) -> NDArray[np.float64]:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    return normal / (np.linalg.norm(normal, axis=1, keepdims=True) + 1e-12)


def test_values_of_version_1_mean_the_same_face(template: Template) -> None:
    points = template.surface
    for name in ("head_width", "chin_length", "cheek_hollow", "eye_outer_x", "eye_size"):
        old = np.zeros_like(points)
        displace(points, rows(SLIDER_TERMS[name]), old)
        old *= AMPLITUDE * 0.7  # as version 1 drew 0.7
        value = from_version_1({name: 0.7})
        new = np.zeros_like(points)
        start, end = template.sliders.starts[SLIDER_INDEX[name] :][:2]
        new[template.sliders.ids[start:end]] = template.sliders.vectors[start:end] * value[name]
        np.testing.assert_allclose(new, old, atol=1e-3)


def test_units_cover_what_version_1_accepted() -> None:
    assert set(GAINS) <= set(VERSION_1_SLIDERS)
    for name in VERSION_1_SLIDERS:
        assert 0.2 < version_1_units(name) < 5.0
        value = from_version_1({name: 2.5})
        assert abs(value[name]) <= slider_limit(name)
        slider_vector(value)
    assert from_version_1({"hooded": 0.3, "age": 0.5}) == {"hooded": 0.3, "age": 0.5}


def test_macros_are_of_known_sliders_and_human_size() -> None:
    for name, weights in MACROS.items():
        assert set(weights) <= set(SLIDERS), name
        assert max(map(abs, weights.values())) <= 1.0
