"""Translating pictures: both ways, alone and in batches, from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.data.people import CROP, HeadSpec, draw_person
from mien.errors import OptionError, WeightsError
from mien.face import affine
from mien.io.image import read_image, write_image
from mien.io.provenance import read_provenance
from mien.io.video import read_frames, write_video
from mien.io.weights import WeightHeader, read_header
from mien.jobs.translate import JOB, probe
from mien.jobs.translate.clips import Damper
from mien.jobs.translate.config import RunRequest
from mien.jobs.translate.evaluation import Judge, people, trivial, variety
from mien.jobs.translate.model import SHIPPED, TranslateModel, load_model, save_model
from mien.jobs.translate.networks import make_maker
from mien.jobs.translate.presets import PRESETS
from mien.jobs.translate.use import Piece, pasted, soft
from mien.nn.init import generator
from mien.seeding import rng
from mien.types import Image

from .translate_help import SIZE, tiny

CPU = torch.device("cpu")
Cli = Callable[..., Any]


def ready(to: Any = "anime") -> torch.nn.Module:
    """A tiny maker with weights that make something of its input."""
    maker = make_maker(tiny("tiny"), 3, "to_b" if to == "anime" else "to_a")
    with torch.no_grad():
        for part in maker.parameters():
            part.add_(torch.randn(part.shape, generator=generator("ready")) * 0.05)
    return maker.eval()


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder like a run's, with both directions."""
    for to in ("anime", "photo"):
        told = {"preset": "tiny", "crop": CROP, "head": True}
        save_model(
            tmp_path / "run" / f"{to}.safetensors", ready(to), to, config=tiny("tiny"), told=told
        )
    return tmp_path / "run"


@pytest.fixture
def photo(tmp_path: Path, astronaut: Image) -> Path:
    path = tmp_path / "太空人.png"
    write_image(path, astronaut[:300, 60:400], provenance=None)
    return path


def test_a_picture_does_not_depend_on_its_neighbours(models: Path) -> None:
    model = load_model(str(models), "anime", CPU)
    pictures = rng(5, "batch").integers(0, 256, (19, SIZE, SIZE, 3)).astype(np.uint8)
    together = model.draw(pictures)
    assert together.std() > 5
    for k in (0, 7, 18):
        assert np.array_equal(model.draw(pictures[k : k + 1])[0], together[k])
    assert model.draw(pictures[:0]).shape == (0, SIZE, SIZE, 3)


def test_a_model_says_what_it_makes(models: Path, tmp_path: Path) -> None:
    model = load_model(str(models / "photo.safetensors"), "photo", CPU)
    assert model.aligned
    with pytest.raises(OptionError, match="makes photo"):
        load_model(str(models / "photo.safetensors"), "anime", CPU)
    with pytest.raises(WeightsError):
        load_model(str(tmp_path / "none"), "anime", CPU)


