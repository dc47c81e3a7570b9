from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image as Pillow

from mien.errors import InputError, WeightsError
from mien.face.align import align_dlib, crop
from mien.face.analyse import analyse
from mien.face.convert_identity import convert
from mien.face.dlib_format import read_resnet
from mien.face.identity import SAME_PERSON, distance, embed, network, read_network, to_tensor
from mien.face.identity_net import IdentityNet, build, tensors_of
from mien.types import Face, Image

# What dlib 20.0.1 itself answers: the first eight numbers, the length, and for one the sum.
RAMP = (-0.0750547, 0.0929208, 0.0740696, -0.0282778, -0.0556861, -0.0752687, -0.068811, 0.0062681)
WAVES = (-0.1561564, 0.0888075, 0.0450079, -0.0766156, -0.1507809, -0.0333734)
WAVES = (*WAVES, -0.0085234, -0.1144181)
ASTRONAUT = (-0.0662784, 0.0209232, 0.0176365, -0.0641706, -0.1525062, -0.0192113)
ASTRONAUT = (*ASTRONAUT, -0.0386818, -0.118207)
ASTRONAUT_POINTS = ((255, 104), (238, 105), (195, 101), (212, 103), (224, 135))

HALF = 0.0003  # what storing the weights in float16 may change in one number; 0.00011 measured


@pytest.fixture(scope="module")
def chips() -> np.ndarray:
    y, x = np.mgrid[:150, :150]
    ramp = np.stack([(3 * x + 5 * y + 40 * c) % 256 for c in range(3)], -1)
    waves = [127.5 + 50 * (np.sin(y / 9) + np.cos(x / 7) + 0.3 * c) for c in range(3)]
    return np.stack([ramp, np.clip(np.stack(waves, -1), 0, 255)]).astype(np.uint8)


@pytest.fixture(scope="module")
def exact(resnet_file: Path) -> IdentityNet:
    return build(tensors_of(read_resnet(resnet_file)))


def test_the_shipped_network_answers_as_dlib_does(chips: np.ndarray) -> None:
    ramp, waves = embed(chips)
    assert_allclose(ramp[:8], RAMP, atol=HALF)
    assert_allclose(waves[:8], WAVES, atol=HALF)
    assert np.linalg.norm(ramp) == pytest.approx(1.2961649, abs=0.001)
    assert np.linalg.norm(waves) == pytest.approx(1.3398276, abs=0.001)


def test_in_full_precision_it_answers_to_five_digits(chips: np.ndarray, exact: IdentityNet) -> None:
    ramp, waves = exact(to_tensor(chips)).numpy()
    assert_allclose(ramp[:8], RAMP, atol=2e-5)
    assert_allclose(waves[:8], WAVES, atol=2e-5)
    assert np.linalg.norm(ramp) == pytest.approx(1.2961649, abs=2e-5)
    assert ramp.sum() == pytest.approx(-0.5823178, abs=2e-4)


def test_the_astronauts_descriptor(astronaut: Image, exact: IdentityNet) -> None:
    chip = crop(astronaut, align_dlib(np.array(ASTRONAUT_POINTS, float)))
    full = exact(to_tensor(chip[None])).numpy()[0]
    assert_allclose(full[:8], ASTRONAUT, atol=5e-4)  # a few pixels differ by one from dlib's chip
    assert np.linalg.norm(full) == pytest.approx(1.457288, abs=5e-4)
    assert distance(embed([chip])[0], full) < 0.002


def test_half_precision_hardly_moves_a_descriptor(chips: np.ndarray, exact: IdentityNet) -> None:
    full = exact(to_tensor(chips)).numpy()
    assert distance(embed(chips), full).max() < 0.002


def test_a_chip_has_the_same_descriptor_alone_and_in_company(chips: np.ndarray) -> None:
    noise = np.random.Generator(np.random.PCG64(1)).integers(0, 256, (5, 150, 150, 3), np.uint8)
    together = embed(np.concatenate([noise, chips]))
    assert_array_equal(together[5:], embed(chips))
    assert_array_equal(together[6], embed(chips[1:])[0])


def test_red_and_blue_are_not_the_same(chips: np.ndarray) -> None:
    assert distance(embed(chips), embed(chips[..., ::-1])).min() > 0.02


def test_features_shrink_as_published(chips: np.ndarray) -> None:
    shapes = [tuple(x.shape[1:]) for x in network().features(to_tensor(chips[:1]))]
    assert shapes == [
        *((32, 35, 35),) * 4,
        *((64, 17, 17),) * 4,
        *((128, 8, 8),) * 3,
        *((256, 4, 4),) * 3,
        (256, 2, 2),
    ]


def test_gradients_reach_the_pixels(chips: np.ndarray) -> None:
    net = read_network().double()
    dither = np.random.Generator(np.random.PCG64(2)).uniform(-0.5, 0.5, (1, 3, 150, 150))
    x = (to_tensor(chips[1:]).double() + torch.from_numpy(dither)).requires_grad_(True)
    net(x).square().sum().backward()
    assert x.grad is not None
    way = x.grad / x.grad.norm()
    with torch.no_grad():
        ahead, behind = (net(x + s * 1e-4 * way).square().sum() for s in (1, -1))
    slope = ((ahead - behind) / 2e-4).item()
    assert slope == pytest.approx(x.grad.norm().item(), rel=1e-4)
    assert not any(parameter.requires_grad for parameter in net.parameters())


@pytest.mark.parametrize(
    "wrong", [np.zeros((1, 160, 160, 3), np.uint8), np.zeros((1, 150, 150, 3), np.float32)]
)
def test_chips_of_another_kind_are_refused(wrong: np.ndarray) -> None:
    with pytest.raises(InputError, match=r"wanted \(n, 150, 150, 3\) uint8: crop them"):
        embed(wrong)


def test_no_chips_no_descriptors() -> None:
    assert embed([]).shape == (0, 128)


def test_the_converter_makes_what_ships(resnet_file: Path, tmp_path: Path) -> None:
    convert(tmp_path / "made.safetensors", resnet_file)
    made, shipped = read_network(tmp_path / "made.safetensors").state_dict(), network().state_dict()
    assert made.keys() == shipped.keys()
    assert all(torch.equal(made[name], shipped[name]) for name in made)


def test_a_network_of_another_shape_is_refused() -> None:
    state = {name: value.numpy() for name, value in network().state_dict().items()}
    state["head.weight"] = state["head.weight"][:64]
    with pytest.raises(
        WeightsError, match=r"identity network: .*head.weight.* wanted dlib's ResNet"
    ):
        build(state)


@pytest.mark.real
def test_one_person_is_nearer_than_two(real_photos: Path) -> None:
    def largest(name: str) -> Face:
        with Pillow.open(real_photos / name) as picture:
            return analyse(np.asarray(picture.convert("RGB")))[0]

    one, same, other = (largest(f"{n}.jpg").embedding for n in ("obama", "obama2", "biden"))
    assert distance(one, same) < 0.45
    assert distance(one, other) > SAME_PERSON + 0.15
    assert distance(same, other) > SAME_PERSON + 0.15
