"""What editing does to real photos: `python benchmarks/express.py WHAT`.

photos    a sheet per face, a row of expressions for the plain warp and for each --model, and a
          table: found again, identity, changes beyond the face, whether a fit sees what was asked
clips     frames of real clips moved to the expression of later frames of the same clip, compared
          with those frames by bands of yaw: L1 of face, skin, mouth and eyes, PSNR and SSIM inside
          the mouth, identity; a table
smooth    one photo (--photo) moved by the Action Units of each clip, filtered and as every frame
          tells them: flicker (mean change of the change inside the face, grey levels), the mean
          change itself, and the correlation of what the filter leaves with what it was given
"""

from __future__ import annotations

import argparse
import dataclasses
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
from mien.jobs.express.repair import changed, repaired
from mien.jobs.reenact.evaluate import correlation
from mien.metrics import pairs as scores
from mien.persona.driver import Driver
from mien.persona.expressions import expression_aus
from mien.persona.flow import REACH
from mien.persona.move import Moved, Mover
from mien.persona.report import find_again
from mien.persona.retarget import Transfer, retarget
from mien.persona.subject import Motion, fit_subject
from mien.persona.track import driver_of_frames, measure
from mien.persona.trial import beyond, face_mask
from mien.types import AU_NAMES, Face, Image, Landmarks

WANTED = ("smile", "grin", "mouth_open", "surprised", "frown", "blink")
SIZE = 256
YAW_BANDS = ((0, 5), (5, 10), (10, 90))
_STILL = [27, 28, 29, 30, 33, 36, 39, 42, 45]
"""Landmarks that no expression moves much: they align two frames."""


@dataclasses.dataclass(frozen=True, eq=False)
class Still:
    """The photo or frame that is moved."""

    frame: Image
    face: Face
    mover: Mover

    def asked(self, change: NDArray[np.floating]) -> Motion:
        """Its motion with a change (22,) of the Action Units."""
        rest = self.mover.subject.motion
        return Motion(np.clip(rest.aus + change, 0.0, 1.1), rest.pose, rest.gaze)


def photos(options: argparse.Namespace, models: dict[str, ExpressModel]) -> None:
    """A sheet for every face, a row of expressions for each way, and one table over all of them."""
    ways = {"warp": None, **models}
    found: dict[str, list[dict[str, float]]] = {name: [] for name in ways}
    asked: list[NDArray[np.float64]] = []
    shown: dict[str, list[NDArray[np.float64]]] = {name: [] for name in ways}
    faces = 0
    for path in options.inputs:
        image = read_image(path)
        for number, face in enumerate(analyse(image)):
            faces += 1
            case = Still(image, face, Mover(fit_subject(image, face)))
            head = align_head(face.landmarks).at_size(SIZE)
            rows = {name: [crop(image, head)] for name in ways}
            for wanted in WANTED:
                change = expression_aus({wanted: 0.8})
                asked.append(change)
                motion = case.asked(change)
                moved = case.mover.move(motion)
                for name, model in ways.items():
                    picture = edited(case, motion, moved, model)
                    rows[name].append(crop(picture, head))
                    values, seen = looked_at(case, moved, picture)
                    found[name].append(values)
                    shown[name].append(seen)
            sheet = np.concatenate([np.concatenate(row, 1) for row in rows.values()])
            out = options.out / f"{path.stem}-{number}.png"
            write_image(out, sheet, provenance=None, overwrite=True)
    print(f"{faces} faces, {len(WANTED)} expressions each; identity: dlib-resnet\n")
    print("| | found | identity | beyond | Action Units r |\n|---|---|---|---|---|")
    for name, values in found.items():
        mean = {key: float(np.nanmean([one[key] for one in values])) for key in values[0]}
        wanted_aus, seen_aus = np.concatenate(asked), np.concatenate(shown[name])
        known = np.isfinite(seen_aus)
        r = np.corrcoef(wanted_aus[known], seen_aus[known])[0, 1]
        told = f"{mean['found']:.2f} | {mean['identity']:.3f} | {mean['beyond']:.1f} | {r:.2f}"
        print(f"| {name} | {told} |")


def edited(case: Still, motion: Motion, moved: Moved, model: ExpressModel | None) -> Image:
    """The photo in a motion, by the warp alone or by a model."""
    if model is None:
        return moved.image
    if model.repairs:
        return repaired(case.mover, moved, motion, model)
    return changed(case.frame, case.face.landmarks, motion.aus, model)


def looked_at(
    case: Still, moved: Moved, made: Image
) -> tuple[dict[str, float], NDArray[np.float64]]:
    """Scores of an edit, and the change (22,) of the Action Units that a fit sees in it.

    beyond  largest change of a pixel further from the head than an edit reaches
    """
    face = case.face
    told = identity(made, face.landmarks, face)
    values = {
        "found": float(told is not None),
        "identity": float("nan") if told is None else told,
        "beyond": float(beyond(case.mover, moved, made, REACH)),
    }
    points = find_again(made, face.landmarks)
    if points is None:
        return values, np.full(len(AU_NAMES), np.nan)
    again = fit_subject(made, dataclasses.replace(face, landmarks=points), with_light=False)
    return values, again.motion.aus - case.mover.subject.motion.aus


