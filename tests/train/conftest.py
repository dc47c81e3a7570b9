"""A tiny adversarial recipe that trains in milliseconds a step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from mien.losses import adversarial
from mien.losses.terms import Loss, told
from mien.nn.blocks import DownBlock, UpBlock, append_spread
from mien.nn.init import generator, he_normal
from mien.ops.gradients import zero_centred
from mien.seeding import rng
from mien.train.recipe import Adam, Phase, Recipe, Turn
from mien.train.run_folder import RunFolder
from mien.train.schedule import decaying

SIZE, LATENT = 16, 8


class TinyMaker(nn.Module):
    """(n, 8) to (n, 3, 16, 16)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(LATENT, 16 * 16)
        self.blocks = nn.Sequential(UpBlock(16, 8), UpBlock(8, 8))
        self.last = nn.Conv2d(8, 3, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        x = self.blocks(self.first(z).reshape(-1, 16, 4, 4))
        return torch.tanh(self.last(x))


class TinyJudge(nn.Module):
    """(n, 3, 16, 16) to (n, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.blocks = nn.Sequential(DownBlock(8, 16), DownBlock(16, 16))
        self.last = nn.Linear(17 * 16, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = append_spread(self.blocks(self.first(x)))
        return self.last(x.flatten(1))


@dataclasses.dataclass(frozen=True)
class Blobs:
    """Coloured squares; sample k of the stream depends on k alone."""

    poison: int | None = None

    def take(self, first: int, count: int) -> Mapping[str, Any]:
        index = np.arange(first, first + count)
        pictures = np.stack([self.picture(int(k)) for k in index])
        if self.poison is not None and first <= self.poison < first + count:
            pictures[0, 0, 0, 0] = np.nan
        return {"image": pictures, "index": index}

    def picture(self, k: int) -> np.ndarray:
        random = rng(5, "blob", k % 40)
        picture = np.zeros((3, SIZE, SIZE), np.float32) + random.uniform(-1, 1, (3, 1, 1))
        x, y = random.integers(2, 9, 2)
        picture[:, y : y + 5, x : x + 5] = random.uniform(-1, 1, (3, 1, 1))
        return picture.astype(np.float32)


@dataclasses.dataclass
class Memory:
    """A state that is not a network."""

    seen: float = 0.0
    trace: Tensor = dataclasses.field(default_factory=lambda: torch.zeros(3))

    def observe(self, terms: Mapping[str, float], images: int) -> None:
        self.seen += terms["judge/real"]
        self.trace[images % 3] += terms["maker/loss"]

    def state_dict(self) -> dict[str, Any]:
        return {"seen": self.seen, "trace": self.trace}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.seen, self.trace = state["seen"], state["trace"].clone()


def judge_loss(turn: Turn) -> Loss:
    real = turn.batch["image"]
    fake = turn.once("fake", lambda: turn.nets["maker"](latents(turn))).detach().float()
    lazy = turn.step % 4 == 0
    if lazy:
        real, fake = real.clone().requires_grad_(True), fake.requires_grad_(True)
    seen, made = turn.nets["judge"](real), turn.nets["judge"](fake)
    turn.kept["real"] = seen.detach()
    total = adversarial.relativistic_discriminator(seen, made)
    if lazy:
        total = total + 2.0 * (zero_centred(seen, real) + zero_centred(made, fake))
    return told(total, real=seen, fake=made)


def maker_loss(turn: Turn) -> Loss:
    fake = turn.once("fake", lambda: turn.nets["maker"](latents(turn)))
    made = turn.nets["judge"](fake.float())
    return told(adversarial.relativistic_generator(turn.kept["real"], made), fake=made)


def latents(turn: Turn) -> Tensor:
    return turn.normal(len(turn.batch["image"]), LATENT, purpose="latent")


def tiny_recipe(
    *, seed: int = 3, images: int = 320, batch: int = 8, poison: int | None = None
) -> Recipe:
    """Two networks, two phases, an average, a state, a schedule."""
    nets = {"maker": TinyMaker(), "judge": TinyJudge()}
    for name, net in nets.items():
        he_normal(net, generator(seed, name))
    memory = Memory()
    fall = decaying(images, hold=0.3)
    return Recipe(
        job="generate",
        preset="tiny",
        config={"seed": seed},
        nets=nets,
        phases=(
            Phase("judge", ("judge",), judge_loss, keeps=("maker",)),
            Phase("maker", ("maker",), maker_loss),
        ),
        optimisers={name: Adam(2e-3, (0.0, 0.99), fall) for name in nets},
        batches=Blobs(poison),
        batch=batch,
        seed=seed,
        ema={"maker": 100.0},
        state={"memory": memory},
        observe=memory.observe,
        preview=preview,
    )


def preview(nets: Mapping[str, nn.Module]) -> np.ndarray:
    training = nets["maker"].training
    with torch.no_grad():
        made = nets["maker"].eval()(torch.randn(16, LATENT, generator=generator(1)))
    nets["maker"].train(training)
    return ((made.permute(0, 2, 3, 1).numpy() + 1) * 127.5).round().astype(np.uint8)


@pytest.fixture
def make_recipe() -> Callable[..., Recipe]:
    """Makes the tiny recipe."""
    return tiny_recipe


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """An empty run folder."""
    path = tmp_path / "runs" / "00000-generate-tiny"
    path.mkdir(parents=True)
    return RunFolder(path)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
