"""A crowd for a game: people with names of their own, each in a folder.

crowd.json                     what the crowd is
crowd.csv                      a line for each person: name, folder, age, what they wear
00007-marel-tasoko/            params.json, portrait.png and, on request, head.glb
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Sequence
from pathlib import Path

from mien.data.begun import begin
from mien.data.people import head_name
from mien.data.workers import Told, work_through
from mien.errors import OutputError
from mien.head.gltf import export_glb
from mien.head.sample import sample
from mien.head.samplers import SamplerName, years_of
from mien.io.atomic import atomic_folder, atomic_write_bytes
from mien.io.image import encode_image
from mien.io.provenance import Provenance, request_hash
from mien.persona.character import NEUTRAL_VIEW, Character, write_character
from mien.seeding import key_to_int
from mien.types import FaceCode, Style

NAME, TABLE, PORTRAIT, MODEL = "crowd.json", "crowd.csv", "portrait.png", "head.glb"
JOB = "head.npc"
_TEXTURE = 1024

_FIRST = (
    *("Al", "Bren", "Cor", "Dal", "El", "Fen", "Gal", "Hes", "Ir", "Jor", "Kel", "Lor", "Mar"),
    *("Nev", "Or", "Per", "Quin", "Ros", "Sel", "Tam", "Ul", "Ves", "Win", "Yar", "Zel"),
)
_HERS = ("a", "ia", "ene", "ira", "elle", "is", "ina", "ea")
_HIS = ("an", "o", "en", "us", "ric", "ik", "in", "am")
_FAMILY = (
    (
        *("Ka", "Mo", "Ta", "Ri", "Sa", "No", "Ve", "Lo", "Ba", "Du", "Fe", "Ha", "Ji"),
        *("Ku", "La", "Mi", "Na", "O", "Pe", "Ra", "Si", "To", "Va", "Ya", "Ze"),
    ),
    ("ra", "lo", "mi", "ne", "ta", "vi", "so", "ka", "du", "ri"),
    ("n", "r", "l", "s", "ko", "th", "no", "va", "di", "ma"),
)
_NAMES = len(_FIRST) * len(_HERS) * 25 * 10 * 10
_STRIDE = 321_571
"""Shares no factor with `_NAMES`: stepping by it meets every name once."""


@dataclasses.dataclass(frozen=True)
class Crowd:
    """Who is in a crowd and what is made of each; person k is the same in a crowd of any size."""

    count: int
    size: int = 512
    style: Style = "photo"
    sampler: SamplerName = "game"
    seed: int = 0
    glb: bool = False

    def as_bytes(self) -> bytes:
        """The crowd as a file."""
        values = {**dataclasses.asdict(self), "head": head_name()}
        return json.dumps(values, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    def person(self, index: int) -> FaceCode:
        """The code of a person."""
        code = sample(self.seed, index, sampler=self.sampler)
        return dataclasses.replace(code, style=self.style)

    def name(self, index: int) -> str:
        """The name of a person: invented, and nobody else's in any crowd of the seed."""
        place = (key_to_int(self.seed, "names") + index * _STRIDE) % _NAMES
        place, first = divmod(place, len(_FIRST))
        place, last = divmod(place, len(_HERS))
        endings = _HIS if self.person(index).sliders["sex"] > 0 else _HERS
        family = ""
        for part in _FAMILY:
            place, chosen = divmod(place, len(part))
            family += part[chosen]
        return f"{_FIRST[first]}{endings[last]} {family}"

    def folder(self, index: int) -> str:
        """What the folder of a person is called."""
        return f"{index:05d}-{self.name(index).lower().replace(' ', '-')}"


def open_crowd(crowd: Crowd, folder: Path) -> list[int]:
    """Begins a crowd, or finds the one that was begun here; who is missing of it.

    Raises OutputError where the folder holds something else or cannot be written.
    """
    begin(folder, NAME, crowd.as_bytes())
    return [k for k in range(crowd.count) if not (folder / crowd.folder(k)).is_dir()]


def fill(crowd: Crowd, folder: Path, missing: Sequence[int], *, workers: int, told: Told) -> None:
    """Makes the missing people, then the table; raises OutputError."""
    work_through(_Maker(crowd, folder), missing, workers=workers, told=told)
    if missing or not (folder / TABLE).is_file():
        atomic_write_bytes(folder / TABLE, _table(crowd))


@dataclasses.dataclass(frozen=True)
class _Maker:
    """Makes one person; called with the person's number, in any process."""

    crowd: Crowd
    folder: Path

    def __call__(self, number: int, told: Told) -> None:
        path = self.folder / self.crowd.folder(number)
        try:
            with atomic_folder(path) as new:
                self._make(number, new)
        except OutputError:
            # A worker of a killed run may have made the same person.
            if not path.is_dir():
                raise
        told(1)

    def _make(self, number: int, folder: Path) -> None:
        crowd = self.crowd
        asked = request_hash({**dataclasses.asdict(crowd), "index": number})
        made_by = Provenance(source="algorithmicMedia", job=JOB, seed=crowd.seed, request=asked)
        view = dataclasses.replace(
            NEUTRAL_VIEW, camera=dataclasses.replace(NEUTRAL_VIEW.camera, size=crowd.size)
        )
        character = Character(crowd.person(number), view, None, made_by)
        write_character(folder, character)
        picture = character.render().rgb
        path = folder / PORTRAIT
        path.write_bytes(encode_image(picture, path=path, provenance=made_by, marked=False))
        if crowd.glb:
            model = export_glb(character.code, size=_TEXTURE, extras=made_by.as_mapping())
            (folder / MODEL).write_bytes(model)


def _table(crowd: Crowd) -> bytes:
    buffer = io.StringIO(newline="")
    lines = csv.writer(buffer, lineterminator="\n")
    lines.writerow(("index", "name", "folder", "years", "sex", "hair", "facial_hair", "glasses"))
    for index in range(crowd.count):
        code = crowd.person(index)
        years, sex = years_of(code.sliders["age"]), code.sliders["sex"]
        worn = (code.hair, code.facial_hair, code.glasses)
        numbers = (f"{years:.0f}", f"{sex:.2f}")
        lines.writerow((index, crowd.name(index), crowd.folder(index), *numbers, *worn))
    return buffer.getvalue().encode()
