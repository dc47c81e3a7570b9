"""Writing that is done or not done, never half: a kill at any moment leaves the old or the new.

Everything is written under a temporary name in the same folder, flushed to the disk, and renamed.
Temporary names tell which process of which machine made them, so that what a killed run left
behind is recognised, and removed when that process is gone.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import platform
import re
import secrets
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

from mien.errors import OutputError
from mien.io.files import output_errors
from mien.io.names import terminal_safe
from mien.messages import text

_PREFIX = ".mien-tmp-"
_NAME = re.compile(re.escape(_PREFIX) + r"([0-9a-f]{8})-([1-9][0-9]{0,9})-[0-9a-f]{8}")
_POSIX = os.name == "posix"

# What file managers drop into any folder they show; nobody misses it.
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})

_live: set[str] = set()  # temporary names in use by this process
_swept: set[Path] = set()  # folders this process has already rid of leftovers


def atomic_write_bytes(path: Path, data: bytes, *, overwrite: bool = True) -> None:
    """Writes a file so that it is never seen half-written; missing folders are made.

    overwrite   replace an existing file; otherwise an existing name is an error

    Raises OutputError for a full disk, a missing permission, or a name that is taken. Nothing is
    left behind then, and an existing file is as it was.
    """
    with atomic_file(path, overwrite=overwrite) as temporary, output_errors(path):
        temporary.write_bytes(data)


@contextlib.contextmanager
def atomic_file(path: Path, *, overwrite: bool = True) -> Iterator[Path]:
    """Gives a temporary path to write to; it becomes `path` when the block ends without error.

    The temporary file does not exist yet. For writers that want a path of their own; otherwise
    see `atomic_write_bytes`, whose errors are also raised here.
    """
    with _temporary(path) as temporary:
        try:
            with output_errors(path, space_only=True):
                yield temporary
            with output_errors(path):
                _flush(temporary)
                _publish(temporary, path, overwrite=overwrite)
                _flush_folder(path.parent)
        finally:
            with output_errors(path):
                temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(
    path: Path, *, overwrite: bool = False, owned: Collection[str] = ()
) -> Iterator[Path]:
    """Gives an empty folder to fill; it becomes `path` when the block ends without error.

    overwrite   replace an existing folder, all at once, if everything in it is mien's own
    owned       relative names, such as "params.json" or "views/left.png", that mien may replace
                although the new folder does not hold them

    Raises OutputError for a full disk, a missing permission, a name that is taken, and for an
    existing folder with a file that is neither in the new one nor in `owned`: it is the user's.
    The existing folder is then as it was. A kill between the two renames of a replacement is
    repaired by `remove_leftovers`, with which a process begins its first write to a folder.
    """
    with output_errors(path):
        _check_replaceable(path, overwrite=overwrite)
    with _temporary(path) as work:
        built = work / "new"
        try:
            with output_errors(path):
                built.mkdir(parents=True)
            with output_errors(path, space_only=True):
                yield built
            with output_errors(path):
                _flush_tree(built)
                _check_replaceable(path, overwrite=overwrite)
                _check_own(path, {*owned, *_files(built)})
                _swap(built, path, work)
                _flush_folder(path.parent)
        finally:
            _remove_tree(work)


def remove_leftovers(folder: Path) -> int:
    """Removes what killed runs left in a folder; returns how many things that were.

    Only names that mien gives, made on this machine, by a process that no longer exists, are
    touched. A result that was being replaced when its run was killed gets its name back first.
    """
    if not folder.is_dir():
        return 0
    removed = 0
    for entry in [entry for entry in folder.iterdir() if _is_dead(entry.name)]:
        # Another user's, or just removed by another process: then it is not ours to remove.
        with contextlib.suppress(OSError):
            if entry.is_symlink() or not entry.is_dir():
                entry.unlink()
            else:
                _restore(entry)
                shutil.rmtree(entry)
            removed += 1
    return removed


@contextlib.contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """A fresh temporary path beside `path`, known as in use inside the block."""
    name = f"{_PREFIX}{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
    _live.add(name)
    try:
        with output_errors(path):
            _prepare(path.parent)
        yield path.parent / name
    finally:
        _live.discard(name)


def _prepare(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as problem:
        raise OutputError(text("io.write.parent", path=terminal_safe(folder))) from problem
    if folder not in _swept and _PREFIX not in str(folder):
        _swept.add(folder)
        remove_leftovers(folder)


def _machine() -> str:
    """Eight hexadecimal digits for this host and its process numbers; a container has its own."""
    namespace = Path("/proc/self/ns/pid")
    numbers = str(namespace.readlink()) if namespace.is_symlink() else ""
    return hashlib.sha256(f"{platform.node()}|{numbers}".encode()).hexdigest()[:8]


def _is_dead(name: str) -> bool:
    match = _NAME.fullmatch(name)
    if match is None or match[1] != _machine() or name in _live:
        return False
    number = int(match[2])
    if number == os.getpid():
        return True  # an earlier process had this number, or the name would be in _live
    if not _POSIX:
        return False  # os.kill ends the process there: nothing is safe to say
    try:
        os.kill(number, 0)
    except (ProcessLookupError, OverflowError):
        return True
    except PermissionError:
        return False
    return False


def _publish(temporary: Path, path: Path, *, overwrite: bool) -> None:
    if overwrite:
        temporary.replace(path)
        return
    try:
        path.hardlink_to(temporary)  # unlike a rename, fails where the name exists
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        temporary.replace(path)


def _swap(built: Path, path: Path, work: Path) -> None:
    old = work / "old" / path.name
    old.parent.mkdir()
    try:
        if os.path.lexists(path):
            path.rename(old)
        built.rename(path)
    except BaseException:
        _restore(work)
        raise


def _restore(work: Path) -> None:
    """Gives a result that was moved aside its name back, unless the new one has it."""
    aside = work / "old"
    for old in aside.iterdir() if aside.is_dir() else ():
        path = work.parent / old.name
        if not os.path.lexists(path):
            old.rename(path)


def _check_replaceable(path: Path, *, overwrite: bool) -> None:
    if os.path.lexists(path) and (not overwrite or path.is_symlink() or not path.is_dir()):
        raise OutputError(text("io.write.taken", path=terminal_safe(path)))


def _check_own(path: Path, owned: Collection[str]) -> None:
    """Raises OutputError where an existing folder holds a file of another name."""
    foreign = sorted(name for name in _files(path) if name not in owned)
    if foreign:
        shown = {"path": terminal_safe(path), "name": terminal_safe(foreign[0])}
        raise OutputError(text("io.write.foreign", **shown))


def _files(folder: Path) -> list[str]:
    """Relative names, with forward slashes, of everything in a folder that is not a folder."""
    return [
        entry.relative_to(folder).as_posix()
        for entry in folder.rglob("*")
        if (entry.is_symlink() or not entry.is_dir()) and entry.name not in _LITTER
    ]


def _remove_tree(folder: Path) -> None:
    # Best effort: what stays is a leftover that the next run recognises.
    shutil.rmtree(folder, ignore_errors=True)


def _flush_tree(folder: Path) -> None:
    for entry in folder.rglob("*"):
        if entry.is_dir():
            _flush_folder(entry)
        elif entry.is_file():
            _flush(entry)
    _flush_folder(folder)


def _flush(file: Path) -> None:
    descriptor = os.open(file, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    if not _POSIX:
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        # Some network file systems cannot flush a folder; the rename itself has still happened.
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
