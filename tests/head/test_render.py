from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mien.errors import OptionError
from mien.head.camera import Camera
from mien.head.render import Render, View, render
from mien.head.sample import sample
from mien.head.schema import LABEL
from mien.types import FaceCode, Pose

HASH_SCRIPT = """
import hashlib
from mien.head.render import render
from mien.head.sample import sample
digest = hashlib.sha256()
for index in range(2):
    picture = render(sample(5, index, expression=True, pose_sd=(12, 6, 4)), size=48)
    for part in (picture.rgb, picture.labels, picture.normals, picture.depth, picture.landmarks):
        digest.update(part.tobytes())
print(digest.hexdigest())
"""


def run_hash(tmp_path: Path, **extra: str) -> str:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **extra}
    done = subprocess.run(
        [sys.executable, "-c", HASH_SCRIPT],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    return done.stdout.strip()


def test_two_processes_draw_the_same_bytes(tmp_path: Path) -> None:
    assert run_hash(tmp_path) == run_hash(tmp_path)


@pytest.mark.slow
def test_a_generic_processor_draws_the_same_bytes(tmp_path: Path) -> None:
    generic = run_hash(
        tmp_path,
        NUMBA_CPU_NAME="generic",
        NUMBA_CPU_FEATURES="",
        NUMBA_CACHE_DIR=str(tmp_path),
        NPY_DISABLE_CPU_FEATURES="AVX2 FMA3 AVX512F AVX512CD AVX512_SKX",
    )
    assert generic == run_hash(tmp_path)


@pytest.fixture(scope="module")
def picture() -> Render:
    return render(FaceCode(hair="crop"), size=128)


def test_buffers_agree_with_each_other(picture: Render) -> None:
    assert picture.rgb.shape == (128, 128, 3)
    assert picture.rgb.dtype == np.uint8
    empty = picture.labels == LABEL["background"]
    assert ((picture.depth == 0) == empty).all()
    assert np.isnan(picture.rest[empty]).all()
    assert np.isfinite(picture.rest[~empty]).all()
    lengths = np.linalg.norm(picture.normals[~empty], axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-3)


def test_landmarks_lie_on_their_parts(picture: Render) -> None:
    def label_near(k: int) -> set[int]:
        x, y = np.round(picture.landmarks[k]).astype(int)
        return set(picture.labels[y - 2 : y + 3, x - 2 : x + 3].ravel().tolist())

    for k in range(48, 68):
        assert label_near(k) & {LABEL["lips"], LABEL["mouth"]}, k
    for k in range(36, 48):
        assert label_near(k) & {LABEL["sclera"], LABEL["iris"], LABEL["lash"]}, k
    for k in range(18, 26):  # 17 and 26 lie beyond the hairs
        assert LABEL["brow"] in label_near(k), k
    assert picture.visible[27:].all()


def test_the_front_view_is_nearly_symmetric(picture: Render) -> None:
    pairs = [(36, 45), (39, 42), (48, 54), (31, 35), (17, 26)]
    for left, right in pairs:
        a, b = picture.landmarks[left], picture.landmarks[right]
        assert a[0] + b[0] == pytest.approx(127, abs=1.0)
        assert a[1] == pytest.approx(b[1], abs=1.0)


def test_turning_hides_the_far_side() -> None:
    turned = render(FaceCode(pose=Pose(yaw=60), hair="bald"), size=128)
    assert turned.landmarks[30, 0] > turned.landmarks[27:31, 0].mean() - 5
    assert turned.landmarks[36, 0] < turned.landmarks[45, 0]
    assert not turned.visible[45] or turned.landmarks[45, 0] > turned.landmarks[30, 0] - 6


def test_zoom_and_shift_move_the_picture_as_promised() -> None:
    code = FaceCode(hair="bald")
    base = render(code, view=View(camera=Camera(96, zoom=1.0)))
    moved = render(code, view=View(camera=Camera(96, zoom=1.5, shift=(0.1, -0.05))))
    middle = 47.5
    expected = (base.landmarks - middle) * 1.5 + middle + np.array([9.6, -4.8])
    np.testing.assert_allclose(moved.landmarks[27:], expected[27:], atol=0.05)


def test_toon_twin_has_the_same_parts_and_larger_eyes() -> None:
    code = sample(2, 1)
    photo, toon = render(code, size=96), render(dataclasses.replace(code, style="toon"), size=96)

    def share(r: Render, *names: str) -> float:
        return float(np.isin(r.labels, [LABEL[n] for n in names]).mean())

    assert share(toon, "iris", "sclera") > 1.5 * share(photo, "iris", "sclera")
    assert abs(share(toon, "hair") - share(photo, "hair")) < 0.08


def test_a_uniform_texture_brightens_the_skin_only() -> None:
    code = FaceCode(hair="crop")
    plain = render(code, size=64)
    lit = render(code, size=64, texture=np.full((8, 8, 3), np.log(1.5), np.float32))
    skin, shirt = plain.labels == LABEL["skin"], plain.labels == LABEL["shirt"]
    for axis in (0, 1):  # pixels that share no sample with the skin
        shirt &= np.roll(shirt, 1, axis) & np.roll(shirt, -1, axis)
    assert lit.rgb[skin].mean() > plain.rgb[skin].mean() + 8
    np.testing.assert_array_equal(lit.rgb[shirt], plain.rgb[shirt])


def test_gaze_moves_the_irises_the_way_it_says() -> None:
    def irises(x: float, y: float) -> np.ndarray:
        labels = render(FaceCode(gaze=(x, y), hair="bald"), size=192).labels
        centres = []
        for half in (slice(0, 96), slice(96, 192)):  # an eye's corner may hide a part of one
            rows, columns = np.nonzero(labels[:, half] == LABEL["iris"])
            centres.append((columns.mean(), rows.mean()))
        return np.array(centres)

    ahead = irises(0, 0)
    assert (irises(0.6, 0)[:, 0] > ahead[:, 0] + 1).all()
    assert (irises(0, 0.6)[:, 1] < ahead[:, 1] - 0.5).all()


def test_sizes_out_of_range_are_refused() -> None:
    with pytest.raises(OptionError, match="size=100000 is out of range: give 8 to 4096 pixels"):
        render(FaceCode(), size=100000)


def test_a_face_is_the_same_alone_or_in_a_crowd() -> None:
    alone = sample(9, 3)
    crowd = [sample(9, k) for k in range(5)]
    assert crowd[3] == alone
    assert len({hashlib.sha256(repr(code).encode()).hexdigest() for code in crowd}) == 5
