"""What the header of somebody's weight file may say of its networks."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch

from mien.errors import WeightsError
from mien.io.weights import load_weights, save_weights
from mien.jobs.generate import presets
from mien.jobs.generate.model import load_model, save_model
from mien.jobs.generate.networks import make_maker
from mien.jobs.settings import RecipeSettings


@dataclasses.dataclass(frozen=True)
class Config(RecipeSettings):
    size: int = 64
    maker: tuple[int, ...] = (8, 16)
    pull: tuple[float, float] = (1.0, 2.0)
    rate: float = 0.1
    mirror: bool = True
    chin: bool | None = None


def test_what_was_told_comes_back() -> None:
    made = Config(maker=(4, 4, 4), rate=1, chin=False)
    assert Config.from_config(made.as_config()) == made


@pytest.mark.parametrize(
    "wrong",
    [
        *({"size": "64"}, {"size": 10**9}, {"size": True}, {"size": 64.0}, {"size": None}),
        *({"maker": 8}, {"maker": [10**6]}, {"maker": ["8"]}, {"maker": [8] * 65}),
        *({"pull": [1.0]}, {"rate": float("nan")}, {"mirror": 1}, {"other": 1}, {"chin": 0}),
    ],
)
def test_what_no_network_has_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError), match=r"."):
        Config.from_config({**Config().as_config(), **wrong})


def test_a_weight_file_with_such_a_header_is_one_line(tmp_path: Path) -> None:
    path, device = tmp_path / "a.safetensors", torch.device("cpu")
    config = presets.config("tiny")
    save_model(path, make_maker(config, 0), None, preset="tiny", config=config, told={})
    assert load_model(str(path), device).config == config
    found = load_weights(path, expected_job="generate")
    recipe = found.header.config["recipe"]
    for wrong in (
        {"maker": [8192] * 3},
        {"size": 2**40},
        {"size": -8},
        {"latent": 10**7},
        {"maker": [192] * 65},
    ):
        header = dataclasses.replace(found.header, config={"recipe": {**recipe, **wrong}})
        save_weights(path, found.tensors, header)
        with pytest.raises(WeightsError, match=r"a\.safetensors"):
            load_model(str(path), device)
