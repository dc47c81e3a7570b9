"""From one face's motion to another's: what a driver does beside its rest, done by the subject.

Two people at rest differ, so only differences are carried over: an expression is added to what the
photo shows, a turn of the head to the photo's own pose. Turns are held within what a photo can
show (`move`).
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.schema import AU_INDEX
from mien.persona.driver import AU_LIMIT, Driver
from mien.persona.subject import Motion
from mien.types import Pose

TURN_LIMITS = (15.0, 8.0, 10.0)
"""Degrees of yaw, pitch and roll beside the photo's pose: beyond, it would show what it hides."""
_BLINK = AU_INDEX["AU45"]


@dataclasses.dataclass(frozen=True)
class Transfer:
    """How a driver is followed.

    strength  factor on expressions; head and gaze: on the turns of head and eyes, 0 to keep the
              photo's
    absolute  take the driver's expressions as they are, whatever the photo shows
    limits    degrees of yaw, pitch and roll beside the subject's own that a turn never reaches
    """

    strength: float = 1.0
    head: float = 1.0
    gaze: float = 1.0
    absolute: bool = False
    limits: tuple[float, float, float] = TURN_LIMITS


def retarget(rest: Motion, driver: Driver, transfer: Transfer = Transfer()) -> list[Motion]:
    """The motions of a subject that shows `rest`, one per frame of the driver."""
    still = driver.rest()
    return [follow(rest, still, driver.motion(k), transfer) for k in range(len(driver))]


def follow(rest: Motion, still: Motion, now: Motion, transfer: Transfer) -> Motion:
    """One frame: `now` beside the driver's `still` carried over to the subject's `rest`."""
    if transfer.absolute:
        aus = now.aus * transfer.strength
    else:
        aus = rest.aus + (now.aus - still.aus) * transfer.strength
        # A blink is a blink, however far open the eyes are at rest.
        aus[_BLINK] = max(rest.aus[_BLINK], now.aus[_BLINK])
    return Motion(
        aus=np.clip(aus, 0.0, AU_LIMIT),
        pose=_turned(rest.pose, np.subtract(now.pose.as_tuple(), still.pose.as_tuple()), transfer),
        gaze=_looking(rest.gaze, np.subtract(now.gaze, still.gaze), transfer),
    )


def _turned(rest: Pose, change: NDArray[np.float64], transfer: Transfer) -> Pose:
    limits = np.array(transfer.limits)
    held = limits * np.tanh(change * transfer.head / limits)
    yaw, pitch, roll = (float(v) for v in np.array(rest.as_tuple()) + held)
    return Pose(yaw, pitch, roll)


def _looking(
    rest: tuple[float, float], change: NDArray[np.float64], transfer: Transfer
) -> tuple[float, float]:
    right, up = np.clip(np.array(rest) + change * transfer.gaze, -1.0, 1.0)
    return float(right), float(up)


def changed(rest: Motion, values: dict[str, float], *, exact: bool = False) -> Motion:
    """`rest` with Action Units by name, 0 to 1.

    exact  set them to the values. Otherwise a face that already shows an AU shows it more: it
           gets the value or 0.4 of it beside what it has, whichever is more; a negative value
           takes away.
    """
    aus = rest.aus.copy()
    for name, value in values.items():
        place = AU_INDEX[name]
        before = float(rest.aus[place])
        if exact:
            aus[place] = max(value, 0.0)
        elif value < 0:
            aus[place] = max(before + value, 0.0)
        else:
            aus[place] = max(before, value, min(before + 0.4 * value, AU_LIMIT))
    return dataclasses.replace(rest, aus=np.clip(aus, 0.0, AU_LIMIT))


def turned(rest: Motion, *, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> Motion:
    """`rest` with the head turned by some degrees."""
    pose = rest.pose
    return dataclasses.replace(
        rest, pose=Pose(pose.yaw + yaw, pose.pitch + pitch, pose.roll + roll)
    )
