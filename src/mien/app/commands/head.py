"""`mien head`: the engine, by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mien import fields
from mien.app import console
from mien.errors import OptionError
from mien.head import choices
from mien.head.samplers import SamplerName
from mien.io.names import OWN, free_path
from mien.messages import text

if TYPE_CHECKING:
    from mien.io.provenance import Provenance
    from mien.persona.character import Character
    from mien.types import FaceCode

SheetKind = Literal[
    "identities",
    "mixed",
    "aus",
    "pose",
    "hair",
    "toon",
    "sliders",
    "ages",
    "beards",
    "glasses",
    "expressions",
    "poses",
    "twins",
]
BALANCE = "balance.csv"


def _lights() -> tuple[str, ...]:
    from mien.head.light import LIGHTS

    return tuple(LIGHTS)


@dataclasses.dataclass(frozen=True)
class PersonRequest:
    """Whose head: a character's, a random one of a seed, or the average; then changes to it."""

    params: Path | None = fields.option(None, help="option.params")
    seed: int | None = fields.option(None, help="option.seed", span=(0, 2**63 - 1))
    index: int = fields.option(0, help="option.index", span=(0, 2**63 - 1))
    sampler: SamplerName = fields.option("portrait", help="option.sampler")
    set: Mapping[str, float] = fields.option({}, help="option.set", span=(-2.5, 2.5))
    au: Mapping[str, float] = fields.option({}, help="option.au", span=(0, 1))
    material: Mapping[str, float] = fields.option({}, help="option.material", span=(-1, 6))
    hair: str | None = fields.option(None, help="option.hair", choices=choices.hair_styles)
    facial_hair: str | None = fields.option(
        None, help="option.facial_hair", choices=choices.facial_hair
    )
    glasses: str | None = fields.option(None, help="option.glasses", choices=choices.glasses)
    style: Literal["photo", "toon"] | None = fields.option(None, help="option.style")
    yaw: float | None = fields.option(None, help="option.yaw", span=(-90, 90), unit="°")
    pitch: float | None = fields.option(None, help="option.pitch", span=(-60, 60), unit="°")
    roll: float | None = fields.option(None, help="option.roll", span=(-180, 180), unit="°")
    gaze: tuple[float, float] | None = fields.option(None, help="option.gaze", span=(-1, 1))


@dataclasses.dataclass(frozen=True)
class RenderRequest(PersonRequest):
    """What `mien head render` is asked."""

    size: int | None = fields.option(None, help="option.size", span=(16, 2048), unit=" px")
    light: str | None = fields.option(None, help="option.light", choices=_lights)
    out: Path = fields.option(Path(OWN), help="option.out_picture")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class GlbRequest(PersonRequest):
    """What `mien head glb` is asked."""

    morphs: Literal["arkit", "aus", "both"] = fields.option("arkit", help="option.morphs")
    simple: bool = fields.option(False, help="option.simple_model")
    size: int = fields.option(1024, help="option.texture_size", span=(64, 4096), unit=" px")
    out: Path = fields.option(Path("head.glb"), help="option.out_model")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class SheetRequest:
    """What `mien head sheet` is asked."""

    kind: SheetKind = fields.option("identities", help="option.sheet_kind")
    seed: int = fields.option(0, help="option.seed", span=(0, 2**63 - 1))
    count: int = fields.option(16, help="option.count", span=(1, 400))
    size: int = fields.option(160, help="option.cell_size", span=(32, 512), unit=" px")
    sampler: SamplerName = fields.option("portrait", help="option.sampler")
    stats: bool = fields.option(False, help="option.stats")
    people: int = fields.option(2000, help="option.people", span=(1, 1_000_000))
    out: Path = fields.option(Path(OWN), help="option.out_sheet")
    overwrite: bool = fields.option(False, help="option.overwrite")


@dataclasses.dataclass(frozen=True)
class SchemaRequest:
    """What `mien head schema` is asked."""

    json: bool = fields.option(False, help="option.json")


