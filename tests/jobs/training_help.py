"""What every job's training is tested with: two processes against one, and that networks move."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import torch
from torch import Tensor

from mien.train import checkpoint
from mien.train.checkpoint import Snapshot
from mien.train.distributed import joined
from mien.train.live import Live
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.precision import Precision
from mien.train.recipe import Recipe
from mien.train.run_folder import RunFolder
from mien.train.verify import run_processes

CPU = torch.device("cpu")
STEPS = 20
EPS = 1e-4


def train_each(
    path: Path,
    names: Iterable[str],
    recipe: Callable[[str], Recipe],
    *,
    images: int,
    look_steps: int = 10,
    eps: float | None = None,
) -> None:
    """Trains recipes into folders by name, in the processes that this one is of.

    Two micro-batches make a step: one in each of two processes, or both here. `eps` stands in for
    Adam's: a bias that a norm takes back has no gradient but rounding, the usual epsilon makes a
    whole step of that, and two equal trainings differ for a reason that is none.
    """
    torch.set_num_threads(1)
    with joined(CPU) as world:
        for name in names:
            accumulate = 2 // world.size
            plan = Plan(images, accumulate=accumulate, look_steps=look_steps, preview_images=10**9)
            run = RunFolder(path / name)
            run.path.mkdir(parents=True, exist_ok=True)
            train(_with_eps(recipe(name), eps), plan, Outside(run, CPU, world))


def _with_eps(recipe: Recipe, eps: float | None) -> Recipe:
    if eps is None:
        return recipe
    kept = {n: dataclasses.replace(one, eps=eps) for n, one in recipe.optimisers.items()}
    return dataclasses.replace(recipe, optimisers=kept)


def as_two_and_as_one(every: Callable[[Path], None], path: Path) -> None:
    """Runs a training in two processes into `two`, and in this one into `one`."""
    run_processes(every, path / "two", count=2)
    (path / "one").mkdir()
    every(path / "one")


def last_of(path: Path) -> Snapshot:
    """The last checkpoint of a run."""
    return checkpoint.load(next(checkpoint.checkpoints(path / "checkpoints")))


def weights_of_both(path: Path, name: str, steps: int) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Every weight of a recipe after both trainings, by its name.

    Running statistics are left out: each process keeps its own, and a finished model's are
    computed anew.
    """
    one, two = (last_of(path / kind / name) for kind in ("one", "two"))
    assert one.progress["step"] == two.progress["step"] == steps
    for net, weights in one.parts["weights"].items():
        for key, weight in weights.items():
            if "running" not in key and "tracked" not in key:
                yield f"{net}.{key}", weight, two.parts["weights"][net][key]


def assert_one(
    path: Path, names: Iterable[str], *, steps: int = STEPS, floor: float = 1e-5
) -> None:
    """Every weight after both trainings is the same within 1e-4 of its tensor's largest.

    floor   what a tensor that is nothing but rounding may differ by
    """
    for preset in names:
        for name, one, two in weights_of_both(path, preset, steps):
            apart = float((one - two).abs().max())
            assert apart <= 1e-4 * float(one.abs().max()) + floor, (preset, name, apart)


def still_after_bf16(recipe: Recipe, images: int, path: Path) -> set[str]:
    """Names of the parameters that a training in bf16 leaves as they were; all end finite."""
    before = {
        name: value.detach().clone() for name, value in parameters(recipe) if value.requires_grad
    }
    run = RunFolder(path)
    run.path.mkdir()
    plan = Plan(images=images, precision=Precision("bf16", True), preview_images=10**9)
    after = dict(parameters(train(recipe, plan, Outside(run))))
    for name, value in after.items():
        assert bool(torch.isfinite(value).all()), name
    return {name for name, value in before.items() if torch.equal(value, after[name])}


def parameters(trained: Recipe | Live) -> Iterator[tuple[str, Tensor]]:
    """All parameters, by network and name; in the end one player waits for the other."""
    for net, module in trained.nets.items():
        for name, value in module.named_parameters():
            yield f"{net}.{name}", value
