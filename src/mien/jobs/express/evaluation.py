"""`mien express eval`: edits of drawn people as if of photos, against drawings of the same people.

Every person is a picture to the editors: found, fitted and moved as any photo. The truth is the
drawing with the wanted Action Units. Nobody here was ever trained on.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.data.people import framing, person, surroundings
from mien.errors import InputError
from mien.face.align import align_dlib, crop, five_points
from mien.face.analyse import analyse
from mien.face.identity import embed
from mien.head.render import draw, material_of, mesh_of
from mien.head.schema import au_vector
from mien.io.atomic import atomic_write_bytes
from mien.io.image import write_image
from mien.io.names import free_path, terminal_safe
from mien.io.provenance import Provenance
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.express.config import EvalRequest
from mien.jobs.express.model import ExpressModel
from mien.jobs.express.pairs import CHANGES, PairSpec, draw_as, target_aus
from mien.jobs.express.regions import EYES, LIPS, region
from mien.jobs.express.repair import changed, repaired
from mien.messages import text
from mien.metrics import pairs as scores
from mien.persona.move import Moved, Mover
from mien.persona.report import find_again
from mien.persona.subject import Motion, Subject, fit_subject
from mien.persona.track import Rested, expression_beside, rested
from mien.persona.trial import face_mask
from mien.types import AU_NAMES, Image, Landmarks

EVAL_SEED = 7_100_003
"""Added to the seed of a request: people whom no training has seen."""
SIZE = 256
EXTRACTOR = "landmarks beside the drawn face at rest, Gauss-Newton and a perceptron; dlib-resnet"
_SHOWN = 6


@dataclasses.dataclass(frozen=True, eq=False)
class Case:
    """One edit and its truth.

    change  what is added to the Action Units; wanted: what they are then
    known   who is judged: a drawing of the person at rest, which no editor sees
    """

    mover: Mover
    photo: Image
    truth: Image
    landmarks: Landmarks
    embedding: NDArray[np.float32]
    change: NDArray[np.float64]
    wanted: NDArray[np.float64]
    known: Rested

    @property
    def subject(self) -> Subject:
        """As fitted to the photo."""
        return self.mover.subject

    @property
    def motion(self) -> Motion:
        """What is asked of an editor: the fitted expression plus the change."""
        rest = self.subject.motion
        return Motion(np.clip(rest.aus + self.change, 0.0, 1.1), rest.pose, rest.gaze)


Editor = Callable[[Case, Moved], Image]


def cases(people: int, seed: int) -> Iterator[list[Case]]:
    """The edits of each person; a person whom the detector does not find gives none."""
    spec = PairSpec(size=SIZE, seed=EVAL_SEED + seed)
    for index in range(people):
        code = person(spec.people, index)
        mesh, material = mesh_of(code), material_of(code)
        camera = framing(mesh, material, code.pose, SIZE)
        view = dataclasses.replace(surroundings(spec.people, index), camera=camera)
        photo = draw(mesh, material, pose=code.pose, view=view).rgb
        faces = analyse(photo, max_faces=1)
        if not faces:
            yield []
            continue
        still = find_again(draw_as(code, np.zeros(len(AU_NAMES)), view), faces[0].landmarks)
        if still is None:
            yield []
            continue
        known = rested(still, faces[0].embedding)
        mover = Mover(fit_subject(photo, faces[0]))
        before, found = au_vector(code.aus), []
        for change in range(CHANGES):
            wanted = target_aus(spec, index, change)
            if np.abs(wanted - before).max() > 0.1:
                truth = draw_as(code, wanted, view)
                place = find_again(truth, faces[0].landmarks)
                points = faces[0].landmarks if place is None else place
                asked = (points, faces[0].embedding, wanted - before, wanted, known)
                found.append(Case(mover, photo, truth, *asked))
        yield found


def editors(models: Mapping[str, ExpressModel]) -> dict[str, Editor]:
    """The rows of the table, trivial answers first, the truth last."""
    made: dict[str, Editor] = {
        "no edit": lambda case, moved: case.photo,
        "warp": lambda case, moved: moved.image,
    }
    for name, model in models.items():
        made[Path(name).name] = _editor(model)
    made["floor"] = lambda case, moved: case.truth
    return made


def _editor(model: ExpressModel) -> Editor:
    if model.repairs:
        return lambda case, moved: repaired(case.mover, moved, case.motion, model)
    return lambda case, moved: changed(case.photo, case.subject.landmarks, case.motion.aus, model)


@dataclasses.dataclass(frozen=True, eq=False)
class Scored:
    """One result.

    values  by name; aus (22,) as measured in the result, or None where no face was found
    """

    values: dict[str, float]
    aus: NDArray[np.float64] | None


def score(made: Image, case: Case) -> Scored:
    """A result against its truth."""
    values: dict[str, float] = {}
    for name, mask in _masks(case).items():
        trio = made[None], case.truth[None], mask[None]
        values[f"psnr_{name}"] = float(scores.psnr(*trio)[0])
        values[f"ssim_{name}"] = float(scores.ssim(*trio)[0])
    points = find_again(made, case.landmarks)
    values["found"] = float(points is not None)
    if points is None:
        return Scored({**values, "identity": float("nan")}, None)
    chip = crop(made, align_dlib(five_points(points)))
    values["identity"] = float(np.linalg.norm(embed([chip])[0] - case.embedding))
    return Scored(values, expression_beside(case.known, points))


def _masks(case: Case) -> dict[str, NDArray[np.bool_]]:
    size, unit = len(case.truth), case.subject.eye_distance
    points = case.landmarks
    eyes = np.max([region(points[list(ids)], size, 0.05 * unit) for ids in EYES], axis=0)
    mouth = region(points[list(LIPS)], size, 0.08 * unit)
    return {"face": face_mask(points, size), "mouth": mouth > 0, "eyes": eyes > 0}


def summary(found: Sequence[Scored], wanted: Sequence[NDArray[np.float64]]) -> dict[str, float]:
    """Means, and how Action Units measured in the results follow those that were wanted.

    aus  Pearson's r of measured and wanted, the mean over the Action Units that vary in both
    """
    names = found[0].values
    means = {name: float(np.nanmean([one.values[name] for one in found])) for name in names}
    kept = [(one.aus, aim) for one, aim in zip(found, wanted, strict=True) if one.aus is not None]
    if len(kept) < 3:
        return {**means, "aus": float("nan")}
    measured, aims = (np.array(part) for part in zip(*kept, strict=True))
    varies = (measured.std(0) > 0.02) & (aims.std(0) > 0.02)
    pairs = [(measured[:, k], aims[:, k]) for k in np.flatnonzero(varies)]
    return {**means, "aus": float(np.mean([np.corrcoef(*pair)[0, 1] for pair in pairs]))}


def table(
    models: Mapping[str, ExpressModel], request: EvalRequest, progress: Progress
) -> tuple[dict[str, dict[str, float]], list[list[Image]]]:
    """Scores by row, and pictures of the first edits: photo, the editors' results, truth."""
    rows = editors(models)
    found: dict[str, list[Scored]] = {name: [] for name in rows}
    shown: list[list[Image]] = []
    everything: list[Case] = []
    for done, some in enumerate(cases(request.people, request.seed)):
        for place, case in enumerate(some):
            moved = case.mover.move(case.motion)
            pictures = {name: edit(case, moved) for name, edit in rows.items()}
            for name, made in pictures.items():
                found[name].append(score(made, case))
            everything.append(case)
            if place == 0 and len(shown) < _SHOWN:
                shown.append(list(pictures.values()))
        progress(Step(done + 1, request.people, text("job.express.title")))
    if not everything:
        raise InputError(text("motion.no_face", path="head"))
    wanted = [case.wanted for case in everything]
    mean = np.mean([case.photo for case in everything], axis=0).round().astype(np.uint8)
    result = {name: summary(some, wanted) for name, some in found.items()}
    average = summary([score(mean, case) for case in everything], wanted)
    trivial = {"no edit": result.pop("no edit"), "mean picture": average}
    return {
        n: {**values, "edits": float(len(wanted))} for n, values in (trivial | result).items()
    }, shown


