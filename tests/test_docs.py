"""The documentation as a whole: generated pages, links, examples, the sixth job, the notebook."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import mien
from mien.app import cli, parse
from mien.app.twin import twin
from mien.errors import OptionError
from mien.io.image import read_image, write_image

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_build", ROOT / "docs" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BUILD = builder()


def test_the_documentation_has_no_problem() -> None:
    assert BUILD.problems() == []


def test_bad_links_and_lost_pages_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("# A b, `c`\n[x](a.md#none) [y](gone.md) [z](#a-b-c)\n")
    (docs / "a.md").write_text("# There\n```md\n[no link](nowhere.md)\n```\n")
    (docs / "lost.md").write_text("# Lost\n")
    monkeypatch.setattr(BUILD, "DOCS", docs)
    monkeypatch.setattr(BUILD, "PAGES", tuple(sorted(docs.glob("*.md"))))
    assert list(BUILD._bad_links()) == [
        "index.md: a.md#none has no such heading",
        "index.md: gone.md leads nowhere",
    ]
    assert list(BUILD._unreachable()) == ["docs/lost.md cannot be reached from docs/index.md"]


def test_the_reference_tells_of_every_public_thing() -> None:
    pages = BUILD.reference()
    head = pages[Path("mien.head.render.md")]
    assert "## render" in head
    assert "def render(code: FaceCode" in head
    assert "### Render" in head or "## Render" in head
    assert "(mien.head.render.md)" in pages[Path("index.md")]
    assert not any("._" in str(place) for place in pages)


LINES = BUILD.command_lines()


@pytest.mark.parametrize("name", LINES)
def test_the_twin_of_a_command_asks_the_same(name: str) -> None:
    """Its program makes the very request that the command line is read as."""
    words = shlex.split(LINES[name])[1:]
    command, rest = cli.find(words)
    assert command is not None
    request, _ = command.load()
    wanted = parse.parse(request, rest, command=name)
    program = ast.parse(twin(words))
    calls, program.body = program.body[-1], program.body[:-1]
    assert isinstance(calls, ast.Assign)
    space: dict[str, Any] = {}
    exec(compile(program, name, "exec"), space)
    assert space["request"] == wanted
    called = {node.id for node in ast.walk(calls) if isinstance(node, ast.Name)} - {"outcome"}
    assert called - {"exit_code"} <= set(space)


def test_every_command_has_its_twin() -> None:
    from mien.app.commands import all_commands

    assert [" ".join(command.words) for command in all_commands()] == list(LINES)


def test_twins_of_odd_words() -> None:
    shown = twin(["generate", "like", 'a "b"\\c.jpg', "--steps", "5"])
    assert r'photos=(Path("a \"b\"\\c.jpg"),), steps=5' in shown
    assert 'faces("ckplus", request)' in twin(["data", "import", "ckplus", "x", "--out", "y"])
    with pytest.raises(OptionError):
        twin(["head"])


def test_the_command_prints_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["python", "mien head schema --json"]) == 0
    shown = capsys.readouterr().out
    assert "from mien.app.commands.head import SchemaRequest, schema" in shown
    ast.parse(shown)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_short_and_say_how_they_are_run(path: Path) -> None:
    text = path.read_text("utf-8")
    if path.stem != "cartoon_engine":  # an engine, not an example of use
        assert len(text.splitlines()) <= 40
        assert f"python examples/{path.name} " in (ast.get_docstring(ast.parse(text)) or "")


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = pytest.importorskip("skimage", reason="scikit-image is not installed").data
    path = tmp_path_factory.mktemp("photo") / "astronaut.png"
    write_image(path, data.astronaut()[:320, 60:380].copy(), provenance=None)
    return path


def example(monkeypatch: pytest.MonkeyPatch, name: str, *words: object) -> None:
    path = ROOT / "examples" / f"{name}.py"
    monkeypatch.setattr(sys, "argv", [str(path), *map(str, words)])
    runpy.run_path(str(path), run_name="__main__")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("make_a_person", {"person.png", "toon.png", "person.glb"}),
        ("fit_a_photo", {"render.png", "neutral.png"}),
        ("follow_a_driver", {"astronaut.mp4"}),
        ("to_anime", {"astronaut.png"}),
    ],
)
def test_an_example_leaves_what_it_says(
    name: str, wanted: set[str], photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = (tmp_path,) if name == "make_a_person" else (photo, tmp_path)
    example(monkeypatch, name, *words)
    assert {path.name for path in tmp_path.iterdir()} == wanted
    assert all(path.stat().st_size > 500 for path in tmp_path.iterdir())


@pytest.mark.slow
def test_a_photo_smiles(photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example(monkeypatch, "smile_a_photo", photo, tmp_path / "smile.png")
    before, after = read_image(photo), read_image(tmp_path / "smile.png")
    assert before.shape == after.shape
    changed = (before != after).any(2)
    assert 0.01 < changed.mean() < 0.6


@pytest.mark.slow
def test_a_tiny_network_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example(monkeypatch, "train_tiny", tmp_path)
    assert "00000-generate-tiny: 800 images" in capsys.readouterr().out
    assert len(list((tmp_path / "faces").glob("seed0-*.png"))) == 4


def doc_blocks() -> tuple[str, dict[str, str], str]:
    """Of docs/add-a-job.md: the diff, the files by name, and the session that is shown."""
    page = (ROOT / "docs" / "add-a-job.md").read_text("utf-8")
    (diff,) = re.findall(r"^```diff\n(.*?)^```", page, re.S | re.M)
    pairs = re.findall(r"^### `palette/(\w+\.py)`.*?^```py\n(.*?)^```", page, re.S | re.M)
    (session,) = re.findall(r"^```\n(\$ mien palette.*?)^```", page, re.S | re.M)
    return diff, dict(pairs), session


@pytest.fixture(scope="module")
def six_jobs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the source in which the page was followed to the letter."""
    source, copy = Path(mien.__file__).parent, tmp_path_factory.mktemp("six") / "mien"
    copy.mkdir()
    for entry in source.iterdir():
        if entry.name not in ("jobs", "__pycache__"):
            (copy / entry.name).symlink_to(entry)
    (copy / "jobs").mkdir()
    for entry in (source / "jobs").iterdir():
        if entry.name not in ("__init__.py", "__pycache__"):
            (copy / "jobs" / entry.name).symlink_to(entry)
    diff, files, _ = doc_blocks()
    text = (source / "jobs" / "__init__.py").read_text("utf-8")
    for old, new in re.findall(r"^-(.*)\n\+(.*)\n", diff, re.M):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (copy / "jobs" / "__init__.py").write_text(text, encoding="utf-8")
    (copy / "jobs" / "palette").mkdir()
    for name, written in files.items():
        (copy / "jobs" / "palette" / name).write_text(written, encoding="utf-8")
    return copy.parent


