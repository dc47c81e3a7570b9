"""The shape of the project: budgets, layers, packaging, what an import may load."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mien

SOURCE = Path(mien.__file__).parent
ROOT = SOURCE.parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = sorted(SOURCE.rglob("*.py"))
MAX_LINES, MAX_FUNCTION = 600, 100

HEAVY = ("torch", "numba", "cv2", "scipy", "dlib", "av", "PIL", "skimage", "pygltflib", "rich")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_budgets(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
    long = {
        function.name: function.end_lineno - function.lineno + 1
        for function in functions(path)
        if function.end_lineno and function.end_lineno - function.lineno + 1 > MAX_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_is_unfinished_or_swallowed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    words = r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b"
    assert re.findall(words, text) == []
    for node in ast.walk(ast.parse(text)):
        assert not isinstance(node, ast.Global), f"line {node.lineno}"
        if isinstance(node, ast.ExceptHandler):
            assert not all(isinstance(one, ast.Pass) for one in node.body), f"line {node.lineno}"


def test_every_module_annotates_lazily_and_says_what_it_is() -> None:
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), f"{name_of(path)} has no docstring"
        if any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in tree.body):
            assert "from __future__ import annotations" in path.read_text(encoding="utf-8"), path


def layers() -> list[set[str]]:
    contract = next(
        one for one in PROJECT["tool"]["importlinter"]["contracts"] if one["id"] == "law"
    )
    return [{name.strip() for name in re.split(r"[|:]", layer)} for layer in contract["layers"]]


def test_the_import_law_names_every_part() -> None:
    named = set().union(*layers())
    folders = {f"mien.{path.name}" for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    files = {f"mien.{path.stem}" for path in SOURCE.glob("*.py")} - {"mien.__init__"}
    # What ships beside the code, and the door of `python -m mien`, stand outside of the layers.
    assert named == (folders | files) - {"mien.weights", "mien.__main__"}


def test_the_import_law_is_the_one_that_is_written_down() -> None:
    written = re.search(r"`(app > .*?)`", (ROOT / "CONTRIBUTING.md").read_text(), re.DOTALL)
    assert written is not None
    order = [{name.strip() for name in re.split(r"[|,]", layer)} for layer in written[1].split(">")]
    assert [{name.removeprefix("mien.") for name in layer} for layer in layers()] == order


def test_jobs_do_not_import_each_other() -> None:
    jobs = [path.name for path in (SOURCE / "jobs").iterdir() if (path / "__init__.py").exists()]
    shared = {path.stem for path in (SOURCE / "jobs").glob("*.py")}
    for job in jobs:
        for path in (SOURCE / "jobs" / job).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            others = set(re.findall(r"mien\.jobs\.(\w+)", text)) - {job, *shared}
            assert others == set(), name_of(path)


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh interpreter holds after running the code."""
    command = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_importing_mien_loads_nothing_heavy() -> None:
    loaded = loaded_by("import mien")
    assert loaded & {*HEAVY, "numpy", "tyro"} == set()


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--help", "--lang", "zh"], ["--version"], ["head"], ["no-such-command"]],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = f"from mien.app.cli import main\ntry:\n main({words!r})\nexcept SystemExit: ..."
    assert loaded_by(code) & {*HEAVY, "numpy", "tyro"} == set()


def test_the_help_of_every_command_loads_no_network_and_no_compiler() -> None:
    code = (
        "from mien.app.cli import main\nfrom mien.app.commands import all_commands\n"
        "for command in all_commands(): main([*command.words, '--help'])"
    )
    assert loaded_by(code) & {"torch", "cv2", "scipy", "dlib", "av", "skimage"} == set()


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    matches = [re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines if line[:1] != "#"]
    assert all(matches), "a line of constraints.txt is not NAME==VERSION"
    return {plain(match[1]): match[2] for match in matches if match}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_pinned() -> None:
    project = PROJECT["project"]
    wanted = [*project["dependencies"], *PROJECT["build-system"]["requires"]]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    names = {plain(re.split(r"[<>=~!\[ ]", one)[0]) for one in wanted}
    assert names - set(pins()) == set()
    assert pins()["torch"] == "2.13.0"


def test_the_extras_are_the_ones_that_are_documented() -> None:
    extras = set(PROJECT["project"]["optional-dependencies"])
    wanted = {"demo", "dev", "dlib68", "hub", "onnx", "scale", "studio", "virtual-camera"}
    assert extras == wanted


def test_what_ships_is_small() -> None:
    weights = {
        path.stem: path.stat().st_size for path in (SOURCE / "weights").glob("*.safetensors")
    }
    # A conversion of somebody else's network, larger than any of ours.
    assert weights.pop("identity") <= 12 * 2**20
    assert max(weights.values()) <= 4 * 2**20
    assert sum(weights.values()) <= 24 * 2**20
    template = SOURCE / "head" / "template.npz"
    assert template.stat().st_size <= 8 * 2**20


def test_nothing_tells_of_other_machines() -> None:
    """Shipped text names no path of the machine that it was made on."""
    texts = [*MODULES, *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "dev.py"]
    for path in texts:
        found = re.findall(r"(?<![\w.])/(?:tmp|work|home|root)/\w+", path.read_text("utf-8"))
        assert found == [], name_of(path)
