"""Every layout, taken over by the command line, trains and is measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from mien.data import face_import
from mien.data.face_layouts import LAYOUTS

from ..data.face_folders import MAKERS, Known

Cli = Callable[..., Any]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_taken_over_trains(
    layout: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    # The drawn heads are too small for a detector; where they are is known.
    defaults = {**(face_import.import_faces.__kwdefaults__ or {}), "finder": Known}
    monkeypatch.setattr(face_import.import_faces, "__kwdefaults__", defaults)
    source = MAKERS[layout](tmp_path / "in")
    words = ("--size", "32", "--pairs", "within", "--pairs", "continuity", "--pairs", "noise")
    held = ("--held", "0.4", "--step", "1")
    made = cli("data", "import", layout, source, "--out", "faces", *words, *held)
    assert made.code == 0, made.err
    preset = "tiny-seed" if layout in ("frgc", "ckplus") else "tiny"
    asked = ("--data", "faces", "--images", "8", "--precision", "fp32")
    trained = cli("reenact", "train", "--preset", preset, *asked)
    assert trained.code == 0, trained.err
    assert layout in trained.err
    run = Path("runs") / f"00000-reenact-{preset}"
    assert (run / "weights.safetensors").is_file()
    if layout == "ckplus":
        scored = cli("reenact", "eval", "--model", run, "--data", "faces")
        assert scored.code == 0, scored.err
