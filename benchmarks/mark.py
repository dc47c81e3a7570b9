"""The invisible mark: how it looks, what it survives, how often it is seen where there is none.

    python benchmarks/mark.py [--photos FOLDER] [--unmarked 2000] [--out mark.json]

The rows are pictures of the astronaut (NASA) and of drawn people. Unmarked pictures are renders,
crops of the astronaut, noise of every coarseness and, where a folder is named, crops of its photos.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import cv2  # noqa: TID251 (a measurement, no part of mien)
import numpy as np
from PIL import Image as Pillow
from skimage import data  # noqa: TID251

from mien.io import mark as marks
from mien.io.image import read_image
from mien.io.mark import FALSE_ALARM, mark, read_mark
from mien.seeding import rng

Picture: TypeAlias = np.ndarray
NUMBER = "0123456789abcdef"


def psnr(one: Picture, other: Picture) -> float:
    """Decibels over all channels."""
    error = float(np.mean((one / 255.0 - other / 255.0) ** 2))
    return 99.0 if error == 0 else -10 * math.log10(error)


def scaled(image: Picture, factor: float) -> Picture:
    """Both sides times a factor."""
    size = (round(image.shape[1] * factor), round(image.shape[0] * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)


def coded(image: Picture, kind: str, quality: int) -> Picture:
    """Through a codec and back."""
    buffer = io.BytesIO()
    Pillow.fromarray(image).save(buffer, kind, quality=quality)
    return np.array(Pillow.open(buffer).convert("RGB"))


CHANGES: dict[str, Callable[[Picture], Picture]] = {
    "as written": lambda image: image,
    "JPEG 90": lambda image: coded(image, "JPEG", 90),
    "JPEG 75": lambda image: coded(image, "JPEG", 75),
    "JPEG 50": lambda image: coded(image, "JPEG", 50),
    "WebP 75": lambda image: coded(image, "WEBP", 75),
    "x 2": lambda image: scaled(image, 2),
    "x 0.7": lambda image: scaled(image, 0.7),
    "x 0.5": lambda image: scaled(image, 0.5),
    "x 0.5, JPEG 75": lambda image: coded(scaled(image, 0.5), "JPEG", 75),
    "mirrored": lambda image: np.ascontiguousarray(image[:, ::-1]),
    "brighter, flatter": lambda image: np.clip(image * 0.8 + 30, 0, 255).astype(np.uint8),
    "blurred, sigma 1": lambda image: np.asarray(cv2.GaussianBlur(image, (0, 0), 1.0)),
    "1 % cut off": lambda image: cut(image, 0.01),
    "5 % cut off": lambda image: cut(image, 0.05),
}


def cut(image: Picture, share: float) -> Picture:
    """Without a share of every side."""
    height, width = image.shape[:2]
    top, left = round(height * share), round(width * share)
    return np.ascontiguousarray(image[top : height - top, left : width - left])


def subjects() -> dict[str, Picture]:
    """The marked pictures, by name."""
    from mien.head.render import render
    from mien.head.sample import sample

    astronaut = np.ascontiguousarray(data.astronaut())
    found = {f"astronaut {round(512 * f)}": scaled(astronaut, f) for f in (2, 0.5, 0.25, 0.125)}
    found["astronaut 512"] = astronaut
    for number in range(3):
        for size in (512, 256):
            found[f"drawn {number}, {size}"] = render(sample(5, number), size=size).rgb
    return found


def survival() -> dict[str, dict[str, object]]:
    """For every picture its PSNR, and for every change whether mark and number were read."""
    rows: dict[str, dict[str, object]] = {}
    for name, image in subjects().items():
        made = mark(image, NUMBER)
        row: dict[str, object] = {"psnr": round(psnr(image, made), 2)}
        for change, apply in CHANGES.items():
            found = read_mark(apply(made))
            row[change] = "-" if found is None else round(found.strength, 1)
            if found is not None and found.number != NUMBER[:9]:
                row[change] = f"{row[change]} (number lost)" if not found.number else "WRONG"
        rows[name] = row
    return rows


def unmarked(count: int, photos: Path | None) -> Iterator[tuple[str, Picture]]:
    """Pictures without a mark."""
    from mien.head.render import render
    from mien.head.sample import sample

    large = [("astronaut", np.ascontiguousarray(data.astronaut()))]
    if photos is not None:
        large += [("photo", read_image(path)) for path in sorted(photos.glob("*.jpg"))]
    for number in range(count):
        draw = rng(7, "unmarked", number)
        size = int(draw.choice([64, 96, 128, 200, 256, 320]))
        if number % 40 == 0:
            yield "render", render(sample(9, number), size=size).rgb
        elif number % 4 == 0:
            side = 4 << int(draw.integers(7))
            noise = draw.integers(0, 256, (side, side, 3), dtype=np.uint8)
            yield (
                "noise",
                np.asarray(cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)),
            )
        else:
            name, image = large[int(draw.integers(len(large)))]
            side = int(draw.integers(size, min(image.shape[:2]) + 1))
            top, left = (int(draw.integers(n - side + 1)) for n in image.shape[:2])
            part = image[top : top + side, left : left + side]
            yield name, np.asarray(cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA))


def alarms(count: int, photos: Path | None) -> dict[str, object]:
    """How strong the strongest look at each unmarked picture is."""
    strengths = []
    for _, image in unmarked(count, photos):
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
        grids = [cells for cells in marks.GRIDS if cells <= min(grey.shape)]
        looks = [look.strength for cells in grids for look in marks._looks(grey, cells)]
        strengths.append(max(looks))
    threshold = math.sqrt(2 * math.log(marks._hypotheses() / FALSE_ALARM))
    values = np.array(strengths)
    return {
        "pictures": count,
        "threshold": round(threshold, 2),
        "looks a picture": marks._hypotheses(),
        "bound": FALSE_ALARM,
        "alarms": int((values > threshold).sum()),
        "strongest": round(float(values.max()), 2),
        "median": round(float(np.median(values)), 2),
        "99.9 %": round(float(np.quantile(values, 0.999)), 2),
    }


def speed() -> dict[str, float]:
    """Milliseconds of processor time for 512 x 512 pixels."""
    image = np.ascontiguousarray(data.astronaut())
    made = mark(image, NUMBER)
    read_mark(made)
    times = {}
    for name, work in (("mark", lambda: mark(image, NUMBER)), ("read", lambda: read_mark(made))):
        spent = []
        for _ in range(20):
            start = time.process_time()
            work()
            spent.append(time.process_time() - start)
        times[name] = round(1000 * float(np.median(spent)), 2)
    return times


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, default=None)
    parser.add_argument("--unmarked", type=int, default=2000)
    parser.add_argument("--out", type=Path, default=None)
    asked = parser.parse_args()
    found = {
        "speed": speed(),
        "unmarked": alarms(asked.unmarked, asked.photos),
        "survival": survival(),
    }
    written = json.dumps(found, indent=1)
    print(written)
    if asked.out is not None:
        asked.out.write_text(written + "\n")


if __name__ == "__main__":
    main()
