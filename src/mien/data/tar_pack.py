"""Tar shards from anything that trains: packs, folders, zips, labelled sets, or the head itself.

A shard appears whole or not at all, with an entry in the set's ledger; equal sources give equal
bytes, whoever packs which shard.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import numpy as np

from mien.data.attributes import read_attributes
from mien.data.backends import Backend, through
from mien.data.begun import begin
from mien.data.crop import Crop, to_square
from mien.data.labelled_set import ATTRIBUTES, is_labelled_set, read_labels
from mien.data.ledger import Ledger
from mien.data.pack import Pack, PackInfo, is_pack
from mien.data.people import CROP, HeadSpec, draw_person, head_name
from mien.data.sources import Source, open_source
from mien.data.tar_set import INDEX, Shard, TarInfo, as_json
from mien.data.workers import Told
from mien.errors import MALFORMED, InputError, MissingExtraError
from mien.io.atomic import atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.image import decode_image, encode_image
from mien.io.limits import IMAGE_LIMITS
from mien.io.names import terminal_safe
from mien.messages import text
from mien.types import AU_NAMES

PLAN = "plan.json"
SHARD = 1000
Members = dict[str, bytes]
"""A sample's files by kind: "png", "json"."""


class Samples(Protocol):
    """What is packed; survives pickling, and opens what it reads in the process that reads."""

    @property
    def info(self) -> PackInfo:
        """What they are; `count` samples, of which some may be unusable."""
        ...

    def sample(self, number: int) -> Members | None:
        """One sample, None for one that cannot be used."""
        ...


@dataclasses.dataclass(frozen=True)
class PackSamples:
    """The pictures of a pack."""

    path: Path

    @property
    def info(self) -> PackInfo:
        """The pack's."""
        return Pack(self.path).info

    def sample(self, number: int) -> Members:
        """The picture as PNG, and its number."""
        picture = _pack(self.path).take(np.array([number]))[0]
        return {"png": _png(picture), "json": _json({"number": number})}


@functools.lru_cache(2)
def _pack(path: Path) -> Pack:
    pack = Pack(path)
    if not pack.whole:
        raise InputError(text("data.pack_grows", path=terminal_safe(path)))
    return pack


@dataclasses.dataclass(frozen=True)
class PictureSamples:
    """The pictures of a folder or zip file: cropped, or their own bytes where `size` is 0."""

    path: Path
    size: int = 0
    crop: Crop = "centre"

    @property
    def info(self) -> PackInfo:
        """With a digest over names and sizes of the files."""
        source = _source(self.path)
        digest = hashlib.sha256()
        for place, name in enumerate(source.names):
            digest.update(f"{name}\0{source.size(place)}\n".encode())
        crop = {"name": self.crop, "size": self.size} if self.size else {}
        words = f"{len(source.names)} pictures"
        return PackInfo(
            size=self.size,
            count=len(source.names),
            crop=crop,
            data=words,
            digest=digest.hexdigest()[:16],
        )

    def sample(self, number: int) -> Members | None:
        """The picture and its number; no name goes along, since names are often people's."""
        source = _source(self.path)
        try:
            data = source.read(number)
            image, info = decode_image(data, name=source.names[number])
        except MissingExtraError:
            raise
        except InputError:
            return None
        told = _json({"number": number})
        if self.size:
            return {"png": _png(to_square(image, self.size, self.crop)), "json": told}
        return {_KINDS.get(info.format, info.format.lower()): data, "json": told}


_KINDS = {"JPEG": "jpg", "MPO": "jpg", "TIFF": "tif"}


@functools.lru_cache(2)
def _source(path: Path) -> Source:
    return open_source(path)


@dataclasses.dataclass(frozen=True)
class LabelledSamples:
    """A set of `mien data import openface|celeba|photos`: pictures with Action Units."""

    path: Path

    @property
    def info(self) -> PackInfo:
        """What `labels.json` says."""
        told = read_labels(self.path)
        rows = _labels(self.path)
        return PackInfo(
            size=int(told["size"]),
            count=len(rows),
            crop=dict(told["crop"]),
            data=f"{told['kind']}, {len(rows)} pictures with Action Units",
            digest=str(told["digest"]),
        )

    def sample(self, number: int) -> Members:
        """The picture, and its Action Units by name with their confidence."""
        name, values = _labels(self.path)[number]
        picture = read_bytes(
            self.path / name, max_bytes=IMAGE_LIMITS.max_bytes, wanted="io.wanted.image"
        )
        return {"png": picture, "json": _json({"number": number, **values})}


