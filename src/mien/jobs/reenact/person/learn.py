"""`mien reenact learn CLIP --out PERSON`: a person in minutes, from one clip.

The folder is written at once, without a network: its warp can be used and looked at. It is
written again now and then while the network learns, and with what was measured at the end.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from mien import device as devices
from mien.errors import MienError, OptionError
from mien.face.landmarks import Dlib68, judge_landmarker
from mien.io.files import read_bytes
from mien.io.limits import VIDEO_LIMITS
from mien.io.names import free_path, terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.reenact.config import LearnRequest, TrainRequest
from mien.jobs.reenact.person.player import PersonPlayer, arrays_of, painter_of
from mien.jobs.reenact.person.recipe import build, ready_painter
from mien.jobs.reenact.person.scores import made_again, scored, sheet, table_lines
from mien.jobs.reenact.person.settings import PersonSettings, person_settings
from mien.jobs.reenact.person.stream import PersonStream
from mien.jobs.training import Order, Trainer, TrainingData, run
from mien.messages import text
from mien.persona.clips import PICTURE_SUFFIXES
from mien.persona.person import FILES, JOB, Person, read_person, write_person
from mien.persona.person_clip import ClipPart, first_part, person_of
from mien.train.live import Live
from mien.train.plan import Plan
from mien.train.precision import Precision
from mien.train.recipe import Nets, Recipe
from mien.train.run_folder import RunFolder, existing_runs

_PREVIEW_IMAGES = 3_000
_WRITE_EVERY = 3
"""Previews between two writings of the person: about three minutes."""
_TRIALS = 2
_JUDGED = 90
"""Held-out frames whose points are looked for at the end, at most."""
_NOT_ASKED = ("source", "out", "runs", "resume", "overwrite", "device")


def learn(request: LearnRequest, device: torch.device, progress: Progress) -> Outcome:
    """A person's folder. Raises InputError for a clip that shows no face for long enough."""
    settings = person_settings(request.preset)
    settings = settings.changed(request.set) if request.set else settings
    digest = clip_digest(request.source)
    resumed = _run_of(request, digest)
    keeps = resumed is not None and _is_own(request.out)
    target = request.out if keeps else free_path(request.out, overwrite=request.overwrite)
    job = _Learning(request, target, digest, progress)
    job.keeps = keeps
    with _one_thread(device):
        whole = job.read(settings.size)
        images = request.images
        if images is None and resumed is None:
            images = affordable(job.train(whole), settings, request.minutes, device)
        asked = TrainRequest(
            preset=request.preset,
            set=request.set,
            data=str(request.source),
            images=images,
            minutes=request.minutes,
            resume=resumed or "no",
            seed=request.seed,
            precision="bf16" if devices.knows_bf16(device) else "fp32",
            runs=request.runs,
        )
        outcome = run(job.trainer(whole), asked, device, progress)
    return dataclasses.replace(outcome, notes=(*job.notes, *outcome.notes), figures=job.figures)


def clip_digest(path: Path) -> str:
    """Sixteen digits that tell one clip, or folder of frames, from another."""
    seen = hashlib.sha256()
    if path.is_dir():
        for one in sorted(path.iterdir()):
            if one.suffix.lower() in PICTURE_SUFFIXES:
                seen.update(f"{one.name}:{one.stat().st_size};".encode())
    else:
        data = read_bytes(path, max_bytes=VIDEO_LIMITS.max_bytes, wanted="io.wanted.video")
        seen.update(data)
    return seen.hexdigest()[:16]


def _run_of(request: LearnRequest, digest: str) -> str | None:
    """The run to go on with; "auto" means the newest one of the same clip and preset."""
    if request.resume == "no":
        return None
    ending = f"-reenact-{request.preset}"
    found = [one for _, one in existing_runs(request.runs) if one.path.name.endswith(ending)]
    if request.resume != "auto":
        found = [RunFolder(Path(request.resume))]
    for one in reversed(found):
        with contextlib.suppress(MienError):
            if one.read_config().get("source", {}).get("digest") == digest:
                return str(one.path)
    if request.resume == "auto":
        return None
    raise OptionError(text("person.other_run", path=terminal_safe(request.resume)))


def _is_own(folder: Path) -> bool:
    return folder.is_dir() and all(one.name in FILES for one in folder.iterdir())


@contextlib.contextmanager
def _one_thread(device: torch.device) -> Iterator[None]:
    """Small batches learn faster on one thread of a CPU than on two."""
    before = torch.get_num_threads()
    if device.type == "cpu":
        torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def affordable(
    train: Person, settings: PersonSettings, minutes: float, device: torch.device
) -> int:
    """Images that can be seen in so many minutes of computing, measured on a few steps."""
    stream = PersonStream(train, settings, seed=0)
    seconds = []
    for late in (False, True):
        live = _trial(stream, settings, device)
        live.images = 10**6 if late else 0
        live.run_step([stream.take(0, settings.batch)])
        start = time.process_time() if device.type == "cpu" else time.perf_counter()
        for step in range(_TRIALS * settings.lazy):
            live.run_step([stream.take(step * settings.batch, settings.batch)])
        now = time.process_time() if device.type == "cpu" else time.perf_counter()
        seconds.append((now - start) / (_TRIALS * settings.lazy * settings.batch))
    share = settings.judge_after
    each = share * seconds[0] + (1.0 - share) * seconds[1]
    return max(settings.batch, round(60.0 * minutes / each))


def _trial(stream: PersonStream, settings: PersonSettings, device: torch.device) -> Live:
    from mien.train.distributed import World

    precision = Precision("bf16" if devices.knows_bf16(device) else "fp32", True)
    recipe = build("trial", settings, stream, images=10**6)
    return Live(recipe, Plan(images=10**6, precision=precision), World(), device)


