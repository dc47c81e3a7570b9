"""A page of a character before a webcam, in a real browser: Chromium's fake device plays a head."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from mien.head.camera import Camera
from mien.head.gltf import export_glb
from mien.head.render import View, render
from mien.head.sample import sample
from mien.jobs.character.page import character_page
from mien.messages import text, use_language
from mien.types import FaceCode, Image, Pose

CHROMIUM = shutil.which("chromium")
FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
FAKE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
FPS, RESTING, MOVING = 15, 45, 53
LIMIT = 240.0
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
SHOWN = dataclasses.replace(
    sample(5, 1), hair="buzz", facial_hair="none", glasses="none", aus={}, pose=Pose(), gaze=(0, 0)
)
ACTOR = dataclasses.replace(SHOWN, hair="short_neat", sliders=sample(9, 3).sliders)
# Every picture says its number in eight squares in its corner; what the page saw is read there.
RECORD = """() => {
  const { webcam } = mien, show = webcam.preview.bind(webcam);
  window.seen = [];
  let again = false;
  webcam.preview = (points) => {
    show(points);
    const { data } = webcam.drawing.getImageData(0, 232, 64, 8);
    let number = 0;
    for (let k = 0; k < 8; k++) if (data[4 * (4 * 64 + 8 * k + 4)] > 127) number |= 1 << k;
    if (number < 6 && !again) { again = true; seen.length = 0; webcam.parts.live.begin(); }
    if (!webcam.parts.live.calibrated) return;
    const value = (name) => mien.values.get(name);
    const yaw = mien.bone("head").rotation.y;
    seen.push([number, value("AU26"), value("AU12"), value("AU45"), yaw, points !== null]);
  };
}"""


def bump(t: float, start: float, end: float) -> float:
    return float(np.sin(np.pi * (t - start) / (end - start)) ** 2) if start < t < end else 0.0


def acted() -> list[FaceCode]:
    """The mouth opens, smiles, the eyes close, the head turns: one frame each."""
    codes = [ACTOR]
    for k in range(1, MOVING):
        t = k / FPS
        jaw, smile, blink = bump(t, 0.0, 0.9), bump(t, 0.9, 1.8), bump(t, 1.8, 2.6)
        aus = {"AU26": 0.9 * jaw, "AU25": 0.7 * jaw, "AU12": 0.9 * smile, "AU45": blink}
        turn = 20.0 * float(np.sin(2 * np.pi * (t - 2.6) / 0.9)) if t > 2.6 else 0.0
        codes.append(dataclasses.replace(ACTOR, aus=aus, pose=Pose(yaw=turn)))
    return codes


def film_of() -> list[FaceCode]:
    """What every picture of the actor's film shows."""
    codes = acted()
    return [codes[0]] * RESTING + codes[1:]


ACTS: tuple[Callable[[FaceCode], bool], ...] = (
    lambda code: code.aus.get("AU26", 0.0) > 0.5,
    lambda code: code.aus.get("AU12", 0.0) > 0.5,
    lambda code: code.aus.get("AU45", 0.0) > 0.7,
    lambda code: code.pose.yaw > 10,
    lambda code: code.pose.yaw < -10,
)


def film(pictures: list[Image]) -> bytes:
    """Pictures of 240 pixels in the middle of a film of 320 x 240, numbered."""
    made = [f"YUV4MPEG2 W320 H240 F{FPS}:1 Ip A1:1 C420jpeg\n".encode()]
    for number, picture in enumerate(pictures):
        page = np.zeros((240, 320, 3), np.uint8)
        page[:, 40:280] = picture
        for k in range(8):
            page[232:, 8 * k : 8 * k + 8] = 255 * (number >> k & 1)
        light, *colours = (
            np.asarray(one) for one in Pillow.fromarray(page).convert("YCbCr").split()
        )
        small = [one.reshape(120, 2, 160, 2).mean((1, 3)).astype(np.uint8) for one in colours]
        made += [b"FRAME\n", light.tobytes(), *(one.tobytes() for one in small)]
    return b"".join(made)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """me.html in both languages, and the films of an actor and of a wall."""
    place = tmp_path_factory.mktemp("webcam")
    model = export_glb(SHOWN, size=128, morphs="both")
    for language in ("en", "zh"):
        with use_language(language):
            (place / f"{language}.html").write_bytes(character_page(model, title="Me"))
    view = View(camera=Camera(size=240))
    still, *others = [render(code, view=view).rgb for code in acted()]
    (place / "actor.y4m").write_bytes(film([*[still] * RESTING, *others]))
    aside = np.full((240, 240, 3), 90, np.uint8)
    aside[90:, :150] = np.asarray(Pillow.fromarray(still).resize((150, 150)))
    (place / "aside.y4m").write_bytes(film([aside] * 4))
    wall = np.random.Generator(np.random.PCG64(1)).integers(90, 140, (240, 240, 3))
    (place / "wall.y4m").write_bytes(film([wall.astype(np.uint8)] * 4))
    return place


