"""`mien inspect FILE`: what a file of mien's is, and how it was made."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from mien import fields
from mien.app import console
from mien.errors import InputError
from mien.io.names import terminal_safe
from mien.messages import text

_PARAMS_BYTES = 2**20
_MODEL_BYTES = 2**28


@dataclasses.dataclass(frozen=True)
class InspectRequest:
    """What `mien inspect` is asked."""

    file: Path = fields.argument("FILE", help="inspect.file")
    json: bool = fields.option(False, help="option.json")


def run(request: InspectRequest) -> int:
    """Shows what is known about the file."""
    facts = describe(request.file)
    if request.json:
        console.say_json(facts)
    else:
        console.table(_rows(facts))
    return 0


def describe(path: Path) -> dict[str, Any]:
    """JSON-ready facts about a weight file, a picture or video, a params.json or a 3D model.

    Raises InputError where nothing in the file says that mien made it, WeightsError for a
    damaged weight file.
    """
    readers = {".safetensors": _weights, ".json": _params, ".glb": _model}
    facts = readers.get(path.suffix.lower(), _picture)(path)
    if facts is None:
        raise InputError(text("inspect.nothing", path=terminal_safe(path)))
    return facts


def _weights(path: Path) -> dict[str, Any]:
    from mien.io.weights import read_header

    return dataclasses.asdict(read_header(path))


def _picture(path: Path) -> dict[str, Any] | None:
    from mien.io.provenance import read_provenance

    found = read_provenance(path)
    return None if found is None else found.as_mapping()


def _params(path: Path) -> dict[str, Any] | None:
    from mien.io.files import read_bytes

    values = _json(read_bytes(path, max_bytes=_PARAMS_BYTES, wanted="io.wanted.result"))
    return values if values is not None and "code" in values else None


def _model(path: Path) -> dict[str, Any] | None:
    """The names in a binary glTF file: 12 bytes of header, then a chunk of JSON."""
    from mien.io.files import read_bytes

    data = read_bytes(path, max_bytes=_MODEL_BYTES, wanted="io.wanted.result")
    if len(data) < 20 or data[:4] != b"glTF" or data[16:20] != b"JSON":
        return None
    length = int.from_bytes(data[12:16], "little")
    values = _json(data[20 : 20 + length]) or {}
    asset = values.get("asset")
    if not isinstance(asset, dict) or "mien" not in str(asset.get("generator")):
        return None
    meshes = [one.get("name") for one in values.get("meshes", []) if isinstance(one, dict)]
    return {"asset": asset, "meshes": meshes}


def _json(data: bytes) -> dict[str, Any] | None:
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _rows(facts: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """The facts, nested ones as `outer.inner`."""
    rows = []
    for name, value in facts.items():
        if isinstance(value, dict) and value:
            rows += _rows(value, f"{before}{name}.")
        else:
            rows.append((before + name, str(value)))
    return rows
