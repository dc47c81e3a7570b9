"""Sources, packs, streams, imports, the head as data."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PillowImage

from mien.data import head_cache, importer
from mien.data.crop import to_square
from mien.data.head_dataset import HeadDataset
from mien.data.pack import Pack, PackInfo, is_pack, read_info, write_info, write_shard
from mien.data.people import HeadSpec, draw_person
from mien.data.sources import open_source, read_celeba_labels
from mien.data.stream import Growth, PictureStream, samples_a_second, to_floats, to_pictures
from mien.errors import InputError, OutputError, TrainingError
from mien.face.align import align_head
from mien.head.schema import MATERIAL_SIZE, SLIDERS
from mien.seeding import rng
from mien.types import Image


def picture(key: int, height: int = 40, width: int = 30) -> Image:
    small = rng(key, "picture").integers(0, 256, (5, 5, 3)).astype(np.uint8)
    return np.array(PillowImage.fromarray(small).resize((width, height)), dtype=np.uint8)


def encoded(image: Image, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    PillowImage.fromarray(image).save(buffer, kind)
    return buffer.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures at two depths, a copy, a broken one, a text, hidden things, a circle."""
    root = tmp_path / "photos"
    (root / "deep" / "deeper").mkdir(parents=True)
    (root / "b.png").write_bytes(encoded(picture(1)))
    (root / "a.JPG").write_bytes(encoded(picture(2), "JPEG"))
    (root / "deep" / "copy.png").write_bytes(encoded(picture(1)))
    (root / "deep" / "deeper" / "c.webp").write_bytes(encoded(picture(3, 90, 90), "WEBP"))
    (root / "deep" / "broken.jpg").write_bytes(encoded(picture(4), "JPEG")[:200])
    (root / "deep" / "empty.png").write_bytes(b"")
    (root / "notes.txt").write_text("not a picture")
    (root / ".hidden.png").write_bytes(encoded(picture(5)))
    (root / "deep" / "circle").symlink_to(root)
    return root


def test_a_folder_is_listed_in_order_at_any_depth(folder: Path) -> None:
    source = open_source(folder)
    assert list(source.names) == [
        *("a.JPG", "b.png", "deep/broken.jpg", "deep/copy.png", "deep/deeper/c.webp"),
        "deep/empty.png",
    ]
    assert source.others == 2
    assert source.read(1) == encoded(picture(1))


