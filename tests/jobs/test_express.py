from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.errors import OptionError
from mien.io.image import read_image, write_image
from mien.io.mark import LOUDEST
from mien.io.provenance import read_provenance
from mien.jobs.express import JOB, AnimateRequest, EditRequest, evaluate
from mien.types import Image

Cli = Callable[..., Any]


@pytest.fixture
def photo(tmp_path: Path, astronaut: Image) -> Path:
    path = tmp_path / "小明.png"
    write_image(path, astronaut[:360, 40:420], provenance=None)
    return path


def difference(one: Path, other: Path) -> np.ndarray:
    return np.abs(read_image(one).astype(int) - read_image(other)).max(axis=2)


def test_an_edit_changes_the_face_and_nothing_else(cli: Cli, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = cli("express", "edit", photo, "--au", "12=.8", "6=.5", "--out", out)
    assert result.code == 0
    target = out / "小明.png"
    assert target.name in result.out
    change = difference(photo, target)
    assert change[120:180, 130:230].max() > 20  # the mouth
    assert change[250:].max() == 0
    assert change[:, 330:].max() == 0
    made_by = read_provenance(target)
    assert made_by is not None
    assert (made_by.job, made_by.source) == ("express.edit", "compositeSynthetic")
    # The same again is kept beside it, byte for byte the same.
    again = cli("express", "edit", photo, "--au", "6=.5", "--au", "12=.8", "--out", out)
    assert again.code == 0
    assert (out / "小明-2.png").read_bytes() == target.read_bytes()


def test_presets_turns_and_gaze_are_edits_too(cli: Cli, photo: Path, tmp_path: Path) -> None:
    for words in (["--preset", "surprised"], ["--yaw", "8"], ["--gaze", ".5", "0"]):
        out = tmp_path / words[0].strip("-")
        assert cli("express", "edit", photo, *words, "--out", out).code == 0
        assert difference(photo, out / "小明.png").max() > 20


def test_its_own_expression_changes_little(cli: Cli, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli("express", "edit", photo, "--like", photo, "--out", out).code == 0
    same = difference(photo, out / "小明.png")
    assert cli("express", "edit", photo, "--preset", "laugh", "--out", out).code == 0
    other = difference(photo, out / "小明-2.png")
    assert same.mean() < 0.5 * other.mean()


def test_a_photo_without_a_face_does_not_stop_the_rest(
    cli: Cli, photo: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.png"
    write_image(empty, np.full((120, 160, 3), 128, np.uint8), provenance=None)
    result = cli(
        "express", "edit", empty, photo, tmp_path / "none.png", "--preset", "smile",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert result.code == 3
    assert "empty.png: no face was found" in result.err
    assert "none.png: no such file" in result.err
    assert (tmp_path / "out" / "小明.png").is_file()
    assert cli("express", "edit", empty, "--preset", "smile", "--out", tmp_path / "o").code == 2


def test_a_second_face_has_to_be_there(cli: Cli, photo: Path, tmp_path: Path) -> None:
    result = cli("express", "edit", photo, "--preset", "smile", "--face", "2", "--out", tmp_path)
    assert result.code == 2
    assert "--face 2, but 1 were found" in result.err


def test_a_photo_is_animated(cli: Cli, photo: Path, tmp_path: Path) -> None:
    from PIL import Image as Pillow

    result = cli(
        "express", "animate", photo, "--expression", "happy=1", "--frames", "5", "--fps", "10",
        "--format", "gif", "--out", tmp_path / "out",
    )  # fmt: skip
    assert result.code == 0
    with Pillow.open(tmp_path / "out" / "小明.gif") as clip:
        assert clip.n_frames == 5  # type: ignore[attr-defined]
        assert clip.info["duration"] == 100


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["edit", "a.png"], "nothing to change"),
        (["edit", "--preset", "smile"], "PHOTO"),
        (["edit", "a.png", "--preset", "smle"], "smile"),
        (["edit", "a.png", "--au", "AU99=1"], "AU99"),
        (["edit", "a.png", "--au", "12=3"], "--au 12"),
        (["animate", "a.png"], "nothing to follow"),
        (["animate", "a.png", "--driver", "x.csv", "--expression", "happy=1"], "both given"),
        (["animate", "a.png", "--driver", "x.csv"], "x.csv: no such file"),
        (["animate", "a.png", "--expression", "hapy=1"], "happy"),
    ],
)
def test_bad_options_are_told_in_one_line(cli: Cli, words: list[str], told: str) -> None:
    result = cli("express", *words)
    assert result.code == 2
    assert told in result.err
    assert "Traceback" not in result.err


def test_requests_are_what_the_issue_asks_for() -> None:
    assert list(JOB.request) == ["edit", "animate", "train", "eval", "export"]
    assert JOB.request["edit"] is EditRequest
    assert JOB.request["animate"] is AnimateRequest
    with pytest.raises(OptionError, match="cuda"):
        JOB.load("cuda:9")


@pytest.mark.slow
def test_edits_of_drawn_people_come_nearer_to_the_truth() -> None:
    figures = evaluate("tiny")
    assert figures["detected"] == 1.0
    assert figures["psnr"] > figures["psnr_unedited"] + 2.0
    assert figures["nme"] < figures["nme_unedited"]


def test_sweeps_grids_and_masks(cli: Cli, photo: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli("express", "edit", photo, "--sweep", "12,4", "--steps", "3", "--out", out).code == 0
    sheet = read_image(out / "小明.sweep.png")
    assert sheet.shape == (2 * (224 + 16), 3 * 224, 3)
    smiles = [sheet[:224, k * 224 : (k + 1) * 224].astype(int) for k in range(3)]
    steps = [np.abs(one - smiles[0]).mean() for one in smiles]
    assert 0 < steps[1] < steps[2]
    words = ("--preset", "wink_left", "--mask", "--out", out)
    assert cli("express", "edit", photo, *words).code == 0
    mask = read_image(out / "小明.mask.png")
    change = difference(photo, out / "小明.png")
    # The mask tells of the edit, not of the mark that is laid over it.
    assert change[mask[..., 0] == 0].max() <= LOUDEST
    assert mask[change > LOUDEST, 0].min() > 0
    eyes = mask[85:125, :, 0].astype(int)
    assert eyes[:, 100:180].sum() > 3 * eyes[:, 188:270].sum()
    both = cli("express", "edit", photo, "--sweep", "12", "--grid", "--out", out)
    assert both.code == 2
    assert "wanted one of them" in both.err


def test_a_selection_changes_nothing_else(cli: Cli, photo: Path, tmp_path: Path) -> None:
    for name, words in (("all", ()), ("brows", ("--only", "1,2"))):
        out = tmp_path / name
        assert cli("express", "edit", photo, "--preset", "surprise", *words, "--out", out).code == 0
    whole, brows = (difference(photo, tmp_path / one / "小明.png") for one in ("all", "brows"))
    mouth = (slice(135, 180), slice(150, 220))
    assert whole[mouth].mean() > 5
    assert brows[mouth].mean() < 0.2 * whole[mouth].mean()
    assert brows.max() > 10
    wrong = cli("express", "edit", photo, "--preset", "smile", "--only", "99", "--out", tmp_path)
    assert wrong.code == 2
