"""Random people, expressions, poses and lights: person k of seed s is the same in any batch."""

from __future__ import annotations

import numpy as np

from mien.head.light import Light
from mien.head.schema import MACROS, SLIDERS
from mien.seeding import rng
from mien.types import AU_NAMES, FaceCode, MaterialValue, Pose

Colour = tuple[float, float, float]

SKIN_RAMP = ("ecc6ae", "e2b598", "dba58a", "c98d6b", "a9714f", "8a573a", "6b412b", "4b2d20")
HAIR_COLOURS = (
    *("14100e", "2a1c14", "4a3222", "6b4528", "8d5f34"),
    *("b98d55", "d9bd86", "7a2f18", "5b5b60", "a8a8ad"),
)
IRIS_COLOURS = ("3a2414", "6b4a2a", "4f6b3a", "4a7aa0", "7f9bb0", "6a7a6a", "2b1a10")
SHIRT_COLOURS = ("3b4a63", "7a2f35", "2f5a4a", "d8d4c8", "26262b", "8a6a3a", "56406b")
LIP_COLOURS = ("b0575a", "a8484f", "c46a68", "8f3a44")
SHADOW_COLOURS = ("6a3a5a", "7a4a38", "4a4a6a")
MASCULINE_HAIR = (
    *("bald", "buzz", "crop", "side_part", "quiff"),
    *("crop", "side_part", "afro", "quiff", "spiky"),
)
FEMININE_HAIR = ("bob", "long", "fringe_long", "bun", "pixie", "long", "bob", "afro")

SLIDER_SD = 0.21
SLIDER_CLIP = 0.65
# Asymmetry and fantasy stay rare; a chin can only be doubled, not removed.
DAMPED = {"nose_bend": 0.35, "mouth_tilt": 0.35, "ear_flare": 0.6, "ear_pointed": 0.0}


def linear(hex_colour: str) -> Colour:
    """Linear RGB of an sRGB-like hex colour (gamma 2.2), rounded to 1e-6."""
    r, g, b = (round((int(hex_colour[i : i + 2], 16) / 255.0) ** 2.2, 6) for i in (0, 2, 4))
    return (r, g, b)


def _rounded(colour: np.ndarray) -> Colour:
    r, g, b = (round(float(np.clip(value, 0, 1)), 4) for value in colour)
    return (r, g, b)


def _pick(random: np.random.Generator, names: tuple[str, ...]) -> str:
    return names[int(random.integers(len(names)))]


def sample_sliders(random: np.random.Generator, *, sex: float, spread: float) -> dict[str, float]:
    """Identity sliders around the mean of a sex (-1 feminine, +1 masculine)."""
    values = random.normal(size=len(SLIDERS)) * spread
    sliders = dict(zip(SLIDERS, values, strict=True))
    for name, weight in MACROS["sex"].items():
        sliders[name] += weight * sex
    limit = max(SLIDER_CLIP, 3 * spread)
    for name, factor in DAMPED.items():
        sliders[name] *= factor
    sliders["double_chin"] = max(0.0, sliders["double_chin"])
    # Eyelid shapes vary between peoples more than within: one draw for both.
    lids = max(0.0, random.normal() * 0.6)
    sliders["monolid"] = sliders["monolid"] + lids
    sliders["epicanthus"] = max(0.0, sliders["epicanthus"] + 0.8 * lids)
    return {name: round(float(np.clip(v, -limit, limit)), 4) for name, v in sliders.items()}


def sample_materials(random: np.random.Generator, *, sex: float) -> dict[str, MaterialValue]:
    """Skin, hair, brows, eyes and make-up that go together."""
    tone = random.uniform(0, len(SKIN_RAMP) - 1.01)
    low = int(tone)
    ramp = np.array([linear(colour) for colour in SKIN_RAMP])
    skin = ramp[low] * (1 - (tone - low)) + ramp[low + 1] * (tone - low)
    dark = tone / (len(SKIN_RAMP) - 1)
    hair_count = len(HAIR_COLOURS) if dark < 0.45 else 3
    hair = np.array(linear(HAIR_COLOURS[int(random.integers(hair_count))]))
    hair = hair * random.uniform(0.8, 1.2)
    masculine = sex > 0
    iris = _pick(random, IRIS_COLOURS if dark < 0.5 else ("3a2414", "6b4a2a", "2b1a10"))
    lip_amount = 0.2 if masculine else random.uniform(0.3, 0.9)
    tint = skin * [0.85, 0.55, 0.52]
    if not masculine:
        tint = np.array(linear(_pick(random, LIP_COLOURS))) * (1 - 0.35 * dark)
    lips = skin * [0.82, 0.56, 0.56] * (1 - lip_amount) + tint * lip_amount
    beards = (0.0, 0.0, 0.35, 0.6, 0.95)
    scalars = {
        "blush": 0.0 if masculine else random.uniform(0, 0.35),
        "eye_shadow": 0.0 if masculine else random.uniform(0, 0.5),
        "freckles": random.uniform(0.3, 1) if random.random() < 0.2 and dark < 0.4 else 0.0,
        "beard": beards[int(random.integers(5))] if masculine else 0.0,
        "brow_thickness": 0.40 * (1.15 if masculine else 0.78) * random.uniform(0.75, 1.3),
        "brow_arch": 0.30 + random.normal() * 0.12 + (-0.05 if masculine else 0.1),
        "brow_tilt": 0.45 + random.normal() * 0.18,
        "brow_height": 1.70 + random.normal() * 0.12 + (-0.08 if masculine else 0.1),
        "brow_inner": 1.25 + random.normal() * 0.12,
        "brow_outer": 5.0 + random.normal() * 0.2,
        "lash": 0.55 if masculine else 1.0,
        "lip_gloss": 0.15 if masculine else random.uniform(0.2, 0.8),
        "roughness": random.uniform(0.1, 0.6),
        "dark_circles": random.uniform(0.2, 0.9),
        "pupil": random.uniform(0.14, 0.21),
    }
    return {
        **{name: round(float(value), 4) for name, value in scalars.items()},
        "skin": _rounded(skin),
        "hair": _rounded(hair),
        "brow_colour": _rounded(np.minimum(hair * 0.8, 0.22)),
        "lips": _rounded(lips),
        "eye_shadow_colour": linear(_pick(random, SHADOW_COLOURS)),
        "iris": _rounded(np.array(linear(iris)) * 1.25),
        "shirt": linear(_pick(random, SHIRT_COLOURS)),
    }


