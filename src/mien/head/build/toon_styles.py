"""The hair styles of the toon style: every one is a cap and up to eleven pointed masses.

Styles with a parting have it to the picture's left.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.head.build.sdf import Points
from mien.head.build.surface import Index
from mien.head.build.toon_hair import (
    Drape,
    Mass,
    ball,
    cap,
    drape,
    hanging,
    lock,
    on_scalp,
    spline,
)

Row = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Masses:
    """Closed masses: mass (n,) counts them; across -1..1 and along 0..1 within one; tone 0..1."""

    vertices: Points
    triangles: Index
    mass: Row
    across: Row
    along: Row
    tone: Row


def fringe(
    root: float, tip: float, y: float, *, width: float = 1.7, out: float = 0.75, top: float = 62.0
) -> Mass:
    """A pointed lock over the forehead from azimuth `root` on top to `tip` at height y."""
    knots = [
        on_scalp(root * 0.7, top, 0.6),
        on_scalp(root * 0.9, 47.0, out + 0.45),
        on_scalp(0.75 * root + 0.25 * tip, 32.0, out + 0.3),
        hanging(0.35 * root + 0.65 * tip, 0.5 * y + 2.7, out),
        hanging(tip, y, 0.4 * out),
    ]
    return lock(knots, width, 0.5 * width**0.5, profile=(0.6, 0.95, 1.0, 0.92, 0.68, 0.34, 0.0))


def side_lock(
    azimuth: float, y: float, *, width: float = 1.0, out: float = 0.7, curl: float = 0.0
) -> Mass:
    """A lock before the ear, from the temple down to y."""
    sign = 1.0 if azimuth > 0 else -1.0
    middle = (5.5 + y) / 2
    knots = [
        on_scalp(azimuth * 0.8, 42.0, 0.8),
        hanging(azimuth, 5.0, out + 0.25),
        hanging(azimuth + 2 * sign, middle, out + 0.1),
        hanging(azimuth - 3 * sign, y, out - 0.1 + curl),
    ]
    return lock(knots, width, 0.5, profile=(0.6, 0.95, 1.0, 0.9, 0.6, 0.0))


def tuft(
    azimuth: float,
    elevation: float,
    length: float,
    lean: tuple[float, float],
    *,
    width: float = 1.7,
) -> Mass:
    """A spike that stands off the scalp; lean = how far its tip moves in azimuth, elevation."""
    az, el = azimuth + lean[0], elevation + lean[1]
    knots = [
        on_scalp(azimuth, elevation, -0.2),
        on_scalp(azimuth + 0.3 * lean[0], elevation + 0.3 * lean[1], 0.30 * length + 0.6),
        on_scalp(azimuth + 0.7 * lean[0], elevation + 0.7 * lean[1], 0.7 * length + 0.6),
        on_scalp(az, el, length + 0.5),
    ]
    return lock(knots, width, 0.62 * width, profile=(1.0, 0.94, 0.76, 0.52, 0.26, 0.0))


def strand(
    points: Sequence[tuple[float, float, float]],
    width: float,
    *,
    thick: float | None = None,
    profile: tuple[float, ...] = (0.7, 1.0, 1.0, 0.85, 0.5, 0.0),
) -> Mass:
    """A mass through free points (x, y, z)."""
    knots = [np.array(point, float) for point in points]
    return lock(knots, width, 0.75 * width if thick is None else thick, profile=profile)


def _sides(y: float, **how: float) -> list[Mass]:
    return [side_lock(sign * 66.0, y, **how) for sign in (-1.0, 1.0)]


def _swept(y: float) -> list[Mass]:
    """A fringe swept from a parting on the picture's left."""
    return [
        fringe(-32, -55, y - 1.0, width=1.5),
        fringe(-20, -2, y + 0.9, width=1.7),
        fringe(-6, 22, y + 0.1, width=2.0),
        fringe(14, 42, y - 0.5, width=2.0),
        fringe(34, 60, y - 1.8, width=1.7),
    ]


def _straight(y: float, width: float = 1.75) -> list[Mass]:
    """A full fringe of five points that lean the same way."""
    tips = ((-44, -50, -0.9), (-24, -27, 0.1), (-3, -8, -0.5), (20, 13, 0.2), (42, 44, -0.9))
    return [fringe(root, tip, y + drop, width=width) for root, tip, drop in tips]


def _parted(y: float) -> list[Mass]:
    """A curtain: two locks each side of a middle parting."""
    out = []
    for s in (-1.0, 1.0):
        out.append(fringe(7 * s, 44 * s, y, width=1.8, out=0.8))
        out.append(fringe(20 * s, 60 * s, y - 3.0, width=1.7, out=0.85))
    return out


