"""The demo around the job: what it shows, what it replaces, what it leaves alone."""

from __future__ import annotations

import dataclasses
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien import jobs
from mien.app.commands import all_commands, demo
from mien.head.render import View
from mien.head.sample import sample
from mien.io.image import read_image, write_image
from mien.io.provenance import Provenance
from mien.jobs.base import Outcome, Progress, Skipped, Step
from mien.persona.character import Character, write_character

Cli = Callable[..., Any]
MADE_BY = Provenance(source="algorithmicMedia", job="character.fit")


@dataclasses.dataclass(frozen=True)
class FitRequest:
    photos: tuple[Path, ...]
    out: Path


class Fitter:
    """Stands for the job: finds as many faces as it is told."""

    def __init__(self) -> None:
        self.faces = 1
        self.seen: list[np.ndarray] = []

    def run(self, request: FitRequest, *, progress: Progress) -> Outcome:
        (photo,) = request.photos
        self.seen.append(read_image(photo))
        if not self.faces:
            return Outcome(skipped=(Skipped(str(photo), f"{photo}: no face"),))
        results = []
        for face in range(1, self.faces + 1):
            folder = request.out / (photo.stem + (f".face{face}" if face > 1 else ""))
            folder.mkdir()
            write_character(folder, Character(sample(0, face), View(), None, MADE_BY))
            for name in ("photo.png", "neutral.png"):
                write_image(folder / name, np.zeros((8, 8, 3), np.uint8), provenance=MADE_BY)
            progress(Step(face, self.faces, photo.name))
            results.append(folder)
        return Outcome(results=tuple(results), notes=("a notice",))


@pytest.fixture
def fitter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Fitter:
    all_commands()  # is made once, and has to be made of the real jobs
    made = Fitter()
    job = types.SimpleNamespace(
        name="character",
        title="command.demo",
        request={"fit": FitRequest},
        load=lambda device: made,
    )
    monkeypatch.setattr(jobs, "JOBS", (job,), raising=False)
    monkeypatch.setattr(demo, "TOON_SIZE", 32)
    monkeypatch.setattr(
        demo, "write_model_page", lambda folder: (folder / "me.html").write_text("3D")
    )
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "<小明>.png"
    write_image(path, np.full((20, 30, 3), 99, np.uint8), provenance=None)
    return path


def test_the_page_is_written_and_its_path_printed(cli: Cli, fitter: Fitter, photo: Path) -> None:
    result = cli("demo", photo)
    page = photo.parent / "demo" / "index.html"
    assert (result.code, result.out) == (0, f"open in a browser: {page}\n")
    assert result.err.splitlines() == [f"[1/1] {photo.name} (0 s left)", "a notice"]
    html = page.read_text(encoding="utf-8")
    for name in ("photo.png", "neutral.png", "turntable.mp4", "toon.png", "head.glb", "me.html"):
        assert f'"portrait/{name}"' in html
    assert read_image(page.parent / "portrait" / "toon.png").shape == (32, 32, 3)
    assert np.array_equal(fitter.seen[0], read_image(photo))


def test_the_head_is_there_in_three_dimensions(tmp_path: Path) -> None:
    write_character(tmp_path, Character(sample(0, 1), View(), None, MADE_BY))
    demo.write_model_page(tmp_path)
    assert 'id="webcam-network"' in (tmp_path / "me.html").read_text(encoding="utf-8")


def test_nothing_tells_how_the_photo_was_called(cli: Cli, fitter: Fitter, photo: Path) -> None:
    cli("demo", photo)
    for path in (photo.parent / "demo").rglob("*"):
        assert "小明" not in path.name
        assert path.is_dir() or "小明".encode() not in path.read_bytes()


def test_a_second_demo_replaces_the_first_whole(cli: Cli, fitter: Fitter, photo: Path) -> None:
    fitter.faces = 3
    assert cli("demo", photo).code == 0
    assert (photo.parent / "demo" / "portrait.face3").is_dir()
    fitter.faces = 1
    assert cli("demo", photo).code == 0
    names = sorted(path.name for path in (photo.parent / "demo").iterdir())
    assert names == ["index.html", "portrait"]


def test_a_folder_of_the_users_is_left_alone(cli: Cli, fitter: Fitter, photo: Path) -> None:
    mine = photo.parent / "demo" / "song.txt"
    mine.parent.mkdir()
    mine.write_text("la la")
    result = cli("demo", photo)
    assert result.code == 2
    assert "demo" in result.err
    assert [path.name for path in mine.parent.iterdir()] == ["song.txt"]
    assert mine.read_text() == "la la"


def test_a_photo_without_a_face_is_named_as_the_user_named_it(
    cli: Cli, fitter: Fitter, photo: Path
) -> None:
    fitter.faces = 0
    result = cli("demo", photo)
    assert result.code == 2
    assert result.err == f"mien: {photo}: no face\n"
    assert not (photo.parent / "demo").exists()


def test_the_astronaut_stands_in(cli: Cli, fitter: Fitter) -> None:
    pytest.importorskip("skimage", reason="scikit-image is not installed (extra [demo])")
    assert cli("demo").code == 0
    assert fitter.seen[0].shape == (512, 512, 3)


def test_a_missing_astronaut_says_what_to_install(
    cli: Cli, fitter: Fitter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "skimage", None)
    result = cli("demo")
    assert result.code == 2
    assert "pip install mien[demo], or name a photo" in result.err
