"""Table of the sliders: visible effect, largest movement, and the most similar other slider.

python benchmarks/sliders.py [--size 128]
"""

from __future__ import annotations

import argparse

import numpy as np

from mien.head.effects import slider_effects, slider_likeness
from mien.head.schema import SLIDERS
from mien.head.template import load


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=128)
    size = parser.parse_args().size
    template = load()
    basis = template.sliders
    effects = slider_effects(size=size)
    alike = np.abs(slider_likeness(basis, len(template.vertices)))
    np.fill_diagonal(alike, 0.0)
    median = float(np.median(effects))
    print(f"{'slider':22s} {'effect':>7s} {'/median':>7s} {'cm':>5s}  most alike")
    for k in np.argsort(effects):
        vectors = basis.vectors[basis.starts[k] : basis.starts[k + 1]]
        moved = float(np.sqrt((vectors * vectors).sum(1)).max()) if len(vectors) else 0.0
        other = int(np.argmax(alike[k]))
        print(
            f"{SLIDERS[k]:22s} {effects[k]:7.3f} {effects[k] / median:7.2f} {moved:5.2f}  "
            f"{SLIDERS[other]} {alike[k, other]:.2f}"
        )
    print(f"median {median:.3f}, weakest {effects.min():.3f}, strongest {effects.max():.3f}")


if __name__ == "__main__":
    main()
