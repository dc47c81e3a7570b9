"""A mover at work on many motions, and what a user should know about the results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mien.head.schema import AU_INDEX
from mien.persona.move import Mover
from mien.persona.subject import Motion
from mien.types import Face, Image

_TEETH = [AU_INDEX[name] for name in ("AU25", "AU26", "AU27", "AU16")]
_SHOWS_TEETH = 0.3
_BLINK, _SHUT = AU_INDEX["AU45"], 0.3


def animate(mover: Mover, motions: Iterable[Motion]) -> Iterator[Image]:
    """One moved photo (h, w, 3) per motion."""
    for motion in motions:
        yield mover.move(motion).image


def remarks(mover: Mover, motions: Iterable[Motion]) -> tuple[str, ...]:
    """Message keys of what a user should know about these results, each at most once."""
    motions = list(motions)
    if not motions:
        return ()
    aus = np.stack([motion.aus for motion in motions])
    rest = mover.subject.motion.aus
    keys = []
    opened = (aus[:, _TEETH] - rest[_TEETH]).sum(1).max()
    if mover.inside.opening is None and opened > _SHOWS_TEETH:
        keys.append("motion.note.teeth")
    if "glasses" in mover.subject.warnings and (aus[:, _BLINK] - rest[_BLINK]).max() > _SHUT:
        keys.append("motion.note.lids")
    return tuple(keys)


def chosen(faces: list[Face], number: int | None) -> list[Face]:
    """The face of this number (1 is the largest), or all; empty where there is no such face."""
    return faces if number is None else faces[number - 1 : number]
