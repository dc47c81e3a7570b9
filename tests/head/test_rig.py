from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.head.assets import HASHES, asset_path, content_hash, load_asset
from mien.head.eye_rig import GAZE_DISTANCE, OUTWARD_DEGREES, eye_turns
from mien.head.rig import assemble, creases
from mien.head.schema import (
    AU_INDEX,
    GLASSES,
    HAIR_STYLES,
    SLIDERS,
    au_vector,
    rig_vector,
    slider_vector,
)
from mien.head.template import Template, load
from mien.head.turning import rotation
from mien.head.worn import BALD, Worn
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
    return assemble(template, values, intensities, worn=BALD).vertices.astype(float)


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
    mesh = assemble(template, random.normal(size=len(SLIDERS)) * 0.3, aus, worn=BALD)
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


def mouth_moves(template: Template, aus: dict[str, float]) -> tuple[np.ndarray, np.ndarray]:
    """How an expression moves teeth and tongue: what hangs on the skull, then on the jaw."""
    neutral = assemble(template, np.zeros(len(SLIDERS)), np.zeros(22), worn=BALD)
    moved = assemble(template, np.zeros(len(SLIDERS)), rig_vector(aus), worn=BALD).vertices
    first, stop = neutral.first["teeth"], neutral.first["shirt"]
    lower = np.r_[template.arrays["teeth.lower"], template.arrays["tongue.lower"]] > 0.5
    offset = (moved - neutral.vertices)[first:stop].astype(float)
    return offset[~lower], offset[lower]


def test_the_jaw_opens_and_takes_the_lower_teeth_and_the_tongue_along(template: Template) -> None:
    upper, lower = mouth_moves(template, {"AU26": 1.0})
    assert np.abs(upper).max() < 1e-5
    assert (lower[:, 1] < -0.4).all()


def test_the_jaw_goes_aside(template: Template) -> None:
    for name, sign in (("jaw_left", -1), ("jaw_right", 1)):
        upper, lower = mouth_moves(template, {name: 1.0})
        assert np.abs(upper).max() < 1e-5
        assert (sign * lower[:, 0] > 0.4).all()
        assert np.abs(lower[:, 1:]).max() < 1e-5


def test_a_wink_closes_one_eye(template: Template) -> None:
    neutral = mesh_vertices(template)
    for name, winking in (("AU45R", 0), ("AU45L", 1)):
        skin = assemble(
            template, np.zeros(len(SLIDERS)), rig_vector({name: 1.0}), worn=BALD
        ).vertices
        ring = template.eye_rings[:, 1]
        gap = skin[ring[:, 11], 1] - skin[ring[:, 33], 1]
        before = neutral[ring[:, 11], 1] - neutral[ring[:, 33], 1]
        assert gap[winking] < 0.15 * before[winking]
        assert gap[1 - winking] == pytest.approx(before[1 - winking], abs=1e-4)


def test_creases_know_their_side() -> None:
    def folds(**aus: float) -> dict[str, float]:
        names = ("forehead", "frown", "nose", "eye_r", "eye_l", "cheek_r", "cheek_l", "chin")
        return dict(zip(names, creases(rig_vector(aus)).tolist(), strict=True))

    smile = folds(AU12L=1.0)
    assert smile["cheek_l"] > 0.5
    assert smile["cheek_r"] == 0
    assert folds(AU12=1.0)["cheek_r"] == folds(AU12=1.0)["cheek_l"] > 0.5
    assert 0 < folds(AU1L=1.0)["forehead"] < folds(AU1=1.0)["forehead"]
    assert folds(AU17=1.0)["chin"] == 1


@pytest.mark.parametrize("gaze", [(0.0, 0.0), (0.6, 0.2), (-0.9, -0.5)])
def test_both_eyes_look_at_one_point(gaze: tuple[float, float]) -> None:
    centres = np.array([[3.2, 0.0, -1.2], [-3.2, 0.0, -1.2]])
    aside = [rotation(sign * OUTWARD_DEGREES, 0, 0) for sign in (-1, 1)]
    lines = [
        turn @ back @ [0, 0, 1] for turn, back in zip(eye_turns(centres, gaze), aside, strict=True)
    ]
    look = rotation(gaze[0] * 28, -gaze[1] * 20, 0) @ [0, 0, GAZE_DISTANCE]
    target = centres.mean(0) + look
    for centre, line in zip(centres, lines, strict=True):
        wanted = (target - centre) / np.linalg.norm(target - centre)
        assert wanted @ line > 0.9995


def test_glasses_sit_on_everybody_and_keep_still(template: Template) -> None:
    random = rng(4, "glasses")
    for style in GLASSES[1:]:
        worn, sliders = Worn("bald", glasses=style), random.normal(size=len(SLIDERS)) * 0.3
        neutral = assemble(template, sliders, np.zeros(22), worn=worn)
        smiling = assemble(template, sliders, au_vector({"AU12": 1, "AU1": 1}), worn=worn)
        first = neutral.first["glasses"]
        np.testing.assert_array_equal(neutral.vertices[first:], smiling.vertices[first:])
        middle = neutral.vertices[neutral.first["lens"] :].mean(0)
        eyes = neutral.eye_centres.mean(0)
        assert abs(middle[0] - eyes[0]) < 0.05
        assert abs(middle[1] - eyes[1]) < 0.8
        assert 1.5 < middle[2] - eyes[2] < 4.5


def test_rotation_signs() -> None:
    nose, ear = np.array([0.0, 0, 1]), np.array([1.0, 0, 0])
    assert (rotation(20, 0, 0) @ nose)[0] > 0.3
    assert (rotation(0, 20, 0) @ nose)[1] < -0.3
    assert (rotation(0, 0, 20) @ ear)[1] > 0.3
    turned = rotation(20, -10, 5)
    np.testing.assert_allclose(turned @ turned.T, np.eye(3), atol=1e-12)


@pytest.mark.parametrize("hair", HAIR_STYLES)
def test_every_style_assembles_within_bounds(template: Template, hair: str) -> None:
    mesh = assemble(template, np.zeros(len(SLIDERS)), np.zeros(22), worn=Worn(hair))
    assert mesh.triangles.max() < len(mesh.vertices) == len(mesh.attributes)
    assert len(mesh.parts) == len(mesh.triangles)
    assert np.isfinite(mesh.vertices).all()
    assert np.abs(mesh.vertices).max() < 35


@pytest.mark.parametrize("name", HASHES)
def test_the_shipped_arrays_are_the_pinned_ones(name: str) -> None:
    assert content_hash(load_asset(name)) == HASHES[name]
    assert asset_path(name).stat().st_size <= 8_000_000
