"""Who is better, from votes on pairs: TrueSkill for two players.

Herbrich, Minka and Graepel 2006, "TrueSkill: A Bayesian Skill Rating System", equations of section
3.1 and of its table 1: every player's skill is a Gaussian; a vote moves both by what it says beside
what was expected.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from statistics import NormalDist
from typing import Literal, TypeAlias

Choice: TypeAlias = Literal["left", "right", "same"]

MEAN, DEVIATION = 25.0, 25.0 / 3.0
"""Of a player of whom nothing is known."""
_NORMAL = NormalDist()
_FAR = -30.0
"""Where the normal distribution is so small that its tail's own expansion is used."""


@dataclasses.dataclass(frozen=True)
class Skill:
    """What is known of a player.

    mean, deviation  of the skill's Gaussian
    votes            in which the player took part
    """

    mean: float = MEAN
    deviation: float = DEVIATION
    votes: int = 0

    @property
    def safe(self) -> float:
        """What the skill is at least, almost surely: three deviations below the mean."""
        return self.mean - 3.0 * self.deviation


@dataclasses.dataclass(frozen=True)
class Rules:
    """What is believed about votes.

    noise   deviation of a single showing around the skill
    drift   deviation by which a skill may change between two votes
    draws   share of votes between equals that say "the same"
    """

    noise: float = DEVIATION / 2.0
    drift: float = DEVIATION / 100.0
    draws: float = 0.1

    @property
    def margin(self) -> float:
        """How far apart two showings are seen to differ."""
        return _NORMAL.inv_cdf((self.draws + 1.0) / 2.0) * math.sqrt(2.0) * self.noise


@dataclasses.dataclass(frozen=True)
class Vote:
    """One look at two players' work, and which of them was better."""

    left: str
    right: str
    choice: Choice


def ranked(votes: Iterable[Vote], rules: Rules = Rules()) -> dict[str, Skill]:
    """Skills by name after all votes in their order, the surest best first.

    Raises ValueError for a vote between a player and itself.
    """
    skills: dict[str, Skill] = {}
    for vote in votes:
        if vote.left == vote.right:
            raise ValueError(f"{vote.left} against itself")
        one, other = (skills.get(name, Skill()) for name in (vote.left, vote.right))
        if vote.choice == "right":
            other, one = after(other, one, drawn=False, rules=rules)
        else:
            one, other = after(one, other, drawn=vote.choice == "same", rules=rules)
        skills[vote.left], skills[vote.right] = one, other
    return dict(sorted(skills.items(), key=lambda pair: (-pair[1].safe, pair[0])))


def after(
    winner: Skill, loser: Skill, *, drawn: bool, rules: Rules = Rules()
) -> tuple[Skill, Skill]:
    """Both skills after a vote; `drawn`: neither was better."""
    variances = [one.deviation**2 + rules.drift**2 for one in (winner, loser)]
    spread = math.sqrt(2.0 * rules.noise**2 + sum(variances))
    apart, margin = (winner.mean - loser.mean) / spread, rules.margin / spread
    shift, shrink = _drawn(apart, margin) if drawn else _won(apart, margin)
    made = []
    for one, variance, sign in ((winner, variances[0], 1.0), (loser, variances[1], -1.0)):
        left = max(variance * (1.0 - variance / spread**2 * shrink), 1e-12)
        moved = one.mean + sign * variance / spread * shift
        made.append(Skill(moved, math.sqrt(left), one.votes + 1))
    return made[0], made[1]


def _won(apart: float, margin: float) -> tuple[float, float]:
    """v and w of a win: how far means move and variances shrink."""
    x = apart - margin
    # Far out, the leading term of the tail's expansion.
    v = -x if x < _FAR else _density(x) / _NORMAL.cdf(x)
    return v, min(max(v * (v + x), 0.0), 1.0)


def _drawn(apart: float, margin: float) -> tuple[float, float]:
    """v and w of a draw."""
    size = abs(apart)
    low, high = -margin - size, margin - size
    mass = _NORMAL.cdf(high) - _NORMAL.cdf(low)
    if mass < 1e-12:
        v, w = high, 1.0
    else:
        v = (_density(low) - _density(high)) / mass
        w = v * v + (high * _density(high) - low * _density(low)) / mass
    return math.copysign(1.0, apart) * v, min(max(w, 0.0), 1.0)


def _density(x: float) -> float:
    return math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi)


def chance(one: Skill, other: Skill, rules: Rules = Rules()) -> float:
    """How likely the first one's next showing is the better of the two."""
    spread = math.sqrt(2.0 * rules.noise**2 + one.deviation**2 + other.deviation**2)
    return _NORMAL.cdf((one.mean - other.mean) / spread)


def table_lines(skills: Mapping[str, Skill]) -> list[str]:
    """The ranking as lines of text."""
    wide = max([len(name) for name in skills] + [4])
    lines = [f"{'':>3} {'':<{wide}} {'mean':>7} {'+-':>6} {'safe':>7} {'votes':>6}"]
    for place, (name, one) in enumerate(skills.items(), 1):
        numbers = f"{one.mean:>7.2f} {one.deviation:>6.2f} {one.safe:>7.2f} {one.votes:>6}"
        lines.append(f"{place:>3} {name:<{wide}} {numbers}")
    return lines
