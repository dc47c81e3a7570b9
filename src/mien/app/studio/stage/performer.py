"""The process that draws for the live panels: one thing asked after the other, of any page.

It reads frames from its standard input and answers each with one frame on its standard output. A
header names its page (`link`), what it asks (`id`), and what is asked (`do`). Pages take turns by
themselves: the studio hands on a page's next question when the last one is answered.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TypeAlias

from mien.app.studio.stage.camera import Camera
from mien.app.studio.stage.faces import Faces
from mien.app.studio.stage.frames import Header, pack, read_frame, unpack, write_frame
from mien.app.studio.stage.head import Answer, Head, preset
from mien.app.studio.stage.learnt import Learnt
from mien.app.studio.stage.outputs import Outputs
from mien.app.studio.stage.photo import Photo
from mien.errors import MienError, OptionError
from mien.messages import text, use_language
from mien.persona.subject import Motion
from mien.types import Image

_FAULT_LENGTH = 200
Shown: TypeAlias = tuple[Image, Motion]


class Scene:
    """Everything that one page has open."""

    def __init__(self) -> None:
        self.head, self.photo, self.camera, self.faces = Head(), Photo(), Camera(), Faces()
        self.learnt, self.outputs = Learnt(), Outputs()

    def close(self) -> None:
        """Gives ports and cameras back."""
        self.camera.close()
        self.outputs.close()

    def do(self, header: Header, payload: bytes) -> Answer:
        """Answers one question, and sends what it shows to where the page asks for.

        Raises MienError for one that cannot be answered.
        """
        told, data = self._answer(header, payload)
        shown = self._shown(str(header["do"]))
        if shown is not None and ("out" in header or self.outputs.open):
            line = self.outputs.send(header.get("out"), *shown)
            told = {**told, "not_sent": line} if line else told
        return told, data

    def _shown(self, asked: str) -> Shown | None:
        """The picture that an answer shows, and what its face does."""
        if asked == "camera.frame":
            return self.camera.shown
        by = {"head.draw": self.head, "photo.draw": self.photo, "person.draw": self.learnt}
        return by[asked].shown if asked in by else None

    def _answer(self, header: Header, payload: bytes) -> Answer:
        head, photo, camera, learnt = self.head, self.photo, self.camera, self.learnt
        known: dict[str, Callable[[], Answer]] = {
            "head.draw": lambda: head.draw(header),
            "head.random": lambda: head.random(header),
            "head.mirror": lambda: head.mirror(header),
            "head.make": lambda: head.make(header),
            "head.open": lambda: head.open(_folder(header)),
            "preset": lambda: preset(header),
            "photo.open": lambda: photo.open(header, payload),
            "photo.draw": lambda: photo.draw(header),
            "photo.make": lambda: photo.make(header),
            "photo.like": lambda: photo.like(header, payload),
            "person.open": lambda: learnt.open(_folder(header)),
            "person.draw": lambda: learnt.draw(_folder(header), header),
            "person.make": lambda: learnt.make(_folder(header), header),
            "camera.frame": lambda: camera.follow(header, payload, _folder(header)),
            "camera.hear": lambda: camera.hear(header),
            "camera.rest": camera.rest,
            "faces.wall": lambda: self.faces.wall(header),
            "faces.near": lambda: self.faces.near(header),
            "faces.walk": lambda: self.faces.walk(header),
            "faces.make": lambda: self.faces.make(header),
        }
        asked = known.get(str(header.get("do")))
        if asked is None:
            raise OptionError(text("studio.live.frame"))
        if header["do"] == "head.make":
            # The process of what is slow has its own head: it takes the one that is asked about.
            head.open(_folder(header))
        return asked()


def _folder(header: Header) -> Path | None:
    folder = header.get("folder")
    return None if folder is None else Path(str(folder))


def main() -> int:
    """Answers until the input ends."""
    # Ctrl-C is for the studio: it ends this process in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with os.fdopen(os.dup(1), "wb") as answers:
        os.dup2(2, 1)
        serve(sys.stdin.buffer, answers)
    return 0


def serve(questions: IO[bytes], answers: IO[bytes]) -> None:
    """Answers every question, in order."""
    scenes: dict[str, Scene] = {}
    while (data := read_frame(questions)) is not None:
        header, payload = unpack(data)
        link = str(header["link"])
        if header["do"] == "close":
            closed = scenes.pop(link, None)
            if closed is not None:
                closed.close()
            continue
        begun, busy = time.perf_counter(), time.process_time()
        told, payload = _answer(scenes.setdefault(link, Scene()), header, payload)
        told |= {"link": link, "id": header.get("id"), "do": header["do"]}
        told["ms"] = round(1000 * (time.perf_counter() - begun), 1)
        told["cpu"] = round(1000 * (time.process_time() - busy), 1)
        write_frame(answers, pack(told, payload))


def _answer(scene: Scene, header: Header, payload: bytes) -> Answer:
    if header["do"] == "warm":
        _warm(scene)
        return {}, b""
    try:
        with use_language(str(header.get("language", "en"))):
            return scene.do(header, payload)
    except MienError as error:
        return {"error": str(error)}, b""
    except Exception as error:
        if os.environ.get("MIEN_DEBUG"):
            raise
        first_line = str(error).partition("\n")[0][:_FAULT_LENGTH]
        with use_language(str(header.get("language", "en"))):
            line = text("studio.fault", fault=f"{type(error).__name__}: {first_line}")
        return {"error": line}, b""


def _warm(scene: Scene) -> None:
    """Loads the kernels and the networks, so that the first picture need not wait for them."""
    from mien.face.landmarks import default_landmarker
    from mien.persona.translator import translator

    scene.head.draw({"values": {}, "draft": True})
    translator()
    default_landmarker()


if __name__ == "__main__":
    sys.exit(main())
