"""What a page shows for each control of a request, and the request that its values make.

No drawing here: `widgets` draws a `Field`, and `values` turns what the components hold
into the JSON that `mien.app.form.fill` takes.
"""

from __future__ import annotations

import dataclasses
import math
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from mien import fields
from mien.errors import InputError, OptionError
from mien.fields import Control, Kind
from mien.io.names import safe_stem, terminal_safe
from mien.messages import TABLE, text

Shape: TypeAlias = Literal[
    "photos", "files", "folder", "place", "tick", "slider", "number", "list", "pairs", "choice",
    "open_choice", "line",
]  # fmt: skip
"""How a control is drawn; `place` is where results go."""

_SLIDER_STEPS = 900  # whole numbers beyond this are typed, not dragged
_SLIDER_WIDTH = 100.0  # and so are ranges of other numbers that are wider
_RUN_PLACES = frozenset({"out"})
_ENGINES = ("engine.kind", "character.engine")
"""Help of the fields that may name a program."""
_SHARED_PLACES = frozenset({"runs", "cache"})
_PHOTOS = frozenset({"photo", "photos", "like", "image", "images"})
_ADVANCED = frozenset(
    {
        *("out", "overwrite", "device", "runs", "cache", "face", "limit", "absolute", "exact"),
        *("format", "fps", "camera", "accumulate", "precision", "clip", "compile", "verify_resume"),
        *("dry_run", "features", "open", "crop", "images", "seed", "roll", "size", "people"),
    }
)
_SHAPES: dict[Kind, Shape] = {"flag": "tick", "pair": "pairs", "choice": "choice"}
_EARLY = ("photos", "photo", "folder", "driver", "preset", "expression", "like")
MOST_FOLDER_BYTES = 256 * 2**20


@dataclasses.dataclass(frozen=True)
class Field:
    """One control as the page shows it.

    key           its name on the page, unlike all others
    label, hint   in the current language; the hint may be empty
    advanced      folded away at first
    """

    key: str
    control: Control
    shape: Shape
    label: str
    hint: str
    advanced: bool

    @property
    def short(self) -> bool:
        """Whether it may stand beside another one in a row."""
        return self.shape in ("tick", "slider", "number", "choice", "open_choice", "line", "place")


@dataclasses.dataclass(frozen=True)
class Places:
    """Where the files of one run come from and go.

    run      folder of this run alone; it need not exist yet
    shared   folder of all runs of the studio, for training runs and caches
    uploads  folder that every file to be read lies in
    """

    run: Path
    shared: Path
    uploads: Path


def page_fields(job: str, action: str, request: type) -> tuple[Field, ...]:
    """The fields of one action in the order of the request, in the current language."""
    return tuple(_field(job, action, control) for control in fields.describe(request))


def _field(job: str, action: str, control: Control) -> Field:
    shape = shape_of(control)
    label, hint = _words(job, action, control)
    advanced = control.name in _ADVANCED and not control.required and not control.positional
    if control.name == "seed" and action == "sample":
        advanced = False
    key = f"{job}-{action}-{control.name}"
    return Field(key, control, shape, label, hint, advanced)


def shape_of(control: Control) -> Shape:
    """How a control is drawn; every kind of every request has one."""
    if control.kind == "path":
        return _path_shape(control)
    if control.kind in ("integer", "number", "text") and control.count != 1:
        return "list"
    if control.kind in ("integer", "number"):
        return "slider" if _draggable(control) else "number"
    if control.kind == "text":
        return "open_choice" if "|" in control.metavar else "line"
    return _SHAPES[control.kind]


def _path_shape(control: Control) -> Shape:
    if control.name in _RUN_PLACES | _SHARED_PLACES:
        return "place"
    if control.metavar == "DIR":
        return "folder"
    return "photos" if control.name in _PHOTOS else "files"


def _draggable(control: Control) -> bool:
    if control.optional or control.low is None or control.high is None:
        return False
    most = _SLIDER_STEPS if control.kind == "integer" else _SLIDER_WIDTH
    return control.high - control.low <= most


def step_of(control: Control) -> float:
    """The step of a slider: 1 for whole numbers, else a power of ten, 100 steps or more."""
    if control.kind == "integer" or control.low is None or control.high is None:
        return 1
    return 10.0 ** math.floor(math.log10((control.high - control.low) / 100) + 1e-9)


def offered(control: Control) -> tuple[str, ...]:
    """The ready values of an open choice: the words of `photo|toon|FILE` that are not capitals."""
    return tuple(word for word in control.metavar.split("|") if not word.isupper())


def pair_names(control: Control) -> tuple[str, ...]:
    """The names that a control of NAME=NUMBER takes, where they are known."""
    if control.help in ("motion.option.au", "option.au"):
        from mien.types import AU_NAMES

        return AU_NAMES
    if "expression" in control.help:
        from mien.persona.expression_table import expression_names

        return expression_names()
    if control.help == "reenact.edges":
        from mien.jobs.reenact.presets import EDGE_NAMES

        return EDGE_NAMES
    if control.help == "option.set":
        from mien.head.schema import SCHEMA

        return tuple(one.name for one in SCHEMA.sliders)
    return ()


def drawing_order(shown: Sequence[Field]) -> list[Field]:
    """Inputs first, then what most people set; otherwise as the request has them."""
    early = {name: place for place, name in enumerate(_EARLY)}
    return sorted(shown, key=lambda one: early.get(one.control.name, len(early)))


