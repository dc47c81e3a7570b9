"""What a run leaves to read while it runs: stats.jsonl, log.txt, TensorBoard, grids, curves."""

from __future__ import annotations

import dataclasses
import json
import time
from collections import defaultdict
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from mien.io.atomic import atomic_write_bytes
from mien.io.files import output_errors
from mien.io.image import write_image
from mien.io.names import terminal_safe
from mien.io.provenance import Provenance
from mien.messages import text
from mien.train.events import EventFile
from mien.train.plan import Plan
from mien.train.plot import curves
from mien.train.recipe import Nets, Recipe
from mien.train.run_folder import RunFolder
from mien.train.watch import Watch
from mien.types import Image

if TYPE_CHECKING:
    from mien.train.live import Live

_VARIETY_COUNT = 64


@dataclasses.dataclass(frozen=True)
class Look:
    """How far a run is.

    images, total       seen, and to see
    images_a_second     over the last lines of the log
    seconds_left        at that speed
    terms               "phase/term" to its latest value
    notes               sentences worth reading, most often none
    """

    step: int
    images: int
    total: int
    images_a_second: float
    seconds_left: float
    terms: Mapping[str, float]
    notes: tuple[str, ...] = ()


class RunLog:
    """Writes what one run has to say; use it in a `with` block.

    writes   False on all processes but the first: then it does nothing
    """

    def __init__(self, recipe: Recipe, plan: Plan, run: RunFolder, *, writes: bool) -> None:
        self._recipe, self._plan, self._run, self._writes = recipe, plan, run, writes
        self._made_by = Provenance(
            source="trainedAlgorithmicMedia", job=f"{recipe.job}.train", seed=recipe.seed
        )
        self._watch = Watch()
        self._events: EventFile | None = None
        self._sums: dict[str, float] = defaultdict(float)
        self._looks = 0
        self._line_images = self._line_waited = 0.0
        self._line_time = time.perf_counter()
        self._rate = 0.0
        self._preview_due = 0
        self._real_variety = 0.0

    def __enter__(self) -> RunLog:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and self._writes:
            self.say(f"{type(error).__name__}: {error}")

    def begin(self, live: Live) -> None:
        """Forgets what a killed process logged after the checkpoint that is gone on from."""
        if not self._writes:
            return
        kept = [line for line in read_stats(self._run) if line["step"] <= live.step]
        written = "".join(json.dumps(line) + "\n" for line in kept)
        atomic_write_bytes(self._run.stats, written.encode())
        self._events = EventFile(self._run.path, first_step=live.step)
        self._line_images, self._line_time = live.images, time.perf_counter()
        self._preview_due = live.images
        if self._recipe.preview is not None:
            self._real_variety = variety(real_pictures(self._recipe))
        key = "train.resumed" if live.step else "train.began"
        self.say(text(key, step=live.step, images=live.images, total=self._plan.images))

    def say(self, sentence: str) -> None:
        """One line of log.txt, with the time."""
        if not self._writes:
            return
        stamp = time.strftime("%Y-%m-%d %H:%M:%S")
        with output_errors(self._run.log), self._run.log.open("a", encoding="utf-8") as file:
            file.write(f"{stamp} {terminal_safe(sentence)}\n")

    def look(self, live: Live, terms: Mapping[str, float], *, waited: float, last: bool) -> Look:
        """Takes note of the terms; every `plan.log_images` a line, now and then a preview."""
        notes: list[str] = []
        self._looks += 1
        for name, value in terms.items():
            self._sums[name] += value
        if last or live.images - self._line_images >= self._plan.log_images:
            notes += self._line(live, waited)
        if self._recipe.preview is not None and (last or live.images >= self._preview_due):
            self._preview_due = live.images + self._plan.preview_images
            notes += self._preview(live)
        for note in notes:
            self.say(note)
        if last:
            self._plot()
        left = (self._plan.images - live.images) / self._rate if self._rate else float("nan")
        return Look(
            step=live.step,
            images=live.images,
            total=self._plan.images,
            images_a_second=self._rate,
            seconds_left=left,
            terms=terms,
            notes=tuple(notes),
        )

    def _line(self, live: Live, waited: float) -> list[str]:
        now = time.perf_counter()
        seconds = max(now - self._line_time, 1e-9)
        self._rate = (live.images - self._line_images) / seconds
        share = (waited - self._line_waited) / seconds
        means = {name: value / self._looks for name, value in self._sums.items()}
        line = {
            "step": live.step,
            "images": live.images,
            "seconds": round(live.seconds, 2),
            "images/s": round(self._rate, 2),
            "waited": round(share, 4),
            **{name: float(f"{value:.6g}") for name, value in means.items()},
        }
        with output_errors(self._run.stats), self._run.stats.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if self._events is not None:
            shown = {name: value for name, value in line.items() if name != "step"}
            self._events.scalars(live.step, shown)
        self._sums.clear()
        self._looks = 0
        self._line_images, self._line_time, self._line_waited = live.images, now, waited
        return self._watch.line(means, waited=share)

    def _preview(self, live: Live) -> list[str]:
        if self._recipe.preview is None:
            return []
        kinds: dict[str, Nets] = {"average": {**live.nets, **live.averages}, "raw": live.nets}
        made: dict[str, Any] = {}
        for kind, nets in kinds.items() if live.averages else [("raw", live.nets)]:
            made[kind] = self._recipe.preview(nets)
            page = grid(made[kind])
            path = self._run.samples / f"{live.images:09d}-{kind}.png"
            write_image(path, page, provenance=self._made_by)
            if self._events is not None:
                self._events.picture(live.step, f"samples/{kind}", page)
        self._plot()
        return self._watch.variety(variety(made["raw"]), self._real_variety)

    def _plot(self) -> None:
        lines = read_stats(self._run)
        names = [name for name in (lines[-1] if lines else {}) if name.endswith("/loss")]
        if names:
            page = curves(lines, [*names, "images/s"])
            write_image(self._run.plot, page, provenance=None)


def read_stats(run: RunFolder) -> list[dict[str, float]]:
    """The lines of stats.jsonl; a half-written last one is left out."""
    if not run.stats.exists():
        return []
    lines = []
    for written in run.stats.read_text("utf-8").splitlines():
        try:
            lines.append(json.loads(written))
        except ValueError:
            continue  # cut off by a kill
    return lines


def real_pictures(recipe: Recipe) -> Image:
    """(n, h, w, 3) uint8 the first pictures of the training stream."""
    image = recipe.batches.take(0, _VARIETY_COUNT)["image"]
    return np.clip((image.transpose(0, 2, 3, 1) + 1) * 127.5 + 0.5, 0, 255).astype(np.uint8)


def variety(pictures: Image) -> float:
    """How much pictures (n, h, w, 3) differ: mean deviation of their 8 x 8 thumbnails, 0..127."""
    count, height, width, _ = pictures.shape
    rows, columns = height // 8, width // 8
    cut = pictures[:, : rows * 8, : columns * 8].astype(np.float64)
    small = cut.reshape(count, 8, rows, 8, columns, 3).mean((2, 4))
    return float(small.std(0).mean())


def grid(pictures: Image, columns: int | None = None) -> Image:
    """(n, h, w, 3) as one page (rows * h, columns * w, 3); missing cells are white."""
    count, height, width, _ = pictures.shape
    columns = columns or int(np.ceil(np.sqrt(count)))
    rows = -(-count // columns)
    page = np.full((rows * height, columns * width, 3), 255, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // columns * height, place % columns * width
        page[top : top + height, left : left + width] = picture
    return page
