"""Landmarks of many pictures in dlib's XML (`imglab`, `shape_predictor`'s training files).

    <dataset><images>
      <image file='a.jpg'><box top='1' left='2' width='3' height='4'>
        <part name='00' x='12' y='34'/> ...

A picture can show several faces. Only elements are read: a file with a document type or entities,
which could grow without end, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat
from xml.sax import saxutils

import numpy as np

from mien.data.landmark_files.lines import (
    COUNT,
    MOST_PICTURES,
    Points,
    checked,
    finite,
    refused,
)
from mien.errors import InputError
from mien.io.atomic import atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.limits import MIB
from mien.io.names import terminal_safe

_MOST_BYTES = 256 * MIB


def read_imglab(path: Path, *, count: int = COUNT) -> dict[str, list[Points]]:
    """Every face's (count, 2) pixels by the picture's name; faces without parts are left out.

    Raises InputError with the line for XML that is damaged or has a document type, for a part
    without its numbers, one that comes twice, and a face of another count.
    """
    data = read_bytes(path, max_bytes=_MOST_BYTES, wanted="landmarks.wanted")
    reader = _Reader(path, count)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as problem:
        raise refused("landmarks.xml", path, line=problem.lineno) from problem
    except (LookupError, ValueError) as problem:  # an encoding that nobody knows
        raise refused("landmarks.xml", path, line=1) from problem
    if not reader.started:
        raise refused("landmarks.xml_none", path)
    return reader.found


class _Reader:
    """Takes note of elements as expat meets them."""

    def __init__(self, path: Path, count: int) -> None:
        self.path, self.count = path, count
        self.found: dict[str, list[Points]] = {}
        self.started = False
        self._image: str | None = None
        self._parts: dict[int, tuple[float, float]] | None = None
        self.parser: Any = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._forbidden
        self.parser.EntityDeclHandler = self._forbidden

    @property
    def _line(self) -> int:
        return int(self.parser.CurrentLineNumber)

    def _forbidden(self, *told: object) -> None:
        raise refused("landmarks.xml", self.path, line=self._line)

    def _start(self, tag: str, told: Mapping[str, str]) -> None:
        self.started = self.started or tag == "dataset"
        if tag == "image":
            self._image = told.get("file", "")
            if not self._image or len(self.found) >= MOST_PICTURES:
                raise self._wrong("file")
            self.found.setdefault(self._image, [])
        elif tag == "box" and self._image is not None:
            self._parts = {}
        elif tag == "part" and self._parts is not None:
            self._part(told, self._parts)

    def _part(self, told: Mapping[str, str], parts: dict[int, tuple[float, float]]) -> None:
        name = told.get("name", "")
        number = int(name) if name.isascii() and name.isdecimal() and len(name) < 6 else -1
        if not 0 <= number < self.count or number in parts:
            raise self._wrong(name)
        x, y = (finite(self.path, self._line, axis, told.get(axis, "")) for axis in "xy")
        parts[number] = (x, y)

    def _end(self, tag: str) -> None:
        if tag == "box" and self._parts is not None and self._image is not None:
            if self._parts:
                if len(self._parts) != self.count:
                    shown = {"line": self._line, "count": len(self._parts), "wanted": self.count}
                    raise refused("landmarks.count_at", self.path, **shown)
                ordered = [self._parts[k] for k in range(self.count)]
                self.found[self._image].append(np.array(ordered))
            self._parts = None
        elif tag == "image":
            self._image = None

    def _wrong(self, name: str) -> InputError:
        shown = {"line": self._line, "name": terminal_safe(name[:60])}
        return refused("landmarks.xml_part", self.path, **shown)


def write_imglab(
    path: Path, landmarks: Mapping[str, Sequence[Points]], *, overwrite: bool = False
) -> None:
    """Writes every face's points with the box around them, as dlib does but with fractions."""
    lines = ["<?xml version='1.0' encoding='UTF-8'?>", "<dataset>", "<images>"]
    for name, faces in landmarks.items():
        lines.append(f"  <image file={saxutils.quoteattr(name)}>")
        for face in faces:
            rows = checked(face)
            low, high = np.floor(rows.min(0)).astype(int), np.ceil(rows.max(0)).astype(int)
            wide, tall = (int(v) for v in high - low)
            box = f"top='{low[1]}' left='{low[0]}' width='{wide}' height='{tall}'"
            lines.append(f"    <box {box}>")
            lines += [
                f"      <part name='{k:02d}' x='{x:.8g}' y='{y:.8g}'/>"
                for k, (x, y) in enumerate(rows)
            ]
            lines.append("    </box>")
        lines.append("  </image>")
    lines += ["</images>", "</dataset>", ""]
    atomic_write_bytes(path, "\n".join(lines).encode(), overwrite=overwrite)
