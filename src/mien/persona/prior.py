"""What faces and expressions are like before a picture has been seen."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.head.sample import sample
from mien.head.schema import AU_INDEX, slider_vector
from mien.persona.landmark_model import (
    AU_COUNT,
    AU_PART,
    BROW_COUNT,
    BROW_NAMES,
    BROW_PART,
    PARAMETER_COUNT,
    SLIDER_PART,
)

FloatArray = NDArray[np.float64]

INFLATION = 1.6
"""Real faces vary this much more than sampled ones (measured: fits hit narrower priors)."""
BROW_DEFAULTS = np.array([1.25, 5.0, 1.7, 0.3, 0.45])
"""Brow materials that the parameters are offsets from."""

# Standard deviations of AU intensities: a smile is common, a lip funnel is not.
AU_SD = {
    **{"AU12": 0.5, "AU25": 0.4, "AU26": 0.4, "AU6": 0.3, "AU27": 0.3, "AU4": 0.25},
    **{"AU1": 0.2, "AU2": 0.2, "AU10": 0.2, "AU18": 0.15, "AU45": 0.15, "AU28": 0.1},
}
OTHER_AU_SD = 0.22


@dataclasses.dataclass(frozen=True)
class Prior:
    """A Gaussian over the parameters of the landmark model: mean (P,), precision (P, P).

    held   (P,) bool, parameters that stay at their mean; None: all are free
    """

    mean: FloatArray
    precision: FloatArray
    held: NDArray[np.bool_] | None = None

    def with_identity(self, mean: FloatArray, precision: FloatArray) -> Prior:
        """The same prior with sliders expected at `mean` (S,) with `precision` (S, S)."""
        whole_mean, whole_precision = self.mean.copy(), self.precision.copy()
        whole_mean[SLIDER_PART] = mean
        whole_precision[SLIDER_PART, SLIDER_PART] = precision
        return Prior(whole_mean, whole_precision, self.held)


def population(count: int, *, seed: int = 5) -> tuple[FloatArray, FloatArray]:
    """Sliders (count, S) and brow materials less their defaults (count, 5) of sampled people."""
    sliders, brows = [], []
    for index in range(count):
        code = sample(seed, index)
        sliders.append(slider_vector(code.sliders))
        values = [code.materials.get(name) for name in BROW_NAMES]
        brows.append(np.array(values, float) - BROW_DEFAULTS)
    return np.array(sliders), np.array(brows)


Moments = tuple[FloatArray, FloatArray]
"""Mean and covariance."""


def moments(values: FloatArray) -> Moments:
    """Mean (k,) and covariance (k, k) of rows (n, k)."""
    return values.mean(0), np.cov(values.T)


def prior_of(sliders: Moments, brows: Moments) -> Prior:
    """The prior of a population of sliders (S) and brow offsets (5), widened to real people."""
    mean, precision = np.zeros(PARAMETER_COUNT), np.zeros((PARAMETER_COUNT, PARAMETER_COUNT))
    for part, (centre, covariance), floor in (
        (SLIDER_PART, sliders, 0.0025),
        (BROW_PART, brows, 0.01),
    ):
        widened = covariance * INFLATION**2 + np.eye(len(centre)) * floor
        mean[part] = centre
        precision[part, part] = np.linalg.inv(widened)
    sd = np.full(AU_COUNT, OTHER_AU_SD)
    for name, value in AU_SD.items():
        sd[AU_INDEX[name]] = value
    precision[AU_PART, AU_PART] = np.diag(1 / sd**2)
    return Prior(mean, precision)


def brow_materials(parameters: FloatArray) -> dict[str, float]:
    """Brow materials by name from the parameters (P,) of a fit."""
    values = BROW_DEFAULTS + parameters[BROW_PART]
    return {name: float(values[k]) for k, name in zip(range(BROW_COUNT), BROW_NAMES, strict=True)}
