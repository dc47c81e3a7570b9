"""What a live panel can ask, answered by the real head and the real photo."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from mien.app.studio.stage.frames import Header, pack, unpack
from mien.app.studio.stage.performer import Scene, serve
from mien.app.studio.stage.values import DRAFT, FINE
from mien.errors import InputError, MienError, OptionError
from mien.head.sample import sample
from mien.io.image import decode_image, encode_image
from mien.io.provenance import Provenance, read_provenance
from mien.persona.character import NEUTRAL_VIEW, Character, read_character, write_character
from mien.persona.stream import GREEN
from mien.types import Image

SMILE = {"au.AU12": 1.0, "au.AU6": 0.6}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def picture(answer: tuple[Header, bytes]) -> np.ndarray:
    return decode_image(answer[1], name="answer")[0].astype(int)


def png(image: Image) -> bytes:
    return encode_image(image, path=Path("a.png"), provenance=None)


def test_a_head_follows_its_sliders(scene: Scene) -> None:
    asked: Header = {"do": "head.draw", "values": {}, "draft": True}
    still = picture(scene.do(asked, b""))
    assert still.shape == (DRAFT, DRAFT, 3)
    smiling = picture(scene.do({**asked, "values": SMILE}, b""))
    assert np.abs(smiling - still)[140:220].max() > 40
    assert np.abs(smiling - still)[:40].mean() < 1
    fine = picture(scene.do({**asked, "draft": False}, b""))
    assert fine.shape == (FINE, FINE, 3)


def test_a_preset_sets_every_action_unit(scene: Scene) -> None:
    told, _ = scene.do({"do": "preset", "name": "surprised"}, b"")
    assert told["values"]["au.AU1"] == pytest.approx(0.9)
    assert told["values"]["au.AU12"] == 0
    with pytest.raises(OptionError, match="surprised"):
        scene.do({"do": "preset", "name": "surprise!"}, b"")


@pytest.mark.parametrize(
    "asked",
    [
        {"do": "head.draw"},
        {"do": "head.draw", "values": {"slider.nose_width": 1e9}},
        {"do": "head.make", "values": {}, "what": "../passwd"},
        {"do": "photo.draw", "values": {}},
        {"do": "photo.make", "values": {}},
        {"do": "photo.open", "name": "x.png"},
        {"do": "__class__"},
        {"do": None},
    ],
)
def test_what_cannot_be_answered_is_said_in_words(scene: Scene, asked: Header) -> None:
    with pytest.raises(MienError):
        scene.do(asked, b"")


def test_a_head_is_kept_as_parameters_and_picture(scene: Scene, tmp_path: Path) -> None:
    values = {**SMILE, "choice.hair": "bob", "slider.nose_width": 0.25}
    asked: Header = {"do": "head.make", "values": values}
    told, data = scene.do({**asked, "what": "params"}, b"")
    path = tmp_path / told["file"]
    path.write_bytes(data)
    known = read_character(path)
    assert (known.code.hair, known.code.sliders["nose_width"]) == ("bob", 0.25)
    told, data = scene.do({**asked, "what": "png"}, b"")
    path = tmp_path / told["file"]
    path.write_bytes(data)
    made_by = read_provenance(path)
    assert made_by is not None
    assert (made_by.source, made_by.job) == ("algorithmicMedia", "studio.head")
    assert Pillow.open(BytesIO(data)).size == (1024, 1024)


def test_a_character_is_opened_with_what_is_known_of_it(scene: Scene, tmp_path: Path) -> None:
    made_by = Provenance("trainedAlgorithmicMedia", "test")
    code = sample(4, 1)
    confidence: Any = {"nose_width": "guessed"}
    texture = np.zeros((8, 8, 3), np.float32)
    write_character(
        tmp_path, Character(code, NEUTRAL_VIEW, texture, made_by, ("jaw_width",), confidence)
    )
    told, _ = scene.do({"do": "head.open", "folder": str(tmp_path)}, b"")
    assert told["confidence"] == {"nose_width": "guessed"}
    assert told["byHand"] == ["jaw_width"]
    assert told["values"]["choice.hair"] == code.hair
    assert scene.head.character is not None
    assert scene.head._skin(bare=False) is not None
    assert scene.head._skin(bare=True) is None
    made, _ = scene.do({"do": "head.make", "what": "params", "values": told["values"]}, b"")
    assert made == {"file": "params.json"}


@pytest.mark.slow
def test_a_photo_follows_its_sliders_and_is_kept_in_its_own_size(
    scene: Scene, astronaut: Image, tmp_path: Path
) -> None:
    told, _ = scene.do({"do": "photo.open", "name": "a/b.png"}, png(astronaut))
    assert told["size"] == [512, 512]
    before = picture(scene.do({"do": "photo.draw", "values": told["values"]}, b""))
    values = {**told["values"], "au.AU25": 1.0, "au.AU26": 1.0}
    after = picture(scene.do({"do": "photo.draw", "values": values}, b""))
    assert np.abs(after - before).max() > 60
    assert np.abs(after - before).mean() < 10
    behind = picture(scene.do({"do": "photo.draw", "values": values, "green": True}, b""))
    assert np.abs(behind - np.array(GREEN)).sum(2).min() < 40
    assert np.abs(behind - after)[100:150, 90:130].mean() < 3
    made, data = scene.do({"do": "photo.make", "values": values, "what": "png"}, b"")
    assert made["file"] == "b.png"
    whole = decode_image(data, name="b.png")[0]
    assert whole.shape == astronaut.shape
    # The hidden mark of what was made changes every pixel a little.
    assert np.abs(whole[400:].astype(int) - astronaut[400:]).max() <= 4
    path = tmp_path / made["file"]
    path.write_bytes(data)
    made_by = read_provenance(path)
    assert made_by is not None
    assert made_by.source == "compositeSynthetic"
    liked, _ = scene.do({"do": "photo.like", "name": "b.png"}, data)
    opened = [
        sum(one[f"au.AU{k}"] for k in (25, 26, 27)) for one in (told["values"], liked["values"])
    ]
    assert opened[1] > opened[0] + 0.2
    with pytest.raises(InputError, match="face"):
        scene.do({"do": "photo.open", "name": "empty.png"}, png(astronaut[400:, :100]))
    # What was open stays open.
    assert scene.do({"do": "photo.draw", "values": values}, b"")[1]


@pytest.mark.slow
def test_a_camera_moves_photo_and_head(scene: Scene, astronaut: Image) -> None:
    frame = encode_image(astronaut[:400, 30:430], path=Path("a.jpg"), provenance=None)
    rest = scene.do({"do": "photo.open", "name": "a.png"}, png(astronaut))[0]["values"]
    asked: Header = {
        "do": "camera.frame",
        "by": "photo",
        "rest": rest,
        "strength": 1.0,
        "turn": 1.0,
    }
    answers = [scene.do({**asked, "time": k / 6}, frame)[0] for k in range(9)]
    assert answers[0] == {"waiting": "rest"}
    values = answers[-1]["values"]
    # A face that keeps still is the photo's own expression.
    moved = picture(scene.do({"do": "photo.draw", "values": values}, b""))
    still = picture(scene.do({"do": "photo.draw", "values": rest}, b""))
    assert np.abs(moved - still).mean() < 4
    values = scene.do({**asked, "by": "head", "time": 2.0}, frame)[0]["values"]
    assert abs(values["scene.yaw"]) < 5
    assert max(value for key, value in values.items() if key.startswith("au.")) < 0.4
    assert scene.do({"do": "head.draw", "values": values, "draft": True}, b"")[1]
    nobody = encode_image(np.full((240, 320, 3), 90, np.uint8), path=Path("a.jpg"), provenance=None)
    # Whether it is still a face is asked every 20 frames.
    told = [scene.do({**asked, "time": 3.0 + k / 30}, nobody)[0] for k in range(21)]
    assert told[-1] == {"waiting": "face"}
    assert scene.do({"do": "camera.rest"}, b"") == ({}, b"")
    assert scene.do({**asked, "time": 0.1}, frame)[0] == {"waiting": "rest"}
    for broken in (b"", b"\xff\xd8\xff", b"x" * 100):
        with pytest.raises(MienError):
            scene.do({**asked, "time": 4.0}, broken)
    # The page sends plain RGBA, and tells its size.
    shown = np.dstack([astronaut[:400, 30:430], np.full((400, 400), 255, np.uint8)])
    plain = {**asked, "size": [400, 400], "time": 4.1}
    scene.do({"do": "camera.rest"}, b"")
    answers = [scene.do({**plain, "time": 4.1 + k / 6}, shown.tobytes())[0] for k in range(9)]
    assert "values" in answers[-1]
    for size in ([400, 399], [0, 0], [-400, -400], [10**6, 10**6], [400], "400", [400.0, 400]):
        with pytest.raises(OptionError):
            scene.do({**plain, "size": size}, shown.tobytes())
    for wrong in ({"strength": 99}, {"time": "now"}, {"rest": {"au.AU99": 1}}, {"rest": None}):
        with pytest.raises(OptionError):
            scene.do({**asked, "time": 5.0, **wrong}, frame)


def test_every_question_is_answered_with_its_own_number() -> None:
    questions, answers = BytesIO(), BytesIO()
    asked = [
        {"do": "preset", "name": "smile", "id": 1, "link": "a"},
        {"do": "nothing", "id": 2, "link": "b", "language": "zh"},
        {"do": "close", "link": "a"},
        {"do": "photo.open", "id": 3, "link": "b", "name": "坏.png"},
    ]
    for header in asked:
        data = pack(header, b"no picture" if header["do"] == "photo.open" else b"")
        questions.write(len(data).to_bytes(4, "little") + data)
    questions.seek(0)
    serve(questions, answers)
    data, told = answers.getvalue(), []
    while data:
        size = int.from_bytes(data[:4], "little")
        told.append(unpack(data[4 : 4 + size])[0])
        data = data[4 + size :]
    assert [one["id"] for one in told] == [1, 2, 3]
    assert "error" not in told[0]
    assert "刷新" in told[1]["error"]
    assert "坏.png" in told[2]["error"]
    assert json.dumps(told)


@pytest.mark.slow
def test_a_wall_of_faces_more_like_one_and_the_way_between_two(
    scene: Scene, tmp_path: Path
) -> None:
    for do in ("faces.near", "faces.walk", "faces.make"):
        with pytest.raises(OptionError):
            scene.do({"do": do, "cell": 1, "cells": [0, 1]}, b"")
    asked: Header = {"do": "faces.wall", "seed": 3, "variety": 1.0, "model": "photo"}
    told, data = scene.do(asked, b"")
    sheet = picture((told, data))
    assert told == {"cells": 16, "columns": 4}
    assert sheet.shape[0] == sheet.shape[1]
    assert scene.do(asked, b"")[1] == data
    size = len(sheet) // 4
    one, other = sheet[:size, :size], sheet[:size, size : 2 * size]
    way = picture(scene.do({"do": "faces.walk", "cells": [0, 1]}, b""))
    assert np.abs(way[:size, :size] - one).mean() < 3
    assert np.abs(way[-size:, -size:] - other).mean() < 3
    made, kept = scene.do({"do": "faces.make", "cell": 1}, b"")
    path = tmp_path / made["file"]
    path.write_bytes(kept)
    made_by = read_provenance(path)
    assert made_by is not None
    assert (made_by.seed, made_by.source) == (3, "trainedAlgorithmicMedia")
    near = picture(scene.do({"do": "faces.near", "cell": 1}, b""))
    assert np.abs(near[:size, :size] - other).mean() < 3
    apart = np.abs(near[:size, size : 2 * size] - other).mean()
    assert 3 < apart < np.abs(one - other).mean()
    for wrong in ({"seed": -1}, {"seed": 1.5}, {"model": "../x"}, {"variety": 9}):
        with pytest.raises(OptionError):
            scene.do({**asked, **wrong}, b"")
