"""`mien inspect FILE`: what a file of mien's is, and how it was made."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien import fields
from mien.app import console
from mien.errors import MALFORMED, InputError
from mien.io.names import terminal_safe
from mien.messages import text

if TYPE_CHECKING:
    from mien.io.provenance import Provenance

IN_WORDS = (
    *("source", "job", "models", "seed", "request", "version", "head", "inputs", "asked"),
    *("consent", "AIGC", "provenance", "mark", "kind"),
)
"""Facts that are told in words; the others as they are."""
_KIND, _WEIGHTS = "kind", "weights"
_CLIPS = (".mp4", ".mov")
_FRAMES = 5
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
        told = words(facts)
        hidden = IN_WORDS if told else ()
        console.table(told + _rows({n: v for n, v in facts.items() if n not in hidden}))
    return 0


def describe(path: Path) -> dict[str, Any]:
    """JSON-ready facts about a weight file, a picture or video, a params.json or a 3D model.

    Raises InputError where nothing in the file says that mien made it, WeightsError for a
    damaged weight file.
    """
    readers = {".safetensors": _weights, ".json": _params, ".glb": _model, ".vrm": _model}
    facts = readers.get(path.suffix.lower(), _picture)(path)
    if facts is None:
        raise InputError(text("inspect.nothing", path=terminal_safe(path)))
    return facts


def _weights(path: Path) -> dict[str, Any]:
    from mien.io.weights import read_header

    return {_KIND: _WEIGHTS, **dataclasses.asdict(read_header(path))}


def _picture(path: Path) -> dict[str, Any] | None:
    from mien.io.provenance import read_aigc, read_provenance

    found, label = read_provenance(path), read_aigc(path) or _tagged(path)
    facts: dict[str, Any] = {} if found is None else found.as_mapping()
    if label is not None:
        facts["AIGC"] = label  # what the file says, not what we would say
    if (seen := _mark(path)) is not None:
        facts["mark"] = seen
    return facts or None


def _mark(path: Path) -> dict[str, Any] | None:
    """What the invisible mark says, of the clearest of a clip's first frames."""
    from mien.io.image import read_image
    from mien.io.mark import read_mark
    from mien.io.video import read_frames

    clip = path.suffix.lower() in _CLIPS
    looks = 0
    found = []
    # A file that cannot be shown may still say something of itself.
    with contextlib.suppress(InputError):
        for frame in read_frames(path, stop=_FRAMES) if clip else [read_image(path)]:
            looks += 1
            found += [one for one in (read_mark(frame),) if one is not None]
    if not found:
        return None
    best = max(found, key=lambda one: (bool(one.number), one.strength))
    chance = min(1.0, looks * best.chance)
    values = {"number": best.number, "version": best.version, "strength": round(best.strength, 2)}
    return {**values, "chance": chance, "share": best.share}


def _tagged(path: Path) -> dict[str, str] | None:
    """China's AIGC field among the tags of an mp4."""
    from mien.io import aigc

    if path.suffix.lower() not in _CLIPS:
        return None
    from mien.io.video import read_tags

    return aigc.read_label(read_tags(path).get(aigc.KEY, ""))


def _params(path: Path) -> dict[str, Any] | None:
    from mien.io.files import read_bytes

    values = _json(read_bytes(path, max_bytes=_PARAMS_BYTES, wanted="io.wanted.result"))
    return values if values is not None and "code" in values else None


def _model(path: Path) -> dict[str, Any] | None:
    """The names in a binary glTF file, and what it says of its making."""
    values = read_model(path) or {}
    asset = values.get("asset")
    if not isinstance(asset, dict) or "mien" not in str(asset.get("generator")):
        return None
    named = values.get("meshes", [])
    meshes = [one.get("name") for one in named if isinstance(one, dict)] if named else []
    extras = asset.get("extras")
    made = extras if isinstance(extras, dict) else {}
    return {"asset": {n: v for n, v in asset.items() if n != "extras"}, "meshes": meshes, **made}


def read_model(path: Path) -> dict[str, Any] | None:
    """The JSON of a binary glTF file: 12 bytes of header, then a chunk of it; None for others."""
    from mien.io.files import read_bytes

    data = read_bytes(path, max_bytes=_MODEL_BYTES, wanted="io.wanted.result")
    if len(data) < 20 or data[:4] != b"glTF" or data[16:20] != b"JSON":
        return None
    length = int.from_bytes(data[12:16], "little")
    return _json(data[20 : 20 + length])


def _json(data: bytes) -> dict[str, Any] | None:
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def words(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """What a result says of its making, in words."""
    from mien.io.aigc import read_label
    from mien.io.provenance import from_mapping

    if facts.get(_KIND) == _WEIGHTS:
        by = f"mien {facts.get('version')}, {facts.get('job')}"
        rows = [("kind", text("inspect.kind.weights")), ("made_by", by)]
        return [(text(f"inspect.{name}"), terminal_safe(value)) for name, value in rows]
    told = facts.get("provenance", facts)
    rows = []
    # A file that somebody sent may say anything: what is not of our form is shown as it is.
    with contextlib.suppress(*MALFORMED):
        rows += _making(from_mapping(told))
    label = told.get("AIGC") if isinstance(told, dict) else None
    if (label := read_label(json.dumps(label))) is not None:
        kind = label["Label"]
        shown = text(f"inspect.aigc.{kind}") if kind in ("1", "2", "3") else kind
        values = {"producer": label["ContentProducer"] or "-", "number": label["ProduceID"] or "-"}
        rows.append((text("inspect.aigc"), text("inspect.aigc.words", label=shown, **values)))
    if isinstance(seen := facts.get("mark"), dict):
        rows.append((text("inspect.mark"), _marking(seen, told)))
    return [(name, terminal_safe(value)) for name, value in rows]


def _marking(seen: dict[str, Any], told: dict[str, Any]) -> str:
    """The mark in words, and whether it says what the record says."""
    from mien.io.provenance import from_mapping

    chance = f"{seen['chance']:.0e}"
    if not seen["number"]:
        return text("inspect.mark.unread", chance=chance)
    shown = text("inspect.mark.read", number=seen["number"], chance=chance)
    with contextlib.suppress(*MALFORMED):
        same = from_mapping(told).number().startswith(seen["number"])
        shown += text("inspect.mark.same" if same else "inspect.mark.other")
    return shown


def _making(made: Provenance) -> list[tuple[str, str]]:
    asked = json.loads(made.asked) if made.asked else {}
    rows = [
        ("kind", text(f"inspect.kind.{made.source or 'none'}")),
        ("made_by", f"mien {made.version}, {made.job.replace('.', ' ')}"),
        ("inputs", "  ".join(f"{role} {digest[:16]}" for role, digest in made.inputs)),
        ("asked", "  ".join(f"{name}={_shown(value)}" for name, value in asked.items())),
        ("seed", "" if made.seed is None else str(made.seed)),
        ("models", "  ".join(one[:16] for one in made.models)),
        ("head", made.head),
        ("request", made.request),
        ("consent", text(f"inspect.consent.{made.consent}") if made.consent else ""),
    ]
    return [(text(f"inspect.{name}"), value) for name, value in rows if value]


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ",".join(f"{name}:{number:g}" for name, number in value.items()) or "-"
    if isinstance(value, list):
        return ",".join(map(_shown, value)) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _rows(facts: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    """The facts, nested ones as `outer.inner`."""
    rows = []
    for name, value in facts.items():
        if isinstance(value, dict) and value:
            rows += _rows(value, f"{before}{name}.")
        else:
            rows.append((before + name, str(value)))
    return rows
