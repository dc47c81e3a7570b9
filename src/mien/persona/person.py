"""A person from one clip: its frames around the face, where their points lie, and its networks.

A person is a folder: `person.json` says what it is, `frames.jpg` holds the crops side by side,
`still.png` one whole picture at rest, `person.safetensors` the frames' points and, once it was
learnt, a network.
Nothing in it is a name, a path or a descriptor of the face.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import MALFORMED, InputError, MienError
from mien.face import affine
from mien.face.edges import iris_places
from mien.face.skin_signals import NAMES as SKIN
from mien.io.atomic import atomic_folder, atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.image import read_image, write_image
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.io.provenance import Provenance
from mien.io.weights import WeightHeader, load_weights, save_weights
from mien.messages import text
from mien.persona.landmark_warp import likeness, warps_to
from mien.types import Image, Landmarks

FloatArray = NDArray[np.float64]

JOB = "reenact.person"
FORMAT = 1
MANIFEST, FRAMES, STILL, NUMBERS = "person.json", "frames.jpg", "still.png", "person.safetensors"
PREVIEW = "preview.png"
FILES = (MANIFEST, FRAMES, STILL, NUMBERS, PREVIEW)
"""All that mien puts into the folder."""
FEWEST, MOST = 12, 2400
"""Frames of a person."""
MOST_PIXELS = 60_000_000
"""Of all its frames together: 915 of 256 pixels a side."""
COLUMNS = 32
"""Frames in a row of the picture that holds them."""
SIDES = (32, 64, 128, 256)
STILL_SIDE = 1024
NETWORK = "painter"
"""What the names of the network's arrays begin with."""
_MOST_JSON = 1 * MIB
_STEPS = 64.0
"""Of a pixel, in which points are stored."""
_BAN = 8
"""Frames nearer in time than this are too much alike to be two sources."""
_HYSTERESIS = 0.8
_SKIN_WEIGHT = 10.0
"""Pixels, of points weighted as in `likeness`, that a deviation of the skin is worth at 128."""
_LEAST_SPREAD = 0.01
SKIN_LIMIT = 3.0
"""Deviations beyond which skin signals are cut."""


@dataclasses.dataclass(frozen=True, eq=False)
class Signs:
    """What one frame shows, wherever it was measured.

    landmarks  (68, 2) pixels of the person's crop
    pupils     (2,) as `eye_signals.pupil_offset`
    skin       (2,) `skin_signals` as deviations from what is usual for who shows it
    """

    landmarks: Landmarks
    pupils: FloatArray
    skin: FloatArray


@dataclasses.dataclass(frozen=True, eq=False)
class Person:
    """n frames of one face.

    frames     (n, s, s, 3) uint8 crops, in the order of the clip
    landmarks  (n, 68, 2) pixels of the crops; pupils (n, 2) as `eye_signals.pupil_offset`
    skin       (n, 2) as `skin_signals` gives them
    neutral    the frame that shows the face at rest
    still      (h, w, 3) a whole picture of that frame, or as much of it as is kept
    to_crop    (2, 3) from the still to the crop
    fps        of the clip
    numbers    the network's arrays by name; none before it was learnt
    settings   what the network is, JSON values; figures: what was measured
    sha256     of the file of numbers, "" for a person that was never in a file
    """

    frames: Image
    landmarks: FloatArray
    pupils: FloatArray
    skin: FloatArray
    neutral: int
    still: Image
    to_crop: affine.Matrix
    fps: float
    numbers: Mapping[str, NDArray[Any]] = dataclasses.field(default_factory=dict)
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    figures: Mapping[str, float] = dataclasses.field(default_factory=dict)
    sha256: str = ""

    @property
    def size(self) -> int:
        """Pixels a side of the crops."""
        return self.frames.shape[1]

    def __len__(self) -> int:
        return len(self.frames)

    def signs(self, frame: int) -> Signs:
        """What a frame of the person's own shows."""
        skin = deviations(self.skin[frame], self.skin)
        return Signs(self.landmarks[frame], self.pupils[frame], skin)

    @property
    def rest(self) -> Signs:
        """What the person shows at rest, its eyes where the clip's usually look: straight ahead."""
        return dataclasses.replace(self.signs(self.neutral), pupils=np.median(self.pupils, axis=0))

    def part(self, frames: slice) -> Person:
        """Some of its frames; the rest frame becomes the likest of those that are left.

        Where that is another one, the still picture no longer shows it.
        """
        points = self.landmarks[frames]
        kept = likeness(self.landmarks[self.neutral][None], points)[0]
        return dataclasses.replace(
            self,
            frames=self.frames[frames],
            landmarks=points,
            pupils=self.pupils[frames],
            skin=self.skin[frames],
            neutral=int(kept.argmin()),
        )


