"""How fast and how good `reenact` is: `python benchmarks/reenact.py WHAT`.

speed     milliseconds of one frame: moving the photo, and a network on top of it
compare   presets trained for equal CPU time on the same clips of the head by the same loop, each
          scored on people it never saw; one JSON line per row, and a sheet of frames
drift     a thousand frames of one loop, each seeing its own last: SSIM, distance of descriptors and
          colour at frames near 10, 30, 100, 300 and 1000 where the loop is at the same place; of
          --presets on people of the head whom nobody was trained on, and of a person (--person) on
          the part of --clip that was not learnt
person    the table of a person (--person) on that part of --clip, every frame judged, with a sheet
cross     a person (--person) follows somebody else's --clip: correlation of the openings of mouth
          and lids with the driver's, as the judge finds them; `wanted` tells what was asked of the
          network, `made` what it made; and a sheet: the driver above, then what was made
live      CPU milliseconds of every stage of a live frame, from --clip laid into 640 x 480 pixels to
          the picture of --person

Budgets are CPU seconds of one thread, because wall time on a shared machine measures the others.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from pathlib import Path

import numpy as np
import torch

from mien.data.head_clips import ClipSpec, draw_clip
from mien.device import knows_bf16
from mien.face.affine import resize
from mien.face.align import align_head, crop
from mien.io.image import write_image
from mien.io.video import read_frames
from mien.io.weights import WeightHeader
from mien.jobs.base import no_progress
from mien.jobs.reenact.data import HELD_OUT_SEED, head_clips
from mien.jobs.reenact.drift import DriftPoint, consistency, drift, loop_of, moments, there_and_back
from mien.jobs.reenact.evaluation import sheet
from mien.jobs.reenact.live import PersonPerformer
from mien.jobs.reenact.model import ReenactModel, load_model
from mien.jobs.reenact.networks import make_networks
from mien.jobs.reenact.person.film import skin_of
from mien.jobs.reenact.person.player import player_of
from mien.jobs.reenact.person.scores import (
    follows,
    found_points,
    made_again,
    scored,
    signs_of,
    table_lines,
)
from mien.jobs.reenact.person.scores import sheet as sheet_of_person
from mien.jobs.reenact.presets import config
from mien.jobs.reenact.recipe import build, ready_networks
from mien.jobs.reenact.scores import motion_curves, score
from mien.jobs.reenact.trials import head_trials, model_row, plain_rows
from mien.persona.clips import load_driver
from mien.persona.live_face import LiveFace
from mien.persona.mimic import person_signs
from mien.persona.person import Person, read_person
from mien.persona.person_clip import person_of
from mien.persona.retarget import Transfer
from mien.persona.stream import Arrived, NoSink, Watch, run_stream
from mien.train.live import Live
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.precision import Precision
from mien.train.run_folder import RunFolder
from mien.types import Image

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


def drifting(options: argparse.Namespace) -> None:
    """One line per loop and frame."""
    if options.person is not None:
        known, held = _person(options)
        player = player_of(known, CPU)
        wanted = [signs_of(known, held, k) for k in range(len(held))]
        loop = (player.frame(wanted[k]) for k in there_and_back(len(held), max(moments(len(held)))))
        _tell("person", drift(loop, held.frames, held.landmarks))
        rows = made_again(known, held, player)
        for name, made in {"truth": held.frames, **rows}.items():
            print(json.dumps({"row": name, "carried": consistency(made, held.landmarks)}))
        return
    spec = ClipSpec(frames=options.frames, seed=HELD_OUT_SEED)
    for index in range(options.held):
        clip = draw_clip(spec, index)
        for preset in options.presets:
            model = load_model(preset, CPU)
            count = max(moments(len(clip.truth) - 1))
            loop = loop_of(model, clip.truth[0], clip.moved[1:], clip.landmarks[1:], count)
            points = drift(loop, clip.truth[1:], clip.landmarks[1:])
            _tell(f"{preset} on head {index}", points)


def _tell(row: str, points: list[DriftPoint]) -> None:
    for one in points:
        values = {name: round(value, 4) for name, value in dataclasses.asdict(one).items()}
        print(json.dumps({"row": row, **values}), flush=True)
    ratio = points[-1].identity / max(points[0].identity, 1e-9)
    print(json.dumps({"row": row, "identity, last over first": round(ratio, 3)}), flush=True)


def person(options: argparse.Namespace) -> None:
    """The table of one person."""
    known, held = _person(options)
    rows = made_again(known, held, player_of(known, CPU))
    print("\n".join(table_lines(scored(held, rows))))
    write_image(options.out / "person.png", sheet_of_person(held, rows), provenance=None)


def cross(options: argparse.Namespace) -> None:
    """Two lines: what is asked of the person, and what is seen of it."""
    known = read_person(options.person)
    driver = load_driver(options.clip, fps=25.0, limit=options.frames)
    frames = list(read_frames(options.clip, stop=len(driver)))
    skin = skin_of(options.clip, driver)
    wanted = person_signs(known, driver, Transfer(), skin=skin)
    player = player_of(known, CPU)
    made = np.stack([player.frame(one) for one in wanted])
    points = np.stack([one.landmarks for one in wanted])
    assert driver.landmarks is not None
    middles = zip(frames, driver.landmarks, strict=True)
    seen = [crop(frame, align_head(one).at_size(384)) for frame, one in middles]
    everyone = range(len(driver))
    whose = dataclasses.replace(
        known,
        frames=np.stack([resize(one, (known.size, known.size)) for one in seen]),
        landmarks=np.repeat(known.landmarks[known.neutral][None], len(driver), 0),
    )
    truth = found_points(whose, np.stack(seen), everyone)
    judged = found_points(dataclasses.replace(known, landmarks=points), made, everyone)
    for row, one in {"wanted": points, "made": judged}.items():
        values = {k: round(v, 4) for k, v in follows(one, truth).items()}
        print(json.dumps({"person": options.person.name, "row": row, **values}), flush=True)
    places = np.linspace(0, len(driver) - 1, 12).round().astype(int)
    rows = ([resize(seen[k], (known.size, known.size)) for k in places], [made[k] for k in places])
    shown = np.concatenate([np.concatenate(row, 1) for row in rows])
    write_image(
        options.out / f"{options.person.name}-{options.clip.stem}.png", shown, provenance=None
    )


def live(options: argparse.Namespace) -> None:
    """The table of milliseconds, measured in CPU time."""
    known, half = read_person(options.person), knows_bf16(CPU)
    face = LiveFace(calibrate=0.3, half=half)
    performer = PersonPerformer(player_of(known, CPU, half=half), face, Transfer())
    frames = [
        Arrived(k / 30.0, time.monotonic(), _as_seen(frame))
        for k, frame in enumerate(read_frames(options.clip, stop=options.frames))
    ]
    watch = Watch(warm=15, clock=time.process_time)
    report = run_stream(frames, performer, [NoSink()], watch=watch)
    print("\n".join(report.lines()))


def _as_seen(frame: Image) -> Image:
    """(480, 640, 3) a frame as a webcam would show it."""
    height, width = frame.shape[:2]
    scale = min(480 / height, 640 / width)
    small = resize(frame, (round(width * scale), round(height * scale)))
    seen = np.zeros((480, 640, 3), np.uint8)
    top, left = (480 - small.shape[0]) // 2, (640 - small.shape[1]) // 2
    seen[top : top + small.shape[0], left : left + small.shape[1]] = small
    return seen


def _person(options: argparse.Namespace) -> tuple[Person, Person]:
    """A learnt person, and the part of its clip that it never saw."""
    known = read_person(options.person)
    whole = person_of(options.clip, known.size)
    return known, whole.part(slice(len(known), None))


def _model(preset: str, nets: dict[str, torch.nn.Module]) -> ReenactModel:
    ready = {name: net.eval() for name, net in nets.items()}
    return ReenactModel(ready, config(preset), WeightHeader("reenact", preset), "", CPU)


_WHAT = {
    "speed": speed,
    "compare": compare,
    "drift": drifting,
    "person": person,
    "cross": cross,
    "live": live,
}


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=tuple(_WHAT))
    parser.add_argument("--presets", nargs="+", default=["default", "seed", "seed-slim"])
    parser.add_argument("--seconds", type=float, default=600.0, help="CPU seconds of one thread")
    parser.add_argument("--images", type=int, default=None, help="instead of --seconds")
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--held", type=int, default=24)
    parser.add_argument("--person", type=Path, default=None, help="a learnt person's folder")
    parser.add_argument("--clip", type=Path, default=None, help="the clip it was learnt from")
    parser.add_argument("--frames", type=int, default=40, help="of a clip, for drift and live")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path("cache"))
    parser.add_argument("--out", type=Path, default=Path("runs/reenact-compare"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(options.threads)
    _WHAT[options.what](options)


if __name__ == "__main__":
    main()
