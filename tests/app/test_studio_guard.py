"""Who may ask the studio: the middlewares around an application that answers everything."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mien.app.studio.guard import COOKIE, BodyLimit, Headers, OriginGuard, session_of

Headers_ = dict[str, str]


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answers 200 with the length of the body; accepts every WebSocket."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


def ask(
    app: Any, headers: Headers_, *, kind: str = "http", body: tuple[bytes, ...] = (b"",)
) -> list[dict[str, Any]]:
    """What the application sends for one request."""
    sent: list[dict[str, Any]] = []
    parts = list(body)

    async def receive() -> dict[str, Any]:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    asyncio.run(app({"type": kind, "headers": raw}, receive, send))
    return sent


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"host": "127.0.0.1:7860"}, True),
        ({"host": "localhost"}, True),
        ({"host": "LOCALHOST:1", "origin": "http://localhost:1"}, True),
        ({"host": "127.0.0.1:1", "origin": "http://127.0.0.1:1"}, True),
        ({}, False),
        ({"host": "evil.example"}, False),
        ({"host": "127.0.0.1.evil.example"}, False),
        ({"host": "evil.example:127.0.0.1"}, False),
        ({"host": "127.0.0.1:1", "origin": "http://127.0.0.1:2"}, False),
        ({"host": "127.0.0.1:1", "origin": "https://127.0.0.1:1"}, False),
        ({"host": "127.0.0.1:1", "origin": "http://evil.example"}, False),
        ({"host": "127.0.0.1:1", "origin": "null"}, False),
    ],
)
def test_a_foreign_host_or_origin_is_refused(headers: Headers_, allowed: bool, kind: str) -> None:
    first = ask(OriginGuard(echo), headers, kind=kind)[0]
    if kind == "http":
        assert first["status"] == (200 if allowed else 403)
    else:
        assert first["type"] == ("websocket.accept" if allowed else "websocket.close")


def test_a_body_over_the_limit_is_refused_before_it_comes() -> None:
    limited = BodyLimit(echo, 10)
    assert ask(limited, {"content-length": "10"}, body=(b"x" * 10,))[1]["body"] == b"10"
    assert ask(limited, {"content-length": "11"}, body=())[0]["status"] == 413
    assert ask(limited, {"content-length": "-1"}, body=())[0]["status"] == 413


def test_a_body_without_a_length_is_counted() -> None:
    limited = BodyLimit(echo, 10)
    assert ask(limited, {}, body=(b"12345", b"12345"))[0]["status"] == 200
    assert ask(limited, {}, body=(b"12345", b"12345", b"6")) == []


def test_a_visitor_gets_a_session_once() -> None:
    headers = dict(ask(Headers(echo), {})[0]["headers"])
    cookie = headers[b"set-cookie"].decode()
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Strict")
    name = cookie.partition(";")[0]
    assert len(session_of(name)) > 20
    again = dict(ask(Headers(echo), {"cookie": f"a=b; {name}"})[0]["headers"])
    assert b"set-cookie" not in again
    assert b"frame-ancestors 'none'" in again[b"content-security-policy"]
    assert ask(Headers(echo), {})[0]["headers"] != ask(Headers(echo), {})[0]["headers"]


@pytest.mark.parametrize(
    ("cookie", "session"),
    [("", ""), ("a=b", ""), (f"{COOKIE}=x", "x"), (f"a=b; {COOKIE}=y; c=d", "y"), ("\x00;;=", "")],
)
def test_which_session_a_cookie_names(cookie: str, session: str) -> None:
    assert session_of(cookie) == session
