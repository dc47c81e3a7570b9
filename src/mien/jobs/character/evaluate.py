"""The fit against the truth: random heads are drawn, fitted like photos, and compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from mien.face.analyse import analyse
from mien.head.camera import Camera
from mien.head.render import View, mesh_of, render
from mien.head.sample import sample, sample_light
from mien.head.template import load
from mien.persona.fit import FitOptions, fit_face
from mien.persona.report import compare
from mien.seeding import rng
from mien.types import FaceCode

SEED = 20251
"""People of this seed are used for nothing else."""
POSE_SD = (12.0, 6.0, 4.0)
SIZE = 320


def front_vertices(code: FaceCode) -> NDArray[np.float64]:
    """(n, 3) neutral skin vertices of the face's front, cm."""
    still = dataclasses.replace(code, aus={}, hair="bald")
    skin = mesh_of(still).vertices[: len(load().vertices)].astype(np.float64)
    rest = load().vertices
    return skin[(rest[:, 2] > -4) & (rest[:, 1] > -12) & (rest[:, 1] < 5)]


def vertex_error(found: FaceCode, true: FaceCode) -> float:
    """Mean distance of front vertices in cm, after moving the centres onto each other."""
    a, b = front_vertices(found), front_vertices(true)
    return float(np.linalg.norm((a - a.mean(0)) - (b - b.mean(0)), axis=1).mean())


def trials(count: int) -> Iterator[tuple[FaceCode, dict[str, float] | None]]:
    """Drawn people of a seed that nothing was trained on, and the figures of each one's fit.

    None for a person in whom no face was found.
    """
    for index in range(count):
        random = rng(SEED, "evaluate", index)
        code = sample(SEED, index, expression=True, pose_sd=POSE_SD)
        grey = float(random.uniform(0.05, 0.7))
        view = View(
            camera=Camera(size=SIZE, zoom=1.0),
            light=sample_light(random),
            background=(grey, grey, grey),
        )
        picture = render(code, view=view)
        faces = analyse(picture.rgb, max_faces=1)
        if not faces:
            yield code, None
            continue
        fitted = fit_face(picture.rgb, faces[0], FitOptions(likeness="off", size=320))
        drawn = fitted.character.render().rgb
        nme = compare(fitted.photo, fitted.landmarks, drawn).nme
        yield code, {**_row(fitted.character.code, code), "nme": nme}


def on_renders(count: int) -> Mapping[str, float]:
    """Figures over `count` drawn people of a seed that nothing was trained on.

    vertex_error_cm beside mean_head_cm (the trivial answer: the average head), pose in degrees,
    hair_right and detected as shares, nme of the re-detected render without texture.
    """
    rows = [row for _, row in trials(count) if row is not None]
    if not rows:
        return {"count": float(count), "detected": 0.0}
    means = {name: float(np.nanmean([row[name] for row in rows])) for name in rows[0]}
    return {"count": float(count), "detected": len(rows) / count, **means}


def _row(found: FaceCode, true: FaceCode) -> dict[str, float]:
    return {
        "vertex_error_cm": vertex_error(found, true),
        "mean_head_cm": vertex_error(FaceCode(), true),
        "yaw_error": abs(found.pose.yaw - true.pose.yaw),
        "pitch_error": abs(found.pose.pitch - true.pose.pitch),
        "roll_error": abs(found.pose.roll - true.pose.roll),
        "hair_right": float(found.hair == true.hair),
    }
