"""Translations against the truth: people of the head that nobody was trained on, in both styles.

Rows: the trivial answers (the input itself, the mean picture, somebody else's true picture), the
models, and the floor (the true picture itself; for distances, true pictures of other people).

Landmarks are found twice: by the judge of photos, dlib's where it is, whose points lie elsewhere on
drawings and tell them apart badly, and by our own network, which knows both styles. No loss uses
either, but `dtn` looks through the way down of our network.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.data.crop import resize
from mien.data.people import HeadSpec, draw_person
from mien.face import affine
from mien.face.landmark_net import head_landmarker
from mien.face.landmarks import Landmarker, judge_landmarker
from mien.head.schema import LABEL
from mien.io.atomic import atomic_write_bytes
from mien.io.image import write_image
from mien.io.names import free_path
from mien.io.provenance import Provenance
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.translate.config import EvalRequest, Kind
from mien.jobs.translate.data import HELD_OUT_SEED
from mien.jobs.translate.model import TranslateModel
from mien.jobs.translate.probe import Probe, agreement, of_head, traits_of
from mien.messages import text
from mien.metrics.distances import frechet, kernel_distance
from mien.metrics.features import IdentityFeatures
from mien.metrics.pairs import l1, psnr, ssim
from mien.persona.light_fit import lab_of
from mien.train.log import grid
from mien.types import OUTER_EYE, Box, Image, Landmarks, Style

PARTS = {"hair": "hair", "skin": "skin", "iris": "iris", "backdrop": "background"}
_LEAST_PART = 6
"""Pixels that a part must have to count."""
_ENLARGED = 256
_SHOWN = 12
_BOX_MARGIN = 0.12
_THUMB = 8

Row = dict[str, float]
Models = Callable[[str, Kind], TranslateModel]


@dataclasses.dataclass(frozen=True, eq=False)
class People:
    """People in both styles, with what is true of the pictures that are wanted.

    given, wanted   (n, s, s, 3) uint8
    labels          (n, s, s) uint8 of the wanted
    landmarks       (n, 68, 2) of the wanted
    traits          (n, 3) what `probe.traits_of` says is true of them
    """

    given: Image
    wanted: Image
    labels: NDArray[np.uint8]
    landmarks: Landmarks
    traits: NDArray[np.float64]


def people(to: Kind, size: int, count: int, progress: Progress) -> People:
    """Held-out people of the head."""
    given, wanted, traits = [], [], []
    styles: tuple[Style, Style] = ("photo", "toon") if to == "anime" else ("toon", "photo")
    first, other = (HeadSpec(style=one, size=size, seed=HELD_OUT_SEED) for one in styles)
    for k in range(count):
        given.append(draw_person(first, k)[1].rgb)
        code, drawn = draw_person(other, k)
        wanted.append(drawn)
        traits.append(traits_of(code, drawn))
        if k % 50 == 0:
            progress(Step(k, count, text("translate.eval_drawing")))
    return People(
        np.stack(given),
        np.stack([one.rgb for one in wanted]),
        np.stack([one.labels for one in wanted]),
        np.stack([one.landmarks for one in wanted]),
        np.stack(traits),
    )


def probe_of(to: Kind, size: int, count: int, progress: Progress) -> Probe | None:
    """What reads traits off pictures of this kind; None where nobody is to train it."""
    if not count:
        return None
    spec = HeadSpec(style="toon" if to == "anime" else "photo", size=size)

    def told(done: int, total: int) -> None:
        if done % 50 == 0:
            progress(Step(done, total, text("translate.eval_probe")))

    return of_head(spec, count, told)


def drawn(model: TranslateModel, given: Image) -> Image:
    """The first held-out people translated; guides are drawn where the model wants them."""
    if not model.guided:
        return model.draw(given)
    spec = HeadSpec(style="toon", size=model.config.size, seed=HELD_OUT_SEED, guess=1.0)
    return model.draw(given, np.stack([draw_person(spec, k)[1].rgb for k in range(len(given))]))


def evaluate(request: EvalRequest, models: Models, progress: Progress) -> Outcome:
    """Scores every model and every trivial answer; a table, a report, a sheet."""
    loaded = {name: models(name, request.to) for name in request.models}
    sizes = {one.config.size for one in loaded.values()}
    sets = {size: people(request.to, size, request.count, progress) for size in sizes}
    figures: dict[str, Row] = {}
    for size, known in sets.items():
        judge = Judge(known, probe_of(request.to, size, request.probe, progress))
        mark = f" ({size} px)" if len(sizes) > 1 else ""
        for name, made in trivial(known).items():
            figures[name + mark] = judge.row(made)
        for name, model in loaded.items():
            if model.config.size == size:
                progress(Step(0, 1, text("translate.eval_model")))
                figures[_shown(name)] = judge.row(drawn(model, known.given))
        figures[f"floor{mark}"] = judge.floor()
    return _written(request, loaded, sets, figures)


def variety(pictures: Image) -> float:
    """Mean distance of pictures (n, s, s, 3) from each other, as 8 x 8 thumbnails of 0..255."""
    small = np.stack([resize(one, _THUMB) for one in pictures]).reshape(len(pictures), -1)
    small = small.astype(np.float64)
    squares = (small**2).sum(1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * small @ small.T, 0))
    return float(apart.sum()) / max(1, len(small) * (len(small) - 1))


def _shown(name: str) -> str:
    """Never a path: the last two names of one say enough."""
    return "/".join(Path(name).parts[-2:])


def trivial(known: People) -> dict[str, Image]:
    """The answers that need no network."""
    mean = known.wanted.mean(0).round().astype(np.uint8)
    return {
        "copy the input": known.given,
        "mean picture": np.broadcast_to(mean, known.wanted.shape).copy(),
        "somebody else": np.roll(known.wanted, 1, 0),
    }


class Judge:
    """Scores pictures against the truth about the same people."""

    def __init__(self, known: People, probe: Probe | None = None) -> None:
        self.known, self.probe = known, probe
        self.landmarker: Landmarker = judge_landmarker()
        self.own: Landmarker = head_landmarker()
        self.space = IdentityFeatures()
        self._points = self.space(known.wanted)
        self._lab = np.stack([lab_of(one) for one in known.wanted])

    def row(self, made: Image) -> Row:
        """All scores of made pictures (n, s, s, 3)."""
        wanted = self.known.wanted
        points = self.space(made)
        return {
            "SSIM": float(ssim(made, wanted).mean()),
            "PSNR": float(psnr(made, wanted).mean()),
            "L1": float(l1(made, wanted).mean()),
            "landmarks": float(self.landmark_errors(made).mean()),
            "own landmarks": float(self.landmark_errors(made, self.own).mean()),
            **self.colours(made),
            "FD": frechet(self._points, points) * 1000,
            "KID": kernel_distance(self._points, points) * 1000,
            "variety": variety(made) / max(variety(wanted), 1e-9),
            **self._traits(made),
        }

    def _traits(self, made: Image) -> Row:
        """Correlations with the truth of what the probe reads; the floor's are its ceiling."""
        if self.probe is None:
            return {}
        found = agreement(self.probe(made), self.known.traits)
        return {f"probe {name}": value for name, value in found.items()}

    def floor(self) -> Row:
        """The truth itself; its distances are those between two halves of the people."""
        half = len(self._points) // 2
        one, other = self._points[:half], self._points[half:]
        return {
            **self.row(self.known.wanted),
            "FD": frechet(one, other) * 1000,
            "KID": kernel_distance(one, other) * 1000,
        }

    def landmark_errors(
        self, made: Image, landmarker: Landmarker | None = None
    ) -> NDArray[np.float64]:
        """(n,) mean distance of found from true landmarks, outer eyes 1 apart; by the judge's."""
        finder = landmarker or self.landmarker
        pairs = zip(made, self.known.landmarks, strict=True)
        return np.array([landmark_error(one, truth, finder) for one, truth in pairs])

    def colours(self, made: Image) -> Row:
        """Mean CIE76 difference of each part's mean colour, where the truth has the part."""
        lab = np.stack([lab_of(one) for one in made])
        rows: Row = {}
        for name, label in PARTS.items():
            masks = self.known.labels == LABEL[label]
            rows[f"dE {name}"] = _colour_difference(lab, self._lab, masks)
        return rows


