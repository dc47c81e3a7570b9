"""A trained translator of an engine, with what it knows and what it can only guess."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from mien.errors import WeightsError
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader, load_weights, save_weights
from mien.jobs.character.engines.schema import Schema, Value
from mien.jobs.character.imitator.collected import layout_of
from mien.jobs.character.imitator.layout import Layout
from mien.jobs.character.translator import measure
from mien.jobs.character.translator.data import Basis, MeasuredSet
from mien.jobs.character.translator.network import TranslatorNet, make_translator
from mien.jobs.character.translator.presets import Settings
from mien.jobs.character.translator.recipe import NARROWEST
from mien.jobs.weights import DAMAGE, network_part, state_arrays, weight_file
from mien.messages import text

JOB = "character.translator"
Confidence: TypeAlias = Literal["seen", "guessed", "set"]
"""Told from the picture; the average, more or less; given by hand."""

FloatArray = NDArray[np.float64]

SEEN = 0.25
"""Share of a parameter's variance (of a choice's errors) that has to be explained on pictures that
did not train, for it to count as seen."""
_SURE = 0.02
"""Least error in [0, 1] that is believed."""


@dataclasses.dataclass(frozen=True, eq=False)
class Guess:
    """One look: `units` (d,), of choices their probabilities, and `error` (d,), one sd of each."""

    units: FloatArray
    error: FloatArray


@dataclasses.dataclass(frozen=True, eq=False)
class EngineTranslator:
    """A translator ready to be used.

    centre, spread  (d,) of the parameters it was trained on
    error           (d,) root mean square on held-out pictures, in [0, 1]
    explained       by parameter: R squared, of choices the share of errors that are gone
    """

    net: TranslatorNet
    basis: Basis
    layout: Layout
    centre: FloatArray
    spread: FloatArray
    error: FloatArray
    explained: Mapping[str, float]
    settings: Settings
    header: WeightHeader
    sha256: str

    @torch.no_grad()
    def guess(self, components: FloatArray) -> Guess:
        """The parameters of a picture's components (k,)."""
        answer = self.net(torch.from_numpy(components.astype(np.float32))[None])[0].double().numpy()
        return Guess(read_answer(answer, self.layout, self.centre, self.spread), self.error)

    def components(self, values: NDArray[np.floating[Any]]) -> FloatArray:
        """(k,) of measurements (n,)."""
        return self.basis.components(values)

    def confidence(self) -> dict[str, Confidence]:
        """For every parameter whether a picture shows it."""
        return {
            name: "seen" if value >= SEEN else "guessed" for name, value in self.explained.items()
        }

    def params(self, units: FloatArray, schema: Schema) -> dict[str, Value]:
        """The engine's parameters of a vector (d,)."""
        values, chosen = self.layout.from_unit(units)
        ranges = {one.name: one for one in self.layout.parameters}
        inside: dict[str, Value] = {
            name: min(max(value, ranges[name].low), ranges[name].high)
            for name, value in values.items()
        }
        return schema.complete({**inside, **chosen})

    def fits(self, schema: Schema) -> bool:
        """Whether it speaks of the parameters of this schema."""
        return layout_of(schema) == self.layout


def read_answer(
    answer: FloatArray, layout: Layout, centre: FloatArray, spread: FloatArray
) -> FloatArray:
    """(..., d) of the network to units: numbers in [0, 1], choices as probabilities."""
    units = np.clip(answer * spread + centre, 0.0, 1.0)
    for place in layout.slices().values():
        power = np.exp(answer[..., place] - answer[..., place].max(-1, keepdims=True))
        units[..., place] = power / power.sum(-1, keepdims=True)
    return units


def explained_by(
    units: FloatArray, wanted: FloatArray, layout: Layout, usual: FloatArray
) -> tuple[dict[str, float], FloatArray]:
    """By parameter the share explained, and the error (d,), on rows that did not train.

    units, wanted  (n, d); usual: (d,) the answer of one who has seen nothing
    """
    apart = np.square(units - wanted).mean(0)
    plain = np.square(usual - wanted).mean(0)
    explained = {
        one.name: round(float(1.0 - apart[k] / plain[k]), 4) if plain[k] > NARROWEST**2 else 0.0
        for k, one in enumerate(layout.parameters)
    }
    for name, place in layout.slices().items():
        right = wanted[:, place].argmax(1)
        hits = float((units[:, place].argmax(1) == right).mean())
        chance = float((right == int(usual[place].argmax())).mean())
        explained[name] = round((hits - chance) / (1.0 - chance), 4) if chance < 1.0 else 0.0
    return explained, np.sqrt(apart)


