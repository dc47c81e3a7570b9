"""The live panels and boards of the studio in a real browser, with the real jobs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from mien.io.image import read_image, write_image
from mien.types import Image

from .test_studio import serving
from .test_studio_browser import ABSENT, CHROMIUM, RUN_LIMIT, SECONDS, choose

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(bool(ABSENT), reason=f"not installed: {', '.join(ABSENT)}"),
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]

HEAD, EXPRESS, WALL = ".mien-panel-head", ".mien-panel-express", ".mien-faces"
RUN = "00003-generate-tiny"
SUM = """(panel) => { const c = document.querySelector(panel + " canvas");
  return Array.from(c.getContext("2d").getImageData(0, 0, c.width, c.height).data)
    .reduce((sum, one, k) => (sum * 31 + one) % 1000003, 7); }"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of results with a training run that was stopped."""
    folder = tmp_path_factory.mktemp("studio")
    run = folder / "runs" / RUN
    (run / "samples").mkdir(parents=True)
    config = {"job": "generate", "preset": "tiny", "plan": {"images": 1000}}
    (run / "config.json").write_text(json.dumps(config))
    lines = [{"images": k * 50, "images/s": 9.0, "maker/loss": 2.0 - k / 9} for k in range(1, 9)]
    (run / "stats.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"im')
    (run / "log.txt").write_text("2026-01-01 00:00:00 <b>the judge wins</b>\n")
    page = np.full((64, 64, 3), 128, np.uint8)
    write_image(run / "samples" / "000000400-raw.png", page, provenance=None)
    for path in (*run.rglob("*"), run):
        os.utime(path, (1e9, 1e9))
    return folder


@pytest.fixture(scope="module")
def address(out: Path) -> Iterator[str]:
    words = ("-m", "mien", "studio", "--port", "0", "--no-browser", "--out", out)
    with serving(*words, "--max-upload", "1") as port:
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def webcam(tmp_path_factory: pytest.TempPathFactory, astronaut: Image) -> Path:
    """The astronaut before a camera: a film that Chromium's fake device plays."""
    picture = Pillow.fromarray(astronaut[:390, 10:530]).resize((640, 480)).convert("YCbCr")
    light, *colours = (np.asarray(plane) for plane in picture.split())
    small = [plane.reshape(240, 2, 320, 2).mean((1, 3)).astype(np.uint8) for plane in colours]
    frame = b"FRAME\n" + light.tobytes() + b"".join(plane.tobytes() for plane in small)
    path = tmp_path_factory.mktemp("camera") / "camera.y4m"
    path.write_bytes(b"YUV4MPEG2 W640 H480 F15:1 Ip A1:1 C420jpeg\n" + frame * 20)
    return path


@pytest.fixture(scope="module")
def browser(webcam: Path) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    flags = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    flags += ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    flags += [f"--use-file-for-fake-video-capture={webcam}"]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield opened
        opened.close()


@contextlib.contextmanager
def opened(browser: Any, address: str, **settings: Any) -> Iterator[Any]:
    """A fresh user; fails where the page asked another machine for anything, or broke."""
    given = {"locale": "en-GB", "permissions": ["camera"], **settings}
    context = browser.new_context(**{"viewport": {"width": 1360, "height": 900}, **given})
    page = context.new_page()
    page.set_default_timeout(RUN_LIMIT)
    asked: set[str] = set()
    broken: list[str] = []
    page.on("request", lambda request: asked.add(request.url))
    page.on("pageerror", lambda problem: broken.append(str(problem)))
    page.goto(address)
    page.wait_for_selector("#jobs")
    yield page
    context.close()
    own = (address, "data:", "blob:", "about:")
    assert [url for url in asked if not url.startswith(own)] == []
    assert broken == []


def shown(page: Any, panel: str, *, after: int = 0) -> int:
    """How many pictures the panel has shown, once there are more than `after`."""
    script = f"() => Number(document.querySelector('{panel}')?.dataset.shown ?? 0) > {after}"
    page.wait_for_function(script)
    return int(page.evaluate(f"() => document.querySelector('{panel}').dataset.shown"))


def drag(page: Any, key: str, value: float) -> None:
    """Moves a slider of the head."""
    page.evaluate(
        """([key, value]) => { const { input } = mienPanels.head.rows.get(key);
        input.value = value; input.dispatchEvent(new Event("input")); }""",
        [key, value],
    )


def settled(page: Any, panel: str = HEAD) -> int:
    """A number that tells the finished picture from others."""
    name = panel.rpartition("-")[2]
    page.wait_for_function(
        f"() => {{ const p = mienPanels['{name}']; return p.shown > 0 && !p.busy && !p.again; }}"
    )
    page.wait_for_timeout(2 * SECONDS)
    page.wait_for_function(f"() => !mienPanels['{name}'].busy")
    return int(page.evaluate(SUM, panel))


def test_a_head_follows_its_sliders_keeps_what_is_locked_and_is_downloaded(
    browser: Any, address: str, tmp_path: Path
) -> None:
    with opened(browser, address) as page:
        shown(page, HEAD)
        first = settled(page)
        drag(page, "slider.nose_width", 1.0)
        second = settled(page)
        assert second != first
        page.locator(f'{HEAD} [data-key="slider.nose_width"] .mien-lock').evaluate("b => b.click()")
        page.click(f"{HEAD} .mien-random")
        assert settled(page) not in (first, second)
        values = page.evaluate("mienPanels.head.values")
        assert values["slider.nose_width"] == 1
        assert values["slider.jaw_width"] != 0
        with page.expect_download() as download:
            page.click(f"{HEAD} [data-what=png]")
        kept = tmp_path / download.value.suggested_filename
        download.value.save_as(kept)
        assert (kept.name, read_image(kept).shape) == ("head.png", (1024, 1024, 3))


def test_the_3d_view_opens_and_its_face_moves(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        shown(page, HEAD)
        page.click(f"{HEAD} .mien-view")
        page.wait_for_function("() => mienPanels.head.view.mien !== null")
        script = "() => mienPanels.head.view.mien.values.get('AU26')"
        assert page.evaluate(script) == 0
        before = page.evaluate("() => mienPanels.head.view.mien.snapshot()")
        drag(page, "au.AU26", 1.0)
        assert page.evaluate(script) == 1
        assert page.evaluate("() => mienPanels.head.view.mien.snapshot()") != before
        drag(page, "slider.nose_width", 1.0)
        assert page.locator(f"{HEAD} .mien-view").inner_text() == "Update 3D"


def test_two_users_move_heads_of_their_own(browser: Any, address: str) -> None:
    with opened(browser, address) as one, opened(browser, address) as other:
        shown(one, HEAD)
        shown(other, HEAD)
        for k in range(6):
            drag(one, "slider.sex", 1.0 - k / 10)
            drag(other, "slider.sex", -1.0 + k / 10)
        first, second = settled(one), settled(other)
        assert first != second
        drag(other, "slider.sex", one.evaluate("mienPanels.head.values['slider.sex']"))
        assert settled(other) == first


def test_a_photo_follows_sliders_and_webcam(browser: Any, address: str, tmp_path: Path) -> None:
    broken = tmp_path / "坏 <b>.png"
    broken.write_bytes(b"no picture")
    with opened(browser, address) as page:
        page.locator("#jobs").get_by_role("tab", name="Express", exact=True).click()
        page.locator(f"{EXPRESS} .mien-photo").set_input_files(str(broken))
        page.wait_for_selector(f"{EXPRESS} .mien-wrong")
        assert "坏" in page.locator(f"{EXPRESS} .mien-line").inner_text()
        page.click(f"{EXPRESS} .mien-astronaut")
        shown(page, EXPRESS)
        first = settled(page, EXPRESS)
        page.locator(EXPRESS).get_by_role("button", name="mouth open", exact=True).click()
        page.wait_for_function("() => mienPanels.express.values['au.AU26'] > 0.5")
        assert settled(page, EXPRESS) != first
        with page.expect_download() as download:
            page.click(f"{EXPRESS} [data-what=png]")
        assert download.value.suggested_filename == "astronaut.png"
        page.click(f"{EXPRESS} .mien-camera")
        page.wait_for_selector(f"{EXPRESS}[data-fps]")
        assert "a second" in page.locator(f"{EXPRESS} .mien-told").inner_text()
        page.keyboard.press("c")
        page.wait_for_function("() => !mienPanels.express.camera.on")


def test_a_wall_of_faces(browser: Any, address: str) -> None:
    with opened(browser, address) as page:
        page.locator("#jobs").get_by_role("tab", name="Generate", exact=True).click()
        page.wait_for_selector(f"{WALL}[data-shown='1']")
        faces = page.locator(f"{WALL} .mien-face")
        assert faces.count() == 16
        faces.nth(0).click()
        faces.nth(5).click()
        page.click(f"{WALL} .mien-walk")
        page.wait_for_selector(f"{WALL}[data-walks='1']")
        assert page.locator(f"{WALL} .mien-way").is_visible()
        faces.nth(0).click()
        page.click(f"{WALL} .mien-near")
        page.wait_for_selector(f"{WALL}[data-shown='2']")


def test_a_run_is_found_again_under_jobs_after_a_reload_and_stopped(
    browser: Any, address: str
) -> None:
    with opened(browser, address) as page:
        choose(page, "generate", "train")
        page.locator("#generate-train-preset input").click()
        page.get_by_role("option", name="tiny", exact=True).click()
        page.locator(".mien-run:visible").click()
        page.wait_for_selector(".mien-running")
        page.reload()
        page.locator("#jobs").get_by_role("tab", name="Jobs", exact=True).click()
        row = page.locator("#jobs-table tr").first
        row.wait_for()
        assert "Generate · Train" in row.inner_text()
        row.get_by_role("button", name="Stop").click()
        page.wait_for_selector(".mien-job-stopped, .mien-job-done")
        row.get_by_role("button", name="Show").click()
        page.wait_for_selector(".mien-stopped, .mien-done")


def test_training_runs_are_listed_with_losses_previews_and_remarks(
    browser: Any, address: str
) -> None:
    with opened(browser, address) as page:
        page.locator("#jobs").get_by_role("tab", name="Training", exact=True).click()
        row = page.locator("#runs-table tr", has_text=RUN)
        row.wait_for()
        assert "stopped" in row.inner_text()
        assert "400 (40 %)" in row.inner_text()
        page.locator("#run input").click()
        page.get_by_role("option", name=RUN, exact=True).click()
        page.locator("#run-details", has_text="<b>the judge wins</b>").wait_for()
        page.locator("#run-curves img").wait_for()
        page.locator("#run-previews img").first.wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_picture_and_sliders_in_chinese(
    browser: Any, address: str, scheme: str
) -> None:
    phone = {"viewport": {"width": 390, "height": 800}, "locale": "zh-CN", "color_scheme": scheme}
    with opened(browser, address, **phone) as page:
        shown(page, HEAD)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert "鼻宽" in page.locator(f"{HEAD} .mien-side").evaluate("one => one.textContent")
        assert page.locator(f"{HEAD} canvas").is_visible()


def test_a_password_is_asked_for_in_the_browser(browser: Any, tmp_path: Path) -> None:
    words = ["-m", "mien", "studio", "--port", "0", "--no-browser", "--out", str(tmp_path)]
    environment = {**os.environ, "MIEN_STUDIO_PASSWORD": "let me in please"}
    command = [sys.executable, *words, "--auth", "anna"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        port = process.stdout.readline().split(":")[-1].partition("/")[0]
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        page.set_default_timeout(RUN_LIMIT)
        page.goto(f"http://127.0.0.1:{port}/en/")
        assert page.url.endswith("/login")
        for password in ("wrong", "let me in please"):
            page.fill("input[name=name]", "anna")
            page.fill("input[name=password]", password)
            page.click("button")
        shown(page, HEAD)
        page.get_by_text("Sign out").click()
        page.wait_for_url("**/login")
        context.close()
        process.send_signal(signal.SIGINT)
        process.wait(60)
