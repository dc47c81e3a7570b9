"""Makes what a page is made of: `python -m mien.jobs.character.viewer`, with npm and the network.

Only those who change the page's scripts need it; what it writes is part of the repository and of
the package: `bundle.js`, `webcam.js.gz`, `onnxruntime.wasm.gz`.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NODE = Path("cache") / "viewer"
RUNTIME = "onnxruntime-web@1.18.0"
"""The last one with a WebAssembly for one thread: 2.8 MB packed, those after it 3.1 and more."""
PACKAGES = ("three@0.187.0", RUNTIME, "esbuild@0.28.2")
OPTIONS = (
    *("--bundle", "--minify", "--format=iife", "--target=es2020"),
    *("--legal-comments=none", "--charset=ascii", "--log-level=warning"),
)


def main() -> int:
    """Installs the packages under cache/viewer, bundles, and writes what ships."""
    NODE.mkdir(parents=True, exist_ok=True)
    (NODE / "package.json").write_text('{"private": true}\n', "utf-8")
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", *PACKAGES], cwd=NODE, check=True)
    modules = NODE / "node_modules"
    licence = (modules / "three" / "LICENSE").read_text("utf-8").strip()
    (HERE / "LICENSE-three.txt").write_text(licence + "\n", "utf-8")
    shutil.copy(HERE / "viewer.js", NODE / "viewer.js")
    # The studio sends it by itself: the licence travels in it.
    (HERE / "bundle.js").write_text(f"/*! three.js\n{licence}\n*/\n{bundled('viewer.js')}", "utf-8")
    shutil.copytree(HERE / "webcam", NODE / "webcam", dirs_exist_ok=True)
    pack("webcam.js.gz", bundled("webcam/panel.js").encode())
    runtime = modules / "onnxruntime-web" / "dist" / "ort-wasm-simd.wasm"
    pack("onnxruntime.wasm.gz", runtime.read_bytes())
    return 0


def bundled(entry: str) -> str:
    """A script with all that it imports, as one."""
    command = ["node_modules/.bin/esbuild", entry, "--outfile=bundled.js", *OPTIONS]
    subprocess.run(command, cwd=NODE, check=True)
    return (NODE / "bundled.js").read_text("utf-8")


def pack(name: str, data: bytes) -> None:
    """Writes a file of the viewer's folder, gzipped; the same data give the same bytes."""
    (HERE / name).write_bytes(gzip.compress(data, 9, mtime=0))


if __name__ == "__main__":
    sys.exit(main())
