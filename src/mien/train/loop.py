"""The training loop: the one that trains everything.

take micro-batches -> phases in order -> averages -> now and then a look: read the terms, refuse
NaN, let the recipe observe, watch, log, draw a preview, save.
"""

from __future__ import annotations

import dataclasses
import math
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import torch

from mien.errors import OutputError, TrainingError
from mien.io.atomic import remove_leftovers
from mien.io.names import terminal_safe
from mien.messages import text
from mien.train import checkpoint
from mien.train.distributed import World, from_leader, mean_over_ranks
from mien.train.feed import Feed
from mien.train.live import Live, Numbers
from mien.train.log import Look, RunLog
from mien.train.plan import SLOWDOWN, Plan
from mien.train.recipe import Recipe
from mien.train.run_folder import RunFolder


@dataclasses.dataclass(frozen=True)
class Outside:
    """What the loop knows of the world around it.

    run      where it writes
    device   where it computes
    world    this process among all
    told     is given every look, by rank 0 alone
    stop     asked at every look; True ends the run early, saved
    """

    run: RunFolder
    device: torch.device = torch.device("cpu")
    world: World = World()
    told: Callable[[Look], None] = lambda look: None
    stop: Callable[[], bool] = lambda: False


def train(recipe: Recipe, plan: Plan, outside: Outside) -> Live:
    """Trains from the run's latest checkpoint, or from the start, to `plan.images`.

    Raises TrainingError where numbers stop being finite twice or every checkpoint is damaged,
    OutputError where the disk is full; the latest checkpoint is then whole.
    """
    live = Live(recipe, plan, outside.world, outside.device)
    with RunLog(recipe, plan, outside.run, writes=outside.world.leads) as log:
        if not resume(live, outside, log):
            check_space(live, outside)
            save(live, outside)
        log.begin(live)
        saved, stopped = time.monotonic(), False
        feed = Feed(recipe.batches, outside.world, size=recipe.batch, lanes=live.lanes)
        with feed:
            while live.images < plan.images and not stopped:
                start = time.perf_counter()
                numbers = live.run_step(feed.step(live.step))
                live.seconds += time.perf_counter() - start
                if live.step % plan.look_steps and live.images < plan.images:
                    continue
                terms, stopped = gather(numbers, outside)
                if not finite(terms, plan):
                    roll_back(live, outside, log)
                    continue
                if recipe.observe is not None:
                    recipe.observe(terms, live.images)
                done = stopped or live.images >= plan.images
                if outside.world.leads:
                    outside.told(log.look(live, terms, waited=feed.waited, last=done))
                    if done or time.monotonic() - saved > plan.save_seconds:
                        save(live, outside)
                        saved = time.monotonic()
    return live


def resume(live: Live, outside: Outside, log: RunLog) -> bool:
    """Takes the latest checkpoint back; False where there is none."""
    found = None
    if outside.world.leads:
        remove_leftovers(outside.run.checkpoints)
        found = checkpoint.latest(outside.run.checkpoints, warn=log.say)
    found = from_leader(found, outside.world)
    if found is not None:
        live.restore(found)
    return found is not None


def save(live: Live, outside: Outside) -> None:
    """Writes a checkpoint, on rank 0 alone."""
    if outside.world.leads:
        folder = outside.run.checkpoints
        checkpoint.save(folder, live.step, live.snapshot(), keep=live.plan.keep)


def check_space(live: Live, outside: Outside) -> None:
    """Refuses to begin where the checkpoints to come cannot fit; raises OutputError."""
    if not outside.world.leads:
        return
    needed = checkpoint_bytes(live) * (live.plan.keep + 1)
    free = shutil.disk_usage(existing_parent(outside.run.path)).free
    if free < needed:
        sizes = {"needed": needed / 2**20, "free": free / 2**20}
        raise OutputError(text("train.space", path=terminal_safe(outside.run.path), **sizes))


def existing_parent(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(one for one in (path, *path.absolute().parents) if one.exists())


def checkpoint_bytes(live: Live) -> int:
    """About how large one checkpoint is: weights and averages, and two moments of each weight."""
    modules = [*live.nets.values(), *live.averages.values()]
    plain = sum(one.numel() * 4 for net in modules for one in net.state_dict().values())
    moments = sum(one.numel() * 8 for weights in live.trainable.values() for one in weights)
    return plain + moments


def gather(numbers: Numbers, outside: Outside) -> tuple[dict[str, float], bool]:
    """Means of the terms over all processes, and whether any of them wants to stop."""
    values = [value.reshape(()).to(outside.device, torch.float32) for value in numbers.values()]
    wish = torch.tensor(float(outside.stop()), device=outside.device)
    means = mean_over_ranks(torch.stack([*values, wish]), outside.world).tolist()
    return dict(zip(numbers, means[:-1], strict=True)), means[-1] > 0


def finite(terms: dict[str, float], plan: Plan) -> bool:
    """Whether all terms are; fp16 gradients may overflow, their step is left out then."""
    return all(
        math.isfinite(value)
        for name, value in terms.items()
        if plan.precision.format != "fp16" or "/gradient " not in name
    )


def roll_back(live: Live, outside: Outside, log: RunLog) -> None:
    """Goes back to the latest checkpoint with lower rates, the first time.

    Raises TrainingError the second time.
    """
    again, where = live.rollbacks > 0, live.step
    if not resume(live, outside, log):
        raise TrainingError(text("train.nan_start"))
    if again:
        values = {"step": where, "good": live.step, "path": terminal_safe(outside.run.path)}
        raise TrainingError(text("train.nan_again", **values))
    live.rollbacks += 1
    live.slowdown *= SLOWDOWN
    save(live, outside)  # a kill from here on must not forget the lower rate
    log.say(text("train.nan_once", step=where, good=live.step, rate=live.slowdown))
