from __future__ import annotations

from typing import Any

import dlib
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from mien.face import affine
from mien.face.align import (
    DLIB_TEMPLATE,
    align_dlib,
    align_head,
    crop,
    crop_tensor,
    five_points,
)
from mien.types import Face, Image

DLIB: Any = dlib


def dlib_chip(image: Image, points: np.ndarray) -> Image:
    """The chip that dlib itself cuts out for five whole-pixel points."""
    shape = DLIB.full_object_detection(
        DLIB.rectangle(0, 0, 9, 9), [DLIB.point(int(x), int(y)) for x, y in points]
    )
    return DLIB.get_face_chip(image, shape, 150, 0.25)


def placed(scale: float, degrees: float, x: float, y: float) -> np.ndarray:
    """Five whole-pixel points of a face that is `scale` times a chip, turned, centred at x, y."""
    matrix = affine.about(affine.rotation(degrees) * scale, [75.0, 75.0], [x, y])
    return np.rint(affine.transform(matrix, DLIB_TEMPLATE))


def share_equal(one: Image, other: Image) -> float:
    return float((np.abs(one.astype(int) - other.astype(int)) <= 1).mean())


@pytest.mark.parametrize("scale", [0.3, 0.8, 1.0, 1.7, 1.95, 2.05, 2.6])
@pytest.mark.parametrize("degrees", [0.0, 11.0, -33.0, 90.0])
def test_chips_are_dlibs_own(noisy_picture: Image, scale: float, degrees: float) -> None:
    points = placed(scale, degrees, 250, 200)
    assert share_equal(
        crop(noisy_picture, align_dlib(points)), dlib_chip(noisy_picture, points)
    ) > (0.999)


@pytest.mark.parametrize("scale", [4.2, 5.0, 8.5])
def test_chips_of_large_faces_are_dlibs_own(noisy_picture: Image, scale: float) -> None:
    large = np.tile(noisy_picture, (4, 4, 1))
    points = placed(scale, 7.0, 1003, 801)
    assert share_equal(crop(large, align_dlib(points)), dlib_chip(large, points)) > 0.999


@pytest.mark.parametrize("place", [(20, 30), (490, 200), (250, 395)])
def test_chips_over_the_edge_are_black_where_dlibs_are(
    noisy_picture: Image, place: tuple[int, int]
) -> None:
    points = placed(1.4, -20.0, *place)
    ours, theirs = crop(noisy_picture, align_dlib(points)), dlib_chip(noisy_picture, points)
    assert (theirs == 0).all(-1).mean() > 0.1
    assert share_equal(ours, theirs) > 0.999


def test_the_astronauts_chip_is_dlibs_own(astronaut: Image) -> None:
    points = np.array([(255, 104), (238, 105), (195, 101), (212, 103), (224, 135)], float)
    assert share_equal(crop(astronaut, align_dlib(points)), dlib_chip(astronaut, points)) > 0.999


def test_tensor_crops_equal_the_chips(noisy_picture: Image) -> None:
    alignments = [align_dlib(placed(s, d, 250, 200)) for s, d in ((0.8, 5), (1.6, -40))]
    images = torch.from_numpy(noisy_picture).permute(2, 0, 1)[None].float().repeat(2, 1, 1, 1)
    chips = crop_tensor(images, [a.matrix for a in alignments], 150)
    for chip, alignment in zip(chips, alignments, strict=True):
        ours = crop(noisy_picture, alignment).astype(float)
        assert np.abs(chip.permute(1, 2, 0).numpy() - ours - 0.5).max() < 0.52  # rounded down


def test_tensor_crops_shrink_without_aliasing() -> None:
    stripes = torch.zeros(1, 3, 256, 256)
    stripes[..., ::2] = 1.0
    shown = crop_tensor(stripes, [[0.25, 0, 0], [0, 0.25, 0]], 64)
    assert (shown[..., 4:-4, 4:-4] - 0.5).abs().max() < 0.05


