"""One edit of `mien express edit`, for any photo: a picture, or a sheet of many."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.errors import InputError, OptionError
from mien.face.align import align_head, crop
from mien.face.analyse import analyse
from mien.io.image import read_image, write_image
from mien.io.names import free_path, terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.io.sheet import labelled
from mien.jobs.express.config import EditRequest
from mien.jobs.record import PLACES, of_photos, recorded
from mien.messages import text
from mien.persona.animate import remarks
from mien.persona.expression_table import EXPRESSIONS, WINKS
from mien.persona.expressions import au_weights, expression_aus
from mien.persona.move import Mover
from mien.persona.retarget import changed, turned
from mien.persona.subject import Motion, fit_subject
from mien.persona.track import expression_of
from mien.persona.translator import translator
from mien.types import AU_NAMES, Face, Image

if TYPE_CHECKING:
    from mien.jobs.express.model import ExpressModel

CELL = 224
"""Pixels a side of a picture on a sheet."""
_MASK_GAIN = 4
"""Of the change in grey levels: from 64 on, a mask is white."""
_BLINK = AU_NAMES.index("AU45")


class Editor:
    """What one request asks, for any photo.

    suffix  of the files that are written
    """

    def __init__(self, request: EditRequest, model: ExpressModel | None) -> None:
        self._request, self._model = request, model
        self._only = None if request.only is None else _units(request.only)
        self._sweep = () if request.sweep is None else _units(request.sweep)
        if self._sweep and request.grid:
            raise OptionError(text("express.one_sheet"))
        self.suffix = ".sweep.png" if self._sweep else ".grid.png" if request.grid else ".png"
        self._values = self._chosen(
            {name: value * request.strength for name, value in au_weights(request.au).items()}
        )
        if request.preset is not None:
            self._values = {**self._named(request.preset), **self._values}
        self._like = None if request.like is None else _expression(request.like, request.strength)
        turns = (request.yaw, request.pitch, request.roll)
        asked = self._values or self._sweep or request.grid or self._like is not None
        if not asked and not any(turns) and request.gaze is None:
            raise OptionError(text("motion.no_change"))
        makes_all = model is not None and not model.repairs
        if makes_all and (any(turns) or request.gaze is not None):
            raise OptionError(text("express.no_turns", model=terminal_safe(request.model)))

    def make(self, photo: Path, target: Path) -> tuple[str, ...]:
        """Writes what is asked of a photo; gives the message keys of remarks."""
        image = read_image(photo)
        if self._sweep or self._request.grid:
            (face,) = _faces(photo, image, self._request.face or 1)
            made_by = of_photos(self._provenance(), photo)
            write_image(target, self._sheet(image, face), provenance=made_by)
            return ()
        keys: tuple[str, ...] = ()
        before = image
        for face in _faces(photo, image, self._request.face):
            mover = Mover(fit_subject(image, face))
            motion = self._motion(mover.subject.motion)
            keys += remarks(mover, [motion])
            wink = WINKS.get(self._request.preset or "")
            image = self._edited(mover, motion, (image, face), wink=wink)
        made_by = of_photos(self._provenance(), photo)
        write_image(target, image, provenance=made_by, over=before)
        if self._request.mask:
            self._write_mask(target, change_mask(before, image), made_by)
        return tuple(dict.fromkeys(keys))

    def _write_mask(self, target: Path, mask: Image, made_by: Provenance) -> None:
        path = target.with_name(f"{target.stem}.mask.png")
        path = free_path(path, overwrite=self._request.overwrite)
        write_image(path, mask, provenance=made_by, marked=False)

    def _chosen(self, values: dict[str, float]) -> dict[str, float]:
        """The Action Units that may be changed."""
        if self._only is None:
            return values
        return {name: value for name, value in values.items() if name in self._only}

    def _named(self, preset: str) -> dict[str, float]:
        aus = expression_aus({preset: self._request.strength})
        shown = {n: float(v) for n, v in zip(AU_NAMES, aus, strict=True) if v > 0}
        return self._chosen(shown)

    def _sheet(self, image: Image, face: Face) -> Image:
        """Crops of the edited photo with their labels."""
        mover = Mover(fit_subject(image, face))
        rest = self._motion(mover.subject.motion)
        head = align_head(face.landmarks, CELL)
        cells, labels = [], []
        for label, motion, wink in self._cells(rest):
            shown = image if motion is None else self._edited(mover, motion, (image, face), wink)
            cells.append(crop(shown, head))
            labels.append(label)
        return labelled(cells, labels, columns=self._request.steps if self._sweep else 0)

    def _cells(self, rest: Motion) -> Iterator[tuple[str, Motion | None, str | None]]:
        """Labels, motions (None: the photo itself) and winks of a sheet."""
        if self._sweep:
            for name in self._sweep:
                for level in np.linspace(0.0, self._request.strength, self._request.steps):
                    motion = changed(rest, {name: float(level)}, exact=True)
                    yield f"{name} {level:.2f}", motion, None
            return
        yield "photo", None, None
        for name in (*EXPRESSIONS, *WINKS, "talk"):
            values = self._named(name)
            if values:
                yield name, changed(rest, values, exact=self._request.exact), WINKS.get(name)

    def _edited(
        self, mover: Mover, motion: Motion, shown: tuple[Image, Face], wink: str | None = None
    ) -> Image:
        """Moved, moved and repaired, or made by a network alone; for a wink, one half of it."""
        made = self._whole(mover, motion, shown)
        if wink is None:
            return made
        # Lids move nothing beside themselves: two edits differ around the eyes alone.
        aus = motion.aus.copy()
        aus[_BLINK] = mover.subject.motion.aus[_BLINK]
        awake = self._whole(mover, dataclasses.replace(motion, aus=aus), shown)
        is_left = left_half(shown[1], made.shape[:2])
        return np.where((is_left == (wink == "left"))[..., None], made, awake)

    def _whole(self, mover: Mover, motion: Motion, shown: tuple[Image, Face]) -> Image:
        if self._model is None:
            return mover.move(motion).image
        from mien.jobs.express import repair

        if self._model.repairs:
            return repair.repaired(mover, mover.move(motion), motion, self._model)
        image, face = shown
        return repair.changed(image, face.landmarks, motion.aus, self._model)

    def _motion(self, rest: Motion) -> Motion:
        request = self._request
        motion = rest
        if self._like is not None:
            taken = [self._only is None or name in self._only for name in AU_NAMES]
            motion = dataclasses.replace(rest, aus=np.where(taken, self._like, rest.aus))
        motion = changed(motion, self._values, exact=request.exact)
        motion = turned(motion, yaw=request.yaw, pitch=request.pitch, roll=request.roll)
        return motion if request.gaze is None else dataclasses.replace(motion, gaze=request.gaze)

    def _provenance(self) -> Provenance:
        asked = dataclasses.asdict(self._request)
        for name in ("photos", "like", "model", "mask", *PLACES):
            asked.pop(name, None)
        asked["like"] = None if self._like is None else np.round(self._like, 3).tolist()
        # Names, however they were written: the same request has the same number.
        words = {"only": list(self._only or ()), "sweep": list(self._sweep)}
        asked |= words
        used = () if self._model is None else (self._model.sha256,)
        made_by = Provenance(
            source="compositeSynthetic",
            job="express.edit",
            models=(translator().sha256, *used),
            request=request_hash(asked),
        )
        return recorded(made_by, self._request, words={n: w for n, w in words.items() if w})


def _units(written: str) -> tuple[str, ...]:
    """`12,6` as full names; raises OptionError for an unknown Action Unit, or none."""
    names = [one for one in written.replace(",", " ").split() if one]
    return tuple(au_weights(dict.fromkeys(names or [written], 1.0)))


def change_mask(before: Image, after: Image) -> Image:
    """(h, w, 3) grey: 0 where the photo kept its value, brighter the more it was changed."""
    change = np.abs(after.astype(np.int16) - before).max(2)
    grey = np.minimum(change * _MASK_GAIN, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, 2)


def left_half(face: Face, shape: Sequence[int]) -> np.ndarray:
    """(h, w) bool: the picture's left side of a face's middle, whichever way it is turned."""
    eyes = [face.landmarks[part].mean(0) for part in (slice(36, 42), slice(42, 48))]
    middle, across = (eyes[0] + eyes[1]) / 2, eyes[1] - eyes[0]
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    return (columns - middle[0]) * across[0] + (rows - middle[1]) * across[1] < 0


def _faces(photo: Path, image: Image, number: int | None) -> list[Face]:
    """The faces of a photo that are meant; `number` 1 is the largest, None means all."""
    faces = analyse(image)
    shown = terminal_safe(photo)
    if not faces:
        raise InputError(text("motion.no_face", path=shown))
    if number is not None and number > len(faces):
        raise InputError(text("motion.face_number", path=shown, face=number, count=len(faces)))
    return faces if number is None else [faces[number - 1]]


def _expression(path: Path, strength: float) -> np.ndarray:
    """(22,) the Action Units of the largest face of a photo."""
    (face,) = _faces(path, read_image(path), 1)
    return np.clip(expression_of(face.landmarks, face.embedding) * strength, 0.0, 1.1)
