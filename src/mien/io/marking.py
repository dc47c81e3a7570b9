"""Which pictures get the invisible mark: all that are synthetic, and nothing that is a photo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    """Frames as they are written; arguments as `with_mark`."""
    for frame in frames:
        yield with_mark(frame, provenance, over=over)
