"""The two players: shapes, starts, and that a picture depends on its latent alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.utils import parametrize

from mien.errors import OptionError
from mien.jobs.generate import latents
from mien.jobs.generate.codes import Codes, fit_codes
from mien.jobs.generate.losses import coarse_difference
from mien.jobs.generate.mixture import Mixture, fit_mixture, responsibilities
from mien.jobs.generate.model import FaceModel, load_model, save_model
from mien.jobs.generate.networks import make_judge, make_maker
from mien.jobs.generate.presets import PRESETS, Config, config
from mien.jobs.generate.recipe import ready_maker
from mien.nn.init import generator
from mien.seeding import rng

from .generate_help import tiny

CPU = torch.device("cpu")


def parameters(net: torch.nn.Module) -> int:
    return sum(one.numel() for one in net.parameters())


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_makes_and_judges_pictures_of_its_size(preset: str) -> None:
    settings = config(preset)
    maker, judge = make_maker(settings, 1), make_judge(settings, 1)
    with torch.no_grad():
        made = maker(torch.randn(8, settings.latent, generator=generator(1)))
        assert made.shape == (8, 3, settings.size, settings.size)
        assert float(made.abs().max()) <= 1.0
        assert judge(made).shape == (8, 1)
    assert {PRESETS[name].get("size", 64) for name in PRESETS} >= {32, 64, 128, 256}
    assert Config.from_config(settings.as_config()) == settings


def test_the_ancestors_networks_have_its_numbers_of_weights() -> None:
    settings = config("seed")
    # 5.13 and 4.31 million, facts of the ancestor; BatchNorm there has no scale.
    maker = make_maker(settings, 0)
    scales = sum(n.weight.numel() for n in maker.modules() if isinstance(n, torch.nn.BatchNorm2d))
    assert parameters(maker) - scales == pytest.approx(5.13e6, rel=0.002)
    assert parameters(make_judge(settings, 0)) == pytest.approx(4.31e6, rel=0.002)
    assert (settings.batch, settings.latent, settings.rate_maker, settings.beta1) == (
        *(100, 100),
        *(2e-4, 0.5),
    )


def test_seeds_decide_the_start() -> None:
    for make in (make_maker, make_judge):
        for preset in ("tiny", "sn-hinge"):
            first, same, other = (make(tiny(preset), seed).state_dict() for seed in (1, 1, 2))
            assert all(torch.equal(first[name], same[name]) for name in first)
            assert any(not torch.equal(first[name], other[name]) for name in first)


def test_the_hinge_judge_is_spectrally_normed() -> None:
    judge = make_judge(tiny("sn-hinge"), 0)
    layers = [m for m in judge.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    assert all(parametrize.is_parametrized(layer) for layer in layers)
    plain = make_judge(tiny("default"), 0).modules()
    assert not any(parametrize.is_parametrized(layer) for layer in plain)


def test_mistakes_in_presets_are_refused() -> None:
    with pytest.raises(OptionError, match="did you mean default"):
        config("defaul")
    with pytest.raises(ValueError, match="3 widths do not make 64 pixels"):
        make_maker(config("default", maker=(8, 8, 8)), 0)


def model_of(preset: str, *, full: bool = False) -> FaceModel:
    settings = config(preset) if full else tiny(preset)
    pictures = rng(1).integers(0, 256, (40, settings.size, settings.size, 3)).astype(np.uint8)
    codes = None
    if settings.code:
        codes = fit_codes(pictures, count=settings.code, grain=settings.grain, mirror=True)
    maker = make_maker(settings, 3)
    with torch.no_grad():
        for part in maker.modules():
            if isinstance(part, torch.nn.BatchNorm2d):
                part.bias.normal_(0, 0.3, generator=generator(5))
    ready = ready_maker(maker, settings, codes, batches=4)
    from mien.io.weights import WeightHeader

    return FaceModel(ready, settings, codes, WeightHeader("generate", preset), "", CPU)


@pytest.mark.parametrize("preset", ["default", "seed", "r3gan"])
def test_a_face_alone_is_the_face_in_any_batch(preset: str) -> None:
    """The ancestor's known fault, at full size: equal bytes alone, in a hundred, in any slot."""
    model = model_of(preset, full=True)
    wanted = torch.stack([model.latent(7, k) for k in range(100)])
    together = model.draw(wanted)
    for place in (0, 1, 15, 16, 63, 99):
        assert np.array_equal(model.draw(wanted[place : place + 1])[0], together[place]), place
    order = torch.from_numpy(rng(2).permutation(100))
    assert np.array_equal(model.draw(wanted[order]), together[order.numpy()])
    others = wanted[:16].clone()
    others[5] = wanted[42]
    assert np.array_equal(model.draw(others)[5], together[42])
    assert len({picture.tobytes() for picture in together}) == 100
    assert model.draw(wanted[:0]).shape == (0, 64, 64, 3)


