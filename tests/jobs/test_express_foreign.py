"""Other people's GANimation: checkpoints built by layer names, read as ours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mien.errors import WeightsError
from mien.face import affine
from mien.jobs.express import foreign
from mien.jobs.express.model import load_model
from mien.nn.init import generator

CPU = torch.device("cpu")
WIDTH, BLOCKS, AUS = 4, 2, 17


class Block(nn.Module):
    def __init__(self, width: int, *, tracks: bool) -> None:
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(width, width, 3, 1, 1, bias=False),
            nn.InstanceNorm2d(width, affine=True, track_running_stats=tracks),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, 1, 1, bias=False),
            nn.InstanceNorm2d(width, affine=True, track_running_stats=tracks),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.main(x)


class Theirs(nn.Module):
    """GANimation's generator as both repositories describe it, under either one's names."""

    def __init__(self, *, ancestor: bool, aus: int = AUS) -> None:
        super().__init__()
        layers: list[nn.Module] = []

        def add(layer: nn.Module, width: int) -> None:
            norm = nn.InstanceNorm2d(width, affine=True, track_running_stats=ancestor)
            layers.extend([layer, norm, nn.ReLU()])

        add(nn.Conv2d(3 + aus, WIDTH, 7, 1, 3, bias=False), WIDTH)
        copies = [list(layers)]
        for width in (WIDTH, 2 * WIDTH):
            add(nn.Conv2d(width, 2 * width, 4, 2, 1, bias=False), 2 * width)
        copies.append(list(layers))
        layers.extend(Block(4 * WIDTH, tracks=ancestor) for _ in range(BLOCKS))
        copies.append(list(layers))
        for width in (4 * WIDTH, 2 * WIDTH):
            add(nn.ConvTranspose2d(width, width // 2, 4, 2, 1, bias=False), width // 2)
        copies.append(list(layers))
        if ancestor:
            for number, copy in enumerate(copies, 1):
                self.add_module(f"debug{number}", nn.Sequential(*copy))
        self.main = nn.Sequential(*layers)
        self.names = ("im_reg", "im_att") if ancestor else ("img_reg", "attetion_reg")
        for name, width, last in zip(self.names, (3, 1), (nn.Tanh(), nn.Sigmoid()), strict=True):
            self.add_module(name, nn.Sequential(nn.Conv2d(WIDTH, width, 7, 1, 3, bias=False), last))
        random = generator(1, "theirs")
        with torch.no_grad():
            for one in self.parameters():
                one.copy_(torch.randn(one.shape, generator=random) * 0.3)

    def forward(self, x: Tensor, aus: Tensor) -> tuple[Tensor, Tensor]:
        planes = aus[:, :, None, None].expand(-1, -1, *x.shape[2:])
        features = self.main(torch.cat([x, planes], 1))
        return tuple(self.get_submodule(name)(features) for name in self.names)  # pyright: ignore[reportReturnType]


def saved(path: Path, *, ancestor: bool, aus: int = AUS) -> Theirs:
    net = Theirs(ancestor=ancestor, aus=aus)
    torch.save(net.state_dict(), path)
    return net


@pytest.mark.parametrize("ancestor", [True, False], ids=["ancestor", "original"])
@pytest.mark.parametrize("attention", ["keep", "change"])
def test_both_name_orders_and_conventions_give_their_pictures(
    ancestor: bool, attention: foreign.Attention, tmp_path: Path
) -> None:
    path = tmp_path / ("12000-30-G.ckpt" if ancestor else "net_epoch_30_id_generator.pth")
    theirs = saved(path, ancestor=ancestor)
    model = load_model(str(path), CPU, attention=attention)
    assert model.config.kind == "ganimation"
    assert (model.config.channels, model.config.repeat, model.config.aus) == (WIDTH, BLOCKS, AUS)
    random = generator(2, "pictures")
    x = torch.rand((2, 3, 32, 32), generator=random) * 2 - 1
    aus = torch.rand((2, AUS), generator=random)
    with torch.no_grad():
        colour, mask = theirs.train()(x, aus)
        made = model.maker(x, aus)
    keeps = mask if attention == "keep" else 1 - mask
    wanted = (1 - keeps) * colour + keeps * x
    assert torch.allclose(made[:, :3], wanted, atol=1e-5)
    assert torch.allclose(made[:, 3:], keeps, atol=1e-5)
    assert (colour - x).abs().mean() > 0.1
    assert float((mask - 0.5).abs().mean()) > 0.03
    assert model.header.crop["name"] == "openface"


def test_layers_have_to_be_all_there_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "G.pth"
    theirs = saved(path, ancestor=True)
    state = theirs.state_dict()
    for change, said in (
        ({"more.weight": torch.zeros(1)}, "more.weight"),
        ({"main.0.bias": torch.zeros(WIDTH)}, "bias"),
        ({"debug1.0.weight": torch.zeros_like(state["main.0.weight"])}, "debug1.0.weight"),
        ({"debug2.77.weight": torch.zeros(1)}, "debug2.77.weight"),
        ({"im_att.0.weight": torch.zeros(2, WIDTH, 7, 7)}, "im_reg"),
        ({"main.9.main.0.weight": torch.zeros(1)}, "9.main.0.weight"),
    ):
        torch.save({**state, **change}, path)
        with pytest.raises(WeightsError) as caught:
            load_model(str(path), CPU)
        assert "\n" not in str(caught.value)
        assert said in str(caught.value) or "body" in str(caught.value)
    for missing in ("im_att.0.weight", "main.1.weight", "main.0.weight"):
        lost = {n: one for n, one in state.items() if n != missing and not n.startswith("debug")}
        torch.save(lost, path)
        with pytest.raises(WeightsError, match=r"G\.pth"):
            load_model(str(path), CPU)
    saved(path, ancestor=False, aus=5)
    with pytest.raises(WeightsError, match="5 Action Units"):
        load_model(str(path), CPU)
    torch.save({"conv.weight": torch.zeros(3)}, path)
    with pytest.raises(WeightsError, match="im_att"):
        load_model(str(path), CPU)


def test_nothing_in_a_checkpoint_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (Path("ran"),))

    torch.save({"main.0.weight": Hostile()}, tmp_path / "G.pth")
    with pytest.raises(WeightsError):
        load_model(str(tmp_path / "G.pth"), CPU)
    assert not (tmp_path / "ran").exists()


def test_the_newest_of_a_folder_counts(tmp_path: Path) -> None:
    assert foreign.newest(tmp_path) is None
    for name in ("9000-9-G.ckpt", "10000-10-G.ckpt", "11-11000-G.ckpt", "99999-99-D.ckpt", "x.pth"):
        (tmp_path / name).write_bytes(b"")
    found = foreign.newest(tmp_path)
    assert found is not None
    assert found.name == "11-11000-G.ckpt"
    other = tmp_path / "original"
    other.mkdir()
    for epoch in (5, 30, 9):
        (other / f"net_epoch_{epoch}_id_generator_wgan.pth").write_bytes(b"")
    found = foreign.newest(other)
    assert found is not None
    assert found.name == "net_epoch_30_id_generator_wgan.pth"
    saved(other / "net_epoch_31_id_G.pth", ancestor=False)
    assert load_model(str(other), CPU).config.channels == WIDTH


def test_the_crop_is_openfaces() -> None:
    points = np.zeros((68, 2))
    points[36:42], points[42:48] = (200.0, 300.0), (260.0, 300.0)
    points[48:68] = (230.0, 362.0)
    alignment = foreign.openface_alignment(points, 128)
    eyes = affine.transform(alignment.matrix, points[[36, 42]])
    assert eyes.mean(0) == pytest.approx([62.9, 35.7], abs=0.3)
    assert 48.0 < eyes[1, 0] - eyes[0, 0] < 51.0
