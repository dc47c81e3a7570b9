"""`mien translate run`: pictures of one kind shown as the other."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.data.crop import resize
from mien.errors import InputError, MienError, OptionError
from mien.face import affine
from mien.face.affine import Matrix
from mien.face.align import Alignment, align_head, crop
from mien.face.analyse import analyse
from mien.face.drawn import as_face, find_drawn
from mien.io.image import read_image, write_image
from mien.io.names import ResultNames, terminal_safe
from mien.io.provenance import DigitalSource, Provenance, request_hash
from mien.jobs.base import Outcome, Progress, Skipped, Step
from mien.jobs.record import of_photos, recorded
from mien.jobs.translate.cartoon import cartoon
from mien.jobs.translate.clips import Filming, film, is_clip
from mien.jobs.translate.config import Kind, RunRequest
from mien.jobs.translate.model import TranslateModel
from mien.messages import text
from mien.persona.clips import PICTURE_SUFFIXES as PICTURES
from mien.persona.driver import natural_key
from mien.types import Face, Image, Landmarks

Models = Callable[[str, Kind], TranslateModel]
"""Model name and wanted kind to a loaded model."""

_SOFT = 0.08
"""Width of a pasted edge, share of the crop's side."""
_LOOKED_AT = 256
"""A drawing is enlarged to this before a face is looked for in it."""


@dataclasses.dataclass(frozen=True, eq=False)
class Piece:
    """One translated face.

    image      (s, s, 3) uint8
    inside     (s, s) what of it is pasted
    to_photo   (2, 3) its pixels to the photo's
    """

    image: Image
    inside: NDArray[np.bool_]
    to_photo: Matrix
    models: tuple[str, ...]
    notes: tuple[str, ...] = ()


def run(request: RunRequest, models: Models, progress: Progress) -> Outcome:
    """Every face of every picture and clip; one that cannot be used never stops the rest.

    A folder stands for the pictures and clips in it.
    """
    inputs = _listed(request.photos)
    if not inputs:
        raise InputError(text("translate.no_pictures"))
    work = _Work(request, models, ResultNames(request.out, inputs, overwrite=request.overwrite))
    results: list[Path] = []
    skipped: list[Skipped] = []
    notes: list[str] = []
    for done, path in enumerate(inputs, 1):
        try:
            made, told = work.clip(path, progress) if is_clip(path) else work.picture(path)
            results += made
            notes += [f"{terminal_safe(path.name)}: {note}" for note in told]
        except MienError as problem:
            skipped.append(Skipped(str(path), str(problem)))
        progress(Step(done, len(inputs), path.name))
    return Outcome(tuple(results), tuple(skipped), tuple(notes))


def _listed(paths: tuple[Path, ...]) -> list[Path]:
    """The files, those in folders in the order of their names."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [one for one in path.iterdir() if one.is_file()]
            known = [one for one in inside if one.suffix.lower() in PICTURES or is_clip(one)]
            found += sorted(known, key=lambda one: natural_key(one.name))
        else:
            found.append(path)
    return found


class _Work:
    """One request's inputs, each turned into files."""

    def __init__(self, request: RunRequest, models: Models, names: ResultNames) -> None:
        self._request, self._names = request, names
        self._models = lambda: models(request.model, request.to).at(request.runtime)
        self.via = _way(request)
        self._model = self._models() if self.via != "character" else None
        if self.via == "network" and self._model is not None and self._model.guided:
            self.via = "guided"
        if self.via == "guided" and not (self._model and self._model.guided):
            raise OptionError(text("translate.not_guided", model=terminal_safe(request.model)))

    def picture(self, path: Path) -> tuple[list[Path], list[str]]:
        """The files made of a picture, and remarks."""
        request, model = self._request, self._model
        photo = read_image(path)
        found = list(_pieces(photo, path, model, request))
        source: DigitalSource = "trainedAlgorithmicMedia" if model else "algorithmicMedia"
        pictures = [piece.image for piece in found]
        if request.paste:
            source = "compositeWithTrainedAlgorithmicMedia" if model else "compositeSynthetic"
            pictures = [pasted(photo, found)]
        made_by = of_photos(_provenance(request, self.via, found[0].models, source), path)
        results = []
        for number, picture in enumerate(pictures, 1):
            target = self._names.claim(path, face=number, suffix=".png")
            over = photo if request.paste else None
            write_image(target, picture, provenance=made_by, over=over)
            results.append(target)
        if request.sheet:
            target = self._names.claim(path, suffix=".sheet.png")
            mixed = dataclasses.replace(made_by, source="compositeWithTrainedAlgorithmicMedia")
            if model is None:
                mixed = dataclasses.replace(made_by, source="compositeSynthetic")
            write_image(target, side_by_side(photo, found), provenance=mixed)
            results.append(target)
        return results, list(dict.fromkeys(note for piece in found for note in piece.notes))

    def clip(self, path: Path, progress: Progress) -> tuple[list[Path], list[str]]:
        """The clip made of a clip, and remarks; raises OptionError where only stills can be."""
        request = self._request
        if self.via == "guided" or request.via == "character":
            raise OptionError(text("translate.clip_way", via=self.via))
        model = self._model or self._models()
        source: DigitalSource = "trainedAlgorithmicMedia"
        if request.paste:
            source = "compositeWithTrainedAlgorithmicMedia"
        how = Filming(
            points=functools.partial(_points, drawing=request.to == "photo"),
            paste=_pasted_frame if request.paste else None,
            size=request.size,
            damp=request.damp,
            limit=request.limit,
            provenance=of_photos(_provenance(request, "network", (model.sha256,), source), path),
        )
        target = self._names.claim(path, suffix=".mp4")
        keys = film(
            path,
            target,
            model,
            how,
            lambda done, total: progress(Step(done, max(done, total), path.name)),
        )
        return [target], [text(key, path=terminal_safe(path.name)) for key in keys]


