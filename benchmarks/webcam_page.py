"""The page of a head before a webcam, measured: a real chromium whose camera plays a drawn head.

    python benchmarks/webcam_page.py [--person 5] [--seconds 30] [--fps 30] [--clip CLIP]
    python benchmarks/webcam_page.py --network 80

What was drawn is the truth. The page's Action Units are set beside it, and beside those of Python
on the same pictures (`persona.live_face`, which also knows whose face it is by a descriptor).
`--clip` measures times on a clip of a real face instead; nothing is known there but its points.
Times are wall-clock: give the machine some rest. It has no graphics processor as far as this
chromium knows, so what the browser draws takes most of them. `--network` sets the points of the
page's network, 8 bits a weight, beside those of the whole one and the truth on so many drawn heads.
"""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from playwright.sync_api import sync_playwright

from mien.face import affine
from mien.face.landmark_net import SIDE, head_landmarker, places
from mien.face.quick_tracker import QuickTracker, _frame_of
from mien.head.camera import Camera
from mien.head.gltf import export_glb
from mien.head.render import View, render
from mien.head.sample import sample
from mien.head.schema import AU_INDEX
from mien.jobs import onnx
from mien.jobs.character import webcam
from mien.jobs.character.page import character_page
from mien.persona.clips import clip_frames
from mien.persona.live_face import LiveFace
from mien.persona.stream import Watch
from mien.seeding import rng
from mien.types import FaceCode, Image, Pose

