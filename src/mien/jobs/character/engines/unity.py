"""The ancestor's engine: 99 numbers by UDP to Unity on this machine, a JPEG in a folder as answer.

Messages (ASCII, one datagram each, at most 64 kB): `m` and a text; `p` and JSON {"shape": int,
"param": [99 numbers], "name": str}; `q-` at the end. Unity draws `neural_<name>_<step>.jpg`. The
name is one that we made; nothing that arrives from outside says where a file is looked for.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import socket
import time
from pathlib import Path

from mien.data.face_to_parameter import BROWS, CONTINUOUS
from mien.data.game_faces import FEMALE
from mien.errors import InputError
from mien.io.image import read_image
from mien.io.names import terminal_safe
from mien.jobs.character.engines.program import PICTURE_LIMITS
from mien.jobs.character.engines.schema import Continuous, OneOf, Params, Schema
from mien.messages import text
from mien.types import Image

HOST, PORT = "127.0.0.1", 5011
MOST_BYTES = 64_000
DECIMALS = 6
_LOOK_EVERY, _SENDS = 0.02, 3
"""Seconds between two looks; how often a picture is asked for: UDP may lose a message."""


def ancestor_schema() -> Schema:
    """95 bones, the brow's brightness, one of three brows: the vector of 99 numbers."""
    numbers = tuple(Continuous(name, 0.0, 1.0, 0.5) for name in CONTINUOUS)
    return Schema((*numbers, OneOf("brow", BROWS, BROWS[0])))


class UnityEngine:
    """Speaks with Unity.

    folder   where Unity writes its pictures; only read
    seconds  to wait for a picture
    shape    of the body: 3 male, 4 female
    port     on 127.0.0.1; None: the ancestor's

    Raises InputError where the folder is none.
    """

    def __init__(
        self, folder: Path, *, seconds: float = 30.0, shape: int = FEMALE, port: int | None = None
    ) -> None:
        if not folder.is_dir():
            raise InputError(text("engine.unity.folder", path=terminal_safe(folder)))
        self._folder, self._seconds = folder, seconds
        self._shape, self._port = shape, port or PORT
        self._schema = ancestor_schema()
        self._session, self._count = f"mien{secrets.token_hex(6)}", 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Connected: what other machines and other ports send never arrives.
        self._socket.connect((HOST, self._port))
        self._send("mmien")

    def schema(self) -> Schema:
        """`ancestor_schema`."""
        return self._schema

    def render(self, params: Params) -> Image:
        """(h, w, 3) what Unity drew; raises InputError where nothing came in time."""
        numbers = [round(float(one), DECIMALS) for one in self._schema.to_unit(params)]
        self._count += 1
        name = f"{self._session}{self._count:06d}"
        told = {"shape": self._shape, "param": numbers, "name": name}
        message = "p" + json.dumps(told, separators=(",", ":"))
        for _ in range(_SENDS):
            self._send(message)
            last = time.monotonic() + self._seconds / _SENDS
            while time.monotonic() < last:
                if (picture := self._picture(name)) is not None:
                    return picture
                time.sleep(_LOOK_EVERY)
        shown = {"folder": terminal_safe(self._folder), "port": self._port}
        raise InputError(text("engine.unity.silent", seconds=f"{self._seconds:g}", **shown))

    def close(self) -> None:
        """Tells Unity to leave."""
        with contextlib.suppress(InputError):
            self._send("q-")
        self._socket.close()

    def _send(self, message: str) -> None:
        data = message.encode("ascii")
        assert len(data) <= MOST_BYTES
        try:
            self._socket.send(data)
        except ConnectionRefusedError:
            # What an earlier datagram met: nobody listened then. The wait decides.
            return
        except OSError as problem:
            shown = {"port": self._port, "reason": problem.strerror or "?"}
            raise InputError(text("engine.unity.send", **shown)) from problem

    def _picture(self, name: str) -> Image | None:
        """The picture of a name of ours, once it is whole."""
        wanted = re.compile(rf"neural_{name}(_[0-9]{{1,12}})?\.(jpg|jpeg|png)")
        for path in self._folder.glob(f"neural_{name}*"):
            if wanted.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                with contextlib.suppress(InputError):  # half written: looked at again
                    return read_image(path, limits=PICTURE_LIMITS)
        return None
