"""From a face code to a labelled picture: the head's main path.

code -> sliders, AUs, material -> mesh (rig) -> turned and projected (camera)
     -> visibility (raster) -> colours (shade) -> picture and labels (resolve)
"""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mien.errors import OptionError
from mien.head import material_index as slot
from mien.head import resolve, shade
from mien.head.backdrop import PLAIN, Backdrop
from mien.head.camera import Camera, head_centre, project, turn_head
from mien.head.layout import Float32, Geometry, Scene
from mien.head.lens import lay_lenses
from mien.head.light import LIGHTS, Light, exposure
from mien.head.markers import landmark_positions, to_pixels, visible_landmarks
from mien.head.material import material_vector
from mien.head.raster import rasterise, vertex_normals
from mien.head.rig import Mesh, assemble, rotation
from mien.head.schema import FACIAL_HAIR, rig_vector, slider_vector, validate
from mien.head.shadow import shadow_map
from mien.head.stylise import toon_material, toon_sliders
from mien.head.template import load
from mien.head.toon_hair import toon_hair_mesh
from mien.head.worn import worn_by
from mien.types import FaceCode, Image, Landmarks, Pose, Style

BACKGROUND = (0.28, 0.30, 0.34)
NO_TEXTURE: Float32 = np.zeros((1, 1, 3), np.float32)
LARGEST = 4096
BARE_ROOTS = 0.95
"""Painted roots that nothing covers, at most."""


@dataclasses.dataclass(frozen=True)
class View:
    """Everything about a picture that is not the person.

    background   linear RGB of the backdrop's middle
    backdrop     what is behind the head, where it is more than a plain wall of that colour
    exposure     gain of the light; "auto": such that the front of a face is equally bright under
                 every light (`light.exposure`); 1.0 leaves the light as it is
    supersample  samples per pixel side; shadow: texels of the shadow map's side, 1 for none
    """

    camera: Camera = Camera()
    light: Light = LIGHTS["studio"]
    background: tuple[float, float, float] = BACKGROUND
    supersample: int = 2
    shadow: int = 256
    backdrop: Backdrop = PLAIN
    exposure: float | Literal["auto"] = 1.0

    @property
    def gain(self) -> float:
        """The exposure as a number."""
        return exposure(self.light) if self.exposure == "auto" else float(self.exposure)


@dataclasses.dataclass(frozen=True)
class Render:
    """A picture and everything known about it, at the picture's size (s, s).

    rgb        (s, s, 3) uint8
    labels     (s, s) uint8, `SCHEMA.labels`
    normals    (s, s, 3) float32 unit vectors, 0 on the background
    depth      (s, s) float32, 1 / distance in 1/cm, 0 on the background
    rest       (s, s, 3) float32, position on the resting head in cm, NaN on the background
    hairline   (s, s) float32, cm above the hairline, below -90 off the head's skin
    landmarks  (68, 2) pixels, iBUG order; visible (68,) bool
    vertices   (n, 3) float32 posed, cm; screen (n, 3) float32: column, row, 1 / distance, where
               pixel (0, 0) covers 0..1 (subtract 0.5 for the convention of `types`)
    """

    rgb: Image
    labels: NDArray[np.uint8]
    normals: Float32
    depth: Float32
    rest: Float32
    hairline: Float32
    landmarks: Landmarks
    visible: NDArray[np.bool_]
    vertices: Float32
    screen: Float32


def mesh_of(code: FaceCode) -> Mesh:
    """The untilted mesh of a code, in the code's style."""
    sliders, toon = slider_vector(code.sliders), code.style == "toon"
    return assemble(
        load(),
        toon_sliders(sliders) if toon else sliders,
        rig_vector(code.aus),
        worn=worn_by(code),
        gaze=code.gaze,
        toon=toon,
    )


def material_of(code: FaceCode) -> NDArray[np.float32]:
    """(128,) material of a code, in the code's style."""
    material = material_vector(code.materials, hair=code.hair, age=code.sliders.get("age", 0.0))
    material[slot.BEARD_KIND] = FACIAL_HAIR.index(code.facial_hair)
    if code.style == "photo":
        return material
    if toon_hair_mesh(code.hair) is None:  # painted hair; more than this stands for what it hides
        material[slot.SCALP] = min(float(material[slot.SCALP]), BARE_ROOTS)
    return toon_material(material)


def draw(
    mesh: Mesh,
    material: NDArray[np.floating[Any]],
    *,
    pose: Pose = Pose(),
    view: View = View(),
    style: Style = "photo",
    texture: Float32 | None = None,
) -> Render:
    """Draw an assembled mesh.

    texture  (h, w, 3) float32 log ratios over the rest head (`texture`), or None
    """
    camera, step = view.camera, view.supersample
    if not 8 <= camera.size <= LARGEST:
        raise OptionError(f"size={camera.size} is out of range: give 8 to {LARGEST} pixels.")
    vertices = turn_head(mesh, pose)
    screen = project(vertices, camera, supersample=step)
    width = camera.size * step
    seen = rasterise(screen, mesh.triangles, mesh.parts, mesh.attributes, width, width)
    geometry = Geometry(
        vertices,
        vertex_normals(vertices, mesh.triangles),
        mesh.triangles,
        mesh.parts,
        mesh.attributes,
    )
    light, toon = view.light.vector(view.gain), style == "toon"
    paint = np.array(material, np.float32)
    paint[slot.HEAD_CENTRE : slot.HEAD_CENTRE + 3] = head_centre(pose)
    paint[slot.CREASE_FOREHEAD : slot.CREASE_CHIN + 1] = mesh.creases
    paint[slot.DRAWN : slot.DRAWN + slot.DRAWN_COUNT] = mesh.drawn
    scene = Scene(
        camera=camera.position.astype(np.float32),
        material=paint,
        light=light,
        shadow=shadow_map(vertices, mesh.triangles, mesh.parts, light[:3], view.shadow),
        background=view.backdrop.vector(view.background),
        texture=NO_TEXTURE if texture is None else np.ascontiguousarray(texture, np.float32),
        footprint=camera.cm_per_pixel,
        toon=toon,
        turn=rotation(*pose.as_tuple()).ravel().astype(np.float32),
    )
    samples = shade.shade(geometry, seen, scene, supersample=step)
    lay_lenses(screen, geometry, seen, scene, samples)
    rgb = resolve.resolve(samples, seen, supersample=step, toon=toon)
    buffers = resolve.outputs(geometry, seen, samples, supersample=step)
    screen = project(vertices, camera)
    places, _ = landmark_positions(vertices, screen, paint)
    return Render(
        rgb=rgb,
        labels=buffers.labels,
        normals=buffers.normals,
        depth=buffers.depth,
        rest=buffers.rest,
        hairline=buffers.hairline,
        landmarks=to_pixels(places),
        visible=visible_landmarks(places, buffers.depth),
        vertices=vertices,
        screen=screen,
    )


def render(
    code: FaceCode,
    *,
    size: int | None = None,
    view: View = View(),
    texture: Float32 | None = None,
) -> Render:
    """Draw a face code; `size` (pixels) overrides the camera's.

    Raises OptionError for a name or value that `SCHEMA` does not know.
    """
    validate(code)
    if size is not None:
        view = dataclasses.replace(view, camera=dataclasses.replace(view.camera, size=size))
    return draw(
        mesh_of(code),
        material_of(code),
        pose=code.pose,
        view=view,
        style=code.style,
        texture=texture if code.style == "photo" else None,
    )
