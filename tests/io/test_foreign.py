from __future__ import annotations

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from mien.errors import WeightsError
from mien.io.foreign import load_foreign
from mien.io.limits import WeightLimits


@pytest.mark.parametrize("zipped", [True, False], ids=["zip", "legacy"])
def test_tensors_come_back_by_their_names(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / "old.pth.tar"
    tensors = {
        "module.a.weight": torch.arange(6.0).view(2, 3),
        "module.a.steps": torch.tensor(7),
        "module.b": torch.ones(3, dtype=torch.float16),
    }
    whole = {"epoch": 3, "arch": "LightCNN", "state_dict": tensors, "prec1": 99.4}
    torch.save(whole, path, _use_new_zipfile_serialization=zipped)
    found = load_foreign(path)
    assert list(found) == ["a.weight", "a.steps", "b"]
    np.testing.assert_array_equal(found["a.weight"], [[0, 1, 2], [3, 4, 5]])
    assert found["b"].dtype == np.float32
    assert found["a.steps"] == 7


def test_a_prefix_that_not_all_names_have_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save({"module.a": torch.zeros(1), "b": torch.zeros(1)}, path)
    assert list(load_foreign(path)) == ["module.a", "b"]


class _Hostile:
    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (Path("ran"),))


def test_nothing_in_a_file_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for zipped in (True, False):
        torch.save({"a": _Hostile()}, tmp_path / "x.pth", _use_new_zipfile_serialization=zipped)
        with pytest.raises(WeightsError, match=r"x\.pth"):
            load_foreign(tmp_path / "x.pth")
    (tmp_path / "y.pth").write_bytes(pickle.dumps(_Hostile()))
    with pytest.raises(WeightsError):
        load_foreign(tmp_path / "y.pth")
    assert not (tmp_path / "ran").exists()


def test_files_that_are_no_checkpoints(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    with pytest.raises(WeightsError, match="no such file"):
        load_foreign(path)
    torch.save({"state_dict": {"a": torch.zeros(50)}}, path)
    data = path.read_bytes()
    for broken in (b"", b"PK\x03\x04", data[: len(data) // 2], b"\x00" * 300, b"hello" * 20):
        path.write_bytes(broken)
        with pytest.raises(WeightsError, match=r"x\.pth"):
            load_foreign(path)
    for empty in ({}, {"epoch": 3}, [torch.zeros(2)], {"state_dict": {"a": 1.0}}):
        torch.save(empty, path)
        with pytest.raises(WeightsError, match="no tensors"):
            load_foreign(path)


def test_a_small_file_does_not_become_a_large_array(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save({"a": torch.zeros(1).expand(100_000, 100_000)}, path)
    with pytest.raises(WeightsError):
        load_foreign(path)
    torch.save({"a": torch.zeros(100_000)}, path)
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    with pytest.raises(WeightsError):
        load_foreign(path)
    torch.save({"a": torch.zeros(2000)}, path)
    with pytest.raises(WeightsError):
        load_foreign(path, limits=WeightLimits(max_bytes=4000))


@pytest.mark.parametrize("end", [b"", b"\nx\n."])
def test_a_name_without_measure_is_one_line_at_once(tmp_path: Path, end: bytes) -> None:
    """torch alone is busy with such a name for minutes."""
    old = io.BytesIO()
    torch.save({"w": torch.zeros(2)}, old, _use_new_zipfile_serialization=False)
    head = old.getvalue()[:15]  # torch's magic number, a pickle of its own
    (tmp_path / "a.pth").write_bytes(head + b"\x80\x02c" + b"a" * 80_000 + end)
    with pytest.raises(WeightsError):
        load_foreign(tmp_path / "a.pth")
    (tmp_path / "b.pth").write_bytes(old.getvalue())
    assert load_foreign(tmp_path / "b.pth")["w"].shape == (2,)
