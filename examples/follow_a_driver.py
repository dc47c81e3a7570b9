"""A photo follows a driver: here an expression that comes and goes, made by hand.

python examples/follow_a_driver.py PHOTO OUT
"""

import sys
from pathlib import Path

from mien import JOBS


def main(photo: Path, out: Path) -> None:
    """Writes a clip of the photo; with driver=Path("clip.mp4") it follows that clip instead."""
    reenact = next(job for job in JOBS if job.name == "reenact")
    request = reenact.request["run"](
        photos=(photo,), expression={"happy": 1.0}, frames=8, fps=12.0, size=256, out=out
    )
    outcome = reenact.load("cpu").run(request)
    for path in outcome.results:
        print(path)
    for one in outcome.skipped:
        print(one.name, one.reason)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
