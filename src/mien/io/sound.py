"""The sound of one clip under the pictures of another, without encoding either again."""

from __future__ import annotations

from pathlib import Path

import av
from av.error import FFmpegError

from mien.io.atomic import atomic_file
from mien.io.provenance import Provenance
from mien.io.video import MP4_FLAGS, append_packet, demuxer, probe, set_label

_PLAYED = frozenset({"aac", "mp3", "mp3float", "opus", "flac", "ac3", "eac3"})
"""Kinds of sound that players expect in an mp4."""
_SECONDS_OVER = 0.5  # sound may outlast the pictures by this much


def has_sound(path: Path) -> bool:
    """Whether a clip carries sound. Raises InputError as `probe` does."""
    probe(path)
    with path.open("rb") as file, demuxer(file) as container:
        return bool(container.streams.audio)


def with_sound(
    pictures: Path,
    sounding: Path,
    path: Path,
    *,
    provenance: Provenance | None,
    begin: float = 0.0,
) -> None:
    """Write `path`: the video stream of `pictures` with the sound of `sounding`, as an mp4.

    begin  seconds of the sound that are left out first

    Sound longer than the pictures is cut; a clip without any leaves them silent. Raises ValueError
    with the reason where an mp4 does not hold the sound as it is; OutputError where `path` cannot
    be written.
    """
    with atomic_file(path) as temporary:
        try:
            _remux(pictures, sounding, temporary, provenance, begin)
        except (FFmpegError, ValueError) as problem:
            raise ValueError(str(problem).splitlines()[0][:120]) from problem
        append_packet(temporary, path, provenance)


def _remux(
    pictures: Path, sounding: Path, target: Path, provenance: Provenance | None, begin: float
) -> None:
    options = {"movflags": MP4_FLAGS, "fflags": "+bitexact"}
    with (
        av.open(str(pictures), mode="r") as video,
        sounding.open("rb") as file,
        demuxer(file) as audio,
        av.open(str(target), mode="w", format="mp4", container_options=options) as container,
    ):
        set_label(container, provenance)
        seen, heard = video.streams.video[0], next(iter(audio.streams.audio), None)
        if heard is not None and heard.codec_context.name not in _PLAYED:
            raise ValueError(f"sound of the kind {heard.codec_context.name}")
        shown = container.add_stream_from_template(seen)
        played = None if heard is None else container.add_stream_from_template(heard)
        length = float((seen.duration or 0) * (seen.time_base or 0)) + _SECONDS_OVER
        for packet in video.demux(seen):
            if packet.dts is not None:
                packet.stream = shown
                container.mux(packet)
        if heard is None or played is None:
            return
        for packet in audio.demux(heard):
            if packet.dts is None or packet.pts is None:
                continue
            at = float(packet.pts * packet.time_base) - begin
            if at < 0:
                continue
            if at > length:
                break
            earlier = round(begin / float(packet.time_base))
            packet.pts, packet.dts = packet.pts - earlier, packet.dts - earlier
            packet.stream = played
            container.mux(packet)
