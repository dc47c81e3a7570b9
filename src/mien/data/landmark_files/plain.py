"""Landmarks one to a line: `S001_001_00000001_landmarks.txt` of CK+, `.txt` of MMI.

CK+ writes `   1.9543219e+02   2.1087620e+02`. The ancestor's MMI files hold `123 234 ` and it could
not read them back: it took a line's third word for x. Both are two numbers in a line, 68 lines.
"""

from __future__ import annotations

from pathlib import Path

from mien.data.landmark_files.lines import COUNT, Points, checked, points, read_lines
from mien.io.atomic import atomic_write_bytes
from mien.types import Landmarks


def read_plain(path: Path) -> Landmarks:
    """(68, 2) pixels of a file of CK+ or MMI.

    Raises InputError with the file, and the number of the line where there is one.
    """
    return points(path, read_lines(path), count=COUNT)


def write_ck(path: Path, landmarks: Points, *, overwrite: bool = False) -> None:
    """Writes (68, 2) as CK+ does, eight digits of each; raises OutputError."""
    rows = checked(landmarks, count=COUNT)
    _write(path, "".join(f"   {x:.7e}   {y:.7e}\n" for x, y in rows), overwrite)


def write_mmi(path: Path, landmarks: Points, *, overwrite: bool = False) -> None:
    """Writes (68, 2) as the ancestor does for MMI, whole pixels where they are whole."""
    rows = checked(landmarks, count=COUNT)
    _write(path, "".join(f"{x:.8g} {y:.8g} \n" for x, y in rows), overwrite)


def _write(path: Path, written: str, overwrite: bool) -> None:
    atomic_write_bytes(path, written.encode(), overwrite=overwrite)