def _colour_difference(
    one: NDArray[np.float32], other: NDArray[np.float32], masks: NDArray[np.bool_]
) -> float:
    counts = masks.sum((1, 2))
    seen = counts >= _LEAST_PART
    apart = ((one - other) * masks[..., None]).sum((1, 2), dtype=np.float64)
    apart = apart[seen] / counts[seen, None]
    return float(np.sqrt(np.square(apart).sum(1)).mean()) if seen.any() else float("nan")


def landmark_error(picture: Image, truth: Landmarks, landmarker: Landmarker) -> float:
    """Mean distance of the 68 found points from the true ones, outer eyes 1 apart.

    The landmarker is shown where the face is, so that one it would not have detected counts too.
    """
    factor = max(1.0, _ENLARGED / len(picture))
    shift = (factor - 1) / 2
    matrix = [[factor, 0.0, shift], [0.0, factor, shift]]
    side = round(len(picture) * factor)
    large = affine.warp(picture, matrix, (side, side))
    points = affine.transform(matrix, truth)
    found = landmarker(large, _box(points))
    eyes = float(np.hypot(*(points[OUTER_EYE[1]] - points[OUTER_EYE[0]])))
    return float(np.hypot(*(found - points).T).mean()) / eyes


def _box(points: Landmarks) -> Box:
    """About the box that a detector draws around these points."""
    low, high = points[17:].min(0), points[17:].max(0)
    side = float((high - low).max()) * (1 + _BOX_MARGIN)
    x, y = (low + high) / 2
    return Box(x - side / 2, y - side / 2, x + side / 2, y + side / 2)


