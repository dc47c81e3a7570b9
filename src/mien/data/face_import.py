"""From other people's data sets of moving faces to plain files that `reenact` trains on."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mien.data.face_frames import Cut, Find, cut_strip, equalised, read_points, tracker
from mien.data.face_layouts import Layout, Left, Listing, Strip, list_layout
from mien.data.face_pairs import PairOptions, held_subjects, make_pairs
from mien.data.face_set import (
    FORMAT,
    FRAME_COLUMNS,
    FRAMES,
    INFO,
    PAIR_COLUMNS,
    PAIRS,
    REPORT,
    FrameRow,
    Split,
    write_json,
    write_rows,
)
from mien.data.importer import Told
from mien.data.landmark_files.plain import write_ck
from mien.errors import InputError, OutputError
from mien.io.atomic import atomic_folder
from mien.io.image import write_image
from mien.io.names import safe_stem, terminal_safe
from mien.messages import text

_NAMED = 10
"""Files of one kind in the lines for people; all are in the report."""


@dataclasses.dataclass(frozen=True)
class FaceImport:
    """How a data set is taken over.

    layout     of the data set; size: pixels a side of the crops head-256
    equalise   make the luma's histogram flat
    noise      grey levels (standard deviation) of noise pairs
    held       share of people kept for measuring; of one person alone, of the last frames
    pairs      which are made
    """

    layout: Layout
    size: int = 128
    equalise: bool = False
    noise: float = 12.0
    held: float = 0.3
    pairs: PairOptions = dataclasses.field(default_factory=PairOptions)


@dataclasses.dataclass
class FaceReport:
    """What was made of a data set, and what was left out.

    frames, given   that were written, and how many of them had landmarks of their own
    people, strips  of them
    pairs           kind -> how many were written, how many there were
    left            files that were left out, with reasons; others: by ending, files of no layout
    """

    frames: Counter[str] = dataclasses.field(default_factory=Counter)
    given: int = 0
    people: Counter[str] = dataclasses.field(default_factory=Counter)
    strips: int = 0
    pairs: dict[str, tuple[int, int]] = dataclasses.field(default_factory=dict)
    left: list[Left] = dataclasses.field(default_factory=list)
    others: Mapping[str, int] = dataclasses.field(default_factory=dict)

    @property
    def usable(self) -> int:
        """Frames written."""
        return sum(self.frames.values())

    def as_json(self) -> dict[str, Any]:
        """Everything, JSON-ready."""
        counts = {"frames": dict(self.frames), "people": dict(self.people)}
        left = [dataclasses.asdict(one) for one in self.left]
        others = dict(sorted(self.others.items()))
        pairs = {kind: list(told) for kind, told in self.pairs.items()}
        more = {"given": self.given, "strips": self.strips, "pairs": pairs}
        return {**counts, **more, "others": others, "left": left}

    def lines(self) -> list[str]:
        """The report for people."""
        shown = {"frames": self.usable, "strips": self.strips, "given": self.given}
        said = [text("faces.report.frames", found=self.usable - self.given, **shown)]
        split = {"train": self.people["train"], "held": self.people["held"]}
        frames = {"train_frames": self.frames["train"], "held_frames": self.frames["held"]}
        said.append(text("faces.report.split", **split, **frames))
        for kind, (count, total) in self.pairs.items():
            said.append(text("faces.report.pairs", kind=kind, count=count, total=total))
        if self.others:
            endings = ", ".join(f"{name} {count}" for name, count in sorted(self.others.items()))
            shown_others = {"count": sum(self.others.values()), "endings": terminal_safe(endings)}
            said.append(text("faces.report.others", **shown_others))
        if self.left:
            reasons = Counter(one.reason for one in self.left)
            said.append(text("faces.report.left", count=len(self.left), reasons=len(reasons)))
            for one in self.left[:_NAMED]:
                reason = terminal_safe(one.reason)
                said.append(f"  {terminal_safe(one.name)}: {reason}")
        return said


def import_faces(
    path: Path,
    folder: Path,
    options: FaceImport,
    *,
    told: Told = lambda done, total, name: None,
    finder: Callable[[], Find] = tracker,
) -> FaceReport:
    """Writes a set of faces (`data.face_set`), all of it or nothing.

    Raises InputError where nothing of the layout can be used, OutputError for a folder that exists
    or is full.
    """
    if folder.exists():
        raise OutputError(text("io.write.taken", path=terminal_safe(folder)))
    listing = list_layout(path, options.layout)
    report = FaceReport(left=list(listing.left), others=dict(listing.others))
    with atomic_folder(folder) as built:
        rows, digest = _write_frames(built, listing, options, report, told=told, finder=finder)
        if not rows:
            shown = {"path": terminal_safe(path), "count": len(report.left)}
            first = terminal_safe(report.left[0].reason) if report.left else ""
            raise InputError(text("faces.nothing", first=first, **shown))
        write_rows(built / FRAMES, FRAME_COLUMNS, (dataclasses.astuple(row) for row in rows))
        _write_pairs(built, rows, options.pairs, report)
        write_json(built / REPORT, report.as_json())
        write_json(built / INFO, _info(options, report, digest))
    return report


def _info(options: FaceImport, report: FaceReport, digest: str) -> dict[str, Any]:
    asked = dataclasses.asdict(options)
    counts = {"frames": dict(report.frames), "people": dict(report.people)}
    return {"format": FORMAT, **asked, **counts, "digest": digest, "crop": "head-256"}


def _write_frames(
    built: Path,
    listing: Listing,
    options: FaceImport,
    report: FaceReport,
    *,
    told: Told,
    finder: Callable[[], Find],
) -> tuple[list[FrameRow], str]:
    """Crops and landmarks of every strip; what cannot be used goes to the report."""
    subjects = [one.subject for one in listing.strips]
    held = held_subjects(subjects, options.held, options.pairs.seed)
    alone = len(set(subjects)) == 1
    points = read_points(listing)
    names = _Names()
    rows: list[FrameRow] = []
    seen = hashlib.sha256()
    people: set[tuple[str, str]] = set()
    for done, strip in enumerate(listing.strips, 1):
        cut, left = cut_strip(listing, strip, options.size, points=points, finder=finder)
        report.left += left
        if cut is not None:
            report.strips += 1
            report.given += cut.given
            for place in range(len(cut.names)):
                split = _split(strip, place, len(cut.names), held, options.held if alone else 0.0)
                row = _write_one(built, cut, place, split, names, options.equalise)
                rows.append(row)
                seen.update((built / row.file).read_bytes())
                report.frames[split] += 1
                people.add((split, strip.subject))
        told(done, len(listing.strips), strip.name)
    report.people.update(split for split, _ in people)
    return rows, seen.hexdigest()[:16]


def _split(strip: Strip, place: int, count: int, held: frozenset[str], last: float) -> Split:
    """By person; of a single person the last frames of every strip are held back."""
    if strip.subject in held:
        return "held"
    return "held" if last and place >= max(2, int(count * (1.0 - last))) else "train"


class _Names:
    """File names that are safe and all different, whatever a data set calls its things."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, ...], str] = {}
        self._taken: set[tuple[str, ...]] = set()

    def of(self, *path: str) -> str:
        """The last part of `path` as a file name, unique among what has the same parts before."""
        if path in self._given:
            return self._given[path]
        plain = safe_stem(path[-1].replace("/", "_").replace("\\", "_") + ".x", portable=True)
        for number in itertools.count(1):
            name = plain if number == 1 else f"{plain}-{number}"
            key = (*path[:-1], name.casefold())
            if key not in self._taken:
                self._taken.add(key)
                self._given[path] = name
                return name
        raise AssertionError("numbered names never end")


