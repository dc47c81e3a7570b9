"""Scores against closed forms, against each other, and at both ends."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
from numpy.typing import NDArray

from mien.errors import InputError, MissingExtraError
from mien.metrics import distances, pictures
from mien.metrics.features import IdentityFeatures, OnnxFeatures, Thumbnails, _chip_grid
from mien.metrics.report import bootstrap, judge
from mien.seeding import rng
from mien.types import Image


def cloud(key: int, count: int = 600, width: int = 6, shift: float = 0.0) -> NDArray[np.float64]:
    random = rng(key, "cloud")
    mix = rng(1, "mix").normal(size=(width, width))
    return random.normal(size=(count, width)) @ mix + shift


def test_frechet_of_normals_is_its_closed_form() -> None:
    a, b = cloud(1, shift=0.5), cloud(2) * 1.5
    first, second = np.cov(a.T), np.cov(b.T)
    root = np.real(np.asarray(scipy.linalg.sqrtm(first @ second)))
    wanted = np.square(a.mean(0) - b.mean(0)).sum() + np.trace(first + second - 2 * root)
    assert distances.frechet(a, b) == pytest.approx(wanted, rel=1e-9)
    assert distances.frechet(a, a) == pytest.approx(0.0, abs=1e-9)
    assert distances.frechet(a, a + 2.0) == pytest.approx(4.0 * a.shape[1])


def test_the_kernel_distance_is_unbiased() -> None:
    equal = [distances.kernel_distance(cloud(k, 200), cloud(k + 50, 200)) for k in range(40)]
    assert abs(np.mean(equal)) < 3 * np.std(equal) / 40**0.5
    assert distances.kernel_distance(cloud(1), cloud(2, shift=1.0)) > 5 * np.std(equal)
    # Written out for a handful of points.
    a, b = cloud(3, 4, 3), cloud(4, 5, 3)
    scale = np.sqrt(np.square(a).sum(1).mean() / 3)

    def kernel(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
        return float((x @ y / scale**2 / 3 + 1) ** 3)

    within = [
        np.mean([kernel(s[i], s[j]) for i in range(len(s)) for j in range(len(s)) if i != j])
        for s in (a, b)
    ]
    across = np.mean([kernel(x, y) for x in a for y in b])
    assert distances.kernel_distance(a, b) == pytest.approx(sum(within) - 2 * across)


def test_precision_and_recall_tell_missing_from_wrong() -> None:
    real = cloud(1, 400)
    same = distances.neighbourhoods(real, cloud(2, 400)).scores()
    assert all(0.8 < same[name] <= 1.1 for name in ("precision", "recall", "coverage"))
    collapsed = np.repeat(real[:1], 400, 0) + 1e-3 * cloud(3, 400)
    few = distances.neighbourhoods(real, collapsed).scores()
    assert few["precision"] == 1.0
    assert few["recall"] < 0.02
    assert few["coverage"] < 0.1
    wide = distances.neighbourhoods(real, cloud(4, 400) * 5).scores()
    assert wide["precision"] < 0.2
    assert wide["recall"] > 0.9


def test_neighbourhoods_by_brute_force() -> None:
    real, made = cloud(1, 30, 3), cloud(2, 25, 3, shift=0.4)
    found = distances.neighbourhoods(real, made, k=2)
    for i, one in enumerate(real):
        apart = np.linalg.norm(made - one, axis=1)
        reach = np.sort(np.linalg.norm(real - one, axis=1))[2]
        assert found.covered[i] == (apart.min() < reach)
        reaches = [np.sort(np.linalg.norm(made - other, axis=1))[2] for other in made]
        assert found.recalled[i] == bool((apart < reaches).any())
    for j, one in enumerate(made):
        reaches = np.array([np.sort(np.linalg.norm(real - o, axis=1))[2] for o in real])
        inside = np.linalg.norm(real - one, axis=1) < reaches
        assert found.precise[j] == inside.any()
        assert found.dense[j] == inside.sum() / 2


def test_the_nearest_is_the_nearest() -> None:
    real = cloud(1, 50)
    places, apart = distances.nearest(real[[7, 3]] + 1e-9, real)
    assert places.tolist() == [7, 3]
    assert np.all(apart < 1e-5)


def test_a_classifier_is_right_half_the_time_where_there_is_nothing_to_tell() -> None:
    accuracy = distances.classifier_accuracy(cloud(1), cloud(2))
    assert 0.44 < accuracy < 0.56
    assert distances.classifier_accuracy(cloud(1), cloud(2, shift=3.0)) > 0.95


def photos(key: int, count: int = 24, size: int = 64) -> Image:
    random = rng(key, "photos")
    small = random.uniform(0, 255, (count, 8, 8, 3)).repeat(size // 8, 1).repeat(size // 8, 2)
    return (small * 0.8 + random.uniform(0, 50, (count, size, size, 3))).astype(np.uint8)


def test_sliced_wasserstein_sees_the_level_that_differs() -> None:
    real, other = photos(1, 60), photos(2, 60)
    floor = pictures.sliced_wasserstein(real, other)
    assert list(floor) == [64, 32, 16]
    assert pictures.sliced_wasserstein(real, real) == {64: 0.0, 32: 0.0, 16: 0.0}
    # Every other pixel dark: nothing changes from afar.
    striped = other.copy()
    striped[:, ::2] //= 2
    changed = pictures.sliced_wasserstein(real, striped)
    assert changed[64] > 2 * floor[64]
    assert changed[16] < 1.5 * floor[16]


def test_ms_ssim_at_its_ends() -> None:
    x = photos(1)
    assert pictures.ms_ssim(x, x) == pytest.approx(np.ones(len(x)))
    noisy = np.clip(x.astype(int) + rng(1).integers(-20, 21, x.shape), 0, 255).astype(np.uint8)
    near, far = pictures.ms_ssim(x, noisy), pictures.ms_ssim(x, photos(2))
    assert np.all(near > far)
    assert np.all((far >= 0) & (near < 1))
    assert pictures.pair_similarity(np.repeat(x[:1], 10, 0)) == pytest.approx(1.0)


def test_one_scale_of_ms_ssim_is_ssim() -> None:
    pytest.importorskip("skimage", reason="scikit-image is not installed (extra [demo])")
    from skimage.metrics import structural_similarity

    x, y = photos(1, 4, 16), photos(2, 4, 16)
    found = pictures.ms_ssim(x, y)
    weights = np.array([0.299, 0.587, 0.114])
    for one, other, value in zip(x, y, found, strict=True):
        full = structural_similarity(
            one @ weights,
            other @ weights,
            data_range=255,
            gaussian_weights=True,
            use_sample_covariance=False,
            full=True,
        )[1]
        wanted = np.asarray(full)[5:-5, 5:-5].mean()
        assert value == pytest.approx(max(wanted, 0.0), abs=5e-3)


def test_sharpness_is_relative_detail() -> None:
    x = photos(1)
    blurred = ((x[:, :, 1:].astype(int) + x[:, :, :-1]) // 2).astype(np.uint8)
    assert pictures.sharpness(blurred) < 0.9 * pictures.sharpness(x)
    assert pictures.sharpness(np.full((2, 9, 9, 3), 7, np.uint8)) == 0.0


def test_thumbnails_are_means() -> None:
    x = photos(1, 3)
    made = Thumbnails()(x)
    assert made.shape == (3, 192)
    assert made[1, 3 * (8 * 2 + 5) + 1] == pytest.approx(x[1, 16:24, 40:48, 1].mean() / 255)


def test_the_chip_lies_around_the_face() -> None:
    grid = _chip_grid(64)
    assert grid.shape == (150, 150, 2)
    assert -1.0 < grid.min() < -0.4
    assert 0.4 < grid.max() < 1.0
    assert grid[75, 75, 0] == pytest.approx(0.0, abs=0.02)


def test_identity_features_do_not_depend_on_neighbours() -> None:
    x = photos(1, 18)
    space = IdentityFeatures()
    together = space(x)
    assert together.shape == (18, 128)
    assert np.array_equal(space(x[17:]), together[17:])
    assert np.array_equal(space(x[5:9]), together[5:9])


def test_features_from_a_file_are_checked(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "net.onnx"
    path.write_bytes(b"nonsense")
    with pytest.raises((MissingExtraError, InputError), match=r"onnxruntime|not a network"):
        OnnxFeatures(path)


class Means:
    """A quick space for the report's own logic."""

    name = "means"

    def __call__(self, pictures: Image) -> NDArray[np.float64]:
        count = len(pictures)
        return pictures.reshape(count, 4, -1).mean(2) + rng(3).normal(size=(count, 4)) * 1e-6


