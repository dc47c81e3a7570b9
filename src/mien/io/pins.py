"""What the weight files that ship hash to, in a committed table; `python -m mien.io.pins` makes it.

`save_weights` keeps the table when it writes a file that ships. A file that ships and is not the
one of the table is not used: it was damaged, or exchanged.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "weights"
"""Where what ships lies."""
TABLE = FOLDER / "sha256.json"
COMMAND = "python -m mien.io.pins"
SUFFIX = ".safetensors"


def ships(path: Path) -> bool:
    """Whether a path is that of a weight file that ships."""
    return path.suffix == SUFFIX and path.resolve().parent == FOLDER


def pinned(path: Path) -> str | None:
    """What a weight file has to hash to; None for one that does not ship, or is not known."""
    return read_table().get(path.name) if ships(path) else None


def read_table() -> Mapping[str, str]:
    """SHA-256 by file name; empty where there is no table."""
    return json.loads(TABLE.read_text("ascii")) if TABLE.is_file() else {}


def measured() -> dict[str, str]:
    """What the files that lie there hash to."""
    files = sorted(FOLDER.glob(f"*{SUFFIX}"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def keep(path: Path, digest: str) -> None:
    """Notes that a file that ships was written; nothing for other files."""
    if ships(path):
        _write({**read_table(), path.name: digest})


def _write(table: Mapping[str, str]) -> None:
    from mien.io.atomic import atomic_write_bytes

    written = json.dumps(dict(table), indent=1, sort_keys=True)
    atomic_write_bytes(TABLE, f"{written}\n".encode("ascii"))


def main() -> int:
    """Makes the table anew, and says what changed."""
    before, now = read_table(), measured()
    _write(now)
    changed = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    sys.stderr.write("".join(f"{name} {now.get(name, 'gone')[:12]}\n" for name in changed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
