"""What one core does of the works that are spread over many: `python benchmarks/scale.py`.

Drawing people of the head into shards, reading shards as a training stream, measuring faces of
photos: samples a second of CPU time of one thread, and bytes on disk. The sums of docs/scale.md
begin with these.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from mien.data.people import HeadSpec
from mien.data.tar_pack import HeadSamples, pack
from mien.data.tar_set import TarSet
from mien.data.tar_stream import TarStream
from mien.face.analyse import report_faces
from mien.head.camera import Camera
from mien.head.render import View, render
from mien.head.sample import sample


def rate(count: int, work: Callable[[], object]) -> float:
    """Samples a second of CPU time."""
    start = time.process_time()
    work()
    return count / (time.process_time() - start)


def shards(size: int, count: int) -> dict[str, object]:
    """Drawing and packing, bytes a sample, reading."""
    samples = HeadSamples(HeadSpec(size=size), count)
    assert samples.info.count == count  # names the head, which draws a few: once per process
    samples.sample(0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "set"
        made = rate(count, lambda: pack(samples, folder, shard=max(8, count // 4)))
        stream = TarStream(TarSet(folder), seed=0)
        stream.take(0, 8)
        read = rate(4 * count, lambda: [stream.take(k * 8, 8) for k in range(count // 2)])
        bytes_of = sum(path.stat().st_size for path in folder.glob("*.tar")) / count
    return {
        "size": size,
        "drawn and packed a second": round(made, 1),
        "read a second": round(read, 1),
        "bytes a sample": round(bytes_of),
    }


def photos(count: int) -> dict[str, object]:
    """Faces measured in pictures of 512 pixels."""
    pictures = [
        render(sample(11, k), view=View(camera=Camera(size=512, zoom=1.0))).rgb
        for k in range(count)
    ]
    report_faces(pictures[0])
    return {
        "photos measured a second": round(rate(count, lambda: [*map(report_faces, pictures)]), 2)
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=64)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for size in (64, 128, 256):
        print(json.dumps(shards(size, options.count)), flush=True)
    print(json.dumps(photos(max(4, options.count // 8))), flush=True)


if __name__ == "__main__":
    main()
