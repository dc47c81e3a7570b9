"""Hair and beards: their numbers, their bounds, and that they go where the face goes."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from mien.head.assets import load_asset
from mien.head.build.hair import make_style
from mien.head.hair import beard_mesh, hair_mesh
from mien.head.hairline import hairline_distance, hairline_rise
from mien.head.layout import ALONG, HAIRLINE, LABEL_BEARD, LABEL_HAIR, PART_BEARD, PART_HAIR
from mien.head.render import render
from mien.head.rig import Mesh, assemble
from mien.head.schema import FACIAL_HAIR, HAIR_STYLES, SLIDERS, rig_vector
from mien.head.template import load
from mien.head.worn import Worn
from mien.types import FaceCode

MESHES = tuple(name for name in HAIR_STYLES if name not in ("bald", "buzz"))
BEARDS = FACIAL_HAIR[1:]
STILL = np.zeros(len(SLIDERS))
LARGEST = 21_000  # vertices; a triangle's corners must fit in 16 bits with room to spare


def put_on(worn: Worn, aus: dict[str, float] | None = None) -> Mesh:
    return assemble(load(), STILL, rig_vector(aus or {}), worn=worn)


def hair_of(mesh: Mesh, part: int = PART_HAIR) -> np.ndarray:
    return mesh.vertices[np.unique(mesh.triangles[mesh.parts == part])].astype(float)


def in_the_face(points: np.ndarray) -> np.ndarray:
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    return (x < 4.0) & (y < 1.2) & (y > -9.5) & (z > -3.5)


def test_every_style_but_the_painted_ones_has_strands() -> None:
    assert [name for name in HAIR_STYLES if hair_mesh(name) is None] == ["bald", "buzz"]
    assert [name for name in FACIAL_HAIR if beard_mesh(name) is None] == ["none"]


@pytest.mark.parametrize("name", MESHES)
def test_no_numbers_bring_hair_into_the_face_or_far_away(name: str) -> None:
    for length, volume, parting in itertools.product((-1.0, 1.0), repeat=3):
        mesh = put_on(Worn(name, length=length, volume=volume, parting=parting, line=-1.0))
        points = hair_of(mesh)
        assert len(points) <= LARGEST
        assert np.isfinite(points).all()
        assert not in_the_face(points).any()
        assert (np.abs(points[:, 0]) < 14).all()
        assert (points[:, 1] < 19).all()
        assert (points[:, 1] > -31).all()


def longest(mesh: Mesh) -> float:
    """The greatest distance to a tip, cm."""
    return float(mesh.attributes[mesh.first["hair"] : mesh.first["lash0"], ALONG].max())


@pytest.mark.parametrize("name", ["crop", "long", "afro"])
def test_length_and_volume_do_what_they_say(name: str) -> None:
    short, usual, long = (longest(put_on(Worn(name, length=value))) for value in (-1.0, 0.0, 1.0))
    assert short < 0.75 * usual < usual < 0.95 * long
    flat, full = (
        np.linalg.norm(hair_of(put_on(Worn(name, volume=v))) - [0, 2, -7.6], axis=1).mean()
        for v in (-1.0, 1.0)
    )
    assert full > flat + 0.1


def test_a_parting_moves_the_top_and_not_the_ends() -> None:
    left, right = (hair_of(put_on(Worn("long", parting=value))) for value in (-1.0, 1.0))
    moved = right[:, 0] - left[:, 0]
    assert np.median(moved[left[:, 1] > 10]) > 2
    assert np.abs(moved[left[:, 1] < -2]).max() < 0.2
    one, other = (hair_of(put_on(Worn("bun", parting=value))) for value in (-1.0, 1.0))
    np.testing.assert_array_equal(one, other)


def test_a_receding_hairline_takes_hair_and_roots_from_the_temples() -> None:
    usual, gone = put_on(Worn("crop")), put_on(Worn("crop", recession=1.0))
    temple = np.array([[3.4, 6.2, -1.2]])
    rise = hairline_rise(temple, line=0.0, recession=1.0)
    assert rise[0] > 2
    skin = slice(0, usual.head_count)
    lost = usual.attributes[skin, HAIRLINE] - gone.attributes[skin, HAIRLINE]
    assert lost.min() == 0
    assert lost.max() > 2

    def area(mesh: Mesh) -> float:
        corners = mesh.vertices[mesh.triangles[mesh.parts == PART_HAIR]].astype(float)
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        front = (corners[..., 2].mean(1) > -4) & (corners[..., 1].mean(1) > 4)
        return float(np.linalg.norm(normal[front], axis=1).sum())

    assert area(gone) < 0.6 * area(usual)
    worn = render(FaceCode(hair="receding"), size=96)
    assert (worn.labels == LABEL_HAIR).any()


def test_the_hairline_runs_from_the_forehead_to_the_nape() -> None:
    forehead, nape = np.array([[0.0, 6.0, 1.0]]), np.array([[0.0, -7.0, -16.0]])
    assert hairline_distance(forehead)[0] < 0 < hairline_distance(nape)[0]
    assert hairline_rise(nape, line=1.0, recession=1.0)[0] == 0


def test_a_style_is_made_the_same_every_time() -> None:
    one, other = make_style("undercut"), make_style("undercut")
    assert sorted(one) == sorted(other)
    assert {key for key in one if key in load_asset("hair")} == set(one)
    for key, value in one.items():
        np.testing.assert_array_equal(value, other[key])


@pytest.mark.parametrize("name", BEARDS)
def test_a_beard_follows_the_jaw_and_the_lips(name: str) -> None:
    still, opened = (put_on(Worn("bald", name), aus) for aus in ({}, {"AU27": 1.0}))
    beard = beard_mesh(name)
    assert beard is not None
    first = still.first["beard"]
    move = (opened.vertices - still.vertices).astype(float)
    hairs = move[first : first + len(beard.vertices)]
    roots = np.repeat(beard.starts[:-1], np.diff(beard.starts)) * 3
    for corner in range(3):  # a strand goes with the skin that it grows from
        skin = move[beard.corners[:, corner]]
        strands = hairs[3 * beard.starts[:-1] + 1]
        assert np.linalg.norm(strands - skin, axis=1).max() < 0.9
    spread = np.linalg.norm(hairs[1::3] - hairs[roots + 1], axis=1)
    assert spread.max() < 1.0
    chin = still.vertices[first : first + len(hairs), 1] < -9
    if chin.any():
        assert hairs[chin, 1].mean() < -1.0


@pytest.mark.parametrize("name", BEARDS)
def test_a_beard_stays_off_the_lips_and_is_labelled(name: str) -> None:
    mesh = put_on(Worn("bald", name))
    points = hair_of(mesh, PART_BEARD)
    assert (points[:, 1] < 1.0).all()
    drawn = render(FaceCode(hair="bald", facial_hair=name), size=128)
    assert (drawn.labels == LABEL_BEARD).sum() > 60
    bare = render(FaceCode(hair="bald"), size=128)
    lips = bare.labels == 3
    assert (drawn.labels[lips] == LABEL_BEARD).mean() < 0.25


def test_grey_and_dyed_ends_change_only_the_hair() -> None:
    code = FaceCode(hair="long", materials={"hair": (0.05, 0.03, 0.02)})
    plain = render(code, size=96)
    hair = plain.labels == LABEL_HAIR
    for name, value in (("grey", 0.7), ("hair_tip_share", 0.5)):
        other = render(
            dataclasses.replace(code, materials={**code.materials, name: value}), size=96
        )
        change = np.abs(other.rgb.astype(int) - plain.rgb).sum(2)
        assert change[hair].mean() > 15, name
        face = (plain.labels == 1) & (plain.hairline < -2)
        assert change[face].mean() < 0.02 * change[hair].mean(), name
