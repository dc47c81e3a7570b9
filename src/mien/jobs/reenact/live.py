"""`mien reenact live`: a person or a photo moved by what a camera sees, at once."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from mien import device as devices
from mien.errors import InputError, OptionError
from mien.io.camera import open_camera
from mien.io.names import free_path, terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.io.udp import address_of
from mien.jobs.base import Outcome, Progress, Step
from mien.jobs.reenact.config import LiveRequest
from mien.jobs.reenact.person.player import PersonPlayer, player_of
from mien.messages import text
from mien.persona.film import Film, mover_for
from mien.persona.live_face import LiveFace, LiveSigns
from mien.persona.mimic import MotionMimic, PointMimic, folds_of
from mien.persona.move import Mover
from mien.persona.person import Person, Signs, is_person, read_person
from mien.persona.retarget import Transfer, follow
from mien.persona.stream import (
    Arrived,
    Backdrop,
    CameraSink,
    FileSink,
    NoSink,
    Performer,
    Sink,
    Watch,
    as_arrived,
    background_colour,
    listened,
    outside,
    played,
    run_stream,
)
from mien.persona.subject import Motion
from mien.persona.track import GAZE_STEP
from mien.persona.vmc import VMC_PORT, FaceReceiver, VmcSender
from mien.types import Image, Landmarks

_NOT_ASKED = ("subject", "source", "out", "camera", "listen", "vmc", "overwrite", "device")
_TOLD_EVERY = 30


class PersonPerformer:
    """A learnt person does what a live face does."""

    def __init__(self, player: PersonPlayer, face: LiveFace, transfer: Transfer) -> None:
        self._player, self._face, self._transfer = player, face, transfer
        self._person: Person = player.person
        self._mimic: PointMimic | None = None
        self._does: MotionMimic | None = None
        self._last = self._rest = self._person.rest

    def __call__(self, arrived: Arrived, watch: Watch) -> Image:
        """The person's crop (s, s, 3); at rest until the face is known."""
        if arrived.picture is not None:
            shown = self._face(arrived.picture, arrived.time, watch)
            with watch.stage("transfer"):
                self._last = self._last if shown is None else self._signs(shown)
        elif arrived.motion is not None:
            with watch.stage("transfer"):
                self._last = self._told(arrived.motion)
        with watch.stage("picture"):
            return self._player.frame(self._last)

    def _signs(self, shown: LiveSigns) -> Signs:
        rest, how = self._rest, self._transfer
        if self._mimic is None:
            assert self._face.rest is not None
            self._mimic = PointMimic(self._person, self._face.rest, how)
        pupils = rest.pupils + shown.look * how.gaze
        skin = rest.skin + shown.skin * how.strength
        return Signs(self._mimic(shown.landmarks), pupils, skin)

    def _told(self, motion: Motion) -> Signs:
        rest, how, still = self._rest, self._transfer, Motion(np.zeros_like(motion.aus))
        self._does = self._does or MotionMimic(self._person, how)
        look = np.array(motion.gaze) * GAZE_STEP * how.gaze
        points: Landmarks = self._does(still, motion)
        return Signs(points, rest.pupils + look, rest.skin + folds_of(motion, still))


class PhotoPerformer:
    """A photo does what a live face does."""

    def __init__(self, mover: Mover, face: LiveFace, transfer: Transfer) -> None:
        self._mover, self._face, self._transfer = mover, face, transfer

    def __call__(self, arrived: Arrived, watch: Watch) -> Image:
        """The photo (h, w, 3), moved; as it is until the face is known."""
        rest = self._mover.subject.motion
        now, still = arrived.motion, Motion(np.zeros_like(rest.aus))
        if arrived.picture is not None:
            self._face(arrived.picture, arrived.time, watch)
            now, still = self._face.motion, self._face.still
        with watch.stage("picture"):
            wanted = rest if now is None else follow(rest, still, now, self._transfer)
            return self._mover.move(wanted).image


@dataclasses.dataclass(frozen=True, eq=False)
class Told:
    """A performer that also tells other programs what the face does, and lays a colour behind."""

    performer: Performer
    face: LiveFace
    sender: VmcSender | None
    backdrop: Backdrop | None
    mirror: bool

    def __call__(self, arrived: Arrived, watch: Watch) -> Image:
        """The performer's picture."""
        if self.mirror and arrived.picture is not None:
            turned = np.ascontiguousarray(arrived.picture[:, ::-1])
            arrived = dataclasses.replace(arrived, picture=turned)
        picture = self.performer(arrived, watch)
        motion = self.face.motion if arrived.motion is None else arrived.motion
        if self.sender is not None and motion is not None:
            with watch.stage("vmc"):
                self.sender.send(motion, arrived.time)
        if self.backdrop is not None:
            with watch.stage("backdrop"):
                picture = self.backdrop(picture)
        return picture