@functools.lru_cache(2)
def _labels(path: Path) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """Places and labels of the pictures; raises InputError for a place outside the set."""
    known = read_attributes(path / ATTRIBUTES)
    rows = []
    for name, aus, sure in zip(known.names, known.aus, known.confidence, strict=True):
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise InputError(text("data.tar_name", path=terminal_safe(path), name=name))
        named = {au: round(float(one), 4) for au, one in zip(AU_NAMES, aus, strict=True)}
        rows.append((name, {"aus": named, "confidence": round(float(sure), 4)}))
    return rows


@dataclasses.dataclass(frozen=True)
class HeadSamples:
    """People of the head, drawn when they are packed."""

    spec: HeadSpec
    count: int

    @property
    def info(self) -> PackInfo:
        """With the head that draws them."""
        words = f"renders, head {head_name()}, {self.spec.style}, seed {self.spec.seed}"
        return PackInfo(
            size=self.spec.size,
            count=self.count,
            crop=CROP,
            data=words,
            licence="Apache-2.0",
            digest=self.spec.digest(),
        )

    def sample(self, number: int) -> Members:
        """The picture, and the code and landmarks that are true of it."""
        code, drawn = draw_person(self.spec, number)
        values = {
            "number": number,
            "code": dataclasses.asdict(code),
            "landmarks": np.round(drawn.landmarks, 3).tolist(),
        }
        return {"png": _png(drawn.rgb), "json": _json(values)}


def samples_of(path: Path, *, size: int = 0, crop: Crop = "centre") -> Samples:
    """What lies at a path as samples; raises InputError where nothing can be packed."""
    if is_pack(path):
        return PackSamples(path)
    if is_labelled_set(path):
        return LabelledSamples(path)
    return PictureSamples(path, size, crop)


@dataclasses.dataclass(frozen=True)
class Packed:
    """What a run of packing left: samples in the set, and those that could not be used."""

    samples: int
    unusable: int
    shards: int


def pack(
    samples: Samples,
    folder: Path,
    *,
    shard: int = SHARD,
    backend: Backend | None = None,
    told: Told = lambda more: None,
) -> Packed:
    """Writes the shards that are missing, then the index.

    told   is called with the number of samples that were packed since

    Raises InputError where nothing can be used, OutputError where the folder holds anything else
    or cannot be written.
    """
    info = samples.info
    plan = {"format": 1, "shard": shard, "info": dataclasses.asdict(info)}
    begin(folder, PLAN, json.dumps(plan, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    count, ledger = -(-info.count // shard), Ledger(folder)
    make = functools.partial(_make, samples, folder, shard, info.count)
    through(make, ledger.left(count), backend or Backend(), told)
    entries = [ledger.read(number) for number in range(count)]
    shards = tuple(_entry(number, one) for number, one in enumerate(entries))
    usable = sum(one.samples for one in shards)
    if not usable:
        raise InputError(text("data.nothing_usable", count=info.count))
    whole = dataclasses.replace(info, count=usable, shard=shard)
    atomic_write_bytes(folder / INDEX, as_json(TarInfo(whole, shards)).encode())
    return Packed(usable, info.count - usable, count)


def shard_name(number: int) -> str:
    """What a shard is called."""
    return f"shard-{number:06d}.tar"


def _entry(number: int, values: Mapping[str, Any]) -> Shard:
    try:
        return Shard(shard_name(number), int(values["samples"]), str(values["sha256"]))
    except MALFORMED as problem:
        raise InputError(text("data.ledger", path=shard_name(number))) from problem


def _make(samples: Samples, folder: Path, shard: int, count: int, number: int, told: Told) -> None:
    """One shard with its entry."""
    buffer, kept = io.BytesIO(), 0
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for place in range(number * shard, min(count, (number + 1) * shard)):
            members = samples.sample(place)
            kept += members is not None
            for kind, data in (members or {}).items():
                header = tarfile.TarInfo(f"{place:09d}.{kind}")
                header.size = len(data)  # no time, no owner: equal sources give equal bytes
                archive.addfile(header, io.BytesIO(data))
            told(1)
    written = buffer.getvalue()
    atomic_write_bytes(folder / shard_name(number), written)
    digest = hashlib.sha256(written).hexdigest()
    Ledger(folder).enter(number, {"samples": kept, "sha256": digest})


def _png(picture: Any) -> bytes:
    return encode_image(picture, path=Path("picture.png"), provenance=None)


def _json(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, sort_keys=True, ensure_ascii=True).encode() + b"\n"