def evaluate(
    models: Mapping[str, ExpressModel], request: EvalRequest, progress: Progress
) -> Outcome:
    """Writes report.json and a sheet; the table goes into the notes."""
    rows, shown = table(models, request, progress)
    out = free_path(request.out / "express.json", overwrite=request.overwrite)
    values = {
        "extractor": EXTRACTOR,
        "people": request.people,
        "seed": request.seed,
        "models": {Path(name).name: model.sha256 for name, model in models.items()},
        "rows": rows,
    }
    atomic_write_bytes(out, json.dumps(values, indent=1).encode() + b"\n")
    sheet = free_path(request.out / "express.png", overwrite=request.overwrite)
    digests = tuple(model.sha256 for model in models.values())
    made_by = Provenance("compositeSynthetic", "express.eval", digests)
    page = np.concatenate([np.concatenate(row, 1) for row in shown])
    write_image(sheet, page, provenance=made_by)
    figures = {f"{name} {key}": value for name, row in rows.items() for key, value in row.items()}
    return Outcome((out, sheet), notes=lines(rows, request), figures=figures)


def lines(rows: Mapping[str, Mapping[str, float]], request: EvalRequest) -> tuple[str, ...]:
    """The table for people."""
    edits = int(next(iter(rows.values()))["edits"])
    told = {"pairs": edits, "people": request.people, "seed": request.seed, "size": SIZE}
    head = text("express.eval_head", extractor=EXTRACTOR, **told)

    def line(name: str, row: Mapping[str, float]) -> str:
        return text(
            "express.eval_row",
            name=terminal_safe(name),
            face=f"{row['psnr_face']:.2f}",
            mouth=f"{row['psnr_mouth']:.2f}",
            eyes=f"{row['psnr_eyes']:.2f}",
            ssim=f"{row['ssim_face']:.4f}",
            ssim_mouth=f"{row['ssim_mouth']:.4f}",
            aus=f"{row['aus']:.3f}",
            identity=f"{row['identity']:.3f}",
            found=f"{row['found']:.3f}",
        )

    return (head, *(line(name, row) for name, row in rows.items()))
