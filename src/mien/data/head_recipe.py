"""Data sets of the head as recipes: under 200 bytes that give the same pictures anywhere.

    recipe.json                    what the set is
    labels.csv                     a row for every picture: every parameter by name, every landmark
    photo/00000/000000.png ...     pictures, a hundred people in a folder; toon/ likewise
    photo-masks/00000/000000.png   part labels as indexed PNG, on request

A person has the same file name in both styles. A folder of pictures appears whole, with a
labels.csv of its own, or not at all: a set that was stopped goes on where it was.
"""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from mien.data.backends import Backend, through
from mien.data.begun import begin
from mien.data.head_labels import columns, row
from mien.data.people import HeadSpec, draw_scene, head_name
from mien.data.workers import Told
from mien.errors import InputError, OutputError
from mien.head.photo_effects import apply_effects, random_effects
from mien.head.samplers import SAMPLER_NAMES, SamplerName
from mien.head.schema import LABELS
from mien.io.atomic import atomic_file, atomic_folder, remove_leftovers
from mien.io.files import output_errors, read_bytes
from mien.io.image import encode_image
from mien.io.names import terminal_safe
from mien.io.provenance import Provenance, request_hash
from mien.messages import text
from mien.seeding import rng
from mien.types import Image, Style

Styles: TypeAlias = Literal["photo", "toon", "both"]
SHARD = 100
"""People in a folder."""
MOST, LARGEST, SMALLEST = 10_000_000, 1024, 16
RECIPE, LABELS_FILE = "recipe.json", "labels.csv"
JOB = "head.dataset"
_MAX_BYTES = 1 << 16

# Colours of the parts in a mask, in the order of `LABELS`; only for looking at.
_PALETTE = (
    *("000000", "e0ac8c", "6b4528", "c0505a", "5a1420", "f4f4f4"),
    *("d08c6c", "3a78b0", "fffbe0", "50331e", "3b5b8a", "101018"),
    *("c8a030", "8a5a34"),
)


