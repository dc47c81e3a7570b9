"""A trained maker with all it needs to be used: weights, codes, settings, in one file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mien.data.stream import to_pictures
from mien.errors import WeightsError
from mien.head.schema import schema_hash
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader, load_weights, save_weights
from mien.jobs.generate import latents
from mien.jobs.generate.codes import Codes
from mien.jobs.generate.networks import make_maker
from mien.jobs.generate.presets import Config
from mien.messages import text
from mien.types import Image

JOB = "generate"
MICRO_BATCH = 16
SHIPPED = {
    name: Path(__file__).resolve().parents[2] / "weights" / f"generate-{name}.safetensors"
    for name in ("photo", "toon")
}


@dataclasses.dataclass(frozen=True, eq=False)
class FaceModel:
    """A maker ready to be used; `draw` gives a face the same bytes in whatever batch.

    codes    of the training pictures, None for a maker that is not anchored
    header   of the file it came from
    sha256   of that file, "" for one that was never in a file
    """

    maker: nn.Module
    config: Config
    codes: Codes | None
    header: WeightHeader
    sha256: str
    device: torch.device

    def latent(self, seed: int, index: int, *, truncation: float = 1.0) -> Tensor:
        """(latent,) of face `index` of a seed; below 1 truncation draws nearer to the average."""
        return latents.of_seed(seed, index, self.config, self.codes) * truncation

    @torch.no_grad()
    def draw(self, wanted: Tensor) -> Image:
        """Latents (n, latent) to pictures (n, s, s, 3) uint8.

        Always 16 at a time, the last ones padded with zeros: the same kernels run whatever n is,
        and no sample sees another, so that a picture depends on its own latent alone.
        """
        pictures = []
        for first in range(0, len(wanted), MICRO_BATCH):
            some = wanted[first : first + MICRO_BATCH].to(self.device, torch.float32)
            batch = torch.zeros(MICRO_BATCH, self.config.latent, device=self.device)
            batch[: len(some)] = some
            pictures.append(to_pictures(self.maker(batch)[: len(some)].cpu().numpy()))
        size = self.config.size
        return np.concatenate(pictures) if pictures else np.zeros((0, size, size, 3), np.uint8)


def path_of(model: str) -> Path:
    """The weight file that `--model` means: a shipped one by name, a file, or a run's folder."""
    if model in SHIPPED:
        return SHIPPED[model]
    path = Path(model)
    return path / "weights.safetensors" if path.is_dir() else path


def load_model(model: str, device: torch.device) -> FaceModel:
    """Reads a model; raises WeightsError where there is none, or none of this job."""
    path = path_of(model)
    found = load_weights(path, expected_job=JOB)
    try:
        config = Config.from_config(found.header.config["recipe"])
        maker = make_maker(config, 0)
        maker.load_state_dict(_part(found.tensors, "maker"))
    except (KeyError, TypeError, ValueError, RuntimeError) as problem:
        raise WeightsError(text("generate.weights_differ", path=terminal_safe(path))) from problem
    maker = maker.eval().requires_grad_(False).to(device)
    parts = _part(found.tensors, "codes")
    codes = Codes.from_state(parts) if parts else None
    return FaceModel(maker, config, codes, found.header, found.sha256, device)


def _part(tensors: Mapping[str, Any], name: str) -> dict[str, Tensor]:
    """The tensors under a name, floats in float32."""
    part = {
        key.removeprefix(f"{name}."): torch.from_numpy(array)
        for key, array in tensors.items()
        if key.startswith(f"{name}.")
    }
    return {key: one.float() if one.is_floating_point() else one for key, one in part.items()}


def save_model(
    path: Path,
    maker: nn.Module,
    codes: Codes | None,
    *,
    preset: str,
    config: Config,
    told: Mapping[str, Any],
) -> str:
    """Writes a maker in float16; returns the SHA-256 of the file.

    told   `data` (words), `source` (JSON values that find the pictures again), `crop`, `licence`,
           `metrics`, `head` (whether the pictures were the head's)
    """
    state = {f"maker.{name}": value for name, value in maker.state_dict().items()}
    if codes is not None:
        state |= {f"codes.{name}": value for name, value in codes.state_dict().items()}
    header = WeightHeader(
        job=JOB,
        preset=preset,
        config={"recipe": config.as_config(), "source": dict(told.get("source", {}))},
        crop=dict(told.get("crop", {})),
        metrics=dict(told.get("metrics", {})),
        data=told.get("data", ""),
        licence=told.get("licence", "unknown"),
        head_hash=schema_hash() if told.get("head") else "",
    )
    arrays = {name: value.detach().cpu().numpy() for name, value in state.items()}
    return save_weights(path, arrays, header, half=True)
