"""Edge maps: the lines that say to a network what a face does.

Two kinds, and with `EdgeStyle` everything between. `ancestor_edges` is what RD-GAN draws, stroke
for stroke. `feature_lines` draws each feature in a colour of its own, smooth and to a sixteenth of
a pixel, with the jaw: at 128 pixels a lid opens by two of them, and thick whole-pixel lines make
open and closed eyes look the same.
"""

from __future__ import annotations

import dataclasses
import itertools

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.eye_signals import pupil_offset
from mien.types import Image, Landmarks

ANCESTOR_SIZE, ANCESTOR_THICKNESS = 128, 2

_ANCESTOR_LINES: tuple[tuple[int, ...], ...] = (
    (17, 18, 19, 20, 21),
    (22, 23, 24, 25, 26),
    (*range(27, 36), 30),
    (*range(36, 42), 36),
    (*range(42, 48), 42),
    (*range(48, 60), 48),
    (*range(60, 68), 60),
    (48, 60),
    (54, 64),
)
"""Open brows; the nose as one line that ends where its ridge does; closed eyes and lips, and what
joins the lips' corners. The jaw is not drawn."""

_COLOURED_LINES: tuple[tuple[tuple[int, ...], tuple[int, int, int]], ...] = (
    (tuple(range(17)), (255, 0, 255)),
    (tuple(range(17, 22)), (255, 0, 0)),
    (tuple(range(22, 27)), (255, 0, 0)),
    (tuple(range(27, 31)), (0, 0, 255)),
    (tuple(range(31, 36)), (0, 0, 255)),
    ((*range(36, 42), 36), (255, 255, 0)),
    ((*range(42, 48), 42), (255, 255, 0)),
    ((*range(48, 60), 48), (0, 255, 0)),
    ((*range(60, 68), 60), (0, 255, 255)),
)
_SHIFT = 4  # binary places of the coordinates OpenCV draws
_HULL_BROWS = 0.14  # of the eye distance: how far the face goes on above the brows
_RIM = (0.08, 0.45)
"""Outer-eye distances beside the face, from where to where `face_share` fades."""
_SOFT = 0.05  # of the eye distance
_EYES_WIDER, _MOUTH_WIDER = (1.6, 2.2), (1.25, 1.35)
"""Across and down: how far the picture of an eye and of a mouth reaches beyond its points."""


_WHITE, _IRIS = (255, 255, 255), (255, 128, 255)
_IRIS_RADIUS = 0.17  # of an eye's width
_JAW = tuple(range(17))


@dataclasses.dataclass(frozen=True)
class EdgeStyle:
    """How an edge map is drawn.

    chin     the jaw is drawn too (the ancestor's `ck+_withchin`)
    width    of the lines in pixels; 1 are its "thin lines", 0 draws none
    discs    radius in pixels of a disc on every point (its `_get_mask`: 2), 0 draws none
    smooth   lines and discs to a sixteenth of a pixel, with soft edges
    colours  every feature in a colour of its own, else white
    gaze     a disc where each iris is, as far as the picture shows it
    """

    chin: bool = False
    width: int = ANCESTOR_THICKNESS
    discs: int = 0
    smooth: bool = False
    colours: bool = False
    gaze: bool = False


ANCESTOR_STYLE = EdgeStyle()
FEATURE_STYLE = EdgeStyle(chin=True, width=1, smooth=True, colours=True)
"""`feature_lines`."""


def draw_edges(
    landmarks: Landmarks, size: int, style: EdgeStyle, *, picture: Image | None = None
) -> Image:
    """(size, size, 3) uint8: the lines of a face in some style, on black.

    landmarks  (68, 2) pixels of the map
    picture    (size, size, 3) that shows the face there; without it no gaze is drawn
    """
    plain = dataclasses.replace(style, gaze=False)
    if plain == FEATURE_STYLE:
        made = feature_lines(landmarks, size)
    elif plain == ANCESTOR_STYLE:
        made = ancestor_edges(landmarks, size)
    else:
        made = _styled(landmarks, size, style)
    if style.gaze and picture is not None:
        _draw_irises(made, landmarks, picture)
    return made


def _styled(landmarks: Landmarks, size: int, style: EdgeStyle) -> Image:
    made = np.zeros((size, size, 3), np.uint8)
    lines = _COLOURED_LINES
    if not style.colours:
        lines = tuple((line, _WHITE) for line in (_JAW, *_ANCESTOR_LINES))
    shift, kind = (_SHIFT, cv2.LINE_AA) if style.smooth else (0, cv2.LINE_8)
    points = landmarks if style.smooth else np.trunc(landmarks)
    fixed = np.rint(points * 2**shift).astype(np.int32)
    for line, colour in lines:
        if line == _JAW and not style.chin:
            continue
        if style.width:
            path = fixed[list(line)].reshape(-1, 1, 2)
            cv2.polylines(made, [path], False, colour, style.width, kind, shift)
        for k in set(line) if style.discs else ():
            place = (int(fixed[k, 0]), int(fixed[k, 1]))
            cv2.circle(made, place, style.discs << shift, colour, -1, kind, shift)
    return made


def _draw_irises(made: Image, landmarks: Landmarks, picture: Image) -> None:
    """Where the pupils are, of both eyes alike; nothing where the eyes are too far closed."""
    offset = pupil_offset(picture, landmarks)
    if offset is not None:
        draw_irises(made, landmarks, offset)


