"""Views of a picture that no step steers by: where its landmarks lie, and how its edges run."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.gradients import oriented_gradients
from mien.persona.gauss_newton import eye_frame
from mien.types import Image, Landmarks

SIDE = 128
"""Pixels a side of the pictures whose edges are compared."""
_NME_SLACK, _EDGE_SLACK = 0.01, 0.002
"""A landmark error a hundredth larger, a score this much smaller, are the detector's noise."""


@dataclasses.dataclass(frozen=True)
class Views:
    """How well a picture agrees with photos.

    nme    mean landmark distance in the eye frame, outer eyes 1 apart; NaN where a picture has no
           face that is found
    edges  correlation of the histograms of oriented gradients, 1 for equal pictures
    """

    nme: float
    edges: float

    def no_worse_than(self, best: Views) -> bool:
        """Whether neither view got worse; a face that is lost is worse."""
        if not math.isnan(best.nme) and not self.nme <= best.nme * (1 + _NME_SLACK):
            return False
        return self.edges >= best.edges - _EDGE_SLACK

    def worse_in(self, other: Views) -> list[str]:
        """The views in which this is worse than another."""
        found = []
        if not math.isnan(other.nme) and not self.nme <= other.nme * (1 + _NME_SLACK):
            found.append("NME")
        if not self.edges >= other.edges - _EDGE_SLACK:
            found.append("edges")
        return found

    def best_with(self, other: Views) -> Views:
        """The better one of each view: what a later step has to reach."""
        nme = other.nme if math.isnan(self.nme) else float(np.fmin(self.nme, other.nme))
        return Views(nme, max(self.edges, other.edges))

    def as_figures(self) -> dict[str, float | None]:
        """JSON values."""
        nme = None if math.isnan(self.nme) else round(self.nme, 5)
        return {"nme": nme, "edges": round(self.edges, 5)}


@dataclasses.dataclass(frozen=True, eq=False)
class Shown:
    """A picture as it is compared: (SIDE, SIDE, 3), and its landmarks where a face was found."""

    framed: Image
    landmarks: Landmarks | None


def compare(photos: Sequence[Shown], drawn: Shown) -> Views:
    """The mean views of a drawing against photos."""
    errors = [distance(one.landmarks, drawn.landmarks) for one in photos]
    edges = oriented_gradients(drawn.framed)
    scores = [_alike(oriented_gradients(one.framed), edges) for one in photos]
    return Views(float(np.mean(errors)), float(np.mean(scores)))


def distance(one: Landmarks | None, other: Landmarks | None) -> float:
    """Mean landmark distance, both in their eye frame; NaN where one is missing."""
    if one is None or other is None:
        return float("nan")
    apart = affine.transform(eye_frame(one), one) - affine.transform(eye_frame(other), other)
    return float(np.hypot(*apart.T).mean())


def _alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    a, b = one.ravel() - one.mean(), other.ravel() - other.mean()
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-9))
