"""`mien generate export`: a maker as an ONNX graph, written layer by layer.

Built from `onnx.helper` rather than by tracing, so that no tracer's whims are in the file.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.data.stream import to_pictures
from mien.errors import MissingExtraError, OutputError
from mien.io.atomic import atomic_write_bytes
from mien.io.names import terminal_safe
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.generate.config import ExportRequest
from mien.jobs.generate.model import FaceModel
from mien.jobs.generate.networks import SeedMaker, SlimMaker
from mien.jobs.generate.use import target
from mien.messages import text
from mien.nn.blocks import UpBlock
from mien.nn.init import LEAK

_OPSET = 17


class _Graph:
    """Nodes in order; every method adds one and gives the name of its result."""

    def __init__(self, helper: Any, numpy_helper: Any) -> None:
        self._helper, self._numpy = helper, numpy_helper
        self.nodes: list[Any] = []
        self.values: list[Any] = []

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Any operator with one result."""
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(self._helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def value(self, array: Tensor | NDArray[Any]) -> str:
        """A constant."""
        name = f"value{len(self.values)}"
        plain = array.detach().cpu().numpy() if isinstance(array, Tensor) else array
        self.values.append(self._numpy.from_array(np.ascontiguousarray(plain), name))
        return name

    def linear(self, x: str, layer: nn.Linear) -> str:
        """x W^T + b."""
        parts = (self.value(layer.weight), self.value(layer.bias))
        return self.node("Gemm", x, *parts, transB=1)

    def convolution(self, x: str, layer: nn.Conv2d) -> str:
        """At stride 1."""
        parts = [self.value(layer.weight)]
        if layer.bias is not None:
            parts.append(self.value(layer.bias))
        pad = layer.weight.shape[-1] // 2
        return self.node("Conv", x, *parts, pads=[pad] * 4)

    def norm(self, x: str, layer: nn.Module) -> str:
        """BatchNorm with its running statistics, or nothing."""
        if not isinstance(layer, nn.BatchNorm2d):
            return x
        assert layer.running_mean is not None
        assert layer.running_var is not None
        tensors = (layer.weight, layer.bias, layer.running_mean, layer.running_var)
        parts = [self.value(one) for one in tensors]
        return self.node("BatchNormalization", x, *parts, epsilon=layer.eps)

    def leaky(self, x: str) -> str:
        """Leaky ReLU."""
        return self.node("LeakyRelu", x, alpha=LEAK)

    def map(self, x: str, channels: int) -> str:
        """(n, 16 c) to (n, c, 4, 4)."""
        shape = self.value(np.array([-1, channels, 4, 4], np.int64))
        return self.node("Reshape", x, shape)

    def double(self, x: str) -> str:
        """Every pixel four times."""
        scales = self.value(np.array([1, 1, 2, 2], np.float32))
        settings = {"mode": "nearest", "nearest_mode": "floor"}
        return self.node(
            "Resize", x, "", scales, coordinate_transformation_mode="asymmetric", **settings
        )


def _slim(graph: _Graph, net: SlimMaker) -> str:
    x = graph.map(graph.linear("latent", net.first), net.first.out_features // 16)
    for block in net.blocks:
        assert isinstance(block, UpBlock)
        y = graph.convolution(graph.leaky(graph.norm(x, block.norm1)), block.conv1)
        y = graph.leaky(graph.norm(graph.double(y), block.norm2))
        y = graph.convolution(y, block.conv2)
        x = graph.node("Add", y, graph.double(graph.convolution(x, block.shortcut)))
    x = graph.leaky(graph.convolution(graph.leaky(graph.norm(x, net.norm)), net.spread))
    x = graph.node("DepthToSpace", x, blocksize=2, mode="CRD")
    return graph.node("Tanh", graph.convolution(x, net.last))


def _seed(graph: _Graph, net: SeedMaker) -> str:
    x = graph.map(graph.linear("latent", net.first), net.first.out_features // 16)
    for norm, up in zip(net.norms, net.ups, strict=True):
        assert isinstance(up, nn.ConvTranspose2d)
        assert up.bias is not None
        x = graph.norm(graph.node("Relu", x), norm)
        parts = (graph.value(up.weight), graph.value(up.bias))
        sizes = {"strides": [2, 2], "pads": [2] * 4, "output_padding": [1, 1]}
        x = graph.node("ConvTranspose", x, *parts, **sizes)
    return graph.node("Tanh", x)


def to_onnx(model: FaceModel) -> bytes:
    """The maker as ONNX: `latent` (n, d) float32 to `face` (n, 3, s, s) in [-1, 1].

    Raises MissingExtraError without the package onnx.
    """
    try:
        import onnx  # pyright: ignore[reportMissingImports]
        from onnx import helper, numpy_helper  # pyright: ignore[reportMissingImports]
    except ImportError as problem:
        raise MissingExtraError(text("generate.no_onnx")) from problem
    graph = _Graph(helper, numpy_helper)
    maker = model.maker
    if isinstance(maker, SlimMaker):
        last = _slim(graph, maker)
    else:
        assert isinstance(maker, SeedMaker)
        last = _seed(graph, maker)
    graph.nodes[-1].output[0] = "face"
    assert last
    kind, size = onnx.TensorProto.FLOAT, model.config.size
    latent = helper.make_tensor_value_info("latent", kind, ["n", model.config.latent])
    face = helper.make_tensor_value_info("face", kind, ["n", 3, size, size])
    made = helper.make_model(
        helper.make_graph(graph.nodes, "mien", [latent], [face], graph.values),
        opset_imports=[helper.make_opsetid("", _OPSET)],
        producer_name="mien",
        ir_version=8,
    )
    facts = {"job": "generate", "weights": model.sha256, "licence": model.header.licence}
    helper.set_model_props(made, facts)
    onnx.checker.check_model(made, full_check=True)
    return made.SerializeToString(deterministic=True)


def export(model: FaceModel, request: ExportRequest, progress: Progress) -> Outcome:
    """Writes the graph after checking it against the network, within 1/255 in every pixel."""
    if request.out.suffix.lower() != ".onnx":
        shown = {"suffix": terminal_safe(request.out.suffix) or "(none)", "wanted": ".onnx"}
        raise OutputError(text("io.write.suffix", path=terminal_safe(request.out), **shown))
    data = to_onnx(model)
    figures, notes = {}, ()
    try:
        worst = parity(model, data)
        figures["largest difference"] = float(worst)
        if worst > 1:
            raise OutputError(text("generate.onnx_differs", worst=worst))
    except MissingExtraError as problem:
        notes = (str(problem),)
    out = target(request.out, overwrite=request.overwrite)
    atomic_write_bytes(out, data)
    progress(Step(1, 1, out.name))
    return Outcome((out,), notes=notes, figures=figures)


def parity(model: FaceModel, data: bytes, *, count: int = 32) -> int:
    """Largest difference of pictures (0..255) between the graph in onnxruntime and the network.

    Raises MissingExtraError without onnxruntime.
    """
    try:
        import onnxruntime  # pyright: ignore[reportMissingImports]
    except ImportError as problem:
        raise MissingExtraError(text("generate.onnx_unchecked")) from problem
    latents = torch.stack([model.latent(0, k) for k in range(count)])
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (planes,) = session.run(None, {"latent": latents.numpy()})
    apart = to_pictures(np.asarray(planes)).astype(int) - model.draw(latents).astype(int)
    return int(np.abs(apart).max())
