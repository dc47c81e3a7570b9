"""A photo as an anime character, by way of the fitted head.

python examples/to_anime.py PHOTO OUT
"""

import sys
from pathlib import Path

from mien import JOBS
from mien.jobs.base import Step


def tell(step: Step) -> None:
    """Progress of any job comes as such steps."""
    print(f"{step.done}/{step.total} {step.label}")


def main(photo: Path, out: Path) -> None:
    """Every action of every job is a request that is run like this one."""
    translate = next(job for job in JOBS if job.name == "translate")
    request = translate.request["run"](photos=(photo,), to="anime", size=256, out=out)
    outcome = translate.load("cpu").run(request, progress=tell)
    print(*outcome.results, *outcome.notes, sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
