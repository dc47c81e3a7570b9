"""Where single results go."""

from __future__ import annotations

from pathlib import Path

from mien.io.names import numbered

OWN = "latest.png"
"""The one file name that belongs to mien: it is rewritten without being asked."""


def target(path: Path, *, overwrite: bool) -> Path:
    """The path itself, or where something is there already the first free `<stem>-2<ext>`.

    A name that belongs to mien, or `overwrite`, gives the path itself.
    """
    if overwrite or path.name == OWN:
        return path
    names = (path.with_name(f"{stem}{path.suffix}") for stem in numbered(path.stem))
    return next(one for one in names if not one.exists() and not one.is_symlink())