@dataclasses.dataclass(frozen=True)
class Opened:
    """A page, what it asked for, and what went wrong in it."""

    page: Any
    asked: set[str]
    broken: list[str]

    def until(self, what: str) -> None:
        """Waits; the page's own policy forbids Playwright's way of doing it."""
        end = time.monotonic() + LIMIT
        while not self.page.evaluate(f"() => Boolean({what})"):
            assert time.monotonic() < end, (what, self.page.inner_text("#webcam-words"))
            time.sleep(0.05)

    def words(self) -> str:
        return str(self.page.inner_text("#webcam-words"))


@contextlib.contextmanager
def opened(page: Path, *flags: str, script: str = "") -> Iterator[Opened]:
    """A fresh browser on a page; fails where it asked for anything but itself."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        shown = browser.new_page(viewport={"width": 640, "height": 420})
        found = Opened(shown, set(), [])
        shown.on("request", lambda one: found.asked.add(one.url.split(":")[0]))
        shown.on("pageerror", lambda problem: found.broken.append(str(problem)))
        if script:
            shown.add_init_script(script)
        shown.goto(page.as_uri())
        shown.wait_for_selector("#stage[data-ready=yes]", timeout=LIMIT * 1000)
        found.until("mien.webcam")
        yield found
        browser.close()
    assert found.asked <= {"file", "blob", "data"}
    assert found.broken == []


def test_the_head_does_what_the_face_before_the_camera_does(folder: Path) -> None:
    film_ = f"--use-file-for-fake-video-capture={folder / 'actor.y4m'}"
    with opened(folder / "en.html", *FAKE, film_) as found:
        page = found.page
        page.click("#webcam-start")
        found.until("mien.webcam.motion")
        page.evaluate(RECORD)
        # A slow machine leaves most pictures out: some of every act have to be seen.
        acts = [[k for k, one in enumerate(film_of()) if shows(one)] for shows in ACTS]
        found.until(f"{acts}.every((act) => seen.filter(([n]) => act.includes(n)).length > 3)")
        found.until("seen.length > 40")
        seen = np.array(page.evaluate("() => seen"), float)
        mirror = page.get_by_role("button", name="Mirror", exact=True)
        assert mirror.get_attribute("aria-pressed") == "true"
        page.get_by_role("button", name="Neutral", exact=True).click()
        assert page.evaluate("() => mien.webcam.motion") is None
        page.get_by_role("button", name="Stop webcam").click()
        assert page.evaluate("() => mien.webcam.stream") is None
        assert page.evaluate("() => mien.values.get('AU26')") == 0
        assert page.locator("#webcam-self").is_hidden()
        page.get_by_role("button", name="Webcam", exact=True).click()  # and once more
        found.until("mien.webcam.motion")
    judge(seen)


def judge(seen: NDArray[np.float64]) -> None:
    """What the page's sliders showed, against what was drawn."""
    codes = film_of()
    drawn = [codes[int(number)] for number in seen[:, 0]]
    assert seen[:, 5].mean() > 0.95  # the face is not lost
    for place, name, least in ((1, "AU26", 0.7), (2, "AU12", 0.85), (3, "AU45", 0.6)):
        true = np.array([code.aus.get(name, 0.0) for code in drawn])
        assert np.corrcoef(true, seen[:, place])[0, 1] > least, name
        assert seen[true > 0.5, place].mean() > seen[true == 0, place].mean() + 0.1, name
    turns = np.array([code.pose.yaw for code in drawn])
    assert np.corrcoef(turns, -seen[:, 4])[0, 1] > 0.9  # as in a mirror


def test_a_small_face_beside_the_oval_is_found(folder: Path) -> None:
    film_ = f"--use-file-for-fake-video-capture={folder / 'aside.y4m'}"
    with opened(folder / "en.html", *FAKE, film_) as found:
        found.page.click("#webcam-start")
        found.until("mien.webcam.motion")
        x, y = found.page.evaluate("() => [...mien.webcam.parts.tracker.last.slice(60, 62)]")
    assert 90 < x < 140  # the nose, of the picture's 320 x 240 pixels
    assert 140 < y < 200


def test_without_a_face_the_page_says_what_to_do(folder: Path) -> None:
    film_ = f"--use-file-for-fake-video-capture={folder / 'wall.y4m'}"
    with opened(folder / "zh.html", *FAKE, film_) as found:
        found.page.click("#webcam-start")
        found.until("mien.webcam.frames > 12")
        with use_language("zh"):
            assert found.words() == text("page3d.webcam.hold")
        assert found.page.evaluate("() => mien.webcam.motion") is None


FAILS = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '%s'); }"
NO_CAMERAS = "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })"


@pytest.mark.parametrize(
    ("script", "word"),
    [
        (FAILS % "NotAllowedError", "refused"),
        (FAILS % "NotFoundError", "none"),
        (FAILS % "NotReadableError", "busy"),
        (NO_CAMERAS, "insecure"),
    ],
)
def test_a_camera_that_does_not_work_is_told_in_words(folder: Path, script: str, word: str) -> None:
    with opened(folder / "en.html", script=script) as found:
        found.page.click("#webcam-start")
        found.until("document.getElementById('webcam-words').textContent.length > 20")
        assert found.words() == text(f"page3d.webcam.{word}")
        assert found.page.locator("#webcam-start").is_enabled()
