"""A trained `reenact` model: networks and settings in one file, and how it makes frame after frame.

What a model is given of a frame is the photo moved into it, where its landmarks shall be, and the
frame that it made before.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.data.stream import to_floats, to_pictures
from mien.errors import WeightsError
from mien.face.edges import draw_edges, face_gate
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader, load_weights, save_weights
from mien.jobs.onnx_net import by_onnx
from mien.jobs.reenact.networks import make_networks
from mien.jobs.reenact.presets import Config
from mien.jobs.reenact.recipe import made_by
from mien.jobs.runtime import Runtime
from mien.jobs.weights import (
    DAMAGE,
    FOLDER,
    network_part,
    state_arrays,
    trained_header,
    weight_file,
)
from mien.messages import text
from mien.nn.init import generator
from mien.types import Image

JOB = "reenact"
_EXAMPLES = 3
SHIPPED = {"default": FOLDER / "reenact-default.safetensors"}


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

    def at(self, runtime: Runtime) -> ReenactModel:
        """The same model, its networks run by torch or by onnxruntime.

        Raises MissingExtraError without the extra [onnx].
        """
        if runtime == "torch":
            return self
        inputs = {name: functools.partial(examples, self.config, name) for name in self.nets}
        nets = {name: by_onnx(net, inputs[name]) for name, net in self.nets.items()}
        return dataclasses.replace(self, nets=nets, device=torch.device("cpu"))

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
        size, style = self.config.size, self.config.edges
        pairs = zip(landmarks, moved, strict=True)
        drawn = np.stack([draw_edges(p, size, style, picture=shown) for p, shown in pairs])
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


_INPUTS: Mapping[str, tuple[str, ...]] = {
    "refiner": ("warp", "lines", "gate", "last"),
    "face": ("photo", "edges"),
    "fine": ("photo", "face", "last"),
}


def examples(config: Config, net: str) -> dict[str, Tensor]:
    """Noise of the right shapes for a network, by input name."""
    random = generator(0, "reenact export")

    def planes(count: int) -> Tensor:
        return torch.rand(_EXAMPLES, count, config.size, config.size, generator=random)

    return {name: planes(1) if name == "gate" else planes(3) * 2 - 1 for name in _INPUTS[net]}


def load_model(model: str, device: torch.device) -> ReenactModel:
    """Reads a model; raises WeightsError where there is none, or none of this job."""
    path = weight_file(model, SHIPPED)
    found = load_weights(path, expected_job=JOB)
    try:
        config = Config.from_config(found.header.config["recipe"])
        nets = make_networks(config, 0)
        for name, net in nets.items():
            net.load_state_dict(network_part(found.tensors, name))
    except DAMAGE as problem:
        raise WeightsError(text("reenact.weights_differ", path=terminal_safe(path))) from problem
    ready = {name: net.eval().requires_grad_(False).to(device) for name, net in nets.items()}
    return ReenactModel(ready, config, found.header, found.sha256, device)


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
    header = trained_header(JOB, preset, config, told)
    arrays: dict[str, NDArray[Any]] = {}
    for name, net in nets.items():
        arrays |= state_arrays(net.state_dict(), name)
    return save_weights(path, arrays, header, half=True)
