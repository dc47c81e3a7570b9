"""Hair: measures, masks and colours."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from mien.head.camera import Camera
from mien.head.light import LIGHTS
from mien.head.schema import LABEL
from mien.persona.hair_fit import HairMeasures, corrected_colour, first_colour, measure_hair
from mien.persona.hair_mask import hair_mask, head_map
from mien.persona.hair_parse import find_hair

from .people import seen_bald

CROPPED = HairMeasures(fringe=0.05, volume=0.08, covered=0.95)


def test_a_cropped_scalp_is_not_a_bald_head() -> None:
    assert not CROPPED.is_bald
    assert not dataclasses.replace(CROPPED, covered=0.2).is_bald
    assert dataclasses.replace(CROPPED, covered=0.05).is_bald


@pytest.fixture(scope="module")
def measured() -> dict[str, HairMeasures]:
    found = {}
    for style in ("bald", "buzz", "quiff", "afro", "long", "fringe_long"):
        view, head, _ = seen_bald(style)
        found[style] = measure_hair(view, head, find_hair(view, head, "rules"))
    return found


def test_measures_tell_styles_apart(measured: dict[str, HairMeasures]) -> None:
    assert measured["afro"].volume > measured["quiff"].volume > measured["buzz"].volume
    assert measured["fringe_long"].fringe > measured["quiff"].fringe + 0.2
    assert measured["bald"].is_bald
    assert not measured["long"].is_bald


def sight_of(style: str, scene_of: Any) -> tuple[Any, Any]:
    """The bald head, drawn over a picture of the head with hair."""
    from mien.head.material import material_vector
    from mien.head.render import draw, mesh_of
    from mien.types import FaceCode

    scene = scene_of(light=LIGHTS["soft"], size=160)
    view = dataclasses.replace(scene.view, camera=Camera(size=160, zoom=0.86))
    colour = {"hair": (0.05, 0.02, 0.01)}
    worn = draw(mesh_of(FaceCode(hair=style)), material_vector({**colour}, hair=style), view=view)
    bald = draw(mesh_of(FaceCode(hair="bald")), material_vector({}, hair="bald"), view=view)
    seen = dataclasses.replace(
        scene.seen, image=worn.rgb, drawn=bald, landmarks=bald.landmarks, unit=160 * 0.86 / 30
    )
    return seen, worn


@pytest.mark.parametrize("style", ["long", "bob", "quiff", "afro"])
def test_the_mask_is_the_hair(style: str, scene_of: Any) -> None:
    seen, worn = sight_of(style, scene_of)
    true = worn.labels == LABEL["hair"]
    found = hair_mask(seen, head_map(seen, 0.0))
    overlap = (found & true).sum() / (found | true).sum()
    assert overlap > 0.75


def test_a_bald_head_has_little_hair(scene_of: Any) -> None:
    seen, _ = sight_of("bald", scene_of)
    assert hair_mask(seen, head_map(seen, 0.0)).mean() < 0.25


@pytest.mark.parametrize("albedo", [(0.02, 0.015, 0.01), (0.3, 0.2, 0.1), (0.5, 0.1, 0.05)])
def test_hair_colour_is_found(albedo: tuple[float, float, float], scene_of: Any) -> None:
    from mien.head.material import material_vector
    from mien.head.render import draw, mesh_of
    from mien.types import FaceCode

    seen, _ = sight_of("quiff", scene_of)
    view = dataclasses.replace(
        scene_of(light=LIGHTS["soft"], size=160).view, camera=Camera(size=160, zoom=0.86)
    )
    mesh = mesh_of(FaceCode(hair="quiff"))
    skin = np.array(material_vector({}, hair="bald")[:3], float)
    painted = draw(mesh, material_vector({"hair": albedo}, hair="quiff"), view=view)
    seen = dataclasses.replace(seen, image=painted.rgb)
    head, mask = head_map(seen, 0.0), painted.labels == LABEL["hair"]
    first = first_colour(seen, head, mask, np.maximum(skin, 0.05))
    drawn = draw(mesh, material_vector({"hair": first}, hair="quiff"), view=view)
    second = corrected_colour(first, seen, mask, drawn)
    error = np.abs(np.log(np.array(second) / albedo)).max()
    assert error < 0.5
    assert error <= np.abs(np.log(np.array(first) / albedo)).max() + 0.05


def test_colours_without_hair_in_sight(scene_of: Any) -> None:
    seen, worn = sight_of("quiff", scene_of)
    nothing = np.zeros(seen.inside.shape, bool)
    skin = np.array([0.5, 0.3, 0.2])
    assert first_colour(seen, head_map(seen, 0.0), nothing, skin) == pytest.approx(
        (0.1, 0.06, 0.04)
    )
    assert corrected_colour((0.1, 0.1, 0.1), seen, nothing, worn) == (0.1, 0.1, 0.1)
