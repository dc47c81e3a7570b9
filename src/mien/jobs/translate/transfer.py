"""Domain transfer (DTN): a maker behind a fixed encoder learns to draw what the encoder says.

Taigman et al. 2017, "Unsupervised cross-domain image generation". A maker g of kind t draws both
from f(s), pictures of the other kind, and from f(t), pictures of its own. The judge tells three
sorts apart: drawn from the other kind, drawn from its own kind, real. Here s and t are the way
they are in the paper; the ancestor had exchanged them, trained f as well, and its judge knew two
sorts.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor
from torch.nn import functional

from mien.jobs.translate.losses import source_of, spread
from mien.jobs.translate.presets import Config
from mien.losses.reconstruction import l1, total_variation
from mien.losses.terms import Loss, told
from mien.train.recipe import Turn

FROM_OTHER, FROM_OWN, REAL = range(3)
"""The three sorts."""


def sort_loss(logits: Tensor, sort: int) -> Tensor:
    """Cross entropy of pictures (n, 3 logits) that are all of one sort."""
    wanted = torch.full((len(logits),), sort, device=logits.device)
    return functional.cross_entropy(logits.float(), wanted)


def how_real(logits: Tensor) -> Tensor:
    """(n,) log odds of being real."""
    logits = logits.float()
    return logits[:, REAL] - torch.logsumexp(logits[:, :REAL], 1)


@dataclasses.dataclass(frozen=True)
class TransferGame:
    """The two losses, for every kind that is made."""

    config: Config

    def judges(self, turn: Turn) -> Loss:
        """Equation 3: the sum of the three cross entropies."""
        losses, reals, fakes = [], [], []
        for kind in self.config.kinds:
            judge = turn.nets[f"judge_{kind}"]
            sorts = (self._made(turn, kind), self._own(turn, kind), turn.batch[kind])
            logits = [judge(one.detach().float()).float() for one in sorts]
            losses += [sort_loss(one, sort) for sort, one in enumerate(logits)]
            reals.append(how_real(logits[REAL]))
            fakes.append(how_real(logits[FROM_OTHER]))
        return told(torch.stack(losses).sum(), real=torch.cat(reals), fake=torch.cat(fakes))

    def makers(self, turn: Turn) -> Loss:
        """Equations 4 to 7: believed to be real, faithful to f, to t, and smooth."""
        totals, fakes, terms = [], [], {"said": [], "own": [], "variety": []}
        for kind in self.config.kinds:
            made, own = self._made(turn, kind), self._own(turn, kind)
            logits = [turn.nets[f"judge_{kind}"](one.float()).float() for one in (made, own)]
            fakes.append(how_real(logits[0]))
            terms["said"].append(self._constancy(turn, kind, made))
            terms["own"].append(l1(own, turn.batch[kind]))
            terms["variety"].append(spread(made) / (spread(turn.batch[kind]) + 1e-6))
            totals += [self.config.judged * sort_loss(one, REAL) for one in logits]
            totals.append(self.config.constancy * terms["said"][-1])
            totals.append(self.config.same * terms["own"][-1])
            smooth = torch.stack([total_variation(one) for one in (made, own)]).mean()
            totals.append(self.config.smooth * smooth)
        shown = {name: torch.stack(parts).mean() for name, parts in terms.items()}
        return told(torch.stack(totals).sum(), fake=torch.cat(fakes), **shown)

    def _made(self, turn: Turn, kind: str) -> Tensor:
        maker = turn.nets[f"to_{kind}"]
        return turn.once(f"made {kind}", lambda: maker(source_of(turn, kind)))

    def _own(self, turn: Turn, kind: str) -> Tensor:
        maker = turn.nets[f"to_{kind}"]
        return turn.once(f"own {kind}", lambda: maker(turn.batch[kind]))

    def _constancy(self, turn: Turn, kind: str, made: Tensor) -> Tensor:
        """Equation 5, relative to how strong the encoder's numbers are."""
        maker = turn.nets[f"to_{kind}"]
        before = maker(source_of(turn, kind), said=True).detach().float()
        after = maker(made, said=True).float()
        return (after - before).square().mean() / (before.square().mean() + 1e-6)
