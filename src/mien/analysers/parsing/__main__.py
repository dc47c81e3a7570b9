"""Command of the parsing network: `make` its data, `train` its weights."""

from __future__ import annotations

import functools
import sys

from mien.analysers.command import run
from mien.analysers.faces import learn
from mien.analysers.parsing import renders
from mien.analysers.parsing.recipe import COURSE

if __name__ == "__main__":
    sys.exit(run("parsing", renders.make_shards, functools.partial(learn, COURSE), count=16000))
