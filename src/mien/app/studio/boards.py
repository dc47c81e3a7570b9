"""Two tabs that look over everything: the training runs, and all jobs of this session."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from pathlib import Path
from typing import Any

import gradio as gr

from mien.app.form import fill
from mien.app.studio import results, runs
from mien.app.studio.show import Setting, Show, looked, owner_of, refused
from mien.app.studio.works import Work
from mien.errors import MienError, OptionError
from mien.io.names import html_escape
from mien.messages import text, use_language

_SECONDS = 2.5
_PRIVATE: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    "concurrency_limit": 64,
}
_PRESSED = """
element.addEventListener("click", (event) => {
  const pressed = event.target.closest("button[data-key]");
  if (pressed) trigger("click", { key: pressed.dataset.key, what: pressed.dataset.what });
});
"""


@dataclasses.dataclass(frozen=True)
class Board:
    """The components of the training tab that show one run."""

    table: Any
    chosen: Any
    details: Any
    curve: Any
    previews: Any
    timer: Any

    def outputs(self) -> list[Any]:
        """All of them, in order."""
        return [self.table, self.chosen, self.details, self.curve, self.previews]


def draw_training(setting: Setting, tab: Any, show: Show) -> None:
    """The list of runs, and one of them at a glance."""
    board = _draw_board()
    with gr.Row():
        go_on = gr.Button(text("studio.training.go_on"), size="sm", elem_id="run-go-on")
        stop = gr.Button(text("studio.stop"), variant="stop", size="sm", elem_id="run-stop")

    def look(chosen: str | None) -> list[Any]:
        with use_language(setting.language):
            return _board_now(setting, chosen)

    def resume(request: gr.Request, chosen: str | None) -> list[Any]:
        with use_language(setting.language):
            return _go_on(setting, owner_of(request), chosen)

    def end(request: gr.Request, chosen: str | None) -> None:
        run = _run_of(setting, chosen)
        for work in setting.works.of(owner_of(request)):
            if run and work.action == "train" and work.job == run.job and not work.over:
                setting.works.cancel(work)

    tab.select(lambda: gr.Timer(active=True), None, board.timer, **_PRIVATE)
    tab.select(look, board.chosen, board.outputs(), **_PRIVATE)
    board.timer.tick(look, board.chosen, board.outputs(), **_PRIVATE)
    board.chosen.input(look, board.chosen, board.outputs(), **_PRIVATE)
    go_on.click(resume, board.chosen, show.outputs(), **_PRIVATE)
    stop.click(end, board.chosen, None, **_PRIVATE)


def _draw_board() -> Board:
    table = gr.HTML(elem_id="runs-table")
    chosen = gr.Dropdown([], label=text("studio.training.run"), elem_id="run", visible=False)
    details = gr.HTML(elem_id="run-details")
    curve = gr.Image(
        label=text("studio.training.curves"), interactive=False, visible=False,
        elem_id="run-curves", buttons=["download", "fullscreen"],
    )  # fmt: skip
    pictures = gr.Gallery(
        label=text("studio.training.previews"), visible=False, columns=2, elem_id="run-previews",
        object_fit="contain", buttons=["download", "fullscreen"], interactive=False,
    )  # fmt: skip
    return Board(table, chosen, details, curve, pictures, gr.Timer(_SECONDS, active=False))


def _board_now(setting: Setting, chosen: str | None) -> list[Any]:
    found = runs.runs_in(setting.out / "runs")
    run = next((one for one in found if one.name == chosen), found[0] if found else None)
    table = gr.HTML(runs.table_html(found))
    if run is None:
        hidden = gr.Dropdown(choices=[], value=None, visible=False)
        nothing = [gr.HTML(""), gr.Image(visible=False), gr.Gallery(visible=False)]
        return [table, hidden, *nothing]
    choices = gr.Dropdown(choices=[one.name for one in found], value=run.name, visible=True)
    curve = runs.curve(run)
    pictures = [str(_served(setting, path)) for path in runs.previews(run)]
    return [
        table,
        choices,
        gr.HTML(runs.details_html(run)),
        gr.Image(curve, visible=curve is not None),
        gr.Gallery(pictures or None, visible=bool(pictures)),
    ]


def _served(setting: Setting, path: Path) -> Path:
    """A copy of a preview in the folder that may be served; previews are never written again."""
    mark = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    target = setting.scratch / "shown" / f"preview-{mark}" / path.name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return target


def _run_of(setting: Setting, chosen: str | None) -> runs.Run | None:
    return next((one for one in runs.runs_in(setting.out / "runs") if one.name == chosen), None)


def _go_on(setting: Setting, owner: str, chosen: str | None) -> list[Any]:
    """Queues the training that goes on with a run."""
    try:
        run = _run_of(setting, chosen)
        if run is None or run.state != "stopped":
            raise OptionError(text("studio.training.not_stopped"))
        job = next((one for one in setting.jobs if one.name == run.job), None)
        if job is None or "train" not in job.request:
            raise OptionError(text("studio.training.not_stopped"))
        work = setting.works.new(owner, job.name, "train", language=setting.language)
        work.values = {
            "preset": run.preset,
            "resume": str(run.folder),
            "runs": str(setting.out / "runs"),
            "cache": str(setting.out / "cache"),
        }
        fill(job.request["train"], work.values)
        setting.works.add(work)
    except MienError as error:
        return refused(str(error))
    return looked(setting, owner, work.key, "")


def draw_jobs(setting: Setting, tab: Any, show: Show) -> None:
    """Everything this session has asked for: how far it is, a button to see it, one to stop it."""
    table = gr.HTML(elem_id="jobs-table", js_on_load=_PRESSED)
    timer = gr.Timer(_SECONDS / 2, active=False)

    def look(request: gr.Request) -> str:
        with use_language(setting.language):
            return jobs_html(setting.works.of(owner_of(request)))

    def press(request: gr.Request, event: gr.EventData) -> list[Any]:
        owner, told = owner_of(request), event._data
        key = str(told.get("key", "")) if isinstance(told, dict) else ""
        work = setting.works.find(owner, key)
        if work is not None and told.get("what") == "stop":
            setting.works.cancel(work)
        return looked(setting, owner, key, "")

    tab.select(lambda: gr.Timer(active=True), None, timer, **_PRIVATE)
    tab.select(look, None, table, **_PRIVATE)
    timer.tick(look, None, table, **_PRIVATE)
    table.click(press, None, show.outputs(), **_PRIVATE).then(look, None, table, **_PRIVATE)


def jobs_html(works: list[Work]) -> str:
    """The runs of a session as a table."""
    if not works:
        return f"<p>{html_escape(text('studio.jobs.none'))}</p>"
    rows = "".join(_job_row(work) for work in works)
    return (
        '<div class="mien-scroll mien-jobs"><table class="mien-table">'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _job_row(work: Work) -> str:
    share = 100 * work.done / work.total if work.total else 0.0
    bar = f'<div class="mien-bar"><div style="width:{min(share, 100):.1f}%"></div></div>'
    state = text(f"studio.short.{work.state}")
    detail = "" if work.over else bar
    if work.over and work.error:
        detail = f"<small>{html_escape(results.shortened(work, work.error))}</small>"
    cells = (
        html_escape(results.run_title(work)),
        html_escape(state),
        f"{work.seconds:.0f} s" if work.started else "–",
        detail,
        _button(work, "show", text("studio.jobs.show")),
        "" if work.over else _button(work, "stop", text("studio.stop")),
    )
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr class="mien-job-{work.state}">{inside}</tr>'


def _button(work: Work, what: str, label: str) -> str:
    name = html_escape(f"{label}: {results.run_title(work)}")
    return (
        f'<button type="button" class="mien-small-button" data-key="{html_escape(work.key)}" '
        f'data-what="{what}" aria-label="{name}">{html_escape(label)}</button>'
    )
