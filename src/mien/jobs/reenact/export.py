"""`mien reenact export`: the networks of a model as one ONNX graph."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from mien.jobs import onnx
from mien.jobs.base import Outcome, Progress
from mien.jobs.reenact.config import ExportRequest
from mien.jobs.reenact.model import ReenactModel
from mien.nn.init import generator

_ROWS = 3


class RefinerFrame(nn.Module):
    """One frame of the refining model: the picture alone."""

    def __init__(self, nets: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.refiner = nets["refiner"]

    def forward(self, warp: Tensor, lines: Tensor, gate: Tensor, last: Tensor) -> Tensor:
        """As `networks.Refiner`, without the share."""
        return self.refiner(warp, lines, gate, last)[:, :3]


class AncestorFrame(nn.Module):
    """One frame of FaceGAN and FineGAN together."""

    def __init__(self, nets: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.face, self.fine = nets["face"], nets["fine"]

    def forward(self, photo: Tensor, edges: Tensor, last: Tensor) -> Tensor:
        """(n, 3, s, s) each, in [-1, 1], to the refined face."""
        return self.fine(photo, self.face(photo, edges), last)


def export(model: ReenactModel, request: ExportRequest, progress: Progress) -> Outcome:
    """Writes the graph after checking it against the networks, within 1/255 in every pixel.

    Inputs by name: for the refining model `warp`, `lines`, `gate` and `last`, for the ancestor
    `photo`, `edges` and `last`, (n, 3, s, s) in [-1, 1] but for the gate, (n, 1, s, s) in [0, 1].
    The result is `frame`.

    Raises MissingExtraError without the extra [onnx], OutputError where the file cannot be written.
    """
    net, inputs = _frame_of(model), example_inputs(model)
    facts = {"job": "reenact", "weights": model.sha256, "licence": model.header.licence}
    return onnx.export(
        request, net, lambda: onnx.to_onnx(net, inputs, "frame", facts), inputs, progress
    )


def _frame_of(model: ReenactModel) -> nn.Module:
    nets = {name: net.cpu() for name, net in model.nets.items()}
    frame = RefinerFrame(nets) if model.config.kind == "refine" else AncestorFrame(nets)
    return frame.eval()


def example_inputs(model: ReenactModel) -> dict[str, Tensor]:
    """Noise of the right shapes, by input name."""
    size, random = model.config.size, generator(0, "reenact export")

    def picture() -> Tensor:
        return torch.rand(_ROWS, 3, size, size, generator=random) * 2 - 1

    if model.config.kind == "ancestor":
        return {"photo": picture(), "edges": picture(), "last": picture()}
    gate = torch.rand(_ROWS, 1, size, size, generator=random)
    return {"warp": picture(), "lines": picture(), "gate": gate, "last": picture()}
