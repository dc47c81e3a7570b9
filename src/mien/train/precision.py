"""Number formats and memory layouts, and which of them is fastest for given networks here."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeAlias

import torch
from torch import nn

NumberFormat: TypeAlias = Literal["fp32", "bf16", "fp16"]

_TYPES = {"fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16}


@dataclasses.dataclass(frozen=True)
class Precision:
    """How networks compute; weights, optimisers and losses are float32 in any case.

    format          "fp32", "bf16" or "fp16" (with a scaled loss) inside the networks
    channels_last   store the channels of a pixel together
    """

    format: NumberFormat = "fp32"
    channels_last: bool = False

    def autocast(self, device: torch.device) -> contextlib.AbstractContextManager[object]:
        """The context in which losses are computed."""
        kind = _TYPES[self.format]
        if kind is None:
            return contextlib.nullcontext()
        return torch.autocast(device.type, kind)

    @property
    def memory_format(self) -> torch.memory_format:
        """Of weights and pictures."""
        return torch.channels_last if self.channels_last else torch.contiguous_format

    @property
    def name(self) -> str:
        """Such as "bf16 channels_last"."""
        return f"{self.format} {'channels_last' if self.channels_last else 'contiguous'}"


CANDIDATES: tuple[Precision, ...] = (
    Precision("bf16", True),
    Precision("fp32", True),
    Precision("bf16", False),
    Precision("fp32", False),
)


def lay_out(nets: Iterable[nn.Module], precision: Precision) -> None:
    """Stores the weights of the nets in the precision's memory format, in place."""
    for net in nets:
        net.to(memory_format=precision.memory_format)  # pyright: ignore[reportCallIssue]


@dataclasses.dataclass(frozen=True)
class Timing:
    """What one candidate was measured at.

    seconds   CPU seconds (wall seconds on a GPU) of one trial, the best of several
    """

    precision: Precision
    seconds: float


def measure(
    trial: Callable[[Precision], Callable[[], None]],
    device: torch.device,
    *,
    candidates: Sequence[Precision] = CANDIDATES,
    repeats: int = 3,
) -> list[Timing]:
    """Times the candidates in turn, fastest first.

    trial     makes, for a precision, a function that does a fixed piece of work
    repeats   rounds over all candidates; the best of each counts, so that other work on the
              machine spoils none of them alone
    """
    works = [(one, trial(one)) for one in candidates]
    for _, work in works:
        work()  # allocations and kernel choice
    best = [float("inf")] * len(works)
    for _ in range(repeats):
        for place, (_, work) in enumerate(works):
            best[place] = min(best[place], _seconds(work, device))
    timings = [Timing(one, seconds) for (one, _), seconds in zip(works, best, strict=True)]
    return sorted(timings, key=lambda timing: timing.seconds)


def _seconds(work: Callable[[], None], device: torch.device) -> float:
    # On a shared machine wall time measures the others; on a GPU CPU time measures nothing.
    clock = time.perf_counter if device.type == "cuda" else time.process_time
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    start = clock()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return clock() - start
