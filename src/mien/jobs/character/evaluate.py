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
from mien.head.schema import slider_vector
from mien.head.template import load
from mien.persona.fit import FitOptions, fit_face
from mien.persona.gauss_newton import slider_reach
from mien.persona.report import compare
from mien.seeding import rng
from mien.types import FaceCode, Image

SEED = 20251
"""People of this seed are used for nothing else."""
POSE_SD = (12.0, 6.0, 4.0)
SIZE = 320


_AT_THE_END = 0.005
"""How near to the end of its range a slider counts as clipped, in units of it."""


def clipped(code: FaceCode, reach: NDArray[np.floating] | None = None) -> float:
    """Share of the sliders that lie at an end of their range.

    reach   (S,) the ends' size; None: those of the usual fit
    """
    values = slider_vector(code.sliders)
    ends = slider_reach() if reach is None else reach
    return float((np.abs(values) >= ends - _AT_THE_END).mean())


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


def people(count: int) -> Iterator[tuple[FaceCode, Image]]:
    """Drawn people of a seed that nothing was trained on, and a picture of each."""
    for index in range(count):
        random = rng(SEED, "evaluate", index)
        code = sample(SEED, index, expression=True, pose_sd=POSE_SD)
        grey = float(random.uniform(0.05, 0.7))
        view = View(
            camera=Camera(size=SIZE, zoom=1.0),
            light=sample_light(random),
            background=(grey, grey, grey),
        )
        yield code, render(code, view=view).rgb


def trials(count: int) -> Iterator[tuple[FaceCode, dict[str, float] | None]]:
    """`people`, and the figures of each one's fit.

    None for a person in whom no face was found.
    """
    for code, picture in people(count):
        faces = analyse(picture, max_faces=1)
        if not faces:
            yield code, None
            continue
        fitted = fit_face(picture, faces[0], FitOptions(likeness="off", size=320))
        drawn = fitted.character.render().rgb
        nme = compare(fitted.photo, fitted.landmarks, drawn).nme
        row = _row(fitted.character.code, code)
        yield code, {**row, "nme": nme, "clipped": clipped(fitted.character.code)}


def on_renders(count: int) -> Mapping[str, float]:
    """Figures over `count` drawn people of a seed that nothing was trained on.

    vertex_error_cm beside mean_head_cm (the trivial answer: the average head), pose in degrees,
    hair_right and detected as shares, nme of the re-detected render without texture, clipped: the
    share of sliders at an end of their range.
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
