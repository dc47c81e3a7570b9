"""Slots of the 48-number material vector, by name.

A colour takes three slots (linear red, green, blue); its constant is the first of them.
"""

from __future__ import annotations

MATERIAL_SIZE = 48

SKIN = 0  # colour
LIPS = 3  # colour
HAIR = 6  # colour
REDNESS = 9  # of cheeks, nose, chin, ears and lids; 1 is usual
BLUSH = 10
EYE_SHADOW = 11
EYE_SHADOW_COLOUR = 12  # colour
FRECKLES = 15
BEARD = 16
BROW_INNER = 17  # |x| of the inner end, cm
BROW_OUTER = 18  # |x| of the outer end, cm
BROW_HEIGHT = 19  # y of the inner end, cm
BROW_ARCH = 20
BROW_TILT = 21
BROW_THICKNESS = 22  # half thickness, cm
BROW_STROKES = 23  # how much single hairs show
BROW_DENSITY = 24
BROW_COLOUR = 25  # colour
LIP_AMOUNT = 28  # opacity of the lip colour
LIP_GLOSS = 29
LASH_LINE = 30
SCALP = 31  # painted hair roots
SPARE_32 = 32
ROUGHNESS = 33  # of the skin's grain
DARK_CIRCLES = 34
IRIS_SIZE = 35  # of the eye's radius
PUPIL_SIZE = 36  # of the eye's radius
IRIS_COLOUR = 37  # colour
SHIRT_COLOUR = 40  # colour
HEAD_CENTRE = 43  # posed centre of the toon style's shading sphere, cm: a working value
SPARE_46 = 46
SPARE_47 = 47


def _colour(name: str) -> tuple[str, str, str]:
    return f"{name}_red", f"{name}_green", f"{name}_blue"


MATERIAL_NAMES: tuple[str, ...] = (
    *_colour("skin"),
    *_colour("lips"),
    *_colour("hair"),
    *("redness", "blush", "eye_shadow"),
    *_colour("eye_shadow_colour"),
    *("freckles", "beard"),
    *("brow_inner", "brow_outer", "brow_height", "brow_arch", "brow_tilt", "brow_thickness"),
    *("brow_strokes", "brow_density"),
    *_colour("brow_colour"),
    *("lip_amount", "lip_gloss", "lash_line", "scalp", "spare_32", "roughness", "dark_circles"),
    *("iris_size", "pupil_size"),
    *_colour("iris_colour"),
    *_colour("shirt_colour"),
    *("head_centre_x", "head_centre_y", "head_centre_z", "spare_46", "spare_47"),
)
"""What each of the 48 slots holds, in order."""
