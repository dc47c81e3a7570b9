"""Which picture of a person a network makes of which: pairs (source, target) of frames.

rest        the first frame of a sequence to every other one (the ancestor's test)
within      every i < j of one person, through all of their sequences (its training)
continuity  i to i + k of one sequence (its `concate_continuity_image_pair`, k = 3)
noise       a frame with noise to itself without (its builder named functions that did not exist)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from mien.seeding import rng

PairKind: TypeAlias = Literal["rest", "within", "continuity", "noise"]
PAIR_KINDS: tuple[PairKind, ...] = get_args(PairKind)
Pairs: TypeAlias = NDArray[np.int64]
"""(n, 2) numbers of frames: source, target."""


@dataclasses.dataclass(frozen=True)
class PairOptions:
    """Which pairs are made.

    kinds  of them, in this order; step: k of continuity
    most   of each kind; of more, so many are drawn by `seed`
    """

    kinds: tuple[PairKind, ...] = ("rest",)
    step: int = 3
    most: int = 100_000
    seed: int = 0


def make_pairs(
    subjects: Sequence[int], strips: Sequence[int], options: PairOptions
) -> dict[PairKind, tuple[Pairs, int]]:
    """Pairs of n frames by kind, and how many there were before the limit.

    subjects, strips  (n,) who each frame shows and which strip it is of, frames of a strip in
                      order and side by side
    """
    made = {}
    for kind in options.kinds:
        if kind == "within":
            made[kind] = _within(np.asarray(subjects), options)
            continue
        pairs = _of_strips(np.asarray(strips), kind, options.step)
        made[kind] = (_some(pairs, options, kind), len(pairs))
    return made


def _of_strips(strips: NDArray[np.int64], kind: PairKind, step: int) -> Pairs:
    if kind == "noise":
        return np.repeat(np.arange(len(strips))[:, None], 2, 1)
    first = 0
    found = [np.zeros((0, 2), np.int64)]
    while first < len(strips):
        count = int((strips == strips[first]).sum())
        away = 1 if kind == "rest" else step
        targets = np.arange(first + away, first + count)
        sources = np.full(len(targets), first) if kind == "rest" else targets - step
        found.append(np.stack([sources, targets], 1))
        first += count
    return np.concatenate(found)


def _within(subjects: NDArray[np.int64], options: PairOptions) -> tuple[Pairs, int]:
    """Pairs by their number in the list of all, which is never written out."""
    places = [np.flatnonzero(subjects == one) for one in dict.fromkeys(subjects.tolist())]
    counts = np.array([len(one) * (len(one) - 1) // 2 for one in places], np.int64)
    total = int(counts.sum())
    numbers = _chosen(total, options, "within")
    ends = np.cumsum(counts)
    owner = np.searchsorted(ends, numbers, side="right")
    inner = numbers - (ends - counts)[owner]
    # Number n of the triangle: j is the largest whole number with j (j - 1) / 2 <= n.
    late = np.floor((1 + np.sqrt(8.0 * inner + 1)) / 2).astype(np.int64)
    late -= late * (late - 1) // 2 > inner
    early = inner - late * (late - 1) // 2
    pairs = [
        (places[one][a], places[one][b])
        for one, a, b in zip(owner.tolist(), early.tolist(), late.tolist(), strict=True)
    ]
    return np.array(pairs, np.int64).reshape(-1, 2), total


def _some(pairs: Pairs, options: PairOptions, kind: PairKind) -> Pairs:
    return pairs[_chosen(len(pairs), options, kind)]


def _chosen(total: int, options: PairOptions, kind: PairKind) -> NDArray[np.int64]:
    """At most `most` of the numbers below `total`, in order."""
    if total <= options.most:
        return np.arange(total)
    random = rng(options.seed, "pairs", kind)
    return np.sort(random.choice(total, options.most, replace=False, shuffle=False))


def held_subjects(subjects: Sequence[str], share: float, seed: int) -> frozenset[str]:
    """Who is only measured: a share of the people, drawn by the seed; never everybody."""
    people = sorted(set(subjects))
    count = min(int(len(people) * share), len(people) - 1)
    order = rng(seed, "held subjects").permutation(len(people))[: max(count, 0)]
    return frozenset(people[place] for place in order)
