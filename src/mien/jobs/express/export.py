"""`mien express export`: a maker as an ONNX graph that gives pictures."""

from __future__ import annotations

from torch import Tensor, nn

from mien.jobs import onnx
from mien.jobs.base import Outcome, Progress
from mien.jobs.express.config import ExportRequest
from mien.jobs.express.model import ExpressModel, examples


class Repaired(nn.Module):
    """A repairer whose result is the repaired window."""

    def __init__(self, maker: nn.Module) -> None:
        super().__init__()
        self.maker = maker

    def forward(self, warp: Tensor, planes: Tensor, codes: Tensor) -> Tensor:
        """As `networks.Repairer`, to a picture (n, 3, w, w) in [-1, 1]."""
        return (warp + self.maker(warp, planes, codes)[:, :3]).clamp(-1.0, 1.0)


class Remade(nn.Module):
    """A GANimation generator without its attention."""

    def __init__(self, maker: nn.Module) -> None:
        super().__init__()
        self.maker = maker

    def forward(self, picture: Tensor, aus: Tensor) -> Tensor:
        """As `networks.SeedGenerator`, to a picture (n, 3, s, s) in [-1, 1]."""
        return self.maker(picture, aus)[:, :3]


def export(model: ExpressModel, request: ExportRequest, progress: Progress) -> Outcome:
    """Writes the graph after checking it against the network, within 1/255 in every pixel."""
    maker = model.maker.cpu()
    net = (Repaired(maker) if model.repairs else Remade(maker)).eval()
    inputs = examples(model.config)
    facts = {"job": "express", "weights": model.sha256, "licence": model.header.licence}
    return onnx.export(
        request, net, lambda: onnx.to_onnx(net, inputs, "made", facts), inputs, progress
    )