def _points(frame: Image, *, drawing: bool) -> Landmarks | None:
    """The points of the largest face of a frame."""
    faces = _faces(frame, drawing=drawing)
    return faces[0].landmarks if faces else None


def _pasted_frame(frame: Image, made: Image, matrix: Matrix) -> Image:
    piece = Piece(made, np.ones(made.shape[:2], bool), affine.invert(matrix), ())
    return pasted(frame, [piece])


def side_by_side(photo: Image, pieces: list[Piece]) -> Image:
    """Every face as the photo has it, and beside it its translation; one row for each."""
    side = max(len(piece.image) for piece in pieces)
    rows = []
    for piece in pieces:
        place = affine.invert(piece.to_photo)
        scale = side / len(piece.image)
        shift = (scale - 1) / 2
        larger = affine.compose([[scale, 0, shift], [0, scale, shift]], place)
        cut = affine.warp(photo, larger, (side, side), border="black")
        rows.append(np.concatenate([cut, resize(piece.image, side)], 1))
    return np.concatenate(rows)


def _way(request: RunRequest) -> str:
    """network, character or guided; raises OptionError where that cannot be."""
    if request.to == "photo":
        if request.via in ("character", "guided"):
            raise OptionError(text("translate.no_character", via=request.via))
        return "network"
    if request.via == "auto":
        return "network" if request.model != "head" else "character"
    return request.via


def _pieces(
    photo: Image, path: Path, model: TranslateModel | None, request: RunRequest
) -> Iterator[Piece]:
    """The translated faces of a picture, largest first; raises InputError where there is none."""
    drawing = request.to == "photo"
    faces = _faces(photo, drawing=drawing)
    if not faces and not drawing:
        raise InputError(text("translate.no_face", path=terminal_safe(path)))
    if model is None:
        for face in faces:
            made = cartoon(photo, face, request.size)
            told = tuple(text(f"face.warning.{key}") for key in made.warnings)
            yield Piece(made.image, made.inside, made.to_photo, made.models, told)
        return
    note = () if faces else (text("translate.square"),)
    size = model.config.size
    if model.guided:
        yield from _guided(photo, faces, model, request)
        return
    places = [align_head(face.landmarks, size).matrix for face in faces]
    if not faces or not model.aligned:
        places = [_middle(photo, size)]
    crops = np.stack([_cut(photo, matrix, size, aligned=bool(faces)) for matrix in places])
    for picture, matrix in zip(model.draw(crops), places, strict=True):
        wanted = request.size or size
        shown = resize(picture, wanted)
        scale = size / wanted
        shift = (scale - 1) / 2
        back = affine.compose(affine.invert(matrix), [[scale, 0, shift], [0, scale, shift]])
        yield Piece(shown, np.ones((wanted, wanted), bool), back, (model.sha256,), note)


