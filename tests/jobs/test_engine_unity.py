"""The link to the ancestor's Unity project, against a Unity that is a thread."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.data.face_to_parameter import open_database
from mien.errors import InputError
from mien.io.image import read_image, write_image
from mien.jobs.base import no_progress
from mien.jobs.character.config import CollectRequest
from mien.jobs.character.engines import unity
from mien.jobs.character.engines.collect import collect
from mien.jobs.character.engines.sampling import sample_params
from mien.jobs.character.engines.training_set import read_set
from mien.jobs.character.engines.unity import UnityEngine, ancestor_schema


class FakeUnity:
    """Listens on a port of its own and draws the first bone as a grey."""

    def __init__(self, folder: Path, *, deaf: int = 0, half: bool = False) -> None:
        self.folder, self.deaf, self.half = folder, deaf, half
        self.heard: list[str] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x", ("127.0.0.1", self.port))
        self.thread.join(5)
        self.socket.close()

    def _serve(self) -> None:
        while True:
            data = self.socket.recv(65536)
            if data == b"x":
                return
            self.heard.append(data.decode("ascii"))
            if data[:1] != b"p":
                continue
            if self.deaf:
                self.deaf -= 1
                continue
            told = json.loads(data[1:])
            path = self.folder / f"neural_{told['name']}_0.jpg"
            if self.half:
                path.write_bytes(b"\xff\xd8\xff\xe0 half a picture")
            picture = np.full((16, 16, 3), round(255 * told["param"][0]), np.uint8)
            write_image(path, picture, provenance=None)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


@pytest.fixture
def fake(cache: Path) -> Iterator[FakeUnity]:
    one = FakeUnity(cache)
    yield one
    one.close()


def test_the_messages_are_the_ancestors(fake: FakeUnity, cache: Path) -> None:
    engine = UnityEngine(cache, seconds=6, port=fake.port)
    picture = engine.render({"bone_00": 0.6, "brow": "brow_2"})
    assert picture.shape == (16, 16, 3)
    assert abs(int(picture[8, 8, 0]) - 153) <= 2
    engine.close()
    fake.close()
    first, second, last = fake.heard
    assert (first[0], last) == ("m", "q-")
    assert second[0] == "p"
    told: dict[str, Any] = json.loads(second[1:])
    assert set(told) == {"shape", "param", "name"}
    assert told["shape"] == 4
    assert told["param"] == [0.6, *[0.5] * 95, 0.0, 0.0, 1.0]
    assert told["name"].isalnum()


def test_a_lost_message_is_sent_again(fake: FakeUnity, cache: Path) -> None:
    fake.deaf = 1
    engine = UnityEngine(cache, seconds=3, port=fake.port)
    assert engine.render({}).shape == (16, 16, 3)
    engine.close()


def test_silence_is_one_line(cache: Path) -> None:
    engine = UnityEngine(cache, seconds=0.2, port=9)
    with pytest.raises(InputError, match=r"no picture from Unity in .* UDP port 9"):
        engine.render({})
    engine.close()


def test_only_pictures_of_our_names_are_read(cache: Path, tmp_path: Path) -> None:
    engine = UnityEngine(cache, seconds=0.2, port=9)
    secret = tmp_path / "secret.jpg"
    write_image(secret, np.zeros((8, 8, 3), np.uint8), provenance=None)
    name = f"{engine._session}000001"
    (cache / f"neural_{name}_0.jpg").symlink_to(secret)
    write_image(cache / f"neural_{name}_0x.jpg", np.zeros((8, 8, 3), np.uint8), provenance=None)
    write_image(cache / "neural_other_0.jpg", np.zeros((8, 8, 3), np.uint8), provenance=None)
    with pytest.raises(InputError):
        engine.render({})
    engine.close()


def test_the_folder_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        UnityEngine(tmp_path / "none")


def test_a_set_is_a_database_of_the_ancestor(
    fake: FakeUnity, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unity, "PORT", fake.port)
    out = tmp_path / "set"
    request = CollectRequest(engine=f"unity:{cache}", out=out, count=5, label_noise=True)
    collect(request, no_progress)
    database = open_database(out / "train")
    assert len(database.names) == 4
    assert all(name.startswith("db_0000") and name.endswith("_4") for name in database.names)
    known, collected = read_set(out / "train"), read_set(out)
    assert known.schema == ancestor_schema() == collected.schema
    assert known.units == pytest.approx(collected.units[~collected.test], abs=1e-6)
    assert known.pictures[0] == database.picture(0)
    for place, name in enumerate(database.names):
        true = sample_params(known.schema, 0, int(name[3:8]))["bone_00"]
        grey = read_image(database.picture(place))[8, 8, 0]
        assert abs(int(grey) - 255 * float(true)) <= 2
    assert len(open_database(out / "test").names) == 1