def _short_back(y: float = -6.0) -> Mass:
    return drape(Drape(88, 272, y, 7, depth=1.2, top=30, out=(1.3, 0.35)))


def _crop() -> list[Mass]:
    front = [
        fringe(az * 0.9 - 3, az + 9, 3.8 - 0.7 * (k % 2), width=1.7, out=0.6)
        for k, az in enumerate((-42, -20, 2, 24, 44))
    ]
    return [cap(1.2, edge=0.2), *front, *_sides(0.8, width=0.8, out=0.3)]


def _quiff() -> list[Mass]:
    out = []
    for az, height in ((-44, 1.2), (-24, 2.0), (-3, 2.5), (18, 2.4), (40, 1.5)):
        knots = [
            on_scalp(az - 6, 29, -0.1),
            on_scalp(az, 37, 0.5 + 0.75 * height),
            on_scalp(az + 8, 54, 0.4 + height),
            on_scalp(az + 26, 74, 1.2),
        ]
        out.append(lock(knots, 2.1, 0.9, profile=(0.05, 0.75, 1.05, 0.9, 0.5, 0.0)))
    return [cap(0.6, edge=0.06), *out, *_sides(0.5, width=0.75, out=0.3)]


def _side_part() -> list[Mass]:
    return [cap(1.15, crown=0.3), *_swept(3.6), *_sides(0.4, width=0.8, out=0.35)]


def _spiky() -> list[Mass]:
    places = (
        *((-98, 0, 2.9, -8, -20), (98, 0, 2.9, 8, -20), (-90, 23, 3.0, -4, -10)),
        *((90, 23, 3.0, 4, -10), (-80, 46, 2.7, -8, -9), (80, 46, 2.7, 8, -9)),
        *((-52, 66, 1.9, -36, -12), (48, 68, 1.9, 38, -12)),
    )
    tufts = [tuft(a, e, size, (da, de), width=3.0) for a, e, size, da, de in places]
    front = [fringe(-26, -40, 2.9, width=1.7), fringe(0, -10, 2.4, width=1.8)]
    return [cap(1.2), *tufts, *front, fringe(26, 32, 2.9, width=1.8)]


def _pixie() -> list[Mass]:
    return [
        cap(1.25, crown=0.2),
        *_swept(2.6),
        *_sides(-2.4, width=1.1),
        drape(Drape(95, 265, -6.6, 7, depth=1.3, top=25, out=(1.3, 0.3))),
    ]


def _bob() -> list[Mass]:
    back = drape(Drape(62, 298, -9.3, 9, depth=0.8, top=45, out=(1.4, 1.7), thick=1.0))
    return [cap(1.3), back, *_straight(2.3), *_sides(-8.6, width=1.5, out=0.95)]


def _long() -> list[Mass]:
    back = drape(Drape(60, 300, -19.5, 9, depth=1.8, top=45, out=(1.4, 2.3), thick=1.0, tone=0.86))
    return [cap(1.3), back, *_parted(1.4), *_sides(-14.0, width=1.5, out=0.95)]


def _fringe_long() -> list[Mass]:
    back = drape(Drape(60, 300, -18.5, 9, depth=1.4, top=45, out=(1.4, 2.2), thick=1.0, tone=0.86))
    return [cap(1.3), back, *_straight(1.9, width=1.7), *_sides(-9.5, width=1.3, out=0.9)]


def _bun() -> list[Mass]:
    return [
        cap(0.9),
        ball((0, 12.6, -10.4), (2.9, 2.6, 2.8)),
        *_swept(2.9),
        *_sides(-4.8, width=0.75, out=0.6),
    ]


def _afro() -> list[Mass]:
    places = (
        *((-102, 2, 3.0), (102, 2, 3.0), (-86, 30, 3.3), (86, 30, 3.3), (-50, 44, 3.2)),
        *((50, 44, 3.2), (-17, 52, 3.0), (18, 52, 3.0), (-55, 74, 3.5), (55, 74, 3.5)),
    )
    balls = [ball(on_scalp(az, el, 1.5), (size, size, size)) for az, el, size in places]
    return [cap(2.6, edge=0.35, bumps=(0.14, 13)), *balls]


def _wavy_long() -> list[Mass]:
    back = drape(
        Drape(60, 300, -18.0, 8, depth=1.6, top=45, out=(1.5, 2.8), thick=1.1, tone=0.86, wave=0.8)
    )
    front = []
    for s in (-1.0, 1.0):
        knots = [on_scalp(40 * s, 42, 1.0), hanging(58 * s, 4.5, 1.3)]
        for k, y in enumerate((0.5, -4.0, -8.5, -13.0, -17.0)):
            knots.append(hanging((76 if k % 2 == 0 else 58) * s, y, 2.0 if k % 2 == 0 else 1.5))
        front.append(lock(knots, 1.7, 0.8, steps=40))
    return [cap(1.4), back, *_swept(2.2), *front]


