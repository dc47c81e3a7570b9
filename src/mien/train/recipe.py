"""What is trained, as data: networks, phases, batches. One loop runs every recipe.

A *step* is one round over the phases. It sees `lanes` micro-batches, numbered across processes
and accumulation alike: two processes with one lane each see what one process sees that
accumulates two. All randomness is keyed by (seed, step, purpose, lane), never global.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import torch
from torch import Tensor, nn

from mien.losses.terms import Loss
from mien.nn.init import generator
from mien.train.schedule import Constant, Schedule
from mien.types import Image

Batch: TypeAlias = Mapping[str, Tensor]
"""Tensors by name, the same number of rows each. "index" (n,) int64 says which samples they are."""

Nets: TypeAlias = Mapping[str, nn.Module]


class Batches(Protocol):
    """An endless stream of samples with random access: the place in it is the whole state."""

    def take(self, first: int, count: int) -> Mapping[str, Any]:
        """Samples first, first + 1, ... as numpy arrays with `count` rows; called in a thread."""
        ...


class HasStateDict(Protocol):
    """Anything that can be saved and loaded: tensors, numbers, texts, lists and dicts of them."""

    def state_dict(self) -> Mapping[str, Any]:
        """What has to be saved."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> Any:
        """Takes back what was saved."""
        ...


@dataclasses.dataclass(eq=False)
class Turn:
    """What a loss function is given: one phase's look at one micro-batch.

    nets       callable by name; those that the phase does not train are frozen
    batch      the micro-batch, on the device
    state      `Recipe.state`
    step       number of this step, from 0
    images     seen before this step
    kept       values without a graph that an earlier phase of this step left for this lane
    """

    nets: Mapping[str, Callable[..., Tensor]]
    batch: Batch
    state: Mapping[str, Any]
    step: int
    images: int
    key: tuple[int, int, int]
    device: torch.device
    kept: dict[str, Tensor]
    graphs: dict[str, Tensor] | None

    def random(self, purpose: str) -> torch.Generator:
        """A generator on the CPU that only (seed, step, lane) and the purpose decide."""
        seed, step, lane = self.key
        return generator(seed, step, purpose, lane)

    def normal(self, *shape: int, purpose: str) -> Tensor:
        """Standard normal numbers, the same on every device."""
        return torch.randn(*shape, generator=self.random(purpose)).to(self.device)

    def once(self, name: str, make: Callable[[], Tensor]) -> Tensor:
        """What `make` gives, with its graph: made once a step where memory and phases allow.

        A network that is not trained before the last phase that asks must make it, from keyed
        randomness: then making it again gives the same.
        """
        if self.graphs is None:
            return make()
        if name in self.graphs:
            return self.graphs[name]
        made = make()
        if made.requires_grad:  # a frozen network's result is of no use to the phase that trains it
            self.graphs[name] = made
        return made


LossFunction: TypeAlias = Callable[[Turn], Loss]


@dataclasses.dataclass(frozen=True)
class Phase:
    """A loss and the networks that descend it.

    nets     names of the networks whose weights it moves
    loss     Turn -> Loss
    every    it runs in steps 0, every, 2 every, ...
    after    images seen before it first runs
    keeps    networks whose graph a later phase of the step goes on with (`Turn.once`)
    before   called with all networks once a step, before the phase's first micro-batch
    """

    name: str
    nets: tuple[str, ...]
    loss: LossFunction
    every: int = 1
    after: int = 0
    keeps: tuple[str, ...] = ()
    before: Callable[[Nets], None] | None = None

    def due(self, step: int, images: int) -> bool:
        """Whether it runs in this step."""
        return images >= self.after and step % self.every == 0


@dataclasses.dataclass(frozen=True)
class Adam:
    """How one network's weights follow their gradient (Kingma and Ba 2015)."""

    rate: float
    betas: tuple[float, float] = (0.9, 0.999)
    schedule: Schedule = Constant()
    eps: float = 1e-8


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Everything the loop needs to train something.

    job, preset   names, for the run folder and its files
    config        the resolved settings, JSON values
    nets          networks by name, freshly made from `seed`
    phases        in the order of a step
    optimisers    for every network that a phase trains
    batches       the stream of training samples
    batch         rows of one micro-batch
    seed          of everything random
    ema           half-life in images of the average of a network, by its name
    state         what else has to be saved and loaded, by name
    observe       called with the means of all terms, on every process alike, and the images seen
    preview       pictures (n, h, w, 3) uint8 of networks by name (the averages stand in for the
                  networks that have one), for the grids; it leaves the networks as they are
    """

    job: str
    preset: str
    config: Mapping[str, Any]
    nets: Nets
    phases: Sequence[Phase]
    optimisers: Mapping[str, Adam]
    batches: Batches
    batch: int
    seed: int = 0
    ema: Mapping[str, float] = dataclasses.field(default_factory=dict)
    state: Mapping[str, HasStateDict] = dataclasses.field(default_factory=dict)
    observe: Callable[[Mapping[str, float], int], None] | None = None
    preview: Callable[[Nets], Image] | None = None
