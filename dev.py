#!/usr/bin/env python3
"""Sets mien up in its own `.venv` and runs its tasks. Needs Python and pip, nothing else.

    python3 dev.py demo        the main job on a real photo (PHOTO=path for your own)
    python3 dev.py test        the tests that take seconds each
    python3 dev.py test-all    all tests
    python3 dev.py check       format, lint, types, import law
    python3 dev.py docs        generated pages and the API reference; docs --check only looks
    python3 dev.py models      retrain everything that ships
    python3 dev.py studio      the studio in the browser
    python3 dev.py setup       only the set-up, with the tools for development

What follows the task is handed on: `python3 dev.py test -k head`.
TORCH_INDEX, if set, is the package index that torch comes from, for example
https://download.pytorch.org/whl/cpu for a small install without CUDA.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "mien-stamp.json"
OLDEST = (3, 11)

DEMO_EXTRAS = ("demo",)
DEV_EXTRAS = ("demo", "dev", "dlib68", "onnx", "studio")
WORKERS = "2"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
# What ships, in the order in which one needs the other, and the command that makes it.
MODELS = (
    ("the head's template", "mien.head.build"),
    ("the identity network", "mien.face.convert_identity"),
    ("pictures of faces", "mien.analysers.landmarks", "make", "cache/landmarks"),
    ("landmarks and irises", "mien.analysers.landmarks", "train", "cache/landmarks"),
    ("the landmark network of a page", "mien.jobs.character.viewer.network"),
    ("renders for the translator", "mien.analysers.translator", "make", "cache/translator"),
    ("the translator of photos", "mien.analysers.translator", "train", "cache/translator"),
    ("clips for the reader of motion", "mien.analysers.motion", "make", "cache/motion"),
    ("the reader of motion", "mien.analysers.motion", "train", "cache/motion"),
    ("Action Units and gaze", "mien.analysers.expression", "train", "cache/landmarks"),
    ("pictures of heads", "mien.analysers.parsing", "make", "cache/parsing"),
    ("hair, skin and all parts", "mien.analysers.parsing", "train", "cache/parsing"),
    ("the faces of `generate`, photo", "mien.jobs.generate", "photo"),
    ("the faces of `generate`, toon", "mien.jobs.generate", "toon"),
    ("the imitator of `character`", "mien.jobs.character", "imitator"),
    ("what `express` repairs", "mien.jobs.express", "default"),
    ("what `reenact` repairs", "mien.jobs.reenact", "default"),
    ("`translate`, both ways", "mien.jobs.translate"),
    ("the table of their hashes", "mien.io.pins"),
)
# These would bend the install or the imports of our own environment.
FOREIGN = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_USER", "PIP_PREFIX", "PIP_CONSTRAINT")


class SetupError(Exception):
    """What is wrong with the machine, and what to do, in one line."""


def environment() -> dict[str, str]:
    """The environment of everything we start: the user's, without what would leak into ours."""
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    kept.update(PYTHONNOUSERSITE="1", PIP_DISABLE_PIP_VERSION_CHECK="1", PYTHONUTF8="1")
    return kept


def venv_python() -> Path:
    """The interpreter inside `.venv`, whether it is there or not."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def check_python() -> None:
    """Refuses a Python that is too old, or that cannot make virtual environments."""
    if sys.version_info[:2] < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        found = ".".join(map(str, sys.version_info[:2]))
        raise SetupError(f"Python {found} is too old: mien needs {wanted} or newer.")
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        raise SetupError("python3-venv is missing. Install it with: sudo apt install python3-venv")


def make_venv() -> None:
    """Creates `.venv` if there is none that runs."""
    python = venv_python()
    if not python.exists():
        check_python()
        say(f"making {VENV}")
        command = [sys.executable, "-m", "venv", str(VENV)]
        if call(command):
            raise SetupError(
                "python3 -m venv failed (see above). On Debian or Ubuntu: "
                "sudo apt install python3-venv"
            )
    if call([str(python), "-m", "pip", "--version"], silent=True):
        raise SetupError(f"the environment in {VENV} does not run: delete that folder, try again.")


def fingerprint() -> str:
    """Changes whenever an install has to be repeated."""
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt")]
    parts += [os.environ.get("TORCH_INDEX", "").encode(), str(ROOT).encode()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def install(extras: tuple[str, ...]) -> None:
    """Installs mien with these extras into `.venv`, unless the stamp says that it is done."""
    make_venv()
    found = read_stamp()
    same = found.get("fingerprint") == fingerprint()
    if same and set(extras) <= set(found["extras"]):
        return
    wanted = sorted(set(extras) | set(found.get("extras", ())))
    say(f"installing mien with {', '.join(wanted)} into {VENV} (torch is large: minutes)")
    constraints = ["-c", str(ROOT / "constraints.txt")]
    index = os.environ.get("TORCH_INDEX")
    if index:
        # An index of torch alone need not carry our versions of what torch needs: those come next.
        pip(["--index-url", index, "--no-deps", pinned("torch")])
    pip([*constraints, "-e", f"{ROOT}[{','.join(wanted)}]"])
    STAMP.write_text(json.dumps({"fingerprint": fingerprint(), "extras": wanted}) + "\n")


def read_stamp() -> dict[str, Any]:
    """What was installed last, or nothing where that is not known."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) and "extras" in stamp else {}


