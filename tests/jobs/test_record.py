from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from mien.errors import InputError
from mien.head.schema import schema_hash
from mien.io.provenance import Provenance
from mien.jobs.character.config import ExportRequest, FitRequest
from mien.jobs.express.config import EditRequest
from mien.jobs.generate.config import SampleRequest, WalkRequest
from mien.jobs.record import LEFT_OUT, digest, of_photos, recorded

MADE_BY = Provenance(source="compositeSynthetic", job="express.edit")


def asked(made_by: Provenance) -> dict[str, object]:
    return json.loads(made_by.asked)


def test_numbers_and_choices_are_told_and_places_are_not() -> None:
    request = SampleRequest(count=3, seed=7, out=Path("secret-name"), device="cuda:1")
    found = recorded(MADE_BY, request)
    assert asked(found) == {
        **{"count": 3, "seed": 7, "truncation": 1.0},
        **{"model": "photo", "runtime": "torch"},
    }
    assert found.head == schema_hash()
    assert "secret" not in repr(found)


def test_files_are_told_by_their_hashes_alone(tmp_path: Path) -> None:
    photo, other = tmp_path / "Jo at home.jpg", tmp_path / "Mo.safetensors"
    photo.write_bytes(b"one")
    other.write_bytes(b"two")
    request = EditRequest(
        photos=(photo,), like=photo, model=str(other), only="12,6", consent="own-face"
    )
    found = of_photos(recorded(MADE_BY, request, words={"only": ["AU12", "AU06"]}), photo)
    one, two = (hashlib.sha256(data).hexdigest() for data in (b"one", b"two"))
    assert found.inputs == (("photos", one), ("like", one), ("model", two))
    assert asked(found)["only"] == ["AU12", "AU06"]
    assert found.consent == "own-face"
    assert "Jo" not in repr(found)
    assert "Mo" not in repr(found)


def test_free_text_is_left_out_and_said_to_be() -> None:
    found = recorded(MADE_BY, ExportRequest(folder=Path("gone"), title="Jo Doe", author="Jo"))
    assert asked(found)[LEFT_OUT] == ["folder", "title", "author"]
    assert "Doe" not in repr(found)
    locked = recorded(MADE_BY, FitRequest(photos=(), lock=("nose_width=.3",)))
    assert asked(locked)[LEFT_OUT] == ["lock"]


def test_several_files_of_one_field_keep_their_order(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "ba"]
    for path in paths:
        path.write_text(path.name)
    found = recorded(MADE_BY, WalkRequest(like=tuple(paths)))
    assert found.inputs == tuple(("like", digest(path)) for path in paths)


def test_what_is_too_long_is_left_out_and_never_an_error(tmp_path: Path) -> None:
    found = recorded(MADE_BY, WalkRequest(seeds=tuple(range(200))))
    assert asked(found)[LEFT_OUT] == ["seeds"]
    words = {"only": ["A" * 40] * 100, "sweep": ["B" * 40] * 100}
    found = recorded(MADE_BY, EditRequest(photos=(), only="12", sweep="6"), words=words)
    assert list(asked(found)) == [LEFT_OUT]
    photo = tmp_path / "a"
    photo.write_bytes(b"a")
    assert len(of_photos(MADE_BY, *([photo] * 300)).inputs) == 256


def test_a_folder_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"a")
    before = digest(tmp_path)
    (tmp_path / "b.png").write_bytes(b"b")
    assert digest(tmp_path) != before
    (tmp_path / "params.json").write_bytes(b"{}")
    assert digest(tmp_path) == hashlib.sha256(b"{}").hexdigest()
    with pytest.raises(OSError, match="No such file"):
        digest(tmp_path / "missing")
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(InputError, match="wanted a JPEG"):
            of_photos(MADE_BY, path)