def _written(
    request: EvalRequest,
    loaded: Mapping[str, TranslateModel],
    sets: Mapping[int, People],
    figures: Mapping[str, Row],
) -> Outcome:
    values: dict[str, Any] = {
        "to": request.to,
        "count": request.count,
        "space": IdentityFeatures.name,
        "landmarks": f"{judge_landmarker().name} and {head_landmarker().name}",
        "models": {_shown(name): model.sha256 for name, model in loaded.items()},
        "figures": {name: _rounded(row) for name, row in figures.items()},
    }
    out = free_path(request.out / f"translate-{request.to}.json", overwrite=request.overwrite)
    atomic_write_bytes(out, json.dumps(values, indent=1).encode() + b"\n")
    digests = tuple(model.sha256 for model in loaded.values() if model.sha256)
    made_by = Provenance("trainedAlgorithmicMedia", "translate.eval", digests)
    page = free_path(request.out / f"translate-{request.to}.png", overwrite=request.overwrite)
    write_image(page, _page(loaded, sets), provenance=made_by)
    size = next(iter(sets))
    shown = {"size": size, "judge": values["landmarks"], "space": values["space"]}
    lines = [text("translate.eval_head", count=request.count, **shown), *table(figures)]
    own = figures[_shown(request.models[0])]
    return Outcome((out, page), notes=tuple(lines), figures=_rounded(own))


def _rounded(row: Row) -> Row:
    return {name: float(f"{value:.4g}") for name, value in row.items()}


def table(figures: Mapping[str, Row]) -> list[str]:
    """The rows as lines of a Markdown table."""
    names: Sequence[str] = list(next(iter(figures.values())))
    lines = ["| | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for name, row in figures.items():
        lines.append(f"| {name} | " + " | ".join(f"{row[one]:.3g}" for one in names) + " |")
    return lines


def _page(loaded: Mapping[str, TranslateModel], sets: Mapping[int, People]) -> Image:
    """Rows of inputs, translations and truths, in the largest size."""
    size = max(sets)
    rows = [sets[size].given[:_SHOWN]]
    for model in loaded.values():
        small = drawn(model, sets[model.config.size].given[:_SHOWN])
        factor = size // model.config.size
        rows.append(small.repeat(factor, 1).repeat(factor, 2))
    rows.append(sets[size].wanted[:_SHOWN])
    return grid(np.concatenate(rows), min(_SHOWN, len(rows[0])))


def on_preset(preset: str) -> Mapping[str, float]:
    """Figures of the shipped model to anime (any preset but "tiny"), for `Job.evaluate`."""
    from mien import device
    from mien.jobs.base import no_progress
    from mien.jobs.translate.model import load_model

    tiny = preset == "tiny"
    request = EvalRequest(count=50 if tiny else 500, probe=0 if tiny else 1_500)
    at = device.pick()
    return evaluate(request, lambda name, to: load_model(name, to, at), no_progress).figures
