"""What a translator learns from: the measurements of a collected set, reduced to components."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError, OptionError
from mien.io.names import terminal_safe
from mien.jobs.base import Progress, Step
from mien.jobs.character.imitator.data import ParameterSet, Wanted, open_set, split
from mien.jobs.character.imitator.layout import Layout
from mien.jobs.character.translator import measure
from mien.jobs.character.translator.presets import Settings
from mien.messages import text
from mien.seeding import rng
from mien.types import Image

FloatArray = NDArray[np.float64]

_LOOKED_AT, _WITH_FACES = 40, 0.8
"""Pictures that say whether faces are found, and the share from which they are measured."""
CLAMP = 4.0
"""Measurements stay within this many standard deviations of the training set."""
_KEPT = 0.995
"""Share of the variance that the components explain, if they are not too many."""
_FEWEST = 20


@dataclasses.dataclass(frozen=True, eq=False)
class Basis:
    """Measurements to components: standardised, kinds weighed alike, projected, scaled to 1.

    mean, sd  (n,) of the training set; box: where an engine without faces draws them
    axes      (n, k)
    faces     whether faces are measured
    usual     mean squared distance per measurement of the training set from what the axes span
    """

    mean: FloatArray
    sd: FloatArray
    axes: FloatArray
    faces: bool
    box: tuple[float, float, float, float]
    usual: float

    def components(self, values: NDArray[np.floating[Any]]) -> FloatArray:
        """(..., n) measurements, NaN where unseen, to (..., k)."""
        return self.standard(values) @ self.axes

    def standard(self, values: NDArray[np.floating[Any]]) -> FloatArray:
        """(..., n) in standard deviations, cut; 0 where unseen."""
        told = np.clip((np.asarray(values, np.float64) - self.mean) / self.sd, -CLAMP, CLAMP)
        return np.where(np.isfinite(told), told, 0.0)

    def strange(self, values: NDArray[np.floating[Any]]) -> float:
        """How unlike the training set measurements (n,) are; its pictures have about 1."""
        seen = self.standard(values) * weights(self.faces)
        inside = _directions(self.axes, weights(self.faces))
        apart = seen - inside @ (inside.T @ seen)
        spread = float(np.square(self.components(values)).mean())
        return 0.5 * float(np.square(apart).mean()) / max(self.usual, 1e-12) + 0.5 * spread


def weights(faces: bool) -> FloatArray:
    """(n,) so that every kind of measurement counts the same, however many numbers it has."""
    parts = measure.groups(faces).values()
    return np.concatenate([np.full(p.stop - p.start, (p.stop - p.start) ** -0.5) for p in parts])


def _directions(axes: FloatArray, kinds: FloatArray) -> FloatArray:
    """(n, k) orthonormal directions, of the axes that they were scaled into."""
    plain = axes / kinds[:, None]
    return plain / np.linalg.norm(plain, axis=0)


@dataclasses.dataclass(frozen=True, eq=False)
class MeasuredSet:
    """Components with the parameters of their pictures.

    components  (n, copies, k) float32: the picture itself first, then spoilt copies of it
    units       (n, d) float32 in [0, 1], as `layout` orders them
    train, test rows that train, and rows that never do
    """

    components: NDArray[np.float32]
    units: NDArray[np.float32]
    layout: Layout
    basis: Basis
    train: NDArray[np.int64]
    test: NDArray[np.int64]
    source: dict[str, Any]
    notes: tuple[str, ...]


class MeasuredStream:
    """Batches in epochs, each in an order of its own; of every picture one of its copies."""

    def __init__(self, known: MeasuredSet, seed: int) -> None:
        self._known, self._seed = known, seed
        self._order = functools.lru_cache(4)(self._make_order)

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1: `components` (n, k), `units` (n, d), `index`."""
        rows = self._known.train
        epochs, places = np.divmod(np.arange(first, first + count), len(rows))
        order = [self._order(int(epoch))[places[epochs == epoch]] for epoch in np.unique(epochs)]
        index = rows[np.concatenate(order)]
        copies = (epochs + index) % self._known.components.shape[1]
        return {
            "components": self._known.components[index, copies],
            "units": self._known.units[index],
            "index": index,
        }

    def _make_order(self, epoch: int) -> NDArray[np.int64]:
        return rng(self._seed, "order", epoch).permutation(len(self._known.train))


