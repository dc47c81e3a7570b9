"""Command of the landmark network: `make` its data, `train` its weights."""

from __future__ import annotations

import functools
import sys

from mien.analysers.command import run
from mien.analysers.faces import learn
from mien.analysers.landmarks import renders
from mien.analysers.landmarks.recipe import COURSE

if __name__ == "__main__":
    sys.exit(run("landmarks", renders.make_shards, functools.partial(learn, COURSE), count=16000))
