"""The browser's end of the stage: one WebSocket for each panel, and the panel's own files."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from mien.app.studio.guard import COOKIE
from mien.app.studio.stage.errands import (
    ERRANDS,
    Backstage,
    character_folder,
    person_folder,
    result_of,
)
from mien.app.studio.stage.frames import Header, pack, unpack
from mien.app.studio.stage.stage import Link
from mien.errors import InputError, MienError
from mien.io.files import read_bytes
from mien.messages import LANGUAGES, text, use_language

PANEL = Path(__file__).parents[1] / "panel"
SOCKET = "/panel/live"
FILES = {
    name: PANEL / name
    for name in (
        *("panel.js", "faces.js", "parts.js", "link.js", "camera.js", "view.js"),
        *("people.js", "place.js", "characters.js", "sending.js"),
    )
}
MOST_MESSAGE = 17 << 20
"""Bytes of one message of the page: a photo of 16 MB and its header."""
_FROM_CLIENT = frozenset({"folder", "link", "language"})
"""What a page may not say itself."""


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

    async def result(request: Any) -> Response:
        owner = request.cookies.get(COOKIE, "")
        asked = request.path_params
        path = result_of(backstage, owner, asked["key"], asked["place"])
        if path is None:
            return Response(status_code=404)
        return FileResponse(path, filename=path.name, headers=_FRESH)

    return [
        WebSocketRoute(SOCKET, live),
        Route("/panel/result/{key}/{place:int}", result),
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
        errand = ERRANDS.get(str(header.get("do")))
        if errand is not None:
            return errand(backstage, owner, header)
        if header.get("character"):
            header["folder"] = str(character_folder(backstage, owner, str(header["character"])))
        elif header.get("person"):
            header["folder"] = str(person_folder(backstage, owner, str(header["person"])))
        if header.get("do") in ("photo.open", "photo.like") and header.get("astronaut"):
            payload = _example(backstage)
    link.ask(header, payload)
    return None


def _example(backstage: Backstage) -> bytes:
    if backstage.astronaut is None:
        raise InputError(text("studio.live.no_photo"))
    return read_bytes(backstage.astronaut, max_bytes=MOST_MESSAGE, wanted="io.wanted.image")
