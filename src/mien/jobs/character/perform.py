"""`mien character perform DIR --driver CLIP`: a fitted character does what somebody else does."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import numpy as np

from mien.errors import InputError
from mien.head.animation import export_performance
from mien.io.atomic import atomic_folder, atomic_write_bytes
from mien.io.camera import open_camera
from mien.io.names import ResultNames, terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.io.udp import address_of
from mien.jobs.base import Outcome, Progress, Step, no_progress
from mien.jobs.character.config import PerformRequest
from mien.jobs.filming import told
from mien.jobs.record import recorded
from mien.messages import text
from mien.persona.character import Character, read_character
from mien.persona.clips import is_clip, load_driver
from mien.persona.driver import Driver, read_driver, write_driver
from mien.persona.film import counted, write_clip
from mien.persona.live import WEBCAM, LiveFrame, follow_camera
from mien.persona.perform import TURN_LIMITS, as_driver, drawn, performance_of
from mien.persona.retarget import Transfer, follow
from mien.persona.subject import Motion
from mien.persona.translator import translator
from mien.persona.vmc import VMC_PORT, VmcSender, send_driver
from mien.types import AU_NAMES

CLIP, MODEL, TABLE = "performance.mp4", "performance.glb", "performance.csv"
LONGEST = 20_000
"""Frames: what a browser still opens as one animation."""
_NOT_ASKED = ("folder", "out", "driver", "camera", "vmc", "overwrite")


def perform(request: PerformRequest, *, progress: Progress = no_progress) -> Outcome:
    """A folder with the performance as a clip, an animated model and a table.

    Raises InputError for a folder without a character and for a driver that cannot be followed,
    OutputError where nothing can be written.
    """
    known = read_character(request.folder)
    with contextlib.ExitStack() as stack:
        sender = None
        if request.vmc:
            sender = VmcSender(*address_of(request.vmc, port=VMC_PORT))
            stack.callback(sender.close)
        driver = _driver(request, progress, sender)
        outcome = _performed(request, known, driver, progress)
        if sender is not None and not _is_live(request):
            progress(Step(0, len(driver), text("perform.sends"), stays=True))
            send_driver(sender, read_driver(outcome.results[0] / TABLE))
    return outcome


def _performed(
    request: PerformRequest, known: Character, driver: Driver, progress: Progress
) -> Outcome:
    """The folder of a performance."""
    if len(driver) > LONGEST:
        raise InputError(text("perform.long", frames=len(driver), limit=LONGEST))
    source = request.folder if request.folder.is_dir() else request.folder.parent
    source = source.resolve()
    names = ResultNames(request.out, [source], overwrite=request.overwrite)
    target = names.claim(source)
    with atomic_folder(target, overwrite=request.overwrite, owned=(CLIP, MODEL, TABLE)) as folder:
        keys = _write(folder, _performing(known, request), (request, driver), progress)
    return Outcome(results=(target,), notes=_notes(request, driver, keys))


def _write(
    folder: Path, known: Character, asked: tuple[PerformRequest, Driver], progress: Progress
) -> tuple[str, ...]:
    """Fill the folder; gives the message keys of remarks."""
    request, driver = asked
    done = performance_of(driver, _transfer(request), smooth=request.smooth)
    made_by = known.provenance
    frames = drawn(known, done, size=request.size, style=known.code.style)
    keys = write_clip(
        folder / CLIP,
        counted(frames, len(driver), told(progress, CLIP)),
        fps=driver.fps,
        sound=None if _is_live(request) else request.driver,
        provenance=made_by,
    )
    model = export_performance(known.code, done, texture=known.texture, extras=made_by.as_mapping())
    atomic_write_bytes(folder / MODEL, model)
    write_driver(folder / TABLE, as_driver(done, driver.confidence))
    return keys


def _transfer(request: PerformRequest) -> Transfer:
    return Transfer(
        request.strength,
        request.head,
        request.gaze,
        absolute=request.absolute,
        limits=TURN_LIMITS,
    )


def _performing(known: Character, request: PerformRequest) -> Character:
    """The character in the style that is asked for, with what was asked in its provenance."""
    asked = {n: v for n, v in dataclasses.asdict(request).items() if n not in _NOT_ASKED}
    tracked = _is_live(request) or is_clip(request.driver)
    models = known.provenance.models + ((translator().sha256,) if tracked else ())
    made_by: Provenance = dataclasses.replace(
        known.provenance,
        job="character.perform",
        models=tuple(dict.fromkeys(models)),
        request=request_hash({**asked, "of": known.provenance.request}),
    )
    consent = known.provenance.consent
    made_by = dataclasses.replace(recorded(made_by, request), consent=consent)
    code = dataclasses.replace(known.code, style=request.style)
    return dataclasses.replace(known, code=code, provenance=made_by)


def _is_live(request: PerformRequest) -> bool:
    return str(request.driver) == WEBCAM and not request.driver.exists()


def _driver(request: PerformRequest, progress: Progress, sender: VmcSender | None) -> Driver:
    """What is followed; a camera until --limit frames or Ctrl-C, told to `sender` at once."""
    name = request.driver.name
    if not _is_live(request):
        tell = told(progress, name)
        return load_driver(request.driver, fps=request.fps, limit=request.limit, progress=tell)
    transfer = _transfer(request)
    rest = Motion(np.zeros(len(AU_NAMES)))

    def each(told: LiveFrame, still: Motion) -> None:
        if sender is not None:
            sender.send(follow(rest, still, told.motion, transfer), told.time)

    with open_camera(request.camera) as frames:
        progress(Step(0, request.limit or 0, text("track.live"), stays=True))
        return follow_camera(
            frames,
            limit=request.limit or LONGEST,
            progress=lambda done, _: progress(Step(done, request.limit or done, WEBCAM)),
            each=each,
        )


def _notes(request: PerformRequest, driver: Driver, keys: tuple[str, ...]) -> tuple[str, ...]:
    notes = [text(key, path=terminal_safe(request.driver.name)) for key in keys]
    lost = int((driver.confidence == 0).sum())
    if lost:
        notes.append(text("perform.lost", lost=lost, frames=len(driver)))
    return tuple(notes)
