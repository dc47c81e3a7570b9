"""What a request leaves in its results, so that they can be made again: nothing that names anyone.

Numbers, truths and choices are told as they are; files by their SHA-256 alone; free text not at
all. `mien replay` goes the other way.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mien import fields
from mien.errors import InputError
from mien.fields import Control
from mien.io.asked import is_allowed, is_word, written
from mien.io.files import check_file
from mien.io.limits import VIDEO_LIMITS
from mien.io.names import terminal_safe
from mien.io.provenance import MOST_INPUTS, Provenance
from mien.messages import text

PLACES = frozenset({"out", "overwrite", "device", "cache", "consent"})
"""Fields that say where and not what, and the one that a provenance holds by itself."""
LEFT_OUT = "left_out"
"""Names the fields whose text is not told."""
_CHUNK = 2**20
_CHARACTER = "params.json"


def recorded(
    made_by: Provenance, request: Any, *, words: Mapping[str, Iterable[str]] | None = None
) -> Provenance:
    """A provenance with what was asked and the files that it named, apart from `photos`.

    words   for free text that was read as words of a list: those words, by field
    """
    from mien.head.schema import schema_hash

    told = dict(words or {})
    asked: dict[str, Any] = {}
    inputs: list[tuple[str, str]] = []
    left_out: list[str] = []
    for control in fields.describe(type(request)):
        value = getattr(request, control.name)
        if control.name in PLACES or control.name == "photos":
            continue
        if value == control.default and (value is None or value in ((), {})):
            continue  # nothing was asked; and writers of glTF drop what is empty
        if control.name in told:
            asked[control.name] = list(told[control.name])
        elif _is_told(control, value) and is_allowed(_plain(value)):
            asked[control.name] = _plain(value)
        elif digests := _digests(value):
            inputs += [(control.name, one) for one in digests]
        else:
            left_out.append(control.name)
    if left_out:
        asked[LEFT_OUT] = left_out
    return dataclasses.replace(
        made_by,
        head=schema_hash(),
        asked=_short(asked),
        inputs=tuple(inputs[:MOST_INPUTS]),
        consent=getattr(request, "consent", ""),
    )


def of_photos(made_by: Provenance, *photos: Path) -> Provenance:
    """The provenance of what is made of these photos; InputError for one that cannot be read."""
    own = tuple(("photos", _digest_of_photo(photo)) for photo in photos[:MOST_INPUTS])
    return dataclasses.replace(made_by, inputs=(*own, *made_by.inputs)[:MOST_INPUTS])


def _digest_of_photo(path: Path) -> str:
    most = VIDEO_LIMITS.max_bytes
    check_file(path, max_bytes=most, wanted="io.wanted.image")
    try:
        return digest(path)
    except OSError as problem:
        shown = {"path": terminal_safe(path), "wanted": text("io.wanted.image")}
        raise InputError(text("io.read.permission", **shown)) from problem


def _short(asked: dict[str, Any]) -> str:
    """The text of what was asked; where that is too long, the names of what is left out."""
    try:
        return written(asked)
    except ValueError:
        return written({LEFT_OUT: list(asked)})


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes; of a folder, a character's parameters, or all its files' in order.

    Raises OSError where it cannot be read.
    """
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    if (path / _CHARACTER).is_file():
        return digest(path / _CHARACTER)
    inside = sorted(one for one in path.iterdir() if one.is_file())
    return hashlib.sha256("".join(map(digest, inside)).encode()).hexdigest()


def listed(control: Control) -> tuple[str, ...]:
    """The words that stand for themselves in `photo|toon|FILE`."""
    return tuple(one for one in control.metavar.split("|") if one.islower() and is_word(one))


def _is_told(control: Control, value: object) -> bool:
    if value is None or value == ():
        return True
    if control.kind == "text":
        return value in listed(control) or (value == control.default and is_word(str(value)))
    return control.kind != "path"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _digests(value: Any) -> list[str]:
    """Of what a path, a text or several of them name, if all of it is there and may be read."""
    values = value if isinstance(value, tuple) else (value,)
    paths = [Path(one) for one in values if isinstance(one, str | Path)]
    if len(paths) != len(values):
        return []
    try:
        return [digest(path) for path in paths]
    except (OSError, ValueError):
        return []
