"""Where the samples of a tar file lie: its headers read once, and nothing unpacked.

A sample is what WebDataset takes for one: the members whose names are equal up to the first dot
after the last slash. Only plain files with plain names count.
"""

from __future__ import annotations

import dataclasses
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from mien.errors import InputError
from mien.io.limits import IMAGE_LIMITS
from mien.io.names import terminal_safe
from mien.messages import text

_MOST_MEMBERS = 1_000_000
_LONGEST = 200


@dataclasses.dataclass(frozen=True)
class Member:
    """A file in a tar: where its bytes begin, and how many they are."""

    offset: int
    size: int


Sample = dict[str, Member]
"""Members of one sample by what stands after the first dot: "png", "json", "seg.png"."""


def samples_of(path: Path) -> list[tuple[str, Sample]]:
    """Keys and samples of an uncompressed tar file in its order.

    Raises InputError for what is none, is damaged, is compressed, or holds links, devices, names
    that leave the folder, files that are larger than a picture may be, or too many of them.
    """
    found: dict[str, Sample] = {}
    shown = terminal_safe(path)
    try:
        for member in _members(path):
            if member.isdir():
                continue
            key, kind = _split(member.name, shown)
            if not member.isreg():
                raise InputError(text("data.tar_special", path=shown, name=terminal_safe(key)))
            if member.size > IMAGE_LIMITS.max_bytes:
                raise InputError(text("data.tar_large", path=shown, name=terminal_safe(key)))
            sample = found.setdefault(key, {})
            if kind in sample:
                raise InputError(text("data.tar_twice", path=shown, name=terminal_safe(key)))
            sample[kind] = Member(member.offset_data, member.size)
    except (OSError, tarfile.TarError, ValueError) as problem:
        raise InputError(text("data.not_a_tar", path=shown)) from problem
    _check_end(path, found, shown)
    return list(found.items())


def _members(path: Path) -> Iterator[tarfile.TarInfo]:
    """The headers one after the other; sparse files and extended names are read by tarfile."""
    with tarfile.open(path, mode="r:") as archive:
        for count, member in enumerate(archive):
            if count >= _MOST_MEMBERS:
                raise InputError(
                    text("data.too_many", path=terminal_safe(path), limit=_MOST_MEMBERS)
                )
            if member.issparse():
                raise tarfile.TarError("sparse")
            yield member


def _split(name: str, shown: str) -> tuple[str, str]:
    """Key and kind of a member's name."""
    place = PurePosixPath(name)
    outside = place.is_absolute() or ".." in place.parts or "\\" in name or "\0" in name
    base, dot, kind = place.name.partition(".")
    if outside or not base or not dot or not kind or len(name) > _LONGEST:
        raise InputError(text("data.tar_name", path=shown, name=terminal_safe(name)[:_LONGEST]))
    return str(place.parent / base), kind.lower()


def _check_end(path: Path, found: dict[str, Sample], shown: str) -> None:
    size = path.stat().st_size
    ends = (member.offset + member.size for sample in found.values() for member in sample.values())
    if max(ends, default=0) > size:
        raise InputError(text("data.not_a_tar", path=shown))


def read_member(path: Path, member: Member) -> bytes:
    """Its bytes; raises InputError where the file has become shorter."""
    try:
        with path.open("rb") as file:
            file.seek(member.offset)
            data = file.read(member.size)
    except OSError as problem:
        raise InputError(text("data.not_a_tar", path=terminal_safe(path))) from problem
    if len(data) != member.size:
        raise InputError(text("data.not_a_tar", path=terminal_safe(path)))
    return data
