"""A bench, and the difference of two, as Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from mien.app.bench.compare import Change
from mien.app.bench.tables import Bench, Figure, Row, Table
from mien.messages import text

_COLUMNS = (
    *("bench.column.what", "bench.column.old", "bench.column.new", "bench.column.change"),
    "bench.column.verdict",
)
_VERDICTS = {
    "better": "bench.verdict.better",
    "worse": "bench.verdict.worse",
    "same": "bench.verdict.same",
    "changed": "bench.verdict.changed",
    "unknown": "bench.verdict.unknown",
}
_ARROWS = {"high": " ↑", "low": " ↓", "floor": " →", "": ""}


def page(bench: Bench) -> str:
    """The whole bench as a page."""
    spent = sum(bench.seconds.values())
    facts = {
        "version": bench.mien,
        "commit": bench.commit or "-",
        "minutes": f"{spent / 60:.1f}",
        "machine": ", ".join(f"{name} {value}" for name, value in bench.machine.items()),
    }
    lines = [f"# {text('bench.title')}", "", text("bench.made", **facts), ""]
    if bench.quick:
        lines += [f"**{text('bench.is_quick')}**", ""]
    lines += [text("bench.how_to_read"), ""]
    for table in bench.tables:
        lines += [*_section(table), ""]
    return "\n".join(lines).rstrip() + "\n"


def _section(table: Table) -> list[str]:
    told = [table.about]
    if table.extractor:
        told.append(text("bench.extractor", name=table.extractor))
    told.append(text("bench.samples", what=table.samples))
    return [f"## {table.name}", "", " ".join(told), "", *lines_of(table)]


def lines_of(table: Table) -> list[str]:
    """A table's rows as lines of Markdown."""
    columns = list(dict.fromkeys(name for row in table.rows for name in row.figures))
    better = {name: _better(table.rows, name) for name in columns}
    heads = ["", *(f"{name}{_ARROWS[better[name]]}" for name in columns)]
    rows = []
    for row in table.rows:
        cells = (cell(row.figures.get(name)) for name in columns)
        rows.append([f"**{row.name}**" if row.kind == "ours" else row.name, *cells])
    return _table(heads, rows)


def _better(rows: Sequence[Row], name: str) -> str:
    return next((row.figures[name].better for row in rows if name in row.figures), "")


def cell(figure: Figure | None) -> str:
    """A value with its interval."""
    if figure is None or not math.isfinite(figure.value):
        return "-"
    if figure.low is None or figure.high is None:
        return number(figure.value)
    return f"{number(figure.value)} ({number(figure.low)} … {number(figure.high)})"


def number(value: float) -> str:
    """Three digits that mean something, never in powers of ten below a million."""
    size = abs(value)
    if not math.isfinite(value):
        return "-"
    if size >= 1000:
        return f"{value:,.0f}"
    if not size:
        return "0"
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:.{digits}f}" if size >= 0.001 else f"{value:.2g}"


def changes_page(old: Bench, new: Bench, changes: Sequence[Change]) -> list[str]:
    """The differences of two benches as lines of Markdown."""
    names = {"old": old.commit or old.mien, "new": new.commit or new.mien}
    lines = [text("bench.compared", **names)]
    if dict(old.machine) != dict(new.machine):
        lines.append(text("bench.other_machine"))
    if old.quick != new.quick:
        lines.append(text("bench.other_size"))
    heads = [text(key) for key in _COLUMNS]
    return [*lines, "", *_table(heads, [_changed(one) for one in changes])]


def _changed(one: Change) -> list[str]:
    change = number(one.change) if one.change <= 0 else f"+{number(one.change)}"
    if one.low is not None and one.high is not None:
        change += f" ({number(one.low)} … {number(one.high)})"
    verdict = text(_VERDICTS[one.verdict])
    return [one.name, number(one.old), number(one.new), change, verdict]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]