def schema(request: SchemaRequest) -> int:
    """Lists every name that the head understands, with its range."""
    from mien.head.schema import MACROS, RIG_NAMES, SCHEMA, SLIDER_GROUPS, schema_hash

    if request.json:
        console.say_json({"hash": schema_hash(), **SCHEMA.to_dict()})
        return 0
    console.say(f"head schema {SCHEMA.version} ({schema_hash()})")
    rows = [(f"sliders: {group}", " ".join(names)) for group, names in SLIDER_GROUPS]
    rows.append(("macros", " ".join(MACROS)))
    rows.append(("action units", " ".join(SCHEMA.aus)))
    rows.append(("of one side", " ".join(RIG_NAMES[len(SCHEMA.aus) :])))
    rows += [
        (f"material: {one.name}", f"{one.kind} {one.low:g} … {one.high:g}")
        for one in SCHEMA.materials
    ]
    rows.append(("hair styles", " ".join(SCHEMA.hair_styles)))
    rows.append(("facial hair", " ".join(SCHEMA.facial_hair)))
    rows.append(("glasses", " ".join(SCHEMA.glasses)))
    rows.append(("styles", " ".join(SCHEMA.styles)))
    rows.append(("labels", " ".join(SCHEMA.labels)))
    console.table(rows)
    return 0


def render(request: RenderRequest) -> int:
    """Draws one head."""
    from mien.head.light import LIGHTS
    from mien.io.image import write_image

    shown = person(request, job="head.render")
    if request.light is not None:
        view = dataclasses.replace(shown.view, light=LIGHTS[request.light])
        shown = dataclasses.replace(_remade(shown, request, "head.render"), view=view)
    drawn = shown.render(size=request.size)
    path = free_path(request.out, overwrite=request.overwrite)
    write_image(path, drawn.rgb, provenance=shown.provenance)
    console.say(text("app.wrote", path=path))
    return 0


def glb(request: GlbRequest) -> int:
    """Exports one head, neutral and facing front, its expressions as morph targets."""
    from mien.head.gltf import export_glb
    from mien.io.atomic import atomic_write_bytes

    shown = person(request, job="head.glb")
    made_by = shown.provenance.as_mapping()
    model = export_glb(
        shown.code,
        texture=shown.texture,
        size=request.size,
        extras=made_by,
        morphs=request.morphs,
        level=int(request.simple),
    )
    path = free_path(request.out, overwrite=request.overwrite)
    atomic_write_bytes(path, model)
    console.say(text("app.wrote", path=path))
    return 0


def person(request: PersonRequest, *, job: str) -> Character:
    """The person that a request describes, with the view and texture that belong to them.

    job   what the provenance says; that of a character without changes stays as it is, so that
          its render is the same file

    Raises OptionError for an unknown name, or where both a character and a seed are given;
    InputError for a params.json that cannot be read.
    """
    from mien.head.render import View
    from mien.head.sample import sample
    from mien.persona.character import Character, read_character
    from mien.types import FaceCode

    if request.params is not None and request.seed is not None:
        raise OptionError(text("app.seed_or_params"))
    if request.params is not None:
        known = read_character(request.params)
        code = changed(known.code, request)
        if code == known.code:
            return known
        return dataclasses.replace(_remade(known, request, job), code=code)
    code = FaceCode()
    if request.seed is not None:
        code = sample(request.seed, request.index, sampler=request.sampler)
    drawn = Character(changed(code, request), View(), None, _provenance(job, request.seed))
    return _remade(drawn, request, job)


def _remade(character: Character, request: PersonRequest, job: str) -> Character:
    """The character as another job leaves it."""
    from mien.jobs.record import recorded

    made_by = dataclasses.replace(character.provenance, job=job, request="")
    told = dataclasses.replace(recorded(made_by, request), consent=character.provenance.consent)
    return dataclasses.replace(character, provenance=told)


