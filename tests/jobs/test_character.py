"""`mien character` through the command line: what comes out, what is refused, what is left."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import io
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

import mien
from mien.app.cli import main
from mien.io.image import read_image
from mien.io.mark import LOUDEST
from mien.io.provenance import Provenance, from_mapping, read_provenance
from mien.jobs.character import results
from mien.jobs.character.results import OWN
from mien.persona.character import read_character
from mien.seeding import rng
from mien.types import Image

SOURCES = Path(mien.__file__).parents[1]
MARKER = "Zq7Marker"
FILES = {
    *("params.json", "texture.png", "photo.png", "render.png", "neutral.png"),
    *("side-by-side.png", "turntable.mp4", "head.glb"),
}
FRAMES = 3
"""Of the turntable in these tests."""
GPS_TAG, GPS = 0x8825, {1: "N", 2: (48.0, 51.0, 29.6), 3: "E", 4: (2.0, 17.0, 40.2)}


@dataclasses.dataclass(frozen=True)
class Ran:
    """One command line: exit code, lines of result, lines about it, and where it wrote."""

    code: int
    out: tuple[str, ...]
    err: tuple[str, ...]
    folder: Path

    @property
    def skipped(self) -> tuple[str, ...]:
        """The listed reasons, without their indent."""
        starts = [k for k, line in enumerate(self.err) if line.startswith("skipped: ")]
        return tuple(line.strip() for line in self.err[starts[0] + 1 :]) if starts else ()


def run(folder: Path, *words: str | Path) -> Ran:
    """A command line in this process, in English."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(["--lang", "en", *(str(word) for word in words)])
    said, told = (tuple(stream.getvalue().splitlines()) for stream in (out, err))
    return Ran(code, said, told, folder)


def fit(folder: Path, photos: Sequence[Path], *words: str | Path) -> Ran:
    return run(folder, "character", "fit", *photos, "--out", folder, "--size", "128", *words)


@pytest.fixture(scope="module", autouse=True)
def _quick() -> Any:
    """Turntables are short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(results, "turning", functools.partial(results.turning, frames=FRAMES))
        yield


def portrait(astronaut: Image) -> Image:
    return np.ascontiguousarray(astronaut[:256, 80:400])


def save_with_exif(path: Path, picture: Image, **options: Any) -> None:
    """A JPEG with a maker, a place and a comment that no result may hold."""
    exif = Pillow.Exif()
    exif[0x010E] = f"{MARKER} description"
    exif[0x010F] = f"{MARKER} maker"
    exif[GPS_TAG] = GPS
    path.parent.mkdir(parents=True, exist_ok=True)
    comment = f"{MARKER} comment".encode()
    Pillow.fromarray(picture).save(path, quality=95, exif=exif, comment=comment, **options)


@pytest.fixture(scope="module")
def mixed(astronaut: Image, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Good and bad inputs in one command line."""
    place = tmp_path_factory.mktemp("mixed") / f"{MARKER} folder"
    person = portrait(astronaut)
    save_with_exif(place / "照片" / "小明.jpg", person)
    save_with_exif(place / "<img src=x>.jpg", person)
    Pillow.fromarray(np.concatenate([person, person], axis=1)).save(place / "two.png")
    noise = rng("noise").integers(0, 256, (200, 240, 3)).astype(np.uint8)
    Pillow.fromarray(noise).save(place / "noise.png")
    (place / "empty.jpg").touch()
    (place / "text.jpg").write_text("Dear diary,\n" * 50)
    (place / "cut.jpg").write_bytes((place / "照片" / "小明.jpg").read_bytes()[:6000])
    (place / "folder.jpg").mkdir()
    names = ("照片/小明.jpg", "empty.jpg", "text.jpg", "<img src=x>.jpg", "cut.jpg", "folder.jpg")
    photos = [place / name for name in (*names, "missing.jpg", "noise.png", "two.png")]
    return fit(place / "out", photos)


def results_of(ran: Ran) -> list[str]:
    return sorted(path.name for path in ran.folder.iterdir())