def test_a_photo_becomes_anime_both_ways(
    cli: Cli, photo: Path, models: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    drawn = cli("translate", "run", photo, "--to", "anime", "--size", "192", "--out", out)
    assert drawn.code == 0, drawn.err
    picture = read_image(out / "太空人.png")
    assert picture.shape == (192, 192, 3)
    made_by = read_provenance(out / "太空人.png")
    assert made_by is not None
    assert (made_by.job, made_by.source) == ("translate.run", "algorithmicMedia")
    painted = cli("translate", "run", photo, "--to", "anime", "--model", models, "--out", out)
    assert painted.code == 0, painted.err
    made_by = read_provenance(out / "太空人-2.png")
    assert made_by is not None
    assert made_by.source == "trainedAlgorithmicMedia"
    assert len(made_by.models[0]) == 64
    assert read_image(out / "太空人-2.png").shape == (SIZE, SIZE, 3)
    # A drawing of ours goes back; the detector finds its face.
    back = cli("translate", "run", out / "太空人.png", "--to", "photo", "--model", models,
               "--size", "64", "--out", tmp_path / "back")  # fmt: skip
    assert back.code == 0, back.err
    assert read_image(tmp_path / "back" / "太空人.png").shape == (64, 64, 3)


def test_pasting_changes_the_face_and_leaves_the_rest(
    cli: Cli, photo: Path, models: Path, tmp_path: Path
) -> None:
    before = read_image(photo).astype(int)
    for words, source in (
        ((), "compositeSynthetic"),
        (("--model", str(models)), "compositeWithTrainedAlgorithmicMedia"),
    ):
        out = tmp_path / source
        result = cli("translate", "run", photo, "--to", "anime", "--paste", *words, "--out", out)
        assert result.code == 0, result.err
        after = read_image(out / "太空人.png")
        assert after.shape == before.shape
        change = np.abs(after - before).max(2)
        assert change[80:140, 140:200].mean() > 5  # the face
        assert change[:, :8].max() == 0
        made_by = read_provenance(out / "太空人.png")
        assert made_by is not None
        assert made_by.source == source


def test_a_drawing_without_a_face_gives_its_middle(cli: Cli, models: Path, tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    write_image(path, np.full((60, 90, 3), 200, np.uint8), provenance=None)
    result = cli("translate", "run", path, "--to", "photo", "--model", models, "--out", tmp_path)
    assert result.code == 0, result.err
    assert "middle square" in result.err
    assert read_image(tmp_path / "plain-2.png").shape == (SIZE, SIZE, 3)


def test_a_photo_without_a_face_does_not_stop_the_rest(
    cli: Cli, photo: Path, models: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.png"
    write_image(empty, np.full((120, 160, 3), 128, np.uint8), provenance=None)
    words = ("--to", "anime", "--model", models, "--out", tmp_path / "out")
    result = cli("translate", "run", empty, photo, tmp_path / "none.png", *words)
    assert result.code == 3
    assert "empty.png: no face was found" in result.err
    assert "none.png: no such file" in result.err
    assert (tmp_path / "out" / "太空人.png").is_file()
    assert cli("translate", "run", empty, *words).code == 2


def test_folders_sheets_and_clips(
    cli: Cli, photo: Path, astronaut: Image, models: Path, tmp_path: Path
) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    for name in ("b10.png", "b9.png"):
        write_image(folder / name, astronaut[:300, 60:400], provenance=None)
    (folder / "notes.txt").write_text("no picture")
    frames = [np.ascontiguousarray(astronaut[:300, 60 + k : 400 + k]) for k in (0, 1, 2)]
    write_video(folder / "c.mp4", frames, fps=10, provenance=None)
    made = cli("translate", "run", folder, "--to", "anime", "--model", models, "--sheet",
               "--size", "32", "--out", out)  # fmt: skip
    assert made.code == 0, made.err
    names = {"b9.png", "b9.sheet.png", "b10.png", "b10.sheet.png", "c.mp4"}
    assert {path.name for path in out.iterdir()} == names
    assert read_image(out / "b9.sheet.png").shape == (32, 64, 3)
    shown = list(read_frames(out / "c.mp4"))
    assert len(shown) == 3
    assert shown[0].shape == (32, 32, 3)
    assert cli("translate", "run", folder / "c.mp4", "--to", "anime", "--via", "character",
               "--out", out).code == 2  # fmt: skip
    pasted_back = cli("translate", "run", folder / "c.mp4", "--to", "anime", "--model", models,
                      "--paste", "--limit", "1", "--out", tmp_path / "p")  # fmt: skip
    assert pasted_back.code == 0, pasted_back.err
    (frame,) = read_frames(tmp_path / "p" / "c.mp4")
    assert frame.shape == (300, 340, 3)
    assert np.abs(frame[:, :8].astype(int) - frames[0][:, :8]).mean() < 8


def test_a_still_source_has_a_steady_translation() -> None:
    source = np.full((32, 32, 3), 90, np.uint8)
    moved = source.copy()
    moved[:16] = 200
    one, other = np.zeros((32, 32, 3), np.uint8), np.full((32, 32, 3), 100, np.uint8)
    damper = Damper(0.9)
    assert np.array_equal(damper(source, one), one)
    assert damper(source, other).max() == 10
    after = damper(moved, other)
    assert after[:12].min() > 95
    assert after[22:].max() < 30
    free = Damper(0.0)
    free(source, one)
    assert np.array_equal(free(source, other), other)


def test_a_guided_model_sees_the_fitted_head(cli: Cli, photo: Path, tmp_path: Path) -> None:
    settings = tiny("guided")
    maker = make_maker(settings, 3, "to_b").eval()
    told = {"preset": "guided", "crop": CROP, "head": True}
    path = tmp_path / "anime.safetensors"
    save_model(path, maker, "anime", config=settings, told=told)
    model = load_model(str(path), "anime", CPU)
    pictures = np.zeros((2, SIZE, SIZE, 3), np.uint8)
    with pytest.raises(ValueError, match="guides"):
        model.draw(pictures)
    assert not np.array_equal(model.draw(pictures, pictures), model.draw(pictures, pictures + 200))
    made = cli("translate", "run", photo, "--to", "anime", "--via", "guided", "--model", path,
               "--out", tmp_path / "out")  # fmt: skip
    assert made.code == 0, made.err
    made_by = read_provenance(tmp_path / "out" / "太空人.png")
    assert made_by is not None
    assert len(made_by.models) == 2
    refused = cli("translate", "run", photo, "--to", "anime", "--via", "guided", "--out", tmp_path)
    assert refused.code == 2
    assert "not trained with guides" in refused.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["run", "a.png"], "--to"),
        (["run", "--to", "anime"], "PICTURE"),
        (["run", "a.png", "--to", "cartoon"], "anime"),
        (["run", "a.png", "--to", "photo", "--via", "character"], "--via"),
        (["run", "a.png", "--to", "anime", "--model", "none"], "none"),
        (["train", "--preset", "defualt"], "did you mean default"),
        (["train", "--data", "photos"], "--to-data"),
        (["train", "--data", "nowhere", "--to-data", "none"], "no such file or folder"),
        (["export", "--out", "x.txt", "--model", "none"], "none"),
    ],
)
def test_bad_options_are_told_in_one_line(
    cli: Cli, words: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli("translate", *words)
    assert result.code == 2
    assert told in result.err
    assert "Traceback" not in result.err


def test_exporting_gives_the_same_pictures(cli: Cli, models: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript", reason="the extra [onnx] is not installed")
    runtime = pytest.importorskip("onnxruntime", reason="the extra [onnx] is not installed")
    out = tmp_path / "x.onnx"
    result = cli("translate", "export", "--model", models, "--to", "photo", "--out", out)
    assert result.code == 0, result.err
    session = runtime.InferenceSession(out.read_bytes(), providers=["CPUExecutionProvider"])
    x = torch.zeros(3, 3, SIZE, SIZE)
    (made,) = session.run(None, {"picture": x.numpy()})
    wanted = load_model(str(models), "photo", CPU).maker(x)
    assert np.abs(made - wanted.numpy()).max() < 1e-3


def test_a_piece_goes_where_it_came_from() -> None:
    photo = np.full((60, 80, 3), 50, np.uint8)
    image = np.full((20, 20, 3), 200, np.uint8)
    place = affine.invert([[0.5, 0, -10], [0, 0.5, -5]])
    made = pasted(photo, [Piece(image, np.ones((20, 20), bool), place, ())])
    assert np.all(made[28:32, 38:42] == 200)
    assert np.all(made[:8] == 50)
    assert np.all(made[:, 62:] == 50)
    mask = soft(np.ones((64, 64), bool))
    assert mask[0].max() == 0
    assert mask[32, 32] == 1


def test_the_judge_knows_better_from_worse() -> None:
    known = people("anime", 64, 12, lambda step: None)
    judge = Judge(known)
    floor, rows = judge.floor(), {n: judge.row(made) for n, made in trivial(known).items()}
    assert floor["SSIM"] == pytest.approx(1)
    assert floor["dE hair"] == 0
    for row in rows.values():
        assert row["SSIM"] < 0.9
        assert row["dE iris"] > 5
    # Not so for a copy: a photo's points are found more surely than a small drawing's.
    assert rows["somebody else"]["landmarks"] > floor["landmarks"]
    # The network that knows drawings ranks them all.
    for row in rows.values():
        assert row["own landmarks"] > 1.3 * floor["own landmarks"]
    assert rows["copy the input"]["dE hair"] < rows["somebody else"]["dE hair"]
    spec = HeadSpec(size=64, seed=7_000_003)
    assert np.array_equal(known.given[3], draw_person(spec, 3)[1].rgb)


def test_a_model_in_memory_needs_no_file() -> None:
    header = WeightHeader("translate", "tiny")
    model = TranslateModel(ready(), tiny("tiny"), "anime", header, "", CPU)
    assert not model.aligned
    assert model.draw(np.zeros((1, SIZE, SIZE, 3), np.uint8)).shape == (1, SIZE, SIZE, 3)


def test_shipped_models_say_what_they_are() -> None:
    for to, path in SHIPPED.items():
        if not path.is_file():
            pytest.skip("the shipped models are not here: make models")
        header = read_header(path)
        assert path.stat().st_size <= 4 * 2**20
        assert header.config["to"] == to
        assert header.crop["name"] == "head-256"
        assert {"SSIM", "dE iris", "landmarks"} <= set(header.metrics)


def test_requests_are_what_the_issue_asks_for() -> None:
    assert list(JOB.request) == ["run", "train", "eval", "export"]
    assert JOB.request["run"] is RunRequest
    with pytest.raises(OptionError, match="cuda"):
        JOB.load("cuda:9")


def test_the_documentation_names_every_preset(root: Path) -> None:
    written = (root / "docs" / "translate.md").read_text("utf-8")
    assert [name for name in PRESETS if f"`{name}`" not in written] == []


def test_a_probe_reads_what_is_true_and_knows_when_it_is_lost() -> None:
    random = rng(8, "probe")
    traits = np.stack([random.uniform(-1, 1, 160), random.uniform(0, 2, 160), np.zeros(160)], 1)
    traits[::2, 2] = 1
    pictures = random.integers(90, 110, (160, 32, 32, 3))
    pictures[:, :10] += np.rint(60 * traits[:, 0])[:, None, None, None].astype(int)
    pictures[:, 20:, :, 1] += np.rint(30 * traits[:, 1])[:, None, None].astype(int)
    pictures[::2, 14:17] = 20
    pictures = pictures.astype(np.uint8)
    known = probe.trained(pictures[:120], traits[:120])
    scores = probe.agreement(known(pictures[120:]), traits[120:])
    assert min(scores.values()) > 0.85
    grey = np.zeros_like(pictures[120:])
    grey[:] = pictures[120:].mean((1, 2, 3), keepdims=True).astype(np.uint8)
    lost = probe.agreement(known(grey), traits[120:])
    assert lost["glasses"] < 0.6
    same = np.repeat(pictures[:1], 40, 0)
    assert probe.agreement(known(same), traits[120:]) == dict.fromkeys(probe.TRAITS, 0.0)


def test_variety_is_the_mean_distance() -> None:
    pictures = np.zeros((4, 16, 16, 3), np.uint8)
    assert variety(pictures) == 0
    pictures[2:] = 10
    assert variety(pictures) == pytest.approx(8 / 12 * 10 * 192**0.5)
