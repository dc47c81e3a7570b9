"""Other people's makers: the ancestor's checkpoints, and `latest_net_G_A.pth` and its like.

ancestor   all four nets of anime_person_translation in one file (netG_A makes people of drawings,
           netG_B drawings of people), or one maker alone; Generator_SA or UnetGenerator
junyanz    one ResNet maker of pytorch-CycleGAN-and-pix2pix with instance norms; its file does not
           say what it makes: what `--to` asks for is believed

A file must hold exactly the tensors of one of these, by name and shape.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.errors import WeightsError
from mien.io.files import read_bytes
from mien.io.foreign import PARALLEL, load_foreign
from mien.io.limits import WEIGHT_LIMITS
from mien.io.names import terminal_safe
from mien.io.weights import WeightHeader
from mien.jobs.translate.config import Kind
from mien.jobs.translate.generators import DeepUNet, ResNetMaker
from mien.jobs.translate.networks import SeedMaker
from mien.messages import text

SUFFIXES = (".pth", ".pt", ".ckpt", ".tar")
_WHOLE = {"anime": "netG_B.", "photo": "netG_A."}
_FORGOTTEN = ("running_mean", "running_var", "num_batches_tracked")
"""Old files keep statistics of instance norms, which nothing reads."""
_BLOCK = re.compile(r"model\.(\d+)\.conv_block\.(\d+)\.weight")
_SPECTRAL = ("weight_matrices", "weight_u", "weight_v")
_MOST_BLOCKS = 64
_HALVINGS = range(5, 10)
"""Of a UnetGenerator: its pictures are 32 to 512 pixels."""

Arrays: TypeAlias = Mapping[str, NDArray[Any]]


def is_foreign(model: str) -> bool:
    """Whether `--model` names a checkpoint that is not one of ours."""
    return Path(model).suffix.lower() in SUFFIXES


def load_maker(path: Path, to: Kind) -> tuple[nn.Module, int, WeightHeader, str]:
    """A maker in evaluation mode, the size of its pictures, a header, and the file's SHA-256.

    Raises WeightsError with one line for a file that cannot be read or holds anything else.
    """
    tensors = _own_part(load_foreign(path), to)
    try:
        if "model.1.weight" in tensors:
            maker, size, name = _resnet(tensors), 256, "ResnetGenerator"
        elif "model.model.0.weight" in tensors:
            maker, size, name = _unet(tensors)
        else:
            maker, size, name = _attentive(tensors), 64, "Generator_SA"
    except (KeyError, RuntimeError, ValueError, IndexError) as problem:
        what = str(problem.args[0] if problem.args else "").splitlines()
        shown = {"path": terminal_safe(path), "what": terminal_safe((what or [""])[-1].strip())}
        raise WeightsError(text("translate.foreign_differs", **shown)) from problem
    data = read_bytes(
        path, max_bytes=WEIGHT_LIMITS.max_bytes, wanted="io.wanted.checkpoint", error=WeightsError
    )
    header = WeightHeader("translate", name, config={"foreign": name, "to": to})
    return maker.eval().requires_grad_(False), size, header, hashlib.sha256(data).hexdigest()


def _own_part(tensors: Arrays, to: Kind) -> dict[str, NDArray[Any]]:
    """The maker of the wished kind, where a file holds several nets; without forgotten numbers."""
    start = _WHOLE[to]
    if any(name.startswith(start) for name in tensors):
        tensors = {n.removeprefix(start): a for n, a in tensors.items() if n.startswith(start)}
    kept = {n: a for n, a in tensors.items() if n.rpartition(".")[2] not in _FORGOTTEN}
    if kept and all(name.startswith(PARALLEL) for name in kept):
        kept = {name.removeprefix(PARALLEL): array for name, array in kept.items()}
    return kept


class _Taken:
    """Tensors that are asked for by name, each once; what nobody asks for is a mistake."""

    def __init__(self, tensors: Arrays) -> None:
        self._left = dict(tensors)
        self.state: dict[str, Tensor] = {}

    def array(self, name: str) -> Tensor:
        """One of them; raises KeyError where it is missing."""
        return torch.from_numpy(np.array(self._left.pop(name), np.float32))

    def layer(self, ours: str, theirs: str, *, bias: bool = True) -> None:
        """Weight and bias of a layer, under our name."""
        self.state[f"{ours}.weight"] = self.array(f"{theirs}.weight")
        if bias:
            self.state[f"{ours}.bias"] = self.array(f"{theirs}.bias")

    def spectral(self, ours: str, theirs: str) -> None:
        """A layer behind the ancestor's spectral norm, divided by its largest singular value.

        The ancestor iterates once more at every pass, in evaluation too: so is done here.
        """
        weight, left, _ = (self.array(f"{theirs}.module.{name}") for name in _SPECTRAL)
        matrix = weight.flatten(1)
        right = nn.functional.normalize(matrix.T @ left, dim=0)
        left = nn.functional.normalize(matrix @ right, dim=0)
        self.state[f"{ours}.weight"] = weight / (left @ (matrix @ right))
        self.state[f"{ours}.bias"] = self.array(f"{theirs}.module.bias")

    def fill(self, net: nn.Module) -> nn.Module:
        """The network with all of them; raises ValueError where some are left."""
        if self._left:
            raise ValueError(f"unexpected {sorted(self._left)[0]}")
        net.load_state_dict(self.state, strict=True)
        return net


def _resnet(tensors: Arrays) -> ResNetMaker:
    """The ResNet of junyanz's code: layers are numbered by their place, activations included."""
    taken = _Taken(tensors)
    inner = sorted({(int(m[1]), int(m[2])) for n in tensors if (m := _BLOCK.fullmatch(n))})
    places = sorted({place for place, _ in inner})
    if len(places) > _MOST_BLOCKS:
        raise ValueError(f"{len(places)} blocks")
    first = places[0] if places else 10
    downs = (first - 4) // 3
    taken.layer("first", "model.1")
    for k in range(downs):
        taken.layer(f"downs.{k}", f"model.{4 + 3 * k}")
    for k, place in enumerate(places):
        one, two = (part for number, part in inner if number == place)
        taken.layer(f"blocks.{k}.conv1", f"model.{place}.conv_block.{one}")
        taken.layer(f"blocks.{k}.conv2", f"model.{place}.conv_block.{two}")
    after = first + len(places)
    for k in range(downs):
        taken.layer(f"ups.{k}", f"model.{after + 3 * k}")
    taken.layer("last", f"model.{after + 3 * downs + 1}")
    widths = [len(taken.state["first.weight"])]
    widths += [len(taken.state[f"downs.{k}.weight"]) for k in range(downs)]
    net = ResNetMaker(tuple(widths), len(places))
    taken.fill(net)
    return net


