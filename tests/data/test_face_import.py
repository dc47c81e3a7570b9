"""Data sets of moving faces taken over: layouts, pairs, split, and nothing passed over."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.data.clip_stream import ClipStream, Variation
from mien.data.face_frames import completed, equalised
from mien.data.face_import import FaceImport, import_faces
from mien.data.face_layouts import LAYOUTS, list_layout
from mien.data.face_pairs import PAIR_KINDS, PairOptions, held_subjects, make_pairs
from mien.data.face_set import FRAMES, INFO, PAIRS, REPORT, is_face_set, read_face_set
from mien.data.landmark_files import lm2
from mien.errors import InputError, OutputError
from mien.io.image import read_image, write_image
from mien.seeding import rng

from .face_folders import FRAMES as COUNT
from .face_folders import MAKERS, Known, bosphorus, ckplus, drawn

Cli = Callable[..., Any]
ALL = PairOptions(kinds=PAIR_KINDS, step=2)


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text("utf-8").splitlines()))[1:]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_taken_over_and_read_back(layout: str, tmp_path: Path) -> None:
    source = MAKERS[layout](tmp_path / "in (数据)")
    out = tmp_path / "out"
    asked = FaceImport(layout, size=48, pairs=ALL)  # pyright: ignore[reportArgumentType]
    report = import_faces(source, out, asked, finder=Known)
    assert report.left == []
    assert report.people == {"train": 3}
    assert is_face_set(out)
    frames = rows(out / FRAMES)
    assert len(frames) == report.usable == 3 * COUNT * (2 if layout == "ckplus" else 1)
    assert json.loads((out / INFO).read_text())["layout"] == layout
    assert {one[1] for one in rows(out / PAIRS)} == set(PAIR_KINDS)
    found = read_face_set(out, 48)
    assert len(found.train.lengths) == 3
    assert len(found.train.pairs) == sum(one[0] == "train" for one in rows(out / PAIRS))
    clip = found.train.read(0)
    eyes = clip.landmarks[0, 36:48].mean(0)
    assert eyes[0] == pytest.approx(48 * 0.5 - 0.5, abs=0.7)
    batch = ClipStream(found.train, seed=1).take(0, 16)
    assert all(np.isfinite(one).all() for one in batch.values())
    half = read_face_set(out, 24).train.read(0)
    assert half.frames.shape[1:] == (24, 24, 3)
    assert np.allclose(half.landmarks, (clip.landmarks + 0.5) / 2 - 0.5)


def test_people_are_held_back_whole(tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = FaceImport("ckplus", size=48, held=0.4, pairs=PairOptions(kinds=("within",)))
    report = import_faces(ckplus(tmp_path / "in"), out, asked)
    assert report.people == {"train": 2, "held": 1}
    split = {row[1]: row[0] for row in rows(out / FRAMES)}
    assert sorted(split.values()) == ["held", "train", "train"]
    pairs = rows(out / PAIRS)
    # Every i < j of each person, through both sequences.
    assert len(pairs) == 3 * (2 * COUNT) * (2 * COUNT - 1) // 2
    for which, _, one, other in pairs:
        assert one.split("/")[:2] == other.split("/")[:2]
        assert one.split("/")[0] == which
    found = read_face_set(out, 48)
    assert {one.subject for one in found.held} == {name for name, s in split.items() if s == "held"}
    assert len(found.held) == 2
    assert all(len(one.frames) == COUNT for one in found.held)


def test_of_one_person_the_last_frames_are_held_back(tmp_path: Path) -> None:
    out = tmp_path / "out"
    import_faces(ckplus(tmp_path / "in", people=1), out, FaceImport("ckplus", size=32, held=0.4))
    held = [row for row in rows(out / FRAMES) if row[0] == "held"]
    assert [row[4][-1] for row in held] == ["4", "5", "4", "5"]
    assert len(read_face_set(out, 32).held) == 2


def test_nothing_is_passed_over_in_silence(tmp_path: Path) -> None:
    source = ckplus(tmp_path / "in", people=2)
    images, points = source / "images" / "S001" / "001", source / "Landmarks" / "S001" / "001"
    (images / "S001_001_00000002.png").write_bytes(b"not a picture")
    (points / "S001_001_00000003_landmarks.txt").write_text("1 2\n3 x\n")
    (images / "S001_001_00000004.png").unlink()
    write_image(images / "holiday.png", np.zeros((64, 64, 3), np.uint8), provenance=None)
    again = source / "copy" / "S001_001_00000001.png"
    again.parent.mkdir()
    again.write_bytes((images / "S001_001_00000001.png").read_bytes())
    (source / "film.mp4").write_bytes(b"\0")
    out = tmp_path / "out"
    report = import_faces(source, out, FaceImport("ckplus", size=32), finder=Known)
    told = {Path(one.name).name: one.reason for one in report.left}
    assert "not a picture" in told["S001_001_00000002.png"] or told["S001_001_00000002.png"]
    assert "line 2" in told["S001_001_00000003.png"]
    assert told["S001_001_00000004_landmarks.txt"] == "landmarks without a picture of that name"
    assert told["holiday.png"] == "its name is not one of this layout"
    assert told["film.mp4"] == "a clip, which this layout has none of"
    assert told["S001_001_00000001.png"] == "a second file of that name"
    assert len(told) == 6
    assert report.others == {".txt": 1}
    assert report.usable == 4 * COUNT - 3
    kept = json.loads((out / REPORT).read_text())
    assert len(kept["left"]) == 6
    assert "6 files or frames were left out" in "\n".join(report.lines())


def test_landmarks_are_found_where_there_are_none(tmp_path: Path) -> None:
    source = ckplus(tmp_path / "in", people=1)
    (source / "Landmarks" / "S001" / "001" / "S001_001_00000002_landmarks.txt").unlink()
    report = import_faces(source, tmp_path / "a", FaceImport("ckplus", size=32), finder=Known)
    assert (report.usable, report.given, report.left) == (2 * COUNT, 2 * COUNT - 1, [])

    def blind() -> Callable[[Any], None]:
        return lambda image: None

    report = import_faces(source, tmp_path / "b", FaceImport("ckplus", size=32), finder=blind)
    assert [one.reason for one in report.left] == ["no face found"]


def test_bosphorus_begins_at_rest_and_bends_what_was_found(tmp_path: Path) -> None:
    listing = list_layout(bosphorus(tmp_path / "in"), "bosphorus")
    assert [Path(one.shots[0].picture).stem[6:] for one in listing.strips] == ["N_N_0"] * 3
    truth = drawn(0).landmarks[0]
    found = truth + [0.4, -0.3]
    bent = completed(found, lm2.named(truth))
    assert bent is not None
    assert np.abs(bent - truth).max() < 0.1 < np.abs(found - truth).max()
    assert completed(truth + [40.0, 0.0], lm2.named(truth)) is None
    out = tmp_path / "out"
    source = bosphorus(tmp_path / "together", together=True)
    report = import_faces(source, out, FaceImport("bosphorus", size=64), finder=Known)
    assert (report.usable, report.left) == (3 * COUNT, [])


def test_pairs() -> None:
    subjects, strips = [0, 0, 0, 0, 1, 1], [0, 0, 0, 1, 2, 2]
    made = make_pairs(subjects, strips, PairOptions(kinds=PAIR_KINDS, step=2))
    assert made["rest"][0].tolist() == [[0, 1], [0, 2], [4, 5]]
    assert made["within"][0].tolist() == [[0, 1], [0, 2], [1, 2], [0, 3], [1, 3], [2, 3], [4, 5]]
    assert made["continuity"][0].tolist() == [[0, 2]]
    assert made["noise"][0].tolist() == [[k, k] for k in range(6)]
    few = make_pairs([0] * 200, [0] * 200, PairOptions(kinds=("within", "rest"), most=50))
    pairs, total = few["within"]
    assert (len(pairs), total) == (50, 200 * 199 // 2)
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert len({tuple(one) for one in pairs.tolist()}) == 50
    assert few["rest"][1] == 199
    again = make_pairs([0] * 200, [0] * 200, PairOptions(kinds=("within",), most=50))
    assert np.array_equal(again["within"][0], pairs)


def test_somebody_is_always_left_to_learn_from() -> None:
    people = [f"S{k:03d}" for k in range(10)]
    held = held_subjects(people, 0.3, 0)
    assert len(held) == 3
    assert held == held_subjects(people[::-1], 0.3, 0)
    assert held != held_subjects(people, 0.3, 1)
    assert held_subjects(["one"], 0.9, 0) == frozenset()
    assert len(held_subjects(["one", "two"], 0.9, 0)) == 1


def test_histograms_become_flat(tmp_path: Path) -> None:
    random = rng(0, "dark")
    dark = random.integers(20, 60, (64, 64, 1)).repeat(3, 2).astype(np.uint8)
    made = equalised(dark)
    assert (made.min(), made.max()) == (0, 255)
    assert (made[..., 0] == made[..., 1]).all()
    assert abs(made.mean() - 127.5) < 6
    order = np.argsort(dark[..., 0].ravel(), kind="stable")
    assert (np.diff(made[..., 0].ravel()[order].astype(int)) >= 0).all()
    flat = np.full((8, 8, 3), 77, np.uint8)
    assert np.array_equal(equalised(flat), flat)
    source = ckplus(tmp_path / "in", people=1)
    for name, flag in (("plain", False), ("flat", True)):
        asked = FaceImport("ckplus", size=32, equalise=flag)
        import_faces(source, tmp_path / name, asked)
    file = rows(tmp_path / "flat" / FRAMES)[0][3]
    plain, even = (read_image(tmp_path / name / file) for name in ("plain", "flat"))
    assert np.array_equal(even, equalised(plain))
    assert not np.array_equal(even, plain)


def test_noise_is_on_the_source_alone(tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = FaceImport("ckplus", size=32, noise=20.0, pairs=PairOptions(kinds=("noise",)))
    import_faces(ckplus(tmp_path / "in", people=1), out, asked)
    clips = read_face_set(out, 32).train
    stream = ClipStream(clips, seed=0, variation=Variation(False, 0.0, 0.0))
    batch = stream.take(0, 4)
    away = (batch["photo"] - batch["image"]) * 127.5
    assert 10 < away.std() < 22
    assert abs(away.mean()) < 3
    again = ClipStream(clips, seed=0, variation=Variation(False, 0.0, 0.0)).take(0, 4)
    assert np.array_equal(again["photo"], batch["photo"])


def test_a_first_frame_does_not_see_its_own_truth(tmp_path: Path) -> None:
    out = tmp_path / "out"
    asked = FaceImport("frgc", size=32, pairs=PairOptions(kinds=("within",)))
    import_faces(MAKERS["frgc"](tmp_path / "in", 1), out, FaceImport("frgc", size=32, held=0.0))
    stills = read_face_set(out, 32).train
    assert stills.read(0).has_before(1)  # one strip for each person
    import_faces(ckplus(tmp_path / "ck", 1), tmp_path / "ck-out", FaceImport("ckplus", size=32,
        held=0.0, pairs=asked.pairs))  # fmt: skip
    clips = read_face_set(tmp_path / "ck-out", 32).train
    clip = clips.read(0)
    assert not clip.has_before(COUNT)
    assert clip.has_before(COUNT + 1)
    stream = ClipStream(clips, seed=0, variation=Variation(False, 0.0, 0.0))
    place = next(
        k for k in range(stream.count) if int(stream.rows[stream._order(0)[k]][1]) == COUNT
    )
    sample = stream.sample(place)
    assert np.array_equal(sample["last"], sample["warp"])
    assert not np.array_equal(sample["last"], sample["image"])


def test_damaged_sets_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    import_faces(ckplus(tmp_path / "in", people=1), out, FaceImport("ckplus", size=32))
    with pytest.raises(OutputError):
        import_faces(tmp_path / "in", out, FaceImport("ckplus", size=32))
    whole = {name: (out / name).read_text() for name in (INFO, FRAMES, PAIRS)}
    first = rows(out / FRAMES)[0][3]
    for name, data, said in (
        (INFO, "{", "faces.json"),
        (INFO, '{"format": 99}', "newer"),
        (FRAMES, "split,subject\n", "line 1"),
        (FRAMES, whole[FRAMES] + "train,a\n", f"line {len(whole[FRAMES].splitlines()) + 1}"),
        (FRAMES, whole[FRAMES].replace(first, "../../x.png"), "line 2"),
        (PAIRS, whole[PAIRS] + f"train,rest,{first},x.png\n", "pairs.csv"),
        (PAIRS, whole[PAIRS].splitlines()[0] + "\n", "no pairs"),
    ):
        (out / name).write_text(data)
        with pytest.raises(InputError, match=said):
            read_face_set(out, 32)
        (out / name).write_text(whole[name])
    assert read_face_set(out, 32).train.pairs.shape[1] == 2


def test_a_wrong_layout_says_what_it_wants(cli: Cli, tmp_path: Path) -> None:
    source = ckplus(tmp_path / "in", people=1)
    result = cli("data", "import", "frgc", source, "--out", tmp_path / "out")
    assert result.code == 2
    assert "04201d302.pts" in result.err
    assert not (tmp_path / "out").exists()
    result = cli("data", "import", "ckplus", tmp_path / "none", "--out", tmp_path / "out")
    assert result.code == 2
    assert "no such folder" in result.err
