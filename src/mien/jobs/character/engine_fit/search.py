"""Refinement in the real engine: its drawings with small changes say where to go.

Gauss-Newton on the components of what is measured, with the estimate and its held-out errors as a
prior. What the photo shows and the engine cannot draw stays in the residual of the estimate, and
that is taken for the noise: the stranger a photo, the more the estimate is believed.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.jobs.character.engine_fit.judges import Views, compare
from mien.jobs.character.engine_fit.looking import Look, look_at_drawing
from mien.jobs.character.translator.model import EngineTranslator, Guess
from mien.types import Image

FloatArray = NDArray[np.float64]

_STEP = 0.06
"""Of a range: how far a number is moved to see what it does."""
_SHARES = (1.0, 0.5, 0.25, 0.1)
_RESERVE = len(_SHARES)
_MOST_STEPS = 8
_LIKELY, _MOST_OPTIONS = 0.05, 3
"""Options of a choice that are tried: at least this likely, and so many."""
_FLOOR = 0.01
"""Least variance of a component that is believed."""
NOTHING = Views(math.nan, -1.0)
Kind: TypeAlias = Literal["average", "estimate", "option", "step", "imitator"]


@dataclasses.dataclass(frozen=True, eq=False)
class State:
    """Parameters with what the engine drew from them.

    units   (d,) choices as one of n
    """

    units: FloatArray
    picture: Image
    look: Look
    views: Views


@dataclasses.dataclass(frozen=True)
class Told:
    """One row of the report: what was tried, what the judges said, whether it was kept."""

    kind: Kind
    name: str
    views: Views
    kept: bool


@dataclasses.dataclass(eq=False)
class Problem:
    """A fit under way: photos, engine, what is known before, and the drawings that are left.

    draw    units -> picture; raises InputError
    free    (d,) the numbers that may move
    left    drawings that may still be asked for
    """

    draw: Callable[[FloatArray], Image]
    model: EngineTranslator
    photos: Sequence[Look]
    guess: Guess
    free: NDArray[np.bool_]
    left: int
    used: int = 0
    best: Views = NOTHING
    rows: list[Told] = dataclasses.field(default_factory=list)

    @property
    def target(self) -> FloatArray:
        """(k,) mean components of the photos."""
        return np.mean([one.components for one in self.photos], 0)

    def state(self, units: FloatArray) -> State | None:
        """Draws a vector; None where the engine fails, or draws no face where faces are."""
        self.left, self.used = self.left - 1, self.used + 1
        chosen = one_of_each(units, self.model)
        try:
            picture = self.draw(chosen)
        except InputError:
            return None
        look = look_at_drawing(picture, self.model)
        if look is None:
            return None
        return State(chosen, picture, look, compare([one.shown for one in self.photos], look.shown))

    def tell(self, kind: Kind, name: str, state: State | None, kept: bool) -> None:
        """Keeps a row of the report, and what later steps have to reach."""
        views = Views(math.nan, math.nan) if state is None else state.views
        self.rows.append(Told(kind, name, views, kept))
        if kept and state is not None:
            self.best = state.views.best_with(self.best)

    def noise(self, state: State) -> float:
        """Variance of a component: what is unexplained at a state."""
        return max(float(np.square(state.look.components - self.target).mean()), _FLOOR)

    def energy(self, state: State, noise: float) -> float:
        """What a refinement lowers: distance from the photos, and from the estimate."""
        data = float(np.square(state.look.components - self.target).sum()) / noise
        count = len(self.model.layout.parameters)
        away = (state.units - self.guess.units)[:count] / self.guess.error[:count]
        unlikely = 0.0
        for place in self.model.layout.slices().values():
            unlikely -= 2.0 * math.log(
                max(float(self.guess.units[place] @ state.units[place]), 1e-3)
            )
        return data + float(np.square(away).sum()) + unlikely


def one_of_each(units: FloatArray, model: EngineTranslator) -> FloatArray:
    """The vector with numbers in [0, 1] and of every choice its likeliest option."""
    chosen = np.clip(units, 0.0, 1.0)
    for place in model.layout.slices().values():
        chosen[place] = np.eye(place.stop - place.start)[int(np.argmax(units[place]))]
    return chosen


def refine(problem: Problem, start: State) -> State:
    """Options first, then steps of the numbers, until the drawings run out or nothing helps."""
    state = _options(problem, start)
    for number in range(1, _MOST_STEPS + 1):
        moving = _moving(problem)
        if not len(moving):
            break
        moved = _step(problem, state, moving, f"{number}")
        if moved is None:
            break
        state = moved
    return state


def accepted(problem: Problem, new: State | None, old: State, noise: float) -> bool:
    """Whether a state may follow another: nearer, and no judge finds it worse."""
    if new is None or not new.views.no_worse_than(problem.best):
        return False
    return problem.energy(new, noise) < problem.energy(old, noise)


def _options(problem: Problem, state: State) -> State:
    for name, place in problem.model.layout.slices().items():
        if not problem.free[place].all():
            continue
        odds = problem.guess.units[place]
        order = np.argsort(-odds, kind="stable")[1 : 1 + _MOST_OPTIONS]
        for option in order[odds[order] >= _LIKELY]:
            if problem.left <= _RESERVE + 1:
                return state
            units = state.units.copy()
            units[place] = np.eye(len(odds))[option]
            new = problem.state(units)
            kept = accepted(problem, new, state, problem.noise(state))
            problem.tell("option", name, new, kept)
            state = new if kept and new is not None else state
    return state


def _moving(problem: Problem) -> NDArray[np.int64]:
    """The numbers that are moved, those that a picture shows best first, as many as can be."""
    layout, explained = problem.model.layout, problem.model.explained
    known = np.array([explained[one.name] for one in layout.parameters])
    order = np.argsort(-known, kind="stable")
    order = order[problem.free[order]]
    return order[: max(0, problem.left - _RESERVE)]


def _step(problem: Problem, state: State, moving: NDArray[np.int64], name: str) -> State | None:
    slopes = np.zeros((len(problem.target), len(moving)))
    for column, place in enumerate(moving):
        units = state.units.copy()
        units[place] += _STEP if units[place] < 0.5 else -_STEP
        there = problem.state(units)
        if there is not None:
            change = there.units[place] - state.units[place]
            slopes[:, column] = (there.look.components - state.look.components) / change
    noise = problem.noise(state)
    way = direction(problem, state, (moving, slopes), noise)
    for share in _SHARES:
        if problem.left < 1:
            return None
        units = state.units.copy()
        units[moving] += share * way
        new = problem.state(units)
        kept = accepted(problem, new, state, noise)
        problem.tell("step", f"{name} x {share:g}", new, kept)
        if kept:
            return new
    return None


def direction(
    problem: Problem,
    state: State,
    known: tuple[NDArray[np.int64], FloatArray],
    noise: float,
) -> FloatArray:
    """(m,) the Gauss-Newton step of the numbers that move; those held by an end stay there."""
    moving, slopes = known
    apart = state.look.components - problem.target
    trust = 1.0 / np.square(problem.guess.error[moving])
    normal = slopes.T @ slopes / noise + np.diag(trust)
    gradient = slopes.T @ apart / noise + trust * (state.units - problem.guess.units)[moving]
    at, way = state.units[moving], np.zeros(len(moving))
    open_ = np.ones(len(moving), bool)
    for _ in range(4):
        way[:] = 0.0
        way[open_] = -np.linalg.solve(normal[np.ix_(open_, open_)], gradient[open_])
        out = ((at + way < 0) & (at <= 0)) | ((at + way > 1) & (at >= 1))
        if not (out & open_).any():
            break
        open_ &= ~out
    return np.clip(at + way, 0.0, 1.0) - at
