"""Weights that speak names: numbers of an older vocabulary of the head in places of today's."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.head.schema import (
    SLIDERS,
    VERSION,
    VERSION_1_HASH,
    VERSION_1_SLIDERS,
    schema_hash,
)
from mien.head.units import unit_vector
from mien.io.weights import WeightHeader, Weights, load_weights, read_header

FloatArray = NDArray[np.float64]


def spoken_sliders() -> dict[str, object]:
    """What the header of new weights says in its config about their sliders."""
    return {"sliders": list(SLIDERS), "units": VERSION}


def load_spoken(path: Path, *, job: str) -> Weights:
    """Weights whose config names their sliders, or that are of a known vocabulary.

    Raises WeightsError as `load_weights`, also for a name that the head does not know.
    """
    header = read_header(path)
    named = header.config.get("sliders")
    told = isinstance(named, list) and bool(named) and set(map(str, named)) <= set(SLIDERS)
    old = named is None and header.head_hash == VERSION_1_HASH
    return load_weights(
        path, expected_job=job, expected_head=None if told or old else schema_hash()
    )


def slider_names(header: WeightHeader) -> tuple[str, ...]:
    """The sliders that a header speaks of, in its order."""
    if "sliders" in header.config:
        return tuple(str(name) for name in header.config["sliders"])
    return VERSION_1_SLIDERS if header.head_hash == VERSION_1_HASH else SLIDERS


@dataclasses.dataclass(frozen=True, eq=False)
class Speech:
    """Where the sliders of weights lie among today's, and in which units they are.

    places   (n,) index in `SLIDERS` of each
    units    (n,) what to divide their values by
    """

    places: NDArray[np.int64]
    units: FloatArray

    @staticmethod
    def of(header: WeightHeader) -> Speech:
        """What a header says; without names and units it is of version 1 or of today."""
        names = slider_names(header)
        first = 1 if header.head_hash == VERSION_1_HASH else VERSION
        old = int(header.config.get("units", first)) < VERSION
        units = unit_vector(names) if old else np.ones(len(names))
        return Speech(np.array([SLIDERS.index(name) for name in names]), units)

    def vector(self, values: FloatArray) -> FloatArray:
        """(S,) from values (n,); 0 where the weights say nothing."""
        out = np.zeros(len(SLIDERS))
        out[self.places] = values / self.units
        return out

    def covariance(self, values: FloatArray, *, unknown: float) -> FloatArray:
        """(S, S) from (n, n); the variance `unknown` where the weights say nothing."""
        out = np.eye(len(SLIDERS)) * unknown
        out[np.ix_(self.places, self.places)] = values / np.outer(self.units, self.units)
        return out
