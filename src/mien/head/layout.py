"""Numbers that the rasteriser, the shader and the geometry agree on, and the arrays they pass.

Space is right-handed, cm-like: x to the picture's right, y up, z towards the camera. The shader
reads positions in two spaces: *posed* (where the surface is in the picture) and *rest* (the
average head, unmoved), in which all painted detail is defined.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
Int32 = NDArray[np.int32]
UInt8 = NDArray[np.uint8]

# Parts: which surface a triangle belongs to.
PART_SKIN, PART_EYE, PART_MOUTH, PART_TEETH, PART_HAIR, PART_EAR, PART_SHIRT, PART_LASH = range(8)
PART_GLASSES, PART_LENS, PART_BEARD, PART_TONGUE = range(8, 12)

# Labels: what a pixel shows.
LABEL_BACKGROUND, LABEL_SKIN, LABEL_BROW, LABEL_LIPS, LABEL_MOUTH, LABEL_SCLERA = range(6)
LABEL_EAR, LABEL_IRIS, LABEL_TEETH, LABEL_HAIR, LABEL_SHIRT, LABEL_LASH = range(6, 12)
LABEL_GLASSES, LABEL_BEARD = 12, 13
LABEL_COUNT = 14

# Columns of the vertex attributes.
REST = 0  # x, y, z at rest; for the eyeball: on the unit sphere, z along the gaze
OCCLUSION = 3  # 1 is open to the whole sky
ACROSS = 4  # skin: lip ring (< 0 inside the mouth, <= 1 vermilion); hair, teeth: strand, tooth
ALONG = 5  # skin: lash line; eyeball: gap to the upper lid; hair: distance to the tip; lash: 0..1
HAIRLINE = 6  # signed distance into the hair, cm; -9 where there cannot be any

# Slots of the light vector.
KEY_DIRECTION, KEY_COLOUR, AMBIENT, FILL_DIRECTION, FILL_COLOUR = 0, 3, 6, 9, 12
RIM_DIRECTION, RIM_COLOUR = 15, 18
LIGHT_SIZE = 21


class Geometry(NamedTuple):
    """A posed mesh.

    positions   (n, 3) float32, posed
    normals     (n, 3) float32, posed, unit length
    triangles   (t, 3) int32
    parts       (t,) int32, PART_*
    attributes  (n, 7) float32, columns above
    """

    positions: Float32
    normals: Float32
    triangles: Int32
    parts: Int32
    attributes: Float32


class Visibility(NamedTuple):
    """What each sample sees.

    depth        (h, w) float32, 1 / distance along the view axis; 0 is background
    triangle     (h, w) int32, -1 is background
    barycentric  (h, w, 2) float32, perspective-correct weights of the first two corners
    """

    depth: Float32
    triangle: Int32
    barycentric: Float32


class ShadowMap(NamedTuple):
    """Distance to the light's nearest surface, seen along its direction.

    nearest    (s, s) float32, height towards the light, -1000 where nothing is; (1, 1): no shadows
    highest    (s, s) float32, largest `nearest` of the 5 x 5 neighbours
    lowest     (s, s) float32, smallest of them
    transform  (3, 4) float32, posed position -> map column, map row, height
    """

    nearest: Float32
    highest: Float32
    lowest: Float32
    transform: Float32


NO_TURN: Float32 = np.eye(3, dtype=np.float32).ravel()


class Scene(NamedTuple):
    """All that the shader knows beside the geometry.

    camera      (3,) float32, position
    material    (128,) float32, `material_index`
    light       (21,) float32, slots above; directions are unit vectors towards the light; (15,)
                has no rim light
    shadow      ShadowMap
    background  (3,) float32, linear; or (11,), `backdrop`
    texture     (h, w, 3) float32 log ratio, or (1, 1, 3) zeros for none
    footprint   width of one final pixel at the face, cm
    toon        False: photo style, True: toon style
    turn        (9,) float32, rotation from the resting to the posed head, row by row
    """

    camera: Float32
    material: Float32
    light: Float32
    shadow: ShadowMap
    background: Float32
    texture: Float32
    footprint: float
    toon: bool
    turn: Float32 = NO_TURN
