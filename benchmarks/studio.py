"""The studio in a browser, measured as people meet it: a real chromium, the real jobs.

    python benchmarks/studio.py [--camera CLIP.y4m] [--learn CLIP.mp4] [--requests 500]

Times are wall-clock and the machine's own: give it some rest. `drawing` is what the process that
draws needed, `time of one core` what it computed in that, whatever else the machine did; the rest
is the way there and back. The camera is Chromium's fake device, fed with
the clip (320x240 or larger, a face that rests for its first second). `--learn` makes a person of a
clip first, in so few minutes that it is nobody, with the network that everybody gets.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--enable-unsafe-swiftshader")
"""Without a GPU a browser composes its page itself; WebGL alone needs SwiftShader."""
FAKE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
PATIENCE = 300_000

DRAG = """async (key) => {
  const panel = mienPanels.head, row = panel.rows.get(key), before = panel.shown;
  const times = [], real = panel.speed.bind(panel);
  panel.speed = (ms, drawn, cpu) => { times.push([ms, drawn, cpu]); real(ms, drawn, cpu); };
  const begun = performance.now();
  for (let k = 0; k < 90; k++) {
    row.input.value = -1 + k / 45;
    row.input.dispatchEvent(new Event("input"));
    await new Promise((done) => setTimeout(done, 16));
  }
  const seconds = (performance.now() - begun) / 1000;
  while (panel.busy || panel.again) await new Promise((done) => setTimeout(done, 5));
  return [times, (panel.shown - before) / seconds];
}"""
TURN = """async () => {
  const view = mienPanels.head.view, other = view.frame.contentWindow, begun = performance.now();
  let frames = 0;
  while (performance.now() - begun < 4000) {
    ["AU12", "AU26", "AU1"].forEach(
      (name, k) => view.set(name, Math.abs(Math.sin(frames / (5 + k)))));
    await new Promise((done) => other.requestAnimationFrame(done));
    frames += 1;
  }
  return frames / 4;
}"""


@contextlib.contextmanager
def serving(out: Path) -> Iterator[tuple[str, int, float]]:
    """A studio of its own: its address, its process and how long it took to start."""
    begun = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "mien",
        "studio",
        "--port",
        "0",
        "--no-browser",
        "--out",
        str(out),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        port = int(line.rsplit(":", 1)[-1].partition("/")[0])
        try:
            yield f"http://127.0.0.1:{port}/", process.pid, time.perf_counter() - begun
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def resident(pid: int) -> float:
    """MB of memory that a process and its children hold."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    status = Path(f"/proc/{pid}/status").read_text()
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return own / 1024 + sum(resident(int(child)) for child in children)


def say(name: str, value: str) -> None:
    """One row of the table."""
    print(f"| {name} | {value} |", flush=True)


def median(values: list[float]) -> str:
    """Median and 90th percentile."""
    ordered = sorted(values)
    return f"{statistics.median(ordered):.0f} ms (p90 {ordered[int(0.9 * len(ordered))]:.0f})"


def head(page: Any, address: str) -> None:
    """First page, first picture, slider to picture, 3D."""
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(".mien-panel-head .mien-row")
    say("first page usable", f"{time.perf_counter() - begun:.1f} s")
    page.wait_for_selector(".mien-panel-head[data-fine]")
    say("Head: first picture, fine", f"{time.perf_counter() - begun:.1f} s")
    times, rate = page.evaluate(DRAG, "slider.sex")
    say("slider to picture, 256 px", median([one[0] for one in times]))
    say("of that, drawing", median([one[1] for one in times]))
    say("of that, time of one core", median([one[2] for one in times]))
    say("pictures while dragging", f"{rate:.1f} / s")
    begun = time.perf_counter()
    page.click(".mien-view")
    page.wait_for_selector(".mien-three iframe")
    page.wait_for_function("mienPanels.head.view.mien !== null")
    say("3D: first view", f"{time.perf_counter() - begun:.1f} s")
    say("3D: three morphs a frame, SwiftShader", f"{page.evaluate(TURN):.1f} fps")
    page.click(".mien-view")


def photo(page: Any, tab: str, panel: str) -> None:
    """First result of a panel that moves a photo."""
    page.locator("#jobs").get_by_role("tab", name=tab, exact=True).click()
    begun = time.perf_counter()
    page.locator(f".mien-panel-{panel} .mien-astronaut").click()
    page.wait_for_selector(f".mien-panel-{panel}[data-shown]")
    say(f"{tab}: photo opened and shown", f"{time.perf_counter() - begun:.1f} s")


