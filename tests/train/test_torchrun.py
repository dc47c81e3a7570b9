"""The same command under torchrun: two processes that meet by TCP, on shards, and one model."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mien.data.pack import PackInfo, write_info, write_shard
from mien.data.tar_pack import PackSamples, pack
from mien.io.weights import load_weights
from mien.jobs.generate.presets import config
from mien.seeding import rng

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
STEPS = 6


def shards(folder: Path) -> Path:
    """Noise of the preset's size, in shards."""
    size, random = config("tiny").size, rng("torchrun")
    write_info(folder / "pack", PackInfo(size=size, count=80, shard=80, digest="torchrun"))
    pictures = random.integers(0, 256, (80, 8, 8, 3)).astype(np.uint8)
    scale = size // 8
    write_shard(folder / "pack", 0, pictures.repeat(scale, 1).repeat(scale, 2))
    pack(PackSamples(folder / "pack"), folder / "tars", shard=16)
    return folder / "tars"


def train(data: Path, out: Path, launcher: list[str], accumulate: int) -> str:
    batch = config("tiny").batch
    words = ["generate", "train", "--preset", "tiny", "--data", str(data), "--precision", "fp32"]
    words += ["--images", str(STEPS * 2 * batch), "--accumulate", str(accumulate)]
    words += ["--runs", str(out), "--device", "cpu"]
    settings = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *launcher, "-m", "mien", *words]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=out.parent, env=settings, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_two_processes_of_torchrun_train_one_model(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = shards(tmp_path)
    meet = ["--rdzv-backend", "c10d", "--rdzv-endpoint", f"127.0.0.1:{port}"]
    launcher = ["-m", "torch.distributed.run", "--nnodes", "1", "--nproc-per-node", "2", *meet]
    said = train(data, tmp_path / "two", launcher, 1)
    train(data, tmp_path / "one", [], 2)
    (two,), (one,) = ((tmp_path / name).iterdir() for name in ("two", "one"))
    assert said.split().count(str(two / "weights.safetensors")) == 1  # rank 0 alone speaks
    last = json.loads((two / "stats.jsonl").read_text().splitlines()[-1])
    assert last["images"] == STEPS * 2 * config("tiny").batch
    found, wanted = (
        load_weights(run / "weights.safetensors", expected_job="generate").tensors
        for run in (two, one)
    )
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        if "running" in name or "tracked" in name:
            continue  # each process keeps its own; they are computed anew for the weights
        scale = float(np.abs(array.astype(float)).max()) + 1e-3
        assert np.abs(found[name].astype(float) - array.astype(float)).max() < 5e-3 * scale, name
