"""Action Units of a face that is known at rest: what Gauss-Newton answers, put right.

Gauss-Newton (`motion_fit`) explains landmarks by a linear head and a prior. It cannot know that a
detector's noise looks like a lid that tightens, or that parted lips are rarely AU16 alone. A small
perceptron that was taught on the head's own clips does (`analysers.motion`): it sees the answer,
the pose, and where the landmarks have gone from rest.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.errors import WeightsError
from mien.io.weights import load_weights
from mien.messages import text
from mien.persona.gauss_newton import eye_shape
from mien.persona.motion_fit import Frame
from mien.persona.perceptron import Perceptron, perceptron_of
from mien.types import AU_NAMES, Landmarks

FloatArray = NDArray[np.float64]

JOB = "analyser.motion"
WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "motion.safetensors"
INPUT_SIZE = 136 + 136 + 3 + 3 + len(AU_NAMES)
"""Landmarks less those at rest, those at rest, both in the eye frame; the turn beside the one at
rest, the turn at rest, degrees; Gauss-Newton's Action Units."""
BELIEF = 0.75
"""Share of the perceptron's answer in what is told; the rest is Gauss-Newton's.

On drawn clips all of it is best; a real one (frames 1-56 of talking_man_128, OpenFace's curves)
agrees better with a mixture.
"""


@dataclasses.dataclass(frozen=True, eq=False)
class Rest:
    """A face at rest.

    shape  (68, 2) landmarks in the eye frame
    pose   (3,) yaw, pitch, roll in degrees
    """

    shape: FloatArray
    pose: FloatArray

    @staticmethod
    def of(landmarks: Sequence[Landmarks], solved: Sequence[Frame]) -> Rest:
        """The median of frames (n >= 1) that show the face at rest."""
        shapes = np.stack([eye_shape(points) for points in landmarks])
        poses = np.stack([one.pose for one in solved])
        return Rest(np.median(shapes, axis=0), np.median(poses, axis=0))


def features(rest: Rest, landmarks: Landmarks, solved: Frame) -> FloatArray:
    """(INPUT_SIZE,) what the perceptron sees of a frame."""
    moved = (eye_shape(landmarks) - rest.shape).ravel()
    turned = solved.pose - rest.pose
    return np.concatenate([moved, rest.shape.ravel(), turned, rest.pose, solved.aus])


def read_motion(
    net: Perceptron, rest: Rest, landmarks: Sequence[Landmarks], solved: Sequence[Frame]
) -> FloatArray:
    """(n, 22) Action Units beside rest, 0 to 1.1, of solved frames."""
    rows = [features(rest, points, one) for points, one in zip(landmarks, solved, strict=True)]
    answers = np.stack([one.aus for one in solved])
    return np.clip(BELIEF * net(np.stack(rows)) + (1 - BELIEF) * answers, 0.0, 1.1)


def read_reader(path: Path = WEIGHTS) -> Perceptron:
    """The reader of a weight file.

    Raises WeightsError for a file that is missing, damaged, or of another size.
    """
    weights = load_weights(path, expected_job=JOB)
    try:
        net = perceptron_of(weights.tensors)
        sizes = [(bias.shape, weight.shape) for weight, bias in net.layers]
        right = sizes[0][1][1] == INPUT_SIZE and sizes[-1][0] == (len(AU_NAMES),)
    except (KeyError, IndexError) as missing:
        raise WeightsError(text("face.network_differs", layer=str(missing))) from missing
    if not right:
        raise WeightsError(text("face.network_differs", layer=str(sizes)))
    return net


@functools.cache
def motion_reader() -> Perceptron:
    """The shipped one, loaded once."""
    return read_reader()