def in_copy(six_jobs: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    settings = {**os.environ, "PYTHONPATH": str(six_jobs), "MIEN_LANG": "en"}
    command = [sys.executable, *words]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=settings, check=False
    )


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="makes symbolic links")
def test_the_sixth_job_works_as_the_page_says(six_jobs: Path, photo: Path, tmp_path: Path) -> None:
    _, files, session = doc_blocks()
    assert set(files) == {"__init__.py", "config.py", "messages.py", "predict.py"}
    shutil.copy(photo, tmp_path / "astronaut.png")
    (tmp_path / "Makefile").write_text("no picture\n")
    code = 0
    for part in session.strip().split("$ ")[1:]:
        line, _, wanted = part.partition("\n")
        if line.startswith("mien "):
            done = in_copy(six_jobs, tmp_path, "-m", "mien", *shlex.split(line)[1:])
            shown, code = done.stdout + done.stderr, done.returncode
            shown = "".join(one + "\n" for one in shown.splitlines() if not one.startswith("["))
            assert shown.strip() == wanted.strip(), line
        else:
            assert (line, int(wanted)) == ("echo $?", code)
    assert read_image(tmp_path / "palettes" / "astronaut.png").shape[0] == 64


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="makes symbolic links")
def test_the_sixth_job_keeps_the_contract(six_jobs: Path, tmp_path: Path) -> None:
    tests = ROOT / "tests" / "jobs" / "test_contract.py"
    options = ("-q", "-p", "no:cacheprovider", "-o", "pythonpath=", "-k", "palette")
    done = in_copy(six_jobs, ROOT, "-m", "pytest", *options, str(tests))
    assert done.returncode == 0, done.stdout[-3000:]
    assert "5 passed" in done.stdout


NOTEBOOK = ROOT / "examples" / "mien.ipynb"


@pytest.mark.slow
def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its cells one after the other, in a folder of its own."""
    pytest.importorskip("skimage", reason="scikit-image is not installed (extra [demo])")
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    monkeypatch.chdir(tmp_path)
    space: dict[str, Any] = {"display": lambda *values: None}
    for number, cell in enumerate(one for one in cells if one["cell_type"] == "code"):
        exec(compile("".join(cell["source"]), f"cell {number}", "exec"), space)
    assert {"person", "fitted", "smiling"} <= set(space)


def test_the_notebook_is_whole_and_holds_no_output() -> None:
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    assert notebook["nbformat"] == 4
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(code) >= 5
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_the_citation_and_the_container_name_this_version(tmp_path: Path, root: Path) -> None:
    citation = (root / "CITATION.cff").read_text("utf-8")
    assert f"version: {mien.__version__}\n" in citation
    assert "license: Apache-2.0\n" in citation
    container = (root / "Dockerfile").read_text("utf-8")
    assert "download.pytorch.org/whl/cpu" in container
    for name in re.findall(r"^COPY (.*) \S+$", container, re.M):
        assert all((root / one).exists() for one in name.split()), name
