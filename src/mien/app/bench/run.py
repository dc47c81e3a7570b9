"""The parts of a bench, measured side by side by several processes; the speeds alone at the end."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import mien
from mien.app.bench.machine import commit, machine
from mien.app.bench.scale import FULL, QUICK, Scale
from mien.app.bench.tables import Bench, Table, rounded, table_of
from mien.data.workers import Told, work_through
from mien.io.atomic import atomic_write_bytes
from mien.jobs.base import Progress, Step

Measure: TypeAlias = Callable[[Scale], tuple[Table, ...]]
PARTS = ("faces", "character", "generate", "express", "reenact", "translate", "speed")
"""What `--only` takes, in the order of the page."""
_SLOWEST = ("character", "express", "reenact", "translate", "generate", "faces")
"""In this order they are begun, so that the last ones to end are short."""


def measure_of(part: str) -> Measure:
    """What measures a part; imported when it is asked for."""
    if part == "faces":
        from mien.app.bench import faces

        return faces.tables
    if part == "speed":
        from mien.app.bench import speed

        return speed.tables
    from mien.app.bench import jobs

    return getattr(jobs, part)


@dataclasses.dataclass(frozen=True)
class Order:
    """What is measured, and where the parts lie until all are there.

    folder    of the parts' files; they stay where a run is stopped
    workers   processes
    resume    parts of this commit and size that lie in the folder are taken as they are
    """

    parts: Sequence[str]
    folder: Path
    quick: bool = False
    workers: int = 1
    resume: bool = False


def run(order: Order, progress: Progress) -> Bench:
    """Measures the parts of an order.

    Every process computes with one thread; the speeds come last, when nothing else runs here.
    """
    here, folder = commit(), order.folder
    known = [part for part in order.parts if order.resume and _is_of(folder, part, order, here)]
    missing = [part for part in order.parts if part not in known]
    for part in missing:
        with contextlib.suppress(FileNotFoundError):
            _path(folder, part).unlink()
    told = _teller(folder, order.parts, progress)
    side = tuple(part for part in _SLOWEST if part in missing)
    make = functools.partial(_make, folder, side, order.quick)
    work_through(make, range(len(side)), workers=order.workers, told=told)
    if "speed" in missing:
        _make(folder, ("speed",), order.quick, 0, told)
    done = {part: _read(folder, part) for part in order.parts}
    tables = [table_of(one) for part in PARTS if part in done for one in done[part]["tables"]]
    seconds = {part: float(done[part]["seconds"]) for part in PARTS if part in done}
    return Bench(mien.__version__, here, machine(), order.quick, seconds, tuple(tables))


def clear(folder: Path) -> None:
    """Takes away the files of the parts; another file in their folder stays, and so does it."""
    for part in PARTS:
        with contextlib.suppress(OSError):
            _path(folder, part).unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()


def _path(folder: Path, part: str) -> Path:
    return folder / f"{part}.json"


def _read(folder: Path, part: str) -> Mapping[str, Any]:
    return json.loads(_path(folder, part).read_text(encoding="utf-8"))


def _is_of(folder: Path, part: str, order: Order, here: str) -> bool:
    """Whether a part lies there whole, and was measured with this source in this size."""
    try:
        found = _read(folder, part)
        return (found["commit"], found["quick"]) == (here, order.quick)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _make(folder: Path, parts: tuple[str, ...], quick: bool, number: int, told: Told) -> None:
    """Measures one part and leaves its tables as a file."""
    import torch

    torch.set_num_threads(1)
    part, start = parts[number], time.process_time()
    found = measure_of(part)(QUICK if quick else FULL)
    values = {
        "commit": commit(),
        "quick": quick,
        "seconds": time.process_time() - start,
        "tables": [rounded(dataclasses.asdict(one)) for one in found],
    }
    atomic_write_bytes(_path(folder, part), json.dumps(values).encode())
    told(1)


def _teller(folder: Path, parts: Sequence[str], progress: Progress) -> Told:
    seen: set[str] = set()

    def told(count: int) -> None:
        for part in parts:
            if part not in seen and _path(folder, part).is_file():
                seen.add(part)
                progress(Step(len(seen), len(parts), part))

    return told
