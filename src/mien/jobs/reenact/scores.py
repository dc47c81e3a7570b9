"""Scores of reenacted clips against their truth."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.data.crop import resize
from mien.face.edges import face_gate, mouth_mask
from mien.jobs.reenact.evaluate import correlation, measures
from mien.jobs.reenact.trials import ClipTrial
from mien.metrics.pairs import psnr, ssim
from mien.types import Image

_SEEN = 384
"""Pixels at which faces are found again: the detector wants eighty across a face."""
COLUMNS = ("psnr", "ssim", "psnr mouth", "ssim mouth", "flicker", "mouth r", "nose r", "found")
BETTER = {"flicker": -1}
"""Columns in which less is better."""


@dataclasses.dataclass(frozen=True)
class Score:
    """One row: means over all frames or clips.

    psnr, ssim     of the face, and of the mouth
    flicker        mean difference of what changes from frame to frame and what changes in the
                   truth, in the face, grey levels; a still picture scores the truth's own motion
    mouth r, nose r   correlation of the mouth's opening and of the nose's place between the eyes
                   with the truth's, both found by the detector in the pictures
    found          share of frames in which it finds a face
    """

    values: dict[str, float]


def score(
    made: Sequence[Image],
    trials: Sequence[ClipTrial],
    curves: Sequence[NDArray[np.float64]],
    *,
    told: Callable[[], None] = lambda: None,
) -> Score:
    """The row of one way to make the clips.

    curves   what `motion_curves` found in the truth of each trial
    """
    rows, tracks = [], []
    for number, (clip, trial) in enumerate(zip(made, trials, strict=True)):
        rows.append(_pictures(clip, trial))
        tracks.append(_track(motion_curves(clip, trial), curves[number]))
        told()
    values = {name: float(np.nanmean([row[name] for row in rows])) for name in rows[0]}
    for name in ("mouth r", "nose r", "found"):
        found = [track[name] for track in tracks if np.isfinite(track[name])]
        values[name] = float(np.mean(found)) if found else float("nan")
    return Score(values)


def _pictures(clip: Image, trial: ClipTrial) -> dict[str, float]:
    size = clip.shape[1]
    faces = np.stack([face_gate(points, size) > 127 for points in trial.landmarks])
    mouths = np.stack([mouth_mask(points, size) for points in trial.landmarks])
    change = np.diff(clip.astype(np.float64), axis=0) - np.diff(
        trial.truth.astype(np.float64), axis=0
    )
    both = faces[1:] & faces[:-1]
    return {
        "psnr": float(np.nanmean(psnr(clip, trial.truth, faces))),
        "ssim": float(np.nanmean(ssim(clip, trial.truth, faces))),
        "psnr mouth": float(np.nanmean(psnr(clip, trial.truth, mouths))),
        "ssim mouth": float(np.nanmean(ssim(clip, trial.truth, mouths))),
        "flicker": float(np.abs(change).mean(-1)[both].mean()),
    }


def motion_curves(clip: Image, trial: ClipTrial) -> NDArray[np.float64]:
    """(t, 2) the mouth's opening and the nose's place, found in the pictures; NaN where not."""
    scale = _SEEN / clip.shape[1]
    found = [
        measures(resize(picture, _SEEN), (points + 0.5) * scale - 0.5)
        for picture, points in zip(clip, trial.landmarks, strict=True)
    ]
    return np.array(found)


def _track(own: NDArray[np.float64], truth: NDArray[np.float64]) -> dict[str, float]:
    known = np.isfinite(truth).all(1)
    both = known & np.isfinite(own).all(1)
    found = float(both.sum() / max(1, known.sum()))
    pairs = zip(own[both].T, truth[both].T, strict=True)
    mouth, nose = (correlation(one, other) for one, other in pairs)
    return {"mouth r": mouth, "nose r": nose, "found": found}
