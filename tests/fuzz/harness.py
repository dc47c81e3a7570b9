"""Mutated files at every door: each gives a result or one line, within 10 s and 2 GiB.

    python tests/fuzz/harness.py --files 20000 --seed 0 --out report.json

File k of a seed is the same wherever it is made. Files are opened by a child process: what it may
take beyond its start is bounded (RLIMIT_AS), and every file has 10 s of processor time. A file
that kills its child is found, noted and passed over.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

SECONDS, GIB, WALL = 10.0, 2.0, 300.0
"""Processor time of a file, memory beyond the start, and wall time without any sign of life."""
_NUMBERS = (b"-1", b"0", b"1e999", b"nan", b"99999999999999999999", b"4294967295", b"1e-320", b"{}")
_EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF)
_PAGE = os.sysconf("SC_PAGE_SIZE")


class OverTime(BaseException):
    """A file took more than its processor time; no `except Exception` swallows it."""


# ---------------------------------------------------------------- mutations


def mutated(data: bytes, other: bytes, draw: np.random.Generator) -> bytes:
    """A file with one to three pieces of damage; `other` is what pieces are taken from."""
    made = bytearray(data)
    for _ in range(int(draw.integers(1, 4))):
        if not made:
            break
        _CHANGES[int(draw.integers(len(_CHANGES)))](made, other, draw)
    return bytes(made)


def _place(made: bytearray, draw: np.random.Generator) -> int:
    # Headers are where the damage is: half of it falls into the first 256 bytes.
    most = len(made) if draw.random() < 0.5 else min(len(made), 256)
    return int(draw.integers(most))


def _flip(made: bytearray, other: bytes, draw: np.random.Generator) -> None:
    for _ in range(int(draw.integers(1, 9))):
        made[_place(made, draw)] ^= 1 << int(draw.integers(8))


def _set(made: bytearray, other: bytes, draw: np.random.Generator) -> None:
    place, size = _place(made, draw), int(draw.integers(1, 33))
    made[place : place + size] = draw.bytes(len(made[place : place + size]))


def _extreme(made: bytearray, other: bytes, draw: np.random.Generator) -> None:
    width = int(draw.choice([1, 2, 4, 8]))
    value = _EXTREMES[int(draw.integers(len(_EXTREMES)))] & (256**width - 1)
    order = "little" if draw.random() < 0.5 else "big"
    place = _place(made, draw)
    made[place : place + width] = value.to_bytes(width, order)


def _cut(made: bytearray, other: bytes, draw: np.random.Generator) -> None:
    del made[_place(made, draw) :]


def _drop(made: bytearray, other: bytes, draw: np.random.Generator) -> None:
    place = _place(made, draw)
    del made[place : place + int(draw.integers(1, 65))]


def _double(made: bytearray, other: bytes, draw: np.random.Generator) -> None:
    place = _place(made, draw)
    piece = made[place : place + int(draw.integers(1, 513))]
    made[place:place] = piece * int(draw.integers(1, 20))


def _splice(made: bytearray, other: bytes, draw: np.random.Generator) -> None:
    start = int(draw.integers(len(other)))
    piece = other[start : start + int(draw.integers(1, 257))]
    place = _place(made, draw)
    made[place : place + (len(piece) if draw.random() < 0.5 else 0)] = piece


def _number(made: bytearray, other: bytes, draw: np.random.Generator) -> None:
    found = list(re.finditer(rb"-?\d+(\.\d+)?", bytes(made[:20000])))
    if found:
        one = found[int(draw.integers(len(found)))]
        made[one.start() : one.end()] = _NUMBERS[int(draw.integers(len(_NUMBERS)))]


def _nest(made: bytearray, other: bytes, draw: np.random.Generator) -> None:
    sign = (b"[", b'{"a":', b"<a>", b"\0", b"9", b"(")[int(draw.integers(6))]
    place = _place(made, draw)
    made[place:place] = sign * int(draw.integers(1, 20000))


_CHANGES = (_flip, _flip, _set, _extreme, _extreme, _cut, _drop, _double, _splice, _number, _nest)


def make(number: int, seed: int, folder: Path, doors: dict[str, Any]) -> tuple[str, str, bytes]:
    """Door, name and bytes of file `number`; one in fifty is left as it is."""
    from mien.seeding import rng

    draw = rng(seed, "fuzz", number)
    name = list(doors)[number % len(doors)]
    seeds = doors[name].seeds
    chosen = seeds[int(draw.integers(len(seeds)))]
    data = (folder / chosen).read_bytes()
    if draw.random() < 0.02:
        return name, chosen, data
    files = sorted(one for one in folder.iterdir() if one.stat().st_size < 2**20)
    other = files[int(draw.integers(len(files)))].read_bytes()
    return name, chosen, mutated(data, other, draw)


# ---------------------------------------------------------------- the child


def child(folder: Path, seed: int, first: int, stop: int) -> None:
    """Opens files first .. stop - 1 and says what came of each, a line of JSON for one."""
    from mien.errors import MienError

    doors = _doors()
    signal.signal(signal.SIGPROF, _over)
    os.environ["MIEN_LANG"] = "en"
    start = int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE
    most = start + int(GIB * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        for number in range(first, stop):
            name, chosen, data = make(number, seed, folder, doors)
            _say(start=number, door=name)
            path = Path(scratch) / chosen
            path.write_bytes(data)
            began = time.process_time()
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            try:
                doors[name].open(path)
                said = {"end": "result"}
            except MienError as error:
                fine = error.exit_code == 2 and "\n" not in str(error)
                said = {"end": "error" if fine else "bad error", "what": str(error)[:300]}
            except OverTime:
                said = {"end": "time"}
            except BaseException as error:  # noqa: BLE001 (whatever gets through is what is looked for)
                said = {"end": "traceback", "what": f"{type(error).__name__}: {error}"[:300]}
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
            if Path("hacked").exists():
                said = {"end": "ran code"}
            _say(number=number, seconds=round(time.process_time() - began, 3), **said)
            path.unlink(missing_ok=True)


def _doors() -> dict[str, Any]:
    sys.path.insert(0, str(Path(__file__).parent))
    import doors  # pyright: ignore[reportMissingImports]

    return doors.all_doors()


def _over(number: int, frame: FrameType | None) -> None:
    raise OverTime


def _say(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


# ---------------------------------------------------------------- the parent


def run(files: int, seed: int, *, first: int = 0, log: Path | None = None) -> dict[str, Any]:
    """The report on files first .. first + files - 1; `log` gets a line for each as it comes."""
    rows: list[dict[str, Any]] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "seeds"
        sys.path.insert(0, str(Path(__file__).parent))
        import doors  # pyright: ignore[reportMissingImports]

        doors.write_seeds(folder)
        number = first
        while number < first + files:
            told = list(_logged(_child(folder, seed, number, first + files), log))
            rows += [one for one in told if "number" in one]
            opened = [one["start"] for one in told if "start" in one]
            closed = {one["number"] for one in told if "number" in one}
            lost = [one for one in opened if one not in closed]
            rows += [{"number": one, "end": "died", "seconds": 0.0} for one in lost]
            if not opened:
                raise RuntimeError("the child does not start")
            number = max(opened) + 1
        names = list(doors.all_doors())
    for row in rows:
        row["door"] = names[row["number"] % len(names)]
    return report(rows, seed, time.monotonic() - began)


def _logged(told: Iterator[dict[str, Any]], log: Path | None) -> Iterator[dict[str, Any]]:
    with contextlib.ExitStack() as stack:
        file = None if log is None else stack.enter_context(log.open("a"))
        for one in told:
            if file is not None:
                file.write(json.dumps(one) + "\n")
                file.flush()
            yield one


def _child(folder: Path, seed: int, first: int, stop: int) -> Iterator[dict[str, Any]]:
    words = [sys.executable, __file__, "--child", str(folder), str(seed), str(first), str(stop)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        last = [time.monotonic()]
        watch = _watch(process, last)
        for line in process.stdout:
            last[0] = time.monotonic()
            with contextlib.suppress(ValueError):
                yield json.loads(line)
        last[0] = -1.0
        watch.join()


def _watch(process: subprocess.Popen[str], last: list[float]) -> Any:
    """Ends a child that has said nothing for too long."""
    import threading

    def look() -> None:
        while last[0] >= 0 and process.poll() is None:
            if time.monotonic() - last[0] > WALL:
                process.kill()
            time.sleep(0.2)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    return thread


def report(rows: list[dict[str, Any]], seed: int, seconds: float) -> dict[str, Any]:
    """Counts by door and end, the slowest file, and everything that should not be."""
    table: dict[str, dict[str, int]] = {}
    for row in rows:
        ends = table.setdefault(row["door"], {})
        ends[row["end"]] = ends.get(row["end"], 0) + 1
    good = ("result", "error")
    return {
        "files": len(rows),
        "seed": seed,
        "minutes": round(seconds / 60, 1),
        "doors": table,
        "results": sum(row["end"] == "result" for row in rows),
        "errors": sum(row["end"] == "error" for row in rows),
        "slowest": max((row["seconds"] for row in rows), default=0.0),
        "faults": [row for row in rows if row["end"] not in good],
    }


def main() -> int:
    """The command line."""
    if sys.argv[1:2] == ["--child"]:
        folder, seed, first, stop = sys.argv[2:]
        child(Path(folder), int(seed), int(first), int(stop))
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--log", type=Path, default=None)
    asked = parser.parse_args()
    found = run(asked.files, asked.seed, first=asked.first, log=asked.log)
    written = json.dumps(found, indent=1)
    if asked.out is not None:
        asked.out.write_text(written + "\n")
    sys.stdout.write(written + "\n")
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
