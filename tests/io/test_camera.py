from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from mien.errors import InputError
from mien.io.camera import open_camera


class Fake:
    """A camera that gives numbered frames, one every `step` seconds, blue first."""

    def __init__(self, count: int, *, step: float = 0.0, works: bool = True) -> None:
        self.count, self.step, self.works = count, step, works
        self.given, self.released = 0, threading.Event()

    def isOpened(self) -> bool:
        return self.works

    def read(self) -> tuple[bool, object]:
        if self.given >= self.count:
            return False, None
        time.sleep(self.step)
        self.given += 1
        return True, np.full((4, 6, 3), (self.given, 20, 30), np.uint8)

    def release(self) -> None:
        self.released.set()


def test_frames_come_in_colour_order_with_rising_times() -> None:
    camera = Fake(5, step=0.02)
    with open_camera(1, capture=lambda _: camera) as frames:
        taken = list(frames)
    assert 1 <= len(taken) <= 5
    times = [when for when, _ in taken]
    assert times[0] == 0.0
    assert times == sorted(set(times))
    assert taken[-1][1][0, 0].tolist() == [30, 20, 5]
    assert camera.released.is_set()


def test_who_is_slow_gets_the_newest_frame() -> None:
    camera = Fake(40, step=0.005)
    with open_camera(0, capture=lambda _: camera) as frames:
        _, first = next(frames)
        time.sleep(0.1)
        given = camera.given
        _, second = next(frames)
    assert int(second[0, 0, 2]) >= given > int(first[0, 0, 2]) + 3


def test_a_camera_that_is_not_there_is_named() -> None:
    with (
        pytest.raises(InputError, match="webcam 7: no such camera"),
        open_camera(7, capture=lambda _: Fake(0, works=False)),
    ):
        pass


def test_a_camera_without_pictures_is_given_up() -> None:
    camera = Fake(0)
    with (
        pytest.raises(InputError, match="webcam 2: it gives no pictures"),
        open_camera(2, capture=lambda _: camera) as frames,
    ):
        next(frames)
    assert camera.released.is_set()


def test_no_camera_of_this_machine_breaks_the_door() -> None:
    """With or without cameras, a number far too high is refused in one line."""
    with pytest.raises(InputError, match="webcam 63"), open_camera(63):
        pass
