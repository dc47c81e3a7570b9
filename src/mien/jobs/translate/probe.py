"""Who somebody is, read off a picture: what the scores of `translate` ask whether it stayed.

A kernel ridge regression on coarse colours and edge directions, trained on true pictures of other
people in the very style that is judged. It shares nothing with any network here; what it can tell
of true pictures is printed as the ceiling.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mien.data.crop import resize
from mien.data.people import HeadSpec, draw_person
from mien.head.render import Render
from mien.head.schema import LABEL
from mien.types import FaceCode, Image

SEED = 7_000_019
"""Of the people that a probe learns from; nobody else ever sees them."""
TRAITS = ("sex", "hair length", "glasses")
SIDE, CELL, BINS = 64, 8, 8
_THUMB = 16
_RIDGE = 0.01
_WIDTH = 3.0
_LONGEST = 2.5
"""Hair further below the eyes than this, in distances of the eyes, is long and no longer."""

Floats = NDArray[np.float64]


def traits_of(code: FaceCode, drawn: Render) -> Floats:
    """(3,) the numbers of TRAITS.

    Masculine 1 to feminine -1 as the slider says; how far hair hangs below the eyes, in distances
    of the outer eye corners; 1 with glasses.
    """
    points = drawn.landmarks
    unit = float(np.hypot(*(points[45] - points[36])))
    rows = np.nonzero(drawn.labels == LABEL["hair"])[0]
    low = float(np.percentile(rows, 95)) if len(rows) else 0.0
    length = (low - float(points[36:48, 1].mean())) / max(unit, 1e-6)
    glasses = float(code.glasses != "none")
    sex = code.sliders.get("sex", 0.0)
    return np.array([sex, np.clip(length, -_LONGEST, _LONGEST), glasses])


def features(pictures: Image) -> Floats:
    """(n, f) thumbnails and histograms of edge directions of pictures (n, s, s, 3) uint8."""
    return np.stack([_features(resize(one, SIDE)) for one in pictures])


def _features(picture: Image) -> Floats:
    cell = SIDE // _THUMB
    small = picture.reshape(_THUMB, cell, _THUMB, cell, 3).mean((1, 3)).ravel() / 64
    grey = picture.astype(np.float64).mean(2)
    down, right = np.gradient(grey)
    strength = np.hypot(down, right)
    turn = (np.arctan2(down, right) % np.pi) / np.pi * BINS
    low = np.floor(turn).astype(int)
    share = turn - low
    planes = np.zeros((SIDE, SIDE, BINS))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    np.add.at(planes, (rows, columns, low % BINS), strength * (1 - share))
    np.add.at(planes, (rows, columns, (low + 1) % BINS), strength * share)
    count = SIDE // CELL
    cells = planes.reshape(count, CELL, count, CELL, BINS).sum((1, 3))
    norm = np.linalg.norm(cells, axis=2, keepdims=True)
    return np.concatenate([small, (cells / (norm + 200)).ravel() * 2])


@dataclasses.dataclass(frozen=True, eq=False)
class Probe:
    """A trained probe.

    mean, known   (f,) and (m, f) features of the pictures it learnt from, centred
    weights       (m, traits); offset (traits,)
    reach         squared distance at which pictures are strangers
    """

    mean: Floats
    known: Floats
    weights: Floats
    offset: Floats
    reach: float

    def __call__(self, pictures: Image) -> Floats:
        """(n, traits) of pictures (n, s, s, 3) uint8."""
        return _kernel(features(pictures) - self.mean, self.known, self.reach) @ self.weights + (
            self.offset
        )


def _kernel(one: Floats, other: Floats, reach: float) -> Floats:
    apart = (one**2).sum(1)[:, None] + (other**2).sum(1)[None] - 2 * one @ other.T
    return np.exp(-np.maximum(apart, 0) / reach)


def trained(pictures: Image, traits: Floats) -> Probe:
    """A probe of pictures (n, s, s, 3) uint8 and what is true of them (n, traits)."""
    found = features(pictures)
    mean = found.mean(0)
    known = found - mean
    reach = float(_WIDTH * 2 * (known**2).sum(1).mean())
    offset = traits.mean(0)
    kernel = _kernel(known, known, reach)
    weights = np.linalg.solve(kernel + _RIDGE * np.eye(len(known)), traits - offset)
    return Probe(mean, known, weights, offset, reach)


def of_head(spec: HeadSpec, count: int, told: Callable[[int, int], None]) -> Probe:
    """A probe trained on so many people of the head, in the style and size of `spec`."""
    own = dataclasses.replace(spec, seed=SEED)
    pictures, traits = [], []
    for k in range(count):
        code, drawn = draw_person(own, k)
        pictures.append(drawn.rgb)
        traits.append(traits_of(code, drawn))
        told(k, count)
    return trained(np.stack(pictures), np.stack(traits))


def agreement(found: Floats, truth: Floats) -> dict[str, float]:
    """Correlation of every trait with the truth; 0 where a prediction never varies."""
    scores = {}
    for place, name in enumerate(TRAITS):
        one, other = found[:, place], truth[:, place]
        flat = min(float(one.std()), float(other.std())) < 1e-9
        scores[name] = 0.0 if flat else float(np.corrcoef(one, other)[0, 1])
    return scores
