from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import mien
from mien.seeding import rng
from mien.types import Image

SOURCES = Path(mien.__file__).parents[1]


@pytest.fixture
def picture() -> Image:
    """48 x 32, no two corners alike, smooth enough for JPEG."""
    rows, columns = np.mgrid[0:32, 0:48]
    channels = (columns * 5, rows * 7, 255 - columns * 2 - rows * 3)
    return np.stack(channels, axis=-1).clip(0, 255).astype(np.uint8)


@pytest.fixture
def noise() -> Image:
    """A picture that does not compress: about 750 kB as PNG."""
    return rng("noise").integers(0, 256, (500, 500, 3)).astype(np.uint8)


@pytest.fixture
def python() -> Callable[..., str]:
    """Runs a script in a process of its own and returns what it printed, without the last line
    break; fails where the script fails or writes to the error stream."""

    def run(script: str, *arguments: object) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", textwrap.dedent(script), *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout.rstrip("\n")

    return run


@pytest.fixture
def names_in() -> Callable[[Path], list[str]]:
    """The sorted names of what is in a folder."""
    return lambda folder: sorted(entry.name for entry in folder.iterdir())
