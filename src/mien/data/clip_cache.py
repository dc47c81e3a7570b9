"""Clips of the head on disk: made once, kept, the same bytes whoever draws them.

    pack.json, pictures-00000.npy   as `data.pack` has them: of each clip its true frames, then the
                                    moved ones
    landmarks-00000.npy             (clips, frames, 68, 2) float32 of the true frames

A shard holds sixteen clips. `fill_clips` can be stopped at any moment and goes on where it was.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.data.head_clips import ClipSpec, draw_clip
from mien.data.pack import Pack, PackInfo, is_pack, read_info, shard_path, write_info, write_shard
from mien.data.people import CROP
from mien.errors import InputError
from mien.io.atomic import atomic_write_bytes
from mien.io.names import terminal_safe
from mien.messages import text
from mien.types import Image

CLIPS = 16
"""In a shard."""


class ClipPack:
    """Clips of the head, whole or still growing."""

    def __init__(self, folder: Path, spec: ClipSpec) -> None:
        self.pack, self.spec = Pack(folder), spec
        self._landmarks: list[NDArray[np.float32]] = []

    @property
    def available(self) -> int:
        """Clips that can be read now."""
        return self.pack.available // (2 * self.spec.frames)

    def clip(self, index: int) -> tuple[Image, Image, NDArray[np.float64]]:
        """True frames, moved frames and landmarks of a clip; raises IndexError beyond them."""
        frames = self.spec.frames
        rows = np.arange(2 * frames) + index * 2 * frames
        pictures = self.pack.take(rows)
        shard, place = divmod(index, CLIPS)
        while len(self._landmarks) <= shard:
            path = landmark_path(self.pack.folder, len(self._landmarks))
            self._landmarks.append(_read_landmarks(path))
        return pictures[:frames], pictures[frames:], self._landmarks[shard][place].astype(float)


def open_clips(root: Path, spec: ClipSpec, count: int) -> ClipPack:
    """The pack of at least `count` clips, begun or enlarged; raises OutputError."""
    folder = root / f"clips-{spec.size}-{spec.digest()}"
    pictures = -(-count // CLIPS) * CLIPS * spec.frames * 2
    if not is_pack(folder) or read_info(folder).count < pictures:
        words = f"head version {spec.as_config()['version']}, seed {spec.seed}"
        info = PackInfo(
            size=spec.size,
            count=pictures,
            shard=CLIPS * spec.frames * 2,
            crop=CROP,
            data=f"clips of renders, {words}",
            licence="Apache-2.0",
            digest=spec.digest(),
        )
        write_info(folder, info)
    return ClipPack(folder, spec)


def fill_clips(
    clips: ClipPack, count: int, *, told: Callable[[int, int], None] = lambda done, total: None
) -> None:
    """Draws what is missing of the first `count` clips; `told(done, count)` after every shard."""
    folder, spec = clips.pack.folder, clips.spec
    for shard in range(-(-count // CLIPS)):
        if not shard_path(folder, shard).exists():
            drawn = [draw_clip(spec, index) for index in range(shard * CLIPS, (shard + 1) * CLIPS)]
            points = np.stack([one.landmarks for one in drawn]).astype(np.float32)
            _write_landmarks(landmark_path(folder, shard), points)
            # The pictures last: a shard counts as there when they are.
            pairs = [np.concatenate([one.truth, one.moved]) for one in drawn]
            write_shard(folder, shard, np.concatenate(pairs))
        told(min(count, (shard + 1) * CLIPS), count)


def landmark_path(folder: Path, number: int) -> Path:
    """Where a shard's landmarks lie."""
    return folder / f"landmarks-{number:05d}.npy"


def _write_landmarks(path: Path, points: NDArray[np.float32]) -> None:
    buffer = io.BytesIO()
    np.save(buffer, points, allow_pickle=False)
    atomic_write_bytes(path, buffer.getvalue())


def _read_landmarks(path: Path) -> NDArray[np.float32]:
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError) as problem:
        raise InputError(text("data.shard", path=terminal_safe(path))) from problem