def changed(code: FaceCode, request: PersonRequest) -> FaceCode:
    """The code with the changes that a request asks for."""
    from mien.head.schema import MACROS, SLIDERS

    sliders = _known("fields.what.slider", request.set, (*SLIDERS, *MACROS))
    given = {name: getattr(request, name) for name in ("yaw", "pitch", "roll")}
    turns = {name: degrees for name, degrees in given.items() if degrees is not None}
    return dataclasses.replace(
        code,
        sliders={**code.sliders, **sliders},
        aus={**code.aus, **action_units(request.au)},
        pose=dataclasses.replace(code.pose, **turns),
        gaze=code.gaze if request.gaze is None else request.gaze,
        materials={**code.materials, **_scalars(request.material)},
        hair=request.hair or code.hair,
        facial_hair=request.facial_hair or code.facial_hair,
        glasses=request.glasses or code.glasses,
        style=request.style or code.style,
    )


def action_units(values: Mapping[str, float]) -> dict[str, float]:
    """Action Units under their own names; `au6`, `6` and `AU06` are AU6 too, `12l` is AU12L.

    Raises OptionError for an unknown one.
    """
    from mien.head.schema import RIG_NAMES

    digits = {name: name.upper().removeprefix("AU").lstrip("0") for name in values}
    own = {
        f"AU{number}" if number.rstrip("LR").isdecimal() else name: name
        for name, number in digits.items()
    }
    return _known("fields.what.AU", {new: values[name] for new, name in own.items()}, RIG_NAMES)


def _scalars(values: Mapping[str, float]) -> dict[str, float]:
    """Materials that are one number, in their range; raises OptionError."""
    from mien.head.schema import MATERIALS

    known = {one.name: one for one in MATERIALS if one.kind == "scalar"}
    for name, value in _known("fields.what.material", values, tuple(known)).items():
        low, high = known[name].low, known[name].high
        if not low <= value <= high:
            shown = {"name": f"--material {name}", "value": f"{value:g}", "unit": ""}
            raise OptionError(
                text("fields.out_of_range", low=f"{low:g}", high=f"{high:g}", **shown)
            )
    return dict(values)


def _known(what: str, values: Mapping[str, float], names: tuple[str, ...]) -> dict[str, float]:
    for name in values:
        if name not in names:
            raise fields.unknown(text(what), name, names)
    return dict(values)


def _provenance(job: str, seed: int | None) -> Provenance:
    from mien.io.provenance import Provenance

    return Provenance(source="algorithmicMedia", job=job, seed=seed)


def sheet(request: SheetRequest) -> int:
    """Draws a sheet of heads, or counts who would be drawn."""
    if request.stats:
        return _stats(request)
    from mien.app.sheet import KINDS, SAMPLED, compose, drawn
    from mien.io.image import write_image
    from mien.jobs.base import Step
    from mien.jobs.record import recorded

    if request.kind in SAMPLED:
        plan = SAMPLED[request.kind](request.seed, request.count, sampler=request.sampler)
    elif request.sampler == "portrait":
        plan = KINDS[request.kind](request.seed, request.count)
    else:
        raise OptionError(text("app.sheet_sampler", kind=request.kind, kinds=", ".join(SAMPLED)))
    labels = [cell.label for cell in plan.cells]
    pictures = []
    with console.progress(request.kind, quiet=True) as progress:
        for picture, label in zip(drawn(plan, request.size), labels, strict=True):
            pictures.append(picture)
            progress(Step(len(pictures), len(labels), label))
    path = free_path(request.out, overwrite=request.overwrite)
    page = compose(pictures, labels, columns=plan.columns)
    made_by = recorded(_provenance("head.sheet", request.seed), request)
    write_image(path, page, provenance=made_by)
    console.say(text("app.wrote", path=path))
    return 0


def _stats(request: SheetRequest) -> int:
    """Counts the people of a sampler; the table is shown and written."""
    from mien.data.balance import balance, to_csv
    from mien.io.atomic import atomic_write_bytes

    rows = balance(request.seed, request.people, sampler=request.sampler)
    console.say(text("app.balance", count=request.people, sampler=request.sampler))
    console.table(
        [(text(row.group), row.name, row.count, f"{100 * row.share:.1f} %") for row in rows]
    )
    path = request.out.with_name(BALANCE) if request.out.name == OWN else request.out
    path = free_path(path, overwrite=request.overwrite)
    atomic_write_bytes(path, to_csv(rows))
    console.say(text("app.wrote", path=path))
    return 0
