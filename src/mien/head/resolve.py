"""From shaded samples to pictures: outlines, box filter, tone curve, sRGB-like bytes, buffers."""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

from mien.head.kernels import kernel
from mien.head.layout import (
    HAIRLINE,
    LABEL_BACKGROUND,
    PART_SKIN,
    Float32,
    Float64,
    Geometry,
    Int64,
    UInt8,
    Visibility,
)
from mien.head.maths import exp, power
from mien.head.shade import Samples
from mien.head.toon import outline

INK = (0.13, 0.085, 0.095)
"""Ink is this share of the colour that it surrounds: brown around skin, dark gold around blond."""
GAMMA = 2.2
GUESS_SIZE = 2048
SHOULDER, SHOULDER_SLOPE = 0.75, 0.642
"""Linear value where highlights begin to be held back, and the curve's slope there."""
SAME_SURFACE = 0.8
"""Depth range that counts as one surface within a pixel, cm."""
OFF_HEAD = -100.0


class Outputs(NamedTuple):
    """One picture's buffers at its final size (h, w).

    labels    uint8, the label of most samples of the pixel (of the first one seen in a tie)
    depth     float32, 1 / distance; 0 is background
    normals   float32 (h, w, 3), posed, unit length; 0 is background
    rest      float32 (h, w, 3), rest position; NaN is background
    hairline  float32, signed distance into the hair, cm; below -90 off the head's own skin

    All but the labels are averages over the pixel's samples that have the winning label and lie
    within SAME_SURFACE of the nearest of them: inside a surface that is its point at the centre
    of the pixel, and at silhouettes near and far are never mixed.
    """

    labels: UInt8
    depth: Float32
    normals: Float32
    rest: Float32
    hairline: Float32


@kernel
def _byte_steps(steps: Float64, guesses: Int64) -> None:
    """Fill where 255 x^(1 / 2.2) rounds up, and a first guess of the byte by the root of x."""
    for code in range(1, 256):
        steps[code] = power((code - 0.5) / 255.0, GAMMA)
    code = 0
    for i in range(GUESS_SIZE):
        root = i / (GUESS_SIZE - 1.0)
        while steps[code + 1] <= root * root:
            code += 1
        guesses[i] = code


@functools.cache
def _byte_tables() -> tuple[Float64, Int64]:
    steps, guesses = np.full(257, 2.0), np.zeros(GUESS_SIZE, np.int64)
    _byte_steps(steps, guesses)
    return steps, guesses


@kernel
def _byte(x: float, steps: Float64, guesses: Int64) -> int:
    """255 x^(1 / 2.2), rounded and clamped; NaN gives 0."""
    if not x > 0.0:
        return 0
    x = min(x, 1.0)
    code = guesses[np.int64(np.sqrt(x) * (GUESS_SIZE - 1.0))]
    while x >= steps[code + 1]:
        code += 1
    return code


@kernel
def _tone_curve(x: float) -> float:
    """Filmic curve: bends early, and above SHOULDER closes in on 1 without ever reaching it."""
    low = min(x, SHOULDER)
    value = low * (1.0 + low * 0.12) / (1.0 + low * 0.5)
    if x <= SHOULDER:
        return value
    return value + (1.0 - value) * (1.0 - exp(-(x - SHOULDER) * SHOULDER_SLOPE / (1.0 - value)))


