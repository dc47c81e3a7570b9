from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mien
from mien.app import cli as module
from mien.app.commands import Command, all_commands, doctor
from mien.errors import InputError, OutputError
from mien.messages import TABLE

Cli = Callable[..., Any]
SOURCE = Path(mien.__file__).parent.parent


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Makes `mien doctor` fail with an exception."""

    def fail_with(error: BaseException) -> None:
        def run(_: object) -> int:
            raise error

        command = Command(("doctor",), "command.doctor", lambda: (doctor.DoctorRequest, run))
        monkeypatch.setattr(module, "all_commands", lambda: (command,))

    return fail_with


def test_the_version(cli: Cli) -> None:
    assert cli("--version").out == f"mien {mien.__version__}\n"


@pytest.mark.parametrize(("code", "place"), [("en", 0), ("zh", 1)])
def test_help_lists_every_command_with_one_line(cli: Cli, code: str, place: int) -> None:
    shown = cli("--help", "--lang", code)
    assert shown.code == 0
    for command in all_commands():
        row = next(
            line for line in shown.out.splitlines() if f" {' '.join(command.words)} " in line
        )
        assert row.rstrip().endswith(TABLE[command.summary][place])


def test_no_command_at_all_shows_the_help_and_fails(cli: Cli) -> None:
    assert cli().out == cli("--help").out
    assert cli().code == 2


def test_a_group_shows_its_commands(cli: Cli) -> None:
    shown = cli("head", "--help")
    assert shown.code == 0
    assert "head render" in shown.out
    assert "doctor" not in shown.out
    assert cli("head").code == 2


def test_the_locale_chooses_the_language(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIEN_LANG")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LC_MESSAGES", "zh_CN.UTF-8")
    assert cli("--help").out.startswith("用法：mien")
    assert cli("--help", "--lang=en").out.startswith("usage: mien")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["haed"], "mien: command 'haed' does not exist; did you mean head?"),
        (
            ["head", "rendr"],
            "mien: command of `mien head` 'rendr' does not exist; did you mean render?",
        ),
        (
            ["head", "schema", "--jsno"],
            "mien: option '--jsno' does not exist; did you mean --json?",
        ),
        (
            ["--lang", "fr", "doctor"],
            "mien: --lang: 'fr' does not exist; it must be one of en, zh",
        ),
        (["doctor", "--lang"], "mien: --lang: '' does not exist; it must be one of en, zh"),
        (["inspect"], "mien: FILE is missing: give a result or weight file"),
        (
            ["inspect", "a", "b"],
            "mien: 'b' is one word too many: `mien inspect --help` shows what is taken",
        ),
        (
            ["doctor", "-x"],
            "mien: '-x' is one word too many: `mien doctor --help` shows what is taken",
        ),
        (
            ["inspect", "nothing-here.png"],
            "mien: nothing-here.png: no such file; wanted a picture or video that mien wrote: "
            "check the name and the folder",
        ),
    ],
)
def test_mistakes_get_one_line_and_code_2(cli: Cli, words: list[str], message: str) -> None:
    result = cli(*words)
    assert (result.code, result.out, result.err) == (2, "", message + "\n")


@pytest.mark.parametrize("error", [InputError("a: bad"), OutputError("a: bad")])
def test_errors_of_mien_become_one_line(
    cli: Cli, failing: Callable[[BaseException], None], error: Exception
) -> None:
    failing(error)
    assert cli("doctor").err == "mien: a: bad\n"
    assert cli("doctor").code == 2


def test_an_unexpected_error_names_the_way_to_its_traceback(
    cli: Cli, failing: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    failing(ZeroDivisionError("one\ntwo"))
    monkeypatch.delenv("MIEN_DEBUG", raising=False)
    result = cli("doctor")
    assert result.code == 1
    assert result.err == (
        "mien: this should not happen (ZeroDivisionError: one); "
        "run it again with MIEN_DEBUG=1 to see where\n"
    )
    monkeypatch.setenv("MIEN_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli("doctor")


def test_ctrl_c_is_one_line(cli: Cli, failing: Callable[[BaseException], None]) -> None:
    failing(KeyboardInterrupt())
    result = cli("doctor")
    assert (result.code, result.err) == (130, "mien: stopped; what was finished is kept\n")


def test_the_language_is_given_back(cli: Cli) -> None:
    cli("doctor", "--lang", "zh")
    assert cli("--help").out.startswith("usage")


def test_words_after_two_dashes_are_not_options(cli: Cli) -> None:
    assert "--lang: no such file" in cli("inspect", "--", "--lang").err


def answer_ctrl_c() -> None:
    """A job in a shell's background starts with Ctrl-C switched off, and so would its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run_process(code: str, **options: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "MIEN_LANG": "en", "PYTHONPATH": str(SOURCE)}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=None if os.name == "nt" else answer_ctrl_c,
        **options,
    )


@pytest.mark.skipif(os.name == "nt", reason="needs pipes of a POSIX system")
def test_a_reader_that_goes_away_is_no_error() -> None:
    code = (
        "import sys\nfrom mien.app import cli\n"
        "cli._run = lambda words: [sys.stdout.write('x' * 999) for _ in range(9999)] and 0\n"
        "sys.exit(cli.main(['doctor']))"
    )
    process = run_process(code)
    assert process.stdout is not None
    assert process.stdout.read(3) == "xxx"
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(20) == 141


@pytest.mark.skipif(os.name == "nt", reason="needs signals of a POSIX system")
def test_a_real_ctrl_c() -> None:
    code = (
        "import sys, time\nfrom mien.app import cli\n"
        "def wait(words):\n print('ready', flush=True)\n while True: time.sleep(0.05)\n"
        "cli._run = wait\nsys.exit(cli.main(['doctor']))"
    )
    process = run_process(code)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "mien: stopped; what was finished is kept\n")


def test_a_terminal_that_lacks_the_letters_is_no_error() -> None:
    code = "import sys\nfrom mien.app.cli import main\nsys.exit(main(['--help', '--lang', 'zh']))"
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(rb"\u7528\u6cd5")
