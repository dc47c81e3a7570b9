from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import av
import numpy as np
import pytest
from PIL import Image as PillowImage

from mien.errors import InputError, OutputError
from mien.io import video
from mien.io.limits import VideoLimits
from mien.io.provenance import Provenance, read_provenance
from mien.seeding import rng
from mien.types import Image

Names: TypeAlias = Callable[[Path], list[str]]

WANTED = "wanted a video (mp4, mov, mkv, webm, avi, gif)"
MADE = Provenance(source="trainedAlgorithmicMedia", job="generate.walk", seed=3)


def frame(number: int, *, width: int = 64, height: int = 48) -> Image:
    """Flat colours that survive compression; the left part grows with the number."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[:] = (200, 40, 90)
    pixels[:, : 2 * number + 4] = (20, 180, 30)
    pixels[:8, -8:] = (250, 250, 250)
    return pixels


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "片段 <b>.mp4"
    video.write_video(path, (frame(number) for number in range(20)), fps=25, provenance=None)
    return path


def error_of(path: Path, **limits: float) -> str:
    """The one line that both doors give."""
    allowed = VideoLimits(**limits)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InputError) as caught:
        video.probe(path, limits=allowed)
    with pytest.raises(InputError) as again:
        list(video.read_frames(path, limits=allowed))
    assert str(caught.value) == str(again.value)
    return str(caught.value).removeprefix(f"{path}: ")


def closeness(first: Image, second: Image) -> float:
    assert first.shape == second.shape
    return float(np.abs(first.astype(int) - second.astype(int)).mean())


def test_a_clip_comes_back(clip: Path) -> None:
    frames = list(video.read_frames(clip))
    assert len(frames) == 20
    for number, pixels in enumerate(frames):
        assert pixels.dtype == np.uint8
        assert pixels.flags.c_contiguous
        assert closeness(pixels, frame(number)) < 3
        # Flat colours far from edges: the matrix and the range were the same both ways.
        assert np.abs(pixels[40, 1].astype(int) - (20, 180, 30)).max() <= 3
        assert np.abs(pixels[40, 60].astype(int) - (200, 40, 90)).max() <= 3


def test_probe(clip: Path) -> None:
    assert video.probe(clip) == video.VideoInfo(
        width=64, height=48, fps=25.0, frames=20, seconds=0.8, rotation=0
    )


@pytest.mark.parametrize(
    ("start", "stop", "step"), [(0, 5, 1), (3, None, 4), (7, 8, 1), (5, 5, 1), (50, None, 1)]
)
def test_ranges_of_frames(clip: Path, start: int, stop: int | None, step: int) -> None:
    wanted = [frame(number) for number in range(20)][start:stop:step]
    found = list(video.read_frames(clip, start=start, stop=stop, step=step))
    assert len(found) == len(wanted)
    assert all(closeness(*pair) < 3 for pair in zip(found, wanted, strict=True))


@pytest.mark.parametrize("wrong", [{"start": -1}, {"step": 0}, {"start": 3, "stop": 2}])
def test_no_such_range(clip: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no such range of frames"):
        video.read_frames(clip, **wrong)  # pyright: ignore[reportArgumentType]


def test_frames_come_one_at_a_time(clip: Path) -> None:
    frames = video.read_frames(clip)
    assert isinstance(frames, Iterator)
    assert closeness(next(frames), frame(0)) < 3
    frames.close()  # pyright: ignore[reportAttributeAccessIssue]
    clip.unlink()


def write_plain(path: Path, kind: str, codec: str, *, rotation: int = 0, count: int = 3) -> None:
    with av.open(str(path), "w", format=kind) as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        if rotation:
            stream.set_display_rotation(rotation)
        for number in range(count):
            picture = av.VideoFrame.from_ndarray(frame(number), format="rgb24")
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotation_is_applied(tmp_path: Path, rotation: int) -> None:
    path = tmp_path / "phone.mp4"
    write_plain(path, "mp4", "libx264", rotation=rotation)
    info = video.probe(path)
    upright = np.rot90(frame(0), rotation // 90)
    assert (info.height, info.width, info.rotation) == (*upright.shape[:2], rotation)
    found = next(video.read_frames(path))
    assert closeness(found, upright) < 8
    row, column = {90: (0, 0), 180: (47, 0), 270: (63, 47)}[rotation]  # of the white corner
    assert found[row, column].min() > 220


@pytest.mark.parametrize(
    ("kind", "codec"),
    [("matroska", "libx264"), ("webm", "libvpx-vp9"), ("avi", "mpeg4"), ("mov", "mpeg4")],
)
def test_other_containers(tmp_path: Path, kind: str, codec: str) -> None:
    path = tmp_path / "clip.any"
    write_plain(path, kind, codec, count=5)
    assert len(list(video.read_frames(path))) == 5
    info = video.probe(path)
    assert (info.width, info.height, info.fps) == (64, 48, 25.0)
    assert info.frames in (0, 5)


def test_a_gif_is_a_clip(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    assert video.write_gif(path, map(frame, range(6)), fps=12, provenance=MADE) == 6
    found = list(video.read_frames(path))
    assert len(found) == 6
    assert max(closeness(pixels, frame(number)) for number, pixels in enumerate(found)) < 3
    assert read_provenance(path) == MADE
    with PillowImage.open(path) as opened:
        assert (opened.n_frames, opened.info["loop"]) == (6, 0)  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(("fps", "delays"), [(12, [80, 90, 80, 80, 90, 80]), (90, [20] * 6)])
def test_the_delays_of_a_gif_keep_the_rate(tmp_path: Path, fps: float, delays: list[int]) -> None:
    path = tmp_path / "a.gif"
    video.write_gif(path, map(frame, range(6)), fps=fps, provenance=None)
    found = []
    with PillowImage.open(path) as opened:
        for number in range(6):
            opened.seek(number)
            found.append(opened.info["duration"])
    assert found == delays


@pytest.mark.parametrize("writer", [video.write_video, video.write_gif])
def test_the_same_frames_give_the_same_bytes(tmp_path: Path, writer: Callable[..., int]) -> None:
    suffix = ".mp4" if writer is video.write_video else ".gif"
    paths = [tmp_path / "a" / f"unusual{suffix}", tmp_path / f"two{suffix}"]
    for path in paths:
        writer(path, map(frame, range(8)), fps=30, provenance=MADE)
    data = paths[0].read_bytes()
    assert data == paths[1].read_bytes()
    assert b"/tmp" not in data
    assert b"unusual" not in data
    assert b"Lavf" not in data


@pytest.mark.parametrize(("width", "height"), [(63, 47), (64, 47), (1, 1), (3, 200)])
def test_odd_sizes_grow_to_even_ones(tmp_path: Path, width: int, height: int) -> None:
    path = tmp_path / "odd.mp4"
    pixels = frame(4, width=max(width, 20), height=max(height, 20))[:height, :width]
    assert video.write_video(path, [pixels] * 3, fps=10, provenance=None) == 3
    info = video.probe(path)
    assert (info.width, info.height) == (width + width % 2, height + height % 2)
    for found in video.read_frames(path):
        assert closeness(found[:height, :width], pixels) < 12


def test_a_browser_finds_what_it_needs(clip: Path) -> None:
    data = clip.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert (stream.color_range, stream.colorspace) == (1, 1)


def test_provenance_is_a_box_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    video.write_video(path, map(frame, range(3)), fps=25, provenance=MADE)
    assert read_provenance(path) == MADE
    assert len(list(video.read_frames(path))) == 3
    data, at, kinds = path.read_bytes(), 0, []
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        kinds.append(kind)
        at += size
    assert at == len(data)
    assert kinds[0] == b"ftyp"
    assert kinds[-1] == b"uuid"


@pytest.mark.parametrize("fps", [29.97, 30000 / 1001, 12.5, 1, 120])
def test_rates(tmp_path: Path, fps: float) -> None:
    path = tmp_path / "a.mp4"
    video.write_video(path, map(frame, range(4)), fps=fps, provenance=None)
    assert video.probe(path).fps == pytest.approx(fps, rel=1e-5)


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf"), 2000])
@pytest.mark.parametrize("writer", [video.write_video, video.write_gif])
def test_impossible_rates(tmp_path: Path, fps: float, writer: Callable[..., int]) -> None:
    suffix = ".mp4" if writer is video.write_video else ".gif"
    with pytest.raises(ValueError, match="frames per second"):
        writer(tmp_path / f"a{suffix}", [frame(0)], fps=fps, provenance=None)


@pytest.mark.parametrize("writer", [video.write_video, video.write_gif])
def test_mistakes_of_the_program_leave_nothing(tmp_path: Path, writer: Callable[..., int]) -> None:
    path = tmp_path / ("a.mp4" if writer is video.write_video else "a.gif")
    with pytest.raises(ValueError, match="a clip of no frames"):
        writer(path, [], fps=25, provenance=None)
    with pytest.raises(ValueError, match=r"frames of one size, not \(40, 64, 3\)"):
        writer(path, [frame(0), frame(1)[:40]], fps=25, provenance=None)
    with pytest.raises(ValueError, match="uint8 frames of one size"):
        writer(path, [frame(0).astype(np.float32)], fps=25, provenance=None)
    with pytest.raises(ZeroDivisionError):
        writer(path, (frame(1 // number) for number in (1, 0)), fps=25, provenance=None)
    with pytest.raises(OutputError) as caught:
        writer(tmp_path / "a.txt", [frame(0)], fps=25, provenance=None)
    wanted = path.suffix
    assert str(caught.value) == (
        f"{tmp_path / 'a.txt'}: the ending .txt is not known; wanted one of {wanted}: rename it"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("writer", [video.write_video, video.write_gif])
def test_an_existing_clip_is_kept_where_asked(tmp_path: Path, writer: Callable[..., int]) -> None:
    path = tmp_path / ("a.mp4" if writer is video.write_video else "a.gif")
    writer(path, [frame(0)], fps=25, provenance=None)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="the name is already taken"):
        writer(path, [frame(1)], fps=25, provenance=None, overwrite=False)
    assert path.read_bytes() == before
    writer(path, [frame(1)] * 2, fps=25, provenance=None)
    assert path.read_bytes() != before


def test_a_full_disk(tmp_path: Path, python: Callable[..., str], names_in: Names) -> None:
    printed = python(
        """
        import resource, sys
        from pathlib import Path
        from mien.errors import OutputError
        from mien.io import video
        from mien.seeding import rng
        folder = Path(sys.argv[1])
        def frames():
            for number in range(6):
                yield rng(number).integers(0, 256, (120, 160, 3)).astype("uint8")
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        for writer, name in ((video.write_video, "a.mp4"), (video.write_gif, "a.gif")):
            try:
                writer(folder / name, frames(), fps=25, provenance=None)
            except OutputError as error:
                print(error)
        """,
        tmp_path,
    )
    assert printed.splitlines() == [
        f"{tmp_path / name}: no space to write it; wanted room on the disk: free some, or choose "
        "another folder with --out"
        for name in ("a.mp4", "a.gif")
    ]
    assert names_in(tmp_path) == []


NO_CLIP = f"not a video that mien can read; {WANTED}: convert it first"


@pytest.mark.parametrize(
    "data",
    [
        b"hello, world\n",
        bytes(5000),
        b"#EXTM3U\n#EXTINF:9,\nfile:///etc/hostname\n",
        b"ffconcat version 1.0\nfile '/etc/hostname'\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n",
    ],
    ids=["text", "zeros", "playlist", "concat", "sdp"],
)
def test_what_is_no_clip(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    assert error_of(path) == NO_CLIP


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_no_clip(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.mp4"
    PillowImage.fromarray(frame(0)).save(path, kind)
    assert error_of(path) == NO_CLIP


def test_missing_empty_and_folder(tmp_path: Path) -> None:
    assert error_of(tmp_path / "no\n.mp4").endswith(
        f"no such file; {WANTED}: check the name and the folder"
    )
    assert error_of(tmp_path) == f"this is a folder; {WANTED}: name the files in it"
    (tmp_path / "a.mp4").touch()
    assert error_of(tmp_path / "a.mp4") == (
        f"the file is empty (0 bytes); {WANTED}: copy or download it again"
    )


def test_a_missing_clip_is_noticed_with_the_first_frame(tmp_path: Path) -> None:
    frames = video.read_frames(tmp_path / "none.mp4", stop=3)
    with pytest.raises(InputError, match="no such file"):
        next(frames)


def test_sound_alone(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=48000)
        assert isinstance(stream, av.AudioStream)
        samples = np.zeros((1, 4096), np.float32)
        sound = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        sound.sample_rate = 48000
        container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    assert error_of(path) == f"no picture in it; {WANTED}: check that it plays"


def test_limits(clip: Path) -> None:
    assert error_of(clip, max_side=63) == (
        "64 x 48 pixels; wanted at most 36 megapixels and 63 pixels a side: scale it down"
    )
    assert error_of(clip, max_pixels=3000) == (
        "64 x 48 pixels; wanted at most 0.003 megapixels and 8192 pixels a side: scale it down"
    )
    assert error_of(clip, max_seconds=0.5) == "1 seconds; wanted at most 0.5: cut it shorter"
    assert error_of(clip, max_frames=19) == "20 frames or more; wanted at most 19: cut it shorter"
    assert error_of(clip, max_bytes=100).endswith("MiB: make it smaller")
    exact = VideoLimits(max_pixels=64 * 48, max_side=64, max_seconds=0.8, max_frames=20)
    assert len(list(video.read_frames(clip, limits=exact))) == 20


def test_frames_are_counted_where_the_header_does_not(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    write_plain(path, "matroska", "libx264", count=5)
    assert video.probe(path).frames == 0
    with pytest.raises(InputError) as caught:
        list(video.read_frames(path, limits=VideoLimits(max_frames=4)))
    assert str(caught.value) == f"{path}: 5 frames or more; wanted at most 4: cut it shorter"
    assert len(list(video.read_frames(path, limits=VideoLimits(max_frames=5)))) == 5


def test_a_stream_that_grows_in_the_middle_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "grows.ts"
    parts = []
    for side in (64, 512):
        part = BytesIO()
        with av.open(part, "w", format="mpegts") as container:
            stream = container.add_stream("mpeg2video", rate=25)
            assert isinstance(stream, av.VideoStream)
            stream.width = stream.height = side
            stream.pix_fmt = "yuv420p"
            for number in range(6):
                picture = av.VideoFrame.from_ndarray(np.full((side, side, 3), 99, np.uint8))
                picture.pts, picture.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        parts.append(part.getvalue())
    path.write_bytes(b"".join(parts))
    sizes: list[int] = []
    frames = video.read_frames(path, limits=VideoLimits(max_pixels=100_000))
    with pytest.raises(InputError, match="the video is damaged or cut off at frame"):
        sizes.extend(pixels.shape[0] for pixels in frames)
    assert sizes
    assert set(sizes) == {64}


@pytest.mark.parametrize(
    ("share", "message"),
    [
        (0.1, f"no picture in it; {WANTED}: check that it plays"),
        (
            0.7,
            "the video is damaged or cut off at frame {frame}; wanted a complete file: copy or "
            "download it again",
        ),
    ],
)
def test_truncated(clip: Path, share: float, message: str) -> None:
    data = clip.read_bytes()
    clip.write_bytes(data[: round(share * len(data))])
    found: list[Image] = []
    with pytest.raises(InputError) as caught:
        found.extend(video.read_frames(clip))
    assert str(caught.value) == f"{clip}: {message.format(frame=len(found))}"
    assert all(closeness(pixels, frame(number)) < 3 for number, pixels in enumerate(found))


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_mutated_files_give_frames_or_an_input_error(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    writer = video.write_video if suffix == ".mp4" else video.write_gif
    writer(path, map(frame, range(6)), fps=25, provenance=MADE)
    data = np.frombuffer(path.read_bytes(), np.uint8)
    limits = VideoLimits(max_pixels=200_000, max_frames=100)
    good, messages = 0, []
    for number in range(120):
        chance = rng("mutations", suffix, number)
        changed = data.copy()
        count = int(chance.integers(1, 6))
        changed[chance.integers(0, len(data), count)] = chance.integers(0, 256, count)
        path.write_bytes(changed.tobytes())
        try:
            info = video.probe(path, limits=limits)
            found = list(video.read_frames(path, limits=limits))
        except InputError as error:
            messages.append(str(error))
        else:
            assert info.width * info.height <= limits.max_pixels
            assert all(pixels.shape[2] == 3 for pixels in found)
            good += 1
    assert good >= 5
    assert len(messages) >= 5
    assert all(len(message.splitlines()) == 1 for message in messages)
