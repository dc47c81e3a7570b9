"""The action `train` of every job: from a request to a trained model in a run's folder.

A job says what is its own in a `Trainer`: settings, data, recipe, and what to write at the end.
Choosing a number format, estimating, resuming, several processes and `--verify-resume` are here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch

from mien.data.pack import PackInfo
from mien.data.stream import samples_a_second
from mien.errors import OptionError, TrainingError
from mien.jobs.base import Outcome, Progress, Step, no_progress
from mien.jobs.train_request import TrainOptions
from mien.messages import text
from mien.train.distributed import World, from_leader, joined, own_device
from mien.train.live import Live
from mien.train.log import Look
from mien.train.loop import Outside, checkpoint_bytes, train
from mien.train.plan import Plan
from mien.train.precision import CANDIDATES, Precision, Timing, measure
from mien.train.recipe import Batches, Recipe
from mien.train.run_folder import RunFolder, find_run, new_run
from mien.train.stopping import orderly
from mien.train.verify import verify_resume

_VERIFY_STEPS, _VERIFY_KILLS = 40, 5
_QUIET_SECONDS = 5.0
"""Between two lines of progress: a look comes several times a second."""
_REPEATS = 2


class Settings(Protocol):
    """The resolved values of a preset."""

    @property
    def batch(self) -> int:
        """Rows of a micro-batch."""
        ...

    def as_config(self) -> dict[str, Any]:
        """JSON values that the job's `restore` understands."""
        ...


@dataclasses.dataclass(frozen=True, eq=False)
class TrainingData:
    """What a run learns from.

    count    different samples
    source   JSON values that find the data again
    batches  seed -> the stream of training samples
    notes    lines for the user
    payload  what else the job's own functions need
    """

    count: int
    source: Mapping[str, Any]
    batches: Callable[[int], Batches]
    notes: tuple[str, ...] = ()
    payload: Any = None


@dataclasses.dataclass(frozen=True, eq=False)
class Order:
    """Everything a recipe is built from; `images` is the length of the whole run."""

    preset: str
    config: Any
    data: TrainingData
    images: int
    seed: int


@dataclasses.dataclass(frozen=True)
class Trainer:
    """What a job brings to be trained; all functions are module-level ones (they are pickled).

    job          its name
    config       preset -> settings
    restore      what `as_config` gave -> settings; raises KeyError or TypeError for foreign values
    opened       (request, settings, progress) -> context manager of the data
    build        the recipe of an order
    finish       (live, settings, data, run folder) -> files written: the model, a sheet
    trial_steps  steps in which every phase falls due once
    verify_people  people (or heads) that `--verify-resume` makes do with
    kept         fields of the request that a resumed run keeps, beside preset and seed
    adjusted     (settings, request) -> the settings of a new run; None: those of its preset
    preview_images  images between two preview grids
    """

    job: str
    config: Callable[[str], Any]
    restore: Callable[[Mapping[str, Any]], Any]
    opened: Callable[[Any, Any, Progress], contextlib.AbstractContextManager[TrainingData]]
    build: Callable[[Order], Recipe]
    finish: Callable[[Live, Any, TrainingData, RunFolder], tuple[Path, ...]]
    trial_steps: Callable[[Any], int]
    verify_people: int
    kept: tuple[str, ...] = ("data",)
    adjusted: Callable[[Any, Any], Any] | None = None
    preview_images: int = 16_000

    def settings(self, request: Any) -> Any:
        """The settings of a new run: the preset's, changed as the request says."""
        settings = self.config(request.preset)
        settings = settings.changed(request.set) if request.set else settings
        return settings if self.adjusted is None else self.adjusted(settings, request)


