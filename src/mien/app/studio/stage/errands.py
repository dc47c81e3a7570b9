"""What a live panel asks of the studio itself: what was made here, and long work in the queue."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mien.app.form import fill
from mien.app.studio import results
from mien.app.studio.forms import Places, copied, page_fields, values
from mien.app.studio.stage.frames import Header
from mien.app.studio.stage.stage import Stage
from mien.app.studio.stage.values import rows
from mien.app.studio.works import Work, Works
from mien.errors import InputError
from mien.io.names import terminal_safe
from mien.jobs.base import Job
from mien.messages import language, text
from mien.persona.held import STYLES
from mien.persona.person import MANIFEST


@dataclasses.dataclass(frozen=True)
class Backstage:
    """What the sockets need of the studio."""

    stage: Stage
    works: Works
    jobs: tuple[Job, ...]
    out: Path
    scratch: Path
    astronaut: Path | None


Errand = Callable[[Backstage, str, Mapping[str, Any]], Header]

# --- what was made in this session ----------------------------------------------------------


def _characters(backstage: Backstage, owner: str) -> list[tuple[str, str, Path]]:
    """The characters that this session made, the newest first: name, key, folder."""
    found = []
    for work in backstage.works.of(owner):
        if work.job != "character" or not work.over:
            continue
        for place, folder in enumerate(work.outcome.results):
            if (folder / "params.json").is_file():
                name = f"{results.run_title(work)}: {folder.name}"
                found.append((name, f"{work.key}.{place}", folder))
    return found


def character_folder(backstage: Backstage, owner: str, key: str) -> Path:
    """The folder of a character of this session; raises InputError where there is none."""
    return _folder_of(_characters(backstage, owner), key, "studio.live.no_character")


def _people(backstage: Backstage, owner: str) -> list[tuple[str, str, Path]]:
    """The persons that this session learns or has learnt, the newest first: name, key, folder.

    A person can be shown before it is learnt: its clip is warped until there is a network.
    """
    found = []
    for work in backstage.works.of(owner):
        if (work.job, work.action) != ("reenact", "learn"):
            continue
        folder = Path(str(work.values.get("out", work.folder)))
        if (folder / MANIFEST).is_file():
            name = Path(str(work.values.get("source", ""))).name
            found.append((f"{results.run_title(work)}: {terminal_safe(name)}", work.key, folder))
    return found


def person_folder(backstage: Backstage, owner: str, key: str) -> Path:
    """The folder of a person of this session; raises InputError where there is none."""
    return _folder_of(_people(backstage, owner), key, "studio.live.no_person")


def _folder_of(made: list[tuple[str, str, Path]], key: str, missing: str) -> Path:
    """The folder of a key; `missing` is the message where there is none."""
    for _, known, folder in made:
        if known == key:
            return folder.resolve()
    raise InputError(text(missing))


def result_of(backstage: Backstage, owner: str, key: str, place: int) -> Path | None:
    """A file that a run of this session left, by its place among them; None where there is none."""
    work = backstage.works.find(owner, key)
    if work is None or not work.over:
        return None
    files = results.left_by(work).files
    return files[place] if 0 <= place < len(files) else None


# --- errands --------------------------------------------------------------------------------


def _told_characters(backstage: Backstage, owner: str, _: Mapping[str, Any]) -> Header:
    return {"characters": [[name, key] for name, key, _ in _characters(backstage, owner)]}


def _told_people(backstage: Backstage, owner: str, _: Mapping[str, Any]) -> Header:
    return {"people": [[name, key] for name, key, _ in _people(backstage, owner)]}


def _told_work(backstage: Backstage, owner: str, header: Mapping[str, Any]) -> Header:
    """How far a run is: a line, a share, and once it is over its files."""
    work = backstage.works.find(owner, str(header.get("key")))
    if work is None:
        raise InputError(text("studio.live.no_work"))
    line = results.line_of(work, before=backstage.works.before(work))
    share = min(1.0, work.done / work.total) if work.total else 0.0
    told = {"line": line, "share": share, "over": work.over, "state": work.state}
    files = results.left_by(work).files if work.over else ()
    return {**told, "files": [path.name for path in files]}


def _stop_work(backstage: Backstage, owner: str, header: Mapping[str, Any]) -> Header:
    work = backstage.works.find(owner, str(header.get("key")))
    if work is not None:
        backstage.works.cancel(work)
    return {}


def _learn(backstage: Backstage, owner: str, header: Mapping[str, Any]) -> Header:
    """Queues `reenact learn` with a clip that was uploaded."""
    given = {"source": header.get("clip"), "minutes": header.get("minutes")}
    return _queue(backstage, owner, ("reenact", "learn"), given)


def _film(backstage: Backstage, owner: str, header: Mapping[str, Any]) -> Header:
    """Queues `reenact run`: the person, or the photo that was uploaded, follows a clip."""
    given = {name: header.get(name) for name in ("strength", "head")}
    given |= {"driver": header.get("clip"), "photos": header.get("photo")}
    more: dict[str, Any] = {}
    if header.get("person"):
        # Its folder is ours: the page knows it by its key alone.
        more["photos"] = [str(person_folder(backstage, owner, str(header["person"])))]
        given["photos"] = None
    elif header.get("astronaut") and backstage.astronaut is not None:
        given["photos"] = str(backstage.astronaut)
    return _queue(backstage, owner, ("reenact", "run"), given, more)


def _edit(backstage: Backstage, owner: str, header: Mapping[str, Any]) -> Header:
    """Queues `character edit`: what was set by hand is kept, and around it the fit runs again."""
    folder = character_folder(backstage, owner, str(header.get("character")))
    work = backstage.works.new(owner, "character", "edit", language=language())
    places = Places(work.folder, backstage.out, backstage.scratch)
    sent = header.get("set")
    work.values = {
        "folder": str(copied(folder, places.run)),
        "set": {str(name): value for name, value in sent.items()} if isinstance(sent, dict) else {},
        "relock": bool(header.get("refit")),
        "lock": _locks(header.get("materials")),
    }
    styles = header.get("styles")
    if isinstance(styles, dict):
        worn = {name: str(styles[name]) for name in STYLES if name in styles}
        work.values = {**work.values, **worn}
    return _add(backstage, work)


def _queue(
    backstage: Backstage,
    owner: str,
    what: tuple[str, str],
    given: Mapping[str, Any],
    more: Mapping[str, Any] | None = None,
) -> Header:
    """Queues an action, its values checked as those of its form are."""
    name, action = what
    job = next(one for one in backstage.jobs if one.name == name)
    work = backstage.works.new(owner, name, action, language=language())
    shown = page_fields(name, action, job.request[action])
    held = [given.get(field.control.name) for field in shown]
    places = Places(work.folder, backstage.out, backstage.scratch)
    work.values = {**values(shown, held, places), **(more or {})}
    return _add(backstage, work)


def _add(backstage: Backstage, work: Work) -> Header:
    job = next(one for one in backstage.jobs if one.name == work.job)
    fill(job.request[work.action], work.values)
    backstage.works.add(work)
    return {"queued": results.run_title(work), "key": work.key}


def _locks(sent: Any) -> list[str]:
    """Materials that were set by hand, as the option `--lock` takes them."""
    known = rows("head")
    given = sent.items() if isinstance(sent, dict) else ()
    numbers = ((name, value) for name, value in given if isinstance(value, int | float))
    return [f"{name}={value:.4g}" for name, value in numbers if f"material.{name}" in known]


ERRANDS: Mapping[str, Errand] = {
    "characters": _told_characters,
    "character.edit": _edit,
    "people": _told_people,
    "person.learn": _learn,
    "person.film": _film,
    "work": _told_work,
    "work.stop": _stop_work,
}
"""What the studio answers itself, by what is asked."""
