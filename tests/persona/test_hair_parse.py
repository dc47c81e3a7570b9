"""Hair by the parsing network, and the way back to the rules."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.face import parsing_net
from mien.face.parsing_net import PART, PARTS, HeadParser
from mien.head.light import LIGHTS
from mien.persona.hair_mask import hair_mask, head_map
from mien.persona.hair_parse import find_hair, parsed_hair
from mien.types import Image, Landmarks

from .people import seen_bald


class _Bright(HeadParser):
    """Calls bright pixels hair."""

    def __init__(self) -> None:
        self.seen: Image | None = None

    def __call__(self, image: Image, landmarks: Landmarks) -> np.ndarray:
        self.seen = image
        share = np.zeros((*image.shape[:2], len(PARTS)), np.float32)
        share[..., PART["hair"]] = image[..., 0] / 255
        return share


def test_hair_is_what_the_network_calls_so_on_the_scalp_and_in_the_photo(scene_of: Any) -> None:
    view = scene_of(light=LIGHTS["soft"], size=160).seen
    head = head_map(view, 0.0)
    scalp = head.face & (head.hairline > 0.3)
    image, inside = np.zeros_like(view.image), np.ones_like(view.inside)
    image[scalp] = image[-12:, :12] = 250  # a dark coat in the corner, taken for hair
    inside[:, 80:] = False
    view = dataclasses.replace(view, image=image, inside=inside)
    parser = _Bright()
    found = parsed_hair(view, head, parser)
    assert scalp[:, :80].sum() > 200
    assert not (found & ~(scalp & inside)).any()
    assert found.sum() > 0.9 * (scalp & inside).sum()
    assert parser.seen is not None
    assert not parser.seen[:, 80:].any()


def test_beside_the_head_the_network_has_to_be_surer_the_less_likely_the_place(
    scene_of: Any,
) -> None:
    view = scene_of(light=LIGHTS["soft"], size=160).seen
    head = head_map(view, 0.0)

    def width(tone: int) -> int:
        whole = dataclasses.replace(view, image=np.full_like(view.image, tone))
        return int((parsed_hair(whole, head, _Bright()) & ~head.on_head).sum())

    assert width(140) < width(200) < width(254)


def test_without_its_file_the_rules_are_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing_net, "WEIGHTS", tmp_path / "none.safetensors")
    view, head, _ = seen_bald("long")
    rules = hair_mask(view, head)
    assert rules.any()
    np.testing.assert_array_equal(find_hair(view, head, "parser"), rules)
    np.testing.assert_array_equal(find_hair(view, head, "rules"), rules)
    # What they take for hair on a scalp of skin is none.
    view, head, _ = seen_bald("bald")
    assert hair_mask(view, head).any()
    assert not find_hair(view, head, "rules").any()


def test_with_its_file_the_network_is_asked(scene_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    view = scene_of(light=LIGHTS["soft"], size=160).seen
    asked = _Bright()
    monkeypatch.setattr(parsing_net, "WEIGHTS", Path(__file__))
    monkeypatch.setattr(parsing_net, "head_parser", lambda: asked)
    find_hair(view, head_map(view, 0.0), "rules")
    assert asked.seen is None
    find_hair(view, head_map(view, 0.0), "parser")
    assert asked.seen is not None