def sample_expression(random: np.random.Generator) -> dict[str, float]:
    """A third neutral, two fifths smiles with their company, the rest three AUs by chance."""
    kind, aus = random.random(), dict.fromkeys(AU_NAMES, 0.0)
    if kind < 0.3:
        return {}
    if kind < 0.7:
        smile = random.uniform(0.15, 1)
        aus["AU12"] = smile
        aus["AU6"] = smile * random.uniform(0, 0.9)
        aus["AU25"] = random.uniform(0, 1) * (random.random() < 0.7)
        aus["AU26"] = random.uniform(0, 0.5) * (random.random() < 0.4)
        aus["AU10"] = random.uniform(0, 0.3) * (random.random() < 0.3)
    else:
        for index in random.choice(len(AU_NAMES), 3, replace=False):
            aus[AU_NAMES[int(index)]] = random.uniform(0, 0.7)
    return {name: round(float(value), 4) for name, value in aus.items() if value > 0}


def sample_pose(random: np.random.Generator, sd: tuple[float, float, float]) -> Pose:
    """Yaw, pitch and roll with the given standard deviations in degrees."""
    yaw, pitch, roll = (round(float(random.normal() * s), 3) for s in sd)
    return Pose(yaw, pitch, roll)


def sample_light(random: np.random.Generator) -> Light:
    """A key light from somewhere in front, a fill from one side, and a sky."""
    direction = (random.normal() * 0.6, random.uniform(-0.1, 0.9), random.uniform(0.35, 1.0))
    warm, cold = 1 + random.normal() * 0.06, 1 + random.normal() * 0.1
    sky = 0.36 * random.uniform(0.6, 1.7)
    tint = (1 + random.normal() * 0.08, 1.0, 1 + random.normal() * 0.1)
    fill = 0.2 * random.uniform(0.5, 1.8)
    side = 0.8 if random.random() < 0.5 else -0.8
    return Light(
        direction=_three(direction),
        key=round(float(random.uniform(0.8, 2.1)), 4),
        key_colour=_three((warm, 1.0, cold)),
        ambient=_three(tuple(sky * t for t in tint)),
        fill_direction=(side, 0.0, 0.5),
        fill_colour=_three((fill, fill, fill)),
    )


def _three(values: tuple[float, ...]) -> tuple[float, float, float]:
    a, b, c = (round(float(v), 4) for v in values)
    return (a, b, c)


def sample(
    seed: int,
    index: int,
    *,
    spread: float = SLIDER_SD,
    expression: bool = False,
    pose_sd: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> FaceCode:
    """Person `index` of `seed`: an adult of random looks; neutral and frontal unless asked.

    spread   standard deviation of the sliders; 0.21 is a crowd, 0.4 a carnival
    pose_sd  standard deviations of yaw, pitch and roll in degrees
    """
    random = rng(seed, "face", index)
    sex = float(np.where(random.random() < 0.5, -1, 1) * random.uniform(0.4, 1.0))
    sliders = sample_sliders(random, sex=sex, spread=spread)
    materials = sample_materials(random, sex=sex)
    hair = _pick(random, MASCULINE_HAIR if sex > 0 else FEMININE_HAIR)
    mood = rng(seed, "mood", index)
    gaze = (0.0, 0.0)
    if expression:
        x, y = mood.normal() * 0.2, mood.normal() * 0.12
        gaze = (round(float(x), 4), round(float(y), 4))
    return FaceCode(
        sliders=sliders,
        aus=sample_expression(mood) if expression else {},
        gaze=gaze,
        pose=sample_pose(mood, pose_sd),
        materials=materials,
        hair=hair,
    )