CHROMIUM = "/usr/bin/chromium"
FLAGS = ("--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
FAKE = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
RESTING, MOVING = 2.0, 6.0  # seconds; 255 pictures at most can be numbered
UNITS = ("AU1", "AU12", "AU26", "AU45")
# Numbers of pictures stand in their corner, eight squares of 16 pixels.
RECORD = """() => {
  const { webcam } = mien, show = webcam.preview.bind(webcam);
  window.seen = [];
  window.times = {};
  const timed = (where, name, word) => {
    const real = where[name].bind(where);
    where[name] = (...given) => {
      const begun = performance.now();
      const told = () => (times[word] ??= []).push(performance.now() - begun);
      const made = real(...given);
      if (made?.then) return made.then((one) => { told(); return one; });
      told();
      return made;
    };
  };
  timed(webcam.drawing, "drawImage", "camera");
  timed(webcam.drawing, "getImageData", "pixels");
  timed(webcam.parts.tracker, "network", "network");
  timed(webcam.parts.tracker, "feed", "points");
  timed(webcam.parts.live, "feed", "Action Units");
  timed(webcam, "frame", "all");
  let again = false;
  webcam.preview = (points) => {
    show(points);
    const { data } = webcam.drawing.getImageData(0, 464, 128, 16);
    let number = 0;
    for (let k = 0; k < 8; k++) if (data[4 * (8 * 128 + 16 * k + 8)] > 127) number |= 1 << k;
    if (number < 6 && !again) { again = true; seen.length = 0; webcam.parts.live.begin(); }
    const { motion, parts } = webcam;
    const told = parts.live.calibrated && motion;
    seen.push([number, points && [...points], told && [...motion.aus, ...motion.pose]]);
  };
}"""


def bump(t: float, start: float, end: float) -> float:
    """0, up to 1 and down again."""
    return float(np.sin(np.pi * (t - start) / (end - start)) ** 2) if start < t < end else 0.0


def acted(person: FaceCode, fps: int) -> list[FaceCode]:
    """Somebody who rests, opens the mouth, smiles, raises the brows, blinks and turns the head."""
    codes = [person] * round(RESTING * fps)
    for k in range(1, round(MOVING * fps)):
        t = k / fps
        jaw, smile = bump(t, 0.2, 1.4), bump(t, 1.5, 2.7)
        aus = {"AU26": 0.9 * jaw, "AU25": 0.7 * jaw, "AU12": 0.9 * smile, "AU6": 0.4 * smile}
        brows = 0.8 * bump(t, 2.8, 3.8)
        aus |= {"AU1": brows, "AU2": brows, "AU45": bump(t, 3.9, 4.3)}
        yaw = 20.0 * float(np.sin(2 * np.pi * (t - 4.4) / 1.5)) if 4.4 < t < 5.9 else 0.0
        codes.append(dataclasses.replace(person, aus=aus, pose=Pose(yaw=yaw)))
    return codes


def drawn(codes: list[FaceCode]) -> list[Image]:
    """Pictures (480, 640, 3), each code once."""
    view = View(camera=Camera(size=480))
    known = {id(code): code for code in codes}
    pictures = {key: render(code, view=view).rgb for key, code in known.items()}
    return [framed(pictures[id(code)], number) for number, code in enumerate(codes)]


def framed(picture: Image, number: int) -> Image:
    """A picture in the middle of 640 x 480 pixels, numbered."""
    scale = 480 / picture.shape[0]
    size = (min(640, round(picture.shape[1] * scale)), 480)
    fitted = affine.resize(np.ascontiguousarray(picture), size)
    page = np.full((480, 640, 3), 90, np.uint8)
    left = (640 - size[0]) // 2
    page[:, left : left + size[0]] = fitted
    for k in range(8):
        page[464:, 16 * k : 16 * k + 16] = 255 * (number >> k & 1)
    return page


def film(pictures: list[Image], fps: int) -> bytes:
    """What Chromium's fake device plays: a .y4m."""
    made = [f"YUV4MPEG2 W640 H480 F{fps}:1 Ip A1:1 C420jpeg\n".encode()]
    for page in pictures:
        planes = [np.asarray(one) for one in Pillow.fromarray(page).convert("YCbCr").split()]
        small = [one.reshape(240, 2, 320, 2).mean((1, 3)).astype(np.uint8) for one in planes[1:]]
        made += [b"FRAME\n", planes[0].tobytes(), *(one.tobytes() for one in small)]
    return b"".join(made)


def until(page: Any, what: str, limit: float = 120.0) -> None:
    """Waits; the page's own policy forbids Playwright's way of doing it."""
    end = time.monotonic() + limit
    while not page.evaluate(f"() => Boolean({what})"):
        if time.monotonic() > end:
            raise SystemExit(f"nothing came: {what}")
        time.sleep(0.02)


def watched(html: Path, camera: Path, seconds: float, *, undrawn: bool) -> list[Any]:
    """What the page said of every picture; prints times."""
    with sync_playwright() as playwright:
        source = f"--use-file-for-fake-video-capture={camera}"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *FAKE, source])
        page = browser.new_page(viewport={"width": 640, "height": 420})
        begun = time.perf_counter()
        page.goto(html.as_uri())
        page.wait_for_selector("#stage[data-ready=yes]")
        print(f"page: the head is there after {time.perf_counter() - begun:.1f} s")
        until(page, "mien.webcam")
        begun = time.perf_counter()
        page.click("#webcam-start")
        until(page, "mien.webcam.frames")
        print(f"webcam: first picture looked at after {time.perf_counter() - begun:.1f} s")
        until(page, "mien.webcam.motion")
        print(f"webcam: the head follows after {time.perf_counter() - begun:.1f} s")
        page.evaluate(RECORD)
        if undrawn:
            page.evaluate("() => { mien.set = mien.turn = () => {}; }")
        before = page.evaluate("() => mien.webcam.frames")
        begun = time.perf_counter()
        time.sleep(seconds)
        frames = page.evaluate("() => mien.webcam.frames") - before
        print(f"{frames / (time.perf_counter() - begun):.1f} pictures a second")
        for name, spent in page.evaluate("() => times").items():
            some = np.array(spent)
            low, middle, high = np.percentile(some, [10, 50, 95])
            print(f"  {name:<13} {middle:6.1f} ms (a tenth {low:.1f}, p95 {high:.1f})")
        seen = page.evaluate("() => seen")
        browser.close()
    return seen


def agreement(who: str, codes: list[FaceCode], told: list[tuple[int, NDArray[Any]]]) -> None:
    """Prints how Action Units and turns go with what was drawn."""
    true = [codes[number] for number, _ in told]
    parts = []
    for name in UNITS:
        wanted = np.array([code.aus.get(name, 0.0) for code in true])
        found = np.array([one[AU_INDEX[name]] for _, one in told])
        parts.append(f"{name} r {np.corrcoef(wanted, found)[0, 1]:.2f}")
        parts[-1] += f" err {np.abs(wanted - found).mean():.3f} most {found.max():.2f}"
    wanted, found = np.array([code.pose.yaw for code in true]), np.array([o[22] for _, o in told])
    parts.append(
        f"yaw r {np.corrcoef(wanted, found)[0, 1]:.2f} err {np.abs(wanted - found).mean():.1f}"
    )
    print(f"{who}, {len(told)} pictures: {', '.join(parts)}")


