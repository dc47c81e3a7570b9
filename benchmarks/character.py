"""The job `character`, measured: photos of a folder, and renders whose truth is known.

    python benchmarks/character.py ../shared/real [--renders 200]

Prints a table in Markdown. Landmarks are found again in the render by the network that found them
in the photo, and in both by a judge that the fit does not use; colours are medians over the face;
the descriptor is dlib's, which the fit also takes as an input, so distances flatter it. Clipped is
the share of sliders at an end of their range. Time is of analysis and fit, after a warm-up, one
thread. For all ways of fitting beside each other: `mien character eval --stage fit --data FOLDER`.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from skimage import data  # noqa: TID251

from mien.face.analyse import analyse
from mien.face.identity import distance
from mien.face.landmarks import judge_landmarker
from mien.io.image import read_image
from mien.io.video import read_frames
from mien.jobs.character.evaluate import clipped, on_renders
from mien.persona.fit import FitOptions, fit_face
from mien.persona.report import compare, find_again
from mien.types import Face, Image


def pictures(folder: Path) -> Iterator[tuple[str, Image]]:
    """Photos and first frames of clips below the folder, then the astronaut."""
    for path in sorted(folder.glob("*.jpg")):
        yield path.stem, read_image(path)
    for path in sorted(folder.glob("clips/*.mp4")):
        yield path.stem, next(read_frames(path))
    yield "astronaut", np.ascontiguousarray(data.astronaut())


def measure(image: Image, face: Face, likeness: str) -> list[float]:
    """NME, judge's NME, skin dE, distance of the neutral render, clipped; CPU and wall seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    fitted = fit_face(image, face, FitOptions(likeness=likeness))  # type: ignore[arg-type]
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    drawn, judge = fitted.character.render().rgb, judge_landmarker()
    report = compare(fitted.photo, fitted.landmarks, drawn)
    seen = find_again(fitted.photo, fitted.landmarks, judge)
    judged = float("nan") if seen is None else compare(fitted.photo, seen, drawn, judge).nme
    again = analyse(fitted.character.neutral().render().rgb, max_faces=1)
    away = float(distance(again[0].embedding, face.embedding)) if again else float("nan")
    return [report.nme, judged, report.skin, away, clipped(fitted.character.code), cpu, wall]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--renders", type=int, default=200)
    options = parser.parse_args()
    fit_face(data.astronaut(), analyse(data.astronaut())[0])
    names, rows, spent = [], [], []
    for name, image in pictures(options.folder):
        start = time.process_time()
        faces = analyse(image)
        spent.append((time.process_time() - start) / max(len(faces), 1))
        for face in faces:
            names.append(name)
            rows.append(measure(image, face, "off") + measure(image, face, "full"))
    table, middle = np.array(rows), np.nanmedian(rows, axis=0)
    print(f"machine: {platform.machine()}, {os.cpu_count()} cores; faces: {len(rows)}")
    print(f"judge: {judge_landmarker().name}")
    print("| face | likeness | NME | judge's NME | dE | distance | clipped |")
    print("|---|---|---|---|---|---|---|")
    for name, row in zip([*names, "median"], [*table, middle], strict=True):
        for likeness, cells in (("off", row[:5]), ("full", row[7:12])):
            print(f"| {name} | {likeness} | " + " | ".join(f"{v:.3f}" for v in cells) + " |")
    print(
        f"analysis {np.median(spent):.2f} s CPU a face; fit off {middle[5]:.2f} s CPU "
        f"({middle[6]:.2f} s wall), full {middle[12]:.2f} s CPU ({middle[13]:.2f} s wall)"
    )
    if options.renders:
        figures = on_renders(options.renders)
        print("renders with known truth: " + ", ".join(f"{k} {v:.3g}" for k, v in figures.items()))


if __name__ == "__main__":
    main()
