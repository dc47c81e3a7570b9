"""Generators of other people's GANimation: the ancestor's and the original's checkpoints.

Both networks are the same, layer for layer; their files name the layers differently.

    original   main.0.weight ... img_reg.0.weight, attetion_reg.0.weight (so spelled)
    ancestor   main.0.weight ... im_reg.0.weight, im_att.0.weight, and debug1 to debug4, which hold
               the first layers of `main` a second time; running statistics beside every norm

Neither code ever uses running statistics: the original has none, the ancestor never leaves training
mode, where a norm takes the picture's own. In both, attention 1 keeps the input. In networks that
follow the paper's first version attention 1 takes the new colours instead; a file does not tell
which, so `attention` does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from mien.errors import WeightsError
from mien.face import affine
from mien.face.align import Alignment, align_head
from mien.io.foreign import load_foreign
from mien.io.names import terminal_safe
from mien.jobs.express.presets import Config, config
from mien.messages import text
from mien.types import OPENFACE_AUS, Landmarks

Attention: TypeAlias = Literal["keep", "change"]
Arrays: TypeAlias = dict[str, NDArray[Any]]
SUFFIXES = (".pth", ".pt", ".ckpt", ".tar")
HEADS = (("img_reg", "attetion_reg"), ("img_reg", "attention_reg"), ("im_reg", "im_att"))
"""Names of the colours' and the attention's last layers: the original's, the same spelled right,
and the ancestor's."""
CROP = {"name": "openface", "eyes": [0.495, 0.283], "apart": 0.39}
"""The crop of OpenFace's `-simalign`, on which both were trained; measured on pictures of its."""
_STATISTICS = ("running_mean", "running_var", "num_batches_tracked")
_COPY = re.compile(r"debug\d+\.", re.ASCII)
_BLOCK = re.compile(r"main\.(\d+)\.main\.", re.ASCII)
# 12-3-G.ckpt is the ancestor's iteration and epoch, its README says 3-12-G.ckpt; the original's are
# net_epoch_30_id_generator.pth or net_epoch_30_id_G.pth.
_FILES = re.compile(
    r"(?:(\d+)-(\d+)-G\.ckpt|net_epoch_(\d+)_id_(?:generator\w*|G)\.pth)", re.ASCII | re.IGNORECASE
)


def is_foreign(path: Path) -> bool:
    """Whether a file's name says that it is such a checkpoint."""
    return path.suffix.lower() in SUFFIXES


def newest(folder: Path) -> Path | None:
    """The generator of a folder that was trained longest, in either order of its name's numbers.

    The ancestor took the oldest. The larger of two numbers is the iteration: an epoch has many.
    """
    found: list[tuple[tuple[int, ...], str, Path]] = []
    for path in folder.iterdir() if folder.is_dir() else ():
        match = _FILES.fullmatch(path.name)
        if match is not None and path.is_file():
            numbers = sorted((int(one) for one in match.groups() if one), reverse=True)
            found.append((tuple(numbers), path.name, path))
    return max(found)[2] if found else None


def read_generator(
    path: Path, *, attention: Attention = "keep"
) -> tuple[Config, dict[str, torch.Tensor]]:
    """The settings and the state of our `SeedGenerator` that are a foreign generator's.

    attention  "keep": 1 keeps the input; "change": 1 takes the new colours

    Raises WeightsError with the layer for a file that holds another network, too few layers or too
    many, or copies that are none.
    """
    tensors = _without_copies(path, load_foreign(path))
    kept = {name: one for name, one in tensors.items() if not name.endswith(_STATISTICS)}
    for colour, mask in HEADS:
        names = (f"{colour}.0.weight", f"{mask}.0.weight")
        if names[0] in kept and names[1] in kept:
            colours, masks = (kept.pop(name) for name in names)
            break
    else:
        raise _error("express.foreign_heads", path)
    body = {_our_name(path, name): one for name, one in kept.items()}
    # sigmoid(-x) = 1 - sigmoid(x): the other convention is the same network with this sign.
    sign = np.float32(1.0 if attention == "keep" else -1.0)
    shapes = [one.shape for one in (colours, masks)]
    if [shape[:1] for shape in shapes] != [(3,), (1,)] or shapes[0][1:] != shapes[1][1:]:
        raise _error("express.foreign_layer", path, layer=names[0])
    body["heads.weight"] = np.concatenate([colours, sign * masks])
    state = {name: torch.from_numpy(np.array(one)) for name, one in body.items()}
    return _settings(path, kept), state


def _without_copies(path: Path, tensors: Arrays) -> Arrays:
    """Without the ancestor's `debug` layers, each of which has to equal the one that it repeats."""
    kept = {name: one for name, one in tensors.items() if not _COPY.match(name)}
    for name, one in tensors.items():
        if name in kept:
            continue
        original = kept.get(_COPY.sub("main.", name, count=1))
        if original is None or not np.array_equal(original, one):
            raise _error("express.foreign_layer", path, layer=name)
    return kept


def _our_name(path: Path, name: str) -> str:
    """`main.9.main.0.weight` as `body.9.body.0.weight`."""
    if not name.startswith("main."):
        raise _error("express.foreign_layer", path, layer=name)
    return name.replace("main.", "body.")


def _settings(path: Path, tensors: Mapping[str, NDArray[Any]]) -> Config:
    """Sizes that the tensors tell."""
    first = tensors.get("main.0.weight", np.zeros(0))
    if first.ndim != 4 or first.shape[2:] != (7, 7):
        raise _error("express.foreign_layer", path, layer="main.0.weight")
    aus = int(first.shape[1]) - 3
    if aus != len(OPENFACE_AUS):
        raise _error("express.foreign_aus", path, count=aus, wanted=len(OPENFACE_AUS))
    blocks = {match[1] for match in map(_BLOCK.match, tensors) if match}
    return config("seed", aus=aus, channels=int(first.shape[0]), repeat=len(blocks))


def _error(key: str, path: Path, **values: object) -> WeightsError:
    shown = {name: terminal_safe(str(one)[:80]) for name, one in values.items()}
    return WeightsError(text(key, path=terminal_safe(path), **shown))


def openface_alignment(landmarks: Landmarks, size: int) -> Alignment:
    """The crop that OpenFace's `-simalign` makes, of landmarks (68, 2): `CROP`."""
    head = align_head(landmarks, size)
    zoom = CROP["apart"] / 0.25
    middle, wanted = np.array([0.5, 0.47]) * size - 0.5, np.array(CROP["eyes"]) * size - 0.5
    closer = affine.about([[zoom, 0.0], [0.0, zoom]], middle, wanted)
    return Alignment(affine.compose(closer, head.matrix), head.name, size)
