"""Which machine and which source a bench was measured with."""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from pathlib import Path

import mien
from mien.device import cores

_ROOT = Path(mien.__file__).resolve().parents[2]
_PATIENCE = 10.0


def machine() -> dict[str, str]:
    """What the figures of speed depend on; no name of the machine or of its user."""
    import numpy as np
    import torch

    found = {
        "cpu": _processor(),
        "cores": str(cores()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": torch.__version__,
        "threads": "1",
    }
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
        found["memory"] = f"{size:.0f} GiB"
    return found


def _processor() -> str:
    """The model's name as Linux tells it, or what Python knows."""
    with contextlib.suppress(OSError):
        for line in (
            Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        ):
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def commit() -> str:
    """The commit of the source in use, with a + where files differ from it; "" where unknown."""
    if not (_ROOT / ".git").exists():
        return ""
    name = _git("rev-parse", "--short=12", "HEAD")
    return f"{name}+" if name and _git("status", "--porcelain", "--", "src") else name


def _git(*words: str) -> str:
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(
            ["git", "-C", str(_ROOT), *words],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=True,
        )
        return done.stdout.strip()
    return ""
