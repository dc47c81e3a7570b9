"""The live panel's WebSocket on a running studio, with a performer that says what it was asked."""

from __future__ import annotations

import concurrent.futures
import contextlib
import importlib.util
from collections.abc import Iterator
from typing import Any

import pytest

from mien.app.studio.stage.errands import _locks
from mien.app.studio.stage.frames import Header, pack, unpack
from mien.app.studio.stage.socket import FILES

from .studio_stub import WORKER
from .test_studio import LIMIT, Site, serving

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("gradio") is None or importlib.util.find_spec("websockets") is None,
    reason="gradio is not installed (extra [studio])",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    out = tmp_path_factory.mktemp("studio")
    with serving(WORKER[1], out, str(LIMIT)) as port:
        yield Site(port, out)


@contextlib.contextmanager
def panel(site: Site, language: str = "en", **headers: str) -> Iterator[Any]:
    from websockets.sync.client import connect

    address = f"ws://127.0.0.1:{site.port}/panel/live?language={language}"
    given = {"Cookie": site.cookie, **headers}
    with connect(address, additional_headers=given, max_size=2**25, proxy=None) as socket:
        yield socket


def ask(socket: Any, payload: bytes = b"", **header: Any) -> tuple[Header, bytes]:
    socket.send(pack(header, payload))
    return unpack(socket.recv(timeout=60))


def test_a_question_is_answered(site: Site) -> None:
    with panel(site) as socket:
        header, payload = ask(socket, b"\0picture", do="photo.like", id=7, name="a")
        assert (header["id"], header["asked"], payload) == (7, "photo.like", b"\0picture")


def test_what_a_page_may_not_say_is_taken_out(site: Site) -> None:
    with panel(site, "zh") as socket:
        sent: dict[str, Any] = {"folder": "/etc", "link": "other", "language": "en"}
        header, _ = ask(socket, do="head.open", id=1, **sent)
        assert "folder" not in header
        assert header["language"] == "zh"
        assert header["link"] != "other"


@pytest.mark.parametrize("data", [b"", b"abcd", b"\xff\xff\xff\xff{}", "text", b"\2\0\0\0[]"])
def test_nonsense_is_answered_in_words_and_the_panel_goes_on(site: Site, data: Any) -> None:
    with panel(site, "zh") as socket:
        socket.send(data)
        assert "刷新" in unpack(socket.recv(timeout=60))[0]["error"]
        assert ask(socket, do="preset", id=1)[0]["id"] == 1


def test_a_message_that_is_too_large_ends_the_connection(site: Site) -> None:
    from websockets.exceptions import ConnectionClosed

    with panel(site) as socket:
        socket.send(bytes((17 << 20) + 1))
        with pytest.raises(ConnectionClosed):
            socket.recv(timeout=60)
    with panel(site) as socket:
        assert ask(socket, do="preset", id=1)[0]["id"] == 1


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1"])
def test_a_foreign_page_gets_no_connection(site: Site, origin: str) -> None:
    from websockets.exceptions import InvalidStatus

    with pytest.raises(InvalidStatus, match="403"), panel(site, Origin=origin):
        pass


def test_another_name_of_this_machine_gets_no_connection(site: Site) -> None:
    asked: dict[str, Any] = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec_WebSocket_Version": "13",
    }
    asked["Sec_WebSocket_Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    assert site.ask("GET", "/panel/live", Host="evil.example", **asked)[0] == 403


def test_characters_of_nobody_else_can_be_opened(site: Site) -> None:
    with panel(site) as socket:
        assert ask(socket, do="characters", id=1)[0]["characters"] == []
        for key in ("x.0", "../../etc", "/etc/passwd", "", 5):
            header, _ = ask(socket, do="character.edit", id=2, character=key)
            assert "made here" in header["error"]
        assert "made here" in ask(socket, do="head.open", id=3, character="x.0")[0]["error"]


def test_persons_and_results_of_nobody_else_can_be_had(site: Site) -> None:
    with panel(site) as socket:
        assert ask(socket, do="people", id=1)[0]["people"] == []
        for do in ("person.open", "person.draw", "camera.frame"):
            assert "choose one" in ask(socket, do=do, id=2, person="../x")[0]["error"]
    for path in ("x/0", "x/-1", "../0", "%2e%2e/0", "x/../../etc/passwd"):
        assert site.ask("GET", f"/panel/result/{path}")[0] in (307, 400, 404)


def test_materials_set_by_hand_become_locks() -> None:
    sent = {"freckles": 0.5, "hair=bald --lock x": 1, "skin": 3, "moles": "1", "grey": 1}
    assert _locks(sent) == ["freckles=0.5", "grey=1"]
    assert _locks(None) == []


def test_only_the_panels_own_files_are_served(site: Site) -> None:
    for name in (*FILES, "viewer.js"):
        status, headers, body = site.ask("GET", f"/panel/{name}")
        assert (status, headers["content-type"].partition(";")[0]) == (200, "text/javascript")
        assert len(body) > 500
    for name in ("../server.py", "%2e%2e/server.py", "panel.css", "__init__.py", "live", ""):
        status, _, body = site.ask("GET", f"/panel/{name}")
        assert status in (307, 400, 404, 405), name
        assert b"import" not in body


def test_twenty_pages_at_once_are_all_answered_and_never_mixed_up(site: Site) -> None:
    def work(place: int) -> list[tuple[int, bytes]]:
        with panel(site) as socket:
            answers = (ask(socket, b"%d.%d" % (place, k), do="preset", id=k) for k in range(25))
            return [(header["id"], payload) for header, payload in answers]

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        told = list(pool.map(work, range(20)))
    for place, answers in enumerate(told):
        assert answers == [(k, b"%d.%d" % (place, k)) for k in range(25)]
