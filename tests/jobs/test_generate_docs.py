"""docs/generate.md: every setting of the ancestor has its counterpart, and it exists."""

from __future__ import annotations

import re
from pathlib import Path

from mien.jobs.generate import JOB
from mien.jobs.generate.presets import PRESETS, Config

from .docs_help import known_names, table_rows

# The constants of the ancestor's main.py and showimg.py.
THERE = (
    *("img_size", "batch_size", "noise_dim", "chongfu", "show_every", "save_every", "image_path"),
    *("squeezed", "shuffle buffer", "seed 20190415", "noisy soft labels", "Adam 2e-4"),
    *("5 x 5", "one D step", "showimg.py", "90 further latents"),
)


def test_every_setting_of_the_ancestor_is_in_the_table(root: Path) -> None:
    told = "\n".join(there for there, _ in table_rows(root, "generate.md"))
    assert [one for one in THERE if one not in told] == []


def test_every_counterpart_exists(root: Path) -> None:
    known = known_names(JOB, PRESETS, Config)
    for _, here in table_rows(root, "generate.md"):
        named = re.findall(r"`([^`]+)`", here)
        assert [one for one in named if one not in known] == [], here
        assert named or here.startswith("not needed"), here


def test_every_preset_is_documented(root: Path) -> None:
    page = (root / "docs" / "generate.md").read_text("utf-8")
    assert [name for name in PRESETS if f"`{name}`" not in page] == []
