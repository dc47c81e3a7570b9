"""The head, measured as a face: by dlib's detector, its 68 points and its identity network.

    python benchmarks/head.py [--people 400] [--identities 60] [--skip speed,identity]

Detection: HOG at 160 px (photo) and 256 px (toon), threshold 0, no enlargement, random people with
expressions, pitch and roll, every light of `head.light.LIGHTS` in turn; by yaw, and by thirds of
skin luminance. Agreement: dlib's 68 points as `face.analyse` finds them against the head's own
exact ones, over the outer eye distance (NME), at 256 px. Identity: dlib's network on two renders a
person, the second with other hair, hair colour, make-up, light, expression and pose. Speed: one
person with labels, one thread, CPU time of the best of five.
"""

from __future__ import annotations

import argparse
import dataclasses
import platform
import time

import dlib
import numpy as np

from mien.app.bench.people import SEED, disguised, luminance, posed
from mien.face.align import align_dlib, crop, five_points
from mien.face.analyse import analyse
from mien.face.identity import embed
from mien.face.landmarks import Dlib68
from mien.head.light import LIGHTS
from mien.head.render import Render, View, render
from mien.head.sample import sample
from mien.seeding import rng
from mien.types import BROWS, EYES, JAW, MOUTH, NOSE, Style

BANDS = ((0, 15), (15, 20), (20, 30), (30, 45))
PARTS = {"brows": BROWS, "nose": NOSE, "eyes": EYES, "mouth": MOUTH, "jaw": JAW}
DETECTOR = dlib.get_frontal_face_detector()  # type: ignore[attr-defined]


def detection(people: int, style: Style, size: int) -> None:
    """Prints shares found by yaw, light and skin."""
    names, found = list(LIGHTS), []
    for low, high in BANDS:
        hits = []
        for k in range(people):
            random = rng(SEED, "yaw", style, low, k)
            yaw = float(random.uniform(low, high)) * (1 if random.random() < 0.5 else -1)
            code, light = posed(k, yaw, style), names[k % len(names)]
            view = View(light=LIGHTS[light])
            drawn = render(code, size=size, view=view)
            hit = bool(len(DETECTOR.run(drawn.rgb, 0, 0.0)[0]))
            hits.append(hit)
            if low == 0:
                found.append((light, luminance(code), hit))
        print(f"{style} {size} px, |yaw| {low}-{high}: found {np.mean(hits):.4f} of {people}")
    by_light = {name: [hit for light, _, hit in found if light == name] for name in names}
    print("  by light: " + "  ".join(f"{n} {np.mean(h):.3f}" for n, h in by_light.items()))
    order = np.argsort([shade for _, shade, _ in found])
    thirds = [np.mean([found[k][2] for k in part]) for part in np.array_split(order, 3)]
    print("  by skin (dark, middle, pale): " + "  ".join(f"{share:.3f}" for share in thirds))


def agreement(people: int) -> None:
    """Prints the NME by part, and the mean offset of every point."""
    rows, offsets = [], []
    for k in range(people):
        yaw = float(rng(SEED, "agree", k).normal() * 10)
        drawn = render(posed(k, yaw, "photo"), size=256)
        seen = analyse(drawn.rgb, landmarker=Dlib68(), max_faces=1, with_identity=False)
        if not seen:
            continue
        points = seen[0].landmarks
        eyes = np.hypot(*(drawn.landmarks[45] - drawn.landmarks[36]))
        offsets.append((points - drawn.landmarks) / eyes)
        away = np.hypot(*offsets[-1].T)
        rows.append([away[17:].mean(), away.mean(), *(away[p].mean() for p in PARTS.values())])
    middle = np.median(rows, axis=0)
    cells = "  ".join(f"{n} {v:.4f}" for n, v in zip(("inner", "all", *PARTS), middle, strict=True))
    print(f"dlib 68 against exact points, median NME of {len(rows)}: {cells}")
    bias = np.median(offsets, axis=0)
    far = np.argsort(-np.hypot(*bias.T))[:12]
    worst = "  ".join(f"{k} ({bias[k, 0]:+.3f}, {bias[k, 1]:+.3f})" for k in far)
    print(f"  points that differ most in the median: {worst}")


def descriptor(drawn: Render) -> np.ndarray:
    """(128,) of a render, aligned by its exact points."""
    return embed([crop(drawn.rgb, align_dlib(five_points(drawn.landmarks)))])[0]


def identity(count: int) -> None:
    """Prints distances of same and different people, the best threshold, and rank-1."""
    first, second = [], []
    for k in range(count):
        code = sample(SEED, k)
        again, view = disguised(code, k)
        first.append(descriptor(render(code, size=256)))
        second.append(descriptor(render(again, size=256, view=view)))
    away = np.linalg.norm(np.array(second)[:, None] - np.array(first)[None], axis=2)
    same, other = np.diag(away), away[~np.eye(count, dtype=bool)]
    steps = np.linspace(0.2, 0.9, 141)
    right = [(np.mean(same < t) + np.mean(other >= t)) / 2 for t in steps]
    best = int(np.argmax(right))
    rank = float(np.mean(away.argmin(1) == np.arange(count)))
    print(
        f"identity (dlib), {count} people, hair and materials changed: same {same.mean():.3f}, "
        f"different {other.mean():.3f}, threshold {steps[best]:.2f} right {right[best]:.3f}, "
        f"rank-1 {rank:.3f} (chance {1 / count:.3f})"
    )


def speed() -> None:
    """Prints CPU time by size and hair."""
    print(f"machine: {platform.processor() or platform.machine()}")
    for size, wanted in ((128, 12), (256, 30), (512, 100)):
        cells = []
        for hair in ("bald", "crop", "long", "afro"):
            code = dataclasses.replace(sample(SEED, 3), hair=hair)
            times = []
            for _ in range(6):
                start = time.process_time()
                render(code, size=size)
                times.append(time.process_time() - start)
            cells.append(f"{hair} {min(times[1:]) * 1000:.1f}")
        print(f"  {size} px, ms: {'  '.join(cells)}  (wanted {wanted})")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--identities", type=int, default=60)
    parser.add_argument("--skip", default="")
    options = parser.parse_args()
    skipped = options.skip.split(",")
    if "detection" not in skipped:
        detection(options.people, "photo", 160)
        detection(options.people, "toon", 256)
    if "agreement" not in skipped:
        agreement(min(options.people, 200))
    if "identity" not in skipped:
        identity(options.identities)
    if "speed" not in skipped:
        speed()


if __name__ == "__main__":
    main()
