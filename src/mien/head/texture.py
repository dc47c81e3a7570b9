"""The texture layer: what a photo knows about a skin that painting does not.

A texture is a map of log ratios, log(real albedo / painted albedo), over a cylinder around the
resting head. It multiplies the painted albedo of the head's skin, brows and lips before any
light falls on them; zeros change nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.head.kernels import kernel
from mien.head.layout import Float32, UInt8
from mien.head.maths import PI, Colour, atan2, clamp, mix

TEXTURE_SIZE = 384
"""Rows and columns of a texture."""
LOWEST, HIGHEST = -2.2, 1.6
"""Range of the log ratios: a factor of 0.11 to 4.95."""
NO_TEXTURE: Float32 = np.zeros((1, 1, 3), np.float32)
"""What stands for "no texture" in a `layout.Scene`."""
AXIS_Z = -7.6
TOP, HEIGHT = 12.5, 29.0


@kernel
def _uv(x: float, y: float, z: float) -> tuple[float, float]:
    """Cylinder coordinates in [0, 1]: u around the head, v downwards."""
    u = atan2(x, z - AXIS_Z) / (2.0 * PI) + 0.5
    return u, clamp((TOP - y) / HEIGHT, 0.0, 1.0)


@kernel
def _texel(texture: Float32, u: float, v: float) -> Colour:
    """Bilinear look-up at cylinder coordinates in [0, 1]."""
    rows, columns = texture.shape[0], texture.shape[1]
    column, row = u * (columns - 1), v * (rows - 1)
    left, top = min(int(column), columns - 2), min(int(row), rows - 2)
    fx, fy = column - left, row - top
    w00, w01, w10, w11 = (1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy
    a, b = texture[top, left], texture[top, left + 1]
    c, d = texture[top + 1, left], texture[top + 1, left + 1]
    return (
        w00 * a[0] + w01 * b[0] + w10 * c[0] + w11 * d[0],
        w00 * a[1] + w01 * b[1] + w10 * c[1] + w11 * d[1],
        w00 * a[2] + w01 * b[2] + w10 * c[2] + w11 * d[2],
    )


@kernel
def sample_texture(
    texture: Float32, position: tuple[float, float, float], footprint: float
) -> Colour:
    """Log ratios at a rest position of a (h, w, 3) texture, h and w at least 2.

    Texels are half as high as they are wide: a sample (`footprint` cm) that is higher than one
    is the mean of an upper and a lower half.
    """
    u, v = _uv(position[0], position[1], position[2])
    half = 0.25 * footprint / HEIGHT
    if 4.0 * half * (texture.shape[0] - 1) < 1.0:
        return _texel(texture, u, v)
    upper = _texel(texture, u, clamp(v - half, 0.0, 1.0))
    return mix(upper, _texel(texture, u, clamp(v + half, 0.0, 1.0)), 0.5)


@kernel
def _uv_of_points(points: NDArray[np.float64], uv: NDArray[np.float64]) -> None:
    for i in range(points.shape[0]):
        uv[i, 0], uv[i, 1] = _uv(points[i, 0], points[i, 1], points[i, 2])


def uv_of_rest(rest: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cylinder coordinates of rest positions (..., 3), cm: u and v (...), each in [0, 1].

    u = atan2(x, z + 7.6) / 2 pi + 1/2 (the seam runs down the back of the head),
    v = (12.5 - y) / 29. Texel centres of a (h, w) texture lie at u (w - 1), v (h - 1).
    """
    points = np.ascontiguousarray(rest, np.float64).reshape(-1, 3)
    uv = np.empty((len(points), 2))
    _uv_of_points(points, uv)
    shape = np.shape(rest)[:-1]
    return uv[:, 0].reshape(shape), uv[:, 1].reshape(shape)


def check_texture(texture: Float32) -> None:
    """Raise InputError unless the array is a texture (h, w, 3), h and w > 1, or `NO_TEXTURE`."""
    shape = texture.shape
    if shape == NO_TEXTURE.shape:
        return
    if len(shape) != 3 or shape[2] != 3 or min(shape[:2]) < 2 or texture.dtype != np.float32:
        raise InputError(
            f"A texture of shape {shape} and type {texture.dtype} cannot be used: give float32 "
            f"log ratios of shape ({TEXTURE_SIZE}, {TEXTURE_SIZE}, 3)."
        )


def quantise(texture: Float32) -> UInt8:
    """Log ratios as bytes for storage: -2.2 -> 0, 1.6 -> 255; values beyond are clamped."""
    share = (np.asarray(texture, np.float64) - LOWEST) / (HIGHEST - LOWEST)
    return np.floor(np.clip(share, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)


def dequantise(codes: UInt8) -> Float32:
    """Log ratios of stored bytes, exact to half a step (0.0075); the byte of 0 gives 0 exactly."""
    values = codes.astype(np.float64) * ((HIGHEST - LOWEST) / 255.0) + LOWEST
    values[codes == quantise(np.zeros(1, np.float32))[0]] = 0.0
    return values.astype(np.float32)
