from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from mien.head.sample import sample
from mien.head.schema import AU_INDEX
from mien.io.provenance import Provenance
from mien.persona.character import NEUTRAL_VIEW, Character
from mien.persona.driver import Driver, read_driver, write_driver
from mien.persona.perform import (
    TURN_LIMITS,
    as_driver,
    drawn,
    performance_of,
    steadied,
)
from mien.persona.retarget import Transfer
from mien.types import AU_NAMES

MADE_BY = Provenance(source=None, job="test", models=(), seed=None, request="0" * 16)
PERSON = dataclasses.replace(sample(5, 1), hair="buzz", facial_hair="none", glasses="none")
SMILE, BLINK = AU_INDEX["AU12"], AU_INDEX["AU45"]
COUNT, FPS = 60, 30.0


def curve(*, noise: float = 0.0) -> Driver:
    """A slow smile over a face that smiles a little at rest, a blink, a turn beyond all measure."""
    shaken = np.random.default_rng(1).normal(0, 1, COUNT)
    aus = np.zeros((COUNT, len(AU_NAMES)))
    aus[:, SMILE] = 0.2 + 0.6 * np.sin(np.linspace(0, np.pi, COUNT)) + noise * shaken
    aus[30:34, BLINK] = (0.5, 1.0, 1.0, 0.4)
    pose = np.zeros((COUNT, 3))
    pose[:, 0] = 4.0 + 80.0 * (np.arange(COUNT) > 40)
    return Driver(
        times=5.0 + np.arange(COUNT) / FPS,
        aus=np.clip(aus, 0, 1.1),
        pose=pose,
        gaze=np.zeros((COUNT, 2)),
        confidence=np.ones(COUNT),
        neutral=(0,),
    )


def jitter(values: np.ndarray) -> float:
    return float(np.abs(np.diff(values, 2)).mean())


def test_a_performance_begins_at_rest_and_at_time_0() -> None:
    done = performance_of(curve(), smooth=0)
    assert done.times[0] == 0
    assert done.times[-1] == pytest.approx((COUNT - 1) / FPS)
    assert done.aus[0].max() == 0
    assert done.aus[:, SMILE].max() == pytest.approx(0.6, abs=0.01)
    assert done.pose[0] == pytest.approx([0, 0, 0])
    assert 50 < done.pose[-1, 0] < TURN_LIMITS[0]


def test_absolute_takes_the_driver_at_its_word() -> None:
    done = performance_of(curve(), Transfer(absolute=True, limits=TURN_LIMITS), smooth=0)
    assert done.aus[0, SMILE] == pytest.approx(0.2, abs=1e-6)
    assert done.aus[:, SMILE].max() == pytest.approx(0.8, abs=0.01)


def test_smoothing_takes_the_noise_and_leaves_the_blink() -> None:
    rough = curve(noise=0.04)
    smooth = steadied(rough, 2.0)
    assert jitter(smooth.aus[:, SMILE]) < 0.6 * jitter(rough.aus[:, SMILE])
    truth = curve().aus[:, SMILE]
    assert np.abs(smooth.aus[:, SMILE] - truth).mean() < np.abs(rough.aus[:, SMILE] - truth).mean()
    assert np.array_equal(smooth.aus[:, BLINK], rough.aus[:, BLINK])
    assert steadied(rough, 0.0) is rough


def test_a_performance_is_a_driver_again(tmp_path: Path) -> None:
    done = performance_of(curve())
    path = tmp_path / "performance.csv"
    write_driver(path, as_driver(done, curve().confidence))
    again = performance_of(read_driver(path), smooth=0)
    assert np.allclose(again.aus, done.aus, atol=1e-4)
    assert np.allclose(again.times, done.times, atol=1e-6)


def test_frames_show_what_is_performed() -> None:
    whole = performance_of(curve(), smooth=0)
    chosen = [0, 1, 29, 31]
    few = dataclasses.replace(
        whole,
        **{name: getattr(whole, name)[chosen] for name in ("times", "aus", "pose", "gaze")},
    )
    person = Character(PERSON, NEUTRAL_VIEW, None, MADE_BY)
    first, second, smiling, blinking = (
        one.astype(int) for one in drawn(person, few, size=96, style="photo")
    )
    assert first.shape == (96, 96, 3)
    assert np.array_equal(first, person.neutral().render(size=96).rgb)
    assert np.abs(second - first).mean() < np.abs(smiling - first).mean()
    changed = np.abs(blinking - smiling).sum(2)
    upper, lower = changed[:56].sum(), changed[56:].sum()
    assert upper > 3 * lower
    (toon, *_) = drawn(person, few, size=96, style="toon")
    assert np.abs(toon.astype(int) - first).mean() > 3
