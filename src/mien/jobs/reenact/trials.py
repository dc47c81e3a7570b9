"""Clips whose truth is known, and what the plain ways of reenactment make of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.data.face_set import is_face_set, read_face_set
from mien.data.head_clips import ClipSpec, draw_clip
from mien.data.sequences import FaceSequence, read_sequences
from mien.errors import InputError
from mien.jobs.base import Progress, Step
from mien.jobs.reenact.data import HELD_OUT_SEED, divided
from mien.jobs.reenact.model import ReenactModel
from mien.messages import text
from mien.persona.landmark_warp import likeness, warp_to
from mien.seeding import rng
from mien.types import Image

_NOISE = 2.0
_HYSTERESIS = 0.8
"""A source is kept until another one is this much likelier: fewer jumps from source to source."""


@dataclasses.dataclass(frozen=True, eq=False)
class ClipTrial:
    """One clip to be made again.

    photo      (t, s, s, 3) the picture each frame is made of; moved: it, moved into the frame
    truth      (t, s, s, 3); landmarks (t, 68, 2) of the truth
    floor      (t, s, s, 3) the truth a second time: what equal pictures differ by
    first      (s, s, 3) the frame that is held still
    mean       (s, s, 3) mean of what was there to learn from
    """

    photo: Image
    moved: Image
    truth: Image
    landmarks: NDArray[np.float64]
    floor: Image
    first: Image
    mean: Image


def head_trials(size: int, people: int, seed: int, progress: Progress) -> list[ClipTrial]:
    """Clips of people of the head of whom nobody was ever trained on.

    The floor is the same moment drawn at twice the size and shrunk; the mean is that of the other
    people's clips.
    """
    spec = ClipSpec(size=size, seed=HELD_OUT_SEED + seed)
    drawn = []
    for index in range(people):
        drawn.append(draw_clip(spec, index, again=True))
        progress(Step(index + 1, people, text("reenact.draws")))
    sums = np.stack([one.truth.astype(np.float64).mean(0) for one in drawn])
    trials = []
    for index, one in enumerate(drawn):
        others = np.delete(sums, index, 0) if len(sums) > 1 else sums
        count = len(one.truth) - 1
        trials.append(
            ClipTrial(
                photo=np.repeat(one.truth[:1], count, 0),
                moved=one.moved[1:],
                truth=one.truth[1:],
                landmarks=one.landmarks[1:],
                floor=one.again[1:],
                first=one.truth[0],
                mean=np.rint(others.mean(0)).astype(np.uint8),
            )
        )
    return trials


def own_trials(path: Path, size: int, progress: Progress) -> list[ClipTrial]:
    """The part of somebody's clips that was not trained on, made of the part that was.

    Of a subject that was trained on, every frame is made of the likest training frame; of another
    one, of the first frame of the sequence. The floor is the truth with noise of 2 grey levels.
    Raises InputError where nothing is left to measure.
    """
    if is_face_set(path):
        return _imported_trials(path, size)
    sequences, _ = read_sequences(
        path, size, told=lambda done, total, name: progress(Step(done, total, name))
    )
    train, held = divided(sequences)
    if not held:
        raise InputError(text("reenact.nothing_held", path=path.name))
    mean = np.concatenate([one.frames for one in train]).astype(np.float64).mean(0)
    known = {one.name: one for one in train}
    return [_own_trial(one, known.get(one.name), np.rint(mean).astype(np.uint8)) for one in held]


def _imported_trials(path: Path, size: int) -> list[ClipTrial]:
    """The held part of an imported data set: every frame made of the first of its strip."""
    found = read_face_set(path, size)
    long = [one for one in found.held if len(one.frames) > 1]
    if not long:
        raise InputError(text("reenact.nothing_held", path=path.name))
    clips = [found.train.read(number) for number in range(len(found.train.lengths))]
    mean = np.concatenate([one.frames for one in clips]).astype(np.float64).mean(0)
    return [_own_trial(one, None, np.rint(mean).astype(np.uint8)) for one in long]


def _own_trial(held: FaceSequence, known: FaceSequence | None, mean: Image) -> ClipTrial:
    if known is None:
        first, points, rest = held.frames[:1], held.landmarks[:1], slice(1, None)
    else:
        first, points, rest = known.frames, known.landmarks, slice(None)
    truth, landmarks = held.frames[rest], held.landmarks[rest]
    sources = steady_sources(likeness(landmarks, points))
    moved = [
        warp_to(first[source], points[source], wanted)
        for source, wanted in zip(sources, landmarks, strict=True)
    ]
    random = rng("reenact", "floor")
    noisy = truth + random.normal(0, _NOISE, truth.shape)
    return ClipTrial(
        photo=first[np.array(sources)],
        moved=np.stack(moved),
        truth=truth,
        landmarks=landmarks,
        floor=np.clip(np.rint(noisy), 0, 255).astype(np.uint8),
        first=first[0],
        mean=mean,
    )


def steady_sources(distances: NDArray[np.float64]) -> list[int]:
    """The source of each frame by its distances (t, sources): the likest, kept while it is good."""
    chosen: list[int] = []
    for row in distances:
        best = int(np.argmin(row))
        if chosen and row[best] > _HYSTERESIS * row[chosen[-1]]:
            best = chosen[-1]
        chosen.append(best)
    return chosen


def plain_rows(trials: Sequence[ClipTrial]) -> dict[str, list[Image]]:
    """Every trial's frames as the ways without a network make them."""
    rows = {
        "mean picture": [np.repeat(one.mean[None], len(one.truth), 0) for one in trials],
        "first frame": [np.repeat(one.first[None], len(one.truth), 0) for one in trials],
        "nearest frame": [one.photo for one in trials],
        "warp": [one.moved for one in trials],
        "floor": [one.floor for one in trials],
    }
    still = all(np.array_equal(one.photo[0], picture) for one in trials for picture in one.photo)
    if still:  # there is one frame to choose from
        del rows["nearest frame"]
    return rows


def model_row(model: ReenactModel, trials: Sequence[ClipTrial]) -> list[Image]:
    """Every trial's frames as a model makes them, each seeing its own last one."""
    rows = []
    for one in trials:
        made, last = [], None
        for photo, moved, points in zip(one.photo, one.moved, one.landmarks, strict=True):
            last, _ = model.frame(photo[None], moved[None], points[None], last)
            made.append(last[0])
        rows.append(np.stack(made))
    return rows