def _side_part_long() -> list[Mass]:
    back = drape(Drape(60, 300, -18.5, 9, depth=1.6, top=45, out=(1.4, 2.2), thick=1.0, tone=0.86))
    return [cap(1.3), back, *_swept(1.6), *_sides(-13.0, width=1.4, out=0.95)]


def _curtain() -> list[Mass]:
    return [cap(1.25, crown=0.2), *_parted(1.6), *_sides(-1.5, width=1.1, out=0.6), _short_back()]


def _tied_back() -> list[Mass]:
    return [
        cap(0.95),
        ball((0, 1.0, -18.2), (2.3, 2.3, 2.0)),
        *_swept(3.2),
        *_sides(-3.6, width=0.7, out=0.55),
    ]


def _ponytail() -> list[Mass]:
    tail = strand(
        [
            (0, 8.4, -15.5),
            (1.2, 10.2, -18.5),
            (3.6, 5.0, -20.2),
            (5.8, -3.0, -19.6),
            (7.2, -11.0, -18.2),
            (6.2, -16.0, -17.0),
        ],
        3.0,
        profile=(0.35, 0.8, 1.0, 0.9, 0.6, 0.0),
    )
    return [
        cap(1.0),
        tail,
        ball((0.2, 8.6, -16.0), (1.25, 1.25, 1.0)),
        *_straight(2.4),
        *_sides(-6.0, width=0.95),
    ]


def _plait(knots: list[Points], width: float, turns: int = 11) -> Mass:
    """A plait along a curve: short pointed locks that cross it from side to side in turn."""
    path = spline(np.array(knots), turns + 3)
    parts = []
    for k in range(turns):
        size = width * (1.0 - 0.035 * k)
        sign = 1.0 if k % 2 else -1.0
        side = np.array([0.72 * size * sign, 0.0, 0.25 * size * sign])
        ends = [path[k] + side, path[k + 1] + 0.55 * side, path[k + 2] - 0.7 * side]
        parts.append(
            lock(ends, 1.0 * size, 0.85 * size, profile=(0.55, 1.0, 1.0, 0.7, 0.1), steps=9)
        )
    tail = [path[-3], path[-2], path[-1]]
    parts.append(lock(tail, 0.7 * width, 0.6 * width, profile=(0.6, 1.0, 0.8, 0.0), steps=9))
    return _joined(parts)


def _joined(parts: list[Mass]) -> Mass:
    """Several closed pieces as one mass."""
    first = np.cumsum([0, *(len(one.vertices) for one in parts)])
    return Mass(
        np.concatenate([one.vertices for one in parts]),
        np.concatenate([one.triangles + k for one, k in zip(parts, first, strict=False)]),
        np.concatenate([one.across for one in parts]),
        np.concatenate([one.along for one in parts]),
        np.concatenate([one.tone for one in parts]),
    )


def _braids() -> list[Mass]:
    out = []
    for s in (-1.0, 1.0):
        knots = [
            hanging(112 * s, 3.0, -0.3),
            hanging(102 * s, -3.5, 1.1),
            np.array([8.2 * s, -11.5, -5.2]),
            np.array([7.4 * s, -19.5, -3.4]),
        ]
        out.append(_plait(knots, 1.15))
    return [cap(1.1), *out, *_straight(2.4), *_sides(-3.0, width=0.9)]


def _short_neat() -> list[Mass]:
    front = [fringe(az, az + 12, 4.9, width=1.5, out=0.5) for az in (-40, -18, 4, 26)]
    return [cap(0.9), *front, *_sides(0.6, width=0.6, out=0.25)]


def _undercut() -> list[Mass]:
    top = [fringe(-34, -6, 4.2, width=1.8), fringe(-16, 22, 3.0, width=2.1)]
    top += [fringe(8, 46, 2.2, width=2.1), fringe(30, 62, 1.8, width=1.7)]
    backs = []
    for az in (-34, 0, 34):
        knots = [
            on_scalp(az * 0.8, 48, 0.3),
            on_scalp(az, 62, 0.8),
            on_scalp(az * 1.4, 84, 0.9),
            on_scalp(180 - az, 55, 0.6),
        ]
        backs.append(lock(knots, 2.4, 0.8))
    return [cap(0.4), *top, *backs]


