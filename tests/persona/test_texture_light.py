"""Light of one half of a face, on made-up skins over the head's own surface."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.head.light import LIGHTS
from mien.persona.texture_light import evened

Seen = tuple[NDArray[np.float32], NDArray[np.bool_]]


@pytest.fixture
def seen(scene_of: Any) -> Seen:
    """Rest positions of a frontal head, and its skin."""
    drawn = scene_of(light=LIGHTS["soft"], size=256).seen.drawn
    return drawn.rest, (drawn.labels == 1) & (drawn.normals[..., 2] > 0.3)


def ratio_of(light: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.repeat(light[..., None], 3, 2).astype(np.float32)


def test_what_is_the_same_on_both_sides_stays(seen: Seen) -> None:
    rest, plain = seen
    up = np.nan_to_num(rest[..., 1])
    ratio = ratio_of(0.3 * np.sin(up / 2))
    assert np.abs(evened(ratio, rest, plain) - ratio)[plain].max() < 0.08


def test_the_brighter_half_is_believed(seen: Seen) -> None:
    rest, plain = seen
    across = np.nan_to_num(rest[..., 0])
    ratio = ratio_of(-0.7 * (across < 0))
    found = evened(ratio, rest, plain)
    for side in (across < -2.0, across > 2.0):
        assert abs(float(np.median(found[plain & side]))) < 0.15


def test_a_spot_on_one_side_stays(seen: Seen) -> None:
    rest, plain = seen
    spot = np.hypot(np.nan_to_num(rest[..., 0]) - 2.6, np.nan_to_num(rest[..., 1]) + 3.2) < 0.25
    assert (plain & spot).sum() > 10
    found = evened(ratio_of(-0.7 * spot), rest, plain)
    assert float(found[plain & spot].mean()) < -0.55


def test_where_one_half_alone_is_seen_nothing_changes(seen: Seen) -> None:
    rest, plain = seen
    across = np.nan_to_num(rest[..., 0])
    ratio = ratio_of(np.where(across > 0, -0.4, 0.0))
    found = evened(ratio, rest, plain & (across > 1.5))
    far = plain & (across > 4.5)
    assert np.abs(found - ratio)[far].max() < 0.02
