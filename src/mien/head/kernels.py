"""How the head's inner loops are compiled."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import config as numba_config

Function = TypeVar("Function", bound=Callable[..., object])

CONFIG: Any = numba_config
HERE = Path(__file__).parent
STALE_AFTER = 3600.0
"""Age in seconds at which the kernels of earlier sources are thrown away."""
IMPORT = re.compile(r"^from mien\.head(?:\.(\w+) import| import (.+)$)", re.MULTILINE)


@functools.cache
def _imports(name: str) -> frozenset[str]:
    """Modules of this package that a module of this package imports."""
    found: set[str] = set()
    for module, listed in IMPORT.findall((HERE / f"{name}.py").read_text("utf-8")):
        found.update([module] if module else re.findall(r"\w+", listed))
    return frozenset(part for part in found if (HERE / f"{part}.py").exists())


def _sources(name: str) -> set[str]:
    """The module and everything in this package that it is built on."""
    known, fresh = {name}, {name}
    while fresh:
        fresh = {part for module in fresh for part in _imports(module)} - known
        known |= fresh
    return known


@functools.cache
def cache_folder(name: str) -> str:
    """Folder of a module's compiled kernels: one for every state of the sources they are made of.

    numba notices a change only in the file of a cached kernel itself, not in the files it calls,
    and would go on drawing with the old ones. So the folder's name holds a hash of them all.
    """
    digest = hashlib.sha256()
    for source in sorted(_sources(name)):
        digest.update((HERE / f"{source}.py").read_bytes())
    root = Path(CONFIG.CACHE_DIR) if CONFIG.CACHE_DIR else HERE / "__pycache__"
    if not os.access(root if root.exists() else root.parent, os.W_OK):
        root = Path.home() / ".cache" / "mien"
    folder = root / f"kernels-{name}-{digest.hexdigest()[:12]}"
    for other in root.glob(f"kernels-{name}-*"):
        if other != folder and time.time() - other.stat().st_mtime > STALE_AFTER:
            shutil.rmtree(other, ignore_errors=True)
    return str(folder)


def _compile(function: Function, *, counting: bool) -> Function:
    usual = CONFIG.CACHE_DIR
    package, _, name = function.__module__.rpartition(".")
    if package == "mien.head":
        CONFIG.CACHE_DIR = cache_folder(name)
    try:
        options = {
            "cache": True,
            "error_model": "numpy",
            "forceinline": True,
            "nogil": True,
            "_nrt": counting,
        }
        compiled: Any = numba.njit(**options)(function)
        return compiled
    finally:
        CONFIG.CACHE_DIR = usual


def kernel(function: Function) -> Function:
    """Compile with numba: cached, no fastmath, and plain IEEE division (x / 0 is infinite).

    A kernel makes no arrays, so numba's reference counting is switched off: counting the arrays
    of every small call would take more than half of the shader's time. Calls between kernels
    are inlined.
    """
    return _compile(function, counting=False)


def allocating_kernel(function: Function) -> Function:
    """`kernel` for a function that makes arrays of its own."""
    return _compile(function, counting=True)