def _unet(tensors: Arrays) -> tuple[DeepUNet, int, str]:
    """The ancestor's UnetGenerator: blocks within blocks, each a way down and a way up."""
    taken, at, depth = _Taken(tensors), "model.model", 0
    taken.layer("downs.0", f"{at}.0", bias=False)
    taken.layer("last", f"{at}.3")
    ups: list[tuple[str, bool]] = []
    while f"{at}.{3 if depth else 1}.model.1.weight" in tensors:
        at, depth = f"{at}.{3 if depth else 1}.model", depth + 1
        if depth >= _HALVINGS.stop:
            raise ValueError(f"{depth + 1} halvings")
        taken.layer(f"downs.{depth}", f"{at}.1", bias=False)
        deepest = f"{at}.3.weight" in tensors
        ups.append((f"{at}.{3 if deepest else 5}", deepest))
    for place, (theirs, _) in enumerate(reversed(ups)):
        taken.layer(f"ups.{place}", theirs, bias=False)
    widths = tuple(len(taken.state[f"downs.{k}.weight"]) for k in range(depth + 1))
    if len(widths) not in _HALVINGS:
        raise ValueError(f"{len(widths)} halvings")
    net = DeepUNet(widths)
    taken.fill(net)
    return net, 2 ** len(widths), "UnetGenerator"


def _attentive(tensors: Arrays) -> SeedMaker:
    """The ancestor's Generator_SA."""
    taken = _Taken(tensors)
    for k in range(4):
        taken.layer(f"downs.{k}", f"up_sample.{3 * k}")
    taken.layer("to_code", "up_sample.12")
    for ours, theirs in zip(("from_code", "ups.0", "ups.1", "ups.2"), "1234", strict=True):
        taken.spectral(ours, f"l{theirs}.0")
    for place, name in itertools.product((0, 1), ("query", "key", "value")):
        letter = {"query": "f", "key": "g", "value": "h"}[name]
        taken.layer(f"attend.{place}.{name}", f"up_attn{place + 1}.conv_{letter}")
    for place in (0, 1):
        taken.state[f"attend.{place}.share"] = taken.array(f"up_attn{place + 1}.gamma").reshape(())
    taken.layer("last", "last.0")
    widths = tuple(len(taken.state[f"downs.{k}.weight"]) for k in range(4))
    net = SeedMaker(widths, len(taken.state["to_code.weight"]))
    taken.fill(net)
    return net
