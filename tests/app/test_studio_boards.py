"""The list of a session's jobs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.app.studio.works import State, Work
from mien.messages import use_language

pytest.importorskip("gradio", reason="gradio is not installed (extra [studio])")


def work(number: int, state: State, **more: object) -> Work:
    made = Work(f"key<{number}>", number, "me", "express", "edit", "en", Path("out"))
    made.state = state
    for name, value in more.items():
        setattr(made, name, value)
    return made


def test_every_job_has_its_state_and_its_buttons() -> None:
    from mien.app.studio.boards import jobs_html

    works = [
        work(3, "running", done=1, total=4, started=1.0),
        work(2, "failed", error="a <b>", started=1.0, ended=3.0),
        work(1, "done", started=1.0, ended=2.0),
    ]
    with use_language("en"):
        html = jobs_html(works)
    assert html.count("<tr") == 3
    assert html.count('data-what="show"') == 3
    assert html.count('data-what="stop"') == 1
    assert "width:25.0%" in html
    assert "a &lt;b&gt;" in html
    assert "key<" not in html
    with use_language("zh"):
        assert "还没有任务" in jobs_html([])
