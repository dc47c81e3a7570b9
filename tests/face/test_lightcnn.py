from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mien.errors import WeightsError
from mien.face import affine
from mien.face.lightcnn import EYES_TO_MOUTH, EYES_Y, SIDE, alignment, load, prepare
from mien.types import Image, Landmarks

# The layers of LightCNN_29Layers_V2_checkpoint.pth.tar: name, maps in, maps out, kernel.
CONVOLUTIONS = (
    ("conv1", 1, 48, 5),
    *((f"block1.{k}.conv{c}", 48, 48, 3) for k in range(1) for c in (1, 2)),
    ("group1.conv_a", 48, 48, 1),
    ("group1.conv", 48, 96, 3),
    *((f"block2.{k}.conv{c}", 96, 96, 3) for k in range(2) for c in (1, 2)),
    ("group2.conv_a", 96, 96, 1),
    ("group2.conv", 96, 192, 3),
    *((f"block3.{k}.conv{c}", 192, 192, 3) for k in range(3) for c in (1, 2)),
    ("group3.conv_a", 192, 192, 1),
    ("group3.conv", 192, 128, 3),
    *((f"block4.{k}.conv{c}", 128, 128, 3) for k in range(4) for c in (1, 2)),
    ("group4.conv_a", 128, 128, 1),
    ("group4.conv", 128, 128, 3),
)
PEOPLE = 50  # 80,013 in the published file


def published() -> dict[str, torch.Tensor]:
    random = torch.Generator().manual_seed(1)
    shapes: dict[str, tuple[int, ...]] = {}
    for name, inputs, outputs, kernel in CONVOLUTIONS:
        shapes[f"{name}.filter.weight"] = (2 * outputs, inputs, kernel, kernel)
        shapes[f"{name}.filter.bias"] = (2 * outputs,)
    shapes |= {"fc.weight": (256, 8192), "fc.bias": (256,), "fc2.weight": (PEOPLE, 256)}
    state = {}
    for name, shape in shapes.items():
        fan_in = max(int(np.prod(shape[1:])), 1)
        state[f"module.{name}"] = torch.randn(shape, generator=random) * (1.5 / fan_in) ** 0.5
    return state


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lightcnn") / "LightCNN_29Layers_V2_checkpoint.pth.tar"
    whole = {"epoch": 80, "arch": "LightCNN", "state_dict": published(), "prec1": 98.7}
    torch.save(whole, path, _use_new_zipfile_serialization=False)
    return path


def face(side: int = 200) -> tuple[Image, Landmarks]:
    """A picture with a bright left eye, a dark right eye and a red mouth, and its points."""
    image = np.full((side, side, 3), 120, np.uint8)
    points = np.full((68, 2), 100.0)
    for part, (x, y), colour in (
        (slice(36, 42), (70, 80), (255, 255, 255)),
        (slice(42, 48), (130, 80), (0, 0, 0)),
        (slice(48, 68), (100, 150), (250, 0, 0)),
    ):
        image[y - 6 : y + 7, x - 6 : x + 7] = colour
        points[part] = (x, y)
    points[48], points[54] = (85, 150), (115, 150)
    return image, points


def test_the_published_layers_are_this_networks(checkpoint: Path) -> None:
    net = load(checkpoint)
    assert set(published()) == {f"module.{name}" for name in net.state_dict()} | {
        "module.fc2.weight"
    }
    assert sum(one.numel() for one in net.parameters()) == 10_475_872
    with torch.no_grad():
        found = net(torch.rand(2, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0)))
    assert found.shape == (2, 256)
    assert found.std() > 0


def test_a_missing_layer_is_named(tmp_path: Path) -> None:
    state = published()
    del state["module.block3.2.conv1.filter.bias"]
    torch.save(state, tmp_path / "x.pth")
    with pytest.raises(WeightsError, match=r"block3\.2\.conv1"):
        load(tmp_path / "x.pth")


def test_eyes_and_mouth_come_where_the_network_learnt_them() -> None:
    _, points = face()
    for degrees in (0.0, 30.0, -100.0):
        matrix = affine.about(affine.rotation(degrees) * 1.3, [100, 100], [100, 100])
        moved = affine.transform(matrix, points)
        crop = alignment(moved)
        eyes = affine.transform(crop, moved[36:48].mean(0))
        mouth = affine.transform(crop, moved[[48, 54]].mean(0))
        np.testing.assert_allclose(eyes, [SIDE / 2 - 0.5, EYES_Y - 0.5], atol=1e-6)
        np.testing.assert_allclose(mouth - eyes, [0, EYES_TO_MOUTH], atol=1e-6)
        left, right = (
            affine.transform(crop, moved[part].mean(0)) for part in (slice(36, 42), slice(42, 48))
        )
        assert left[0] < right[0]


def test_a_prepared_face_is_grey_in_0_to_1_and_upright() -> None:
    image, points = face()
    seen = prepare(image, points)[0, 0].numpy()
    assert seen.shape == (SIDE, SIDE)
    assert 0 <= seen.min() < 0.05
    assert 0.95 < seen.max() <= 1
    x, y = np.rint(affine.transform(alignment(points), [70, 80])).astype(int)
    assert seen[y, x] == pytest.approx(1, abs=0.02)  # rows are y, as in the photo
    x, y = np.rint(affine.transform(alignment(points), [100, 150])).astype(int)
    assert seen[y, x] == pytest.approx(0.299 * 250 / 255, abs=0.02)  # red weighs .299, not .114


def test_scale_and_orientation_are_not_the_networks_own_business(checkpoint: Path) -> None:
    """What the ancestor did wrong would show: neither is taken out by the network."""
    net, seen = load(checkpoint), prepare(*face())
    with torch.no_grad():
        plain = torch.full_like(seen, float(seen.mean()))
        rows = net(torch.cat([seen, seen * 255, seen.transpose(2, 3), plain]))
    right, loud, sideways, nobody = rows
    cosine = torch.nn.functional.cosine_similarity
    assert cosine(right, loud, dim=0) < 0.999
    assert float(loud.norm() / right.norm()) > 10
    assert cosine(right - nobody, sideways - nobody, dim=0) < 0.97


def test_its_answer_can_be_descended(checkpoint: Path) -> None:
    net, seen = load(checkpoint), prepare(*face()).requires_grad_()
    net(seen).sum().backward()
    assert seen.grad is not None
    assert seen.grad.abs().sum() > 0
