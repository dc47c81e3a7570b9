"""Folders in the layouts of other people's data sets, made of drawn heads."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from mien.data.head_clips import ClipSpec, DrawnClip, draw_clip
from mien.data.landmark_files import lm2, lm2s, plain, pts
from mien.io.image import write_image
from mien.io.video import write_video
from mien.types import Image, Landmarks

SIZE, FRAMES = 64, 5


@functools.cache
def drawn(person: int) -> DrawnClip:
    """Five frames of a person."""
    return draw_clip(ClipSpec(size=SIZE, frames=FRAMES), person)


def ckplus(root: Path, people: int = 3) -> Path:
    """Pictures and landmarks in trees of their own, as CK+ is handed out."""
    for person in range(people):
        for strip in ("001", "006"):
            inner = Path(f"S{person + 1:03d}") / strip
            for k, (image, points) in _frames(person):
                stem = f"S{person + 1:03d}_{strip}_{k + 1:08d}"
                write_image(root / "images" / inner / f"{stem}.png", image, provenance=None)
                beside = root / "Landmarks" / inner / f"{stem}_landmarks.txt"
                plain.write_ck(beside, points)
    (root / "FACS").mkdir(parents=True)
    (root / "FACS" / "S001_001_00000005_facs.txt").write_text("1.0 2.0\n")
    return root


def mmi(root: Path, people: int = 3) -> Path:
    """Frames as the ancestor cut them: `<dir>_<dir>_<n>` with a text file beside each."""
    for person in range(people):
        name = f"S{person + 1:03d}-001"
        for k, (image, points) in _frames(person):
            stem = root / name / f"{name}_{name}_{k}"
            write_image(stem.with_suffix(".png"), image, provenance=None)
            plain.write_mmi(stem.with_suffix(".txt"), points)
    return root


def frgc(root: Path, people: int = 3) -> Path:
    """Pictures by person and session, `.pts` files in a folder of their own."""
    for person in range(people):
        for k, (image, points) in _frames(person):
            stem = f"{4200 + person:05d}d{300 + k}"
            write_image(root / "pictures" / f"{stem}.png", image, provenance=None)
            pts.write_pts(root / "points" / f"{stem}.pts", points)
    return root


def bosphorus(root: Path, people: int = 3, *, together: bool = False) -> Path:
    """Scans with `.lm2` files, or one `.lm2s` for all of them."""
    kinds = ("E_HAPPY_0", "E_ANGER_0", "N_N_0", "LFAU_12_0", "YR_R10_0")
    known = {}
    for person in range(people):
        for k, (image, points) in _frames(person):
            stem = f"bs{person:03d}_{kinds[(k + 2) % 5]}"
            folder = root / f"bs{person:03d}"
            write_image(folder / f"{stem}.png", image, provenance=None)
            if together:
                known[stem] = np.rint(lm2.named(points).points)
            else:
                lm2.write_lm2(folder / f"{stem}.lm2", lm2.named(points))
    if together:
        lm2s.write_lm2s(root / "face_images.lm2s", known)
    return root


def clips(root: Path, people: int = 3) -> Path:
    """A clip and folders with frames."""
    root.mkdir(parents=True, exist_ok=True)
    for person in range(1, people):
        for k, (image, _) in _frames(person):
            write_image(root / f"person {person}" / f"{k}.png", image, provenance=None)
    frames = [image for _, (image, _) in _frames(0)]
    write_video(root / "first.mp4", frames, fps=10.0, provenance=None)
    return root


def _frames(person: int) -> list[tuple[int, tuple[Image, Landmarks]]]:
    clip = drawn(person)
    return list(enumerate(zip(clip.truth, clip.landmarks, strict=True)))


MAKERS = {"ckplus": ckplus, "mmi": mmi, "frgc": frgc, "bosphorus": bosphorus, "clips": clips}


class Known:
    """Finds the drawn faces: what a detector would, a little wrong."""

    def __init__(self) -> None:
        self._faces = [frame for person in range(3) for frame in _frames(person)]

    def __call__(self, image: Image) -> Landmarks | None:
        small = image.astype(int)
        away = [
            np.abs(one.astype(int) - small).mean() if one.shape == small.shape else 99.0
            for _, (one, _) in self._faces
        ]
        best = int(np.argmin(away))
        return None if away[best] > 20 else self._faces[best][1][1] + [0.4, -0.3]