@pytest.mark.parametrize("packing", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_a_damaged_member_and_a_name_of_nothing_are_one_line(tmp_path: Path, packing: int) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("a.png", b"0123456789" * 50)
        archive.writestr("nameless", b"x")
    data = path.read_bytes()
    start = data.index(b"a.png") + len(b"a.png")
    hurt = data[: start + 6] + bytes(9) + data[start + 15 :]
    path.write_bytes(hurt)
    source = open_source(path)
    assert list(source.names) == ["a.png"]
    with pytest.raises(InputError, match=r"a\.png"):
        source.read(0)
    with zipfile.ZipFile(path, "w") as archive:
        entry = zipfile.ZipInfo("x")
        entry.filename = ""
        archive.writestr(entry, b"x")
        archive.writestr("b.png", b"x")
    assert list(open_source(path).names) == ["b.png"]


def test_a_zip_is_read_like_its_folder(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("b.png", "deep/copy.png", "notes.txt"):
            archive.write(folder / name, name)
        archive.writestr("__MACOSX/b.png", b"x")
    source = open_source(path)
    assert list(source.names) == ["b.png", "deep/copy.png"]
    assert source.others == 2
    assert source.read(0) == encoded(picture(1))
    with pytest.raises(InputError, match="neither a folder nor a zip"):
        open_source(folder / "notes.txt")
    with pytest.raises(InputError, match="no such file or folder"):
        open_source(folder / "nowhere")
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError, match="no pictures in it"):
        open_source(tmp_path / "none")


def test_celeba_is_known_by_its_layout(tmp_path: Path) -> None:
    (tmp_path / "img_align_celeba").mkdir()
    (tmp_path / "img_align_celeba" / "000001.jpg").write_bytes(encoded(picture(1), "JPEG"))
    (tmp_path / "list_attr_celeba.txt").write_text("1\nMale Smiling\n000001.jpg  1 -1\n")
    (tmp_path / "list_eval_partition.txt").write_text("000001.jpg 2\n")
    assert list(open_source(tmp_path).names) == ["000001.jpg"]
    labels = read_celeba_labels(tmp_path)
    assert labels is not None
    assert labels.attributes == ("Male", "Smiling")
    assert labels.values == {"000001.jpg": (True, False)}
    assert labels.split == {"000001.jpg": "test"}
    (tmp_path / "list_attr_celeba.txt").write_text("1\nMale Smiling\n000001.jpg  1 0\n")
    with pytest.raises(InputError, match="line 3: wanted a file name and 2 values"):
        read_celeba_labels(tmp_path)
    assert read_celeba_labels(tmp_path / "img_align_celeba") is None


def test_a_report_names_what_cannot_be_used(folder: Path) -> None:
    report = importer.check(open_source(folder), size=32)
    assert (report.pictures, report.others, report.usable) == (6, 2, 3)
    assert report.formats == Counter(PNG=1, JPEG=1, WEBP=1)
    assert report.side_range() == (30, 30, 90)
    assert report.duplicates == [["b.png", "deep/copy.png"]]
    assert [one.name for one in report.quarantined] == ["deep/broken.jpg", "deep/empty.png"]
    assert report.small == ["a.JPG", "b.png"]
    lines = "\n".join(report.lines())
    assert "3 of 6 pictures can be used" in lines
    assert "deep/broken.jpg" in lines
    assert str(folder.parent) not in json.dumps(report.as_json()["duplicates"])


def test_the_same_picture_saved_twice_is_noticed(tmp_path: Path) -> None:
    smooth = picture(7, 64, 64)
    (tmp_path / "one.png").write_bytes(encoded(smooth))
    (tmp_path / "two.bmp").write_bytes(encoded(smooth, "BMP"))
    (tmp_path / "three.png").write_bytes(encoded(picture(8, 64, 64)))
    report = importer.check(open_source(tmp_path), size=32)
    assert report.duplicates == []
    assert report.alike == [["one.png", "two.bmp"]]


def test_an_import_is_a_pack(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "pack"
    done: list[int] = []
    report = importer.import_pictures(
        open_source(folder), out, size=16, told=lambda place, total, name: done.append(place)
    )
    assert done == [1, 2, 3, 4, 5, 6]
    pack = Pack(out)
    assert (pack.info.size, pack.info.count, pack.available, pack.whole) == (16, 3, 3, True)
    assert pack.info.crop == {"name": "centre"}
    wanted = to_square(picture(1), 16, "centre")
    assert np.array_equal(pack.take(np.array([1]))[0], wanted)
    assert json.loads((out / "report.json").read_text())["usable"] == report.usable == 3
    with pytest.raises(OutputError, match=r"taken|exists"):
        importer.import_pictures(open_source(folder), out, size=16)
    again = tmp_path / "again"
    importer.import_pictures(open_source(folder), again, size=16)
    assert read_info(again) == read_info(out)


def test_nothing_usable_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.png").write_bytes(b"nonsense")
    with pytest.raises(InputError, match="none of the 1 pictures"):
        importer.import_pictures(open_source(tmp_path / "in"), tmp_path / "out", size=16)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("crop", ["centre", "squeeze"])
def test_crops(crop: str) -> None:
    image = np.zeros((20, 60, 3), np.uint8)
    image[:, 20:40] = 200
    made = to_square(image, 10, crop)  # pyright: ignore[reportArgumentType]
    assert made.shape == (10, 10, 3)
    middle = made[:, 5].mean()
    edge = made[:, 0].mean()
    assert middle > 195
    assert (edge > 195) == (crop == "centre")


def test_faces_are_cropped_as_renders_are_framed(tmp_path: Path) -> None:
    from mien.face.analyse import analyse

    big = HeadSpec(size=400, expression=False, pose_sd=(0.0, 0.0, 0.0))
    drawn = draw_person(big, 4)[1].rgb
    wide = np.pad(drawn, ((60, 60), (200, 40), (0, 0)), mode="edge")
    if not analyse(wide, with_identity=False):
        pytest.skip("the detector does not see this one")
    made = to_square(wide, 64, "face").astype(float)
    wanted = to_square(drawn, 64, "centre").astype(float)
    assert np.abs(made - wanted).mean() < 12


def pack_of(path: Path, count: int, *, shard: int = 10, shards: int | None = None) -> Pack:
    """Pictures whose every value is their row; only some of the shards are there."""
    write_info(path, PackInfo(size=4, count=count, shard=shard))
    for number in range(-(-count // shard) if shards is None else shards):
        rows = np.arange(number * shard, min(count, (number + 1) * shard), dtype=np.uint8)
        pictures = np.broadcast_to(rows[:, None, None, None], (len(rows), 4, 4, 3)).copy()
        pictures[:, :, 0] = 255
        write_shard(path, number, pictures)
    return Pack(path)


def test_packs_grow_and_refuse_what_is_not_there(tmp_path: Path) -> None:
    pack = pack_of(tmp_path, 25, shards=1)
    assert (pack.available, pack.whole) == (10, False)
    with pytest.raises(IndexError, match=r"rows 3..10 of 10"):
        pack.take(np.array([3, 10]))
    pack_of(tmp_path, 25)
    assert (pack.available, pack.whole) == (25, True)
    assert pack.take(np.array([24, 3, 11]))[:, 0, 1, 0].tolist() == [24, 3, 11]
    assert pack.take(np.array([], np.int64)).shape == (0, 4, 4, 3)


def test_damaged_packs_are_refused(tmp_path: Path) -> None:
    pack_of(tmp_path, 25)
    write_shard(tmp_path, 1, np.zeros((9, 4, 4, 3), np.uint8))
    with pytest.raises(InputError, match=r"pictures-00001\.npy: not as it was written"):
        _ = Pack(tmp_path).available
    for content in ("{", "[]", '{"format": 1, "size": 4}', '{"format": 1, "size": 0, "count": 3}'):
        (tmp_path / "pack.json").write_text(content)
        with pytest.raises(InputError, match="damaged"):
            Pack(tmp_path)
    (tmp_path / "pack.json").write_text('{"format": 99}')
    with pytest.raises(InputError, match="newer mien"):
        Pack(tmp_path)
    assert not is_pack(tmp_path / "nowhere")


def test_every_epoch_shows_every_picture_once(tmp_path: Path) -> None:
    stream = PictureStream(pack_of(tmp_path, 25), seed=1)
    epochs = [stream.rows(25 * k, 25) % 25 for k in range(3)]
    assert all(sorted(epoch) == list(range(25)) for epoch in epochs)
    assert not np.array_equal(epochs[0], epochs[1])
    pieces = [stream.take(first, 7)["index"] for first in range(0, 70, 7)]
    assert np.array_equal(np.concatenate(pieces), stream.rows(0, 70))
    other = PictureStream(pack_of(tmp_path, 25), seed=2)
    assert not np.array_equal(other.rows(0, 25), stream.rows(0, 25))


def test_mirrored_pictures_are_numbered_apart(tmp_path: Path) -> None:
    stream = PictureStream(pack_of(tmp_path, 25), seed=1)
    taken = stream.take(0, 200)
    mirrored = taken["index"] >= 25
    assert 60 < mirrored.sum() < 140
    first = to_pictures(taken["image"])[:, 0, 0, 0]
    assert ((first == 255) == ~mirrored).all()
    assert (to_pictures(taken["image"])[:, 0, 1, 0] == taken["index"] % 25).all()
    plain = PictureStream(pack_of(tmp_path, 25), seed=1, mirror=False).take(0, 200)
    assert np.array_equal(plain["index"], taken["index"] % 25)


def test_a_growing_pack_is_drawn_from_as_far_as_it_must_be(tmp_path: Path) -> None:
    waited: list[int] = []
    stream = PictureStream(
        pack_of(tmp_path, 30), seed=1, growth=Growth(10, reuse=3), wait=waited.append
    )
    indices = np.concatenate([stream.take(first, 5)["index"] for first in range(0, 300, 5)]) % 30
    assert waited[:2] == [11, 13]
    places = np.arange(300)
    assert np.all(indices < np.minimum(30, 10 + places // 3))
    assert max(indices[60:]) == 29
    assert waited[-1] == 30
    counts = np.bincount(indices[60:], minlength=30)
    assert counts.min() >= 1
    assert np.array_equal(stream.rows(0, 300)[123:130], stream.rows(123, 7))


def test_a_stream_can_use_some_rows_only(tmp_path: Path) -> None:
    rows = np.array([3, 4, 9, 21])
    stream = PictureStream(pack_of(tmp_path, 25), seed=1, rows=rows, mirror=False)
    taken = stream.take(0, 8)
    assert stream.count == 4
    shown = to_pictures(taken["image"])[:, 0, 1, 0]
    assert np.array_equal(shown, rows[taken["index"]])
    assert sorted(shown[:4]) == [3, 4, 9, 21]


def test_floats_and_pictures_are_each_other() -> None:
    pictures = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1).repeat(3, 3)
    floats = to_floats(pictures)
    assert floats.dtype == np.float32
    assert (float(floats.min()), float(floats.max())) == (-1.0, 1.0)
    assert np.array_equal(to_pictures(floats), pictures)


def test_the_stream_says_how_fast_it_is(tmp_path: Path) -> None:
    stream = PictureStream(pack_of(tmp_path, 25), seed=1)
    assert samples_a_second(stream, 16, seconds=0.05) > 1000


SPEC = HeadSpec(size=16, seed=3)


def test_people_are_framed_like_photos() -> None:
    for index in range(4):
        drawn = draw_person(HeadSpec(size=64), index)[1]
        matrix = align_head(drawn.landmarks, 64).matrix
        assert np.abs(matrix[:, :2] - np.eye(2)).max() < 0.02
        assert np.abs(matrix[:, 2]).max() < 0.6


def test_people_are_keyed_and_shared_by_styles() -> None:
    code, drawn = draw_person(SPEC, 5)
    assert np.array_equal(draw_person(SPEC, 5)[1].rgb, drawn.rgb)
    twin, other = draw_person(HeadSpec(style="toon", size=16, seed=3), 5)
    assert twin.sliders == code.sliders
    assert not np.array_equal(other.rgb, drawn.rgb)
    assert SPEC.digest() != HeadSpec(size=16, seed=4).digest()


def test_the_cache_is_filled_in_the_background(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head_cache, "SHARD", 4)
    pack = head_cache.open_cache(tmp_path, SPEC, 6)
    assert pack.info.count == 8
    done: list[int] = []
    head_cache.fill(pack, SPEC, told=lambda count, total: done.append(count))
    assert done == [4, 8]
    head_cache.wait_for(pack, 6, alive=lambda: False)
    assert np.array_equal(pack.take(np.array([5]))[0], draw_person(SPEC, 5)[1].rgb)
    again = head_cache.open_cache(tmp_path, SPEC, 5)
    assert (again.folder, again.info.count) == (pack.folder, 8)
    larger = head_cache.open_cache(tmp_path, SPEC, 9)
    assert (larger.folder, larger.info.count, larger.available) == (pack.folder, 12, 8)
    with head_cache.growing(pack, SPEC) as alive:
        assert alive()


def test_a_dead_maker_is_reported(tmp_path: Path) -> None:
    pack = head_cache.open_cache(tmp_path, SPEC, 600)
    with pytest.raises(TrainingError, match="0 of 500 are there"):
        head_cache.wait_for(pack, 500, alive=lambda: False)


@pytest.mark.slow
def test_the_maker_is_another_process(tmp_path: Path) -> None:
    pack = head_cache.open_cache(tmp_path, SPEC, 3)
    with head_cache.growing(pack, SPEC) as alive:
        head_cache.wait_for(pack, 3, alive=alive)
    assert pack.available == 500
    assert np.array_equal(pack.take(np.array([2]))[0], draw_person(SPEC, 2)[1].rgb)


def test_the_head_is_a_torch_data_set() -> None:
    from torch.utils.data import DataLoader

    data = HeadDataset(HeadSpec(size=24, seed=1), 3)
    batch = next(iter(DataLoader(data, batch_size=3)))
    assert batch["image"].shape == (3, 3, 24, 24)
    assert batch["labels"].shape == (3, 24, 24)
    assert batch["sliders"].shape == (3, len(SLIDERS))
    assert batch["aus"].shape == (3, 22)
    assert batch["materials"].shape == (3, MATERIAL_SIZE)
    assert batch["normals"].shape == (3, 3, 24, 24)
    assert batch["landmarks"].shape == (3, 68, 2)
    code, drawn = draw_person(data.spec, 2)
    assert np.array_equal(batch["labels"][2].numpy(), drawn.labels)
    assert np.allclose(batch["pose"][2].numpy(), code.pose.as_tuple())
    assert batch["image"].dtype == torch.float32
    with pytest.raises(IndexError):
        data[3]