def deviations(skin: FloatArray, usual: FloatArray) -> FloatArray:
    """(..., 2) how far skin signals lie from the usual ones (n, 2), in standard deviations."""
    spread = np.maximum(usual.std(0), _LEAST_SPREAD)
    return np.clip((skin - usual.mean(0)) / spread, -SKIN_LIMIT, SKIN_LIMIT)


def marks(landmarks: FloatArray, pupils: FloatArray) -> FloatArray:
    """(n, 70, 2) the points by which frames are compared: landmarks and both irises."""
    irises = [iris_places(one, offset) for one, offset in zip(landmarks, pupils, strict=True)]
    return np.concatenate([landmarks, np.stack(irises)], 1)


@dataclasses.dataclass(frozen=True, eq=False)
class Looks:
    """By what frames are compared: points (n, 70, 2) as `marks`, skin (n, 2) as deviations.

    On held-out frames of a real clip the warp alone gained .5 dB when skin was looked at too, and 1
    dB around the brows: no warp folds a forehead.
    """

    points: FloatArray
    skin: FloatArray

    @classmethod
    def of(cls, person: Person) -> Looks:
        """All frames of a person."""
        skin = deviations(person.skin, person.skin)
        return cls(marks(person.landmarks, person.pupils), skin)

    def apart(self, other: Looks, size: int) -> FloatArray:
        """(n, m) how unlike each of these is to each of the others, crops of so many pixels."""
        folds = np.sqrt(((self.skin[:, None] - other.skin[None]) ** 2).sum(-1))
        return np.hypot(likeness(self.points, other.points), _SKIN_WEIGHT * size / 128.0 * folds)


