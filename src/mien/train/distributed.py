"""Many processes: what `torchrun` says about them, and the few words they exchange.

The same command runs alone and under torchrun. Only rank 0 writes. Without torchrun's variables
there is one process and nothing of torch.distributed is touched.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator
from typing import Any

import torch
import torch.distributed as dist


@dataclasses.dataclass(frozen=True)
class World:
    """This process among all: 0 <= rank < size; `local` counts within one machine."""

    rank: int = 0
    size: int = 1
    local: int = 0

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0


@contextlib.contextmanager
def joined(device: torch.device) -> Iterator[World]:
    """The world as torchrun made it, connected inside the block.

    device   decides how processes talk: nccl on CUDA, gloo elsewhere
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield World()
        return
    world = World(int(os.environ["RANK"]), size, int(os.environ.get("LOCAL_RANK", "0")))
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield world
    finally:
        dist.destroy_process_group()


def own_device(device: torch.device, world: World) -> torch.device:
    """The device of this process: each process of a machine has its own GPU."""
    if device.type != "cuda" or world.size == 1:
        return device
    own = torch.device("cuda", world.local)
    torch.cuda.set_device(own)
    return own


def mean_over_ranks(values: torch.Tensor, world: World) -> torch.Tensor:
    """The mean of equally long vectors of all processes; every process gets it."""
    if world.size == 1:
        return values
    summed = values.clone()
    dist.all_reduce(summed)
    return summed / world.size


def from_leader(value: Any, world: World) -> Any:
    """Rank 0's value, on every process; what the others pass is ignored."""
    if world.size == 1:
        return value
    box = [value if world.leads else None]
    dist.broadcast_object_list(box, src=0)
    return box[0]
