"""Several photos of one person: what they have in common is fitted once.

Each photo has its own expression, pose, camera and light; sliders and brows are shared. A photo's
landmarks say of them what is left when its own numbers are taken out (the Schur complement of its
normal equations); these add up, with one prior. Where the photos agree, the answer is theirs, where
none of them shows anything, the translator's. Two rounds, since the model is nearly linear.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.errors import InputError
from mien.face import affine
from mien.head.schema import SLIDERS
from mien.messages import text
from mien.persona.character import Confidence
from mien.persona.fit import Fit, FitOptions, fit_face
from mien.persona.gauss_newton import (
    POSE_SD,
    GeometryFit,
    Noise,
    design_of,
    eye_frame,
    fit_geometry,
    limits,
)
from mien.persona.held import NONE_HELD, STYLES, Held, hold
from mien.persona.landmark_model import (
    AU_PART,
    BROW_NAMES,
    BROW_PART,
    PARAMETER_COUNT,
    SLIDER_PART,
    landmark_model,
)
from mien.persona.prior import BROW_DEFAULTS, Prior
from mien.persona.translator import translator
from mien.types import Face, Image, Landmarks, MaterialValue

FloatArray = NDArray[np.float64]

OWN = np.r_[SLIDER_PART, BROW_PART]
"""Places of what is shared, in the parameters of the landmark model."""
ROUNDS = 2
_ALIKE = 0.5
"""Share of the translator's error that is the same in every photo of a person."""
_AU_LIMIT = 1.1
_ON_SKIN = ("brow_density", "beard", "freckles")
"""What a photo's own skin shows, so that a fit must be free not to paint it again."""


@dataclasses.dataclass(frozen=True, eq=False)
class Evidence:
    """What one photo says of the shared numbers: a quadratic around `at` (I,).

    0.5 (s - at)' normal (s - at) + slope' (s - at)
    """

    at: FloatArray
    normal: FloatArray
    slope: FloatArray


@dataclasses.dataclass(frozen=True, eq=False)
class Together:
    """One person from several photos.

    fits        of each photo, with the shared identity
    alone       landmark errors of each photo by itself, outer eyes 1 apart
    best        place of the photo that skin and light come from
    confidence  by slider, "seen" where one of the photos shows it
    """

    fits: tuple[Fit, ...]
    alone: tuple[float, ...]
    best: int
    confidence: Mapping[str, Confidence]


def evidence(prior: Prior, noise: Noise, landmarks: Landmarks, fit: GeometryFit) -> Evidence:
    """What landmarks (68, 2) say of the shared numbers, at a fit of them."""
    to_frame = affine.compose(eye_frame(landmarks), fit.to_photo)
    scale = float(to_frame[0, 0])
    design = design_of(landmark_model().linearise(fit.parameters, fit.pose), scale)
    weighted = design.T @ noise.precision
    normal, slope = weighted @ design, -(weighted @ fit.residual.ravel())
    aus = fit.parameters[AU_PART]
    normal[AU_PART, AU_PART] += prior.precision[AU_PART, AU_PART]
    slope[AU_PART] += prior.precision[AU_PART, AU_PART] @ (aus - prior.mean[AU_PART])
    turn = np.arange(PARAMETER_COUNT, PARAMETER_COUNT + 3)
    normal[turn, turn] += 1 / POSE_SD**2
    slope[turn] += fit.pose / POSE_SD**2
    free = np.ones(len(normal), bool)
    free[OWN] = False
    # An intensity that is held at its end does not give way.
    pushed = ((aus <= 0) & (slope[AU_PART] > 0)) | ((aus >= _AU_LIMIT) & (slope[AU_PART] < 0))
    free[AU_PART] = ~pushed
    others = np.flatnonzero(free)
    between = np.linalg.solve(normal[np.ix_(others, others)], normal[np.ix_(others, OWN)])
    return Evidence(
        fit.parameters[OWN],
        normal[np.ix_(OWN, OWN)] - normal[np.ix_(OWN, others)] @ between,
        slope[OWN] - between.T @ slope[others],
    )


def agreed(prior: Prior, told: Sequence[Evidence]) -> FloatArray:
    """(I,) the shared numbers that all evidence and the prior make likeliest, inside the bounds."""
    low, high = (side[OWN] for side in limits(prior))
    precision, mean = prior.precision[np.ix_(OWN, OWN)], prior.mean[OWN]
    normal = precision + np.sum([one.normal for one in told], 0)
    wanted = precision @ mean + np.sum([one.normal @ one.at - one.slope for one in told], 0)
    value, free = np.clip(mean, low, high), low < high
    for _ in range(4):
        rest = wanted - normal[:, ~free] @ value[~free]
        value[free] = np.linalg.solve(normal[np.ix_(free, free)], rest[free])
        out = free & ((value < low) | (value > high))
        value = np.clip(value, low, high)
        if not out.any():
            break
        free &= ~out
    return value


