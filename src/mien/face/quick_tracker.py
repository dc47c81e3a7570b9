"""One face before a camera, told in a few milliseconds: one look of the network a frame.

`tracker.FaceTracker` looks four times and is steadier; it suits clips. Here the last points say
where to look, upright, once; now and then the mirrored picture is asked whether it is still a face.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mien.face import affine
from mien.face.detect import DetectorOptions, search
from mien.face.landmark_net import MARGIN, SIDE, HeadLandmarker, LandmarkNet, head_landmarker
from mien.face.landmarks import MIRROR, box_of_points, locate
from mien.face.tracker import is_inside
from mien.nn.frozen import frozen
from mien.types import Image, Landmarks

_CHECK_EVERY = 20
"""Frames between two questions whether it is still a face; one costs another look."""
_JUMP, _GROWTH = 0.5, 1.25
"""Box widths and factor between two frames that no head makes."""
_SEARCH_SIDE = 360
"""Pixels of the longer side in which a lost face is searched: a detector's time goes by area."""


@dataclasses.dataclass(frozen=True, eq=False)
class Quick:
    """A face in one frame.

    landmarks  (68, 2) pixels; irises (2, 2) pixels, the picture's left one first
    detected   whether it had to be searched for
    """

    landmarks: Landmarks
    irises: NDArray[np.float64]
    detected: bool

    @property
    def pupils(self) -> NDArray[np.float64]:
        """(2,) as `eye_signals.pupil_offset`: right and up in eye widths, mean of both eyes."""
        offsets = []
        for part, iris in zip((36, 42), self.irises, strict=True):
            along = self.landmarks[part + 3] - self.landmarks[part]
            up = np.array([along[1], -along[0]])
            beside = iris - (self.landmarks[part] + self.landmarks[part + 3]) / 2
            size = max(float(along @ along), 1e-9)
            offsets.append([float(beside @ along) / size, float(beside @ up) / size])
        return np.clip(np.mean(offsets, axis=0), -0.5, 0.5)


class QuickTracker:
    """Follows the largest face; feed it frame after frame.

    half  bfloat16 inside the network: half the time on machines that know it
    """

    def __init__(self, landmarker: HeadLandmarker | None = None, *, half: bool = False) -> None:
        self._landmarker = landmarker or head_landmarker()
        net = _laid_out(self._landmarker.net, half=half)
        example = torch.zeros(1, 3, SIDE, SIDE, dtype=torch.bfloat16)
        self._net: Callable[..., Any] = frozen(net, example) if half else net
        self._type = torch.bfloat16 if half else torch.float32
        self._last: Landmarks | None = None
        self._since = 0

    def __call__(self, frame: Image) -> Quick | None:
        """The face in the next frame (h, w, 3) uint8; None where none is found."""
        if self._last is not None:
            found = self._follow(frame, self._last)
            if found is not None:
                self._last = found.landmarks
                return found
        self._last = self._search(frame)
        if self._last is None:
            return None
        self._since = 0
        points = self._look(frame, _frame_of(self._last))
        return Quick(self._last, points[68:], detected=True)

    def _follow(self, frame: Image, last: Landmarks) -> Quick | None:
        matrix = _frame_of(last)
        points = self._look(frame, matrix)
        if _jumped(last, points[:68]) or not is_inside(points[:68], frame):
            return None
        self._since += 1
        if self._since >= _CHECK_EVERY:
            self._since = 0
            if self._unrest(frame, matrix, points[:68]) > self._landmarker.limits.lost:
                return None
        return Quick(points[:68], points[68:], detected=False)

    def _look(self, frame: Image, matrix: affine.Matrix) -> NDArray[np.float64]:
        """(70, 2) pixels of the frame: landmarks and irises."""
        crop = affine.warp(frame, matrix, (SIDE, SIDE))
        return affine.transform(affine.invert(matrix), self._places(crop))

    @torch.inference_mode()
    def _places(self, crop: Image) -> NDArray[np.float64]:
        x = torch.from_numpy(np.ascontiguousarray(crop)[None]).permute(0, 3, 1, 2)
        x = (x.float() / 127.5 - 1).to(self._type)
        return self._net(x)[0][0].float().numpy().astype(np.float64) * SIDE - 0.5

    def _unrest(self, frame: Image, matrix: affine.Matrix, points: Landmarks) -> float:
        """How far the points of the mirrored picture lie from these, in outer-eye distances."""
        crop = affine.warp(frame, matrix, (SIDE, SIDE))
        mirrored = self._places(np.ascontiguousarray(crop[:, ::-1]))[:68][MIRROR]
        mirrored[:, 0] = SIDE - 1 - mirrored[:, 0]
        straight = affine.transform(matrix, points)
        wide = float(np.hypot(*(straight[45] - straight[36])))
        return float(np.hypot(*(straight - mirrored).T).mean()) / max(wide, 1e-6)

    def _search(self, frame: Image) -> Landmarks | None:
        scale = min(1.0, _SEARCH_SIDE / max(frame.shape[:2]))
        height, width = (max(16, round(side * scale)) for side in frame.shape[:2])
        small = frame if scale == 1.0 else affine.resize(frame, (width, height))
        faces = search(small, DetectorOptions(retry=False)).faces
        if not faces:
            return None
        place = locate(small, faces[0], self._landmarker)
        if place.unrest > self._landmarker.limits.lost:
            return None
        back = np.array([frame.shape[1] / width, frame.shape[0] / height])
        return (place.points + 0.5) * back - 0.5


def _laid_out(net: LandmarkNet, *, half: bool) -> LandmarkNet:
    made = copy.deepcopy(net).to(torch.bfloat16 if half else torch.float32)
    return made.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]


def _frame_of(points: Landmarks) -> affine.Matrix:
    """(2, 3) the map to the upright picture that the network sees around these points."""
    box, roll = box_of_points(points)
    width = max(box.width, box.height) * (1 + 2 * MARGIN)
    centre = np.array([(box.left + box.right - 1) / 2, (box.top + box.bottom - 1) / 2])
    middle = SIDE / 2 - 0.5
    return affine.about(affine.rotation(-roll) * (SIDE / width), centre, [middle, middle])


def _jumped(last: Landmarks, points: Landmarks) -> bool:
    before, after = last[27:48], points[27:48]
    wide = max(float(np.ptp(last[:, 0])), 1e-6)
    moved = float(np.hypot(*(after.mean(0) - before.mean(0)))) / wide
    growth = float(after.std() / max(float(before.std()), 1e-6))
    return moved > _JUMP or not 1 / _GROWTH < growth < _GROWTH
