"""What mien writes to the terminal: results to stdout, everything about them to stderr."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence

from mien.io.names import terminal_safe
from mien.jobs.base import Outcome, Progress, Skipped, Step, no_progress
from mien.messages import text


def say(line: object = "") -> None:
    """One line of result, made safe to show."""
    sys.stdout.write(f"{terminal_safe(line)}\n")


def say_json(value: object) -> None:
    """A result for other programs: JSON, indented, ASCII only, so that any terminal passes it."""
    sys.stdout.write(json.dumps(value, indent=1, ensure_ascii=True) + "\n")


def note(line: object) -> None:
    """One line about a result: a warning, a notice, an error."""
    sys.stderr.write(f"{terminal_safe(line)}\n")


def table(rows: Iterable[Sequence[object]], *, indent: int = 0) -> None:
    """Rows of result in columns; the last column is as wide as it is."""
    texts = [[terminal_safe(cell) for cell in row] for row in rows]
    widths = [max(map(display_width, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        cells = [
            cell + " " * (width - display_width(cell))
            for cell, width in zip(row, widths, strict=True)
        ]
        say((" " * indent + "  ".join(cells)).rstrip())


def display_width(line: str) -> int:
    """Columns of a terminal that a text fills: Chinese characters fill two."""
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def report(outcome: Outcome) -> int:
    """Says what a run left behind; returns its exit code: 0 all done, 3 some, 2 nothing."""
    for line in outcome.notes:
        note(line)
    for path in outcome.results:
        say(path)
    if not outcome.skipped:
        return 0
    note(text("app.skipped", count=len(outcome.skipped)))
    for skipped in outcome.skipped:
        note(f"  {_named(skipped)}")
    return 3 if outcome.results else 2


def _named(skipped: Skipped) -> str:
    """The reason with the name before it, once."""
    name = terminal_safe(skipped.name)
    return skipped.reason if skipped.reason.startswith(name) else f"{name}: {skipped.reason}"


@contextlib.contextmanager
def progress(title: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Shows how far a run is and how long it will still take.

    A bar where stderr is a terminal; elsewhere one line for each finished piece, or nothing at
    all if `quiet`: for runs of many small pieces.
    """
    if not sys.stderr.isatty():
        yield no_progress if quiet else _line_progress()
        return
    from rich import progress as bars
    from rich.console import Console

    title_column = bars.TextColumn("{task.description}", markup=False)
    columns = (title_column, bars.BarColumn(), bars.MofNCompleteColumn())
    console = Console(stderr=True, highlight=False)
    left = bars.TimeRemainingColumn()
    with bars.Progress(*columns, left, console=console, transient=True) as bar:
        task = bar.add_task(terminal_safe(title), total=None)

        def show(step: Step) -> None:
            if step.stays:
                console.print(terminal_safe(step.label), markup=False)
                return
            label = terminal_safe(step.label)[:60]
            bar.update(task, completed=step.done, total=step.total, description=label)

        yield show


def _line_progress() -> Progress:
    start = time.monotonic()

    def show(step: Step) -> None:
        if step.stays:
            note(step.label)
            return
        left = (time.monotonic() - start) / max(step.done, 1) * max(step.total - step.done, 0)
        values = {"done": step.done, "total": step.total, "label": terminal_safe(step.label)}
        note(text("app.progress", left=f"{left:.0f}", **values))

    return show