def compare(pictures: list[Image], codes: list[FaceCode], seen: list[Any], fps: int) -> None:
    """The page beside Python, and both beside what was drawn."""
    page = [(one[0], np.array(one[2])) for one in seen if one[2]]
    face, python = LiveFace(motions=True), []
    tracker, apart, lost = QuickTracker(), [], sum(one[1] is None for one in seen)
    points = []
    for number, picture in enumerate(pictures):
        face(picture, number / fps, Watch())
        quick = tracker(picture)
        points.append(None if quick is None else quick.landmarks)
        if face.motion is not None:
            motion = face.motion
            python.append((number, np.array([*motion.aus, *motion.pose.as_tuple()])))
    for number, one, _ in seen:
        known = points[number]
        if one is not None and known is not None:
            off = np.array(one).reshape(70, 2)[:68] - known
            apart.append(np.hypot(*off.T).mean() / np.hypot(*(known[45] - known[36])))
    agreement("page", codes, page)
    agreement("Python", codes, python)
    middle = float(np.median(apart))
    print(f"points of page and Python: {middle:.4f} eye distances apart (median); lost {lost}")


def bits(count: int) -> None:
    """Points of the page's network on drawn heads, in shares of their outer-eye distance."""
    packed = onnx.session(gzip.decompress(webcam.part(webcam.PARTS["webcam-network"])))
    net, random = head_landmarker().net, rng(3, "webcam page")
    found = []
    for k in range(count):
        code = sample(77, k, expression=True, pose_sd=(15.0, 8.0, 8.0))
        code = dataclasses.replace(code, style="toon") if k % 4 == 3 else code
        made = render(code, view=View(camera=Camera(size=256)))
        matrix = _frame_of(made.landmarks + random.normal(size=2) * 3.0)
        crop = affine.warp(made.rgb, matrix, (SIDE, SIDE))
        whole = places(net, crop[None])[0] * SIDE - 0.5
        x = (crop.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
        small = packed.run(None, {"picture": x})[0][0].astype(np.float64) * SIDE - 0.5
        true = affine.transform(matrix, made.landmarks)
        unit = np.hypot(*(true[45] - true[36]))
        pairs = ((whole, small), (whole[:68], true), (small[:68], true))
        found.append([np.hypot(*(a - b).T).mean() / unit for a, b in pairs])
    apart, *errors = np.mean(found, axis=0)
    print(f"{count} drawn heads: 8 bits and whole {apart:.4f} eye distances apart, ", end="")
    print(f"errors {errors[1]:.4f} and {errors[0]:.4f}")


def main() -> None:
    """Everything, printed."""
    parser = argparse.ArgumentParser(description="The page of a head before a webcam.")
    parser.add_argument("--person", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--fps", type=int, default=30, choices=range(5, 31), metavar="5..30")
    parser.add_argument("--clip", type=Path, default=None)
    parser.add_argument("--network", type=int, default=0)
    parser.add_argument("--undrawn", action="store_true", help="the head does not follow")
    options = parser.parse_args()
    if options.network:
        bits(options.network)
    else:
        measure(options)


def measure(options: argparse.Namespace) -> None:
    """Sizes, times and agreement of pages."""
    folder = Path(tempfile.mkdtemp())
    for seed, index in ((5, 1), (7, 3), (11, 2)):
        code = sample(seed, index)
        begun = time.perf_counter()
        model = export_glb(code, size=1024, morphs="both")
        between = time.perf_counter()
        page, plain = (character_page(model, title="Me", webcam=one) for one in (True, False))
        took = f"model {between - begun:.1f} s, pages {time.perf_counter() - between:.1f} s"
        sizes = f"{len(page) / 1e6:.2f} MB, without webcam {len(plain) / 1e6:.2f}"
        print(f"{code.hair}, glasses {code.glasses}: {sizes} ({took})")
        (folder / "me.html").write_bytes(page)
    codes: list[FaceCode] = []
    if options.clip is None:
        person = sample(options.person, 1)
        still = dataclasses.replace(person, aus={}, pose=Pose(), gaze=(0.0, 0.0), glasses="none")
        codes = acted(still, options.fps)
        pictures, fps = drawn(codes), options.fps
    else:
        frames, rate, _ = clip_frames(options.clip, fps=25.0, limit=250)
        pictures, fps = [framed(one, n % 256) for n, one in enumerate(frames)], round(rate)
    (folder / "camera.y4m").write_bytes(film(pictures, fps))
    seen = watched(
        folder / "me.html", folder / "camera.y4m", options.seconds, undrawn=options.undrawn
    )
    if codes:
        compare(pictures, codes, seen, fps)
    else:
        print(f"lost in {sum(one[1] is None for one in seen)} of {len(seen)} pictures")


if __name__ == "__main__":
    main()
