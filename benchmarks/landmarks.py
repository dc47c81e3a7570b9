"""Our own landmarks against dlib's 68 points, on real photos and clips.

    python benchmarks/landmarks.py ../shared/real [--weights FILE] [--sheet FILE.png]

Agreement: mean distance of the 68 points over dlib's outer eye distance (NME), median over faces,
by part. Floor: dlib against itself on the same picture turned by 2 degrees and made 7 % smaller.
Trivial baseline: the mean face of all, laid into the box that dlib's points give.
Steadiness: on clips followed frame by frame, the root mean square of the second differences of
the points (what a still or evenly moving face does not have), over the outer eye distance.
Pictures of `talking_man_128` are its last 25, which nothing here may learn from.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage
from PIL import ImageDraw

from mien.face import affine
from mien.face.analyse import analyse
from mien.face.landmark_net import WEIGHTS, HeadLandmarker
from mien.face.landmarks import Dlib68, Landmarker
from mien.face.tracker import FaceTracker, eye_distance
from mien.io.image import read_image
from mien.io.video import read_frames
from mien.types import BROWS, EYES, JAW, MOUTH, NOSE, Image, Landmarks

PARTS = {"brows": BROWS, "nose": NOSE, "eyes": EYES, "mouth": MOUTH, "jaw": JAW}
EVERY = 12
SHAKE = (2.0, 0.93)
CLIP_FRAMES = 150


def pictures(root: Path) -> list[tuple[str, Image]]:
    """Photos, every twelfth frame of the clips, and the last frames of the talking man."""
    found = [(path.name, read_image(path)) for path in sorted(root.glob("*.jpg"))]
    man = root / "talking_man_128"
    found += [(f"man {k}", read_image(man / f"{k}.jpg")) for k in range(57, 82, 2)]
    for clip in sorted((root / "clips").glob("*.mp4")):
        frames = enumerate(read_frames(clip))
        found += [(f"{clip.stem} {k}", frame) for k, frame in frames if k % EVERY == 0]
    return found


def faces(image: Image, landmarker: Landmarker) -> list[Landmarks]:
    """The points of every face."""
    return [one.landmarks for one in analyse(image, landmarker=landmarker, with_identity=False)]


def nearest(points: Landmarks, others: list[Landmarks]) -> Landmarks | None:
    """The points of the same face; None where there is none."""
    eyes = eye_distance(points)
    near = [one for one in others if np.hypot(*(one.mean(0) - points.mean(0))) < eyes]
    return min(near, key=lambda one: np.hypot(*(one - points).T).mean()) if near else None


def errors(found: Landmarks, wanted: Landmarks) -> dict[str, float]:
    """NME by part, without the jaw ("inner") and of all."""
    away = np.hypot(*(found - wanted).T) / eye_distance(wanted)
    parts = {name: float(away[part].mean()) for name, part in PARTS.items()}
    return {**parts, "inner": float(away[17:].mean()), "all": float(away.mean())}


def shaken(image: Image, landmarker: Landmarker) -> list[Landmarks]:
    """The points found in the turned and shrunk picture, where they lie in the picture."""
    height, width = image.shape[:2]
    middle = np.array([width / 2, height / 2])
    matrix = affine.about(affine.rotation(SHAKE[0]) * SHAKE[1], middle, middle)
    back = affine.invert(matrix)
    moved = affine.warp(image, matrix, (width, height))
    return [affine.transform(back, points) for points in faces(moved, landmarker)]


def unrest(clip: Path, landmarker: Landmarker) -> tuple[float, float, int]:
    """Second differences, CPU seconds a frame, and frames measured."""
    tracker, rows = FaceTracker(landmarker), []
    start = time.process_time()
    for number, frame in enumerate(read_frames(clip)):
        if number >= CLIP_FRAMES:
            break
        seen = tracker(frame)
        rows.append(None if seen is None else seen.landmarks[17:])
    seconds = (time.process_time() - start) / max(len(rows), 1)
    steps = [
        (a - 2 * b + c) / np.hypot(*(b[28] - b[19]))
        for a, b, c in zip(rows, rows[1:], rows[2:], strict=False)
        if a is not None and b is not None and c is not None
    ]
    whole = np.array(steps)
    return float(np.sqrt((whole**2).sum(2).mean())), seconds, len(steps)


def summary(name: str, rows: list[dict[str, float]]) -> None:
    """One line: medians, and the 90th percentile of all points."""
    values = {part: np.array([row[part] for row in rows]) for part in rows[0]}
    cells = "  ".join(f"{part} {np.median(found):.4f}" for part, found in values.items())
    print(f"{name:22s} n={len(rows):3d}  {cells}  p90 {np.percentile(values['all'], 90):.4f}")


def drawn(image: Image, ours: Landmarks, theirs: Landmarks) -> NDArray[np.uint8]:
    """(240, 240, 3): green ours, red dlib's."""
    eyes = eye_distance(theirs)
    middle = theirs[17:].mean(0)
    matrix = affine.about(np.eye(2) * (80 / eyes), middle, [120, 120])
    canvas = PillowImage.fromarray(affine.warp(image, matrix, (240, 240)))
    pen = ImageDraw.Draw(canvas)
    for points, colour in ((theirs, (255, 40, 40)), (ours, (40, 255, 60))):
        for x, y in affine.transform(matrix, points):
            pen.ellipse((x - 1.2, y - 1.2, x + 1.2, y + 1.2), fill=colour)
    return np.asarray(canvas)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    ours, theirs = HeadLandmarker(options.weights), Dlib68()
    rows: dict[str, list[dict[str, float]]] = {"mien-68": [], "dlib floor": []}
    shapes, cells, missed = [], [], 0
    for _, image in pictures(options.real):
        own, moved = faces(image, ours), shaken(image, theirs)
        for wanted in faces(image, theirs):
            found, again = nearest(wanted, own), nearest(wanted, moved)
            missed += found is None
            if found is not None:
                rows["mien-68"].append(errors(found, wanted))
                cells.append(drawn(image, found, wanted))
            if again is not None:
                rows["dlib floor"].append(errors(again, wanted))
            shapes.append(wanted)
    frame = [(one - one[17:].mean(0)) / eye_distance(one) for one in shapes]
    mean = np.mean(frame, 0)
    rows["mean face in the box"] = [
        errors(mean * eye_distance(one) + one[17:].mean(0), one) for one in shapes
    ]
    print(f"reference: dlib 68 points; faces {len(shapes)}, without ours {missed}")
    for name, found in rows.items():
        summary(name, found)
    for clip in sorted((options.real / "clips").glob("*.mp4")):
        for landmarker in (ours, theirs):
            value, seconds, count = unrest(clip, landmarker)
            print(
                f"{clip.stem:22s} {landmarker.name:8s} unrest {value:.5f}  "
                f"CPU {seconds * 1000:.0f} ms a frame  n={count}"
            )
    if options.sheet is not None:
        chosen = cells[:: max(1, len(cells) // 24)][:24]
        lines = [np.concatenate(chosen[k : k + 8], 1) for k in range(0, len(chosen) // 8 * 8, 8)]
        PillowImage.fromarray(np.concatenate(lines)).save(options.sheet)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
