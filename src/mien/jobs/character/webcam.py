"""What a page needs to read a face before a webcam: our networks, and what Python measured.

The page's scripts (`viewer/webcam`) are ports of `face.quick_tracker`, `persona.live` and what
these use; the numbers that they share with Python are written here, when a page is.
"""

from __future__ import annotations

import functools
import gzip
import json
from importlib import resources

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from mien.face.landmarks import MIRROR
from mien.head.camera import CENTRE, PIVOT
from mien.head.markers import JAW_ANGLES
from mien.persona.gauss_newton import limits
from mien.persona.landmark_model import AU_PART, DISTANCE, FOCAL, landmark_model
from mien.persona.motion_fit import AU_PRECISION
from mien.persona.motion_reader import motion_reader
from mien.persona.translator import translator
from mien.types import AU_NAMES

PARTS = {
    "webcam-script": "webcam.js.gz",
    "webcam-wasm": "onnxruntime.wasm.gz",
    "webcam-network": "landmarks.onnx.gz",
}
"""What lies packed beside the viewer, by the id of its element in a page."""
FACTS = "webcam-facts"
LICENCE = "LICENSE-onnxruntime.txt"


@functools.cache
def part(name: str) -> bytes:
    """A packed file of the viewer's folder."""
    return (resources.files("mien.jobs.character.viewer") / name).read_bytes()


def measured() -> bytes:
    """The arrays and facts that the scripts read, as safetensors: float32 and int32.

    mean, basis, candidates, counts, angles   the landmark model
    people.*, low, high                       what people are like, and how far a fit may go
    noise.*                                   what the landmark network does to true landmarks
    motion.precision, reader.*                the prior of Action Units, and their perceptron
    mirror                                    point k of a mirrored face is point mirror[k]
    """
    model, known, reader = landmark_model(), translator(), motion_reader()
    low, high = limits(known.population)
    arrays: dict[str, NDArray[np.float64]] = {
        "mean": model.mean,
        "basis": model.basis,
        "angles": JAW_ANGLES,
        "people.mean": known.population.mean,
        "people.precision": known.population.precision,
        "low": low,
        "high": high,
        "noise.bias": known.noise.bias,
        "noise.precision": known.noise.precision,
        "motion.precision": AU_PRECISION,
    }
    for k, (weight, bias) in enumerate(reader.layers):
        arrays |= {f"reader.weight{k}": weight, f"reader.bias{k}": bias}
    for name in ("input_mean", "input_sd", "output_mean", "output_sd"):
        arrays[f"reader.{name.replace('_', '.')}"] = getattr(reader, name)
    stored: dict[str, NDArray[np.generic]] = {
        name: np.ascontiguousarray(array, np.float32) for name, array in arrays.items()
    }
    stored["candidates"] = np.concatenate(model.candidates).astype(np.int32)
    stored["counts"] = np.array([len(group) for group in model.candidates], np.int32)
    stored["mirror"] = MIRROR.astype(np.int32)
    facts = {
        "aus": AU_NAMES,
        "first_au": AU_PART.start,
        "layers": len(reader.layers),
        "camera": {"centre": CENTRE, "pivot": PIVOT, "distance": DISTANCE, "focal": FOCAL},
    }
    return safetensors.numpy.save(stored, metadata={"facts": json.dumps(facts)})


@functools.cache
def parts() -> dict[str, bytes]:
    """All that a page with a webcam carries beside the viewer, gzipped, by the ids of elements."""
    return {
        **{key: part(name) for key, name in PARTS.items()},
        FACTS: gzip.compress(measured(), 9, mtime=0),
    }
