from __future__ import annotations

import numpy as np
import pytest

from mien.head.camera import PIVOT, turn_head
from mien.head.raster import vertex_normals
from mien.head.rig import Mesh, assemble
from mien.head.template import load, shirt_follow
from mien.head.turning import rotation
from mien.head.worn import BALD
from mien.types import Pose

POSES = [(80, 0, 0), (-80, 0, 0), (0, 30, 0), (0, -30, 0), (45, 20, -15), (0, 0, 25)]


@pytest.fixture(scope="module")
def mesh() -> Mesh:
    return assemble(load(), np.zeros(93), np.zeros(22), worn=BALD)


def cloth_of(mesh: Mesh) -> slice:
    return slice(mesh.first["shirt"], mesh.first["shirt"] + len(shirt_follow()))


@pytest.mark.parametrize("pose", POSES)
def test_the_head_turns_rigidly_and_the_shoulders_stay(
    mesh: Mesh, pose: tuple[float, float, float]
) -> None:
    turned = turn_head(mesh, Pose(*pose)).astype(float)
    face = mesh.vertices[: mesh.head_count, 1] > -9.0
    face &= mesh.vertices[: mesh.head_count, 2] > -6.0
    wanted = (mesh.vertices[: mesh.head_count] - PIVOT) @ rotation(*pose).T + PIVOT
    np.testing.assert_allclose(turned[: mesh.head_count][face], wanted[face], atol=1e-4)
    cloth = cloth_of(mesh)
    still = mesh.attributes[cloth, 5] > 2.2  # cm below the collar's rim
    np.testing.assert_allclose(turned[cloth][still], mesh.vertices[cloth][still], atol=1e-4)


@pytest.mark.parametrize("pose", POSES)
def test_the_neck_neither_collapses_nor_tears(mesh: Mesh, pose: tuple[float, float, float]) -> None:
    """Edges of the neck keep their length within limits: a blend of positions halves them."""
    turned = turn_head(mesh, Pose(*pose)).astype(float)
    triangles = load().triangles
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    y = mesh.vertices[edges, 1].mean(1)
    edges = edges[(y < -11.5) & (y > -16)]
    before = np.linalg.norm(np.diff(mesh.vertices[edges], axis=1)[:, 0], axis=1)
    after = np.linalg.norm(np.diff(turned[edges], axis=1)[:, 0], axis=1)
    ratio = after / before
    assert ratio.min() > 0.2  # a twist by 80 degrees shears its diagonals
    assert ratio.max() < 3.0
    # Seen from above, the neck stays as wide as it was.
    ring = np.abs(mesh.vertices[: mesh.head_count, 1] + 14.0) < 0.5
    width = np.ptp(mesh.vertices[: mesh.head_count][ring][:, 0])
    assert np.ptp(turned[: mesh.head_count][ring][:, 0]) > 0.85 * width


@pytest.mark.parametrize("pose", POSES)
def test_the_collar_stays_around_the_neck(mesh: Mesh, pose: tuple[float, float, float]) -> None:
    turned = turn_head(mesh, Pose(*pose)).astype(float)
    cloth = cloth_of(mesh)
    rim = turned[cloth][np.abs(mesh.attributes[cloth, 5]) < 0.01]
    skin = turned[: mesh.head_count]
    normals = vertex_normals(skin.astype(np.float32), load().triangles)
    apart = np.linalg.norm(skin[None] - rim[:, None], axis=2)
    nearest = apart.argmin(1)
    assert apart.min(1).max() < 1.9  # no wide gap
    outside = ((rim - skin[nearest]) * normals[nearest]).sum(1)
    assert outside.min() > 0.0
