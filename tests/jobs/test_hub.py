"""Models to and from folders and repositories; the hub's client is one of our own here."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mien
from mien.errors import MissingExtraError, OptionError, OutputError, WeightsError
from mien.io import hub
from mien.io.weights import WeightHeader, read_header, save_weights
from mien.jobs.card import card
from mien.jobs.hub import find, save_pretrained

Cli = Callable[..., Any]
SHIPPED = Path(mien.__file__).parent / "weights"


class RepositoryNotFoundError(Exception):
    """As the real client names it."""


class LocalEntryNotFoundError(Exception):
    """As the real client names it."""


@dataclasses.dataclass
class Client:
    """A hub with one file, and a record of what it was asked."""

    file: Path
    size: int = 1000
    error: Exception | None = None
    asked: list[tuple[Any, ...]] = dataclasses.field(default_factory=list)

    def hf_hub_url(self, repo: str, file: str, revision: str | None) -> str:
        return f"{repo}/{file}/{revision}"

    def get_hf_file_metadata(self, url: str) -> Any:
        self.asked.append(("size", url))
        if self.error is not None:
            raise self.error
        return types.SimpleNamespace(size=self.size)

    def hf_hub_download(self, repo: str, file: str, revision: str | None, cache_dir: Any) -> str:
        self.asked.append(("download", repo, file, revision, cache_dir))
        return str(self.file)

    def HfApi(self) -> Client:
        return self

    def create_repo(self, repo: str, private: bool, exist_ok: bool) -> None:
        self.asked.append(("create", repo, private, exist_ok))

    def upload_folder(self, repo_id: str, folder_path: Path, allow_patterns: list[str]) -> None:
        sent = {path.name for pattern in allow_patterns for path in folder_path.glob(pattern)}
        self.asked.append(("upload", repo_id, sent))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    made = Client(SHIPPED / "generate-toon.safetensors")
    monkeypatch.setitem(sys.modules, "huggingface_hub", made)
    return made


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("hf:someone/faces", hub.Place("someone/faces")),
        ("hf:a.b/c-d_e@v1.2", hub.Place("a.b/c-d_e", revision="v1.2")),
        ("hf:a/b/toon.safetensors", hub.Place("a/b", "toon.safetensors")),
        ("hf:a/b/toon.safetensors@main", hub.Place("a/b", "toon.safetensors", "main")),
    ],
)
def test_names(name: str, place: hub.Place) -> None:
    assert hub.place_of(name) == place


@pytest.mark.parametrize(
    "name",
    [
        *("hf:", "hf:alone", "hf:a/b/c.bin", "hf:a/b/model.pt", "hf:../b", "hf:a/..", "hf:a/b@"),
        *("hf:a/b/../c.safetensors", "hf:https://x/y", "hf:a/b c", "hf:a/b\n", "hf:-a/b"),
        "hf:" + "a" * 200 + "/b",
    ],
)
def test_names_of_another_form_are_refused(name: str, client: Client) -> None:
    with pytest.raises(OptionError, match="owner/name"):
        hub.fetch(name)
    assert client.asked == []


def test_a_model_of_a_repository_is_the_model_of_its_file(client: Client) -> None:
    model = mien.from_pretrained("hf:someone/faces@v2", device="cpu")
    assert model.sha256 == hashlib.sha256(client.file.read_bytes()).hexdigest()
    assert client.asked[1] == ("download", "someone/faces", hub.FILE, "v2", None)


def test_a_command_takes_a_repository(client: Client, cli: Cli, tmp_path: Path) -> None:
    words = ("generate", "sample", "--count", "1", "--out", tmp_path / "a", "--device", "cpu")
    result = cli(*words, "--model", "hf:someone/faces")
    assert result.code == 0, result.err
    other = cli(*words[:-4], "--out", tmp_path / "b", "--model", "toon", "--device", "cpu")
    assert other.code == 0
    from mien.io.image import read_image

    one, same = (read_image(tmp_path / name / "seed0-0000.png") for name in "ab")
    # Their records differ in the model's name, so their invisible marks do: little else may.
    assert np.abs(one.astype(int) - same).mean() < 4.5
    other_seed = read_image(other_face(cli, tmp_path))
    assert np.abs(one.astype(int) - other_seed).mean() > 10


def other_face(cli: Cli, tmp_path: Path) -> Path:
    words = ("generate", "sample", "--count", "1", "--seed", "4", "--model", "toon")
    assert cli(*words, "--out", tmp_path / "c", "--device", "cpu").code == 0
    return tmp_path / "c" / "seed4-0000.png"


def test_a_large_file_is_never_fetched(client: Client) -> None:
    client.size = 2**40
    with pytest.raises(WeightsError, match="larger than mien reads"):
        hub.fetch("hf:a/b")
    assert [kind for kind, *_ in client.asked] == ["size"]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RepositoryNotFoundError("404"), "no such repository"),
        (LocalEntryNotFoundError("x"), "cannot be reached"),
        (ConnectionError("no route\nsecond line"), "hf:a/b: no route$"),
    ],
)
def test_what_the_client_says_becomes_one_line(client: Client, error: Exception, told: str) -> None:
    client.error = error
    with pytest.raises(WeightsError, match=told):
        hub.fetch("hf:a/b")


def test_what_is_no_weight_file_is_refused(client: Client, tmp_path: Path) -> None:
    client.file = tmp_path / "model.safetensors"
    client.file.write_bytes(b"\x80\x04cos\nsystem\n")
    with pytest.raises(WeightsError):
        mien.from_pretrained("hf:a/b")


def test_without_the_client_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(MissingExtraError, match=r"mien\[hub\]"):
        hub.fetch("hf:a/b")


def test_a_saved_model_is_the_same_bytes_with_a_card(tmp_path: Path) -> None:
    folder = mien.save_pretrained("generate-photo", tmp_path / "faces", model="hf:me/faces")
    shipped = SHIPPED / "generate-photo.safetensors"
    assert (folder / hub.FILE).read_bytes() == shipped.read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == [
        *("README.md", "config.json", "model.safetensors"),
    ]
    shown = (folder / "README.md").read_text(encoding="utf-8")
    assert shown.startswith("---\nlibrary_name: mien\nlicense: apache-2.0\ntags:\n- mien\n")
    assert hashlib.sha256(shipped.read_bytes()).hexdigest() in shown
    assert "mien generate sample --model hf:me/faces" in shown
    assert 'mien.from_pretrained("hf:me/faces")' in shown
    model = mien.from_pretrained(folder, device="cpu")
    assert model.config == mien.from_pretrained("generate-photo", device="cpu").config


def test_nothing_that_is_there_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(OutputError):
        save_pretrained("generate-photo", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.safetensors")), ids=lambda path: path.stem)
def test_everything_that_ships_has_a_card(path: Path) -> None:
    header = read_header(path)
    shown = card(header, sha256="0" * 64, model=path.name)
    assert header.licence.split()[0].lower() in shown.lower()
    assert shown.count("\n---\n") == 1
    for name, value in header.metrics.items():
        if np.isfinite(value):
            assert f"{value:.4g}" in shown, name


def test_a_header_cannot_write_into_the_card(tmp_path: Path) -> None:
    evil = 'x"\n---\nlicense: mit\n[a](javascript:b) | <script>'
    header = WeightHeader("generate", evil, {"a": "```\n# b"}, licence=evil, data=evil)
    path = tmp_path / "a.safetensors"
    save_weights(path, {"a": np.zeros(2, np.float32)}, header)
    shown = card(read_header(path), sha256="0", model="a")
    front = shown.split("\n---\n")[0].splitlines()
    assert [line for line in front if line.startswith("license:")] == ["license: other"]
    assert "\nlicense: mit" not in shown
    assert "<script>" not in shown
    assert shown.count("```") % 2 == 0
    assert "\n# b" not in shown


def test_only_weights_card_and_settings_are_sent(client: Client, cli: Cli, tmp_path: Path) -> None:
    folder = save_pretrained("generate-toon", tmp_path / "faces")
    (folder / "private.jpg").write_bytes(b"mine")
    result = cli("hub", "push", folder, "--name", "me/faces", "--private")
    assert result.code == 0, result.err
    assert result.out.strip() == "https://huggingface.co/me/faces"
    assert client.asked == [
        ("create", "me/faces", True, True),
        ("upload", "me/faces", {"model.safetensors", "README.md", "config.json"}),
    ]


def test_get_and_save_as_commands(client: Client, cli: Cli, tmp_path: Path) -> None:
    assert cli("hub", "get", "some/one", "--out", tmp_path / "a").code == 0
    assert cli("hub", "save", tmp_path / "a", "--out", tmp_path / "b", "--name", "x/y").code == 0
    assert "hf:x/y" in (tmp_path / "b" / "README.md").read_text(encoding="utf-8")
    assert cli("hub", "save", tmp_path / "none", "--out", tmp_path / "c").code == 2
    assert not (tmp_path / "c").exists()


def test_a_folder_with_several_models_has_to_be_asked_for_one(tmp_path: Path) -> None:
    for name in ("a", "b"):
        shutil.copy(SHIPPED / "generate-toon.safetensors", tmp_path / f"{name}.safetensors")
    with pytest.raises(WeightsError, match="2 weight files"):
        find(tmp_path)
    assert find(tmp_path / "a.safetensors").stem == "a"


def test_weights_that_nothing_can_use_alone_are_named() -> None:
    with pytest.raises(WeightsError, match=r"analyser\.translator"):
        mien.from_pretrained("character-translator")
