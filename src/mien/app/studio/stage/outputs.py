"""Where what a panel shows goes beside the page: a virtual camera, and VMC packets to this machine.

Whatever moves the face (sliders, a webcam, a clip, another program), what is shown goes out.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from mien.errors import MienError, OptionError
from mien.face import affine
from mien.io.udp import LOCAL
from mien.io.virtual_camera import VirtualCamera
from mien.messages import text
from mien.persona.subject import Motion
from mien.persona.vmc import VmcSender
from mien.types import Image

SIDE = 512
"""Pixels a side of the virtual camera's picture."""
_FPS = 30.0


class Outputs:
    """What one page sends to other programs."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._sender: VmcSender | None = None
        self._port = 0
        self._camera: VirtualCamera | None = None

    @property
    def open(self) -> bool:
        """Whether anything is still held that a page may want to close."""
        return self._sender is not None or self._camera is not None

    def send(self, asked: Any, picture: Image, motion: Motion) -> str:
        """Sends a picture (h, w, 3) and what its face does to where the page asks for.

        asked  {"vmc": a port of this machine or 0, "camera": whether to be a camera}

        Gives a line for the user where that cannot be done, else "".
        """
        wanted = asked if isinstance(asked, dict) else {}
        try:
            self._send_motion(_port(wanted), motion)
            self._send_picture(bool(wanted.get("camera")), picture)
        except MienError as error:
            return str(error)
        return ""

    def close(self) -> None:
        """Gives sockets and cameras back."""
        self._send_picture(False, None)
        self._send_motion(0, None)

    def _send_motion(self, port: int, motion: Motion | None) -> None:
        if port != self._port and self._sender is not None:
            self._sender.close()
            self._sender = None
        self._port = port
        if not port or motion is None:
            return
        if self._sender is None:
            # This machine alone: a page must not send to anybody else.
            self._sender = VmcSender(LOCAL, port)
        self._sender.send(motion, time.monotonic() - self._begun)

    def _send_picture(self, wanted: bool, picture: Image | None) -> None:
        if not wanted and self._camera is not None:
            self._camera.close()
            self._camera = None
        if not wanted or picture is None:
            return
        if self._camera is None:
            self._camera = VirtualCamera(SIDE, SIDE, _FPS)
        self._camera.send(squared(picture))


def squared(picture: Image) -> Image:
    """The picture's middle square with `SIDE` pixels a side."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return affine.resize(picture[top : top + side, left : left + side], (SIDE, SIDE))


def _port(wanted: Mapping[str, Any]) -> int:
    port = wanted.get("vmc", 0)
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
        line = {"name": "VMC", "value": str(port)[:40], "wanted": "1 … 65535"}
        raise OptionError(text("studio.live.value", **line))
    return port
