"""docs/translate.md: every setting of the ancestor has its counterpart, and it exists."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from mien import fields
from mien.jobs.translate import JOB
from mien.jobs.translate.presets import PRESETS, Config
from mien.train.plan import Plan

# The options of the ancestor's argments.py, those of CycleGAN and those of DTN.
THERE = (
    *("niter", "niter_decay", "lr_policy", "beta1", "beta2", "n_critic", "lr_G", "lr_D"),
    *("generator_mode", "lambda_A", "lambda_B", "lambda_idt", "use_idt", "gpu", "input_nc"),
    *("output_nc", "ngf", "ndf", "init_type", "init_gain", "gan_mode", "pool_size"),
    *("num_workers", "batch", "iteration", "domain_A_path", "domain_B_path", "every_save_images"),
    *("save_person_path", "dataset_size", "epochs", "ckpt_num", "vis_per_iter", "env"),
    *("gamma", "alpha"),
)


def rows(root: Path) -> list[tuple[str, str]]:
    page = (root / "docs" / "translate.md").read_text("utf-8")
    table = page.partition("| there | here |")[2].splitlines()[2:]
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
        assert [one for one in re.findall(r"`([^`]+)`", here) if one not in known] == [], here
