"""Command of the hair style classifier: `make` its data, `train` its weights."""

from __future__ import annotations

import sys

from mien.analysers.command import run
from mien.analysers.hair_style import renders
from mien.analysers.hair_style.train import train

if __name__ == "__main__":
    sys.exit(run("hair_style", renders.make_shards, train, count=8000))
