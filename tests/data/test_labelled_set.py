"""Pictures with Action Units taken over: OpenFace, CelebA's list, photos; nothing lost."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.data import labelled_set
from mien.data.attributes import read_attributes
from mien.data.labelled_set import (
    LabelledImport,
    import_labelled,
    is_labelled_set,
    read_labels,
)
from mien.errors import InputError, OutputError
from mien.io.image import write_image
from mien.seeding import rng
from mien.types import OPENFACE_AUS

Cli = Callable[..., Any]


def picture(path: Path, number: int, size: int = 40) -> None:
    shown = rng(number, "labelled").integers(0, 256, (size, size, 3)).astype(np.uint8)
    write_image(path, shown, provenance=None)


def celeba(root: Path, count: int = 6, *, head: bool = True) -> Path:
    lines = [f"{count}", " ".join(OPENFACE_AUS)] if head else []
    for k in range(count):
        picture(root / "images" / f"{k:06d}.png", k)
        lines.append(f"{k:06d}.jpg " + " ".join(f"{(k + j) % 5}.5" for j in range(17)))
    (root / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")
    return root


def openface(root: Path) -> Path:
    """Three pictures, one of them with two faces, one hardly sure; and a clip of three frames."""
    head = ["confidence", *(f"AU{int(name[2:]):02d}_r" for name in OPENFACE_AUS)]

    def table(name: str, first: str, rows: list[tuple[int, float]]) -> None:
        lines = [", ".join([first, *head])]
        for number, sure in rows:
            values = [f"{(number + j) % 5}.0" for j in range(17)]
            lines.append(", ".join([str(number), f"{sure}", *values]))
        (root / f"{name}.csv").write_text("\n".join(lines) + "\n")

    root.mkdir(parents=True)
    table("anna", "face", [(0, 0.98)])
    table("both", "face", [(0, 0.95), (1, 0.9)])
    table("dim", "face", [(0, 0.7)])
    table("film", "frame", [(1, 0.98), (2, 0.98), (3, 0.2)])
    for number, name in enumerate(("anna", "dim")):
        picture(root / f"{name}_aligned" / "face_det_000000.png", number)
    for face in range(2):
        picture(root / "both_aligned" / f"face_det_{face:06d}.png", 10 + face)
    for frame in (1, 2, 3):
        picture(root / "film_aligned" / f"frame_det_00_{frame:06d}.png", 20 + frame)
    return root


@pytest.mark.parametrize("head", [True, False], ids=["two head lines", "none"])
def test_no_row_of_a_list_is_lost(head: bool, tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = LabelledImport("celeba", size=32, crop="centre")
    report = import_labelled(celeba(tmp_path / "in", head=head), out, asked)
    assert (report.usable, report.rows, report.left) == (6, 6, [])
    found = read_attributes(out / "attributes.csv")
    given = read_attributes(tmp_path / "in" / "list_attr_celeba.txt")
    assert np.allclose(found.aus, given.aus, atol=1e-4)
    assert is_labelled_set(out)
    assert read_labels(out)["crop"] == {"name": "centre"}
    with pytest.raises(OutputError):
        import_labelled(tmp_path / "in", out, asked)


def test_openfaces_folders(tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = LabelledImport("openface", size=32, crop="squeeze")
    report = import_labelled(openface(tmp_path / "in"), out, asked)
    assert report.usable == 5
    told = {one.name: one.reason for one in report.left}
    assert told["dim_aligned/face_det_000000.png"] == "confidence 0.70 below 0.88"
    assert told["film_aligned/frame_det_00_000003.png"] == "confidence 0.20 below 0.88"
    assert len(told) == 2
    rows = list(csv.DictReader((out / "attributes.csv").read_text().splitlines()))
    sure = {row["name"].split("/")[1]: row for row in rows}
    second = sure["both_aligned_face_det_000001.png"]
    assert float(second["AU1"]) == pytest.approx(0.2)
    assert {row["source"] for row in rows} == {"measured"}
    less = LabelledImport("openface", size=32, crop="squeeze", confidence=0.5)
    assert import_labelled(tmp_path / "in", tmp_path / "less", less).usable == 6


def test_what_has_no_partner_is_named(tmp_path: Path) -> None:
    source = celeba(tmp_path / "in")
    picture(source / "images" / "stranger.png", 99)
    (source / "images" / "000002.png").unlink()
    (source / "images" / "000003.png").write_bytes(b"broken")
    report = import_labelled(
        source, tmp_path / "out", LabelledImport("celeba", size=32, crop="centre")
    )
    told = {one.name: one.reason for one in report.left}
    assert told["images/stranger.png"] == "a picture without Action Units"
    assert told["000002.jpg"] == "Action Units without a picture"
    assert "images/000003.png" in told
    assert (report.usable, len(told)) == (4, 3)
    assert len(json.loads((tmp_path / "out" / "report.json").read_text())["left"]) == 3


def test_photos_are_estimated_and_marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def estimated(image: Any, options: Any) -> tuple[Any, float, Any]:
        if image[0, 0, 0] == image[1, 1, 1] == 0:
            raise InputError("no face found")
        return image[:32, :32], 1.0, np.full(22, 0.25)

    monkeypatch.setattr(labelled_set, "_estimated", estimated)
    for k in range(3):
        picture(tmp_path / "in" / f"{k}.png", k)
    write_image(tmp_path / "in" / "wall.png", np.zeros((40, 40, 3), np.uint8), provenance=None)
    out = tmp_path / "out"
    report = import_labelled(tmp_path / "in", out, LabelledImport("photos", size=32))
    assert [one.name for one in report.left] == ["wall.png"]
    rows = list(csv.DictReader((out / "attributes.csv").read_text().splitlines()))
    assert [row["source"] for row in rows] == ["estimated"] * 3
    labels = read_labels(out)
    assert (labels["estimated"], labels["measured"]) == (3, 0)
    assert labels["crop"]["name"] == "head-256"
    assert "estimated" in "\n".join(report.lines())


def test_without_action_units_nothing_is_written(tmp_path: Path) -> None:
    source = celeba(tmp_path / "in")
    (source / "list_attr_celeba.txt").unlink()
    with pytest.raises(InputError, match="--attributes"):
        import_labelled(source, tmp_path / "out", LabelledImport("celeba", crop="centre"))
    (source / "other.txt").write_text("somebody.jpg " + "1 " * 17)
    asked = LabelledImport("celeba", attributes=source / "other.txt", crop="centre")
    with pytest.raises(InputError, match="none of 1 rows"):
        import_labelled(source, tmp_path / "out", asked)
    assert not (tmp_path / "out").exists()
    (tmp_path / "labels.json").write_text('{"format": "x"}')
    with pytest.raises(InputError, match="line 1"):
        read_labels(tmp_path)


@pytest.mark.parametrize("kind", ["celeba", "openface"])
def test_what_is_taken_over_trains(
    kind: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    source = celeba(tmp_path / "in") if kind == "celeba" else openface(tmp_path / "in")
    words = ("--size", "32", "--crop", "squeeze", "--out", "set")
    made = cli("data", "import", kind, source, *words)
    assert made.code == (0 if kind == "celeba" else 3), made.err
    asked = ("--preset", "tiny-seed", "--data", "set", "--images", "8", "--precision", "fp32")
    trained = cli("express", "train", *asked)
    assert trained.code == 0, trained.err
    assert (tmp_path / "runs" / "00000-express-tiny-seed" / "weights.safetensors").is_file()


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "[]", '"x"'])
def test_a_format_that_is_no_number_is_one_line(tmp_path: Path, number: str) -> None:
    (tmp_path / "labels.json").write_text(f'{{"format": {number}, "crop": {{}}, "estimated": 0}}')
    with pytest.raises(InputError, match=r"labels\.json"):
        read_labels(tmp_path)
