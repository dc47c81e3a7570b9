"""Several photos of one person: more is known of what they share."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mien.errors import InputError
from mien.face import affine
from mien.head.schema import SLIDER_INDEX, SLIDERS
from mien.persona.fit import FitOptions
from mien.persona.gauss_newton import eye_frame, fit_geometry
from mien.persona.held import Held, hold
from mien.persona.landmark_model import AU_PART, PARAMETER_COUNT, landmark_model
from mien.persona.together import (
    OWN,
    agreed,
    evidence,
    fit_together,
    middle,
    shared_shape,
)
from mien.persona.translator import translator
from mien.seeding import rng
from mien.types import Face, Image, Landmarks


def person(seed: int, count: int) -> tuple[np.ndarray, list[Landmarks]]:
    """True shared numbers (I,), and landmarks of several poses and expressions, in pixels.

    They err as the detector does on photos.
    """
    random, known, model = rng("together", seed), translator(), landmark_model()
    parameters = np.zeros(PARAMETER_COUNT)
    covariance = np.linalg.inv(known.population.precision[np.ix_(OWN, OWN)])
    parameters[OWN] = 0.5 * random.multivariate_normal(known.population.mean[OWN], covariance)
    errors = np.linalg.inv(known.noise.precision)
    pictures = []
    for _ in range(count):
        own = parameters.copy()
        own[AU_PART] = np.clip(random.normal(0, 0.15, AU_PART.stop - AU_PART.start), 0, 1)
        pose = random.normal(0, 1, 3) * (14, 6, 3)
        points = 300 * model.project(own, pose) + 250
        eyes = np.hypot(*(points[45] - points[36]))
        error = random.multivariate_normal(np.zeros(136), errors).reshape(68, 2)
        pictures.append(points + (known.noise.offset(pose) + error) * eyes)
    return parameters[OWN], pictures


def face_of(landmarks: Landmarks, face: Face) -> Face:
    return dataclasses.replace(face, landmarks=landmarks, embedding=np.zeros(0, np.float32))


def test_evidence_is_the_curvature_of_what_a_fit_minimises(astronaut_face: Face) -> None:
    """At a free fit the pull of landmarks and of the prior on the shared numbers cancel."""
    known, model = translator(), landmark_model()
    fit = fit_geometry(model, known.population, known.noise, astronaut_face.landmarks)
    told = evidence(known.population, known.noise, astronaut_face.landmarks, fit)
    assert np.allclose(told.normal, told.normal.T, atol=1e-5 * np.abs(told.normal).max())
    assert np.linalg.eigvalsh(told.normal).min() > -1e-6 * np.abs(told.normal).max()
    precision = known.population.precision[np.ix_(OWN, OWN)]
    prior = precision @ (fit.parameters - known.population.mean)[OWN]
    inside = np.abs(fit.parameters[OWN]) < 0.6
    assert np.abs(told.slope + prior)[inside].max() < 0.05 * np.abs(prior).max()
    alone = agreed(known.population, [told])
    assert np.abs(alone - fit.parameters[OWN]).max() < 0.1


def neutral(shared: np.ndarray) -> Landmarks:
    """(68, 2) the neutral, frontal landmarks of shared numbers, in the eye frame."""
    parameters = np.zeros(PARAMETER_COUNT)
    parameters[OWN] = shared
    points = landmark_model().project(parameters, np.zeros(3))
    return affine.transform(eye_frame(points), points)


def test_more_photos_know_more(astronaut_face: Face) -> None:
    """Expressions and poses differ; the face without them is found better from five photos."""
    one, five = [], []
    for seed in range(6):
        true, pictures = person(seed, 5)
        faces = [face_of(points, astronaut_face) for points in pictures]
        noises = [translator().noise] * 5
        for found, count in ((one, 1), (five, 5)):
            value = shared_shape(faces[:count], noises[:count])
            found.append(np.hypot(*(neutral(value) - neutral(true)).T).mean())
    assert np.mean(five) < 0.8 * np.mean(one)


def test_what_is_held_stays(astronaut_face: Face) -> None:
    _, pictures = person(1, 2)
    faces = [face_of(points, astronaut_face) for points in pictures]
    held = Held({"nose_width": 0.77})
    value = shared_shape(faces, [translator().noise] * 2, held)
    assert value[SLIDER_INDEX["nose_width"]] == 0.77
    assert hold(translator().population, held).held is not None


def test_two_pictures_become_one_person(astronaut: Image, astronaut_face: Face) -> None:
    middle_point = (astronaut.shape[1] / 2, astronaut.shape[0] / 2)
    turn = affine.about(affine.rotation(9.0) * 0.8, middle_point, middle_point)
    turned = affine.warp(astronaut, turn, (astronaut.shape[1], astronaut.shape[0]))
    other = dataclasses.replace(
        astronaut_face, landmarks=affine.transform(turn, astronaut_face.landmarks)
    )
    found = fit_together([(astronaut, astronaut_face), (turned, other)], FitOptions("off", 128))
    one, two = (fit.character.code for fit in found.fits)
    assert one.sliders == two.sliders
    assert one.hair == two.hair
    assert one.materials["skin"] == two.materials["skin"]
    assert abs(two.pose.roll - one.pose.roll - 9.0) < 2.0
    assert max(fit.error for fit in found.fits) < max(found.alone) + 0.01
    assert set(found.confidence) == set(SLIDERS)
    assert "set" not in found.confidence.values()
    with pytest.raises(InputError):
        fit_together([], FitOptions())


def test_colours_are_medians() -> None:
    paints = [{"a": 1.0, "skin": (0.1, 0.2, 0.3), "b": 1.0}, {"a": 3.0, "skin": (0.3, 0.2, 0.1)}]
    assert middle(paints) == {"a": 2.0, "skin": (0.2, 0.2, 0.2)}
