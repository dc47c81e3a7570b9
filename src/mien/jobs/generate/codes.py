"""What a picture coarsely looks like, in a few numbers: a whitened PCA of its thumbnail.

Half of the latent of an anchored maker is this code. Pairs of a real and a made picture that share
it agree in pose, hair, background and light, so the judge has to look at detail; and a picture's
code is a first guess at its latent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.jobs.generate.mixture import Mixture, fit_mixture
from mien.types import Image

FIT_MOST = 16_000
"""Pictures, with their mirror images, that a fit looks at; more change nothing that can be seen."""


class Codes:
    """The PCA of a set of pictures and how its codes are spread: state, and part of the weights.

    mean      (d,) of thumbnails as vectors, d = 3 grain^2
    basis     (d, k) columns scaled so that codes have unit variance
    shares, centres, factors   of the mixture of normals that new codes are drawn from: no
                               picture's own code is kept
    """

    def __init__(self, mean: Tensor, basis: Tensor, mixture: Mixture) -> None:
        self.mean, self.basis = mean, basis
        self.shares, self.centres, self.factors = (
            torch.from_numpy(one.astype(np.float32))
            for one in (mixture.shares, mixture.centres, mixture.factors)
        )

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Codes:
        """The codes that `state_dict` described."""
        made = cls.__new__(cls)
        made.load_state_dict(state)
        return made

    @property
    def grain(self) -> int:
        """Side of the thumbnail."""
        return round((len(self.mean) / 3) ** 0.5)

    def of(self, pictures: Tensor) -> Tensor:
        """(n, 3, s, s) in [-1, 1] to codes (n, k) float32."""
        centred = thumbnails(pictures, self.grain) - self.mean.to(pictures.device)
        # Autocast would round the product to bfloat16: codes are data, not activations.
        with torch.autocast(pictures.device.type, enabled=False):
            return centred @ self.basis.to(pictures.device)

    def drawn(self, count: int, random: torch.Generator) -> Tensor:
        """(count, k) new codes."""
        parts = torch.multinomial(self.shares, count, replacement=True, generator=random)
        noise = torch.randn(count, self.basis.shape[1], 1, generator=random)
        return self.centres[parts] + (self.factors[parts] @ noise)[..., 0]

    def state_dict(self) -> dict[str, Tensor]:
        """The five tensors."""
        return {name: getattr(self, name) for name in _TENSORS}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Takes them back."""
        self.mean, self.basis, self.shares, self.centres, self.factors = (
            state[name].float() for name in _TENSORS
        )


_TENSORS = ("mean", "basis", "shares", "centres", "factors")


def thumbnails(pictures: Tensor, grain: int) -> Tensor:
    """(n, 3, s, s) to (n, 3 grain^2): means over cells, float32."""
    cell = pictures.shape[-1] // grain
    return functional.avg_pool2d(pictures.float(), cell).flatten(1)


def fit_codes(pictures: Image, *, count: int, grain: int, mirror: bool) -> Codes:
    """The codes of a set of pictures (n, s, s, 3) uint8.

    count   numbers of a code
    mirror  the set is shown mirrored too
    """
    small = _small(pictures, grain)
    if mirror:
        small = np.concatenate([small, _small(pictures[:, :, ::-1], grain)])
    mean = small.mean(0)
    centred = small - mean
    values, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
    kept = slice(len(values) - count, None)
    basis = vectors[:, kept] / np.sqrt(np.maximum(values[kept], 1e-8))
    # The sign of an eigenvector is the solver's whim: fix it.
    basis *= np.where(np.abs(basis).max(0) == basis.max(0), 1.0, -1.0)
    mixture = fit_mixture(centred @ basis)
    return Codes(_tensor(mean), _tensor(basis), mixture)


def spread_anew(codes: Codes, pictures: Image, *, mirror: bool) -> Codes:
    """The same PCA, which is what a maker has learnt, with the spread of other pictures."""
    small = _small(pictures, codes.grain)
    if mirror:
        small = np.concatenate([small, _small(pictures[:, :, ::-1], codes.grain)])
    points = (small - codes.mean.double().numpy()) @ codes.basis.double().numpy()
    return Codes(codes.mean, codes.basis, fit_mixture(points))


def _tensor(array: NDArray[np.float64]) -> Tensor:
    return torch.from_numpy(array.astype(np.float32))


def _small(pictures: Image, grain: int) -> NDArray[np.float64]:
    count, size = pictures.shape[:2]
    cell = size // grain
    parts = [
        pictures[first : first + 1000].reshape(-1, grain, cell, grain, cell, 3).mean((2, 4))
        for first in range(0, count, 1000)
    ]
    small = np.concatenate(parts).transpose(0, 3, 1, 2).reshape(count, -1)
    return small / 127.5 - 1