def test_bad_files_never_stop_the_rest(mixed: Ran) -> None:
    assert mixed.code == 3
    out = mixed.folder
    wanted = ["小明", "<img src=x>", "two", "two.face2"]
    assert list(mixed.out) == [str(out / name) for name in wanted]
    assert results_of(mixed) == sorted(wanted)
    for name in wanted:
        assert {path.name for path in (out / name).iterdir()} == FILES


def test_every_bad_file_has_its_own_line(mixed: Ran) -> None:
    place = mixed.folder.parent
    picture = "wanted a JPEG, PNG, WebP, BMP, GIF or TIFF picture"
    assert mixed.skipped == (
        f"{place}/empty.jpg: the file is empty (0 bytes); {picture}: copy or download it again",
        f"{place}/text.jpg: not a picture that mien can read; {picture}: convert it first",
        f"{place}/cut.jpg: the JPEG picture is damaged or cut off; wanted a complete file: "
        "copy or download it again",
        f"{place}/folder.jpg: this is a folder; {picture}: name the files in it",
        f"{place}/missing.jpg: no such file; {picture}: check the name and the folder",
        f"{place}/noise.png: no face was found; wanted a face of at least 80 pixels, seen from the "
        "front: use a larger or clearer photo.",
    )
    assert "skipped: 6" in mixed.err[-7]


def test_progress_and_notes_come_once(mixed: Ran) -> None:
    assert sum("9/9" in line for line in mixed.err) == 1
    licence = [line for line in mixed.err if "iBUG 300-W" in line]
    assert len(licence) <= 1
    assert any(line.startswith("two.png: ") or "several faces" in line for line in mixed.err)


