"""Who a face is, as 128 numbers: dlib's public-domain network, without dlib.

Descriptors are compared by their L2 distance. They are biometric data: they stay in memory and
are never written to a file or a log.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.face.align import DLIB_SIZE
from mien.io.weights import load_weights
from mien.messages import text

if TYPE_CHECKING:
    import torch

    from mien.face.identity_net import IdentityNet

WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "identity.safetensors"
JOB = "identity"

SAME_PERSON = 0.6
"""Distance below which dlib calls two faces one person; 0.5 is safer for small or poor faces."""


def read_network(path: Path = WEIGHTS) -> IdentityNet:
    """A fresh frozen network from a weight file, on the CPU.

    Raises WeightsError for a missing, damaged or foreign file.
    """
    from mien.face.identity_net import build

    return build(load_weights(path, expected_job=JOB).tensors)


@functools.cache
def network() -> IdentityNet:
    """The shipped network, loaded once."""
    return read_network()


def embed(chips: NDArray[np.uint8] | Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Descriptors (n, 128) float32 of dlib-150 chips (n, 150, 150, 3) uint8 RGB.

    Raises InputError for chips of another size.
    """
    stack: NDArray[Any] = np.asarray(chips)
    if not len(stack):
        return np.zeros((0, 128), np.float32)
    if stack.shape[1:] != (DLIB_SIZE, DLIB_SIZE, 3) or stack.dtype != np.uint8:
        raise InputError(text("face.not_a_chip", shape=stack.shape, kind=stack.dtype))
    return np.concatenate([_embed_one(chip) for chip in stack])


def _embed_one(chip: NDArray[np.uint8]) -> NDArray[np.float32]:
    # One chip per pass: its last bits cannot depend on its neighbours or on their number. That
    # costs 8 ms a face, against 5 in passes of 16, and 74 for a pass of 16 with one face in it.
    import torch

    with torch.no_grad():
        return network()(to_tensor(chip[None])).numpy()


def to_tensor(chips: NDArray[np.uint8]) -> torch.Tensor:
    """(n, h, w, 3) uint8 to (n, 3, h, w) float32 in 0..255, as the network wants them."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(chips)).permute(0, 3, 1, 2).float()


def distance(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """L2 distance over the last axis: (..., 128) and (..., 128) to (...)."""
    return np.linalg.norm(one - other, axis=-1)
