"""Clips: frames in, with limits and rotation applied; mp4 and GIF out, with provenance.

Only ordinary containers are opened, through a file that Python opened: a playlist that names other
files or addresses is refused.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import math
import struct
from collections.abc import Iterable, Iterator
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import av
import numpy as np
from av.codec.context import Flags as CodecFlags
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image as PillowImage

from mien.errors import InputError, MienError, OutputError
from mien.io import aigc
from mien.io.atomic import atomic_file, atomic_write_bytes
from mien.io.files import check_file, output_errors, write_error
from mien.io.limits import VIDEO_LIMITS, VideoLimits
from mien.io.marking import marked_frames
from mien.io.names import terminal_safe
from mien.io.provenance import Provenance, xmp_packet
from mien.messages import text
from mien.types import Image

_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mpegts,mpeg"
_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # of XMP in ISO media files
MP4_FLAGS = "+faststart+use_metadata_tags"
"""The table of contents first, and tags of any name."""
_BT709, _LIMITED, _FULL = 1, 1, 2  # FFmpeg's numbers of the matrix and of the two ranges
_GIF_SAMPLE = 128  # pixels a side that a frame's palette is made from
_GIF_FASTEST = 2  # hundredths of a second; viewers slow down anything shorter


@dataclasses.dataclass(frozen=True)
class VideoInfo:
    """What a clip says about itself.

    width, height   of a frame as shown, after rotation, in pixels
    fps             average frames per second
    frames          number of frames; 0 where the file does not say
    seconds         length; 0 where the file does not say
    rotation        degrees by which stored frames are turned counter-clockwise: 0, 90, 180, 270
    """

    width: int
    height: int
    fps: float
    frames: int
    seconds: float
    rotation: int


def probe(path: Path, *, limits: VideoLimits = VIDEO_LIMITS) -> VideoInfo:
    """Size, rate and length of a clip; one frame of it is decoded.

    Raises InputError with one line where there is no such clip, or where it is too large or too
    long: that is checked on what its header says, before anything is decoded.
    """
    with _opened(path, limits) as (_, stream, frames):
        frame = next(frames, None)
        if frame is None:
            raise _error("io.video.empty", path, wanted=text("io.wanted.video"))
        turns = _quarter_turns(frame)
        size = (stream.width, stream.height)
        return VideoInfo(
            *(size if turns % 2 == 0 else size[::-1]),
            fps=float(stream.average_rate or stream.guessed_rate or 25),
            frames=stream.frames,
            seconds=_seconds(stream),
            rotation=90 * turns,
        )


def read_frames(
    path: Path,
    *,
    start: int = 0,
    stop: int | None = None,
    step: int = 1,
    limits: VideoLimits = VIDEO_LIMITS,
) -> Iterator[Image]:
    """Frames start, start + step, ... before stop, each (height, width, 3) RGB uint8, upright.

    start, stop, step   numbers of frames, counted from 0 as they are shown; stop None: to the end

    Frames are decoded one at a time as they are asked for. Raises InputError as `probe` does, with
    the first frame at the latest; later where the clip turns out to be damaged, or longer than its
    header says and than the limits allow.
    """
    if start < 0 or step < 1 or (stop is not None and stop < start):
        raise ValueError(f"no such range of frames: {start}, {stop}, {step}")
    wanted = range(start, limits.max_frames if stop is None else stop, step)
    return _read(path, wanted, limits, to_end=stop is None)


def _read(path: Path, wanted: range, limits: VideoLimits, *, to_end: bool) -> Iterator[Image]:
    with _opened(path, limits) as (_, _, frames):
        count = 0
        for frame in frames:
            if count >= limits.max_frames:
                raise _error("io.video.frames", path, frames=count + 1, limit=limits.max_frames)
            if not to_end and count >= wanted.stop:
                return
            if count in wanted:
                yield _upright_pixels(frame, path, count)
            count += 1
    if count == 0:
        raise _error("io.video.empty", path, wanted=text("io.wanted.video"))


def _upright_pixels(frame: VideoFrame, path: Path, number: int) -> Image:
    try:
        pixels = frame.to_ndarray(format="rgb24")
    except Exception as problem:  # a pixel format that cannot be converted
        raise _error("io.video.damaged", path, frame=number) from problem
    return np.ascontiguousarray(np.rot90(pixels, _quarter_turns(frame)), dtype=np.uint8)


def _error(key: str, path: Path, **values: object) -> InputError:
    return InputError(text(key, path=terminal_safe(path), **values))


@contextlib.contextmanager
def _opened(
    path: Path, limits: VideoLimits
) -> Iterator[tuple[InputContainer, VideoStream, Iterator[VideoFrame]]]:
    check_file(path, max_bytes=limits.max_bytes, wanted="io.wanted.video")
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
            container = stack.enter_context(demuxer(file))
        except PermissionError as problem:
            raise _error("io.read.permission", path, wanted=text("io.wanted.video")) from problem
        except Exception as problem:  # whatever FFmpeg says, it is not a clip
            raise _error("io.video.format", path, wanted=text("io.wanted.video")) from problem
        if not container.streams.video:
            raise _error("io.video.empty", path, wanted=text("io.wanted.video"))
        stream = container.streams.video[0]
        if getattr(stream, "codec_context", None) is None:  # no decoder for it
            raise _error("io.video.format", path, wanted=text("io.wanted.video"))
        _check_stream(stream, path, limits)
        # A stream may change its size in the middle; the decoder then refuses what is too large.
        stream.codec_context.options = {"max_pixels": str(limits.max_pixels)}
        yield container, stream, _decoded(container, stream, path)


def demuxer(file: IO[bytes]) -> InputContainer:
    """An open clip of one of the ordinary containers, which reaches no other file or address."""
    return av.open(
        file,
        mode="r",
        options={"format_whitelist": _CONTAINERS, "protocol_whitelist": "file"},
        metadata_errors="replace",
    )


def _decoded(container: InputContainer, stream: VideoStream, path: Path) -> Iterator[VideoFrame]:
    count = 0
    frames = container.decode(stream)
    while True:
        try:
            frame = next(frames)
        except StopIteration:
            return
        except Exception as problem:  # decoders fail in many ways: all mean a broken clip
            raise _error("io.video.damaged", path, frame=count) from problem
        yield frame
        count += 1


def _check_stream(stream: VideoStream, path: Path, limits: VideoLimits) -> None:
    width, height = stream.width, stream.height
    if width < 1 or height < 1:
        raise _error("io.video.empty", path, wanted=text("io.wanted.video"))
    if width * height > limits.max_pixels or max(width, height) > limits.max_side:
        limit = {"limit": f"{limits.max_pixels / 1e6:g}", "side": limits.max_side}
        raise _error("io.video.pixels", path, width=width, height=height, **limit)
    seconds = _seconds(stream)
    if seconds > limits.max_seconds:
        shown = {"seconds": f"{seconds:.0f}", "limit": f"{limits.max_seconds:g}"}
        raise _error("io.video.seconds", path, **shown)
    if stream.frames > limits.max_frames:
        raise _error("io.video.frames", path, frames=stream.frames, limit=limits.max_frames)


def _seconds(stream: VideoStream) -> float:
    if stream.duration is not None and stream.time_base is not None:
        return max(0.0, float(stream.duration * stream.time_base))
    duration = stream.container.duration if isinstance(stream.container, InputContainer) else None
    return max(0.0, (duration or 0) / av.time_base)


def _quarter_turns(frame: VideoFrame) -> int:
    """Counter-clockwise quarter turns that show a frame upright, 0 to 3."""
    return round(frame.rotation / 90) % 4


def write_video(
    path: Path,
    frames: Iterable[Image],
    *,
    fps: float,
    provenance: Provenance | None,
    overwrite: bool = True,
    over: Image | None = None,
) -> int:
    """Writes an mp4 (H.264, yuv420p, BT.709) that every browser plays; returns its frames.

    path         ends in .mp4
    frames       (height, width, 3) RGB uint8, all of one size; at least one; taken one at a time
    fps          frames per second
    provenance   goes into the file as an XMP box; None: none
    overwrite    replace an existing file; otherwise an existing name is an error
    over         the photo that the frames were made of, for the mark: see `mien.io.mark`

    An odd width or height grows by one pixel, a copy of the last column or row. One encoder
    thread, no time stamps: the same frames give the same bytes with the same libx264. Raises
    OutputError as `mien.io.image.write_image` does; nothing half-written is ever seen.
    """
    _check_suffix(path, ".mp4")
    rate = _rate(fps)
    remaining = marked_frames(frames, provenance, over=over)
    first = next(remaining, None)
    if first is None:
        raise ValueError("a clip of no frames")
    with atomic_file(path, overwrite=overwrite) as temporary:
        with _muxer(temporary, path) as container:
            set_label(container, provenance)
            count = _encode(container, itertools.chain([first], remaining), first.shape, rate)
        append_packet(temporary, path, provenance)
    return count


def set_label(container: OutputContainer, provenance: Provenance | None) -> None:
    """China's AIGC field among the tags of an mp4 that is about to be written."""
    label = None if provenance is None else provenance.label()
    if label is not None:
        container.metadata[aigc.KEY] = json.dumps(label, separators=(",", ":"))


