from __future__ import annotations

import numpy as np
import pytest

from mien.errors import OptionError
from mien.head.schema import AU_INDEX
from mien.persona.expression_table import ALIASES, EXPRESSIONS, NAMED, WINKS
from mien.persona.expressions import au_weights, expression_aus, ramp


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_expression_is_some_known_action_units(name: str) -> None:
    aus = expression_aus({name: 1.0})
    assert aus.shape == (22,)
    assert 0.5 < aus.max() <= 1.1
    assert set(EXPRESSIONS[name]) <= set(AU_INDEX)
    np.testing.assert_allclose(expression_aus({name: 0.5}), aus / 2)


def test_mixtures_add_up_and_stay_in_range() -> None:
    mixed = expression_aus({"smile": 1.0, "grin": 1.0})
    assert mixed[AU_INDEX["AU12"]] == 1.1
    assert mixed[AU_INDEX["AU25"]] == 0.7


def test_unknown_names_bring_near_ones() -> None:
    with pytest.raises(OptionError, match="smile"):
        expression_aus({"smil": 1.0})
    with pytest.raises(OptionError, match="AU99"):
        au_weights({"AU99": 1.0})


@pytest.mark.parametrize("name", ["12", "AU12", "au12", "012"])
def test_action_units_have_one_name(name: str) -> None:
    assert au_weights({name: 0.3}) == {"AU12": 0.3}


def test_a_ramp_rises_stays_and_comes_back_to_rest() -> None:
    driver = ramp({"happy": 1.0}, frames=41, fps=20)
    smile = driver.aus[:, AU_INDEX["AU12"]]
    assert (smile[0], smile[-1]) == (0.0, 0.0)
    assert smile.max() == EXPRESSIONS["happy"]["AU12"]
    np.testing.assert_allclose(smile, smile[::-1], atol=1e-12)
    assert (np.diff(smile[:17]) > 0).all()
    assert np.ptp(smile[17:24]) == 0
    assert driver.fps == 20.0


def test_the_shortest_ramp_is_its_peak() -> None:
    assert ramp({"blink": 1.0}, frames=1, fps=25).aus[0, AU_INDEX["AU45"]] == 1.0
    with pytest.raises(OptionError, match="at least 1"):
        ramp({"blink": 1.0}, frames=0, fps=25)


@pytest.mark.parametrize("name", sorted(set(NAMED) - set(EXPRESSIONS)))
def test_other_names_mean_something_too(name: str) -> None:
    aus = expression_aus({name: 1.0})
    assert aus.max() > 0.3
    if name in ALIASES:
        np.testing.assert_array_equal(aus, expression_aus({ALIASES[name]: 1.0}))


def test_talk_is_speech_in_a_clip() -> None:
    driver = ramp({"talk": 1.0}, frames=100, fps=25)
    jaw = driver.aus[:, AU_INDEX["AU26"]]
    assert (jaw[0], jaw[-1]) == (0.0, 0.0)
    turns = np.diff(np.sign(np.diff(jaw)))
    assert (turns != 0).sum() > 8
    assert np.ptp(jaw[20:80]) > 0.3
    np.testing.assert_array_equal(driver.aus, ramp({"talk": 1.0}, frames=100, fps=25).aus)
    happy = ramp({"talk": 0.5, "smile": 1.0}, frames=40, fps=25)
    assert happy.aus[20, AU_INDEX["AU12"]] >= 0.8
    assert ramp({"talk": 1.0}, frames=1, fps=25).aus[0, AU_INDEX["AU25"]] > 0.5


@pytest.mark.parametrize("name", WINKS)
def test_a_driver_cannot_wink(name: str) -> None:
    with pytest.raises(OptionError, match="both eyes"):
        ramp({name: 1.0}, frames=9, fps=25)
