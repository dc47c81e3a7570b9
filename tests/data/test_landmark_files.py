"""Readers and writers of landmark files: documented shapes, round trips, and what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.data.landmark_files import imglab, lm2, lm2s, plain, pts, table
from mien.data.landmark_files.lines import Points
from mien.errors import InputError, OutputError
from mien.seeding import rng


def face(seed: int = 0, count: int = 68) -> Points:
    return rng(seed, "landmark file").uniform(-20.0, 700.0, (count, 2))


def refuses(read: Callable[[Path], object], path: Path, data: str | bytes, *said: str) -> None:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    with pytest.raises(InputError) as caught:
        read(path)
    line = str(caught.value)
    assert "\n" not in line
    for word in (path.name, *said):
        assert word in line, line


ROUND: list[tuple[str, Callable[..., Any], Callable[..., Any], Any, float]] = [
    ("a_landmarks.txt", plain.write_ck, plain.read_plain, face(), 1e-4),
    ("s_s_1.txt", plain.write_mmi, plain.read_plain, face(), 1e-4),
    ("a.pts", pts.write_pts, pts.read_pts, face(count=22), 1e-5),
    ("a.csv", table.write_table, table.read_table, {"x, y": face(), "数据": face(1)}, 1e-4),
    ("a.lm2s", lm2s.write_lm2s, lm2s.read_lm2s, {"bs000_N_N_0": np.rint(face(2, 22))}, 0.0),
    ("a.xml", imglab.write_imglab, imglab.read_imglab, {"a & 'b'.jpg": [face(), face(1)]}, 1e-4),
]


@pytest.mark.parametrize(
    ("name", "write", "read", "value", "close"), ROUND, ids=lambda v: str(v)[:9]
)
def test_what_is_written_is_read_back(
    name: str, write: Any, read: Any, value: Any, close: float, tmp_path: Path
) -> None:
    path = tmp_path / name
    write(path, value)
    found = read(path)
    if isinstance(value, dict):
        assert list(found) == list(value)
        pairs = [(found[key], value[key]) for key in value]
    else:
        pairs = [(found, value)]
    for one, other in pairs:
        assert np.abs(np.array(one) - np.array(other)).max() <= close
    before = path.read_bytes()
    with pytest.raises(OutputError):
        write(path, value)
    assert path.read_bytes() == before
    with pytest.raises((ValueError, AttributeError)):
        write(tmp_path / "nan", np.full((68, 2), np.nan))


def test_files_as_ck_and_mmi_have_them(tmp_path: Path) -> None:
    path = tmp_path / "S001_001_00000001_landmarks.txt"
    path.write_text("".join(f"   {10 + k:.7e}   {2.5 * k:.7e} \r\n" for k in range(68)))
    found = plain.read_plain(path)
    assert found[3].tolist() == [13.0, 7.5]
    path = tmp_path / "S001_S001_12.txt"
    path.write_text("".join(f"{10 + k} {2 * k} \n" for k in range(68)))
    assert plain.read_plain(path)[67].tolist() == [77.0, 134.0]


def test_damaged_lines_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a_landmarks.txt"
    good = "1.5 2\n" * 68
    for data, said in (
        ("1 2\n" * 40 + "3 x\n" + "1 2\n" * 27, "line 41"),
        ("1 2\n" * 40 + "nan 1\n" + "1 2\n" * 27, "line 41"),
        ("1 2\n" * 40 + "1 2 3\n" + "1 2\n" * 27, "line 41"),
        ("1 2\n" * 40 + "1 1e9\n" + "1 2\n" * 27, "line 41"),
        ("1 2\n" * 3 + "9" * 5000 + " 1\n" + "1 2\n" * 64, "line 4"),
        (good + "\n\n1 2\n", "line 71"),
        ("1 2\n" * 67, "67 points"),
        ("\n\n", "0 points"),
        ("", "empty"),
        (b"\0" * 400, "no text"),
        (b"\xff\xfe1 2\n", "no text"),
        ("1 2\n" * 300_000, "MiB"),
    ):
        refuses(plain.read_plain, path, data, said)
    with pytest.raises(InputError, match="no such file"):
        plain.read_plain(tmp_path / "none.txt")


def test_pts_count_from_one(tmp_path: Path) -> None:
    path = tmp_path / "04201d302.pts"
    path.write_text("version: 1\nn_points:  2\n{\n1.000 1.000\n446.5 91\n}\n")
    assert pts.read_pts(path).tolist() == [[0.0, 0.0], [445.5, 90.0]]
    assert pts.read_pts(path, first=0.0).tolist() == [[1.0, 1.0], [446.5, 91.0]]
    path.write_text("{\n1 1\n}\n")  # the ancestor asks for no more
    assert pts.read_pts(path).shape == (1, 2)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("version: 1\nn_points: 3\n{\n1 1\n2 2\n}\n", "2 points"),
        ("version: 1\nn_points: 1\n{\n1 1\n2 2\n}\n", "line 5"),
        ("version: 1\nn_points: many\n{\n1 1\n}\n", "line 2"),
        ("n_points: 99999999\n{\n1 1\n}\n", "line 1"),
        ("n_points: 0\n{\n}\n", "0 points"),
        ("hello\n{\n1 1\n}\n", "line 1"),
        ("n_points: 1\n}\n{\n1 1\n", "line 2"),
        ("n_points: 1\n{\n1 1\n}\nmore\n", "line 5"),
        ("n_points: 1\n{\n1 1\n", "braces"),
        ("n_points: 1\n{\n1\n}\n", "line 3"),
        ("{\n" + "1 1\n" * 10_001 + "}\n", "10001 points"),
    ],
)
def test_damaged_pts_are_refused(data: str, said: str, tmp_path: Path) -> None:
    refuses(pts.read_pts, tmp_path / "a.pts", data, said)


def bosphorus(labels: tuple[str, ...] = lm2.LABELS, *, count: int = 22) -> str:
    rows = [f"{100 + 10 * k}.25 {200 + 3 * k}" for k in range(count)]
    head = ["# Filename: bs000_E_HAPPY_0.lm2", "", f"{count} landmarks:", "", "Labels:"]
    return "\n".join([*head, *labels, "", "2D Image coordinates:", *rows, ""])


def test_lm2_tells_what_its_points_are(tmp_path: Path) -> None:
    path = tmp_path / "bs000_E_HAPPY_0.lm2"
    path.write_text(bosphorus())
    found = lm2.read_lm2(path)
    assert found.labels == lm2.LABELS
    assert found.points[21].tolist() == [310.25, 263.0]
    known = found.ibug()
    assert len(known) == 20
    assert known[36][0] == 160.25
    assert known[8][0] == 310.25
    other = tmp_path / "again.lm2"
    lm2.write_lm2(other, found)
    again = lm2.read_lm2(other)
    assert again.labels == found.labels
    assert np.allclose(again.points, found.points, atol=1e-5)


def test_left_may_be_the_persons(tmp_path: Path) -> None:
    points = face(count=68)
    points[:, 0] = np.arange(68) * 3.0
    points[[48, 54], 0], points[[36, 45], 0] = (50.0, 90.0), (20.0, 120.0)
    named = lm2.named(points)
    turned = lm2.Named(named.labels, named.points * [-1.0, 1.0] + [300.0, 0.0])
    mirrored = turned.ibug()
    assert mirrored[36][0] == 300.0 - points[45, 0]
    assert mirrored[54][0] == 300.0 - points[48, 0]
    assert set(mirrored) == set(named.ibug())
    assert np.array_equal(named.ibug()[36], points[36])


def test_lm2_of_a_hidden_face_has_fewer_points(tmp_path: Path) -> None:
    path = tmp_path / "bs001_O_EYE_0.lm2"
    path.write_text(bosphorus(lm2.LABELS[10:], count=12))
    assert set(lm2.read_lm2(path).ibug()) == {31, 30, 35, 48, 51, 54, 62, 66, 57, 8}
    path.write_text("2D Image coordinates:\n1 2\n3 4\n")
    assert lm2.read_lm2(path).labels == ("", "")
    assert lm2.read_lm2(path).ibug() == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (bosphorus(count=21), "22 names"),
        (bosphorus().replace("22 landmarks", "23 landmarks"), "22 points"),
        (bosphorus().replace("Nose tip", "Chin middle"), "line 27"),
        (bosphorus().replace("310.25 263", "310.25"), "line 51"),
        (bosphorus().replace("310.25 263", "inf 1"), "line 51"),
        (bosphorus().partition("2D")[0], "2D Image coordinates"),
        ("2D Image coordinates:\n", "0 points"),
        ("0 landmarks:\n2D Image coordinates:\n", "0 points"),
        (bosphorus().replace("Nose tip", "n" * 200), "line 19"),
    ],
)
def test_damaged_lm2_are_refused(data: str, said: str, tmp_path: Path) -> None:
    refuses(lm2.read_lm2, tmp_path / "a.lm2", data, said)


class _Hostile:
    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path("ran"),))


def test_lm2s_as_numpy_itself_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "face_images.lm2s"
    told = {"bs000_E_HAPPY_0": np.arange(44, dtype=np.int32).reshape(22, 2)}
    for data in (told, {"bs001": np.asfortranarray(told["bs000_E_HAPPY_0"])}):
        path.write_bytes(pickle.dumps(data, protocol=3))
        (found,) = lm2s.read_lm2s(path).values()
        assert found.tolist() == told["bs000_E_HAPPY_0"].tolist()
    other = tmp_path / "ours.lm2s"
    lm2s.write_lm2s(other, {name: one.astype(float) for name, one in told.items()})
    known = pickle.loads(other.read_bytes().replace(b"numpy.core.", b"numpy._core."))  # noqa: S301
    assert known["bs000_E_HAPPY_0"].dtype == np.int32
    assert np.array_equal(known["bs000_E_HAPPY_0"], told["bs000_E_HAPPY_0"])


def test_nothing_in_an_lm2s_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.lm2s"
    honest = {"a": np.zeros((3, 2), np.int32)}
    for value, said in (
        (_Hostile(), "pickled"),
        ({"a": _Hostile()}, "pickled"),
        ({"a": np.float64(3.0)}, "pickled"),  # a fourth name
        ([1], "pickled"),
        ({}, "pickled"),
        ({**honest, 3: honest["a"]}, "entry 2"),
        ({**honest, "b": np.zeros((3, 3))}, "entry 2"),
        ({**honest, "b": np.full((3, 2), np.nan)}, "entry 2"),
        ({"b": np.zeros((0, 2))}, "entry 1"),
        ({"b": [1, 2]}, "entry 1"),
    ):
        refuses(lm2s.read_lm2s, path, pickle.dumps(value, protocol=3), said)
    whole = pickle.dumps(honest, protocol=3)
    for cut in (1, 20, len(whole) - 1):
        refuses(lm2s.read_lm2s, path, whole[:cut], "pickled")
    assert not (tmp_path / "ran").exists()


def test_openfaces_tables_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "clip.csv"
    head = "frame, confidence, " + ", ".join(table.COLUMNS)
    row = ", ".join(map(str, range(136)))
    path.write_text(f"{head}\n1, 0.98, {row}\n2, 0.98, {row}\n")
    found = table.read_table(path)
    assert list(found) == ["clip_1", "clip_2"]
    assert found["clip_1"][5].tolist() == [5.0, 73.0]
    path.write_text(f"{head}\n1, 0.98, {row}\n")
    assert list(table.read_table(path)) == ["clip"]


def test_damaged_tables_are_refused(tmp_path: Path) -> None:
    head = ",".join(["name", *table.COLUMNS])
    row = ",".join(["a", *map(str, range(136))])
    for data, said in (
        ("name,x_0\na,1\n", "columns"),
        (f"{head},x_0\n{row},1\n", "columns"),
        (f"{head}\n{row}\n{row}\n", "line 3"),
        (f"{head}\n{row}\nb,1,2\n", "line 3"),
        (f"{head}\n{row.replace(',135', ',inf')}\n", "line 2"),
        (f"{head}\n{row.replace('a,', ',', 1)}\n", "line 2"),
    ):
        refuses(table.read_table, tmp_path / "a.csv", data, said)


def xml(parts: str, head: str = "") -> str:
    box = f"<box top='1' left='1' width='9' height='9'>\n{parts}</box>"
    image = f"<image file='a.jpg'>{box}</image>"
    return f"<?xml version='1.0'?>\n{head}<dataset><images>\n{image}</images></dataset>"


def test_damaged_xml_is_refused(tmp_path: Path) -> None:
    parts = "".join(f"<part name='{k:02d}' x='{k}' y='1'/>\n" for k in range(68))
    path = tmp_path / "a.xml"
    path.write_text(xml(parts))
    assert imglab.read_imglab(path)["a.jpg"][0].shape == (68, 2)
    path.write_text(xml(""))
    assert imglab.read_imglab(path) == {"a.jpg": []}
    bomb = "<!DOCTYPE d [<!ENTITY a 'ha'>]>\n"
    for data, said in (
        (xml(parts, bomb), "line 2"),
        (xml(parts)[:-20], "line"),
        (xml(parts.replace("name='67'", "name='66'")), "line 71"),
        (xml(parts.replace("name='67'", "name='68'")), "line 71"),
        (xml(parts.replace("x='67'", "x='nan'")), "line 71"),
        (xml(parts.replace("x='67'", "")), "line 71"),
        (xml(parts.replace("<part name='67' x='67' y='1'/>\n", "")), "67 points"),
        (xml(parts).replace("a.jpg", ""), "line 3"),
        ("<html></html>", "dataset"),
    ):
        refuses(imglab.read_imglab, path, data, said)


@pytest.mark.parametrize("name", ["UTF-99", "UTB-8", "rot13", "idna"])
def test_an_encoding_that_nobody_knows_is_damage(tmp_path: Path, name: str) -> None:
    whole = f"<?xml version='1.0' encoding='{name}'?><dataset/>".encode()
    refuses(imglab.read_imglab, tmp_path / "a.xml", whole, "line 1")


def test_an_endless_cell_is_one_line(tmp_path: Path) -> None:
    refuses(table.read_table, tmp_path / "a.csv", "name," + "x" * 200_000 + "\n")
