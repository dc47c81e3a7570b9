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
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader, load_weights, save_weights
from mien.jobs.generate import latents
from mien.jobs.generate.codes import Codes
from mien.jobs.generate.networks import make_maker
from mien.jobs.generate.presets import Config
from mien.jobs.onnx_net import by_onnx
from mien.jobs.runtime import Runtime
from mien.jobs.weights import (
    DAMAGE,
    FOLDER,
    in_micro_batches,
    network_part,
    state_arrays,
    trained_header,
    weight_file,
)
from mien.messages import text
from mien.types import Image

JOB = "generate"
MICRO_BATCH = 16
SHIPPED = {name: FOLDER / f"generate-{name}.safetensors" for name in ("photo", "toon")}


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

    def at(self, runtime: Runtime) -> FaceModel:
        """The same model for drawing, its network run by torch or by onnxruntime.

        Raises MissingExtraError without the extra [onnx].
        """
        if runtime == "torch":
            return self
        net = by_onnx(
            self.maker, lambda: {"latent": torch.stack([self.latent(0, k) for k in range(4)])}
        )
        return dataclasses.replace(self, maker=net, device=torch.device("cpu"))

    @torch.no_grad()
    def draw(self, wanted: Tensor) -> Image:
        """Latents (n, latent) to pictures (n, s, s, 3) uint8.

        Always 16 at a time, the last ones padded with zeros: the same kernels run whatever n is,
        and no sample sees another, so that a picture depends on its own latent alone.
        """
        planes = in_micro_batches(self.maker, wanted, size=MICRO_BATCH, device=self.device)
        size = self.config.size
        made = [to_pictures(some) for some in planes]
        return np.concatenate(made) if made else np.zeros((0, size, size, 3), np.uint8)


def load_model(model: str, device: torch.device) -> FaceModel:
    """Reads a model; raises WeightsError where there is none, or none of this job."""
    path = weight_file(model, SHIPPED)
    found = load_weights(path, expected_job=JOB)
    try:
        config = Config.from_config(found.header.config["recipe"])
        maker = make_maker(config, 0)
        maker.load_state_dict(network_part(found.tensors, "maker"))
    except DAMAGE as problem:
        raise WeightsError(text("generate.weights_differ", path=terminal_safe(path))) from problem
    maker = maker.eval().requires_grad_(False).to(device)
    parts = network_part(found.tensors, "codes")
    codes = Codes.from_state(parts) if parts else None
    return FaceModel(maker, config, codes, found.header, found.sha256, device)


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
    arrays = state_arrays(maker.state_dict(), "maker")
    if codes is not None:
        arrays |= state_arrays(codes.state_dict(), "codes")
    header = trained_header(JOB, preset, config, told)
    return save_weights(path, arrays, header, half=True)
