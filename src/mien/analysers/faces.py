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


class Stream(Protocol):
    """Endless augmented samples: `image` (n, 3, side, side), `index` (n,) and what is learnt."""

    count: int

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1."""
        ...


class Shuffled:
    """The order of `count` rows, another one in every round."""

    def __init__(self, count: int, seed: int, what: str) -> None:
        self._count, self._key = count, (seed, what)
        self._order = functools.lru_cache(4)(self._make_order)

    def rows(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of samples at these places of the stream."""
        rounds, offsets = np.divmod(places, self._count)
        pairs = zip(rounds, offsets, strict=True)
        return np.array([self._order(int(one))[offset] for one, offset in pairs])

    def _make_order(self, epoch: int) -> NDArray[np.int64]:
        return rng(*self._key, epoch).permutation(self._count)


class FaceStream:
    """Endless augmented samples of the training pictures.

    `image` (n, 3, SIDE, SIDE), `points` (n, POINTS, 2), `aus` (n, 22), `gaze` (n, 2) with
    mirrored faces looking the other way, `index` (n,).

    miss   how the boxes lie off
    """

    def __init__(self, columns: Columns, seed: int, miss: Miss = DETECTED) -> None:
        self._columns, self._seed, self._miss = columns, seed, miss
        self.count = len(columns["points"])
        self._order = Shuffled(self.count, seed, "face-order")

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1."""
        places = np.arange(first, first + count)
        rows = self._order.rows(places)
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
    stream: Stream,
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


CROP = {"name": "face-96", "size": SIDE}


@dataclasses.dataclass(frozen=True)
class Course:
    """One network's training from shards to weight file.

    job       of the weight file; net: its name among the recipe's
    build     (stream, seed, settings) -> recipe
    score     (network, held-out stream) -> figures
    crop      for the header
    read      (folder, seed) -> training pictures
    stream    (training pictures, seed, miss) -> samples
    """

    job: str
    net: str
    out: Path
    miss: Miss
    settings: Settings
    build: Callable[[Any, int, Any], Recipe]
    score: Callable[[Any, Any], Mapping[str, float]]
    held_out: float = 0.04
    precision: Precision = Precision("bf16", True)
    crop: Mapping[str, Any] = dataclasses.field(default_factory=lambda: CROP)
    read: Callable[[Path, int], Columns] = read_shards
    stream: Callable[[Columns, int, Miss], Stream] = FaceStream

    def of(self, images: int) -> Course:
        """The same training over another number of images, its rate decaying by their end."""
        settings = dataclasses.replace(self.settings, images=images)
        return dataclasses.replace(self, settings=settings)


def learn(
    course: Course, folder: Path, *, seed: int, out: Path | None = None, run: Path | None = None
) -> Iterator[str]:
    """Train on the shards in `folder`, go on where `run` stopped; yields lines of progress."""
    settings = course.settings
    columns = course.read(folder, seed)
    count = len(columns["points"])
    held = max(1, int(count * course.held_out))
    if count - held < settings.batch:
        raise TrainingError(f"{count} samples are too few: make at least {settings.batch * 2}.")
    yield f"{count} samples, {held} held out"
    training = {name: values[:-held] for name, values in columns.items()}
    kept_back = {name: values[-held:] for name, values in columns.items()}
    recipe = course.build(course.stream(training, seed, course.miss), seed, settings)
    run = run or Path("runs") / course.net
    run.mkdir(parents=True, exist_ok=True)
    plan = Plan(images=settings.images, look_steps=64, precision=course.precision, clip=1.0)
    live = train(recipe, plan, Outside(RunFolder(run)))
    again = course.stream(training, seed + 1, course.miss)
    net = calibrated(live.averages[course.net], again)
    figures = course.score(net, course.stream(kept_back, seed, course.miss))
    header = WeightHeader(
        job=course.job,
        preset="default",
        config={"recipe": dataclasses.asdict(settings)},
        crop=course.crop,
        metrics={"images": float(live.images), "seconds": round(live.seconds, 1), **figures},
        data=f"head renders, {count} samples of seed {seed}",
        head_hash=schema_hash(),
    )
    tensors = {name: value.numpy() for name, value in net.state_dict().items()}
    digest = save_weights(out or course.out, tensors, header, half=True)
    yield ", ".join(f"{name} {value:.4g}" for name, value in header.metrics.items())
    yield f"wrote {(out or course.out).name} {digest[:12]}"


def calibrated(average: nn.Module, stream: Stream) -> nn.Module:
    """A copy in evaluation mode whose running statistics fit its averaged weights."""
    copy = average_of(average).cpu().float()
    rows = torch.from_numpy(stream.take(0, 512)["image"])
    recalibrate(copy, rows.split(64))
    return copy.eval()
