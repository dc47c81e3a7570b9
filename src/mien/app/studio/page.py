"""The page: a tab per job, an inner tab per action, and one place where results are shown."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr
from gradio import events

from mien.app.form import fill
from mien.app.studio import results, widgets
from mien.app.studio.boards import draw_jobs, draw_training
from mien.app.studio.forms import (
    Field,
    action_word,
    capital,
    drawing_order,
    in_words,
    job_word,
    page_fields,
    values,
)
from mien.app.studio.show import Setting, Show, draw_results, looked, owner_of, refused
from mien.app.studio.stage.facts import PANELS, Panel, facts
from mien.errors import MienError
from mien.io.names import html_escape
from mien.jobs.base import Job
from mien.messages import text, use_language

_MOST_LOOKS = 64
"""Pages that may ask for the state of their runs at the same time."""
TRAIN = "train"
"""The action whose forms stand together in a tab of their own."""
_MOUNT = (
    'import("/panel/panel.js").then((panel) => panel.mount('
    'element.querySelector(".mien-panel-place"), props.facts));'
)
_PRIVATE: dict[str, Any] = {
    "api_visibility": "private",
    "show_progress": "hidden",
    "concurrency_limit": _MOST_LOOKS,
}

EXAMPLES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("express", "edit"): {"preset": "smile"},
    ("express", "animate"): {"expression": "smile=1"},
    ("reenact", "run"): {"expression": "laugh=1"},
}
"""What the example sets beside the photo, so that Run does something to be seen."""


@dataclasses.dataclass(frozen=True)
class Form:
    """One action as it was drawn.

    parts     components of the fields, in their order
    """

    job: Job
    action: str
    fields: tuple[Field, ...]
    parts: tuple[Any, ...]

    def shaped(self, shape: str) -> list[tuple[Field, Any]]:
        """The fields of one shape with their components."""
        both = zip(self.fields, self.parts, strict=True)
        return [(field, part) for field, part in both if field.shape == shape]


def page(setting: Setting) -> gr.Blocks:
    """The whole page in one language, ready to be mounted."""
    with use_language(setting.language):
        blocks = gr.Blocks(
            title=text("studio.title"),
            analytics_enabled=False,
            fill_width=True,
            delete_cache=(3600, 86_400),
        )
        with blocks:
            gr.HTML(_head(setting))
            with gr.Row(elem_classes="mien-main"):
                left = gr.Column(scale=6, min_width=340)
                with gr.Column(scale=4, min_width=340, elem_classes="mien-results"):
                    show = draw_results()
                with left:
                    forms = _tabs(setting, show)
            gr.HTML(_foot(setting))
            _connect(blocks, setting, show, forms)
    return blocks


def _head(setting: Setting) -> str:
    links = " · ".join(
        f'<a href="/{code}/" lang="{code}"{" aria-current=page" * (code == setting.language)}>'
        f"{name}</a>"
        for code, name in (("en", "English"), ("zh", "中文"))
    )
    if setting.signed_in:
        links += f' · <a href="/logout">{html_escape(text("studio.auth.leave"))}</a>'
    title, lead = html_escape(text("studio.title")), html_escape(text("studio.lead"))
    return f'<header class="mien-head"><h1>{title}</h1><nav>{links}</nav><p>{lead}</p></header>'


def _foot(setting: Setting) -> str:
    line = text("studio.foot", folder=setting.out.resolve())
    return f'<footer class="mien-foot">{html_escape(line)}</footer>'


def _tabs(setting: Setting, show: Show) -> list[Form]:
    forms = []
    with gr.Tabs(elem_id="jobs"):
        with gr.Tab(text("studio.live.head"), id="head"):
            draw_panel("head", setting)
        for job in setting.jobs:
            with gr.Tab(job_word(job.name), id=job.name):
                forms += _job(setting, show, job)
        with gr.Tab(text("studio.training"), id="training") as tab:
            forms += _training(setting, show, tab)
        with gr.Tab(text("studio.jobs"), id="work") as tab:
            draw_jobs(setting, tab, show)
    return forms


def _job(setting: Setting, show: Show, job: Job) -> list[Form]:
    forms = []
    with gr.Tabs(elem_classes="mien-actions"):
        for panel in PANELS:
            if panel == job.name:
                with gr.Tab(text("studio.live.tab"), id=f"{job.name}-panel"):
                    draw_panel(panel, setting)
        for action in job.request:
            if action != TRAIN:
                with gr.Tab(action_word(action), id=f"{job.name}-{action}"):
                    forms.append(_form(setting, show, job, action))
    return forms


def _training(setting: Setting, show: Show, tab: Any) -> list[Form]:
    """The runs, then a form for each job that can be trained."""
    forms = []
    with gr.Tabs(elem_classes="mien-actions"):
        with gr.Tab(text("studio.training.runs"), id="training-runs"):
            draw_training(setting, tab, show)
        for job in setting.jobs:
            if TRAIN in job.request:
                with gr.Tab(job_word(job.name), id=f"{job.name}-{TRAIN}"):
                    forms.append(_form(setting, show, job, TRAIN))
    return forms


def draw_panel(panel: Panel, setting: Setting) -> None:
    """A live panel; its script makes all of it."""
    lead = html_escape(text(f"studio.live.{panel}.lead"))
    gr.HTML(f'<p class="mien-lead">{lead}</p>')
    gr.HTML(
        elem_id=f"panel-{panel}",
        html_template='<div class="mien-panel-place"></div>',
        js_on_load=_MOUNT,
        apply_default_css=False,
        facts=facts(panel, astronaut=setting.astronaut is not None),
    )


def _form(setting: Setting, show: Show, job: Job, action: str) -> Form:
    shown = page_fields(job.name, action, job.request[action])
    gr.HTML(
        f'<p class="mien-lead">{html_escape(capital(text(f"command.{job.name}.{action}")))}</p>'
    )
    drawn: dict[str, Any] = {}
    example = _draw([one for one in shown if not one.advanced], drawn, setting)
    folded = [one for one in shown if one.advanced]
    if folded:
        with gr.Accordion(text("studio.advanced"), open=False):
            _draw(folded, drawn, setting)
    parts = tuple(drawn[field.control.name] for field in shown)
    form = Form(job, action, shown, parts)
    if example is not None:
        _connect_example(example, setting, form)
    button = gr.Button(text("studio.run"), variant="primary", elem_classes="mien-run")
    button.click(
        _starter(setting, form),
        list(parts),
        show.outputs(),
        api_name=f"{job.name}_{action}",
        concurrency_limit=_MOST_LOOKS,
        show_progress="hidden",
    )
    return form


def _draw(shown: Sequence[Field], drawn: dict[str, Any], setting: Setting) -> Any:
    """Draws fields, short ones side by side; the button of the example where there is one."""
    example = None
    for short, group in itertools.groupby(drawing_order(shown), key=lambda one: one.short):
        if short:
            with gr.Row(elem_classes="mien-short"):
                drawn.update((field.control.name, widgets.draw(field)) for field in group)
            continue
        for field in group:
            drawn[field.control.name] = widgets.draw(field)
            if field.shape == "photos" and field.control.positional and setting.astronaut:
                example = gr.Button(
                    text("studio.astronaut"), icon=setting.astronaut, size="sm",
                    elem_classes="mien-example",
                )  # fmt: skip
    return example


def _connect_example(button: Any, setting: Setting, form: Form) -> None:
    photo = next(part for field, part in form.shaped("photos") if field.control.positional)
    others = EXAMPLES.get((form.job.name, form.action), {})
    both = zip(form.fields, form.parts, strict=True)
    parts = {field.control.name: part for field, part in both if field.control.name in others}
    held = [[str(setting.astronaut)], *(others[name] for name in parts)]
    filled = held if len(held) > 1 else held[0]
    button.click(lambda: filled, None, [photo, *parts.values()], **_PRIVATE)


def _starter(setting: Setting, form: Form) -> Callable[..., list[Any]]:
    """The function behind Run: checks the values, queues the run, shows it."""

    def start(request: gr.Request, *held: Any) -> list[Any]:
        owner = owner_of(request)
        with use_language(setting.language):
            try:
                work = setting.works.new(
                    owner, form.job.name, form.action, language=setting.language
                )
                work.values = values(form.fields, held, setting.places(work))
                fill(form.job.request[form.action], work.values)
                setting.works.add(work)
            except MienError as error:
                return refused(in_words(str(error), form.fields))
        return looked(setting, owner, work.key, "")

    return start


def _connect(blocks: gr.Blocks, setting: Setting, show: Show, forms: Sequence[Form]) -> None:
    """Everything but the Run buttons: looking at runs, stopping them, folders to choose from."""
    folders = [part for form in forms for _, part in form.shaped("folder")]

    def look(request: gr.Request, key: str | None, drawn: str) -> list[Any]:
        return looked(setting, owner_of(request), key or "", drawn)

    def choose(request: gr.Request, key: str | None) -> list[Any]:
        return looked(setting, owner_of(request), key or "", "")

    def opened(request: gr.Request) -> list[Any]:
        return looked(setting, owner_of(request), "", "")

    def stop(request: gr.Request, key: str | None) -> None:
        work = setting.works.find(owner_of(request), key or "")
        if work is not None:
            setting.works.cancel(work)

    def offer(request: gr.Request) -> Any:
        made = results.folders_of(setting.works.of(owner_of(request)))
        updates = [gr.Dropdown(choices=made) for _ in folders]
        return updates if len(updates) > 1 else updates[0]

    def work(key: str, request: gr.Request) -> dict[str, Any]:
        found = setting.works.find(owner_of(request), key)
        return results.as_json(found) if found else {}

    shown = show.outputs()
    show.timer.tick(look, [show.chosen, show.drawn], shown, **_PRIVATE)
    show.chosen.input(choose, show.chosen, shown, **_PRIVATE)
    show.stop.click(stop, show.chosen, None, **_PRIVATE)
    blocks.load(opened, None, shown, **_PRIVATE)
    if folders:
        blocks.load(offer, None, folders, **_PRIVATE)
        show.drawn.change(offer, None, folders, **_PRIVATE)
    events.api(work, api_name="work")
