"""A person's network: its samples, its game, training that goes on exactly, and its frames."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch

from mien.errors import InputError, OptionError, WeightsError
from mien.face import affine
from mien.head.schema import AU_INDEX
from mien.io.provenance import Provenance, read_provenance
from mien.io.video import probe, read_frames, write_video
from mien.jobs.reenact.person import learn
from mien.jobs.reenact.person.film import Canvas
from mien.jobs.reenact.person.learn import affordable, clip_digest
from mien.jobs.reenact.person.networks import make_painter
from mien.jobs.reenact.person.player import PersonPlayer, arrays_of, painter_of, player_of
from mien.jobs.reenact.person.recipe import build, preview, ready_painter
from mien.jobs.reenact.person.scores import (
    follows,
    made_again,
    scored,
    sheet,
    signs_of,
    table_lines,
)
from mien.jobs.reenact.person.settings import PERSON_PRESETS, PersonSettings, person_settings
from mien.jobs.reenact.person.stream import PersonStream, condition
from mien.losses.reconstruction import coarse_ssim_loss
from mien.persona.landmark_model import AU_PART, PARAMETER_COUNT, landmark_model
from mien.persona.person import Person, read_person, write_person
from mien.persona.person_clip import crop_at, face_place
from mien.train.loop import Outside, train
from mien.train.plan import Plan
from mien.train.run_folder import RunFolder
from mien.types import Image, Landmarks

CPU = torch.device("cpu")
TINY = person_settings("person-tiny")
Cli = Callable[..., Any]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def points(size: int, opened: float) -> Landmarks:
    parameters = np.zeros(PARAMETER_COUNT)
    for name in ("AU25", "AU26"):
        parameters[AU_PART][AU_INDEX[name]] = opened
    model, still = landmark_model(), np.zeros(PARAMETER_COUNT)
    rest = model.project(still, np.zeros(3))
    return affine.transform(
        crop_at(*face_place(rest), size), model.project(parameters, np.zeros(3))
    )


def painted(landmarks: Landmarks, size: int) -> Image:
    made = np.full((size, size, 3), (60, 90, 120), np.uint8)
    where = np.rint(landmarks * 16).astype(np.int32)
    parts = ((slice(0, 27), (220, 170, 140)), (slice(48, 60), (180, 60, 70)))
    for part, colour in (*parts, (slice(60, 68), (40, 10, 10))):
        cv2.fillPoly(made, [cv2.convexHull(where[part])], colour, cv2.LINE_AA, 4)
    return made


@functools.cache
def person(count: int = 24, size: int = 32) -> Person:
    share = 0.5 - 0.5 * np.cos(4 * np.pi * np.arange(count) / count)
    landmarks = np.stack([points(size, 0.8 * s) for s in share])
    return Person(
        frames=np.stack([painted(one, size) for one in landmarks]),
        landmarks=landmarks,
        pupils=np.zeros((count, 2)),
        skin=np.stack([share, 1 - share], 1),
        neutral=0,
        still=painted(points(64, 0.0), 64),
        to_crop=np.array([[0.5, 0.0, 0.0], [0.0, 0.5, 0.0]]),
        fps=25.0,
    )


def stream(seed: int = 0) -> PersonStream:
    return PersonStream(person(), TINY, seed=seed)


def test_the_default_network_has_its_size() -> None:
    net = make_painter(person_settings("person"), 0)
    count = sum(one.numel() for one in net.parameters())
    assert count == pytest.approx(1.16e6, rel=0.02)
    assert 2 * count < 4 * 2**20


@pytest.mark.parametrize("preset", sorted(PERSON_PRESETS))
def test_settings_survive_json(preset: str) -> None:
    settings = person_settings(preset)
    assert PersonSettings.from_config(json.loads(json.dumps(settings.as_config()))) == settings


def test_an_untrained_network_trusts_the_warp() -> None:
    net = make_painter(TINY, 0).eval()
    again = make_painter(TINY, 0).eval()
    first, second, lines = (torch.rand(2, 3, 32, 32) * 2 - 1 for _ in range(3))
    made = net(first, second, lines, torch.zeros(2, 2))
    assert made.shape == (2, 4, 32, 32)
    assert torch.equal(made, again(first, second, lines, torch.zeros(2, 2)))
    assert 0.05 < made[:, 3].mean() < 0.5
    assert not torch.equal(made, net(first, second, lines, torch.ones(2, 2)))
    deaf = make_painter(dataclasses.replace(TINY, skin=False), 0).eval()
    assert torch.equal(*(deaf(first, second, lines, torch.full((2, 2), v)) for v in (0.0, 1.0)))


def test_samples_depend_on_seed_and_place_alone() -> None:
    one, other = stream().take(3, 4), stream().take(0, 8)
    for name, values in one.items():
        assert np.array_equal(values, other[name][3:7]), name
    different = stream(seed=1).take(3, 4)
    assert not np.array_equal(one["image"], different["image"])
    assert one["image"].shape == (4, 3, 32, 32)
    assert one["weight"].shape == (4, 1, 32, 32)
    assert -1 <= one["first"].min() < one["first"].max() <= 1


def test_a_warped_source_lies_nearer_than_the_source_itself() -> None:
    samples = stream().take(0, 24)
    apart = np.abs(samples["first"] - samples["image"]).mean()
    shuffled = np.abs(np.roll(samples["first"], 1, 0) - samples["image"]).mean()
    assert apart < 0.6 * shuffled


def test_sources_are_never_near_in_time() -> None:
    from mien.seeding import rng

    made = stream()
    for frame in range(0, 24, 5):
        for k in range(20):
            pair = made._sources(frame, rng("pair", k))
            assert min(abs(one - frame) for one in pair) >= 8


def test_lines_show_where_the_eyes_look() -> None:
    rest = points(64, 0.0)
    one, other = (condition(rest, np.array([x, 0.0]), 64) for x in (-0.2, 0.2))
    assert not np.array_equal(one, other)


def test_the_coarse_similarity_is_one_for_equals() -> None:
    x = torch.rand(2, 3, 32, 32) * 2 - 1
    assert float(coarse_ssim_loss(x, x)) == pytest.approx(0.0, abs=1e-6)
    assert float(coarse_ssim_loss(x, torch.rand_like(x) * 2 - 1)) > 0.5
    assert 0.0 < float(coarse_ssim_loss(x, x + 0.05 * torch.randn_like(x))) < 0.5


def trained(path: Path, images: int, *, stop_at: int | None = None) -> Any:
    recipe = build("person-tiny", TINY, stream(), images=images)
    looks = []

    def stop() -> bool:
        looks.append(1)
        return stop_at is not None and len(looks) >= stop_at

    plan = Plan(images=images, look_steps=1, save_seconds=0.0, preview_images=10**9)
    return train(recipe, plan, Outside(RunFolder(path), stop=stop))


def test_training_goes_on_exactly_where_it_stopped(tmp_path: Path) -> None:
    whole = trained(tmp_path / "a", 48)
    assert trained(tmp_path / "b", 48, stop_at=5).images == 20
    again = trained(tmp_path / "b", 48)
    assert again.images == whole.images == 48
    for name, net in whole.nets.items():
        for key, value in net.state_dict().items():
            assert torch.equal(value, again.nets[name].state_dict()[key]), (name, key)


def test_learning_comes_nearer_to_the_truth(tmp_path: Path) -> None:
    live = trained(tmp_path, 240)
    nets = {**live.nets, **live.averages}
    fresh = {**nets, "painter": make_painter(TINY, 0)}
    samples = {k: torch.from_numpy(v) for k, v in stream().take(7000, 32).items()}
    apart = []
    for one in (fresh, nets):
        net = ready_painter(one, stream(), CPU)
        with torch.no_grad():
            made = net(*(samples[name] for name in ("first", "second", "lines", "skin")))[:, :3]
        apart.append(float((made - samples["image"]).abs().mean()))
    assert apart[1] < 0.7 * apart[0]
    assert preview(nets, stream().take(0, 3)).shape == (9, 32, 32, 3)


def learnt(tmp_path: Path) -> Person:
    settings = {"preset": "person-tiny", **TINY.as_config()}
    numbers = arrays_of(make_painter(TINY, 0))
    made = dataclasses.replace(person(), numbers=numbers, settings=settings)
    by = Provenance("compositeWithTrainedAlgorithmicMedia", "reenact.person", seed=0)
    write_person(tmp_path / "anna", made, provenance=by)
    return read_person(tmp_path / "anna")


def test_a_written_network_plays_as_it_was(tmp_path: Path) -> None:
    known = learnt(tmp_path)
    player = player_of(known, CPU)
    straight = PersonPlayer(known, make_painter(TINY, 0), CPU)
    for frame in (0, 3, 9):
        one, other = player.frame(known.signs(frame)), straight.frame(known.signs(frame))
        assert one.shape == (32, 32, 3)
        assert np.abs(one.astype(int) - other).max() <= 2
    half, whole = (player_of(known, CPU, half=one).frame(known.signs(3)) for one in (True, False))
    assert np.abs(half.astype(int) - whole).mean() < 2.0


def test_what_the_network_makes_is_steady(tmp_path: Path) -> None:
    player = player_of(learnt(tmp_path), CPU)
    wild = [player.person.signs(k) for k in (3, 4, 3, 4, 3, 4)]
    steady = np.stack([player.frame(one) for one in wild]).astype(int)
    straight = player_of(player.person, CPU)
    raw = []
    for one in wild:
        first, second = straight._sources.warped(one)
        raw.append(straight.finished(first, second, one).astype(int))
    change, before = (np.abs(np.diff(one, axis=0)).mean() for one in (steady, np.stack(raw)))
    assert 0 < change < before


def test_without_a_network_the_warp_is_shown() -> None:
    player = player_of(person(), CPU)
    assert np.abs(player.frame(person().signs(5)).astype(int) - person().frames[5]).mean() < 2.0


@pytest.mark.parametrize(
    "changes", [{"maker": [8, 16]}, {"size": 64}, {"maker": [10**6]}, {"middle": 99}, {"what": 1}]
)
def test_a_network_of_another_kind_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    known = learnt(tmp_path)
    other = dataclasses.replace(known, settings={**known.settings, **changes})
    with pytest.raises(WeightsError, match="learn it again"):
        painter_of(other)


def test_the_face_is_laid_into_the_still() -> None:
    known = person()
    own = known.landmarks[known.neutral]
    canvas = Canvas(known, 64)
    shown = canvas(np.full((32, 32, 3), 255, np.uint8), own)
    assert shown.shape == (64, 64, 3)
    x, y = np.rint(2 * own[30]).astype(int)
    assert shown[y, x].tolist() == [255, 255, 255]
    # Far from the face the still stays as it is, whatever the crop shows there.
    assert np.array_equal(shown[:3], known.still[:3])
    assert Canvas(known, 40)(known.frames[0], own).shape == (40, 40, 3)
    same = canvas(affine.warp(known.still, known.to_crop, (32, 32)), own)
    assert np.abs(same.astype(int) - known.still).mean() < 3.0


def test_the_still_moves_along_with_the_face() -> None:
    known = person()
    own = known.landmarks[known.neutral]
    rows, columns = np.mgrid[:64, :64]
    shade = 4 * np.hypot(columns - 2 * own[27, 0], rows - 2 * own[27, 1])
    still = np.repeat(np.clip(shade, 0, 255)[..., None], 3, 2).astype(np.uint8)
    canvas = Canvas(dataclasses.replace(known, still=still), 64)
    moved = affine.warp(still, [[1, 0, 4], [0, 1, 0]], (64, 64)).astype(int)
    frame = affine.warp(moved.astype(np.uint8), known.to_crop, (32, 32))
    shown = canvas(frame, own + [2.0, 0.0]).astype(int)
    right = round(2 * own[16, 0]) + 1
    beside = (slice(28, 36), slice(right, right + 5))
    before, after = (np.abs(one[beside] - moved[beside]).mean() for one in (still, shown))
    assert after < 0.6 * before
    assert np.array_equal(shown[:, 0], still[:, 0])


def test_openings_that_follow_are_told() -> None:
    clip = np.stack([points(64, share) for share in (0.0, 0.3, 0.8, 0.5, 0.1)])
    assert follows(clip * 3 + 7, clip)["mouth r"] == pytest.approx(1.0)
    assert follows(clip[::-1], clip)["mouth r"] < 0.9
    gone = clip.copy()
    gone[:3] = np.nan
    assert np.isnan(follows(gone, clip)["lids r"])


def test_scores_tell_good_from_bad() -> None:
    big = person(count=24, size=128)
    train_part, held = big.part(slice(0, 16)), big.part(slice(16, None))
    rows = made_again(train_part, held, None)
    assert set(rows) == {"first frame", "nearest frame", "warp"}
    table = scored(held, {**rows, "truth": held.frames})
    assert table["truth"]["ssim"] == pytest.approx(1.0)
    assert table["truth"]["flicker"] == 0.0
    assert table["warp"]["ssim"] > table["first frame"]["ssim"]
    assert table["warp"]["psnr"] > table["first frame"]["psnr"] + 3.0
    assert len(table_lines(table)) == 5
    assert sheet(held, rows, columns=4).shape == (4 * 128, 4 * 128, 3)
    assert signs_of(train_part, held, 0).skin.shape == (2,)


def test_a_budget_becomes_images() -> None:
    few, many = (affordable(person(), TINY, minutes, CPU) for minutes in (0.01, 1.0))
    assert few >= TINY.batch
    assert many > 10 * few


def test_clips_are_told_apart(tmp_path: Path) -> None:
    one, other = tmp_path / "a.mp4", tmp_path / "b.mp4"
    one.write_bytes(b"a" * 50)
    other.write_bytes(b"b" * 50)
    assert clip_digest(one) != clip_digest(other)
    assert clip_digest(one) == clip_digest(one)
    with pytest.raises(InputError):
        clip_digest(tmp_path / "c.mp4")


def test_a_folder_that_is_no_person_is_named(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "person.json").write_text("{}")
    result = cli("reenact", "run", tmp_path / "x", "--expression", "happy=1", "--frames", "3")
    assert result.code == 2
    assert "not a whole person" in result.err


def test_a_person_follows_an_expression(cli: Cli, tmp_path: Path) -> None:
    learnt(tmp_path)
    words = ("--expression", "surprise=1", "--frames", "7", "--fps", "12", "--out", tmp_path / "o")
    assert cli("reenact", "run", tmp_path / "anna", *words).code == 0
    path = tmp_path / "o" / "anna.mp4"
    known = probe(path)
    assert (known.width, known.height, known.frames, known.fps) == (64, 64, 7, 12.0)
    made_by = read_provenance(path)
    assert made_by is not None
    assert made_by.job == "reenact.run"
    assert made_by.source == "compositeWithTrainedAlgorithmicMedia"
    assert len(made_by.models) == 2
    pictures = [one.astype(int) for one in read_frames(path)]
    moved = [np.abs(one - pictures[0]).mean() for one in pictures]
    assert int(np.argmax(moved)) in (2, 3, 4)
    assert cli("reenact", "run", tmp_path / "anna", *words, "--crop", "--format", "gif").code == 0
    assert probe(tmp_path / "o" / "anna.gif").width == 32


@pytest.fixture
def clip(tmp_path: Path, astronaut: Image) -> Path:
    """The astronaut, who speaks for a second."""
    from mien.face.analyse import analyse
    from mien.persona.expressions import ramp
    from mien.persona.move import Mover
    from mien.persona.retarget import retarget
    from mien.persona.subject import fit_subject

    photo = np.ascontiguousarray(astronaut[:300, 90:390])
    mover = Mover(fit_subject(photo, analyse(photo)[0]))
    speech = ramp({"talk": 1.0, "blink": 0.6}, frames=26, fps=25)
    frames = [mover.move(one).image for one in retarget(mover.subject.motion, speech)]
    path = tmp_path / "clip.mp4"
    write_video(path, frames, fps=25, provenance=None)
    return path


@pytest.mark.slow
def test_a_clip_is_learnt_gone_on_with_and_used(cli: Cli, clip: Path, tmp_path: Path) -> None:
    out, runs = tmp_path / "p", tmp_path / "runs"
    words = ("reenact", "learn", clip, "--out", out, "--runs", runs, "--preset", "person-tiny")
    first = cli(*words, "--images", "64")
    assert first.code == 0, first.err
    assert "can be used from now on" in first.err
    known = read_person(out)
    assert len(known) == 18
    assert known.numbers
    assert known.figures["images"] == 64
    assert 0.3 < known.figures["held ssim"] <= 1.0
    assert known.figures["warp ssim"] > 0.5
    for path in out.iterdir():
        assert b"clip.mp4" not in path.read_bytes()
    # The same clip again goes on with its run, and a second person gets a name of its own.
    again = cli(*words, "--images", "64", "--resume", "auto")
    assert again.code == 0
    assert len(list(runs.iterdir())) == 1
    assert cli(*words, "--images", "8").code == 0
    assert (tmp_path / "p-2").is_dir()
    done = cli("reenact", "run", out, "--driver", clip, "--out", tmp_path / "o", "--limit", "5")
    assert done.code == 0, done.err
    assert probe(tmp_path / "o" / "p.mp4").frames == 5


def test_a_run_of_another_clip_is_refused(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "c.mp4"
    write_video(path, [np.zeros((64, 64, 3), np.uint8)] * 3, fps=10, provenance=None)
    result = cli("reenact", "learn", path, "--resume", tmp_path / "none", "--out", tmp_path / "p")
    assert result.code == 2
    assert "not a run of this clip" in result.err
    assert not (tmp_path / "p").exists()


def test_a_clip_without_a_face_is_refused(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "c.mp4"
    write_video(path, [np.full((96, 96, 3), 90, np.uint8)] * 3, fps=10, provenance=None)
    result = cli("reenact", "learn", path, "--out", tmp_path / "p")
    assert result.code == 2
    assert "0 frames with a face; wanted at least 12" in result.err
    assert not (tmp_path / "p").exists()


def test_unknown_presets_are_refused() -> None:
    with pytest.raises(OptionError):
        person_settings("persn")


def test_a_long_film_can_be_made_in_parts(cli: Cli, tmp_path: Path) -> None:
    learnt(tmp_path)
    words = ("--expression", "surprise=1", "--frames", "9", "--out", tmp_path / "o", "--overwrite")
    path = tmp_path / "o" / "anna.mp4"
    shown = []
    for part in ((), ("--start", "4"), ("--start", "4", "--limit", "2")):
        assert cli("reenact", "run", tmp_path / "anna", *words, *part).code == 0
        shown.append([one.astype(int) for one in read_frames(path)])
    assert [len(one) for one in shown] == [9, 5, 2]
    # Another request has another invisible mark: its two noises are what they differ by.
    assert np.abs(shown[0][4] - shown[1][0]).mean() < 4.5
    assert np.abs(shown[0][0] - shown[1][0]).mean() > np.abs(shown[0][4] - shown[1][0]).mean()
    result = cli("reenact", "run", tmp_path / "anna", *words, "--start", "9")
    assert result.code == 2
    assert "the driver has 9 frames" in result.err


def test_a_film_that_is_stopped_keeps_what_was_made() -> None:
    from mien.persona.film import counted

    pictures = iter([np.zeros((4, 4, 3), np.uint8)] * 9)
    assert len(list(counted(pictures, 9, None, stop=lambda made: made == 4))) == 4


@pytest.mark.parametrize(("words", "wanted"), [((), None), (("--landmarks", "dlib68"), "dlib-68")])
def test_who_finds_the_points_can_be_chosen(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], wanted: Any
) -> None:
    if wanted:
        from mien.errors import MissingExtraError
        from mien.face.landmarks import Dlib68

        try:
            Dlib68()
        except MissingExtraError:
            pytest.skip("the extra dlib68 is not installed")
    clip = tmp_path / "c.mp4"
    write_video(clip, [np.zeros((64, 64, 3), np.uint8)] * 2, fps=10, provenance=None)
    asked: list[Any] = []

    def stand_in(*args: Any, landmarker: Any, **told: Any) -> Person:
        asked.append(landmarker)
        raise InputError("far enough")

    monkeypatch.setattr(learn, "person_of", stand_in)
    assert cli("reenact", "learn", clip, "--out", tmp_path / "p", *words).code == 2
    assert [None if one is None else one.name for one in asked] == [wanted]