def identity(made: Image, near: Landmarks, person: Face) -> float | None:
    """Distance to a face's descriptor; None where no face is found near landmarks (68, 2)."""
    points = find_again(made, near, judge_landmarker())
    if points is None:
        return None
    chip = crop(made, align_dlib(five_points(points)))
    return round(float(np.linalg.norm(embed([chip])[0] - person.embedding)), 4)


def frames_of(path: Path, first: int) -> Iterator[Image]:
    """Frames of a clip, or the numbered pictures of a folder from `first` on."""
    if path.is_dir():
        numbered = sorted((int(one.stem), one) for one in path.glob("*.jpg"))
        yield from (read_image(one) for number, one in numbered if number >= first)
    else:
        yield from read_frames(path)


def clips(options: argparse.Namespace, models: dict[str, ExpressModel]) -> None:
    """One table over all clips, a row for each picture and band of yaw."""
    found: dict[tuple[str, str], list[dict[str, float]]] = {}
    for path in options.inputs:
        for turn, rows in pairs_of(path, options, next(iter(models.values()))):
            band = next(f"{low}-{high}" for low, high in YAW_BANDS if turn < high)
            for name, values in rows.items():
                for key in (band, "all"):
                    found.setdefault((key, name), []).append(values)
    print(f"identity: dlib-resnet; pictures aligned by {len(_STILL)} still landmarks, {SIZE} px\n")
    columns = ("L1 face", "L1 skin", "L1 mouth", "L1 eyes", "PSNR mouth", "SSIM mouth", "identity")
    print(f"| yaw | picture | pairs | {' | '.join(columns)} |\n|{'---|' * (len(columns) + 3)}")
    for band in (*(f"{low}-{high}" for low, high in YAW_BANDS), "all"):
        for name in ("no edit", "warp", "repaired"):
            some = found.get((band, name), [])
            if some:
                told = [f"{np.nanmean([one[column] for one in some]):.3f}" for column in columns]
                print(f"| {band} | {name} | {len(some)} | {' | '.join(told)} |")


def pairs_of(
    path: Path, options: argparse.Namespace, model: ExpressModel
) -> Iterator[tuple[float, dict[str, dict[str, float]]]]:
    """What `pair` says of a clip's first frame and each later one that has a face."""
    still: Still | None = None
    for number, frame in enumerate(frames_of(path, options.first)):
        faces = [] if number % options.every else analyse(frame, max_faces=1)
        if faces and still is None:
            still = Still(frame, faces[0], Mover(fit_subject(frame, faces[0])))
        elif faces and still is not None:
            yield pair(still, frame, faces[0], model)


def pair(
    still: Still, frame: Image, other: Face, model: ExpressModel
) -> tuple[float, dict[str, dict[str, float]]]:
    """Degrees of yaw between two frames, and the scores of the first one against the later one.

    As it is, moved, and moved and repaired; each aligned to the later frame. L1 in grey levels.
    """
    wanted = fit_subject(frame, other, with_light=False).motion
    moved = still.mover.move(wanted)
    own, gone = still.face.landmarks, moved.landmarks
    pictures = {
        "no edit": (still.frame, own),
        "warp": (moved.image, gone),
        "repaired": (repaired(still.mover, moved, wanted, model), gone),
    }
    head = align_head(other.landmarks).at_size(SIZE)
    truth = crop(frame, head)
    masks = parts_of(affine.transform(head.matrix, other.landmarks))
    rows = {}
    for name, (picture, points) in pictures.items():
        onto = affine.similarity(points[_STILL], other.landmarks[_STILL])
        made = affine.warp(picture, affine.compose(head.matrix, onto), (SIZE, SIZE))
        apart = np.abs(made.astype(float) - truth).mean(2)
        values = {f"L1 {part}": float(apart[mask].mean()) for part, mask in masks.items()}
        trio = made[None], truth[None], masks["mouth"][None]
        values["PSNR mouth"] = float(scores.psnr(*trio)[0])
        values["SSIM mouth"] = float(scores.ssim(*trio)[0])
        told = identity(picture, points, other)
        values["identity"] = float("nan") if told is None else told
        rows[name] = values
    return abs(wanted.pose.yaw - still.mover.subject.motion.pose.yaw), rows


def parts_of(points: Landmarks) -> dict[str, NDArray[np.bool_]]:
    """Masks (SIZE, SIZE) of a face: all of it, mouth, eyes, and the skin that is left."""
    mouth = region(points[list(LIPS)], SIZE, 4.0) > 0
    eyes = np.max([region(points[list(one)], SIZE, 3.0) for one in EYES], axis=0) > 0
    face = face_mask(points, SIZE)
    return {"face": face, "mouth": mouth, "eyes": eyes, "skin": face & ~mouth & ~eyes}


def smooth(options: argparse.Namespace, models: dict[str, ExpressModel]) -> None:
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
    parser.add_argument("--model", action="append", default=None, help="again for more: photos")
    parser.add_argument("--every", type=int, default=12, help="every so many frames of a clip")
    parser.add_argument("--first", type=int, default=57, help="number of a folder's first picture")
    parser.add_argument("--photo", type=Path, default=None, help="what is moved, for smooth")
    parser.add_argument("--frames", type=int, default=120, help="of each clip, for smooth")
    parser.add_argument("--out", type=Path, default=Path("runs/express-photos"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    names = options.model or ["default"]
    models = {"/".join(Path(one).parts[-2:]): load_model(one, torch.device("cpu")) for one in names}
    _WHAT[options.what](options, models)


if __name__ == "__main__":
    main()
