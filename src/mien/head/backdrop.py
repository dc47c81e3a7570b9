"""What is behind the head: a plain wall, or a cheap picture of a place that is out of focus."""

from __future__ import annotations

import dataclasses
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mien.head.kernels import kernel
from mien.head.layout import Float32
from mien.head.maths import Colour, bump, clamp, mix, smoothstep, tint
from mien.head.noise import hash3, noise2

Kind = Literal["plain", "studio", "window", "outdoor", "shapes", "gradient"]
KINDS: tuple[Kind, ...] = ("plain", "studio", "window", "outdoor", "shapes", "gradient")
STUDIO, WINDOW, OUTDOOR, SHAPES, GRADIENT = range(1, 6)
FIRST, SECOND, THIRD, KIND, SEED = 0, 3, 6, 9, 10
PLAIN_SIZE, SIZE = 3, 11
SEEDS = 1 << 20

RGB = tuple[float, float, float]
DEFAULT_COLOURS: dict[str, tuple[RGB, RGB, RGB]] = {
    "plain": ((0.28, 0.30, 0.34), (0.28, 0.30, 0.34), (0.28, 0.30, 0.34)),
    "studio": ((0.42, 0.43, 0.46), (0.07, 0.075, 0.09), (0.2, 0.2, 0.2)),
    "window": ((1.15, 1.2, 1.3), (0.20, 0.17, 0.14), (0.34, 0.30, 0.25)),
    "outdoor": ((0.40, 0.62, 1.0), (0.10, 0.20, 0.05), (0.75, 0.85, 0.45)),
    "shapes": ((0.25, 0.30, 0.42), (0.75, 0.36, 0.22), (0.20, 0.52, 0.50)),
    "gradient": ((0.55, 0.60, 0.72), (0.16, 0.14, 0.24), (0.2, 0.2, 0.2)),
}


@dataclasses.dataclass(frozen=True)
class Backdrop:
    """What a picture shows where there is no head; its label is always background.

    kind     plain     the view's `background` colour, a little lighter in the middle
             studio    canvas lit in the middle: first colour, second at the edges
             window    a bright window (first) with blinds in a wall (second), its frame (third)
             outdoor   sky (first), greenery (second) with discs of light (third)
             shapes    a wall (first) with blurred discs and posters (second, third)
             gradient  from the first to the second colour, in a direction by seed
    colours  three linear RGB colours; () for the kind's own
    seed     the same kind in another arrangement, 0 to 1048575
    """

    kind: Kind = "plain"
    colours: tuple[RGB, ...] = ()
    seed: int = 0

    def vector(self, background: RGB) -> NDArray[np.float32]:
        """For the shader: (3,) the background of a plain backdrop, else (11,)."""
        if self.kind == "plain":
            return np.array(background, np.float32)
        values = np.zeros(SIZE)
        values[FIRST:KIND] = np.ravel(self.colours or DEFAULT_COLOURS[self.kind])
        values[KIND], values[SEED] = KINDS.index(self.kind), self.seed % SEEDS
        return values.astype(np.float32)


PLAIN = Backdrop()


@kernel
def _colour(values: Float32, first: int) -> Colour:
    return np.float64(values[first]), np.float64(values[first + 1]), np.float64(values[first + 2])


@kernel
def _random(seed: int, k: int) -> float:
    return hash3(seed, k, 901)


@kernel
def _box(x: float, y: float, place: tuple[float, float, float, float], blur: float) -> float:
    """Cover of a blurred rectangle: place = (left, top, right, bottom)."""
    left, top, right, bottom = place
    across = smoothstep(left - blur, left + blur, x) * smoothstep(right + blur, right - blur, x)
    return (
        across * smoothstep(top - blur, top + blur, y) * smoothstep(bottom + blur, bottom - blur, y)
    )


@kernel
def _plain(values: Float32, x: float, y: float) -> Colour:
    """Lighter in the middle, darker below."""
    shade = 1.0 - 0.35 * y - 0.9 * ((x - 0.5) * (x - 0.5) + (y - 0.45) * (y - 0.45))
    return tint(_colour(values, FIRST), shade, shade, shade)


@kernel
def _studio(values: Float32, x: float, y: float, seed: int) -> Colour:
    """A pool of light on a mottled canvas."""
    u = x - 0.35 - 0.3 * _random(seed, 1)
    v = y - 0.30 - 0.2 * _random(seed, 2)
    light = 1.0 / (1.0 + 7.0 * (u * u + v * v) * (0.8 + 0.8 * _random(seed, 3)))
    mottle = noise2(x * 4.0, y * 4.0, seed) + 0.5 * noise2(x * 9.0, y * 9.0, seed + 1)
    value = 0.86 + 0.19 * mottle
    colour = mix(_colour(values, SECOND), _colour(values, FIRST), clamp(light, 0.0, 1.0))
    return tint(colour, value, value, value)


