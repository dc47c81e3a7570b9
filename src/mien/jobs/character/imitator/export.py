"""`mien character export`: an imitator as ONNX, `parameters` (n, d) in [0, 1] to `picture`."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch
from torch import Tensor, nn

from mien.jobs import onnx
from mien.jobs.base import Outcome, Progress
from mien.jobs.character.config import ExportRequest
from mien.jobs.character.imitator.model import ImitatorModel
from mien.nn.init import generator

_CHECKED = 16
OWN_NAME = Path("imitator.onnx")


@dataclasses.dataclass(frozen=True)
class _Destination:
    """Where the graph is written."""

    out: Path
    overwrite: bool


class Pictures(nn.Module):
    """The imitator without its part labels."""

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, parameters: Tensor) -> Tensor:
        """(n, d) in [0, 1] to (n, 3, s, s) in [-1, 1]."""
        return self.net(parameters)[0]


def examples(model: ImitatorModel, count: int) -> Tensor:
    """(count, d) parameters near those that the imitator was trained on."""
    mean, spread = torch.from_numpy(model.prior)
    noise = torch.randn(count, model.layout.size, generator=generator(0, "examples"))
    return (mean + spread * noise).clamp(0.0, 1.0)


def to_onnx(model: ImitatorModel) -> bytes:
    """The imitator as ONNX; raises MissingExtraError without the extra [onnx]."""
    net = Pictures(model.net).eval()
    facts = {"job": model.header.job, "weights": model.sha256, "licence": model.header.licence}
    return onnx.to_onnx(net, {"parameters": examples(model, 2)}, "picture", facts)


def export(model: ImitatorModel, request: ExportRequest, progress: Progress) -> Outcome:
    """Writes the graph after checking it against the network, within 1/255 in every pixel."""
    net, inputs = Pictures(model.net).eval(), {"parameters": examples(model, _CHECKED)}
    place = _Destination(request.out or OWN_NAME, request.overwrite)
    return onnx.export(place, net, lambda: to_onnx(model), inputs, progress)
