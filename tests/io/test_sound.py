from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from mien.errors import InputError
from mien.io.provenance import Provenance, read_provenance
from mien.io.sound import has_sound, with_sound
from mien.io.video import probe, read_frames, read_tags, write_video

MADE_BY = Provenance(source="compositeSynthetic", job="reenact.run")


def frames(count: int) -> list[np.ndarray]:
    return [np.full((64, 80, 3), 5 * k, np.uint8) for k in range(count)]


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    path = tmp_path / "silent.mp4"
    write_video(path, frames(20), fps=20, provenance=None)
    return path


def sounding(path: Path, *, seconds: float, codec: str) -> Path:
    """A clip of some pictures with a tone."""
    rate = 44100
    with av.open(str(path), mode="w") as container:
        video = container.add_stream("mpeg4", rate=Fraction(20))
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"  # type: ignore[attr-defined]
        audio = container.add_stream(codec, rate=rate, layout="mono")
        for _ in range(round(20 * seconds)):
            picture = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
            container.mux(video.encode(picture))  # type: ignore[attr-defined]
        tone = np.sin(np.arange(round(rate * seconds)) * 440 * 2 * np.pi / rate)
        wave = av.AudioFrame.from_ndarray(
            (tone * 9000).astype(np.int16)[None], format="s16", layout="mono"
        )
        wave.sample_rate = rate
        container.mux(audio.encode(wave))  # type: ignore[attr-defined]
        for stream in (video, audio):
            container.mux(stream.encode(None))  # type: ignore[attr-defined]
    return path


def streams(path: Path) -> dict[str, float]:
    with av.open(str(path)) as container:
        return {
            one.type: float((one.duration or 0) * (one.time_base or 0)) for one in container.streams
        }


def test_sound_is_put_under_the_pictures(tmp_path: Path, silent: Path) -> None:
    clip = sounding(tmp_path / "talk.mp4", seconds=1.0, codec="aac")
    assert has_sound(clip)
    assert not has_sound(silent)
    out = tmp_path / "out.mp4"
    with_sound(silent, clip, out, provenance=MADE_BY)
    assert set(streams(out)) == {"video", "audio"}
    assert streams(out)["audio"] == pytest.approx(1.0, abs=0.1)
    assert probe(out).frames == 20
    assert read_provenance(out) == MADE_BY
    for made, given in zip(read_frames(out), read_frames(silent), strict=True):
        assert np.array_equal(made, given)


def test_sound_that_is_too_long_is_cut(tmp_path: Path, silent: Path) -> None:
    clip = sounding(tmp_path / "long.mp4", seconds=4.0, codec="aac")
    out = tmp_path / "out.mp4"
    with_sound(silent, clip, out, provenance=None)
    assert 1.0 <= streams(out)["audio"] < 1.8


def test_sound_that_an_mp4_cannot_hold_is_told(tmp_path: Path, silent: Path) -> None:
    clip = sounding(tmp_path / "talk.avi", seconds=1.0, codec="pcm_s16le")
    out = tmp_path / "out.mp4"
    with pytest.raises(ValueError, match=r"\w"):
        with_sound(silent, clip, out, provenance=None)
    assert not out.exists()
    assert [one.name for one in tmp_path.iterdir() if "tmp" in one.name] == []


def test_without_any_sound_the_pictures_stay_silent(tmp_path: Path, silent: Path) -> None:
    out = tmp_path / "out.mp4"
    with_sound(silent, silent, out, provenance=MADE_BY)
    assert set(streams(out)) == {"video"}
    assert probe(out).frames == 20
    assert read_provenance(out) == MADE_BY


def test_what_is_no_clip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(b"no clip")
    with pytest.raises(InputError, match=r"x\.mp4"):
        has_sound(path)


def test_tags_in_no_known_encoding_are_no_reason_to_stop(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    write_video(path, frames(3), fps=10, provenance=MADE_BY)
    label = b'"ContentProducer":"mien"'
    data = path.read_bytes()
    assert label in data
    path.write_bytes(data.replace(label, b'"ContentProducer":"\xff\xfe\xff\xfe"'))
    assert not has_sound(path)
    assert read_tags(path) != {}


def test_sound_can_begin_later(tmp_path: Path, silent: Path) -> None:
    clip = sounding(tmp_path / "talk.mp4", seconds=1.6, codec="aac")
    out = tmp_path / "out.mp4"
    with_sound(silent, clip, out, provenance=None, begin=1.2)
    assert streams(out)["audio"] == pytest.approx(0.4, abs=0.1)
    with av.open(str(out)) as container:
        first = next(one for one in container.demux(audio=0) if one.pts is not None)
        assert first.pts is not None
        assert first.time_base is not None
        assert 0 <= float(first.pts * first.time_base) < 0.05
