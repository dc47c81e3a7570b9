from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.errors import InputError
from mien.head.schema import AU_INDEX
from mien.persona.driver import Driver, columns, natural_key, read_driver, write_driver
from mien.types import OPENFACE_AUS


@pytest.fixture
def driver() -> Driver:
    random = np.random.Generator(np.random.PCG64(3))
    return Driver(
        times=np.arange(7) / 30.0,
        aus=random.uniform(0, 1.1, (7, 22)),
        pose=random.uniform(-20, 20, (7, 3)),
        gaze=random.uniform(-1, 1, (7, 2)),
        confidence=random.uniform(0, 1, 7),
        landmarks=random.uniform(0, 900, (7, 68, 2)),
        neutral=(2, 5),
    )


def written(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def test_a_driver_comes_back_as_it_was_written(tmp_path: Path, driver: Driver) -> None:
    path = tmp_path / "driver.csv"
    write_driver(path, driver)
    back = read_driver(path)
    assert driver.landmarks is not None
    assert back.landmarks is not None
    for name in ("aus", "pose", "gaze", "confidence"):
        np.testing.assert_allclose(getattr(back, name), getattr(driver, name), atol=6e-5)
    np.testing.assert_allclose(back.landmarks, driver.landmarks, atol=6e-5)
    assert back.neutral == (2, 5)
    assert back.fps == 30.0
    again = tmp_path / "again.csv"
    write_driver(again, back)
    assert again.read_bytes() == path.read_bytes()


def test_rest_is_the_neutral_frames_or_nothing(driver: Driver) -> None:
    rest = driver.rest()
    np.testing.assert_allclose(rest.aus, (driver.aus[2] + driver.aus[5]) / 2)
    np.testing.assert_allclose(rest.pose.as_tuple(), np.median(driver.pose, axis=0))
    assert rest.gaze == (0.0, 0.0)


def test_one_can_be_written_by_hand(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", "# my clip\nAU12, yaw\n0, -5\n\n.5, 0\n1, 5\n")
    driver = read_driver(path, fps=10)
    np.testing.assert_allclose(driver.aus[:, AU_INDEX["AU12"]], [0, 0.5, 1])
    assert driver.aus.sum() == 1.5
    np.testing.assert_allclose(driver.pose[:, 0], [-5, 0, 5])
    np.testing.assert_allclose(driver.times, [0, 0.1, 0.2])
    assert driver.neutral == ()
    assert driver.rest().aus.sum() == 0


def test_openface_files_are_read_in_our_units(tmp_path: Path) -> None:
    head = "frame, timestamp, confidence, success, gaze_angle_x, gaze_angle_y, pose_Rx, pose_Ry, "
    head += "pose_Rz, AU01_r, AU12_r, AU45_r, AU12_c"
    row = "1, 0.040, 0.98, 1, 0.1, 0.2, 0.1, -0.2, 0.3, 0, 2.5, 5, 1"
    driver = read_driver(written(tmp_path / "of.csv", f"{head}\n{row}\n"))
    assert driver.aus[0, AU_INDEX["AU12"]] == 0.5
    assert driver.aus[0, AU_INDEX["AU45"]] == 1.0
    # Turned to the picture's right, chin down, tilted clockwise.
    np.testing.assert_allclose(driver.pose[0], np.rad2deg([0.2, 0.1, -0.3]))
    # The line of sight is 0.1 to the right, the head 0.2: the eyes look 0.1 to the left of it.
    np.testing.assert_allclose(driver.gaze[0], [-0.1 / np.deg2rad(28), -0.1 / np.deg2rad(20)])
    assert driver.confidence[0] == 0.98


@pytest.mark.parametrize("head", ["", "17\n" + " ".join(OPENFACE_AUS) + "\n"])
def test_attribute_lists_lose_no_line_and_count_like_people(tmp_path: Path, head: str) -> None:
    lines = [f"{k}.jpg {k / 4} " + " ".join(["0"] * 16) for k in (10, 2, 1)]
    path = written(tmp_path / "attributes.txt", head + "\n".join(lines) + "\n")
    driver = read_driver(path, fps=15)
    np.testing.assert_allclose(driver.aus[:, AU_INDEX["AU1"]], np.array([1, 2, 10]) / 20)
    assert driver.fps == 15.0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "empty"),
        ("# nothing\n", "no frames in it"),
        ("AU12,yaw\n", "no frames in it"),
        ("name,size\nx,1\n", "columns that mean nothing here: name, size"),
        ("AU12,AU99\n0,0\n", "columns that mean nothing here: AU99"),
        ("AU12\n0\nhigh\n", 'line 3: AU12 is "high"; wanted a number from 0 to 1.1'),
        ("AU12\n3\n", 'line 2: AU12 is "3"; wanted a number from 0 to 1.1'),
        ("AU12\nnan\n", 'AU12 is "nan"'),
        ("time,AU12\n0,0\n0,0\n", "line 3: its time is not after the line before"),
        ("a.jpg 1 2 3\nb.jpg 1 2 3\nc.jpg 1 2 3\n", "line 3: 4 words; wanted 18"),
    ],
)
def test_bad_files_are_refused_with_the_place(tmp_path: Path, content: str, told: str) -> None:
    path = written(tmp_path / "bad.csv", content)
    with pytest.raises(InputError, match=r"bad\.csv") as caught:
        read_driver(path)
    assert told in str(caught.value)


def test_a_picture_is_no_driver(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe\x00")
    with pytest.raises(InputError, match="not a driver"):
        read_driver(path)


def test_no_column_is_named_twice() -> None:
    names = columns(with_landmarks=True)
    assert len(set(names)) == len(names) == 8 + 22 + 136


def test_names_with_odd_or_endless_digits_are_sorted(tmp_path: Path) -> None:
    names = ["10.png", "2.png", "1²3.png", "٣.png", "7" * 6000]
    assert sorted(names, key=natural_key)[:2] == ["1²3.png", "2.png"]
