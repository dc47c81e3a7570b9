from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.io.image import read_image, write_image
from mien.types import Image

Cli = Callable[..., Any]


@pytest.fixture
def photo(tmp_path: Path, astronaut: Image) -> Path:
    path = tmp_path / "小明.png"
    write_image(path, astronaut, provenance=None)
    return path


def test_json_holds_the_measures_and_no_descriptor(cli: Cli, photo: Path) -> None:
    result = cli("face", "analyse", photo, "--json")
    assert result.code == 0
    (report,) = json.loads(result.out)
    assert (report["photo"], report["width"], report["height"]) == (str(photo), 512, 512)
    (face,) = report["faces"]
    assert np.shape(face["landmarks"]) == (68, 2)
    assert "embedding" not in result.out
    assert result.err == ""


def test_text_is_a_line_for_each_face(cli: Cli, photo: Path) -> None:
    lines = cli("face", "analyse", photo).out.splitlines()
    assert lines[0] == f"{photo}: 512x512, faces: 1"
    assert lines[1].startswith("  1  ")
    assert "yaw" in lines[1]
    assert len(lines) == 2


def test_the_drawing_is_a_copy_with_marks(cli: Cli, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "drawn.png"
    assert cli("face", "analyse", photo, "--draw", out).code == 0
    drawn = read_image(out)
    assert drawn.shape[0] % 512 == 0
    assert str(tmp_path).encode() not in out.read_bytes()


def test_photos_without_a_face_are_listed_and_the_rest_is_done(
    cli: Cli, photo: Path, tmp_path: Path
) -> None:
    empty, text = tmp_path / "<img src=x>.png", tmp_path / "text.png"
    write_image(empty, np.full((64, 64, 3), 128, np.uint8), provenance=None)
    text.write_text("hello")
    result = cli("face", "analyse", empty, photo, text, tmp_path / "gone.jpg", "--json")
    assert result.code == 3
    assert [one["photo"] for one in json.loads(result.out)] == [str(photo)]
    lines = result.err.splitlines()
    assert "skipped: 3" in lines
    skipped = lines[lines.index("skipped: 3") + 1 :]
    assert skipped[0].startswith(f"  {empty}: no face found; ")
    assert skipped[1].startswith(f"  {text}: not a picture that mien can read; ")
    assert skipped[2].startswith(f"  {tmp_path / 'gone.jpg'}: no such file; ")


def test_nothing_but_faceless_photos_is_code_2(cli: Cli, tmp_path: Path) -> None:
    assert cli("face", "analyse", tmp_path / "gone.jpg").code == 2


def test_one_drawing_is_for_one_photo(cli: Cli, photo: Path, tmp_path: Path) -> None:
    result = cli("face", "analyse", photo, photo, "--draw", tmp_path / "x.png")
    assert result.code == 2
    assert result.err == ("mien: --draw takes one photo, and 2 were given: run them one by one\n")
