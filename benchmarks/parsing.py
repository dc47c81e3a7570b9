"""Parts of heads as the parsing network finds them: on renders, and beside today's rules on photos.

    python benchmarks/parsing.py [REAL] [--weights FILE] [--count 200] [--sheet FILE.png]

Renders: people of another seed than the training's. "clean" is the picture as drawn in the exact
box; "hard" has the training's own backgrounds, occluders and cameras. Overlap is intersection over
union by part; "mean mask" is what the box alone tells (the commonest part of every pixel).
Photos (REAL, a folder like ../shared/real) have no truth: the sheet shows each face, the hair of
`persona.hair_mask` (red) and of the network (green), and all the network's parts, to be looked at.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from mien.analysers.landmarks.augment import Miss
from mien.analysers.parsing import renders
from mien.analysers.parsing.augment import nearest
from mien.analysers.parsing.recipe import COLOURS, PartStream, average_parts, ious
from mien.analysers.shards import Columns
from mien.data.stream import to_pictures
from mien.face import affine
from mien.face.analyse import analyse
from mien.face.landmarks import box_of_points
from mien.face.parsing_net import PARTS, SIDE, WEIGHTS, HeadParser, frame_of
from mien.io.image import read_image
from mien.io.video import read_frames
from mien.persona.fit_stages import fit_lighting, fit_shape, halved
from mien.persona.hair_mask import hair_mask, head_map
from mien.persona.hair_parse import parsed_hair
from mien.persona.translator import translator
from mien.types import Image

SEED = 9001
FRAMES = (10, 90, 170, 250, 330)
HARD = Miss(6.0, 0.045, 0.09)


def people(count: int) -> Columns:
    """Renders that no training saw."""
    samples = [renders.make_sample(SEED, index) for index in range(count)]
    names = [field.name for field in dataclasses.fields(renders.Sample)]
    return {name: np.array([getattr(one, name) for one in samples]) for name in names}


def clean(columns: Columns) -> tuple[Image, NDArray[np.uint8]]:
    """Pictures (n, SIDE, SIDE, 3) and parts, as drawn, in the box of the true points."""
    pictures, parts = [], []
    for k, points in enumerate(columns["points"]):
        frame = frame_of(*box_of_points(points.astype(np.float64)))
        pictures.append(affine.warp(columns["rgb"][k], frame, (SIDE, SIDE)))
        parts.append(nearest(columns["parts"][k], frame))
    return np.stack(pictures), np.stack(parts)


def hard(columns: Columns) -> tuple[Image, NDArray[np.uint8]]:
    """The same people, spoilt as in training."""
    stream = PartStream(columns, SEED, HARD)
    batch = stream.take(0, stream.count)
    return to_pictures(batch["image"]), batch["parts"]


def measure(name: str, parser: HeadParser, seen: tuple[Image, NDArray[np.uint8]]) -> None:
    """One line for the network, one for the mean mask."""
    pictures, truth = seen
    start = time.process_time()
    found = np.stack([parser.crop(one).argmax(2) for one in pictures])
    spent = (time.process_time() - start) / len(pictures) * 1000
    mean = np.broadcast_to(average_parts(truth), truth.shape)
    for what, parts in (("network", found), ("mean mask", mean)):
        each = ious(parts, truth)
        cells = "  ".join(f"{part} {value:.3f}" for part, value in zip(PARTS, each, strict=True))
        print(f"{name:6s} {what:10s} n={len(truth)}  mIoU {np.nanmean(each):.3f}  {cells}")
    print(f"{name:6s} CPU {spent:.1f} ms a face")


def pictures(root: Path) -> list[tuple[str, Image]]:
    """Photos, some frames of the clips, and two of the talking man."""
    found = [(path.stem, read_image(path)) for path in sorted(root.glob("*.[jp][pn]g"))]
    man = root / "talking_man_128"
    found += [(f"man {k}", read_image(man / f"{k}.jpg")) for k in (1, 60) if man.is_dir()]
    for clip in sorted((root / "clips").glob("*.mp4")):
        for number, frame in enumerate(read_frames(clip)):
            if number in FRAMES:
                found.append((f"{clip.stem} {number}", frame))
    return found


def tinted(image: Image, mask: NDArray[np.bool_], colour: tuple[int, int, int]) -> Image:
    """The picture with a colour over the mask."""
    over = image * 0.45 + np.array(colour) * 0.55
    return np.where(mask[..., None], over, image).astype(np.uint8)


def rows_of(name: str, image: Image, parser: HeadParser) -> list[Image]:
    """A strip for each face: photo, rules, network, all parts."""
    strips = []
    for face in analyse(image):
        known = translator()
        shape = fit_shape(image, face, known, known.noise)
        wide, _ = fit_lighting(image, face, shape)
        small = halved(wide)
        head = head_map(small, shape.placement.pose.roll)
        start = time.process_time()
        rules = hair_mask(small, head)
        middle = time.process_time()
        ours = parsed_hair(small, head, parser)
        end = time.process_time()
        both, either = int((rules & ours).sum()), int((rules | ours).sum())
        print(
            f"{name:32s} rules {rules.mean():.3f} network {ours.mean():.3f} of the frame, "
            f"overlap {both / max(either, 1):.2f}, CPU {(middle - start) * 1000:.0f} and "
            f"{(end - middle) * 1000:.0f} ms"
        )
        parts = COLOURS[parser(small.image, small.landmarks).argmax(2)]
        views = (
            small.image,
            tinted(small.image, rules, (255, 40, 40)),
            tinted(small.image, ours, (40, 255, 60)),
            (small.image * 0.4 + parts * 0.6).astype(np.uint8),
        )
        strips.append(np.concatenate(views, 1))
    return strips


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path, nargs="?")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--sheet", type=Path)
    options = parser.parse_args()
    network = HeadParser(options.weights)
    if options.count:
        columns = people(options.count)
        measure("clean", network, clean(columns))
        measure("hard", network, hard(columns))
    if options.real is None:
        return
    strips = [
        strip for name, image in pictures(options.real) for strip in rows_of(name, image, network)
    ]
    if options.sheet is not None:
        blank = np.zeros_like(strips[0])
        strips += [blank] * (len(strips) % 2)
        lines = [np.concatenate(strips[k : k + 2], 1) for k in range(0, len(strips), 2)]
        PillowImage.fromarray(np.concatenate(lines)).save(options.sheet)


if __name__ == "__main__":
    main()
