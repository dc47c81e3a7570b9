"""Which pictures get the invisible mark: all that are synthetic, and nothing that is a photo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mien.io.mark import mark
from mien.io.provenance import Provenance
from mien.types import Image


def with_mark(image: Image, provenance: Provenance | None, *, over: Image | None = None) -> Image:
    """A picture as it is written: marked where its provenance says that it is synthetic.

    over   the photo that it was made of, or None; see `mien.io.mark.mark`
    """
    if provenance is None or provenance.source is None:
        return image
    return mark(image, provenance.number(), over=over)


def marked_frames(
    frames: Iterable[Image], provenance: Provenance | None, *, over: Image | None = None
) -> Iterator[Image]:
    """Frames as they are written; arguments as `with_mark`.

    What is no picture is left to the encoder, which says so.
    """
    for frame in frames:
        good = frame.dtype == np.uint8 and frame.ndim == 3 and frame.shape[2] == 3 and frame.size
        yield with_mark(frame, provenance, over=over) if good else frame
