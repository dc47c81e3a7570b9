"""A stream without an end, and a studio that ends."""

from __future__ import annotations

import asyncio
from typing import Any

from mien.app.studio.ending import Ending


async def endless(scope: Any, receive: Any, send: Any) -> None:
    """As gradio's heartbeat: goes on until the browser is gone."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"1", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        await asyncio.sleep(0.001)


async def short(scope: Any, receive: Any, send: Any) -> None:
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def asked(app: Any, *, end: bool) -> list[Any]:
    """What is sent for one request whose browser stays for as long as it can."""
    sent: list[Any] = []

    async def go() -> None:
        came = [{"type": "http.request", "body": b"question"}]
        ending = Ending(app)

        async def receive() -> Any:
            if not came:
                await asyncio.sleep(3600)
            return came.pop()

        async def send(message: Any) -> None:
            sent.append(message)

        if end:
            asyncio.get_running_loop().call_later(0.05, ending.end)
        await asyncio.wait_for(ending({"type": "http"}, receive, send), 20)

    asyncio.run(go())
    return sent


def test_a_stream_without_an_end_is_ended_whole() -> None:
    sent = asked(endless, end=True)
    assert [one["type"] for one in sent] == ["http.response.start", *["http.response.body"] * 2]
    assert not sent[-1].get("more_body")


def test_a_short_answer_is_left_alone() -> None:
    sent = asked(short, end=False)
    assert len(sent) == 2
    assert sent[-1]["body"] == b"question"
