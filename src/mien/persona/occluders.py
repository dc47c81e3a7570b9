"""What stands before a face in a photo: hands, microphones, glasses, hair, collars.

The parsing network calls things that it has no name for background, wherever they are. Within the
head that was fitted, whatever is neither skin nor one of the face's own parts hides skin.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from mien.face import affine
from mien.face.affine import Matrix
from mien.face.landmarks import box_of_points
from mien.types import Image, Landmarks

Map = NDArray[np.float32]


@dataclasses.dataclass(frozen=True, eq=False)
class Cover:
    """How likely every pixel shows something before the face; all (s, s) float32, 0..1.

    things   hands, microphones and the like, cloth, hair
    glasses  frames and tinted lenses
    brows    hair of the brows: what is dark there belongs there
    """

    things: Map
    glasses: Map
    brows: Map


def nothing_over(size: int) -> Cover:
    """A face that is seen whole."""
    none = np.zeros((size, size), np.float32)
    return Cover(none, none, none)


def find_cover(photo: Image, landmarks: Landmarks, to_view: Matrix, size: int) -> Cover:
    """What the parsing network sees before the face with these landmarks (68, 2) of the photo.

    to_view  (2, 3) photo pixels to those of the (size, size) view that is answered for

    Nothing where the network's file is missing: a fit goes on without it.
    """
    # Here, because it needs torch, and what else fits a head does not.
    from mien.face.parsing_net import PART, SIDE, WEIGHTS, frame_of, head_parser

    if not WEIGHTS.is_file():
        return nothing_over(size)
    frame = frame_of(*box_of_points(landmarks))
    shares = head_parser().crop(affine.warp(photo, frame, (SIDE, SIDE), border="black"))
    back = affine.compose(to_view, affine.invert(frame))

    def spread(*names: str) -> Map:
        share = shares[..., [PART[name] for name in names]].sum(2)
        return affine.warp(np.ascontiguousarray(share), back, (size, size), border="black")

    return Cover(spread("background", "cloth", "hair"), spread("glasses"), spread("brow"))
