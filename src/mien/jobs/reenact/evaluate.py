"""Reenactment against the truth: drawn people follow a known motion."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.face.landmarks import judge_landmarker
from mien.head.schema import AU_INDEX
from mien.persona.report import find_again
from mien.persona.subject import Motion
from mien.persona.trial import Trial, face_mask, psnr, trial
from mien.seeding import rng
from mien.types import AU_NAMES, Image, Landmarks, Pose

_TALK = ("AU25", "AU26", "AU12", "AU1", "AU2", "AU4", "AU18")


def on_renders(*, people: int, frames: int) -> Mapping[str, float]:
    """Figures over drawn people who follow `frames` of a talking, turning head.

    psnr (dB, inside the face) beside psnr_first, that of the first frame held still; and how the
    mouth's opening and the yaw found in the result correlate with the drawing's.
    """
    rows = []
    for index in range(people):
        person = trial(index)
        if person is not None:
            rows.append(_person(person, index, frames))
    if not rows:
        return {"people": float(people), "rows": 0.0}
    means = {name: float(np.nanmean([row[name] for row in rows])) for name in rows[0]}
    return {"people": float(people), "rows": float(len(rows)), **means}


def _person(person: Trial, index: int, frames: int) -> dict[str, float]:
    values, curves = [], []
    for change in talking(index, frames):
        truth = person.truth(change)
        followed, _ = person.moved(change)
        mask = face_mask(truth.landmarks, len(truth.rgb))
        values.append((psnr(followed, truth.rgb, mask), psnr(person.photo, truth.rgb, mask)))
        curves.append((*measures(truth.rgb, truth.landmarks), *measures(followed, truth.landmarks)))
    moved, first = np.mean(values, axis=0)
    track = np.array(curves)
    track = track[np.isfinite(track).all(1)]
    return {
        "psnr": float(moved),
        "psnr_first": float(first),
        "detected": len(track) / frames,
        "mouth_correlation": correlation(track[:, 0], track[:, 2]),
        "nose_correlation": correlation(track[:, 1], track[:, 3]),
    }


def talking(index: int, frames: int) -> list[Motion]:
    """A smooth random motion of mouth, brows and head, as differences from rest."""
    random = rng("reenact", "talking", index)
    at = np.linspace(0.0, frames / 12.0, frames)
    phase = random.uniform(0, 2 * np.pi, len(_TALK) + 2)
    speed = random.uniform(2.0, 5.0, len(_TALK) + 2)
    waves = np.sin(at[:, None] * speed + phase)
    motions = []
    for wave in waves:
        aus = np.zeros(len(AU_NAMES))
        for name, height in zip(_TALK, wave, strict=False):
            aus[AU_INDEX[name]] = 0.6 * max(0.0, height)
        motions.append(Motion(aus, Pose(yaw=8.0 * float(wave[-2]), pitch=4.0 * float(wave[-1]))))
    return motions


def measures(image: Image, near: Landmarks) -> tuple[float, float]:
    """Mouth's opening and nose's place between the eyes; NaN without a face."""
    found = find_again(image, near, judge_landmarker())
    if found is None:
        return float("nan"), float("nan")
    eyes = float(np.hypot(*(found[45] - found[36])))
    opening = float(np.hypot(*(found[66] - found[62]))) / eyes
    return opening, float(found[30, 0] - (found[36, 0] + found[45, 0]) / 2) / eyes


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Pearson's, of two curves (n,); NaN where one of them does not move."""
    if len(one) < 3 or min(float(np.std(one)), float(np.std(other))) < 1e-6:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])
