"""Recipes of data sets: the same bytes by any road, whole after any accident."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import multiprocessing
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.data import head_recipe
from mien.data.backends import Backend
from mien.data.crowd import Crowd, open_crowd
from mien.data.crowd import fill as fill_crowd
from mien.data.head_recipe import HeadRecipe, fill, open_set, read_recipe
from mien.data.people import HeadSpec, draw_person, head_name
from mien.errors import InputError, OutputError
from mien.head.schema import SLIDERS
from mien.io.image import read_image
from mien.io.provenance import read_provenance
from mien.persona.character import read_character

Cli = Callable[..., Any]


def recipe(**changes: Any) -> HeadRecipe:
    values: dict[str, Any] = {"count": 5, "size": 16, "seed": 4, "masks": True, "style": "both"}
    return HeadRecipe(**{**values, **changes}, head=head_name())


def make(wanted: HeadRecipe, folder: Path, *, workers: int = 1) -> list[int]:
    told: list[int] = []
    fill(open_set(wanted, folder), backend=Backend("local", workers), told=told.append)
    return told


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_recipe, "SHARD", 2)


def test_effects_spoil_photos_alone(tmp_path: Path) -> None:
    clean, spoilt, again = (tmp_path / name for name in ("clean", "spoilt", "again"))
    wanted = recipe(count=4, size=48, masks=False)
    make(wanted, clean)
    effects = dataclasses.replace(wanted, effects=True)
    make(effects, spoilt)
    make(effects, again, workers=2)
    assert tree(spoilt) == tree(again)
    one, other = tree(clean), tree(spoilt)
    assert one["labels.csv"] == other["labels.csv"]
    for index in range(4):
        name = f"00000/{index:06d}.png"
        assert np.array_equal(read_image(clean / "toon" / name), read_image(spoilt / "toon" / name))
        changed = read_image(clean / "photo" / name).astype(int) - read_image(
            spoilt / "photo" / name
        )
        assert 0.5 < np.abs(changed).mean() < 30
    assert read_recipe(spoilt / "recipe.json") == effects


def test_recipes_from_before_effects_are_read() -> None:
    assert b"effects" not in recipe().as_bytes()
    assert len(recipe(count=10_000_000, effects=True, seed=2**62).as_bytes()) < 200


@pytest.mark.usefixtures("small_shards")
def test_a_set_holds_what_its_recipe_says(tmp_path: Path) -> None:
    wanted = recipe()
    assert sum(make(wanted, tmp_path)) == 10
    files = tree(tmp_path)
    pictures = [name for name in files if name.endswith(".png")]
    assert len(pictures) == 20
    drawn = draw_person(HeadSpec(style="toon", size=16, seed=4), 3)[1]
    assert np.array_equal(read_image(tmp_path / "toon/00001/000003.png"), drawn.rgb)
    with PillowImage.open(tmp_path / "toon-masks/00001/000003.png") as mask:
        assert mask.mode == "P"
        assert np.array_equal(np.asarray(mask), drawn.labels)
    assert {name.split("/", 1)[1] for name in pictures if name.startswith("photo/")} == {
        name.split("/", 1)[1] for name in pictures if name.startswith("toon/")
    }
    made_by = read_provenance(tmp_path / "photo/00000/000000.png")
    assert made_by is not None
    assert (made_by.job, made_by.seed) == ("head.dataset", 4)


@pytest.mark.usefixtures("small_shards")
def test_labels_name_every_parameter(tmp_path: Path) -> None:
    make(recipe(), tmp_path)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "labels.csv").read_text())))
    assert [row["file"] for row in rows][::5] == ["photo/00000/000000.png", "toon/00000/000000.png"]
    assert len(rows) == 10
    code, drawn = draw_person(HeadSpec(size=16, seed=4), 3)
    row = rows[3]
    for name in ("sex", "age", *SLIDERS):
        assert float(row[name]) == pytest.approx(code.sliders[name], abs=1e-4)
    assert float(row["AU12"]) == pytest.approx(code.aus.get("AU12", 0.0), abs=1e-4)
    assert (row["hair"], row["glasses"], row["style"]) == (code.hair, code.glasses, "photo")
    assert float(row["yaw"]) == pytest.approx(code.pose.yaw, abs=1e-3)
    points = [[float(row[f"{axis}{k}"]) for axis in "xy"] for k in range(68)]
    assert np.abs(np.array(points) - drawn.landmarks).max() <= 0.0051
    assert [row[f"visible{k}"] == "1" for k in range(68)] == list(drawn.visible)
    assert {"light_key", "camera_distance", "background_0", "skin_red", "grey"} <= row.keys()
    assert all(value for row in rows for value in row.values())


@pytest.mark.usefixtures("small_shards")
def test_a_recipe_is_short_and_gives_the_same_set_again(tmp_path: Path) -> None:
    make(recipe(count=3), tmp_path / "one")
    path = tmp_path / "one" / "recipe.json"
    assert len(path.read_bytes()) <= 200
    longest = recipe(count=10_000_000, size=1024, sampler="portrait", seed=2**63 - 1)
    assert len(longest.as_bytes()) <= 200
    assert read_recipe(path) == recipe(count=3)
    make(read_recipe(path), tmp_path / "two")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    more = recipe(count=5)
    make(more, tmp_path / "more")
    kept = tree(tmp_path / "more")["photo/00000/000001.png"]
    # Person k is the same in a set of any size; only the recipe written into it differs.
    assert np.array_equal(
        read_image(tmp_path / "one/photo/00000/000001.png"),
        np.asarray(PillowImage.open(io.BytesIO(kept)).convert("RGB")),
    )


@pytest.mark.usefixtures("small_shards")
def test_a_whole_set_is_left_alone(tmp_path: Path) -> None:
    make(recipe(), tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert make(recipe(), tmp_path) == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.usefixtures("small_shards")
@pytest.mark.parametrize("moment", [0.0, 0.15, 0.4])
def test_a_killed_set_goes_on_with_the_same_bytes(tmp_path: Path, moment: float) -> None:
    wanted = recipe(count=7)
    make(wanted, tmp_path / "whole")
    begun = tmp_path / "begun"
    running = multiprocessing.get_context("fork").Process(target=make, args=(wanted, begun))
    running.start()
    while not (begun / "photo").is_dir() and running.is_alive():
        time.sleep(0.002)
    time.sleep(moment)
    assert running.pid is not None
    os.kill(running.pid, signal.SIGKILL)
    running.join()
    make(wanted, begun)
    assert tree(begun) == tree(tmp_path / "whole")
    assert sorted(path.name for path in begun.iterdir()) == sorted(
        path.name for path in (tmp_path / "whole").iterdir()
    )


@pytest.mark.slow
def test_the_number_of_workers_never_shows(tmp_path: Path) -> None:
    wanted = recipe(count=101, masks=False, style="toon")
    told = make(wanted, tmp_path / "two", workers=2)
    make(wanted, tmp_path / "one")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")
    assert sum(told) == 101


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"\xff\xfe junk", "not JSON; wanted the recipe.json"),
        (b"[" * 60_000, "not JSON; wanted the recipe.json"),
        (b"[1, 2]", "not a recipe; wanted exactly the fields count, effects, head, masks"),
        (b'{"count": 5}', "not a recipe; wanted exactly the fields"),
        (b"x" * 70_000, "MiB"),
    ],
)
def test_what_is_no_recipe_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "recipe.json"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message) as caught:
        read_recipe(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("count", 0),
        ("count", 10**9),
        ("count", True),
        ("count", 2.5),
        ("size", 8),
        ("size", 5000),
        ("size", "64"),
        ("style", "oil"),
        ("sampler", None),
        ("seed", -1),
        ("seed", 2**70),
        ("masks", 1),
        ("effects", "yes"),
        ("head", 2),
        ("head", "x" * 100),
    ],
)
def test_bad_values_of_a_recipe_are_named(tmp_path: Path, name: str, value: object) -> None:
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps({**dataclasses.asdict(recipe()), name: value}))
    with pytest.raises(InputError, match=f"{name} is ") as caught:
        read_recipe(path)
    assert "\n" not in str(caught.value)


def test_another_heads_recipe_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_bytes(dataclasses.replace(recipe(), head="1-0123456789ab").as_bytes())
    with pytest.raises(InputError, match=f"made for head 1-0123456789ab.* head {head_name()}"):
        read_recipe(path)


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="not empty; wanted a new folder"):
        open_set(recipe(), tmp_path)
    assert tree(tmp_path) == {"mine.txt": b"mine"}
    with pytest.raises(OutputError, match="not empty; wanted a new folder"):
        open_set(recipe(), tmp_path / "mine.txt")
    open_set(recipe(), tmp_path / "set")
    before = tree(tmp_path)
    with pytest.raises(OutputError, match="holds another data set"):
        open_set(recipe(seed=5), tmp_path / "set")
    assert tree(tmp_path) == before


@pytest.mark.usefixtures("small_shards")
def test_a_shard_that_lost_a_picture_is_named(tmp_path: Path) -> None:
    make(recipe(), tmp_path)
    (tmp_path / "photo/00001/000002.png").unlink()
    with pytest.raises(InputError, match=r"photo/00001: pictures are missing in it"):
        open_set(recipe(), tmp_path)


@pytest.mark.usefixtures("small_shards")
def test_a_full_disk_leaves_whole_folders_only(tmp_path: Path) -> None:
    def limited(pipe: Any) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1500, 1500))
        try:
            make(recipe(size=64), tmp_path / "set")
        except OutputError as error:
            pipe.send(str(error))

    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    running = context.Process(target=limited, args=(there,))
    running.start()
    assert here.poll(60)
    line = here.recv()
    running.join()
    assert "no space to write it" in line
    assert "\n" not in line
    assert set(tree(tmp_path / "set")) == {"recipe.json"}
    make(recipe(size=64), tmp_path / "set")
    make(recipe(size=64), tmp_path / "again")
    assert tree(tmp_path / "set") == tree(tmp_path / "again")


def test_a_crowd_has_names_of_its_own(tmp_path: Path) -> None:
    crowd = Crowd(count=2000, seed=9)
    names = [crowd.name(k) for k in range(600)]
    assert len(set(names)) == 600
    assert names[7] == Crowd(count=8, seed=9).name(7)
    assert names[:20] != [Crowd(count=20, seed=10).name(k) for k in range(20)]
    assert all(part.isascii() and part[0].isupper() for name in names for part in name.split())


def test_a_crowd_goes_on_where_it_was(tmp_path: Path) -> None:
    crowd = Crowd(count=3, size=32)
    missing = open_crowd(crowd, tmp_path / "a")
    assert missing == [0, 1, 2]
    fill_crowd(crowd, tmp_path / "a", missing[:2], workers=1, told=lambda _: None)
    assert open_crowd(crowd, tmp_path / "a") == [2]
    fill_crowd(crowd, tmp_path / "a", [2], workers=1, told=lambda _: None)
    fill_crowd(
        crowd, tmp_path / "b", open_crowd(crowd, tmp_path / "b"), workers=1, told=lambda _: None
    )
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    folder = tmp_path / "a" / crowd.folder(1)
    assert read_character(folder).code == crowd.person(1)
    assert np.array_equal(
        read_image(folder / "portrait.png"), read_character(folder).render(size=32).rgb
    )
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a" / "crowd.csv").read_text())))
    assert [row["name"] for row in rows] == [crowd.name(k) for k in range(3)]
    with pytest.raises(OutputError, match="holds another"):
        open_crowd(Crowd(count=4, size=32), tmp_path / "a")


def test_a_crowd_has_models_on_request(tmp_path: Path) -> None:
    crowd = Crowd(count=1, size=32, glb=True)
    fill_crowd(crowd, tmp_path / "a", [0], workers=1, told=lambda _: None)
    assert (tmp_path / "a" / crowd.folder(0) / "head.glb").read_bytes()[:4] == b"glTF"
