"""A camera that other programs can choose, fed with our pictures: pyvirtualcam, where it is."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from mien.errors import MissingExtraError, OutputError
from mien.io.names import terminal_safe
from mien.messages import text
from mien.types import Image

_PACKAGE = "pyvirtualcam"


class VirtualCamera:
    """Shows frames of one size as a camera of this machine.

    width, height  pixels; fps: what is told to those who look
    """

    def __init__(self, width: int, height: int, fps: float) -> None:
        """Raises MissingExtraError without the package, OutputError without its driver."""
        try:
            package: Any = importlib.import_module(_PACKAGE)
        except ImportError as problem:
            raise MissingExtraError(text("io.virtual.missing")) from problem
        try:
            self._camera = package.Camera(width=width, height=height, fps=fps)
        except Exception as problem:  # its back ends fail in ways of their own
            told = (str(problem).strip() or type(problem).__name__).splitlines()
            reason = terminal_safe(told[0][:120])
            raise OutputError(text("io.virtual.driver", reason=reason)) from problem

    def send(self, picture: Image) -> None:
        """Show one picture (height, width, 3) RGB uint8."""
        self._camera.send(np.ascontiguousarray(picture))

    def close(self) -> None:
        """Give the camera back."""
        self._camera.close()
