"""Who may come in where a password was asked for."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from mien.app.studio.login import COOKIE, PASSWORD, Account, Login, account_of
from mien.errors import OptionError

from .test_studio_guard import echo

ACCOUNT = Account("anna", "a long pässword")


def ask(
    app: Any, path: str = "/en/", *, kind: str = "http", body: bytes = b"", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Status (0: a WebSocket that was accepted, 1: one that was not), headers and body."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    method = "POST" if body else "GET"
    asyncio.run(app({"type": kind, "path": path, "method": method, "headers": raw}, receive, send))
    if sent[0]["type"].startswith("websocket"):
        return int(sent[0]["type"] == "websocket.close"), {}, b""
    told = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], told, sent[1]["body"]


def basic(name: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def sign_in(app: Login, name: bytes = b"anna", password: bytes = b"a+long+p%C3%A4ssword") -> Any:
    return ask(app, "/login", body=b"name=" + name + b"&password=" + password)


def test_without_an_account_everybody_comes_in() -> None:
    assert ask(Login(echo, None))[0] == 200
    assert ask(Login(echo, None), kind="websocket")[0] == 0


def test_a_stranger_is_sent_to_the_page_and_sees_nothing_else() -> None:
    app = Login(echo, ACCOUNT)
    status, headers, _ = ask(app, accept="text/html,*/*")
    assert (status, headers["location"]) == (303, "/login")
    for path in ("/en/", "/panel/panel.js", "/en/gradio_api/info", "/login/..", "//login", "/x"):
        assert ask(app, path)[0] == 401, path
    assert ask(app, kind="websocket")[0] == 1
    assert ask(app, "/login", kind="websocket")[0] == 1
    assert ask(app, cookie=f"{COOKIE}=guess")[0] == 401
    assert ask(app, cookie=f"{COOKIE}=")[0] == 401


def test_who_signs_in_comes_in_until_signing_out() -> None:
    app = Login(echo, ACCOUNT)
    status, headers, _ = sign_in(app)
    assert (status, headers["location"]) == (303, "/")
    cookie, _, rest = headers["set-cookie"].partition(";")
    assert "HttpOnly" in rest
    assert "SameSite=Strict" in rest
    assert ask(app, cookie=cookie)[0] == 200
    assert ask(app, kind="websocket", cookie=cookie)[0] == 0
    assert ask(app, "/logout", cookie=cookie)[1]["location"] == "/login"
    assert ask(app, cookie=cookie)[0] == 401


def test_a_program_sends_name_and_password() -> None:
    app = Login(echo, ACCOUNT)
    right = basic(ACCOUNT.name, ACCOUNT.password)
    assert ask(app, authorization=right)[0] == 200
    assert ask(app, kind="websocket", authorization=right)[0] == 0
    for wrong in (basic("anna", "x"), "Basic ???", "Bearer x", "Basic"):
        assert ask(Login(echo, ACCOUNT), authorization=wrong)[0] == 401


def test_a_mistake_is_told_in_the_readers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr("mien.app.studio.login.asyncio.sleep", wait)
    app = Login(echo, ACCOUNT)
    for _ in range(5):
        status, headers, body = sign_in(app, password=b"%22><script>")
        assert status == 401
        assert "set-cookie" not in headers
        assert b"<script" not in body
    assert waits == [0.5, 1.0]
    body = b"name=anna&password=x"
    assert "不正确" in ask(app, "/login", body=body, accept_language="zh-CN")[2].decode()
    assert sign_in(app)[0] == 303
    assert sign_in(app, password=b"x")[0] == 401
    assert len(waits) == 4


def test_the_password_comes_from_the_environment_alone() -> None:
    assert account_of(None, {}) is None
    assert account_of("anna", {PASSWORD: "12345678"}) == Account("anna", "12345678")
    for name, password in (
        ("anna", ""),
        ("anna", "1234567"),
        (" ", "12345678"),
        ("a:b", "12345678"),
    ):
        with pytest.raises(OptionError):
            account_of(name, {PASSWORD: password})
    with pytest.raises(OptionError, match=PASSWORD):
        account_of("anna", {})
