"""What can be asked of a photo: its face moved while sliders move, and the result in full size."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image as PillowImage

from mien.app.studio.stage.frames import Header
from mien.app.studio.stage.head import KEPT, SHOWN
from mien.app.studio.stage.values import Values, checked
from mien.errors import InputError, OptionError
from mien.face.analyse import analyse
from mien.io.image import decode_image, encode_image
from mien.io.limits import ImageLimits
from mien.io.names import safe_stem, terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.messages import text
from mien.persona.move import Mover
from mien.persona.stream import GREEN, Backdrop, outside
from mien.persona.subject import Motion, Subject, fit_subject
from mien.persona.track import expression_of
from mien.persona.translator import translator
from mien.types import AU_NAMES, Face, Image, Pose

LIVE_SIDE = 512
"""Pixels of the longer side of the picture that moves; the one to keep has all of them."""
LIMITS = ImageLimits(max_bytes=16 << 20, max_pixels=24_000_000)
_REACH, _RAISED = 1.25, 0.2
"""Half a picture's side in sizes of its face, and by how much of it the middle lies above that."""
Answer = tuple[Header, bytes]


@dataclasses.dataclass(frozen=True, eq=False)
class _Open:
    """A photo that was opened: as it came, and the small one that moves."""

    name: str
    image: Image
    face: Face
    mover: Mover

    @functools.cached_property
    def green(self) -> Backdrop:
        """Green behind the small photo's head."""
        subject = self.mover.subject
        return Backdrop(outside(subject.photo, subject.landmarks), GREEN)


class Photo:
    """A photo on the page.

    shown  the last picture, and what its face does beside the pose that the photo shows
    """

    def __init__(self) -> None:
        self.shown: tuple[Image, Motion] | None = None
        self._open: _Open | None = None
        self._whole: Mover | None = None

    def open(self, header: Mapping[str, Any], payload: bytes) -> Answer:
        """Takes a photo: the small picture of its largest face, and what that shows.

        header  "name" of the photo; or "drawn": the number of a person of the head, drawn here

        Raises InputError where it is none, or shows no face.
        """
        name = str(header.get("name", "photo"))[:120]
        if "drawn" in header:
            payload = _drawn(header["drawn"])
        image, face = _largest_face(payload, name)
        small = shrunk(around(image, face), LIVE_SIDE)
        subject = fit_subject(small, _face_of(small, name))
        self._open, self._whole = _Open(name, image, face, Mover(subject)), None
        height, width = image.shape[:2]
        told = {"values": _shown_by(subject), "name": terminal_safe(name), "size": [width, height]}
        return told, encode_image(small, path=SHOWN, provenance=None)

    @property
    def subject(self) -> Subject:
        """The small photo's face. Raises OptionError where none is open."""
        return self._opened().mover.subject

    def draw(self, header: Mapping[str, Any]) -> Answer:
        """The small photo with the face of the values."""
        values = checked(header.get("values"), "photo")
        opened = self._opened()
        image = opened.mover.move(motion_of(values, opened.mover.subject.motion)).image
        if header.get("green"):
            image = opened.green(image)
        self.shown = (image, motion_of(values, Motion(np.zeros(len(AU_NAMES)))))
        return {}, encode_image(image, path=SHOWN, provenance=None)

    def make(self, header: Mapping[str, Any]) -> Answer:
        """The photo in its own size with the face of the values."""
        values = checked(header.get("values"), "photo")
        opened = self._opened()
        if self._whole is None:
            self._whole = Mover(fit_subject(opened.image, opened.face))
        motion = motion_of(values, self._whole.subject.motion)
        made_by = Provenance(
            source="compositeSynthetic",
            job="studio.express",
            models=(translator().sha256,),
            request=request_hash(dict(values)),
        )
        image = self._whole.move(motion).image
        stem = safe_stem(opened.name)
        return {"file": f"{stem}.png"}, encode_image(image, path=KEPT, provenance=made_by)

    def like(self, header: Mapping[str, Any], payload: bytes) -> Answer:
        """What the face of another photo does, as values."""
        _, face = _largest_face(payload, str(header.get("name", "photo"))[:120])
        aus = np.clip(expression_of(face.landmarks, face.embedding), 0.0, 1.1)
        return {"values": au_values(aus)}, b""

    def _opened(self) -> _Open:
        if self._open is None:
            raise OptionError(text("studio.live.no_photo"))
        return self._open


def around(image: Image, face: Face) -> Image:
    """The part of a photo with the whole head in it."""
    low, high = face.landmarks.min(0), face.landmarks.max(0)
    half = _REACH * float((high - low).max())
    x, y = (low + high) / 2 - (0.0, _RAISED * half)
    height, width = image.shape[:2]
    left, top = max(0, int(x - half)), max(0, int(y - half))
    right, bottom = min(width, int(x + half) + 1), min(height, int(y + half) + 1)
    return np.ascontiguousarray(image[top:bottom, left:right])


def shrunk(image: Image, side: int) -> Image:
    """The picture with a longer side of at most `side` pixels."""
    height, width = image.shape[:2]
    share = side / max(height, width)
    if share >= 1:
        return image
    size = (max(1, round(width * share)), max(1, round(height * share)))
    done = PillowImage.fromarray(image).resize(size, PillowImage.Resampling.LANCZOS)
    return np.asarray(done, np.uint8)


def _drawn(number: Any) -> bytes:
    """A person who never was, as a photo."""
    from mien.head.camera import Camera
    from mien.head.render import View, render
    from mien.head.sample import sample

    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**53:
        line = {"name": "drawn", "value": str(number)[:40], "wanted": "0 … 2^53"}
        raise OptionError(text("studio.live.value", **line))
    code = dataclasses.replace(sample(number, 0, sampler="portrait"), aus={}, pose=Pose())
    view = View(camera=Camera(size=LIVE_SIDE))
    return encode_image(render(code, view=view).rgb, path=KEPT, provenance=None)


def _largest_face(payload: bytes, name: str) -> tuple[Image, Face]:
    if not payload:
        raise OptionError(text("studio.live.no_photo"))
    image, _ = decode_image(payload, name=name, limits=LIMITS)
    return image, _face_of(image, name)


def _face_of(image: Image, name: str) -> Face:
    faces = analyse(image, max_faces=1)
    if not faces:
        raise InputError(text("motion.no_face", path=terminal_safe(name)))
    return faces[0]


def _shown_by(subject: Subject) -> Values:
    x, y = (float(np.clip(one, -1, 1)) for one in subject.motion.gaze)
    return {**au_values(subject.motion.aus), "scene.x": round(x, 3), "scene.y": round(y, 3)}


def au_values(aus: np.ndarray) -> Values:
    """Action Units (22,) as values."""
    return {
        f"au.{name}": round(float(np.clip(value, 0, 1.1)), 3)
        for name, value in zip(AU_NAMES, aus, strict=True)
    }


def motion_of(values: Mapping[str, float | str], rest: Motion) -> Motion:
    """Checked values of a photo as a motion; turns are beside the pose that the photo shows."""
    aus = np.array([float(values[f"au.{name}"]) for name in AU_NAMES])
    yaw, pitch, roll = (float(values[f"scene.{name}"]) for name in ("yaw", "pitch", "roll"))
    pose = Pose(rest.pose.yaw + yaw, rest.pose.pitch + pitch, rest.pose.roll + roll)
    return Motion(aus, pose, (float(values["scene.x"]), float(values["scene.y"])))
