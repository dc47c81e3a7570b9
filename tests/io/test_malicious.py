"""Pickles that ask for code to be run: by every way we know of, and nothing of it happens."""

from __future__ import annotations

import builtins
import collections
import os
import pickle
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.data.landmark_files import lm2s
from mien.errors import InputError, WeightsError
from mien.io.foreign import load_foreign
from mien.io.pickled import load_arrays

COMMAND = "touch ran"
CODE = "open('ran', 'w').close()"


class Asks:
    """Its pickle asks for a call."""

    def __init__(self, *reduced: Any) -> None:
        self._reduced = reduced

    def __reduce__(self) -> tuple[Any, ...]:
        return self._reduced


class AsksToSet(dict[str, Any]):
    """Its pickle asks for a state to be set."""

    def __reduce__(self) -> tuple[Any, ...]:
        return collections.OrderedDict, (), {"a": Asks(os.system, (COMMAND,))}


ASKED: dict[str, Callable[[], Any]] = {
    "os.system": lambda: Asks(os.system, (COMMAND,)),
    "eval": lambda: Asks(builtins.eval, (f"__import__('os').system({COMMAND!r})",)),
    "exec": lambda: Asks(builtins.exec, (CODE,)),
    "popen": lambda: Asks(subprocess.Popen, (COMMAND.split(),)),
    "open": lambda: Asks(builtins.open, ("ran", "w")),
    "getattr": lambda: Asks(builtins.getattr, (Path("ran"), "touch")),
    "import": lambda: Asks(builtins.__import__, ("this",)),
    "torch.load": lambda: Asks(torch.load, ("inner.pth",)),
    "torch.save": lambda: Asks(torch.save, ([1], "ran")),
    "numpy.save": lambda: Asks(np.save, ("ran.npy", 3)),
    "fromfile": lambda: Asks(np.fromfile, ("secret",)),
    "memmap": lambda: Asks(np.memmap, ("ran", "uint8", "w+", 0, (9,))),
    "state": AsksToSet,
    "nested": lambda: [{"deep": (1, Asks(os.system, (COMMAND,)))}],
}
RAW = {
    "global": b"cposix\nsystem\n(S'" + COMMAND.encode() + b"'\ntR.",
    "inst": b"(S'" + COMMAND.encode() + b"'\niposix\nsystem\n.",
    "obj": b"(cposix\nsystem\nS'" + COMMAND.encode() + b"'\no.",
    "stack global": b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x09touch ran\x85R.",
    "extension": b"\x80\x02\x82\x01.",
    "persistent": b"Pran\n.",
    "dotted": b"\x80\x04\x8c\x05numpy\x8c\x10f2py.os.system...\x93\x8c\x09touch ran\x85R.",
}


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_bytes(bytes(8))


def nothing_ran(folder: Path) -> bool:
    return not [one for one in folder.iterdir() if one.name.startswith("ran")]


@pytest.mark.parametrize("name", ASKED)
def test_no_checkpoint_runs_anything(name: str, tmp_path: Path) -> None:
    torch.save({"w": torch.ones(2)}, tmp_path / "inner.pth")
    for suffix in (".pth", ".ckpt", ".pth.tar"):
        path = tmp_path / f"evil{suffix}"
        for zipped in (True, False):
            whole = {"state_dict": {"w": torch.ones(2)}, "extra": ASKED[name]()}
            torch.save(whole, path, _use_new_zipfile_serialization=zipped)
            with pytest.raises(WeightsError, match="evil"):
                load_foreign(path)
        path.write_bytes(pickle.dumps(ASKED[name]()))
        with pytest.raises(WeightsError, match="evil"):
            load_foreign(path)
    assert nothing_ran(tmp_path)


@pytest.mark.parametrize("name", ASKED)
def test_no_landmark_file_runs_anything(name: str, tmp_path: Path) -> None:
    path = tmp_path / "evil.lm2s"
    for protocol in range(6):
        for whole in (ASKED[name](), {"a": ASKED[name]()}):
            path.write_bytes(pickle.dumps(whole, protocol=protocol))
            with pytest.raises(InputError, match=r"evil\.lm2s"):
                lm2s.read_lm2s(path)
            with pytest.raises(ValueError, match="not a pickle"):
                load_arrays(path.read_bytes())
    assert nothing_ran(tmp_path)


@pytest.mark.parametrize("name", RAW)
def test_no_opcode_runs_anything(name: str, tmp_path: Path) -> None:
    path = tmp_path / "evil.lm2s"
    path.write_bytes(RAW[name])
    with pytest.raises(InputError, match=r"evil\.lm2s"):
        lm2s.read_lm2s(path)
    other = tmp_path / "evil.pth"
    other.write_bytes(RAW[name])
    with pytest.raises(WeightsError, match=r"evil\.pth"):
        load_foreign(other)
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("archive/data.pkl", RAW[name])
        archive.writestr("archive/version", "3\n")
    with pytest.raises(WeightsError, match=r"evil\.pth"):
        load_foreign(other)
    assert nothing_ran(tmp_path)
