"""Training samples from clips: a frame, the frame before it, and what a network is to make it of.

Every sample is decided by the seed and its place alone.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.data.clip_cache import ClipPack
from mien.data.sequences import FaceSequence
from mien.data.stream import to_floats
from mien.face.edges import (
    ANCESTOR_STYLE,
    FEATURE_STYLE,
    EdgeStyle,
    draw_edges,
    face_gate,
    feature_weights,
)
from mien.face.landmarks import MIRROR
from mien.persona.landmark_warp import likeness, warp_to
from mien.seeding import rng
from mien.types import Image, Landmarks

_NEAREST = 6
_GAP = 8
"""Frames of a clip nearer in time than this are too much alike to learn from."""
_PARTS = (
    *(range(17), range(17, 22), range(22, 27), range(27, 36)),
    *(range(36, 42), range(42, 48), range(48, 68)),
)


@dataclasses.dataclass(frozen=True, eq=False)
class Clip:
    """One face moving.

    frames     (n, s, s, 3) the truth; landmarks (n, 68, 2)
    moved      (n, s, s, 3) the first frame moved into every frame; None where `source` says which
               frame is bent into another by its landmarks
    neutral    the first frame is the photo; else any other frame far enough in time can be
    firsts     frames that no other one of the clip comes before, beside the first
    """

    frames: Image
    landmarks: NDArray[np.float64]
    moved: Image | None
    neutral: bool
    firsts: frozenset[int] = frozenset()

    def has_before(self, frame: int) -> bool:
        """Whether the frame before this one shows the moment before it."""
        return frame > 0 and frame not in self.firsts

    def warped(self, frame: int, source: int) -> Image:
        """(s, s, 3) frame `frame` made of frame `source`, without its truth."""
        if self.moved is not None:
            return self.moved[frame]
        own, wanted = self.landmarks[source], self.landmarks[frame]
        return warp_to(self.frames[source], own, wanted)


@dataclasses.dataclass(frozen=True, eq=False)
class Clips:
    """Clips that can be read by number; lengths (count,) are their frames.

    chosen  (n, 3) clip, source and frame of all samples, where somebody chose them; a frame that
            is its own source gets noise there
    noise   of it, in grey levels
    """

    lengths: NDArray[np.int64]
    read: Callable[[int], Clip]
    chosen: NDArray[np.int64] | None = None
    noise: float = 0.0

    @property
    def pairs(self) -> NDArray[np.int64]:
        """(n, 2) clip and frame of all samples: every frame but the first, or the chosen ones."""
        if self.chosen is not None:
            return self.chosen[:, [0, 2]]
        rows = [(c, f) for c, length in enumerate(self.lengths) for f in range(1, int(length))]
        return np.array(rows, np.int64).reshape(-1, 2)


def clips_of_pack(pack: ClipPack, count: int) -> Clips:
    """The first `count` clips of the head."""

    def read(index: int) -> Clip:
        truth, moved, landmarks = pack.clip(index)
        return Clip(truth, landmarks, moved, neutral=True)

    return Clips(np.full(count, pack.spec.frames), functools.lru_cache(64)(read))


def clips_of_sequences(sequences: Sequence[FaceSequence]) -> Clips:
    """Somebody's own clips."""
    clips = [Clip(one.frames, one.landmarks, None, one.neutral) for one in sequences]
    return Clips(np.array([len(one.frames) for one in clips]), clips.__getitem__)


@dataclasses.dataclass(frozen=True)
class Variation:
    """How samples are varied.

    mirror   half of them are shown mirrored
    colours  0..1: how much light, contrast and tint differ from the clip's own
    jitter   pixels by which the lines' features stray
    """

    mirror: bool = True
    colours: float = 1.0
    jitter: float = 0.25


