"""Nothing pokes through anything: 400 random people with random expressions, mesh only."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.head.raster import vertex_normals
from mien.head.rig import LIP_CONTACT, Mesh, assemble
from mien.head.sample import sample, sample_expression
from mien.head.schema import GLASSES, rig_vector, slider_vector
from mien.head.template import LASH_ROW_REACH, LASHES_BELOW, LASHES_PER_EYE, load
from mien.head.worn import Worn
from mien.seeding import rng

PEOPLE = 400
LATTICE = 0.15
"""Width of the cells in which the foremost skin is noted, cm."""
Array = NDArray[np.floating]


@dataclasses.dataclass(frozen=True)
class Person:
    """A mesh and the height of its skin seen from the front."""

    mesh: Mesh
    skin: Array


@pytest.fixture(scope="module")
def people() -> list[Person]:
    found = []
    for index in range(PEOPLE):
        code = sample(77, index, spread=0.25)
        random = rng(77, "poke", index)
        aus = sample_expression(random)
        if random.random() < 0.3:
            aus |= {("AU45", "AU45L", "AU45R")[int(random.integers(3))]: float(random.random())}
        worn = Worn("bald", glasses=GLASSES[1 + index % 4])
        gaze = (float(random.normal() * 0.3), float(random.normal() * 0.2))
        sliders, rig = slider_vector(code.sliders), rig_vector(aus)
        mesh = assemble(load(), sliders, rig, worn=worn, gaze=gaze)
        found.append(Person(mesh, mesh.vertices[: mesh.head_count].astype(float)))
    return found


def eye_of(person: Person, side: int) -> tuple[Array, float]:
    return person.mesh.eye_centres[side], person.mesh.eye_radius


def test_lids_stay_outside_the_eyeballs(people: list[Person]) -> None:
    for person in people:
        for side in range(2):
            centre, radius = eye_of(person, side)
            rings = person.skin[load().eye_rings[side][1:].ravel()]
            distance = np.linalg.norm(rings - centre, axis=1)
            assert distance.min() > radius + 0.01


def test_lashes_stay_outside_the_eyeballs(people: list[Person]) -> None:
    for person in people:
        for side in range(2):
            centre, radius = eye_of(person, side)
            start = person.mesh.first[f"lash{side}"]
            count = len(LASH_ROW_REACH) * (LASHES_PER_EYE + LASHES_BELOW)
            lash = person.mesh.vertices[start : start + count]
            assert np.linalg.norm(lash - centre, axis=1).min() > radius


def signed_gap(person: Person, points: Array, around: NDArray[np.integer]) -> Array:
    """How far `points` lie outside the skin, by the normals of the nearest of its vertices."""
    normals = vertex_normals(person.mesh.vertices, person.mesh.triangles)
    skin = person.skin[around]
    gap = ((points[:, None] - skin) ** 2).sum(2)
    nearest = around[gap.argmin(1)]
    return ((points - person.skin[nearest]) * normals[nearest]).sum(1)


def test_glasses_stay_outside_the_skin(people: list[Person]) -> None:
    around = load().arrays["glasses.support"].astype(int)
    worst = []
    for person in people:
        start, lens = person.mesh.first["glasses"], person.mesh.first["lens"]
        frame = person.mesh.vertices[start:lens].astype(float)
        front = frame[: -2 * 12 * 6]  # the temples follow it
        worst.append(signed_gap(person, front[::3], around).min())
    assert min(worst) > 0.0


def test_temples_pass_beside_the_head(people: list[Person]) -> None:
    around = np.unique(load().arrays["glasses.temples"].astype(int))
    for person in people:
        start, lens = person.mesh.first["glasses"], person.mesh.first["lens"]
        frame = person.mesh.vertices[start:lens].astype(float)
        sections = frame[-2 * 12 * 6 :].reshape(2, 12, 6, 3)[:, 3:9]
        assert signed_gap(person, sections.reshape(-1, 3), around).min() > 0.0


def test_lashes_stay_behind_the_lenses(people: list[Person]) -> None:
    for person in people:
        pane = person.mesh.vertices[person.mesh.first["lens"] :]
        for side in range(2):
            half = pane[: len(pane) // 2] if side == 0 else pane[len(pane) // 2 :]
            start = person.mesh.first[f"lash{side}"]
            stop = person.mesh.first["lash1"] if side == 0 else person.mesh.first["glasses"]
            lash = person.mesh.vertices[start:stop]
            order = np.argsort(half[:, 0])
            nearest = np.interp(lash[:, 0], half[order, 0], half[order, 2])
            assert (lash[:, 2] < nearest - 0.05).all()


def test_teeth_stay_behind_lips_and_cheeks(people: list[Person]) -> None:
    arrays, template = load().arrays, load()
    lips = template.mouth_rings[LIP_CONTACT:].ravel()
    for person in people:
        start = person.mesh.first["teeth"]
        teeth = person.mesh.vertices[start : start + len(arrays["teeth.vertices"])].astype(float)
        skin = person.skin[lips]
        columns = np.round(skin[:, :2] / LATTICE).astype(int)
        wanted = np.round(teeth[:, :2] / LATTICE).astype(int)
        # The rearmost skin of a cell: teeth must lie behind even that.
        heights: dict[tuple[int, int], float] = {}
        for (x, y), z in zip(columns.tolist(), skin[:, 2].tolist(), strict=True):
            heights[x, y] = min(z, heights.get((x, y), 99.0))
        rear = np.array([heights.get((x, y), 99.0) for x, y in wanted.tolist()])
        assert (teeth[:, 2] < rear + 0.05).all()
