"""Elementary functions that give the same bytes on every x86-64 machine.

The C library's `exp`, `pow`, `sin` differ in the last bit between its versions, and `fastmath`
between processors. Everything here is made of IEEE-exact operations only (+ - * / floor, bit
patterns), by range reduction and polynomials; relative errors are below 1e-11.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

import numpy as np

from mien.head.kernels import kernel

Colour: TypeAlias = tuple[float, float, float]
"""Linear red, green, blue; 1 is a white surface."""

PI = 3.141592653589793
LOG2_E = 1.4426950408889634
# ln 2 and pi / 2 as a short head and a tail, so that multiples of the head are exact.
LN2_HEAD, LN2_TAIL = 0.693147180369123816490, 1.90821492927058770002e-10
HALF_PI_HEAD, HALF_PI_TAIL = 1.57079632673412561417, 6.07710050650619224932e-11
PART_BITS = 6
PARTS = 1 << PART_BITS
ROOTS = np.array([float(Decimal(2) ** (Decimal(k) / PARTS)) for k in range(PARTS)])
"""2^(k / 64), correctly rounded."""
ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
"""The bits of sqrt(1/2) as a double."""


@kernel
def exp(x: float) -> float:
    """e**x for |x| < 708; below that 0, above it e**708. NaN gives NaN."""
    if x != x:
        return x
    if x < -708.0:
        return 0.0
    x = min(x, 708.0)
    power_of_two = np.floor(x * LOG2_E + 0.5)
    r = x - power_of_two * LN2_HEAD - power_of_two * LN2_TAIL
    p = 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = (p * r + 0.5) * r * r + r + 1.0
    return p * np.int64((np.int64(power_of_two) + 1023) << 52).view(np.float64)


@kernel
def log(x: float) -> float:
    """Natural logarithm; x below the smallest normal number gives -708.4, infinity 709.8."""
    if x != x:
        return x
    bits = np.float64(min(max(x, 2.2250738585072014e-308), 1.797e308)).view(np.int64)
    exponent = (bits - ROOT_HALF_BITS) >> 52
    mantissa = np.int64(bits - (exponent << 52)).view(np.float64)  # in [sqrt(1/2), sqrt 2)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    s2 = s * s
    p = 2.0 / 17.0
    p = p * s2 + 2.0 / 15.0
    p = p * s2 + 2.0 / 13.0
    p = p * s2 + 2.0 / 11.0
    p = p * s2 + 2.0 / 9.0
    p = p * s2 + 2.0 / 7.0
    p = p * s2 + 2.0 / 5.0
    p = p * s2 + 2.0 / 3.0
    return exponent * LN2_HEAD + (exponent * LN2_TAIL + s * (p * s2 + 2.0))


@kernel
def power(x: float, exponent: float) -> float:
    """x**exponent for x > 0; 0 for x <= 0 (exponents here are positive)."""
    if x <= 0.0:
        return 0.0
    return exp(exponent * log(x))


@kernel
def _sine_cosine(x: float) -> tuple[float, float]:
    """(sin, cos) for |x| < 1e6."""
    quarter = np.floor(x * (2.0 / PI) + 0.5)
    r = x - quarter * HALF_PI_HEAD - quarter * HALF_PI_TAIL
    r2 = r * r
    s = -1.0 / 39916800.0
    s = s * r2 + 1.0 / 362880.0
    s = s * r2 - 1.0 / 5040.0
    s = s * r2 + 1.0 / 120.0
    s = s * r2 - 1.0 / 6.0
    s = s * r2 * r + r
    c = 1.0 / 479001600.0
    c = c * r2 - 1.0 / 3628800.0
    c = c * r2 + 1.0 / 40320.0
    c = c * r2 - 1.0 / 720.0
    c = c * r2 + 1.0 / 24.0
    c = c * r2 - 0.5
    c = c * r2 + 1.0
    turn = np.int64(quarter) & 3
    if turn == 0:
        return s, c
    if turn == 1:
        return c, -s
    if turn == 2:
        return -s, -c
    return -c, s


@kernel
def sin(x: float) -> float:
    """Sine of x radians, |x| < 1e6; absolute error below 1e-9."""
    return _sine_cosine(x)[0]


@kernel
def cos(x: float) -> float:
    """Cosine of x radians, |x| < 1e6; absolute error below 1e-9."""
    return _sine_cosine(x)[1]


@kernel
def _arctangent_small(t: float) -> float:
    """atan for |t| <= tan(pi / 12)."""
    t2 = t * t
    p = 1.0 / 17.0
    p = p * t2 - 1.0 / 15.0
    p = p * t2 + 1.0 / 13.0
    p = p * t2 - 1.0 / 11.0
    p = p * t2 + 1.0 / 9.0
    p = p * t2 - 1.0 / 7.0
    p = p * t2 + 1.0 / 5.0
    p = p * t2 - 1.0 / 3.0
    return p * t2 * t + t


@kernel
def atan2(y: float, x: float) -> float:
    """Angle of (x, y) in radians, (-pi, pi]; 0 at the origin."""
    ax, ay = abs(x), abs(y)
    if ax == 0.0 and ay == 0.0:
        return 0.0
    t = min(ax, ay) / max(ax, ay)
    if t > 0.2679491924311227:  # tan(pi / 12): turn by pi / 6
        angle = PI / 6.0 + _arctangent_small(
            (t * 1.7320508075688772 - 1.0) / (1.7320508075688772 + t)
        )
    else:
        angle = _arctangent_small(t)
    if ay > ax:
        angle = 0.5 * PI - angle
    if x < 0.0:
        angle = PI - angle
    return -angle if y < 0.0 else angle


@kernel
def clamp(x: float, low: float, high: float) -> float:
    """x held between low and high; NaN becomes low."""
    if x > low:
        return min(x, high)
    return low


@kernel
def smoothstep(start: float, end: float, x: float) -> float:
    """3 t^2 - 2 t^3 with t running from 0 at start to 1 at end; start may be the larger one."""
    t = clamp((x - start) / (end - start), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


@kernel
def quick_exp(x: float) -> float:
    """e**x for |x| < 700, to 1e-15: dearer in memory and cheaper in time than `exp`."""
    number = np.floor(x * (LOG2_E * PARTS) + 0.5)
    r = x - number * (LN2_HEAD / PARTS) - number * (LN2_TAIL / PARTS)
    p = r + r * r * (0.5 + r * (1.0 / 6.0 + r * (1.0 / 24.0 + r * (1.0 / 120.0))))
    whole = np.int64(number)
    root = ROOTS[whole & (PARTS - 1)]
    return (root + root * p) * np.int64(((whole >> PART_BITS) + 1023) << 52).view(np.float64)


@kernel
def bump(x: float, y: float) -> float:
    """exp(-x^2 - y^2), and exactly 0 where that is below 1e-5: most calls cost no exponential."""
    q = x * x + y * y
    if q > 11.5:
        return 0.0
    return quick_exp(-q)


@kernel
def mix(colour: Colour, target: Colour, amount: float) -> Colour:
    """colour (1 - amount) + target amount."""
    keep = 1.0 - amount
    return (
        colour[0] * keep + target[0] * amount,
        colour[1] * keep + target[1] * amount,
        colour[2] * keep + target[2] * amount,
    )


@kernel
def tint(colour: Colour, red: float, green: float, blue: float) -> Colour:
    """The colour with each channel multiplied."""
    return colour[0] * red, colour[1] * green, colour[2] * blue
