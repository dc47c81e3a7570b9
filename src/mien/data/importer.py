"""From other people's pictures to a pack, and a report on what they are worth.

A file that cannot be used never stops the rest: it is named in the report with its reason.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mien.data.crop import Crop, resize, to_square
from mien.data.pack import SHARD, PackInfo, write_info, write_shard
from mien.data.sources import Source
from mien.errors import InputError, MissingExtraError, OutputError
from mien.io.atomic import atomic_folder, atomic_write_bytes
from mien.io.image import ImageInfo, decode_image
from mien.io.names import terminal_safe
from mien.messages import text
from mien.types import Image

FEW = 500
"""Below this a network learns its data by heart; the report says so."""
_NAMED = 10  # examples of one kind in the report's lines for people

Told = Callable[[int, int, str], None]


@dataclasses.dataclass(frozen=True)
class Quarantined:
    """A picture that cannot be used, and why."""

    name: str
    reason: str


@dataclasses.dataclass
class Report:
    """What a source holds.

    pictures     files that should be pictures; others: files that are none
    usable       of them, after the crop
    formats      how many of each format
    sides        shorter sides in pixels, of all that could be decoded
    quarantined  those that could not be used
    duplicates   groups of names with equal bytes
    alike        pairs of names whose thumbnails are equal: the same picture saved twice
    small        names of pictures that are smaller than the wanted size
    """

    pictures: int
    others: int
    usable: int = 0
    formats: Counter[str] = dataclasses.field(default_factory=Counter)
    sides: list[int] = dataclasses.field(default_factory=list)
    quarantined: list[Quarantined] = dataclasses.field(default_factory=list)
    duplicates: list[list[str]] = dataclasses.field(default_factory=list)
    alike: list[list[str]] = dataclasses.field(default_factory=list)
    small: list[str] = dataclasses.field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Everything, JSON-ready."""
        values = dataclasses.asdict(self)
        values["formats"] = dict(sorted(self.formats.items()))
        values["sides"] = dict(zip(("least", "median", "most"), self.side_range(), strict=True))
        return values

    def side_range(self) -> tuple[int, int, int]:
        """Least, median and most of the shorter sides; zeros where nothing was decoded."""
        if not self.sides:
            return 0, 0, 0
        return min(self.sides), int(np.median(self.sides)), max(self.sides)

    def lines(self) -> list[str]:
        """The report for people."""
        least, median, most = self.side_range()
        formats = ", ".join(f"{name} {count}" for name, count in sorted(self.formats.items()))
        said = [
            text("data.report.count", usable=self.usable, pictures=self.pictures),
            text("data.report.sizes", least=least, median=median, most=most, formats=formats),
        ]
        if self.others:
            said.append(text("data.report.others", count=self.others))
        repeated = sum(len(group) - 1 for group in (*self.duplicates, *self.alike))
        if repeated:
            said.append(text("data.report.repeated", count=repeated))
        if self.small:
            said.append(text("data.report.small", count=len(self.small)))
        if self.quarantined:
            said.append(text("data.report.quarantined", count=len(self.quarantined)))
            said += [f"  {terminal_safe(one.reason)}" for one in self.quarantined[:_NAMED]]
        if self.usable < FEW:
            said.append(text("data.report.few", count=self.usable, wanted=FEW))
        return said


def examine(
    source: Source, *, size: int, crop: Crop, told: Told = lambda done, total, name: None
) -> Iterator[tuple[Report, Image | None]]:
    """Decodes and crops all pictures in turn; gives the report so far with each usable one.

    Duplicates are reported and given all the same, but the second of two with equal bytes is not.
    """
    report = Report(len(source.names), source.others)
    bytes_seen: dict[str, str] = {}
    thumbnails: dict[bytes, str] = {}
    groups: dict[str, list[str]] = defaultdict(list)
    for place, name in enumerate(source.names):
        made = None
        try:
            data = source.read(place)
            digest = hashlib.sha256(data).hexdigest()
            first = bytes_seen.setdefault(digest, name)
            if first != name:
                groups[first].append(name)
            else:
                made = _decode(data, name, size=size, crop=crop, report=report)
                _note_alike(made, name, thumbnails, report)
        except MissingExtraError:
            raise
        except InputError as problem:
            reason = str(problem)
            shown = reason if name in reason else f"{terminal_safe(name)}: {reason}"
            report.quarantined.append(Quarantined(name, shown))
        report.duplicates = [[first, *others] for first, others in groups.items()]
        report.usable += made is not None
        told(place + 1, len(source.names), name)
        yield report, made


def _decode(data: bytes, name: str, *, size: int, crop: Crop, report: Report) -> Image:
    image, info = decode_image(data, name=name)
    made = to_square(image, size, crop)
    _note_size(image, info, name, size, report)
    return made


def _note_size(image: Image, info: ImageInfo, name: str, size: int, report: Report) -> None:
    side = min(image.shape[:2])
    report.formats[info.format] += 1
    report.sides.append(side)
    if side < size:
        report.small.append(name)


def _note_alike(made: Image, name: str, seen: dict[bytes, str], report: Report) -> None:
    # Coarse enough to survive another JPEG quality, fine enough to tell two photos apart.
    key = (resize(made, 16).astype(np.int64) // 16).astype(np.uint8).tobytes()
    first = seen.setdefault(key, name)
    if first != name:
        report.alike.append([first, name])


def check(
    source: Source, *, size: int = 64, crop: Crop = "centre", told: Told = lambda d, t, n: None
) -> Report:
    """What a source holds; nothing is written."""
    report = Report(len(source.names), source.others)
    for found, _ in examine(source, size=size, crop=crop, told=told):
        report = found
    return report


def import_pictures(
    source: Source,
    folder: Path,
    *,
    size: int,
    crop: Crop = "centre",
    told: Told = lambda done, total, name: None,
) -> Report:
    """Writes a pack of all usable pictures, with `report.json` in it, all at once.

    Raises InputError where nothing is usable, OutputError where the folder exists or is full.
    """
    if folder.exists():
        raise OutputError(text("io.write.taken", path=terminal_safe(folder)))
    report = Report(len(source.names), source.others)
    waiting: list[Image] = []
    digests: list[str] = []
    with atomic_folder(folder) as built:
        for found, made in examine(source, size=size, crop=crop, told=told):
            report = found
            if made is not None:
                waiting.append(made)
            if len(waiting) == SHARD:
                digests.append(write_shard(built, len(digests), np.stack(waiting)))
                waiting.clear()
        if waiting:
            digests.append(write_shard(built, len(digests), np.stack(waiting)))
        if not digests:
            raise InputError(text("data.nothing_usable", count=report.pictures))
        write_info(built, _info(report, digests, size, crop))
        written = json.dumps(report.as_json(), indent=1, ensure_ascii=True)
        atomic_write_bytes(built / "report.json", written.encode() + b"\n")
    return report


def _info(report: Report, digests: Sequence[str], size: int, crop: Crop) -> PackInfo:
    from mien.face.align import HEAD_SIZE

    aligned = {"name": "head-256", "size": HEAD_SIZE, "eyes": [0.5, 0.47], "apart": 0.25}
    return PackInfo(
        size=size,
        count=report.usable,
        crop=aligned if crop == "face" else {"name": crop},
        data=f"{report.usable} pictures of the user's",
        digest=hashlib.sha256("".join(digests).encode()).hexdigest()[:16],
    )
