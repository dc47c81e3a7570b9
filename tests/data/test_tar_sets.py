"""Tar shards: packed by anybody in any order, read by any number of processes, hostile ones."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mien.app.cli import main
from mien.data import tar_pack
from mien.data.backends import Backend
from mien.data.ledger import Ledger
from mien.data.pack import PackInfo, write_info, write_shard
from mien.data.people import HeadSpec, draw_person
from mien.data.stream import to_pictures
from mien.data.tar_index import samples_of
from mien.data.tar_pack import HeadSamples, PackSamples, PictureSamples, pack
from mien.data.tar_set import TarSet, is_tar_set
from mien.data.tar_stream import TarStream
from mien.errors import InputError, OutputError
from mien.io.image import write_image
from mien.seeding import rng
from mien.train.distributed import World
from mien.train.feed import Feed

COUNT, SIDE = 23, 16


def pictures(count: int = COUNT) -> Any:
    return rng("tar", "pictures").integers(0, 256, (count, SIDE, SIDE, 3)).astype(np.uint8)


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """A pack of 23 pictures."""
    folder = tmp_path / "pack"
    write_info(folder, PackInfo(size=SIDE, count=COUNT, shard=COUNT, licence="CC0-1.0"))
    write_shard(folder, 0, pictures())
    return folder


@pytest.fixture
def tars(known: Path, tmp_path: Path) -> Path:
    """The same in shards of four."""
    pack(PackSamples(known), tmp_path / "tars", shard=4)
    return tmp_path / "tars"


def test_what_is_packed_is_read(tars: Path) -> None:
    read = TarSet(tars)
    assert [one.samples for one in read.shards] == [4, 4, 4, 4, 4, 3]
    assert (len(read), read.info.size, read.info.licence) == (COUNT, SIDE, "CC0-1.0")
    rows = np.array([22, 0, 7, 7, 13])
    assert np.array_equal(read.take(rows), pictures()[rows])
    assert read.labels(9) == {"number": 9}
    assert set(read.sample(3)) == {"png", "json"}
    with pytest.raises(IndexError):
        read.take(np.array([COUNT]))


def test_the_layout_is_that_of_webdataset(tars: Path) -> None:
    with tarfile.open(tars / "shard-000001.tar") as archive:
        assert archive.getnames() == [
            f"{number:09d}.{kind}" for number in range(4, 8) for kind in ("png", "json")
        ]
        assert {member.mtime for member in archive.getmembers()} == {0}


def test_other_peoples_shards_are_read_without_an_index(tars: Path, tmp_path: Path) -> None:
    for name in ("index.json", "plan.json"):
        (tars / name).unlink()
    assert is_tar_set(tars)
    read = TarSet(tars)
    assert (len(read), read.info.size) == (COUNT, 0)
    assert np.array_equal(read.picture(5), pictures()[5])
    assert not is_tar_set(tmp_path / "nothing")


def test_packing_goes_on_where_it_was_stopped(known: Path, tars: Path, tmp_path: Path) -> None:
    whole = {path.name: path.read_bytes() for path in tars.iterdir() if path.is_file()}
    again = tmp_path / "again"
    calls: list[int] = []

    def stop(more: int) -> None:
        calls.append(more)
        if len(calls) == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pack(PackSamples(known), again, shard=4, told=stop)
    assert Ledger(again).left(6) == [2, 3, 4, 5]
    assert not (again / "index.json").exists()
    made: list[int] = []
    pack(PackSamples(known), again, shard=4, told=made.append)
    assert sum(made) == COUNT - 8  # what was whole is not made again
    assert {path.name: path.read_bytes() for path in again.iterdir() if path.is_file()} == whole


def test_a_shard_without_an_entry_is_made_again(known: Path, tars: Path) -> None:
    (tars / "shard-000002.tar").write_bytes(b"half")
    (tars / "ledger" / "000002.json").unlink()
    pack(PackSamples(known), tars, shard=4)
    assert np.array_equal(TarSet(tars).picture(9), pictures()[9])


@pytest.mark.slow
def test_several_processes_pack_the_same_bytes(known: Path, tars: Path, tmp_path: Path) -> None:
    pack(PackSamples(known), tmp_path / "b", shard=4, backend=Backend("local", 2))
    for path in tars.glob("*.tar"):
        assert (tmp_path / "b" / path.name).read_bytes() == path.read_bytes()


def test_another_plan_does_not_mix_in(known: Path, tars: Path, tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        pack(PackSamples(known), tars, shard=5)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "a.txt").write_text("mine")
    with pytest.raises(OutputError):
        pack(PackSamples(known), tmp_path / "mine", shard=4)


def test_a_folder_of_pictures_keeps_its_bytes_or_is_cropped(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, picture in enumerate(pictures(3)):
        write_image(folder / f"person {number}.png", picture.repeat(2, 1), provenance=None)
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    left = pack(PictureSamples(folder), tmp_path / "a", shard=2)
    assert (left.samples, left.unusable, left.shards) == (3, 1, 2)
    first = sorted(folder.iterdir())[1]
    assert TarSet(tmp_path / "a").sample(0)["png"] == first.read_bytes()
    pack(PictureSamples(folder, SIDE), tmp_path / "b", shard=2)
    assert TarSet(tmp_path / "b").take(np.arange(3)).shape == (3, SIDE, SIDE, 3)
    for path in (*(tmp_path / "a").rglob("*"), *(tmp_path / "b").rglob("*")):
        assert path.is_dir() or b"person" not in path.read_bytes()  # names are often people's


def test_the_head_is_drawn_into_shards_with_its_truth(tmp_path: Path) -> None:
    spec = HeadSpec(size=24)
    pack(HeadSamples(spec, 3), tmp_path / "head", shard=2)
    read = TarSet(tmp_path / "head")
    code, drawn = draw_person(spec, 2)
    assert np.array_equal(read.picture(2), drawn.rgb)
    assert read.labels(2)["code"]["sliders"] == dict(code.sliders)
    assert np.allclose(read.labels(2)["landmarks"], drawn.landmarks, atol=1e-3)
    assert read.info.crop["name"] == "head-256"


def stream_of(tars: Path, seed: int = 3, window: int = 2) -> TarStream:
    return TarStream(TarSet(tars), seed=seed, window=window)


@pytest.mark.parametrize("window", [1, 2, 3, 6, 100])
def test_an_epoch_has_every_sample_once(tars: Path, window: int) -> None:
    stream = stream_of(tars, window=window)
    for epoch in range(3):
        rows = stream.rows(epoch * COUNT, COUNT) % COUNT
        assert sorted(rows.tolist()) == list(range(COUNT))
    assert not np.array_equal(stream.rows(0, COUNT), stream.rows(COUNT, COUNT))
    assert not np.array_equal(stream.rows(0, COUNT), stream_of(tars, 4).rows(0, COUNT))


def test_the_pictures_are_those_of_the_index(tars: Path) -> None:
    batch = stream_of(tars).take(5, 12)
    shown = to_pictures(batch["image"])
    for one, index in zip(shown, batch["index"], strict=True):
        wanted = pictures()[index % COUNT]
        assert np.array_equal(one, wanted[:, ::-1] if index >= COUNT else wanted)
    assert {int(index) >= COUNT for index in batch["index"]} == {False, True}


@pytest.mark.parametrize(("size", "batch"), [(1, 4), (2, 4), (3, 2), (5, 1)])
def test_any_number_of_ranks_reads_all_and_nothing_twice(tars: Path, size: int, batch: int) -> None:
    """As the training loop reads: each rank its own lanes of every step."""
    seen: list[int] = []
    steps = -(-2 * COUNT // (size * batch))
    for rank in range(size):
        with Feed(stream_of(tars), World(rank, size), size=batch, lanes=size) as feed:
            for step in range(steps):
                for part in feed.step(step):
                    seen += part["index"].tolist()
    alone = stream_of(tars).rows(0, steps * size * batch)
    assert sorted(seen) == sorted(alone.tolist())
    assert len(seen) >= 2 * COUNT


def test_a_reader_that_was_stopped_goes_on_exactly(tars: Path) -> None:
    straight = stream_of(tars).rows(0, 60)
    with Feed(stream_of(tars), World(1, 2), size=3, lanes=2) as feed:
        resumed = [part["index"].tolist() for step in range(4, 10) for part in feed.step(step)]
    assert resumed == [straight[(2 * step + 1) * 3 :][:3].tolist() for step in range(4, 10)]


def tar_of(path: Path, members: list[tuple[Any, bytes]]) -> Path:
    with tarfile.open(path, "w") as archive:
        for member, data in members:
            header = tarfile.TarInfo(member) if isinstance(member, str) else member
            header.size = len(data)
            archive.addfile(header, io.BytesIO(data))
    return path


def link(name: str, kind: bytes) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.type, header.linkname = kind, "/etc/passwd"
    return header


@pytest.mark.parametrize(
    "member",
    [
        *("../a.png", "/a.png", "x/../../a.png", "a\\..\\b.png", ".png", "noextension"),
        "a" * 300 + ".png",
        *(link("a.png", kind) for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE)),
    ],
    ids=lambda m: f"link-{m.type!r}" if isinstance(m, tarfile.TarInfo) else m[:12],
)
def test_hostile_members_are_refused(tmp_path: Path, member: Any) -> None:
    with pytest.raises(InputError):
        samples_of(tar_of(tmp_path / "a.tar", [(member, b"")]))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"no tar at all" * 100,
        lambda data: data[:1300],
        lambda data: b"\x1f\x8b" + data,
        lambda data: data[:100] + b"\xff" * 50 + data[150:],
    ],
    ids=["empty", "text", "cut", "gzip", "header"],
)
def test_a_damaged_tar_is_one_line(
    tars: Path, tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(damage((tars / "shard-000000.tar").read_bytes()))
    with pytest.raises(InputError, match="not a whole uncompressed tar"):
        samples_of(path)


def test_a_large_or_double_member_is_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("a.png")
    header.size = 2**40
    (tmp_path / "bomb.tar").write_bytes(header.tobuf() + bytes(1024))
    with pytest.raises(InputError):
        samples_of(tmp_path / "bomb.tar")
    twice = [("a.png", b"1"), ("a.png", b"2")]
    with pytest.raises(InputError, match="one name"):
        samples_of(tar_of(tmp_path / "twice.tar", twice))


@pytest.mark.parametrize(
    "change",
    [
        {"format": 99},
        {"shards": [{"name": "../x.tar", "samples": COUNT, "sha256": ""}]},
        {"shards": [{"name": "a.tar", "samples": -1, "sha256": ""}]},
        {"shards": []},
        {"info": {"size": SIDE}},
        {"shards": 5},
    ],
    ids=str,
)
def test_a_damaged_index_is_one_line(tars: Path, change: dict[str, Any]) -> None:
    values = {**json.loads((tars / "index.json").read_text()), **change}
    (tars / "index.json").write_text(json.dumps(values))
    with pytest.raises(InputError):
        TarSet(tars)


def test_a_shard_that_is_not_as_told_is_refused(tars: Path) -> None:
    (tars / "shard-000000.tar").write_bytes((tars / "shard-000005.tar").read_bytes())
    with pytest.raises(InputError):
        TarSet(tars).picture(0)
    assert TarSet(tars).picture(4).shape == (SIDE, SIDE, 3)


def test_pictures_of_other_sizes_do_not_train(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    write_image(folder / "a.png", pictures(1)[0].repeat(2, 1), provenance=None)
    pack(PictureSamples(folder), tmp_path / "a")
    with pytest.raises(InputError, match="pack with --size"):
        TarSet(tmp_path / "a").take(np.array([0]))


def test_the_command(known: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    words = ["data", "pack", str(known), "--out", str(out), "--shard", "10", "--workers", "1"]
    assert main(words) == 0
    assert "23 samples in 3 shards" in capsys.readouterr().out
    assert main(words) == 0  # nothing is left to do
    words = ["data", "pack", "head", "--count", "2", "--size", "16", "--workers", "1"]
    assert main([*words, "--out", str(tmp_path / "head")]) == 0
    assert len(TarSet(tmp_path / "head")) == 2


def test_training_reads_shards(tars: Path) -> None:
    """A set of one size stands where a pack does."""
    from mien.data.stream import PictureStream

    stream = PictureStream(TarSet(tars), seed=1)
    assert stream.take(0, 5)["image"].shape == (5, 3, SIDE, SIDE)


def test_the_datasets_library_reads_the_shards(tars: Path) -> None:
    datasets = pytest.importorskip("datasets", reason="datasets is not installed (extra [scale])")
    files = sorted(str(path) for path in tars.glob("*.tar"))
    read = datasets.load_dataset("webdataset", data_files=files, split="train", streaming=True)
    found = list(read)
    assert [one["json"]["number"] for one in found] == list(range(COUNT))
    assert np.array_equal(np.asarray(found[7]["png"].convert("RGB")), pictures()[7])


def test_the_plan_is_that_of_the_module() -> None:
    assert tar_pack.shard_name(12) == "shard-000012.tar"
