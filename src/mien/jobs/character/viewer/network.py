"""Makes `landmarks.onnx.gz`: `python -m mien.jobs.character.viewer.network`, with the extra [onnx].

The landmark network as a page takes it along: 8 bits a weight, one scale for every output channel
of a layer. Only who has trained the network anew needs it; the file is part of the repository.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mien.face.landmark_net import SIDE, HeadLandmarker, head_landmarker
from mien.io.atomic import atomic_write_bytes
from mien.jobs.onnx import to_onnx
from mien.jobs.shipping import command, say

NETWORK = Path(__file__).with_name("landmarks.onnx.gz")
INPUT, OUTPUTS = "picture", ("points", "unsure")
SMALL = 1024
"""Tensors of fewer numbers stay as they are."""
MOST = 127


def in_bytes(weight: NDArray[Any]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Weights (out, ...) as whole numbers of that shape and scales (out, 1, ...) of them."""
    rest = tuple(range(1, weight.ndim))
    scale = np.maximum(np.abs(weight).max(axis=rest, keepdims=True), 1e-12) / MOST
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


def packed(graph: bytes) -> bytes:
    """The same ONNX graph with its large tensors in 8 bits.

    A cast and a product make floats of them. Not DequantizeLinear: onnxruntime keeps that for
    every run, while a cast and a product of constants are done once, when the graph is loaded.
    """
    import onnx  # pyright: ignore[reportMissingImports]

    model = onnx.load_from_string(graph)
    kept, made = [], []
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.ndim < 2 or values.size < SMALL:
            kept.append(tensor)
            continue
        name = tensor.name
        whole, scale = in_bytes(values)
        kept.append(onnx.numpy_helper.from_array(whole, f"{name}.whole"))
        kept.append(onnx.numpy_helper.from_array(scale, f"{name}.scale"))
        floats = onnx.helper.make_node(
            "Cast", [f"{name}.whole"], [f"{name}.floats"], to=onnx.TensorProto.FLOAT
        )
        made += [floats, onnx.helper.make_node("Mul", [f"{name}.floats", f"{name}.scale"], [name])]
    nodes = [*made, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:], model.graph.value_info[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
    for node in model.graph.node:  # where it came from in Python is nobody's business
        del node.metadata_props[:]
        node.doc_string = ""
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)


def network(landmarker: HeadLandmarker) -> bytes:
    """The network of a landmarker as a packed ONNX graph.

    picture  (n, 3, SIDE, SIDE) from -1 to 1
    points   (n, POINTS, 2) shares of the side; unsure (n, POINTS) logarithms of their errors

    Raises MissingExtraError without the extra [onnx].
    """
    facts = {"job": "analyser.landmarks", "weights": landmarker.sha256, "licence": "Apache-2.0"}
    examples = {INPUT: torch.zeros(2, 3, SIDE, SIDE)}
    return packed(to_onnx(landmarker.net, examples, OUTPUTS, facts))


def make() -> None:
    """Writes the file of the network that ships."""
    data = network(head_landmarker())
    atomic_write_bytes(NETWORK, gzip.compress(data, 9, mtime=0))
    say(f"wrote {NETWORK.name}: {NETWORK.stat().st_size} bytes")


if __name__ == "__main__":
    sys.exit(command(make))
