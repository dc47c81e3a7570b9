"""What a live frame shows, at once: points, irises, skin, and, where asked, Action Units.

The first second tells what rest looks like; `live.LiveTracker` gives motions from the same points.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.face.eye_signals import eye_opening
from mien.face.quick_tracker import Quick, QuickTracker
from mien.face.skin_signals import skin_signals
from mien.face.tracker import Tracked
from mien.persona.live import CALIBRATION, LiveTracker
from mien.persona.person import SKIN_LIMIT
from mien.persona.person_clip import rest_of
from mien.persona.steady import OneEuro, Steadiness
from mien.persona.stream import Watch
from mien.persona.subject import Motion
from mien.persona.track import Seen, measure
from mien.types import Image, Landmarks

FloatArray = NDArray[np.float64]

_FACE = 100.0
"""Units between the outer corners of the eyes in which points are smoothed."""
_POINTS = Steadiness(cutoff=4.0, beta=0.4)
_PUPILS = Steadiness(cutoff=3.0, beta=8.0)
_LEAST = 5
_USUAL_SPREAD = 0.2
"""Standard deviation of skin signals as a share of what they are at rest, about so."""
_IDENTIFY_EVERY = 5
_CONFIDENT = 0.9


@dataclasses.dataclass(frozen=True, eq=False)
class LiveSigns:
    """What one frame shows beside what the face at rest does.

    landmarks   (68, 2) pixels, smoothed
    look        (2,) how far the pupils lie from where they rest, in eye widths
    skin        (2,) about how much more brows and forehead are folded, in deviations
    """

    landmarks: Landmarks
    look: FloatArray
    skin: FloatArray


class LiveFace:
    """Follows the largest face before a camera; feed it frame after frame.

    calibrate  seconds of a face at rest that are looked at first
    motions    also solve every frame for Action Units, turns and gaze: `motion`, 4 ms more
    half       bfloat16 inside the landmark network
    """

    def __init__(
        self, *, calibrate: float = CALIBRATION, motions: bool = False, half: bool = False
    ) -> None:
        self._quick = QuickTracker(half=half)
        self._calibrate = calibrate
        self._filters = (OneEuro(_POINTS), OneEuro(_PUPILS))
        self._tracker = LiveTracker(calibrate=calibrate) if motions else None
        self._first: list[tuple[Landmarks, FloatArray, FloatArray]] = []
        self._began = self._before = 0.0
        self._pupils, self._folds = np.zeros(2), np.ones(2)
        self.rest: Landmarks | None = None
        self.motion: Motion | None = None
        self.still = Motion(np.zeros(22))

    @property
    def calibrated(self) -> bool:
        """Whether it is known what rest looks like."""
        return self.rest is not None

    def __call__(self, frame: Image, seconds: float, watch: Watch) -> LiveSigns | None:
        """The signs of a frame (h, w, 3); None without a face, and until rest is known."""
        with watch.stage("face"):
            quick = self._quick(frame)
        if quick is None:
            return None
        with watch.stage("signs"):
            step, self._before = seconds - self._before, seconds
            points, pupils = self._smoothed(quick, step)
            skin = skin_signals(frame, points)
            if self.rest is None:
                self._learn(seconds, (points, pupils, skin))
        if self._tracker is not None:
            with watch.stage("solve"):
                self._solve(frame, quick, seconds)
        if self.rest is None:
            return None
        folds = (skin - self._folds) / (_USUAL_SPREAD * np.maximum(self._folds, 1e-3))
        return LiveSigns(points, pupils - self._pupils, np.clip(folds, -SKIN_LIMIT, SKIN_LIMIT))

    def _smoothed(self, quick: Quick, step: float) -> tuple[Landmarks, FloatArray]:
        if quick.detected:  # found somewhere else: nothing to be smooth with
            self._filters = (OneEuro(_POINTS), OneEuro(_PUPILS))
        wide = float(np.hypot(*(quick.landmarks[45] - quick.landmarks[36])))
        unit = _FACE / max(wide, 1e-6)
        points, pupils = self._filters
        # The unit changes with the face's size, so positions are smoothed in pixels of now.
        return points(quick.landmarks * unit, step) / unit, pupils(quick.pupils, step)

    def _learn(self, seconds: float, seen: tuple[Landmarks, FloatArray, FloatArray]) -> None:
        if not self._first:
            self._began = seconds
        self._first.append(seen)
        if len(self._first) < _LEAST or seconds - self._began < self._calibrate:
            return
        points = np.stack([one[0] for one in self._first])
        self.rest = points[rest_of(points)]
        self._pupils = np.median([one[1] for one in self._first], axis=0)
        self._folds = np.median([one[2] for one in self._first], axis=0)
        self._first = []

    def _solve(self, frame: Image, quick: Quick, seconds: float) -> None:
        tracker = self._tracker
        assert tracker is not None
        points = quick.landmarks
        if tracker.calibrated:
            empty = np.zeros(0, np.float32)
            seen = Seen(points, _CONFIDENT, eye_opening(points), quick.pupils, empty)
        else:
            identify = len(self._first) % _IDENTIFY_EVERY == 1
            seen = measure(frame, Tracked(points, _CONFIDENT, quick.detected), identify=identify)
            seen = dataclasses.replace(seen, pupils=quick.pupils)
        told = tracker.feed(seen, seconds)
        if told is None:
            return
        if self.motion is None:
            self.still = tracker.rest()
        self.motion = told.motion
        del tracker.frames[:-1]  # a stream has no end; what rest is was taken already
