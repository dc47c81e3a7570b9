"""Tiny clips and tiny versions of both recipes."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from mien.data.clip_stream import Clip, Clips, ClipStream
from mien.data.head_clips import ClipSpec, DrawnClip, draw_clip
from mien.io.image import write_image
from mien.jobs.reenact.presets import config
from mien.jobs.reenact.recipe import build
from mien.train.recipe import Recipe

SIZE = 32
RECIPES = ("tiny", "tiny-seed")


@functools.cache
def drawn(index: int = 0, size: int = SIZE) -> DrawnClip:
    """A clip of six frames."""
    return draw_clip(ClipSpec(size=size, frames=6), index)


def tiny_stream(*, ancestor: bool, seed: int = 0) -> ClipStream:
    """Samples of two clips."""
    clips = [Clip(one.truth, one.landmarks, one.moved, neutral=True) for one in map(drawn, (0, 1))]
    source = Clips(np.array([6, 6]), clips.__getitem__)
    return ClipStream(source, seed=seed, ancestor=ancestor)


def tiny_recipe(preset: str, *, images: int, seed: int = 0) -> Recipe:
    """A recipe on the tiny clips."""
    settings = config(preset)
    stream = tiny_stream(ancestor=settings.kind == "ancestor", seed=seed)
    return build(preset, settings, stream, images=images, seed=seed)


def ck_folder(root: Path, size: int = 64) -> Path:
    """Two subjects with a sequence each, landmarks beside the frames."""
    for index, subject in enumerate(("S001", "S002")):
        clip = drawn(index, size)
        for frame, (picture, points) in enumerate(zip(clip.truth, clip.landmarks, strict=True)):
            path = root / subject / "001" / f"{subject}_001_{frame:08d}.png"
            write_image(path, picture, provenance=None)
            lines = "".join(f"  {x:.6e}  {y:.6e}\n" for x, y in points)
            path.with_name(f"{path.stem}_landmarks.txt").write_text(lines)
    return root
