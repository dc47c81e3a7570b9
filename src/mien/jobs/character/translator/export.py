"""`mien character export --model RUN` of an engine's translator: components to parameters."""

from __future__ import annotations

import torch
from torch import Tensor

from mien.errors import OutputError
from mien.io.atomic import atomic_write_bytes
from mien.io.names import free_path
from mien.io.weights import read_header
from mien.jobs import onnx
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.character.config import ExportRequest
from mien.jobs.character.imitator.export import OWN_NAME
from mien.jobs.character.imitator.model import SHIPPED
from mien.jobs.character.translator.model import JOB, EngineTranslator
from mien.jobs.weights import weight_file
from mien.messages import text
from mien.nn.init import generator

_EXAMPLES = 4
_WORST = 1e-3
"""Of answers in standard deviations."""


def is_translator(model: str) -> bool:
    """Whether `--model` names a translator's file or run; raises WeightsError for no weights."""
    return read_header(weight_file(model, {"shipped": SHIPPED})).job == JOB


def examples(model: EngineTranslator, count: int) -> Tensor:
    """(count, k) components as they are on average: independent, of variance 1."""
    return torch.randn(count, model.basis.axes.shape[1], generator=generator(0, "examples"))


def export(model: EngineTranslator, request: ExportRequest, progress: Progress) -> Outcome:
    """Writes `components` (n, k) to `answer` (n, d), as `translator.model.read_answer` reads it.

    Raises OutputError where the graph differs from the network by more than .001.
    """
    out = request.out or OWN_NAME.with_name("translator.onnx")
    onnx.check_suffix(out)
    inputs = {"components": examples(model, _EXAMPLES)}
    facts = {"job": JOB, "weights": model.sha256, "licence": model.header.licence}
    data = onnx.to_onnx(model.net, inputs, "answer", facts)
    worst = onnx.difference(model.net, data, inputs)
    if worst > _WORST:
        raise OutputError(text("onnx.differs_by", worst=f"{worst:.2g}"))
    path = free_path(out, overwrite=request.overwrite)
    atomic_write_bytes(path, data)
    progress(Step(1, 1, path.name))
    return Outcome((path,), figures={"largest difference": worst})