def pinned(name: str) -> str:
    """The line of constraints.txt that pins this package."""
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    match = re.search(rf"^{name}==\S+$", text, flags=re.MULTILINE)
    if match is None:
        raise SetupError(f"constraints.txt does not pin {name}.")
    return match.group()


def pip(arguments: list[str]) -> None:
    """One `pip install` inside `.venv`."""
    command = [str(venv_python()), "-m", "pip", "install", *arguments]
    if call(command):
        raise SetupError(
            "pip failed (see above). With no network or a full disk, mend that and run the same "
            "command again: what is already there is kept."
        )


def say(line: str) -> None:
    """One line of ours among the output of others."""
    print(f"mien: {line}", flush=True)


def call(command: list[str], *, silent: bool = False, threads: int | None = None) -> int:
    """Runs a command in the root of the project until it ends by itself; its exit code.

    Ctrl-C reaches the command too: it is waited for, never killed, so that it can tidy up.
    """
    settings = environment()
    if threads is not None:
        settings.update({name: str(threads) for name in ONE_THREAD})
    output = subprocess.DEVNULL if silent else None
    with subprocess.Popen(command, env=settings, cwd=ROOT, stdout=output) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue


def in_venv(*arguments: str, threads: int | None = None) -> int:
    """Runs the interpreter of `.venv`; returns its exit code."""
    return call([str(venv_python()), *arguments], threads=threads)


def demo(rest: list[str]) -> int:
    """The main job on a photo; `mien demo` prints the path of the page it makes."""
    photo = os.environ.get("PHOTO")
    chosen = [str(Path(photo).expanduser().resolve())] if photo else []
    install(DEMO_EXTRAS)
    return in_venv("-m", "mien", "demo", *chosen, *rest)


def run_tests(rest: list[str]) -> int:
    """The quick tests, one thread each; the last line counts what was skipped."""
    install(DEV_EXTRAS)
    return in_venv("-m", "pytest", "-n", WORKERS, "-m", "not slow", *rest, threads=1)


def run_all_tests(rest: list[str]) -> int:
    """All tests."""
    install(DEV_EXTRAS)
    return in_venv("-m", "pytest", "-n", WORKERS, *rest, threads=1)


def check(rest: list[str]) -> int:
    """Format, lint, types and the import law; all of them run, the first failure counts."""
    install(DEV_EXTRAS)
    tools = [
        ("-m", "ruff", "format", "--check", "--quiet", "."),
        ("-m", "ruff", "check", "--quiet", "."),
        ("-m", "pyright", "--warnings"),
        (
            "-c",
            "import sys; from importlinter.cli import lint_imports_command as c; c(['--no-logo'])",
        ),
    ]
    codes = [in_venv(*tool, *rest) for tool in tools]
    say("check: " + ("all good" if not any(codes) else "failed, see above"))
    return next((code for code in codes if code), 0)


def docs(rest: list[str]) -> int:
    """The generated pages of the documentation, checked strictly."""
    install(DEV_EXTRAS)
    return in_venv(str(ROOT / "docs" / "build.py"), *rest)


def models(rest: list[str]) -> int:
    """Makes everything that ships again, in order; every step can be stopped and resumed."""
    install(DEV_EXTRAS)
    for number, (what, *command) in enumerate(MODELS, start=1):
        say(f"models {number}/{len(MODELS)}: {what}")
        start = time.monotonic()
        code = in_venv("-m", *command, *rest)
        if code:
            return code
        say(f"models {number}/{len(MODELS)}: {(time.monotonic() - start) / 60:.1f} minutes")
    return 0


def studio(rest: list[str]) -> int:
    """The studio in the browser."""
    install(("studio", *DEMO_EXTRAS))
    return in_venv("-m", "mien", "studio", *rest)


def setup(_: list[str]) -> int:
    """The tools for development, and nothing more."""
    install(DEV_EXTRAS)
    return 0


TASKS: dict[str, Callable[[list[str]], int]] = {
    "demo": demo,
    "test": run_tests,
    "test-all": run_all_tests,
    "check": check,
    "docs": docs,
    "models": models,
    "studio": studio,
    "setup": setup,
}


def main(arguments: list[str]) -> int:
    """Runs one task; returns the exit code of what it ran."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print((__doc__ or "").strip())
        return 0
    name, *rest = arguments
    if name not in TASKS:
        say(f"task {name!r} does not exist: it must be one of {', '.join(TASKS)}")
        return 2
    try:
        return TASKS[name](rest)
    except SetupError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