def test_a_report_has_values_intervals_and_floors() -> None:
    held_out, train, made = photos(1, 60), photos(2, 60), photos(3, 60) // 2
    report = judge(made, held_out, train, extractor=Means())
    assert (report.count, report.space) == (60, "means")
    fd = report.figures["FD"]
    assert fd.low is not None
    assert fd.high is not None
    assert fd.low < fd.value < fd.high
    assert fd.value > 10 * fd.floor
    assert set(report.figures) == {
        *("FD", "KID", "precision", "recall", "density", "coverage", "thumbnail FD", "C2ST"),
        *("SWD 64", "SWD 32", "SWD 16", "pair MS-SSIM", "sharpness"),
    }
    assert report.figures["C2ST"].value > 0.9
    assert report.figures["sharpness"].floor == pytest.approx(1.0, abs=0.05)
    assert report.rows()[0][0] == "FD"
    assert report.as_json()["figures"]["FD"]["better"] == "low"
    assert report.values()["FD"] == pytest.approx(fd.value, rel=1e-4)


def test_the_bootstrap_interval_covers_the_mean() -> None:
    inside = 0
    for key in range(60):
        drawn = rng(key, "drawn").normal(size=80)
        low, high = bootstrap(lambda rows, _, d=drawn: float(d[rows].mean()), 80)
        inside += low < 0 < high
    assert inside >= 50


def test_any_onnx_network_can_be_a_space(tmp_path: object) -> None:
    from pathlib import Path

    onnx = pytest.importorskip("onnx", reason="onnx is not installed (extra [onnx])")
    pytest.importorskip("onnxruntime", reason="onnxruntime is not installed (extra [onnx])")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("GlobalAveragePool", ["x"], ["y"])],
        "mean",
        [helper.make_tensor_value_info("x", kind, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("y", kind, ["n", 3, 1, 1])],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = Path(str(tmp_path)) / "mean.onnx"
    path.write_bytes(made.SerializeToString())
    x = photos(1, 3)
    space = OnnxFeatures(path, scale=1.0)
    assert space.name == "mean"
    assert space(x) == pytest.approx(x.mean((1, 2)), rel=1e-5)
