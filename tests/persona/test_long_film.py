"""A film that was killed goes on: the same pictures, and only those made that were missing."""

from __future__ import annotations

import dataclasses
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mien.io.provenance import Provenance, read_provenance
from mien.io.video import probe, read_frames, write_video
from mien.persona import film as filming
from mien.persona import long_film
from mien.persona.driver import Driver
from mien.persona.film import Film, Pictures, write_film
from mien.persona.long_film import done_already, key_of
from mien.persona.retarget import Transfer
from mien.types import Image

from .person_help import driver

BY = Provenance("compositeSynthetic", "reenact.run")
COUNT, SIZE = 22, (48, 64)

KILLED = """
import os, signal, sys
from pathlib import Path
from mien.persona import film, long_film
from tests.persona import test_long_film as help
film.PART = long_film.PART = 5
def take(first):
    for k, one in enumerate(help.take(first), first):
        if k == 13:
            os.kill(os.getpid(), signal.SIGKILL)
        yield one
help.make(Path(sys.argv[1]), take)
"""


def picture(k: int) -> Image:
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    return np.stack([columns * 3, rows * 4, np.full_like(rows, 9 * k)], 2).astype(np.uint8)


def take(first: int) -> Iterator[Image]:
    yield from (picture(k) for k in range(first, COUNT))


def make(target: Path, taken: object = take, **changes: object) -> tuple[str, ...]:
    how = Film(transfer=Transfer(), size=64, provenance=BY, **changes)  # type: ignore[arg-type]
    pictures = Pictures(taken, COUNT, (picture(0),))  # type: ignore[arg-type]
    return write_film(target, pictures, how, driver(COUNT))


@pytest.fixture(autouse=True)
def _short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (filming, long_film):
        monkeypatch.setattr(module, "PART", 5)
    monkeypatch.setattr(long_film, "LEAD", 3)


def killed(folder: Path) -> list[Path]:
    """What a run leaves that was killed when it made its fourteenth frame."""
    words = [sys.executable, "-c", KILLED, str(folder / "a.mp4")]
    root = Path(__file__).parents[2]
    done = subprocess.run(words, cwd=root, check=False, capture_output=True, timeout=300)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-500:]
    assert not (folder / "a.mp4").exists()
    [parts] = folder.glob("a.parts-*")
    return sorted(one for one in parts.iterdir() if one.suffix == ".mp4")


def test_a_killed_film_goes_on(tmp_path: Path) -> None:
    left = killed(tmp_path)
    assert [one.name for one in left] == ["000000.mp4", "000005.mp4"]
    asked: list[int] = []
    counted: list[int] = []

    def told(first: int) -> Iterator[Image]:
        asked.append(first)
        for one in take(first):
            counted.append(1)
            yield one

    assert make(tmp_path / "a.mp4", told) == ()
    assert asked == [7]  # three frames lead in, then the eleventh
    assert len(counted) == COUNT - 7
    assert [one.name for one in tmp_path.iterdir()] == ["a.mp4"]
    assert read_provenance(tmp_path / "a.mp4") == BY
    make(tmp_path / "b.mp4")
    shown, whole = (list(read_frames(tmp_path / name)) for name in ("a.mp4", "b.mp4"))
    assert len(shown) == len(whole) == COUNT
    for one, other in zip(shown, whole, strict=True):
        assert np.array_equal(one, other)
    assert np.abs(shown[20].astype(int) - picture(20)).mean() < 4


def test_damaged_parts_are_made_again(tmp_path: Path) -> None:
    film = long_film.LongFilm(take, COUNT, 25.0, "0" * 16, BY)
    folder = film.folder(tmp_path / "a.mp4")
    for first, count in ((0, 5), (5, 4), (10, 5)):
        some = [picture(k) for k in range(first, first + count)]
        write_video(folder / f"{first:06d}.mp4", some, fps=25, provenance=None)
    assert done_already(tmp_path / "a.mp4", film) == 5
    (folder / "000000.mp4").write_bytes(b"no clip")
    assert done_already(tmp_path / "a.mp4", film) == 0


def test_a_stopped_film_keeps_what_was_made(tmp_path: Path) -> None:
    for stop, frames in ((12, 12), (10, 10), (100, COUNT)):
        target = tmp_path / f"{stop}.mp4"
        make(target, stop=lambda made, stop=stop: made >= stop)
        assert probe(target).frames == frames
    assert len(list(tmp_path.iterdir())) == 3


def test_another_request_is_another_film() -> None:
    told = driver(COUNT)
    keys = {
        key_of(BY, told, COUNT, [picture(0)]),
        key_of(BY, told, COUNT, [picture(1)]),
        key_of(BY, told, COUNT - 1, [picture(0)]),
        key_of(dataclasses.replace(BY, request="0" * 16), told, COUNT, [picture(0)]),
        key_of(BY, _without_points(told), COUNT, [picture(0)]),
    }
    assert len(keys) == 5
    assert key_of(BY, driver(COUNT), COUNT, [picture(0)]) in keys


def _without_points(told: Driver) -> Driver:
    return dataclasses.replace(told, landmarks=None)
