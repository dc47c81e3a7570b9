"""Following a face live, measured against tracking the whole clip, which may look ahead.

    python benchmarks/track.py ../shared/real/clips/*.mp4 [--frames 300]

Every clip is measured once and fed to both. Prints per clip: CPU time a frame of landmarks and eyes
and of the live solver, one thread; how often the detector ran; for each curve how many frames live
lies behind (the shift at which the two correlate best) and how well it then correlates; and the
blinks (AU45 above .5) of both, by their frames.
"""

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.face.tracker import FaceTracker
from mien.head.schema import AU_INDEX
from mien.io.video import probe, read_frames
from mien.persona.driver import Driver
from mien.persona.live import LiveTracker
from mien.persona.track import Seen, driver_of_frames, measure

Curve = NDArray[np.float64]

AUS = ("AU1", "AU4", "AU12", "AU25", "AU26", "AU45")
EDGE, LATEST = 10, 6  # frames left out at the ends; the longest lag looked for


def seen_in(path: Path, count: int) -> tuple[list[Seen | None], int, float]:
    """What each frame shows, how often the detector ran, and CPU seconds a frame."""
    tracker, seen, detections = FaceTracker(), [], 0
    start = time.process_time()
    for number, frame in enumerate(read_frames(path, stop=count)):
        found = tracker(frame)
        detections += found is not None and found.detected
        identify = number % (5 if number < 30 else 15) == 0
        seen.append(None if found is None else measure(frame, found, identify=identify))
    return seen, detections, (time.process_time() - start) / max(len(seen), 1)


def curves(driver: Driver) -> dict[str, Curve]:
    """The curves that are compared."""
    named = {name: driver.aus[:, AU_INDEX[name]] for name in AUS}
    return {
        "yaw": driver.pose[:, 0],
        "pitch": driver.pose[:, 1],
        "gaze": driver.gaze[:, 0],
        **named,
    }


def behind(whole: Curve, live: Curve) -> tuple[int, float]:
    """Frames by which `live` lags, and the correlation at that lag."""
    ends = len(whole) - EDGE
    scores = [
        float(np.corrcoef(whole[EDGE : ends - lag], live[EDGE + lag : ends])[0, 1])
        for lag in range(LATEST)
    ]
    return int(np.argmax(scores)), max(scores)


def blinks_of(driver: Driver) -> str:
    """First and last frames of the blinks."""
    closed = driver.aus[:, AU_INDEX["AU45"]] > 0.5
    edges = np.flatnonzero(np.diff(np.concatenate([[False], closed, [False]]).astype(int)))
    return ", ".join(f"{a}-{b - 1}" for a, b in edges.reshape(-1, 2)) or "none"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path, nargs="+")
    parser.add_argument("--frames", type=int, default=300)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    for path in options.clips:
        fps = probe(path).fps
        seen, detections, seconds = seen_in(path, options.frames)
        tracker, start = LiveTracker(), time.process_time()
        for number, one in enumerate(seen):
            tracker.feed(one, number / fps)
        solver = (time.process_time() - start) / len(seen)
        whole, live = driver_of_frames(seen, fps=fps), tracker.driver()
        print(
            f"{path.stem}: {len(seen)} frames, {detections} detections, "
            f"{1000 * seconds:.0f} ms a frame seen, {1000 * solver:.1f} ms solved"
        )
        if len(whole) != len(live):
            print("  the face comes late: curves are not compared")
            continue
        pairs = zip(curves(whole).items(), curves(live).values(), strict=True)
        told = [(name, *behind(one, other)) for (name, one), other in pairs]
        print("  " + ", ".join(f"{name} {lag} ({score:.2f})" for name, lag, score in told))
        print(f"  blinks: {blinks_of(whole)}; live: {blinks_of(live)}")


if __name__ == "__main__":
    main()
