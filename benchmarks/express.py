"""What a repairing network does to real photos: `python benchmarks/express.py photos|clips`.

photos    a sheet per photo: as it is, and for each expression the plain warp above the repaired one
clips     frames of real clips moved to the expression of later frames of the same clip, compared
          with those frames: PSNR and SSIM inside the mouth and the eyes; one JSON line per clip
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from mien.face import affine
from mien.face.align import align_dlib, align_head, crop, five_points
from mien.face.analyse import analyse
from mien.face.identity import embed
from mien.face.landmarks import judge_landmarker
from mien.io.image import read_image, write_image
from mien.io.video import read_frames
from mien.jobs.express.model import ExpressModel, load_model
from mien.jobs.express.regions import EYES, LIPS, region
from mien.jobs.express.repair import repaired
from mien.metrics import pairs as scores
from mien.persona.expressions import expression_aus
from mien.persona.move import Mover
from mien.persona.report import find_again
from mien.persona.subject import Motion, fit_subject
from mien.types import Face, Image

WANTED = ("smile", "grin", "mouth_open", "surprised", "frown", "blink")
SIZE = 256
_STILL = [27, 28, 29, 30, 33, 36, 39, 42, 45]
"""Landmarks that no expression moves much: they align two frames."""


def photos(options: argparse.Namespace, model: ExpressModel) -> None:
    """A sheet and identity distances for every photo."""
    for path in options.inputs:
        image = read_image(path)
        for number, face in enumerate(analyse(image)):
            mover = Mover(fit_subject(image, face))
            head = align_head(face.landmarks).at_size(SIZE)
            rows: list[list[Image]] = [[crop(image, head)], [crop(image, head)]]
            for name in WANTED:
                rest = mover.subject.motion
                aus = np.clip(rest.aus + expression_aus({name: 0.8}), 0.0, 1.1)
                motion = Motion(aus, rest.pose, rest.gaze)
                moved = mover.move(motion)
                both = moved.image, repaired(mover, moved, motion, model)
                for row, made in zip(rows, both, strict=True):
                    row.append(crop(made, head))
                away = [identity(made, face) for made in both]
                line = {"photo": path.name, "face": number, "edit": name, "identity": away}
                print(json.dumps(line), flush=True)
            sheet = np.concatenate([np.concatenate(row, 1) for row in rows])
            out = options.out / f"{path.stem}-{number}.png"
            write_image(out, sheet, provenance=None, overwrite=True)


def identity(made: Image, face: Face) -> float | None:
    """Distance to the photo's descriptor; None where no face is found."""
    points = find_again(made, face.landmarks, judge_landmarker())
    if points is None:
        return None
    chip = crop(made, align_dlib(five_points(points)))
    return round(float(np.linalg.norm(embed([chip])[0] - face.embedding)), 4)


def frames_of(path: Path, first: int) -> Iterator[Image]:
    """Frames of a clip, or the numbered pictures of a folder from `first` on."""
    if path.is_dir():
        numbered = sorted((int(one.stem), one) for one in path.glob("*.jpg"))
        yield from (read_image(one) for number, one in numbered if number >= first)
    else:
        yield from read_frames(path)


def clips(options: argparse.Namespace, model: ExpressModel) -> None:
    """One line per clip: means over its pairs."""
    for path in options.inputs:
        found: dict[str, list[float]] = {}
        still: tuple[Image, Face, Mover] | None = None
        for number, frame in enumerate(frames_of(path, options.first)):
            if number % options.every:
                continue
            faces = analyse(frame, max_faces=1)
            if not faces:
                continue
            if still is None:
                still = frame, faces[0], Mover(fit_subject(frame, faces[0]))
                continue
            for name, value in pair(still, (frame, faces[0]), model).items():
                found.setdefault(name, []).append(value)
        means = {name: round(float(np.mean(values)), 4) for name, values in found.items()}
        count = len(next(iter(found.values()), []))
        print(json.dumps({"clip": path.name, "pairs": count, **means}), flush=True)


def pair(
    still: tuple[Image, Face, Mover], later: tuple[Image, Face], model: ExpressModel
) -> dict[str, float]:
    """Scores of one pair: the first frame, moved, and moved and repaired, against the later one."""
    first, face, mover = still
    frame, other = later
    wanted = fit_subject(frame, other, with_light=False).motion
    moved = mover.move(wanted)
    rows = {
        "no edit": first,
        "warp": moved.image,
        "repaired": repaired(mover, moved, wanted, model),
    }
    head = align_head(face.landmarks).at_size(SIZE)
    back = affine.similarity(other.landmarks[_STILL], moved.landmarks[_STILL])
    truth = affine.warp(frame, affine.compose(head.matrix, back), (SIZE, SIZE))
    points = affine.transform(affine.compose(head.matrix, back), other.landmarks)
    masks = {
        "mouth": region(points[list(LIPS)], SIZE, 4.0) > 0,
        "eyes": np.max([region(points[list(one)], SIZE, 3.0) for one in EYES], axis=0) > 0,
    }
    values = {}
    for name, made in rows.items():
        shown = crop(made, head)
        for part, mask in masks.items():
            trio = shown[None], truth[None], mask[None]
            values[f"{name} psnr {part}"] = float(scores.psnr(*trio)[0])
            values[f"{name} ssim {part}"] = float(scores.ssim(*trio)[0])
    return values


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("photos", "clips"))
    parser.add_argument("inputs", nargs="+", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--every", type=int, default=12, help="every so many frames of a clip")
    parser.add_argument("--first", type=int, default=57, help="number of a folder's first picture")
    parser.add_argument("--out", type=Path, default=Path("runs/express-photos"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    model = load_model(options.model, torch.device("cpu"))
    (photos if options.what == "photos" else clips)(options, model)


if __name__ == "__main__":
    main()
