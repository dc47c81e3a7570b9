"""Training samples: pairs for the repairer, labelled pictures for GANimation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.data.pack import Pack
from mien.data.stream import PictureStream, to_floats
from mien.jobs.express.pairs import Pairs
from mien.jobs.express.regions import as_floats, window


class PairStream:
    """Batches of pairs in epochs, mirrored half of the time; of the crop only the window.

    warp, image (n, 3, s, s) in [-1, 1], image being the truth; planes (n, 5, s, s) in [0, 1];
    codes (n, 2, 22); index (n,)
    """

    def __init__(self, pairs: Pairs, seed: int, *, side: int) -> None:
        self.pairs, self._side = pairs, side
        self._order = PictureStream(pairs.warp, seed=seed, rows=np.arange(pairs.count))

    def take(self, first: int, count: int) -> Mapping[str, Any]:
        """Samples first .. first + count - 1."""
        return self.samples(self._order.rows(first, count))

    def samples(self, index: NDArray[np.int64]) -> dict[str, Any]:
        """The pairs of these places; from the number of pairs on they are mirrored."""
        pairs = self.pairs
        mirrored = index >= pairs.count
        rows = index - pairs.count * mirrored
        place = (slice(None), *window(pairs.spec.size, self._side))
        parts = [pack.take(rows)[place] for pack in (pairs.warp, pairs.truth, pairs.planes)]
        for part in parts:
            part[mirrored] = part[mirrored, :, ::-1]
        return {
            "warp": to_floats(parts[0]),
            "image": to_floats(parts[1]),
            "planes": as_floats(parts[2]),
            "codes": pairs.codes[rows],
            "index": index,
        }


class LabelledStream:
    """Batches of pictures with their Action Units: image (n, 3, s, s), aus (n, k), index (n,)."""

    def __init__(
        self,
        pack: Pack,
        aus: NDArray[np.floating],
        seed: int,
        *,
        rows: NDArray[np.int64] | None = None,
    ) -> None:
        rows = np.arange(len(aus)) if rows is None else rows
        self.pack, self.rows = pack, rows
        self.aus = aus[rows].astype(np.float32)
        self._order = PictureStream(pack, seed=seed, rows=rows)

    def take(self, first: int, count: int) -> Mapping[str, Any]:
        """Samples first .. first + count - 1."""
        index = self._order.rows(first, count)
        aus = self.aus[index % len(self.rows)]
        return {"image": self._order.pictures(index), "aus": aus, "index": index}
