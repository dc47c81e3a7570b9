"""Somebody learnt from a dropped clip, in a real browser: shown, moved, sent on, filmed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.head.camera import Camera
from mien.head.render import View, render
from mien.head.sample import sample
from mien.io.video import read_frames, write_video
from mien.persona.vmc import FaceReceiver
from mien.types import Image, Pose

from .test_studio_browser import address, out, pytestmark
from .test_studio_live import browser, opened, shown, webcam

__all__ = ["address", "browser", "out", "pytestmark", "webcam"]
PANEL = ".mien-panel-reenact"


def drawn_frames() -> Iterator[Image]:
    """Somebody who never was rests for half a second, then opens the mouth and turns a little."""
    code = sample(11, 0, sampler="portrait")
    view = View(camera=Camera(size=192), supersample=1, shadow=128)
    for k in range(24):
        share = max(0.0, float(np.sin(2 * np.pi * (k - 8) / 16))) if k > 8 else 0.0
        aus = {"AU25": 0.8 * share, "AU26": 0.8 * share}
        yield render(dataclasses.replace(code, aus=aus, pose=Pose(5 * share, 0, 0)), view=view).rgb


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "anna.mp4"
    write_video(path, drawn_frames(), fps=16, provenance=None)
    return path


def work(page: Any) -> str:
    """How the work of the panel ended, once it has."""
    page.wait_for_selector(f"{PANEL}[data-work]")
    state = page.evaluate("mienPanels.reenact.root.dataset.work")
    page.evaluate("delete mienPanels.reenact.root.dataset.work")
    return state


def test_a_person_is_learnt_from_a_clip_follows_it_and_is_filmed(
    browser: Any, address: str, clip: Path, tmp_path: Path
) -> None:
    receiver = FaceReceiver(0)
    with opened(browser, address) as page:
        page.locator("#jobs").get_by_role("tab", name="Reenact", exact=True).click()
        page.click(f"{PANEL} .mien-drawn")
        shown(page, PANEL)
        page.locator(f"{PANEL} .mien-bar1 input[type=number]").first.fill("0.02")
        page.locator(f"{PANEL} .mien-learn").set_input_files(str(clip))
        # The person can be moved before it is learnt.
        page.wait_for_function("() => mienPanels.reenact.person !== ''")
        assert work(page) == "done"
        assert "anna.mp4" in page.locator(f"{PANEL} .mien-people").inner_text()

        page.click(f"{PANEL} .mien-sending summary")
        page.fill(f"{PANEL} .mien-vmc-port", str(receiver.port))
        page.check(f"{PANEL} .mien-vmc")
        page.get_by_role("button", name="mouth open", exact=True).and_(
            page.locator(f"{PANEL} button")
        ).click()
        taken = receiver.take(60.0)
        while taken is not None and taken[1].aus.max() < 0.3:
            taken = receiver.take(60.0)
        assert taken is not None
        page.check(f"{PANEL} .mien-virtual")
        page.wait_for_selector(f"{PANEL} .mien-sending .mien-wrong")
        assert not page.locator(f"{PANEL} .mien-virtual").is_checked()

        page.locator(f"{PANEL} .mien-clip").set_input_files(str(clip))
        page.wait_for_selector(f"{PANEL}[data-fps]")
        assert "a second" in page.locator(f"{PANEL} .mien-told").inner_text()
        page.click(f"{PANEL} .mien-follow-clip")
        page.wait_for_function("() => !mienPanels.reenact.camera.on")

        page.click(f"{PANEL} .mien-film")
        assert work(page) == "done"
        with page.expect_download() as download:
            page.locator(f"{PANEL} .mien-work a").first.click()
        film = tmp_path / download.value.suggested_filename
        download.value.save_as(film)
        assert len(list(read_frames(film))) == 24
    receiver.close()


def test_a_clip_that_is_none_is_told_in_words(browser: Any, address: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no clip")
    with opened(browser, address) as page:
        page.locator("#jobs").get_by_role("tab", name="Reenact", exact=True).click()
        page.click(f"{PANEL} .mien-drawn")
        shown(page, PANEL)
        page.locator(f"{PANEL} .mien-clip").set_input_files(str(broken))
        page.wait_for_selector(f"{PANEL} .mien-line.mien-wrong")
        assert "cannot play" in page.locator(f"{PANEL} .mien-line").first.inner_text()
        page.locator(f"{PANEL} .mien-learn").set_input_files(str(broken))
        assert work(page) == "failed"
        assert "broken.mp4" in page.locator(f"{PANEL} .mien-work").inner_text()
