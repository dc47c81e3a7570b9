"""The two crops of a face, each defined once: what a network sees, and the way back.

dlib-150   the chip dlib's identity network was trained on: 150 pixels, from five points
head-256   the whole head with room above and below: 256 pixels, from the eyes and the mouth

A crop is an affine map from photo to crop pixels, with the centre of the first pixel at (0, 0)
on both sides; its inverse puts a result back into the photo.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from mien.face import affine
from mien.face.affine import Matrix, Points
from mien.types import FloatArray, Image, Landmarks

if TYPE_CHECKING:
    import torch

CropName: TypeAlias = Literal["dlib-150", "head-256"]

DLIB_SIZE = 150
HEAD_SIZE = 256

# dlib's mean face (interpolation.h, get_face_chip_details), x and y as fractions of the face
# without its padding: outer and inner corner of the eye at the picture's right, outer and inner
# corner of the other eye, base of the nose.
_DLIB_FRACTIONS = np.array(
    [
        [0.8595674595992, 0.2134981538014],
        [0.6460604764104, 0.2289674387677],
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.4901123135679, 0.6277975316475],
    ]
)
_DLIB_PADDING = 0.25
DLIB_TEMPLATE = (_DLIB_PADDING + _DLIB_FRACTIONS) / (2 * _DLIB_PADDING + 1) * DLIB_SIZE
"""(5, 2): where the five points of a perfectly average face lie in a dlib-150 chip."""

# The corners of dlib's five points among the 68.
_FIVE_OF_68 = (45, 42, 36, 39, 33)

# head-256, as fractions of the crop's side: where the middle between the eyes goes, and how far
# the eye centres are apart.
_HEAD_EYES = (0.5, 0.47)
_HEAD_EYE_DISTANCE = 0.25
# Eyes to mouth in units of the eye distance, as a turned head still shows it: the crop does not
# zoom in on a profile, whose eyes come together.
_HEAD_EYES_TO_MOUTH = 0.8835


@dataclasses.dataclass(frozen=True, eq=False)
class Alignment:
    """One face's crop: `matrix` (2, 3) takes photo pixels to the pixels of a size x size crop."""

    matrix: Matrix
    name: CropName
    size: int

    @property
    def to_photo(self) -> Matrix:
        """(2, 3): crop to photo pixels, for pasting back."""
        return affine.invert(self.matrix)

    @property
    def step(self) -> float:
        """Photo pixels per crop pixel: above 1 the crop is coarser than the photo."""
        return affine.step_of(self.matrix)

    def at_size(self, size: int) -> Alignment:
        """The same region drawn with another number of pixels."""
        scale = size / self.size
        shift = (scale - 1) / 2
        resize = [[scale, 0.0, shift], [0.0, scale, shift]]
        return Alignment(affine.compose(resize, self.matrix), self.name, size)


def five_points(landmarks: Landmarks) -> Points:
    """dlib's five points taken from the 68: four eye corners and the base of the nose."""
    return landmarks[list(_FIVE_OF_68)].astype(np.float64)


def align_dlib(points: FloatArray) -> Alignment:
    """The dlib-150 crop of five points (5, 2).

    With T the least-squares similarity from the template to the points, of scale s and rotation
    R, dlib samples chip pixel u at T(75, 75) + R (u - 74.5) (150 s - 1) / 149: its chips are a
    little smaller than T says, and the network was trained on exactly that.
    """
    template_to_photo = affine.similarity(DLIB_TEMPLATE, points)
    scale = float(np.hypot(*template_to_photo[:, 0]))
    turn = template_to_photo[:, :2] / scale
    centre = affine.transform(template_to_photo, [DLIB_SIZE / 2, DLIB_SIZE / 2])
    last = DLIB_SIZE - 1
    to_photo = affine.about(turn * (DLIB_SIZE * scale - 1) / last, [last / 2, last / 2], centre)
    return Alignment(affine.invert(to_photo), "dlib-150", DLIB_SIZE)


def align_head(landmarks: Landmarks, size: int = HEAD_SIZE) -> Alignment:
    """The head-256 crop of 68 landmarks: upright, eyes at 47 % of the height, a quarter apart.

    The eye distance is that of the eye centres, or 0.88 of the way from eyes to mouth if that is
    more, as it is for a head that is turned away.
    """
    one, other = landmarks[36:42].mean(0), landmarks[42:48].mean(0)
    eyes, mouth = (one + other) / 2, landmarks[48:60].mean(0)
    across = other - one
    distance = max(np.hypot(*across), _HEAD_EYES_TO_MOUTH * np.hypot(*(mouth - eyes)))
    roll = np.degrees(np.arctan2(across[1], across[0]))
    linear = affine.rotation(roll) * (_HEAD_EYE_DISTANCE * size / distance)
    target = np.array(_HEAD_EYES) * size - 0.5
    return Alignment(affine.about(linear, eyes, target), "head-256", size)


def crop(image: Image, alignment: Alignment) -> Image:
    """(size, size, 3) uint8: the face as the alignment shows it, anti-aliased.

    Outside the photo a dlib-150 chip is black, as dlib's are; a head-256 crop repeats the edge.
    """
    if alignment.name == "dlib-150" and alignment.size == DLIB_SIZE:
        return _dlib_chip(image, alignment.to_photo)
    border: affine.Border = "black" if alignment.name == "dlib-150" else "edge"
    size = (alignment.size, alignment.size)
    return affine.warp(image, alignment.matrix, size, border=border)


