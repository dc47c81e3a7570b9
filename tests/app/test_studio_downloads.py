"""What is taken along from the page, and a character that is locked and fitted again, by clicks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mien.persona.character import read_character

from .test_studio_browser import address, choose, out, pytestmark
from .test_studio_live import browser, drag, opened, shown, webcam

__all__ = ["address", "browser", "out", "pytestmark", "webcam"]
HEAD, CHARACTER = ".mien-panel-head", ".mien-panel-character"


def downloaded(page: Any, panel: str, what: str, folder: Path) -> Path:
    with page.expect_download() as download:
        page.click(f"{panel} [data-what={what}]")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_head_is_taken_along_in_every_form(browser: Any, address: str, tmp_path: Path) -> None:
    with opened(browser, address) as page:
        shown(page, HEAD)
        drag(page, "slider.nose_width", 0.5)
        for what, name in (("glb", "head.glb"), ("vrm", "head.vrm")):
            path = downloaded(page, HEAD, what, tmp_path)
            assert (path.name, path.read_bytes()[:4]) == (name, b"glTF")
        path = downloaded(page, HEAD, "params", tmp_path)
        assert read_character(path).code.sliders["nose_width"] == 0.5
        path = downloaded(page, HEAD, "page", tmp_path)
        assert path.name == "me.html"
        assert path.stat().st_size < 12_000_000
    # By itself, without the studio: the face moves.
    alone = browser.new_context(offline=True).new_page()
    alone.goto(path.as_uri())
    alone.wait_for_selector("#stage[data-ready=yes]", timeout=120_000)
    before = alone.evaluate("() => mien.snapshot()")
    alone.evaluate("() => mien.set('jawOpen', 1)")
    assert alone.evaluate("() => mien.snapshot()") != before
    alone.context.close()


def test_what_is_set_by_hand_is_locked_and_the_rest_fitted_again(
    browser: Any, address: str, out: Path
) -> None:
    with opened(browser, address) as page:
        choose(page, "character", "fit")
        page.locator(".mien-example:visible").click()
        page.locator("#character-fit-photos img").first.wait_for()
        page.locator(".mien-run:visible").click()
        page.wait_for_selector(".mien-done")
        page.locator(".mien-actions:visible").get_by_role("tab", name="Live", exact=True).click()
        characters = page.locator(f"{CHARACTER} .mien-characters")
        characters.focus()
        page.wait_for_function("() => mienPanels.character.fitted.list.options.length > 1")
        characters.select_option(index=1)
        shown(page, CHARACTER)
        page.wait_for_function("() => mienPanels.character.start['slider.nose_width'] !== 0")
        page.evaluate(
            """() => { const { input } = mienPanels.character.rows.get("slider.nose_width");
            input.value = 0.9; input.dispatchEvent(new Event("input")); }"""
        )
        page.click(f"{CHARACTER} .mien-refit")
        page.wait_for_function("() => mienPanels.character.line.textContent.includes('2 · ')")
        page.locator("#jobs").get_by_role("tab", name="Jobs", exact=True).click()
        page.wait_for_selector("#jobs-table tr:first-child.mien-job-done")
    (edited,) = out.rglob("*character-edit/astronaut-2/params.json")
    told = json.loads(edited.read_text())
    assert read_character(edited).code.sliders["nose_width"] == pytest.approx(0.9, abs=0.01)
    assert "nose_width" in json.dumps(told["by_hand"])
