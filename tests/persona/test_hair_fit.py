"""Hair: rules, measures, colours, and the network that names the head's own styles."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from mien.analysers.hair_style import renders
from mien.head.camera import Camera
from mien.head.light import LIGHTS
from mien.head.render import View, render
from mien.head.sample import sample
from mien.head.schema import HAIR_STYLES, LABEL, au_vector, slider_vector
from mien.persona import hair_fit, hair_style
from mien.persona.hair_fit import (
    GRID_COLUMNS,
    GRID_ROWS,
    HairMeasures,
    corrected_colour,
    extra_inputs,
    first_colour,
    mask_grid,
    style_by_rule,
)
from mien.persona.hair_mask import hair_mask, head_map
from mien.persona.hair_style import EXTRA_INPUTS, PADS, STRIDES, choose_style, style_net
from mien.seeding import rng
from mien.types import Image, Pose

from .people import plain

CROPPED = HairMeasures(
    grid=np.zeros((GRID_ROWS, GRID_COLUMNS), np.float32),
    bare=(0.2, 0.05),
    ring=0.8,
    beside=(0.05, 0.03),
    below=0.0,
    fringe=0.05,
    edge=0.9,
    volume=0.08,
    covered=0.95,
    scalp=(-1.0, 0.3, 0.4),
)
MASCULINE, FEMININE = 0.9, -0.9


@pytest.mark.parametrize(
    ("changes", "sex", "style"),
    [
        ({"covered": 0.1}, MASCULINE, "bald"),
        ({"bare": (0.8, 0.7), "ring": 0.1}, MASCULINE, "bald"),
        ({}, MASCULINE, "crop"),
        ({"volume": 0.02, "fringe": 0.0}, MASCULINE, "buzz"),
        ({"volume": 0.2, "edge": 0.5}, MASCULINE, "quiff"),
        ({"volume": 0.2, "edge": 0.9}, MASCULINE, "side_part"),
        ({"volume": 0.6}, MASCULINE, "afro"),
        ({"fringe": 0.5}, MASCULINE, "pixie"),
        ({"volume": 0.1}, FEMININE, "pixie"),
        ({"beside": (0.8, 0.7), "below": 0.05}, FEMININE, "bob"),
        ({"beside": (0.8, 0.7), "below": 0.6}, FEMININE, "long"),
        ({"beside": (0.8, 0.7), "below": 0.6, "fringe": 0.6}, FEMININE, "fringe_long"),
        ({"beside": (0.8, 0.7), "below": 0.6}, MASCULINE, "long"),
    ],
)
def test_rules(changes: dict[str, Any], sex: float, style: str) -> None:
    assert style_by_rule(dataclasses.replace(CROPPED, **changes), sex) == style


def test_hair_on_one_side_of_the_jaw_alone_is_not_long() -> None:
    """A dark background beside one cheek."""
    lopsided = dataclasses.replace(CROPPED, beside=(0.4, 0.0))
    assert style_by_rule(lopsided, MASCULINE) == "crop"


def test_a_ring_of_hair_is_not_a_bald_head() -> None:
    fair = dataclasses.replace(CROPPED, bare=(0.8, 0.7), ring=0.6)
    assert not fair.is_bald
    assert dataclasses.replace(fair, ring=0.2).is_bald


def test_the_extra_inputs_are_as_many_as_the_network_has() -> None:
    extra = extra_inputs(CROPPED, Pose(20.0, -10.0, 3.0))
    assert len(extra) == EXTRA_INPUTS
    assert extra[:3] == pytest.approx([1.0, -1.0, 0.2])


def test_the_forward_pass_is_torchs() -> None:
    import torch

    net = style_net()
    random = rng("grid")
    for index in range(3):
        grid = random.uniform(0, 1, (GRID_ROWS, GRID_COLUMNS))
        extra = random.normal(size=EXTRA_INPUTS)
        value = torch.from_numpy(grid)[None, None] * 2 - 1
        for (weight, bias), stride, pad in zip(net.convolutions, STRIDES, PADS, strict=True):
            value = torch.nn.functional.conv2d(
                value, torch.from_numpy(weight), torch.from_numpy(bias), stride, pad
            )
            value = torch.nn.functional.silu(value)
        flat = torch.cat([value.flatten(1), torch.from_numpy(extra)[None]], 1)
        first, last = (tuple(map(torch.from_numpy, layer)) for layer in net.dense)
        flat = torch.nn.functional.silu(torch.nn.functional.linear(flat, *first))
        wanted = torch.softmax(torch.nn.functional.linear(flat, *last), 1)[0].numpy()
        found = net.probabilities(grid, extra)
        assert found.shape == (len(HAIR_STYLES),)
        found = found[[HAIR_STYLES.index(name) for name in net.styles]]
        assert found == pytest.approx(wanted, abs=1e-10), index
        assert found.sum() == pytest.approx(1.0)


def test_the_rules_decide_where_the_network_is_unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclasses.dataclass
    class Said:
        share: np.ndarray

        def probabilities(self, grid: np.ndarray, extra: np.ndarray) -> np.ndarray:
            return self.share

    unsure = np.full(len(HAIR_STYLES), 1 / len(HAIR_STYLES))
    sure = np.full(len(HAIR_STYLES), 1e-4)
    sure[HAIR_STYLES.index("quiff")] = 1.0
    for share, style in ((unsure, "crop"), (sure / sure.sum(), "quiff")):
        monkeypatch.setattr(hair_style, "style_net", lambda share=share: Said(share))
        assert choose_style(CROPPED, Pose(), MASCULINE) == style


def dressed(style: str, *, index: int = 5, size: int = 160) -> tuple[Any, Image, Any]:
    """A person with that hair, the picture, and the truth."""
    code = dataclasses.replace(plain(sample(31, index)), hair=style)
    view = View(
        camera=Camera(size=size, zoom=0.86), light=LIGHTS["soft"], background=(0.5, 0.55, 0.6)
    )
    drawn = render(code, view=view)
    return code, drawn.rgb, drawn


@pytest.fixture(scope="module")
def measured() -> dict[str, HairMeasures]:
    found = {}
    for style in HAIR_STYLES:
        code, picture, drawn = dressed(style)
        found[style] = renders.measure(
            picture,
            drawn.landmarks,
            slider_vector(code.sliders),
            au_vector(code.aus),
            code.pose,
        )
    return found


def test_the_network_names_the_heads_own_styles(measured: dict[str, HairMeasures]) -> None:
    named = {}
    for style, measures in measured.items():
        share = style_net().probabilities(measures.grid, extra_inputs(measures, Pose()))
        named[style] = HAIR_STYLES[int(share.argmax())]
    right = [style for style in HAIR_STYLES if named[style] == style]
    # The network that ships knows the twelve styles of the head's version 1 only.
    assert len(right) >= 9, named


def test_long_hair_measures_longer(measured: dict[str, HairMeasures]) -> None:
    assert measured["long"].below > 0.3 > measured["bob"].below
    assert min(measured["long"].beside[0], measured["bob"].beside[0]) > 0.3
    assert measured["crop"].beside[0] < 0.2
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


def test_the_grid_moves_and_tilts_with_the_head(scene_of: Any) -> None:
    seen, _ = sight_of("bald", scene_of)
    size = seen.image.shape[0]
    columns = np.mgrid[:size, :size][1]
    eyes = (seen.landmarks[36] + seen.landmarks[45]) / 2
    right = (columns - eyes[0]) / seen.unit > 2.0
    grid = mask_grid(right, seen, 0.0)
    assert grid.shape == (GRID_ROWS, GRID_COLUMNS)
    assert grid.dtype == np.float32
    assert grid[:, -8:].min() == 1.0
    assert grid[:, :12].max() == 0.0
    moved = dataclasses.replace(seen, landmarks=seen.landmarks + [7.0, 3.0])
    rolled = np.roll(np.roll(right, 7, 1), 3, 0)
    inner = np.s_[8:30, 8:30]
    assert mask_grid(rolled, moved, 0.0)[inner] == pytest.approx(grid[inner], abs=1e-6)
    # Tilted by a right angle, what is right in the picture is below the head... or above it.
    tilted = mask_grid(right, seen, 90.0)
    assert tilted[:10].mean() != pytest.approx(tilted[-10:].mean(), abs=0.5)


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
    assert hair_fit.GRID_ROWS == 46
