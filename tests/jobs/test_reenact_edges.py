"""Lines as a user wants them: from the option to the weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.errors import OptionError
from mien.face.edges import ANCESTOR_STYLE, FEATURE_STYLE, EdgeStyle
from mien.jobs.reenact.model import load_model
from mien.jobs.reenact.presets import Config, config, with_edges

from .reenact_help import SIZE, ck_folder, drawn

Cli = Callable[..., Any]


def test_each_kind_has_its_own_lines() -> None:
    assert config("default").edges == FEATURE_STYLE
    assert config("seed").edges == ANCESTOR_STYLE
    thin = with_edges(config("seed"), {"chin": 1, "width": 1, "gaze": 1})
    assert thin.edges == EdgeStyle(chin=True, width=1, gaze=True)
    assert Config.from_config(thin.as_config()) == thin
    assert with_edges(config("default"), {"colours": 0}).edges.colours is False
    # What was trained before there was a choice has no such fields.
    old = {k: v for k, v in config("seed").as_config().items() if k not in ("chin", "gaze")}
    assert Config.from_config(old).edges == ANCESTOR_STYLE


@pytest.mark.parametrize(
    ("values", "said"),
    [({"jaw": 1}, "chin"), ({"chin": 2}, "0 to 1"), ({"width": 1.5}, "width=1.5")],
)
def test_wrong_lines_are_refused(values: dict[str, float], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        with_edges(config("default"), values)


def test_a_model_remembers_its_lines(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.set_num_threads(1)
    monkeypatch.chdir(tmp_path)
    words = ("--data", ck_folder(tmp_path / "faces"), "--images", "8", "--precision", "fp32")
    made = cli("reenact", "train", "--preset", "tiny", *words, "--edges", "chin=0", "gaze=1")
    assert made.code == 0, made.err
    model = load_model(str(Path("runs") / "00000-reenact-tiny"), torch.device("cpu"))
    assert model.config.edges == EdgeStyle(False, 1, 0, True, True, True)
    clip = drawn(0)
    frame, _ = model.frame(clip.truth[:1], clip.moved[1:2], clip.landmarks[1:2], None)
    assert frame.shape == (1, SIZE, SIZE, 3)
    assert np.isfinite(frame).all()
