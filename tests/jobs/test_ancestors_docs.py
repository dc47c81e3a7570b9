"""docs/ancestors.md: every setting of both ancestors has its counterpart, and that exists."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from mien import fields
from mien.app.commands import all_commands
from mien.app.commands.data import FacesRequest, LabelledRequest
from mien.data.face_pairs import PAIR_KINDS
from mien.jobs.express import JOB as EXPRESS
from mien.jobs.express.presets import PRESETS as EXPRESS_PRESETS
from mien.jobs.express.presets import Config as ExpressConfig
from mien.jobs.reenact import JOB as REENACT
from mien.jobs.reenact.presets import PRESETS as REENACT_PRESETS
from mien.jobs.reenact.presets import Config as ReenactConfig
from mien.train.plan import Plan

THERE = {
    "RD-GAN": (
        *("SSIM_RATIO", "PREDICT_BATCH_SIZE", "BATCH_SIZE", "REAL_TIME_REENACT_BATCH_SIZE"),
        *("NAME_DATA_SET", "TIMES_TO_SAVE", "TRAIN_FLAG", "TRAIN_ON_SMALL_DATA"),
        *("SMALL_DATA_SIZE", "DROP_OUT", "CONV_KERNEL_SIZE", "TIMES_EPOCH", "CAPACITY", "SHUFFLE"),
        *("MAX_ITER", "WEIGHT_DECAY", "VALIDE_RATIO", "TIMES_SSIM_LOSS", "GPU"),
        *("PER_PROCESS_GPU_MEMORY_FRACTION", "EDGE_THICK", "NUM_THREADS", "IMAGE_HEIGHT"),
        *("IMAGE_WIDTH", "IMAGE_CHANNEL", "FPS", "train_methods"),
    ),
    "GANimation": (
        *("c_dim", "image_size", "g_conv_dim", "d_conv_dim", "g_repeat_num", "d_repeat_num"),
        *("lambda_cls", "lambda_rec", "lambda_gp", "lambda_sat", "lambda_smooth", "batch_size"),
        *("num_epochs", "num_epochs_decay", "g_lr", "d_lr", "n_critic", "beta1", "beta2"),
        *("resume_iters", "first_epoch", "gpu_id", "use_virtual", "num_workers", "mode"),
        *("use_tensorboard", "num_sample_targets", "image_dir", "attr_path", "outputs_dir"),
        *("animation_images_dir", "animation_attribute_images_dir", "animation_attributes_path"),
        *("animation_models_dir", "animation_results_dir", "animation_mode"),
        *("log_step", "sample_step", "model_save_step"),
    ),
}


def rows(root: Path, part: str) -> list[tuple[str, str]]:
    page = (root / "docs" / "ancestors.md").read_text("utf-8")
    table = page.partition(f"## {part}")[2].partition("\n## ")[0].splitlines()
    cells = [line.strip("|").split("|") for line in table if line.startswith("| ")]
    return [(there.strip(), here.strip()) for there, here in cells[1:]]


@pytest.mark.parametrize("part", THERE)
def test_every_setting_is_in_the_table(part: str, root: Path) -> None:
    named = {name for there, _ in rows(root, part) for name in re.findall(r"`([^`]+)`", there)}
    assert [one for one in THERE[part] if one not in named] == []


@pytest.mark.parametrize("part", THERE)
def test_every_counterpart_exists(part: str, root: Path) -> None:
    job, kind = (REENACT, ReenactConfig) if part == "RD-GAN" else (EXPRESS, ExpressConfig)
    requests = (*job.request.values(), FacesRequest, LabelledRequest)
    known = {fields.shown(control) for one in requests for control in fields.describe(one)}
    known |= {one.name for each in (kind, Plan) for one in dataclasses.fields(each)}
    known |= {" ".join(("mien", *command.words)) for command in all_commands()}
    known |= {command.words[-1] for command in all_commands()}
    known |= {*REENACT_PRESETS, *EXPRESS_PRESETS, *PAIR_KINDS}
    for _, here in rows(root, part):
        named = re.findall(r"`([^`]+)`", here)
        for one in named:
            words = one.split()
            assert one in known or words[0] in known, here
            if words[0] == "--pairs":
                assert words[1] in PAIR_KINDS
        assert named or here.startswith(("not needed", "not taken over")), here
