"""Figures with their uncertainty, as records that are written, read and shown."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from mien.errors import MALFORMED, InputError
from mien.io.files import read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text
from mien.seeding import rng

FORMAT = 1
BOOTSTRAPS = 1000
_MOST_BYTES = 8 * MIB
_MOST_TABLES, _MOST_ROWS, _MOST_FIGURES = 100, 200, 100

Better: TypeAlias = Literal["high", "low", "floor", ""]
"""More is better, less is, the nearer to the floor's; or neither."""
Kind: TypeAlias = Literal["trivial", "ours", "other", "floor", "group"]
"""An answer without work; what ships; somebody else's; the best that can be; a part of ours."""


@dataclasses.dataclass(frozen=True)
class Figure:
    """One measured value.

    value      a mean over `count` samples, of as many people, clips or repeats; NaN: not measured
    low, high  95 % interval; None where there is none
    """

    value: float
    count: int
    better: Better = ""
    low: float | None = None
    high: float | None = None


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of a table: figures by the name of their column."""

    name: str
    kind: Kind
    figures: Mapping[str, Figure]


@dataclasses.dataclass(frozen=True)
class Table:
    """What was measured together.

    name       "express", "speed"
    about      what was done to what, with which judge, in one or two sentences
    extractor  what looked at the results; "" where nobody did
    samples    what a sample is and how many there were
    """

    name: str
    about: str
    extractor: str
    samples: str
    rows: tuple[Row, ...]


@dataclasses.dataclass(frozen=True)
class Bench:
    """All tables of one run, and where and when they were made.

    machine   names to values: cpu, cores, memory, python, torch, system
    commit    of the source; "" where that is not known; a + says that files were changed since
    seconds   by table: CPU seconds that it took
    """

    mien: str
    commit: str
    machine: Mapping[str, str]
    quick: bool
    seconds: Mapping[str, float]
    tables: tuple[Table, ...]


def over(groups: Sequence[Iterable[float]], better: Better) -> Figure:
    """The mean of samples that come in groups (those of one person), resampled by group.

    NaN is left out; a figure of nothing is NaN. A share of single samples, each 0 or 1, gets
    Wilson's interval (1927): where all are 1, resampling would claim to be certain.
    """
    kept = [np.array([one for one in group if math.isfinite(one)], np.float64) for group in groups]
    sums, counts = np.array([one.sum() for one in kept]), np.array([len(one) for one in kept])
    total = int(counts.sum()) if len(kept) else 0
    if not total:
        return Figure(float("nan"), 0, better)
    value = float(sums.sum() / total)
    if len(kept) < 3:
        return Figure(value, total, better)
    if counts.max() == 1 and set(np.concatenate(kept).tolist()) <= {0.0, 1.0}:
        return Figure(value, total, better, *_wilson(value, total))
    picked = rng("bench", "bootstrap", len(kept)).integers(0, len(kept), (BOOTSTRAPS, len(kept)))
    seen = counts[picked].sum(1)
    means = sums[picked].sum(1)[seen > 0] / seen[seen > 0]
    low, high = np.percentile(means, [2.5, 97.5])
    return Figure(value, total, better, float(low), float(high))


def _wilson(share: float, count: int, *, z: float = 1.96) -> tuple[float, float]:
    """The interval of a share: where the true one may lie so that this one is not unlikely."""
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    spread = math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    reach = z * spread / (1 + z * z / count)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def each(values: Iterable[float], better: Better) -> Figure:
    """The mean of samples of which each stands for itself."""
    return over([[float(one)] for one in values], better)


def plain(value: float, count: int, better: Better) -> Figure:
    """A value of a whole set, without an interval."""
    return Figure(float(value), count, better)


def as_json(bench: Bench) -> str:
    """The whole as JSON text, digits cut to what is meaningful, NaN as null."""
    values = {"format": FORMAT, **dataclasses.asdict(bench)}
    return json.dumps(rounded(values), indent=1, ensure_ascii=True, allow_nan=False) + "\n"


def rounded(value: Any) -> Any:
    """JSON values with five digits each; what is not finite becomes None."""
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.5g}") if math.isfinite(value) else None
    return value


def read_bench(path: Path) -> Bench:
    """A bench from its JSON file; raises InputError for anything else."""
    data = read_bytes(path, max_bytes=_MOST_BYTES, wanted="bench.wanted")
    shown = terminal_safe(path)
    try:
        values = json.loads(data)
        newer = int(values["format"]) > FORMAT
        found = _bench(values)
    except MALFORMED as problem:
        raise InputError(text("bench.damaged", path=shown)) from problem
    if newer:
        raise InputError(text("bench.newer", path=shown))
    return found


def _bench(values: Mapping[str, Any]) -> Bench:
    tables = _listed(values["tables"], _MOST_TABLES)
    return Bench(
        mien=str(values["mien"]),
        commit=str(values["commit"]),
        machine={str(name): str(value) for name, value in dict(values["machine"]).items()},
        quick=bool(values["quick"]),
        seconds={str(name): float(value) for name, value in dict(values["seconds"]).items()},
        tables=tuple(table_of(one) for one in tables),
    )


def table_of(values: Mapping[str, Any]) -> Table:
    """A table from its JSON values; raises KeyError, TypeError or ValueError."""
    told = [str(values[name]) for name in ("name", "about", "extractor", "samples")]
    rows = tuple(_row(one) for one in _listed(values["rows"], _MOST_ROWS))
    return Table(told[0], told[1], told[2], told[3], rows)


def _row(values: Mapping[str, Any]) -> Row:
    if values["kind"] not in get_args(Kind):
        raise ValueError("a kind that is not known")
    figures = dict(values["figures"])
    if len(figures) > _MOST_FIGURES:
        raise ValueError("too many figures")
    found = {str(name): _figure(one) for name, one in figures.items()}
    return Row(str(values["name"]), values["kind"], found)


def _figure(values: Mapping[str, Any]) -> Figure:
    numbers = [values[name] for name in ("value", "low", "high")]
    value, low, high = (None if one is None else float(one) for one in numbers)
    if values["better"] not in get_args(Better):
        raise ValueError("a direction that is not known")
    value = float("nan") if value is None else value
    return Figure(value, int(values["count"]), values["better"], low, high)


def _listed(values: Any, most: int) -> list[Any]:
    if not isinstance(values, list) or len(values) > most:
        raise ValueError("no list, or one that is too long")
    return values
