"""dev.py: what it would run, without running it."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


def real_dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev_copy", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Machine:
    """A copy of dev.py in an empty folder, and a record of what it starts."""

    def __init__(self, module: ModuleType, folder: Path) -> None:
        self.module = module
        self.folder = folder
        self.commands: list[list[str]] = []
        self.threads: list[int | None] = []
        self.codes: dict[str, int] = {}

    def call(self, command: list[str], *, silent: bool = False, threads: int | None = None) -> int:
        self.commands.append(command)
        self.threads.append(threads)
        if "venv" in command:
            python = self.module.venv_python()
            python.parent.mkdir(parents=True)
            python.touch()
        return next((code for word, code in self.codes.items() if word in command), 0)

    def run(self, *words: str) -> int:
        return self.module.main(list(words))

    def started(self, word: str) -> list[list[str]]:
        return [command for command in self.commands if word in command]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    for name in ("PHOTO", "TORCH_INDEX"):
        monkeypatch.delenv(name, raising=False)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    module = real_dev()
    made = Machine(module, tmp_path)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "STAMP", tmp_path / ".venv" / "mien-stamp.json")
    monkeypatch.setattr(module, "call", made.call)
    return made


def test_the_first_run_makes_the_environment_and_installs_with_pins(machine: Machine) -> None:
    assert machine.run("test") == 0
    (made,) = machine.started("venv")
    assert made[0] == sys.executable
    (installed,) = machine.started("install")
    assert installed[0] == str(machine.module.venv_python())
    assert installed[installed.index("-c") + 1] == str(machine.folder / "constraints.txt")
    assert installed[installed.index("-e") + 1] == (
        f"{machine.folder}[demo,dev,dlib68,onnx,studio]"
    )


def test_the_second_run_installs_nothing(machine: Machine) -> None:
    machine.run("test")
    machine.commands.clear()
    assert machine.run("test") == 0
    assert machine.started("install") == []
    assert machine.run("demo") == 0
    assert machine.started("install") == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_file_installs_again(machine: Machine, name: str) -> None:
    machine.run("demo")
    machine.commands.clear()
    with (machine.folder / name).open("a") as file:
        file.write("# changed\n")
    machine.run("demo")
    assert len(machine.started("install")) == 1


def test_extras_add_up(machine: Machine) -> None:
    machine.run("demo")
    machine.run("studio")
    machine.run("setup")
    wanted = [command[-1].split("[")[1] for command in machine.started("install")]
    assert wanted == ["demo]", "demo,studio]", "demo,dev,dlib68,onnx,studio]"]


def test_a_failed_install_is_repeated(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.codes["install"] = 1
    assert machine.run("demo") == 1
    assert "pip failed" in capsys.readouterr().out
    machine.codes.clear()
    assert machine.run("demo") == 0
    assert len(machine.started("install")) == 2


def test_a_damaged_stamp_installs_again(machine: Machine) -> None:
    machine.run("demo")
    for damage in ("", "[]", "{", '{"fingerprint": 3}'):
        machine.module.STAMP.write_text(damage)
        machine.commands.clear()
        assert machine.run("demo") == 0
        assert len(machine.started("install")) == 1
    assert json.loads(machine.module.STAMP.read_text())["extras"] == ["demo"]


def test_torch_comes_from_the_index_that_is_asked_for(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_INDEX", "https://example.org/cpu")
    machine.run("demo")
    torch, rest = machine.started("install")
    assert torch[torch.index("--index-url") + 1] == "https://example.org/cpu"
    assert torch[-2:] == ["--no-deps", "torch==2.13.0"]
    assert "--index-url" not in rest


def test_a_missing_venv_is_answered_with_the_line_that_installs_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find: Callable[[str], Any] = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else find(name)
    )
    assert machine.run("demo") == 1
    assert capsys.readouterr().out == (
        "mien: python3-venv is missing. Install it with: sudo apt install python3-venv\n"
    )
    assert machine.commands == []


def test_an_old_python_is_refused(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine.module.sys, "version_info", (3, 9, 1, "final", 0))
    assert machine.run("demo") == 1
    assert capsys.readouterr().out == "mien: Python 3.9 is too old: mien needs 3.11 or newer.\n"


def test_an_environment_that_does_not_run_is_not_touched(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.codes["--version"] = 1
    assert machine.run("demo") == 1
    assert "does not run: delete that folder, try again" in capsys.readouterr().out
    assert machine.module.venv_python().exists()


def test_the_photo_is_found_from_where_the_user_stands(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = machine.folder / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("PHOTO", "小明 1.jpg")
    machine.run("demo")
    assert machine.commands[-1][1:] == ["-m", "mien", "demo", str(elsewhere / "小明 1.jpg")]
    monkeypatch.setenv("PHOTO", "")
    machine.run("demo")
    assert machine.commands[-1][1:] == ["-m", "mien", "demo"]


def test_nothing_of_the_users_python_leaks_in(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("PYTHONPATH", "PIP_TARGET", "PIP_USER"):
        monkeypatch.setenv(name, "/elsewhere")
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    assert real_dev().call([sys.executable, "-c", code], threads=1) == 0
    seen = json.loads(capfd.readouterr().out)
    assert "/elsewhere" not in seen.values()
    assert seen["PYTHONNOUSERSITE"] == seen["OMP_NUM_THREADS"] == seen["NUMBA_NUM_THREADS"] == "1"


def test_tests_run_on_one_thread_each(machine: Machine) -> None:
    machine.run("test")
    assert machine.threads[-1] == 1


@pytest.mark.skipif(os.name == "nt", reason="needs signals of a POSIX system")
def test_ctrl_c_waits_for_what_was_started() -> None:
    inner = (
        "import sys, time\ntry:\n print('ready', flush=True)\n while True: time.sleep(0.05)\n"
        "except KeyboardInterrupt:\n time.sleep(0.8); print('tidy', flush=True); sys.exit(130)"
    )
    outer = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import dev\n"
        f"sys.exit(dev.call([sys.executable, '-c', {inner!r}]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", outer],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A job in a shell's background starts with Ctrl-C switched off, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "tidy\n")


def test_check_runs_every_tool_and_reports_the_first_failure(machine: Machine) -> None:
    machine.codes["pyright"] = 4
    assert machine.run("check") == 4
    tools = [command[2] for command in machine.commands[-4:]]
    assert tools[:3] == ["ruff", "ruff", "pyright"]
    assert "importlinter" in machine.commands[-1][-1]


def test_docs_are_built_and_checked(machine: Machine) -> None:
    machine.codes["--check"] = 1
    assert machine.run("docs") == 0
    assert machine.commands[-1][1:] == [str(machine.folder / "docs" / "build.py")]
    assert machine.run("docs", "--check") == 1


def test_the_exit_code_of_the_tests_comes_through(machine: Machine) -> None:
    machine.codes["pytest"] = 5  # no test was collected
    assert machine.run("test") == 5
    assert machine.run("test-all") == 5


def test_tests_leave_out_what_is_slow_and_options_go_through(machine: Machine) -> None:
    machine.run("test", "-k", "head")
    assert machine.commands[-1][1:] == [
        *("-m", "pytest", "-n", "2", "-m", "not slow", "-k", "head")
    ]
    machine.run("test-all")
    assert "not slow" not in machine.commands[-1]


def test_models_are_made_in_order_until_one_fails(machine: Machine) -> None:
    assert machine.run("models") == 0
    steps = [list(command) for _, *command in machine.module.MODELS]
    assert [command[2:] for command in machine.commands[-len(steps) :]] == steps
    for module, *_ in steps:
        assert importlib.util.find_spec(module) is not None
    machine.commands.clear()
    machine.codes["mien.face.convert_identity"] = 3
    assert machine.run("models") == 3
    assert machine.commands[-1][2] == "mien.face.convert_identity"


def test_unknown_tasks_are_named(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    assert machine.run("tset") == 2
    assert "task 'tset' does not exist: it must be one of demo, test," in capsys.readouterr().out


def test_ctrl_c_is_one_line(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(machine.module, "call", stop)
    assert machine.run("demo") == 130
    assert capsys.readouterr().out.splitlines()[-1] == "mien: stopped"


def test_the_makefile_forwards_every_task(machine: Machine) -> None:
    text = (ROOT / "Makefile").read_text()
    for task in machine.module.TASKS:
        assert f" {task}" in text.split("TASKS :=")[1].splitlines()[0]


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_dev_runs_from_anywhere_and_ci_is_executable(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "dev.py"), "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "python3 dev.py demo" in done.stdout
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
