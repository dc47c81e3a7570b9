"""Which numbered pieces of a long work are done: a small file for each, written when it is whole.

A piece that was stopped has no entry and is done again; one with an entry never is. So every item
is done exactly once, whoever does it, and whenever it is stopped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mien.errors import InputError
from mien.io.atomic import atomic_write_bytes
from mien.io.files import output_errors, read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text

FOLDER = "ledger"
_MOST_BYTES = 16 * MIB


class Ledger:
    """The entries of a folder: `ledger/000012.json` says that piece 12 is whole, and what it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER

    def enter(self, number: int, values: Mapping[str, Any]) -> None:
        """Says that a piece is whole; raises OutputError."""
        with output_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        written = json.dumps(values, sort_keys=True, ensure_ascii=True)
        atomic_write_bytes(self._path(number), written.encode() + b"\n")

    def has(self, number: int) -> bool:
        """Whether a piece is whole."""
        return self._path(number).is_file()

    def left(self, count: int) -> list[int]:
        """The pieces 0 .. count - 1 that are not."""
        try:
            known = {path.name for path in self.folder.iterdir()}
        except OSError:
            known = set()
        return [number for number in range(count) if self._path(number).name not in known]

    def read(self, number: int) -> dict[str, Any]:
        """What a piece is; raises InputError for an entry that is missing or damaged."""
        path = self._path(number)
        data = read_bytes(path, max_bytes=_MOST_BYTES, wanted="data.wanted.ledger")
        try:
            values = json.loads(data)
        except (ValueError, RecursionError) as problem:
            raise InputError(text("data.ledger", path=terminal_safe(path))) from problem
        if not isinstance(values, dict):
            raise InputError(text("data.ledger", path=terminal_safe(path)))
        return values

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.json"