def append_packet(temporary: Path, path: Path, provenance: Provenance | None) -> None:
    """Ends an mp4 with an XMP box; `path` is what errors name."""
    if provenance is not None:
        packet = _XMP_UUID + xmp_packet(provenance)
        with output_errors(path), temporary.open("ab") as file:
            file.write(struct.pack(">I4s", 8 + len(packet), b"uuid") + packet)


def read_tags(path: Path) -> dict[str, str]:
    """The tags of a clip by name; none where it cannot be opened."""
    try:
        with path.open("rb") as file, demuxer(file) as container:
            return dict(container.metadata)
    except (OSError, FFmpegError, ValueError):
        return {}


def _rate(fps: float) -> Fraction:
    if not (math.isfinite(fps) and 0 < fps <= 1000):
        raise ValueError(f"{fps} frames per second")
    return Fraction(fps).limit_denominator(1001)


def _check_suffix(path: Path, wanted: str) -> None:
    if path.suffix.lower() != wanted:
        shown = {"suffix": terminal_safe(path.suffix) or "(none)", "wanted": wanted}
        raise OutputError(text("io.write.suffix", path=terminal_safe(path), **shown))


@contextlib.contextmanager
def _muxer(temporary: Path, path: Path) -> Iterator[OutputContainer]:
    try:
        with av.open(
            str(temporary.absolute()),
            mode="w",
            format="mp4",
            container_options={"movflags": MP4_FLAGS, "fflags": "+bitexact"},
        ) as container:
            yield container
    except MienError:
        raise
    except FFmpegError as problem:
        raise write_error(OSError(problem.errno, problem.strerror), path) from problem


