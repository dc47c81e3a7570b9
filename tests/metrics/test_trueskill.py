from __future__ import annotations

import math

import numpy as np
import pytest

from mien.metrics.trueskill import Rules, Skill, Vote, after, chance, ranked, table_lines
from mien.seeding import rng


def test_a_first_win_moves_both_as_the_paper_says() -> None:
    # TrueSkill calculators with mu 25, sigma 25/3, beta 25/6, tau 25/300 and 10 % draws agree.
    won, lost = after(Skill(), Skill(), drawn=False)
    assert (won.mean, won.deviation) == pytest.approx((29.396, 7.171), abs=2e-3)
    assert (lost.mean, lost.deviation) == pytest.approx((20.604, 7.171), abs=2e-3)


def test_a_draw_of_equals_tells_only_that_they_are_equal() -> None:
    one, other = after(Skill(), Skill(), drawn=True)
    assert one == other
    assert one.mean == pytest.approx(25.0)
    assert one.deviation == pytest.approx(6.458, abs=2e-3)


def test_a_surprise_moves_more_than_what_was_expected() -> None:
    strong, weak = Skill(30, 3), Skill(20, 3)
    expected = after(strong, weak, drawn=False)[0].mean - 30
    surprise = after(weak, strong, drawn=False)[0].mean - 20
    assert 0 < expected < 0.3 * surprise
    drawn = after(strong, weak, drawn=True)
    assert drawn[0].mean < 30
    assert drawn[1].mean > 20


@pytest.mark.parametrize("apart", [-2000.0, -300.0, 300.0, 2000.0])
@pytest.mark.parametrize("drawn", [True, False])
def test_numbers_stay_numbers_far_out(apart: float, drawn: bool) -> None:
    for one in after(Skill(apart, 1.0), Skill(0.0, 1.0), drawn=drawn):
        assert math.isfinite(one.mean)
        assert 0 < one.deviation < 1.1


def test_against_the_integrals_themselves() -> None:
    """v and w are moments of a truncated Gaussian: numerical integration gives the same skill."""
    one, other, rules = Skill(27.0, 4.0), Skill(22.0, 6.0), Rules()
    skills = np.linspace(-20, 80, 4001)
    pdf = np.exp(-0.5 * (skills - 27.0) ** 2 / (16.0 + rules.drift**2))
    spread = math.sqrt(2 * rules.noise**2 + 36.0 + rules.drift**2)
    normal = [0.5 * math.erfc(-(s - 22.0 - rules.margin) / spread / math.sqrt(2)) for s in skills]
    weight = pdf * np.array(normal)
    mean = (weight * skills).sum() / weight.sum()
    deviation = math.sqrt((weight * (skills - mean) ** 2).sum() / weight.sum())
    made = after(one, other, drawn=False)[0]
    assert (made.mean, made.deviation) == pytest.approx((mean, deviation), rel=1e-4)


def test_the_true_order_is_found() -> None:
    random = rng("votes")
    truth = {"warp": 0.0, "first": -2.0, "person": 2.0, "seed": -4.0}
    names = sorted(truth)
    votes = []
    for _ in range(400):
        left, right = (names[k] for k in random.permutation(4)[:2])
        ahead = truth[left] - truth[right] + random.normal(0, 1.5)
        choice = "same" if abs(ahead) < 0.3 else "left" if ahead > 0 else "right"
        votes.append(Vote(left, right, choice))  # type: ignore[arg-type]
    skills = ranked(votes)
    assert list(skills) == ["person", "warp", "first", "seed"]
    assert sum(one.votes for one in skills.values()) == 800
    assert chance(skills["person"], skills["seed"]) > 0.9
    assert chance(skills["warp"], skills["warp"]) == 0.5
    lines = table_lines(skills)
    assert lines[1].split()[:2] == ["1", "person"]
    assert len(lines) == 5


def test_nobody_plays_alone() -> None:
    with pytest.raises(ValueError, match="against itself"):
        ranked([Vote("a", "a", "left")])