def test_only_bad_files_is_exit_code_two(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    ran = fit(tmp_path / "out", [tmp_path / "empty.jpg", tmp_path / "missing.jpg"])
    assert ran.code == 2
    assert ran.out == ()
    assert len(ran.skipped) == 2
    assert not (tmp_path / "out").exists()


def test_no_photo_at_all(tmp_path: Path) -> None:
    ran = run(tmp_path, "character", "fit")
    assert ran.code == 2
    assert len(ran.err) == 1
    assert "PHOTO" in ran.err[0] or "photo" in ran.err[0]


def test_two_faces_are_two_characters(mixed: Ran) -> None:
    first, second = (read_character(mixed.folder / name) for name in ("two", "two.face2"))
    for name in ("two", "two.face2"):
        assert read_image(mixed.folder / name / "photo.png").shape == (128, 128, 3)
    # The same person twice: alike, but each fitted in its own place.
    keys = first.code.sliders.keys() | second.code.sliders.keys()
    away = [first.code.sliders.get(k, 0) - second.code.sliders.get(k, 0) for k in keys]
    assert np.abs(away).mean() < 0.1
    left, right = (read_image(mixed.folder / name / "photo.png") for name in ("two", "two.face2"))
    assert np.abs(left.astype(int) - right).mean() < 40


def test_pictures_are_of_the_asked_size(mixed: Ran) -> None:
    place = mixed.folder / "小明"
    for name in ("photo", "render", "neutral"):
        assert read_image(place / f"{name}.png").shape == (128, 128, 3)
    assert read_image(place / "side-by-side.png").shape == (128, 3 * 128 + 16, 3)
    render, neutral = (read_image(place / f"{name}.png") for name in ("render", "neutral"))
    assert not np.array_equal(render, neutral)
    side = read_image(place / "side-by-side.png")
    # Each file carries a mark of its own over the same picture.
    for part, alone in ((side[:, 136:264], render), (side[:, 272:], neutral)):
        assert np.abs(part.astype(int) - alone).max() <= 2 * LOUDEST


def test_render_png_is_made_again_byte_for_byte(mixed: Ran, tmp_path: Path) -> None:
    for name in ("小明", "<img src=x>", "two.face2"):
        params, again = mixed.folder / name / "params.json", tmp_path / "again.png"
        ran = run(tmp_path, "head", "render", "--params", params, "--out", again, "--overwrite")
        assert ran.code == 0, ran.err
        assert again.read_bytes() == (mixed.folder / name / "render.png").read_bytes()


def extras_of(glb: Path) -> dict[str, Any]:
    data = glb.read_bytes()
    magic, version, length = struct.unpack_from("<4sII", data)
    assert (magic, version, length) == (b"glTF", 2, len(data))
    size, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON"
    return json.loads(data[20 : 20 + size])["asset"]["extras"]


def test_every_output_says_where_it_comes_from(mixed: Ran) -> None:
    place = mixed.folder / "小明"
    made_by = read_character(place).provenance
    assert made_by.source == "compositeSynthetic"
    assert made_by.job == "character.fit"
    assert len(made_by.models) >= 1
    assert made_by.request
    for name in sorted(FILES - {"params.json", "head.glb", "photo.png"}):
        assert read_provenance(place / name) == made_by, name
    crop = read_provenance(place / "photo.png")
    assert crop == dataclasses.replace(made_by, source=None)  # the user's own photo, cropped
    found = extras_of(place / "head.glb")
    assert found["source"].endswith("/compositeSynthetic")
    assert found["job"] == "character.fit"
    assert tuple(found["models"]) == made_by.models
    written = json.loads((place / "params.json").read_text("utf-8"))["provenance"]
    assert from_mapping(found) == from_mapping(written) == made_by
    assert found["AIGC"]["Label"] == "1"


def test_nothing_of_the_input_but_its_pixels_is_in_any_output(mixed: Ran) -> None:
    photo = mixed.folder.parent / "照片" / "小明.jpg"
    source = photo.read_bytes()
    assert MARKER.encode() in source
    with Pillow.open(photo) as opened:
        assert opened.getexif().get_ifd(GPS_TAG)
    secrets = [MARKER, "小明", "照片", "img src", str(mixed.folder), "/tmp", os.environ["HOME"]]
    forms = [s.encode(kind) for s in secrets for kind in ("utf-8", "utf-16-le", "utf-16-be")]
    paths = [path for path in mixed.folder.rglob("*") if path.is_file()]
    assert len(paths) == 4 * len(FILES)
    for path in paths:
        data = path.read_bytes()
        for secret in forms:
            assert secret not in data, path.name
        if path.suffix == ".png":
            assert b"eXIf" not in data
            with Pillow.open(path) as opened:
                assert not opened.getexif()
                assert MARKER not in str(opened.info)
        elif path.suffix == ".json":
            assert MARKER not in json.dumps(json.loads(data), ensure_ascii=False)


def test_identity_descriptors_are_never_written(mixed: Ran) -> None:
    text = (mixed.folder / "小明" / "params.json").read_text("utf-8")
    assert "embedding" not in text
    assert "descriptor" not in text
    numbers = [v for v in json.loads(text).values() if isinstance(v, list)]
    assert numbers == []


def test_an_existing_result_is_kept(mixed: Ran, tmp_path: Path) -> None:
    photo = mixed.folder.parent / "<img src=x>.jpg"
    out = tmp_path / "out"
    shutil.copytree(mixed.folder / "<img src=x>", out / "<img src=x>")
    before = snapshot(out / "<img src=x>")
    ran = fit(out, [photo])
    assert (ran.code, ran.out) == (0, (str(out / "<img src=x>-2"),))
    assert snapshot(out / "<img src=x>") == before
    # The same photo and request: the same bytes, whatever the folder is called.
    assert snapshot(out / "<img src=x>-2") == before


def test_overwrite_replaces_what_is_mien_s_alone(mixed: Ran, tmp_path: Path) -> None:
    photo, out = mixed.folder.parent / "<img src=x>.jpg", tmp_path / "out"
    place = out / "<img src=x>"
    shutil.copytree(mixed.folder / "<img src=x>", place)
    before = snapshot(place)
    (place / "render.png").write_bytes(b"old")
    ran = fit(out, [photo], "--overwrite")
    assert (ran.code, ran.out) == (0, (str(place),))
    assert snapshot(place) == before
    (place / "my notes.txt").write_text("mine")
    ran = fit(out, [photo], "--overwrite")
    assert ran.code == 2
    assert "my notes.txt" in ran.skipped[0]
    assert (place / "my notes.txt").read_text() == "mine"
    assert snapshot(place) == {**before, "my notes.txt": b"mine"}
    assert results_of(ran) == ["<img src=x>"]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# -- kinds of pictures ---------------------------------------------------------------------------


def _grey(path: Path, picture: Image) -> None:
    Pillow.fromarray(picture).convert("L").save(path)


def _rgba(path: Path, picture: Image) -> None:
    Pillow.fromarray(picture).convert("RGBA").save(path)


def _cmyk(path: Path, picture: Image) -> None:
    Pillow.fromarray(picture).convert("CMYK").save(path, quality=95)


def _deep(path: Path, picture: Image) -> None:
    grey = np.asarray(Pillow.fromarray(picture).convert("L"), np.uint16)
    Pillow.fromarray(grey * 257).save(path)


def _rotated(path: Path, picture: Image) -> None:
    """Lies on its side; EXIF says how to turn it."""
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turn clockwise by 90 degrees to show
    Pillow.fromarray(np.ascontiguousarray(np.rot90(picture))).save(path, quality=95, exif=exif)


KINDS: dict[str, Callable[[Path, Image], None]] = {
    "grey.png": _grey,
    "rgba.png": _rgba,
    "cmyk.jpg": _cmyk,
    "deep.png": _deep,
    "rotated.jpg": _rotated,
}


@pytest.fixture(scope="module")
def kinds(astronaut: Image, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    place = tmp_path_factory.mktemp("kinds")
    person = portrait(astronaut)
    for name, save in KINDS.items():
        save(place / name, person)
    Pillow.fromarray(person).save(place / "plain.png")
    return fit(place / "out", [place / name for name in ("plain.png", *KINDS)])


def test_every_kind_of_picture_works(kinds: Ran) -> None:
    assert kinds.code == 0, kinds.skipped
    assert results_of(kinds) == ["cmyk", "deep", "grey", "plain", "rgba", "rotated"]


@pytest.mark.parametrize("name", [Path(name).stem for name in KINDS])
def test_the_kind_does_not_change_the_person(name: str, kinds: Ran) -> None:
    plain = read_image(kinds.folder / "plain" / "photo.png").astype(float)
    other = read_image(kinds.folder / name / "photo.png").astype(float)
    if name in ("grey", "deep"):
        assert np.ptp(other, axis=2).max() == 0
        plain, other = plain.mean(2), other.mean(2)
    # The same crop of the same face: upright, in place.
    assert np.corrcoef(plain.ravel(), other.ravel())[0, 1] > 0.9
    code = read_character(kinds.folder / name).code
    first = read_character(kinds.folder / "plain").code
    assert abs(code.pose.yaw - first.pose.yaw) < 6.0
    assert abs(code.pose.roll - first.pose.roll) < 4.0
    if name == "rgba":
        assert code == first


def test_a_tiny_face_is_fitted_with_a_warning(astronaut: Image, tmp_path: Path) -> None:
    small = Pillow.fromarray(astronaut).resize((150, 150), Pillow.Resampling.LANCZOS)
    small.save(tmp_path / "tiny.png")
    ran = fit(tmp_path / "out", [tmp_path / "tiny.png"])
    assert ran.code == 0, ran.skipped
    assert any(line.startswith("tiny: the face is small") for line in ran.err)


def test_a_face_too_small_to_measure_says_so(astronaut: Image, tmp_path: Path) -> None:
    dot = Pillow.fromarray(astronaut).resize((64, 64), Pillow.Resampling.LANCZOS)
    canvas = Pillow.new("RGB", (640, 640), (128, 128, 128))
    canvas.paste(dot, (300, 300))
    canvas.save(tmp_path / "dot.png")
    ran = fit(tmp_path / "out", [tmp_path / "dot.png"])
    assert ran.code == 2
    (reason,) = ran.skipped
    assert reason.startswith(f"{tmp_path}/dot.png: no face was found; wanted a face of at least")


@pytest.mark.parametrize("likeness", ["off", "detail"])
def test_less_likeness(likeness: str, mixed: Ran, tmp_path: Path) -> None:
    photo = mixed.folder.parent / "<img src=x>.jpg"
    ran = fit(tmp_path, [photo], "--likeness", likeness)
    assert ran.code == 0
    place = tmp_path / "<img src=x>"
    assert (place / "texture.png").exists() == (likeness == "detail")
    source = "algorithmicMedia" if likeness == "off" else "compositeSynthetic"
    made_by = read_provenance(place / "neutral.png")
    assert isinstance(made_by, Provenance)
    assert made_by.source == source


# -- edit ----------------------------------------------------------------------------------------


@pytest.fixture
def character(mixed: Ran, tmp_path: Path) -> Path:
    place = tmp_path / "小明"
    shutil.copytree(mixed.folder / "小明", place)
    return place


def edit(place: Path, *words: str | Path) -> Ran:
    return run(place.parent, "character", "edit", place, *words)


def test_an_edit_changes_the_mesh_and_leaves_the_original(character: Path) -> None:
    before = snapshot(character)
    ran = edit(character, "--set", "nose_width=1.5", "--set", "jaw_width=-1")
    changed = character.parent / "小明-2"
    assert (ran.code, ran.out) == (0, (str(changed),))
    assert snapshot(character) == before
    after = snapshot(changed)
    assert set(after) == FILES
    for name in ("head.glb", "neutral.png", "render.png", "turntable.mp4", "params.json"):
        assert after[name] != before[name], name
    assert np.array_equal(read_image(character / "photo.png"), read_image(changed / "photo.png"))
    old, new = read_character(character), read_character(changed)
    assert new.code.sliders == {**old.code.sliders, "nose_width": 1.5, "jaw_width": -1.0}
    assert new.code.materials == old.code.materials
    assert new.provenance.job == "character.edit"
    assert new.provenance.request != old.provenance.request
    assert new.provenance.source == old.provenance.source
    assert vertices_of(changed / "head.glb") != vertices_of(character / "head.glb")


def vertices_of(glb: Path) -> list[Any]:
    """Lowest and highest corners of all meshes."""
    data = glb.read_bytes()
    (size,) = struct.unpack_from("<I", data, 12)
    accessors = json.loads(data[20 : 20 + size])["accessors"]
    return [(one["min"], one["max"]) for one in accessors if one["type"] == "VEC3" and "min" in one]


def test_hair_is_changed_by_name(character: Path) -> None:
    ran = edit(character / "params.json", "--hair", "afro")
    assert ran.out == (str(character.parent / "小明-2"),)
    assert read_character(character.parent / "小明-2").code.hair == "afro"


def test_overwrite_edits_in_place(character: Path) -> None:
    ran = edit(character, "--set", "nose_width=1.0", "--overwrite")
    assert (ran.code, ran.out) == (0, (str(character),))
    assert read_character(character).code.sliders["nose_width"] == 1.0
    assert sorted(path.name for path in character.parent.iterdir()) == ["小明"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "nose_widht=0.3"), ("nose_widht", "nose_width")),
        (("--set", "nose_width=9"), ("nose_width", "9", "2.5")),
        (("--set", "nose_width=-2.6"), ("nose_width", "-2.6", "2.5")),
        (("--set", "nose_width=nan"), ("nose_width", "nan")),
        (("--set", "nose_width=inf"), ("nose_width", "inf")),
        (("--set", "nose_width=wide"), ("nose_width", "wide")),
        (("--set", "nose_width"), ("nose_width",)),
        (("--hair", "mohawk"), ("mohawk", "did you mean")),
        ((), ("nothing to change",)),
    ],
)
def test_a_bad_edit_is_one_line_and_changes_nothing(
    words: tuple[str, ...], said: tuple[str, ...], character: Path
) -> None:
    before = snapshot(character)
    ran = edit(character, *words)
    assert ran.code == 2
    assert ran.out == ()
    assert len(ran.err) == 1
    for part in said:
        assert part in ran.err[0]
    assert snapshot(character) == before
    assert sorted(path.name for path in character.parent.iterdir()) == ["小明"]


