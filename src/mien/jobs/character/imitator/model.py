"""A trained imitator with what its numbers mean, in one file."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mien.data.stream import to_pictures
from mien.errors import OptionError, WeightsError
from mien.head.schema import LABELS, VERSION_1_HASH, schema_hash
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader, load_weights, read_header, save_weights
from mien.jobs.character.imitator.data import ParameterSet
from mien.jobs.character.imitator.layout import Layout, is_of_head, todays
from mien.jobs.character.imitator.networks import make_imitator
from mien.jobs.character.imitator.presets import Settings
from mien.jobs.weights import (
    DAMAGE,
    FOLDER,
    in_micro_batches,
    network_part,
    state_arrays,
    weight_file,
)
from mien.messages import text
from mien.types import Image

JOB = "character.imitator"
MICRO_BATCH = 16
SHIPPED = FOLDER / "character-imitator.safetensors"


@dataclasses.dataclass(frozen=True, eq=False)
class ImitatorModel:
    """An imitator ready to be used.

    net       frozen, in evaluation mode
    prior     (2, d) float32: mean and standard deviation of the parameters it was trained on
    layout    of its parameters
    header    of the file it came from
    sha256    of that file
    """

    net: nn.Module
    prior: NDArray[np.float32]
    settings: Settings
    layout: Layout
    header: WeightHeader
    sha256: str
    device: torch.device

    @torch.no_grad()
    def draw(self, parameters: NDArray[np.floating[Any]]) -> Image:
        """(n, d) in [0, 1] to pictures (n, s, s, 3) uint8, the same bytes in whatever batch."""
        return to_pictures(self._answers(parameters, 0))

    @torch.no_grad()
    def labels(self, parameters: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
        """(n, s / 2, s / 2) the likeliest part of every second pixel; without parts all 0."""
        if not self.settings.parts:
            side = self.settings.size // 2
            return np.zeros((len(parameters), side, side), np.uint8)
        return self._answers(parameters, 1).argmax(1).astype(np.uint8)

    def _answers(self, parameters: NDArray[np.floating[Any]], which: int) -> NDArray[np.float32]:
        """Always 16 at a time, the last ones padded: no sample depends on its neighbours."""
        wanted = torch.from_numpy(np.asarray(parameters, np.float32))
        found = in_micro_batches(
            lambda batch: self.net(batch)[which], wanted, size=MICRO_BATCH, device=self.device
        )
        if found:
            return np.concatenate(found)
        side = self.settings.size // (2 if which else 1)
        return np.zeros((0, len(LABELS) if which else 3, side, side), np.float32)


def load_imitator(model: str, device: torch.device, *, of_head: bool = False) -> ImitatorModel:
    """Reads an imitator; raises WeightsError where there is none.

    of_head   refuse one of another engine, or of another version of the head: OptionError
    """
    path = weight_file(model, {"shipped": SHIPPED})
    # The layout says by name what the numbers are, and version 1 is known.
    old = read_header(path).head_hash == VERSION_1_HASH
    wanted = schema_hash() if of_head and not old else None
    found = load_weights(path, expected_job=JOB, expected_head=wanted)
    try:
        settings = Settings.from_config(found.header.config["recipe"])
        layout = Layout.from_config(found.header.config["layout"])
        layout = todays(layout) if old else layout
        state = network_part(found.tensors, "net")
        labels = len(state["parts.bias"]) if "parts.bias" in state else len(LABELS)
        net = make_imitator(settings, layout.size, 0, labels=labels)
        net.load_state_dict(state)
        prior = np.asarray(found.tensors["prior"], np.float32)
        if prior.shape != (2, layout.size):
            raise ValueError(f"prior {prior.shape}")
    except DAMAGE as problem:
        shown = terminal_safe(path)
        raise WeightsError(text("character.imitator.weights", path=shown)) from problem
    if of_head and not is_of_head(layout):
        raise OptionError(text("character.imitator.other_engine", path=terminal_safe(path)))
    net = net.eval().requires_grad_(False).to(device)
    return ImitatorModel(net, prior, settings, layout, found.header, found.sha256, device)


@functools.lru_cache(4)
def shipped_for_fit(model: str) -> ImitatorModel:
    """An imitator of this head on the CPU, read once; errors as `load_imitator`."""
    return load_imitator(model, torch.device("cpu"), of_head=True)


def save_imitator(path: Path, net: nn.Module, known: ParameterSet, header: WeightHeader) -> str:
    """Writes an imitator of a set's parameters in float16; returns the SHA-256 of the file."""
    config = {**header.config, "layout": known.layout.as_config()}
    arrays = state_arrays(net.state_dict(), "net")
    arrays["prior"] = np.stack([known.parameters.mean(0), known.parameters.std(0)])
    whole = dataclasses.replace(header, job=JOB, config=config)
    return save_weights(path, arrays, whole, half=True)