def camera(page: Any, panel: str, seconds: float) -> None:
    """Live frames a second."""
    page.locator(f".mien-panel-{panel} .mien-camera").click()
    page.wait_for_selector(f".mien-panel-{panel}[data-fps]")
    time.sleep(seconds)
    rate = page.evaluate(f"document.querySelector('.mien-panel-{panel}').dataset.fps")
    told = page.locator(f".mien-panel-{panel} .mien-told").inner_text()
    say(f"{panel}: webcam", f"{rate} fps ({told})")
    looks = page.evaluate(f"mienPanels.{panel}.seen.map((one) => one[1])")
    times = page.evaluate(f"mienPanels.{panel}.times.map((one) => one[2])")
    say(f"{panel}: to look at a frame, time of one core", median(looks))
    say(f"{panel}: to draw the photo, time of one core", median(times))
    page.locator(f".mien-panel-{panel} .mien-camera").click()


def person(page: Any, clip: Path) -> None:
    """A person learnt from a clip, and the same clip followed by it."""
    panel = ".mien-panel-reenact"
    begun = time.perf_counter()
    page.locator(f"{panel} .mien-bar1 input[type=number]").first.fill("0.05")
    page.locator(f"{panel} .mien-learn").set_input_files(str(clip))
    page.wait_for_function("mienPanels.reenact.person !== ''")
    say("Reenact: a dropped clip can be moved", f"{time.perf_counter() - begun:.1f} s")
    page.wait_for_selector(f"{panel}[data-work=done]")
    page.evaluate(
        "() => { const one = mienPanels.reenact; delete one.root.dataset.fps; one.seen = []; }"
    )


def follow(page: Any, clip: Path, seconds: float) -> None:
    """Live frames a second of the person that is shown, with a clip before the camera."""
    panel = ".mien-panel-reenact"
    page.locator(f"{panel} .mien-clip").set_input_files(str(clip))
    page.wait_for_selector(f"{panel}[data-fps]")
    time.sleep(seconds)
    rate = page.evaluate(f"document.querySelector('{panel}').dataset.fps")
    looks = page.evaluate("mienPanels.reenact.seen.map((one) => one[1])")
    say("reenact: a learnt person follows a clip", f"{rate} fps")
    say("reenact: looked and drawn, time of one core", median(looks))
    page.locator(f"{panel} .mien-follow-clip").click()


def steady(page: Any, pid: int, requests: int) -> None:
    """Memory over many light requests."""
    many = """async (count) => { const panel = mienPanels.head; let lost = 0;
      for (let k = 0; k < count; k++) {
        const values = { ...panel.values, "slider.sex": (k % 200) / 100 - 1 };
        const [told] = await panel.link.ask({ do: "head.draw", values, draft: true });
        if (told.error || told.dropped) lost += 1;
      } return lost; }"""
    page.evaluate(many, 20)
    before = resident(pid)
    lost = page.evaluate(many, requests)
    say(f"memory over {requests} pictures", f"{before:.0f} -> {resident(pid):.0f} MB, lost: {lost}")


def main() -> int:
    """Prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--camera", type=Path)
    parser.add_argument("--learn", type=Path)
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=10.0)
    chosen = parser.parse_args()
    from playwright.sync_api import sync_playwright

    print(f"load before: {os.getloadavg()[0]:.1f}, cores: {os.cpu_count()}\n")
    print("| what | measured |\n|---|---|")
    flags = [*FLAGS, *FAKE]
    if chosen.camera:
        flags.append(f"--use-file-for-fake-video-capture={chosen.camera.resolve()}")
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (address, pid, started):
        say("start of `mien studio`", f"{started:.1f} s")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
            context = browser.new_context(locale="en-GB", permissions=["camera"])
            page = context.new_page()
            page.set_default_timeout(PATIENCE)
            head(page, address)
            photo(page, "Express", "express")
            if chosen.camera:
                camera(page, "express", chosen.seconds)
            photo(page, "Reenact", "reenact")
            if chosen.camera:
                camera(page, "reenact", chosen.seconds)
            if chosen.learn:
                person(page, chosen.learn.resolve())
                follow(page, chosen.learn.resolve(), chosen.seconds)
            steady(page, pid, chosen.requests)
            browser.close()
    print(f"\nload after: {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
