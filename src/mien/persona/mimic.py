"""A person's points moved by a driver: what its face does beside its rest, never its shape.

Two ways. Where the driver's own points are known, their differences to its rest are carried over,
scaled feature by feature to the person's sizes, and held within what the person's clip has shown.
Where only Action Units, turns and gaze are known (a table, an expression, blend shapes), the head
that fits the person's rest does them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.head.schema import AU_INDEX
from mien.persona.driver import Driver
from mien.persona.gauss_newton import eye_frame
from mien.persona.motion_fit import Frame, KnownHead, identity_of, known_head, solve_frame
from mien.persona.person import SKIN_LIMIT, Person, Signs, deviations
from mien.persona.retarget import Transfer, follow
from mien.persona.subject import Motion
from mien.persona.track import GAZE_STEP
from mien.persona.translator import translator
from mien.types import Landmarks, Pose

FloatArray = NDArray[np.float64]

_STILL = (27, 28, 29, 30, 31, 33, 35, 36, 39, 42, 45)
"""Points that hardly move with an expression: nose and eye corners."""
_LIDS = ((36, 39, (37, 38, 40, 41)), (42, 45, (43, 44, 46, 47)))
"""Outer and inner corner of an eye, and its lids."""
_SIZE_SHARE = 0.7
"""Of a driver's coming nearer, that is followed."""
_COMPONENTS, _REACH, _REST_SHARE = 16, 2.5, 0.3
"""Directions in which the person's clip moves, the deviations along them that it is held within,
and the share that is kept of what lies in none of them."""
_OPEN = (0.0, 1.45)
"""Of the lids at rest."""
_TURN = (12.0, 8.0)
"""Degrees of yaw and pitch that a flat picture's points are turned by at most."""
_AUS_OF_SKIN = (("AU4", 2.0), ("AU1", 1.5))
"""What Action Units of 1 do to frown and forehead, in deviations."""


@dataclasses.dataclass(frozen=True, eq=False)
class Bounds:
    """What points of a person can do: mean, directions and how far along each of them."""

    mean: FloatArray
    directions: FloatArray
    deviations: FloatArray

    @classmethod
    def of(cls, landmarks: FloatArray) -> Bounds:
        """The bounds of a clip's points (n, 68, 2)."""
        flat = landmarks.reshape(len(landmarks), -1)
        mean = flat.mean(0)
        _, sizes, directions = np.linalg.svd(flat - mean, full_matrices=False)
        kept = min(_COMPONENTS, len(landmarks) - 1)
        return cls(mean, directions[:kept], sizes[:kept] / np.sqrt(len(landmarks)))

    def hold(self, landmarks: Landmarks) -> Landmarks:
        """(68, 2) the nearest points that the person's face can show."""
        apart = landmarks.ravel() - self.mean
        along = self.directions @ apart
        limits = _REACH * self.deviations
        rest = apart - self.directions.T @ along
        held = self.directions.T @ np.clip(along, -limits, limits)
        return (self.mean + held + _REST_SHARE * rest).reshape(68, 2)


class PointMimic:
    """Carries a driver's points (68, 2), any pixels, over to a person's crop.

    rest  the driver's points at rest
    hold  keep within what the person's clip has shown
    """

    def __init__(
        self, person: Person, rest: Landmarks, transfer: Transfer, *, hold: bool = True
    ) -> None:
        self._own, self._rest, self._how = person.landmarks[person.neutral], rest, transfer
        self._scale = feature_scales(self._own, rest)
        self._bounds = Bounds.of(person.landmarks) if hold else None

    def __call__(self, landmarks: Landmarks) -> Landmarks:
        """The person's points for a frame of the driver."""
        still, how = list(_STILL), self._how
        level = affine.similarity(landmarks[still], self._rest[still])
        moved = affine.transform(level, landmarks) - self._rest
        points = self._own + how.strength * moved * self._scale
        points = affine.transform(self._head(level, landmarks), points)
        if self._bounds is not None:
            points = self._bounds.hold(points)
        return with_lids(points, self._own, landmarks, self._rest, how.strength)

    def _head(self, level: affine.Matrix, landmarks: Landmarks) -> affine.Matrix:
        """The driver's turn in the picture, and how far its head moves, in the person's crop."""
        still, how = list(_STILL), self._how
        back = affine.invert(level)
        size = float(np.hypot(*back[:, 0]))
        roll = float(np.degrees(np.arctan2(-back[1, 0], back[0, 0]))) * how.head
        limit = how.limits[2]
        turn = affine.rotation(float(np.clip(roll, -limit, limit)))
        scale = 1.0 + _SIZE_SHARE * how.head * (size - 1.0)
        shift = (landmarks[still].mean(0) - self._rest[still].mean(0)) * self._scale[27] * how.head
        centre = self._own[still].mean(0)
        return affine.about(turn * float(np.clip(scale, 0.8, 1.25)), centre, centre + shift)


def feature_scales(own: Landmarks, rest: Landmarks) -> FloatArray:
    """(68, 2) how much a move of the driver's points is worth on the person's face.

    Across by the width of the face between the eyes, down by its height; lids by the height of the
    eyes, lips by the width of the mouth.
    """
    across = _between(own, 36, 45) / _between(rest, 36, 45)
    down = _between(own, 27, 8) / _between(rest, 27, 8)
    scales = np.tile([across, down], (68, 1))
    scales[36:48, 1] = _lid_height(own) / max(_lid_height(rest), 1e-6)
    scales[48:68, 0] = _between(own, 48, 54) / _between(rest, 48, 54)
    return scales


