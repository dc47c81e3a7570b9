"""What a fit of an engine leaves in its folder: its parameters, pictures, and what was tried."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np

from mien.data.crop import resize
from mien.data.game_faces import GameFace, write_face
from mien.io.atomic import atomic_write_bytes
from mien.io.image import write_image
from mien.io.provenance import Provenance
from mien.jobs.character.engine_fit.fit import Bench, EngineFit
from mien.jobs.character.engines.unity import ancestor_schema
from mien.jobs.character.results import beside

FORMAT = 1
PARAMS, REPORT = "engine.json", "report.json"
PICTURE, PHOTO, SIDE, GAME = "engine.png", "photo.png", "side-by-side.png", "eval.bytes"
OWN = (PARAMS, REPORT, PICTURE, PHOTO, SIDE, GAME)
_UNITY = {"unity": 4, "unity-male": 3}
"""The ancestor's numbers of its bodies."""


def write_fit(folder: Path, found: EngineFit, bench: Bench, made_by: Provenance) -> None:
    """Fills a folder; raises OutputError."""
    write_image(folder / PICTURE, found.picture, provenance=made_by)
    side = min(found.picture.shape[:2])
    plain = dataclasses.replace(made_by, source=None)
    write_image(folder / PHOTO, found.photos[0], provenance=plain)
    row = beside([*found.photos, resize(found.picture, side)])
    write_image(folder / SIDE, row, provenance=made_by)
    _write_json(folder / PARAMS, params_of(found, bench, made_by))
    _write_json(folder / REPORT, report_of(found))
    if bench.schema == ancestor_schema() and bench.opened.kind in _UNITY:
        values = bench.schema.to_unit(found.params).astype(np.float32)
        write_face(folder / GAME, GameFace(_UNITY[bench.opened.kind], values))


def params_of(found: EngineFit, bench: Bench, made_by: Provenance) -> dict[str, Any]:
    """The values of `engine.json`: parameters in the engine's units, and how each is known."""
    return {
        "format": FORMAT,
        "engine": bench.opened.kind,
        "schema": bench.schema.digest,
        "params": found.params,
        "confidence": found.confidence,
        "by_hand": list(bench.locks),
        "provenance": made_by.as_mapping(),
    }


def report_of(found: EngineFit) -> dict[str, Any]:
    """The values of `report.json`: every step, what the judges said of it, whether it was kept."""
    steps = [
        {"step": row.kind, "name": row.name, "kept": row.kept, **row.views.as_figures()}
        for row in found.rows
    ]
    return {
        "format": FORMAT,
        "renders": found.renders,
        "photos": len(found.photos),
        "explained": found.explained,
        "steps": steps,
    }


def _write_json(path: Path, values: dict[str, Any]) -> None:
    written = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
    atomic_write_bytes(path, written.encode() + b"\n")
