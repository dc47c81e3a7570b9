"""What changed between two benches."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Literal, TypeAlias

from mien.app.bench.tables import Bench, Figure

Verdict: TypeAlias = Literal["better", "worse", "same", "changed", "unknown"]


@dataclasses.dataclass(frozen=True)
class Change:
    """One figure of two benches.

    name        table / row / column
    low, high   95 % interval of the change; None where one of the two has none
    verdict     "same" where the interval holds 0, "unknown" without an interval, "changed" where
                neither direction is the better one
    """

    name: str
    old: float
    new: float
    low: float | None
    high: float | None
    verdict: Verdict

    @property
    def change(self) -> float:
        """New minus old."""
        return self.new - self.old


def changes(old: Bench, new: Bench) -> tuple[Change, ...]:
    """Every figure that both have, in the order of the new one."""
    known = dict(_figures(old))
    return tuple(
        difference(name, known[name], figure)
        for name, figure in _figures(new)
        if name in known and math.isfinite(figure.value) and math.isfinite(known[name].value)
    )


def _figures(bench: Bench) -> Iterator[tuple[str, Figure]]:
    for table in bench.tables:
        for row in table.rows:
            for column, figure in row.figures.items():
                yield f"{table.name} / {row.name} / {column}", figure


def difference(name: str, old: Figure, new: Figure) -> Change:
    """The change of a figure, its two intervals taken as independent ones.

    Both are often measured on the same people; then the interval is wider than it need be, and a
    verdict is the surer.
    """
    change = new.value - old.value
    if old.low is None or old.high is None or new.low is None or new.high is None:
        verdict: Verdict = "same" if change == 0 else "unknown"
        return Change(name, old.value, new.value, None, None, verdict)
    below = math.hypot(new.value - new.low, old.high - old.value)
    above = math.hypot(new.high - new.value, old.value - old.low)
    low, high = change - below, change + above
    if low <= 0 <= high:
        verdict = "same"
    elif new.better not in ("high", "low"):
        verdict = "changed"
    else:
        verdict = "better" if (change > 0) == (new.better == "high") else "worse"
    return Change(name, old.value, new.value, low, high, verdict)
