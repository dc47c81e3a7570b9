"""What can be asked of somebody who was learnt from a clip: moved by sliders, or by a face at once.

While a person is still being learnt, its folder is written again now and then: what is shown is
always the newest.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mien import device as devices
from mien.app.studio.stage.frames import Header
from mien.app.studio.stage.head import KEPT, SHOWN
from mien.app.studio.stage.photo import motion_of
from mien.app.studio.stage.values import checked
from mien.errors import OptionError
from mien.io.image import encode_image
from mien.io.provenance import Provenance, request_hash
from mien.messages import text
from mien.persona.mimic import MotionMimic, PointMimic, folds_of
from mien.persona.person import MANIFEST, Signs, read_person
from mien.persona.retarget import Transfer
from mien.persona.stream import GREEN, Backdrop, outside
from mien.persona.subject import Motion
from mien.persona.track import GAZE_STEP
from mien.types import AU_NAMES, Image, Landmarks

if TYPE_CHECKING:
    from mien.jobs.reenact.person.player import PersonPlayer
    from mien.persona.live_face import LiveSigns

Answer = tuple[Header, bytes]


@dataclasses.dataclass(frozen=True, eq=False)
class _Open:
    """A person that was read: from where, as it was then."""

    folder: Path
    written: int
    player: PersonPlayer
    does: MotionMimic

    @functools.cached_property
    def green(self) -> Backdrop:
        """Green behind the person's head."""
        person = self.player.person
        picture, points = person.frames[person.neutral], person.landmarks[person.neutral]
        return Backdrop(outside(picture, points), GREEN)


class Learnt:
    """A learnt person on the page.

    shown  the last picture, and what its face does beside rest
    """

    def __init__(self) -> None:
        self._open: _Open | None = None
        self._mimic: tuple[Transfer, Landmarks, PointMimic] | None = None
        self.shown: tuple[Image, Motion] | None = None

    def open(self, folder: Path | None) -> Answer:
        """Takes the person of a folder, and tells what there is to know.

        Raises OptionError where none is named, InputError where the folder is damaged.
        """
        opened = self._take(folder)
        self.shown = None
        person = opened.player.person
        told = {"values": {}, "size": person.size, "learnt": bool(person.numbers)}
        picture = opened.player.frame(person.rest)
        return told, encode_image(picture, path=SHOWN, provenance=None)

    def draw(self, folder: Path | None, header: Mapping[str, Any]) -> Answer:
        """The person with the face of the values."""
        picture = self._picture(folder, header)
        return {}, encode_image(picture, path=SHOWN, provenance=None)

    def make(self, folder: Path | None, header: Mapping[str, Any]) -> Answer:
        """The same as a file to keep."""
        picture = self._picture(folder, header)
        digest = self._take(folder).player.person.sha256
        made_by = Provenance(
            source="compositeWithTrainedAlgorithmicMedia",
            job="studio.reenact",
            models=(digest,) if digest else (),
            request=request_hash(dict(checked(header.get("values"), "photo"))),
        )
        return {"file": "person.png"}, encode_image(picture, path=KEPT, provenance=made_by)

    def follow(
        self,
        folder: Path | None,
        rest: Landmarks,
        signs: LiveSigns,
        transfer: Transfer,
        *,
        green: bool = False,
    ) -> Image:
        """The picture (s, s, 3) that does what a live face does.

        rest   (68, 2) the live face's points at rest
        green  behind the head
        """
        opened = self._take(folder)
        person = opened.player.person
        known = self._mimic
        if known is None or known[0] != transfer or known[1] is not rest:
            known = self._mimic = (transfer, rest, PointMimic(person, rest, transfer))
        pupils = person.rest.pupils + signs.look * transfer.gaze
        skin = person.rest.skin + signs.skin * transfer.strength
        picture = opened.player.frame(Signs(known[2](signs.landmarks), pupils, skin))
        return opened.green(picture) if green else picture

    def _picture(self, folder: Path | None, header: Mapping[str, Any]) -> Image:
        values = checked(header.get("values"), "photo")
        opened = self._take(folder)
        still = Motion(np.zeros(len(AU_NAMES)))
        motion = motion_of(values, still)
        rest = opened.player.person.rest
        pupils = rest.pupils + np.array(motion.gaze) * GAZE_STEP
        signs = Signs(opened.does(still, motion), pupils, rest.skin + folds_of(motion, still))
        picture = opened.player.frame(signs)
        if header.get("green"):
            picture = opened.green(picture)
        self.shown = (picture, motion)
        return picture

    def _take(self, folder: Path | None) -> _Open:
        if folder is None:
            raise OptionError(text("studio.live.no_person"))
        manifest = folder / MANIFEST
        written = manifest.stat().st_mtime_ns if manifest.is_file() else 0
        known = self._open
        if known is None or (known.folder, known.written) != (folder, written):
            known = self._open = _read(folder, written)
            self._mimic = None
        return known


def _read(folder: Path, written: int) -> _Open:
    from mien.jobs.reenact.person.player import player_of

    person = read_person(folder)
    device = devices.pick("cpu")
    player = player_of(person, device, half=devices.knows_bf16(device))
    return _Open(folder, written, player, MotionMimic(person, Transfer()))
