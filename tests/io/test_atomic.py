from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from mien.errors import OutputError
from mien.io import atomic

Names: TypeAlias = Callable[[Path], list[str]]

TAKEN = "the name is already taken; wanted a new one: choose another, or add --overwrite"
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX processes")


def leftover(pid: int, *, machine: str | None = None) -> str:
    return f".mien-tmp-{machine or atomic._machine()}-{pid}-0123abcd"


@pytest.fixture
def dead_pid() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_a_file_is_written_and_replaced(tmp_path: Path, names_in: Names) -> None:
    path = tmp_path / "new" / "照片 <b>.png"
    atomic.atomic_write_bytes(path, b"one")
    atomic.atomic_write_bytes(path, b"two")
    assert path.read_bytes() == b"two"
    assert names_in(path.parent) == ["照片 <b>.png"]


@posix
def test_a_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    atomic.atomic_write_bytes(tmp_path / "a", b"")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "a")]
    assert modes[0] == modes[1]


def test_an_existing_file_is_kept_unless_overwriting(tmp_path: Path, names_in: Names) -> None:
    path = tmp_path / "a.png"
    atomic.atomic_write_bytes(path, b"one", overwrite=False)
    with pytest.raises(OutputError) as caught:
        atomic.atomic_write_bytes(path, b"two", overwrite=False)
    assert str(caught.value) == f"{path}: {TAKEN}"
    assert path.read_bytes() == b"one"
    assert names_in(tmp_path) == ["a.png"]


def test_a_file_system_without_links_also_keeps_an_existing_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names_in: Names
) -> None:
    def no_link(path: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_link)
    path = tmp_path / "a.png"
    atomic.atomic_write_bytes(path, b"one", overwrite=False)
    with pytest.raises(OutputError) as caught:
        atomic.atomic_write_bytes(path, b"two", overwrite=False)
    assert str(caught.value) == f"{path}: {TAKEN}"
    assert path.read_bytes() == b"one"
    assert names_in(tmp_path) == ["a.png"]


def test_a_folder_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.mkdir()
    with pytest.raises(OutputError) as caught:
        atomic.atomic_write_bytes(path, b"x")
    assert str(caught.value) == f"{path}: {TAKEN}"
    assert path.is_dir()


