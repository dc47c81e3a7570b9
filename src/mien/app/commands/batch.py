"""`mien batch`: an action on a whole folder of pictures, piece by piece, by many processes.

    plan.json           what is done: action, options, pictures, pieces
    ledger/000012.json  piece 12 is whole: results by the number of their picture, and who has none
    pieces/000012/      its results

A piece appears whole or not at all, so a batch that was stopped goes on where it was.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import shlex
import tempfile
from pathlib import Path
from typing import Any

from mien import fields
from mien.app import console
from mien.data.backends import Kind
from mien.errors import InputError, MienError, OptionError
from mien.io.names import terminal_safe
from mien.jobs.base import Outcome, Step
from mien.messages import text

PLAN, PIECES = "plan.json", "pieces"
ANALYSE = "face analyse"
_OWN = ("photos", "out", "overwrite")


@dataclasses.dataclass(frozen=True)
class BatchRequest:
    """What `mien batch` is asked."""

    folder: Path = fields.argument("PATH", help="batch.folder")
    task: str = fields.option(help="batch.task", metavar="'JOB ACTION'")
    out: Path = fields.option(help="data.out")
    options: str = fields.option("", help="batch.options", metavar="'OPTIONS'")
    piece: int = fields.option(16, help="batch.piece", span=(1, 10_000))
    workers: int | None = fields.option(None, help="option.workers", span=(1, 256))
    backend: Kind = fields.option("local", help="scale.backend")
    address: str = fields.option("auto", help="scale.address_help", metavar="ADDRESS")


@dataclasses.dataclass(frozen=True)
class Task:
    """An action with its options; survives pickling.

    request   with no photos, and `out` of no meaning; None for `face analyse`
    """

    job: str
    request: Any


def tasks() -> dict[str, type]:
    """The actions that take photos, by name, with their requests."""
    from mien.jobs import JOBS

    found = {
        f"{job.name} {action}": request
        for job in JOBS
        for action, request in job.request.items()
        if {"photos", "out"} <= {control.name for control in fields.describe(request)}
    }
    return {**found, ANALYSE: type(None)}


def task_of(name: str, options: str) -> Task:
    """An action by name with its options; raises OptionError for what is none."""
    from mien.app import parse

    known = tasks()
    words = " ".join(name.split())
    if words not in known:
        names = ", ".join(known)
        raise OptionError(text("batch.unknown", task=terminal_safe(name), names=names))
    given = shlex.split(options)
    if given and not given[0].startswith("-"):
        given[0] = f"--{given[0]}"  # a value that begins with dashes looks like an option
    if words == ANALYSE:
        if given:
            raise OptionError(text("batch.taken", name=terminal_safe(given[0])))
        return Task(ANALYSE, None)
    for word in given:
        if word.lstrip("-").partition("=")[0] in ("out", "overwrite"):
            raise OptionError(text("batch.taken", name=terminal_safe(word)))
    made = parse.parse(known[words], ["photo.png", *given], command=words)
    return Task(words.split()[0], made)


def run(request: BatchRequest) -> int:
    """Does what is left of the batch; exit codes as those of any action."""
    from mien.app.commands.head_dataset import backend_of
    from mien.data.backends import through
    from mien.data.begun import begin
    from mien.data.ledger import Ledger
    from mien.data.sources import open_source

    task = task_of(request.task, request.options)
    source = open_source(request.folder)
    count = len(source.names)
    pieces = -(-count // request.piece)
    begin(request.out, PLAN, _plan(request, source.names))
    make = functools.partial(piece, task, request.folder, request.out, request.piece)
    ledger, done = Ledger(request.out), [0]
    left = ledger.left(pieces)
    done[0] = count - sum(len(_numbers(number, request.piece, count)) for number in left)
    with console.progress(request.task, quiet=True) as progress:

        def told(more: int) -> None:
            done[0] += more
            progress(Step(min(done[0], count), count, request.task))

        through(make, left, backend_of(request), told)
    entries = [ledger.read(number) for number in range(pieces)]
    skipped = sum(len(entry["skipped"]) for entry in entries)
    for entry in entries:
        for number, reason in entry["skipped"].items():
            console.note(f"  {terminal_safe(source.names[int(number)])}: {reason}")
    values = {"done": count - skipped, "total": count, "skipped": skipped, "path": request.out}
    console.say(text("batch.done", **values))
    if not skipped:
        return 0
    return 3 if skipped < count else 2


def _plan(request: BatchRequest, names: Any) -> bytes:
    digest = hashlib.sha256("\0".join(names).encode("utf-8", "surrogateescape")).hexdigest()
    values = {
        "task": request.task,
        "options": request.options,
        "pictures": len(names),
        "piece": request.piece,
        "names": digest[:16],
    }
    return json.dumps(values, sort_keys=True).encode() + b"\n"


def _numbers(number: int, size: int, count: int) -> range:
    return range(number * size, min(count, (number + 1) * size))


def piece(task: Task, folder: Path, out: Path, size: int, number: int, told: Any) -> None:
    """One piece: its pictures through the action, its folder, then its entry in the ledger."""
    from mien.data.ledger import Ledger
    from mien.data.sources import open_source
    from mien.io.atomic import atomic_folder

    source = open_source(folder)
    numbers = _numbers(number, size, len(source.names))
    target, own = out / PIECES / f"{number:06d}", {f"{one:09d}" for one in numbers}
    with tempfile.TemporaryDirectory(prefix="mien-batch-") as name:
        photos, skipped = _copied(source, numbers, Path(name))
        with atomic_folder(target, overwrite=True, owned=_there(target)) as built:
            results: dict[str, list[str]] = {}
            if photos:
                results = _through_action(task, photos, built, skipped)
    values = {"results": results, "skipped": {k: v for k, v in skipped.items() if k in own}}
    Ledger(out).enter(number, values)
    told(len(numbers))


def _there(target: Path) -> set[str]:
    """Files of a piece that was finished but not entered: they are made again."""
    if not target.is_dir():
        return set()
    return {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}


def _copied(source: Any, numbers: range, folder: Path) -> tuple[list[Path], dict[str, str]]:
    """The pictures under their numbers: names of files are often names of people."""
    photos, skipped = [], {}
    for one in numbers:
        try:
            data = source.read(one)
        except InputError as problem:
            skipped[f"{one:09d}"] = str(problem)
            continue
        photos.append(folder / f"{one:09d}{Path(source.names[one]).suffix.lower()}")
        photos[-1].write_bytes(data)
    return photos, skipped


def _through_action(
    task: Task, photos: list[Path], built: Path, skipped: dict[str, str]
) -> dict[str, list[str]]:
    """Results by picture; pictures without one are added to `skipped`, with the reason."""
    if task.request is None:
        return _analysed(photos, built, skipped)
    outcome = _outcome(task, tuple(photos), built)
    for one in outcome.skipped:
        skipped[Path(one.name).stem] = _reason(one.reason)
    results: dict[str, list[str]] = {}
    for path in outcome.results:
        inside = path.relative_to(built)
        results.setdefault(inside.parts[0].partition(".")[0], []).append(inside.as_posix())
    return results


def _outcome(task: Task, photos: tuple[Path, ...], built: Path) -> Outcome:
    """What the action leaves; an action that can do nothing skips every photo for that reason."""
    from mien.jobs import JOBS
    from mien.jobs.base import Skipped

    request = dataclasses.replace(task.request, photos=photos, out=built, overwrite=True)
    try:
        return _predictor(task.job, getattr(request, "device", "auto"), JOBS).run(request)
    except OptionError:
        raise
    except MienError as problem:
        return Outcome(skipped=tuple(Skipped(str(one), str(problem)) for one in photos))


@functools.lru_cache(2)
def _predictor(name: str, device: str, jobs: Any) -> Any:
    """Loaded once for all pieces that a process does."""
    return next(job for job in jobs if job.name == name).load(device)


def _analysed(photos: list[Path], built: Path, skipped: dict[str, str]) -> dict[str, list[str]]:
    """`faces.jsonl`: a line for every picture with faces, without descriptors."""
    from mien.face.analyse import report_faces
    from mien.io.atomic import atomic_write_bytes
    from mien.io.image import read_image

    lines, results = [], {}
    for photo in photos:
        try:
            report = report_faces(read_image(photo), with_identity=False)
        except InputError as problem:
            skipped[photo.stem] = _reason(str(problem))
            continue
        if not report.faces:
            skipped[photo.stem] = _reason(text("app.no_face", path=photo.name))
            continue
        values = {"number": int(photo.stem), **report.to_json()}
        lines.append(json.dumps(values, sort_keys=True, ensure_ascii=True) + "\n")
        results[photo.stem] = ["faces.jsonl"]
    atomic_write_bytes(built / "faces.jsonl", "".join(lines).encode())
    return results


def _reason(line: str) -> str:
    """Without the name under which the picture was copied."""
    name, colon, reason = line.partition(": ")
    return reason if colon and Path(name).stem.isdecimal() else line