def shared_prior(faces: Sequence[Face], held: Held = NONE_HELD) -> Prior:
    """What is expected of a person seen several times: the translator's guesses, averaged."""
    known = translator()
    guesses = [
        known.guess(face.landmarks, face.embedding)[0] for face in faces if len(face.embedding)
    ]
    if not guesses:
        return hold(known.population, held)
    share = _ALIKE + (1 - _ALIKE) / len(guesses)
    covariance = known.error * share + np.eye(len(SLIDERS)) * 1e-3
    precision = np.asarray(np.linalg.inv(covariance), np.float64)
    return hold(known.population.with_identity(np.mean(guesses, 0), precision), held)


def shared_shape(
    faces: Sequence[Face], noises: Sequence[Noise], held: Held = NONE_HELD
) -> FloatArray:
    """(I,) sliders and brow offsets of one person, from the landmarks of several photos."""
    model, prior = landmark_model(), shared_prior(faces, held)
    value: FloatArray | None = None
    for _ in range(ROUNDS):
        told = []
        for face, noise in zip(faces, noises, strict=True):
            near = prior if value is None else _pinned(prior, value)
            fit = fit_geometry(model, near, noise, face.landmarks)
            told.append(evidence(prior, noise, face.landmarks, fit))
        value = agreed(prior, told)
    assert value is not None
    return value


def _pinned(prior: Prior, value: FloatArray) -> Prior:
    mean, held = prior.mean.copy(), np.zeros(PARAMETER_COUNT, bool)
    mean[OWN], held[OWN] = value, True
    return Prior(mean, prior.precision, held)


def fit_together(photos: Sequence[tuple[Image, Face]], options: FitOptions) -> Together:
    """One person from several photos, each with the face that is theirs.

    Colours are medians over the photos, styles are those of most, skin and light those of the
    photo that is most frontal and least spoilt. Raises InputError without a photo.
    """
    if not photos:
        raise InputError(text("character.no_photos"))
    bare = dataclasses.replace(options, likeness="off")
    alone = [fit_face(photo, face, bare) for photo, face in photos]
    held, best = options.held, int(np.argmin([_spoilt(one) for one in alone]))
    faces, noises = [face for _, face in photos], [one.shape.noise for one in alone]
    value = shared_shape(faces, noises, held)
    codes = [one.character.code for one in alone]
    sliders = dict(zip(SLIDERS, value[: len(SLIDERS)].tolist(), strict=True))
    brows: dict[str, float] = dict(
        zip(BROW_NAMES, (value[len(SLIDERS) :] + BROW_DEFAULTS).tolist(), strict=True)
    )
    styles = {name: _most([getattr(code, name) for code in codes], best) for name in STYLES}
    common = middle([code.materials for code in codes])
    paint = {name: value for name, value in common.items() if name not in _ON_SKIN}
    shared = Held(
        {**_rounded(sliders), **held.sliders},
        {**paint, **_rounded(brows), **held.materials},
        **{**styles, **held.styles},
    )
    fits = []
    for place, (photo, face) in enumerate(photos):
        likeness = options.likeness if place == best else "off"
        own = dataclasses.replace(options, likeness=likeness, held=shared)
        fits.append(fit_face(photo, face, own))
    told = [one.character.confidence for one in alone]
    return Together(tuple(fits), tuple(one.error for one in alone), best, _confidence(told))


def _confidence(told: Sequence[Mapping[str, Confidence]]) -> dict[str, Confidence]:
    """The best that any photo says of each slider."""
    found = dict(told[0])
    for one in told[1:]:
        found |= {name: value for name, value in one.items() if value != "guessed"}
    return found


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}


def _spoilt(fit: Fit) -> float:
    """How much a photo hides: degrees of turning, and thirty for every warning."""
    pose = fit.character.code.pose
    return float(np.hypot(pose.yaw, pose.pitch)) + 30.0 * len(fit.warnings)


def _most(styles: Sequence[str], best: int) -> str:
    """The style of most photos; of the best one where none has most."""
    return max(styles, key=lambda style: (styles.count(style), style == styles[best]))


def middle(paints: Sequence[Mapping[str, MaterialValue]]) -> dict[str, MaterialValue]:
    """Medians of the materials that all photos have, to four decimals."""
    found: dict[str, MaterialValue] = {}
    for name in paints[0]:
        if not all(name in paint for paint in paints):
            continue
        value = np.round(np.median(np.array([paint[name] for paint in paints], np.float64), 0), 4)
        if value.ndim:
            red, green, blue = value.tolist()
            found[name] = (red, green, blue)
        else:
            found[name] = float(value)
    return found
