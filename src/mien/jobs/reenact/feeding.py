"""Feeding a network with its own last frame while it learns: how often, and as what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from mien.train.recipe import Turn
from mien.train.schedule import Schedule

_BLUR = 3
_NOISE = 0.06


class Feeding:
    """The share of samples that see the network's own last frame; the others see the true one.

    Scheduled sampling (Bengio et al. 2015): a network that only ever saw the truth has never met
    its own mistakes. The share moves at the loop's looks, so it is part of a checkpoint.
    """

    def __init__(self, schedule: Schedule) -> None:
        self.schedule, self.share = schedule, schedule(0)

    def follow(self, images: int) -> None:
        """Takes the share that belongs to so many images seen."""
        self.share = float(self.schedule(images))

    def state_dict(self) -> dict[str, Any]:
        """The share."""
        return {"share": self.share}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Takes the share back."""
        self.share = float(state["share"])


def last_frame(turn: Turn, own: Callable[[], Tensor], *, blank: float, soil: float) -> Tensor:
    """(n, 3, s, s) what each sample is told of the frame before it; made once a step.

    own    makes the network's own last frames, without a graph
    blank  share of samples that see `last_warp` instead: the beginning of a clip
    soil   share of them that are blurred or noisy
    """
    if "last" not in turn.kept:
        turn.kept["last"] = _chosen(turn, own, blank, soil)
    return turn.kept["last"]


def _chosen(turn: Turn, own: Callable[[], Tensor], blank: float, soil: float) -> Tensor:
    truth = turn.batch["last"].float()
    count, share = len(truth), turn.state["feeding"].share
    drawn = torch.rand(3, count, 1, 1, 1, generator=turn.random("feeding")).to(turn.device)
    last = truth
    if share > 0:
        with torch.no_grad():
            last = torch.where(drawn[0] < share, own().float(), truth)
    if soil > 0:
        noise = turn.normal(*truth.shape, purpose="soil") * _NOISE
        soft = functional.avg_pool2d(last, _BLUR, 1, _BLUR // 2, count_include_pad=False)
        last = torch.where(drawn[1] < soil, (soft + noise).clamp(-1, 1), last)
    return torch.where(drawn[2] < blank, turn.batch["last_warp"].float(), last)
