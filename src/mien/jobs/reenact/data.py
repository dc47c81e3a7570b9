"""The clips that a run learns from: the head's, somebody's own, or folders as CK+ has them."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mien.data.clip_cache import fill_clips, open_clips
from mien.data.clip_stream import (
    Clips,
    ClipStream,
    Variation,
    clips_of_pack,
    clips_of_sequences,
)
from mien.data.face_set import is_face_set, read_face_set
from mien.data.head_clips import ClipSpec
from mien.data.people import CROP
from mien.data.sequences import FEWEST, FaceSequence, read_sequences
from mien.errors import OptionError
from mien.jobs.base import Progress, Step
from mien.jobs.reenact.config import TrainRequest
from mien.jobs.reenact.presets import Config
from mien.jobs.training import TrainingData
from mien.messages import text

HELD_OUT_SEED = 7_000_003
"""Added to the seed of the people that train: nobody of these was ever trained on."""
HELD_SHARE = 0.3
"""Of a clip's frames, the last ones, or of the subjects of many sequences: never trained on."""


@dataclasses.dataclass(frozen=True, eq=False)
class ClipData:
    """Clips, and what their weights' header says of them.

    train   to learn from; held: sequences that are only measured, None for the head, which draws
            other people for that
    words   what they are; licence: SPDX name, or words; is_head: whether they are the head's
    """

    train: Clips
    held: tuple[FaceSequence, ...] | None
    words: str
    licence: str
    is_head: bool

    def stream(self, config: Config, seed: int) -> ClipStream:
        """The training samples, in an order that the seed alone decides."""
        mirror = config.mirror and self.is_head  # a person is not the same mirrored
        colours = config.colours if self.is_head else 0.0
        return ClipStream(
            self.train,
            seed=seed,
            variation=Variation(mirror, colours, config.jitter),
            ancestor=config.kind == "ancestor",
            style=config.edges,
            both_ways=config.two_way > 0,
        )


@contextlib.contextmanager
def training_data(
    request: TrainRequest, settings: Config, progress: Progress
) -> Iterator[TrainingData]:
    """The clips of a request; those of the head that are missing are drawn first.

    Raises InputError where nothing can be used, OptionError for data of an unknown kind.
    """
    if request.data == "head":
        data, source, notes = head_clips(settings.size, request.people, request.cache, progress)
    else:
        data, source, notes = own_clips(Path(request.data), settings.size, progress)
    yield TrainingData(
        count=len(data.train.pairs),
        source=source,
        batches=lambda seed: data.stream(settings, seed),
        notes=notes,
        payload=data,
    )


def head_clips(
    size: int, people: int, cache: Path, progress: Progress
) -> tuple[ClipData, dict[str, Any], tuple[str, ...]]:
    """Clips of so many people of the head."""
    spec = ClipSpec(size=size)
    pack = open_clips(cache, spec, people)
    label = text("reenact.draws")
    fill_clips(pack, people, told=lambda done, total: progress(Step(done, total, label)))
    info = pack.pack.info
    data = ClipData(clips_of_pack(pack, people), None, info.data, info.licence, is_head=True)
    return data, {"kind": "head", "seed": spec.seed, "people": people}, ()


def own_clips(
    path: Path, size: int, progress: Progress
) -> tuple[ClipData, dict[str, Any], tuple[str, ...]]:
    """Somebody's own clips; a part of them is held back."""
    if not path.exists():
        raise OptionError(text("reenact.data_unknown", value=str(path)))
    if is_face_set(path):
        return imported_faces(path, size)
    sequences, notes = read_sequences(
        path, size, told=lambda done, total, name: progress(Step(done, total, name))
    )
    train, held = divided(sequences)
    seen = hashlib.sha256()
    for one in sequences:
        seen.update(one.frames.tobytes())
    source = {"kind": "clips", "digest": seen.hexdigest()[:16], "count": len(sequences)}
    words = text("reenact.own_words", count=len(sequences))
    data = ClipData(clips_of_sequences(train), tuple(held), words, "unknown", is_head=False)
    return data, source, notes


def imported_faces(path: Path, size: int) -> tuple[ClipData, dict[str, Any], tuple[str, ...]]:
    """A data set as `mien data import ckplus` and the like have written it, with its pairs."""
    found = read_face_set(path, size)
    layout, people = str(found.info.get("layout", "")), len(found.train.lengths)
    values = {"layout": layout, "people": people, "pairs": len(found.train.pairs)}
    source = {"kind": "faces", "digest": found.info.get("digest", ""), "count": people}
    words = text("reenact.imported_words", **values)
    data = ClipData(found.train, found.held, words, "unknown", is_head=False)
    return data, source, (words,)


def divided(
    sequences: Sequence[FaceSequence], share: float = HELD_SHARE
) -> tuple[list[FaceSequence], list[FaceSequence]]:
    """What is trained on and what is only measured.

    Of several subjects the last ones in order are held back, whole; of one subject the last
    frames of every sequence.
    """
    subjects = list(dict.fromkeys(one.subject for one in sequences))
    held_subjects = subjects[len(subjects) - int(len(subjects) * share) :]
    if held_subjects:
        kept = [one for one in sequences if one.subject not in held_subjects]
        return kept, [one for one in sequences if one.subject in held_subjects]
    train, held = [], []
    for one in sequences:
        first = max(2, int(len(one.frames) * (1.0 - share)))
        train.append(part_of(one, slice(0, first)))
        if len(one.frames) - first >= min(FEWEST, 2):
            held.append(part_of(one, slice(first, None)))
    return train, held


def part_of(one: FaceSequence, rows: slice) -> FaceSequence:
    """Some frames of a sequence."""
    frames, landmarks = one.frames[rows], np.ascontiguousarray(one.landmarks[rows])
    return dataclasses.replace(one, frames=frames, landmarks=landmarks)


CLIP_CROP = CROP
"""The crop of a clip: head-256 of its photo, for all of its frames."""
