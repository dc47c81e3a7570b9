"""All scores of a set of made pictures, each with its floor and its uncertainty.

The floor is what real pictures score against other real pictures, with as many of them: no maker
can be expected below. Distances are printed times 1000.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mien.metrics.distances import (
    Neighbourhoods,
    classifier_accuracy,
    frechet,
    kernel_distance,
    neighbourhoods,
)
from mien.metrics.features import Extractor, IdentityFeatures, Metric, Points, Thumbnails
from mien.metrics.pictures import pair_similarity, sharpness, sliced_wasserstein
from mien.seeding import rng
from mien.types import Image

BOOTSTRAPS = 100
_THOUSAND = 1000.0


@dataclasses.dataclass(frozen=True)
class Figure:
    """One score.

    value        of the made pictures
    low, high    95 % interval from a bootstrap over pictures; None where there is none
    floor        of real pictures against other real ones, as many
    better       "low" or "high", or "floor": the nearer to it the better
    """

    value: float
    floor: float
    better: str
    low: float | None = None
    high: float | None = None


@dataclasses.dataclass(frozen=True)
class Report:
    """Scores by name, and what they were measured on.

    count   pictures of each set
    space   name of the feature extractor
    """

    figures: Mapping[str, Figure]
    count: int
    space: str

    def values(self) -> dict[str, float]:
        """The scores alone, rounded to five digits."""
        return {name: float(f"{figure.value:.5g}") for name, figure in self.figures.items()}

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Name, value, 95 % interval and floor, as text."""
        return [
            (name, f"{one.value:.4g}", _interval(one), f"{one.floor:.4g}")
            for name, one in self.figures.items()
        ]

    def as_json(self) -> dict[str, Any]:
        """Everything, JSON-ready."""
        figures = {name: dataclasses.asdict(figure) for name, figure in self.figures.items()}
        return {"count": self.count, "space": self.space, "figures": figures}


def _interval(figure: Figure) -> str:
    return "" if figure.low is None else f"{figure.low:.4g} … {figure.high:.4g}"


def judge(
    made: Image, held_out: Image, train: Image, *, extractor: Extractor | None = None
) -> Report:
    """Scores made pictures against held-out real ones; training pictures give the floor.

    All three (n, s, s, 3) uint8 of the same n and s. `extractor` None: the identity features.
    """
    extractor = extractor or IdentityFeatures()
    sets = [held_out, made, train]
    points, thumbs = ([space(one) for one in sets] for space in (extractor, Thumbnails()))
    figures = {
        "FD": _distance(points, frechet, _THOUSAND),
        "KID": _distance(points, kernel_distance, _THOUSAND),
        **_prdc(points),
        "thumbnail FD": _distance(thumbs, frechet, 1.0),
        "C2ST": _plain(points, classifier_accuracy, "low"),
        **_pixels(made, held_out, train),
    }
    return Report(figures, len(made), extractor.name)


def _distance(points: Sequence[Points], metric: Metric, scale: float) -> Figure:
    held_out, made, train = points
    value = metric(held_out, made) * scale
    low, high = bootstrap(lambda rows, others: metric(held_out[others], made[rows]), len(made))
    # Resampling repeats rows, which raises every distance: their spread is kept, their level not.
    reach = (high - low) / 2 * scale
    low, high = value - reach, value + reach
    floor = metric(held_out, train) * scale
    return Figure(value, floor, "low", max(low, 0.0) if metric is frechet else low, high)


def bootstrap(
    score: Callable[[Any, Any], float], count: int, *, times: int = BOOTSTRAPS, seed: int = 0
) -> tuple[float, float]:
    """2.5 and 97.5 percentiles of a score over two sets of resampled rows."""
    random = rng(seed, "bootstrap")
    rows = random.integers(0, count, (times, 2, count))
    values = [score(first, second) for first, second in rows]
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def _prdc(points: Sequence[Points]) -> dict[str, Figure]:
    held_out, made, train = points
    found, floor = neighbourhoods(held_out, made), neighbourhoods(held_out, train)
    floors = floor.scores()
    return {
        name: Figure(value, floors[name], "high", *_mean_interval(_entries(found, name)))
        for name, value in found.scores().items()
    }


def _entries(found: Neighbourhoods, name: str) -> Points:
    entries = {
        "precision": found.precise,
        "recall": found.recalled,
        "density": found.dense,
        "coverage": found.covered,
    }
    return np.asarray(entries[name], np.float64)


def _mean_interval(entries: Points) -> tuple[float, float]:
    return bootstrap(lambda rows, _: float(entries[rows].mean()), len(entries))


def _plain(points: Sequence[Points], metric: Metric, better: str) -> Figure:
    held_out, made, train = points
    return Figure(metric(held_out, made), metric(held_out, train), better)


def _pixels(made: Image, held_out: Image, train: Image) -> dict[str, Figure]:
    found, floor = sliced_wasserstein(held_out, made), sliced_wasserstein(held_out, train)
    figures = {f"SWD {side}": Figure(found[side], floor[side], "low") for side in found}
    figures["pair MS-SSIM"] = Figure(pair_similarity(made), pair_similarity(held_out), "floor")
    own = sharpness(held_out)
    figures["sharpness"] = Figure(sharpness(made) / own, sharpness(train) / own, "floor")
    return figures
