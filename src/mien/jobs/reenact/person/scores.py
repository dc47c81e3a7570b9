"""What a learnt person is worth on frames it never saw, beside the plain ways."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from mien.data.crop import resize
from mien.face.edges import face_gate
from mien.face.eye_signals import eye_opening
from mien.face.landmarks import judge_landmarker
from mien.face.tracker import eye_distance
from mien.jobs.reenact.evaluate import correlation
from mien.jobs.reenact.person.player import PersonPlayer
from mien.metrics.pairs import psnr, ssim
from mien.persona.person import Person, Signs, Sources, deviations
from mien.persona.report import find_again
from mien.types import Image

_SEEN = 384
"""Pixels at which faces are found again: the detector wants eighty across a face."""
COLUMNS = ("ssim", "psnr", "nme", "mouth r", "lids r", "flicker", "found")
FIRST, NEAREST, WARP, PERSON = "first frame", "nearest frame", "warp", "person"
ROWS = (FIRST, NEAREST, WARP, PERSON)
Curves = NDArray[np.float64]


def signs_of(train: Person, held: Person, frame: int) -> Signs:
    """What a held-out frame shows, in the terms of the frames that were learnt."""
    skin = deviations(held.skin[frame], train.skin)
    return Signs(held.landmarks[frame], held.pupils[frame], skin)


def made_again(train: Person, held: Person, player: PersonPlayer | None) -> dict[str, Image]:
    """The held-out frames (n, s, s, 3) as every way makes them of the learnt ones."""
    wanted = [signs_of(train, held, k) for k in range(len(held))]
    chooser = Sources(train)
    nearest = [chooser(one)[0] for one in wanted]
    chooser = Sources(train)
    rows = {
        FIRST: np.repeat(train.frames[:1], len(held), 0),
        NEAREST: train.frames[nearest],
        WARP: np.stack([chooser.warped(one)[0] for one in wanted]),
    }
    if player is not None:
        rows[PERSON] = np.stack([player.frame(one) for one in wanted])
    return rows


def scored(
    held: Person,
    rows: Mapping[str, Image],
    *,
    every: int = 1,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, dict[str, float]]:
    """A row of `COLUMNS` for each way.

    ssim, psnr  inside the face; psnr in dB, of the mean squared error of all frames
    nme         mean distance of the points that the judge finds in the made and in the true
                picture, in outer-eye distances
    mouth r, lids r   correlation of the openings of mouth and lids with the truth's
    flicker     mean difference of what changes from frame to frame and what changes in the truth,
                in the face, grey levels; a still picture scores the truth's own motion
    found       share of the frames in which the judge finds a face
    every       only each so many frames are judged by their points
    """
    size = held.size
    faces = np.stack([face_gate(points, size) > 127 for points in held.landmarks])
    judged = range(0, len(held), every)
    truth = found_points(held, held.frames, judged)
    table = {}
    for done, (name, made) in enumerate(rows.items(), 1):
        values = _pictures(made, held.frames, faces)
        points = truth if made is held.frames else found_points(held, made, judged)
        table[name] = values | _points(points, truth)
        told(done, len(rows))
    return table


def _pictures(made: Image, truth: Image, faces: NDArray[np.bool_]) -> dict[str, float]:
    change = np.diff(made.astype(np.float64), axis=0) - np.diff(truth.astype(np.float64), axis=0)
    both = faces[1:] & faces[:-1]
    return {
        "ssim": float(np.nanmean(ssim(made, truth, faces))),
        "psnr": float(np.nanmean(psnr(made, truth, faces))),
        "flicker": float(np.abs(change).mean(-1)[both].mean()),
    }


def found_points(held: Person, clip: Image, frames: range) -> Curves:
    """(n, 68, 2) the points that the judge finds in a clip; NaN where it finds no face."""
    scale = _SEEN / held.size
    judge = judge_landmarker()
    found = []
    for k in frames:
        near = (held.landmarks[k] + 0.5) * scale - 0.5
        points = find_again(resize(clip[k], _SEEN), near, judge)
        found.append(np.full((68, 2), np.nan) if points is None else points)
    return np.stack(found)


def _points(made: Curves, truth: Curves) -> dict[str, float]:
    known = np.isfinite(truth).all((1, 2))
    both = known & np.isfinite(made).all((1, 2))
    values = {"found": float(both.sum() / max(1, known.sum())), "nme": float("nan")}
    if both.sum() >= 3:
        one, other = made[both], truth[both]
        wide = np.array([eye_distance(points) for points in other])
        apart = np.hypot(*np.moveaxis(one - other, -1, 0)).mean(1) / wide
        values["nme"] = float(apart.mean())
    return values | follows(made, truth)


def follows(made: Curves, truth: Curves) -> dict[str, float]:
    """How well openings follow: correlations of mouth and lids of points (n, 68, 2).

    Rows that are NaN are left out; of fewer than three nothing can be told.
    """
    both = np.isfinite(made).all((1, 2)) & np.isfinite(truth).all((1, 2))
    if both.sum() < 3:
        return {"mouth r": float("nan"), "lids r": float("nan")}
    curves = [
        np.array([(mouth_opening(p), eye_opening(p)) for p in points[both]])
        for points in (made, truth)
    ]
    mouth, lids = (correlation(a, b) for a, b in zip(curves[0].T, curves[1].T, strict=True))
    return {"mouth r": mouth, "lids r": lids}


def mouth_opening(points: NDArray[np.float64]) -> float:
    """The gap between the lips in outer-eye distances."""
    return float(np.hypot(*(points[66] - points[62]))) / max(eye_distance(points), 1e-9)


def table_lines(table: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The rows as lines of text with columns of one width."""
    lines = [f"{'':<14}" + "".join(f"{name:>9}" for name in COLUMNS)]
    for name, row in table.items():
        lines.append(f"{name:<14}" + "".join(f"{row[column]:>9.4f}" for column in COLUMNS))
    return lines


def sheet(held: Person, rows: Mapping[str, Image], *, columns: int = 9) -> Image:
    """Some held-out frames: the truth above, then every row in its order."""
    places = np.linspace(0, len(held) - 1, min(columns, len(held))).round().astype(int)
    kinds = (held.frames, *rows.values())
    return np.concatenate([np.concatenate([kind[k] for k in places], 1) for kind in kinds])
