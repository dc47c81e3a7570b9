"""How good `translate` is at equal CPU time: `python benchmarks/translate.py speed|compare`.

speed     samples a second of the networks of each preset (a sample is one picture of each kind)
compare   presets trained for equal CPU time on the same renders by the same loop, each scored
          against the true counterparts of the same held-out people; one JSON line per run, and
          a sheet of its translations. `--trivial` adds what needs no network (the input copied,
          the mean picture, somebody else) and the floor, once for every size. `people` is how
          many were scored, `probe` how many the probe learnt from.

Budgets are CPU seconds of one thread, because wall time on a shared machine measures the others.
"""

from __future__ import annotations

import argparse
import functools
import json
import time
from pathlib import Path

import numpy as np
import torch

from mien.io.image import write_image
from mien.io.weights import WeightHeader
from mien.jobs.base import no_progress
from mien.jobs.translate.data import PairStream, Wanted, opened
from mien.jobs.translate.evaluation import Judge, People, drawn, people, probe_of, trivial
from mien.jobs.translate.model import TranslateModel
from mien.jobs.translate.presets import Config, config
from mien.jobs.translate.recipe import build, ready_maker
from mien.train.distributed import World
from mien.train.live import Live
from mien.train.log import grid
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.precision import Precision
from mien.train.run_folder import RunFolder

CPU = torch.device("cpu")
FORMAT = Precision("bf16", True)
BATCH = 16
"""The ancestor's 64 would give it a quarter of the steps in the same time."""
_TIMED_STEPS = 8
_SHOWN = 12


def settings_of(preset: str) -> Config:
    """The preset with a batch that suits a short run."""
    return config(preset, batch=min(BATCH, config(preset).batch))


def rate(settings: Config, stream: PairStream) -> float:
    """Samples a second of CPU time, all phases and penalties included."""
    recipe = build("default", settings, stream, images=1)
    live = Live(recipe, Plan(images=1, precision=FORMAT), World(), CPU)
    batches = [stream.take(k * settings.batch, settings.batch) for k in range(2)]
    live.run_step([batches[0]])
    steps = 2 if settings.network == "seed" else _TIMED_STEPS
    start = time.process_time()
    for step in range(steps):
        live.run_step([batches[step % 2]])
    return steps * settings.batch / (time.process_time() - start)


def one(preset: str, options: argparse.Namespace) -> None:
    """Trains one preset and scores it."""
    settings = settings_of(preset)
    wanted = Wanted(
        "head",
        "",
        settings.size,
        options.people,
        "face",
        "centre",
        options.cache,
        guide=settings.guide,
    )
    with opened(wanted, no_progress) as domains:
        stream = PairStream(domains, settings, options.seed)
        speed = rate(settings, stream)
        line: dict[str, object] = {"preset": preset, "samples/s": round(speed, 1)}
        if options.what == "compare":
            images = round(speed * options.seconds) if options.images is None else options.images
            line |= run(preset, settings, stream, images, options)
    tell(line, options)
    if options.what == "compare" and options.trivial:
        tell_trivial(settings.size, options)


def tell(line: dict[str, object], options: argparse.Namespace) -> None:
    """Prints a line, and of a comparison keeps it."""
    print(json.dumps(line), flush=True)
    if options.what == "compare":
        with (options.out / "translate.jsonl").open("a") as file:
            file.write(json.dumps(line) + "\n")


@functools.cache
def asked(size: int, count: int, probe: int) -> tuple[People, Judge]:
    """Held-out people at a size, and who judges pictures of them; drawn once."""
    known = people("anime", size, count, no_progress)
    return known, Judge(known, probe_of("anime", size, probe, no_progress))


def tell_trivial(size: int, options: argparse.Namespace) -> None:
    """What needs no network, and the truth itself, at a size; once."""
    if size in options.told:
        return
    options.told.add(size)
    known, judge = asked(size, options.count, options.probe)
    scored = {"size": size, "people": options.count, "probe": options.probe}
    for kind, pictures in trivial(known).items():
        tell({"preset": kind, **scored, **judge.row(pictures)}, options)
    tell({"preset": "floor", **scored, **judge.floor()}, options)


def run(
    preset: str, settings: Config, stream: PairStream, images: int, options: argparse.Namespace
) -> dict[str, object]:
    """One run and its scores."""
    recipe = build(preset, settings, stream, images=images, seed=options.seed)
    folder = options.out / "runs" / f"translate-{preset}-{options.seed}-{time.time_ns()}"
    folder.mkdir(parents=True)
    plan = Plan(images=images, precision=FORMAT, preview_images=10**12)
    start = time.process_time()
    live = train(recipe, plan, Outside(RunFolder(folder)))
    line: dict[str, object] = {"images": images, "cpu s": round(time.process_time() - start, 1)}
    net = live.averages.get("to_b", live.nets["to_b"])
    maker = ready_maker(net, stream, "a")
    model = TranslateModel(maker, settings, "anime", WeightHeader("translate", preset), "", CPU)
    known, judge = asked(settings.size, options.count, options.probe)
    line |= {"size": settings.size, "people": options.count, "probe": options.probe}
    made = drawn(model, known.given)
    line |= judge.row(made)
    rows = np.concatenate([known.given[:_SHOWN], made[:_SHOWN], known.wanted[:_SHOWN]])
    name = f"translate-{preset}-{options.seconds:.0f}s-{options.seed}.png"
    write_image(options.out / name, grid(rows, _SHOWN), provenance=None)
    return line


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("speed", "compare"))
    parser.add_argument("--presets", nargs="+", default=["default", "seed"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=480.0, help="CPU seconds of one thread")
    parser.add_argument("--images", type=int, default=None, help="instead of --seconds")
    parser.add_argument("--people", type=int, default=32_000)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--probe", type=int, default=1500, help="people the probe learns from")
    parser.add_argument("--trivial", action="store_true", help="score the trivial answers too")
    parser.add_argument("--cache", type=Path, default=Path("cache"))
    parser.add_argument("--out", type=Path, default=Path("runs/compare"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    options.told = set()
    torch.set_num_threads(1)
    for preset in options.presets:
        one(preset, options)


if __name__ == "__main__":
    main()
