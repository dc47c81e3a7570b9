from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.head.markers import BROW_STOPS, brow_points
from mien.head.material import material_vector
from mien.head.render import render
from mien.head.sample import sample
from mien.types import FaceCode, Landmarks, Pose

GOLDEN = Path(__file__).with_name("landmarks_golden.csv")
"""Landmarks of the four pictures of `pictures`, column, row, one line a point.

What the 68 points mean was set once, to where dlib's detector sees them. Networks, noise tables and
users' files rest on it: write this file again only with a new ENGINE_VERSION, and say so.
"""


def pictures() -> dict[str, Landmarks]:
    codes = {
        "front": FaceCode(),
        "turned": FaceCode(pose=Pose(yaw=30.0, pitch=-8.0, roll=5.0)),
        "laughing": FaceCode(aus={"AU6": 0.8, "AU12": 1.0, "AU25": 0.9, "AU26": 0.6}),
        "drawn": sample(5, 3, expression=True),
    }
    return {name: render(code, size=64).landmarks for name, code in codes.items()}


def golden() -> dict[str, NDArray[np.float64]]:
    with GOLDEN.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    places: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        places.setdefault(row["picture"], []).append((float(row["x"]), float(row["y"])))
    return {name: np.array(points) for name, points in places.items()}


def test_the_definition_is_frozen() -> None:
    kept = golden()
    for name, points in pictures().items():
        np.testing.assert_allclose(points, kept[name], atol=0.002, err_msg=name)


def test_brows_run_from_the_temple_to_the_nose() -> None:
    points = brow_points(material_vector({}))
    assert (np.diff(points[:, 0]) < -0.5).all()
    assert points[0, 1] < points[1:4, 1].min()
    assert len(points) == len(BROW_STOPS)


def test_lids_and_lips_are_closed_curves() -> None:
    """Going around, nothing crosses: the signed area of each ring has one sign."""
    for first, last in ((36, 42), (42, 48), (48, 60), (60, 68)):
        ring = pictures()["laughing"][first:last]
        (x, y), (u, v) = (ring - ring.mean(0)).T, (np.roll(ring, -1, 0) - ring.mean(0)).T
        turns = x * v - y * u
        assert (turns > 0).all() or (turns < 0).all(), first


def write() -> None:
    """Write the golden file."""
    with GOLDEN.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("picture", "point", "x", "y"))
        for name, points in pictures().items():
            for k, (x, y) in enumerate(points):
                writer.writerow((name, k, f"{x:.4f}", f"{y:.4f}"))


@pytest.mark.parametrize("name", ["front", "laughing"])
def test_both_sides_mirror(name: str) -> None:
    points = golden()[name]
    for left, right in ((0, 16), (17, 26), (36, 45), (39, 42), (41, 46), (48, 54), (31, 35)):
        assert points[left, 0] + points[right, 0] == pytest.approx(63.0, abs=0.35)


if __name__ == "__main__":
    write()
