"""The five jobs against the truth of drawn people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from mien.app.bench.people import luminance, thirds
from mien.app.bench.scale import Scale
from mien.app.bench.tables import Better, Figure, Kind, Row, Table, each, over, plain
from mien.data.people import HeadSpec, draw_person
from mien.face.landmarks import default_landmarker, judge_landmarker
from mien.jobs.base import no_progress
from mien.metrics import pairs
from mien.metrics.distances import frechet, kernel_distance
from mien.metrics.features import IdentityFeatures
from mien.metrics.report import judge
from mien.types import Image, Style

CPU = torch.device("cpu")


def character(scale: Scale) -> tuple[Table, ...]:
    """Fits of drawn photos, and the imitator."""
    return (_fits(scale), _imitator(scale))


def _fits(scale: Scale) -> Table:
    from mien.jobs.character.evaluate import trials

    found = list(trials(scale.fitted))
    rows = [one for _, one in found if one is not None]
    shades = [luminance(code) for code, _ in found]
    trivial = {"vertices, cm": each((one["mean_head_cm"] for one in rows), "low")}
    fitted = _fit_figures([one for _, one in found])
    groups = [
        Row(f"fit, {name} skin", "group", _fit_figures([found[k][1] for k in places]))
        for name, places in thirds(shades).items()
    ]
    about = (
        "Drawn people are fitted like photos. Mean distance of the vertices of the face's front; "
        "degrees of the pose; share of hair styles; landmarks found again in the render."
    )
    samples = f"{scale.fitted} people; figures but `found` over those in whom a face was found"
    judges = default_landmarker().name
    rows_of = (Row("mean head", "trivial", trivial), Row("fit", "ours", fitted), *groups)
    return Table("character", about, judges, samples, rows_of)


def _fit_figures(found: Sequence[Mapping[str, float] | None]) -> dict[str, Figure]:
    rows = [one for one in found if one is not None]

    def mean(name: str, better: Better = "low") -> Figure:
        return each((one[name] for one in rows), better)

    return {
        "found": each((float(one is not None) for one in found), "high"),
        "vertices, cm": mean("vertex_error_cm"),
        "yaw": mean("yaw_error"),
        "pitch": mean("pitch_error"),
        "roll": mean("roll_error"),
        "hair": mean("hair_right", "high"),
        "landmarks": mean("nme"),
    }


def _imitator(scale: Scale) -> Table:
    from mien.jobs.character.imitator import drawing
    from mien.jobs.character.imitator.data import HELD_OUT_SEED
    from mien.jobs.character.imitator.layout import vector_of
    from mien.jobs.character.imitator.model import load_imitator

    model = load_imitator("shipped", CPU)
    size = model.settings.size
    codes = [drawing.training_code(HELD_OUT_SEED, k) for k in range(scale.imitated)]
    true = np.stack([drawing.draw_front(code, size).rgb for code in codes])
    wanted = np.array([vector_of(code, model.layout) for code in codes], np.float32)
    mean = np.rint(true.astype(np.float64).mean(0)).astype(np.uint8)
    rows = (
        Row("mean picture", "trivial", _pictures(np.repeat(mean[None], len(true), 0), true)),
        Row("imitator", "ours", _pictures(model.draw(wanted), true)),
    )
    about = f"The differentiable imitator's {size}-pixel pictures against the engine's own."
    return Table("imitator", about, "", f"{scale.imitated} heads", rows)


def _pictures(made: Image, true: Image) -> dict[str, Figure]:
    return {
        "PSNR": each(pairs.psnr(made, true), "high"),
        "SSIM": each(pairs.ssim(made, true), "high"),
        "L1": each(pairs.l1(made, true), "low"),
    }


def generate(scale: Scale) -> tuple[Table, ...]:
    """Both models that ship, by the whole report of `mien generate eval`."""
    styles: tuple[Style, ...] = ("photo", "toon")
    return tuple(_generated(style, scale) for style in styles)


def _generated(style: Style, scale: Scale) -> Table:
    from mien.jobs.generate.model import load_model
    from mien.jobs.generate.pictures import HELD_OUT_SEED

    model, count = load_model(style, CPU), scale.generated
    size = model.config.size
    specs = [HeadSpec(style=style, size=size, seed=seed) for seed in (HELD_OUT_SEED, 0)]
    held_out, train = (_people(spec, count) for spec in specs)
    made = model.draw(torch.stack([model.latent(0, k) for k in range(count)]))
    found = judge(made, held_out, train)
    own = {
        name: Figure(one.value, count, _direction(one.better), one.low, one.high)
        for name, one in found.figures.items()
    }
    floor = {
        name: plain(one.floor, count, _direction(one.better)) for name, one in found.figures.items()
    }
    mean = np.rint(held_out.astype(np.float64).mean(0)).astype(np.uint8)
    worst = judge(np.repeat(mean[None], count, 0), held_out, train).figures
    kept = ("FD", "KID", "precision", "recall", "coverage", "thumbnail FD", "C2ST")
    trivial = {n: plain(worst[n].value, count, _direction(worst[n].better)) for n in kept}
    about = (
        f"{count} made faces against as many people of the head that never trained; the floor is "
        "what training pictures score. Distances times 1000."
    )
    rows = (
        Row("mean picture", "trivial", trivial),
        Row(f"{style} model", "ours", own),
        Row("training pictures", "floor", floor),
    )
    return Table(f"generate, {style}", about, found.space, f"{count} faces of {size} px", rows)


def _direction(better: str) -> Better:
    known: dict[str, Better] = {"high": "high", "low": "low", "floor": "floor"}
    return known.get(better, "")


def _people(spec: HeadSpec, count: int) -> Image:
    return np.stack([draw_person(spec, k)[1].rgb for k in range(count)])


def express(scale: Scale) -> tuple[Table, ...]:
    """Edits of drawn people as of photos, each scored against the drawing."""
    from mien.jobs.express.evaluation import EXTRACTOR, SIZE, Scored, cases, editors, score, summary
    from mien.jobs.express.model import load_model

    rows = editors({"warp and repair": load_model("default", CPU)})
    scored: dict[str, list[list[Scored]]] = {name: [] for name in rows}
    wanted: list[list[NDArray[np.float64]]] = []
    for some in cases(scale.edited, 0):
        moved = [case.mover.move(case.motion) for case in some]
        for name, edit in rows.items():
            made = [edit(case, one) for case, one in zip(some, moved, strict=True)]
            scored[name].append([score(one, case) for one, case in zip(made, some, strict=True)])
        wanted.append([case.wanted for case in some])
    lines = []
    for name, people in scored.items():
        figures = {
            column: over([[one.values[column] for one in person] for person in people], better)
            for column, better in _EXPRESS.items()
        }
        flat = [one for person in people for one in person]
        aims = [one for person in wanted for one in person]
        together = summary(flat, aims)["aus"] if flat else float("nan")
        figures["AUs, r"] = plain(together, len(flat), "high")
        lines.append(Row(name, _kind(name, ("no edit",)), figures))
    about = (
        f"Drawn people of {SIZE} pixels, found and edited like photos, against drawings with the "
        "wanted Action Units."
    )
    samples = f"{sum(map(len, wanted))} edits of {scale.edited} people"
    return (Table("express", about, EXTRACTOR, samples, tuple(lines)),)


_EXPRESS: dict[str, Better] = {
    "psnr_face": "high",
    "psnr_mouth": "high",
    "psnr_eyes": "high",
    "ssim_face": "high",
    "ssim_mouth": "high",
    "identity": "low",
    "found": "high",
}


def _kind(name: str, trivial: Sequence[str]) -> Kind:
    if name in trivial:
        return "trivial"
    return "floor" if name == "floor" else "ours"


def reenact(scale: Scale) -> tuple[Table, ...]:
    """Clips of drawn people made again from their first frame."""
    from mien.jobs.reenact.model import load_model
    from mien.jobs.reenact.scores import BETTER, COLUMNS, motion_curves, score
    from mien.jobs.reenact.trials import head_trials, model_row, plain_rows

    model = load_model("default", CPU)
    trials = head_trials(model.config.size, scale.reenacted, 0, no_progress)
    curves = [motion_curves(one.truth, one) for one in trials]
    made = plain_rows(trials)
    floor = made.pop("floor")
    made |= {"warp and repair": model_row(model, trials), "floor": floor}
    rows = []
    for name, clips in made.items():
        values = [
            score([clip], [trial], [curve]).values
            for clip, trial, curve in zip(clips, trials, curves, strict=True)
        ]
        figures = {
            column: each((one[column] for one in values), "low" if column in BETTER else "high")
            for column in COLUMNS
        }
        rows.append(Row(name, _kind(name, ("mean picture", "first frame")), figures))
    about = "Drawn people who talk and turn, made from their first frame; a mean over clips."
    frames = sum(len(one.truth) for one in trials)
    samples = f"{len(trials)} clips, {frames} frames of {model.config.size} px"
    return (Table("reenact", about, judge_landmarker().name, samples, tuple(rows)),)


def translate(scale: Scale) -> tuple[Table, ...]:
    """Both directions of the networks that ship."""
    from mien.jobs.translate.config import Kind as Direction

    directions: tuple[Direction, ...] = ("anime", "photo")
    return tuple(_translated(to, scale.translated) for to in directions)


def _translated(to: Any, count: int) -> Table:
    from mien.jobs.translate import evaluation
    from mien.jobs.translate.model import load_model

    model = load_model("head", to, CPU)
    known = evaluation.people(to, model.config.size, count, no_progress)
    judged = evaluation.Judge(known)
    made = {**evaluation.trivial(known), f"to {to}": evaluation.drawn(model, known.given)}
    rows = [
        Row(name, "ours" if name == f"to {to}" else "trivial", _translation(judged, pictures))
        for name, pictures in made.items()
    ]
    space = IdentityFeatures()
    half = count // 2
    points = space(known.wanted)
    floor = _translation(judged, known.wanted)
    floor["FD"] = plain(frechet(points[:half], points[half:]) * 1000, half, "low")
    floor["KID"] = plain(kernel_distance(points[:half], points[half:]) * 1000, half, "low")
    rows.append(Row("the truth", "floor", floor))
    about = (
        "People of the head whom nobody was trained on, translated, against the same people drawn "
        "in the other style; the floor's distances are those of two halves of the truth."
    )
    extractor = f"{judged.landmarker.name} and {judged.own.name}, {space.name}"
    samples = f"{count} people of {model.config.size} px"
    return Table(f"translate to {to}", about, extractor, samples, tuple(rows))


def _translation(judged: Any, made: Image) -> dict[str, Figure]:
    wanted, count = judged.known.wanted, len(made)
    colours = {name: plain(value, count, "low") for name, value in judged.colours(made).items()}
    both = judged.space(wanted), judged.space(made)
    return {
        **_pictures(made, wanted),
        "landmarks": each(judged.landmark_errors(made), "low"),
        "own landmarks": each(judged.landmark_errors(made, judged.own), "low"),
        **colours,
        "FD": plain(frechet(*both) * 1000, count, "low"),
        "KID": plain(kernel_distance(*both) * 1000, count, "low"),
    }
