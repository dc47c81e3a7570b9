"""A recipe in the middle of its training: wrapped networks, optimisers, averages, position."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from mien.nn import ema
from mien.train.checkpoint import Snapshot
from mien.train.distributed import World
from mien.train.plan import Plan
from mien.train.precision import lay_out
from mien.train.recipe import Batch, Nets, Phase, Recipe, Turn

Numbers = dict[str, Tensor]


class Live:
    """Everything that changes while a recipe trains.

    step, images   done so far
    slowdown       factor on every rate: 1, and less after a NaN
    order          digest of all sample numbers seen by this process, in order
    """

    def __init__(self, recipe: Recipe, plan: Plan, world: World, device: torch.device) -> None:
        self.recipe, self.plan, self.world, self.device = recipe, plan, world, device
        self.nets: Nets = {name: net.to(device).train() for name, net in recipe.nets.items()}
        # What a network itself holds fixed stays fixed in every phase.
        self.trainable = {
            name: [weight for weight in net.parameters() if weight.requires_grad]
            for name, net in self.nets.items()
        }
        lay_out(self.nets.values(), plan.precision)
        self.averages = {name: ema.average_of(self.nets[name]) for name in recipe.ema}
        self.optimisers = {name: self._optimiser(name) for name in recipe.optimisers}
        scaled = plan.precision.format == "fp16"
        # One scale for each phase: their losses differ by orders of magnitude.
        self.scalers = {
            phase.name: torch.amp.GradScaler(device.type, enabled=scaled) for phase in recipe.phases
        }
        self.step = self.images = 0
        self.seconds = 0.0
        self.slowdown, self.rollbacks = 1.0, 0
        self.order = ""
        self.wrapped = {name: self._wrap(name, net) for name, net in self.nets.items()}

    @property
    def lanes(self) -> int:
        """Micro-batches in one step, over all processes."""
        return self.world.size * self.plan.accumulate

    @property
    def images_a_step(self) -> int:
        """Samples that one step sees, over all processes."""
        return self.lanes * self.recipe.batch

    def _optimiser(self, name: str) -> torch.optim.Adam:
        told = self.recipe.optimisers[name]
        return torch.optim.Adam(self.trainable[name], told.rate, told.betas, told.eps, fused=True)

    def _wrap(self, name: str, net: nn.Module) -> nn.Module:
        called = net
        if name in self.plan.compiled:
            called = torch.compile(net)
        if self.world.size > 1 and name in self.recipe.optimisers:
            # Running statistics stay each process's own: they are computed anew for sampling.
            called = DistributedDataParallel(called, broadcast_buffers=False)  # pyright: ignore[reportArgumentType]
        return called  # pyright: ignore[reportReturnType]

    # --- one step ---------------------------------------------------------------------------

    def run_step(self, batches: Sequence[Mapping[str, np.ndarray]]) -> Numbers:
        """One round over the phases; the loss terms and gradient lengths, as scalar tensors."""
        lanes = [self._to_device(batch) for batch in batches]
        kept: list[dict[str, Tensor]] = [{} for _ in lanes]
        # A graph can outlive its phase only where one lane is all: memory, and because DDP
        # counts the backward passes that follow a forward pass.
        graphs: dict[str, Tensor] | None = {} if len(lanes) == 1 else None
        numbers: Numbers = {}
        for phase in self.recipe.phases:
            if phase.due(self.step, self.images):
                numbers |= self._run_phase(phase, lanes, kept, graphs)
        self._count(lanes)
        for name, average in self.averages.items():
            half_life = self.recipe.ema[name]
            share = ema.decay(half_life, images=self.images, batch=self.images_a_step)
            ema.follow(average, self.nets[name], share)
        return numbers

    def _run_phase(
        self,
        phase: Phase,
        lanes: Sequence[Batch],
        kept: Sequence[dict[str, Tensor]],
        graphs: dict[str, Tensor] | None,
    ) -> Numbers:
        callables = self._thaw(phase, sharing=graphs is not None)
        if phase.before is not None:
            phase.before(self.nets)
        for name in phase.nets:
            self.optimisers[name].zero_grad(set_to_none=True)
        sums: Numbers = {}
        for place, batch in enumerate(lanes):
            turn = self._turn(callables, batch, place, kept[place], graphs)
            with self._syncing(callables, last=place == len(lanes) - 1):
                with self.plan.precision.autocast(self.device):
                    loss = phase.loss(turn)
                self.scalers[phase.name].scale(loss.total / len(lanes)).backward()
            for name, value in {**loss.terms, "loss": loss.total.detach().float()}.items():
                sums[name] = sums.get(name, torch.zeros(())) + value / len(lanes)
        lengths = self._descend(phase)
        return {f"{phase.name}/{name}": value for name, value in (sums | lengths).items()}

    def _thaw(self, phase: Phase, *, sharing: bool) -> dict[str, Callable[..., Tensor]]:
        """Freezes what the phase does not train; gives what its loss may call, by name."""
        open_nets = {*phase.nets, *(phase.keeps if sharing else ())}
        for name, weights in self.trainable.items():
            for weight in weights:
                weight.requires_grad_(name in open_nets)
        # A frozen network is called without its wrapper, which would wait for its gradients.
        return {n: self.wrapped[n] if n in open_nets else self.nets[n] for n in self.nets}

    def _turn(
        self,
        callables: Mapping[str, Callable[..., Tensor]],
        batch: Batch,
        place: int,
        kept: dict[str, Tensor],
        graphs: dict[str, Tensor] | None,
    ) -> Turn:
        lane = place * self.world.size + self.world.rank
        return Turn(
            nets=callables,
            batch=batch,
            state=self.recipe.state,
            step=self.step,
            images=self.images,
            key=(self.recipe.seed, self.step, lane),
            device=self.device,
            kept=kept,
            graphs=graphs,
        )

    @contextlib.contextmanager
    def _syncing(self, callables: Mapping[str, Any], *, last: bool) -> Iterator[None]:
        """Gradients travel between processes with the last micro-batch only."""
        with contextlib.ExitStack() as stack:
            for net in () if last else callables.values():
                if isinstance(net, DistributedDataParallel):
                    stack.enter_context(net.no_sync())
            yield

    def _descend(self, phase: Phase) -> Numbers:
        """Clips and applies the gradients; their lengths by network, before clipping."""
        scaler, lengths = self.scalers[phase.name], {}
        for name in phase.nets:
            optimiser, told = self.optimisers[name], self.recipe.optimisers[name]
            for group in optimiser.param_groups:
                group["lr"] = told.rate * told.schedule(self.images) * self.slowdown
            scaler.unscale_(optimiser)
            moved = [one for one in self.trainable[name] if one.grad is not None]
            length = nn.utils.get_total_norm([one.grad for one in moved if one.grad is not None])
            if self.plan.clip is not None:
                nn.utils.clip_grads_with_norm_(moved, self.plan.clip, length)
            lengths[f"gradient {name}"] = length.detach()
            scaler.step(optimiser)
        scaler.update()
        return lengths

    def _count(self, lanes: Sequence[Batch]) -> None:
        seen = hashlib.sha256(self.order.encode())
        for batch in lanes:
            seen.update(batch["index"].cpu().numpy().tobytes())
        self.order = seen.hexdigest()
        self.step += 1
        self.images += self.images_a_step

    def _to_device(self, batch: Mapping[str, np.ndarray]) -> Batch:
        tensors = {name: torch.from_numpy(array).to(self.device) for name, array in batch.items()}
        shape = self.plan.precision.memory_format
        return {
            name: one.contiguous(memory_format=shape) if one.ndim == 4 else one
            for name, one in tensors.items()
        }

    # --- saving -----------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """Everything of this moment; tensors are shared with the run, so write it at once."""
        parts = {
            "weights": {name: net.state_dict() for name, net in self.nets.items()},
            "average": {name: net.state_dict() for name, net in self.averages.items()},
            "optimisers": {
                "adam": {name: one.state_dict()["state"] for name, one in self.optimisers.items()},
                "scale": {name: one.state_dict() for name, one in self.scalers.items()},
            },
            "state": {name: one.state_dict() for name, one in self.recipe.state.items()},
        }
        return Snapshot(
            parts,
            {
                "step": self.step,
                "images": self.images,
                "seconds": round(self.seconds, 3),
                "slowdown": self.slowdown,
                "rollbacks": self.rollbacks,
                "order": self.order,
            },
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Takes a moment back, whole."""
        parts, progress = snapshot.parts, snapshot.progress
        for name, net in self.nets.items():
            net.load_state_dict(parts["weights"][name])
        for name, net in self.averages.items():
            net.load_state_dict(parts["average"][name])
        for name, optimiser in self.optimisers.items():
            groups = optimiser.state_dict()["param_groups"]
            state = parts["optimisers"]["adam"][name]
            optimiser.load_state_dict({"state": state, "param_groups": groups})
        for name, scaler in self.scalers.items():
            # A scaler that is off has no state and accepts none.
            if scaler.is_enabled() and (state := parts["optimisers"]["scale"][name]):
                scaler.load_state_dict(state)
        for name, one in self.recipe.state.items():
            one.load_state_dict(parts["state"][name])
        self.step, self.images = progress["step"], progress["images"]
        self.seconds, self.order = progress["seconds"], progress["order"]
        self.slowdown, self.rollbacks = progress["slowdown"], progress["rollbacks"]
