"""`mien translate run`: pictures of one kind shown as the other."""

from __future__ import annotations

import dataclasses
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
from mien.io.image import read_image, write_image
from mien.io.names import ResultNames, terminal_safe
from mien.io.provenance import DigitalSource, Provenance, request_hash
from mien.jobs.base import Outcome, Progress, Skipped, Step
from mien.jobs.translate.cartoon import cartoon
from mien.jobs.translate.config import Kind, RunRequest
from mien.jobs.translate.model import TranslateModel
from mien.messages import text
from mien.types import Face, Image

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
    """Every face of every picture; a picture that cannot be used never stops the rest."""
    if not request.photos:
        raise InputError(text("translate.no_pictures"))
    via = _way(request)
    model = models(request.model, request.to) if via == "network" else None
    names = ResultNames(request.out, request.photos, overwrite=request.overwrite)
    results: list[Path] = []
    skipped: list[Skipped] = []
    notes: list[str] = []
    for done, path in enumerate(request.photos, 1):
        try:
            photo = read_image(path)
            found = list(_pieces(photo, path, model, request))
            source: DigitalSource = "trainedAlgorithmicMedia" if model else "algorithmicMedia"
            pictures = [piece.image for piece in found]
            if request.paste:
                source = "compositeWithTrainedAlgorithmicMedia" if model else "compositeSynthetic"
                pictures = [pasted(photo, found)]
            made_by = _provenance(request, via, found[0].models, source)
            for number, picture in enumerate(pictures, 1):
                target = names.claim(path, face=number, suffix=".png")
                write_image(target, picture, provenance=made_by)
                results.append(target)
            shown = terminal_safe(path.name)
            told = dict.fromkeys(note for piece in found for note in piece.notes)
            notes += [f"{shown}: {note}" for note in told]
        except MienError as problem:
            skipped.append(Skipped(str(path), str(problem)))
        progress(Step(done, len(request.photos), path.name))
    return Outcome(tuple(results), tuple(skipped), tuple(notes))


def _way(request: RunRequest) -> str:
    """network or character; raises OptionError where the second cannot be."""
    if request.to == "photo":
        if request.via == "character":
            raise OptionError(text("translate.no_character"))
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


def _faces(photo: Image, *, drawing: bool) -> list[Face]:
    """The faces; a small drawing is looked at enlarged, since detectors want 80 pixels."""
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
    return Provenance(source, "translate.run", models, request=request_hash(asked))