def _slick_back() -> list[Mass]:
    out = []
    for az in (-56, -36, -13, 10, 33, 56):
        knots = [
            on_scalp(az * 1.05, 27.5, -0.15),
            on_scalp(az, 40, 0.7),
            on_scalp(az * 1.1, 58, 1.2),
            on_scalp(az * 1.5, 78, 1.3),
            on_scalp(180 - az, 50, 1.1),
            on_scalp(180 - 0.8 * az, 8, 0.6),
        ]
        out.append(lock(knots, 2.2, 0.55, profile=(0.02, 0.85, 1.0, 0.95, 0.7, 0.1)))
    return [cap(0.55, edge=0.06), *out]


def _receding() -> list[Mass]:
    out = []
    for az in (-26, 0, 26):
        knots = [
            on_scalp(az, 58, 0.0),
            on_scalp(1.3 * az, 72, 0.6),
            on_scalp(180 - 1.5 * az, 70, 0.7),
            on_scalp(180 - az, 35, 0.5),
        ]
        out.append(lock(knots, 2.0, 0.35, profile=(0.1, 0.8, 1.0, 0.9, 0.7, 0.1)))
    return [cap(0.5, front=2.8), *out, *_sides(0.6, width=0.65, out=0.2)]


def _curly_long() -> list[Mass]:
    back = drape(
        Drape(60, 300, -15.5, 7, depth=1.2, top=45, out=(2.2, 3.4), thick=1.2, tone=0.86, wave=0.9)
    )
    curls, beads = [], (0.7, 1.0, 0.68, 1.0, 0.66, 0.95, 0.62, 0.85, 0.5, 0.6, 0.0)
    for s in (-1.0, 1.0):
        knots = [
            on_scalp(46 * s, 40, 1.3),
            hanging(70 * s, 2.0, 2.0),
            hanging(64 * s, -5.0, 2.0),
            hanging(66 * s, -12.0, 2.6),
        ]
        curls.append(lock(knots, 1.9, 1.3, profile=beads, steps=36))
        knots = [
            on_scalp(8 * s, 60, 1.2),
            on_scalp(20 * s, 40, 1.5),
            hanging(40 * s, 4.6, 1.1),
            hanging(58 * s, 0.6, 0.9),
        ]
        curls.append(lock(knots, 1.9, 1.0, profile=beads, steps=36))
    return [cap(1.5, edge=0.08, bumps=(0.14, 9)), back, *curls]


def _locs() -> list[Mass]:
    out, even = [], (0.8, 1.0, 1.0, 1.0, 0.95, 0.85, 0.3)
    places = (
        (-46, 0.5),
        (46, 0.5),
        (-60, -9),
        (60, -9),
        (-78, -11),
        (78, -11),
        (-104, -12),
        (104, -12),
    )
    for az, y in (*places, (-150, -12.5), (150, -12.5)):
        knots = [
            on_scalp(az * 0.5, 62, 0.7),
            on_scalp(az * 0.8, 36, 1.4),
            hanging(az, 0.6 * y + 1.6, 1.1),
            hanging(az * 1.02, y, 1.2),
        ]
        out.append(lock(knots, 1.25, 1.0, profile=even))
    return [cap(1.2, bumps=(0.10, 12)), *out]


STYLES: dict[str, Callable[[], list[Mass]]] = {
    **{"crop": _crop, "quiff": _quiff, "side_part": _side_part, "spiky": _spiky},
    **{"pixie": _pixie, "bob": _bob, "long": _long, "fringe_long": _fringe_long},
    **{"bun": _bun, "afro": _afro, "wavy_long": _wavy_long, "side_part_long": _side_part_long},
    **{"curtain": _curtain, "tied_back": _tied_back, "ponytail": _ponytail, "braids": _braids},
    **{"short_neat": _short_neat, "undercut": _undercut, "slick_back": _slick_back},
    **{"receding": _receding, "curly_long": _curly_long, "locs": _locs},
}
"""What is not here, bald and buzz, is painted on the scalp."""


def make_toon_hair(name: str) -> Masses | None:
    """The masses of a style; None for those painted on the scalp."""
    if name not in STYLES:
        return None
    masses = STYLES[name]()
    first = np.cumsum([0, *(len(one.vertices) for one in masses)])
    return Masses(
        np.concatenate([one.vertices for one in masses]),
        np.concatenate([one.triangles + start for one, start in zip(masses, first, strict=False)]),
        np.concatenate([np.full(len(one.vertices), float(k)) for k, one in enumerate(masses)]),
        np.concatenate([one.across for one in masses]),
        np.concatenate([one.along for one in masses]),
        np.concatenate([one.tone for one in masses]),
    )
