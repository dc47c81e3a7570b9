"""What mien says to people, in English and Chinese, from one table of keys.

Each area of the project keeps its rows in a module of this package as
`MESSAGES = {"area.key": (english, chinese)}`; values are filled in with `str.format` fields.
The language is the one set by `use_language` (the option `--lang`), or MIEN_LANG, or the locale's.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias, cast

from mien.messages import (
    app,
    bench,
    character,
    data,
    engine_fit,
    engines,
    express,
    face,
    faces,
    fields,
    generate,
    head,
    hub,
    io,
    jobs,
    landmarks,
    live,
    metrics,
    model,
    motion,
    options,
    perform,
    person,
    persona,
    reenact,
    studio,
    studio_labels,
    studio_live,
    studio_sliders,
    train,
    training,
    translate,
    trust,
)

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

AREAS: tuple[Mapping[str, tuple[str, str]], ...] = (
    app.MESSAGES,
    bench.MESSAGES,
    fields.MESSAGES,
    options.MESSAGES,
    io.MESSAGES,
    face.MESSAGES,
    head.MESSAGES,
    hub.MESSAGES,
    persona.MESSAGES,
    jobs.MESSAGES,
    motion.MESSAGES,
    perform.MESSAGES,
    person.MESSAGES,
    express.MESSAGES,
    train.MESSAGES,
    training.MESSAGES,
    data.MESSAGES,
    landmarks.MESSAGES,
    live.MESSAGES,
    faces.MESSAGES,
    metrics.MESSAGES,
    model.MESSAGES,
    generate.MESSAGES,
    reenact.MESSAGES,
    studio.MESSAGES,
    studio_labels.MESSAGES,
    studio_live.MESSAGES,
    studio_sliders.MESSAGES,
    character.MESSAGES,
    engines.MESSAGES,
    engine_fit.MESSAGES,
    translate.MESSAGES,
    trust.MESSAGES,
)
TABLE: dict[str, tuple[str, str]] = {
    key: versions for area in AREAS for key, versions in area.items()
}

_chosen: contextvars.ContextVar[Language | None] = contextvars.ContextVar("language", default=None)


def add(rows: Mapping[str, tuple[str, str]]) -> None:
    """Adds rows to the table: for a job that brings its messages in its own folder.

    Raises ValueError for a key that is taken; nothing is added then.
    """
    taken = sorted(key for key in rows if TABLE.get(key, rows[key]) != rows[key])
    if taken:
        raise ValueError(f"message keys that stand in the table already: {', '.join(taken)}")
    TABLE.update(rows)


def text(key: str, /, **values: object) -> str:
    """The message of this key in the current language, with its fields filled in.

    Raises KeyError for an unknown key or a missing field: both are mistakes of the program.
    """
    english, chinese = TABLE[key]
    return (chinese if language() == "zh" else english).format(**values)


def language() -> Language:
    """The language messages are written in now: the chosen one, or the environment's."""
    return _chosen.get() or environment_language(os.environ)


def environment_language(environment: Mapping[str, str]) -> Language:
    """The language that MIEN_LANG, or else the locale variables, ask for: zh*, or English."""
    for name in ("MIEN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


@contextlib.contextmanager
def use_language(code: str) -> Iterator[None]:
    """Writes messages in this language inside the `with` block.

    Raises ValueError where the language is not one of LANGUAGES.
    """
    if code not in LANGUAGES:
        raise ValueError(f"language {code!r} is not one of {', '.join(LANGUAGES)}")
    token = _chosen.set(cast("Language", code))
    try:
        yield
    finally:
        _chosen.reset(token)
