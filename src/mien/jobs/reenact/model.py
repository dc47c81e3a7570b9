"""A trained `reenact` model: networks and settings in one file, and how it makes frame after frame.

What a model is given of a frame is the photo moved into it, where its landmarks shall be, and the
frame that it made before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.data.stream import to_floats, to_pictures
from mien.errors import WeightsError
from mien.face.edges import ancestor_edges, face_gate, feature_lines
from mien.head.schema import schema_hash
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader, load_weights, save_weights
from mien.jobs.reenact.networks import make_networks
from mien.jobs.reenact.presets import Config
from mien.jobs.reenact.recipe import made_by
from mien.messages import text
from mien.types import Image

JOB = "reenact"
WARP = "warp"
"""The name of no model: the moved photo as it is."""
_WEIGHTS = Path(__file__).resolve().parents[2] / "weights"
SHIPPED = {"default": _WEIGHTS / "reenact-default.safetensors"}


@dataclasses.dataclass(frozen=True, eq=False)
class ReenactModel:
    """Networks ready to be used.

    header   of the file they came from
    sha256   of that file, "" for networks that were never in a file
    """

    nets: Mapping[str, nn.Module]
    config: Config
    header: WeightHeader
    sha256: str
    device: torch.device

    @torch.no_grad()
    def frame(
        self, photo: Image, moved: Image, landmarks: NDArray[np.float64], last: Image | None
    ) -> tuple[Image, NDArray[np.uint8]]:
        """The next frame of n clips, (n, s, s, 3), and how far each pixel is the networks' own.

        photo      (n, s, s, 3) uint8; moved: the photo in this frame's motion
        landmarks  (n, 68, 2) where they shall be in this frame, pixels
        last       (n, s, s, 3) what this method gave for the frame before; None for the first one
        The share (n, s, s) is uint8, 255 where a pixel is all theirs.
        """
        lines = ancestor_edges if self.config.kind == "ancestor" else feature_lines
        size = self.config.size
        drawn = np.stack([lines(points, size) for points in landmarks])
        gates = np.stack([face_gate(points, size) for points in landmarks])
        planes = {
            "photo": self._tensor(photo),
            "warp": self._tensor(moved),
            "lines": self._tensor(drawn),
            "edges": self._tensor(drawn),
            "gate": torch.from_numpy(gates[:, None]).to(self.device).float() / 255,
        }
        before = planes["warp"] if last is None else self._tensor(last)
        made = made_by(self.nets, self.config, planes, before).float().cpu()
        share = (made[:, 3].clamp(0, 1) * 255).round().to(torch.uint8)
        return to_pictures(made[:, :3].numpy()), share.numpy()

    def _tensor(self, pictures: Image) -> Tensor:
        return torch.from_numpy(to_floats(pictures)).to(self.device)


def path_of(model: str) -> Path:
    """The weight file that `--model` means: a shipped one by name, a file, or a run's folder."""
    if model in SHIPPED:
        return SHIPPED[model]
    path = Path(model)
    return path / "weights.safetensors" if path.is_dir() else path


def load_model(model: str, device: torch.device) -> ReenactModel:
    """Reads a model; raises WeightsError where there is none, or none of this job."""
    path = path_of(model)
    found = load_weights(path, expected_job=JOB)
    try:
        config = Config.from_config(found.header.config["recipe"])
        nets = make_networks(config, 0)
        for name, net in nets.items():
            net.load_state_dict(_part(found.tensors, name))
    except (KeyError, TypeError, ValueError, RuntimeError) as problem:
        raise WeightsError(text("reenact.weights_differ", path=terminal_safe(path))) from problem
    ready = {name: net.eval().requires_grad_(False).to(device) for name, net in nets.items()}
    return ReenactModel(ready, config, found.header, found.sha256, device)


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
    nets: Mapping[str, nn.Module],
    *,
    preset: str,
    config: Config,
    told: Mapping[str, Any],
) -> str:
    """Writes networks in float16; returns the SHA-256 of the file.

    told   `data` (words), `source` (JSON values that find the clips again), `crop`, `licence`,
           `metrics`, `head` (whether the clips were the head's)
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
    arrays = {
        f"{name}.{key}": value.detach().cpu().numpy()
        for name, net in nets.items()
        for key, value in net.state_dict().items()
    }
    return save_weights(path, arrays, header, half=True)
