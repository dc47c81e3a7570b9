"""The command line that every analyser's training shares: `make` data, `train` weights."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from mien.errors import MienError


class Make(Protocol):
    """Writes shards until `count` samples exist."""

    def __call__(
        self, folder: Path, count: int, *, seed: int, told: Callable[[int, int], None]
    ) -> None:
        """`told(done, count)` is called after every shard."""
        ...


class Train(Protocol):
    """Trains on the shards of a folder; yields lines of progress."""

    def __call__(self, folder: Path, *, seed: int, out: Path | None = None) -> Iterator[str]:
        """`out` is the weight file, by default the one that ships."""
        ...


def run(
    name: str, make: Make, train: Train, *, count: int, arguments: list[str] | None = None
) -> int:
    """Run `make` or `train` as the command line says; returns the exit code."""
    parser = argparse.ArgumentParser(prog=f"python -m mien.analysers.{name}")
    parser.add_argument("action", choices=("make", "train"))
    parser.add_argument("folder", type=Path, help="where the training data lies")
    parser.add_argument("--count", type=int, default=count, help="samples to make")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=None, help="weight file to write")
    options = parser.parse_args(arguments)
    try:
        if options.action == "train":
            for line in train(options.folder, seed=options.seed, out=options.out):
                _say(line)
            return 0
        options.folder.mkdir(parents=True, exist_ok=True)
        make(options.folder, options.count, seed=options.seed, told=_teller())
    except MienError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


def _teller() -> Callable[[int, int], None]:
    """Says how many samples there are and how long the rest will take."""
    start = time.monotonic()
    seen: list[int] = []

    def told(done: int, total: int) -> None:
        seen.append(done)
        made = done - seen[0]
        if made <= 0:
            _say(f"{done}/{total} samples")
            return
        pace = (time.monotonic() - start) / (made + seen[0] / max(len(seen), 1))
        _say(f"{done}/{total} samples, about {(total - done) * pace / 60:.0f} min left")

    return told


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
