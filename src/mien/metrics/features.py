"""Pictures as points in a space where distance means something; every score names its space."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError, MissingExtraError
from mien.io.names import terminal_safe
from mien.messages import text
from mien.types import Image

Points = NDArray[np.float64]

_BATCH = 16


class Extractor(Protocol):
    """A space of features."""

    @property
    def name(self) -> str:
        """What figures in this space are called after."""
        ...

    def __call__(self, pictures: Image) -> Points:
        """(n, h, w, 3) uint8 to (n, d); a row depends on its own picture alone."""
        ...


MEAN_POINTS = np.array(
    [[0.6745, 0.4677], [0.5629, 0.4766], [0.3258, 0.4677], [0.4372, 0.4766], [0.5, 0.6518]]
)
"""(5, 2) dlib's five points in a head-256 crop, shares of its side: the mean of 1,500 renders."""


@dataclasses.dataclass(frozen=True)
class IdentityFeatures:
    """dlib's ResNet (128 numbers) on one fixed chip of head-256 crops of any size.

    The chip does not follow each picture's own landmarks: a face at the wrong place is a fault
    that has to count. These distances are no FID: compare them with nothing but each other.
    """

    name: str = "dlib-resnet"

    def __call__(self, pictures: Image) -> Points:
        """(n, s, s, 3) uint8 to (n, 128), float32 inside, 16 at a time."""
        import torch
        from torch.nn import functional

        from mien.face.identity import network, to_tensor

        net, size = network(), pictures.shape[1]
        grid = torch.from_numpy(_chip_grid(size).astype(np.float32))[None]
        rows = []
        with torch.no_grad():
            for first in range(0, len(pictures), _BATCH):
                x = to_tensor(_padded(pictures[first : first + _BATCH]))
                places = grid.expand(_BATCH, -1, -1, -1)
                chips = functional.grid_sample(
                    x, places, padding_mode="border", align_corners=False
                )
                rows.append(net(chips.contiguous(memory_format=torch.channels_last)).numpy())
        return np.concatenate(rows)[: len(pictures)].astype(np.float64)


def _padded(pictures: Image) -> Image:
    """Always 16 pictures, so that no row depends on how many there are."""
    missing = _BATCH - len(pictures)
    return np.concatenate([pictures, np.zeros_like(pictures[:1]).repeat(missing, 0)])


def _chip_grid(size: int) -> NDArray[np.float64]:
    """(150, 150, 2) where the chip's pixels lie in a picture, in grid_sample's -1..1."""
    from mien.face import affine
    from mien.face.align import DLIB_SIZE, align_dlib

    crop = align_dlib(MEAN_POINTS * size - 0.5)
    columns, rows = np.meshgrid(np.arange(DLIB_SIZE), np.arange(DLIB_SIZE))
    places = affine.transform(crop.to_photo, np.stack([columns, rows], -1))
    return (places + 0.5) * 2 / size - 1


@dataclasses.dataclass(frozen=True)
class Thumbnails:
    """8 x 8 colour thumbnails in [0, 1], 192 numbers: pose, hair, background, light."""

    name: str = "thumbnail"

    def __call__(self, pictures: Image) -> Points:
        """(n, s, s, 3) uint8, s a multiple of 8, to (n, 192)."""
        count, size = pictures.shape[:2]
        cell = size // 8
        small = pictures.reshape(count, 8, cell, 8, cell, 3).mean((2, 4), dtype=np.float64)
        return small.reshape(count, -1) / 255


class OnnxFeatures:
    """Any feature network as an ONNX file (Inception, CLIP, ...): your file, your licence.

    Its one input is (n, 3, h, w) float RGB; `scale` and `shift` bring 0..255 into its range. Its
    first output is flattened to (n, d). Needs the extra [onnx].
    """

    def __init__(self, path: Path, *, scale: float = 1 / 255, shift: float = 0.0) -> None:
        try:
            import onnxruntime  # pyright: ignore[reportMissingImports]
        except ImportError as problem:
            raise MissingExtraError(text("metrics.no_onnx")) from problem
        try:
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 4
            self._session: Any = onnxruntime.InferenceSession(str(path), options)
        except Exception as problem:  # whatever the library says, it is no network
            raise InputError(text("metrics.not_onnx", path=terminal_safe(path))) from problem
        self.name = path.stem
        self._scale, self._shift = scale, shift

    def __call__(self, pictures: Image) -> Points:
        """(n, h, w, 3) uint8 to (n, d), one picture at a time."""
        told = self._session.get_inputs()[0]
        rows = []
        for picture in pictures:
            x = picture.transpose(2, 0, 1)[None].astype(np.float32) * self._scale + self._shift
            rows.append(np.asarray(self._session.run(None, {told.name: x})[0]).ravel())
        return np.array(rows, dtype=np.float64)


Metric = Callable[[Points, Points], float]
"""(real features, made features) to a score."""
