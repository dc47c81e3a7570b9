"""A folder of pictures with their Action Units, as a pack that GANimation learns from."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.data.attributes import CONFIDENT, matches, read_attributes
from mien.data.importer import import_pictures
from mien.data.labelled_set import ESTIMATED, is_labelled_set, read_labels
from mien.data.pack import Pack, PackInfo, is_pack
from mien.data.sources import Source, open_source
from mien.errors import InputError
from mien.io.names import terminal_safe
from mien.jobs.base import Progress, Step
from mien.jobs.express.config import TrainRequest
from mien.jobs.express.presets import Config
from mien.messages import text
from mien.seeding import rng

_HELD_OUT = 100
"""As many as the ancestor keeps for testing, but at most a tenth."""
_FILES = ("list_attr_celeba.txt", "attributes.txt", "aus_openface.pkl", "attributes.csv")


@dataclasses.dataclass(frozen=True, eq=False)
class Labelled:
    """Pictures with Action Units.

    pack   all that could be used; aus (n, k) of each; rows: those to train on; held_out: the rest
    info   of the pack, with the crop that its pictures had before they were packed
    """

    pack: Pack
    info: PackInfo
    aus: NDArray[np.float32]
    rows: NDArray[np.int64]
    held_out: NDArray[np.int64]
    source: dict[str, Any]
    notes: tuple[str, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class _Chosen:
    """The pictures of a source that have attributes; `places` in the source."""

    source: Source
    places: list[int]

    @property
    def names(self) -> list[str]:
        return [self.source.names[place] for place in self.places]

    @property
    def others(self) -> int:
        return len(self.source.names) - len(self.places) + self.source.others

    def read(self, place: int) -> bytes:
        return self.source.read(self.places[place])

    def size(self, place: int) -> int:
        return self.source.size(self.places[place])


def open_folder(request: TrainRequest, config: Config, progress: Progress) -> Labelled:
    """The pictures of `--data` with the attributes of `--attributes`, or of a file found there.

    Raises InputError where there are no attributes, or none for any picture.
    """
    root = Path(request.data)
    labels = read_labels(root) if is_labelled_set(root) else None
    if labels is not None:
        # The pictures are crops already: they are packed as they are.
        request = dataclasses.replace(request, crop="squeeze")
    source = open_source(root)
    path = request.attributes if request.attributes is not None else attribute_file(root)
    attributes = read_attributes(path)
    names = [str(name) for name in source.names]
    found = matches(attributes.names, names)
    sure = {p: row for p, row in found.items() if attributes.confidence[row] >= CONFIDENT}
    if not sure:
        values = {"pictures": len(names), "rows": len(attributes)}
        raise InputError(text("express.no_match", path=terminal_safe(path), **values))
    chosen = _Chosen(source, list(sure))
    pack, notes = _packed(chosen, request, config, progress)
    kept = _usable(pack, chosen)
    aus = np.stack([attributes.aus[sure[chosen.places[place]]] for place in kept])
    order = rng("held out", pack.info.digest).permutation(len(aus))
    held = min(_HELD_OUT, len(aus) // 10)
    told = text(
        "express.matched", pictures=len(aus), listed=len(attributes), unsure=len(found) - len(sure)
    )
    info = pack.info if labels is None else dataclasses.replace(pack.info, crop=labels["crop"])
    if labels is not None and labels[ESTIMATED]:
        notes = (*notes, text("express.estimated", count=labels[ESTIMATED]))
        info = dataclasses.replace(info, data=f"{info.data}; {labels[ESTIMATED]} AUs estimated")
    return Labelled(
        pack=pack,
        info=info,
        aus=aus[:, : config.aus],
        rows=np.sort(order[held:]),
        held_out=np.sort(order[:held]),
        source={"kind": "folder", "digest": pack.info.digest, "count": len(aus)},
        notes=(told, *notes),
    )


def attribute_file(root: Path) -> Path:
    """The attribute file in or beside a folder; raises InputError where there is none."""
    places = [folder / name for folder in (root, root.parent) for name in _FILES]
    for place in places:
        if place.is_file():
            return place
    tables = sorted(root.glob("*.csv"))
    if tables:
        return tables[0] if len(tables) == 1 else root
    raise InputError(text("express.no_attributes", path=terminal_safe(root)))


def _packed(
    chosen: _Chosen, request: TrainRequest, config: Config, progress: Progress
) -> tuple[Pack, tuple[str, ...]]:
    listed = [[name, chosen.size(place)] for place, name in enumerate(chosen.names)]
    told = json.dumps([listed, request.crop, config.size])
    digest = hashlib.sha256(told.encode()).hexdigest()[:16]
    folder = request.cache / f"express-data-{config.size}-{digest}"
    notes: tuple[str, ...] = ()
    if not is_pack(folder):
        report = import_pictures(
            chosen,
            folder,
            size=config.size,
            crop=request.crop,
            told=lambda done, total, name: progress(Step(done, total, name)),
        )
        notes = tuple(report.lines())
    return Pack(folder), notes


def _usable(pack: Pack, chosen: _Chosen) -> list[int]:
    """Places of the pictures that are in the pack, in its order."""
    report = json.loads((pack.folder / "report.json").read_text())
    lost = {one["name"] for one in report["quarantined"]}
    lost |= {name for group in report["duplicates"] for name in group[1:]}
    return [place for place, name in enumerate(chosen.names) if name not in lost]
