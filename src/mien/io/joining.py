"""Clips of one kind put one after the other, without encoding them again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import av
from av.container import OutputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from mien.io.atomic import atomic_file
from mien.io.files import write_error
from mien.io.video import MP4_FLAGS


def joined(parts: Sequence[Path], path: Path) -> int:
    """Write `path`, an mp4 of the pictures of all parts in order; returns its frames.

    parts  clips of one size, rate and encoder, as `write_video` leaves them; at least one

    Raises OutputError where that is not possible.
    """
    options = {"movflags": MP4_FLAGS, "fflags": "+bitexact"}
    with atomic_file(path) as temporary:
        try:
            with av.open(
                str(temporary.absolute()), mode="w", format="mp4", container_options=options
            ) as container:
                line = _Line(container)
                for part in parts:
                    line.append(part)
        except FFmpegError as problem:
            raise write_error(OSError(problem.errno, problem.strerror), path) from problem
    return line.count


class _Line:
    """Pictures put behind each other in one stream."""

    def __init__(self, container: OutputContainer) -> None:
        self._container = container
        self._stream: VideoStream | None = None
        self._delay = 0
        self.count = 0

    def append(self, part: Path) -> None:
        """The pictures of one part behind those that are there."""
        with av.open(str(part), mode="r") as source:
            seen = source.streams.video[0]
            rate, base = seen.average_rate, seen.time_base
            assert rate is not None
            assert base is not None
            packets = [one for one in source.demux(seen) if one.dts is not None]
            if self._stream is None:
                self._stream = self._container.add_stream_from_template(seen)
                self._delay = packets[0].dts or 0
            later = round(self.count / rate / base)
            # A part of few pictures decodes them at once, others some frames before they are shown.
            sooner = (packets[0].dts or 0) - self._delay
            for packet in packets:
                packet.pts = (packet.pts or 0) + later
                packet.dts = (packet.dts or 0) + later - sooner
                packet.stream = self._stream
                self._container.mux(packet)
            self.count += len(packets)
