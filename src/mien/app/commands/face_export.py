"""`mien face export`: the networks that look at faces, as ONNX graphs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mien import fields
from mien.app import console
from mien.errors import OutputError
from mien.messages import text

if TYPE_CHECKING:
    from torch import Tensor, nn

Network = Literal["landmarks", "expression", "parsing", "identity"]
_EXAMPLES = 3
WORST = {"landmarks": 1e-3, "expression": 1e-3, "parsing": 0.02, "identity": 1e-3}
"""Largest difference from torch that is written: shares of the side and logarithms, Action Units,
logits, descriptors."""


@dataclasses.dataclass(frozen=True)
class ExportRequest:
    """What `mien face export` is asked."""

    network: Network = fields.argument("NETWORK", help="face.export.network")
    weights: Path | None = fields.option(None, help="face.export.weights")
    out: Path | None = fields.option(None, help="training.out_onnx")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True, eq=False)
class Exported:
    """A network with what its graph is called.

    inputs    examples (n, ...) by name
    outputs   names of its results
    sha256    of its weight file
    """

    net: nn.Module
    inputs: Mapping[str, Tensor]
    outputs: tuple[str, ...]
    sha256: str


def export(request: ExportRequest) -> int:
    """Writes the graph after comparing it with the network."""
    from mien.io.atomic import atomic_write_bytes
    from mien.io.names import free_path
    from mien.jobs import onnx

    out = request.out or Path(f"{request.network}.onnx")
    onnx.check_suffix(out)
    one = exported(request.network, request.weights)
    facts = {"job": f"face.{request.network}", "weights": one.sha256}
    data = onnx.to_onnx(one.net, one.inputs, one.outputs, facts)
    worst = onnx.difference(one.net, data, one.inputs)
    if worst > WORST[request.network]:
        raise OutputError(text("onnx.differs_by", worst=f"{worst:.2g}"))
    path = free_path(out, overwrite=request.overwrite)
    atomic_write_bytes(path, data)
    console.note(text("onnx.parity", worst=f"{worst:.1g}"))
    console.say(path)
    return 0


def exported(network: Network, path: Path | None = None) -> Exported:
    """A network by name, from the weights that ship or from a file; raises WeightsError.

    landmarks    `picture` (n, 3, 96, 96) in [-1, 1] to `points` (n, 70, 2), shares of the side,
                 and `unsure` (n, 70), logarithms of their errors
    expression   the same picture to `aus` (n, 22) and `gaze` (n, 2)
    parsing      `picture` (n, 3, 128, 128) in [-1, 1] to `logits` (n, 11, 128, 128)
    identity     `chip` (n, 3, 150, 150) in 0..255 to `descriptor` (n, 128)
    """
    return _NETWORKS[network](path)


def _landmarks(path: Path | None) -> Exported:
    from mien.face.landmark_net import JOB, SIDE, WEIGHTS, build
    from mien.io.weights import load_weights

    found = load_weights(path or WEIGHTS, expected_job=JOB)
    inputs = {"picture": _noise(SIDE)}
    return Exported(build(found.tensors), inputs, ("points", "unsure"), found.sha256)


def _expression(path: Path | None) -> Exported:
    from mien.face.expression_net import JOB, SIDE, WEIGHTS, build
    from mien.io.weights import load_weights

    found = load_weights(path or WEIGHTS, expected_job=JOB)
    return Exported(build(found.tensors), {"picture": _noise(SIDE)}, ("aus", "gaze"), found.sha256)


def _parsing(path: Path | None) -> Exported:
    from mien.face.parsing_net import JOB, SIDE, WEIGHTS, build
    from mien.io.weights import load_weights

    found = load_weights(path or WEIGHTS, expected_job=JOB)
    return Exported(build(found.tensors), {"picture": _noise(SIDE)}, ("logits",), found.sha256)


def _identity(path: Path | None) -> Exported:
    from mien.face.align import DLIB_SIZE
    from mien.face.identity import JOB, WEIGHTS
    from mien.face.identity_net import build
    from mien.io.weights import load_weights

    found = load_weights(path or WEIGHTS, expected_job=JOB)
    inputs = {"chip": (_noise(DLIB_SIZE) + 1) * 127.5}
    return Exported(build(found.tensors), inputs, ("descriptor",), found.sha256)


_NETWORKS: dict[Network, Callable[[Path | None], Exported]] = {
    "landmarks": _landmarks,
    "expression": _expression,
    "parsing": _parsing,
    "identity": _identity,
}


def _noise(side: int) -> Tensor:
    """Smooth random pictures in [-1, 1]."""
    import torch

    from mien.nn.init import generator

    small = torch.rand(_EXAMPLES, 3, 6, 6, generator=generator("face export")) * 2 - 1
    return torch.nn.functional.interpolate(small, size=(side, side), mode="bilinear")