def _write_one(
    built: Path, cut: Cut, place: int, split: Split, names: _Names, equalise: bool
) -> FrameRow:
    subject, strip = cut.strip.subject, cut.strip.name
    parts = (names.of(subject), names.of(subject, strip))
    stem = names.of(subject, strip, cut.names[place])
    inner = "/".join((split, *parts, f"{stem}.png"))
    image = cut.frames[place]
    write_image(built / inner, equalised(image) if equalise else image, provenance=None)
    beside = (built / inner).with_name(f"{stem}_landmarks.txt")
    write_ck(beside, cut.landmarks[place])
    return FrameRow(split, subject, "/".join(parts), inner, cut.names[place])


def _write_pairs(
    built: Path, rows: Sequence[FrameRow], options: PairOptions, report: FaceReport
) -> None:
    """Pairs within each split: nobody who is measured is learned from."""
    written: list[tuple[str, ...]] = []
    for split in ("train", "held"):
        own = [row for row in rows if row.split == split]
        numbers = [_numbered([getattr(row, key) for row in own]) for key in ("subject", "strip")]
        made = make_pairs(numbers[0], numbers[1], options) if own else {}
        for kind, (pairs, total) in made.items():
            written += [(split, kind, own[a].file, own[b].file) for a, b in pairs.tolist()]
            before = report.pairs.get(kind, (0, 0))
            report.pairs[kind] = (before[0] + len(pairs), before[1] + total)
    if not any(row[0] == "train" for row in written):
        raise InputError(text("faces.no_pairs", path=terminal_safe(built.name)))
    write_rows(built / PAIRS, PAIR_COLUMNS, written)


def _numbered(names: Sequence[str]) -> list[int]:
    known: dict[str, int] = {}
    return [known.setdefault(name, len(known)) for name in names]
