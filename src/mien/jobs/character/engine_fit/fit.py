"""`mien character fit --engine ENGINE --translator FILE`: the main path.

photo -> frame and measurements -> translator: an estimate -> the engine draws it
-> steps (in the engine, or through its imitator), each checked by judges -> parameters, report
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from mien.errors import InputError, OptionError
from mien.io.names import terminal_safe
from mien.jobs.character.engine_fit.descend import follow
from mien.jobs.character.engine_fit.judges import Views
from mien.jobs.character.engine_fit.locks import engine_locks
from mien.jobs.character.engine_fit.looking import Look, laid_under
from mien.jobs.character.engine_fit.search import Problem, State, Told, refine
from mien.jobs.character.engines.opening import Opened
from mien.jobs.character.engines.schema import Schema, Value
from mien.jobs.character.imitator.model import ImitatorModel, load_imitator
from mien.jobs.character.translator.model import (
    SEEN,
    Confidence,
    EngineTranslator,
    Guess,
    load_translator,
)
from mien.messages import text
from mien.types import Image

FloatArray = NDArray[np.float64]

_VIEWS = 2
"""Landmarks and edges: how many views there are."""
_LESS = (0.5, 0.25)
"""Shares of the way to the estimate that are tried where all of it is too much."""


@dataclasses.dataclass(frozen=True, eq=False)
class Bench:
    """An opened engine with its networks, and what a fit of it is asked.

    locks    values that stay, by name
    renders  drawings that a photo may take
    steps    of the imitator's descent
    """

    opened: Opened
    schema: Schema
    model: EngineTranslator
    imitator: ImitatorModel | None
    locks: dict[str, Value]
    renders: int
    steps: int


@dataclasses.dataclass(frozen=True, eq=False)
class EngineFit:
    """What was found for one person.

    params      in the engine's own units
    picture     what the engine draws from them
    photos      the photos in the frame of the picture, of its size
    rows        every step that was tried, in order
    """

    params: dict[str, Value]
    confidence: dict[str, Confidence]
    explained: dict[str, float]
    picture: Image
    photos: tuple[Image, ...]
    views: Views
    average: Views
    estimate: Views
    rows: tuple[Told, ...]
    renders: int


def open_bench(
    opened: Opened,
    networks: tuple[str, str | None],
    locks: Sequence[str],
    *,
    limits: tuple[int, int],
) -> Bench:
    """Reads the networks for an engine; `networks` are files of a translator and an imitator.

    limits   drawings of a photo, steps of a descent

    Raises OptionError where a network is of another engine, or for a lock that it does not know.
    """
    schema = opened.engine.schema()
    model = load_translator(networks[0])
    if not model.fits(schema):
        raise _other(networks[0])
    imitator = None
    if networks[1] is not None:
        imitator = load_imitator(networks[1], torch.device("cpu"))
        if imitator.layout != model.layout:
            raise _other(networks[1])
    held = engine_locks(locks, schema)
    return Bench(opened, schema, model, imitator, held, limits[0], limits[1])


def _other(file: str) -> OptionError:
    return OptionError(text("character.engine_fit.other", path=terminal_safe(file)))


def fit_engine(photos: Sequence[Look], bench: Bench) -> EngineFit:
    """The parameters of one person from one photo or several.

    Raises InputError where the engine cannot draw the estimate.
    """
    problem = _problem(photos, bench)
    average = problem.state(_with_locks(_units(bench, {}), bench))
    problem.tell("average", "", average, kept=False)
    estimate = problem.state(problem.guess.units)
    if estimate is None:
        estimate = average  # what no engine draws as a face cannot be gone on from
        if estimate is None:
            raise InputError(text("character.engine_fit.no_drawing"))
    start = beginning(problem, average, estimate)
    found = (
        refine(problem, start)
        if bench.imitator is None
        else follow(problem, start, bench.imitator, bench.steps)
    )
    confidence = bench.model.confidence()
    for name in bench.locks:
        confidence[name] = "set"
    side = min(found.picture.shape[:2])
    nowhere = Views(float("nan"), float("nan"))
    return EngineFit(
        params=bench.model.params(found.units, bench.schema) | bench.locks,
        confidence={name: confidence[name] for name in bench.schema.names},
        explained=dict(bench.model.explained),
        picture=found.picture,
        photos=tuple(laid_under(one, found.look, bench.model, side) for one in photos),
        views=found.views,
        average=nowhere if average is None else average.views,
        estimate=estimate.views,
        rows=tuple(problem.rows),
        renders=problem.used,
    )


def beginning(problem: Problem, average: State | None, estimate: State) -> State:
    """The estimate; or less of it, down to nothing, where every view finds the average better.

    Where there are no faces to be found, edges alone do not overrule it: between a photo and a
    drawing they say little.
    """
    worse = [] if average is None else estimate.views.worse_in(average.views)
    if average is None or len(worse) < _VIEWS:
        problem.tell("estimate", "", estimate, kept=True)
        return estimate
    problem.tell("estimate", "", estimate, kept=False)
    for share in _LESS:
        if problem.left < 1:
            break
        units = average.units + share * (estimate.units - average.units)
        less = problem.state(units)
        kept = less is not None and less.views.no_worse_than(average.views)
        problem.tell("estimate", f"x {share:g}", less, kept=kept)
        if kept and less is not None:
            return less
    problem.tell("estimate", "x 0", average, kept=True)
    return average


def _problem(photos: Sequence[Look], bench: Bench) -> Problem:
    model = bench.model
    target = np.mean([one.components for one in photos], 0)
    guess = model.guess(target)
    units = _with_locks(held_back(guess.units, _units(bench, {}), model), bench)
    free = np.ones(model.layout.size, bool)
    for name, place in _places(model).items():
        free[place] = name not in bench.locks

    def draw(wanted: FloatArray) -> Image:
        return bench.opened.engine.render(model.params(wanted, bench.schema) | bench.locks)

    return Problem(draw, model, photos, Guess(units, guess.error), free, bench.renders)


def held_back(units: FloatArray, defaults: FloatArray, model: EngineTranslator) -> FloatArray:
    """An estimate (d,) whose numbers stay the nearer to the defaults (d,), the less is known.

    What is seen is believed, what no picture tells stays as the engine has it: a hundred numbers,
    each a little wrong, are a grimace that none of them would be alone.
    """
    share = np.ones(model.layout.size)
    for name, place in _places(model).items():
        share[place] = np.clip(model.explained[name] / SEEN, 0.0, 1.0)
    return defaults + share * (units - defaults)


def _places(model: EngineTranslator) -> dict[str, slice]:
    numbers = {one.name: slice(k, k + 1) for k, one in enumerate(model.layout.parameters)}
    return numbers | model.layout.slices()


def _units(bench: Bench, params: dict[str, Value]) -> FloatArray:
    """(d,) of the engine's parameters, what is missing at its default."""
    whole = bench.schema.complete(params)
    numbers = {name: value for name, value in whole.items() if isinstance(value, float)}
    chosen = {name: value for name, value in whole.items() if isinstance(value, str)}
    return bench.model.layout.to_unit(numbers, chosen)


def _with_locks(units: FloatArray, bench: Bench) -> FloatArray:
    """The vector with the locked values in their places."""
    held, whole = units.copy(), _units(bench, bench.locks)
    for name, place in _places(bench.model).items():
        if name in bench.locks:
            held[place] = whole[place]
    return held
