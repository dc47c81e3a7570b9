"""What is expected of faces before one is seen."""

from __future__ import annotations

import numpy as np
import pytest

from mien.head.schema import AU_INDEX
from mien.persona.landmark_model import (
    AU_PART,
    BROW_NAMES,
    BROW_PART,
    PARAMETER_COUNT,
    SLIDER_COUNT,
    SLIDER_PART,
)
from mien.persona.prior import (
    AU_SD,
    BROW_DEFAULTS,
    INFLATION,
    OTHER_AU_SD,
    brow_materials,
    moments,
    population,
    prior_of,
)
from mien.seeding import rng


def test_moments_are_mean_and_covariance() -> None:
    values = rng("rows").normal(size=(4000, 3)) @ np.diag([1.0, 2.0, 3.0]) + [1, 2, 3]
    mean, covariance = moments(values)
    assert mean == pytest.approx([1, 2, 3], abs=0.2)
    assert np.sqrt(np.diag(covariance)) == pytest.approx([1, 2, 3], rel=0.05)


def test_a_population_is_the_same_however_long_it_is() -> None:
    sliders, brows = population(6)
    again, brows_again = population(3)
    assert sliders.shape == (6, SLIDER_COUNT)
    assert brows.shape == (6, len(BROW_NAMES))
    assert np.array_equal(sliders[:3], again)
    assert np.array_equal(brows[:3], brows_again)
    assert not np.array_equal(population(3, seed=6)[0], again)
    assert np.abs(sliders).max() > 0.2


def test_the_prior_is_block_wise_and_widened() -> None:
    covariance = np.diag(np.linspace(0.01, 0.2, SLIDER_COUNT))
    brows = (np.full(5, 0.1), np.eye(5) * 0.04)
    prior = prior_of((np.full(SLIDER_COUNT, 0.3), covariance), brows)
    assert prior.mean[SLIDER_PART] == pytest.approx(0.3)
    assert (prior.mean[AU_PART] == 0).all()
    assert prior.mean[BROW_PART] == pytest.approx(0.1)
    widened = 1 / np.diag(prior.precision)[SLIDER_PART]
    assert widened == pytest.approx(np.diag(covariance) * INFLATION**2 + 0.0025)
    assert 1 / np.diag(prior.precision)[BROW_PART] == pytest.approx(0.04 * INFLATION**2 + 0.01)
    off = prior.precision.copy()
    for part in (SLIDER_PART, AU_PART, BROW_PART):
        off[part, part] = 0.0
    assert (off == 0).all()


def test_smiles_are_commoner_than_lip_funnels() -> None:
    prior = prior_of(
        (np.zeros(SLIDER_COUNT), np.eye(SLIDER_COUNT) * 0.05), (np.zeros(5), np.eye(5) * 0.05)
    )
    sd = 1 / np.sqrt(np.diag(prior.precision)[AU_PART])
    assert {name: pytest.approx(value) for name, value in AU_SD.items()} == {
        name: sd[AU_INDEX[name]] for name in AU_SD
    }
    assert sd[AU_INDEX["AU15"]] == pytest.approx(OTHER_AU_SD)
    assert sd[AU_INDEX["AU12"]] > 2 * sd[AU_INDEX["AU18"]]


def test_an_identity_replaces_the_sliders_alone() -> None:
    prior = prior_of(
        (np.zeros(SLIDER_COUNT), np.eye(SLIDER_COUNT) * 0.05), (np.zeros(5), np.eye(5) * 0.05)
    )
    before = prior.precision.copy()
    mean, precision = np.linspace(-1, 1, SLIDER_COUNT), np.eye(SLIDER_COUNT) * 7.0
    told = prior.with_identity(mean, precision)
    assert np.array_equal(told.mean[SLIDER_PART], mean)
    assert np.array_equal(told.precision[SLIDER_PART, SLIDER_PART], precision)
    rest = slice(SLIDER_COUNT, PARAMETER_COUNT)
    assert np.array_equal(told.precision[rest, rest], before[rest, rest])
    assert np.array_equal(prior.precision, before)  # the first prior is as it was


def test_brow_materials_are_offsets_from_the_defaults() -> None:
    parameters = np.zeros(PARAMETER_COUNT)
    assert brow_materials(parameters) == dict(zip(BROW_NAMES, BROW_DEFAULTS, strict=True))
    parameters[BROW_PART] = [0.1, 0.2, 0.3, 0.4, 0.5]
    moved = brow_materials(parameters)
    assert [moved[n] - d for n, d in zip(BROW_NAMES, BROW_DEFAULTS, strict=True)] == pytest.approx(
        [0.1, 0.2, 0.3, 0.4, 0.5]
    )
