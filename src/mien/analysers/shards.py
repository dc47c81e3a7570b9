"""Training data on disk: shards of samples, each written once and skipped when it is there.

Sample `index` of a seed is the same alone or in any shard, so making can stop and go on anywhere.
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.io.atomic import atomic_write_bytes
from mien.io.names import terminal_safe

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

SHARD = 500
"""Samples per file."""

Columns = dict[str, NDArray[Any]]
"""Samples by field: each array has one row per sample."""


@dataclasses.dataclass(frozen=True)
class ShardSet:
    """The shards of one analyser and one seed in one folder.

    analyser  its folder under `mien.analysers`, for messages
    kind      how its files' names begin: `<kind>-<seed>-<first>.npz`
    """

    folder: Path
    seed: int
    analyser: str
    kind: str

    def path(self, first: int) -> Path:
        """Where the samples from `first` on are kept."""
        return self.folder / f"{self.kind}-{self.seed}-{first:07d}.npz"

    def paths(self) -> Iterator[Path]:
        """The shards that are there, in order."""
        yield from sorted(self.folder.glob(f"{self.kind}-{self.seed}-*.npz"))

    def make(
        self,
        count: int,
        sample: Callable[[int, int], DataclassInstance],
        *,
        told: Callable[[int, int], None],
    ) -> None:
        """Write shards of `sample(seed, index)` until `count` samples exist.

        told  is called with (done, count) after every shard
        """
        for first in range(0, count, SHARD):
            path, last = self.path(first), min(first + SHARD, count)
            if not path.exists():
                write_shard(path, [sample(self.seed, index) for index in range(first, last)])
            told(last, count)

    def read(self, *, where: str | None = None) -> Columns:
        """All samples, column by column; only those whose column `where` is True, if one is named.

        Raises InputError where there is no shard.
        """
        parts: list[Columns] = []
        for path in self.paths():
            with np.load(path, allow_pickle=False) as archive:
                columns = {name: archive[name] for name in archive.files}
            kept = slice(None) if where is None else columns[where]
            parts.append({name: values[kept] for name, values in columns.items()})
        if not parts:
            raise InputError(
                f"{terminal_safe(self.folder)} holds no data of {self.analyser}: "
                f"run `python -m mien.analysers.{self.analyser} make` first."
            )
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def write_shard(path: Path, samples: Sequence[DataclassInstance]) -> None:
    """One npz file with a column per field of the samples, all of one class."""
    columns: Columns = {
        field.name: np.array([getattr(one, field.name) for one in samples])
        for field in dataclasses.fields(samples[0])
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **columns)
    atomic_write_bytes(path, buffer.getvalue())
