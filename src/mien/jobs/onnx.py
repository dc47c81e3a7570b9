"""A trained network as an ONNX graph, checked against the network before it is written."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from mien.data.stream import to_pictures
from mien.errors import MissingExtraError, OutputError
from mien.io.atomic import atomic_write_bytes
from mien.io.names import free_path, terminal_safe
from mien.jobs.base import Outcome, Progress, Step
from mien.messages import text


class Destination(Protocol):
    """What every job's request for an export says of the file."""

    @property
    def out(self) -> Path:
        """The file to be written."""
        ...

    @property
    def overwrite(self) -> bool:
        """Whether a file that is there gives way."""
        ...


_OPSET = 18
_MOST_ROWS = 4096
_NOISY = ("torch.onnx", "onnxscript", "onnx_ir")


def to_onnx(
    net: nn.Module,
    examples: Mapping[str, Tensor],
    output: str | Sequence[str],
    facts: Mapping[str, str],
) -> bytes:
    """The network as ONNX with a free batch size.

    net        in evaluation mode, on the CPU; its forward takes the examples in their order
    examples   an input (n, ...) by name, n >= 2
    output     name of its one result, or of each of several
    facts      texts for the metadata: job, weights, licence

    Raises MissingExtraError without the extra [onnx].
    """
    try:
        import onnx  # pyright: ignore[reportMissingImports]
        import onnxscript  # noqa: F401 # pyright: ignore[reportMissingImports]
    except ImportError as problem:
        raise MissingExtraError(text("onnx.missing")) from problem
    if net.training:
        raise ValueError("a network in training mode has no fixed graph: call eval() first")
    rows = torch.export.Dim("n", min=1, max=_MOST_ROWS)
    with _quiet(), torch.no_grad():
        program = torch.onnx.export(
            net,
            tuple(examples.values()),
            input_names=list(examples),
            output_names=[output] if isinstance(output, str) else list(output),
            dynamic_shapes=tuple({0: rows} for _ in examples),
            opset_version=_OPSET,
            dynamo=True,
            verbose=False,
        )
    if program is None:
        raise OutputError(text("onnx.failed"))
    made = program.model_proto
    made.producer_name = "mien"
    onnx.helper.set_model_props(made, dict(facts))
    onnx.checker.check_model(made, full_check=True)
    return made.SerializeToString(deterministic=True)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The exporter's remarks concern its authors, not ours."""
    loggers = [logging.getLogger(name) for name in _NOISY]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


def session(data: bytes) -> Any:
    """A graph ready to run on the CPU, with torch's number of threads.

    Raises MissingExtraError without onnxruntime.
    """
    try:
        import onnxruntime  # pyright: ignore[reportMissingImports]
    except ImportError as problem:
        raise MissingExtraError(text("onnx.missing")) from problem
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 3  # what the optimiser thinks of a graph is not the user's
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def parity(net: nn.Module, data: bytes, inputs: Mapping[str, Tensor]) -> int:
    """Largest difference, of 255, between onnxruntime's pictures and the network's.

    Raises MissingExtraError without onnxruntime.
    """
    (planes,) = session(data).run(None, {name: one.numpy() for name, one in inputs.items()})
    with torch.no_grad():
        wanted = net(*inputs.values()).float().numpy()
    apart = to_pictures(np.asarray(planes)).astype(int) - to_pictures(wanted).astype(int)
    return int(np.abs(apart).max())


def difference(net: nn.Module, data: bytes, inputs: Mapping[str, Tensor]) -> float:
    """Largest difference of onnxruntime's numbers from the network's, over all its results."""
    found = session(data).run(None, {name: one.numpy() for name, one in inputs.items()})
    with torch.no_grad():
        wanted = net(*inputs.values())
    found = tuple(torch.from_numpy(np.asarray(one)) for one in found)
    return apart(found, wanted)


def apart(found: Tensor | Sequence[Tensor], wanted: Tensor | Sequence[Tensor]) -> float:
    """Largest difference of two results, or of two lists of them."""
    one, other = ([x] if isinstance(x, Tensor) else list(x) for x in (found, wanted))
    pairs = zip(one, other, strict=True)
    return max(float((a.float().cpu() - b.float().cpu()).abs().max()) for a, b in pairs)


def write_onnx(path: Path, data: bytes, worst: int, *, overwrite: bool) -> Path:
    """Writes a graph whose pictures differ by at most 1 of 255; gives the path written.

    Raises OutputError where they differ by more, or where the path is taken or no `.onnx`.
    """
    if worst > 1:
        raise OutputError(text("onnx.differs", worst=worst))
    check_suffix(path)
    path = free_path(path, overwrite=overwrite)
    atomic_write_bytes(path, data)
    return path


def export(
    to: Destination,
    net: nn.Module,
    graph: Callable[[], bytes],
    inputs: Mapping[str, Tensor],
    progress: Progress,
) -> Outcome:
    """Writes the graph after checking it against the network, within 1/255 in every pixel.

    Raises MissingExtraError without the extra [onnx], OutputError where the graph differs by more
    or cannot be written.
    """
    check_suffix(to.out)
    data = graph()
    worst = parity(net, data, inputs)
    path = write_onnx(to.out, data, worst, overwrite=to.overwrite)
    progress(Step(1, 1, path.name))
    return Outcome((path,), figures={"largest difference": float(worst)})


def check_suffix(path: Path) -> None:
    """Raises OutputError where the file's name does not end in `.onnx`."""
    if path.suffix.lower() != ".onnx":
        shown = {"suffix": terminal_safe(path.suffix) or "(none)", "wanted": ".onnx"}
        raise OutputError(text("io.write.suffix", path=terminal_safe(path), **shown))
