"""What a run left, sorted by what it is, and in words: plain data and escaped HTML."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mien.app.studio.forms import action_word, job_word
from mien.app.studio.works import Work
from mien.io.names import html_escape
from mien.messages import text

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})
VIDEOS = frozenset({".mp4", ".webm"})
MODELS = frozenset({".glb"})
_FIRST = ("side-by-side", "sheet")
_MOVES_PIXELS = frozenset({"express"})
"""Jobs whose results lie over their photo."""
_TABLE_BYTES = 256 * 1024
_TABLE_ROWS = 60
_CSV_ROWS = 12
_MOST_FILES = 500
_MOST_PICTURES = 120


@dataclasses.dataclass(frozen=True)
class Left:
    """The files of a run by kind, the most telling first.

    files   all of them
    """

    pictures: tuple[Path, ...] = ()
    videos: tuple[Path, ...] = ()
    models: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()


def left_by(work: Work) -> Left:
    """The files of a run that ended; of one that was stopped, what it had written."""
    results: Sequence[Path] = work.outcome.results
    if not results and work.state == "stopped" and work.folder.is_dir():
        results = sorted(work.folder.iterdir())
    files = [file for result in results for file in _files(result)][:_MOST_FILES]
    files.sort(key=lambda path: path.stem not in _FIRST)
    pictures = [path for path in files if path.suffix.lower() in PICTURES]
    return Left(
        pictures=tuple(pictures[:_MOST_PICTURES]),
        videos=tuple(path for path in files if path.suffix.lower() in VIDEOS),
        models=tuple(path for path in files if path.suffix.lower() in MODELS),
        files=tuple(files),
    )


def _files(result: Path) -> Iterator[Path]:
    if result.is_file():
        yield result
    elif result.is_dir():
        inside = sorted(result.rglob("*"))
        yield from (path for path in inside if path.is_file() and not path.is_symlink())


def status_html(work: Work, *, before: int = 0) -> str:
    """How a run is, for people: a bar while it runs, one line when it is over."""
    title = html_escape(run_title(work))
    state = html_escape(_state_line(work, before))
    bar = "" if work.over else _bar(work)
    error = f'<p class="mien-error">{html_escape(_error(work))}</p>' if _error(work) else ""
    lines = "".join(f"<li>{html_escape(line)}</li>" for line in work.lines[-8:])
    return (
        f'<div class="mien-status mien-{work.state}" role="status"><h3>{title}</h3>'
        f"<p>{state}</p>{bar}{error}"
        f"{f'<ul>{lines}</ul>' if lines else ''}</div>"
    )


def _error(work: Work) -> str:
    if work.error or work.state != "failed" or work.outcome.skipped:
        return shortened(work, work.error)
    return text("studio.fault", fault=work.fault) if work.fault else text("studio.died")


def error_html(line: str) -> str:
    """A mistake of the user's, before anything ran."""
    return (
        f'<div class="mien-status mien-failed"><p class="mien-error">{html_escape(line)}</p></div>'
    )


def idle_html() -> str:
    """What stands there before the first run."""
    return f'<div class="mien-status mien-idle"><p>{html_escape(text("studio.idle"))}</p></div>'


def run_title(work: Work) -> str:
    """A run in a list: its number, its job, its action."""
    return f"{work.number} · {job_word(work.job)} · {action_word(work.action)}"


def line_of(work: Work, *, before: int) -> str:
    """How a run is, in one line; where it failed, why."""
    return _error(work) or _state_line(work, before)


def _state_line(work: Work, before: int) -> str:
    seconds = f"{work.seconds:.0f}"
    if work.state == "waiting":
        return text("studio.state.waiting", before=before)
    if work.state == "running" and work.cancelled:
        return text("studio.state.stopping")
    if work.state == "running" and not work.total:
        return text("studio.state.starting", seconds=seconds)
    if work.state == "running":
        values = {"done": work.done, "total": work.total, "seconds": seconds}
        return text("studio.state.running", label=shortened(work, work.label), **values)
    count = len(work.outcome.results)
    return text(f"studio.state.{work.state}", count=count, seconds=f"{work.seconds:.1f}")


def _bar(work: Work) -> str:
    share = 100 * work.done / work.total if work.total else 0.0
    return f'<div class="mien-bar"><div style="width:{min(share, 100):.1f}%"></div></div>'


def shortened(work: Work, line: str) -> str:
    """A line without the folders of the user's files: names are enough."""
    for path in _input_paths(work.values.values()):
        line = line.replace(str(path), path.name)
    return line.replace(f"{work.folder}/", "")


def _input_paths(values: Any) -> Iterator[Path]:
    for value in values:
        if isinstance(value, str) and Path(value).is_absolute():
            yield Path(value)
        elif isinstance(value, list):
            yield from _input_paths(value)


@dataclasses.dataclass(frozen=True)
class Pair:
    """A photo that was given, and what was made of it.

    place       of that among the pictures
    same_frame  whether both show the same, pixel over pixel
    """

    photo: Path
    place: int
    same_frame: bool


