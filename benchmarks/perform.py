"""A character that performs a clip, tracked again and compared with the driver.

    python benchmarks/perform.py ../shared/real/clips/*.mp4 [--frames 150] [--character DIR]

Without --character, the astronaut is fitted. Per clip: the correlation of every Action Unit that
moves in the driver (standard deviation above .05) with the same one tracked in the performance's
pictures, the floor of that (the same curves, one of them turned by half a clip), the ceiling (the
tracked performance with what the character was told), jitter (mean length of the second difference
of landmarks, in outer eye distances) of the driver's clip and of the performance, and CPU
milliseconds a frame that is drawn.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.face.landmarks import default_landmarker
from mien.io.video import probe, read_frames
from mien.persona.character import Character, read_character
from mien.persona.driver import Driver
from mien.persona.perform import drawn, performance_of
from mien.persona.track import track_clip
from mien.types import AU_NAMES

Curves = NDArray[np.float64]
MOVES = 0.05
SIZE = 256


def astronaut() -> Character:
    """The astronaut, fitted."""
    from skimage import data  # noqa: TID251

    from mien.face.analyse import analyse
    from mien.persona.fit import FitOptions, fit_face

    photo = np.ascontiguousarray(data.astronaut())
    return fit_face(photo, analyse(photo)[0], FitOptions("full")).character


def jitter(driver: Driver) -> float:
    """Mean length of the landmarks' second difference, in outer eye distances."""
    assert driver.landmarks is not None
    sizes = np.linalg.norm(driver.landmarks[:, 45] - driver.landmarks[:, 36], axis=1)
    second = np.diff(driver.landmarks, 2, axis=0)
    return float(np.linalg.norm(second, axis=2).mean() / np.median(sizes))


def correlations(one: Curves, other: Curves, columns: list[int]) -> dict[str, float]:
    """Of each column by its name; 0 where `other` stands still."""
    found = {}
    for k in columns:
        still = one[:, k].std() < 1e-6 or other[:, k].std() < 1e-6
        found[AU_NAMES[k]] = 0.0 if still else float(np.corrcoef(one[:, k], other[:, k])[0, 1])
    return found


def measure(path: Path, person: Character, count: int, smooth: float) -> None:
    """One clip."""
    fps = probe(path).fps
    driver = track_clip(read_frames(path, stop=count), fps=fps, expected=count)
    done = performance_of(driver, smooth=smooth)
    start = time.process_time()
    pictures = list(drawn(person, done, size=SIZE, style="photo"))
    cost = (time.process_time() - start) / len(pictures)
    again = track_clip(iter(pictures), fps=fps, expected=len(pictures))
    moving = [k for k in range(len(AU_NAMES)) if driver.aus[:, k].std() > MOVES]
    found = correlations(driver.aus, again.aus, moving)
    floor = correlations(driver.aus, np.roll(again.aus, len(driver) // 2, axis=0), moving)
    told = correlations(done.aus, again.aus, moving)
    pose = [float(np.corrcoef(driver.pose[:, k], again.pose[:, k])[0, 1]) for k in range(3)]
    print(
        f"{path.stem}: {len(driver)} frames, {int((driver.confidence == 0).sum())} without a face, "
        f"{len(moving)} AUs move; {1000 * cost:.0f} ms a frame at {SIZE} px\n"
        f"  AU correlation {np.mean(list(found.values())):.2f} "
        f"(floor {np.mean(list(floor.values())):.2f}, with what was told "
        f"{np.mean(list(told.values())):.2f}); yaw, pitch, roll "
        + ", ".join(f"{value:.2f}" for value in pose)
        + f"\n  jitter {100 * jitter(again):.3f} % of the eye distance, driver "
        f"{100 * jitter(driver):.3f} %\n  "
        + ", ".join(f"{name} {value:.2f}" for name, value in found.items()),
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--frames", type=int, default=150)
    parser.add_argument("--character", type=Path)
    parser.add_argument("--smooth", type=float, default=1.0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    person = read_character(options.character) if options.character else astronaut()
    print(f"extractor: {type(default_landmarker()).__name__}; smooth {options.smooth:g}")
    for path in options.clips:
        measure(path, person, options.frames, options.smooth)


if __name__ == "__main__":
    main()
