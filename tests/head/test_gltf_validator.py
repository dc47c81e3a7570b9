"""The Khronos validator's word on our models: what engines will accept."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from mien.head.gltf import export_glb
from mien.head.sample import sample
from mien.types import Style

SCRIPT = """
const validator = require('gltf-validator'), fs = require('fs');
validator.validateBytes(new Uint8Array(fs.readFileSync(process.argv[1])))
  .then(report => console.log(JSON.stringify(report.issues)));
"""


def node_modules(root: Path) -> Path:
    """Where `npm install gltf-validator` was run: cache/node, or MIEN_NODE_MODULES."""
    folder = Path(os.environ.get("MIEN_NODE_MODULES", root / "cache" / "node" / "node_modules"))
    if not (folder / "gltf-validator").is_dir():
        pytest.skip("gltf-validator is not installed: npm install --prefix cache/node")
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    return folder


@pytest.mark.browser
@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize(("hair", "style"), [("crop", "photo"), ("bob", "photo"), ("bald", "toon")])
def test_the_validator_finds_nothing(
    root: Path, tmp_path: Path, *, hair: str, style: Style, level: int
) -> None:
    modules = node_modules(root)
    code = dataclasses.replace(sample(3, 1), hair=hair, style=style, facial_hair="goatee")
    model = tmp_path / "head.glb"
    model.write_bytes(export_glb(code, size=64, morphs="both", level=level))
    done = subprocess.run(
        ["node", "-e", SCRIPT, str(model)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NODE_PATH": str(modules)},
    )
    issues = json.loads(done.stdout)
    assert (issues["numErrors"], issues["numWarnings"], issues["messages"]) == (0, 0, [])
