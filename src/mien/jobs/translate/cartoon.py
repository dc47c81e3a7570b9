"""The other way to a drawing: fit the photo, then draw the fitted person in the toon style.

Sharp at any size, since nothing is painted by a network; the drawing knows of the photo only what
a face code says.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.affine import Matrix
from mien.head.light import LIGHTS
from mien.head.render import render
from mien.head.schema import LABEL
from mien.persona.fit import FitOptions, fit_face
from mien.types import Face, Image

SIZE = 512
_SUPERSAMPLE = 3
_PALE, _LIFT = 0.6, 0.35
"""Drawings stand before a paler backdrop; as on the head's own pictures."""
_LEAST_FIT = 128


@dataclasses.dataclass(frozen=True, eq=False)
class Drawing:
    """A face as a drawing.

    image      (size, size, 3) uint8
    inside     (size, size) bool, what is not backdrop
    to_photo   (2, 3) pixels of the drawing to pixels of the photo
    models     SHA-256 of the weight files that took part in the fit
    warnings   keys of what may have spoilt the fit
    """

    image: Image
    inside: NDArray[np.bool_]
    to_photo: Matrix
    models: tuple[str, ...]
    warnings: tuple[str, ...]


def cartoon(photo: Image, face: Face, size: int | None = None) -> Drawing:
    """One face of a photo as a drawing, in the photo's pose and framing.

    size   pixels a side, None: 512
    """
    size = size or SIZE
    # The fit looks at the photo through a picture of this size: a tiny one would spoil it.
    options = FitOptions(likeness="off", size=max(size, _LEAST_FIT))
    fit = fit_face(photo, face, options)
    character = fit.character
    code = dataclasses.replace(character.code, style="toon")
    red, green, blue = (float(min(1.0, v * _PALE + _LIFT)) for v in character.view.background)
    changes: dict[str, Any] = {
        "light": LIGHTS["studio"],
        "background": (red, green, blue),
        "supersample": _SUPERSAMPLE,
        "camera": dataclasses.replace(character.view.camera, size=size),
    }
    drawn = render(code, view=dataclasses.replace(character.view, **changes))
    fine = affine.similarity(fit.landmarks, face.landmarks)
    scale = options.size / size
    shift = (scale - 1) / 2
    to_photo = affine.compose(fine, [[scale, 0.0, shift], [0.0, scale, shift]])
    return Drawing(
        image=drawn.rgb,
        inside=drawn.labels != LABEL["background"],
        to_photo=to_photo,
        models=character.provenance.models,
        warnings=fit.warnings,
    )
