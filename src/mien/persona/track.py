"""A clip becomes a driver: who is in it, what rest looks like, and then every frame.

frames -> landmarks, lids, pupils (one pass, the face detected only where it is lost)
       -> identity from a dozen frames -> expression and pose of each frame
       -> rest -> what the person has at rest is taken off the shape -> solved again
       -> put right by what the head taught -> smoothed, but for blinks
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.face.align import align_dlib, crop, five_points
from mien.face.eye_signals import eye_opening, pupil_offset
from mien.face.identity import embed
from mien.face.landmarks import Landmarker
from mien.face.tracker import FaceTracker, Tracked, eye_distance
from mien.head.schema import AU_INDEX
from mien.messages import text
from mien.persona.driver import Driver
from mien.persona.gauss_newton import eye_shape
from mien.persona.motion_fit import (
    Frame,
    KnownHead,
    identity_of,
    known_head,
    solve_frame,
    with_offset,
)
from mien.persona.motion_reader import Rest, motion_reader, read_motion
from mien.persona.steady import Steadiness, steady, without_spikes
from mien.persona.translator import translator
from mien.types import AU_NAMES, Image, Landmarks

FloatArray = NDArray[np.float64]

IDENTITY_FRAMES = 12
MAX_GAP = 0.5
"""Seconds without a face that are bridged; longer ones show the face at rest."""
CLOSED, OPEN_SHARE = 0.14, 0.68
"""Opening of closed eyes, and the share of the usual opening from which on they are closing."""
GAZE_STEP = np.array([0.227, 0.165])
"""Eye widths that the pupil moves for a gaze of 1."""
_RESTING = 0.03  # share of the frames that are taken for rest
_PARTED_COST = 25.0  # of lips parted by one eye distance, against the usual difference of shapes
_SMOOTH = {
    "aus": Steadiness(cutoff=4.0, beta=6.0),
    "pose": Steadiness(cutoff=2.0, beta=0.15),
    "gaze": Steadiness(cutoff=2.5, beta=2.0),
}
_BLINK = AU_INDEX["AU45"]


@dataclasses.dataclass(frozen=True, eq=False)
class Seen:
    """One frame, measured.

    landmarks  (68, 2) pixels; opening of the eyes; pupils (2,) or None where they cannot be told
    descriptor (128,) identity, empty but in some frames; biometric, never stored
    """

    landmarks: Landmarks
    confidence: float
    opening: float
    pupils: FloatArray | None
    descriptor: NDArray[np.float32]


def track_clip(
    frames: Iterable[Image],
    *,
    fps: float,
    expected: int = 0,
    landmarker: Landmarker | None = None,
    progress: Callable[[int], None] | None = None,
) -> Driver:
    """The driver of the largest face of a clip.

    frames    (h, w, 3) uint8, taken one at a time
    expected  how many frames there will be, 0 if unknown: it spreads the identity's frames
    progress  told the number of frames done

    Raises InputError where no frame shows a face.
    """
    tracker = FaceTracker(landmarker)
    every = max(1, expected // IDENTITY_FRAMES) if expected else 15
    seen: list[Seen | None] = []
    for count, frame in enumerate(frames):
        found = tracker(frame)
        seen.append(None if found is None else measure(frame, found, identify=count % every == 0))
        if progress is not None:
            progress(count + 1)
    if not any(seen):
        raise InputError(text("motion.clip.no_face", frames=len(seen)))
    return driver_of_frames(seen, fps=fps)


def measure(frame: Image, found: Tracked, *, identify: bool) -> Seen:
    """What one frame tells; `identify` adds the identity descriptor (8 ms)."""
    points = found.landmarks
    descriptor = np.zeros(0, np.float32)
    if identify:
        descriptor = embed([crop(frame, align_dlib(five_points(points)))])[0]
    return Seen(
        landmarks=points,
        confidence=found.confidence,
        opening=eye_opening(points),
        pupils=pupil_offset(frame, points),
        descriptor=descriptor,
    )


def driver_of_frames(seen: Sequence[Seen | None], *, fps: float, raw: bool = False) -> Driver:
    """The driver of measured frames; None stands for a frame without a face.

    raw  leaves the Action Units as every frame tells them, to see what smoothing is worth
    """
    known = [(k, one) for k, one in enumerate(seen) if one is not None]
    places = np.array([k for k, _ in known])
    faces = [one for _, one in known]
    resting = resting_frames(faces)
    head = rested_head(faces, resting)
    solved = solve_all(head, faces)
    rest = Rest.of([faces[k].landmarks for k in resting], [solved[k] for k in resting])
    aus = read_motion(motion_reader(), rest, [one.landmarks for one in faces], solved)
    aus[:, _BLINK] = blinks(np.array([one.opening for one in faces]))
    times = places / fps
    pose = steady(np.stack([one.pose for one in solved]), times, _SMOOTH["pose"])
    gaze = steady(_gaze(faces), times, _SMOOTH["gaze"])
    smooth = aus if raw else _smoothed(aus, times)
    whole = Driver(
        times=times,
        aus=np.clip(smooth, 0.0, 1.1),
        pose=pose,
        gaze=np.clip(gaze, -1.5, 1.5),
        confidence=np.array([one.confidence for one in faces]),
        landmarks=np.stack([one.landmarks for one in faces]),
        neutral=tuple(sorted(resting)),
    )
    return _bridged(whole, places, len(seen), fps)


def _smoothed(aus: FloatArray, times: FloatArray) -> FloatArray:
    """Action Units (n, 22) without jitter; a blink is too quick for the filter."""
    made = steady(aus, times, _SMOOTH["aus"])
    made[:, _BLINK] = without_spikes(aus[:, _BLINK])
    return made


def head_of(faces: list[Seen]) -> KnownHead:
    """The person of the clip, from the frames that were identified."""
    named = [one for one in faces if len(one.descriptor)] or faces[:1]
    best = sorted(named, key=lambda one: -one.confidence)[:IDENTITY_FRAMES]
    parameters = identity_of(
        translator(), [one.landmarks for one in best], [one.descriptor for one in best]
    )
    return known_head(translator(), parameters)


def rested_head(faces: list[Seen], resting: Sequence[int]) -> KnownHead:
    """The person, with what the resting frames show beside the head taken for its shape."""
    head = head_of(faces)
    solved = solve_all(head, faces)
    return with_offset(head, np.stack([solved[k].residual for k in resting]))


def solve_all(head: KnownHead, faces: list[Seen]) -> list[Frame]:
    """Every frame, each from the one before."""
    solved: list[Frame] = []
    for one in faces:
        solved.append(solve_frame(head, one.landmarks, solved[-1] if solved else None))
    return solved


def resting_frames(faces: list[Seen]) -> list[int]:
    """The frames that show the face at rest, the best first.

    Near the usual shape, the mouth as closed as it gets, the eyes open: who talks all the time
    would otherwise rest with parted lips, and who grimaces with closed ones would grimace.
    """
    shapes = np.stack([eye_shape(one.landmarks) for one in faces])
    gaps = np.array([_mouth_gap(one.landmarks) for one in faces])
    openings = np.array([one.opening for one in faces])
    away = np.abs(shapes - np.median(shapes, axis=0)).mean((1, 2))
    parted = np.maximum(gaps - np.percentile(gaps, 5), 0.0)
    cost = away / max(float(np.median(away)), 1e-6) + parted * _PARTED_COST
    cost[openings < OPEN_SHARE * np.median(openings)] = np.inf
    count = max(1, round(_RESTING * len(faces)))
    return [int(k) for k in np.argsort(cost, kind="stable")[:count]]


def _mouth_gap(landmarks: Landmarks) -> float:
    inner = landmarks[60:68]
    return float(np.hypot(*(inner[[5, 6, 7]] - inner[[3, 2, 1]]).T).mean()) / eye_distance(
        landmarks
    )


def blinks(openings: FloatArray) -> FloatArray:
    """(n,) AU45 from the openings (n,) of the eyes, against how far open they usually are."""
    usual = float(np.percentile(openings, 60))
    start = max(OPEN_SHARE * usual, CLOSED + 0.02)
    return np.clip((start - openings) / (start - CLOSED), 0.0, 1.0)


def _gaze(faces: list[Seen]) -> FloatArray:
    """(n, 2) gaze relative to the usual one, which is taken for straight ahead."""
    known = [k for k, one in enumerate(faces) if one.pupils is not None]
    if not known:
        return np.zeros((len(faces), 2))
    offsets = np.array([faces[k].pupils for k in known])
    offsets = (offsets - np.median(offsets, axis=0)) / GAZE_STEP
    return np.stack(
        [np.interp(np.arange(len(faces)), known, offsets[:, axis]) for axis in (0, 1)], 1
    )


def _bridged(raw: Driver, places: NDArray[np.int64], count: int, fps: float) -> Driver:
    """A frame for every frame of the clip: gaps are bridged, long ones rest."""
    if len(places) == count:
        return raw
    every = np.arange(count)
    rest = raw.rest()

    def fill(values: FloatArray, resting: FloatArray) -> FloatArray:
        flat = values.reshape(len(values), -1)
        columns = [np.interp(every, places, column) for column in flat.T]
        filled = np.stack(columns, 1)
        filled[lost] = resting.ravel()
        return filled.reshape(count, *values.shape[1:])

    after = np.searchsorted(places, every)
    left = places[np.clip(after - 1, 0, len(places) - 1)]
    right = places[np.clip(after, 0, len(places) - 1)]
    missing = ~np.isin(every, places)
    inside = (left < every) & (every < right)
    lost = missing & (((right - left) > MAX_GAP * fps) | ~inside)
    confidence = np.zeros(count)
    confidence[places] = raw.confidence
    assert raw.landmarks is not None
    return Driver(
        times=every / fps,
        aus=fill(raw.aus, rest.aus),
        pose=fill(raw.pose, np.array(rest.pose.as_tuple())),
        gaze=fill(raw.gaze, np.array(rest.gaze)),
        confidence=confidence,
        landmarks=fill(raw.landmarks, raw.landmarks[raw.neutral[0]]),
        neutral=tuple(int(places[k]) for k in raw.neutral),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Rested:
    """A person of whom one picture at rest is known: whose head, and what rest looks like."""

    head: KnownHead
    rest: Rest
    opening: float


def rested(landmarks: Landmarks, descriptor: NDArray[np.float32]) -> Rested:
    """Who a picture at rest shows. landmarks (68, 2) of it, descriptor (128,)."""
    seen = Seen(landmarks, 1.0, eye_opening(landmarks), None, descriptor)
    head = rested_head([seen], [0])
    return Rested(head, Rest.of([landmarks], solve_all(head, [seen])), seen.opening)


def expression_beside(known: Rested, landmarks: Landmarks) -> FloatArray:
    """(22,) Action Units of another picture's face (68, 2), beside that person at rest."""
    solved = solve_frame(known.head, landmarks, None)
    aus = read_motion(motion_reader(), known.rest, [landmarks], [solved])[0]
    openings = np.array([eye_opening(landmarks), known.opening, known.opening])
    aus[_BLINK] = float(blinks(openings)[0])
    return aus


def expression_of(landmarks: Landmarks, descriptor: NDArray[np.float32]) -> FloatArray:
    """(22,) Action Units of one photo's face, for which no clip tells what rest looks like."""
    seen = Seen(landmarks, 1.0, eye_opening(landmarks), None, descriptor)
    head = head_of([seen])
    aus = solve_frame(head, landmarks, None).aus
    aus[_BLINK] = float(blinks(np.array([seen.opening, 0.30, 0.30]))[0])
    assert len(aus) == len(AU_NAMES)
    return aus
