"""Makes `bundle.js`: `python -m mien.jobs.character.viewer`, with npm and the network at hand.

Only those who change the page need it; the bundle is part of the repository and of the package.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NODE = Path("cache") / "viewer"
PACKAGES = ("three@0.187.0", "esbuild@0.28.2")
OPTIONS = (
    *("--bundle", "--minify", "--format=iife", "--target=es2020"),
    *("--legal-comments=none", "--charset=ascii", "--log-level=warning"),
)


def main() -> int:
    """Installs the packages under cache/viewer, bundles, and writes bundle.js and its licence."""
    NODE.mkdir(parents=True, exist_ok=True)
    (NODE / "package.json").write_text('{"private": true}\n', "utf-8")
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", *PACKAGES], cwd=NODE, check=True)
    shutil.copy(HERE / "viewer.js", NODE / "viewer.js")
    command = ["node_modules/.bin/esbuild", "viewer.js", "--outfile=bundle.js", *OPTIONS]
    subprocess.run(command, cwd=NODE, check=True)
    licence = (NODE / "node_modules" / "three" / "LICENSE").read_text("utf-8").strip()
    (HERE / "LICENSE-three.txt").write_text(licence + "\n", "utf-8")
    bundle = (NODE / "bundle.js").read_text("utf-8")
    # A page is handed on by itself: the licence travels in it.
    (HERE / "bundle.js").write_text(f"/*! three.js\n{licence}\n*/\n{bundle}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
