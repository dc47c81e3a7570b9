"""How much a bench measures: the whole in a quarter of an hour of two cores, or a quick look."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Scale:
    """Numbers of people, clips and repeats.

    detected     people whose faces are looked for, per style
    marked       people whose landmarks and parts are found
    recognised   people who are recognised in disguise
    fitted       photos that become characters
    imitated     heads that the imitator draws
    generated    faces of each set that `generate` is scored on
    edited       people whose expression is changed, each in four ways
    reenacted    clips
    translated   people, per direction
    repeats      of everything that is timed
    """

    detected: int = 240
    marked: int = 120
    recognised: int = 60
    fitted: int = 60
    imitated: int = 200
    generated: int = 1000
    edited: int = 14
    reenacted: int = 10
    translated: int = 240
    repeats: int = 7


FULL = Scale()
QUICK = Scale(
    detected=24,
    marked=12,
    recognised=12,
    fitted=4,
    imitated=20,
    generated=40,
    edited=3,
    reenacted=3,
    translated=24,
    repeats=3,
)
