from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mien.errors import WeightsError
from mien.face.bisenet import (
    CLASSES,
    DEVIATION,
    MEAN,
    PART_OF_CLASS,
    SIDE,
    BiSeNet,
    load,
    normalised,
    parse,
    prepare,
)
from mien.face.parsing_net import PART, PARTS

# The layers of 79999_iter.pth: convolutions (name, maps in, maps out, kernel), norms (name, maps).
_STAGES = ((1, 64, 64), (2, 64, 128), (3, 128, 256), (4, 256, 512))
_HEADS = (("conv_out", 256, 256), ("conv_out16", 128, 64), ("conv_out32", 128, 64))
_REFINED = (("cp.arm16", 256), ("cp.arm32", 512))
_JOINED = (
    ("cp.conv_head32", 128, 128, 3),
    ("cp.conv_head16", 128, 128, 3),
    ("cp.conv_avg", 512, 128, 1),
    ("ffm.convblk", 256, 256, 1),
    *((f"{name}.conv", inputs, 128, 3) for name, inputs in _REFINED),
    *((f"{name}.conv", inputs, middle, 3) for name, inputs, middle in _HEADS),
)
CONVOLUTIONS = (
    ("cp.resnet.conv1", 3, 64, 7),
    *(
        (f"cp.resnet.layer{k}.{block}.conv{c}", i if (block, c) == (0, 1) else o, o, 3)
        for k, i, o in _STAGES
        for block in (0, 1)
        for c in (1, 2)
    ),
    *((f"cp.resnet.layer{k}.0.downsample.0", i, o, 1) for k, i, o in _STAGES[1:]),
    *((f"{name}.conv", i, o, kernel) for name, i, o, kernel in _JOINED),
    *((f"{name}.conv_atten", 128, 128, 1) for name, _ in _REFINED),
    ("ffm.conv1", 256, 64, 1),
    ("ffm.conv2", 64, 256, 1),
    *((f"{name}.conv_out", middle, 19, 1) for name, _, middle in _HEADS),
)
NORMS = (
    ("cp.resnet.bn1", 64),
    *((f"cp.resnet.layer{k}.{b}.bn{c}", o) for k, _, o in _STAGES for b in (0, 1) for c in (1, 2)),
    *((f"cp.resnet.layer{k}.0.downsample.1", o) for k, _, o in _STAGES[1:]),
    *((f"{name}.bn", o) for name, _, o, _ in _JOINED),
    *((f"{name}.bn_atten", 128) for name, _ in _REFINED),
)


def published() -> dict[str, torch.Tensor]:
    random = torch.Generator().manual_seed(2)
    state = {}
    for name, inputs, outputs, kernel in CONVOLUTIONS:
        shape = (outputs, inputs, kernel, kernel)
        scale = (2 / (inputs * kernel**2)) ** 0.5
        state[f"{name}.weight"] = torch.randn(shape, generator=random) * scale
    for name, maps in NORMS:
        state[f"{name}.weight"] = torch.ones(maps)
        state[f"{name}.bias"] = torch.zeros(maps)
        state[f"{name}.running_mean"] = torch.zeros(maps)
        state[f"{name}.running_var"] = torch.ones(maps)
        state[f"{name}.num_batches_tracked"] = torch.tensor(80_000)
    return state


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bisenet") / "79999_iter.pth"
    torch.save(published(), path, _use_new_zipfile_serialization=False)
    return path


def test_the_published_layers_are_this_networks(checkpoint: Path) -> None:
    net = load(checkpoint)
    assert set(net.state_dict()) == set(published())
    with torch.no_grad():
        logits = net(torch.zeros(1, 3, 64, 96))
    assert logits.shape == (1, 19, 64, 96)


def test_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    state = published()
    state["conv_out.conv_out.weight"] = torch.zeros(11, 256, 1, 1)
    torch.save(state, tmp_path / "x.pth")
    with pytest.raises(WeightsError, match="conv_out"):
        load(tmp_path / "x.pth")


def test_prepared_pictures_have_the_trainings_scale_order_and_orientation() -> None:
    crop = np.zeros((256, 256, 3), np.uint8)
    crop[:128] = (255, 0, 0)  # red above
    seen = prepare(crop)[0]
    assert seen.shape == (3, SIDE, SIDE)
    for channel, top in enumerate((1.0, 0.0, 0.0)):
        wanted = (top - MEAN[channel]) / DEVIATION[channel]
        assert float(seen[channel, 100, 400]) == pytest.approx(wanted, abs=1e-5)
        below = -MEAN[channel] / DEVIATION[channel]
        assert float(seen[channel, 400, 100]) == pytest.approx(below, abs=1e-5)


def test_scale_order_and_orientation_change_the_answer(checkpoint: Path) -> None:
    net = load(checkpoint)
    crop = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        right = net(normalised(crop)).argmax(1)
        for wrong in (
            normalised(crop.flip(1)),
            crop,
            crop * 255,
            normalised(crop.transpose(2, 3)),
        ):
            assert (net(wrong).argmax(1) != right).float().mean() > 0.05


def test_every_class_is_one_of_our_parts() -> None:
    assert set(PART_OF_CLASS) == set(CLASSES)
    assert len(CLASSES) == 19
    assert CLASSES[17] == "hair"
    assert set(PART_OF_CLASS.values()) == set(PARTS) - {"beard"}


class _Halves(BiSeNet):
    """Says hair in the upper half of what it sees, cloth below."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits = torch.zeros(len(x), 19, *x.shape[2:])
        half = x.shape[2] // 2
        logits[:, CLASSES.index("hair"), :half] = 30
        logits[:, CLASSES.index("cloth"), half:] = 30
        return logits


def test_parts_lie_on_the_photo() -> None:
    points = np.full((68, 2), 100.0)
    points[36:42], points[42:48], points[48:60] = (85, 100), (115, 100), (100, 132)
    found = parse(_Halves(), np.zeros((220, 200, 3), np.uint8), points)
    assert found.shape == (220, 200, len(PARTS))
    np.testing.assert_allclose(found.sum(2), 1, atol=1e-5)
    assert found[90, 100, PART["hair"]] == pytest.approx(1, abs=1e-3)
    assert found[130, 100, PART["cloth"]] == pytest.approx(1, abs=1e-3)
    assert found[219, 0, PART["background"]] == 1
