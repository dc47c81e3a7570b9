"""Where files come in, and honest files for every such door."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow


@dataclasses.dataclass(frozen=True)
class Door:
    """One place where files come in.

    seeds   honest files that it opens, by name in the folder of seeds
    open    what it does with a file; the result is not looked at
    """

    seeds: tuple[str, ...]
    open: Callable[[Path], object]


class Evil:
    """What no reader may build: its pickle asks for a command to be run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch hacked",)


def write_seeds(folder: Path) -> None:
    """All honest files, and some that were never honest."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = np.mgrid[:24, :32]
    picture = np.stack([rows[0] * 9, rows[1] * 7, rows.sum(0) * 4], 2).astype(np.uint8)
    _pictures(folder, picture)
    _weights(folder)
    _tables(folder)
    _texts(folder)
    _archives(folder)
    (folder / "a.glb").write_bytes(square_model())


def _pictures(folder: Path, picture: np.ndarray) -> None:
    from mien.io.image import write_image
    from mien.io.provenance import Provenance
    from mien.io.video import write_gif, write_video

    made = Provenance(source="algorithmicMedia", job="head.render", seed=1)
    for suffix in ("png", "jpg", "webp"):
        write_image(folder / f"a.{suffix}", picture, provenance=made)
    plain = Pillow.fromarray(picture)
    for name, mode in (("grey.png", "L"), ("alpha.png", "RGBA"), ("pal.png", "P")):
        plain.convert(mode).save(folder / name)
    plain.convert("CMYK").save(folder / "cmyk.jpg")
    Pillow.fromarray(picture[..., 0].astype(np.uint16) * 257).save(folder / "deep.png")
    for suffix in ("bmp", "gif", "tiff"):
        plain.save(folder / f"a.{suffix}")
    plain.save(folder / "lzw.tiff", compression="tiff_lzw")
    frames = [np.roll(picture, k, 1) for k in range(3)]
    write_video(folder / "a.mp4", frames, fps=10, provenance=made)
    write_gif(folder / "moving.gif", frames, fps=10, provenance=made)


def _weights(folder: Path) -> None:
    import torch

    from mien.io.weights import WeightHeader, save_weights

    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(4, np.float16)}
    save_weights(folder / "a.safetensors", arrays, WeightHeader("express", "tiny"))
    state = {"module.a": torch.ones(2, 3), "module.b": torch.zeros(4)}
    torch.save(state, folder / "a.pth")
    torch.save({"state_dict": state, "epoch": 3}, folder / "a.ckpt")
    torch.save(state, folder / "old.pth", _use_new_zipfile_serialization=False)
    (folder / "evil.pth").write_bytes(pickle.dumps({"a": Evil()}))
    (folder / "evil.lm2s").write_bytes(pickle.dumps({"a": Evil()}))


def _tables(folder: Path) -> None:
    from mien.data.landmark_files import imglab, lm2, lm2s, plain, pts, table
    from mien.persona.driver import driver_of, write_driver

    points = np.array([(3.0 * k, 2.0 * k + 5) for k in range(68)], np.float64)
    plain.write_ck(folder / "ck.txt", points)
    plain.write_mmi(folder / "mmi.txt", points)
    pts.write_pts(folder / "a.pts", points)
    lm2.write_lm2(folder / "a.lm2", lm2.named(points))
    lm2s.write_lm2s(folder / "a.lm2s", {"bs000_N_0": points})
    imglab.write_imglab(folder / "a.xml", {"a.jpg": [points]})
    table.write_table(folder / "points.csv", {"a.jpg": points})
    write_driver(folder / "driver.csv", driver_of(np.arange(4) / 25, np.full((4, 22), 0.25)))
    names = ["AU01_r", "AU02_r", "AU12_r"]
    head = "frame, face_id, timestamp, confidence, success, " + ", ".join(names)
    lines = [f"{k}, 0, {k / 25:.3f}, 0.98, 1, 0.5, 1.5, 2.5" for k in range(1, 4)]
    (folder / "openface.csv").write_text("\n".join([head, *lines]) + "\n")
    (folder / "attributes.csv").write_text("name,AU01,AU02\na.jpg,0.5,0.25\nb.jpg,0,1\n")
    celeba = "2\nBald Smiling\na.jpg  1 -1\nb.jpg -1  1\n"
    (folder / "list_attr_celeba.txt").write_text(celeba)
    values = b"".join(struct.pack("<f", 0.5) for _ in range(99))
    (folder / "db_description").write_bytes(
        struct.pack("<i", 2) + (b"\x0500001" + values) + (b"\x0500002" + values)
    )


def _texts(folder: Path) -> None:
    from mien.data.head_recipe import HeadRecipe
    from mien.head.render import View
    from mien.head.sample import sample
    from mien.io.provenance import Provenance
    from mien.persona.character import Character, to_json

    made = Provenance("compositeSynthetic", "character.fit", inputs=(("photos", "0" * 64),))
    values = to_json(Character(sample(3, 0), View(), None, made), texture_name=None)
    (folder / "params.json").write_text(json.dumps(values))
    recipe = dataclasses.asdict(HeadRecipe(count=4))
    (folder / "recipe.json").write_text(json.dumps(recipe))
    told = {"format": 1, "crop": {"name": "head-256"}, "estimated": 0}
    (folder / "labels.json").write_text(json.dumps(told))
    schema = {
        "format": 1,
        "parameters": [
            {"name": "a", "low": 0.0, "high": 1.0, "default": 0.5},
            {"name": "b", "options": ["x", "y"], "default": "x"},
        ],
    }
    (folder / "schema.json").write_text(json.dumps(schema))


def _archives(folder: Path) -> None:
    data = (folder / "a.png").read_bytes()
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.png", "b/c.png", "notes.txt"):
            archive.writestr(name, data)
    with zipfile.ZipFile(folder / "slips.zip", "w") as archive:
        for name in ("../../out.png", "/etc/out.png", "C:\\out.png", "..\\out.png", "a\0b.png"):
            archive.writestr(zipfile.ZipInfo(name), data)
        link = zipfile.ZipInfo("link.png")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.png", data + bytes(2**27))
    for how, name in ((zipfile.ZIP_BZIP2, "bz2.zip"), (zipfile.ZIP_LZMA, "lzma.zip")):
        with zipfile.ZipFile(folder / name, "w", how) as archive:
            archive.writestr("a.png", data)
    with tarfile.open(folder / "a.tar", "w") as archive:
        for name in ("a.png", "../../out.png", "/etc/out.png"):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE):
            entry = tarfile.TarInfo("link.png")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)


def square_model() -> bytes:
    """A binary glTF file by hand: a square with one morph target, made by nobody's exporter."""
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    arrays = [corners, corners * 0.25, np.array([0, 1, 2, 0, 2, 3], np.uint16)]
    views, binary = [], b""
    for array in arrays:
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": array.nbytes})
        binary += array.tobytes()
    kinds = [("VEC3", 5126, 4), ("VEC3", 5126, 4), ("SCALAR", 5123, 6)]
    primitive = {"attributes": {"POSITION": 0}, "indices": 2, "targets": [{"POSITION": 1}]}
    document = {
        "asset": {"version": "2.0", "generator": "mien", "extras": {"source": None}},
        "buffers": [{"byteLength": len(binary)}],
        "bufferViews": views,
        "accessors": [
            {"bufferView": k, "type": kind, "componentType": number, "count": count}
            for k, (kind, number, count) in enumerate(kinds)
        ],
        "meshes": [
            {"primitives": [{**primitive, "material": 0}], "extras": {"targetNames": ["raise"]}}
        ],
        "materials": [{"name": "skin"}],
        "nodes": [{"mesh": 0, "translation": [0, 10, 0]}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
    }
    written = json.dumps(document).encode()
    written += b" " * (-len(written) % 4)
    size = 28 + len(written) + len(binary)
    head = struct.pack("<IIIII", 0x46546C67, 2, size, len(written), 0x4E4F534A)
    return head + written + struct.pack("<II", len(binary), 0x004E4942) + binary


# ---------------------------------------------------------------- doors


def _clip(path: Path) -> None:
    from mien.io.sound import has_sound
    from mien.io.video import probe, read_frames

    probe(path)
    has_sound(path)
    for _ in read_frames(path, stop=4):
        ...


def _weight_file(path: Path) -> None:
    from mien.io.weights import load_weights, read_header

    read_header(path)
    load_weights(path, expected_job="express")


def _zip(path: Path) -> None:
    from mien.data.importer import check
    from mien.data.sources import open_source

    check(open_source(path), size=16)


def _inspect(path: Path) -> None:
    from mien.app.commands.inspect import describe, words
    from mien.app.commands.replay import provenance_of

    provenance_of(path)
    words(describe(path))


def _model(path: Path) -> None:
    from mien.jobs.character.engines.glb import GlbEngine

    engine = GlbEngine(path, 16)
    engine.render({})


def _beside(name: str, opened: Callable[[Path], object]) -> Callable[[Path], object]:
    """A door that looks for a file of this name in a folder."""

    def run(path: Path) -> object:
        place = path.parent / name
        path.replace(place)
        try:
            return opened(path.parent)
        finally:
            place.unlink(missing_ok=True)

    return run


def all_doors() -> dict[str, Door]:
    """Every door by name; importing them is left to the process that opens files."""
    from mien.data.attributes import read_attributes
    from mien.data.face_to_parameter import open_database
    from mien.data.game_faces import read_face, read_role
    from mien.data.head_recipe import read_recipe
    from mien.data.labelled_set import read_labels
    from mien.data.landmark_files import imglab, lm2, lm2s, plain, pts, table
    from mien.data.sources import read_celeba_labels
    from mien.io.foreign import load_foreign
    from mien.io.image import read_image
    from mien.jobs.character.engines.training_set import read_set
    from mien.persona.character import read_character
    from mien.persona.driver import read_driver

    pictures = ("a.png", "a.jpg", "a.webp", "a.bmp", "a.gif", "a.tiff", "lzw.tiff")
    pictures += ("grey.png", "alpha.png", "pal.png", "deep.png", "cmyk.jpg", "moving.gif")
    marked = ("a.png", "a.jpg", "a.webp", "a.mp4", "a.glb", "params.json", "a.safetensors")
    archives = ("a.zip", "slips.zip", "bomb.zip", "bz2.zip", "lzma.zip", "a.tar")
    return {
        "picture": Door(pictures, read_image),
        "clip": Door(("a.mp4", "moving.gif"), _clip),
        "weights": Door(("a.safetensors",), _weight_file),
        "checkpoint": Door(("a.pth", "a.ckpt", "old.pth", "evil.pth", "a.tar"), load_foreign),
        "lm2s": Door(("a.lm2s", "evil.lm2s"), lm2s.read_lm2s),
        "lm2": Door(("a.lm2",), lm2.read_lm2),
        "pts": Door(("a.pts",), pts.read_pts),
        "points": Door(("ck.txt", "mmi.txt"), plain.read_plain),
        "imglab": Door(("a.xml",), imglab.read_imglab),
        "table": Door(("points.csv",), table.read_table),
        "driver": Door(("driver.csv", "openface.csv"), read_driver),
        "attributes": Door(("attributes.csv", "openface.csv"), read_attributes),
        "celeba": Door(
            ("list_attr_celeba.txt",), _beside("list_attr_celeba.txt", read_celeba_labels)
        ),
        "params": Door(("params.json",), read_character),
        "recipe": Door(("recipe.json",), read_recipe),
        "labels": Door(("labels.json",), _beside("labels.json", read_labels)),
        "schema": Door(("schema.json",), _beside("schema.json", read_set)),
        "database": Door(("db_description",), open_database),
        "face": Door(("db_description",), read_face),
        "role": Door(("db_description",), read_role),
        "model": Door(("a.glb",), _model),
        "archive": Door(archives, _zip),
        "inspect": Door(marked, _inspect),
    }
