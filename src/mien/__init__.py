"""mien makes, edits, moves, translates and sculpts faces, and trains the networks that do it.

This is the public page: every name below may be used as `mien.name`. Each is loaded when it is
first asked for, so that `import mien` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.errors import MienError as MienError
    from mien.jobs import JOBS as JOBS
    from mien.jobs.hub import from_pretrained as from_pretrained
    from mien.jobs.hub import save_pretrained as save_pretrained
    from mien.types import Box as Box
    from mien.types import Face as Face
    from mien.types import FaceCode as FaceCode
    from mien.types import Pose as Pose

__version__ = "0.1.0"

_PUBLIC = {
    "Box": "mien.types",
    "Face": "mien.types",
    "FaceCode": "mien.types",
    "JOBS": "mien.jobs",
    "MienError": "mien.errors",
    "Pose": "mien.types",
    "from_pretrained": "mien.jobs.hub",
    "save_pretrained": "mien.jobs.hub",
}


def __getattr__(name: str) -> object:
    """A public name, from the module that holds it."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted([*_PUBLIC, "__version__"])
