"""`mien bench`: every job's quality and speed, measured here, and compared with an earlier time."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from mien import fields
from mien.app import console
from mien.errors import OptionError
from mien.messages import text

if TYPE_CHECKING:
    from mien.app.bench.tables import Bench

JSON, PAGE, PARTS = "bench.json", "bench.md", "parts"


@dataclasses.dataclass(frozen=True)
class BenchRequest:
    """What `mien bench` is asked."""

    out: Path = fields.option(Path("bench"), help="bench.out")
    only: str | None = fields.option(None, help="bench.only", metavar="PART,...")
    quick: bool = fields.option(False, help="bench.quick")
    compare: Path | None = fields.option(None, help="bench.compare", metavar="OLD.json")
    results: Path | None = fields.option(None, help="bench.results", metavar="NEW.json")
    resume: bool = fields.option(False, help="bench.resume")
    workers: int | None = fields.option(None, help="option.workers", span=(1, 64))
    overwrite: bool = fields.option(False, help="option.overwrite")


def run(request: BenchRequest) -> int:
    """Measures, writes JSON and Markdown, and says what changed; 0 unless something fails."""
    from mien.app.bench.compare import changes
    from mien.app.bench.markdown import changes_page
    from mien.app.bench.tables import read_bench

    parts = parts_of(request.only)
    old = None if request.compare is None else read_bench(request.compare)
    if request.results is not None:
        if old is None:
            raise OptionError(text("bench.results_alone"))
        new = read_bench(request.results)
    else:
        new = _measured(request, parts)
    if old is not None:
        for line in changes_page(old, new, changes(old, new)):
            console.say(line)
    return 0


def parts_of(only: str | None) -> tuple[str, ...]:
    """The parts that are named; all without a word. Raises OptionError for an unknown one."""
    from mien.app.bench.run import PARTS

    if only is None:
        return PARTS
    wanted = [one.strip() for one in only.split(",") if one.strip()]
    for one in wanted:
        if one not in PARTS:
            raise fields.unknown("--only:", one, PARTS)
    if not wanted:
        raise fields.unknown("--only:", only, PARTS)
    return tuple(part for part in PARTS if part in wanted)


def _measured(request: BenchRequest, parts: tuple[str, ...]) -> Bench:
    from mien.app.bench import run as runner
    from mien.app.bench.markdown import page
    from mien.app.bench.tables import as_json
    from mien.device import cores
    from mien.io.atomic import atomic_write_bytes
    from mien.io.names import free_path

    with console.progress(text("command.bench")) as progress:
        order = runner.Order(
            parts,
            request.out / PARTS,
            quick=request.quick,
            workers=request.workers or cores(),
            resume=request.resume,
        )
        bench = runner.run(order, progress)
    for name, written in ((JSON, as_json(bench)), (PAGE, page(bench))):
        path = free_path(request.out / name, overwrite=request.overwrite)
        atomic_write_bytes(path, written.encode())
        console.say(path)
    runner.clear(order.folder)
    return bench
