"""Checkpoints: everything a run needs to go on as if it had never stopped.

    checkpoints/step-000123/  weights, average, optimisers, state (.safetensors), manifest.json

A checkpoint appears at once or not at all. Its manifest is written last and holds the SHA-256 of
every other file; one that does not match is passed over for the one before it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor

from mien.errors import TrainingError
from mien.io.atomic import atomic_folder
from mien.io.names import terminal_safe
from mien.messages import text

FORMAT = 1
PARTS = ("weights", "average", "optimisers", "state")
_NAME = re.compile(r"step-(\d{6,})")
_TENSOR = "tensor:"


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A run's whole state at the end of a step.

    parts      for each of PARTS a tree of dicts and lists with tensors and plain JSON values
    progress   where the run is: plain JSON values
    """

    parts: Mapping[str, Any]
    progress: Mapping[str, Any]


def save(folder: Path, step: int, snapshot: Snapshot, *, keep: int = 3) -> Path:
    """Writes checkpoint `step` and removes all but the newest `keep`; returns its folder.

    Raises OutputError, with everything that was there before still there.
    """
    path = folder / f"step-{step:06d}"
    manifest: dict[str, Any] = {"format": FORMAT, "progress": dict(snapshot.progress)}
    manifest["parts"] = {}
    with atomic_folder(path, overwrite=True) as built:
        for name in PARTS:
            tensors: dict[str, Tensor] = {}
            plain = _split(snapshot.parts[name], "", tensors)
            data = safetensors.torch.save(tensors)
            (built / f"{name}.safetensors").write_bytes(data)
            digest = hashlib.sha256(data).hexdigest()
            manifest["parts"][name] = {"sha256": digest, "plain": plain}
        written = json.dumps(manifest, indent=1, sort_keys=True, allow_nan=False)
        seal = hashlib.sha256(written.encode()).hexdigest()
        (built / "manifest.json").write_text(written + f"\n{seal}\n", encoding="utf-8")
    for old in list(checkpoints(folder))[keep:]:
        shutil.rmtree(old, ignore_errors=True)
    return path


def checkpoints(folder: Path) -> Iterator[Path]:
    """The checkpoints in a folder, newest first, sound or not."""
    if folder.is_dir():
        found = [(_NAME.fullmatch(entry.name), entry) for entry in folder.iterdir()]
        numbered = [(int(match[1]), entry) for match, entry in found if match]
        yield from (entry for _, entry in sorted(numbered, reverse=True))


def latest(folder: Path, *, warn: Callable[[str], None]) -> Snapshot | None:
    """The newest sound checkpoint, or None where there is none at all.

    warn   told, in a sentence, of every damaged one that was passed over

    Raises TrainingError where there are checkpoints and all of them are damaged.
    """
    damaged = []
    for path in checkpoints(folder):
        try:
            return load(path)
        except TrainingError as error:
            damaged.append(path)
            warn(str(error))
    if damaged:
        raise TrainingError(text("train.checkpoints_damaged", path=terminal_safe(folder)))
    return None


def load(path: Path) -> Snapshot:
    """Reads one checkpoint; raises TrainingError where any byte of it is not as it was written."""
    try:
        written, seal, end = (path / "manifest.json").read_text("utf-8").rsplit("\n", 2)
        if end or hashlib.sha256(written.encode()).hexdigest() != seal:
            raise _damaged(path, "manifest.json")
        manifest = json.loads(written)
        if manifest["format"] > FORMAT:
            raise TrainingError(text("train.checkpoint_newer", path=terminal_safe(path)))
        parts = {name: _read_part(path, name, manifest["parts"][name]) for name in PARTS}
    except (OSError, ValueError, KeyError) as problem:
        raise _damaged(path, type(problem).__name__) from problem
    return Snapshot(parts, manifest["progress"])


def _read_part(path: Path, name: str, told: Mapping[str, Any]) -> Any:
    data = (path / f"{name}.safetensors").read_bytes()
    if hashlib.sha256(data).hexdigest() != told["sha256"]:
        raise _damaged(path, f"{name}.safetensors")
    return _join(told["plain"], safetensors.torch.load(data))


def _damaged(path: Path, what: str) -> TrainingError:
    return TrainingError(text("train.checkpoint_damaged", path=terminal_safe(path), what=what))


def _split(tree: Any, place: str, tensors: dict[str, Tensor]) -> Any:
    """The tree with its tensors taken out and named; keys that are not texts keep their type."""
    if isinstance(tree, Tensor):
        # A copy: two names must not share memory, and the run goes on with the original.
        tensors[place] = tree.detach().to("cpu", copy=True).contiguous()
        return _TENSOR + place
    if isinstance(tree, Mapping):
        items = [
            [key, _split(value, f"{place}.{key}" if place else str(key), tensors)]
            for key, value in tree.items()
        ]
        return {"pairs": items}
    if isinstance(tree, list | tuple):
        return {"list": [_split(one, f"{place}.{k}", tensors) for k, one in enumerate(tree)]}
    if isinstance(tree, str) and tree.startswith(_TENSOR):
        raise ValueError(f"{place}: a text in a checkpoint must not begin with {_TENSOR}")
    if tree is None or isinstance(tree, bool | int | float | str):
        return tree
    raise TypeError(f"{place}: a checkpoint cannot hold a {type(tree).__name__}")


def _join(plain: Any, tensors: Mapping[str, Tensor]) -> Any:
    if isinstance(plain, str) and plain.startswith(_TENSOR):
        return tensors[plain.removeprefix(_TENSOR)]
    if isinstance(plain, dict) and "pairs" in plain:
        return {key: _join(value, tensors) for key, value in plain["pairs"]}
    if isinstance(plain, dict):
        return [_join(one, tensors) for one in plain["list"]]
    return plain


def fingerprint(snapshot: Snapshot) -> str:
    """SHA-256 of everything in a snapshot but clock times: equal for runs that went the same way.

    Weights, averages, optimisers, other state, and the digest of the data order in `progress`.
    """
    digest = hashlib.sha256()
    tensors: dict[str, Tensor] = {}
    plain = {name: _split(snapshot.parts[name], name, tensors) for name in PARTS}
    plain["progress"] = {k: v for k, v in snapshot.progress.items() if k not in CLOCKS}
    digest.update(json.dumps(plain, sort_keys=True).encode())
    for name in sorted(tensors):
        tensor = tensors[name].contiguous()
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}".encode())
        digest.update(tensor.reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


CLOCKS = frozenset({"seconds"})
"""Entries of `progress` that depend on how fast the machine was."""
