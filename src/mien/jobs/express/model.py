"""A trained maker of `express` with all it needs to be used, in one file."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.data.stream import to_floats, to_pictures
from mien.errors import WeightsError
from mien.io.files import read_bytes
from mien.io.limits import WEIGHT_LIMITS
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader, load_weights, save_weights
from mien.jobs.express import foreign
from mien.jobs.express.networks import make_maker
from mien.jobs.express.presets import Config
from mien.jobs.express.regions import PLANES, Planes, as_floats
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
from mien.nn.init import generator
from mien.types import Image

JOB = "express"
MICRO_BATCH = 4
_EXAMPLES = 4
SHIPPED = {"default": FOLDER / "express-default.safetensors"}


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

    def at(self, runtime: Runtime) -> ExpressModel:
        """The same model, its network run by torch or by onnxruntime.

        Raises MissingExtraError without the extra [onnx].
        """
        if runtime == "torch":
            return self
        net = by_onnx(self.maker, lambda: examples(self.config))
        return dataclasses.replace(self, maker=net, device=torch.device("cpu"))

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
        rows = [torch.from_numpy(one) for one in inputs]
        return np.concatenate(
            in_micro_batches(self.maker, *rows, size=MICRO_BATCH, device=self.device)
        )


def examples(config: Config) -> dict[str, Tensor]:
    """Inputs of a maker by name, drawn from a fixed seed."""
    random = generator(0, "express export")

    def drawn(*shape: int) -> Tensor:
        return torch.rand(_EXAMPLES, *shape, generator=random)

    if config.kind == "repair":
        side = config.window
        pictures = drawn(3, side, side) * 2 - 1
        return {"warp": pictures, "planes": drawn(PLANES, side, side), "codes": drawn(2, 22)}
    return {"picture": drawn(3, config.size, config.size) * 2 - 1, "aus": drawn(config.aus)}


def load_model(
    model: str, device: torch.device, *, attention: foreign.Attention = "keep"
) -> ExpressModel:
    """Reads a model; raises WeightsError where there is none, or none of this job.

    attention  of somebody else's generator (`foreign`)
    """
    path = weight_file(model, SHIPPED)
    checkpoint = path if foreign.is_foreign(path) else foreign.newest(Path(model))
    if checkpoint is not None and (checkpoint == path or not path.is_file()):
        return _foreign_model(checkpoint, device, attention)
    found = load_weights(path, expected_job=JOB)
    try:
        config = Config.from_config(found.header.config["recipe"])
        maker = make_maker(config, 0)
        maker.load_state_dict(network_part(found.tensors))
    except DAMAGE as problem:
        raise WeightsError(text("express.weights_differ", path=terminal_safe(path))) from problem
    maker = maker.eval().requires_grad_(False).to(device)
    return ExpressModel(maker, config, found.header, found.sha256, device)


def _foreign_model(path: Path, device: torch.device, attention: foreign.Attention) -> ExpressModel:
    config, state = foreign.read_generator(path, attention=attention)
    maker = make_maker(config, 0)
    try:
        maker.load_state_dict(state, strict=True)
    except RuntimeError as problem:
        layer = str(problem).splitlines()[-1].strip()[:120]
        shown = {"path": terminal_safe(path), "layer": terminal_safe(layer)}
        raise WeightsError(text("express.foreign_layer", **shown)) from problem
    data = read_bytes(
        path, max_bytes=WEIGHT_LIMITS.max_bytes, wanted="io.wanted.checkpoint", error=WeightsError
    )
    told = {"data": "somebody else's GANimation", "crop": foreign.CROP}
    header = trained_header(JOB, "seed", config, told)
    maker = maker.eval().requires_grad_(False).to(device)
    return ExpressModel(maker, config, header, hashlib.sha256(data).hexdigest(), device)


def save_model(
    path: Path, maker: nn.Module, *, preset: str, config: Config, told: Mapping[str, Any]
) -> str:
    """Writes a maker in float16; returns the SHA-256 of the file.

    told   `data` (words), `source` (JSON values that find the samples again), `crop`, `licence`,
           `metrics`, `head` (whether the pictures were the head's)
    """
    header = trained_header(JOB, preset, config, told)
    return save_weights(path, state_arrays(maker.state_dict()), header, half=True)