def measured_set(wanted: Wanted, chosen: Settings, progress: Progress) -> MeasuredSet:
    """The set with everything measured; pictures without a face are left out where most have one.

    Raises OptionError for data that is not a set of an engine, InputError for one too small.
    """
    if wanted.data == "head":
        raise OptionError(text("character.translator.data"))
    known = open_set(wanted, progress)
    train, test = split(known)
    faces = chosen.faces == "auto" and _has_faces(known, train)
    values, rows = _measured(known, faces, chosen.spoilt, progress)
    place = np.full(len(known.parameters), -1)
    place[rows] = np.arange(len(rows))
    train, test = (one[one >= 0] for one in (place[train], place[test]))
    if len(train) < _FEWEST or not len(test):
        shown = {"path": terminal_safe(wanted.data), "count": len(train), "least": _FEWEST}
        raise InputError(text("character.translator.few", **shown))
    box = measure.varying_box(_frames(known, train[:200])) if not faces else (0.0, 0.0, 1.0, 1.0)
    basis = basis_of(values[train], faces, box, most=chosen.components)
    left = len(known.parameters) - len(rows)
    key = "character.translator.faces" if faces else "character.translator.pixels"
    notes = (*known.notes, text(key, count=len(rows), left=left))
    return MeasuredSet(
        basis.components(values).astype(np.float32),
        known.parameters[rows],
        known.layout,
        basis,
        train,
        test,
        known.source,
        notes,
    )


def _has_faces(known: ParameterSet, rows: NDArray[np.int64]) -> bool:
    pictures = known.pictures(rows[:_LOOKED_AT])
    found = [measure.find_face(picture) is not None for picture in pictures]
    return sum(found) >= _WITH_FACES * len(found)


def _frames(known: ParameterSet, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    return np.stack([measure.whole(picture) for picture in known.pictures(rows)])


def _measured(
    known: ParameterSet, faces: bool, spoilt: int, progress: Progress
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """(n, 1 + spoilt, m) measurements, and the rows they belong to."""
    values: list[NDArray[np.float32]] = []
    rows: list[int] = []
    count = len(known.parameters)
    for row in range(count):
        picture = known.pictures(np.array([row]))[0]
        seen = look(picture, faces=faces)
        if seen is not None:
            values.append(_with_copies(seen, row, spoilt))
            rows.append(row)
        progress(Step(row + 1, count, text("character.translator.measures")))
    return np.stack(values) if values else np.zeros((0, 1, 0), np.float32), np.array(rows, np.int64)


def look(picture: Image, *, faces: bool) -> measure.Seen | None:
    """One picture measured; None where a face is wanted and none is found."""
    face = measure.find_face(picture) if faces else None
    if face is None:
        return None if faces else measure.Seen(measure.whole(picture))
    return measure.by_face(picture, face)


def _with_copies(seen: measure.Seen, row: int, spoilt: int) -> NDArray[np.float32]:
    made = [seen.values]
    for number in range(spoilt):
        random = rng("translator", "spoilt", row, number)
        copy = seen.values.copy()
        copy[: measure.PIXELS] = measure.pixel_values(measure.spoiled(seen.framed, random))
        made.append(copy)
    return np.stack(made)


def basis_of(
    values: NDArray[np.float32],
    faces: bool,
    box: tuple[float, float, float, float],
    *,
    most: int,
) -> Basis:
    """The basis of measurements (n, copies, m); its axes are those of the unspoilt pictures."""
    plain = values.reshape(-1, values.shape[-1]).astype(np.float64)
    mean = np.nan_to_num(np.nanmean(np.where(np.isfinite(plain), plain, np.nan), 0))
    sd = np.nan_to_num(np.nanstd(plain, 0)) + 1e-2
    first = Basis(mean, sd, np.zeros((0, 0)), faces, box, 1.0)
    kinds = weights(faces)
    rows = first.standard(values[:, 0]) * kinds
    _, strength, directions = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
    power = np.square(strength)
    share = np.cumsum(power) / max(float(power.sum()), 1e-12)
    count = int(np.searchsorted(share, _KEPT)) + 1
    count = max(1, min(count, most, len(rows) // 3))
    inside = directions[:count].T
    scale = np.sqrt(power[:count] / len(rows)) + 1e-9
    apart = rows - (rows @ inside) @ inside.T
    usual = float(np.square(apart).mean())
    return Basis(mean, sd, kinds[:, None] * inside / scale, faces, box, usual)
