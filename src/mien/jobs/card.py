"""A model's card: what its weight file says of itself, as a page for people."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping

from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader

_LICENCES = {"Apache-2.0": "apache-2.0", "MIT": "mit", "CC0-1.0": "cc0-1.0"}
_USES: Mapping[str, tuple[str, str]] = {
    "generate": ("mien generate sample --model {model} --count 16", "generate"),
    "express": ("mien express edit photo.jpg --preset smile --model {model}", "express"),
    "reenact": ("mien reenact run photo.jpg --driver clip.mp4 --model {model}", "reenact"),
    "translate": ("mien translate run photo.jpg --to {to} --model {model}", "translate"),
    "character.imitator": ("mien character eval --model {model}", "character"),
    "character.translator": (
        "mien character fit photo.jpg --translator {model} --engine head",
        "engines",
    ),
}
_WORDS = {
    "generate": "draws faces of people who do not exist",
    "express": "repairs photos whose expression was changed by moving their own pixels",
    "reenact": "repairs frames of a photo that follows a clip",
    "translate": "draws photos as the other kind of picture",
    "character.imitator": "draws what an engine draws for given parameters, differentiably",
    "character.translator": "tells an engine's parameters from a photo",
    "analyser.landmarks": "finds 68 landmarks and both irises of a face",
    "analyser.expression": "reads Action Units and gaze of a face",
    "analyser.parsing": "tells the parts of a head apart, pixel by pixel",
    "analyser.translator": "guesses a head's sliders from landmarks and a descriptor",
}


def card(header: WeightHeader, *, sha256: str, model: str) -> str:
    """The card as Markdown with the hub's front matter.

    model   what `--model` is to be given: a path or `hf:owner/name`
    """
    parts = [_front(header), _about(header, sha256), _use(header, model), _measured(header)]
    return "\n".join((*parts, _limits(header), _settings(header)))


def _front(header: WeightHeader) -> str:
    licence = _LICENCES.get(header.licence)
    lines = ["---", "library_name: mien", f"license: {licence or 'other'}"]
    if licence is None:
        lines.append(f"license_name: {json.dumps(_plain(header.licence), ensure_ascii=True)}")
    tags = ("mien", "face", re.sub(r"[^a-z0-9-]+", "-", header.job.lower()).strip("-"))
    return "\n".join([*lines, "tags:", *(f"- {tag}" for tag in tags if tag), "---", ""])


def _about(header: WeightHeader, sha256: str) -> str:
    what = _WORDS.get(header.job, "is one of mien's networks")
    rows = {
        "job": header.job,
        "preset": header.preset,
        "trained on": header.data,
        "licence": header.licence,
        "crop of its inputs": header.crop.get("name", "") or "-",
        "head it was made for": header.head_hash[:12] or "-",
        "mien": header.version,
        "SHA-256": sha256,
    }
    return "\n".join(
        [
            f"# {_plain(header.job)}, preset {_plain(header.preset)}",
            "",
            f"A network of mien that {what}.",
            "",
            *_table(("", ""), {name: _plain(value) or "-" for name, value in rows.items()}),
            "",
        ]
    )


def _use(header: WeightHeader, model: str) -> str:
    told = _USES.get(header.job)
    lines = ["## Use", ""]
    if told is not None:
        line = told[0].format(model=model, to=_plain(header.config.get("to", "anime")))
        lines += ["```sh", line, "```", ""]
    lines += [
        "```python",
        "import mien",
        "",
        f"model = mien.from_pretrained({json.dumps(model)})",
        "```",
        "",
        "The file is safetensors with a JSON header; nothing in it can run.",
        "",
    ]
    return "\n".join(lines)


def _measured(header: WeightHeader) -> str:
    kept = {
        _plain(name): f"{value:.4g}"
        for name, value in header.metrics.items()
        if isinstance(value, int | float) and math.isfinite(value)
    }
    if not kept:
        return "## Figures\n\nNone stand in its header.\n"
    told = "As its header tells them, measured by whoever trained it."
    return "\n".join(["## Figures", "", told, "", *_table(("figure", "value"), kept), ""])


def _limits(header: WeightHeader) -> str:
    lines = ["## Limits", ""]
    if header.head_hash or "head" in header.data:
        lines.append(
            "- It learnt from people whom mien's parametric head draws, not from photos: skin, "
            "hair and light of real photos are wider than what it saw."
        )
    lines += [
        "- Use photos of people who agreed to it, and do not pass a result off as a recording; "
        "mien marks every output as synthetic, and the marks are to stay.",
        "- It is not made to decide about people.",
    ]
    return "\n".join([*lines, ""])


def _settings(header: WeightHeader) -> str:
    config = json.dumps(dict(header.config), indent=1, sort_keys=True, ensure_ascii=True)
    return "\n".join(["## Settings", "", "```json", config.replace("```", "` ` `"), "```", ""])


def _table(heads: tuple[str, str], rows: Mapping[str, str]) -> list[str]:
    lines = [f"| {heads[0]} | {heads[1]} |", "|---|---|"]
    return [*lines, *(f"| {name} | {value} |" for name, value in rows.items())]


def _plain(value: object) -> str:
    """A text of a header in Markdown: no line breaks, no markup."""
    flat = " ".join(terminal_safe(value).split())
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", flat)[:500]
