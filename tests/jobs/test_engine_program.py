"""Outside programs as engines: what they may answer, and everything that they may do wrong."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from mien.errors import InputError, OptionError
from mien.jobs.character.engines.program import Patience, ProgramEngine, split_command

HEAD = """
import base64, io, json, os, sys, time
from PIL import Image
def png(order, kind="PNG"):
    level = int(255 * order["params"]["grey"])
    data = io.BytesIO()
    Image.new("RGB", (6, 4), (level, 0, 0)).save(data, kind)
    return data.getvalue()
def say(told):
    print(json.dumps(told), flush=True)
for line in sys.stdin:
    order = json.loads(line)
    if order["do"] == "schema":
        say({"parameters": [{"name": "grey"}]})
        continue
"""
BASE64 = '    say({"image": base64.b64encode(png(order)).decode()})\n'
FILE = """
    with open(os.path.join(order["folder"], "face.png"), "wb") as file: file.write(png(order))
    say({"file": "face.png"})
"""
Make = Callable[..., ProgramEngine]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A program from the body of its loop."""
    engines: list[ProgramEngine] = []

    def start(body: str, *, head: str = HEAD, seconds: float = 10.0) -> ProgramEngine:
        script = tmp_path / f"engine {len(engines)}.py"
        script.write_text(head + body)
        patience = Patience(schema=20.0, render=seconds)
        engines.append(ProgramEngine((sys.executable, str(script)), patience))
        return engines[-1]

    yield start
    for engine in engines:
        engine.close()


@pytest.mark.parametrize("body", [BASE64, FILE])
def test_a_picture_comes_back(make: Make, body: str) -> None:
    engine = make(body)
    assert engine.schema().names == ("grey",)
    for grey in (1.0, 0.2):
        picture = engine.render({"grey": grey})
        assert picture.shape == (4, 6, 3)
        assert picture[0, 0].tolist() == [int(255 * grey), 0, 0]


def test_parameters_are_checked_before_they_are_sent(make: Make) -> None:
    with pytest.raises(OptionError, match="grey: 2 is outside 0 to 1"):
        make(BASE64).render({"grey": 2.0})


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ('    say({"file": "../secret.png"})\n', "is not in the folder"),
        ('    say({"file": "/etc/hostname"})\n', "is not in the folder"),
        ('    say({"file": ".."})\n', "is not in the folder"),
        ('    say({"file": ""})\n', "is not in the folder"),
        ('    say({"file": "a\\0b"})\n', "is not in the folder"),
        ('    say({"file": "none.png"})\n', "no such file"),
        ('    say({"image": "@@@"})\n', "is not base64"),
        ('    say({"image": ""})\n', "not a picture"),
        ('    say({"image": base64.b64encode(png(order)[:40]).decode()})\n', "PNG"),
        ("    say({})\n", "without a picture"),
        ("    say([1])\n", "is no answer"),
        ('    print("hello", flush=True)\n', "'hello' is no answer"),
        ('    print("[" * 100000, flush=True)\n', "is no answer"),
        ('    say({"error": "no such\\nnose"})\n', r"no such\x0anose"),
        ("    sys.exit(3)\n", "ended without an answer"),
        ('    sys.stderr.write("out of paint\\n"); sys.exit(3)\n', "it said: out of paint"),
        ("    raise ValueError('bad nose')\n", "it said: ValueError: bad nose"),
        ('    os.symlink("/etc/hostname", os.path.join(order["folder"], "l.png"))\n'
         '    say({"file": "l.png"})\n', "is not in the folder"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line(make: Make, body: str, line: str) -> None:
    engine = make(body)
    with pytest.raises(InputError) as caught:
        engine.render({})
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_silence_ends(make: Make) -> None:
    engine = make("    time.sleep(60)\n", seconds=0.4)
    engine.schema()
    start = time.monotonic()
    with pytest.raises(InputError, match=r"no answer within 0\.4 s"):
        engine.render({})
    assert time.monotonic() - start < 12


def test_a_line_without_an_end_is_refused(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mien.jobs.character.engines.program.LONGEST_LINE", 5000)
    engine = make('    print("x" * 9000, flush=True)\n')
    with pytest.raises(InputError, match="an answer without an end"):
        engine.render({})


def test_after_a_fault_it_is_started_anew(make: Make) -> None:
    engine = make('    if order["params"]["grey"] > 0.5: sys.exit(1)\n' + BASE64)
    with pytest.raises(InputError):
        engine.render({"grey": 0.9})
    assert engine.render({"grey": 0.2})[0, 0, 0] == 51


def test_what_it_says_without_being_asked_is_never_the_next_answer(make: Make) -> None:
    twice = BASE64 + '    say({"error": "old news"})\n'
    engine = make(twice)
    engine.render({"grey": 0.2})
    time.sleep(0.3)
    assert engine.render({"grey": 1.0})[0, 0, 0] == 255


def test_large_pictures_are_refused_before_they_are_decoded(make: Make) -> None:
    body = """
    data = io.BytesIO()
    Image.new("L", (5000, 10)).save(data, "PNG")
    say({"image": base64.b64encode(data.getvalue()).decode()})
"""
    with pytest.raises(InputError, match="5000"):
        make(body).render({})


@pytest.mark.parametrize("schema", ["{}", '{"parameters": [{"name": "a", "low": 2}]}'])
def test_a_bad_schema_is_one_line(make: Make, schema: str) -> None:
    engine = make("", head=f"input(); print('{schema}', flush=True)\n")
    with pytest.raises(InputError, match="no schema"):
        engine.schema()


def test_a_program_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    engine = ProgramEngine((str(tmp_path / "nothing"),))
    with pytest.raises(InputError, match="nothing: cannot be started"):
        engine.schema()
    engine.close()


def test_nothing_is_left_behind(make: Make, tmp_path: Path) -> None:
    place = tmp_path / "where"
    body = f"    open({str(place)!r}, 'w').write(order['folder'] + '|' + str(os.getpid()))\n"
    engine = make(body + FILE)
    engine.render({})
    folder, number = place.read_text().split("|")
    assert list(Path(folder).iterdir()) == []
    engine.close()
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(number), 0)


def test_words_are_split_and_never_given_to_a_shell(make: Make, tmp_path: Path) -> None:
    assert split_command("python3 'my engine.py' -x; ls $HOME") == (
        *("python3", "my engine.py", "-x;", "ls", "$HOME"),
    )
    for command in ("", "   ", "'open"):
        with pytest.raises(OptionError, match="no command line"):
            split_command(command)


def test_pictures_are_rgb(make: Make) -> None:
    picture = make(BASE64).render({"grey": 0.4})
    assert picture.dtype == np.uint8