def test_tensor_crops_do_not_depend_on_their_neighbours(noisy_picture: Image) -> None:
    image = torch.from_numpy(noisy_picture).permute(2, 0, 1)[None].float()
    one, other = align_dlib(placed(0.5, 3, 200, 200)), align_dlib(placed(2.5, 0, 250, 200))
    both = crop_tensor(torch.cat([image, image]), [one.matrix, other.matrix], 150)
    assert torch.equal(both[1:], crop_tensor(image, other.matrix, 150))


def test_tensor_crops_carry_gradients() -> None:
    image = torch.rand(1, 3, 40, 40, dtype=torch.float64, requires_grad=True)
    matrix = [[0.9, 0.1, -2.0], [-0.1, 0.9, 1.0]]
    weight = torch.rand(1, 3, 12, 12, dtype=torch.float64)
    (crop_tensor(image, matrix, 12) * weight).sum().backward()
    assert image.grad is not None
    moved = image.detach().clone()
    moved[0, 1, 9, 9] += 1e-4
    change = ((crop_tensor(moved, matrix, 12) - crop_tensor(image, matrix, 12)) * weight).sum()
    assert change.item() / 1e-4 == pytest.approx(image.grad[0, 1, 9, 9].item(), rel=1e-6)


def frontal() -> np.ndarray:
    """68 points with eye centres at (100, 100) and (164, 100) and the mouth 50 below."""
    points = np.zeros((68, 2))
    points[36:42], points[42:48], points[48:68] = (100, 100), (164, 100), (132, 150)
    return points


@pytest.mark.parametrize("size", [96, 256, 512])
@pytest.mark.parametrize("degrees", [0.0, 25.0, -160.0])
def test_the_head_crop_puts_the_eyes_where_it_says(size: int, degrees: float) -> None:
    turn = affine.about(affine.rotation(degrees) * 1.7, [132, 120], [300, 280])
    alignment = align_head(affine.transform(turn, frontal()), size)
    eyes = affine.transform(alignment.matrix, affine.transform(turn, [[100, 100], [164, 100]]))
    expected = [[0.375 * size - 0.5, 0.47 * size - 0.5], [0.625 * size - 0.5, 0.47 * size - 0.5]]
    assert_allclose(eyes, expected, atol=1e-9)
    assert (alignment.name, alignment.size) == ("head-256", size)


def test_the_head_crop_does_not_zoom_in_on_a_profile() -> None:
    points = frontal()
    points[42:48] = (110, 100)
    eyes_to_mouth = np.hypot(132 - 105, 50)
    assert align_head(points, 256).step == pytest.approx(0.8835 * eyes_to_mouth / 64, rel=1e-6)


def test_sizes_of_one_alignment_show_the_same_region(smooth_picture: Image) -> None:
    alignment = align_head(frontal(), 256)
    corner = np.array([[-0.5, -0.5], [255.5, 255.5]])
    larger = np.array([[-0.5, -0.5], [767.5, 767.5]])
    same = affine.transform(alignment.to_photo, corner)
    assert_allclose(affine.transform(alignment.at_size(768).to_photo, larger), same, atol=1e-9)
    assert_allclose(alignment.at_size(768).matrix, align_head(frontal(), 768).matrix, atol=1e-9)


def test_pasting_back_is_the_inverse(astronaut: Image, astronaut_face: Face) -> None:
    alignment = align_head(astronaut_face.landmarks, 256)
    shown = crop(astronaut, alignment)
    back = affine.warp(shown, alignment.to_photo, (512, 512), border="black")
    middle = np.s_[110:150, 200:250]
    assert np.abs(back[middle].astype(int) - astronaut[middle].astype(int)).mean() < 3


def test_five_of_the_68_points_follow_dlibs_order(astronaut_face: Face) -> None:
    right_outer, right_inner, left_outer, left_inner, nose = five_points(astronaut_face.landmarks)
    assert left_outer[0] < left_inner[0] < nose[0] < right_inner[0] < right_outer[0]
    assert nose[1] > max(left_outer[1], right_outer[1]) + 15
    assert_array_equal(astronaut_face.landmarks5, five_points(astronaut_face.landmarks))
