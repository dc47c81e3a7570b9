"""`mien data`: what a folder of pictures is worth, and packing it for training."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from mien import fields
from mien.app import console
from mien.jobs.base import Step
from mien.messages import text


@dataclasses.dataclass(frozen=True)
class CheckRequest:
    """What `mien data check` is asked."""

    path: Path = fields.argument("PATH", help="data.path")
    size: int = fields.option(64, help="data.size", span=(8, 1024), unit=" px")
    crop: Literal["centre", "face", "squeeze"] = fields.option("centre", help="data.crop")
    json: bool = fields.option(False, help="option.json")


@dataclasses.dataclass(frozen=True)
class ImportRequest:
    """What `mien data import` is asked."""

    path: Path = fields.argument("PATH", help="data.path")
    out: Path = fields.option(help="data.out")
    size: int = fields.option(64, help="data.size", span=(8, 1024), unit=" px")
    crop: Literal["centre", "face", "squeeze"] = fields.option("centre", help="data.crop")


def check(request: CheckRequest) -> int:
    """Reports on every picture; 0 where all can be used, 3 where some cannot, 2 where none can."""
    from mien.data.importer import check as checked
    from mien.data.sources import open_source

    source = open_source(request.path)
    with _told("check") as told:
        report = checked(source, size=request.size, crop=request.crop, told=told)
    if request.json:
        console.say_json(report.as_json())
    else:
        for line in report.lines():
            console.say(line)
    return _code(report.usable, len(report.quarantined))


def pack(request: ImportRequest) -> int:
    """Packs all usable pictures; exit codes as `check`."""
    from mien.data.importer import import_pictures
    from mien.data.sources import open_source

    source = open_source(request.path)
    with _told("import") as told:
        report = import_pictures(
            source, request.out, size=request.size, crop=request.crop, told=told
        )
    for line in report.lines():
        console.note(line)
    console.say(text("app.wrote", path=request.out))
    return _code(report.usable, len(report.quarantined))


def _code(usable: int, quarantined: int) -> int:
    if not usable:
        return 2
    return 3 if quarantined else 0


@contextlib.contextmanager
def _told(title: str) -> Iterator[Callable[[int, int, str], None]]:
    with console.progress(title, quiet=True) as progress:
        yield lambda done, total, name: progress(Step(done, total, name))