class ClipStream:
    """Batches of clip samples, each plane (n, c, s, s) float32.

    photo, image, warp, last_warp, last, before   pictures in [-1, 1]: the source; the frame; the
        source moved into it; the same for the frame before; its truth; and the truth before that,
        or where there is none, what `last_warp` shows
    lines, last_lines     feature lines in [-1, 1] of the frame and of the one before
    edges, last_edges     the ancestor's edge maps, where `ancestor` is set, instead of the lines;
        `style` says how either is drawn
    photo_edges           those of the photo, where `both_ways` is set too
    gate, last_gate       (n, 1, s, s) in [0, 1]: where a network may paint
    weight                (n, 1, s, s) from 1 to 6: what counts most
    places                (n, 2, 2) int64: middle of the eyes and of the mouth, x and y
    index                 (n,) int64
    """

    def __init__(
        self,
        clips: Clips,
        *,
        seed: int,
        variation: Variation = Variation(),
        ancestor: bool = False,
        style: EdgeStyle | None = None,
        both_ways: bool = False,
    ) -> None:
        self.both_ways = both_ways
        self.clips, self.seed, self.variation, self.ancestor = clips, seed, variation, ancestor
        self.style = style or (ANCESTOR_STYLE if ancestor else FEATURE_STYLE)
        self.rows = clips.pairs
        self._order = functools.lru_cache(4)(self._make_order)
        self._near = functools.lru_cache(256)(self._neighbours)

    @property
    def count(self) -> int:
        """Different samples, mirrored ones not counted."""
        return len(self.rows)

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1."""
        places = range(first, first + count)
        samples = [self.sample(place) for place in places]
        batch: dict[str, Any] = {
            name: np.stack([one[name] for one in samples]) for name in samples[0]
        }
        for name, values in batch.items():
            if values.ndim == 4:
                batch[name] = _plane(values)
        return batch

    def sample(self, place: int) -> dict[str, Any]:
        """One sample, pictures still (s, s, c) uint8."""
        epoch, offset = divmod(place, self.count)
        number = int(self._order(epoch)[offset])
        clip_number, frame = (int(v) for v in self.rows[number])
        clip = self.clips.read(clip_number)
        random = rng(self.seed, "clip sample", place)
        chosen = self.clips.chosen
        source = self._source(clip, clip_number, frame, random)
        if chosen is not None:
            source = int(chosen[number, 1])
        pictures = self._pictures(clip, frame, source)
        if chosen is not None and source == frame:
            for name in ("photo", "warp"):
                pictures[name] = _noisy(pictures[name], random, self.clips.noise)
        earlier = frame - clip.has_before(frame)
        points = {"": clip.landmarks[frame], "last_": clip.landmarks[earlier]}
        if self.both_ways:
            points["photo_"] = clip.landmarks[source]
        mirrored = self.variation.mirror and random.random() < 0.5
        if mirrored:
            pictures = {name: one[:, ::-1] for name, one in pictures.items()}
            points = {name: mirror(one, clip.frames.shape[2]) for name, one in points.items()}
        pictures = _recoloured(pictures, random, self.variation.colours)
        planes = self._planes(points, pictures, random)
        return {**pictures, **planes, "index": np.int64(number + self.count * mirrored)}

    @staticmethod
    def _pictures(clip: Clip, frame: int, source: int) -> dict[str, Image]:
        """What is shown; where nothing comes before a frame, what its warp shows."""
        warp = clip.warped(frame, source)
        shown = {"photo": clip.frames[source], "image": clip.frames[frame], "warp": warp}
        if not clip.has_before(frame):
            return {**shown, "last": warp, "last_warp": warp, "before": warp}
        shown |= {"last": clip.frames[frame - 1], "last_warp": clip.warped(frame - 1, source)}
        before = clip.frames[frame - 2] if clip.has_before(frame - 1) else shown["last_warp"]
        return {**shown, "before": before}

    def _planes(
        self,
        points: Mapping[str, Landmarks],
        pictures: Mapping[str, Image],
        random: np.random.Generator,
    ) -> dict[str, Any]:
        made: dict[str, Any] = {}
        name, size = "edges" if self.ancestor else "lines", len(pictures["image"])
        for prefix, one in points.items():
            shown = np.ascontiguousarray(pictures[prefix.rstrip("_") or "image"])
            stray = strayed(one, random, self.variation.jitter)
            drawn = draw_edges(stray, size, self.style, picture=shown)
            made[f"{prefix}{name}"] = drawn
            made[f"{prefix}gate"] = face_gate(one, size)[..., None]
        made["weight"] = feature_weights(points[""], size)[..., None]
        middles = np.stack([points[""][36:48].mean(0), points[""][48:68].mean(0)])
        made["places"] = np.rint(middles).astype(np.int64)
        return made

    def _source(self, clip: Clip, number: int, frame: int, random: np.random.Generator) -> int:
        """The frame that is moved: the photo, or one of the likest that are far enough in time."""
        if clip.neutral or self.clips.chosen is not None:
            return 0
        near = self._near(number, frame)
        return int(near[int(random.integers(len(near)))])

    def _neighbours(self, number: int, frame: int) -> NDArray[np.int64]:
        return nearest(self.clips.read(number).landmarks, frame, count=_NEAREST)

    def _make_order(self, epoch: int) -> NDArray[np.int64]:
        return rng(self.seed, "clip order", epoch).permutation(self.count)


def nearest(landmarks: NDArray[np.float64], frame: int, *, count: int) -> NDArray[np.int64]:
    """Frames of a clip whose landmarks are likest to those of `frame`, none of them near in time.

    A clip too short for that gives the ones farthest in time.
    """
    away = np.abs(np.arange(len(landmarks)) - frame)
    allowed = away >= min(_GAP, max(1, len(landmarks) // 3))
    distances = likeness(landmarks[frame : frame + 1], landmarks)[0]
    distances[~allowed] = np.inf
    order = np.argsort(distances, kind="stable")
    return order[: max(1, min(count, int(allowed.sum())))]


def mirror(landmarks: Landmarks, width: int) -> Landmarks:
    """(68, 2) of the mirrored picture."""
    turned = landmarks[MIRROR].copy()
    turned[:, 0] = width - 1 - turned[:, 0]
    return turned


def strayed(points: Landmarks, random: np.random.Generator, amount: float) -> Landmarks:
    """Features shifted as a whole, and every point by half as much."""
    if amount <= 0:
        return points
    shift = np.zeros((68, 2))
    for part in _PARTS:
        shift[list(part)] = random.normal(0, amount, 2)
    return points + shift + random.normal(0, 0.5 * amount, (68, 2))


def _noisy(image: Image, random: np.random.Generator, levels: float) -> Image:
    made = image + random.normal(0.0, levels, image.shape)
    return np.clip(np.rint(made), 0, 255).astype(np.uint8)


def _recoloured(
    pictures: Mapping[str, Image], random: np.random.Generator, amount: float
) -> dict[str, Image]:
    """All pictures of a sample through the same curves: tint, contrast, light, sometimes grey."""
    if amount <= 0:
        return dict(pictures)
    gamma = np.exp(random.normal(0, 0.25 * amount))
    gains = np.exp(random.normal(0, 0.12 * amount, 3)) * np.exp(random.normal(0, 0.12 * amount))
    lift = random.uniform(0, 0.08 * amount)
    levels = np.linspace(0, 1, 256)[:, None] ** gamma * gains
    table = np.rint(255 * np.clip(lift + (1 - lift) * levels, 0, 1)).astype(np.uint8)
    order = random.permutation(3) if random.random() < 0.1 * amount else np.arange(3)
    grey = random.random() < 0.1 * amount
    made = {}
    for name, one in pictures.items():
        told = np.stack([table[one[..., order[k]], k] for k in range(3)], -1)
        if grey:
            told = np.repeat(told.mean(-1, keepdims=True).astype(np.uint8), 3, -1)
        made[name] = told
    return made


def _plane(values: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(n, s, s, c) uint8 to (n, c, s, s): pictures to [-1, 1], single planes to [0, 1]."""
    if values.shape[-1] == 3:
        return to_floats(values)
    planes = np.ascontiguousarray(values.transpose(0, 3, 1, 2)).astype(np.float32)
    return planes * np.float32(1 / 255)
