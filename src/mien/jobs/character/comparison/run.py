"""`mien character eval --stage fit`: all ways on drawn people, or on the photos of a folder."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from mien.data.crop import resize
from mien.data.sources import is_picture, walk
from mien.errors import InputError, MienError
from mien.face.analyse import analyse
from mien.io.atomic import atomic_write_bytes
from mien.io.image import read_image, write_image
from mien.io.names import free_path, terminal_safe
from mien.io.provenance import Provenance
from mien.jobs.base import Outcome, Progress, Skipped, Step
from mien.jobs.character.comparison import judging
from mien.jobs.character.comparison.judging import COLUMNS, Prints
from mien.jobs.character.comparison.ways import WAYS, Answer, Steps, answers
from mien.jobs.character.config import EvalRequest
from mien.jobs.character.evaluate import people
from mien.jobs.character.imitator.model import ImitatorModel
from mien.messages import text
from mien.types import Face, FaceCode, Image

_SHOWN, _CELL = 12, 160
"""People on the sheet, and pixels a side of a picture there."""


@dataclasses.dataclass(frozen=True, eq=False)
class _Case:
    """A picture with a face in it, and who it is where that is known."""

    picture: Image
    face: Face
    true: FaceCode | None


@dataclasses.dataclass
class _Tally:
    """What all ways did so far: figures and prints of every person, and some pictures."""

    rows: dict[str, list[dict[str, float]]]
    found: dict[str, list[Prints]]
    wanted: dict[str, list[Prints]]
    pictures: list[list[Image]]

    @classmethod
    def empty(cls) -> _Tally:
        return cls({}, {}, {}, [])

    def add(self, case: _Case, made: Mapping[str, Answer]) -> None:
        """One person."""
        shown = []
        first = next(iter(made.values())).placed
        theirs = (
            judging.prints_of(first.photo, first.landmarks)
            if case.true is None
            else judging.front_prints(case.true)
        )
        for name, answer in made.items():
            code, drawn = answer.placed.character.code, answer.placed.character.render()
            row = judging.against_photo(answer, drawn.rgb)
            if case.true is not None:
                row |= judging.against_truth(code, case.true)
                own = judging.front_prints(code)
            else:
                own = judging.prints_of(drawn.rgb, drawn.landmarks)
            self.rows.setdefault(name, []).append(row)
            self.found.setdefault(name, []).append(own)
            self.wanted.setdefault(name, []).append(theirs)
            shown.append(drawn.rgb)
        if len(self.pictures) < _SHOWN:
            self.pictures.append([resize(one, _CELL) for one in (first.photo, *shown)])

    def table(self) -> dict[str, dict[str, float]]:
        """Means by way and column."""
        return {
            name: judging.means(self.rows[name])
            | judging.rank_one(self.found[name], self.wanted[name])
            for name in WAYS
            if name in self.rows
        }


def compare_ways(model: ImitatorModel, request: EvalRequest, progress: Progress) -> Outcome:
    """The table, `report.json` and `ways.png`.

    Raises InputError where there is no face at all.
    """
    skipped: list[Skipped] = []
    tally, steps = _Tally.empty(), Steps(seed=request.steps)
    drawn = request.data in (None, "head")
    cases = (
        _drawn(request.count, skipped, progress) if drawn else _photos(request, skipped, progress)
    )
    count = 0
    for case in cases:
        count += 1
        tally.add(case, answers(case.picture, case.face, model, steps))
    if not count:
        raise InputError(text("character.ways.nobody"))
    return _written(model, request, (tally, count), tuple(skipped))


def _drawn(count: int, skipped: list[Skipped], progress: Progress) -> Iterator[_Case]:
    for done, (code, picture) in enumerate(people(count), 1):
        faces = analyse(picture, max_faces=1)
        if faces:
            yield _Case(picture, faces[0], code)
        else:
            skipped.append(Skipped(f"{done - 1}", text("character.ways.unseen")))
        progress(Step(done, count, text("character.ways.people")))


def _photos(request: EvalRequest, skipped: list[Skipped], progress: Progress) -> Iterator[_Case]:
    """The largest face of every photo below a folder."""
    assert request.data is not None
    root = Path(request.data)
    if not root.is_dir():
        raise InputError(text("character.ways.folder", path=terminal_safe(root)))
    files = [root / name for name in sorted(walk(root)) if is_picture(name)][: request.count]
    for done, path in enumerate(files, 1):
        try:
            picture = read_image(path)
            faces = analyse(picture, max_faces=1)
            if faces:
                yield _Case(picture, faces[0], None)
            else:
                reason = text("character.no_face", path=terminal_safe(path), notes="")
                skipped.append(Skipped(str(path), reason.strip()))
        except MienError as problem:
            skipped.append(Skipped(str(path), str(problem)))
        progress(Step(done, len(files), path.name))


def _written(
    model: ImitatorModel,
    request: EvalRequest,
    told: tuple[_Tally, int],
    skipped: tuple[Skipped, ...],
) -> Outcome:
    (tally, count), table = told, told[0].table()
    values = {
        "model": model.sha256,
        "data": "head" if request.data in (None, "head") else "photos",
        "count": count,
        "steps": request.steps,
        "rows": {
            name: {key: None if math.isnan(one) else round(one, 4) for key, one in row.items()}
            for name, row in table.items()
        },
    }
    out = free_path(request.out / "report.json", overwrite=request.overwrite)
    atomic_write_bytes(out, json.dumps(values, indent=1).encode() + b"\n")
    page = free_path(request.out / "ways.png", overwrite=request.overwrite)
    made_by = Provenance("compositeSynthetic", "character.eval", (model.sha256,))
    sheet = np.concatenate([np.concatenate(row, 1) for row in tally.pictures])
    write_image(page, sheet, provenance=made_by)
    head = text("character.ways.head", count=count, steps=request.steps)
    figures = {
        f"{name} {key}": round(value, 4)
        for name, row in table.items()
        for key, value in row.items()
        if not math.isnan(value)
    }
    return Outcome((out, page), skipped, (head, *_lines(table)), figures)


def _lines(table: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    """The table as text: only the columns that have figures."""
    names = [name for name in COLUMNS if any(name in row for row in table.values())]
    yield f"{'':<10}" + "".join(f"{name:>10}" for name in names)
    for way, row in table.items():
        yield f"{way:<10}" + "".join(f"{row.get(name, float('nan')):>10.3f}" for name in names)