def pair_of(work: Work, left: Left) -> Pair | None:
    """The one photo that was given with the one picture made of it; None where that is unclear."""
    given = [path for path in _input_paths(work.values.values()) if path.is_file()]
    if len(given) != 1 or given[0].suffix.lower() not in PICTURES:
        return None
    same = [k for k, path in enumerate(left.pictures) if path.stem == given[0].stem]
    return Pair(given[0], same[0], work.job in _MOVES_PIXELS) if len(same) == 1 else None


def words_html(work: Work, left: Left) -> str:
    """Skipped inputs with reasons, notes, figures, and what stands in the files of text."""
    outcome = work.outcome
    skipped = [_skipped(work, one.name, one.reason) for one in outcome.skipped]
    notes = [shortened(work, note) for note in outcome.notes]
    parts = [
        _list("studio.skipped", skipped, "mien-skipped"),
        _list("studio.notes", notes, "mien-notes"),
        _table("studio.figures", [(name, _number(one)) for name, one in outcome.figures.items()]),
        *(_document(path) for path in left.files if path.suffix.lower() in _DOCUMENTS),
    ]
    if left.files:
        folder = html_escape(work.folder if work.folder.exists() else left.files[0].parent)
        parts.append(f'<p class="mien-where">{text("studio.where")} <code>{folder}</code></p>')
    return "".join(parts)


def _skipped(work: Work, name: str, reason: str) -> str:
    """The name and the reason, the name once."""
    name, reason = shortened(work, name), shortened(work, reason)
    return reason if reason.startswith(name) else f"{name}: {reason}"


def _list(title: str, lines: Sequence[str], kind: str) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{html_escape(line)}</li>" for line in lines)
    return f'<div class="{kind}"><h4>{html_escape(text(title))}</h4><ul>{items}</ul></div>'


def _table(title: str, rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    return f"<h4>{html_escape(text(title))}</h4>{_rows(rows)}"


def _rows(rows: Sequence[Sequence[str]]) -> str:
    body = "".join(
        f"<tr>{''.join(f'<td>{html_escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f'<div class="mien-scroll"><table class="mien-table">{body}</table></div>'


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _document(path: Path) -> str:
    """A file of text, folded: JSON and CSV as a table, the rest as it is."""
    if path.stat().st_size > _TABLE_BYTES:
        return ""
    written = path.read_text(encoding="utf-8", errors="replace")
    try:
        body = _DOCUMENTS[path.suffix.lower()](written)
    except ValueError:
        body = _as_text(written)
    name = html_escape(path.name)
    return f'<details class="mien-file"><summary>{name}</summary>{body}</details>'


def _as_text(written: str) -> str:
    return f'<pre class="mien-scroll">{html_escape_lines(written)}</pre>'


def html_escape_lines(written: str) -> str:
    """Text of several lines, each escaped."""
    return "\n".join(html_escape(line) for line in written.splitlines())


def _as_json(written: str) -> str:
    rows = list(_leaves(json.loads(written)))
    more = [("…", str(len(rows) - _TABLE_ROWS))] if len(rows) > _TABLE_ROWS else []
    return _rows([*rows[:_TABLE_ROWS], *more])


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every leaf of a JSON value with the way to it; lists of numbers in one line."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name} · {key}" if name else str(key))
    elif isinstance(value, list) and any(isinstance(one, list | dict) for one in value):
        for place, inner in enumerate(value, 1):
            yield from _leaves(inner, f"{name} · {place}")
    elif isinstance(value, list):
        yield name, ", ".join(map(_number, value))
    else:
        yield name, _number(value)


def _as_csv(written: str) -> str:
    rows = list(csv.reader(io.StringIO(written)))
    return _rows(rows[: _CSV_ROWS + 1])


_DOCUMENTS = {".json": _as_json, ".csv": _as_csv, ".txt": _as_text, ".md": _as_text}


def choices_of(works: Sequence[Work]) -> list[tuple[str, str]]:
    """The session's runs for a list: what is shown, and the key."""
    return [(f"{run_title(one)} ({text(f'studio.short.{one.state}')})", one.key) for one in works]


def folders_of(works: Sequence[Work]) -> list[tuple[str, str]]:
    """The folders that earlier runs made, the newest first: what is shown, and the path."""
    return [
        (f"{run_title(work)}: {path.name}", str(path))
        for work in works
        for path in work.outcome.results
        if path.is_dir()
    ]


def as_json(work: Work) -> dict[str, Any]:
    """A run for programs."""
    return {
        "work": work.key,
        "state": work.state,
        "done": work.done,
        "total": work.total,
        "error": _error(work) if work.state == "failed" else "",
        "results": [str(path.resolve()) for path in work.outcome.results],
        "skipped": [[one.name, one.reason] for one in work.outcome.skipped],
        "notes": list(work.outcome.notes),
        "figures": dict(work.outcome.figures),
    }
