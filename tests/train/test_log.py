"""What a run leaves to read."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest

from mien.io.image import read_image
from mien.io.provenance import read_provenance
from mien.train import events
from mien.train.log import Look, grid, read_stats, variety
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.plot import curves
from mien.train.recipe import Recipe
from mien.train.run_folder import RunFolder
from mien.train.watch import HATCHING, PATIENCE, REPEAT, Watch

MakeRecipe = Callable[..., Recipe]


def test_a_run_can_be_followed(make_recipe: MakeRecipe, run: RunFolder) -> None:
    looks: list[Look] = []
    plan = Plan(images=240, look_steps=2, log_images=80, preview_images=120)
    train(make_recipe(images=240), plan, Outside(run, told=looks.append))
    assert [look.images for look in looks] == list(range(16, 241, 16))
    assert math.isclose(looks[-1].seconds_left, 0.0)
    assert looks[-1].images_a_second > 0
    lines = read_stats(run)
    assert [line["images"] for line in lines] == [80, 160, 240]
    names = {"judge/loss", "judge/real", "judge/fake", "maker/loss", "judge/gradient judge"}
    assert names <= set(lines[0])
    assert all(0 <= line["waited"] <= 1 for line in lines)
    names = sorted(path.name for path in run.samples.iterdir())
    assert names == [
        f"{images:09d}-{kind}.png" for images in (16, 144, 240) for kind in ("average", "raw")
    ]
    page = read_image(run.samples / names[-1])
    assert page.shape == (64, 64, 3)
    made_by = read_provenance(run.samples / names[-1])
    assert made_by is not None
    assert (made_by.source, made_by.job, made_by.seed) == (
        "trainedAlgorithmicMedia",
        "generate.train",
        3,
    )
    assert read_image(run.plot).shape[1] == 960


def test_the_mean_of_a_line_is_over_all_its_looks(make_recipe: MakeRecipe, run: RunFolder) -> None:
    looks: list[Look] = []
    plan = Plan(images=64, look_steps=1, log_images=32, preview_images=10**9)
    train(make_recipe(images=64), plan, Outside(run, told=looks.append))
    wanted = np.mean([look.terms["judge/loss"] for look in looks[:4]])
    assert read_stats(run)[0]["judge/loss"] == pytest.approx(wanted, rel=1e-5)


def test_lines_after_the_checkpoint_are_forgotten(make_recipe: MakeRecipe, run: RunFolder) -> None:
    plan = Plan(images=32, look_steps=1, log_images=8, preview_images=10**9)
    train(make_recipe(images=32), plan, Outside(run))
    with run.stats.open("a") as file:
        file.write(json.dumps({"step": 9, "images": 72}) + '\n{"step": 10, "ima')
    train(make_recipe(images=32), plan, Outside(run))
    assert [line["step"] for line in read_stats(run)] == [1, 2, 3, 4]


def test_event_files_are_read_by_tensorboard(make_recipe: MakeRecipe, run: RunFolder) -> None:
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
    from tensorboard.compat.proto.event_pb2 import (
        Event,  # pyright: ignore[reportAttributeAccessIssue]
    )

    plan = Plan(images=32, look_steps=1, log_images=8, preview_images=10**9)
    train(make_recipe(images=32), plan, Outside(run))
    (path,) = run.path.glob("events*")
    found = [Event.FromString(record) for record in RawEventFileLoader(str(path)).Load()]
    assert found[0].file_version == "brain.Event:2"
    scalars = {(e.step, v.tag): v.simple_value for e in found for v in e.summary.value}
    for line in read_stats(run):
        assert scalars[line["step"], "judge/loss"] == pytest.approx(line["judge/loss"], rel=1e-6)
    pictures = [v.image for e in found for v in e.summary.value if v.HasField("image")]
    assert [(one.width, one.height) for one in pictures] == [(64, 64)] * 4
    assert pictures[0].encoded_image_string[:4] == b"\x89PNG"


def test_the_checksum_is_castagnoli() -> None:
    # RFC 3720, appendix B.4: 32 bytes of zeros give 8a9136aa.
    crc = 0x8A9136AA
    assert events.masked_crc(bytes(32)) == ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def test_a_grid_holds_its_pictures_in_order() -> None:
    pictures = np.stack([np.full((2, 3, 3), k, np.uint8) for k in range(5)])
    page = grid(pictures)
    assert page.shape == (4, 9, 3)
    assert page[::2, ::3, 0].tolist() == [[0, 1, 2], [3, 4, 255]]


def test_variety_is_that_of_the_thumbnails() -> None:
    random = np.random.Generator(np.random.PCG64(0))
    flat = np.repeat(random.integers(0, 256, (50, 1, 1, 3)), 16, 1).repeat(16, 2).astype(np.uint8)
    assert variety(flat) == pytest.approx(float(flat[:, 0, 0].astype(float).std(0).mean()))
    assert variety(flat[:1]) == 0.0


def test_curves_fit_their_page() -> None:
    lines = [{"images": k, "a/loss": float(k), "b/loss": 1.0} for k in range(1, 50)]
    page = curves(lines, ["a/loss", "b/loss"])
    assert page.shape == (300, 960, 3)
    blue = (page == (38, 98, 166)).all(2)
    rows, columns = np.nonzero(blue)
    assert rows.max() < 150
    assert (columns.min(), columns.max()) == (pytest.approx(90, abs=2), pytest.approx(940, abs=2))
    # It rises: what is further right stands higher.
    assert rows[columns.argmax()] < rows[columns.argmin()]
    assert curves(lines[:1], []).shape[0] == 150


def test_the_watch_waits_speaks_once_and_speaks_again() -> None:
    watch = Watch()
    won = {"d/real": 9.0, "d/fake": -9.0}
    said = [watch.line(won, waited=0.0) for _ in range(PATIENCE + REPEAT)]
    assert [len(one) for one in said].count(1) == 2
    assert len(said[PATIENCE - 1]) == 1
    assert "logits 18.0 apart" in said[PATIENCE - 1][0]


@pytest.mark.parametrize(
    ("terms", "waited", "sentence"),
    [
        ({"g/gradient g": 1e-6}, 0.0, "gradient of g has all but vanished"),
        ({"g/gradient g": 1e4}, 0.0, "gradient of g has grown to 1e+04"),
        ({"g/gradient g": 1.0}, 0.6, "60 % of the time went by waiting for data"),
    ],
)
def test_the_watch_knows_signs(terms: dict[str, float], waited: float, sentence: str) -> None:
    watch = Watch()
    for k in range(20):
        assert watch.line({"g/gradient g": 1.0 + 0.1 * (k % 3)}, waited=0.05) == []
    said = [line for _ in range(PATIENCE) for line in watch.line(terms, waited=waited)]
    assert len(said) == 1
    assert sentence in said[0]


def test_the_watch_sees_pictures_grow_alike() -> None:
    watch = Watch()
    assert watch.line({"g/variety": 0.9}, waited=0.0) == []
    said = [watch.line({"g/variety": 0.1}, waited=0.0) for _ in range(PATIENCE)]
    assert [len(one) for one in said] == [*[0] * (PATIENCE - 1), 1]
    assert "alike: 10 %" in said[-1][0]


def test_a_network_has_time_to_begin() -> None:
    watch = Watch()
    said = [watch.line({"g/variety": 0.1}, waited=0.0) for _ in range(HATCHING + PATIENCE)]
    assert not any(said[:HATCHING])
    assert len(said[-1]) == 1


def test_a_passing_sign_is_nothing() -> None:
    watch = Watch()
    for k in range(60):
        waited = 0.0 if k % PATIENCE == 0 else 0.9
        assert watch.line({}, waited=waited) == []


def test_collapse_is_measured_against_the_data() -> None:
    assert Watch().variety(20.0, 50.0) == []
    (said,) = Watch().variety(10.0, 50.0)
    assert "20 % of the data's variety" in said
