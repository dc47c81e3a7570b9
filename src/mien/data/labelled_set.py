"""Pictures with Action Units on disk, as `mien data import openface ...` leaves them: plain files.

labels.json       what it is: kind, crop, size, how many measured and how many estimated
attributes.csv    name, confidence, source (measured or estimated), AU1 ... AU28 from 0 to 1
report.json       every picture and every row that was left out, with its reason
pictures/*.png    crops of one size
"""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.data.attributes import CONFIDENT, Attributes, matches, read_attributes
from mien.data.crop import Crop, to_square
from mien.data.face_layouts import Left
from mien.data.face_set import write_json
from mien.data.importer import Told
from mien.data.sources import Source, open_source
from mien.errors import InputError, MissingExtraError, OutputError
from mien.face.align import HEAD_SIZE, align_head, crop
from mien.io.atomic import atomic_folder, atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.image import decode_image, write_image
from mien.io.limits import MIB
from mien.io.names import safe_stem, terminal_safe
from mien.messages import text
from mien.types import AU_NAMES, Image

LABELS, ATTRIBUTES, REPORT, PICTURES = (
    *("labels.json", "attributes.csv", "report.json"),
    "pictures",
)
FORMAT = 1
MEASURED, ESTIMATED = "measured", "estimated"
Kind: TypeAlias = Literal["openface", "celeba", "photos"]
_ALIGNED = "_aligned"  # what OpenFace adds to the name of a picture for the folder of its faces
_NAMED = 10
Vector: TypeAlias = NDArray[np.floating[Any]]


@dataclasses.dataclass(frozen=True)
class LabelledImport:
    """How pictures are taken over.

    kind        openface: a CSV per picture or clip; celeba: a list of names with 17 values;
                photos: no Action Units are known, so they are estimated
    attributes  the file or folder of Action Units, where it does not lie in the folder
    size, crop  of the pictures written
    confidence  OpenFace's: rows below it are left out
    """

    kind: Kind
    attributes: Path | None = None
    size: int = 128
    crop: Crop = "face"
    confidence: float = CONFIDENT


@dataclasses.dataclass
class LabelledReport:
    """What became of pictures and rows; `usable` pictures were written."""

    kind: str
    pictures: int = 0
    rows: int = 0
    usable: int = 0
    others: int = 0
    left: list[Left] = dataclasses.field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Everything, JSON-ready."""
        return dataclasses.asdict(self)

    def lines(self) -> list[str]:
        """The report for people."""
        shown = {"usable": self.usable, "pictures": self.pictures, "rows": self.rows}
        said = [text("labels.report.count", **shown)]
        if self.kind == "photos":
            said.append(text("labels.report.estimated", count=self.usable))
        if self.others:
            said.append(text("data.report.others", count=self.others))
        if self.left:
            reasons = Counter(one.reason for one in self.left)
            said.append(text("faces.report.left", count=len(self.left), reasons=len(reasons)))
            said += [
                f"  {terminal_safe(one.name)}: {terminal_safe(one.reason)}"
                for one in self.left[:_NAMED]
            ]
        return said


def is_labelled_set(path: Path) -> bool:
    """Whether a folder is such a set."""
    return (path / LABELS).is_file() and (path / ATTRIBUTES).is_file()


def read_labels(path: Path) -> dict[str, Any]:
    """`labels.json` of a set; raises InputError for a damaged one and for one of a newer mien."""
    file = path / LABELS
    data = read_bytes(file, max_bytes=MIB, wanted="faces.wanted.set")
    try:
        found = json.loads(data)
        newer = int(found["format"]) > FORMAT
        told = {"crop": dict(found["crop"]), ESTIMATED: int(found[ESTIMATED])}
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as problem:
        raise InputError(text("faces.damaged", path=terminal_safe(file), line=1)) from problem
    if newer:
        raise InputError(text("faces.newer", path=terminal_safe(file)))
    return {**found, **told}


def import_labelled(
    path: Path,
    folder: Path,
    options: LabelledImport,
    *,
    told: Told = lambda done, total, name: None,
) -> LabelledReport:
    """Writes a set of pictures with Action Units, all of it or nothing.

    Raises InputError where nothing can be used, OutputError for a folder that exists or is full.
    """
    if folder.exists():
        raise OutputError(text("io.write.taken", path=terminal_safe(folder)))
    source = open_source(path)
    report = LabelledReport(options.kind, pictures=len(source.names), others=source.others)
    known = None if options.kind == "photos" else _joined(path, source, options, report)
    rows: list[tuple[str, float, str, Vector]] = []
    with atomic_folder(folder) as built:
        taken: set[str] = set()
        for done, (place, given) in enumerate(_places(source, known), 1):
            name = str(source.names[place])
            try:
                image, sure, aus = _labelled(source, place, given, options)
            except MissingExtraError:
                raise
            except InputError as problem:
                report.left.append(Left(name, str(problem)))
            else:
                file = _free(name, taken)
                write_image(built / PICTURES / file, image, provenance=None)
                mark = ESTIMATED if known is None else MEASURED
                rows.append((f"{PICTURES}/{file}", sure, mark, aus))
            told(done, len(source.names), name)
        report.usable = len(rows)
        if not rows:
            first = terminal_safe(report.left[0].reason) if report.left else ""
            shown = {"path": terminal_safe(path), "count": len(report.left)}
            raise InputError(text("faces.nothing", first=first, **shown))
        _write(built, rows, options, report)
    return report


def _places(
    source: Source, known: Mapping[int, tuple[float, Vector]] | None
) -> Iterator[tuple[int, tuple[float, Vector] | None]]:
    """The pictures to be written, with their confidence and Action Units where they are known."""
    if known is None:
        yield from ((place, None) for place in range(len(source.names)))
    else:
        yield from known.items()


def _joined(
    path: Path, source: Source, options: LabelledImport, report: LabelledReport
) -> dict[int, tuple[float, Vector]]:
    """Pictures by place with their row; whatever has no partner is named in the report."""
    names = [str(name) for name in source.names]
    attributes = read_attributes(options.attributes or _attribute_file(path, options.kind))
    report.rows = len(attributes)
    called = _called(names, attributes) if options.kind == "openface" else names
    found = matches(attributes.names, called)
    used = set(found.values())
    for row, name in enumerate(attributes.names):
        if row not in used:
            report.left.append(Left(name, text("labels.left.no_picture")))
    for place, name in enumerate(names):
        if place not in found:
            report.left.append(Left(name, text("labels.left.no_row")))
    kept = {}
    for place, row in found.items():
        sure = float(attributes.confidence[row])
        if sure < options.confidence:
            shown = {"value": f"{sure:.2f}", "least": f"{options.confidence:g}"}
            report.left.append(Left(names[place], text("labels.left.unsure", **shown)))
        else:
            kept[place] = (sure, attributes.aus[row])
    if not kept:
        shown = {"rows": len(attributes), "pictures": len(names)}
        raise InputError(text("labels.none", path=terminal_safe(path), **shown))
    return kept


def _attribute_file(path: Path, kind: Kind) -> Path:
    """Where the Action Units of a folder are, when nobody says it."""
    if kind == "openface":
        return path
    folder = path if path.is_dir() else path.parent
    names = ("list_attr_celeba.txt", "list_attr_mydataset.txt", "attributes.txt")
    for place in (folder / name for name in names):
        if place.is_file():
            return place
    raise InputError(text("labels.no_file", path=terminal_safe(path), wanted=", ".join(names)))


def _called(names: Sequence[str], attributes: Attributes) -> list[str]:
    """What OpenFace's tables call pictures.

    `a_aligned/face_det_000000.jpg` is the first face of `a`, `a_aligned/frame_det_00_000012.bmp`
    frame 12 of the clip `a`. With several rows in a table a row is called `a_12`.
    """
    known = set(attributes.names)
    called = []
    for name in names:
        path = PurePosixPath(name)
        stem = path.parent.name.removesuffix(_ALIGNED)
        digits = path.stem.rpartition("_")[2]
        number = digits.isascii() and digits.isdecimal() and len(digits) < 19
        if path.parent.name.endswith(_ALIGNED) and number:
            one = f"{stem}_{int(digits)}"
            called.append(one if one in known else stem)
        else:
            called.append(name)
    return called


def _labelled(
    source: Source, place: int, given: tuple[float, Vector] | None, options: LabelledImport
) -> tuple[Image, float, Vector]:
    """A picture's crop, how sure its Action Units are, and these (22,)."""
    name = str(source.names[place])
    image, _ = decode_image(source.read(place), name=name)
    if given is not None:
        return to_square(image, options.size, options.crop), *given
    return _estimated(image, options)


