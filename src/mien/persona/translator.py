"""The one-shot translator: who a face is, in sliders, from its landmarks and its descriptor.

A small perceptron trained on renders (`analysers.translator`). Its weight file also holds what
else a fit has to know before it sees a photo: how well the network knows each slider, what the
landmark detector does to true landmarks, and what people are like.
"""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.head.schema import SLIDERS
from mien.persona.gauss_newton import Noise, eye_shape
from mien.persona.perceptron import Layer, Perceptron, perceptron_of
from mien.persona.prior import Prior, prior_of
from mien.persona.vocabulary import Speech, load_spoken
from mien.types import Landmarks

FloatArray = NDArray[np.float64]

WEIGHTS = Path(__file__).resolve().parents[1] / "weights" / "character-translator.safetensors"
JOB = "analyser.translator"
DESCRIPTOR_SIZE = 128
INPUT_SIZE = 136 + DESCRIPTOR_SIZE
OUTPUT_SIZE = len(SLIDERS) + 1
"""Sliders, then sex from -1 to 1."""
PHOTO_TRUST = 6.0
"""The landmark detector is this many times surer (inverse variance) on photos than on the spoilt
renders its noise is measured on: fits of photos leave a twentieth of that noise unexplained."""
ERROR_INFLATION = 1.0
"""Factor on the network's held-out errors. Letting photos stray further lowers the landmark error
a little and the vertex error on renders not at all."""


@dataclasses.dataclass(frozen=True, eq=False)
class Translator:
    """Network and statistics; see `analysers.translator.train` for how they are made."""

    net: Perceptron
    error: FloatArray
    population: Prior
    noise: Noise
    sha256: str

    def guess(
        self, landmarks: Landmarks, descriptor: NDArray[np.floating]
    ) -> tuple[FloatArray, float]:
        """Sliders (S,) and sex (-1 feminine, 1 masculine) of a face.

        landmarks   (68, 2) pixels, any similarity
        descriptor  (128,) identity descriptor
        """
        raw = np.concatenate([landmark_features(landmarks), np.asarray(descriptor, np.float64)])
        value = self.net(raw)
        return value[: len(SLIDERS)], float(np.clip(value[-1], -1.0, 1.0))

    def prior(self, landmarks: Landmarks, descriptor: NDArray[np.floating]) -> tuple[Prior, float]:
        """What is expected of this face before Gauss-Newton, and its sex."""
        sliders, sex = self.guess(landmarks, descriptor)
        covariance = self.error * ERROR_INFLATION**2 + np.eye(len(SLIDERS)) * 1e-3
        return self.population.with_identity(sliders, _double(np.linalg.inv(covariance))), sex


def landmark_features(landmarks: Landmarks) -> FloatArray:
    """(136,) the landmarks in the eye frame."""
    return eye_shape(landmarks).ravel()


def read_translator(path: Path = WEIGHTS) -> Translator:
    """A translator from its weight file.

    Its header names its sliders; those of version 1 of the head become today's.

    Raises WeightsError for a file that is missing, damaged, or made for another head.
    """
    weights = load_spoken(path, job=JOB)
    tensors: dict[str, FloatArray] = {
        name: _double(array) for name, array in weights.tensors.items()
    }
    net = perceptron_of(weights.tensors)
    speech = Speech.of(weights.header)
    # A slider that the weights do not know is as people are: 0, and as varied as the others.
    people = tensors["people.sliders.covariance"]
    usual = float(np.median(np.diag(people) / speech.units**2))
    spread = speech.covariance(people, unknown=usual)
    covariance = tensors["noise.covariance"]
    return Translator(
        net=dataclasses.replace(
            net,
            layers=(*net.layers[:-1], _last_layer(*net.layers[-1], speech)),
            output_mean=_outputs(net.output_mean, speech),
            output_sd=_outputs(net.output_sd, speech),
        ),
        error=speech.covariance(tensors["error.covariance"], unknown=usual),
        population=prior_of(
            (speech.vector(tensors["people.sliders.mean"]), spread),
            (tensors["people.brows.mean"], tensors["people.brows.covariance"]),
        ),
        noise=Noise(tensors["noise.bias"], _double(PHOTO_TRUST * np.linalg.inv(covariance))),
        sha256=weights.sha256,
    )


def _last_layer(weight: FloatArray, bias: FloatArray, speech: Speech) -> Layer:
    """The rows of the weights' sliders in today's places; sex stays last."""
    rows = np.append(speech.places, OUTPUT_SIZE - 1)
    whole, shift = np.zeros((OUTPUT_SIZE, weight.shape[1])), np.zeros(OUTPUT_SIZE)
    whole[rows], shift[rows] = weight, bias
    return whole, shift


def _outputs(values: FloatArray, speech: Speech) -> FloatArray:
    """Means or standard deviations of the weights' sliders and sex, as today's outputs."""
    return np.append(speech.vector(values[:-1]), values[-1])


def _double(array: NDArray[Any]) -> FloatArray:
    return np.asarray(array, np.float64)


@functools.cache
def translator() -> Translator:
    """The shipped translator, loaded once."""
    return read_translator()
