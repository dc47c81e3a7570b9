"""What editing does to real photos: `python benchmarks/express.py WHAT`.

photos    a sheet per photo: as it is, and for each expression the plain warp above the repaired one
clips     frames of real clips moved to the expression of later frames of the same clip, compared
          with those frames: PSNR and SSIM inside the mouth and the eyes; one JSON line per clip
smooth    one photo (--photo) moved by the Action Units of each clip, filtered and as every frame
          tells them: flicker (mean change of the change inside the face, grey levels), the mean
          change itself, and the correlation of what the filter leaves with what it was given
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mien.face import affine
from mien.face.align import align_dlib, align_head, crop, five_points
from mien.face.analyse import analyse
from mien.face.edges import face_gate
from mien.face.identity import embed
from mien.face.landmarks import judge_landmarker
from mien.face.tracker import FaceTracker
from mien.io.image import read_image, write_image
from mien.io.video import probe, read_frames
from mien.jobs.express.model import ExpressModel, load_model
from mien.jobs.express.regions import EYES, LIPS, region
from mien.jobs.express.repair import repaired
from mien.jobs.reenact.evaluate import correlation
from mien.metrics import pairs as scores
from mien.persona.driver import Driver
from mien.persona.expressions import expression_aus
from mien.persona.move import Mover
from mien.persona.report import find_again
from mien.persona.retarget import Transfer, retarget
from mien.persona.subject import Motion, fit_subject
from mien.persona.track import driver_of_frames, measure
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


def smooth(options: argparse.Namespace, model: ExpressModel) -> None:
    """Two lines per clip."""
    image = read_image(options.photo)
    face = analyse(image, max_faces=1)[0]
    mover = Mover(fit_subject(image, face))
    head = align_head(face.landmarks).at_size(SIZE)
    inside = face_gate(affine.transform(head.matrix, face.landmarks), SIZE) > 127
    for path in options.inputs:
        seen, tracker = [], FaceTracker()
        for frame in read_frames(path, stop=options.frames):
            found = tracker(frame)
            seen.append(None if found is None else measure(frame, found, identify=True))
        fps = probe(path).fps
        drivers = {raw: driver_of_frames(seen, fps=fps, raw=raw) for raw in (True, False)}
        told = np.array([correlation(*pair) for pair in _curves(drivers)])
        for raw, driver in drivers.items():
            wanted = retarget(mover.subject.motion, driver, Transfer(head=0.0, gaze=0.0))
            made = [crop(mover.move(one).image, head)[inside].astype(np.float32) for one in wanted]
            change = np.diff(np.stack(made), axis=0)
            line = {
                "clip": path.name,
                "frames": len(made),
                "filter": not raw,
                "flicker": round(float(np.abs(np.diff(change, axis=0)).mean()), 4),
                "change": round(float(np.abs(change).mean()), 4),
                "median r": 1.0 if raw else round(float(np.median(told)), 4),
            }
            print(json.dumps(line), flush=True)


def _curves(
    drivers: dict[bool, Driver],
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Raw and filtered curve of every Action Unit that moves."""
    for one, other in zip(drivers[True].aus.T, drivers[False].aus.T, strict=True):
        if min(one.std(), other.std()) > 0.01:
            yield one, other


_WHAT = {"photos": photos, "clips": clips, "smooth": smooth}


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=tuple(_WHAT))
    parser.add_argument("inputs", nargs="+", type=Path)
    parser.add_argument("--model", default="default")
    parser.add_argument("--every", type=int, default=12, help="every so many frames of a clip")
    parser.add_argument("--first", type=int, default=57, help="number of a folder's first picture")
    parser.add_argument("--photo", type=Path, default=None, help="what is moved, for smooth")
    parser.add_argument("--frames", type=int, default=120, help="of each clip, for smooth")
    parser.add_argument("--out", type=Path, default=Path("runs/express-photos"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    model = load_model(options.model, torch.device("cpu"))
    _WHAT[options.what](options, model)


if __name__ == "__main__":
    main()