def _estimated(image: Image, options: LabelledImport) -> tuple[Image, float, Vector]:
    """The crop of the largest face, and what its landmarks and identity say of its expression."""
    from mien.face.analyse import analyse
    from mien.persona.track import expression_of

    faces = analyse(image, max_faces=1)
    if not faces:
        raise InputError(text("data.no_face"))
    (face,) = faces
    aus = np.clip(expression_of(face.landmarks, face.embedding), 0.0, 1.0)
    if options.crop == "face":
        shown = crop(image, align_head(face.landmarks, options.size))
    else:
        shown = to_square(image, options.size, options.crop)
    return shown, 1.0, aus


def _free(name: str, taken: set[str]) -> str:
    """A safe file name for a picture, another one for every picture."""
    whole = str(PurePosixPath(name).with_suffix("")).replace("/", "_").replace("\\", "_")
    stem = safe_stem(whole + ".x", portable=True)
    number, free = 1, stem
    while free.casefold() in taken:
        number += 1
        free = f"{stem}-{number}"
    taken.add(free.casefold())
    return f"{free}.png"


def _write(
    built: Path,
    rows: Sequence[tuple[str, float, str, Vector]],
    options: LabelledImport,
    report: LabelledReport,
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["name", "confidence", "source", *AU_NAMES])
    for name, sure, mark, aus in rows:
        writer.writerow([name, f"{sure:.4g}", mark, *(f"{float(one):.4f}" for one in aus)])
    written = buffer.getvalue().encode()
    atomic_write_bytes(built / ATTRIBUTES, written)
    estimated = sum(row[2] == ESTIMATED for row in rows)
    aligned = {"name": "head-256", "size": HEAD_SIZE, "eyes": [0.5, 0.47], "apart": 0.25}
    told = {
        "format": FORMAT,
        "kind": options.kind,
        "size": options.size,
        "crop": aligned if options.crop == "face" else {"name": options.crop},
        MEASURED: len(rows) - estimated,
        ESTIMATED: estimated,
        "digest": hashlib.sha256(written).hexdigest()[:16],
    }
    write_json(built / LABELS, told)
    write_json(built / REPORT, report.as_json())