class Sources:
    """Which two frames of a person the next picture is made of; it remembers the last choice."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self._looks = Looks.of(person)
        self._kept: list[int | None] = [None, None]

    def __call__(self, signs: Signs) -> tuple[int, int]:
        """The likest frame, and the likest of those that are not its neighbours in time.

        A source is kept until another one is clearly likelier: fewer jumps.
        """
        wanted = Looks(marks(signs.landmarks[None], signs.pupils[None]), signs.skin[None])
        distances = wanted.apart(self._looks, self._person.size)[0]
        first = self._kept[0] = self._choose(distances, self._kept[0])
        away = np.abs(np.arange(len(distances)) - first)
        far = away >= min(_BAN, max(1, len(distances) // 3))
        distances = np.where(far, distances, np.inf)
        before = self._kept[1]
        second = self._choose(distances, before if before is not None and far[before] else None)
        self._kept[1] = second
        return first, second

    @staticmethod
    def _choose(distances: FloatArray, before: int | None) -> int:
        best = int(np.argmin(distances))
        if before is not None and distances[best] > _HYSTERESIS * distances[before]:
            return before
        return best

    def warped(self, signs: Signs) -> list[Image]:
        """The two sources moved to the landmarks that are wanted."""
        pair, person = self(signs), self._person
        pictures = [person.frames[k] for k in pair]
        return warps_to(pictures, [person.landmarks[k] for k in pair], signs.landmarks)


def write_person(
    folder: Path, person: Person, *, provenance: Provenance, shown: Image | None = None
) -> None:
    """Write a person into a folder, whole; one that mien left there before is replaced.

    shown  the preview; None: frames and their warps

    Raises OutputError where that is not possible, or where the folder holds anything else.
    """
    with atomic_folder(folder, overwrite=True, owned=FILES) as fresh:
        # The clip's own pixels: nothing was made of them yet, so they carry no mark.
        own = dataclasses.replace(provenance, source=None)
        write_image(fresh / FRAMES, tiled(person.frames), provenance=own)
        write_image(fresh / STILL, person.still, provenance=own)
        pages = preview(person) if shown is None else shown
        write_image(fresh / PREVIEW, pages, provenance=provenance)
        header = WeightHeader(
            job=JOB,
            preset=str(person.settings.get("preset", "")),
            config={"recipe": dict(person.settings)},
            metrics=dict(person.figures),
            licence="unknown",
        )
        digest = save_weights(fresh / NUMBERS, _arrays(person), header, half=True)
        values = {
            "format": FORMAT,
            "size": person.size,
            "frames": len(person),
            "neutral": person.neutral,
            "fps": round(person.fps, 6),
            "learnt": bool(person.numbers),
            "to_crop": [[float(v) for v in row] for row in person.to_crop],
            "figures": dict(person.figures),
            "files": {
                NUMBERS: digest,
                FRAMES: _digest_of(fresh / FRAMES),
                STILL: _digest_of(fresh / STILL),
            },
        }
        written = json.dumps(values, indent=1, sort_keys=True, allow_nan=False)
        atomic_write_bytes(fresh / MANIFEST, written.encode() + b"\n")


def _arrays(person: Person) -> dict[str, NDArray[Any]]:
    points = np.rint(np.clip(person.landmarks, -500, 500) * _STEPS).astype(np.int16)
    return {
        **{f"{NETWORK}.{name}": array for name, array in person.numbers.items()},
        "points": points,
        "pupils": person.pupils.astype(np.float32),
        "skin": person.skin.astype(np.float32),
    }


def preview(person: Person) -> Image:
    """Frames of the person as its likest other frames show them when they are warped."""
    places = np.linspace(0, len(person) - 1, 6).round().astype(int)
    rows = []
    for place in places:
        away = np.abs(np.arange(len(person)) - place) >= min(_BAN, len(person) // 3)
        distances = likeness(person.landmarks[place][None], person.landmarks)[0]
        source = int(np.where(away, distances, np.inf).argmin())
        own, wanted = person.landmarks[source], person.landmarks[place]
        rows.append((person.frames[place], warps_to([person.frames[source]], [own], wanted)[0]))
    return np.concatenate([np.concatenate(line, 1) for line in zip(*rows, strict=True)])


def is_person(path: Path) -> bool:
    """Whether a path is the folder of a person, or its manifest."""
    return (path / MANIFEST).is_file() if path.is_dir() else path.name == MANIFEST


def read_person(path: Path) -> Person:
    """A person from its folder.

    Raises InputError where a file is missing, damaged, of a newer format, or not the one that the
    manifest was written with.
    """
    folder = path if path.is_dir() else path.parent
    data = read_bytes(folder / MANIFEST, max_bytes=_MOST_JSON, wanted="person.wanted")
    try:
        values = json.loads(data)
        told = _Told.of(values)
    except MALFORMED as problem:
        raise _error("person.damaged", folder) from problem
    if told.format > FORMAT:
        raise _error("person.newer", folder)
    return _read(folder, told)


@dataclasses.dataclass(frozen=True)
class _Told:
    """What a manifest says, checked."""

    format: int
    size: int
    frames: int
    neutral: int
    fps: float
    to_crop: affine.Matrix
    figures: dict[str, float]
    files: dict[str, str]

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> _Told:
        """Raises ValueError, TypeError or KeyError for values that are not allowed."""
        size, frames, neutral = (int(values[name]) for name in ("size", "frames", "neutral"))
        fps, matrix = float(values["fps"]), np.array(values["to_crop"], np.float64)
        figures = {str(name): float(value) for name, value in values["figures"].items()}
        files = {str(name): str(digest) for name, digest in values["files"].items()}
        good = size in SIDES and FEWEST <= frames <= MOST and 0 <= neutral < frames
        good = good and 0.1 <= fps <= 1000 and matrix.shape == (2, 3)
        good = good and bool(np.isfinite(matrix).all()) and np.abs(matrix).max() < 1e6
        good = good and frames * size * size <= MOST_PIXELS
        good = good and abs(float(np.linalg.det(matrix[:, :2]))) > 1e-6
        if not good or set(files) != {NUMBERS, FRAMES, STILL}:
            raise ValueError("a manifest out of range")
        return cls(int(values["format"]), size, frames, neutral, fps, matrix, figures, files)


def _read(folder: Path, told: _Told) -> Person:
    found = load_weights(folder / NUMBERS, expected_job=JOB, sha256=told.files[NUMBERS])
    arrays = dict(found.tensors)
    try:
        points, pupils, skin = (arrays.pop(name) for name in ("points", "pupils", "skin"))
        shapes = (points.shape, pupils.shape, skin.shape)
        n = told.frames
        if shapes != ((n, 68, 2), (n, 2), (n, len(SKIN))) or points.dtype != np.int16:
            raise ValueError("arrays of other shapes")
        numbers = {name.removeprefix(f"{NETWORK}."): one for name, one in arrays.items()}
        if not all(np.isfinite(one).all() for one in (*arrays.values(), pupils, skin)):
            raise ValueError("numbers that are none")
    except (KeyError, ValueError) as problem:
        raise _error("person.damaged", folder) from problem
    for name in (FRAMES, STILL):
        if _digest_of(folder / name) != told.files[name]:
            raise _error("person.changed", folder / name)
    return Person(
        frames=_crops(folder, told),
        landmarks=points.astype(np.float64) / _STEPS,
        pupils=pupils.astype(np.float64),
        skin=skin.astype(np.float64),
        neutral=told.neutral,
        still=read_image(folder / STILL),
        to_crop=told.to_crop,
        fps=told.fps,
        numbers=numbers,
        settings=found.header.config.get("recipe", {}),
        figures=told.figures,
        sha256=found.sha256,
    )


def _digest_of(path: Path) -> str:
    data = read_bytes(path, max_bytes=512 * MIB, wanted="person.wanted")
    return hashlib.sha256(data).hexdigest()


def tiled(frames: Image) -> Image:
    """Frames (n, s, s, 3) as one picture, `COLUMNS` in a row; black where there is none left.

    Their side is a multiple of a JPEG's blocks, so no frame sees another one.
    """
    count, size = frames.shape[:2]
    rows = -(-count // COLUMNS)
    whole = np.zeros((rows * COLUMNS, size, size, 3), np.uint8)
    whole[:count] = frames
    grid = whole.reshape(rows, COLUMNS, size, size, 3).swapaxes(1, 2)
    return np.ascontiguousarray(grid).reshape(rows * size, COLUMNS * size, 3)


def untiled(picture: Image, count: int, size: int) -> Image:
    """The frames that `tiled` has laid side by side; raises ValueError for another picture."""
    rows = -(-count // COLUMNS)
    if picture.shape != (rows * size, COLUMNS * size, 3):
        raise ValueError(f"a picture of {picture.shape}")
    grid = picture.reshape(rows, size, COLUMNS, size, 3).swapaxes(1, 2)
    return np.ascontiguousarray(grid.reshape(-1, size, size, 3)[:count])


def _crops(folder: Path, told: _Told) -> Image:
    try:
        return untiled(read_image(folder / FRAMES), told.frames, told.size)
    except ValueError as problem:
        raise _error("person.damaged", folder) from problem


def _error(key: str, path: Path) -> MienError:
    return InputError(text(key, path=terminal_safe(path)))
