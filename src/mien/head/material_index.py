"""Slots of the 128-number material vector, by name.

A colour takes three slots (linear red, green, blue); its constant is the first of them.
"""

from __future__ import annotations

MATERIAL_SIZE = 128

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
AGE_SPOTS = 32  # brown spots of old skin
ROUGHNESS = 33  # of the skin's grain
DARK_CIRCLES = 34
IRIS_SIZE = 35  # of the eye's radius
PUPIL_SIZE = 36  # of the eye's radius
IRIS_COLOUR = 37  # colour
SHIRT_COLOUR = 40  # colour
HEAD_CENTRE = 43  # posed centre of the toon style's shading sphere, cm: a working value
SPARE_46 = 46
SPARE_47 = 47
WRINKLES = 48  # of age
MOLES = 49
MOLE_SEED = 50  # where they are
EYELINER = 51
GREY = 52  # share of white hairs
GREY_TEMPLES = 53
HAIR_TIPS = 54  # colour
HAIR_TIP_SHARE = 57  # how much of the hair's length is dyed that colour
HAIRLINE_HEIGHT = 58
HAIRLINE_RECESSION = 59
HAIR_LENGTH = 60  # the next three shape the hair's mesh
HAIR_VOLUME = 61
HAIR_PARTING = 62
GLASSES_COLOUR = 63  # colour
LENS_TINT = 66
TEETH_SHADE = 67
SKIN_GLOSS = 68
LASH_LENGTH = 69
BEARD_COLOUR = 70  # colour
# Working values, filled in for every picture from the Action Units: how deep skin is folded, 0..1.
CREASE_FOREHEAD = 73  # raised brows
CREASE_FROWN = 74  # between the brows
CREASE_NOSE = 75  # wrinkled nose
CREASE_EYE = 76  # beside the eyes: x > 0, then x < 0
CREASE_CHEEK = 78  # nasolabial folds: x > 0, then x < 0
CREASE_CHIN = 80
BEARD_KIND = 81  # what is painted under a beard: place in FACIAL_HAIR, a working value
# More working values: what the toon style's drawn face does (`stylise.drawn_face`). Of pairs,
# the first is the side x > 0.
DRAWN = 82
DRAWN_CLOSING = 82  # of the lids, -0.3 (wide open) .. 1: a pair
DRAWN_RAISED = 84  # lower lid, 0..1: a pair
DRAWN_ARC = 86  # closed lids as a bow (1) or a bowl (-1)
DRAWN_GAZE = 87  # to the picture's right, up
DRAWN_BROW_INNER = 89  # lift of the brow's inner end, cm: a pair
DRAWN_BROW_OUTER = 91  # and of its outer end: a pair
DRAWN_FROWN = 93
DRAWN_SEX = 94  # -1 feminine .. 1 masculine
DRAWN_AGE = 95  # 0 young .. 1 old
DRAWN_BEARD = 96  # place in `schema.FACIAL_HAIR`
DRAWN_COUNT = 15


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
    *("lip_amount", "lip_gloss", "lash_line", "scalp", "age_spots", "roughness", "dark_circles"),
    *("iris_size", "pupil_size"),
    *_colour("iris_colour"),
    *_colour("shirt_colour"),
    *("head_centre_x", "head_centre_y", "head_centre_z", "spare_46", "spare_47"),
    *("wrinkles", "moles", "mole_seed", "eyeliner", "grey", "grey_temples"),
    *_colour("hair_tips"),
    *("hair_tip_share", "hairline_height", "hairline_recession"),
    *("hair_length", "hair_volume", "hair_parting"),
    *_colour("glasses_colour"),
    *("lens_tint", "teeth_shade", "skin_gloss", "lash_length"),
    *_colour("beard_colour"),
    *("crease_forehead", "crease_frown", "crease_nose"),
    *("crease_eye_right", "crease_eye_left", "crease_cheek_right", "crease_cheek_left"),
    "crease_chin",
    "beard_kind",
    *("drawn_closing_right", "drawn_closing_left", "drawn_raised_right", "drawn_raised_left"),
    *("drawn_arc", "drawn_gaze_x", "drawn_gaze_y"),
    *("drawn_brow_inner_right", "drawn_brow_inner_left"),
    *("drawn_brow_outer_right", "drawn_brow_outer_left"),
    *("drawn_frown", "drawn_sex", "drawn_age", "drawn_beard"),
    *(f"spare_{slot}" for slot in range(97, 128)),
)
"""What each of the 128 slots holds, in order."""
