"""Folders that are filled bit by bit: each says in a small file what it is going to hold."""

from __future__ import annotations

from pathlib import Path

from mien.errors import OutputError
from mien.io.atomic import atomic_write_bytes, remove_leftovers
from mien.io.files import output_errors, read_bytes
from mien.io.names import terminal_safe
from mien.messages import text

_MAX_BYTES = 1 << 16


def begin(folder: Path, name: str, data: bytes) -> None:
    """Writes the file of a new folder, or finds the same one there; nothing is ever replaced.

    Raises OutputError for a folder that holds another file of that name, or anything else
    without it, or that cannot be written.
    """
    path = folder / name
    if path.is_file():
        known = read_bytes(path, max_bytes=_MAX_BYTES, wanted="data.wanted.recipe")
        if known != data:
            raise OutputError(text("data.recipe_other", path=terminal_safe(folder)))
        remove_leftovers(folder)
        return
    with output_errors(folder):
        remove_leftovers(folder)
        there = folder.exists() or folder.is_symlink()
        if there and (not folder.is_dir() or any(folder.iterdir())):
            raise OutputError(text("data.recipe_foreign", path=terminal_safe(folder)))
    atomic_write_bytes(path, data, overwrite=False)
