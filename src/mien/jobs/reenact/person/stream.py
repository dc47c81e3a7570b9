"""Training samples of one person: every frame made of others that are far from it in time.

Every sample is decided by the seed and its place alone.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.data.clip_stream import strayed
from mien.data.stream import to_floats
from mien.face import affine
from mien.face.edges import FEATURE_STYLE, draw_edges, draw_irises, feature_weights
from mien.jobs.reenact.person.settings import PersonSettings
from mien.persona.landmark_warp import warps_to
from mien.persona.person import Looks, Person
from mien.seeding import rng
from mien.types import Image, Landmarks

_BAN = 8
_PUPIL = 0.02
"""Eye widths by which the pupils stray."""
_SKIN = 0.1
_FULL = 128.0
"""Pixels a side that the settings' lengths are told for."""


def condition(landmarks: Landmarks, pupils: NDArray[np.float64], size: int) -> Image:
    """(s, s, 3) the lines that say to the network what the face does, irises included."""
    made = draw_edges(landmarks, size, FEATURE_STYLE)
    draw_irises(made, landmarks, pupils)
    return made


class PersonStream:
    """Batches of a person's frames.

    image, first, second, lines   (n, 3, s, s) float32 in [-1, 1]: the frame; two others moved to
        its landmarks; the lines of its features
    skin     (n, 2) float32; weight (n, 1, s, s) in [0, 1]: what counts most
    places   (n, 2, 2) int64: middle of the eyes and of the mouth; index (n,) int64
    """

    def __init__(self, person: Person, settings: PersonSettings, *, seed: int) -> None:
        self.person, self.settings, self.seed = person, settings, seed
        looks = Looks.of(person)
        self._skin = looks.skin
        distances = looks.apart(looks, person.size)
        numbers = np.arange(len(person))
        near = np.abs(numbers[:, None] - numbers[None]) < min(_BAN, max(1, len(person) // 3))
        distances[near] = np.inf
        self._near = np.argsort(distances, 1, kind="stable")
        self._far = (~near).sum(1)
        self._order = functools.lru_cache(4)(self._make_order)

    @property
    def count(self) -> int:
        """Frames."""
        return len(self.person)

    def take(self, first: int, count: int) -> dict[str, Any]:
        """Samples first .. first + count - 1."""
        samples = [self.sample(place) for place in range(first, first + count)]
        batch: dict[str, Any] = {
            name: np.stack([one[name] for one in samples]) for name in samples[0]
        }
        for name in ("image", "first", "second", "lines"):
            batch[name] = to_floats(batch[name])
        weight = batch["weight"][:, None].astype(np.float32)
        batch["weight"] = weight * np.float32(1 / 255)
        return batch

    def sample(self, place: int) -> dict[str, Any]:
        """One sample, pictures still (s, s, 3) uint8."""
        epoch, offset = divmod(place, self.count)
        frame = int(self._order(epoch)[offset])
        person, size, settings = self.person, self.person.size, self.settings
        random = rng(self.seed, "person sample", place)
        moved = self._moved(random, size)
        points = affine.transform(moved, person.landmarks[frame])
        wanted = strayed(points, random, settings.jitter * size / _FULL)
        pair = self._sources(frame, random)
        first, second = warps_to(
            [person.frames[k] for k in pair],
            [person.landmarks[k] for k in pair],
            wanted,
            moved=moved,
        )
        pupils = person.pupils[frame] + random.normal(0, _PUPIL, 2)
        skin = self._skin[frame] + random.normal(0, _SKIN, self._skin.shape[1])
        middles = np.stack([points[36:48].mean(0), points[48:68].mean(0)])
        return {
            "image": affine.warp(person.frames[frame], moved, (size, size)),
            "first": first,
            "second": second,
            "lines": condition(wanted, pupils, size),
            "skin": skin.astype(np.float32),
            "weight": feature_weights(points, size),
            "places": np.rint(middles).astype(np.int64),
            "index": np.int64(frame),
        }

    def _moved(self, random: np.random.Generator, size: int) -> affine.Matrix:
        """A small turn, scale and shift of a whole sample."""
        settings = self.settings
        turn = affine.rotation(random.normal(0, settings.turn))
        scale = float(np.exp(random.normal(0, settings.scale)))
        middle = np.full(2, size / 2 - 0.5)
        shift = random.normal(0, settings.shift * size / _FULL, 2)
        return affine.about(turn * scale, middle, middle + shift)

    def _sources(self, frame: int, random: np.random.Generator) -> tuple[int, int]:
        """Two frames far from this one in time, most often ones that are like it."""
        settings, far = self.settings, int(self._far[frame])
        found = []
        for count in (settings.nearest, settings.wider):
            stray = random.random() < settings.stray * (1 if count == settings.nearest else 2)
            reach = far if stray else min(count, far)
            found.append(int(self._near[frame, int(random.integers(max(1, reach)))]))
        return found[0], found[1]

    def _make_order(self, epoch: int) -> NDArray[np.int64]:
        return rng(self.seed, "person order", epoch).permutation(self.count)