def run(
    trainer: Trainer, request: TrainOptions, device: torch.device, progress: Progress
) -> Outcome:
    """Trains, or goes on training; under torchrun every process comes through here."""
    if request.verify_resume:
        return _verify(trainer, request)
    with joined(device) as world, contextlib.ExitStack() as stack:
        device = own_device(device, world)
        found = find_run(request.runs, trainer.job, request.preset, resume=request.resume)
        found = RunFolder(Path(from_leader(str(found.path), world))) if found else None
        request, settings, plan = _resolved(trainer, request, found)
        data = stack.enter_context(_data(trainer, request, settings, progress, world))
        if plan is None:
            plan, notes = _plan(trainer, _Asked(request, settings, data), device, world)
        else:
            notes = (text("training.goes_on", images=plan.images),)
        if world.leads:
            for note in (*data.notes, *notes):
                progress(Step(0, plan.images, note, stays=True))
        if request.dry_run:
            return Outcome()
        folder = found or _begin(trainer, _Asked(request, settings, data), plan, world)
        stop = stack.enter_context(orderly())
        recipe = trainer.build(Order(request.preset, settings, data, plan.images, request.seed))
        told = _teller(progress)
        live = train(recipe, plan, Outside(folder, device, world, told=told, stop=stop))
        if not world.leads:
            return Outcome()
        ended = live.images < plan.images
        notes = (text("training.stopped", path=folder.path),) if ended else ()
        results = trainer.finish(live, settings, data, folder)
        figures = {"images": live.images, "seconds": round(max(live.seconds, 1e-9), 1)}
        return Outcome(results, notes=notes, figures=figures)


@dataclasses.dataclass(frozen=True, eq=False)
class _Asked:
    request: TrainOptions
    settings: Any
    data: TrainingData


def _resolved(
    trainer: Trainer, request: Any, found: RunFolder | None
) -> tuple[Any, Any, Plan | None]:
    """The request, settings and plan; those of a run that is gone on with are its own."""
    if found is None:
        return request, trainer.settings(request), None
    told = found.read_config()
    try:
        settings = trainer.restore(told["recipe"])
        kept = {name: told[name] for name in ("preset", "seed", *trainer.kept)}
        plan = Plan.from_config(told["plan"])
    except (KeyError, TypeError) as problem:
        values = {"path": found.path, "job": trainer.job}
        raise OptionError(text("training.run_differs", **values)) from problem
    return dataclasses.replace(request, **kept), settings, plan


@contextlib.contextmanager
def _data(trainer: Trainer, request: Any, settings: Any, progress: Progress, world: World) -> Any:
    """The data, prepared by rank 0 while the others wait."""
    with contextlib.ExitStack() as stack:
        if world.leads:
            data = stack.enter_context(trainer.opened(request, settings, progress))
            from_leader(True, world)
        else:
            from_leader(None, world)
            data = stack.enter_context(trainer.opened(request, settings, no_progress))
        yield data


def _plan(
    trainer: Trainer, asked: _Asked, device: torch.device, world: World
) -> tuple[Plan, tuple[str, ...]]:
    """How the run goes, and what to tell before it begins: format, speed, time, size."""
    request, data = asked.request, asked.data
    allowed = [one for one in CANDIDATES if request.precision in ("auto", one.format)]
    allowed = allowed or [Precision("fp16", True), Precision("fp16", False)]
    order = Order(request.preset, asked.settings, data, 10**6, request.seed)
    timings = time_formats(trainer, order, device, candidates=allowed)
    best = from_leader(timings[0], world)
    seen = asked.settings.batch * trainer.trial_steps(asked.settings)
    rate = seen / best.seconds * world.size
    images = request.images or max(1, round(request.minutes * 60 * rate))
    plan = Plan(
        images=images,
        accumulate=request.accumulate,
        precision=best.precision,
        clip=request.clip,
        compiled=("maker",) if request.compile else (),
        preview_images=trainer.preview_images,
    )
    loader = samples_a_second(data.batches(request.seed), asked.settings.batch)
    live = Live(trainer.build(dataclasses.replace(order, images=images)), plan, World(), device)
    size = checkpoint_bytes(live) * (plan.keep + 1) / 2**20
    values = {"images": images, "rate": rate, "minutes": images / rate / 60, "size": size}
    notes = [text("training.estimate", format=best.precision.name, **values)]
    notes.append(text("training.loader", loader=loader, rate=rate))
    notes.append(text("training.reuse", count=data.count, times=images / data.count))
    return plan, tuple(notes)


