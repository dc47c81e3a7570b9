"""The folder of one training run: what is where, and which run to go on with.

runs/00003-generate-default/
config.json  log.txt  stats.jsonl  losses.png  samples/  checkpoints/  events.out.tfevents.*
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mien.errors import InputError, OptionError
from mien.io.atomic import atomic_write_bytes
from mien.io.files import output_errors, read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text

_NAME = re.compile(r"(\d{5,})-([a-z]+)-([a-z0-9-]+)")


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """Paths inside one run's folder."""

    path: Path

    @property
    def config(self) -> Path:
        """The resolved settings, as JSON."""
        return self.path / "config.json"

    @property
    def stats(self) -> Path:
        """One JSON object per line and look."""
        return self.path / "stats.jsonl"

    @property
    def log(self) -> Path:
        """What was said, with times."""
        return self.path / "log.txt"

    @property
    def samples(self) -> Path:
        """Preview grids."""
        return self.path / "samples"

    @property
    def checkpoints(self) -> Path:
        """One folder per checkpoint."""
        return self.path / "checkpoints"

    @property
    def plot(self) -> Path:
        """The losses as curves."""
        return self.path / "losses.png"

    def read_config(self) -> dict[str, Any]:
        """The settings; raises InputError where the folder is not a run's."""
        data = read_bytes(self.config, max_bytes=MIB, wanted="train.wanted.run")
        try:
            values = json.loads(data)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise InputError(text("train.config_damaged", path=terminal_safe(self.config)))
        return values

    def write_config(self, config: Mapping[str, Any]) -> None:
        """Writes the settings; raises OutputError."""
        written = json.dumps(config, indent=1, sort_keys=True, allow_nan=False)
        atomic_write_bytes(self.config, written.encode() + b"\n")


def existing_runs(root: Path) -> list[tuple[int, RunFolder]]:
    """The runs in a folder with their numbers, oldest first; other things in it are left out."""
    if not root.is_dir():
        return []
    found = [(_NAME.fullmatch(entry.name), entry) for entry in root.iterdir() if entry.is_dir()]
    return sorted(
        ((int(match[1]), RunFolder(entry)) for match, entry in found if match),
        key=lambda pair: pair[0],
    )


def new_run(root: Path, job: str, preset: str) -> RunFolder:
    """Makes the folder of a new run with the next free number; raises OutputError."""
    with output_errors(root):
        root.mkdir(parents=True, exist_ok=True)
        number = max((number for number, _ in existing_runs(root)), default=-1) + 1
        while True:
            path = root / f"{number:05d}-{job}-{preset}"
            try:
                path.mkdir()
            except FileExistsError:  # another process took the number just now
                number += 1
                continue
            return RunFolder(path)


def find_run(root: Path, job: str, preset: str, *, resume: str) -> RunFolder | None:
    """The run to go on with, or None for a new one.

    resume   "no"; "auto": the newest run of this job and preset, if there is one; or its folder

    Raises OptionError where a named folder is not a run.
    """
    if resume == "no":
        return None
    if resume == "auto":
        ending = f"-{job}-{preset}"
        own = [run for _, run in existing_runs(root) if run.path.name.endswith(ending)]
        return own[-1] if own else None
    run = RunFolder(Path(resume))
    if not run.config.is_file():
        raise OptionError(text("train.not_a_run", path=terminal_safe(resume)))
    return run
