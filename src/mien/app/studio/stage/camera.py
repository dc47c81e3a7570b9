"""What can be asked with a camera: for every frame, the values that follow the face before it.

A drawn head or a photo is drawn in another process, which makes one picture while this one looks
at the next frame: the page asks it for the picture of the values. A learnt person is quick enough
to be shown at once. Another program may look instead, and tell what it sees in packets.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mien import device as devices
from mien.app.studio.stage.frames import Header
from mien.app.studio.stage.head import SHOWN
from mien.app.studio.stage.learnt import Learnt
from mien.app.studio.stage.photo import au_values, motion_of
from mien.app.studio.stage.values import Values, checked
from mien.errors import OptionError
from mien.io.image import decode_image, encode_image
from mien.io.limits import ImageLimits
from mien.messages import text
from mien.persona.live_face import LiveFace, LiveSigns
from mien.persona.perform import FREELY
from mien.persona.retarget import TURN_LIMITS, Transfer, follow
from mien.persona.stream import Watch
from mien.persona.subject import Motion
from mien.persona.vmc import FaceReceiver
from mien.types import AU_NAMES, Image

LIMITS = ImageLimits(max_bytes=2 << 20, max_pixels=1280 * 960)
_PATIENCE = 0.5
"""Seconds to wait for another program's packet."""
Answer = tuple[Header, bytes]


class Camera:
    """A camera of a page: who is before it, and what that face does.

    learnt  the person who does the same, where the page shows one
    shown   the last picture of that person, and what its face does
    """

    def __init__(self) -> None:
        self._face: LiveFace | None = None
        self._heard: FaceReceiver | None = None
        self._last = -1.0
        self.learnt = Learnt()
        self.shown: tuple[Image, Motion] | None = None

    def rest(self) -> Answer:
        """Looks again who is there, and what rest looks like."""
        self.close()
        self._face, self._last = None, -1.0
        return {}, b""

    def close(self) -> None:
        """Gives the port back."""
        if self._heard is not None:
            self._heard.close()
            self._heard = None

    def follow(
        self, header: Mapping[str, Any], payload: bytes, folder: Path | None = None
    ) -> Answer:
        """The values that make a head, or a photo, do what a frame of the camera shows.

        header  "size": width and height, where the payload is RGBA rather than a picture file;
                "time": seconds; "by": "photo", "head" or "person"; "rest": the values that the
                photo shows; "strength" and "turn": factors on expressions and turns; "mirror"
        folder  of the person, whose picture comes instead of values
        """
        by, rest, transfer = _asked(header)
        self.shown = None
        image = _pixels(header, payload)
        if header.get("mirror"):
            image = np.ascontiguousarray(image[:, ::-1])
        signs = self._see(image, _number(header, "time", 0.0, 1e9))
        face = self._face
        if face is None or face.rest is None or face.motion is None:
            return {"waiting": "rest"}, b""
        if signs is None:
            return {"waiting": "face"}, b""
        if by == "person":
            green = bool(header.get("green"))
            picture = self.learnt.follow(folder, face.rest, signs, transfer, green=green)
            still = Motion(np.zeros(len(AU_NAMES)))
            self.shown = (picture, follow(still, face.still, face.motion, transfer))
            return {"picture": True}, encode_image(picture, path=SHOWN, provenance=None)
        return {"values": _values(follow(rest, face.still, face.motion, transfer))}, b""

    def hear(self, header: Mapping[str, Any]) -> Answer:
        """The values that another program's packets ask for: VMC's, or iFacialMocap's.

        header  as for `follow`, and "port": of this machine, where they come

        Raises InputError where the port is taken.
        """
        _, rest, transfer = _asked(header)
        port = int(_number(header, "port", 1, 65535))
        if self._heard is None or self._heard.port != port:
            self.close()
            self._heard = FaceReceiver(port)
        taken = self._heard.take(_PATIENCE)
        if taken is None:
            return {"waiting": "packets"}, b""
        still = Motion(np.zeros(len(AU_NAMES)))
        return {"values": _values(follow(rest, still, taken[1], transfer))}, b""

    def _see(self, image: Image, time: float) -> LiveSigns | None:
        if self._face is None:
            half = devices.knows_bf16(devices.pick("cpu"))
            self._face = LiveFace(motions=True, half=half)
        time = max(time, self._last + 1e-3)
        self._last = time
        return self._face(image, time, Watch())


def _pixels(header: Mapping[str, Any], payload: bytes) -> Image:
    """(h, w, 3) uint8 of a frame; raises OptionError where size and payload do not fit."""
    size = header.get("size")
    if size is None:
        return decode_image(payload, name="webcam", limits=LIMITS)[0]
    match size:
        case [int(width), int(height)] if (
            min(width, height) > 0 and width * height <= LIMITS.max_pixels
        ):
            if len(payload) == 4 * width * height:
                rows = np.frombuffer(payload, np.uint8).reshape(height, width, 4)
                return np.ascontiguousarray(rows[:, :, :3])
    raise OptionError(text("studio.live.frame"))


def _asked(header: Mapping[str, Any]) -> tuple[str, Motion, Transfer]:
    """Who follows, the motion that it shows at rest, and how it follows."""
    strength, turn = _number(header, "strength", 0.0, 2.0), _number(header, "turn", 0.0, 2.0)
    by = str(header.get("by"))
    rest = Motion(np.zeros(len(AU_NAMES)))
    if by == "photo":
        rest = motion_of(checked(header.get("rest"), "photo"), rest)
    limits = FREELY.limits if by == "head" else TURN_LIMITS
    return by, rest, Transfer(strength=strength, head=turn, limits=limits)


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
