"""Command of the expression network: `train` on the pictures that `landmarks make` made."""

from __future__ import annotations

import functools
import sys

from mien.analysers.command import run
from mien.analysers.expression.recipe import COURSE
from mien.analysers.faces import learn
from mien.analysers.landmarks import renders

if __name__ == "__main__":
    sys.exit(run("expression", renders.make_shards, functools.partial(learn, COURSE), count=16000))
