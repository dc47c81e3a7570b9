"""`mien generate export`: a maker as an ONNX graph."""

from __future__ import annotations

import torch

from mien.jobs import onnx
from mien.jobs.base import Outcome, Progress
from mien.jobs.generate.config import ExportRequest
from mien.jobs.generate.model import FaceModel

_CHECKED = 32


def to_onnx(model: FaceModel) -> bytes:
    """The maker as ONNX: `latent` (n, d) float32 to `face` (n, 3, s, s) in [-1, 1].

    Raises MissingExtraError without the extra [onnx].
    """
    facts = {"job": "generate", "weights": model.sha256, "licence": model.header.licence}
    return onnx.to_onnx(model.maker, {"latent": _latents(model, 2)}, "face", facts)


def _latents(model: FaceModel, count: int) -> torch.Tensor:
    return torch.stack([model.latent(0, k) for k in range(count)])


def export(model: FaceModel, request: ExportRequest, progress: Progress) -> Outcome:
    """Writes the graph after checking it against the network, within 1/255 in every pixel."""
    inputs = {"latent": _latents(model, _CHECKED)}
    return onnx.export(request, model.maker, lambda: to_onnx(model), inputs, progress)
