"""The light on folds, beside two drawings of one head: with them and without."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.persona.people import plain

from mien.head import material_index as slot
from mien.head.camera import Camera, project, turn_head
from mien.head.fold_light import Folded, fold_light
from mien.head.layout import PART_SKIN
from mien.head.raster import rasterise, vertex_normals
from mien.head.render import View, draw, material_of, mesh_of
from mien.head.rig import rotation
from mien.head.sample import sample
from mien.persona.trial import SEED
from mien.types import FaceCode, Image, Pose

SIZE = 320
POSE = Pose(yaw=8.0)
CREASES = slice(slot.CREASE_FOREHEAD, slot.CREASE_CHIN + 1)
Fold = tuple[NDArray[np.float32], Image, Image, NDArray[np.bool_]]


def code() -> FaceCode:
    return dataclasses.replace(plain(sample(SEED, 3)), aus={}, pose=POSE)


def folded_by(creases: NDArray[np.float32]) -> Fold:
    """The kernel's answer, the two drawings, and where a skin is seen."""
    one = code()
    smooth, material = mesh_of(one), material_of(one)
    smooth = dataclasses.replace(smooth, creases=np.zeros(8, np.float32))
    view = View(camera=Camera(size=SIZE, zoom=1.0), supersample=1)
    mesh = dataclasses.replace(smooth, creases=creases)
    shown = [draw(m, material, pose=POSE, view=view).rgb for m in (smooth, mesh)]
    vertices = turn_head(smooth, POSE)
    screen = project(vertices, view.camera)
    seen = rasterise(screen, smooth.triangles, smooth.parts, smooth.attributes, SIZE, SIZE)
    before, after = (np.zeros(len(material), np.float32) for _ in range(2))
    for paint in (before, after):
        paint[slot.WRINKLES] = material[slot.WRINKLES]
    after[CREASES] = creases
    folded = Folded(
        triangles=smooth.triangles,
        parts=smooth.parts,
        attributes=smooth.attributes,
        normals=vertex_normals(vertices, smooth.triangles),
        before=before,
        after=after,
        light=view.light.vector(),
        turn=rotation(*POSE.as_tuple()).ravel().astype(np.float32),
        footprint=view.camera.cm_per_pixel,
    )
    out = np.empty((SIZE, SIZE), np.float32)
    fold_light(seen, folded, out)
    is_skin = (seen.triangle >= 0) & (smooth.parts == PART_SKIN)[np.maximum(seen.triangle, 0)]
    return out, shown[0], shown[1], is_skin


@pytest.mark.parametrize("place", range(8))
def test_every_fold_changes_the_light_as_the_drawing_shows_it(place: int) -> None:
    creases = np.zeros(8, np.float32)
    creases[place] = 1.0
    out, smooth, folded, is_skin = folded_by(creases)
    before, after = (np.log((one[..., 1] / 255.0) ** 2.2 + 0.02) for one in (smooth, folded))
    changed = np.abs(out) > 0.03
    assert changed.sum() > 40
    assert is_skin[changed].all()
    assert np.corrcoef(out[changed], (after - before)[changed])[0, 1] > 0.75
    still = is_skin & (out == 0)
    assert np.abs(after - before)[still].mean() < 0.01


def test_without_folds_nothing_changes() -> None:
    out, *_ = folded_by(np.zeros(8, np.float32))
    assert not out.any()
