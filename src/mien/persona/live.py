"""A face as it moves before a camera: every frame told at once, from it and those before it.

The first second shows who it is and what rest looks like; from then on every frame is solved from
the last one and smoothed forwards only. No frame waits for a later one, so a live picture can
follow. `track` looks at the whole of a clip and is steadier.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections import deque
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.face.landmarks import Landmarker
from mien.face.tracker import FaceTracker
from mien.head.schema import AU_INDEX
from mien.messages import text
from mien.persona.driver import Driver
from mien.persona.motion_fit import Frame, KnownHead, solve_frame
from mien.persona.motion_reader import Rest, motion_reader, read_motion
from mien.persona.steady import OneEuro, Steadiness
from mien.persona.subject import Motion
from mien.persona.track import (
    GAZE_STEP,
    MAX_GAP,
    Seen,
    blinks,
    measure,
    rested_head,
    resting_frames,
    solve_all,
)
from mien.types import Image, Pose

FloatArray = NDArray[np.float64]

WEBCAM = "webcam"
"""What is written for a camera where a clip could be named."""
CALIBRATION = 1.0
"""Seconds of a face that tell who it is and what rest looks like."""
_LEAST_FRAMES = 5
_IDENTIFY_EVERY = 5
_USUAL = 150  # last frames against which a blink is measured
# Looser than for clips: a filter that runs forwards only lags by what it smooths.
_SMOOTH = {
    "aus": Steadiness(cutoff=6.0, beta=10.0),
    "pose": Steadiness(cutoff=4.0, beta=0.3),
    "gaze": Steadiness(cutoff=4.0, beta=4.0),
}
_BLINK = AU_INDEX["AU45"]


@dataclasses.dataclass(frozen=True, eq=False)
class LiveFrame:
    """One frame of a live face.

    time        seconds since the first frame
    motion      expression, pose and gaze; as `Driver` has them
    confidence  0 where no face was found
    landmarks   (68, 2) pixels: the last ones known
    """

    time: float
    motion: Motion
    confidence: float
    landmarks: NDArray[np.float64]


class LiveTracker:
    """Follows the largest face before a camera; feed it frame after frame.

    calibrate  seconds of a face, as far as possible at rest, that are looked at first
    """

    def __init__(
        self, landmarker: Landmarker | None = None, *, calibrate: float = CALIBRATION
    ) -> None:
        self._tracker = FaceTracker(landmarker)
        self._calibrate = calibrate
        self._count = 0
        self._known: list[tuple[float, Seen]] = []
        self._person: _Person | None = None
        self.frames: list[LiveFrame] = []
        self.neutral: tuple[int, ...] = ()

    @property
    def calibrated(self) -> bool:
        """Whether rest is known; before, no motion is told."""
        return self._person is not None

    def __call__(self, frame: Image, time: float) -> LiveFrame | None:
        """The motion that a frame (h, w, 3) uint8 shows; None until the face is known."""
        found = self._tracker(frame)
        identify = not self.calibrated and len(self._known) % _IDENTIFY_EVERY == 0
        seen = None if found is None else measure(frame, found, identify=identify)
        return self.feed(seen, time)

    def feed(self, seen: Seen | None, time: float) -> LiveFrame | None:
        """As calling it, with a frame that has been measured; None for one without a face.

        time  seconds, more than at the last call
        """
        self._count += 1
        if self._person is None:
            if seen is not None:
                self._known.append((time, seen))
            if not self._has_seen_enough():
                return None
            self.settle()
            return self.frames[-1]
        self.frames.append(self._person.follow(seen, time))
        return self.frames[-1]

    def settle(self) -> None:
        """Take what was seen until now for the face and its rest, and solve those frames.

        Raises InputError where no frame shows a face.
        """
        if not self._known:
            raise InputError(text("motion.clip.no_face", frames=self._count))
        self._person, self.neutral = _meet([seen for _, seen in self._known])
        self.frames = [self._person.follow(seen, time) for time, seen in self._known]

    def driver(self) -> Driver:
        """All frames since the first face. Raises InputError where there was none."""
        if self._person is None:
            self.settle()
        motions = [one.motion for one in self.frames]
        return Driver(
            times=np.array([one.time for one in self.frames]),
            aus=np.stack([one.aus for one in motions]),
            pose=np.array([one.pose.as_tuple() for one in motions]),
            gaze=np.array([one.gaze for one in motions]),
            confidence=np.array([one.confidence for one in self.frames]),
            landmarks=np.stack([one.landmarks for one in self.frames]),
            neutral=self.neutral,
        )

    def rest(self) -> Motion:
        """The face at rest, as `Driver.rest`, from the calibration alone."""
        motions = [self.frames[k].motion for k in self.neutral]
        yaw, pitch, roll = np.median([one.pose.as_tuple() for one in motions], axis=0)
        aus = np.median([one.aus for one in motions], axis=0)
        return Motion(aus, Pose(float(yaw), float(pitch), float(roll)))

    def _has_seen_enough(self) -> bool:
        if len(self._known) < _LEAST_FRAMES:
            return False
        return self._known[-1][0] - self._known[0][0] >= self._calibrate


def _meet(faces: list[Seen]) -> tuple[_Person, tuple[int, ...]]:
    """Who these frames show, and which of them show the face at rest."""
    resting = resting_frames(faces)
    head = rested_head(faces, resting)
    seen = [faces[k] for k in resting]
    rest = Rest.of([one.landmarks for one in seen], solve_all(head, seen))
    offsets = [one.pupils for one in faces if one.pupils is not None]
    ahead = np.median(offsets, axis=0) if offsets else np.zeros(2)
    openings = [one.opening for one in faces]
    return _Person(head, rest, ahead, openings), tuple(sorted(resting))


class _Person:
    """A known face, followed frame by frame."""

    def __init__(
        self, head: KnownHead, rest: Rest, ahead: FloatArray, openings: list[float]
    ) -> None:
        self._head = head
        self._rest = rest
        self._ahead = ahead
        self._openings = deque(openings, maxlen=_USUAL)
        self._filters = {name: OneEuro(how) for name, how in _SMOOTH.items()}
        self._solved: Frame | None = None
        self._gaze = np.zeros(2)
        self._last: LiveFrame | None = None
        self._seen_at = 0.0

    def follow(self, seen: Seen | None, time: float) -> LiveFrame:
        """The motion of the next frame."""
        if seen is None:
            self._last = self._without_face(time)
            return self._last
        self._solved = solve_frame(self._head, seen.landmarks, self._solved)
        self._openings.append(seen.opening)
        if seen.pupils is not None:
            self._gaze = np.clip((seen.pupils - self._ahead) / GAZE_STEP, -1.5, 1.5)
        aus = read_motion(motion_reader(), self._rest, [seen.landmarks], [self._solved])[0]
        motion = self._smoothed(aus, self._solved.pose, time)
        # A blink is over before a filter has noticed it.
        motion.aus[_BLINK] = blinks(np.array(self._openings))[-1]
        self._seen_at = time
        self._last = LiveFrame(time, motion, seen.confidence, seen.landmarks)
        return self._last

    def _smoothed(self, aus: FloatArray, pose: FloatArray, time: float) -> Motion:
        step = time - self._last.time if self._last is not None else 0.0
        values = {"aus": aus, "pose": pose, "gaze": self._gaze}
        even = {name: filter_(values[name], step) for name, filter_ in self._filters.items()}
        yaw, pitch, roll = (float(value) for value in even["pose"])
        right, up = (float(value) for value in even["gaze"])
        return Motion(np.clip(even["aus"], 0.0, 1.1), Pose(yaw, pitch, roll), (right, up))

    def _without_face(self, time: float) -> LiveFrame:
        """The last motion for a moment, then rest, to which the filters ease."""
        assert self._last is not None
        motion = self._last.motion
        if time - self._seen_at > MAX_GAP:
            self._gaze = np.zeros(2)
            motion = self._smoothed(
                np.zeros_like(motion.aus), np.array(motion.pose.as_tuple()), time
            )
        return LiveFrame(time, motion, 0.0, self._last.landmarks)


def follow_camera(
    frames: Iterable[tuple[float, Image]],
    *,
    limit: int | None = None,
    landmarker: Landmarker | None = None,
    progress: Callable[[int, bool], None] | None = None,
    each: Callable[[LiveFrame, Motion], None] | None = None,
) -> Driver:
    """The driver of the largest face before a camera, until `limit` frames or Ctrl-C.

    frames    seconds and picture (h, w, 3) uint8, one after the other
    progress  told the number of frames done, and whether the face is known yet
    each      given every frame at once, and the face's rest

    Raises InputError where no frame shows a face.
    """
    tracker = LiveTracker(landmarker)
    with contextlib.suppress(KeyboardInterrupt):  # how a live clip ends
        for count, (time, frame) in enumerate(itertools.islice(frames, limit)):
            told = tracker(frame, time)
            if each is not None and told is not None:
                each(told, tracker.rest())
            if progress is not None:
                progress(count + 1, tracker.calibrated)
    return tracker.driver()
