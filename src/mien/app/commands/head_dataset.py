"""`mien head dataset` and `mien head npc`: people by the thousand, and a crowd for a game."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, Protocol

from mien import fields
from mien.app import console
from mien.data.backends import Backend, Kind
from mien.errors import OptionError
from mien.head.samplers import SamplerName
from mien.jobs.base import Progress, Step
from mien.messages import text

_SEEDS = (0, 2**63 - 1)
_FIRST, _EVERY = 3.0, 10.0
"""Seconds before the first line on progress where there is no terminal, and between lines."""


@dataclasses.dataclass(frozen=True)
class DatasetRequest:
    """What `mien head dataset` is asked."""

    out: Path = fields.option(help="data.out")
    recipe: Path | None = fields.option(None, help="option.recipe")
    count: int | None = fields.option(None, help="option.count", span=(1, 10_000_000))
    size: int | None = fields.option(None, help="option.set_size", span=(16, 1024), unit=" px")
    style: Literal["photo", "toon", "both"] | None = fields.option(None, help="option.set_style")
    sampler: SamplerName | None = fields.option(None, help="option.set_sampler")
    seed: int | None = fields.option(None, help="option.people_seed", span=_SEEDS)
    masks: bool = fields.option(False, help="option.masks")
    effects: bool = fields.option(False, help="option.effects")
    workers: int | None = fields.option(None, help="option.workers", span=(1, 256))
    backend: Kind = fields.option("local", help="scale.backend")
    address: str = fields.option("auto", help="scale.address_help", metavar="ADDRESS")


@dataclasses.dataclass(frozen=True)
class NpcRequest:
    """What `mien head npc` is asked."""

    out: Path = fields.option(help="data.out")
    count: int = fields.option(50, help="option.count", span=(1, 100_000))
    size: int = fields.option(512, help="option.size", span=(16, 1024), unit=" px")
    style: Literal["photo", "toon"] = fields.option("photo", help="option.style")
    sampler: SamplerName = fields.option("game", help="option.sampler")
    seed: int = fields.option(0, help="option.people_seed", span=_SEEDS)
    glb: bool = fields.option(False, help="option.glb")
    workers: int | None = fields.option(None, help="option.workers", span=(1, 256))


def dataset(request: DatasetRequest) -> int:
    """Draws a data set, or what is missing of it."""
    from mien.data.head_recipe import HeadRecipe, fill, open_set, read_recipe
    from mien.data.people import head_name

    given = {
        name: value
        for name in ("count", "size", "style", "sampler", "seed")
        if (value := getattr(request, name)) is not None
    }
    if request.recipe is not None:
        flags = [name for name in ("masks", "effects") if getattr(request, name)]
        if given or flags:
            name = [*given, *flags][0]
            raise OptionError(text("data.recipe_or_options", name=f"--{name}"))
        recipe = read_recipe(request.recipe)
    elif request.count is None:
        raise OptionError(text("data.recipe_or_count"))
    else:
        recipe = HeadRecipe(**given, masks=request.masks, effects=request.effects, head=head_name())
    begun = open_set(recipe, request.out)
    if begun.left < recipe.pictures:
        console.note(text("data.kept", count=recipe.pictures - begun.left))
    with _pace(begun.left) as told:
        fill(begun, backend=backend_of(request), told=told)
    console.say(text("app.wrote", path=request.out))
    return 0


def npc(request: NpcRequest) -> int:
    """Makes a crowd, or who is missing of it."""
    from mien.data.crowd import Crowd, fill, open_crowd

    crowd = Crowd(
        count=request.count,
        size=request.size,
        style=request.style,
        sampler=request.sampler,
        seed=request.seed,
        glb=request.glb,
    )
    missing = open_crowd(crowd, request.out)
    if len(missing) < crowd.count:
        console.note(text("data.kept", count=crowd.count - len(missing)))
    with _pace(len(missing)) as told:
        fill(crowd, request.out, missing, workers=_workers(request.workers), told=told)
    console.say(text("app.wrote", path=request.out))
    return 0


class Spread(Protocol):
    """What a request says of who does its pieces."""

    @property
    def workers(self) -> int | None: ...  # noqa: D102

    @property
    def backend(self) -> Kind: ...  # noqa: D102

    @property
    def address(self) -> str: ...  # noqa: D102


def backend_of(request: Spread) -> Backend:
    """Who does the pieces: as many processes as cores, or a cluster's."""
    if request.backend == "ray":
        return Backend("ray", request.workers or 0, request.address)
    return Backend("local", _workers(request.workers))


def _workers(wanted: int | None) -> int:
    from mien.device import cores

    return wanted or cores()


class _Pace:
    """Says how many are made, how fast, and how long the rest will take."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._progress = total, progress
        self._made, self._start = 0, time.monotonic()
        self._next = 0.0 if sys.stderr.isatty() else _FIRST

    def __call__(self, more: int) -> None:
        """`more` were made."""
        self._made += more
        spent = time.monotonic() - self._start
        if spent < self._next:
            return
        if self._next:
            self._next = spent + _EVERY
        rate = text("data.rate", rate=f"{self._made / max(spent, 1e-3):.1f}")
        self._progress(Step(self._made, self._total, rate))


@contextlib.contextmanager
def _pace(total: int) -> Iterator[_Pace]:
    with console.progress(text("data.drawing")) as progress:
        yield _Pace(total, progress)
