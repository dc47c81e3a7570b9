"""Pairs of the head: a drawn photo moved by the same engine as any photo, and the true drawing.

    photo/     packs of (size, size, 3) pictures: person k as photographed
    warp/      the photo moved to another expression, `CHANGES` of them per person
    truth/     the same person drawn in that expression
    planes/    where a network may change the warp (`regions`)
    codes-00000.npy   (n, 2, 22) float32 Action Units before and after, per shard

The mover knows the person only about as well as it knows somebody in a photo: its numbers and its
landmarks are disturbed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.data.pack import Pack, PackInfo, is_pack, read_info, shard_path, write_info, write_shard
from mien.data.people import CROP, HeadSpec, framing, person, surroundings
from mien.errors import InputError
from mien.head.render import View, draw, material_of, mesh_of
from mien.head.sample import sample_expression
from mien.head.schema import au_vector, schema_hash
from mien.io.atomic import atomic_write_bytes
from mien.io.names import terminal_safe
from mien.jobs.express.regions import Planes, kinds_in_crop, planes_of
from mien.messages import text
from mien.persona.expression_table import EXPRESSIONS
from mien.persona.expressions import expression_aus
from mien.persona.move import Mover
from mien.persona.subject import Motion, Subject
from mien.persona.trial import drawn_subject
from mien.seeding import rng
from mien.types import AU_NAMES, FaceCode, Image

CHANGES = 4
"""Other expressions per person."""
SHARD = 200
"""Pairs in a file."""
VERSION = 3
"""Of what the head does not know: raise it when the mover changes."""
_NAMED_SHARE = 0.35
_SLIDER_NOISE, _AU_NOISE = 0.06, 0.05
_POINT_NOISE = 0.008  # of the outer-eye distance
_TARGET_NOISE = 0.03


@dataclasses.dataclass(frozen=True)
class PairSpec:
    """Which pairs; equal specs give equal bytes.

    size  pixels a side; seed: of the people
    """

    size: int = 128
    seed: int = 0

    @property
    def people(self) -> HeadSpec:
        """Who is photographed."""
        return HeadSpec(size=self.size, seed=self.seed)

    def digest(self) -> str:
        """Sixteen hexadecimal digits that name the set."""
        told = {"pairs": VERSION, "changes": CHANGES, **self.people.as_config()}
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


@dataclasses.dataclass(frozen=True, eq=False)
class Drawn:
    """One person and their changes.

    photo  (s, s, 3); warps, truths, planes (CHANGES, s, s, 3); codes (CHANGES, 2, 22)
    """

    photo: Image
    warps: Image
    truths: Image
    planes: Planes
    codes: NDArray[np.float32]


def target_aus(spec: PairSpec, index: int, change: int) -> NDArray[np.float64]:
    """(22,) the expression that change `change` of person `index` goes to."""
    random = rng(spec.seed, "express target", index, change)
    if random.random() < _NAMED_SHARE:
        names = sorted(EXPRESSIONS)
        name = names[int(random.integers(len(names)))]
        return expression_aus({name: random.uniform(0.4, 1.1)})
    return au_vector(sample_expression(random))


def draw_pairs(spec: PairSpec, index: int) -> Drawn:
    """Person `index` with all their changes."""
    code = person(spec.people, index)
    mesh, material = mesh_of(code), material_of(code)
    camera = framing(mesh, material, code.pose, spec.size)
    view = dataclasses.replace(surroundings(spec.people, index), camera=camera)
    mover = Mover(_disturbed(code, view, rng(spec.seed, "express fit", index)))
    rest, before = mover.subject.motion, au_vector(code.aus)
    warps, truths, planes, codes = [], [], [], []
    still = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    for change in range(CHANGES):
        wanted = target_aus(spec, index, change)
        random = rng(spec.seed, "express change", index, change)
        asked = wanted - before
        noise = random.normal(size=len(asked)) * _TARGET_NOISE * (np.abs(asked) > 0.02)
        aus = np.clip(rest.aus + asked + noise, 0.0, 1.1)
        moved = mover.move(Motion(aus, rest.pose, rest.gaze))
        kind = kinds_in_crop(moved.flow, mover.window, still, spec.size)
        warps.append(moved.image)
        truths.append(draw_as(code, wanted, view))
        planes.append(planes_of(mover.subject.landmarks, moved.landmarks, kind, asked))
        codes.append(np.stack([before, wanted]))
    return Drawn(
        mover.subject.photo,
        np.stack(warps),
        np.stack(truths),
        np.stack(planes),
        np.stack(codes).astype(np.float32),
    )


def draw_as(code: FaceCode, aus: NDArray[np.floating], view: View) -> Image:
    """The person of a code with other Action Units (22,)."""
    named = {name: float(value) for name, value in zip(AU_NAMES, aus, strict=True)}
    code = dataclasses.replace(code, aus=named)
    return draw(mesh_of(code), material_of(code), pose=code.pose, view=view, style=code.style).rgb


def _disturbed(code: FaceCode, view: View, random: np.random.Generator) -> Subject:
    """The person as a fit would know them: numbers and landmarks a little wrong."""
    subject = drawn_subject(code, view)
    motion, count = subject.motion, len(AU_NAMES)
    aus = np.clip(motion.aus + random.normal(size=count) * _AU_NOISE, 0.0, 1.1)
    sliders = subject.sliders + random.normal(size=len(subject.sliders)) * _SLIDER_NOISE
    wrong = random.normal(size=subject.landmarks.shape) * _POINT_NOISE * subject.eye_distance
    return dataclasses.replace(
        subject,
        sliders=sliders,
        landmarks=subject.landmarks + wrong,
        motion=dataclasses.replace(motion, aus=aus),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Pairs:
    """The pairs on disk, all there.

    photo  pack of people; warp, truth, planes: packs of pairs, `CHANGES` in a row per person
    codes  (n, 2, 22) float32 Action Units before and after
    """

    spec: PairSpec
    photo: Pack
    warp: Pack
    truth: Pack
    planes: Pack
    codes: NDArray[np.float32]

    @property
    def count(self) -> int:
        """Pairs."""
        return len(self.codes)


def open_pairs(
    root: Path,
    spec: PairSpec,
    people: int,
    *,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Pairs:
    """The pairs of at least so many people, drawn where they are missing.

    root  the cache folder; told(done, total) people after every shard that is drawn

    Can be stopped at any moment and goes on where it was. Raises OutputError.
    """
    folder = root / f"express-{spec.size}-{spec.digest()}"
    shards = -(-people * CHANGES // SHARD)
    per_shard = SHARD // CHANGES
    if not is_pack(folder / "planes") or read_info(folder / "planes").shards < shards:
        for name in ("photo", "warp", "truth", "planes"):
            shard = per_shard if name == "photo" else SHARD
            write_info(folder / name, _info(spec, shards * shard, shard))
    for number in range(shards):
        if not shard_path(folder / "planes", number).exists():
            _write_shard(folder, spec, number)
            told((number + 1) * per_shard, shards * per_shard)
    codes = [_read_codes(folder, number) for number in range(shards)]
    photo, warp, truth, planes = (
        Pack(folder / name) for name in ("photo", "warp", "truth", "planes")
    )
    for pack in (photo, warp, truth, planes):
        if pack.available < shards * pack.info.shard:
            raise InputError(text("data.shard", path=terminal_safe(pack.folder)))
    return Pairs(spec, photo, warp, truth, planes, np.concatenate(codes))


def _info(spec: PairSpec, count: int, shard: int) -> PackInfo:
    return PackInfo(
        size=spec.size,
        count=count,
        shard=shard,
        crop=CROP,
        data=f"head {schema_hash()[:8]}, moved and drawn, seed {spec.seed}",
        licence="Apache-2.0",
        digest=spec.digest(),
    )


def _write_shard(folder: Path, spec: PairSpec, number: int) -> None:
    """Draws one shard; the planes are written last and say that it is whole."""
    count = SHARD // CHANGES
    drawn = [draw_pairs(spec, index) for index in range(number * count, (number + 1) * count)]
    write_shard(folder / "photo", number, np.stack([one.photo for one in drawn]))
    write_shard(folder / "warp", number, np.concatenate([one.warps for one in drawn]))
    write_shard(folder / "truth", number, np.concatenate([one.truths for one in drawn]))
    buffer = io.BytesIO()
    np.save(buffer, np.concatenate([one.codes for one in drawn]), allow_pickle=False)
    atomic_write_bytes(folder / f"codes-{number:05d}.npy", buffer.getvalue())
    write_shard(folder / "planes", number, np.concatenate([one.planes for one in drawn]))


def _read_codes(folder: Path, number: int) -> NDArray[np.float32]:
    return np.load(folder / f"codes-{number:05d}.npy", allow_pickle=False)
