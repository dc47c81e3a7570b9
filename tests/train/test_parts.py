"""Schedules, formats, run folders, feeding, stopping."""

from __future__ import annotations

import dataclasses
import os
import signal
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.errors import InputError, OptionError
from mien.train.checkpoint import fingerprint
from mien.train.distributed import World
from mien.train.feed import Feed
from mien.train.live import Live
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.precision import CANDIDATES, Precision, measure
from mien.train.recipe import Phase, Recipe, Turn
from mien.train.run_folder import RunFolder, existing_runs, find_run, new_run
from mien.train.schedule import Constant, Product, Ramp, decaying
from mien.train.stopping import orderly

MakeRecipe = Callable[..., Recipe]
CPU = torch.device("cpu")


def test_schedules() -> None:
    ramp = Ramp(100, 200, 10.0, 2.0)
    assert [ramp(k) for k in (0, 100, 150, 200, 999)] == [10.0, 10.0, 6.0, 2.0, 2.0]
    assert Product((Constant(3.0), ramp))(150) == 18.0
    fall = decaying(1000, hold=0.5, last=0.1)
    assert fall(500) == 1.0
    assert fall(750) == pytest.approx(0.55)
    assert fall(1000) == pytest.approx(0.1)
    assert decaying(1000, warm_up=100)(50) == pytest.approx(0.5)
    assert decaying(0, hold=1.0)(5) == pytest.approx(0.1)


@pytest.mark.parametrize("precision", [*CANDIDATES, Precision("fp16")], ids=lambda one: one.name)
def test_every_format_trains_with_penalties(
    precision: Precision, make_recipe: MakeRecipe, run: RunFolder
) -> None:
    plan = Plan(images=64, precision=precision, look_steps=4, preview_images=10**9)
    looks = []
    live = train(make_recipe(images=64), plan, Outside(run, told=looks.append))
    assert {weight.dtype for weight in live.nets["judge"].parameters()} == {torch.float32}
    assert all(np.isfinite(list(look.terms.values())).all() for look in looks)
    first = live.nets["maker"].get_submodule("blocks.0.conv1").weight
    assert isinstance(first, torch.Tensor)
    assert first.is_contiguous(memory_format=precision.memory_format)
    again = train(make_recipe(images=64), plan, Outside(run))
    assert fingerprint(again.snapshot()) == fingerprint(live.snapshot())


def test_bf16_is_near_fp32(make_recipe: MakeRecipe) -> None:
    lengths = {}
    for name in ("fp32", "bf16"):
        live = Live(make_recipe(), Plan(images=8, precision=Precision(name)), World(), CPU)
        numbers = live.run_step([live.recipe.batches.take(0, 8)])
        lengths[name] = float(numbers["judge/gradient judge"])
    assert lengths["bf16"] == pytest.approx(lengths["fp32"], rel=0.1)
    assert lengths["bf16"] != lengths["fp32"]


def test_the_fastest_candidate_comes_first() -> None:
    sizes = {one: 60 * (k + 1) for k, one in enumerate(reversed(CANDIDATES))}

    def trial(precision: Precision) -> Callable[[], None]:
        side = torch.ones(sizes[precision] * 4, sizes[precision] * 4)

        def multiply() -> None:
            for _ in range(4):
                _ = side @ side

        return multiply

    timings = measure(trial, CPU, repeats=2)
    assert timings[0].precision == CANDIDATES[-1]
    assert timings[-1].precision == CANDIDATES[0]


def test_clipping_limits_the_step(make_recipe: MakeRecipe) -> None:
    free = Live(make_recipe(), Plan(images=8), World(), CPU)
    tight = Live(make_recipe(), Plan(images=8, clip=0.01), World(), CPU)
    batch = [free.recipe.batches.take(0, 8)]
    numbers = free.run_step(batch)
    assert numbers["judge/gradient judge"] == tight.run_step(batch)["judge/gradient judge"]
    moments = [
        one.optimisers["judge"].state_dict()["state"][0]["exp_avg"].norm() for one in (free, tight)
    ]
    length = float(numbers["judge/gradient judge"])
    assert float(moments[1] / moments[0]) == pytest.approx(0.01 / length, rel=1e-3)


