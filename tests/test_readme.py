"""What the documentation tells people to type has to be accepted."""

from __future__ import annotations

import ast
import importlib
import re
import shlex
from pathlib import Path

import pytest

from mien.app import cli, parse
from mien.app.commands import all_commands
from mien.messages import text

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *sorted(ROOT.glob("README*.md")),
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


def blocks(page: Path, language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.S | re.M)
    return [str(block) for block in found]


def lines(page: Path) -> list[str]:
    return [line for block in blocks(page, "sh") for line in block.splitlines() if line.strip()]


LINES = [(page.name, line) for page in PAGES for line in lines(page)]


@pytest.mark.parametrize(("page", "line"), LINES, ids=lambda value: str(value)[:60])
def test_command_lines_are_accepted(page: str, line: str) -> None:
    words = shlex.split(line)
    while "=" in words[0]:
        words = words[1:]
    if words[0] == "mien":
        accept(words[1:])
    elif words[0] == "make":
        assert words[1] in makefile_targets()
    else:
        assert words[:2] == ["python3", "dev.py"]
        assert words[2] in makefile_targets()


def accept(words: list[str]) -> None:
    """Parses a command line as `mien` does, and runs nothing."""
    command, rest = cli.find(words)
    if command is None:
        raise AssertionError(f"{words} names no command")
    request, run = command.load()
    assert callable(run)
    made = parse.parse(request, rest, command=" ".join(command.words))
    assert isinstance(made, request)


def makefile_targets() -> set[str]:
    found = re.search(r"^TASKS := (.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert found is not None
    return set(found[1].split())


def test_the_pages_hold_commands() -> None:
    assert sum(line.startswith("mien ") for _, line in LINES) >= 20


def test_every_command_is_shown_somewhere() -> None:
    shown = "\n".join(line for _, line in LINES)
    for command in all_commands():
        words = " ".join(command.words)
        assert f"mien {words}" in shown or words == "demo", words


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_name_what_exists(page: Path) -> None:
    for block in blocks(page, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mien"):
                module = importlib.import_module(str(node.module))
                assert [name.name for name in node.names if not hasattr(module, name.name)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    told = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.S | re.M)
    for target in re.findall(r"\]\(([^)#]+)\)", told):
        assert target.startswith("http") or (page.parent / target).exists(), target


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = lines(ROOT / "README.md"), lines(ROOT / "README.zh-CN.md")
    assert english == chinese


def test_every_command_has_its_line_in_both_languages() -> None:
    for command in all_commands():
        assert len(text(command.summary)) <= 72
