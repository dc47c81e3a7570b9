"""The studio in a real browser, with the real jobs."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import runpy
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.app.studio.forms import action_word, job_word
from mien.io.image import read_image, write_image
from mien.jobs import JOBS
from mien.messages import text, use_language
from mien.types import Image

from .test_studio import serving

CHROMIUM = shutil.which("chromium")
NEEDED = ("playwright", "gradio", "skimage")
ABSENT = [name for name in NEEDED if importlib.util.find_spec(name) is None]
SECONDS = 1000
SOFTWARE = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")
RUN_LIMIT = 240 * SECONDS
"""The first run of a fresh machine compiles the rasteriser."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(bool(ABSENT), reason=f"not installed: {', '.join(ABSENT)}"),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def address(out: Path) -> Iterator[str]:
    words = ("-m", "mien", "studio", "--port", "0", "--no-browser", "--out", out)
    with serving(*words, "--max-upload", "1") as port:
        yield f"http://127.0.0.1:{port}/"


@contextlib.contextmanager
def opened(address: str, *flags: str, **settings: Any) -> Iterator[Any]:
    """A fresh browser on the page; fails where it asked another machine for anything."""
    from playwright.sync_api import sync_playwright

    asked: set[str] = set()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", *(flags or SOFTWARE)],
        )
        page = browser.new_page(viewport={"width": 1360, "height": 900}, **settings)
        page.set_default_timeout(60 * SECONDS)
        page.on("request", lambda request: asked.add(request.url))
        page.goto(address)
        page.wait_for_selector("#jobs")
        yield page
        browser.close()
    foreign = [url for url in asked if not url.startswith((address, "data:", "blob:"))]
    assert foreign == []


def choose(page: Any, job: str, action: str) -> None:
    outer, inner = job_word(job), action_word(action)
    if action == "train":
        outer, inner = text("studio.training"), outer
    page.locator("#jobs").get_by_role("tab", name=outer, exact=True).first.click()
    shown = page.locator(".mien-actions:visible")
    shown.get_by_role("tab", name=inner, exact=True).click()
    page.locator(f"[id^='{job}-{action}-']").first.wait_for()


def upload(page: Any, key: str, path: Path) -> None:
    page.locator(f"#{key} input[type=file]").set_input_files(str(path))


def run(page: Any) -> None:
    page.locator(".mien-run:visible").click()


@pytest.mark.parametrize(("locale", "language"), [("en-GB", "en"), ("zh-CN", "zh")])
def test_every_tab_opens_in_both_languages(address: str, locale: str, language: str) -> None:
    with opened(address, locale=locale) as page, use_language(language):
        assert page.url == f"{address}{language}/"
        for job in JOBS:
            for action in job.request:
                choose(page, job.name, action)
                assert page.locator(".mien-run:visible").count() == 1
        wide = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_astronaut_smiles_and_is_still_there_after_a_reload(address: str, out: Path) -> None:
    with opened(address, locale="en-GB") as page:
        choose(page, "express", "edit")
        page.locator(".mien-example:visible").click()
        page.locator("#express-edit-photos img").first.wait_for()
        run(page)
        page.wait_for_selector(".mien-done", timeout=RUN_LIMIT)
        shown = page.locator("#pictures img").first
        shown.wait_for()
        assert shown.evaluate("picture => picture.naturalWidth") == 512
        assert "001-express-edit" in page.locator("#words").inner_text()
        (made,) = out.rglob("astronaut.png")
        assert made.parent.name == "expressions"
        assert made.parent.parent.name == "001-express-edit"
        with page.expect_download() as download:
            page.locator("#files a[download]").first.click()
        assert Path(download.value.path()).read_bytes() == made.read_bytes()
        page.reload()
        page.locator("#pictures img").first.wait_for()
        assert "Express · Edit" in page.locator("#status").inner_text()


def test_without_3d_the_page_says_so(address: str) -> None:
    with opened(address, "--disable-3d-apis", locale="en-GB") as page:
        page.wait_for_selector(".mien-panel-head[data-fine]", timeout=RUN_LIMIT)
        page.click(".mien-view")
        page.get_by_text("WebGL is switched off or missing").wait_for()
        assert page.locator(".mien-three").is_hidden()
        assert page.locator(".mien-view").is_enabled()


def test_the_example_asks_a_running_studio(
    address: str, root: Path, tmp_path: Path, astronaut: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo, smile = tmp_path / "astronaut.png", tmp_path / "smile.png"
    write_image(photo, astronaut, provenance=None)
    script = root / "examples" / "ask_the_studio.py"
    monkeypatch.setattr(sys, "argv", [str(script), str(photo), str(smile), address])
    runpy.run_path(str(script), run_name="__main__")
    made = read_image(smile)
    assert made.shape == astronaut.shape
    assert 0.001 < (np.abs(made.astype(int) - astronaut).max(2) > 12).mean() < 0.3


def test_mistakes_are_shown_in_one_line(address: str, tmp_path: Path, astronaut: Image) -> None:
    broken = tmp_path / "坏 <b>'x'.png"
    broken.write_bytes(b"no picture")
    empty = tmp_path / "empty.png"
    write_image(empty, astronaut[400:, :100], provenance=None)
    with opened(address, locale="en-GB") as page:
        choose(page, "express", "edit")
        run(page)
        page.wait_for_selector(".mien-error")
        assert "photos is missing" in page.locator("#status").inner_text().lower()
        upload(page, "express-edit-photos", broken)
        page.locator("#express-edit-photos img").first.wait_for(state="attached")
        page.locator("#express-edit-yaw input[type=number]").fill("5")
        run(page)
        page.wait_for_selector(".mien-failed h3", timeout=RUN_LIMIT)
        words = page.locator("#status").inner_text() + page.locator("#words").inner_text()
        assert "坏" in words
        assert "/tmp/" not in words.replace("Saved in", "")
        assert "Traceback" not in words


def test_an_upload_over_the_limit_is_refused(address: str, tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    large.write_bytes(bytes(2**20 + 1))
    with opened(address, locale="en-GB") as page:
        choose(page, "express", "edit")
        upload(page, "express-edit-photos", large)
        # Sliders of panels that are not seen have a size too.
        page.locator("text=/size/i >> visible=true").first.wait_for()
        assert page.locator("#express-edit-photos img").count() == 0


def test_a_training_run_shows_progress_and_stops(address: str, out: Path) -> None:
    with opened(address, locale="en-GB") as page:
        choose(page, "generate", "train")
        page.locator("#generate-train-preset input").click()
        page.get_by_role("option", name="tiny", exact=True).click()
        run(page)
        page.wait_for_selector(".mien-running", timeout=RUN_LIMIT)
        page.locator("#stop").click()
        page.wait_for_selector(".mien-stopped, .mien-done", timeout=RUN_LIMIT)
        assert not page.locator("#stop").is_visible()
    assert json.dumps([str(path) for path in (out / "cache").glob("*.tmp")]) == "[]"
