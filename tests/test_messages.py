from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from mien import messages
from mien.messages import AREAS, TABLE, environment_language, language, text, use_language

# Keys that are put together: the command of every action, the warnings of every face.
STUDIO = (
    *("label", "choice", "action", "state", "short", "slider"),
    *("group", "live", "run", "training", "auth"),
)
COMPOSED = (
    *("command.", "face.warning.", "inspect.", "jobs."),
    *(f"studio.{part}." for part in STUDIO),
)


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def literals(root: Path) -> set[str]:
    """Every text constant of the source outside the tables."""
    found: set[str] = set()
    for path in sorted((root / "src").rglob("*.py")):
        if path.parent.name == "messages" and path.name != "__init__.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
    return found


def called_keys(root: Path) -> dict[str, str]:
    """Keys given to `text(...)` as constants, with the file that does it."""
    found: dict[str, str] = {}
    for path in sorted((root / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            first = node.args[0]
            if name == "text" and isinstance(first, ast.Constant):
                found[str(first.value)] = path.name
    return found


@pytest.mark.parametrize("key", sorted(TABLE))
def test_both_languages_say_the_same(key: str) -> None:
    english, chinese = TABLE[key]
    assert english.strip()
    assert chinese.strip()
    assert placeholders(english) == placeholders(chinese)
    assert "" not in placeholders(english), "fields need names"


def test_the_chinese_is_chinese() -> None:
    # Units, names of options and the like are the same in both.
    same = [key for key, (english, chinese) in TABLE.items() if english == chinese]
    assert len(same) <= 0.05 * len(TABLE), same


def test_no_key_stands_in_two_areas() -> None:
    keys = [key for area in AREAS for key in area]
    assert sorted(keys) == sorted(set(keys))


def test_every_key_that_is_asked_for_exists(root: Path) -> None:
    asked = called_keys(root)
    assert len(asked) > 20
    missing = {key: where for key, where in asked.items() if key not in TABLE}
    assert missing == {}


def test_every_help_key_exists(root: Path) -> None:
    for path in sorted((root / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and "fields" in ast.dump(node.func)):
                continue
            for keyword in node.keywords:
                if keyword.arg == "help" and isinstance(keyword.value, ast.Constant):
                    assert keyword.value.value in TABLE, path


def test_no_key_is_unused(root: Path) -> None:
    used = literals(root)
    unused = [key for key in TABLE if key not in used and not key.startswith(COMPOSED)]
    assert unused == []


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "ZH_tw"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "MIEN_LANG": "en"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
    ],
)
def test_the_environment_chooses_the_language(environment: dict[str, str], expected: str) -> None:
    assert environment_language(environment) == expected


def test_the_chosen_language_wins_and_is_given_back() -> None:
    assert language() == "en"
    with use_language("zh"):
        assert text("app.stopped") == TABLE["app.stopped"][1]
        with use_language("en"):
            assert text("app.stopped") == TABLE["app.stopped"][0]
        assert language() == "zh"
    assert language() == "en"


def test_unknown_languages_and_keys_are_refused() -> None:
    with pytest.raises(ValueError, match="'fr' is not one of en, zh"), use_language("fr"):
        pass
    with pytest.raises(KeyError):
        text("no.such.key")
    with pytest.raises(KeyError):
        text("app.usage")


def test_values_are_never_read_as_templates() -> None:
    assert "{0.__class__}" in text("app.usage", words="{0.__class__}")


def test_every_area_is_merged() -> None:
    folder = Path(messages.__file__).parent
    names = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert len(names) == len(AREAS)


def test_a_job_can_bring_its_own_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "TABLE", dict(TABLE))
    rows = {"toy.hello": ("hello {name}", "你好 {name}")}
    messages.add(rows)
    messages.add(rows)  # a module that is imported again changes nothing
    assert text("toy.hello", name="Li") in ("hello Li", "你好 Li")
    with pytest.raises(ValueError, match=r"toy\.hello"):
        messages.add({"toy.other": ("a", "b"), "toy.hello": ("a", "b")})
    assert "toy.other" not in messages.TABLE
