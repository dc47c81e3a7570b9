from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.head import template as template_module
from mien.head.rig import assemble, rotation
from mien.head.schema import AU_INDEX, HAIR_STYLES, SLIDERS, au_vector, slider_vector
from mien.head.template import Template, load
from mien.seeding import rng
from mien.types import AU_NAMES


@pytest.fixture(scope="module")
def template() -> Template:
    return load()


def mesh_vertices(
    template: Template,
    aus: dict[str, float] | None = None,
    sliders: dict[str, float] | None = None,
) -> np.ndarray:
    values, intensities = slider_vector(sliders or {}), au_vector(aus or {})
    return assemble(template, values, intensities, hair="bald").vertices.astype(float)


def test_the_neutral_head_is_mirror_symmetric(template: Template) -> None:
    skin = template.vertices
    mirrored = skin * [-1, 1, 1]
    order = np.lexsort(np.round(skin, 3).T)
    other = np.lexsort(np.round(mirrored, 3).T)
    np.testing.assert_allclose(skin[order], mirrored[other], atol=2e-3)


def test_the_skin_is_closed_but_for_eyes_and_neck(template: Template) -> None:
    t = template.triangles
    edges = np.sort(np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]]), axis=1)
    unique, count = np.unique(edges, axis=0, return_counts=True)
    assert count.max() == 2
    border = unique[count == 1]
    at = template.vertices[border].mean(1)
    neck = at[:, 1] < -18.5
    eyes = np.isin(border, template.eye_rings[:, 0]).all(1)
    assert (neck | eyes).all()
    assert eyes.sum() == 2 * 44


@pytest.mark.parametrize("name", SLIDERS)
def test_every_slider_moves_the_head(template: Template, name: str) -> None:
    neutral = mesh_vertices(template)
    moved = np.abs(mesh_vertices(template, sliders={name: 1.0}) - neutral).max()
    assert 0.08 < moved < 4.5, name


@pytest.mark.parametrize("name", AU_NAMES)
def test_every_action_unit_moves_the_face(template: Template, name: str) -> None:
    moved = np.abs(mesh_vertices(template, {name: 1.0}) - mesh_vertices(template)).max()
    assert 0.1 < moved < 5.0, name


def test_action_units_grow_steadily(template: Template) -> None:
    neutral = mesh_vertices(template)
    for name in AU_NAMES:
        sizes = [
            np.abs(mesh_vertices(template, {name: v}) - neutral).sum()
            for v in (0.25, 0.5, 0.75, 1.0)
        ]
        assert all(b > a for a, b in itertools.pairwise(sizes)), name


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 1))
def test_lids_never_enter_the_eyeball(seed: int, blink: float, squint: float) -> None:
    template, random = load(), rng(seed, "lids")
    aus = np.zeros(22)
    aus[AU_INDEX["AU45"]], aus[AU_INDEX["AU7"]] = blink, squint
    mesh = assemble(template, random.normal(size=93) * 0.3, aus, hair="bald")
    for side in range(2):
        rings = template.eye_rings[side][1:].ravel()
        distance = np.linalg.norm(mesh.vertices[rings] - mesh.eye_centres[side], axis=1)
        assert distance.min() > mesh.eye_radius + 0.01


def test_a_blink_closes_the_eye(template: Template) -> None:
    skin = mesh_vertices(template, {"AU45": 1.0})
    ring = template.eye_rings[0][1]
    upper, lower = skin[ring[11], 1], skin[ring[33], 1]
    open_skin = mesh_vertices(template)
    gap = open_skin[ring[11], 1] - open_skin[ring[33], 1]
    assert upper - lower < 0.12 * gap


def test_the_jaw_opens_and_takes_the_lower_teeth_along(template: Template) -> None:
    first = assemble(template, np.zeros(93), np.zeros(22), hair="bald").first["teeth"]
    opened = mesh_vertices(template, {"AU26": 1.0}) - mesh_vertices(template)
    assert opened[first : first + 99, 1] == pytest.approx(0, abs=1e-5)
    assert (opened[first + 99 : first + 198, 1] < -0.5).all()


def test_rotation_signs() -> None:
    nose, ear = np.array([0.0, 0, 1]), np.array([1.0, 0, 0])
    assert (rotation(20, 0, 0) @ nose)[0] > 0.3
    assert (rotation(0, 20, 0) @ nose)[1] < -0.3
    assert (rotation(0, 0, 20) @ ear)[1] > 0.3
    turned = rotation(20, -10, 5)
    np.testing.assert_allclose(turned @ turned.T, np.eye(3), atol=1e-12)


@pytest.mark.parametrize("hair", HAIR_STYLES)
def test_every_style_assembles_within_bounds(template: Template, hair: str) -> None:
    mesh = assemble(template, np.zeros(93), np.zeros(22), hair=hair)
    assert mesh.triangles.max() < len(mesh.vertices) == len(mesh.attributes)
    assert len(mesh.parts) == len(mesh.triangles)
    assert np.isfinite(mesh.vertices).all()
    assert np.abs(mesh.vertices).max() < 35


def test_the_template_is_the_pinned_one() -> None:
    arrays = load().arrays
    assert template_module.content_hash(arrays) == template_module.TEMPLATE_HASH
    assert template_module.TEMPLATE_PATH.stat().st_size <= 8_000_000