def with_pair(line: str, name: str, value: float) -> str:
    """The line of NAME=NUMBER with this name set; 0 takes it out."""
    kept = [word for word in line.split() if word.partition("=")[0] != name]
    return " ".join(kept if value == 0 else [*kept, f"{name}={value:g}"])


def _words(job: str, action: str, control: Control) -> tuple[str, str]:
    """Label and hint: a short word and the help, or the help alone where there is no short word."""
    help_line = capital(text(control.help))
    for key in (f"{job}.{action}.{control.name}", control.help, control.name):
        if f"studio.label.{key}" in TABLE:
            return text(f"studio.label.{key}"), help_line
    return help_line, ""


def capital(line: str) -> str:
    """The line with a capital at its start."""
    return line[:1].upper() + line[1:]


def job_word(name: str) -> str:
    """A job for people, with a capital."""
    key = f"job.{name}.title"
    return capital(text(key) if key in TABLE else name)


def action_word(action: str) -> str:
    """An action for people: its word in the current language, or its name with a capital."""
    key = f"studio.action.{action}"
    return text(key) if key in TABLE else capital(action.replace("_", " "))


def choice_word(name: str) -> str:
    """A choice for people: its word in the current language, or its name in plain letters."""
    key = f"studio.choice.{name}"
    return text(key) if key in TABLE else name.replace("_", " ")


def values(shown: Sequence[Field], held: Sequence[Any], places: Places) -> dict[str, Any]:
    """What the components of all fields hold, in order, as `fill` wants it.

    What is empty is left out, so that their defaults hold. Raises OptionError with the option, the
    value and what was wanted; InputError for a folder that cannot be used.
    """
    sent = {}
    for field, part in zip(shown, held, strict=True):
        value = _value(field, part, places)
        if value is not None:
            sent[field.control.name] = value
    return sent


def _value(field: Field, part: Any, places: Places) -> Any:
    control = field.control
    if field.shape == "place" and (part or control.default is not None):
        return _place(control, part, places)
    part = part.strip() if isinstance(part, str) else part
    if part is None or part in ("", []):
        return None
    if field.shape == "folder":
        return str(copied(Path(str(part)), places.run))
    if field.shape in ("photos", "files"):
        return _paths(control, part, places)
    if field.shape in ("pairs", "list"):
        typed = [fields.convert(control, word) for word in _split(part)]
        return (dict(typed) if field.shape == "pairs" else typed) or None
    if control.help in _ENGINES and str(part).lstrip().startswith("program"):
        # A page must never start programs, whoever wrote on it.
        raise OptionError(text("studio.no_program", name=fields.shown(control)))
    return _number(control, part) if field.shape in ("slider", "number") else part


def _paths(control: Control, part: Any, places: Places) -> Any:
    """Gradio gives one path, several, or (path, caption) pairs."""
    many = part if isinstance(part, list) else [part]
    paths = [str(one[0] if isinstance(one, tuple) else one) for one in many]
    for path in paths:
        if not Path(path).resolve().is_relative_to(places.uploads.resolve()):
            raise InputError(text("studio.not_uploaded", path=terminal_safe(Path(path).name)))
    if control.count == 1 and len(paths) > 1:
        raise OptionError(text("studio.one_file", name=fields.shown(control), count=len(paths)))
    return paths[0] if control.count == 1 else paths


def _number(control: Control, part: Any) -> Any:
    if isinstance(part, str):
        return fields.convert(control, part)
    whole = control.kind == "integer" and isinstance(part, float) and part.is_integer()
    return int(part) if whole else part


def _split(part: Any) -> list[str]:
    return str(part).replace(",", " ").replace("，", " ").split()


def _place(control: Control, part: Any, places: Places) -> str:
    """A result's path: the name that was typed, or the default's, below a folder of ours."""
    default = Path(str(control.default))
    name = Path(str(part or "").replace("\\", "/").strip()).name
    name = default.name if name in ("", "..") else name
    suffix = Path(name).suffix if default.suffix else ""
    stem = safe_stem(name if suffix else f"{name}.", portable=True)
    folder = places.shared if control.name in _SHARED_PLACES else places.run
    return str(folder / f"{stem}{suffix or default.suffix}")


def copied(folder: Path, run: Path) -> Path:
    """A copy of the user's folder, below the run's: what an action writes beside it is ours."""
    source = folder if folder.is_dir() else folder.parent
    if not folder.exists():
        raise InputError(text("studio.no_folder", path=terminal_safe(folder)))
    files = [path for path in source.iterdir() if path.is_file() and not path.is_symlink()]
    if sum(path.stat().st_size for path in files) > MOST_FOLDER_BYTES:
        limit = MOST_FOLDER_BYTES // 2**20
        raise InputError(text("studio.folder_large", path=terminal_safe(source), limit=limit))
    target = run / safe_stem(f"{source.resolve().name}.", portable=True)
    target.mkdir(parents=True, exist_ok=True)
    for path in files:
        shutil.copyfile(path, target / path.name)
    return target


def in_words(line: str, shown: Sequence[Field]) -> str:
    """A message about options, `--max-faces`, in the words of the page: “Most faces”."""
    for field in sorted(shown, key=lambda one: -len(fields.shown(one.control))):
        name = re.escape(fields.shown(field.control))
        line = re.sub(rf"(?<![\w-]){name}(?![\w-])", lambda _, one=field: f"“{one.label}”", line)
    return line
