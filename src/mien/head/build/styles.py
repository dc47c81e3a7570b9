"""The hair styles: where strands are rooted, how they are combed, their length and width."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from mien.head.build.sdf import Points, bald_distance, smooth_step, unit
from mien.head.build.strands import (
    LONGEST,
    Flow,
    Growth,
    Roots,
    Row,
    curtain_distance,
    grow,
    resample,
)
from mien.head.build.styling import (
    Curl,
    Shape,
    Style,
    backwards,
    column,
    downwards,
    from_whorl,
    sides_of,
    sideways,
    smooth_curve,
    towards,
    tube,
)

# --- short hair ----------------------------------------------------------------------------


def _crop(style: Style) -> None:
    for gap, width, extra in ((0.79, 0.38, 0.0), (0.98, 0.25, 0.35)):
        r = style.roots(gap)
        length = 0.8 + 1.5 * r.top + 0.5 * r.front * r.top - 0.1 * r.low + extra * r.top
        how = Growth(4, lift=0.12 + 0.40 * r.top, height=0.10 + 0.3 * r.jitter + 0.6 * extra)
        style.layer(r, from_whorl, length, how, Shape(width))
    style.baby_hair(from_whorl)


def _short_neat(style: Style) -> None:
    """Cut close at the sides, combed from a side parting on top."""
    for gap, width, extra in ((0.86, 0.40, 0.0), (1.08, 0.27, 0.3)):
        r = style.roots(gap)
        side = sides_of(r, -3.0, 0.3)
        high = smooth_step(3.0, 6.5, r.points[:, 1])
        length = 0.85 + 2.6 * high * np.where(side > 0, 1, 0.6)
        how = Growth(
            5,
            lift=0.12 + 0.30 * high + 0.35 * high * r.front,
            height=0.12 + 0.35 * high + extra * high,
        )
        style.layer(r, _combed_over(r, side, -0.25), length, how, Shape(width))
    style.baby_hair(downwards, length=0.5)


def _combed_over(r: Roots, side: Row, front: float) -> Flow:
    """Over the top from a parting; the sides fall."""

    def flow(points: Points) -> Points:
        top = r.top[:, None]
        over = column(side, -0.10, 0.10 + front * r.front, count=len(points))
        down = column(0.0, -1.0, -0.35, count=len(points))
        return over * top + down * (1 - top)

    return flow


def _quiff(style: Style) -> None:
    for gap, width, extra in ((1.1, 0.58, 0.0), (1.35, 0.38, 0.35)):
        r = style.roots(gap)

        def flow(points: Points, r: Roots = r) -> Points:
            up = column(
                0.25 * np.sin(r.points[:, 0]), 0.5 * r.front * r.top, -1.0, count=len(points)
            )
            down = column(0.0, -0.75, -0.8, count=len(points))
            return up * r.top[:, None] + down * (1 - r.top)[:, None]

        length = 0.85 + 3.4 * r.top * (0.75 + 0.35 * r.front) - 0.2 * r.low
        how = Growth(
            9,
            lift=0.08 + 0.95 * r.top * r.front + 0.22 * r.top,
            height=0.12 + 0.3 * r.jitter + extra * r.top,
        )
        style.layer(r, flow, length, how, Shape(width))
    style.baby_hair(backwards)


def _side_part(style: Style) -> None:
    for gap, width, extra in ((1.12, 0.58, 0.0), (1.35, 0.34, 0.4)):
        r = style.roots(gap)
        side = sides_of(r, -2.7)
        big = np.where(side > 0, 1, 0.45)
        length = 1.05 + 4.8 * r.top * big - 0.3 * r.low
        lift = 0.10 + 0.55 * r.top * big * (0.5 + 0.8 * r.front)
        how = Growth(9, lift=lift, height=0.12 + 0.3 * r.jitter + extra * r.top)
        style.layer(r, _combed_over(r, side, 0.15), length, how, Shape(width))
    style.baby_hair(from_whorl)


def _spiky(style: Style) -> None:
    for gap, width, extra in ((1.25, 0.62, 0.0), (1.5, 0.42, 0.7)):
        r = style.roots(gap)

        def flow(points: Points, r: Roots = r) -> Points:
            away = unit(r.points - np.array([0.0, 3.0, -9.5]))
            return away * 0.6 + column(0.0, 0.8 * r.top, 0.25 * r.front, count=len(points))

        length = 0.8 + 2.5 * r.top + 0.8 * r.jitter * r.top + extra * r.top
        how = Growth(
            6, lift=0.15 + 1.25 * r.top, height=0.12, weight=0.0, stiff=0.75, decay=0.3, stray=0.3
        )
        style.layer(r, flow, length, how, Shape(width, 0.34, 0.03))
    r = style.roots(1.0)
    r = r.where(r.top < 0.4)
    style.layer(r, downwards, 1.1, Growth(5, lift=0.12, height=0.1), Shape(0.42))
    style.baby_hair(from_whorl)


def _pixie(style: Style) -> None:
    for gap, width, extra in ((1.15, 0.62, 0.0), (1.35, 0.36, 0.4)):
        r = style.roots(gap)
        side = sides_of(r, -2.6)

        def flow(points: Points, r: Roots = r, side: Row = side) -> Points:
            over = column(
                side * (0.9 + 0.3 * r.front), -0.05, 0.4 * r.front - 0.2, count=len(points)
            )
            down = column(0.12 * np.sign(r.points[:, 0]), -1.0, -0.1, count=len(points))
            return over * r.top[:, None] + down * (1 - r.top)[:, None]

        length = 2.7 + 2.6 * r.top * np.where(side > 0, 1, 0.5) - 1.2 * r.low
        how = Growth(
            9, lift=0.35 + 0.5 * r.top - 0.2 * r.low, height=0.2 + 0.3 * r.jitter + extra * r.top
        )
        style.layer(r, flow, length, how, Shape(width, 0.24, 0.08))
    style.baby_hair(from_whorl)


def _slick_back(style: Style) -> None:
    for gap, width, height in ((1.32, 0.64, 0.12), (1.5, 0.46, 0.38), (1.9, 0.24, 0.55)):
        r = style.roots(gap)
        length = 1.2 + 5.6 * r.top + 1.6 * smooth_step(0.0, 4.0, r.points[:, 1]) - 0.5 * r.low
        how = Growth(
            9,
            lift=0.10 + 0.30 * r.top * r.front,
            height=height * (0.3 + 0.7 * r.top),
            cling=0.25,
            stray=0.06,
        )
        style.layer(r, backwards, length, how, Shape(width, 0.22, 0.10))
    style.baby_hair(backwards, length=0.9)


def _undercut(style: Style) -> None:
    """Shaved sides, long on top and combed across."""
    for gap, width, extra in ((0.85, 0.55, 0.0), (1.0, 0.36, 0.4)):
        r = style.roots(gap)
        r = r.where((r.points[:, 1] > 6.6) & (r.line > -0.2))
        side = np.ones(len(r))
        length = 3.4 + 1.9 * r.front + 0.8 * r.jitter - 1.6 * smooth_step(1.5, 4.5, r.points[:, 0])
        how = Growth(9, lift=0.35 + 0.55 * r.front, height=0.25 + 0.3 * r.jitter + extra, cling=0.1)
        style.layer(r, _combed_over(r, side, -0.75), length, how, Shape(width, 0.26, 0.08))
    style.baby_hair(from_whorl, gap=0.5, length=0.35)


def _receding(style: Style) -> None:
    """Thin and short; the hairline itself is moved back when the head is put together."""
    r = style.roots(0.8)
    length = 0.8 + 1.7 * r.top - 0.1 * r.low
    how = Growth(4, lift=0.10 + 0.15 * r.top, height=0.06 + 0.15 * r.jitter)
    style.layer(r, backwards, length, how, Shape(0.36, 0.2, 0.06))
    r = style.roots(0.8)
    r = r.where(r.top < 0.6)
    style.layer(r, downwards, 0.9, Growth(5, lift=0.1, height=0.1), Shape(0.4))
    style.baby_hair(backwards, length=0.6)


def _afro(style: Style) -> None:
    """A round halo: strands straight out, ending in small curls."""
    r = style.roots(0.94)
    halo = np.array([0.0, 4.0, -8.6])
    reach = 12.2 - np.linalg.norm((r.points - halo) * [1.0, 1.0, 0.92], axis=1)
    length = np.maximum(reach, 1.2) * (0.62 + 0.38 * smooth_step(0.0, 3.5, r.line))
    length = length * (0.86 + 0.24 * r.jitter)
    away = unit(r.points - halo + 0.5 * style.random.normal(size=r.points.shape))
    how = Growth(9, lift=6.0, height=0.1, weight=0.0, decay=0.0, stray=0.4, stiff=0.3)
    path, out = grow(r, lambda p: away, length * 1.25, how, style.random)
    u = np.linspace(0, 1, 10)[:, None]
    turn = 3.8 * np.pi * u + 2 * np.pi * style.random.random(len(r))
    a = unit(np.cross(away, style.random.normal(size=away.shape)))
    b = np.cross(away, a)
    size = (0.40 * smooth_step(0.1, 0.5, u))[..., None]
    path = path + size * (a * np.cos(turn)[..., None] + b * np.sin(turn)[..., None])
    out = unit(away + 0.8 * (a * np.cos(turn)[..., None] + b * np.sin(turn)[..., None]))
    style.add(path, out, Shape(0.34, 0.6, 0.2), line=r.line, share=0.8)
    r = style.roots(1.25)
    away = unit(r.points - halo)
    reach = 11.4 - np.linalg.norm((r.points - halo) * [1.0, 1.0, 0.92], axis=1)
    how = Growth(4, lift=6.0, height=0.1, weight=0.0, decay=0.0, stray=0.6, stiff=0.2)
    full = np.maximum(reach, 0.9) * (0.5 + 0.3 * smooth_step(0.0, 3.5, r.line))
    style.layer(r, lambda p: away, full, how, Shape(0.75, 0.5, 0.8))
    style.baby_hair(from_whorl)


# --- long hair -----------------------------------------------------------------------------

Length = Callable[[Roots], Row]
LAYERS = ((2.35, 1.0, 0.15), (2.05, 0.66, 0.36), (2.15, 0.40, 0.52))
"""Gap between roots, half width, height over the head of each layer of long hair, cm."""


@dataclasses.dataclass(frozen=True)
class Fall:
    """How long hair falls.

    part   x of the parting, cm; back: how far it is combed back
    steps  points of a strand; tip: width of its end; fringe: leave room for one
    reserve   see `Growth`
    """

    part: float = 0.0
    back: float = 0.3
    steps: int = 13
    curl: Curl | None = None
    tip: float = 0.35
    fringe: bool = False
    reserve: float = LONGEST


def _long(style: Style, length: Length, fall: Fall) -> None:
    """Hair that falls from a parting, in three layers and a few loose strands."""
    for gap, width, height in LAYERS:
        r = style.roots(gap, above=-0.35)
        if fall.fringe:
            r = r.where(~_of_fringe(r))
        side = sides_of(r, fall.part)
        near = np.exp(-(((r.points[:, 0] - fall.part) / 1.6) ** 2)) * r.top
        how = Growth(
            fall.steps,
            lift=0.15 + 0.25 * r.top,
            height=height * (1 - 0.45 * near) * (0.7 + 0.6 * r.jitter),
            weight=0.6,
            cling=0.5,
            stiff=0.3,
            stray=0.04,
            surface=curtain_distance,
            reserve=fall.reserve,
        )
        shape = Shape(width, 0.2, fall.tip)
        style.layer(r, sideways(side, back=fall.back), length(r), how, shape, fall.curl)
    r = style.roots(1.2, above=0.3)
    r = r.where((np.abs(r.points[:, 0] - fall.part) < 0.8) & (r.top > 0.4))
    flow = sideways(sides_of(r, fall.part, 1.6), back=fall.back)
    how = Growth(fall.steps, 0.35, 0.6, weight=0.5, stray=0.07, surface=curtain_distance, cling=0.5)
    style.layer(r, flow, 0.8 * length(r), how, Shape(0.16, 0.3, 0.05), fall.curl)
    _along_the_parting(style, fall.part, back=fall.back)
    style.baby_hair(backwards)


def _along_the_parting(style: Style, part: float, *, back: float = 0.3) -> None:
    """Short flat strands that close the gap beside a parting."""
    r = style.roots(0.8, above=0.1)
    r = r.where((np.abs(r.points[:, 0] - part) < 1.7) & (r.top > 0.3))
    how = Growth(
        6, lift=0.12, height=0.08 + 0.10 * r.jitter, weight=0.4, cling=0.6, stray=0.08, stiff=0.2
    )
    flow = sideways(sides_of(r, part, 0.25), back=back)
    style.layer(r, flow, 3.6 + 1.2 * r.jitter, how, Shape(0.32, 0.2, 0.1))


def _to_height(end: float, over: float = 1.0) -> Length:
    """Length of strands that shall end at height y."""

    def length(r: Roots) -> Row:
        over_the_head = 0.62 * np.maximum(r.points[:, 1] - 2.0, 0) * over
        return np.maximum(r.points[:, 1] - end, 1.5) + over_the_head - 0.8 * (1 - r.jitter)

    return length


def _bob(style: Style) -> None:
    _long(style, _to_height(-8.9), Fall(steps=11))


def _plain_long(style: Style) -> None:
    _long(style, _to_height(-19.5), Fall())


def _side_part_long(style: Style) -> None:
    _long(style, _to_height(-19.0), Fall(part=-2.6, curl=Curl(0.35, 9.0), back=0.22))


def _wavy_long(style: Style) -> None:
    _long(
        style,
        _to_height(-18.5),
        Fall(part=0.6, back=0.5, curl=Curl(0.85, 8.5, 0.9), steps=15, reserve=1.2),
    )


def _curly_long(style: Style) -> None:
    _long(
        style,
        _to_height(-15.0),
        Fall(-0.8, 0.55, steps=16, curl=Curl(0.8, 5.4, 0.4), tip=0.4, reserve=1.15),
    )


def _of_fringe(r: Roots) -> np.ndarray:
    return (r.angle < 56) & (r.line < 3.4) & (r.points[:, 1] > 4.6)


def _fringe(style: Style, *, length: float, flow: Flow | None = None) -> None:
    """Hair over the forehead."""
    for gap, width, height in ((0.85, 0.6, 0.2), (0.95, 0.42, 0.4), (1.3, 0.2, 0.55)):
        r = style.roots(gap, above=0.4)
        r = r.where(_of_fringe(r))
        how = Growth(9, lift=0.45, height=height, weight=0.25, cling=0.35, stray=0.07)

        def forwards(points: Points, r: Roots = r) -> Points:
            return column(0.10 * r.points[:, 0], -0.75, 0.6, count=len(points))

        size = length + 0.9 * np.maximum(r.line, 0) + 0.6 * (r.jitter - 0.5)
        style.layer(r, flow or forwards, size, how, Shape(width, 0.2, 0.2))


def _fringe_long(style: Style) -> None:
    _long(style, _to_height(-18.5), Fall(fringe=True, back=0.12))
    _fringe(style, length=4.4)


def _curtain(style: Style) -> None:
    """Long hair with bangs that part over the brows."""
    _long(style, _to_height(-17.0), Fall(curl=Curl(0.3, 8.0)))
    for gap, width, height in ((0.9, 0.5, 0.45), (1.05, 0.34, 0.75)):
        r = style.roots(gap, above=0.3)
        r = r.where((np.abs(r.points[:, 0]) < 3.6) & (r.front > 0.5) & (r.line < 3.0))
        side = sides_of(r, 0.0, 0.4)

        def flow(points: Points, side: Row = side) -> Points:
            low = smooth_step(6.5, 2.5, points[:, 1])
            return column(side * (0.75 + 0.5 * low), -0.9, 0.45 - 0.9 * low, count=len(points))

        how = Growth(11, lift=0.7, height=height, weight=0.3, cling=0.2, stray=0.05)
        style.layer(r, flow, 7.6 + 1.2 * r.jitter, how, Shape(width, 0.22, 0.12))


# --- tied hair -----------------------------------------------------------------------------


def _pulled(style: Style, tie: Points, *, ring: float = 0.7, part: float | None = None) -> None:
    """All hair combed tightly to a tie, or to the one of two ties on its side of a parting."""
    for gap, width, height in ((1.45, 0.62, 0.10), (1.6, 0.42, 0.20), (2.2, 0.20, 0.28)):
        r = style.roots(gap, above=-0.4)
        r = r.where((r.points[:, 1] > 2.4) | (r.angle > 98))
        target = np.zeros((len(r), 3)) + tie
        if part is not None:
            target[:, 0] *= sides_of(r, part, 0.25)
        spread = unit(style.random.normal(size=target.shape)) * ring * style.random.random()
        target = target + spread
        how = Growth(
            9,
            lift=0.10,
            height=height,
            cling=0.8,
            stray=0.02,
            stiff=0.1,
            weight=0.0,
            arrive=target,
            surface=bald_distance,
        )
        style.layer(r, towards(target), 1.0, how, Shape(width, 0.2, 0.4))
    r = style.roots(0.75, above=-0.3)
    r = r.where((r.points[:, 1] <= 3.4) & (r.angle < 84))

    def behind_the_ear(points: Points) -> Points:
        return column(0.0, 0.45, -1.0, count=len(points))

    how = Growth(5, lift=0.04, height=0.05, cling=0.6, stray=0.05, surface=bald_distance)
    style.layer(r, behind_the_ear, 1.7, how, Shape(0.30, 0.2, 0.05))
    style.baby_hair(backwards, length=1.1)


def _tail(style: Style, curve: Points, *, radius: float, count: int = 56) -> None:
    """A bundle of strands along a curve (k, 3) that starts at a tie."""
    random = style.random
    points = 14
    centre = smooth_curve(curve, points)
    tangent = unit(np.gradient(centre, axis=0))
    first = unit(np.cross(tangent, np.array([0.31, 0.2, 0.93])))
    second = np.cross(tangent, first)
    u = np.linspace(0, 1, points)
    wide = radius * np.interp(u, [0, 0.12, 0.45, 0.8, 1], [0.35, 0.75, 1.0, 0.85, 0.55])
    angle = 2 * np.pi * random.random(count) + 1.2 * u[:, None] * random.normal(size=count)
    deep = np.sqrt(0.25 + 0.75 * random.random(count))
    out = first[:, None] * np.cos(angle)[..., None] + second[:, None] * np.sin(angle)[..., None]
    path = centre[:, None] + out * (deep * wide[:, None])[..., None]
    ends = 0.78 + 0.22 * random.random(count)
    style.add(resample(path, ends * (points - 1)), out, Shape(0.42, 0.3, 0.15), share=0.86)


def _plait(style: Style, curve: Points, radius: float, *, turns: float) -> None:
    """Three strands plaited along a curve (k, 3)."""
    along = np.linspace(0, 1, 34)
    centre = smooth_curve(curve, 34)
    tangent = unit(np.gradient(centre, axis=0))
    side = unit(np.cross(tangent, np.array([0.2, 0.0, 1.0])))
    out = np.cross(side, tangent)
    thin = radius * (1.0 - 0.45 * along)
    for k in range(3):
        turn = 2 * np.pi * (turns * along + k / 3)
        offset = side * (np.sin(turn) * thin)[:, None] * 0.85
        offset = offset + out * (np.sin(2 * turn) * thin)[:, None] * 0.5
        paths, outs = tube(centre + offset, thin * 0.9, around=4)
        style.add(paths, outs, Shape(radius * 0.62, 0.4, 0.5))
    end, down = centre[-1], np.array([0.0, -1.0, 0.15])
    start = end + style.random.normal(size=(16, 3)) * 0.18 * radius
    steps = np.linspace(0, 1, 6)[:, None, None]
    wisps = start + steps * 2.2 * (down + style.random.normal(size=(16, 3)) * 0.12)
    style.add(wisps, np.broadcast_to(out[-1], wisps.shape).copy(), Shape(0.2, 0.3, 0.1))


def _ponytail(style: Style) -> None:
    """Tied high at the back of the head; the tail comes down beside the neck."""
    _pulled(style, np.array([0.0, 8.4, -15.4]))
    curve = (
        *((0.0, 8.4, -15.6), (0.6, 9.5, -17.3), (2.4, 7.8, -18.6), (4.6, 3.0, -18.2)),
        *((6.2, -3.0, -16.6), (7.0, -9.0, -14.6), (7.2, -14.0, -13.0), (7.0, -17.5, -12.4)),
    )
    _tail(style, np.array(curve), radius=1.8)


def _tied_back(style: Style) -> None:
    """Tied low in the nape; the tail lies over a shoulder."""
    _pulled(style, np.array([0.0, -4.2, -15.0]))
    curve = (
        *((0.0, -4.2, -15.2), (-1.6, -5.2, -16.2), (-4.2, -7.2, -15.0), (-6.2, -10.0, -11.4)),
        *((-6.9, -12.8, -7.4), (-6.6, -15.6, -4.0), (-6.2, -18.6, -2.0), (-6.0, -21.5, -1.2)),
    )
    _tail(style, np.array(curve), radius=1.35)


def _bun(style: Style) -> None:
    """Hair pulled up into a coil on the crown."""
    middle = np.array([0.0, 11.3, -13.2])
    _pulled(style, middle + np.array([0.0, -1.5, 0.6]), ring=1.0)
    axis = unit(np.array([0.0, 0.8, -0.55]))
    a = unit(np.cross(axis, np.array([1.0, 0.0, 0.0])))
    b = np.cross(axis, a)
    count, k = 54, 14
    v = np.linspace(-1.25, 1.25, k)[:, None]
    start = 2 * np.pi * np.arange(count)[None] / count + 0.3 * style.random.random((1, count))
    turn = start + 1.9 * v
    bumps = 1 + 0.06 * np.sin(3 * start + 2.0 * v) + 0.10 * style.random.random((1, count))
    out = (
        np.cos(v)[..., None] * (a * np.cos(turn)[..., None] + b * np.sin(turn)[..., None])
        + 0.85 * np.sin(v)[..., None] * axis
    )
    style.add(middle + 2.35 * bumps[..., None] * out, unit(out), Shape(0.44, 0.34, 0.5))
    loose = out[:, ::4] * (2.6 * bumps[:, ::4, None])
    style.add(middle + loose, unit(out[:, ::4]), Shape(0.12, 0.3, 0.05))


def _braids(style: Style) -> None:
    """Two plaits from a centre parting, over the shoulders."""
    tie = np.array([6.4, -6.2, -9.6])
    _pulled(style, tie, ring=0.6, part=0.0)
    _along_the_parting(style, 0.0)
    for side in (-1.0, 1.0):
        curve = np.array(
            [
                *((6.3, -6.0, -9.4), (7.0, -8.6, -8.0), (7.1, -11.2, -5.6), (6.7, -13.6, -3.0)),
                *((6.2, -16.0, -0.9), (5.9, -18.4, 0.2), (5.8, -20.8, 0.5), (5.8, -23.0, 0.6)),
            ]
        ) * [side, 1, 1]
        _plait(style, curve, 0.95, turns=4.5)


def _locs(style: Style) -> None:
    """Thick rounded strands from all over the scalp."""
    r = style.roots(1.85)
    side = sides_of(r, 0.4, 1.6)
    length = _to_height(-13.5)(r) * (0.75 + 0.35 * r.jitter)
    how = Growth(
        12,
        lift=0.55,
        height=0.3 + 0.55 * r.jitter,
        weight=0.5,
        cling=0.3,
        stray=0.13,
        surface=curtain_distance,
    )
    path, _ = grow(r, sideways(side, back=0.35), length * LONGEST, how, style.random)
    for i in range(len(r)):
        radius = np.full(13, 0.45 + 0.12 * r.jitter[i])
        paths, outs = tube(path[:, i], radius, around=3)
        style.add(
            paths, outs, Shape(0.45, 0.5, 0.45), line=np.full(3, r.line[i]), share=1 / LONGEST
        )
    _along_the_parting(style, 0.4)
    style.baby_hair(backwards)


STYLES: dict[str, Callable[[Style], None]] = {
    "crop": _crop,
    "quiff": _quiff,
    "side_part": _side_part,
    "spiky": _spiky,
    "pixie": _pixie,
    "bob": _bob,
    "long": _plain_long,
    "fringe_long": _fringe_long,
    "bun": _bun,
    "afro": _afro,
    "wavy_long": _wavy_long,
    "side_part_long": _side_part_long,
    "curtain": _curtain,
    "tied_back": _tied_back,
    "ponytail": _ponytail,
    "braids": _braids,
    "short_neat": _short_neat,
    "undercut": _undercut,
    "slick_back": _slick_back,
    "receding": _receding,
    "curly_long": _curly_long,
    "locs": _locs,
}
