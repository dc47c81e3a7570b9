"""Cameras: the newest frame, whenever one is asked for.

A camera does not wait: whoever is slower than it would see ever older frames. So a thread reads all
of them and keeps the last.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

import cv2
import numpy as np

from mien.errors import InputError
from mien.messages import text
from mien.types import Image

_PATIENCE = 5.0  # seconds without a frame after which a camera is given up


class Capture(Protocol):
    """What gives frames: `cv2.VideoCapture`, or a test's own."""

    def isOpened(self) -> bool:
        """Whether there is such a camera."""
        ...

    def read(self) -> tuple[bool, object]:
        """Whether there was one, and the next frame (h, w, 3) uint8, blue first."""
        ...

    def release(self) -> None:
        """Give the camera back."""
        ...


def _quiet_capture(number: int) -> Capture:
    """OpenCV's camera; it would write its own lines to the terminal where there is none."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        return cv2.VideoCapture(number)
    finally:
        cv2.utils.logging.setLogLevel(level)


@contextlib.contextmanager
def open_camera(
    number: int = 0,
    *,
    capture: Callable[[int], Capture] = _quiet_capture,
    patience: float = _PATIENCE,
) -> Iterator[Iterator[tuple[float, Image]]]:
    """The frames of camera `number`, from 0: seconds since the first, and (h, w, 3) RGB uint8.

    patience  seconds without a frame after which the camera is given up

    Every frame is at most as old as the time it was waited for; those in between are dropped. The
    camera is given back at the end of the block. Raises InputError where there is no such camera,
    or where it gives no frames.
    """
    opened = capture(number)
    if not opened.isOpened():
        opened.release()
        raise InputError(text("motion.camera.none", number=number))
    newest = _Newest()
    reader = threading.Thread(target=newest.read_from, args=(opened,), daemon=True)
    reader.start()
    try:
        yield _frames(newest, number, patience)
    finally:
        newest.stopped.set()
        reader.join(patience)
        opened.release()


class _Newest:
    """A place for one frame, filled by one thread and emptied by another."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self._changed = threading.Condition()
        self._frame: tuple[float, Image] | None = None
        self._ended = False

    def read_from(self, opened: Capture) -> None:
        """Keep the newest frame until told to stop, or until there are no more."""
        while not self.stopped.is_set():
            was_read, pixels = opened.read()
            with self._changed:
                if was_read:
                    rgb = np.ascontiguousarray(np.asarray(pixels, np.uint8)[..., ::-1])
                    self._frame = (time.monotonic(), rgb)
                self._ended = not was_read
                self._changed.notify()
            if not was_read:
                return

    def take(self, patience: float) -> tuple[float, Image] | None:
        """The newest frame not taken yet; None where the camera has ended or says nothing."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._ended, patience)
            frame, self._frame = self._frame, None
        return frame


def _frames(newest: _Newest, number: int, patience: float) -> Iterator[tuple[float, Image]]:
    first: float | None = None
    while (frame := newest.take(patience)) is not None:
        when, pixels = frame
        first = when if first is None else first
        yield when - first, pixels
    if first is None:
        raise InputError(text("motion.camera.silent", number=number))
