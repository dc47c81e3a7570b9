"""How fast and how good `reenact` is: `python benchmarks/reenact.py speed|compare`.

speed     milliseconds of one frame: moving the photo, and a network on top of it
compare   presets trained for equal CPU time on the same clips of the head by the same loop, each
          scored on people it never saw; one JSON line per row, and a sheet of frames

Budgets are CPU seconds of one thread, because wall time on a shared machine measures the others.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

from mien.data.head_clips import ClipSpec, draw_clip
from mien.io.image import write_image
from mien.io.weights import WeightHeader
from mien.jobs.base import no_progress
from mien.jobs.reenact.data import head_clips
from mien.jobs.reenact.evaluation import sheet
from mien.jobs.reenact.model import ReenactModel
from mien.jobs.reenact.networks import make_networks
from mien.jobs.reenact.presets import config
from mien.jobs.reenact.recipe import build, ready_networks
from mien.jobs.reenact.scores import motion_curves, score
from mien.jobs.reenact.trials import head_trials, model_row, plain_rows
from mien.train.live import Live
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.precision import Precision
from mien.train.run_folder import RunFolder

CPU = torch.device("cpu")
BF16 = Precision("bf16", True)
_WARM, _FRAMES = 3, 30


def speed(options: argparse.Namespace) -> None:
    """One line per preset: the network, in float32, with its crop's lines."""
    clip = draw_clip(ClipSpec(frames=2), 0)
    for preset in options.presets:
        model = _model(preset, make_networks(config(preset), 0))
        times = []
        for _ in range(_WARM + _FRAMES):
            start = time.process_time()
            model.frame(clip.truth[:1], clip.moved[1:], clip.landmarks[1:], None)
            times.append(1000 * (time.process_time() - start))
        print(json.dumps({"preset": preset, "ms": round(float(np.median(times[_WARM:])), 1)}))


def compare(options: argparse.Namespace) -> None:
    """Trains every preset and scores it beside the ways that need no training."""
    trials = head_trials(config("default").size, options.held, 0, no_progress)
    rows = plain_rows(trials)
    spent: dict[str, float] = {}
    for preset in options.presets:
        model, spent[preset] = _trained(preset, options)
        rows[preset] = model_row(model, trials)
    curves = [motion_curves(one.truth, one) for one in trials]
    for name, made in rows.items():
        values = {key: round(value, 4) for key, value in score(made, trials, curves).values.items()}
        line = {"row": name, "cpu seconds": round(spent.get(name, 0.0), 1), **values}
        print(json.dumps(line), flush=True)
    write_image(options.out / "frames.png", sheet(rows, trials), provenance=None)


def _trained(preset: str, options: argparse.Namespace) -> tuple[ReenactModel, float]:
    """A model trained for about `options.seconds`, and the CPU seconds that it took."""
    settings = config(preset)
    data, _, _ = head_clips(settings.size, options.people, options.cache, no_progress)
    stream = data.stream(settings, 0)
    images = options.images or round(options.seconds * _rate(preset, stream))
    folder = options.out / "runs" / f"{preset}-{time.time_ns()}"
    folder.mkdir(parents=True)
    recipe = build(preset, settings, stream, images=images)
    start = time.process_time()
    live = train(recipe, Plan(images=images, precision=BF16), Outside(RunFolder(folder)))
    spent = time.process_time() - start
    nets = ready_networks({**live.nets, **live.averages}, settings, stream, CPU)
    return _model(preset, nets), spent


def _rate(preset: str, stream: object) -> float:
    """Images a CPU second over a whole run, half of it with every phase."""
    settings = config(preset)
    seconds = []
    for late in (False, True):
        recipe = build(preset, settings, stream, images=10**6)  # pyright: ignore[reportArgumentType]
        live = Live(
            recipe, Plan(images=10**6, precision=BF16), Outside(RunFolder(Path())).world, CPU
        )
        live.images = 600_000 if late else 0
        live.run_step([recipe.batches.take(0, settings.batch)])
        start = time.process_time()
        for step in range(settings.lazy):
            live.run_step([recipe.batches.take(step * settings.batch, settings.batch)])
        seconds.append((time.process_time() - start) / settings.lazy)
    return settings.batch / float(np.mean(seconds))


def _model(preset: str, nets: dict[str, torch.nn.Module]) -> ReenactModel:
    ready = {name: net.eval() for name, net in nets.items()}
    return ReenactModel(ready, config(preset), WeightHeader("reenact", preset), "", CPU)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("speed", "compare"))
    parser.add_argument("--presets", nargs="+", default=["default", "seed", "seed-slim"])
    parser.add_argument("--seconds", type=float, default=600.0, help="CPU seconds of one thread")
    parser.add_argument("--images", type=int, default=None, help="instead of --seconds")
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--held", type=int, default=24)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path("cache"))
    parser.add_argument("--out", type=Path, default=Path("runs/reenact-compare"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    (speed if options.what == "speed" else compare)(options)


if __name__ == "__main__":
    main()
