"""The one place of the page where runs are shown: how far they are, and what came of them."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from mien.app.studio import results
from mien.app.studio.forms import Places, in_words, page_fields
from mien.app.studio.guard import COOKIE
from mien.app.studio.works import Work, Works
from mien.jobs.base import Job
from mien.messages import text, use_language

_SECONDS_BETWEEN_LOOKS = 0.7


@dataclasses.dataclass(frozen=True)
class Setting:
    """What every part of a page needs.

    language   of the page
    out        folder of all results
    scratch    folder of uploads, and of the copies of results: its files alone are served
    astronaut  the example photo, or None where it is not installed
    signed_in  whether there is a password, and so a way out
    """

    jobs: Sequence[Job]
    works: Works
    language: str
    out: Path
    scratch: Path
    astronaut: Path | None = None
    signed_in: bool = False

    def places(self, work: Work) -> Places:
        """Where the files of a run come from and go."""
        return Places(run=work.folder, shared=self.out, uploads=self.scratch)


@dataclasses.dataclass(frozen=True)
class Show:
    """The components that show one run.

    chosen   its key, among the runs of the session
    drawn    what is drawn already, so that nothing is drawn twice
    """

    chosen: Any
    drawn: Any
    status: Any
    stop: Any
    compare: Any
    pictures: Any
    video: Any
    model: Any
    words: Any
    files: Any
    timer: Any
    answer: Any

    def outputs(self) -> list[Any]:
        """All of them, in the order in which `looked` fills them."""
        return [getattr(self, field.name) for field in dataclasses.fields(self)]


def draw_results() -> Show:
    """Draws the components; what has nothing to show is hidden."""
    hidden: dict[str, Any] = {"visible": False, "interactive": False}
    chosen = gr.Dropdown(
        [], label=text("studio.runs"), elem_id="runs", filterable=False, visible=False
    )
    status = gr.HTML(results.idle_html(), elem_id="status")
    stop = gr.Button(text("studio.stop"), variant="stop", size="sm", visible=False, elem_id="stop")
    compare = gr.ImageSlider(
        label=text("studio.compare"), elem_id="compare", max_height=480, **hidden,
        buttons=["fullscreen"],
    )  # fmt: skip
    pictures = gr.Gallery(
        label=text("studio.pictures"), show_label=False, elem_id="pictures", columns=3,
        object_fit="contain", buttons=["download", "fullscreen"], height="auto", **hidden,
    )  # fmt: skip
    video = gr.Video(
        label=text("studio.video"), elem_id="video", loop=True, autoplay=True,
        buttons=["download"], **hidden,
    )  # fmt: skip
    # Never hidden by Gradio: it would come back without its model. The style sheet hides it empty.
    model = gr.Model3D(
        label=text("studio.model3d"), elem_id="model", height=360, clear_color=(0, 0, 0, 0),
        interactive=False,
    )  # fmt: skip
    words = gr.HTML("", elem_id="words")
    files = gr.File(
        label=text("studio.files"), file_count="multiple", elem_id="files", height=180, **hidden
    )
    timer = gr.Timer(_SECONDS_BETWEEN_LOOKS, active=False)
    return Show(
        chosen=chosen, drawn=gr.State(""), status=status, stop=stop, compare=compare,
        pictures=pictures,
        video=video, model=model, words=words, files=files, timer=timer,
        answer=gr.JSON(visible=False),
    )  # fmt: skip


def owner_of(request: gr.Request) -> str:
    """The session that asks: the browser's cookie, or for a program its connection."""
    return request.cookies.get(COOKIE) or f"program {request.session_hash}"


def looked(setting: Setting, owner: str, key: str, drawn: str) -> list[Any]:
    """How a run is now, for `Show.outputs`; the session's newest run where `key` is none of its."""
    with use_language(setting.language):
        works = setting.works.of(owner)
        work = setting.works.find(owner, key) or (works[0] if works else None)
        if work is None:
            return [*_idle()]
        state = work.state
        mark = f"{work.key}:{state}"
        status = gr.HTML(_status(setting, work))
        timer = gr.Timer(active=not work.over)
        if mark == drawn:
            skipped = gr.skip()
            return [
                skipped, skipped, status, skipped, *[skipped] * 6, timer, skipped
            ]  # fmt: skip
        choices = results.choices_of(works)
        chosen = gr.Dropdown(choices=choices, value=work.key, visible=True)
        stop = gr.Button(visible=not work.over)
        left = results.left_by(work) if work.over else results.Left()
        words = results.words_html(work, left) if work.over else ""
        media = _media(_copied(setting, work, left), words, results.pair_of(work, left))
        return [chosen, mark, status, stop, *media, timer, results.as_json(work)]


def _idle() -> list[Any]:
    nothing = _media(results.Left(), "")
    status = gr.HTML(results.idle_html())
    hidden = gr.Dropdown(choices=[], value=None, visible=False)
    return [hidden, "", status, gr.Button(visible=False), *nothing, gr.Timer(active=False), {}]


def refused(line: str) -> list[Any]:
    """What a mistake in the form is answered with: its one line; the last run stays chosen."""
    skipped = gr.skip()
    nothing = _media(results.Left(), "")
    status = gr.HTML(results.error_html(line))
    answer = {"error": line}
    return [skipped, "", status, gr.Button(visible=False), *nothing, gr.Timer(active=False), answer]


def _status(setting: Setting, work: Work) -> str:
    html = results.status_html(work, before=setting.works.before(work))
    job = next(job for job in setting.jobs if job.name == work.job)
    return in_words(html, page_fields(job.name, work.action, job.request[work.action]))


def _media(left: results.Left, words: str, pair: results.Pair | None = None) -> list[Any]:
    """Before and after, pictures, video, 3D model, words, files.

    pair  the photo that was given, and which of the pictures was made of it
    """
    beside, shown = None, [str(path) for path in left.pictures]
    if pair is not None and pair.same_frame:
        beside = (str(pair.photo), shown[pair.place])
    elif pair is not None:
        shown.insert(pair.place, str(pair.photo))
    one_video = left.videos if len(left.videos) == 1 else ()
    shown += [] if one_video else [str(path) for path in left.videos]
    captioned = [(path, Path(path).name) for path in shown]
    if pair is not None and beside is None:
        captioned[pair.place] = (str(pair.photo), text("studio.before"))
    return [
        gr.ImageSlider(beside, visible=beside is not None),
        gr.Gallery(captioned or None, visible=bool(shown), columns=min(max(len(shown), 1), 3)),
        gr.Video(str(one_video[0]) if one_video else None, visible=bool(one_video)),
        str(left.models[0]) if left.models else None,
        gr.HTML(words),
        gr.File(
            [str(path) for path in left.files] or None,
            visible=bool(left.files),
            interactive=False,
        ),
    ]


def _copied(setting: Setting, work: Work, left: results.Left) -> results.Left:
    """The same files below the folder that the page may show, copied once."""
    places: dict[Path, Path] = {}
    for number, path in enumerate(left.files):
        target = setting.scratch / "shown" / work.key / str(number) / path.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        places[path] = target
    return results.Left(
        *(
            tuple(places[path] for path in paths)
            for paths in (left.pictures, left.videos, left.models, left.files)
        )
    )
