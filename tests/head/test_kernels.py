from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mien.head import kernels
from mien.head.kernels import kernel


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of three modules: top is built on middle, middle on base; other on nothing."""
    (tmp_path / "top.py").write_text("from mien.head.middle import f\n", "utf-8")
    (tmp_path / "middle.py").write_text("from mien.head import base\n", "utf-8")
    (tmp_path / "base.py").write_text("X = 1\n", "utf-8")
    (tmp_path / "other.py").write_text("Y = 1\n", "utf-8")
    monkeypatch.setattr(kernels, "HERE", tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    kernels.cache_folder.cache_clear()
    kernels._imports.cache_clear()


def test_a_change_anywhere_below_gives_a_new_folder(package: Path) -> None:
    before = {name: kernels.cache_folder(name) for name in ("top", "middle", "base", "other")}
    (package / "base.py").write_text("X = 2\n", "utf-8")
    forget()
    after = {name: kernels.cache_folder(name) for name in before}
    assert {name for name in before if before[name] != after[name]} == {"top", "middle", "base"}


def test_a_change_elsewhere_keeps_the_folder(package: Path) -> None:
    before = kernels.cache_folder("top")
    (package / "other.py").write_text("Y = 2\n", "utf-8")
    forget()
    assert kernels.cache_folder("top") == before


def test_the_shader_is_built_on_all_that_it_draws_with() -> None:
    forget()
    below = kernels._sources("shade")
    assert {"shade", "skin", "surfaces", "lighting", "shadow", "noise", "maths"} <= below
    assert "resolve" not in below


@kernel
def quotient(x: float, y: float) -> float:
    return x / y


def test_division_by_zero_is_plain_ieee() -> None:
    assert quotient(1.0, 0.0) == np.inf
    assert quotient(-1.0, 0.0) == -np.inf
    assert np.isnan(quotient(0.0, 0.0))


def test_kernels_are_exact_and_leave_numba_as_it_was() -> None:
    before = kernels.CONFIG.CACHE_DIR
    options = kernel(lambda x: x).targetoptions  # type: ignore[attr-defined]
    assert "fastmath" not in options
    assert before == kernels.CONFIG.CACHE_DIR
