"""The browser's end of the stage: one WebSocket for each panel, and the panel's own files."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import Any

from mien.app.form import fill
from mien.app.studio import results
from mien.app.studio.forms import Places
from mien.app.studio.guard import COOKIE
from mien.app.studio.stage.frames import Header, pack, unpack
from mien.app.studio.stage.stage import Link, Stage
from mien.app.studio.stage.values import rows
from mien.app.studio.works import Works
from mien.errors import InputError, MienError
from mien.io.files import read_bytes
from mien.jobs.base import Job
from mien.messages import LANGUAGES, text, use_language
from mien.persona.held import STYLES

PANEL = Path(__file__).parents[1] / "panel"
SOCKET = "/panel/live"
FILES = {
    name: PANEL / name
    for name in ("panel.js", "faces.js", "parts.js", "link.js", "camera.js", "view.js")
}
MOST_MESSAGE = 17 << 20
"""Bytes of one message of the page: a photo of 16 MB and its header."""
_FROM_CLIENT = frozenset({"folder", "link", "language"})
"""What a page may not say itself."""


@dataclasses.dataclass(frozen=True)
class Backstage:
    """What the sockets need of the studio."""

    stage: Stage
    works: Works
    jobs: tuple[Job, ...]
    out: Path
    scratch: Path
    astronaut: Path | None


def routes(backstage: Backstage) -> list[Any]:
    """The routes of the panel: its socket and its files."""
    from starlette.responses import FileResponse, Response
    from starlette.routing import Route, WebSocketRoute

    from mien.jobs.character.page import viewer_script

    async def file(request: Any) -> Response:
        path = FILES.get(request.path_params["name"])
        if path is None:
            return Response(status_code=404)
        return FileResponse(path, media_type="text/javascript", headers=_FRESH)

    async def viewer(_: Any) -> Response:
        return Response(viewer_script(), media_type="text/javascript", headers=_FRESH)

    async def live(socket: Any) -> None:
        await _live(backstage, socket)

    return [
        WebSocketRoute(SOCKET, live),
        Route("/panel/viewer.js", viewer),
        Route("/panel/{name}", file),
    ]


_FRESH = {"cache-control": "no-cache"}


async def _live(backstage: Backstage, socket: Any) -> None:
    """One panel, from its first word to its last."""
    await socket.accept()
    language = socket.query_params.get("language", "")
    language = language if language in LANGUAGES else LANGUAGES[0]
    loop = asyncio.get_running_loop()
    answers: asyncio.Queue[bytes] = asyncio.Queue()

    def tell(frame: bytes) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(answers.put_nowait, frame)

    try:
        with use_language(language):
            link = backstage.stage.open(tell, language=language)
    except MienError as error:
        await socket.send_bytes(pack({"error": str(error), "full": True}))
        await socket.close(1013)
        return
    sender = asyncio.create_task(_send(socket, answers))
    try:
        await _listen(backstage, socket, link)
    finally:
        sender.cancel()
        link.close()


async def _send(socket: Any, answers: asyncio.Queue[bytes]) -> None:
    while True:
        await socket.send_bytes(await answers.get())


async def _listen(backstage: Backstage, socket: Any, link: Link) -> None:
    from starlette.websockets import WebSocketDisconnect

    owner = socket.cookies.get(COOKIE) or f"panel {link.key}"
    while True:
        try:
            message = await socket.receive()
        except (WebSocketDisconnect, RuntimeError):
            return
        if message["type"] == "websocket.disconnect":
            return
        data = message.get("bytes") or b""
        header: Header = {}
        try:
            with use_language(link.language):
                header, payload = unpack(data)
                told = await asyncio.to_thread(_take, backstage, owner, link, (header, payload))
        except MienError as error:
            told = {"error": str(error)}
        if told is not None:
            link.tell(pack({"id": header.get("id"), "do": header.get("do"), **told}))


def _take(
    backstage: Backstage, owner: str, link: Link, asked: tuple[Header, bytes]
) -> Header | None:
    """Answers what the studio itself knows; the rest goes to the stage, which answers later."""
    header, payload = asked
    header = {name: value for name, value in header.items() if name not in _FROM_CLIENT}
    with use_language(link.language):
        if header.get("do") == "characters":
            return {"characters": [[name, key] for name, key, _ in _characters(backstage, owner)]}
        if header.get("do") == "character.edit":
            return _edit(backstage, owner, link, header)
        if header.get("character"):
            header["folder"] = str(_folder(backstage, owner, str(header["character"])))
        if header.get("do") in ("photo.open", "photo.like") and header.get("astronaut"):
            payload = _example(backstage)
    link.ask(header, payload)
    return None


def _example(backstage: Backstage) -> bytes:
    if backstage.astronaut is None:
        raise InputError(text("studio.live.no_photo"))
    return read_bytes(backstage.astronaut, max_bytes=MOST_MESSAGE, wanted="io.wanted.image")


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


def _folder(backstage: Backstage, owner: str, key: str) -> Path:
    for _, known, folder in _characters(backstage, owner):
        if known == key:
            return folder.resolve()
    raise InputError(text("studio.live.no_character"))


def _edit(backstage: Backstage, owner: str, link: Link, header: Header) -> Header:
    """Queues `character edit`: what was set by hand is kept, and around it the fit runs again."""
    folder = _folder(backstage, owner, str(header.get("character")))
    work = backstage.works.new(owner, "character", "edit", language=link.language)
    places = Places(work.folder, backstage.out, backstage.scratch)
    from mien.app.studio.forms import copied

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
    job = next(job for job in backstage.jobs if job.name == "character")
    fill(job.request["edit"], work.values)
    backstage.works.add(work)
    return {"queued": results.run_title(work)}


def _locks(sent: Any) -> list[str]:
    """Materials that were set by hand, as the option `--lock` takes them."""
    known = rows("head")
    given = sent.items() if isinstance(sent, dict) else ()
    numbers = ((name, value) for name, value in given if isinstance(value, int | float))
    return [f"{name}={value:.4g}" for name, value in numbers if f"material.{name}" in known]
