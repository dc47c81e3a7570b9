"""Builds what of the documentation is generated, and checks all of it strictly.

    python docs/build.py            docs/python.md, and the API reference in site/
    python docs/build.py --check    nothing is written; exit code 1 where something is wrong

Checked: links and anchors lead somewhere, every page is reachable from the index, every public
module, class and function has a docstring, docs/python.md is what would be written.
"""

from __future__ import annotations

import argparse
import ast
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS, SITE, SOURCE = ROOT / "docs", ROOT / "site", ROOT / "src" / "mien"
TWINS = DOCS / "python.md"
PAGES = (*sorted(ROOT.glob("*.md")), *sorted(DOCS.glob("*.md")), ROOT / "benchmarks" / "bench.md")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def command_lines() -> dict[str, str]:
    """The first line of the documentation that shows each command, by the command's words."""
    from mien.app import cli
    from mien.app.commands import all_commands

    found: dict[str, str] = {"demo": "mien demo photo.jpg"}
    for page in (ROOT / "README.md", *sorted(DOCS.glob("*.md"))):
        if page == TWINS:
            continue
        for block in re.findall(r"^```sh\n(.*?)^```", page.read_text("utf-8"), re.S | re.M):
            for line in block.splitlines():
                words = shlex.split(line)
                if words[:1] == ["mien"]:
                    command, _ = cli.find(words[1:])
                    if command is not None:
                        found.setdefault(" ".join(command.words), line)
    return {
        name: found[name]
        for name in (" ".join(command.words) for command in all_commands())
        if name in found
    }


def twins_page() -> str:
    """docs/python.md: every command with the Python that does the same."""
    from mien.app.twin import twin

    lines = [
        "# Every command in Python",
        "",
        "Written by `python docs/build.py` from the lines that the other pages show;",
        "`mien python 'COMMAND ...'` writes the like for any line. A job's action is a request",
        "that a loaded predictor runs; load it once, run many requests. The tools are functions",
        "of a request that give the exit code.",
        "",
    ]
    for name, line in command_lines().items():
        lines += [f"## {name}", "", "```sh", line, "```", ""]
        lines += ["```python", twin(shlex.split(line)[1:]).rstrip(), "```", ""]
    return "\n".join(lines).rstrip() + "\n"


def reference() -> dict[Path, str]:
    """The pages of the API reference by their places below site/reference."""
    pages, listed = {}, []
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
        name = name.removesuffix(".__init__")
        if any(part.startswith("_") for part in name.split(".")) or ".messages." in name:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        pages[Path(f"{name}.md")] = _module(name, tree)
        first = (ast.get_docstring(tree) or "").partition("\n")[0]
        listed.append(f"| [`{name}`]({name}.md) | {first.replace('|', chr(92) + '|')} |")
    head = ["# API reference", "", "| module | what it is |", "|---|---|"]
    return {Path("index.md"): "\n".join([*head, *listed]) + "\n", **pages}


def _module(name: str, tree: ast.Module) -> str:
    parts = [f"# {name}", "", ast.get_docstring(tree) or "", ""]
    for node, told in _constants(tree):
        parts += [f"## {node}", "", told, ""]
    for node in _public(tree.body):
        parts += _definition(node, "##")
        if isinstance(node, ast.ClassDef):
            for inner in _public(node.body):
                parts += _definition(inner, "###", inside=node.name)
    return "\n".join(parts).rstrip() + "\n"


def _public(body: list[ast.stmt]) -> Iterator[Definition]:
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names with the text that stands below them."""
    for node, after in zip(tree.body, tree.body[1:], strict=False):
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        target = node.target if isinstance(node, ast.AnnAssign) else target
        told = after.value.value if _is_text(after) else None  # pyright: ignore
        if isinstance(target, ast.Name) and not target.id.startswith("_") and told:
            yield target.id, str(told)


def _is_text(node: ast.stmt) -> bool:
    inner = node.value if isinstance(node, ast.Expr) else None
    return isinstance(inner, ast.Constant) and isinstance(inner.value, str)


def _definition(node: Definition, level: str, inside: str = "") -> list[str]:
    title = f"{inside}.{node.name}" if inside else node.name
    return [f"{level} {title}", "", "```python", _signature(node), "```", "", *_told(node), ""]


def _signature(node: Definition) -> str:
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in node.bases)
        fields = [f"    {ast.unparse(one)}" for one in node.body if isinstance(one, ast.AnnAssign)]
        return "\n".join(
            [f"class {node.name}({bases}):" if bases else f"class {node.name}:", *fields]
        )
    result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"def {node.name}({ast.unparse(node.args)}){result}"


def _told(node: Definition) -> list[str]:
    """The docstring; its tables of names stay as they are written."""
    return ["```text", (ast.get_docstring(node) or "").replace("```", "'''"), "```"]


def problems() -> list[str]:
    """What is wrong, a line each."""
    found = [*_bad_links(), *_unreachable(), *_untold()]
    if not TWINS.is_file() or TWINS.read_text("utf-8") != twins_page():
        found.append("docs/python.md is not up to date: run `python docs/build.py`")
    return found


def anchors(page: Path) -> set[str]:
    """What links may name after `#`, as GitHub makes it of headings."""
    outside = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.S | re.M)
    heads = re.findall(r"^#+ (.*)$", outside, re.M)
    plain = (re.sub(r"[^\w\- ]", "", one.replace("`", "").lower()) for one in heads)
    return {one.strip().replace(" ", "-") for one in plain}


def _links(page: Path) -> Iterator[str]:
    outside = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.S | re.M)
    yield from (target for target in _LINK.findall(outside) if not target.startswith("http"))


def _bad_links() -> Iterator[str]:
    for page in PAGES:
        for target in _links(page) if page.is_file() else ():
            place, _, anchor = target.partition("#")
            other = (page.parent / place).resolve() if place else page
            if not other.exists():
                yield f"{page.name}: {target} leads nowhere"
            elif anchor and other.suffix == ".md" and anchor not in anchors(other):
                yield f"{page.name}: {target} has no such heading"


def _unreachable() -> Iterator[str]:
    seen, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in seen or page.suffix != ".md" or not page.is_file():
            continue
        seen.add(page)
        waiting += [
            page.parent / target.partition("#")[0] for target in _links(page) if target[0] != "#"
        ]
    for page in sorted(DOCS.glob("*.md")):
        if page.resolve() not in seen:
            yield f"docs/{page.name} cannot be reached from docs/index.md"


def _untold() -> Iterator[str]:
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        name = path.relative_to(SOURCE)
        if not ast.get_docstring(tree):
            yield f"{name} has no docstring"
        for node in _public(tree.body):
            if not ast.get_docstring(node):
                yield f"{name}: {node.name} has no docstring"


def main() -> int:
    """Build or check."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        TWINS.write_text(twins_page(), encoding="utf-8")
        folder = SITE / "reference"
        folder.mkdir(parents=True, exist_ok=True)
        for place, page in reference().items():
            (folder / place).write_text(page, encoding="utf-8")
        print(f"wrote docs/python.md and {len(reference())} pages in {folder.relative_to(ROOT)}")
    found = problems()
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
