"""Edits against the truth: drawn people are edited like photos and compared with drawings."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mien.persona.expressions import expression_aus
from mien.persona.subject import Motion
from mien.persona.trial import Trial, face_mask, landmark_error, psnr, trial

WANTED = ("smile", "brows_up", "frown", "mouth_open", "sad", "kiss")


def on_renders(count: int) -> Mapping[str, float]:
    """Figures over `count` drawn people and six expressions each.

    psnr (dB, inside the face) and nme (landmarks found in the edited picture against those found
    in the drawing); beside them psnr_unedited and nme_unedited, the trivial answer.
    """
    rows = []
    for index in range(count):
        person = trial(index)
        if person is not None:
            rows += [_row(person, name) for name in WANTED]
    if not rows:
        return {"count": float(count), "rows": 0.0}
    means = {name: float(np.nanmean([row[name] for row in rows])) for name in rows[0]}
    return {"count": float(count), "rows": float(len(rows)), **means}


def _row(person: Trial, name: str) -> dict[str, float]:
    change = Motion(expression_aus({name: 0.8}))
    truth = person.truth(change)
    edited, _ = person.moved(change)
    mask = face_mask(truth.landmarks, len(truth.rgb))
    error = landmark_error(edited, truth)
    return {
        "psnr": psnr(edited, truth.rgb, mask),
        "psnr_unedited": psnr(person.photo, truth.rgb, mask),
        "nme": error,
        "nme_unedited": landmark_error(person.photo, truth),
        "detected": float(np.isfinite(error)),
    }
