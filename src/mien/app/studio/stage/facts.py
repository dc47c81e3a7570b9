"""What a live panel is made of, as plain data for the page: controls, words, buttons."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

from mien.app.studio.forms import capital, choice_word
from mien.app.studio.stage.faces import MODELS
from mien.app.studio.stage.values import HEAD, PHOTO, Row
from mien.head.samplers import SAMPLER_NAMES
from mien.head.schema import JAW_MOVES, SIDED_AUS
from mien.messages import LANGUAGES, TABLE, language, text
from mien.persona.expression_table import EXPRESSIONS

Panel: TypeAlias = Literal["head", "character", "generate", "express", "reenact"]
PANELS: tuple[Panel, ...] = get_args(Panel)
_OPEN = {"person", "expression"}
_WORDS = (
    *("random", "seed", "mirror", "reset", "find", "lock", "lock_all", "three", "picture"),
    *("camera", "camera_stop", "rest", "hotkeys", "flip", "strength", "turn", "photo", "astronaut"),
    *(
        "like",
        "before",
        "save",
        "refit",
        "skin",
        "waiting_rest",
        "waiting_face",
        "connecting",
        "lost",
    ),
    *("no_camera", "no_3d", "making", "made", "speed", "fps", "too_large", "no_photo", "character"),
    *("no_characters", "sampler", "presets", "download", "neutral", "queued", "update"),
    *("confidence_seen", "confidence_guessed", "confidence_set"),
    *("person", "drawn_person", "learn", "minutes", "clip", "clip_stop", "film", "stop"),
    *("sending", "not_uploaded", "no_clip", "send", "vmc", "virtual", "green", "listen", "port"),
    "waiting_packets",
)
_FACES_WORDS = (
    *("seed", "model", "variety", "near", "walk", "keep", "another", "face", "choose"),
    *("connecting", "lost", "making", "made"),
)
_FILES = {
    "params": "params.json",
    "png": "PNG",
    "glb": "GLB",
    "vrm": "VRM",
    "page": "me.html",
}


def facts(panel: Panel, *, astronaut: bool) -> dict[str, Any]:
    """The panel in the current language, JSON-ready."""
    if panel == "generate":
        return {
            "panel": panel,
            "language": language(),
            "models": [[name, choice_word(name)] for name in MODELS],
            "words": {name: _word(name) for name in _FACES_WORDS},
        }
    drawn = panel in ("head", "character")
    groups = HEAD if drawn else PHOTO
    return {
        "panel": panel,
        "controls": "head" if drawn else "photo",
        "language": language(),
        "groups": [_group(name, rows, panel) for name, rows in groups.items()],
        "presets": [[name, choice_word(name)] for name in EXPRESSIONS],
        "files": [[what, title] for what, title in _FILES.items()] if drawn else [["png", "PNG"]],
        "samplers": [[name, choice_word(name)] for name in SAMPLER_NAMES],
        "astronaut": astronaut,
        "words": {name: _word(name) for name in _WORDS},
    }


def _word(name: str) -> str:
    """A word as it stands in the table: the page fills its fields itself."""
    return TABLE[f"studio.live.{name}"][LANGUAGES.index(language())]


def _group(name: str, rows: tuple[Row, ...], panel: Panel) -> dict[str, Any]:
    return {
        "name": name,
        "title": text(f"studio.group.{name}"),
        "open": name in _OPEN or panel == "express",
        "rows": [_row(row) for row in rows],
    }


def _row(row: Row) -> dict[str, Any]:
    kind = "choice" if row.choices else "colour" if isinstance(row.start, str) else "slider"
    told: dict[str, Any] = {"key": row.key, "title": title(row), "kind": kind, "start": row.start}
    if kind == "choice":
        told["choices"] = [[name, choice_word(name)] for name in row.choices]
    elif kind == "slider":
        step = 0.01 if row.high - row.low <= 10 else 0.5
        told |= {"low": row.low, "high": row.high, "step": step}
    return told


def title(row: Row) -> str:
    """A control in the current language."""
    kind, _, name = row.key.partition(".")
    if kind == "au":
        return _unit(name)
    kind = {"colour": "material", "choice": "scene"}.get(kind, kind)
    key = f"studio.slider.{kind}.{name}"
    return capital(text(key) if key in TABLE else name.replace("_", " "))


def _unit(name: str) -> str:
    if name in JAW_MOVES:
        return capital(text(f"studio.slider.{name}"))
    if name in SIDED_AUS:
        side = "left" if name.endswith("L") else "right"
        return text(f"studio.slider.{side}", name=choice_word(name[:-1]))
    return choice_word(name)
