"""Value noise on the integer lattice: the only source of fine irregularity in the renders.

The lattice value is a 32-bit hash of the three coordinates, so the noise is endless, needs no
table, and is the same everywhere.
"""

from __future__ import annotations

import numpy as np

from mien.head.kernels import kernel

HASH_X, HASH_Y, HASH_Z, HASH_SHIFT, HASH_MIX = 374761393, 668265263, 2147483647, 12345, 1274126177
WORD, HALF_WORD = 0xFFFFFFFF, 0xFFFF
TO_UNIT = 1.0 / 65535.0


@kernel
def _scramble(h: int) -> float:
    """16 well mixed bits of the lattice word h, as a number 0..65535."""
    h &= WORD
    h = ((h ^ (h >> 13)) * HASH_MIX) & WORD
    return ((h ^ (h >> 16)) & HALF_WORD) * 1.0


@kernel
def hash3(x: int, y: int, z: int) -> float:
    """Random number in [0, 1] that belongs to the lattice point (x, y, z)."""
    return _scramble(x * HASH_X + y * HASH_Y + z * HASH_Z + HASH_SHIFT) * TO_UNIT


@kernel
def _plane(h: int, fx: float, fy: float) -> float:
    """Blend of the four lattice values around a point of one z layer, 0..65535."""
    a = _scramble(h)
    b = _scramble(h + HASH_Y)
    a += fx * (_scramble(h + HASH_X) - a)
    b += fx * (_scramble(h + (HASH_X + HASH_Y)) - b)
    return a + fy * (b - a)


@kernel
def noise3(x: float, y: float, z: float) -> float:
    """Smooth noise in [0, 1], mean 1/2, one random value per unit cell; |x|, |y|, |z| < 1e9."""
    x0, y0, z0 = np.floor(x), np.floor(y), np.floor(z)
    fx, fy, fz = x - x0, y - y0, z - z0
    fx, fy, fz = (
        fx * fx * (3.0 - 2.0 * fx),
        fy * fy * (3.0 - 2.0 * fy),
        fz * fz * (3.0 - 2.0 * fz),
    )
    h = int(x0) * HASH_X + int(y0) * HASH_Y + int(z0) * HASH_Z + HASH_SHIFT
    near = _plane(h, fx, fy)
    return (near + fz * (_plane(h + HASH_Z, fx, fy) - near)) * TO_UNIT


@kernel
def slope3(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Slope of `noise3` along x, y and z; each lies in [-1.5, 1.5], mean 0."""
    x0, y0, z0 = np.floor(x), np.floor(y), np.floor(z)
    fx, fy, fz = x - x0, y - y0, z - z0
    h = int(x0) * HASH_X + int(y0) * HASH_Y + int(z0) * HASH_Z + HASH_SHIFT
    a, b = _scramble(h), _scramble(h + HASH_X)
    c, d = _scramble(h + HASH_Y), _scramble(h + (HASH_X + HASH_Y))
    h += HASH_Z
    e, f = _scramble(h), _scramble(h + HASH_X)
    g, i = _scramble(h + HASH_Y), _scramble(h + (HASH_X + HASH_Y))
    u, v, w = fx * fx * (3.0 - 2.0 * fx), fy * fy * (3.0 - 2.0 * fy), fz * fz * (3.0 - 2.0 * fz)
    near_low, near_high = a + u * (b - a), c + u * (d - c)
    far_low, far_high = e + u * (f - e), g + u * (i - g)
    near, far = near_low + v * (near_high - near_low), far_low + v * (far_high - far_low)
    near_x = (b - a) + v * ((d - c) - (b - a))
    far_x = (f - e) + v * ((i - g) - (f - e))
    along_y = (near_high - near_low) + w * ((far_high - far_low) - (near_high - near_low))
    return (
        (near_x + w * (far_x - near_x)) * 6.0 * fx * (1.0 - fx) * TO_UNIT,
        along_y * 6.0 * fy * (1.0 - fy) * TO_UNIT,
        (far - near) * 6.0 * fz * (1.0 - fz) * TO_UNIT,
    )


@kernel
def noise2(x: float, y: float, layer: int) -> float:
    """`noise3(x, y, layer)` at half the price: a whole layer needs only one lattice plane."""
    x0, y0 = np.floor(x), np.floor(y)
    fx, fy = x - x0, y - y0
    fx, fy = fx * fx * (3.0 - 2.0 * fx), fy * fy * (3.0 - 2.0 * fy)
    h = int(x0) * HASH_X + int(y0) * HASH_Y + layer * HASH_Z + HASH_SHIFT
    return _plane(h, fx, fy) * TO_UNIT


@kernel
def visible_share(frequency: float, footprint: float) -> float:
    """Share of a noise octave's contrast that survives averaging over one sample.

    `footprint` is the width of a sample in the noise's space before `frequency` scales it. Value
    noise averaged over a box of q cells loses contrast about as 1 / (1 + 0.7 q^2); below 6 %
    nothing can be seen and the octave need not be computed: the answer is exactly 0.
    """
    q = frequency * footprint
    share = 1.0 / (1.0 + 0.7 * q * q)
    return share if share > 0.06 else 0.0