@kernel
def _resolve_all(
    samples: Samples, depth: Float32, toon: bool, tables: tuple[Float64, Int64], picture: UInt8
) -> None:
    steps, guesses = tables
    rows, columns = picture.shape[0], picture.shape[1]
    supersample = depth.shape[0] // rows
    scale = 1.0 / (supersample * supersample)
    reach = max(1, (3 * supersample) // 2 if columns >= 160 else supersample)
    for row in range(rows):
        for column in range(columns):
            red = green = blue = 0.0
            for y in range(row * supersample, (row + 1) * supersample):
                for x in range(column * supersample, (column + 1) * supersample):
                    if not toon:
                        red += samples.colour[y, x, 0]
                        green += samples.colour[y, x, 1]
                        blue += samples.colour[y, x, 2]
                        continue
                    ink, near_y, near_x = outline(samples.keys, depth, y, x, reach)
                    here, near = samples.colour[y, x], samples.colour[near_y, near_x]
                    red += here[0] * (1.0 - ink) + near[0] * INK[0] * ink
                    green += here[1] * (1.0 - ink) + near[1] * INK[1] * ink
                    blue += here[2] * (1.0 - ink) + near[2] * INK[2] * ink
            red, green, blue = red * scale, green * scale, blue * scale
            if not toon:
                red, green, blue = _tone_curve(red), _tone_curve(green), _tone_curve(blue)
            picture[row, column, 0] = _byte(red, steps, guesses)
            picture[row, column, 1] = _byte(green, steps, guesses)
            picture[row, column, 2] = _byte(blue, steps, guesses)


def resolve(samples: Samples, seen: Visibility, *, toon: bool, supersample: int = 2) -> UInt8:
    """The finished picture (h, w, 3) uint8, from (h supersample, w supersample) samples.

    Photo style: box filter, filmic shoulder, power 1 / 2.2. Toon: outlines at sample resolution,
    box filter, power 1 / 2.2.
    """
    rows, columns = samples.labels.shape
    picture = np.empty((rows // supersample, columns // supersample, 3), np.uint8)
    _resolve_all(samples, seen.depth, toon, _byte_tables(), picture)
    return picture


@kernel
def _winner(labels: UInt8, row: int, column: int, step: int) -> tuple[int, int]:
    """The label that most of the step x step samples have (in a tie the first) and its count."""
    best, best_count = int(labels[row, column]), 0
    for k in range(step * step):
        label, count = int(labels[row + k // step, column + k % step]), 0
        for y in range(row, row + step):
            for x in range(column, column + step):
                count += labels[y, x] == label
        if count > best_count:
            best, best_count = label, count
        if 2 * best_count >= step * step:  # nothing later can have more
            break
    return best, best_count


@kernel
def _depth_range(
    label: int, labels: UInt8, depth: Float32, place: tuple[int, int, int]
) -> tuple[float, float]:
    """Nearest and farthest 1 / distance of the samples of a pixel that have a label."""
    row, column, step = place
    nearest, farthest = 0.0, 1e9
    for y in range(row, row + step):
        for x in range(column, column + step):
            if labels[y, x] == label:
                nearest = max(nearest, np.float64(depth[y, x]))
                farthest = min(farthest, np.float64(depth[y, x]))
    return nearest, farthest


@kernel
def _add_sample(geometry: Geometry, seen: Visibility, row: int, column: int, sums: Float64) -> None:
    """Add normal, rest position, hairline, depth and a count of one to the nine sums."""
    triangle = seen.triangle[row, column]
    w0, w1 = (
        np.float64(seen.barycentric[row, column, 0]),
        np.float64(seen.barycentric[row, column, 1]),
    )
    w2 = 1.0 - w0 - w1
    t, normals, attributes = geometry.triangles, geometry.normals, geometry.attributes
    i, j, k = t[triangle, 0], t[triangle, 1], t[triangle, 2]
    for axis in range(3):
        sums[axis] += w0 * normals[i, axis] + w1 * normals[j, axis] + w2 * normals[k, axis]
        sums[3 + axis] += (
            w0 * attributes[i, axis] + w1 * attributes[j, axis] + w2 * attributes[k, axis]
        )
    hairline = (
        w0 * attributes[i, HAIRLINE] + w1 * attributes[j, HAIRLINE] + w2 * attributes[k, HAIRLINE]
    )
    sums[6] += hairline if geometry.parts[triangle] == PART_SKIN else OFF_HEAD
    sums[7] += seen.depth[row, column]
    sums[8] += 1.0


@kernel
def _sum_surface(
    geometry: Geometry, seen: Visibility, labels: UInt8, place: tuple[int, int, int], sums: Float64
) -> int:
    """Fill the sums from the samples of a pixel's winning surface; returns its label."""
    row, column, step = place
    label, count = _winner(labels, row, column, step)
    sums[:] = 0.0
    if label == LABEL_BACKGROUND:
        return label
    nearest, farthest = _depth_range(label, labels, seen.depth, place)
    if count == step * step and nearest - farthest <= SAME_SURFACE * nearest * farthest:
        # all of one surface: two opposite corners have the same middle as all samples
        _add_sample(geometry, seen, row, column, sums)
        _add_sample(geometry, seen, row + step - 1, column + step - 1, sums)
        return label
    for y in range(row, row + step):
        for x in range(column, column + step):
            depth = np.float64(seen.depth[y, x])
            if labels[y, x] == label and nearest - depth <= SAME_SURFACE * nearest * depth:
                _add_sample(geometry, seen, y, x, sums)
    return label


@kernel
def _gather(
    geometry: Geometry, seen: Visibility, labels: UInt8, out: Outputs, sums: Float64
) -> None:
    rows, columns = out.labels.shape
    step = seen.depth.shape[0] // rows
    for row in range(rows):
        for column in range(columns):
            place = (row * step, column * step, step)
            out.labels[row, column] = _sum_surface(geometry, seen, labels, place, sums)
            if sums[8] == 0.0:
                continue
            scale = 1.0 / sums[8]
            length = np.sqrt(sums[0] * sums[0] + sums[1] * sums[1] + sums[2] * sums[2]) + 1e-12
            for k in range(3):
                out.normals[row, column, k] = sums[k] / length
                out.rest[row, column, k] = sums[3 + k] * scale
            out.hairline[row, column] = sums[6] * scale
            out.depth[row, column] = sums[7] * scale


def outputs(
    geometry: Geometry, seen: Visibility, samples: Samples, *, supersample: int = 2
) -> Outputs:
    """Labels, depth, normals, rest positions and hairline distance at the final resolution."""
    rows, columns = samples.labels.shape
    shape = (rows // supersample, columns // supersample)
    out = Outputs(
        np.zeros(shape, np.uint8),
        np.zeros(shape, np.float32),
        np.zeros((*shape, 3), np.float32),
        np.full((*shape, 3), np.nan, np.float32),
        np.full(shape, OFF_HEAD, np.float32),
    )
    _gather(geometry, seen, samples.labels, out, np.zeros(9))
    return out