def _between(points: Landmarks, one: int, other: int) -> float:
    return max(float(np.hypot(*(points[one] - points[other]))), 1e-6)


def _lid_height(points: Landmarks) -> float:
    pairs = ((37, 41), (38, 40), (43, 47), (44, 46))
    return float(np.mean([_between(points, a, b) for a, b in pairs]))


def with_lids(
    points: Landmarks, own: Landmarks, landmarks: Landmarks, rest: Landmarks, strength: float
) -> Landmarks:
    """The points with lids as far open, beside the person's rest, as the driver's beside its own.

    Bounds learnt from a clip without a blink would keep the eyes open.
    """
    made = points.copy()
    for outer, inner, lids in _LIDS:
        share = _opening(landmarks, outer, inner, lids) / max(
            _opening(rest, outer, inner, lids), 1e-6
        )
        share = float(np.clip(1.0 + strength * (share - 1.0), *_OPEN))
        before, after = _eye(own, outer, inner), _eye(points, outer, inner)
        flat = affine.transform(before, own[list(lids)])
        flat[:, 1] *= share
        made[list(lids)] = affine.transform(affine.invert(after), flat)
    return made


def _eye(points: Landmarks, outer: int, inner: int) -> affine.Matrix:
    """(2, 3) pixels to the frame of one eye: its corners at (-.5, 0) and (.5, 0)."""
    one, other = points[outer], points[inner]
    return affine.similarity(np.stack([one, other]), np.array([[-0.5, 0.0], [0.5, 0.0]]))


def _opening(points: Landmarks, outer: int, inner: int, lids: tuple[int, ...]) -> float:
    flat = affine.transform(_eye(points, outer, inner), points[list(lids)])
    return float((flat[2:, 1] - flat[:2, 1]).mean())


class MotionMimic:
    """Does expressions, turns and gaze with the points of a person."""

    def __init__(self, person: Person, transfer: Transfer) -> None:
        self._own, self._how = person.landmarks[person.neutral], transfer
        # Descriptors are not kept, so shape is what the points alone tell.
        parameters = identity_of(translator(), [self._own], [np.zeros(0, np.float32)])
        self._head: KnownHead = known_head(translator(), parameters)
        self._solved: Frame = solve_frame(self._head, self._own, None)
        pose = self._solved.pose
        yaw, pitch, roll = (float(v) for v in pose)
        self.rest = Motion(self._solved.aus, Pose(yaw, pitch, roll))

    def __call__(self, still: Motion, now: Motion) -> Landmarks:
        """The person's points when the driver shows `now`, and `still` at rest."""
        return self.points(follow(self.rest, still, now, self._how))

    def points(self, motion: Motion) -> Landmarks:
        """The person's points in a motion of its own."""
        solved, model = self._solved, self._head.model
        turn = np.subtract(motion.pose.as_tuple(), self.rest.pose.as_tuple())
        yaw, pitch = np.clip(turn[:2], -np.array(_TURN), _TURN)
        before = model.project(solved.aus, np.array([solved.pose[0], solved.pose[1], 0.0]))
        pose = np.array([solved.pose[0] + yaw, solved.pose[1] + pitch, 0.0])
        after = model.project(motion.aus, pose)
        frame = eye_frame(self._own)
        moved = affine.transform(frame, self._own) + solved.scale * (after - before)
        points = affine.transform(affine.invert(frame), moved)
        centre = self._own[27]
        return affine.transform(
            affine.about(affine.rotation(float(turn[2])), centre, centre), points
        )


def person_signs(
    person: Person,
    driver: Driver,
    transfer: Transfer,
    *,
    skin: FloatArray | None = None,
) -> list[Signs]:
    """What the person shall show in every frame of a driver.

    skin  (n, 2) the driver's skin signals, where there are pictures of it

    Points are followed where the driver has them and its rest is known, unless `absolute` asks for
    the expressions as they are: that can only be done with Action Units.
    """
    still, rest = driver.rest(), person.rest
    folds = None
    if skin is not None:
        calm = skin[list(driver.neutral) or slice(None)].mean(0)
        folds = deviations(skin, skin) - deviations(calm, skin)
    moves = _moves(person, driver, transfer)
    made = []
    for k in range(len(driver)):
        now = driver.motion(k)
        look = np.subtract(now.gaze, still.gaze) * GAZE_STEP * transfer.gaze
        folded = folds_of(now, still) if folds is None else transfer.strength * folds[k]
        skin_now = np.clip(rest.skin + folded, -SKIN_LIMIT, SKIN_LIMIT)
        made.append(Signs(moves(k), rest.pupils + look, skin_now))
    return made


def _moves(person: Person, driver: Driver, transfer: Transfer) -> Callable[[int], Landmarks]:
    """The person's points for each frame of a driver, by the better of the two ways."""
    points = driver.landmarks
    if points is not None and driver.neutral and not transfer.absolute:
        mimic = PointMimic(person, points[driver.neutral[0]], transfer)
        return lambda k: mimic(points[k])
    still, does = driver.rest(), MotionMimic(person, transfer)
    return lambda k: does(still, driver.motion(k))


def folds_of(now: Motion, still: Motion) -> FloatArray:
    """(2,) about how Action Units fold brows and forehead, in deviations."""
    return np.array(
        [
            weight * (now.aus[AU_INDEX[name]] - still.aus[AU_INDEX[name]])
            for name, weight in _AUS_OF_SKIN
        ]
    )
