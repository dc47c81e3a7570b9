"""`mien character eval --stage translator`: an engine's translator on pictures it never saw."""

from __future__ import annotations

import json

import numpy as np

from mien.errors import InputError, OptionError
from mien.io.atomic import atomic_write_bytes
from mien.io.names import free_path, terminal_safe
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.character.config import EvalRequest
from mien.jobs.character.imitator.data import Wanted, open_set, split
from mien.jobs.character.translator.data import look
from mien.jobs.character.translator.model import SEEN, EngineTranslator, explained_by
from mien.messages import text

_USUAL_PEOPLE = 7_000


def evaluate(model: EngineTranslator, request: EvalRequest, progress: Progress) -> Outcome:
    """By parameter what it explains of the held-out rows of a set, beside the average's answer.

    Raises OptionError where no set is named or it has other parameters, InputError where no
    picture of it can be measured.
    """
    if request.data in (None, "head"):
        raise OptionError(text("character.translator.eval_data"))
    assert request.data is not None
    known = open_set(
        Wanted(request.data, model.settings.size, _USUAL_PEOPLE, request.cache), progress
    )
    if known.layout != model.layout:
        raise OptionError(text("character.eval_layout"))
    rows = split(known)[1][: request.count]
    found, wanted = [], []
    for done, row in enumerate(rows, 1):
        seen = look(known.pictures(np.array([row]))[0], faces=model.basis.faces)
        if seen is not None:
            found.append(model.guess(model.components(seen.values)).units)
            wanted.append(known.parameters[row])
        progress(Step(done, len(rows), text("character.translator.measures")))
    if not found:
        shown = {"path": terminal_safe(request.data), "count": 0, "least": 1}
        raise InputError(text("character.translator.few", **shown))
    units, true = np.array(found), np.array(wanted, np.float64)
    explained, _ = explained_by(units, true, model.layout, model.centre)
    values = {
        "model": model.sha256,
        "count": len(units),
        "error": round(float(np.abs(units - true).mean()), 5),
        "plain": round(float(np.abs(model.centre - true).mean()), 5),
        "explained": explained,
    }
    out = free_path(request.out / "report.json", overwrite=request.overwrite)
    atomic_write_bytes(out, json.dumps(values, indent=1).encode() + b"\n")
    head = text(
        "character.translator.eval_head",
        count=len(units), plain=values["plain"], error=values["error"],
    )  # fmt: skip
    seen_names = [name for name, value in explained.items() if value >= SEEN]
    lines = [
        text("character.eval_row", name=name, value=explained[name])
        for name in sorted(explained, key=lambda name: -explained[name])
    ]
    figures = {
        "count": float(len(units)),
        "error": float(values["error"]),
        "plain": float(values["plain"]),
        "seen": float(len(seen_names)),
    }
    return Outcome((out,), notes=(head, *lines), figures=figures)
