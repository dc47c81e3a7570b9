from __future__ import annotations

import functools

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.errors import OptionError
from mien.head import blendshapes
from mien.head.blendshapes import ARKIT, ARKIT_MISSING, ARKIT_NAMES, VRM, Change
from mien.head.camera import Camera
from mien.head.render import View, render
from mien.head.schema import RIG_NAMES, validate
from mien.types import FaceCode

VIEW = View(camera=Camera(size=64, zoom=1.3), shadow=1)
REST = FaceCode(hair="bald")
EXPRESSIBLE = tuple(ARKIT)
# Named for a side, but the rig has them for both sides alone.
SHARED = ("eyeSquint", "eyeWide", "mouthStretch", "mouthPress", "mouthLowerDown", "browDown")
SHARED += ("noseSneer", "eyeLook")


@functools.cache
def picture(change: Change | None = None) -> NDArray[np.float64]:
    code = REST if change is None else change.on(REST)
    return render(code, view=VIEW).rgb.astype(float)


def changed(change: Change) -> NDArray[np.float64]:
    return np.abs(render(change.on(REST), view=VIEW).rgb.astype(float) - picture()).sum(2)


def centre(difference: NDArray[np.float64]) -> tuple[float, float]:
    rows, columns = np.mgrid[:64, :64]
    total = difference.sum()
    return float((columns * difference).sum() / total), float((rows * difference).sum() / total)


def test_the_names_are_arkits_fifty_two() -> None:
    assert len(ARKIT_NAMES) == len(set(ARKIT_NAMES)) == 52
    assert len(VRM) == 18


@pytest.mark.parametrize("name", EXPRESSIBLE)
def test_a_blend_shape_changes_its_region(name: str) -> None:
    change = blendshapes.arkit(name)
    validate(change.on(REST))
    difference = changed(change)
    assert (difference > 12).sum() >= 3, name
    landmarks = render(REST, view=VIEW).landmarks
    eyes, mouth = landmarks[36:48, 1].mean(), landmarks[48:68, 1].mean()
    x, y = centre(difference)
    if name.startswith(("eye", "brow")):
        assert abs(y - eyes) < 9
    elif name.startswith(("mouth", "jaw")):
        assert y > (eyes + mouth) / 2
    else:
        assert eyes - 4 < y < mouth
    sided = name.endswith(("Left", "Right")) and not name.startswith((*SHARED, "jaw"))
    if sided:
        # The person's left is the picture's right.
        assert (x > 31.5 + 2) if name.endswith("Left") else (x < 31.5 - 2)


@pytest.mark.parametrize("name", ARKIT_MISSING)
def test_what_the_rig_cannot_do_changes_nothing(name: str) -> None:
    assert blendshapes.arkit(name) == Change()


@pytest.mark.parametrize("name", [name for name in VRM if name != "neutral"])
def test_a_preset_changes_the_face(name: str) -> None:
    change = blendshapes.vrm(name)
    validate(change.on(REST))
    difference = changed(change)
    assert (difference > 12).sum() >= 5, name


@pytest.mark.parametrize("name", EXPRESSIBLE)
def test_a_blend_shape_comes_back_as_itself(name: str) -> None:
    change = blendshapes.arkit(name).times(0.8)
    weights = blendshapes.to_arkit(change.aus, change.gaze)
    assert set(weights) == set(ARKIT_NAMES)
    again = blendshapes.from_arkit(weights)
    both = {n: again.aus.get(n, 0.0) - change.aus.get(n, 0.0) for n in RIG_NAMES}
    if "AU25" not in change.aus:
        assert max(map(abs, both.values())) < 0.02
    assert again.gaze == pytest.approx(change.gaze, abs=1e-3)


def test_both_sides_of_the_rig_become_both_sides_of_arkit() -> None:
    weights = blendshapes.to_arkit({"AU12": 0.6, "AU45R": 1.0, "AU26": 1.0}, (0.5, 0.0))
    assert weights["mouthSmileLeft"] == weights["mouthSmileRight"] == pytest.approx(0.6)
    assert weights["eyeBlinkLeft"] == pytest.approx(1.0)
    assert weights["eyeBlinkRight"] == 0.0
    assert weights["jawOpen"] == pytest.approx(0.53)
    assert weights["eyeLookOutLeft"] == weights["eyeLookInRight"] == pytest.approx(0.5)
    assert weights["eyeLookInLeft"] == 0.0


def test_frames_add_up_and_stay_in_range() -> None:
    frame = dict.fromkeys(ARKIT_NAMES, 1.0)
    whole = blendshapes.from_arkit(frame).on(FaceCode(aus={"AU12": 1.0}, gaze=(0.9, 0.0)))
    validate(whole)
    assert max(whole.aus.values()) <= blendshapes.MOST
    assert whole.gaze == (0.9, 0.0)


def test_unknown_names_are_answered_in_one_line() -> None:
    with pytest.raises(OptionError, match="Did you mean eyeBlinkLeft"):
        blendshapes.arkit("eyeBlinkleft")
    with pytest.raises(OptionError, match="unknown VRM"):
        blendshapes.vrm("joy")
