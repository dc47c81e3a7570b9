"""docs/translate.md: every setting of the ancestor has its counterpart, and it exists."""

from __future__ import annotations

import re
from pathlib import Path

from mien.jobs.translate import JOB
from mien.jobs.translate.presets import PRESETS, Config

from .docs_help import known_names, table_rows

# The options of the ancestor's argments.py, those of CycleGAN and those of DTN.
THERE = (
    *("niter", "niter_decay", "lr_policy", "beta1", "beta2", "n_critic", "lr_G", "lr_D"),
    *("generator_mode", "lambda_A", "lambda_B", "lambda_idt", "use_idt", "gpu", "input_nc"),
    *("output_nc", "ngf", "ndf", "init_type", "init_gain", "gan_mode", "pool_size"),
    *("num_workers", "batch", "iteration", "domain_A_path", "domain_B_path", "every_save_images"),
    *("save_person_path", "dataset_size", "epochs", "ckpt_num", "vis_per_iter", "env"),
    *("gamma", "alpha"),
)


def test_every_setting_of_the_ancestor_is_in_the_table(root: Path) -> None:
    told = "\n".join(there for there, _ in table_rows(root, "translate.md"))
    assert [one for one in THERE if one not in told] == []


def test_every_counterpart_exists(root: Path) -> None:
    known = known_names(JOB, PRESETS, Config)
    for _, here in table_rows(root, "translate.md"):
        assert [one for one in re.findall(r"`([^`]+)`", here) if one not in known] == [], here
