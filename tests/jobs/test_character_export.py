"""`mien character export`: files for engines, avatars and browsers, and the page in a browser."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from mien.errors import InputError, OptionError
from mien.head.gltf import export_glb
from mien.head.sample import sample
from mien.io.provenance import Provenance
from mien.jobs.character.config import ExportRequest
from mien.jobs.character.export import export_character, wants_character
from mien.jobs.character.page import character_page
from mien.persona.character import NEUTRAL_VIEW, Character, write_character

FLAGS = ("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader")
CHROMIUM = Path("/usr/bin/chromium")
NASTY = "<script>alert(1)</script>{{model}}&"
PERSON = dataclasses.replace(sample(5, 1), hair="buzz", facial_hair="none", glasses="none")


@pytest.fixture(scope="module")
def page() -> str:
    return character_page(export_glb(PERSON, size=128, morphs="both"), title=NASTY).decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made_by = Provenance(
        source="trainedAlgorithmicMedia", job="test", models=(), seed=5, request="0" * 16
    )
    place = tmp_path / "anna"
    place.mkdir()
    write_character(place, Character(PERSON, NEUTRAL_VIEW, None, made_by))
    return place


def extras(model: bytes) -> dict[str, Any]:
    size = int.from_bytes(model[12:16], "little")
    return json.loads(model[20 : 20 + size])["asset"]["extras"]


def drawn(model: bytes) -> tuple[dict[str, Any], bytes]:
    """All of a model but its record."""
    size = int.from_bytes(model[12:16], "little")
    told = json.loads(model[20 : 20 + size])
    del told["asset"]["extras"]
    return told, model[20 + size :]


def test_models_for_engines_are_written_unless_something_else_is_asked(folder: Path) -> None:
    outcome = export_character(ExportRequest(folder=folder))
    assert [path.name for path in outcome.results] == ["head.glb", "head_lod1.glb"]
    whole, simple = (path.read_bytes() for path in outcome.results)
    assert len(simple) < 0.6 * len(whole) < 8_000_000
    assert extras(whole)["job"] == "character.export"
    again = export_character(ExportRequest(folder=folder / "params.json", glb=True))
    assert [path.name for path in again.results] == ["head-2.glb", "head_lod1-2.glb"]
    assert drawn(again.results[0].read_bytes()) == drawn(whole)


def test_an_avatar_and_a_page_name_no_file(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = export_character(ExportRequest(folder=folder, vrm=True, html=True, out=out))
    assert [path.name for path in outcome.results] == ["character.vrm", "me.html"]
    for path in outcome.results:
        assert b"anna" not in path.read_bytes()
    assert 6_000_000 < outcome.results[1].stat().st_size < 12_000_000
    request = ExportRequest(folder=folder, html=True, no_webcam=True, out=out)
    (plain,) = export_character(request).results
    assert plain.stat().st_size < 6_000_000


def test_what_cannot_be_exported_is_refused(tmp_path: Path, folder: Path) -> None:
    assert not wants_character(ExportRequest())
    with pytest.raises(OptionError, match="character fit"):
        wants_character(ExportRequest(html=True))
    with pytest.raises(InputError):
        export_character(ExportRequest(folder=tmp_path / "nothing"))
    with pytest.raises(OptionError, match="--title"):
        export_character(ExportRequest(folder=folder, title="x" * 201))
    with pytest.raises(OptionError, match="--author"):
        export_character(ExportRequest(folder=folder, vrm=True, author=" "))


def test_a_title_stays_text(page: str) -> None:
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{model}}&amp;" in page
    # Facts, model, viewer, four parts of the webcam, and the script that unpacks them.
    assert page.count("</script>") == 8


def test_a_page_carries_its_licence_and_loads_nothing(page: str) -> None:
    assert "Permission is hereby granted" in page
    assert "Copyright © 2010-2026 three.js authors" in page
    assert "Copyright (c) Microsoft Corporation" in page
    assert "default-src 'none'" in page
    assert "unsafe-inline" not in page
    assert re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=", page) == []


def test_the_bundle_is_small_and_made_of_the_source_beside_it() -> None:
    from importlib import resources

    viewer = resources.files("mien.jobs.character.viewer")
    bundle = (viewer / "bundle.js").read_text("utf-8")
    assert len(bundle) < 1_000_000
    scripts = gzip.decompress((viewer / "webcam.js.gz").read_bytes()).decode()
    sources = [one for one in (viewer / "webcam").iterdir() if one.name.endswith(".js")]
    assert len(sources) >= 8
    # What the source says in texts is in the bundle too: someone forgot to make it otherwise.
    for source, made in [(viewer / "viewer.js", bundle), *((one, scripts) for one in sources)]:
        for written in re.findall(r'"([\w-]{5,})"', source.read_text("utf-8")):
            assert written in made, written


@dataclasses.dataclass
class Browsed:
    """What a browser had to say about a page, and how it looked."""

    problems: list[str]
    requests: list[str]
    looks: dict[str, np.ndarray]


@pytest.fixture(scope="module")
def browsed(page: str, tmp_path_factory: pytest.TempPathFactory) -> Browsed:
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip("chromium is not installed")
    path = tmp_path_factory.mktemp("page") / "me.html"
    path.write_text(page, "utf-8")
    found = Browsed([], [], {})
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        shown = browser.new_page(viewport={"width": 800, "height": 600})
        shown.on("console", lambda said: found.problems.append(said.text))
        shown.on("pageerror", lambda problem: found.problems.append(str(problem)))
        shown.on("dialog", lambda asked: found.problems.append(asked.message))
        shown.on("request", lambda one: found.requests.append(one.url.split(":")[0]))
        shown.goto(path.as_uri())
        shown.wait_for_selector("#stage[data-ready=yes]", timeout=60_000)
        for name, script in {
            "neutral": "",
            "smile": "mien.set('mouthSmileLeft', 1); mien.set('mouthSmileRight', 1)",
            "blink": "mien.set('eyeBlinkLeft', 1); mien.set('eyeBlinkRight', 1)",
            "drawn": "mien.style('toon')",
            "turned": "mien.style('photo'); mien.view(60)",
        }.items():
            drawn = shown.evaluate(f"() => {{ mien.reset(); {script}; return mien.snapshot() }}")
            png = base64.b64decode(drawn.split(",")[1])
            picture = Pillow.open(io.BytesIO(png)).convert("RGBA")
            found.looks[name] = np.asarray(picture).astype(int)
        slider = shown.get_by_label("jawOpen", exact=True)
        slider.fill("1")
        assert shown.evaluate("mien.values.get('jawOpen')") == 1
        browser.close()
    return found


@pytest.mark.browser
@pytest.mark.slow
def test_a_page_opens_without_complaint_or_network(browsed: Browsed) -> None:
    warnings = [one for one in browsed.problems if "GPU stall" not in one]
    assert warnings == []
    assert set(browsed.requests) <= {"file", "blob", "data"}


@pytest.mark.browser
@pytest.mark.slow
def test_a_page_shows_the_head_and_its_expressions(browsed: Browsed) -> None:
    neutral = browsed.looks["neutral"]
    covered = neutral[..., 3] > 128
    assert 0.2 < covered.mean() < 0.9
    assert neutral[covered][:, :3].std() > 20

    def moved(name: str) -> np.ndarray:
        return np.abs(browsed.looks[name] - neutral)[..., :3].max(-1) > 24

    rows = np.arange(len(neutral))[:, None]
    smile, blink = moved("smile"), moved("blink")
    assert 0.001 < smile.mean() < 0.2
    assert 0.001 < blink.mean() < 0.1
    middle = [float((rows * one).sum() / one.sum()) for one in (blink, smile)]
    assert middle[0] < middle[1] - 25  # eyes are above the mouth
    assert moved("drawn").mean() > 0.1
    assert moved("turned").mean() > 0.1
