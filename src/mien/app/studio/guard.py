"""Who may ask the studio, and how much at a time: plain ASGI, in front of everything else.

A page on 127.0.0.1 can be reached by any web site that the user's browser opens: by name (DNS
rebinding: a foreign Host that leads here) or by address (a form or socket with a foreign Origin).
Both are refused, for HTTP and for WebSockets.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "mien-session"
_HOSTS = frozenset({"127.0.0.1", "localhost"})
_COOKIE_BYTES = 16

# Scripts and pictures from here alone: whatever the page's code tries, nothing leaves the machine.
# Gradio's own page needs inline scripts, and evaluates templates.
_POLICY = (
    "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self' data: blob:; frame-ancestors 'none'; "
    "form-action 'self'; base-uri 'self'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
)


class OriginGuard:
    """Answers 403 to a foreign Host, and to an Origin that is not the page's own."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or WebSocket."""
        if scope["type"] == "lifespan" or _is_own(_headers(scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refuse(send, 403, "this page answers only to the computer that it runs on")


def _is_own(headers: dict[bytes, bytes]) -> bool:
    host = headers.get(b"host", b"").decode("latin-1").lower()
    origin = headers.get(b"origin")
    if host.rpartition(":")[0] not in _HOSTS and host not in _HOSTS:
        return False
    return origin is None or origin.decode("latin-1").lower() == f"http://{host}"


def _headers(scope: Scope) -> dict[bytes, bytes]:
    return dict(scope["headers"])


class BodyLimit:
    """Answers 413 to a request whose body is larger than `most` bytes, before it is stored."""

    def __init__(self, app: App, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; a body without a length is counted while it comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        length = _headers(scope).get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._most:
            await refuse(send, 413, f"more than {self._most // 2**20} MB in one upload")
            return
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            # To the application, a body that is too long looks like a connection that broke.
            return message if came <= self._most else {"type": "http.disconnect"}

        await self._app(scope, counted, send)


class Headers:
    """Adds the security headers, and to a first visitor the cookie that names the session."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        known = session_of(_headers(scope).get(b"cookie", b"").decode("latin-1"))

        async def decorated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), *_HEADERS]
                if not known:
                    value = secrets.token_urlsafe(_COOKIE_BYTES)
                    cookie = f"{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict"
                    headers.append((b"set-cookie", cookie.encode()))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, decorated)


def session_of(cookie: str) -> str:
    """The session that a Cookie header names, or ""."""
    try:
        jar = SimpleCookie(cookie)
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


async def refuse(send: Send, status: int, reason: str) -> None:
    """A whole answer of one line."""
    await answer(send, status, f"{reason}\n".encode(), "plain", ((b"connection", b"close"),))


async def answer(
    send: Send, status: int, body: bytes, kind: str, more: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    """A whole answer: text of a kind (plain, html), and headers beside its type and length."""
    headers = [
        (b"content-type", f"text/{kind}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
