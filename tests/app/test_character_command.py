"""`mien character` from the command line, on a real photo."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.io.image import read_image, write_image
from mien.io.provenance import read_provenance
from mien.types import Image

pytestmark = pytest.mark.slow

Cli = Callable[..., Any]
FILES = {
    *("params.json", "texture.png", "photo.png", "render.png", "neutral.png"),
    *("side-by-side.png", "turntable.mp4", "head.glb"),
}


def test_photos_become_characters_whatever_they_are_called(
    cli: Cli, tmp_path: Path, astronaut: Image
) -> None:
    photos = [tmp_path / "照片" / "小明.jpg", tmp_path / "<img src=x>.jpg"]
    for photo in photos:
        write_image(photo, astronaut, provenance=None)
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(photos[0].read_bytes()[:5000])
    out = tmp_path / "out"
    fit = cli("character", "fit", *photos, broken, "--out", out, "--size", 128)
    assert fit.code == 3
    assert fit.out.splitlines() == [str(out / "小明"), str(out / "<img src=x>")]
    assert "skipped: 1" in fit.err
    for name in ("小明", "<img src=x>"):
        assert {path.name for path in (out / name).iterdir()} == FILES
        made_by = read_provenance(out / name / "neutral.png")
        assert made_by is not None
        assert made_by.job == "character.fit"
    for path in out.rglob("*"):
        assert path.is_dir() or str(tmp_path).encode() not in path.read_bytes()

    params = out / "小明" / "params.json"
    again = tmp_path / "again.png"
    assert cli("head", "render", "--params", params, "--out", again).code == 0
    assert again.read_bytes() == (out / "小明" / "render.png").read_bytes()

    edited = cli("character", "edit", out / "小明", "--set", "nose_width=1.5")
    assert edited.out == f"{out / '小明-2'}\n"
    before, after = (
        json.loads((out / name / "params.json").read_text("utf-8")) for name in ("小明", "小明-2")
    )
    assert after["code"]["sliders"]["nose_width"] == 1.5
    assert before["code"]["sliders"]["nose_width"] != 1.5
    first, second = (read_image(out / name / "neutral.png") for name in ("小明", "小明-2"))
    assert not np.array_equal(first, second)