def _guided(
    photo: Image, faces: list[Face], model: TranslateModel, request: RunRequest
) -> Iterator[Piece]:
    """Faces translated by a network that also sees the drawing of the fitted head."""
    size = model.config.size
    for face in faces:
        matrix = align_head(face.landmarks, size).matrix
        drawing = cartoon(photo, face, max(size, _LOOKED_AT))
        guide = affine.warp(drawing.image, affine.compose(matrix, drawing.to_photo), (size, size))
        seen = crop(photo, Alignment(matrix, "head-256", size))
        made = model.draw(seen[None], guide[None])[0]
        wanted = request.size or size
        scale = size / wanted
        shift = (scale - 1) / 2
        back = affine.compose(affine.invert(matrix), [[scale, 0, shift], [0, scale, shift]])
        told = tuple(text(f"face.warning.{key}") for key in drawing.warnings)
        whole = np.ones((wanted, wanted), bool)
        yield Piece(resize(made, wanted), whole, back, (model.sha256, *drawing.models), told)


def _faces(photo: Image, *, drawing: bool) -> list[Face]:
    """The faces; a small drawing is looked at enlarged, since detectors want 80 pixels.

    Where the detector of photos sees nothing in a drawing, the landmark network looks for itself.
    """
    found = _detected(photo, drawing=drawing)
    if found or not drawing:
        return found
    return [as_face(photo, one) for one in find_drawn(photo)]


def _detected(photo: Image, *, drawing: bool) -> list[Face]:
    factor = max(1, -(-_LOOKED_AT // min(photo.shape[:2]))) if drawing else 1
    if factor == 1:
        return analyse(photo, with_identity=not drawing)
    height, width = photo.shape[:2]
    matrix = [[factor, 0.0, (factor - 1) / 2], [0.0, factor, (factor - 1) / 2]]
    large = affine.warp(photo, matrix, (width * factor, height * factor))
    back = affine.invert(matrix)
    return [
        dataclasses.replace(face, landmarks=affine.transform(back, face.landmarks))
        for face in analyse(large, with_identity=False)
    ]


def _middle(photo: Image, size: int) -> Matrix:
    """The map from the picture to its largest middle square of `size` pixels."""
    height, width = photo.shape[:2]
    scale = size / min(height, width)
    centre = [(width - 1) / 2, (height - 1) / 2]
    return affine.about([[scale, 0.0], [0.0, scale]], centre, [size / 2 - 0.5] * 2)


def _cut(photo: Image, matrix: Matrix, size: int, *, aligned: bool) -> Image:
    if aligned:
        return crop(photo, Alignment(matrix, "head-256", size))
    return affine.warp(photo, matrix, (size, size))


def pasted(photo: Image, pieces: list[Piece]) -> Image:
    """The photo with every piece laid over it, edges blended."""
    height, width = photo.shape[:2]
    result = photo.astype(np.float32)
    for piece in reversed(pieces):  # the largest face last, on top
        share = soft(piece.inside)
        over = affine.warp(piece.image, piece.to_photo, (width, height))
        mask = affine.warp(share, piece.to_photo, (width, height), border="black")[..., None]
        result += (over.astype(np.float32) - result) * mask
    return np.clip(np.rint(result), 0, 255).astype(np.uint8)


def soft(inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(s, s) in [0, 1]: 0 outside and at the picture's edge, 1 well inside, a slope between."""
    side = len(inside)
    reach = max(1, round(_SOFT * side))
    line = np.minimum(np.arange(side), np.arange(side)[::-1]) / reach
    edge = np.clip(np.minimum(line[:, None], line[None, :]), 0, 1)
    coarse = max(1, side // 64)
    small = inside[: side // coarse * coarse, : side // coarse * coarse]
    small = small.reshape(side // coarse, coarse, side // coarse, coarse).mean((1, 3))
    blurred = affine.resize(small.astype(np.float32), (side, side))
    return np.asarray(np.clip(2 * blurred - 1, 0, 1) * edge, np.float32)


def _provenance(
    request: RunRequest, via: str, models: tuple[str, ...], source: DigitalSource
) -> Provenance:
    asked = {"to": request.to, "via": via, "size": request.size, "paste": request.paste}
    made_by = Provenance(source, "translate.run", models, request=request_hash(asked))
    return recorded(made_by, request)
