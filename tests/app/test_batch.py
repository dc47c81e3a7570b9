"""`mien batch`: every picture of a folder through an action, once, after kills too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.app.commands import batch
from mien.data.ledger import Ledger
from mien.errors import InputError, OptionError
from mien.io.image import write_image
from mien.jobs.base import Outcome, Skipped, no_progress

Cli = Callable[..., Any]


class Fake:
    """Copies photos' sizes; one photo has no face."""

    seen: list[str]

    def __init__(self) -> None:
        self.seen = []

    def run(self, request: Any, *, progress: Any = no_progress) -> Outcome:
        results, skipped = [], []
        for photo in request.photos:
            self.seen.append(photo.stem)
            if photo.stem.endswith("3"):
                skipped.append(Skipped(str(photo), f"{photo}: no face"))
                continue
            result = request.out / f"{photo.stem}.png"
            write_image(result, np.zeros((8, 8, 3), np.uint8), provenance=None)
            results.append(result)
        if not results:
            raise InputError("nothing could be done")
        return Outcome(tuple(results), tuple(skipped))


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    made = Fake()
    monkeypatch.setattr(batch, "_predictor", lambda *words: made)
    return made


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(7):
        write_image(folder / f"name{number}.png", np.zeros((20, 20, 3), np.uint8), provenance=None)
    return folder


def words(photos: Path, out: Path, *more: str) -> tuple[str, ...]:
    options = ("--out", str(out), "--piece", "2", "--workers", "1")
    return (
        "batch",
        str(photos),
        "--task",
        "express edit",
        *options,
        "--options",
        "preset smile",
        *more,
    )


def test_every_picture_once_with_its_result_or_reason(
    fake: Fake, photos: Path, tmp_path: Path, cli: Cli
) -> None:
    out = tmp_path / "out"
    result = cli(*words(photos, out))
    assert result.code == 3
    assert sorted(fake.seen) == [f"{number:09d}" for number in range(7)]
    assert "6 of 7 pictures done, 1 skipped" in result.out
    assert "name3.png" in result.err
    entry = Ledger(out).read(1)
    assert entry == {
        "results": {"000000002": ["000000002.png"]},
        "skipped": {"000000003": "no face"},
    }
    assert (out / "pieces" / "000003" / "000000006.png").is_file()
    assert "name" not in "".join(path.name for path in out.rglob("*"))


def test_a_stopped_batch_goes_on(fake: Fake, photos: Path, tmp_path: Path, cli: Cli) -> None:
    out = tmp_path / "out"
    assert cli(*words(photos, out)).code == 3
    # As a kill leaves it: a piece without its entry, and one that was never begun.
    (out / "ledger" / "000000.json").unlink()
    (out / "ledger" / "000003.json").unlink()
    (out / "pieces" / "000003" / "000000006.png").unlink()
    (out / "pieces" / "000003").rmdir()
    fake.seen.clear()
    assert cli(*words(photos, out)).code == 3
    assert fake.seen == ["000000000", "000000001", "000000006"]
    assert len(list((out / "pieces").rglob("*.png"))) == 6


def test_another_batch_does_not_mix_in(fake: Fake, photos: Path, tmp_path: Path, cli: Cli) -> None:
    out = tmp_path / "out"
    assert cli(*words(photos, out)).code == 3
    other = list(words(photos, out))
    other[other.index("preset smile")] = "preset sad"
    assert cli(*other).code == 2
    write_image(photos / "new.png", np.zeros((20, 20, 3), np.uint8), provenance=None)
    assert cli(*words(photos, out)).code == 2


def test_a_piece_in_which_nothing_can_be_done_is_skipped(
    fake: Fake, photos: Path, tmp_path: Path, cli: Cli
) -> None:
    alone = list(words(photos, tmp_path / "out"))
    alone[alone.index("--piece") + 1] = "1"
    assert cli(*alone).code == 3
    assert Ledger(tmp_path / "out").read(3) == {
        "results": {},
        "skipped": {"000000003": "nothing could be done"},
    }
    assert fake.seen[-1] == "000000006"


@pytest.mark.parametrize(
    ("task", "options", "told"),
    [
        ("express", "", "wanted one of"),
        ("express train", "", "wanted one of"),
        ("express edit", "--out x", "--out"),
        ("express edit", "--presett smile", "preset"),
        ("face analyse", "--json", "--json"),
    ],
)
def test_bad_tasks_are_one_line(task: str, options: str, told: str) -> None:
    with pytest.raises(OptionError, match=told):
        batch.task_of(task, options)


def test_the_actions_are_those_that_take_photos() -> None:
    assert {"express edit", "translate run", "character fit", "face analyse"} <= set(batch.tasks())
    assert "express train" not in batch.tasks()


def test_faces_are_measured_into_lines(photos: Path, tmp_path: Path, astronaut: Any) -> None:
    write_image(photos / "name1.png", astronaut, provenance=None, overwrite=True)
    task = batch.task_of("face analyse", "")
    heard: list[int] = []
    batch.piece(task, photos, tmp_path / "out", 2, 0, heard.append)
    entry = Ledger(tmp_path / "out").read(0)
    assert list(entry["skipped"]) == ["000000000"]
    lines = (tmp_path / "out" / "pieces" / "000000" / "faces.jsonl").read_text().splitlines()
    (found,) = (json.loads(line) for line in lines)
    assert (found["number"], len(found["faces"])) == (1, 1)
    assert "embedding" not in json.dumps(found)
    assert heard == [2]
