"""Command of the reader of moved faces: `make` its data, `train` its weights."""

from __future__ import annotations

import sys

from mien.analysers.command import run
from mien.analysers.motion import renders
from mien.analysers.motion.train import train

if __name__ == "__main__":
    sys.exit(run("motion", renders.make_shards, train, count=900))
