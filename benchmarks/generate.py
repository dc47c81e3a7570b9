"""How fast and how good `generate` is: `python benchmarks/generate.py speed|compare`.

speed     images a second of the networks of each preset in every number format, this process's CPU
          time, and the ancestor's loop as published (fp32, plain) beside ours
compare   presets trained for equal CPU time on the same renders by the same loop, each scored
          against the same held-out people; one JSON line per run, and a grid of its faces

Budgets are CPU seconds of one thread, because wall time on a shared machine measures the others.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

from mien.data import head_cache
from mien.data.people import HeadSpec
from mien.data.stream import PictureStream
from mien.io.image import write_image
from mien.io.weights import WeightHeader
from mien.jobs.generate.codes import Codes
from mien.jobs.generate.machine import images_a_second
from mien.jobs.generate.model import FaceModel
from mien.jobs.generate.pictures import HELD_OUT_SEED
from mien.jobs.generate.presets import Config, config
from mien.jobs.generate.recipe import build, final_codes, ready_maker
from mien.metrics.features import IdentityFeatures, Points
from mien.metrics.report import judge
from mien.train.log import grid
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.precision import Precision
from mien.train.run_folder import RunFolder
from mien.types import Image

CPU = torch.device("cpu")
COUNT = 2_000
GRID = 96


def speed(options: argparse.Namespace) -> None:
    """One line per preset and format."""
    for preset in options.presets:
        for name, rate in images_a_second(config(preset), CPU):
            print(json.dumps({"preset": preset, "format": name, "images/s": round(rate, 1)}))


class Known:
    """Identity features; those of pictures that come again are kept."""

    name = "dlib-resnet"

    def __init__(self) -> None:
        self._seen: dict[bytes, Points] = {}

    def __call__(self, pictures: Image) -> Points:
        """(n, s, s, 3) to (n, 128)."""
        key = pictures.tobytes()
        if key not in self._seen:
            self._seen[key] = IdentityFeatures()(pictures)
        return self._seen[key]


def compare(options: argparse.Namespace) -> None:
    """Trains and scores every preset with every seed."""
    torch.set_num_threads(options.threads)
    space = Known()
    for preset in options.presets:
        settings = config(preset)
        spec = HeadSpec(style=options.style, size=settings.size)
        other = HeadSpec(style=options.style, size=settings.size, seed=HELD_OUT_SEED)
        packs = [
            head_cache.open_cache(options.cache, one, count)
            for one, count in ((spec, options.people), (other, COUNT))
        ]
        for pack, one in zip(packs, (spec, other), strict=True):
            head_cache.fill(pack, one)
        rows = np.arange(options.people)
        held_out = packs[1].take(np.arange(COUNT))
        known = packs[0].take(rows[:COUNT])
        for seed in options.seeds:
            stream = PictureStream(packs[0], seed=seed, mirror=settings.mirror, rows=rows)
            line, model = one_run(preset, settings, stream, options, seed)
            made = model.draw(torch.stack([model.latent(99, k) for k in range(COUNT)]))
            report = judge(made, held_out, known, extractor=space)
            line |= report.values()
            line["floor"] = {name: round(f.floor, 4) for name, f in report.figures.items()}
            print(json.dumps(line), flush=True)
            name = f"{preset}-{options.style}-{line['images']}-{seed}"
            write_image(options.out / f"{name}.png", grid(made[:GRID], 12), provenance=None)
            with (options.out / "compare.jsonl").open("a") as file:
                file.write(json.dumps(line) + "\n")


def one_run(
    preset: str, settings: Config, stream: PictureStream, options: argparse.Namespace, seed: int
) -> tuple[dict[str, object], FaceModel]:
    """Trains for about `options.seconds` of CPU time; what that was, and the model."""
    rate = dict(images_a_second(settings, CPU))["bf16 channels_last"]
    images = round(rate * options.seconds) if options.images is None else options.images
    folder = options.out / "runs" / f"{preset}-{options.style}-{seed}-{time.time_ns()}"
    folder.mkdir(parents=True)
    recipe = build(preset, settings, stream, images=images, seed=seed)
    plan = Plan(images=images, precision=Precision("bf16", True), preview_images=10**12)
    start, wall = time.process_time(), time.perf_counter()
    live = train(recipe, plan, Outside(RunFolder(folder)))
    line: dict[str, object] = {
        "preset": preset,
        "style": options.style,
        "seed": seed,
        "images": images,
        "cpu seconds": round(time.process_time() - start, 1),
        "wall seconds": round(time.perf_counter() - wall, 1),
    }
    codes = recipe.state.get("codes")
    codes = final_codes(codes, stream) if isinstance(codes, Codes) else None
    net = live.averages.get("maker", live.nets["maker"])
    header = WeightHeader("generate", preset)
    maker = ready_maker(net, settings, codes)
    return line, FaceModel(maker, settings, codes, header, "", CPU)


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("speed", "compare"))
    parser.add_argument("--presets", nargs="+", default=["default", "seed", "sn-hinge", "r3gan"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--style", choices=("photo", "toon"), default="photo")
    parser.add_argument("--seconds", type=float, default=870.0, help="CPU seconds of one thread")
    parser.add_argument("--images", type=int, default=None, help="instead of --seconds")
    parser.add_argument("--people", type=int, default=32_000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path("cache"))
    parser.add_argument("--out", type=Path, default=Path("runs/compare"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    (speed if options.what == "speed" else compare)(options)


if __name__ == "__main__":
    main()