def test_accumulation_is_the_mean_of_its_micro_batches(make_recipe: MakeRecipe) -> None:
    def squares(turn: Turn) -> Any:
        from mien.losses.terms import told

        weight = turn.nets["judge"].first.weight  # pyright: ignore[reportFunctionMemberAccess]
        return told((weight.sum() * turn.batch["image"].mean()).square())

    recipe = make_recipe()
    recipe = dataclasses.replace(recipe, phases=(Phase("judge", ("judge",), squares),), ema={})
    parts = [recipe.batches.take(0, 8), recipe.batches.take(8, 8)]
    live = Live(recipe, Plan(images=8, accumulate=2), World(), CPU)
    total = float(live.nets["judge"].first.weight.detach().sum())  # pyright: ignore[reportAttributeAccessIssue, reportCallIssue]
    numbers = live.run_step(parts)
    wanted = np.mean([(total * part["image"].mean()) ** 2 for part in parts])
    assert float(numbers["judge/loss"]) == pytest.approx(wanted, rel=1e-4)
    assert (live.step, live.images) == (1, 16)


def test_phases_wait_for_their_turn(make_recipe: MakeRecipe) -> None:
    phase = make_recipe().phases[0]
    late = dataclasses.replace(phase, every=3, after=40)
    due = [step for step in range(12) if late.due(step, step * 8)]
    assert due == [6, 9]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of torch._inductor, its own
def test_compiled_networks_are_the_same_networks(make_recipe: MakeRecipe) -> None:
    plan = Plan(images=8, compiled=("maker",))
    live = Live(make_recipe(), plan, World(), CPU)
    assert live.wrapped["maker"] is not live.nets["maker"]
    assert set(live.snapshot().parts["weights"]["maker"]) == set(live.nets["maker"].state_dict())


@dataclasses.dataclass
class Counting:
    """Batches that remember what was asked."""

    asked: list[tuple[int, int]] = dataclasses.field(default_factory=list)

    def take(self, first: int, count: int) -> Mapping[str, Any]:
        self.asked.append((first, count))
        if first >= 1000:
            raise InputError("no more")
        return {"index": np.arange(first, first + count)}


def test_lanes_are_dealt_out_without_overlap() -> None:
    seen = []
    for rank in range(2):
        with Feed(Counting(), World(rank, 2), size=4, lanes=6) as feed:
            seen += [batch["index"].tolist() for batch in feed.step(1)]
    assert sorted(i for part in seen for i in part) == list(range(24, 48))


def test_the_feed_works_ahead_and_jumps() -> None:
    batches = Counting()
    with Feed(batches, World(), size=5, lanes=1) as feed:
        for step in (0, 1, 2, 0, 1):
            assert feed.step(step)[0]["index"][0] == step * 5
    assert batches.asked[:3] == [(0, 5), (5, 5), (10, 5)]
    assert feed.waited >= 0


def test_an_error_in_the_feed_reaches_the_loop() -> None:
    with Feed(Counting(), World(), size=500, lanes=1) as feed:
        feed.step(0)
        feed.step(1)
        with pytest.raises(InputError, match="no more"):
            feed.step(2)


def test_runs_are_numbered_and_found(tmp_path: Path) -> None:
    assert find_run(tmp_path / "none", "generate", "tiny", resume="auto") is None
    first = new_run(tmp_path, "generate", "tiny")
    other = new_run(tmp_path, "generate", "default-128")
    third = new_run(tmp_path, "generate", "tiny")
    (tmp_path / "00009-notes").mkdir()
    assert [run.path.name for run in (first, other, third)] == [
        "00000-generate-tiny",
        "00001-generate-default-128",
        "00002-generate-tiny",
    ]
    assert [number for number, _ in existing_runs(tmp_path)] == [0, 1, 2]
    assert find_run(tmp_path, "generate", "tiny", resume="auto") == third
    assert find_run(tmp_path, "generate", "tiny", resume="no") is None
    with pytest.raises(OptionError, match="there is no training run"):
        find_run(tmp_path, "generate", "tiny", resume=str(first.path))
    first.write_config({"a": 1})
    assert find_run(tmp_path, "generate", "tiny", resume=str(first.path)) == first
    assert first.read_config() == {"a": 1}
    first.config.write_text("[1")
    with pytest.raises(InputError, match="not the settings of a training run"):
        first.read_config()


def test_a_plan_survives_its_config() -> None:
    plan = Plan(images=9, precision=Precision("bf16", True), compiled=("maker",), clip=1.5)
    assert Plan.from_config(plan.as_config()) == plan


def test_the_first_interrupt_asks_and_the_second_insists() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), orderly() as asked:  # noqa: PT012
        assert not asked()
        os.kill(os.getpid(), signal.SIGINT)
        assert asked()
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_threads_are_not_interrupted() -> None:
    said: list[bool] = []

    def listen() -> None:
        with orderly() as asked:
            said.append(asked())

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert said == [False]
