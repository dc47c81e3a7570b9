"""Clips put one after the other show their pictures in order, as each of them did."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.errors import OutputError
from mien.io.joining import joined
from mien.io.video import probe, read_frames, write_video
from mien.types import Image


def pictures(first: int, count: int) -> list[Image]:
    rows, columns = np.mgrid[:48, :64]
    return [
        np.stack([columns * 3, rows * 4, np.full_like(rows, 4 * k)], 2).astype(np.uint8)
        for k in range(first, first + count)
    ]


@pytest.mark.parametrize("fps", [25.0, 29.97, 12.5])
def test_parts_become_one_clip(tmp_path: Path, fps: float) -> None:
    lengths, parts = (24, 1, 7), []
    for k, count in enumerate(lengths):
        parts.append(tmp_path / f"{k}.mp4")
        write_video(parts[-1], pictures(sum(lengths[:k]), count), fps=fps, provenance=None)
    whole = tmp_path / "whole.mp4"
    assert joined(parts, whole) == 32
    known = probe(whole)
    assert (known.frames, known.width, known.height) == (32, 64, 48)
    assert known.fps == pytest.approx(fps, rel=1e-3)
    assert known.seconds == pytest.approx(32 / fps, abs=0.05)
    shown = list(read_frames(whole))
    alone = [one for part in parts for one in read_frames(part)]
    assert len(shown) == len(alone) == 32
    for one, other in zip(shown, alone, strict=True):
        assert np.array_equal(one, other)


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    part = tmp_path / "a.mp4"
    write_video(part, pictures(0, 3), fps=25, provenance=None)
    (tmp_path / "taken").write_bytes(b"")
    with pytest.raises(OutputError, match="taken"):
        joined([part], tmp_path / "taken" / "b.mp4")
