"""`mien hub`: models to and from a folder or a repository of Hugging Face."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from mien import fields
from mien.app import console


@dataclasses.dataclass(frozen=True)
class SaveRequest:
    """What `mien hub save` is asked."""

    model: str = fields.argument("MODEL", help="hub.model")
    out: Path = fields.option(help="hub.out")
    name: str | None = fields.option(None, help="hub.repo", metavar="OWNER/NAME")


@dataclasses.dataclass(frozen=True)
class PushRequest:
    """What `mien hub push` is asked."""

    folder: Path = fields.argument("DIR", help="hub.folder")
    name: str = fields.option(help="hub.repo", metavar="OWNER/NAME")
    private: bool = fields.option(False, help="hub.private")


@dataclasses.dataclass(frozen=True)
class GetRequest:
    """What `mien hub get` is asked."""

    name: str = fields.argument("OWNER/NAME", help="hub.repo")
    out: Path = fields.option(help="hub.out")


def save(request: SaveRequest) -> int:
    """Writes weights with their card into a folder of their own."""
    from mien.io.hub import PREFIX, place_of
    from mien.jobs.hub import save_pretrained

    told = None if request.name is None else PREFIX + place_of(request.name).repo
    console.say(save_pretrained(request.model, request.out, model=told))
    return 0


def push(request: PushRequest) -> int:
    """Sends a folder that `save` wrote; says what goes before it goes."""
    from mien.io import hub
    from mien.jobs.hub import find
    from mien.messages import text

    path = find(request.folder)
    console.note(text("hub.sends", file=path.name, name=request.name))
    console.say(hub.publish(path.parent, request.name, private=request.private))
    return 0


def get(request: GetRequest) -> int:
    """Fetches a model and keeps it, with a card, in a folder."""
    from mien.io.hub import PREFIX
    from mien.jobs.hub import save_pretrained

    name = PREFIX + request.name.removeprefix(PREFIX)
    console.say(save_pretrained(name, request.out, model=name))
    return 0