def iris_places(landmarks: Landmarks, offset: NDArray[np.float64]) -> Landmarks:
    """(2, 2) pixels: the irises of an `eye_signals.pupil_offset`, the picture's left one first."""
    places = []
    for part in (slice(36, 42), slice(42, 48)):
        eye = landmarks[part]
        along = eye[3] - eye[0]
        up = np.array([along[1], -along[0]])
        places.append((eye[0] + eye[3]) / 2 + offset[0] * along + offset[1] * up)
    return np.stack(places)


def draw_irises(made: Image, landmarks: Landmarks, offset: NDArray[np.float64]) -> None:
    """Draw a disc for each iris of a `pupil_offset` into a map of edges, in place."""
    for part, centre in zip((36, 42), iris_places(landmarks, offset), strict=True):
        x, y = (int(v) for v in np.rint(centre * 2**_SHIFT))
        wide = float(np.hypot(*(landmarks[part + 3] - landmarks[part])))
        radius = max(1, round(_IRIS_RADIUS * wide * 2**_SHIFT))
        cv2.circle(made, (x, y), radius, _IRIS, -1, cv2.LINE_AA, _SHIFT)


def ancestor_edges(
    landmarks: Landmarks, size: int = ANCESTOR_SIZE, *, thickness: int = ANCESTOR_THICKNESS
) -> Image:
    """(size, size, 3) uint8: white lines on black, not smoothed.

    landmarks  (68, 2) pixels of the map; they are cut to whole ones

    RD-GAN, `_get_face_edge`.
    """
    made = np.zeros((size, size, 3), np.uint8)
    points = np.trunc(landmarks).astype(np.int32)
    for line in _ANCESTOR_LINES:
        for start, end in itertools.pairwise(line):
            one, other = (tuple(int(v) for v in points[k]) for k in (start, end))
            cv2.line(made, one, other, (255, 255, 255), thickness)
    return made


def ancestor_crop(landmarks: Landmarks, size: int = ANCESTOR_SIZE) -> affine.Matrix:
    """(2, 3): photo to the ancestor's crop: the box of the 68 points, as large as it fits.

    RD-GAN, `_cut_face_pts` and `normalize_img`: no margin, so the forehead ends at the brows.
    """
    low, high = np.trunc(landmarks.min(0)), np.trunc(landmarks.max(0))
    extent = np.maximum(high - low, 1.0)
    scale = size / extent.max()
    shift = np.floor((size - np.floor(extent * scale)) / 2)
    return np.column_stack([np.eye(2) * scale, shift - low * scale])


def feature_lines(landmarks: Landmarks, size: int) -> Image:
    """(size, size, 3) uint8: one smooth line a pixel wide for each feature, in its colour.

    Brows red, eyes yellow, nose blue, lips green outside and cyan inside, jaw magenta.
    """
    made = np.zeros((size, size, 3), np.uint8)
    points = np.rint(landmarks * 2**_SHIFT).astype(np.int32)
    for line, colour in _COLOURED_LINES:
        path = points[list(line)].reshape(-1, 1, 2)
        cv2.polylines(made, [path], False, colour, 1, cv2.LINE_AA, _SHIFT)
    return made


def face_gate(landmarks: Landmarks, size: int) -> NDArray[np.uint8]:
    """(size, size) uint8: 255 on the face from the jaw to just above the brows, softly down to 0.

    What lies outside it is none of a network's business.
    """
    across = float(np.hypot(*(landmarks[45] - landmarks[36])))
    above = landmarks[17:27] - [0.0, _HULL_BROWS * across]
    outline = np.rint(np.concatenate([landmarks[:17], above]) * 2**_SHIFT).astype(np.int32)
    made = np.zeros((size, size), np.uint8)
    cv2.fillConvexPoly(made, cv2.convexHull(outline), 255, cv2.LINE_AA, _SHIFT)
    soft = max(0.5, _SOFT * across)
    return np.asarray(cv2.GaussianBlur(made, (0, 0), soft), np.uint8)


def face_share(landmarks: Landmarks, size: int) -> NDArray[np.float32]:
    """(s, s) 1 on a face from jaw to brows and a rim around it, softly down to 0."""
    across = float(np.hypot(*(landmarks[45] - landmarks[36])))
    outside = (face_gate(landmarks, size) < 128).astype(np.uint8)
    away = cv2.distanceTransform(outside, cv2.DIST_L2, 5) / max(across, 1e-6)
    line = np.clip((_RIM[1] - away) / (_RIM[1] - _RIM[0]), 0.0, 1.0).astype(np.float32)
    return line * line * (3 - 2 * line)


def feature_weights(landmarks: Landmarks, size: int) -> NDArray[np.uint8]:
    """(size, size) uint8: 250 on eyes and mouth, 50 on the rest of the face; blurred."""
    made = (face_gate(landmarks, size) > 127).astype(np.uint8)
    for part in (slice(36, 42), slice(42, 48)):
        _fill(made, landmarks[part], _EYES_WIDER)
    _fill(made, landmarks[48:60], _MOUTH_WIDER)
    return np.asarray(cv2.blur(made * np.uint8(50), (5, 5)), np.uint8)


def mouth_mask(landmarks: Landmarks, size: int) -> NDArray[np.bool_]:
    """(size, size) the mouth and a rim around it."""
    made = np.zeros((size, size), np.uint8)
    _fill(made, landmarks[48:60], _MOUTH_WIDER)
    return made > 0


def _fill(made: NDArray[np.uint8], points: Landmarks, widen: tuple[float, float]) -> None:
    middle = points.mean(0)
    wide = np.rint(middle + (points - middle) * np.array(widen)).astype(np.int32)
    cv2.fillConvexPoly(made, cv2.convexHull(wide), 5)
