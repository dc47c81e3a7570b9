from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mien.errors import InputError, OutputError, WeightsError
from mien.io import files

WANTED = "wanted a JPEG, PNG, WebP, BMP, GIF or TIFF picture"


def read(path: Path, max_bytes: int = 100) -> bytes:
    return files.read_bytes(path, max_bytes=max_bytes, wanted="io.wanted.image")


def test_bytes_come_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "照片" / "小明 <b>.jpg"
    path.parent.mkdir()
    path.write_bytes(bytes(range(100)))
    assert read(path) == bytes(range(100))


def test_missing(tmp_path: Path) -> None:
    path = tmp_path / "none.jpg"
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == f"{path}: no such file; {WANTED}: check the name and the folder"


def test_a_file_used_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    path = tmp_path / "a" / "b.jpg"
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == f"{path}: no such file; {WANTED}: check the name and the folder"


def test_a_name_that_cannot_be() -> None:
    with pytest.raises(InputError) as caught:
        read(Path("a\0b\n.jpg"))
    shown = "a\\x00b\\x0a.jpg"
    assert str(caught.value) == f"{shown}: no such file; {WANTED}: check the name and the folder"


def test_a_name_that_is_too_long() -> None:
    path = Path("a" * 5000)
    with pytest.raises(InputError) as caught:
        read(path)
    reason = os.strerror(errno.ENAMETOOLONG)
    assert str(caught.value) == (
        f"{path}: reading failed ({reason}); {WANTED}: check the disk and try again"
    )


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert str(caught.value) == f"{tmp_path}: this is a folder; {WANTED}: name the files in it"


def test_empty(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.touch()
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}: the file is empty (0 bytes); {WANTED}: copy or download it again"
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == (
        f"{path}: this is not an ordinary file; {WANTED}: copy it to a file first"
    )


def test_too_many_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(bytes(3 * 2**20))
    with pytest.raises(WeightsError) as caught:
        files.read_bytes(path, max_bytes=2**20, wanted="io.wanted.weights", error=WeightsError)
    assert str(caught.value) == f"{path}: 3.0 MiB; wanted at most 1 MiB: make it smaller"


def test_exactly_the_limit_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(bytes(100))
    assert len(read(path, max_bytes=100)) == 100
    with pytest.raises(InputError, match="make it smaller"):
        read(path, max_bytes=99)


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_no_permission(python: Callable[..., str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        path = folder / "secret.jpg"
        path.write_bytes(b"x")
        path.chmod(0)
        printed = python(
            """
            import os, sys
            from pathlib import Path
            from mien.errors import MienError
            from mien.io import atomic, files
            if os.geteuid() == 0:
                os.setuid(65534)  # root may do anything: be nobody
            path = Path(sys.argv[1])
            for act in (
                lambda: files.read_bytes(path, max_bytes=9, wanted="io.wanted.image"),
                lambda: atomic.atomic_write_bytes(Path("/root-only/a.png"), b"x"),
            ):
                try:
                    act()
                except MienError as error:
                    print(error)
            """,
            path,
        )
    lines = printed.splitlines()
    assert lines[0] == f"{path}: no permission to read it; {WANTED}: change its permissions"
    assert lines[1] == (
        "/root-only/a.png: no permission to write it; wanted a folder of yours: choose another "
        "with --out"
    )
    assert len(lines) == 2


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            errno.ENOSPC,
            "a.png: no space to write it; wanted room on the disk: free some, or choose another "
            "folder with --out",
        ),
        (
            errno.EROFS,
            "a.png: no permission to write it; wanted a folder of yours: choose another with --out",
        ),
        (
            errno.EISDIR,
            "a.png: the name is already taken; wanted a new one: choose another, or add "
            "--overwrite",
        ),
        (
            errno.EIO,
            f"a.png: writing failed ({os.strerror(errno.EIO)}); wanted a file there: choose "
            "another folder with --out",
        ),
    ],
)
def test_write_errors(code: int, message: str) -> None:
    with pytest.raises(OutputError) as caught, files.output_errors(Path("a.png")):
        raise OSError(code, os.strerror(code))
    assert str(caught.value) == message


def test_other_peoples_errors_pass_where_asked() -> None:
    with (
        pytest.raises(FileNotFoundError),
        files.output_errors(Path("a.png"), space_only=True),
    ):
        raise FileNotFoundError(errno.ENOENT, "theirs")
    with (
        pytest.raises(OutputError, match="no space"),
        files.output_errors(Path("a.png"), space_only=True),
    ):
        raise OSError(errno.ENOSPC, "ours")


def test_both_languages_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_LANG", "zh")
    with pytest.raises(InputError) as caught:
        read(Path("没有.jpg"))
    assert str(caught.value) == (
        "没有.jpg：文件不存在；需要JPEG、PNG、WebP、BMP、GIF 或 TIFF 图片，请检查文件名和文件夹"
    )
