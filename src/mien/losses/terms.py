"""What every loss function returns: the number to descend, and its parts by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from torch import Tensor


@dataclasses.dataclass(frozen=True, eq=False)
class Loss:
    """The sum that is descended, and what is worth a line in the log.

    total   scalar tensor with a graph
    terms   scalars without a graph, by name; "real" and "fake" are mean logits wherever there
            is a discriminator, so that one watch understands every recipe
    """

    total: Tensor
    terms: Mapping[str, Tensor]


def told(total: Tensor, **terms: Tensor) -> Loss:
    """A Loss with the means of these tensors as terms, each cut from its graph."""
    return Loss(total, {name: value.detach().float().mean() for name, value in terms.items()})
