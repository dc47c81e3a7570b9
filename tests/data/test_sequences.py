"""Clips and folders of frames, with names as people have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mien.data.clip_stream import Clips, ClipStream, Variation, clips_of_sequences, nearest
from mien.data.head_clips import ClipSpec, draw_clip
from mien.data.sequences import list_sequences, natural, read_sequences
from mien.errors import InputError
from mien.io.image import write_image
from mien.types import Landmarks

SPEC = ClipSpec(size=64, frames=5)


def landmark_lines(points: Landmarks) -> str:
    """As CK+ writes them, with its spaces."""
    return "".join(f"   {x:.7e}   {y:.7e} \n" for x, y in points)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two subjects as in CK+, in a folder with a name that nobody tests with, and rubbish."""
    root = tmp_path_factory.mktemp("Cohn Kanade+ v1.2 (数据)")
    for index, subject in enumerate(("S001", "S 022.b")):
        clip = draw_clip(SPEC, index)
        for frame, (picture, points) in enumerate(zip(clip.truth, clip.landmarks, strict=True)):
            # 8, 9, 10, ...: the order of the text is another one.
            path = root / subject / "006" / f"{subject}_006_{frame + 8}.PNG"
            write_image(path.with_suffix(".png"), picture, provenance=None)
            path.with_suffix(".png").rename(path)
            path.with_name(f"{path.stem}_landmarks.txt").write_text(landmark_lines(points))
    (root / ".DS_Store").write_bytes(b"\0\0")
    (root / "S001" / "006" / "._S001_006_9.PNG").write_bytes(b"\0")
    (root / "S001" / "Emotion").mkdir()
    (root / "S001" / "Emotion" / "S001_006_12_emotion.txt").write_text("3\n")
    return root


def test_folders_as_ck_has_them(folder: Path) -> None:
    found, left_out = read_sequences(folder, 48)
    assert left_out == ()
    assert [one.subject for one in found] == ["S001", "S 022.b"]
    assert [one.name for one in found] == ["S001/006", "S 022.b/006"]
    for one, index in zip(found, (0, 1), strict=True):
        assert one.neutral
        assert one.frames.shape == (5, 48, 48, 3)
        truth = draw_clip(SPEC, index)
        eyes = one.landmarks[0, 36:48].mean(0)
        assert eyes[0] == pytest.approx(48 * 0.5 - 0.5, abs=0.5)
        # In natural order the faces move as the clip does.
        moved, wanted = (
            np.diff(points[:, 30], axis=0) for points in (one.landmarks, truth.landmarks)
        )
        scale = np.ptp(one.landmarks[0, :, 0]) / np.ptp(truth.landmarks[0, :, 0])
        assert np.allclose(moved, wanted * scale, atol=0.6)


def test_names_are_put_in_order() -> None:
    flat = [f"S001_006_{k:08d}.png" for k in range(1, 5)] + [
        f"S002_001_{k}.png" for k in range(8, 13)
    ]
    found = list_sequences(flat[::-1])
    assert [(one.subject, len(one.names)) for one in found] == [("S001", 4), ("S002", 5)]
    assert found[1].names[:3] == ("S002_001_8.png", "S002_001_9.png", "S002_001_10.png")
    (clip,) = list_sequences(["b.jpg", "a 10.jpg", "a 9.jpg", "c².jpg", "ä.jpg"])
    assert clip.names == ("c².jpg", "ä.jpg", "b.jpg", "a 9.jpg", "a 10.jpg") or len(clip.names) == 5
    (dotted,) = list_sequences([f"clip.v2/frame.{k}.jpg" for k in (10, 2, 1, 3)])
    assert [name.split(".")[-2] for name in dotted.names] == ["1", "2", "3", "10"]
    assert natural("a2") < natural("a10")


def test_what_is_too_short_is_left_out(folder: Path, tmp_path: Path) -> None:
    short = tmp_path / "short"
    for subject in ("A", "B"):
        (short / subject).mkdir(parents=True)
        for path in sorted((folder / "S001" / "006").glob("S001*"))[: 4 if subject == "B" else 99]:
            (short / subject / path.name).write_bytes(path.read_bytes())
    found, left_out = read_sequences(short, 32)
    assert [one.subject for one in found] == ["A"]
    assert "B: 2 frames with a face" in left_out[0]
    with pytest.raises(InputError, match="no such clip or folder"):
        read_sequences(tmp_path / "nowhere", 32)


@pytest.fixture(scope="module")
def clips(folder: Path) -> Clips:
    return clips_of_sequences(read_sequences(folder, 32)[0])


def test_samples_depend_on_their_place_alone(clips: Clips) -> None:
    one, other = (ClipStream(clips, seed=3) for _ in range(2))
    whole = one.take(0, 12)
    parts = [other.take(first, 4) for first in (8, 0, 4)]
    for name, values in whole.items():
        joined = np.concatenate([parts[1][name], parts[2][name], parts[0][name]])
        assert np.array_equal(values, joined), name
    assert sorted(whole["index"][:8] % one.count) == list(range(8))
    assert whole["image"].shape == (12, 3, 32, 32)
    assert whole["gate"].shape == (12, 1, 32, 32)
    assert not np.array_equal(ClipStream(clips, seed=4).take(0, 12)["image"], whole["image"])


def test_a_plain_stream_shows_the_clip_as_it_is(clips: Clips) -> None:
    stream = ClipStream(clips, seed=0, variation=Variation(False, 0.0, 0.0), ancestor=True)
    batch = stream.take(0, 8)
    for row, number in enumerate(batch["index"]):
        clip, frame = stream.rows[number]
        frames = clips.read(int(clip)).frames
        for name, place in (("photo", 0), ("image", frame), ("last", frame - 1)):
            shown = np.rint((batch[name][row].transpose(1, 2, 0) + 1) * 127.5)
            assert np.array_equal(shown, frames[place]), name
    assert set(np.unique(batch["edges"])) == {-1.0, 1.0}


def test_neighbours_in_time_are_no_sources() -> None:
    still = np.tile(draw_clip(SPEC, 0).landmarks[:1], (40, 1, 1))
    still[:, :, 0] += np.arange(40)[:, None] * 0.1
    found = nearest(still, 20, count=6)
    assert len(found) == 6
    assert np.abs(found - 20).min() >= 8
    assert set(found[:2].tolist()) == {12, 28}
