"""Faces of drawings, which the detector of photos misses: found by the landmark network itself.

The shipped network of 68 points was trained on the head, drawings included, and says how far off
its points may be. It is shown boxes of several sizes all over a small copy of the picture; where
it is surest it looks again, each time in the box that its own points ask for. What is kept has
points that stay in their box and agree with their mirror image.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.align import five_points
from mien.face.colours import region_colours
from mien.face.detect import Detection, checked, suppress
from mien.face.landmark_net import HeadLandmarker, head_landmarker
from mien.face.landmarks import box_of_points, locate
from mien.face.pose import fit_pose
from mien.types import Box, Face, Image, Landmarks

COPY = 192
"""Longer side of the copy that is searched."""
WIDTHS = (0.8, 0.57, 0.41, 0.29)
"""Of the boxes, as shares of the shorter side: a face fills the picture, or a bust stands in it."""
STEP = 0.27
"""Between two boxes, in their widths."""
_TRIED = 8
_ROUNDS = 3
MOST_UNSURE = 0.12
"""Faces of the head's drawings have .04 to .05, what is no face .28 and more."""
MOST_UNREST = 0.05


@dataclasses.dataclass(frozen=True, eq=False)
class DrawnFace:
    """A face of a drawing.

    landmarks  (68, 2) pixels
    unsure     mean error that the network expects, as a share of what it saw
    unrest     as in `landmarks.Located`
    """

    box: Box
    landmarks: Landmarks
    unsure: float
    unrest: float


def find_drawn(image: Image, landmarker: HeadLandmarker | None = None) -> list[DrawnFace]:
    """The faces of a drawing, largest first; nearly upright ones, at least a quarter of its side.

    Raises InputError if `image` is not a picture.
    """
    image = checked(image)
    known = landmarker or head_landmarker()
    height, width = image.shape[:2]
    scale = COPY / max(height, width)
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    copy = affine.resize(image, size)
    back = np.array([width / size[0], height / size[1]])
    points, unsure = known.sureness(copy, grid_boxes(*size))
    spots = [_settled(copy, points[place], known) for place in np.argsort(unsure)[:_TRIED]]
    faces = [_face(image, spot.box, back, known) for spot in suppress([s for s in spots if s])]
    return sorted((one for one in faces if one), key=lambda one: one.box.width, reverse=True)


def as_face(image: Image, found: DrawnFace) -> Face:
    """The same as a `Face`, without an identity."""
    return Face(
        box=found.box,
        score=1.0 - found.unsure,
        landmarks=found.landmarks,
        landmarks5=five_points(found.landmarks),
        pose=fit_pose(found.landmarks).pose,
        embedding=np.zeros(0, np.float32),
        colours=region_colours(image, found.landmarks),
    )


def grid_boxes(width: int, height: int) -> list[Box]:
    """Boxes of every width all over a picture, a little over its edges too."""
    boxes = []
    for share in WIDTHS:
        side = share * min(width, height)
        across, down = (_starts(length, side) for length in (width, height))
        boxes += [Box(x, y, x + side, y + side) for y in down for x in across]
    return boxes


def _starts(length: int, side: float) -> list[float]:
    room = length - side
    count = max(1, int(np.ceil(room / (STEP * side)))) + 1
    return [float(value) for value in np.linspace(0, room, count)]


def _settled(copy: Image, points: Landmarks, known: HeadLandmarker) -> Detection | None:
    """The box that points ask for, after looking into it, or None where it runs away."""
    height, width = copy.shape[:2]
    unsure = 1.0
    for _ in range(_ROUNDS):
        box, _ = box_of_points(points)
        if not 0.15 * min(width, height) < box.width < 1.5 * min(width, height):
            return None
        (points,), (unsure,) = known.sureness(copy, [box])
    return Detection(box_of_points(points)[0], 1.0 - float(unsure))


def _face(
    image: Image, box: Box, back: NDArray[np.float64], known: HeadLandmarker
) -> DrawnFace | None:
    """The face in a box of the copy, seen in the picture itself, or None where it is none."""
    across, down = back
    box = Box(box.left * across, box.top * down, box.right * across, box.bottom * down)
    _, (unsure,) = known.sureness(image, [box])
    if unsure > MOST_UNSURE:
        return None
    place = locate(image, Detection(box, 1.0), known)
    if place.unrest > MOST_UNREST:
        return None
    own, _ = box_of_points(place.points)
    return DrawnFace(own, place.points, float(unsure), place.unrest)