def time_formats(
    trainer: Trainer,
    order: Order,
    device: torch.device,
    *,
    candidates: Sequence[Precision] = CANDIDATES,
) -> list[Timing]:
    """Seconds of `trial_steps` training steps in every format, fastest first."""
    batch = order.data.batches(order.seed).take(0, order.config.batch)

    def trial(precision: Precision) -> Callable[[], None]:
        plan = Plan(images=order.images, precision=precision)
        live = Live(trainer.build(order), plan, World(), device)

        def steps() -> None:
            for _ in range(trainer.trial_steps(order.config)):
                live.run_step([batch])

        return steps

    return measure(trial, device, candidates=candidates, repeats=_REPEATS)


def _begin(trainer: Trainer, asked: _Asked, plan: Plan, world: World) -> RunFolder:
    """A new run's folder with its settings, made by rank 0."""
    path = None
    if world.leads:
        request = asked.request
        folder = new_run(request.runs, trainer.job, request.preset)
        folder.write_config(
            {
                "job": trainer.job,
                "preset": request.preset,
                "recipe": asked.settings.as_config(),
                "plan": plan.as_config(),
                "seed": request.seed,
                "source": dict(asked.data.source),
                **{name: getattr(request, name) for name in trainer.kept},
            }
        )
        path = str(folder.path)
    return RunFolder(Path(from_leader(path, world)))


def _teller(progress: Progress) -> Callable[[Look], None]:
    """Looks as steps of progress: now and then, and whenever there is something to read."""
    last = [0.0]

    def told(look: Look) -> None:
        now = time.monotonic()
        if now - last[0] < _QUIET_SECONDS and not look.notes and look.images < look.total:
            return
        last[0] = now
        losses = (
            f"{name.removesuffix('/loss')} {value:.3f}"
            for name, value in look.terms.items()
            if name.endswith("/loss")
        )
        values = {"rate": look.images_a_second, "losses": ", ".join(losses)}
        for note in look.notes:
            progress(Step(look.images, look.total, note, stays=True))
        progress(Step(look.images, look.total, text("training.progress", **values)))

    return told


def _verify(trainer: Trainer, request: TrainOptions) -> Outcome:
    """Forty steps straight, and forty with kills: equal or not, in a sentence."""
    with tempfile.TemporaryDirectory(prefix="mien-verify-") as name:
        target = VerifyTarget(trainer, request)
        verdict = verify_resume(
            target, Path(name), steps=_VERIFY_STEPS, kills=_VERIFY_KILLS, seed=request.seed
        )
    if not verdict.equal:
        raise TrainingError(verdict.sentence())
    return Outcome(notes=(verdict.sentence(),))


def trained_on(live: Live, info: PackInfo, source: Mapping[str, Any]) -> dict[str, Any]:
    """What a weight file says of a run on the pictures of a pack (`weights.trained_header`)."""
    return {
        "data": info.data,
        "source": source,
        "crop": info.crop,
        "licence": info.licence,
        "metrics": {"images": float(live.images), "seconds": round(live.seconds, 1)},
        "head": source["kind"] == "head",
    }


@dataclasses.dataclass(frozen=True)
class VerifyTarget:
    """Trains forty steps of a request in a run folder; a process of its own calls it."""

    trainer: Trainer
    request: Any

    def __call__(self, path: Path) -> None:
        """Train in the run folder `path`."""
        torch.set_num_threads(1)
        trainer = self.trainer
        request = dataclasses.replace(self.request, people=trainer.verify_people)
        settings = trainer.settings(request)
        with trainer.opened(request, settings, no_progress) as data:
            images = _VERIFY_STEPS * settings.batch
            plan = Plan(images=images, look_steps=1, save_seconds=0.0, preview_images=10**12)
            order = Order(request.preset, settings, data, images, request.seed)
            train(trainer.build(order), plan, Outside(RunFolder(path)))
