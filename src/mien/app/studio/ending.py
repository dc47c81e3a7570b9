"""Ctrl-C with pages open: gradio's streams are told that the page is gone.

By themselves they never end: the server would wait for them, and then break them with a page of
traceback.
"""

from __future__ import annotations

import asyncio

from mien.app.studio.guard import App, Message, Receive, Scope, Send


class Ending:
    """The application, until `end` is called; then no request waits for anything any more."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._ended = asyncio.Event()

    def end(self) -> None:
        """The studio ends. To be called in the thread of the server's loop."""
        self._ended.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = done = False

        async def watched(message: Message) -> None:
            nonlocal begun, done
            begun = begun or message["type"] == "http.response.start"
            done = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        await self._app(scope, lambda: self._or_end(receive), watched)
        if begun and not done and self._ended.is_set():
            await send({"type": "http.response.body", "body": b""})

    async def _or_end(self, receive: Receive) -> Message:
        """The next message of the browser, or that it has gone."""
        message = asyncio.ensure_future(receive())
        ended = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait({message, ended}, return_when=asyncio.FIRST_COMPLETED)
            return message.result() if message.done() else {"type": "http.disconnect"}
        finally:
            message.cancel()
            ended.cancel()
