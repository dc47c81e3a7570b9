"""What a page reads a face before a webcam with: packed parts, and the same answers as Python's."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.face import affine
from mien.face.eye_signals import eye_opening
from mien.face.landmark_net import SIDE, head_landmarker
from mien.face.quick_tracker import Quick, _frame_of, _jumped
from mien.head.schema import AU_INDEX
from mien.io.pins import read_table
from mien.jobs.character import webcam
from mien.jobs.character.page import _LETTERS, character_page, in_text
from mien.jobs.character.viewer.network import in_bytes
from mien.messages import LANGUAGES, use_language
from mien.persona import live, track
from mien.persona.landmark_model import AU_PART, PARAMETER_COUNT, SLIDER_PART, landmark_model
from mien.persona.motion_fit import KnownHead, identity_of, known_head
from mien.persona.track import Seen
from mien.persona.translator import translator

FloatArray = NDArray[np.float64]
VIEWER = Path(webcam.__file__).with_name("viewer")
NODE = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
NOBODY: NDArray[np.float32] = np.zeros(0, np.float32)


def bytes_of(written: str, size: int) -> bytes:
    """What `boot.js` makes of an element's text."""
    values = np.array([_LETTERS.index(letter) for letter in written.encode()], int)
    pairs = 91 * values[0::2] + values[1::2]
    bits = (pairs[:, None] >> np.arange(12, -1, -1)) & 1
    return np.packbits(bits.ravel().astype(np.uint8))[:size].tobytes()


@pytest.mark.parametrize("size", [0, 1, 2, 13, 4000])
def test_bytes_are_text_that_means_nothing_in_html(size: int) -> None:
    data = np.random.Generator(np.random.PCG64(size)).bytes(size)
    written = in_text(data)
    assert bytes_of(written, size) == data
    assert not set(written) & set("<>& \n")
    assert len(written) <= 16 / 13 * size + 2


def test_a_page_may_run_its_own_scripts_and_reach_nothing() -> None:
    whole, plain = (character_page(b"glTF", title="x", webcam=w).decode() for w in (True, False))
    for page, more in ((whole, ["'wasm-unsafe-eval'"]), (plain, [])):
        found = re.search(r'Policy" content="([^"]*)"', page)
        assert found is not None
        policy = dict(part.split(" ", 1) for part in found[1].split("; "))
        boot = page[page.rindex("<script>") + 8 : page.rindex("</script>")]
        named = base64.b64encode(hashlib.sha256(boot.encode()).digest()).decode()
        allowed = policy.pop("script-src").split()
        assert f"'sha256-{named}'" in allowed
        assert [one for one in allowed if not one.startswith("'sha256-")] == more
        assert policy.pop("style-src").startswith("'sha256-")
        assert policy == {
            "default-src": "'none'",
            "img-src": "blob: data:",
            "connect-src": "blob: data:",
        }
    assert 5_000_000 < len(whole) - len(plain) < 6_000_000
    assert 'id="webcam' in whole
    assert 'id="webcam' not in plain


@pytest.mark.parametrize("named", LANGUAGES)
def test_every_word_of_the_panel_is_there(named: Any) -> None:
    with use_language(named):
        page = character_page(b"glTF", title="x").decode()
    found = re.search(r'<script id="facts"[^>]*>(.*?)</script>', page)
    assert found is not None
    words = json.loads(found[1])["words"]
    used = set(re.findall(r"words\.(\w+)", (VIEWER / "webcam" / "panel.js").read_text("utf-8")))
    assert used == set(words)
    assert all(words.values())


def test_the_packed_network_is_that_of_the_weights_that_ship() -> None:
    onnx = pytest.importorskip("onnx")
    made = onnx.load_from_string(gzip.decompress(webcam.part("landmarks.onnx.gz")))
    facts = {one.key: one.value for one in made.metadata_props}
    assert facts["weights"] == read_table()["landmarks.safetensors"]
    assert len(webcam.part("landmarks.onnx.gz")) < 1_500_000