def test_an_edit_of_nothing(tmp_path: Path) -> None:
    ran = run(tmp_path, "character", "edit", tmp_path / "nobody", "--hair", "bob")
    assert ran.code == 2
    (line,) = ran.err
    assert line.endswith(
        f"{tmp_path}/nobody: no such file; wanted the params.json of a character: "
        "check the name and the folder"
    )


# -- killed, and out of space --------------------------------------------------------------------

SCRIPT = """
import functools, resource, signal, sys
limit = int(sys.argv[1])
if limit:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
from mien.app.cli import main
sys.exit(main(["--lang", "en", *sys.argv[2:]]))
"""


def started(limit: int, *words: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(limit), *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(SOURCES)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.parametrize("limit", [2_000, 30_000, 400_000])
def test_a_full_disk_leaves_nothing_half_written(limit: int, mixed: Ran, tmp_path: Path) -> None:
    photo, out = mixed.folder.parent / "<img src=x>.jpg", tmp_path / "out"
    process = started(limit, "character", "fit", photo, "--out", out, "--size", "256")
    printed, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert printed == ""
    assert "Traceback" not in said
    lines = said.splitlines()
    assert lines[-2].startswith("skipped: 1")
    assert str(out) in lines[-1]
    assert not out.exists() or list(out.iterdir()) == []


@pytest.mark.slow
def test_a_kill_in_the_middle_leaves_no_half_result(mixed: Ran, tmp_path: Path) -> None:
    photo, out = mixed.folder.parent / "<img src=x>.jpg", tmp_path / "out"
    process = started(0, "character", "fit", photo, "--out", out, "--size", "512")
    end = time.monotonic() + 100
    while time.monotonic() < end and process.poll() is None:
        if out.is_dir() and any(out.glob(".mien-tmp-*/new/params.json")):
            break
        time.sleep(0.002)
    assert process.poll() is None, process.communicate()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    left = [path.name for path in out.iterdir()]
    assert left
    assert all(name.startswith(".mien-tmp-") for name in left)
    # The next run takes the leftovers away and finishes the work.
    from mien.io import atomic

    atomic._swept.discard(out)
    ran = fit(out, [photo])
    assert ran.code == 0
    assert results_of(ran) == ["<img src=x>"]
    assert {path.name for path in (out / "<img src=x>").iterdir()} == FILES


# -- requests ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--size", "64"), ("--size", "64", "128")),
        (("--size", "4000"), ("--size", "4000", "1024")),
        (("--likeness", "much"), ("much", "full")),
        (("--sise", "256"), ("--sise", "--size")),
    ],
)
def test_bad_options_are_one_line(
    words: tuple[str, ...], said: tuple[str, ...], tmp_path: Path
) -> None:
    ran = run(tmp_path, "character", "fit", tmp_path / "a.jpg", *words)
    assert ran.code == 2
    assert len(ran.err) == 1
    for part in said:
        assert part in ran.err[0]


def test_names_that_could_harm_a_terminal_are_escaped(tmp_path: Path) -> None:
    evil = tmp_path / "a\x1b[31mb\u202egpj.exe"
    evil.write_text("no picture")
    ran = fit(tmp_path / "out", [evil])
    assert ran.code == 2
    said = "\n".join(ran.err)
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "\\x1b" in said


def test_everything_a_character_holds_is_mien_s() -> None:
    assert set(OWN) >= FILES


def test_the_turning_head_begins_and_ends_in_front(mixed: Ran) -> None:
    neutral = read_character(mixed.folder / "two").neutral()
    frames = list(results.turning(neutral, frames=4))
    assert len(frames) == 4
    assert all(frame.shape == (288, 288, 3) for frame in frames)
    assert np.array_equal(frames[0], frames[2])  # sin 0 = sin pi: straight ahead twice
    assert not np.array_equal(frames[1], frames[3])
