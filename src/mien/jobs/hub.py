"""Models by name from anywhere, and models put where others find them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.errors import WeightsError
from mien.io import hub
from mien.io.atomic import atomic_folder, atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.limits import WEIGHT_LIMITS
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader, load_weights, read_header
from mien.jobs.card import card
from mien.messages import text

if TYPE_CHECKING:
    import torch

CARD, CONFIG = "README.md", "config.json"
_SHIPPED = Path(__file__).resolve().parents[1] / "weights"


def from_pretrained(name: str | Path, *, device: str = "auto") -> Any:
    """A model ready to be used, of whatever job its weight file is.

    name   `hf:owner/name`, a folder that `save_pretrained` wrote, a weight file, or the name of
           one that ships: "generate-photo"

    Raises WeightsError for weights that are missing, damaged or of an unknown job, and
    MissingExtraError for a repository's name without the extra [hub].
    """
    from mien import device as devices

    path = find(name)
    header = read_header(path)
    if header.job not in _LOADERS:
        values = {"path": terminal_safe(path), "job": terminal_safe(header.job)}
        raise WeightsError(text("hub.job", **values))
    return _LOADERS[header.job](path, header, devices.pick(device))


def find(name: str | Path) -> Path:
    """The weight file that a name means; errors as `from_pretrained`."""
    if isinstance(name, str) and hub.is_place(name):
        return hub.fetch(name)
    path = Path(name)
    if path.is_dir():
        known = sorted(path.glob("*.safetensors"))
        if (path / hub.FILE) in known:
            return path / hub.FILE
        if len(known) != 1:
            values = {"path": terminal_safe(path), "count": len(known)}
            raise WeightsError(text("hub.folder_many", **values))
        return known[0]
    shipped = _SHIPPED / f"{name}.safetensors"
    return shipped if not path.suffix and not path.exists() and shipped.is_file() else path


def save_pretrained(weights: str | Path, folder: Path, *, model: str | None = None) -> Path:
    """Writes a folder that `from_pretrained` reads and a hub shows: weights, card, config.json.

    weights   as `from_pretrained` takes them
    model     what the card tells people to give as --model; None: the folder

    The file's bytes are kept, so that its SHA-256 is. Raises WeightsError for what is no whole
    weight file, OutputError where the folder is taken.
    """
    path = find(weights)
    header = read_header(path)
    found = load_weights(path, expected_job=header.job)
    data = read_bytes(
        path, max_bytes=WEIGHT_LIMITS.max_bytes, wanted="io.wanted.weights", error=WeightsError
    )
    shown = card(header, sha256=found.sha256, model=model or folder.name)
    with atomic_folder(folder) as built:
        atomic_write_bytes(built / hub.FILE, data)
        atomic_write_bytes(built / CARD, shown.encode())
        atomic_write_bytes(built / CONFIG, _config(header).encode())
    return folder


def _config(header: WeightHeader) -> str:
    values = {
        "library_name": "mien",
        "job": header.job,
        "preset": header.preset,
        "config": dict(header.config),
        "crop": dict(header.crop),
    }
    return json.dumps(values, indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def _generate(path: Path, header: WeightHeader, device: torch.device) -> Any:
    from mien.jobs.generate.model import load_model

    return load_model(str(path), device)


def _express(path: Path, header: WeightHeader, device: torch.device) -> Any:
    from mien.jobs.express.model import load_model

    return load_model(str(path), device)


def _reenact(path: Path, header: WeightHeader, device: torch.device) -> Any:
    from mien.jobs.reenact.model import load_model

    return load_model(str(path), device)


def _translate(path: Path, header: WeightHeader, device: torch.device) -> Any:
    from mien.jobs.translate.model import load_model

    return load_model(str(path), "photo" if header.config.get("to") == "photo" else "anime", device)


def _imitator(path: Path, header: WeightHeader, device: torch.device) -> Any:
    from mien.jobs.character.imitator.model import load_imitator

    return load_imitator(str(path), device)


def _engine(path: Path, header: WeightHeader, device: torch.device) -> Any:
    from mien.jobs.character.translator.model import load_translator

    return load_translator(str(path))


def _landmarks(path: Path, header: WeightHeader, device: torch.device) -> Any:
    from mien.face.landmark_net import HeadLandmarker

    return HeadLandmarker(path)


def _parsing(path: Path, header: WeightHeader, device: torch.device) -> Any:
    from mien.face.parsing_net import HeadParser

    return HeadParser(path)


def _expression(path: Path, header: WeightHeader, device: torch.device) -> Any:
    from mien.face.expression_net import ExpressionReader

    return ExpressionReader(path)


_LOADERS: Mapping[str, Callable[[Path, WeightHeader, Any], Any]] = {
    "generate": _generate,
    "express": _express,
    "reenact": _reenact,
    "translate": _translate,
    "character.imitator": _imitator,
    "character.translator": _engine,
    "analyser.landmarks": _landmarks,
    "analyser.parsing": _parsing,
    "analyser.expression": _expression,
}