def test_statistics_fit_the_averaged_weights() -> None:
    settings = tiny("default")
    maker = make_maker(settings, 1)
    ready = ready_maker(maker, settings, None, batches=40)
    assert not ready.training
    assert maker.training
    z = latents.drawn(2000, settings, None, generator(9))
    before = ready.get_submodule("norm")
    seen: list[Any] = []
    before.register_forward_hook(lambda module, given, made: seen.append(made))
    with torch.no_grad():
        ready(z)
    flat = seen[0].transpose(0, 1).flatten(1)
    assert float(flat.mean(1).abs().max()) < 0.1
    assert float((flat.std(1) - 1).abs().max()) < 0.1


def test_codes_are_white_and_find_their_picture() -> None:
    pictures = rng(4).integers(0, 256, (300, 8, 8, 3)).astype(np.uint8)
    codes = fit_codes(pictures, count=10, grain=4, mirror=True)
    assert codes.mean.shape == (48,)
    assert codes.grain == 4
    both = np.concatenate([pictures, pictures[:, :, ::-1]])
    planes = torch.from_numpy(both.transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1)
    found = codes.of(planes)
    assert float(found.mean(0).abs().max()) < 1e-3
    assert torch.allclose(torch.cov(found.T), torch.eye(10), atol=0.02)
    drawn = codes.drawn(4000, generator(1))
    assert float(drawn.mean(0).abs().max()) < 0.15
    assert torch.allclose(torch.cov(drawn.T), torch.eye(10), atol=0.2)
    # Nobody's own code is kept.
    assert float(torch.cdist(codes.centres, found).min()) > 0.1
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(codes.of(planes), found)


def test_a_mixture_finds_its_parts() -> None:
    random = rng(1, "parts")
    first = random.normal(size=(1500, 2)) * [0.2, 1.0] + [3.0, 0.0]
    second = random.normal(size=(500, 2)) * 0.5 - [3.0, 0.0]
    found = fit_mixture(np.concatenate([first, second]), most=2)
    order = np.argsort(found.shares)
    assert found.shares[order] == pytest.approx([0.25, 0.75], abs=0.01)
    assert found.centres[order] == pytest.approx(np.array([[-3.0, 0.0], [3.0, 0.0]]), abs=0.1)
    root = found.factors[order[1]]
    assert root @ root.T == pytest.approx(np.diag([0.04, 1.0]), abs=0.08)
    chances = responsibilities(np.array([[3.0, 0.5], [-3.0, 0.0]]), found)
    assert chances.sum(1) == pytest.approx([1.0, 1.0])
    assert chances[0, order[1]] > 0.999
    assert len(fit_mixture(first[:300]).shares) == 1


def test_latents_keep_unit_variance_and_their_seed() -> None:
    settings = config("default")
    one = Mixture(np.ones(1), np.zeros((1, 32)), np.eye(32)[None])
    codes = Codes(torch.zeros(768), torch.zeros(768, 32), one)
    drawn = latents.drawn(4000, settings, codes, generator(2))
    assert float(drawn.std(0).sub(1).abs().max()) < 0.08
    face = latents.of_seed(5, 17, settings, codes)
    assert torch.equal(face, latents.of_seed(5, 17, settings, codes))
    assert not torch.equal(face, latents.of_seed(5, 18, settings, codes))
    uniform = latents.drawn(500, config("seed"), None, generator(1))
    assert -1 <= float(uniform.min()) < -0.98
    assert 0.98 < float(uniform.max()) <= 1


def test_the_coarse_difference_is_blind_to_detail() -> None:
    real = torch.rand(2, 3, 16, 16, generator=generator(1))
    checks = torch.ones(16, 16)
    checks[::2, 1::2] = checks[1::2, ::2] = -1
    assert float(coarse_difference(real + checks, real)) < 1e-6
    assert float(coarse_difference(real + 0.5, real)) == pytest.approx(0.75)


def test_a_model_survives_its_file(tmp_path: Path) -> None:
    model = model_of("default")
    path = tmp_path / "weights.safetensors"
    told = {"data": "squares", "crop": {"name": "centre"}, "source": {"kind": "pack"}}
    digest = save_model(
        path, model.maker, model.codes, preset="default", config=model.config, told=told
    )
    for name in (str(path), str(tmp_path)):
        found = load_model(name, CPU)
        assert found.sha256 == digest
        assert found.config == model.config
        assert (found.header.data, found.header.crop) == ("squares", {"name": "centre"})
        z = torch.stack([model.latent(1, k) for k in range(20)])
        apart = found.draw(z).astype(int) - model.draw(z).astype(int)
        assert np.abs(apart).max() <= 2  # float16 weights
        assert torch.allclose(found.latent(1, 3), model.latent(1, 3), atol=2e-3)
