"""Fixtures that several parts of the tests share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.types import Image

ROOT = Path(__file__).resolve().parent.parent
REAL = ROOT.parent / "shared" / "real"


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are asserted in English whatever the machine's locale."""
    monkeypatch.setenv("MIEN_LANG", "en")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def astronaut() -> Image:
    """(512, 512, 3) the astronaut that scikit-image carries."""
    pytest.importorskip("skimage", reason="scikit-image is not installed (extra [demo])")
    from skimage import data

    return np.ascontiguousarray(data.astronaut())


@pytest.fixture(scope="session")
def real_photos() -> Path:
    """The folder of real photos beside the repository, which does not carry them."""
    if not REAL.is_dir():
        pytest.skip("photos of real people are not in ../shared/real")
    return REAL


@dataclasses.dataclass(frozen=True)
class CliResult:
    """What one command line gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., CliResult]:
    """Runs a command line in this process: `cli("head", "schema").out`."""
    from mien.app.cli import main

    def run(*words: str | Path) -> CliResult:
        capfd.readouterr()
        code = main([str(word) for word in words])
        out, err = capfd.readouterr()
        return CliResult(code, out, err)

    return run
