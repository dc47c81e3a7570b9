"""People who never were: points of the head's landmark model, and pictures painted around them."""

from __future__ import annotations

import functools

import cv2
import numpy as np

from mien.face import affine
from mien.head.schema import AU_INDEX
from mien.persona.driver import Driver
from mien.persona.landmark_model import AU_PART, PARAMETER_COUNT, landmark_model
from mien.persona.person import Person
from mien.persona.person_clip import crop_at, face_place
from mien.types import AU_NAMES, Image, Landmarks


def points(size: float, *, sliders: float = 0.0, yaw: float = 0.0, **aus: float) -> Landmarks:
    """(68, 2) a face in the middle of a picture of so many pixels, its eyes a quarter apart."""
    parameters = np.zeros(PARAMETER_COUNT)
    parameters[:10] = sliders
    for name, value in aus.items():
        parameters[AU_PART][AU_INDEX[name]] = value
    seen = landmark_model().project(parameters, np.array([yaw, 0.0, 0.0]))
    still = landmark_model().project(np.zeros(PARAMETER_COUNT), np.zeros(3))
    return affine.transform(crop_at(*face_place(still), int(size)), seen)


def painted(landmarks: Landmarks, size: int, *, frown: float = 0.0) -> Image:
    """(size, size, 3) a face of a few colours with these points."""
    made = np.full((size, size, 3), (60, 90, 120), np.uint8)
    where = np.rint(landmarks * 16).astype(np.int32)

    def fill(part: slice, colour: tuple[int, int, int]) -> None:
        cv2.fillPoly(made, [cv2.convexHull(where[part])], colour, cv2.LINE_AA, 4)

    fill(slice(0, 27), (220, 170, 140))
    for part in (slice(36, 42), slice(42, 48)):
        fill(part, (250, 250, 250))
    fill(slice(48, 60), (180, 60, 70))
    fill(slice(60, 68), (40, 10, 10))
    if frown:
        x, y = (int(v) for v in landmarks[27])
        made[y - size // 12 : y, x] = int(200 * (1 - frown))
    return made


@functools.cache
def person(count: int = 16, size: int = 32) -> Person:
    """Somebody who opens and closes the mouth, at rest in frame 0."""
    share = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(count) / count)
    landmarks = np.stack([points(size, AU26=0.8 * s, AU25=0.8 * s) for s in share])
    frames = np.stack([painted(one, size) for one in landmarks])
    still = painted(points(64), 64)
    return Person(
        frames=frames,
        landmarks=landmarks,
        pupils=np.stack([0.02 * share, np.zeros(count)], 1),
        skin=np.stack([0.2 + 0.1 * share, np.full(count, 0.3)], 1),
        neutral=0,
        still=still,
        to_crop=np.array([[size / 64, 0.0, 0.0], [0.0, size / 64, 0.0]]),
        fps=25.0,
    )


def driver(count: int = 12, *, with_points: bool = True, sliders: float = 0.6) -> Driver:
    """Somebody of another shape who rests, then opens the mouth and closes the eyes."""
    share = np.clip((np.arange(count) - 2) / (count - 3), 0.0, 1.0)
    aus = np.zeros((count, len(AU_NAMES)))
    aus[:, AU_INDEX["AU26"]] = aus[:, AU_INDEX["AU25"]] = 0.8 * share
    aus[:, AU_INDEX["AU45"]] = share
    told = np.stack(
        [points(200, sliders=sliders, AU26=0.8 * s, AU25=0.8 * s, AU45=s) for s in share]
    )
    return Driver(
        times=np.arange(count) / 25.0,
        aus=aus,
        pose=np.zeros((count, 3)),
        gaze=np.stack([share, np.zeros(count)], 1),
        confidence=np.ones(count),
        landmarks=told + 300.0 if with_points else None,
        neutral=(0, 1),
    )
