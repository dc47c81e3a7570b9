"""Action Units in other people's files: every format, nothing lost, nothing run."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.data.attributes import matches, read_attributes
from mien.errors import InputError
from mien.types import AU_NAMES, OPENFACE_AUS

VALUES = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 0.25, 0.75, 1.25, 1.75, 2.25, 5.4]
LINE = " ".join(f"{value:g}" for value in VALUES)


def wanted() -> np.ndarray:
    return np.minimum(np.array([*VALUES, 0, 0, 0, 0, 0]) / 5, 1.0)


def write(path: Path, written: str) -> Path:
    path.write_text(written, encoding="utf-8")
    return path


def test_a_list_without_head_lines_loses_no_row(tmp_path: Path) -> None:
    found = read_attributes(write(tmp_path / "a.txt", f"1.jpg {LINE}\n2.jpg {LINE}\n3.jpg {LINE}"))
    assert found.names == ("1.jpg", "2.jpg", "3.jpg")
    assert np.allclose(found.aus, wanted(), atol=1e-6)
    assert found.aus.shape == (3, len(AU_NAMES))


@pytest.mark.parametrize(
    "head", ["2\n" + " ".join(OPENFACE_AUS) + "\n", f"2\nname {' '.join(OPENFACE_AUS)}\n", "2\n"]
)
def test_celebas_head_lines_are_no_pictures(head: str, tmp_path: Path) -> None:
    found = read_attributes(write(tmp_path / "a.txt", f"{head}1.jpg {LINE}\r\n2.jpg {LINE}\n\n"))
    assert found.names == ("1.jpg", "2.jpg")


def test_commas_and_a_byte_order_mark_are_borne(tmp_path: Path) -> None:
    line = "\ufeffäö.png, " + LINE.replace(" ", ", ")
    found = read_attributes(write(tmp_path / "a.csv", line + "\n"))
    assert found.names == ("äö.png",)
    assert np.allclose(found.aus[0], wanted(), atol=1e-6)


def test_a_table_may_name_few_columns_in_any_order(tmp_path: Path) -> None:
    written = "AU12_r, file, AU1, other\n2.5, a/b.png, .3, x\n5, c.png, 1, y\n"
    found = read_attributes(write(tmp_path / "t.csv", written))
    assert found.names == ("a/b.png", "c.png")
    assert found.aus[0, AU_NAMES.index("AU12")] == pytest.approx(0.5)
    assert found.aus[0, AU_NAMES.index("AU1")] == pytest.approx(0.3)
    assert float(found.aus[0].sum()) == pytest.approx(0.8)


def test_a_folder_of_openface_files_takes_names_from_the_files(tmp_path: Path) -> None:
    columns = [f"AU{int(name[2:]):02d}_r" for name in OPENFACE_AUS]
    head = ", ".join(["frame", "confidence", "success", *columns])
    cells = LINE.replace(" ", ", ")
    for name, sure in (("one", "0.98"), ("two", "0.30")):
        write(tmp_path / f"{name}.csv", f"{head}\n1, {sure}, 1, {cells}\n")
    write(tmp_path / "clip.csv", f"{head}\n1, 1, 1, {cells}\n2, 1, 0, {cells}\n")
    found = read_attributes(tmp_path)
    assert found.names == ("clip_1", "clip_2", "one", "two")
    assert found.confidence.tolist() == pytest.approx([1.0, 0.0, 0.98, 0.30])
    assert np.allclose(found.aus, wanted(), atol=1e-6)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("make", [np.array, list, lambda v: np.array(v, np.float32)])
def test_a_pickled_dictionary_is_read(
    protocol: int, make: Callable[[Any], Any], tmp_path: Path
) -> None:
    path = tmp_path / "aus_openface.pkl"
    path.write_bytes(pickle.dumps({"000001": make(VALUES), "2": make(VALUES)}, protocol))
    found = read_attributes(path)
    assert found.names == ("000001", "2")
    assert np.allclose(found.aus, wanted(), atol=1e-6)


class Evil:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return (Path.touch, (self.path,))


def test_a_pickle_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps({"1": Evil(tmp_path / "done")}))
    with pytest.raises(InputError, match="numpy arrays"):
        read_attributes(path)
    assert not (tmp_path / "done").exists()


@pytest.mark.parametrize(
    "found",
    [
        [1, 2],
        {"1": "seventeen"},
        {1: VALUES},
        {"1": VALUES[:16]},
        {"1": np.array([None] * 17)},
        {"1": [float("nan"), *VALUES[1:]]},
    ],
)
def test_a_pickle_of_something_else_is_refused(found: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps(found))
    with pytest.raises(InputError, match=r"a\.pkl"):
        read_attributes(path)


def test_a_pickled_array_of_unheard_size_takes_no_memory(tmp_path: Path) -> None:
    class Huge:
        def __reduce__(self) -> Any:
            return (np.ndarray, ((1 << 44,), np.dtype("u1")))

    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps({"1": Huge()}))
    with pytest.raises(InputError, match="numpy arrays"):
        read_attributes(path)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (f"1.jpg {LINE} 3", "line 1: 19 values; wanted 18"),
        (f"1.jpg {LINE}\n2.jpg 1 2", "line 2: 3 values; wanted 18"),
        (f"1.jpg {LINE}\n2.jpg {LINE[:-3]}x", 'line 2: AU45 is "x"'),
        (f"1.jpg {LINE}\n2.jpg {LINE[:-3]}11", 'AU45 is "11"'),
        (f"1.jpg {LINE}\n2.jpg {LINE[:-3]}-1", 'AU45 is "-1"'),
        (f"1.jpg {LINE}\n2.jpg {LINE[:-3]}nan", 'AU45 is "nan"'),
        (f"1.jpg {LINE}\n1.jpg {LINE[:-3]}1", "1.jpg comes twice"),
        ("\n# nothing\n", "no pictures in it"),
        ("name,AU1\n", "no pictures in it"),
        ("name,AU1\na.png,1,2", "line 2: 3 values; wanted 2"),
        ("name,AU99\na.png,1", "no Action Units in it"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(written: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="attr") as caught:
        read_attributes(write(tmp_path / "attr.txt", written))
    assert told in str(caught.value)


def test_a_folder_without_tables_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no CSV files"):
        read_attributes(tmp_path)
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"a\.csv: no Action Units"):
        read_attributes(tmp_path)


def test_the_same_line_twice_is_one_picture(tmp_path: Path) -> None:
    found = read_attributes(write(tmp_path / "a.txt", f"1.jpg {LINE}\n1.jpg {LINE}\n"))
    assert found.names == ("1.jpg",)


def test_pictures_find_their_lines_by_the_longest_name_that_fits() -> None:
    names = ("img/1.jpg", "2.jpg", "3", "x/4.jpg", "y/4.jpg")
    pictures = ["img/1.jpg", "img/2.png", "deep/3.jpg", "z/4.jpg", "none.jpg", "deep/2.jpg"]
    assert matches(names, pictures) == {0: 0, 1: 1, 2: 2, 5: 1}


def test_a_real_list_of_the_ancestor() -> None:
    path = Path(__file__).resolve().parents[3] / "shared/real/talking_man_128/attributes.txt"
    if not path.is_file():
        pytest.skip("../shared/real is not here")
    found = read_attributes(path)
    assert len(found) == 81
    assert float(found.aus[:, AU_NAMES.index("AU25")].max()) == pytest.approx(3.09 / 5, abs=0.01)


def test_a_column_of_endless_digits_is_no_action_unit(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"name,AU{'1' * 5000}\na.jpg,0.5\n")
    with pytest.raises(InputError, match=r"a\.csv"):
        read_attributes(path)


def test_an_endless_cell_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for written in (f"name,AU01\n{'x' * 200_000},0.5\n", f"AU01,{'x' * 200_000}\n0.5,1\n"):
        path.write_text(written)
        with pytest.raises(InputError, match=r"a\.csv"):
            read_attributes(path)