def _encode(
    container: OutputContainer,
    frames: Iterable[Image],
    shape: tuple[int, ...],
    rate: Fraction,
) -> int:
    # The macroblock tree reads memory that nobody wrote: one clip in ten came out in other bytes.
    options = {"crf": "18", "preset": "medium", "threads": "1", "x264-params": "mbtree=0"}
    stream = container.add_stream("libx264", rate=rate, options=options)
    stream.height, stream.width = (side + side % 2 for side in shape[:2])
    stream.pix_fmt = "yuv420p"
    stream.codec_context.flags |= CodecFlags.bitexact
    stream.colorspace = stream.color_primaries = stream.color_trc = _BT709
    stream.color_range = _LIMITED
    count = 0
    for pixels in frames:
        frame = _video_frame(pixels, shape)
        frame.pts = count
        container.mux(stream.encode(frame))
        count += 1
    container.mux(stream.encode(None))
    return count


def _video_frame(pixels: Image, shape: tuple[int, ...]) -> VideoFrame:
    _check_frame(pixels, shape)
    height, width = shape[:2]
    even = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
    return frame.reformat(
        format="yuv420p",
        dst_colorspace=_BT709,
        src_color_range=_FULL,
        dst_color_range=_LIMITED,
    )


def _check_frame(pixels: Image, shape: tuple[int, ...]) -> None:
    good = pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.size
    if not good or pixels.shape != shape:
        raise ValueError(f"wanted (height, width, 3) uint8 frames of one size, not {pixels.shape}")


def write_gif(
    path: Path,
    frames: Iterable[Image],
    *,
    fps: float,
    provenance: Provenance | None,
    overwrite: bool = True,
    over: Image | None = None,
) -> int:
    """Writes an endless GIF of at most 50 frames per second; returns its frames.

    path ends in .gif; the other arguments, and the errors, as `write_video`. Each frame has its
    own 256 colours. Delays are whole hundredths of a second whose sum keeps the rate.
    """
    _check_suffix(path, ".gif")
    rate = _rate(fps)
    pictures = list(_quantised(marked_frames(frames, provenance, over=over)))
    if not pictures:
        raise ValueError("a clip of no frames")
    ends = [round(100 * number / rate) for number in range(len(pictures) + 1)]
    delays = [max(_GIF_FASTEST, end - start) for start, end in itertools.pairwise(ends)]
    options: dict[str, Any] = {"duration": [10 * delay for delay in delays], "loop": 0}
    buffer = BytesIO()
    pictures[0].save(buffer, "GIF", save_all=True, append_images=pictures[1:], **options)
    data = buffer.getvalue()
    if provenance is not None:
        data = _with_gif_packet(data, xmp_packet(provenance))
    atomic_write_bytes(path, data, overwrite=overwrite)
    return len(pictures)


def _quantised(frames: Iterable[Image]) -> Iterator[PillowImage.Image]:
    shape: tuple[int, ...] | None = None
    for pixels in frames:
        shape = shape or pixels.shape
        _check_frame(pixels, shape)
        drawn = PillowImage.fromarray(np.ascontiguousarray(pixels))
        # Median cut takes 0.1 s for 512 x 512 pixels; every fourth row and column say as much.
        sample = drawn.copy()
        sample.thumbnail((_GIF_SAMPLE, _GIF_SAMPLE), PillowImage.Resampling.NEAREST)
        yield drawn.quantize(palette=sample.quantize(256), dither=PillowImage.Dither.NONE)


def _with_gif_packet(data: bytes, packet: bytes) -> bytes:
    """A GIF with an XMP packet before its last byte (XMP specification part 3, section 1.1.2).

    The 258 bytes after the packet lead every reader that takes it for a chain of blocks to its
    end.
    """
    tail = bytes([1, *range(255, -1, -1), 0])
    return data[:-1] + b"\x21\xff\x0bXMP DataXMP" + packet + tail + data[-1:]
