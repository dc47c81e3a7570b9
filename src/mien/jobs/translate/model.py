"""A trained maker of one direction with all it needs to be used, in one file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from mien.data.stream import to_floats, to_pictures
from mien.errors import OptionError, WeightsError
from mien.head.schema import schema_hash
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader, load_weights, save_weights
from mien.jobs.translate.config import Kind
from mien.jobs.translate.networks import make_maker
from mien.jobs.translate.presets import Config
from mien.messages import text
from mien.types import Image

JOB = "translate"
MICRO_BATCH = 16
NETS: Mapping[Kind, str] = {"anime": "to_b", "photo": "to_a"}
"""Which net of a run makes which kind."""
_WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
SHIPPED: Mapping[Kind, Path] = {
    "anime": _WEIGHTS / "translate-anime.safetensors",
    "photo": _WEIGHTS / "translate-photo.safetensors",
}


@dataclasses.dataclass(frozen=True, eq=False)
class TranslateModel:
    """A maker ready to be used; `draw` gives a picture the same bytes in whatever batch.

    to       the kind it makes
    header   of the file it came from
    sha256   of that file, "" for one that was never in a file
    """

    maker: nn.Module
    config: Config
    to: Kind
    header: WeightHeader
    sha256: str
    device: torch.device

    @property
    def aligned(self) -> bool:
        """Whether its inputs are head crops."""
        return self.header.crop.get("name") == "head-256"

    @torch.no_grad()
    def draw(self, pictures: Image) -> Image:
        """(n, s, s, 3) uint8 to the same, translated.

        Always 16 at a time, the last ones padded: the same kernels run whatever n is, so that a
        result depends on its own picture alone.
        """
        size, made = self.config.size, []
        for first in range(0, len(pictures), MICRO_BATCH):
            some = pictures[first : first + MICRO_BATCH]
            batch = np.zeros((MICRO_BATCH, size, size, 3), np.uint8)
            batch[: len(some)] = some
            planes = self.maker(torch.from_numpy(to_floats(batch)).to(self.device))
            made.append(to_pictures(planes[: len(some)].float().cpu().numpy()))
        return np.concatenate(made) if made else np.zeros((0, size, size, 3), np.uint8)


def path_of(model: str, to: Kind) -> Path:
    """The weight file that `--model` means: the shipped one, a file, or a run's folder."""
    if model == "head":
        return SHIPPED[to]
    path = Path(model)
    return path / f"{to}.safetensors" if path.is_dir() else path


def load_model(model: str, to: Kind, device: torch.device) -> TranslateModel:
    """Reads a model; raises WeightsError where there is none, OptionError for the other way."""
    path = path_of(model, to)
    found = load_weights(path, expected_job=JOB)
    try:
        config = Config.from_config(found.header.config["recipe"])
        made = found.header.config["to"]
        maker = make_maker(config, 0, NETS[to])
        maker.load_state_dict({name: _tensor(value) for name, value in found.tensors.items()})
    except (KeyError, TypeError, ValueError, RuntimeError) as problem:
        raise WeightsError(text("translate.weights_differ", path=terminal_safe(path))) from problem
    if made != to:
        values = {"path": terminal_safe(path), "made": made, "to": to}
        raise OptionError(text("translate.other_way", **values))
    maker = maker.eval().requires_grad_(False).to(device)
    return TranslateModel(maker, config, to, found.header, found.sha256, device)


def _tensor(array: Any) -> torch.Tensor:
    tensor = torch.from_numpy(array)
    return tensor.float() if tensor.is_floating_point() else tensor


def save_model(
    path: Path, maker: nn.Module, to: Kind, *, config: Config, told: Mapping[str, Any]
) -> str:
    """Writes a maker in float16; returns the SHA-256 of the file.

    told   `preset`, `data` (words), `source` (JSON values that find the pictures again), `crop`
           of its inputs, `licence`, `metrics`, `head` (whether the pictures were the head's)
    """
    header = WeightHeader(
        job=JOB,
        preset=told.get("preset", ""),
        config={"recipe": config.as_config(), "to": to, "source": dict(told.get("source", {}))},
        crop=dict(told.get("crop", {})),
        metrics=dict(told.get("metrics", {})),
        data=told.get("data", ""),
        licence=told.get("licence", "unknown"),
        head_hash=schema_hash() if told.get("head") else "",
    )
    arrays = {name: value.detach().cpu().numpy() for name, value in maker.state_dict().items()}
    return save_weights(path, arrays, header, half=True)