def live(request: LiveRequest, progress: Progress) -> Outcome:
    """Streams until the source ends, `seconds` have passed, or Ctrl-C; the table is in the notes.

    Raises InputError for a subject or a source that cannot be used, OptionError for options that
    do not go together, MissingExtraError or OutputError for a sink that cannot be had.
    """
    colour = background_colour(request.background)
    if request.source is not None and request.listen is not None:
        raise OptionError(text("live.two_sources"))
    out = free_path(request.out, overwrite=request.overwrite) if request.sink == "file" else None
    with contextlib.ExitStack() as stack:
        sender = None
        if request.vmc:
            sender = VmcSender(*address_of(request.vmc, port=VMC_PORT))
            stack.callback(sender.close)
        performer, made_by = _performer(request, sender, colour)
        frames = stack.enter_context(_frames(request))
        sink: Sink = NoSink()
        if out is not None:
            sink = FileSink(out, fps=request.fps, provenance=made_by)
        elif request.sink == "virtual":
            sink = CameraSink(fps=request.fps)
        progress(Step(0, 1, text("track.live"), stays=True))

        def told(done: int, seconds: float) -> None:
            if done % _TOLD_EVERY == 0:
                progress(Step(0, 1, text("live.told", frames=done, seconds=f"{seconds:.0f}")))

        report = run_stream(frames, performer, [sink], seconds=request.seconds, told=told)
    if report.frames == 0:
        raise InputError(text("live.nothing"))
    figures = {
        "frames": float(report.frames),
        "fps": round(report.fps, 1),
        "possible fps": round(report.possible, 1),
        "work ms": round(report.work[0], 2),
        "latency p95 ms": round(report.latency[1], 2),
    }
    results = () if out is None else (out,)
    return Outcome(results, notes=tuple(report.lines()), figures=figures)


def _performer(
    request: LiveRequest, sender: VmcSender | None, colour: tuple[int, int, int] | None
) -> tuple[Told, Provenance]:
    """What makes the pictures, and what their provenance says."""
    device = devices.pick(request.device)
    half = devices.knows_bf16(torch.device("cpu"))
    asked = {n: v for n, v in dataclasses.asdict(request).items() if n not in _NOT_ASKED}
    made_by = Provenance("compositeSynthetic", "reenact.live", request=request_hash(asked))
    transfer = Transfer(request.strength, request.head, request.gaze, absolute=request.absolute)
    if is_person(request.subject):
        person = read_person(request.subject)
        face = LiveFace(calibrate=request.calibrate, motions=sender is not None, half=half)
        player = player_of(person, device, half=half and device.type == "cpu")
        performer: Performer = PersonPerformer(player, face, transfer)
        picture, points = person.frames[person.neutral], person.landmarks[person.neutral]
        models = (person.sha256,) if person.numbers else ()
        made_by = dataclasses.replace(
            made_by, source="compositeWithTrainedAlgorithmicMedia", models=models
        )
    else:
        face = LiveFace(calibrate=request.calibrate, motions=True, half=half)
        film = Film(transfer, request.size, made_by, request.face)
        mover = mover_for(request.subject, film)
        performer = PhotoPerformer(mover, face, transfer)
        picture, points = mover.subject.photo, mover.subject.landmarks
    backdrop = None if colour is None else Backdrop(outside(picture, points), colour)
    return Told(performer, face, sender, backdrop, request.mirror), made_by


@contextlib.contextmanager
def _frames(request: LiveRequest) -> Iterator[Iterator[Arrived]]:
    """Where the stream comes from: a clip, another program, or a camera."""
    if request.source is not None:
        if not Path(request.source).exists():
            raise InputError(text("live.no_source", path=terminal_safe(request.source)))
        yield played(request.source, fps=request.fps, fast=request.fast, loops=request.loops)
    elif request.listen is not None:
        receiver = FaceReceiver(request.listen)
        try:
            yield listened(receiver)
        finally:
            receiver.close()
    else:
        with open_camera(request.camera) as frames:
            yield as_arrived(frames)