class _Learning:
    """One person on the way: what the training loop's functions share.

    keeps  the folder holds this person already: it stays until there is something better
    """

    def __init__(
        self, request: LearnRequest, target: Path, digest: str, progress: Progress
    ) -> None:
        self.request, self.target, self.digest, self.progress = request, target, digest, progress
        self.notes: list[str] = []
        self.figures: dict[str, float] = {}
        self.keeps = False
        self._previews = 0

    def read(self, size: int) -> Person:
        """The whole person of the clip."""
        name = self.request.source.name

        def told(done: int, total: int) -> None:
            if done == total or done % 25 == 0:
                self.progress(Step(done, total, name))

        landmarker = None
        if self.request.landmarks == "dlib68":
            landmarker = Dlib68()
            self.notes.append(landmarker.notice)
        request = self.request
        part = ClipPart(limit=request.limit, hold=request.hold)
        return person_of(request.source, size, part, landmarker=landmarker, told=told)

    def train(self, whole: Person) -> Person:
        """The first part: what is learnt."""
        return whole.part(slice(0, first_part(len(whole), self.request.hold)))

    def held(self, whole: Person) -> Person | None:
        """The last part, which is only measured; None where it is too short to tell anything."""
        first = len(self.train(whole))
        return whole.part(slice(first, None)) if len(whole) - first >= 4 else None

    def trainer(self, whole: Person) -> Trainer:
        """What the house's loop needs; all else of this run is remembered here."""
        return Trainer(
            job="reenact",
            config=person_settings,
            restore=PersonSettings.from_config,
            opened=lambda asked, settings, progress: self._opened(whole),
            build=self._recipe,
            finish=self._finish,
            trial_steps=lambda settings: settings.lazy,
            verify_people=1,
            preview_images=_PREVIEW_IMAGES,
        )

    @contextlib.contextmanager
    def _opened(self, whole: Person) -> Iterator[TrainingData]:
        train = self.train(whole)
        if not self.keeps:
            self._write(train)
            note = text("person.warp_ready", path=terminal_safe(self.target))
            self.progress(Step(0, 1, note, stays=True))
        yield TrainingData(
            count=len(train),
            source={"kind": "person", "digest": self.digest, "count": len(train)},
            batches=lambda seed: self._stream(train, seed),
            payload=whole,
        )

    def _stream(self, train: Person, seed: int) -> PersonStream:
        settings = person_settings(self.request.preset)
        settings = settings.changed(self.request.set) if self.request.set else settings
        return PersonStream(train, settings, seed=seed)

    def _recipe(self, order: Order) -> Recipe:
        train = self.train(order.data.payload)
        stream = PersonStream(train, order.config, seed=order.seed)
        recipe = build(order.preset, order.config, stream, images=order.images, seed=order.seed)
        shown = recipe.preview
        assert shown is not None

        def drawn(nets: Nets) -> Any:
            self._previews += 1
            if self._previews % _WRITE_EVERY == 0:
                self._write(self._learnt(nets, stream, order.preset))
            return shown(nets)

        return dataclasses.replace(recipe, preview=drawn)

    def _learnt(self, nets: Nets, stream: PersonStream, preset: str) -> Person:
        """The person with the network as it is now."""
        device = next(next(iter(nets.values())).parameters()).device
        painter = ready_painter(nets, stream, device)
        settings = {"preset": preset, **stream.settings.as_config()}
        return dataclasses.replace(stream.person, numbers=arrays_of(painter), settings=settings)

    def _finish(
        self, live: Live, settings: PersonSettings, data: TrainingData, folder: RunFolder
    ) -> tuple[Path, ...]:
        whole: Person = data.payload
        stream = PersonStream(self.train(whole), settings, seed=live.recipe.seed)
        learnt = self._learnt({**live.nets, **live.averages}, stream, live.recipe.preset)
        self.figures = {"images": float(live.images), "seconds": round(live.seconds, 1)}
        self._write(dataclasses.replace(learnt, figures=self.figures))
        held = self.held(whole)
        if held is not None:
            # What was written is what will be used: rounded numbers, frames from the clip.
            self._measure(read_person(self.target), held)
        return (self.target,)

    def _measure(self, written: Person, held: Person) -> None:
        player = PersonPlayer(written, painter_of(written), torch.device("cpu"))
        rows = made_again(written, held, player)
        every = max(1, -(-len(held) // _JUDGED))
        label = text("person.measures")
        table = scored(
            held, rows, every=every, told=lambda done, all_: self.progress(Step(done, all_, label))
        )
        values = {"held": len(held), "judge": judge_landmarker().name}
        self.notes += [text("person.scores", **values), *table_lines(table)]
        own = {
            f"held {name}": round(v, 4) for name, v in table["person"].items() if math.isfinite(v)
        }
        warp = {
            f"warp {name}": round(v, 4) for name, v in table["warp"].items() if math.isfinite(v)
        }
        self.figures = {**self.figures, **own, **warp}
        self._write(dataclasses.replace(written, figures=self.figures), sheet(held, rows))

    def _write(self, person: Person, shown: Any = None) -> None:
        asked = {n: v for n, v in dataclasses.asdict(self.request).items() if n not in _NOT_ASKED}
        made_by = Provenance(
            source="compositeWithTrainedAlgorithmicMedia"
            if person.numbers
            else "compositeSynthetic",
            job=JOB,
            seed=self.request.seed,
            request=request_hash(asked),
        )
        write_person(self.target, person, provenance=made_by, shown=shown)
