"""Says in a sentence when a run goes wrong, and what people do about it."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping

from mien.messages import text

PATIENCE = 4
"""Lines of the log for which a sign has to last."""
REPEAT = 40
"""Lines before the same thing is said again."""

GAP = 8.0
"""Mean logit distance of real and made pictures from which the discriminator has won."""
VANISHED, EXPLODED = 1e-3, 100.0
"""Gradient lengths relative to the run's own median so far."""
COLLAPSED = 0.35
"""Variety of the preview, or of a phase's made pictures, relative to the data's."""
HATCHING = 24
"""Lines for which pictures that never were varied may be alike: all networks begin so."""
STARVED = 0.2
"""Share of the time spent waiting for data."""


class Watch:
    """Looks at one line of the log after the other; it never changes anything."""

    def __init__(self) -> None:
        self._lasting: dict[str, int] = defaultdict(int)
        self._said: dict[str, int] = {}
        self._lengths: dict[str, list[float]] = defaultdict(list)
        self._varied: set[str] = set()
        self._lines = 0

    def line(self, terms: Mapping[str, float], *, waited: float) -> list[str]:
        """Sentences about the means since the last line.

        terms    "phase/term" to mean; "real", "fake", "gradient NET" and "variety" (of made
                 pictures, as a share of the data's) are understood
        waited   share of the time spent waiting for data
        """
        self._lines += 1
        signs = dict(self._signs(terms, waited))
        for key in [key for key in self._lasting if key not in signs]:
            del self._lasting[key]
        said = []
        for key, sentence in signs.items():
            self._lasting[key] += 1
            quiet = self._lines - self._said.get(key, -REPEAT) < REPEAT
            if self._lasting[key] >= PATIENCE and not quiet:
                self._said[key] = self._lines
                said.append(sentence)
        return said

    def variety(self, made: float, real: float) -> list[str]:
        """A sentence where a preview's pictures are far more alike than the data's."""
        if real > 0 and made < COLLAPSED * real:
            return [text("train.watch.collapse", share=100 * made / real)]
        return []

    def _signs(self, terms: Mapping[str, float], waited: float) -> Iterator[tuple[str, str]]:
        for name, value in terms.items():
            phase, _, term = name.partition("/")
            if term == "real" and f"{phase}/fake" in terms:
                gap = value - terms[f"{phase}/fake"]
                if gap > GAP:
                    yield name, text("train.watch.wins", gap=gap)
            if term == "variety" and self._alike(name, value):
                yield name, text("train.watch.collapse", share=100 * value)
            if term.startswith("gradient "):
                yield from self._gradient(name, term.removeprefix("gradient "), value)
        if waited > STARVED:
            yield "waited", text("train.watch.starves", share=100 * waited)

    def _alike(self, name: str, value: float) -> bool:
        """Whether made pictures are too alike, and have been varied or had their time."""
        if value >= COLLAPSED:
            self._varied.add(name)
        return value < COLLAPSED and (name in self._varied or self._lines > HATCHING)

    def _gradient(self, name: str, net: str, length: float) -> Iterator[tuple[str, str]]:
        past = self._lengths[name]
        if len(past) >= 2 * PATIENCE:
            usual = statistics.median(past)
            if length < VANISHED * usual:
                yield f"{name} small", text("train.watch.vanish", net=net, length=length)
            elif length > EXPLODED * usual:
                yield f"{name} large", text("train.watch.explode", net=net, length=length)
        past.append(length)
        del past[:-1000]
