"""Training runs as they stand in their folders: plain data and escaped HTML, nothing is loaded."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

from mien.app.studio.forms import job_word
from mien.errors import MienError
from mien.io.names import html_escape
from mien.messages import text

RunState: TypeAlias = Literal["running", "done", "stopped"]
_FRESH_SECONDS = 90.0
"""A run that wrote nothing for so long does not run."""
_MOST_RUNS = 60
_STATS_BYTES, _LOG_BYTES = 1 << 20, 16 << 10
"""Read from the end of a file, at most."""
_REMARKS = 12
_PREVIEWS = 4


@dataclasses.dataclass(frozen=True)
class Run:
    """One run.

    images, total  seen, and to see
    losses         name to its latest mean
    speed          images a second
    remarks        the last lines of its log
    """

    folder: Path
    job: str
    preset: str
    state: RunState
    images: int = 0
    total: int = 0
    speed: float = 0.0
    losses: Mapping[str, float] = dataclasses.field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its folder's name."""
        return self.folder.name


def runs_in(root: Path, *, now: float | None = None) -> list[Run]:
    """The runs of a folder, the newest first; what is no run, or damaged, is left out."""
    from mien.train.run_folder import existing_runs

    now = time.time() if now is None else now
    found = (read_run(run.path, now=now) for _, run in reversed(existing_runs(root)[-_MOST_RUNS:]))
    return [run for run in found if run is not None]


def read_run(folder: Path, *, now: float) -> Run | None:
    """One run, or None where its folder tells nothing."""
    from mien.train.run_folder import RunFolder

    run = RunFolder(folder)
    try:
        config = run.read_config()
        lines = stats_of(folder)
        remarks = _tail(run.log, _LOG_BYTES)
        touched = max(_changed(path) for path in (run.log, run.stats, run.samples, run.checkpoints))
    except (MienError, OSError):
        return None
    plan = config.get("plan")
    total = plan.get("images", 0) if isinstance(plan, dict) else 0
    last: Mapping[str, Any] = lines[-1] if lines else {}
    images = int(last.get("images", 0))
    over: RunState = "done" if total and images >= total else "stopped"
    return Run(
        folder=folder,
        job=str(config.get("job", "")),
        preset=str(config.get("preset", "")),
        state=over if over == "done" or now - touched > _FRESH_SECONDS else "running",
        images=images,
        total=int(total),
        speed=float(last.get("images/s", 0.0)),
        losses={name: float(one) for name, one in last.items() if name.endswith("/loss")},
        remarks=tuple(remarks[-_REMARKS:]),
    )


def _changed(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def stats_of(folder: Path) -> list[dict[str, float]]:
    """The lines of a run's stats.jsonl; of a very long file the last ones."""
    lines = []
    for written in _tail(folder / "stats.jsonl", _STATS_BYTES):
        try:
            line = json.loads(written)
        except ValueError:
            continue  # cut off at the start, or by a kill
        if isinstance(line, dict) and "images" in line:
            lines.append(line)
    return lines


def _tail(path: Path, most: int) -> list[str]:
    if not path.is_file():
        return []
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(0, size - most))
        return file.read(most).decode("utf-8", "replace").splitlines()


def curve(run: Run) -> Any:
    """(h, w, 3) uint8 the losses and the speed over the images seen; None before there are any."""
    from mien.train.plot import curves

    lines = stats_of(run.folder)
    names = [name for name in run.losses if any(name in line for line in lines)]
    return curves(lines, [*names, "images/s"]) if len(lines) > 1 else None


def previews(run: Run) -> list[Path]:
    """The newest preview pictures, the newest first."""
    folder = run.folder / "samples"
    pictures = sorted(folder.glob("*.png")) if folder.is_dir() else []
    return [path for path in reversed(pictures) if not path.is_symlink()][:_PREVIEWS]


def table_html(runs: Sequence[Run]) -> str:
    """The runs as a table."""
    if not runs:
        return f"<p>{html_escape(text('studio.training.none'))}</p>"
    heads = ("run", "job", "state", "seen", "speed", "loss")
    top = "".join(f"<th>{html_escape(text(f'studio.training.{head}'))}</th>" for head in heads)
    rows = "".join(_row(run) for run in runs)
    return (
        '<div class="mien-scroll"><table class="mien-table mien-runs">'
        f"<thead><tr>{top}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(run: Run) -> str:
    share = f"{100 * run.images / run.total:.0f} %" if run.total else "–"
    losses = " · ".join(f"{name.partition('/')[0]} {one:.4g}" for name, one in run.losses.items())
    cells = (
        run.name,
        job_word(run.job),
        text(f"studio.run.{run.state}"),
        f"{run.images:,} ({share})",
        f"{run.speed:.1f}",
        losses or "–",
    )
    inside = "".join(f"<td>{html_escape(cell)}</td>" for cell in cells)
    return f'<tr class="mien-run-{run.state}">{inside}</tr>'


def details_html(run: Run) -> str:
    """What one run has to say: its state and the last lines of its log."""
    title = html_escape(f"{run.name} · {text(f'studio.run.{run.state}')}")
    share = 100 * run.images / run.total if run.total else 0.0
    bar = f'<div class="mien-bar"><div style="width:{min(share, 100):.1f}%"></div></div>'
    seen = text("studio.training.progress", images=run.images, total=run.total)
    remarks = "".join(f"<li>{html_escape(line)}</li>" for line in run.remarks)
    state = {"running": "running", "done": "done", "stopped": "stopped"}[run.state]
    return (
        f'<div class="mien-status mien-{state}" role="status"><h3>{title}</h3>'
        f"<p>{html_escape(seen)}</p>{bar}<ul>{remarks}</ul></div>"
    )
