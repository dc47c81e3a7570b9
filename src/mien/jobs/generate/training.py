"""`mien generate train`: from a request to a trained model in a run's folder."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from mien.data.stream import images_a_second
from mien.errors import OptionError, TrainingError
from mien.io.image import write_image
from mien.io.provenance import Provenance
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.generate.codes import Codes
from mien.jobs.generate.config import TrainRequest
from mien.jobs.generate.machine import time_formats, trial_steps
from mien.jobs.generate.model import FaceModel, load_model, save_model
from mien.jobs.generate.pictures import Pictures, Wanted, opened
from mien.jobs.generate.presets import Config
from mien.jobs.generate.presets import config as preset_config
from mien.jobs.generate.recipe import build, final_codes, ready_maker
from mien.messages import text
from mien.train.distributed import World, from_leader, joined, own_device
from mien.train.live import Live
from mien.train.log import Look, grid
from mien.train.loop import Outside, checkpoint_bytes, train
from mien.train.plan import Plan
from mien.train.precision import CANDIDATES, Precision
from mien.train.recipe import Recipe
from mien.train.run_folder import RunFolder, find_run, new_run
from mien.train.stopping import orderly
from mien.train.verify import verify_resume

_VERIFY_STEPS, _VERIFY_KILLS = 40, 5
_QUIET_SECONDS = 5.0
"""Between two lines of progress: a look comes several times a second."""


def run(request: TrainRequest, device: torch.device, progress: Progress) -> Outcome:
    """Trains, or goes on training; under torchrun every process comes through here."""
    if request.verify_resume:
        return _verify(request)
    with joined(device) as world, contextlib.ExitStack() as stack:
        device = own_device(device, world)
        found = find_run(request.runs, "generate", request.preset, resume=request.resume)
        found = RunFolder(Path(from_leader(str(found.path), world))) if found else None
        settings = _settings(request, found)
        wanted = _wanted(request, settings)
        pictures = stack.enter_context(_pictures(wanted, world, progress))
        plan, notes = _plan(request, settings, pictures, device, world)
        if world.leads:
            for note in (*pictures.notes, *notes):
                progress(Step(0, plan.images, note, stays=True))
        if request.dry_run:
            return Outcome()
        folder = found or _begin(request, settings, plan, pictures, world)
        stop = stack.enter_context(orderly())
        recipe = _recipe(settings, plan, pictures)
        told = _teller(progress)
        live = train(recipe, plan, Outside(folder, device, world, told=told, stop=stop))
        if not world.leads:
            return Outcome()
        ended = live.images < plan.images
        notes = (text("generate.stopped", path=folder.path),) if ended else ()
        results = finish(live, settings.config, pictures, folder)
        return Outcome(results, notes=notes, figures=_figures(live))


@dataclasses.dataclass(frozen=True)
class Settings:
    """What a run is made from: its preset, resolved, and the values that a resumed run keeps.

    kept   values of config.json of the run that is gone on with; None for a new one
    """

    preset: str
    config: Config
    seed: int
    data: str
    kept: dict[str, Any] | None = None


def _settings(request: TrainRequest, found: RunFolder | None) -> Settings:
    if found is None:
        config = preset_config(request.preset)
        return Settings(request.preset, config, request.seed, request.data)
    kept = found.read_config()
    try:
        config = Config.from_config(kept["recipe"])
        return Settings(kept["preset"], config, kept["seed"], kept["data"], kept)
    except (KeyError, TypeError) as problem:
        raise OptionError(text("generate.run_differs", path=found.path)) from problem


def _wanted(request: TrainRequest, settings: Settings) -> Wanted:
    kept = settings.kept or {}
    return Wanted(
        data=settings.data,
        size=settings.config.size,
        count=kept.get("people", request.people),
        crop=kept.get("crop", request.crop),
        cache=request.cache,
    )


@contextlib.contextmanager
def _pictures(wanted: Wanted, world: World, progress: Progress) -> Iterator[Pictures]:
    """The pictures, prepared by rank 0 while the others wait."""
    with contextlib.ExitStack() as stack:
        if world.leads:
            pictures = stack.enter_context(opened(wanted, progress))
            from_leader(True, world)
        else:
            from_leader(None, world)
            pictures = stack.enter_context(opened(wanted, progress))
        yield pictures


def _recipe(settings: Settings, plan: Plan, pictures: Pictures) -> Recipe:
    stream = pictures.stream(seed=settings.seed, mirror=settings.config.mirror)
    return build(settings.preset, settings.config, stream, images=plan.images, seed=settings.seed)


def _plan(
    request: TrainRequest,
    settings: Settings,
    pictures: Pictures,
    device: torch.device,
    world: World,
) -> tuple[Plan, tuple[str, ...]]:
    """How the run goes, and what to tell before it begins: format, speed, time, size."""
    if settings.kept is not None:
        plan = Plan.from_config(settings.kept["plan"])
        return plan, (text("generate.goes_on", images=plan.images),)
    stream = pictures.stream(seed=settings.seed, mirror=settings.config.mirror)
    allowed = [one for one in CANDIDATES if request.precision in ("auto", one.format)]
    allowed = allowed or [Precision("fp16", True), Precision("fp16", False)]
    timings = time_formats(settings.config, stream, device, candidates=allowed)
    best = from_leader(timings[0], world)
    rate = settings.config.batch * trial_steps(settings.config) / best.seconds * world.size
    images = request.images or max(1, round(request.minutes * 60 * rate))
    plan = Plan(
        images=images,
        accumulate=request.accumulate,
        precision=best.precision,
        clip=request.clip,
        compiled=("maker",) if request.compile else (),
    )
    loader = images_a_second(stream, settings.config.batch)
    live = Live(_recipe(settings, plan, pictures), plan, World(), device)
    size = checkpoint_bytes(live) * (plan.keep + 1) / 2**20
    values = {"images": images, "rate": rate, "minutes": images / rate / 60, "size": size}
    notes = [text("generate.estimate", format=best.precision.name, **values)]
    notes.append(text("generate.loader", loader=loader, rate=rate))
    times = images / len(pictures.train)
    notes.append(text("generate.reuse", count=len(pictures.train), times=times))
    return plan, tuple(notes)


def _begin(
    request: TrainRequest, settings: Settings, plan: Plan, pictures: Pictures, world: World
) -> RunFolder:
    """A new run's folder with its settings, made by rank 0."""
    path = None
    if world.leads:
        folder = new_run(request.runs, "generate", settings.preset)
        folder.write_config(
            {
                "job": "generate",
                "preset": settings.preset,
                "recipe": settings.config.as_config(),
                "plan": plan.as_config(),
                "seed": settings.seed,
                "data": settings.data,
                "people": request.people,
                "crop": request.crop,
                "source": pictures.source,
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
        values = {
            "rate": look.images_a_second,
            "judge": look.terms.get("judge/loss", float("nan")),
            "maker": look.terms.get("maker/loss", float("nan")),
        }
        label = text("generate.progress", **values)
        for note in look.notes:
            progress(Step(look.images, look.total, note, stays=True))
        progress(Step(look.images, look.total, label))

    return told


def finish(live: Live, config: Config, pictures: Pictures, folder: RunFolder) -> tuple[Path, ...]:
    """Makes the model of a run: averaged weights, fresh statistics, codes of the whole set."""
    net = live.averages.get("maker", live.nets["maker"])
    kept, codes = live.recipe.state.get("codes"), None
    if isinstance(kept, Codes):
        stream = pictures.stream(seed=live.recipe.seed, mirror=config.mirror)
        codes = final_codes(kept, stream)
    maker = ready_maker(net, config, codes)
    info = pictures.pack.info
    told = {
        "data": info.data,
        "source": pictures.source,
        "crop": info.crop,
        "licence": info.licence,
        "metrics": {"images": float(live.images), "seconds": round(live.seconds, 1)},
        "head": pictures.source["kind"] == "head",
    }
    path = folder.path / "weights.safetensors"
    preset = live.recipe.preset
    digest = save_model(path, maker, codes, preset=preset, config=config, told=told)
    model = load_model(str(path), torch.device("cpu"))
    return path, _sheet(model, folder, digest)


def _sheet(model: FaceModel, folder: RunFolder, digest: str) -> Path:
    """Sixty-four faces of the finished model."""
    z = torch.stack([model.latent(0, k) for k in range(64)])
    made_by = Provenance("trainedAlgorithmicMedia", "generate.train", (digest,), seed=0)
    path = folder.path / "faces.png"
    write_image(path, grid(model.draw(z)), provenance=made_by)
    return path


def _figures(live: Live) -> dict[str, float]:
    seconds = max(live.seconds, 1e-9)
    return {"images": live.images, "seconds": round(seconds, 1)}


def _verify(request: TrainRequest) -> Outcome:
    """Forty steps straight, and forty with kills: equal or not, in a sentence."""
    with tempfile.TemporaryDirectory(prefix="mien-verify-") as name:
        target = VerifyTarget(request, cache=request.cache)
        verdict = verify_resume(
            target, Path(name), steps=_VERIFY_STEPS, kills=_VERIFY_KILLS, seed=request.seed
        )
    if not verdict.equal:
        raise TrainingError(verdict.sentence())
    return Outcome(notes=(verdict.sentence(),))


@dataclasses.dataclass(frozen=True)
class VerifyTarget:
    """Trains forty steps of a request in a run folder; a process of its own calls it."""

    request: TrainRequest
    cache: Path

    def __call__(self, path: Path) -> None:
        """Train in the run folder `path`."""
        torch.set_num_threads(1)
        config = preset_config(self.request.preset)
        settings = Settings(self.request.preset, config, self.request.seed, self.request.data)
        wanted = _wanted(dataclasses.replace(self.request, people=500), settings)
        with opened(wanted, lambda step: None) as pictures:
            plan = Plan(
                images=_VERIFY_STEPS * config.batch,
                look_steps=1,
                save_seconds=0.0,
                preview_images=10**12,
            )
            train(_recipe(settings, plan, pictures), plan, Outside(RunFolder(path)))
