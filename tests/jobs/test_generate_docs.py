"""docs/generate.md: every setting of the ancestor has its counterpart, and it exists."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from mien import fields
from mien.jobs.generate import JOB
from mien.jobs.generate.presets import PRESETS, Config
from mien.train.plan import Plan

# The constants of the ancestor's main.py and showimg.py.
THERE = (
    *("img_size", "batch_size", "noise_dim", "chongfu", "show_every", "save_every", "image_path"),
    *("squeezed", "shuffle buffer", "seed 20190415", "noisy soft labels", "Adam 2e-4"),
    *("5 x 5", "one D step", "showimg.py", "90 further latents"),
)


def rows(root: Path) -> list[tuple[str, str]]:
    page = (root / "docs" / "generate.md").read_text("utf-8")
    table = page.partition("| there | here |")[2].partition("\n## ")[0].splitlines()[2:]
    cells = [line.strip("|").split("|") for line in table if line.startswith("|")]
    return [(there.strip(), here.strip()) for there, here in cells]


def test_every_setting_of_the_ancestor_is_in_the_table(root: Path) -> None:
    told = "\n".join(there for there, _ in rows(root))
    assert [one for one in THERE if one not in told] == []


def test_every_counterpart_exists(root: Path) -> None:
    options = {
        fields.shown(control)
        for request in JOB.request.values()
        for control in fields.describe(request)
    }
    known = {one.name for kind in (Config, Plan) for one in dataclasses.fields(kind)}
    known |= options | set(PRESETS) | set(JOB.request)
    for _, here in rows(root):
        named = re.findall(r"`([^`]+)`", here)
        assert [one for one in named if one not in known] == [], here
        assert named or here.startswith("not needed"), here


def test_every_preset_is_documented(root: Path) -> None:
    page = (root / "docs" / "generate.md").read_text("utf-8")
    assert [name for name in PRESETS if f"`{name}`" not in page] == []