@dataclasses.dataclass(frozen=True)
class HeadRecipe:
    """Which people in which pictures; `head` names the head that draws them.

    effects   photos as cameras and files spoil them: `head.photo_effects`, by chance for each
    """

    count: int
    size: int = 128
    style: Styles = "photo"
    seed: int = 0
    sampler: SamplerName = "portrait"
    masks: bool = False
    head: str = ""
    effects: bool = False

    @property
    def styles(self) -> tuple[Style, ...]:
        """The styles that are drawn."""
        return ("photo", "toon") if self.style == "both" else (self.style,)

    @property
    def shards(self) -> int:
        """Folders of a style."""
        return -(-self.count // SHARD)

    @property
    def pictures(self) -> int:
        """Pictures of all styles."""
        return self.count * len(self.styles)

    def spec(self, style: Style) -> HeadSpec:
        """The pictures of one style."""
        return HeadSpec(style=style, size=self.size, seed=self.seed, sampler=self.sampler)

    def as_config(self) -> dict[str, object]:
        """JSON values; without effects as they were written when there were none."""
        values = dataclasses.asdict(self)
        return values if self.effects else {n: v for n, v in values.items() if n != "effects"}

    def as_bytes(self) -> bytes:
        """The recipe as a file: the same bytes on any machine."""
        written = json.dumps(self.as_config(), sort_keys=True, separators=(",", ":"))
        return written.encode() + b"\n"

    def provenance(self) -> Provenance:
        """What is written into every picture."""
        asked = request_hash(self.as_config())
        return Provenance(source="algorithmicMedia", job=JOB, seed=self.seed, request=asked)


def read_recipe(path: Path) -> HeadRecipe:
    """A recipe from its file; raises InputError with one line for anything else."""
    data = read_bytes(path, max_bytes=_MAX_BYTES, wanted="data.wanted.recipe")
    shown = {"path": terminal_safe(path)}
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        raise InputError(text("data.recipe_json", **shown)) from None
    names = [field.name for field in dataclasses.fields(HeadRecipe)]
    if isinstance(values, dict):
        values = {"effects": False, **values}
    if not isinstance(values, dict) or sorted(values) != sorted(names):
        raise InputError(text("data.recipe_fields", names=", ".join(sorted(names)), **shown))
    for name, wanted in _WANTED.items():
        if not _fits(values[name], wanted):
            value = terminal_safe(json.dumps(values[name]))[:60]
            told = {"name": name, "value": value, "wanted": _words(wanted)}
            raise InputError(text("data.recipe_value", **told, **shown))
    recipe = HeadRecipe(**values)
    if recipe.head != head_name():
        told = {"theirs": terminal_safe(recipe.head), "ours": head_name()}
        raise InputError(text("data.recipe_head", **told, **shown))
    return recipe


_WANTED: dict[str, tuple[Any, ...]] = {
    "count": (1, MOST),
    "size": (SMALLEST, LARGEST),
    "seed": (0, 2**63 - 1),
    "style": get_args(Styles),
    "sampler": SAMPLER_NAMES,
    "masks": (False, True),
    "effects": (False, True),
    "head": (),
}


def _fits(value: Any, wanted: tuple[Any, ...]) -> bool:
    if not wanted:
        return isinstance(value, str) and len(value) <= 40
    if isinstance(wanted[0], str | bool):
        return type(value) is type(wanted[0]) and value in wanted
    return type(value) is int and wanted[0] <= value <= wanted[1]


def _words(wanted: tuple[Any, ...]) -> str:
    if wanted and type(wanted[0]) is int:
        return f"{wanted[0]} … {wanted[1]}"
    return ", ".join(str(one).lower() for one in wanted) or "2-0123456789ab"


@dataclasses.dataclass(frozen=True)
class HeadSet:
    """A set that was begun in a folder: its shards that are not whole, its pictures to be made."""

    recipe: HeadRecipe
    folder: Path
    missing: tuple[int, ...]
    left: int


def open_set(recipe: HeadRecipe, folder: Path) -> HeadSet:
    """Begins a set, or finds the one that was begun here.

    Raises OutputError where the folder holds something else or cannot be written, InputError
    where the set there was changed or belongs to another head.
    """
    path = folder / RECIPE
    if path.is_file() and read_recipe(path) != recipe:
        raise OutputError(text("data.recipe_other", path=terminal_safe(folder)))
    begin(folder, RECIPE, recipe.as_bytes())
    for name in _tree_names(recipe):
        remove_leftovers(folder / name)
    missing, left = [], 0
    for number in range(recipe.shards):
        styles = {style for style, _ in _trees(recipe, folder, number)}
        missing += [number] if styles else []
        left += len(styles) * _people(recipe, number)
    return HeadSet(recipe, folder, tuple(missing), left)


def fill(head_set: HeadSet, *, backend: Backend, told: Told) -> None:
    """Draws what is missing; the bytes do not depend on who draws what.

    told   hears how many pictures were made since it was called last

    Raises OutputError where something cannot be written.
    """
    recipe, folder = head_set.recipe, head_set.folder
    through(_Shard(recipe, folder), head_set.missing, backend, told)
    if head_set.missing or not (folder / LABELS_FILE).is_file():
        _join_labels(recipe, folder)


def _tree_names(recipe: HeadRecipe) -> list[str]:
    masks = ("", "-masks") if recipe.masks else ("",)
    return [style + suffix for style in recipe.styles for suffix in masks]


def _people(recipe: HeadRecipe, number: int) -> int:
    return min(SHARD, recipe.count - number * SHARD)


def _trees(recipe: HeadRecipe, folder: Path, number: int) -> list[tuple[Style, Path]]:
    """Folders of a shard that are not there yet, with their styles.

    Raises InputError for one that lacks a picture: somebody else has been at it.
    """
    missing: list[tuple[Style, Path]] = []
    for name in _tree_names(recipe):
        path = folder / name / f"{number:05d}"
        if not path.is_dir():
            missing.append((_style_of(name), path))
        elif sum(entry.suffix == ".png" for entry in path.iterdir()) != _people(recipe, number):
            raise InputError(text("data.recipe_shard", path=terminal_safe(path)))
    return missing


def _style_of(name: str) -> Style:
    return "toon" if name.startswith("toon") else "photo"


@dataclasses.dataclass(frozen=True)
class _Shard:
    """Draws the missing folders of a shard; called with its number, in any process."""

    recipe: HeadRecipe
    folder: Path

    def __call__(self, number: int, told: Told) -> None:
        missing = _trees(self.recipe, self.folder, number)
        try:
            for style in self.recipe.styles:
                paths = [path for one, path in missing if one == style]
                if paths:
                    self._draw(style, number, paths, told)
        except OutputError:
            # A worker of a killed run may have finished the same folder, with the same bytes.
            if _trees(self.recipe, self.folder, number):
                raise

    def _draw(self, style: Style, number: int, paths: list[Path], told: Told) -> None:
        recipe, spec = self.recipe, self.recipe.spec(style)
        first = number * SHARD
        made_by = recipe.provenance()
        with contextlib.ExitStack() as stack:
            built = {path: stack.enter_context(atomic_folder(path)) for path in paths}
            rows = []
            for index in range(first, first + _people(recipe, number)):
                name = f"{index:06d}.png"
                code, view, drawn = draw_scene(spec, index)
                picture = _picture(recipe, style, index, drawn.rgb)
                for path, new in built.items():
                    masks = path.parent.name.endswith("-masks")
                    data = (
                        _mask(drawn.labels)
                        if masks
                        else encode_image(
                            picture, path=new / name, provenance=made_by, marked=False
                        )
                    )
                    (new / name).write_bytes(data)
                file = f"{style}/{number:05d}/{name}"
                rows.append(row(file, index, code, view, drawn))
                told(1)
            for path, new in built.items():
                if not path.parent.name.endswith("-masks"):
                    (new / LABELS_FILE).write_bytes(_csv([columns(), *rows]))


def _picture(recipe: HeadRecipe, style: Style, index: int, drawn: Image) -> Image:
    """What is written of a drawing: drawings of the toon style stay clean."""
    if style == "toon" or not recipe.effects:
        return drawn
    noise = int(rng(recipe.seed, "noise of a picture", index).integers(2**62))
    return apply_effects(drawn, random_effects(recipe.seed, index), seed=noise)


def _csv(rows: list[list[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode()


def _mask(labels: NDArray[np.uint8]) -> bytes:
    """Part labels (s, s) as an indexed PNG: the index is the label."""
    from PIL import Image as PillowImage

    picture = PillowImage.fromarray(labels, "P")
    picture.putpalette(bytes.fromhex("".join(_PALETTE[: len(LABELS)])))
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def _join_labels(recipe: HeadRecipe, folder: Path) -> None:
    """All rows of all folders in one file, in order."""
    path = folder / LABELS_FILE
    with atomic_file(path) as temporary, output_errors(path), temporary.open("wb") as file:
        file.write(_csv([columns()]))
        for lines in _label_files(recipe, folder):
            file.write(lines.partition(b"\n")[2])


def _label_files(recipe: HeadRecipe, folder: Path) -> Iterator[bytes]:
    for style in recipe.styles:
        for number in range(recipe.shards):
            yield (folder / style / f"{number:05d}" / LABELS_FILE).read_bytes()