def test_weights_in_bytes_are_near_and_keep_zeros() -> None:
    random = np.random.Generator(np.random.PCG64(4))
    weight = random.normal(size=(6, 5, 3, 3)) * np.geomspace(1e-3, 10, 6)[:, None, None, None]
    weight[2] = 0.0
    whole, scale = in_bytes(weight)
    assert np.abs(whole * scale - weight).max() <= 0.51 * scale.max()
    assert (np.abs(whole * scale - weight) <= 0.51 * scale).all()
    assert not whole[2].any()


def test_points_in_eight_bits_are_the_same_points() -> None:
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(gzip.decompress(webcam.part("landmarks.onnx.gz")))
    landmarker = head_landmarker()
    import torch
    from skimage.data import astronaut

    matrix = np.array([[0.55, 0.0, -72.0], [0.0, 0.55, -28.0]])
    crop = affine.warp(astronaut(), matrix, (SIDE, SIDE))
    x = (crop.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    with torch.no_grad():
        wanted = landmarker.net(torch.from_numpy(x))[0].numpy()
    found = session.run(None, {"picture": x})[0]
    eyes = float(np.hypot(*(wanted[0, 45] - wanted[0, 36])))
    assert float(np.hypot(*(found - wanted)[0].T).mean()) < 0.003 * eyes


def node(script: str, given: Any, folder: Path) -> Any:
    """What a module prints as JSON; `given` is its argument, `from` the folder of the scripts."""
    (folder / "facts.bin").write_bytes(webcam.measured())
    (folder / "given.json").write_text(json.dumps(given), "ascii")
    for source in (VIEWER / "webcam").glob("*.js"):
        shutil.copy(source, folder / source.name)
    (folder / "package.json").write_text('{"type": "module"}', "ascii")
    (folder / "run.js").write_text(f'import fs from "node:fs";\n{script}', "utf-8")
    made = subprocess.run(
        ["node", "run.js"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


def moving(count: int) -> list[tuple[float, FloatArray]]:
    """Seconds and points (70, 2) of a face that rests for 1.2 seconds, and moves."""
    model, noise = landmark_model(), translator().noise
    random = np.random.Generator(np.random.PCG64(8))
    person = np.zeros(PARAMETER_COUNT)
    person[SLIDER_PART] = random.normal(size=SLIDER_PART.stop) * 0.2
    made = []
    for k in range(count):
        t = max(0, k - 30) / 25
        aus = np.zeros(22)
        for name, most, speed in (("AU12", 0.8, 2), ("AU26", 0.7, 3), ("AU1", 0.6, 1.5)):
            aus[AU_INDEX[name]] = most * np.sin(t * speed) ** 2
        person[AU_PART] = aus
        pose = np.array([15 * np.sin(t * 2), 6 * np.sin(t * 3), 0.0])
        points = model.project(person, pose) + 0.2 * noise.offset(pose)
        tilted = affine.about(affine.rotation(5 * np.sin(t)) * 400, [0, 0], [300, 200])
        points = affine.transform(tilted, points) + random.normal(size=(68, 2)) * 0.3
        irises = np.stack([points[36:42].mean(0), points[42:48].mean(0)])
        made.append((k / 25, np.concatenate([points, irises + [2 * np.sin(t * 4), 0]])))
    return made


def plain_head(faces: list[Seen]) -> KnownHead:
    """`track.head_of` as the page has to do it, without a descriptor of who it is."""
    some = [one.landmarks for one in faces[::5]]
    return known_head(translator(), identity_of(translator(), some, [NOBODY] * len(some)))


@NODE
def test_points_become_the_same_motion_as_in_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(track, "head_of", plain_head)
    frames: list[tuple[float, FloatArray | None]] = [*moving(70)]
    frames[45:48] = [(frames[k][0], None) for k in range(45, 48)]
    frames.append((5.0, None))  # lost for long: the face rests
    tracker = live.LiveTracker(calibrate=1.0)
    wanted = []
    for seconds, points in frames:
        seen = None
        if points is not None:
            quick = Quick(points[:68], points[68:], detected=False)
            seen = Seen(points[:68], 0.9, eye_opening(points[:68]), quick.pupils, NOBODY)
        told = tracker.feed(seen, seconds)
        if told is not None:
            wanted.append([*told.motion.aus, *told.motion.pose.as_tuple(), *told.motion.gaze])
    script = """
import { readArrays } from "./numbers.js";
import { Known } from "./fit.js";
import { LiveTracker } from "./live.js";
const bytes = fs.readFileSync("facts.bin");
const tracker = new LiveTracker(new Known(readArrays(Uint8Array.from(bytes).buffer)));
const told = JSON.parse(fs.readFileSync("given.json")).map(([seconds, points]) =>
  tracker.feed(points && Float64Array.from(points), seconds));
const all = told.filter(Boolean).map(({ aus, pose, gaze }) => [...aus, ...pose, ...gaze]);
console.log(JSON.stringify({ all, still: [...tracker.still.aus, ...tracker.still.pose] }));
"""
    given = [(t, None if one is None else one.ravel().tolist()) for t, one in frames]
    found = node(script, given, tmp_path)
    np.testing.assert_allclose(np.array(found["all"])[:, :22], np.array(wanted)[:, :22], atol=1e-5)
    np.testing.assert_allclose(np.array(found["all"])[:, 22:], np.array(wanted)[:, 22:], atol=1e-4)
    rest = tracker.rest()
    np.testing.assert_allclose(found["still"], [*rest.aus, *rest.pose.as_tuple()], atol=1e-4)
    assert np.ptp(np.array(wanted)[:, AU_INDEX["AU12"]]) > 0.4


@NODE
def test_a_face_is_looked_at_and_lost_as_in_python(tmp_path: Path) -> None:
    random = np.random.Generator(np.random.PCG64(2))
    small = random.integers(0, 256, (16, 20, 3)).astype(np.uint8)
    picture = affine.resize(small, (320, 240))
    (_, points), *_ = moving(1)
    wanted = []
    for scale in (0.2, 0.7, 1.4):  # finer than the crop, and coarser by one and by three
        at = (points[:68] - points[:68].mean(0)) * scale + [170, 118]
        matrix = _frame_of(at)
        crop = affine.warp(picture, matrix, (SIDE, SIDE))
        wanted.append((at.ravel().tolist(), matrix.ravel().tolist(), crop.ravel().tolist()))
    leaps = [points, points + [30, 5], points * 1.2, points * 1.4, points + [400, 0]]
    given = {
        "picture": np.dstack([picture, np.full((240, 320), 255, np.uint8)]).ravel().tolist(),
        "points": [one[0] for one in wanted],
        "leaps": [one.ravel().tolist() for one in leaps],
    }
    script = """
import { look } from "./crop.js";
import { frameAround, jumped } from "./tracker.js";
const given = JSON.parse(fs.readFileSync("given.json"));
const image = { data: Uint8ClampedArray.from(given.picture), width: 320, height: 240 };
const looks = given.points.map((points) => {
  const matrix = frameAround(Float64Array.from(points));
  return { matrix, crop: [...look(image, matrix)] };
});
const leaps = given.leaps.map((to) => jumped(given.leaps[0], to));
console.log(JSON.stringify({ looks, leaps }));
"""
    found = node(script, given, tmp_path)
    for one, (_, matrix, crop) in zip(found["looks"], wanted, strict=True):
        np.testing.assert_allclose(one["matrix"], matrix, rtol=1e-9, atol=1e-9)
        apart = np.abs(np.array(one["crop"]) - np.array(crop))
        assert apart.max() <= 3
        assert apart.mean() < 0.5
    assert found["leaps"] == [_jumped(points[:68], one[:68]) for one in leaps]
    assert found["leaps"] == [False, False, False, True, True]
