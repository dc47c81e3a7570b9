"""A trained maker of `express` with all it needs to be used, in one file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mien.data.stream import to_floats, to_pictures
from mien.errors import WeightsError
from mien.head.schema import schema_hash
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader, load_weights, save_weights
from mien.jobs.express.networks import make_maker
from mien.jobs.express.presets import Config
from mien.jobs.express.regions import Planes, as_floats
from mien.messages import text
from mien.types import Image

JOB = "express"
MICRO_BATCH = 4
_WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
SHIPPED = {"default": _WEIGHTS / "express-default.safetensors"}


@dataclasses.dataclass(frozen=True, eq=False)
class ExpressModel:
    """A maker ready to be used; a result is the same bytes in whatever batch.

    header  of the file it came from; sha256 of that file
    """

    maker: nn.Module
    config: Config
    header: WeightHeader
    sha256: str
    device: torch.device

    @property
    def repairs(self) -> bool:
        """Whether it repairs moved photos, rather than making the change itself."""
        return self.config.kind == "repair"

    def repaired(
        self, warp: Image, planes: Planes, codes: NDArray[np.floating]
    ) -> NDArray[np.float32]:
        """What to add to windows of moved photos (n, w, w, 3), in levels of 255.

        planes  (n, w, w, 3); the result is exactly 0 where they forbid changes
        codes   (n, 2, 22) Action Units before and after
        """
        inputs = (to_floats(warp), as_floats(planes), codes.astype(np.float32))
        made = self._run(*inputs)[:, :3]
        return np.ascontiguousarray(made.transpose(0, 2, 3, 1)) * np.float32(127.5)

    def changed(self, pictures: Image, aus: NDArray[np.floating]) -> Image:
        """Crops (n, s, s, 3) with the Action Units (n, 22) that they shall have."""
        wanted = aus[:, : self.config.aus].clip(0.0, 1.0).astype(np.float32)
        return to_pictures(self._run(to_floats(pictures), wanted)[:, :3])

    @torch.no_grad()
    def _run(self, *inputs: NDArray[np.float32]) -> NDArray[np.float32]:
        """Always four at a time, the last ones padded: the same kernels run whatever n is."""
        made = []
        for first in range(0, len(inputs[0]), MICRO_BATCH):
            some = [one[first : first + MICRO_BATCH] for one in inputs]
            count = len(some[0])
            batch = [np.zeros((MICRO_BATCH, *one.shape[1:]), np.float32) for one in some]
            for space, one in zip(batch, some, strict=True):
                space[:count] = one
            found = self.maker(*(torch.from_numpy(one).to(self.device) for one in batch))
            made.append(found[:count].float().cpu().numpy())
        return np.concatenate(made)


def path_of(model: str) -> Path:
    """The weight file that `--model` means: a shipped one by name, a file, or a run's folder."""
    if model in SHIPPED:
        return SHIPPED[model]
    path = Path(model)
    return path / "weights.safetensors" if path.is_dir() else path


def load_model(model: str, device: torch.device) -> ExpressModel:
    """Reads a model; raises WeightsError where there is none, or none of this job."""
    path = path_of(model)
    found = load_weights(path, expected_job=JOB)
    try:
        config = Config.from_config(found.header.config["recipe"])
        maker = make_maker(config, 0)
        maker.load_state_dict({n: _tensor(value) for n, value in found.tensors.items()})
    except (KeyError, TypeError, ValueError, RuntimeError) as problem:
        raise WeightsError(text("express.weights_differ", path=terminal_safe(path))) from problem
    maker = maker.eval().requires_grad_(False).to(device)
    return ExpressModel(maker, config, found.header, found.sha256, device)


def _tensor(array: NDArray[Any]) -> torch.Tensor:
    tensor = torch.from_numpy(array)
    return tensor.float() if tensor.is_floating_point() else tensor


def save_model(
    path: Path, maker: nn.Module, *, preset: str, config: Config, told: Mapping[str, Any]
) -> str:
    """Writes a maker in float16; returns the SHA-256 of the file.

    told   `data` (words), `source` (JSON values that find the samples again), `crop`, `licence`,
           `metrics`, `head` (whether the pictures were the head's)
    """
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
    state = {name: value.detach().cpu().numpy() for name, value in maker.state_dict().items()}
    return save_weights(path, state, header, half=True)
