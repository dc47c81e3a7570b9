from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mien
from mien.app.commands import doctor
from mien.head.schema import schema_hash
from mien.io.weights import WeightHeader, save_weights

Cli = Callable[..., Any]


def test_the_doctor_names_every_package_and_weight(cli: Cli) -> None:
    result = cli("doctor", "--json")
    assert result.code == 0
    facts = json.loads(result.out)
    assert facts["mien"] == mien.__version__
    assert schema_hash() in facts["head"]
    for name in doctor.NEEDED:
        assert facts[name] == importlib.metadata.version(name)
    for path in (Path(mien.__file__).parent / "weights").glob("*.safetensors"):
        assert "MiB" in facts[path.name]


def test_the_doctor_says_what_is_missing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "NEEDED", ("numpy", "no-such-package"))
    result = cli("doctor")
    assert result.code == 2
    assert result.err == "not ready: no-such-package missing; run `python3 dev.py setup`\n"
    assert "not installed" in result.out


def test_weights_tell_what_they_are(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    header = WeightHeader(job="test", preset="tiny", metrics={"nme": 0.03}, head_hash="0" * 16)
    save_weights(path, {"x": np.zeros(3, np.float32)}, header)
    facts = json.loads(cli("inspect", path, "--json").out)
    assert (facts["job"], facts["preset"], facts["metrics"]) == ("test", "tiny", {"nme": 0.03})
    assert facts["kind"] == "weights"
    shown = cli("inspect", path).out
    assert "metrics.nme" in shown
    assert "the weights of a network" in shown
    assert "photo" not in shown


def test_a_damaged_weight_file_is_an_error(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"nonsense" * 9)
    result = cli("inspect", path)
    assert result.code == 2
    assert result.err.startswith(f"mien: {path}: ")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"{}"),
        ("a.json", b"[1"),
        ("a.json", b"[" * 5000),
        ("a.glb", b"glTF"),
        ("a.glb", b"\0" * 64),
        ("a.png", b"\x89PNG nothing"),
        ("a.txt", b"hello"),
    ],
)
def test_other_peoples_files_are_refused(
    cli: Cli, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = cli("inspect", path)
    assert (result.code, result.out) == (2, "")
    assert result.err == (
        f"mien: {path}: nothing in it says that mien made it; "
        "wanted a result or weight file of mien's\n"
    )
