"""Action Units read from real frames, against OpenFace's.

    python benchmarks/action_units.py ../shared/real/talking_man_128 [--weights FILE]

Two readers: the fit of the whole clip (`persona.track`, landmarks only) and the network that the
head taught (`face.expression_net`), smoothed over three frames. A line a x + b per Action Unit is
learnt on frames 1-56 and only applied to frames 57-81, which are measured: correlation with
OpenFace's intensities (which have errors of their own) and mean absolute error, in OpenFace / 5.
Trivial baselines: the mean of frames 1-56 as a constant; the value of 24 frames before.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.face.expression_net import WEIGHTS, ExpressionReader
from mien.face.tracker import FaceTracker
from mien.io.image import read_image
from mien.persona.track import driver_of_frames, measure
from mien.types import OPENFACE_AUS

LEARNT = 56
Curves = NDArray[np.float64]


def openface(folder: Path) -> Curves:
    """(81, 17) intensities / 5 in the order of the frames."""
    rows = {}
    for line in (folder / "attributes.txt").read_text().splitlines():
        name, *values = line.split()
        rows[int(name.removesuffix(".jpg"))] = [float(value) / 5 for value in values]
    return np.array([rows[number] for number in sorted(rows)])


def readings(folder: Path, weights: Path) -> dict[str, Curves]:
    """(81, 17) by reader."""
    reader, tracker, seen, glanced = ExpressionReader(weights), FaceTracker(), [], []
    for number in range(1, 82):
        frame = read_image(folder / f"{number}.jpg")
        found = tracker(frame)
        if found is None:
            raise SystemExit(f"no face in frame {number}")
        seen.append(measure(frame, found, identify=number % 7 == 1))
        glanced.append(reader(frame, found.landmarks).aus[: len(OPENFACE_AUS)])
    glance = np.array(glanced)
    padded = np.concatenate([glance[:1], glance, glance[-1:]])
    smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3
    fit = driver_of_frames(seen, fps=25.0).aus[:, : len(OPENFACE_AUS)]
    return {"fit": fit, "network": smooth, "both": (fit + smooth) / 2}


def lined(curves: Curves, truth: Curves) -> Curves:
    """Each curve through the line that fits it best on the learnt frames."""
    out = np.zeros_like(truth)
    for k in range(truth.shape[1]):
        x, y = curves[:LEARNT, k], truth[:LEARNT, k]
        slope = 0.0 if x.std() < 1e-6 else float(np.cov(x, y)[0, 1] / x.var(ddof=1))
        out[:, k] = y.mean() + max(slope, 0.0) * (curves[:, k] - x.mean())
    return out


def correlation(one: Curves, other: Curves) -> float:
    """Of two curves; NaN where one does not move."""
    if one.std() < 1e-6 or other.std() < 1e-6:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    truth = openface(options.folder)
    told = readings(options.folder, options.weights)
    held = slice(LEARNT, len(truth))
    moving = truth[held].std(0) > 0.02
    print(f"frames 57-81 ({len(truth) - LEARNT}), Action Units that move there: {moving.sum()}")
    print("AU      " + "".join(f"{name:>10s}" for name in told))
    for k in np.flatnonzero(moving):
        cells = [correlation(curves[held, k], truth[held, k]) for curves in told.values()]
        print(f"{OPENFACE_AUS[k]:8s}" + "".join(f"{cell:10.2f}" for cell in cells))
    for name, curves in told.items():
        r = [correlation(curves[held, k], truth[held, k]) for k in np.flatnonzero(moving)]
        error = np.abs(lined(curves, truth)[held] - truth[held]).mean()
        print(f"{name}: mean correlation {np.nanmean(r):.3f}, mean error {error:.4f}")
    constant = np.abs(truth[:LEARNT].mean(0) - truth[held]).mean()
    earlier = np.abs(truth[LEARNT - 25 : -25] - truth[held]).mean()
    print(f"constant: mean error {constant:.4f}; 25 frames before: {earlier:.4f}")


if __name__ == "__main__":
    main()
