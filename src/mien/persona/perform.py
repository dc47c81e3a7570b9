"""A character performs: what a driver does is done by a fitted head, frame by frame.

The character's rest is an empty face that looks straight ahead, so what it does is the driver's
motion beside the driver's own rest (`retarget`). A head can turn further than a photo can.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from mien.head.animation import Performance
from mien.head.schema import AU_INDEX
from mien.persona.character import Character
from mien.persona.driver import Driver
from mien.persona.retarget import Transfer, retarget
from mien.persona.steady import Steadiness, steady, without_spikes
from mien.persona.subject import Motion
from mien.types import AU_NAMES, Image, Pose, Style

TURN_LIMITS = (70.0, 40.0, 40.0)
"""Degrees of yaw, pitch and roll that a performing head never reaches."""
FREELY = Transfer(limits=TURN_LIMITS)
_SMOOTH = {
    "aus": Steadiness(cutoff=6.0, beta=10.0),
    "pose": Steadiness(cutoff=4.0, beta=0.3),
    "gaze": Steadiness(cutoff=5.0, beta=4.0),
}
"""Gentle: clips have been smoothed when they were tracked."""
_BLINK = AU_INDEX["AU45"]


def steadied(driver: Driver, smooth: float = 1.0) -> Driver:
    """The driver with smoother curves; blinks stay as quick as they are.

    smooth  0 leaves everything as it is, 1 is gentle, 4 strong
    """
    if smooth <= 0 or len(driver) < 2:
        return driver

    def even(name: str) -> np.ndarray:
        how = _SMOOTH[name]
        slower = dataclasses.replace(how, cutoff=how.cutoff / smooth, beta=how.beta / smooth)
        return steady(getattr(driver, name), driver.times, slower)

    aus = even("aus")
    aus[:, _BLINK] = without_spikes(driver.aus[:, _BLINK])
    return dataclasses.replace(driver, aus=aus, pose=even("pose"), gaze=even("gaze"))


def performance_of(
    driver: Driver, transfer: Transfer = FREELY, *, smooth: float = 1.0
) -> Performance:
    """What a character does that follows a driver."""
    motions = retarget(Motion(np.zeros(len(AU_NAMES))), steadied(driver, smooth), transfer)
    return Performance(
        times=driver.times - driver.times[0],
        aus=np.stack([one.aus for one in motions]),
        pose=np.array([one.pose.as_tuple() for one in motions]),
        gaze=np.array([one.gaze for one in motions]),
    )


def as_driver(performance: Performance, confidence: np.ndarray) -> Driver:
    """The performance as a driver, which every job that moves a face can follow.

    confidence  (n,) of the driver that was followed
    """
    p = performance
    return Driver(p.times, p.aus, p.pose, p.gaze, confidence)


def drawn(
    character: Character, performance: Performance, *, size: int, style: Style
) -> Iterator[Image]:
    """The frames (size, size, 3) of a performance, in front of the character's usual view."""
    still = character.neutral()
    view = dataclasses.replace(still.view, camera=dataclasses.replace(still.view.camera, size=size))
    code = dataclasses.replace(still.code, style=style)
    for k in range(len(performance.times)):
        yaw, pitch, roll = (float(v) for v in performance.pose[k])
        right, up = (float(v) for v in performance.gaze[k])
        values = {n: float(v) for n, v in zip(AU_NAMES, performance.aus[k], strict=True) if v > 0}
        moved = dataclasses.replace(code, aus=values, pose=Pose(yaw, pitch, roll), gaze=(right, up))
        yield dataclasses.replace(still, code=moved, view=view).render().rgb
