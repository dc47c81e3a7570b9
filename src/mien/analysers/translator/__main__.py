"""Command of the translator: `make` its data, `train` its weights."""

from __future__ import annotations

import sys

from mien.analysers.command import run
from mien.analysers.translator import renders
from mien.analysers.translator.train import train

if __name__ == "__main__":
    sys.exit(run("translator", renders.make_shards, train, count=30000))