def save_translator(
    path: Path, net: TranslatorNet, known: MeasuredSet, header: WeightHeader
) -> str:
    """Writes a translator with its held-out errors; returns the SHA-256 of the file."""
    units = known.units.astype(np.float64)
    centre = units[known.train].mean(0)
    spread = np.maximum(units[known.train].std(0), NARROWEST)
    with torch.no_grad():
        answer = net(torch.from_numpy(known.components[known.test, 0])).double().numpy()
    found = read_answer(answer, known.layout, centre, spread)
    explained, error = explained_by(found, units[known.test], known.layout, centre)
    seen = [name for name, value in explained.items() if value >= SEEN]
    config = {
        **header.config,
        "layout": known.layout.as_config(),
        "explained": explained,
        "measure": {
            **{"version": measure.VERSION, "faces": known.basis.faces},
            **{"box": list(known.basis.box), "usual": known.basis.usual},
        },
    }
    metrics = {
        **header.metrics,
        "held_out": float(len(known.test)),
        "explained_mean": round(float(np.mean(list(explained.values()))), 4),
        "seen": float(len(seen)),
        "parameters": float(len(explained)),
    }
    arrays = state_arrays(net.state_dict(), "net")
    basis = known.basis
    arrays |= {"basis.mean": basis.mean, "basis.sd": basis.sd, "basis.axes": basis.axes}
    arrays |= {"units.centre": centre, "units.spread": spread, "units.error": error}
    whole = dataclasses.replace(header, job=JOB, config=config, metrics=metrics)
    kept = {name: array.astype(np.float32) for name, array in arrays.items()}
    return save_weights(path, kept, whole)


def load_translator(model: str) -> EngineTranslator:
    """Reads a translator from its file or its run's folder; raises WeightsError for another."""
    path = weight_file(model, {})
    found = load_weights(path, expected_job=JOB)
    try:
        return _of_weights(found.tensors, found.header, found.sha256)
    except DAMAGE as problem:
        shown = terminal_safe(path)
        raise WeightsError(text("character.translator.weights", path=shown)) from problem


def _of_weights(
    tensors: Mapping[str, NDArray[Any]], header: WeightHeader, sha256: str
) -> EngineTranslator:
    settings = Settings.from_config(header.config["recipe"])
    layout = Layout.from_config(header.config["layout"])
    told = header.config["measure"]
    if told["version"] != measure.VERSION:
        raise ValueError("other measurements")
    faces = bool(told["faces"])
    basis = _basis(tensors, told, faces)
    net = make_translator(basis.axes.shape[1], layout.size, settings, 0)
    net.load_state_dict(network_part(tensors, "net"))
    vectors = [_vector(tensors[f"units.{name}"], layout.size) for name in ("centre", "spread")]
    names = [one.name for one in layout.parameters] + [one.name for one in layout.choices]
    explained = {name: float(header.config["explained"][name]) for name in names}
    error = np.maximum(_vector(tensors["units.error"], layout.size), _SURE)
    net.eval().requires_grad_(False)
    return EngineTranslator(
        net, basis, layout, vectors[0], vectors[1], error, explained, settings, header, sha256
    )


def _basis(tensors: Mapping[str, NDArray[Any]], told: Mapping[str, Any], faces: bool) -> Basis:
    size = max(place.stop for place in measure.groups(faces).values())
    mean, sd = (_vector(tensors[f"basis.{name}"], size) for name in ("mean", "sd"))
    axes = np.asarray(tensors["basis.axes"], np.float64)
    left, top, right, bottom = (float(value) for value in told["box"])
    usual = float(told["usual"])
    sound = np.isfinite(axes).all() and (sd > 0).all() and np.isfinite(usual)
    inside = 0 <= left < right <= 1.1 and 0 <= top < bottom <= 1.1
    if axes.ndim != 2 or len(axes) != size or not axes.shape[1] or not sound or not inside:
        raise ValueError("a basis of another shape")
    return Basis(mean, sd, axes, faces, (left, top, right, bottom), usual)


def _vector(array: NDArray[Any], size: int) -> FloatArray:
    values = np.asarray(array, np.float64)
    if values.shape != (size,) or not np.isfinite(values).all():
        raise ValueError(f"a vector {values.shape}")
    return values
