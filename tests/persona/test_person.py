from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from mien.errors import InputError, MienError, OutputError
from mien.io.provenance import Provenance, read_provenance
from mien.persona.person import (
    COLUMNS,
    FILES,
    FRAMES,
    MANIFEST,
    NUMBERS,
    STILL,
    Person,
    Sources,
    deviations,
    is_person,
    read_person,
    tiled,
    untiled,
    write_person,
)
from mien.seeding import rng

from .person_help import person

MADE = Provenance("compositeSynthetic", "reenact.person", seed=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_person(tmp_path / "anna", person(), provenance=MADE)
    return tmp_path / "anna"


def test_a_person_is_read_as_it_was_written(folder: Path) -> None:
    found, wanted = read_person(folder), person()
    assert {one.name for one in folder.iterdir()} == set(FILES)
    assert is_person(folder)
    assert np.abs(found.landmarks - wanted.landmarks).max() <= 1 / 128
    assert np.allclose(found.pupils, wanted.pupils, atol=1e-3)
    assert np.allclose(found.skin, wanted.skin, atol=1e-3)
    assert np.abs(found.frames.astype(int) - wanted.frames).mean() < 2.0
    assert np.array_equal(found.still, wanted.still)
    assert np.allclose(found.to_crop, wanted.to_crop)
    assert (found.neutral, found.fps, len(found), found.size) == (0, 25.0, 16, 32)
    assert found.numbers == {}
    made_by = read_provenance(folder / FRAMES)
    assert made_by is not None
    assert made_by.job == "reenact.person"


def test_arrays_of_a_network_survive(tmp_path: Path) -> None:
    arrays = {"net.first.weight": rng("person").normal(size=(4, 3)).astype(np.float32)}
    learnt = dataclasses.replace(
        person(), numbers=arrays, settings={"preset": "person"}, figures={"held ssim": 0.9}
    )
    write_person(tmp_path / "b", learnt, provenance=MADE)
    found = read_person(tmp_path / "b")
    assert np.allclose(found.numbers["net.first.weight"], arrays["net.first.weight"], atol=1e-2)
    assert found.settings == {"preset": "person"}
    assert found.figures == {"held ssim": 0.9}
    assert len(found.sha256) == 64


def test_a_person_is_replaced_whole_and_nothing_else_is(folder: Path) -> None:
    write_person(folder, person(count=20), provenance=MADE)
    assert len(read_person(folder)) == 20
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"notes\.txt"):
        write_person(folder, person(), provenance=MADE)
    assert len(read_person(folder)) == 20
    assert (folder / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("name", [MANIFEST, FRAMES, STILL, NUMBERS])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "zeros", "foreign"])
def test_a_damaged_person_is_refused_in_one_line(folder: Path, name: str, damage: str) -> None:
    path = folder / name
    data = path.read_bytes()
    path.unlink()
    if damage != "missing":
        changed = {"empty": b"", "cut": data[:-7], "zeros": b"\0" * len(data), "foreign": b"hello"}
        path.write_bytes(changed[damage])
    with pytest.raises(MienError) as caught:
        read_person(folder)
    assert "\n" not in str(caught.value)


def rewritten(folder: Path, **values: object) -> None:
    path = folder / MANIFEST
    told = json.loads(path.read_bytes()) | values
    path.write_text(json.dumps(told))


@pytest.mark.parametrize(
    "values",
    [
        {"size": 33},
        {"size": 10**9},
        {"frames": 10**9},
        {"frames": 17},
        {"frames": -1},
        {"neutral": 16},
        {"fps": 0},
        {"fps": "fast"},
        {"to_crop": [[0, 0, 0], [0, 0, 0]]},
        {"to_crop": [[1, 0], [0, 1]]},
        {"to_crop": [[1e300, 0, 0], [0, 1, 0]]},
        {"files": {}},
        {"files": {"../other": "0"}},
        {"figures": {"a": "b"}},
        {"figures": None},
        {"format": None},
    ],
    ids=str,
)
def test_a_manifest_out_of_range_is_refused(folder: Path, values: dict[str, object]) -> None:
    rewritten(folder, **values)
    with pytest.raises(InputError, match="not a whole person"):
        read_person(folder)


def test_a_newer_person_is_named(folder: Path) -> None:
    rewritten(folder, format=99)
    with pytest.raises(InputError, match="newer mien"):
        read_person(folder)


def test_files_of_another_person_are_refused(folder: Path, tmp_path: Path) -> None:
    write_person(tmp_path / "b", person(count=20), provenance=MADE)
    (folder / FRAMES).write_bytes((tmp_path / "b" / FRAMES).read_bytes())
    with pytest.raises(InputError, match="not the file that belongs to this person"):
        read_person(folder)


def test_nothing_in_it_tells_where_it_was(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        assert str(tmp_path).encode() not in path.read_bytes()
        assert b"anna" not in path.read_bytes()


@pytest.mark.parametrize("count", [12, COLUMNS, COLUMNS + 1])
def test_frames_lie_side_by_side(count: int) -> None:
    frames = rng("tiles").integers(0, 255, (count, 32, 32, 3)).astype(np.uint8)
    whole = tiled(frames)
    assert whole.shape[1] == 32 * COLUMNS
    assert np.array_equal(whole[:32, 64:96], frames[2])
    assert np.array_equal(untiled(whole, count, 32), frames)
    with pytest.raises(ValueError, match="a picture of"):
        untiled(whole[:-1], count, 32)


def test_the_likest_frame_is_chosen_and_kept() -> None:
    known = person()
    sources = Sources(known)
    for frame in (0, 5, 8):
        first, second = sources(known.signs(frame))
        assert known.landmarks[first] == pytest.approx(known.landmarks[frame], abs=1e-6)
        assert abs(second - first) >= 5
    # Between two frames nothing changes until another one is clearly likelier.
    before = sources(known.signs(8))[0]
    near = dataclasses.replace(
        known.signs(8), landmarks=0.6 * known.landmarks[8] + 0.4 * known.landmarks[7]
    )
    assert sources(near)[0] == before


def test_a_frame_warped_to_its_own_points_is_itself() -> None:
    known = person()
    first, second = Sources(known).warped(known.signs(4))
    assert np.abs(first.astype(int) - known.frames[4]).mean() < 1.0
    apart = [np.abs(one.astype(int) - known.frames[4]).mean() for one in (second, known.frames[12])]
    assert apart[0] < 12.0


def test_a_part_keeps_the_likest_rest() -> None:
    known = person()
    part = known.part(slice(4, 16))
    assert len(part) == 12
    assert part.neutral == 11  # the last frame is the one before the mouth opens again
    assert isinstance(part, Person)


def test_skin_is_told_beside_the_usual() -> None:
    usual = np.array([[1.0, 0.5], [3.0, 0.5]])
    assert deviations(np.array([3.0, 0.5]), usual).tolist() == [1.0, 0.0]
    assert deviations(np.array([[99.0, -9.0]]), usual).tolist() == [[3.0, -3.0]]