def test_a_file_where_a_folder_is_needed(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    for path in (tmp_path / "out" / "a.png", tmp_path / "out" / "deep" / "a.png"):
        with pytest.raises(OutputError) as caught:
            atomic.atomic_write_bytes(path, b"x")
        assert str(caught.value) == (
            f"{path.parent}: a file stands where a folder is needed; wanted a folder: choose "
            "another with --out"
        )


def test_an_error_in_the_block_leaves_the_old_file(tmp_path: Path, names_in: Names) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def interrupted() -> None:
        with atomic.atomic_file(path) as temporary:
            temporary.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["a.bin"]


def test_a_block_that_writes_nothing_is_an_error(tmp_path: Path, names_in: Names) -> None:
    path = tmp_path / "a.bin"
    with pytest.raises(OutputError, match="writing failed"), atomic.atomic_file(path):
        pass
    assert names_in(tmp_path) == []


def test_a_folder_appears_all_at_once(tmp_path: Path, names_in: Names) -> None:
    path = tmp_path / "results" / "小明"
    with atomic.atomic_folder(path) as folder:
        (folder / "params.json").write_text("{}")
        (folder / "views").mkdir()
        (folder / "views" / "left.png").write_bytes(b"x")
        assert not path.exists()
    assert names_in(path) == ["params.json", "views"]
    assert names_in(path.parent) == ["小明"]


def test_an_existing_folder_is_kept_unless_overwriting(tmp_path: Path, names_in: Names) -> None:
    path = tmp_path / "a"
    path.mkdir()
    with pytest.raises(OutputError) as caught, atomic.atomic_folder(path):
        pytest.fail("the block must not begin")
    assert str(caught.value) == f"{path}: {TAKEN}"
    assert names_in(tmp_path) == ["a"]


def test_a_folder_that_appears_meanwhile_is_kept(tmp_path: Path, names_in: Names) -> None:
    path = tmp_path / "a"

    def overtaken() -> None:
        with atomic.atomic_folder(path) as folder:
            (folder / "x").write_text("mine")
            path.mkdir()
            (path / "y").write_text("theirs")

    with pytest.raises(OutputError) as caught:
        overtaken()
    assert str(caught.value) == f"{path}: {TAKEN}"
    assert names_in(path) == ["y"]
    assert names_in(tmp_path) == ["a"]


def test_overwriting_replaces_the_whole_folder(tmp_path: Path, names_in: Names) -> None:
    path = tmp_path / "a"
    with atomic.atomic_folder(path) as folder:
        (folder / "params.json").write_text("1")
        (folder / "texture.png").write_text("1")
    (path / ".DS_Store").touch()
    with atomic.atomic_folder(path, overwrite=True, owned=["texture.png"]) as folder:
        (folder / "params.json").write_text("2")
    assert names_in(path) == ["params.json"]
    assert (path / "params.json").read_text() == "2"
    assert names_in(tmp_path) == ["a"]


@pytest.mark.parametrize("owned", [(), ("texture.png",)])
def test_a_folder_with_a_file_of_the_users_is_never_replaced(
    tmp_path: Path, names_in: Names, owned: tuple[str, ...]
) -> None:
    path = tmp_path / "holiday"
    (path / "deep").mkdir(parents=True)
    (path / "params.json").write_text("old")
    (path / "deep" / "me\n.jpg").write_text("the user's")
    with (
        pytest.raises(OutputError) as caught,
        atomic.atomic_folder(path, overwrite=True, owned=owned) as folder,
    ):
        (folder / "params.json").write_text("new")
    name = "deep/me\\x0a.jpg"
    assert str(caught.value) == (
        f"{path}: the folder holds {name}, which mien did not make; wanted a folder of results "
        "only: move that file away, or choose another folder with --out"
    )
    assert (path / "params.json").read_text() == "old"
    assert (path / "deep" / "me\n.jpg").read_text() == "the user's"
    assert names_in(tmp_path) == ["holiday"]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_only_a_real_folder_is_replaced(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x").write_text("theirs")
    if kind == "file":
        path.write_text("theirs")
    else:
        path.symlink_to(elsewhere)
    with (
        pytest.raises(OutputError) as caught,
        atomic.atomic_folder(path, overwrite=True, owned=["x"]),
    ):
        pytest.fail("the block must not begin")
    assert str(caught.value) == f"{path}: {TAKEN}"
    assert (elsewhere / "x").read_text() == "theirs"


def test_an_error_in_the_block_leaves_the_old_folder(tmp_path: Path, names_in: Names) -> None:
    path = tmp_path / "a"
    with atomic.atomic_folder(path) as folder:
        (folder / "x").write_text("old")

    def failing() -> None:
        with atomic.atomic_folder(path, overwrite=True) as folder:
            (folder / "x").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert (path / "x").read_text() == "old"
    assert names_in(tmp_path) == ["a"]


def test_a_failed_second_rename_gives_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names_in: Names
) -> None:
    path = tmp_path / "a"
    with atomic.atomic_folder(path) as folder:
        (folder / "x").write_text("old")
    rename = Path.rename

    def failing_rename(source: Path, target: Path) -> Path:
        if source.name == "new":
            raise OSError(5, "Input/output error")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", failing_rename)
    with (
        pytest.raises(OutputError, match=r"writing failed \(Input/output error\)"),
        atomic.atomic_folder(path, overwrite=True) as folder,
    ):
        (folder / "x").write_text("new")
    assert (path / "x").read_text() == "old"
    assert names_in(tmp_path) == ["a"]


@posix
def test_leftovers_of_dead_runs_are_removed(tmp_path: Path, dead_pid: int, names_in: Names) -> None:
    (tmp_path / leftover(dead_pid)).mkdir()
    (tmp_path / leftover(dead_pid) / "new").mkdir()
    (tmp_path / leftover(os.getpid())).touch()  # of an earlier process with this number
    kept = [
        leftover(os.getppid()),
        leftover(dead_pid, machine="00000000"),
        leftover(dead_pid) + "-mine",
        ".mien-tmp-notes.txt",
        "mien-tmp.txt",
    ]
    for name in kept:
        (tmp_path / name).touch()
    assert atomic.remove_leftovers(tmp_path) == 2
    assert names_in(tmp_path) == sorted(kept)
    assert atomic.remove_leftovers(tmp_path) == 0
    assert atomic.remove_leftovers(tmp_path / "none") == 0


@posix
def test_what_is_being_written_now_is_no_leftover(tmp_path: Path) -> None:
    with atomic.atomic_folder(tmp_path / "a") as folder:
        assert atomic.remove_leftovers(tmp_path) == 0
        (folder / "x").touch()
    assert (tmp_path / "a" / "x").exists()


@posix
def test_a_link_among_leftovers_is_not_followed(tmp_path: Path, dead_pid: int) -> None:
    target = tmp_path / "precious"
    target.mkdir()
    (target / "x").touch()
    (tmp_path / leftover(dead_pid)).symlink_to(target)
    assert atomic.remove_leftovers(tmp_path) == 1
    assert (target / "x").exists()


@posix
def test_a_kill_between_the_two_renames_is_repaired(
    tmp_path: Path, dead_pid: int, names_in: Names
) -> None:
    work = tmp_path / leftover(dead_pid)
    (work / "old" / "小明").mkdir(parents=True)
    (work / "old" / "小明" / "params.json").write_text("old")
    (work / "new").mkdir()
    atomic.atomic_write_bytes(tmp_path / "other.png", b"")  # any write to the folder repairs it
    assert names_in(tmp_path) == ["other.png", "小明"]
    assert (tmp_path / "小明" / "params.json").read_text() == "old"


@posix
def test_a_full_disk(tmp_path: Path, python: Callable[..., str], names_in: Names) -> None:
    (tmp_path / "old.bin").write_bytes(b"old")
    printed = python(
        """
        import resource, sys
        from pathlib import Path
        from mien.errors import OutputError
        from mien.io import atomic
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        folder = Path(sys.argv[1])
        try:
            atomic.atomic_write_bytes(folder / "old.bin", bytes(5000))
        except OutputError as error:
            print(error)
        try:
            with atomic.atomic_folder(folder / "new") as built:
                (built / "small").write_bytes(bytes(10))
                (built / "large").write_bytes(bytes(5000))
        except OutputError as error:
            print(error)
        """,
        tmp_path,
    )
    why = "no space to write it; wanted room on the disk: free some, or choose another folder"
    assert printed.splitlines() == [
        f"{tmp_path / 'old.bin'}: {why} with --out",
        f"{tmp_path / 'new'}: {why} with --out",
    ]
    assert (tmp_path / "old.bin").read_bytes() == b"old"
    assert names_in(tmp_path) == ["old.bin"]


KILLED = """
import sys
from pathlib import Path
from mien.io import atomic
folder = Path(sys.argv[1])
for number in range(1_000_000):
    text = str(number) * 2000
    atomic.atomic_write_bytes(folder / "file", text.encode())
    with atomic.atomic_folder(folder / "result", overwrite=True) as built:
        for name in "abc":
            (built / name).write_text(text)
    if number == 1:
        print("running", flush=True)
"""


@posix
def test_a_kill_at_any_moment_leaves_whole_results(tmp_path: Path, names_in: Names) -> None:
    for moment in range(10):
        running = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
        )
        assert running.stdout is not None
        assert running.stdout.readline() == b"running\n"
        time.sleep(0.0037 * moment)
        running.send_signal(signal.SIGKILL)
        running.wait()
        running.stdout.close()
        atomic.remove_leftovers(tmp_path)
        assert names_in(tmp_path) == ["file", "result"]
        assert names_in(tmp_path / "result") == ["a", "b", "c"]
        texts = [(tmp_path / "result" / name).read_text() for name in "abc"]
        texts.append((tmp_path / "file").read_text())
        for text in texts:
            number = text[: len(text) // 2000]
            assert number.isdigit()
            assert text == number * 2000
        assert texts[0] == texts[1] == texts[2]
