"""A trained maker of one direction with all it needs to be used, in one file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from mien.data.stream import to_floats, to_pictures
from mien.errors import OptionError, WeightsError
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader, load_weights, save_weights
from mien.jobs.onnx_net import by_onnx
from mien.jobs.runtime import Runtime
from mien.jobs.translate.config import Kind
from mien.jobs.translate.foreign import is_foreign, load_maker
from mien.jobs.translate.networks import make_maker
from mien.jobs.translate.presets import Config, config
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

JOB = "translate"
MICRO_BATCH = 16
NETS: Mapping[Kind, str] = {"anime": "to_b", "photo": "to_a"}
"""Which net of a run makes which kind."""
SHIPPED: Mapping[Kind, Path] = {
    "anime": FOLDER / "translate-anime.safetensors",
    "photo": FOLDER / "translate-photo.safetensors",
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
        """Whether its inputs are head crops; other people's makers saw crops much like them."""
        return self.header.crop.get("name") == "head-256" or "foreign" in self.header.config

    @property
    def guided(self) -> bool:
        """Whether it also wants a drawing of the head that was fitted to each picture."""
        return self.config.guide and self.to == "anime"

    def at(self, runtime: Runtime) -> TranslateModel:
        """The same model, its network run by torch or by onnxruntime.

        Raises MissingExtraError without the extra [onnx].
        """
        if runtime == "torch":
            return self
        net = by_onnx(self.maker, lambda: {"picture": self.examples(2)})
        return dataclasses.replace(self, maker=net, device=torch.device("cpu"))

    def examples(self, count: int) -> Tensor:
        """(count, c, s, s) smooth random inputs: on what is far from pictures, errors grow."""
        planes = 6 if self.guided else 3
        small = torch.rand(count, planes, 4, 4, generator=generator("export")) * 2 - 1
        size = self.config.size
        return nn.functional.interpolate(small, size=(size, size), mode="bilinear")

    @torch.no_grad()
    def draw(self, pictures: Image, guide: Image | None = None) -> Image:
        """(n, s, s, 3) uint8 to the same, translated.

        guide   (n, s, s, 3) uint8, for a model that is `guided`

        Always 16 at a time, the last ones padded: the same kernels run whatever n is, so that a
        result depends on its own picture alone.
        """
        size, rows = self.config.size, torch.from_numpy(to_floats(pictures))
        if self.guided:
            if guide is None:
                raise ValueError("this model was made for guides: pass them")
            rows = torch.cat([rows, torch.from_numpy(to_floats(guide))], 1)
        planes = in_micro_batches(self.maker, rows, size=MICRO_BATCH, device=self.device)
        made = [to_pictures(some) for some in planes]
        return np.concatenate(made) if made else np.zeros((0, size, size, 3), np.uint8)


def load_model(model: str, to: Kind, device: torch.device) -> TranslateModel:
    """Reads a model; raises WeightsError where there is none, OptionError for the other way."""
    if is_foreign(model):
        maker, size, header, sha256 = load_maker(Path(model), to)
        settings = config("seed", size=64) if size == 64 else config("resnet", size=size)
        return TranslateModel(maker.to(device), settings, to, header, sha256, device)
    path = weight_file(model, {"head": SHIPPED[to]}, stem=to)
    found = load_weights(path, expected_job=JOB)
    try:
        settings = Config.from_config(found.header.config["recipe"])
        made = found.header.config["to"]
        maker = make_maker(settings, 0, NETS[to])
        maker.load_state_dict(network_part(found.tensors))
    except DAMAGE as problem:
        raise WeightsError(text("translate.weights_differ", path=terminal_safe(path))) from problem
    if made != to:
        values = {"path": terminal_safe(path), "made": made, "to": to}
        raise OptionError(text("translate.other_way", **values))
    maker = maker.eval().requires_grad_(False).to(device)
    return TranslateModel(maker, settings, to, found.header, found.sha256, device)


def save_model(
    path: Path, maker: nn.Module, to: Kind, *, config: Config, told: Mapping[str, Any]
) -> str:
    """Writes a maker in float16; returns the SHA-256 of the file.

    told   `preset`, `data` (words), `source` (JSON values that find the pictures again), `crop`
           of its inputs, `licence`, `metrics`, `head` (whether the pictures were the head's)
    """
    header = trained_header(JOB, told.get("preset", ""), config, told, to=to)
    return save_weights(path, state_arrays(maker.state_dict()), header, half=True)