@kernel
def _window(values: Float32, x: float, y: float, seed: int) -> Colour:
    """A window of two panes beside the head; some have blinds."""
    left = 0.62 if _random(seed, 1) > 0.5 else -0.18
    left += 0.1 * (_random(seed, 2) - 0.5)
    width, top, low = 0.46 + 0.16 * _random(seed, 3), -0.1 + 0.2 * _random(seed, 4), 0.80
    dim = 0.75 + 0.25 * noise2(x * 2.0, y * 2.0, seed)
    glow = bump((x - left - 0.5 * width) / 0.6, (y - 0.35) / 0.6)
    colour = tint(_colour(values, SECOND), dim + glow, dim + glow, dim + glow)
    frame = _box(x, y, (left - 0.035, top - 0.035, left + width + 0.035, low + 0.035), 0.02)
    colour = mix(colour, _colour(values, THIRD), frame)
    middle = left + 0.5 * width
    pane = _box(x, y, (left, top, middle - 0.014, low), 0.017)
    pane += _box(x, y, (middle + 0.014, top, left + width, low), 0.017)
    view = 0.75 + 0.5 * smoothstep(0.75, 0.2, y + 0.3 * noise2(x * 5.0, y * 3.0, seed + 2))
    if _random(seed, 5) > 0.45:
        slat = y * 17.0
        slat = abs(slat - np.floor(slat) - 0.5) * 2.0
        view *= 0.42 + 0.58 * smoothstep(0.1, 0.75, slat)
    return mix(colour, tint(_colour(values, FIRST), view, view, view), clamp(pane, 0.0, 1.0))


@kernel
def _discs(x: float, y: float, size: float, seed: int) -> float:
    """Blurred discs of light, 0..1."""
    u, v = x / size, y / size
    column, row = np.floor(u), np.floor(v)
    i, j = int(column), int(row)
    if hash3(i, j, seed) > 0.5:
        return 0.0
    radius = 0.16 + 0.16 * hash3(i, j, seed + 1)
    du = u - column - radius - (1.0 - 2.0 * radius) * hash3(i, j, seed + 2)
    dv = v - row - radius - (1.0 - 2.0 * radius) * hash3(i, j, seed + 3)
    distance = np.sqrt(du * du + dv * dv) / radius
    return smoothstep(1.0, 0.82, distance) * (0.3 + 0.7 * hash3(i, j, seed + 4))


@kernel
def _outdoor(values: Float32, x: float, y: float, seed: int) -> Colour:
    """Sky above, trees in the distance, light between their leaves."""
    sky = mix(_colour(values, FIRST), (1.0, 1.0, 1.0), 0.25 + 0.5 * clamp(y * 1.6, 0.0, 1.0))
    trees = 0.22 + 0.4 * _random(seed, 1) + 0.35 * (noise2(x * 3.0, 0.0, seed) - 0.5)
    trees += 0.12 * (noise2(x * 8.0, y * 4.0, seed + 1) - 0.5)
    leaf = 0.35 + 1.1 * noise2(x * 4.0, y * 4.0, seed + 2) * (
        0.5 + noise2(x * 9.0, y * 9.0, seed + 3)
    )
    green = tint(_colour(values, SECOND), leaf, leaf, leaf)
    lawn = smoothstep(0.72, 0.84, y + 0.08 * noise2(x * 3.0, 1.0, seed + 4))
    green = mix(green, tint(_colour(values, SECOND), 1.7, 1.6, 1.5), lawn)
    cover = smoothstep(trees - 0.05, trees + 0.05, y)
    light = max(_discs(x, y, 0.13, seed + 5), _discs(x + 0.4, y + 0.3, 0.21, seed + 15))
    light *= cover * smoothstep(trees + 0.5, trees + 0.1, y) * 0.6
    return mix(mix(sky, green, cover), _colour(values, THIRD), light)


@kernel
def _shapes(values: Float32, x: float, y: float, seed: int) -> Colour:
    """A wall with things on it, all out of focus."""
    dim = 0.85 + 0.3 * noise2(x * 2.0, y * 2.0, seed)
    colour = tint(_colour(values, FIRST), dim, dim, dim)
    for k in range(5):
        u = _random(seed, 10 + 5 * k) * 1.1 - 0.05
        v = _random(seed, 11 + 5 * k)
        size = 0.06 + 0.16 * _random(seed, 12 + 5 * k)
        paint = _colour(values, SECOND if k % 2 == 0 else THIRD)
        value = 0.45 + 0.9 * _random(seed, 13 + 5 * k)
        if _random(seed, 14 + 5 * k) < 0.5:
            distance = np.sqrt((x - u) * (x - u) + (y - v) * (y - v))
            cover = smoothstep(size + 0.025, size - 0.025, distance)
        else:
            tall = size * (0.7 + 1.2 * _random(seed, 40 + k))
            cover = _box(x, y, (u - size, v - tall, u + size, v + tall), 0.022)
        colour = mix(colour, tint(paint, value, value, value), 0.9 * cover)
    return colour


@kernel
def _gradient(values: Float32, x: float, y: float, seed: int) -> Colour:
    """From one colour above to another below, more or less aslant."""
    lean = 1.6 * (_random(seed, 1) - 0.5)
    share = smoothstep(-0.1, 1.1, y + lean * (x - 0.5) + 0.05 * noise2(x * 3.0, y * 3.0, seed))
    return mix(_colour(values, FIRST), _colour(values, SECOND), share)


@kernel
def backdrop_at(values: Float32, x: float, y: float) -> Colour:
    """Linear colour at picture coordinates in [0, 1] (y down); values as in `Backdrop.vector`."""
    if values.shape[0] <= PLAIN_SIZE:
        return _plain(values, x, y)
    kind, seed = int(values[KIND]), int(values[SEED])
    if kind == STUDIO:
        return _studio(values, x, y, seed)
    if kind == WINDOW:
        return _window(values, x, y, seed)
    if kind == OUTDOOR:
        return _outdoor(values, x, y, seed)
    if kind == SHAPES:
        return _shapes(values, x, y, seed)
    if kind == GRADIENT:
        return _gradient(values, x, y, seed)
    return _plain(values, x, y)
