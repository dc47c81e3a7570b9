"""Reading a user's file as bytes, and saying in one line why that or a write did not work."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from mien.errors import InputError, MienError, OutputError
from mien.io.limits import MIB
from mien.io.names import terminal_safe
from mien.messages import text

_NO_SPACE = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_NO_PERMISSION = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.EISDIR, errno.ENOTDIR})


def check_file(
    path: Path, *, max_bytes: int, wanted: str, error: type[MienError] = InputError
) -> int:
    """The size in bytes of a regular file that is neither empty nor too large.

    wanted   message key of what should have come, e.g. "io.wanted.image"
    error    class of the error that is raised otherwise

    Raises `error` with one line for a missing file, a folder, a device or pipe (which would never
    end, or block), an empty file, one above `max_bytes`, and for one that may not be looked at.
    """
    shown = {"path": terminal_safe(path), "wanted": text(wanted)}
    try:
        status = path.stat()
    except OSError as problem:
        raise _unreadable(problem, shown, error) from problem
    except ValueError as problem:  # a NUL byte in the name
        raise error(text("io.read.missing", **shown)) from problem
    if stat.S_ISDIR(status.st_mode):
        raise error(text("io.read.folder", **shown))
    if not stat.S_ISREG(status.st_mode):
        raise error(text("io.read.special", **shown))
    if status.st_size == 0:
        raise error(text("io.read.empty", **shown))
    check_bytes(status.st_size, path, max_bytes=max_bytes, error=error)
    return status.st_size


def check_bytes(
    size: int, path: Path | str, *, max_bytes: int, error: type[MienError] = InputError
) -> None:
    """Refuses a size above the limit; raises `error`."""
    if size > max_bytes:
        sizes = {"size": f"{size / MIB:.1f}", "limit": f"{max_bytes / MIB:g}"}
        raise error(text("io.read.bytes", path=terminal_safe(path), **sizes))


def read_bytes(
    path: Path, *, max_bytes: int, wanted: str, error: type[MienError] = InputError
) -> bytes:
    """The bytes of a regular file; arguments and errors as `check_file`."""
    size = check_file(path, max_bytes=max_bytes, wanted=wanted, error=error)
    try:
        with path.open("rb") as file:
            # One byte more than expected: a file that grows meanwhile is read to the limit only.
            data = file.read(size + 1)
    except OSError as problem:
        shown = {"path": terminal_safe(path), "wanted": text(wanted)}
        raise _unreadable(problem, shown, error) from problem
    check_bytes(len(data), path, max_bytes=max_bytes, error=error)
    return data


def _unreadable(problem: OSError, shown: dict[str, str], error: type[MienError]) -> MienError:
    if problem.errno in (errno.ENOENT, errno.ENOTDIR):
        return error(text("io.read.missing", **shown))
    if problem.errno in _NO_PERMISSION:
        return error(text("io.read.permission", **shown))
    reason = problem.strerror or type(problem).__name__
    return error(text("io.read.failed", reason=reason, **shown))


def write_error(problem: OSError, path: Path) -> OutputError:
    """The error for a result that could not be written at `path`, from the system's own."""
    shown = {"path": terminal_safe(path)}
    if problem.errno in _NO_SPACE:
        return OutputError(text("io.write.space", **shown))
    if problem.errno in _NO_PERMISSION:
        return OutputError(text("io.write.permission", **shown))
    if problem.errno in _TAKEN:
        return OutputError(text("io.write.taken", **shown))
    reason = problem.strerror or os.strerror(problem.errno or errno.EIO)
    return OutputError(text("io.write.failed", reason=reason, **shown))


@contextlib.contextmanager
def output_errors(path: Path, *, space_only: bool = False) -> Iterator[None]:
    """Turns a system error inside the block into an OutputError about `path`.

    space_only   only a full disk; for a block that also runs other people's code, whose errors
                 need not be about this file
    """
    try:
        yield
    except OSError as problem:
        if space_only and problem.errno not in _NO_SPACE:
            raise
        raise write_error(problem, path) from problem
