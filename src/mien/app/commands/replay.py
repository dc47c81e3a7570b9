"""`mien replay FILE --source PHOTO`: a result made again from what it says of itself."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mien
from mien import fields
from mien.app import console
from mien.app.commands import Command, all_commands
from mien.errors import InputError
from mien.fields import Control
from mien.io.names import terminal_safe
from mien.io.provenance import Provenance
from mien.messages import text

NOT_THE_SAME = 3
_PARAMS_BYTES = 2**20
_CLIPS = (".mp4",)


@dataclasses.dataclass(frozen=True)
class ReplayRequest:
    """What `mien replay` is asked."""

    file: Path = fields.argument("FILE", help="replay.file")
    source: tuple[Path, ...] = fields.option((), help="replay.source", metavar="FILE")
    out: Path = fields.option(Path("replayed"), help="replay.out")
    device: str = fields.option("auto", help="option.device", metavar="DEVICE")


def run(request: ReplayRequest) -> int:
    """Makes a result again; 0 where the bytes are the same, 3 where they are not.

    Raises InputError where the file does not say enough, or a source is missing or another one.
    """
    from mien.jobs.record import digest

    found = provenance_of(request.file)
    if found is None:
        raise InputError(text("replay.nothing", path=terminal_safe(request.file)))
    command = _command(found)
    if command is None or not found.asked:
        raise _too_little(request.file, found)
    kind, act = command.load()
    again = request_of(kind, found, _sources(request, found), request)
    for line in _differences(found):
        console.note(line)
    before = _files(request.out)
    code = act(again)
    if code:
        return code
    made = [path for path in _files(request.out) if path not in before]
    wanted = digest(request.file)
    for path in made:
        if digest(path) == wanted:
            console.say(text("replay.same", path=terminal_safe(path)))
            return 0
    for path in made:
        if request.file.suffix.lower() in _CLIPS and _same_frames(request.file, path):
            console.say(text("replay.frames", path=terminal_safe(path)))
            return 0
    console.note(text("replay.different", path=terminal_safe(request.out)))
    return NOT_THE_SAME


def provenance_of(path: Path) -> Provenance | None:
    """What a picture, clip, 3D model or params.json says of itself; None where it says nothing."""
    from mien.io.files import read_bytes
    from mien.io.provenance import from_mapping, read_provenance

    suffix = path.suffix.lower()
    if suffix not in (".json", ".glb", ".vrm"):
        return read_provenance(path)
    if suffix == ".json":
        told = _object(read_bytes(path, max_bytes=_PARAMS_BYTES, wanted="io.wanted.result"))
        values = told.get("provenance")
    else:
        from mien.app.commands.inspect import read_model

        asset = (read_model(path) or {}).get("asset")
        values = asset.get("extras") if isinstance(asset, dict) else None
    try:
        return from_mapping(values) if isinstance(values, dict) else None
    except (KeyError, TypeError, ValueError):
        return None


def request_of(
    kind: type, found: Provenance, sources: Mapping[str, Sequence[Path]], request: ReplayRequest
) -> Any:
    """The request that a record tells of; files come from `sources`, by field.

    Raises InputError where the record does not fill the request.
    """
    asked = _object(found.asked.encode())
    values: dict[str, Any] = {}
    for control in fields.describe(kind):
        if control.name in sources:
            values[control.name] = _as_files(control, sources[control.name])
        elif control.name in asked:
            values[control.name] = _as_value(control, asked[control.name])
    values |= _places(kind, found, request)
    try:
        made = kind(**values)
    except TypeError as problem:
        raise _too_little(request.file, found) from problem
    fields.check(made)
    return made


def _places(kind: type, found: Provenance, request: ReplayRequest) -> dict[str, Any]:
    """Where the result goes and what makes it; InputError for a command that has no --out."""
    known = {control.name: control for control in fields.describe(kind)}
    if "out" not in known:
        raise _too_little(request.file, found)
    default = known["out"].default
    is_file = isinstance(default, Path) and default.suffix
    places: dict[str, Any] = {"out": request.out / request.file.name if is_file else request.out}
    if "device" in known:
        places["device"] = request.device
    if "consent" in known and found.consent:
        places["consent"] = found.consent
    return places


def _as_files(control: Control, paths: Sequence[Path]) -> Any:
    if control.count == 0:
        return tuple(paths)
    return paths[0] if control.kind == "path" else str(paths[0])


def _as_value(control: Control, value: Any) -> Any:
    if control.kind == "text" and isinstance(value, list):
        return ",".join(map(str, value))
    return tuple(value) if isinstance(value, list) else value


def _sources(request: ReplayRequest, found: Provenance) -> dict[str, list[Path]]:
    """The files that were given, by the field of the request that named them."""
    from mien.jobs.record import digest

    given: dict[str, Path] = {}
    wanted = ", ".join(f"{role} {one[:12]}" for role, one in found.inputs) or "-"
    for path in request.source:
        try:
            key = digest(path)
        except OSError as problem:
            shown = {"path": terminal_safe(path), "wanted": text("replay.source")}
            raise InputError(text("io.read.missing", **shown)) from problem
        if key not in {one for _, one in found.inputs}:
            shown = {"path": terminal_safe(path), "digest": key[:12], "wanted": wanted}
            raise InputError(text("replay.stranger", **shown))
        given[key] = path
    sources: dict[str, list[Path]] = {}
    for role, key in found.inputs:
        if key not in given:
            shown = {"path": terminal_safe(request.file), "role": role, "digest": key[:12]}
            raise InputError(text("replay.missing", **shown))
        sources.setdefault(role, []).append(given[key])
    return sources


def _differences(found: Provenance) -> list[str]:
    """Lines on what is not as it was when the result was made."""
    from mien.head.schema import schema_hash
    from mien.jobs.record import LEFT_OUT, digest
    from mien.jobs.weights import FOLDER

    lines = []
    if found.version != mien.__version__:
        lines.append(text("replay.version", found=found.version, now=mien.__version__))
    if found.head and found.head != schema_hash():
        lines.append(text("replay.head", found=found.head, now=schema_hash()))
    here = {digest(path) for path in FOLDER.glob("*.safetensors")}
    here |= {one for _, one in found.inputs}
    lines += [
        text("replay.model", digest=one[:12])
        for one in found.models
        if not any(known.startswith(one) for known in here)
    ]
    if left_out := _object(found.asked.encode()).get(LEFT_OUT):
        lines.append(text("replay.left_out", names=", ".join(left_out)))
    return lines


def _command(found: Provenance) -> Command | None:
    words = tuple(found.job.split("."))
    return next((one for one in all_commands() if one.words == words), None)


def _too_little(path: Path, found: Provenance) -> InputError:
    shown = {"path": terminal_safe(path), "job": found.job, "version": found.version}
    return InputError(text("replay.too_little", **shown))


def _files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else set()


def _same_frames(first: Path, second: Path) -> bool:
    """Whether two clips show the same pictures."""
    from itertools import zip_longest

    from mien.io.video import read_frames

    if second.suffix.lower() not in _CLIPS:
        return False
    pairs = zip_longest(read_frames(first), read_frames(second))
    return all(
        a is not None and b is not None and a.shape == b.shape and (a == b).all() for a, b in pairs
    )


def _object(data: bytes) -> dict[str, Any]:
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
