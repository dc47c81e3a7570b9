"""`mien translate export`: a maker as an ONNX graph."""

from __future__ import annotations

from mien.jobs import onnx
from mien.jobs.base import Outcome, Progress
from mien.jobs.translate.config import ExportRequest
from mien.jobs.translate.model import JOB, TranslateModel

_CHECKED = 4


def to_onnx(model: TranslateModel) -> bytes:
    """The maker as ONNX: `picture` (n, 3, s, s) float32 in [-1, 1] to `translated`, the same.

    A guided one takes six planes: the picture, then the drawing.

    Raises MissingExtraError without the extra [onnx].
    """
    facts = {"job": JOB, "weights": model.sha256, "licence": model.header.licence}
    return onnx.to_onnx(model.maker, {"picture": model.examples(2)}, "translated", facts)


def export(model: TranslateModel, request: ExportRequest, progress: Progress) -> Outcome:
    """Writes the graph after checking it against the network, within 1/255 in every pixel."""
    inputs = {"picture": model.examples(_CHECKED)}
    return onnx.export(request, model.maker, lambda: to_onnx(model), inputs, progress)
