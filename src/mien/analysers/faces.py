"""What the networks that look at a face have in common: their samples and how they are trained."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mien.analysers.landmarks.augment import DETECTED, Miss, augmented
from mien.analysers.landmarks.renders import read_shards
from mien.analysers.shards import Columns
from mien.data.stream import to_floats
from mien.errors import TrainingError
from mien.face.landmark_net import SIDE
from mien.head.schema import schema_hash
from mien.io.weights import WeightHeader, save_weights
from mien.nn.ema import average_of, recalibrate
from mien.nn.init import generator, he_normal
from mien.seeding import rng
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.precision import Precision
from mien.train.recipe import Adam, LossFunction, Phase, Recipe
from mien.train.run_folder import RunFolder
from mien.train.schedule import decaying


class FaceStream:
    """Endless augmented samples of the training pictures.

    `image` (n, 3, SIDE, SIDE), `points` (n, POINTS, 2), `aus` (n, 22), `gaze` (n, 2) with
    mirrored faces looking the other way, `index` (n,).

    miss   how the boxes lie off
    """

    def __init__(self, columns: Columns, seed: int, miss: Miss = DETECTED) -> None:
        self._columns, self._seed, self._miss = columns, seed, miss
        self.count = len(columns["points"])
        self._order = functools.lru_cache(4)(self._make_order)

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1."""
        places = np.arange(first, first + count)
        epochs, offsets = np.divmod(places, self.count)
        rows = np.array(
            [self._order(int(epoch))[offset] for epoch, offset in zip(epochs, offsets, strict=True)]
        )
        seen = [
            augmented(self._columns, int(row), rng(self._seed, "face", int(place)), self._miss)
            for row, place in zip(rows, places, strict=True)
        ]
        side = np.where([one.mirrored for one in seen], -1, 1)[:, None]
        return {
            "image": to_floats(np.stack([one.picture for one in seen])),
            "points": np.stack([one.points for one in seen]),
            "aus": self._columns["aus"][rows],
            "gaze": self._columns["gaze"][rows] * np.concatenate([side, side * 0 + 1], 1),
            "index": rows,
        }

    def _make_order(self, epoch: int) -> NDArray[np.int64]:
        return rng(self._seed, "face-order", epoch).permutation(self.count)


class Settings(Protocol):
    """What the settings of every such network say: a dataclass with these among its fields."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def images(self) -> int: ...  # noqa: D102

    @property
    def batch(self) -> int: ...  # noqa: D102

    @property
    def rate(self) -> float: ...  # noqa: D102

    @property
    def average(self) -> float: ...  # noqa: D102


def recipe_of(
    name: str,
    net: nn.Module,
    loss: LossFunction,
    stream: FaceStream,
    *,
    settings: Settings,
    seed: int,
) -> Recipe:
    """The recipe of one network with one loss, its weights drawn from (seed, name)."""
    he_normal(net, generator(seed, name))
    schedule = decaying(settings.images, hold=0.45, last=0.02, warm_up=8_000)
    return Recipe(
        job=name,
        preset="default",
        config=dataclasses.asdict(settings),
        nets={name: net},
        phases=(Phase(name, (name,), loss),),
        optimisers={name: Adam(settings.rate, (0.9, 0.99), schedule)},
        batches=stream,
        batch=settings.batch,
        seed=seed,
        ema={name: settings.average},
    )


@dataclasses.dataclass(frozen=True)
class Course:
    """One network's training from shards to weight file.

    job       of the weight file; net: its name among the recipe's
    build     (stream, seed, settings) -> recipe
    score     (network, held-out stream) -> figures
    """

    job: str
    net: str
    out: Path
    miss: Miss
    settings: Settings
    build: Callable[[FaceStream, int, Any], Recipe]
    score: Callable[[Any, FaceStream], Mapping[str, float]]
    held_out: float = 0.04
    precision: Precision = Precision("bf16", True)

    def of(self, images: int) -> Course:
        """The same training over another number of images, its rate decaying by their end."""
        settings = dataclasses.replace(self.settings, images=images)
        return dataclasses.replace(self, settings=settings)


def learn(
    course: Course, folder: Path, *, seed: int, out: Path | None = None, run: Path | None = None
) -> Iterator[str]:
    """Train on the shards in `folder`, go on where `run` stopped; yields lines of progress."""
    settings = course.settings
    columns = read_shards(folder, seed)
    count = len(columns["points"])
    held = max(1, int(count * course.held_out))
    if count - held < settings.batch:
        raise TrainingError(f"{count} samples are too few: make at least {settings.batch * 2}.")
    yield f"{count} samples, {held} held out"
    training = {name: values[:-held] for name, values in columns.items()}
    kept_back = {name: values[-held:] for name, values in columns.items()}
    recipe = course.build(FaceStream(training, seed, course.miss), seed, settings)
    run = run or Path("runs") / course.net
    run.mkdir(parents=True, exist_ok=True)
    plan = Plan(images=settings.images, look_steps=64, precision=course.precision, clip=1.0)
    live = train(recipe, plan, Outside(RunFolder(run)))
    net = calibrated(live.averages[course.net], FaceStream(training, seed + 1, course.miss))
    figures = course.score(net, FaceStream(kept_back, seed, course.miss))
    header = WeightHeader(
        job=course.job,
        preset="default",
        config={"recipe": dataclasses.asdict(settings)},
        crop={"name": "face-96", "size": SIDE},
        metrics={"images": float(live.images), "seconds": round(live.seconds, 1), **figures},
        data=f"head renders, {count} samples of seed {seed}",
        head_hash=schema_hash(),
    )
    tensors = {name: value.numpy() for name, value in net.state_dict().items()}
    digest = save_weights(out or course.out, tensors, header, half=True)
    yield ", ".join(f"{name} {value:.4g}" for name, value in header.metrics.items())
    yield f"wrote {(out or course.out).name} {digest[:12]}"


def calibrated(average: nn.Module, stream: FaceStream) -> nn.Module:
    """A copy in evaluation mode whose running statistics fit its averaged weights."""
    copy = average_of(average).cpu().float()
    rows = torch.from_numpy(stream.take(0, 512)["image"])
    recalibrate(copy, rows.split(64))
    return copy.eval()