def _dlib_chip(image: Image, to_photo: Matrix) -> Image:
    """A chip as dlib extracts it (extract_image_chips): halved while the step is above 2."""
    last = DLIB_SIZE - 1
    side = float(np.hypot(*to_photo[:, 0])) * last
    levels, margin = 0, 2
    while (side / 2 ** (levels + 1) + 1) > DLIB_SIZE:
        levels, margin = levels + 1, 2 * margin + 2
    if levels:
        image, offset = _cut(image, to_photo, margin)
        to_photo = affine.compose([[1, 0, -offset[0]], [0, 1, -offset[1]]], to_photo)
    for _ in range(levels):
        image = _halve(image)
        # dlib's own idea of where its halved pixels lie (pyramid_down<2>::point_down).
        to_photo = affine.compose([[0.5, 0, -1.25], [0, 0.5, -0.75]], to_photo)
    return _bilinear(image, to_photo)


def _cut(image: Image, to_photo: Matrix, margin: int) -> tuple[Image, NDArray[np.int64]]:
    """The part of the picture under the chip, and where its first pixel (x, y) lies."""
    last = DLIB_SIZE - 1
    corners = affine.transform(to_photo, [[0, 0], [last, 0], [0, last], [last, last]])
    limits = np.array([image.shape[1] - 1, image.shape[0] - 1])
    low = np.floor(np.clip(corners.min(0) - margin, 0, limits) + 0.5).astype(np.int64)
    high = np.floor(np.clip(corners.max(0) + margin, 0, limits) + 0.5).astype(np.int64)
    return image[low[1] : high[1] + 1, low[0] : high[0] + 1], low


def _halve(image: Image) -> Image:
    """dlib's pyramid_down<2>: a binomial 5 x 5 filter, every other pixel, rounded down."""
    kernel = np.array([1, 4, 6, 4, 1], np.float32)
    smooth = cv2.sepFilter2D(image, cv2.CV_32F, kernel, kernel)
    rows, columns = max(image.shape[0] - 3, 0) // 2, max(image.shape[1] - 3, 0) // 2
    kept = smooth[2 : 2 + 2 * rows : 2, 2 : 2 + 2 * columns : 2]
    return (kept / 256).astype(np.uint8)


def _bilinear(image: Image, to_photo: Matrix) -> Image:
    """Bilinear samples rounded down; black where one of the four pixels is missing."""
    columns, rows = np.meshgrid(np.arange(DLIB_SIZE), np.arange(DLIB_SIZE))
    places = affine.transform(to_photo, np.stack([columns.ravel(), rows.ravel()], 1))
    corner = np.floor(places)
    x, y = corner.astype(np.int64).T
    inside = (x >= 0) & (y >= 0) & (x + 1 < image.shape[1]) & (y + 1 < image.shape[0])
    x, y = x[inside], y[inside]
    right, down = (places - corner)[inside].T[..., None]
    above = (1 - right) * image[y, x] + right * image[y, x + 1]
    below = (1 - right) * image[y + 1, x] + right * image[y + 1, x + 1]
    chip = np.zeros((DLIB_SIZE * DLIB_SIZE, 3), np.uint8)
    chip[inside] = ((1 - down) * above + down * below).astype(np.uint8)
    return chip.reshape(DLIB_SIZE, DLIB_SIZE, 3)


def crop_tensor(images: torch.Tensor, matrices: ArrayLike, size: int) -> torch.Tensor:
    """Differentiable crops, (n, channels, size, size), for losses that look at aligned faces.

    images    (n, channels, height, width) float, any range
    matrices  (n, 2, 3) or (2, 3) photo to crop pixels, e.g. Alignment.matrix

    Bilinear, zero outside. Where the step is above 2 a picture is first shrunk by a power of two,
    so the result of one picture never depends on the others.
    """
    import torch

    matrices = np.broadcast_to(np.asarray(matrices, np.float64), (len(images), 2, 3))
    crops = [_crop_one(images[i : i + 1], matrices[i], size) for i in range(len(images))]
    return torch.cat(crops)


def _crop_one(image: torch.Tensor, matrix: Matrix, size: int) -> torch.Tensor:
    import torch
    from torch.nn import functional

    to_photo = affine.invert(matrix)
    factor = 2 ** max(0, int(np.floor(np.log2(affine.step_of(matrix)))))
    if factor > 1:
        height, width = image.shape[2:]
        small = max(1, round(height / factor)), max(1, round(width / factor))
        image = functional.interpolate(image, size=small, mode="bilinear", antialias=True)
        across, down = small[1] / width, small[0] / height
        shrink = [[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2]]
        to_photo = affine.compose(shrink, to_photo)
    height, width = image.shape[2:]
    # grid_sample counts from -1 to 1 over the picture's outer edges (align_corners=False).
    to_grid = [[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1]]
    columns, rows = np.meshgrid(np.arange(size), np.arange(size))
    grid = affine.transform(affine.compose(to_grid, to_photo), np.stack([columns, rows], -1))
    places = torch.from_numpy(grid).to(device=image.device, dtype=image.dtype)
    return functional.grid_sample(image, places[None], align_corners=False)
