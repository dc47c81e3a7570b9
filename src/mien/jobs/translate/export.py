"""`mien translate export`: a maker as an ONNX graph."""

from __future__ import annotations

import torch

from mien.jobs import onnx
from mien.jobs.base import Outcome, Progress
from mien.jobs.translate.config import ExportRequest
from mien.jobs.translate.model import JOB, TranslateModel
from mien.nn.init import generator

_CHECKED = 4


def to_onnx(model: TranslateModel) -> bytes:
    """The maker as ONNX: `picture` (n, 3, s, s) float32 in [-1, 1] to `translated`, the same.

    Raises MissingExtraError without the extra [onnx].
    """
    facts = {"job": JOB, "weights": model.sha256, "licence": model.header.licence}
    return onnx.to_onnx(model.maker, {"picture": _pictures(model, 2)}, "translated", facts)


def _pictures(model: TranslateModel, count: int) -> torch.Tensor:
    """Smooth random pictures: what a network was not trained on may differ by more."""
    small = torch.rand(count, 3, 4, 4, generator=generator("export")) * 2 - 1
    size = model.config.size
    return torch.nn.functional.interpolate(small, size=(size, size), mode="bilinear")


def export(model: TranslateModel, request: ExportRequest, progress: Progress) -> Outcome:
    """Writes the graph after checking it against the network, within 1/255 in every pixel."""
    inputs = {"picture": _pictures(model, _CHECKED)}
    return onnx.export(request, model.maker, lambda: to_onnx(model), inputs, progress)
