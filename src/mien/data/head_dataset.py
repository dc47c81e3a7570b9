"""The head as a data set for anybody's training loop: every picture with its exact labels."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch.utils.data import Dataset

from mien.data.people import HeadSpec, draw_person
from mien.data.stream import to_floats
from mien.head.material import material_vector
from mien.head.schema import FACIAL_HAIR, GLASSES, HAIR_STYLES, au_vector, slider_vector


class HeadDataset(Dataset[dict[str, Any]]):
    """`count` people of a spec, drawn when they are asked for; works with any DataLoader.

    Item k is the same in every process and at every time:

    image      (3, s, s) float32 in [-1, 1]
    labels     (s, s) int64, `SCHEMA.labels`
    landmarks  (68, 2) float32 pixels, iBUG order; visible (68,) bool
    depth      (s, s) float32, 1 / cm, 0 on the background; normals (3, s, s) float32
    sliders    (S,) float32; aus (22,) float32 in [0, 1]; materials (128,) float32
    pose       (3,) float32 yaw, pitch, roll in degrees; gaze (2,) float32
    hair       int64, place in `HAIR_STYLES`; facial_hair and glasses likewise
    """

    def __init__(self, spec: HeadSpec, count: int) -> None:
        self.spec, self.count = spec, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> dict[str, Any]:
        if not 0 <= index < self.count:
            raise IndexError(index)
        code, drawn = draw_person(self.spec, index)
        numbers = {
            "sliders": slider_vector(code.sliders),
            "aus": au_vector(code.aus),
            "materials": material_vector(
                code.materials, hair=code.hair, age=code.sliders.get("age", 0.0)
            ),
            "pose": code.pose.as_tuple(),
            "gaze": code.gaze,
            "landmarks": drawn.landmarks,
            "depth": drawn.depth,
            "normals": drawn.normals.transpose(2, 0, 1),
        }
        return {
            "image": torch.from_numpy(to_floats(drawn.rgb[None])[0]),
            "labels": torch.from_numpy(drawn.labels.astype(np.int64)),
            "visible": torch.from_numpy(np.array(drawn.visible)),
            "hair": HAIR_STYLES.index(code.hair),
            "facial_hair": FACIAL_HAIR.index(code.facial_hair),
            "glasses": GLASSES.index(code.glasses),
            **{n: torch.from_numpy(np.array(value, np.float32)) for n, value in numbers.items()},
        }
