"""What can be asked with a camera: for every frame, the values that follow the face before it.

Nothing is drawn here: the page asks for the picture of the values as for that of any others, in
another process, which draws one picture while this one looks at the next frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mien.app.studio.stage.frames import Header
from mien.app.studio.stage.photo import au_values, motion_of
from mien.app.studio.stage.values import Values, checked
from mien.errors import OptionError
from mien.io.image import decode_image
from mien.io.limits import ImageLimits
from mien.messages import text
from mien.persona.live import LiveFrame, LiveTracker
from mien.persona.perform import FREELY
from mien.persona.retarget import TURN_LIMITS, Transfer, follow
from mien.persona.subject import Motion
from mien.types import AU_NAMES

LIMITS = ImageLimits(max_bytes=2 << 20, max_pixels=1280 * 960)
_FORGET = 2000
"""Frames after which what was told is forgotten: a camera may run for hours."""
Answer = tuple[Header, bytes]


class Camera:
    """A camera of a page: who is before it, and what that face does."""

    def __init__(self) -> None:
        self._tracker: LiveTracker | None = None
        self._last = -1.0
        self._rest: Motion | None = None

    def rest(self) -> Answer:
        """Looks again who is there, and what rest looks like."""
        self._tracker, self._rest, self._last = None, None, -1.0
        return {}, b""

    def follow(self, header: Mapping[str, Any], payload: bytes) -> Answer:
        """The values that make a head, or a photo, do what a frame of the camera shows.

        header  "time": seconds; "by": "photo" or "head"; "rest": the values that the photo shows;
                "strength" and "turn": factors on expressions and turns; "mirror"
        """
        strength, turn = _number(header, "strength", 0.0, 2.0), _number(header, "turn", 0.0, 2.0)
        by_photo = header.get("by") == "photo"
        rest = Motion(np.zeros(len(AU_NAMES)))
        if by_photo:
            rest = motion_of(checked(header.get("rest"), "photo"), rest)
        image, _ = decode_image(payload, name="webcam", limits=LIMITS)
        if header.get("mirror"):
            image = np.ascontiguousarray(image[:, ::-1])
        seen = self._see(image, _number(header, "time", 0.0, 1e9))
        if seen is None or self._rest is None:
            return {"waiting": "rest"}, b""
        if not seen.confidence:
            return {"waiting": "face"}, b""
        limits = TURN_LIMITS if by_photo else FREELY.limits
        transfer = Transfer(strength=strength, head=turn, limits=limits)
        return {"values": _values(follow(rest, self._rest, seen.motion, transfer))}, b""

    def _see(self, image: Any, time: float) -> LiveFrame | None:
        if self._tracker is None:
            self._tracker = LiveTracker()
        time = max(time, self._last + 1e-3)
        self._last = time
        seen = self._tracker(image, time)
        if seen is not None and self._rest is None:
            self._rest = self._tracker.rest()
        if len(self._tracker.frames) > _FORGET:
            del self._tracker.frames[:-1]
        return seen


def _values(motion: Motion) -> Values:
    """What the controls show of a motion."""
    yaw, pitch, roll = (round(one, 2) for one in motion.pose.as_tuple())
    x, y = (round(float(np.clip(one, -1, 1)), 3) for one in motion.gaze)
    turned: Values = {"scene.yaw": yaw, "scene.pitch": pitch, "scene.roll": roll}
    return {**au_values(motion.aus), **turned, "scene.x": x, "scene.y": y}


def _number(header: Mapping[str, Any], name: str, low: float, high: float) -> float:
    value = header.get(name, 1.0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        wanted = f"{low:g} … {high:g}"
        shown = {"name": name, "value": str(value)[:40], "wanted": wanted}
        raise OptionError(text("studio.live.value", **shown))
    return float(value)
