"""A name and a password before the studio: plain ASGI, asked right behind the guard.

For machines that others can log in to. A browser gets a page to sign in on and a cookie; a
program sends HTTP Basic. WebSockets need one of both. Tokens live in memory: a restart ends them.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import dataclasses
import hmac
import os
import secrets
import time
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from mien.app.studio.guard import App, Receive, Scope, Send, answer, refuse
from mien.errors import OptionError
from mien.io.names import html_escape
from mien.messages import LANGUAGES, text, use_language

PASSWORD = "MIEN_STUDIO_PASSWORD"
"""The environment variable that holds the password: an option would stand in the process list."""
COOKIE = "mien-login"
LEAST_PASSWORD = 8
TOKEN_SECONDS = 12 * 3600.0
_MOST_TOKENS = 1000
_BODY_BYTES = 4096
_FREE_MISTAKES, _WAIT_SECONDS, _MOST_WAIT = 3, 0.5, 8.0
"""Mistakes that cost nothing, what each further one costs, and the most."""
_TOKEN_BYTES = 32
_PAGE = """<!doctype html>
<html lang="{language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; display: grid; place-items: center; }}
body {{ min-height: 90vh; margin: 0; }}
form {{ display: grid; gap: .7rem; width: min(20rem, 90vw); }}
h1 {{ font-size: 1.4rem; margin: 0; }} p {{ margin: 0; }} .wrong {{ color: #dc2626; }}
input, button {{ font: inherit; padding: .4rem .6rem; width: 100%; box-sizing: border-box; }}
</style>
<form method="post" action="/login"><h1>{title}</h1><p class="wrong" role="alert">{wrong}</p>
<label>{name}<input name="name" autocomplete="username" required autofocus></label>
<label>{password}<input name="password" type="password" autocomplete="current-password" required>
</label><button>{enter}</button></form></html>
"""


@dataclasses.dataclass(frozen=True)
class Account:
    """Who may come in."""

    name: str
    password: str


def account_of(name: str | None, environment: Mapping[str, str] = os.environ) -> Account | None:
    """The account of `--auth NAME`; None where none was asked for.

    Raises OptionError for an empty name, one with a colon, or a password that is missing or short.
    """
    if name is None:
        return None
    if not name.strip() or ":" in name:
        raise OptionError(text("studio.auth.name"))
    password = environment.get(PASSWORD, "")
    if len(password) < LEAST_PASSWORD:
        raise OptionError(text("studio.auth.password", variable=PASSWORD, least=LEAST_PASSWORD))
    return Account(name, password)


class Login:
    """Lets through who has signed in; everybody else sees the page to do so."""

    def __init__(self, app: App, account: Account | None) -> None:
        self._app = app
        self._account = account
        self._tokens: dict[str, float] = {}
        self._mistakes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or WebSocket."""
        if self._account is None or scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        path = scope.get("path", "/")
        if scope["type"] == "http" and path == "/login":
            await self._sign_in(scope, receive, send)
        elif self._has_token(headers) or await self._has_password(headers):
            if path == "/logout":
                self._tokens.pop(_token_of(headers), None)
                await _answer(send, 303, b"", ((b"location", b"/login"),))
            else:
                await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif b"text/html" in headers.get(b"accept", b""):
            await _answer(send, 303, b"", ((b"location", b"/login"),))
        else:
            await refuse(send, 401, "sign in first: GET /login, or HTTP Basic")

    async def _sign_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        language = _language(dict(scope["headers"]))
        if scope["method"] != "POST":
            await _answer(send, 200, _page(language, ""))
            return
        sent = parse_qs((await _body(receive)).decode("utf-8", "replace"))
        name, password = (sent.get(key, [""])[0] for key in ("name", "password"))
        if not await self._is_right(name, password):
            with use_language(language):
                wrong = text("studio.auth.wrong")
            await _answer(send, 401, _page(language, wrong))
            return
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._tokens = {
            one: until
            for one, until in list(self._tokens.items())[-_MOST_TOKENS:]
            if until > time.monotonic()
        }
        self._tokens[token] = time.monotonic() + TOKEN_SECONDS
        cookie = f"{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={TOKEN_SECONDS:.0f}"
        where = ((b"location", b"/"), (b"set-cookie", cookie.encode()))
        await _answer(send, 303, b"", where)

    def _has_token(self, headers: Mapping[bytes, bytes]) -> bool:
        return self._tokens.get(_token_of(headers), 0.0) > time.monotonic()

    async def _has_password(self, headers: Mapping[bytes, bytes]) -> bool:
        kind, _, sent = headers.get(b"authorization", b"").partition(b" ")
        if kind.lower() != b"basic":
            return False
        try:
            name, _, password = base64.b64decode(sent, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return await self._is_right(name, password)

    async def _is_right(self, name: str, password: str) -> bool:
        """Whether these are the account's; after some mistakes the answer takes its time."""
        assert self._account is not None
        if self._mistakes >= _FREE_MISTAKES:
            beyond = self._mistakes - _FREE_MISTAKES + 1
            await asyncio.sleep(min(beyond * _WAIT_SECONDS, _MOST_WAIT))
        known = (self._account.name, self._account.password)
        # Both are compared, whatever the first says, and in the same time.
        right = [
            hmac.compare_digest(one.encode(), other.encode())
            for one, other in zip((name, password), known, strict=True)
        ]
        self._mistakes = 0 if all(right) else self._mistakes + 1
        return all(right)


def _token_of(headers: Mapping[bytes, bytes]) -> str:
    try:
        jar = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def _language(headers: Mapping[bytes, bytes]) -> str:
    wanted = headers.get(b"accept-language", b"").decode("latin-1").lower()
    return LANGUAGES[1] if wanted.startswith(LANGUAGES[1]) else LANGUAGES[0]


def _page(language: str, wrong: str) -> bytes:
    with use_language(language):
        words = {name: html_escape(text(f"studio.auth.{name}.label")) for name in _LABELS}
        title = html_escape(text("studio.title"))
    shown = {"language": language, "title": title, "wrong": html_escape(wrong)}
    return _PAGE.format(**shown, **words).encode()


_LABELS = ("name", "password", "enter")


async def _body(receive: Receive) -> bytes:
    """The body of a form; of a longer one the start."""
    body = b""
    while len(body) <= _BODY_BYTES:
        message = await receive()
        body += message.get("body", b"")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            break
    return body[:_BODY_BYTES]


async def _answer(
    send: Send, status: int, body: bytes, more: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    await answer(send, status, body, "html", ((b"cache-control", b"no-store"), *more))
