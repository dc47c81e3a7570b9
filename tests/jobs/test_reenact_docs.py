"""docs/reenact.md: every setting of the ancestor has its counterpart, and it exists."""

from __future__ import annotations

import re
from pathlib import Path

from mien.jobs.reenact import JOB
from mien.jobs.reenact.presets import PRESETS, Config

from .docs_help import known_names, table_rows

# The constants of the ancestor's config.py, and what its scripts do.
THERE = (
    *("PREDICT_BATCH_SIZE", "BATCH_SIZE", "REAL_TIME_REENACT_BATCH_SIZE", "NAME_DATA_SET"),
    *("TIMES_TO_SAVE", "TRAIN_ON_SMALL_DATA", "SMALL_DATA_SIZE", "DROP_OUT", "CAPACITY", "SHUFFLE"),
    *("MAX_ITER", "WEIGHT_DECAY", "PER_PROCESS_GPU_MEMORY_FRACTION", "EDGE_THICK", "NUM_THREADS"),
    *(
        "IMAGE 128",
        "FPS 20",
        "RMSProp",
        "clipped",
        "two-way",
        "optical_flow.py",
        "0_SSIM",
        "0_PSNR",
    ),
)


def test_every_setting_of_the_ancestor_is_in_the_table(root: Path) -> None:
    told = "\n".join(there for there, _ in table_rows(root, "reenact.md"))
    assert [one for one in THERE if one not in told] == []


def test_every_counterpart_exists(root: Path) -> None:
    known = known_names(JOB, PRESETS, Config)
    known |= {"mien data import ckplus", "mien data import", "--pairs within", "--equalise"}
    for _, here in table_rows(root, "reenact.md"):
        named = re.findall(r"`([^`]+)`", here)
        assert [one for one in named if one not in known] == [], here
        assert named or here.startswith("not needed"), here


def test_every_preset_is_documented(root: Path) -> None:
    page = (root / "docs" / "reenact.md").read_text("utf-8")
    assert [name for name in PRESETS if f"`{name}`" not in page] == []
