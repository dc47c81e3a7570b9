"""What the tests of the fit share: heads whose truth is known, and fits of the astronaut."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.face import affine
from mien.face.analyse import analyse
from mien.head.camera import Camera
from mien.head.light import Light
from mien.head.material import material_vector
from mien.head.render import Render, View, draw, mesh_of, render
from mien.head.schema import au_vector, slider_vector
from mien.persona.fit import Fit, FitOptions, fit_face
from mien.persona.landmark_model import BROW_NAMES
from mien.persona.placement import Placement, Sight, sight
from mien.persona.prior import BROW_DEFAULTS
from mien.persona.texture_fit import Likeness
from mien.types import Face, FaceCode, Image, Landmarks, MaterialValue, Pose

FloatArray = NDArray[np.float64]
_SMALL = View(camera=Camera(size=64, zoom=1.0), supersample=1, shadow=1)


@pytest.fixture(scope="session")
def astronaut_face(astronaut: Image) -> Face:
    (face,) = analyse(astronaut)
    return face


@pytest.fixture(scope="session")
def astronaut_fits(astronaut: Image, astronaut_face: Face) -> dict[Likeness, Fit]:
    choices: tuple[Likeness, ...] = ("off", "full")
    return {
        likeness: fit_face(astronaut, astronaut_face, FitOptions(likeness)) for likeness in choices
    }


class Heads:
    """Drawn heads as the landmark model sees them."""

    @staticmethod
    def parameters(code: FaceCode) -> FloatArray:
        """(P,) sliders, Action Units and brow offsets of a code."""
        brows = [code.materials.get(name, BROW_DEFAULTS[k]) for k, name in enumerate(BROW_NAMES)]
        offsets = np.array(brows, float) - BROW_DEFAULTS
        return np.concatenate([slider_vector(code.sliders), au_vector(code.aus), offsets])

    @staticmethod
    def landmarks(code: FaceCode) -> Landmarks:
        """(68, 2) the engine's, on the camera plane, in picture widths from the centre."""
        drawn = render(code, view=_SMALL)
        return (drawn.landmarks + 0.5) / _SMALL.camera.size - 0.5

    @staticmethod
    def away(a: Landmarks, b: Landmarks) -> FloatArray:
        """(68,) distances over the outer-eye distance of `b`."""
        return np.hypot(*(a - b).T) / np.hypot(*(b[45] - b[36]))


@pytest.fixture(scope="session")
def heads() -> Heads:
    return Heads()


@dataclasses.dataclass(frozen=True, eq=False)
class Scene:
    """A bald head as a photo, and the frame it was drawn in."""

    view: View
    photo: Render
    seen: Sight


@pytest.fixture(scope="session")
def scene_of() -> Callable[..., Scene]:
    """Makes the sight of a bald head that lies on itself: the "photo" is a render."""

    def make(
        *, light: Light, size: int = 256, pose: Pose = Pose(), **paint: MaterialValue
    ) -> Scene:
        view = View(camera=Camera(size=size, zoom=1.35), light=light, supersample=1)
        bare: dict[str, MaterialValue] = {"brow_density": 0.0, "beard": 0.0, "roots": 0.0}
        mesh, plain = mesh_of(FaceCode(hair="bald")), material_vector(bare, hair="bald")
        painted = material_vector({**bare, **paint}, hair="bald")
        photo = draw(mesh, painted, pose=pose, view=view)
        # The photo is the crop itself: the camera plane's widths are the picture's pixels.
        unit = Placement(pose, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]))
        placement = Placement(pose, affine.invert(unit.crop_to_photo(view.camera)))
        return Scene(view, photo, sight(photo.rgb, photo.landmarks, placement, (mesh, plain), view))

    return make
