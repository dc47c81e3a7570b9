"""The game of two makers and two judges: one loss for each side.

Both losses are functions of a `Turn` and nothing else, as the training loop wants them. Kind a is
translated by the net "to_b" and judged by "judge_b"; and the other way round.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from mien.jobs.translate.contrast import contrast
from mien.jobs.translate.networks import eye_weights
from mien.jobs.translate.presets import Config
from mien.losses import adversarial
from mien.losses.reconstruction import coarse_l1, l1, ssim_loss
from mien.losses.terms import Loss, told
from mien.nn.blocks import GROUP
from mien.ops.gradients import interpolated, zero_centred
from mien.train.recipe import Turn
from mien.train.schedule import Schedule

OTHER = {"a": "b", "b": "a"}

Scorer = Callable[[Tensor, Tensor], Tensor]


def least_squares_judge(real: Tensor, made: Tensor) -> Tensor:
    """Mao et al. 2017, equation 9 with b = c = 1 and a = 0."""
    return (real.float() - 1).square().mean() + made.float().square().mean()


def least_squares_maker(made: Tensor) -> Tensor:
    """Mao et al. 2017, equation 9 with b = c = 1 and a = 0."""
    return (made.float() - 1).square().mean()


_JUDGES: dict[str, Scorer] = {
    "relativistic": adversarial.relativistic_discriminator,
    "hinge": adversarial.hinge_discriminator,
    "wgan-gp": adversarial.wasserstein_critic,
    "wgan": adversarial.wasserstein_critic,
    "lsgan": least_squares_judge,
    "vanilla": adversarial.vanilla_discriminator,
}
_MAKERS: dict[str, Callable[[Tensor], Tensor]] = {
    "hinge": adversarial.hinge_generator,
    "wgan-gp": adversarial.wasserstein_generator,
    "wgan": adversarial.wasserstein_generator,
    "lsgan": least_squares_maker,
    "vanilla": adversarial.vanilla_generator,
}


class Pool:
    """Made pictures of the past: a judge that sees them too forgets less (Shrivastava et al. 2017).

    Half of the pictures asked about are exchanged for older ones. Every lane has its own memory,
    so that two processes do what one does that accumulates. A process saves the memories of its
    own lanes.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._kept: dict[str, Tensor] = {}

    def exchange(self, made: Tensor, lane: int, kind: str, random: torch.Generator) -> Tensor:
        """(n, 3, s, s) some of these and some older ones; without a graph."""
        name, shown = f"{kind}{lane}", made.detach().float().clone()
        kept = self._kept.get(name)
        kept = shown[:0].clone() if kept is None else kept.to(shown.device)
        for row in range(len(shown)):
            if len(kept) < self.size:
                kept = torch.cat([kept, shown[row : row + 1]])
            elif float(torch.rand((), generator=random)) < 0.5:
                place = int(torch.randint(self.size, (), generator=random))
                older = kept[place].clone()
                kept[place] = shown[row]
                shown[row] = older
        self._kept[name] = kept
        return shown

    def state_dict(self) -> Mapping[str, Any]:
        """The memories by kind and lane."""
        return {name: one.contiguous() for name, one in self._kept.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Takes them back."""
        self._kept = {name: one.clone() for name, one in state.items()}


@dataclasses.dataclass(frozen=True)
class Game:
    """The two losses of a preset.

    pull      weight of the difference to the partner, over images seen
    judged    weight of the judges in the makers' loss, over images seen
    aligned   the eyes are where a head crop has them
    """

    config: Config
    pull: Schedule
    judged: Schedule
    aligned: bool

    def judges(self, turn: Turn) -> Loss:
        """The judges': real pictures up, made ones down, their gradients kept small."""
        losses = [self._judge(turn, kind) for kind in self.config.kinds]
        means = {
            name: torch.stack([one.terms[name] for one in losses]).mean()
            for name in losses[0].terms
        }
        # One direction may collapse while the other does not.
        means["variety"] = torch.stack([one.terms["variety"] for one in losses]).min()
        return told(torch.stack([one.total for one in losses]).sum(), **means)

    def makers(self, turn: Turn) -> Loss:
        """The makers': believed by the judges, near the partner, and able to find back."""
        config, parts, terms = self.config, [], {}
        judged = self.judged(turn.images) * config.judged
        if judged > 0:
            seen = {kind: self._seen(turn, kind) for kind in config.kinds}
            parts += [judged * self._believed(turn, kind, one) for kind, one in seen.items()]
            terms["fake"] = torch.cat(list(seen.values()))
        if config.pairing != "none":
            near = self._nearness(turn)
            parts += near.values()
            terms |= near
        if config.cycle and turn.step % config.cycle_every == 0:
            back = self._cycle(turn)
            parts.append(config.cycle * config.cycle_every * back)
            terms["cycle"] = back
        if config.same:
            same = [l1(turn.nets[f"to_{k}"](turn.batch[k]), turn.batch[k]) for k in config.kinds]
            parts.append(config.same * torch.stack(same).sum())
        if config.contrast:
            terms["contrast"] = torch.stack([self._contrast(turn, k) for k in config.kinds]).sum()
            parts.append(config.contrast * terms["contrast"])
        return told(torch.stack([one.float() for one in parts]).sum(), **terms)

    def _made(self, turn: Turn, kind: str) -> Tensor:
        """Pictures of this kind made from those of the other one."""
        return turn.once(f"made {kind}", lambda: turn.nets[f"to_{kind}"](source_of(turn, kind)))

    def _contrast(self, turn: Turn, kind: str) -> Tensor:
        """PatchNCE of the translation; if wished, of a picture that should stay as it is too."""
        config, maker = self.config, turn.nets[f"to_{kind}"]
        how: dict[str, Any] = {"most": config.places, "warmth": config.warmth}
        heads = turn.nets[f"heads_{kind}"]
        pictures = (source_of(turn, kind), self._made(turn, kind))
        near = [contrast(maker, heads, pictures, turn.random(f"places {kind}"), **how)]
        if config.contrast_same:
            own = turn.batch[kind]
            same = contrast(
                maker, heads, (own, maker(own)), turn.random(f"own places {kind}"), **how
            )
            near.append(config.contrast_same * same)
        return torch.stack(near).sum() / (1 + config.contrast_same)

    def _real(self, turn: Turn, kind: str) -> Tensor:
        """What made pictures are judged against: the partner where it is true, or a stranger."""
        real = turn.batch[kind]
        return real if self.config.pairing == "true" else real.roll(1, 0)

    def _judge(self, turn: Turn, kind: str) -> Loss:
        config, judge = self.config, turn.nets[f"judge_{kind}"]
        real, made = self._real(turn, kind), self._made(turn, kind).detach().float()
        extra = {"variety": spread(made) / (spread(real) + 1e-6)}
        if config.pool:
            random = turn.random(f"pool {kind}")
            made = turn.state["pool"].exchange(made, turn.key[2], kind, random)
        lazy = config.gamma > 0 and turn.step % config.lazy == 0
        # One pass over both is faster than two; groups of the spread must not mix the two.
        parts = [torch.cat([real, made])] if len(real) % GROUP == 0 else [real, made]
        parts = [part.detach().requires_grad_(lazy) for part in parts]
        logits = [judge(part).float() for part in parts]
        on_real, on_made = torch.cat(logits).chunk(2)
        turn.kept[f"real {kind}"] = on_real.detach()
        total, penalties = _JUDGES[config.method](on_real, on_made), {}
        if lazy:
            slopes = [zero_centred(*pair) for pair in zip(logits, parts, strict=True)]
            both = torch.stack(slopes).mean() * 2
            penalties["penalty"] = 0.5 * config.gamma * config.lazy * both
        if config.method == "wgan-gp":
            random = turn.random(f"line {kind}")
            between = config.penalty * interpolated(judge, real, made, random)
            penalties["penalty"] = between + penalties.get("penalty", 0.0)
        total = torch.stack([total, *penalties.values()]).sum()
        extra |= penalties
        if config.method in ("wgan-gp", "wgan"):
            # A critic's values have no scale: they are not called logits.
            return told(total, distance=on_real.detach().mean() - on_made.detach().mean(), **extra)
        return told(total, real=on_real, fake=on_made, **extra)

    def _seen(self, turn: Turn, kind: str) -> Tensor:
        return turn.nets[f"judge_{kind}"](self._made(turn, kind).float()).float()

    def _believed(self, turn: Turn, kind: str, seen: Tensor) -> Tensor:
        if self.config.method == "relativistic":
            return adversarial.relativistic_generator(turn.kept[f"real {kind}"], seen)
        return _MAKERS[self.config.method](seen)

    def _nearness(self, turn: Turn) -> dict[str, Tensor]:
        """Weighted differences of made pictures to their partners, both kinds together."""
        config, near = self.config, {}
        pairs = [(self._made(turn, kind), turn.batch[kind]) for kind in self.config.kinds]
        weight = None
        if self.aligned and config.eyes != 1:
            weight = eye_weights(config.size, config.eyes).to(turn.device)
        apart = [self._apart(made, real, weight) for made, real in pairs]
        near["apart"] = self.pull(turn.images) * torch.stack(apart).sum()
        if config.structure:
            unlike = [ssim_loss(grey(made), grey(real), weight) for made, real in pairs]
            near["unlike"] = config.structure * torch.stack(unlike).sum()
        return near

    def _apart(self, made: Tensor, real: Tensor, weight: Tensor | None) -> Tensor:
        if self.config.grain == 1:
            return l1(made, real, weight)
        if weight is None:
            return coarse_l1(made, real, self.config.grain)
        grain = self.config.grain
        cells = torch.nn.functional.avg_pool2d
        small = cells(made.float() - real, grain)
        return l1(small, torch.zeros_like(small), cells(weight, grain))

    def _cycle(self, turn: Turn) -> Tensor:
        back = [
            l1(turn.nets[f"to_{kind}"](self._made(turn, OTHER[kind])), turn.batch[kind])
            for kind in ("a", "b")
        ]
        return back[0] + back[1]


def source_of(turn: Turn, kind: str) -> Tensor:
    """What a maker of this kind is shown: pictures of the other one, maybe less tidy."""
    other = OTHER[kind]
    return turn.batch.get(f"seen {other}", turn.batch[other])


def spread(pictures: Tensor) -> Tensor:
    """Mean distance of the pictures of a batch from each other, as 8 x 8 thumbnails; no graph."""
    small = functional.adaptive_avg_pool2d(pictures.detach().float(), 8).flatten(1)
    count = len(small)
    return torch.cdist(small, small).sum() / max(1, count * (count - 1))


def grey(pictures: Tensor) -> Tensor:
    """(n, 3, h, w) to (n, 1, h, w): plain means, for a structure that needs no colour."""
    return pictures.float().mean(1, keepdim=True)
