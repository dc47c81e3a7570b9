"""The studio over HTTP, with a small job; what a browser sees is in test_studio_browser.py."""

from __future__ import annotations

import contextlib
import http.client
import importlib.util
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mien import fields
from mien.app.commands.studio import StudioRequest, run
from mien.errors import MissingExtraError, OptionError
from mien.jobs import JOBS

from .studio_stub import PNG, WORKER, DrawRequest

needs_gradio = pytest.mark.skipif(
    importlib.util.find_spec("gradio") is None,
    reason="gradio is not installed (extra [studio])",
)

LIMIT = 1


class Site:
    """A running studio, asked over HTTP."""

    def __init__(self, port: int, out: Path) -> None:
        self.port = port
        self.out = out
        self.cookie = "mien-session=tester"

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {"cookie": self.cookie, **given})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()

    def upload(self, name: str, data: bytes) -> tuple[int, list[str]]:
        head = f'--x\r\ncontent-disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        body = head.encode() + data + b"\r\n--x--\r\n"
        kind = "multipart/form-data; boundary=x"
        status, _, answer = self.ask("POST", "/en/gradio_api/upload", body, content_type=kind)
        return status, json.loads(answer) if status == 200 else []

    def call(self, name: str, *values: Any) -> list[Any]:
        """Calls one function of the page and gives its last answer."""
        path = f"/en/gradio_api/call/{name}"
        body = json.dumps({"data": values}).encode()
        status, _, answer = self.ask("POST", path, body, content_type="application/json")
        assert status == 200, answer
        _, _, events = self.ask("GET", f"{path}/{json.loads(answer)['event_id']}")
        assert b"event: complete" in events, events
        return json.loads(events.decode().rpartition("data: ")[2])

    def draw(self, *photos: str, **given: Any) -> dict[str, Any]:
        """Presses Run; gives the state of the run."""
        shown = [{"image": {"path": path, "meta": {"_type": "gradio.FileData"}}} for path in photos]
        held = {control.name: None for control in fields.describe(DrawRequest)}
        held |= {"photos": shown, "style": "photo", "hair": "", "model": "photo", "open": False}
        held |= {"yaw": 0, "size": 64, **given}
        return self.call("toy_draw", *held.values())[-1]

    def ended(self, key: str) -> dict[str, Any]:
        until = time.monotonic() + 20
        while True:
            (work,) = self.call("work", key)
            if work["state"] not in ("waiting", "running"):
                return work
            assert time.monotonic() < until
            time.sleep(0.05)


@contextlib.contextmanager
def serving(*words: str | Path) -> Iterator[int]:
    """A studio in a process of its own, until Ctrl-C; gives its port."""
    command = [sys.executable, *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline().split(":")[-1].partition("/")[0])
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
        finally:
            process.kill()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A studio of the toy, waited for until it answers."""
    out = tmp_path_factory.mktemp("studio")
    with serving(WORKER[1], out, str(LIMIT)) as port:
        yield Site(port, out)


@needs_gradio
def test_the_first_page_is_in_the_language_of_the_browser(site: Site) -> None:
    for accepted, code in (("zh-CN,zh;q=.9", "zh"), ("de,en;q=.5", "en"), ("fr", "en")):
        status, headers, _ = site.ask("GET", "/", accept_language=accepted)
        assert (status, headers["location"]) == (307, f"/{code}/")
    for code, title in (("en", "mien studio"), ("zh", "mien 工作室")):
        status, headers, body = site.ask("GET", f"/{code}/")
        assert status == 200
        assert json.dumps(title)[1:-1] in body.decode() or title in body.decode()
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "gradio.s3" not in body.decode()


@needs_gradio
def test_foreign_pages_are_refused_everywhere(site: Site) -> None:
    for path in ("/", "/en/", "/en/config", "/en/gradio_api/info", "/favicon.ico"):
        assert site.ask("GET", path, Host="evil.example")[0] == 403
        assert site.ask("GET", path, Origin="http://evil.example")[0] == 403
    assert site.ask("POST", "/en/gradio_api/upload", b"", Origin="http://evil.example")[0] == 403
    own = f"http://127.0.0.1:{site.port}"
    assert site.ask("GET", "/en/config", Origin=own)[0] == 200


@needs_gradio
def test_no_file_of_the_machine_is_served(site: Site, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("hidden words")
    for path in (
        str(secret), "/etc/passwd", "../../../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd",
        __file__, "pyproject.toml", "http://127.0.0.1/", "//etc/passwd", "/proc/self/environ",
    ):  # fmt: skip
        for before in ("/en/gradio_api/file=", "/en/file=", "/en/gradio_api/file/", "/en/static/"):
            status, _, body = site.ask("GET", f"{before}{path}")
            assert status in (307, 400, 403, 404, 405), (before, path)
            assert b"hidden words" not in body
            assert b"root:" not in body
    assert site.ask("GET", "/en/gradio_api/proxy=http://127.0.0.1/x")[0] in (400, 403, 404)


@needs_gradio
def test_an_upload_over_the_limit_is_refused(site: Site) -> None:
    assert site.upload("a.png", PNG)[0] == 200
    assert site.upload("a.png", bytes(LIMIT * 2**20 + 1))[0] == 413
    announced = str(9 * LIMIT * 2**20)
    assert site.ask("POST", "/en/gradio_api/upload", content_length=announced)[0] == 413


@needs_gradio
def test_a_run_over_http(site: Site) -> None:
    _, (path,) = site.upload("小明 <b>'x'.png", PNG)
    begun = site.draw(path, gaze="0 .5", au="AU12=.8")
    work = site.ended(begun["work"])
    assert (work["state"], work["figures"], work["error"]) == ("done", {"psnr": 31.25}, "")
    assert work["notes"] == ["<script>note</script>"]
    (result,) = work["results"]
    assert Path(result).is_relative_to(site.out.resolve())
    assert sorted(one.name for one in Path(result).iterdir()) == ["a.png", "sheet.png", "told.json"]
    assert Path(path).read_bytes() == PNG


@needs_gradio
def test_what_was_made_can_be_fetched(site: Site) -> None:
    _, (path,) = site.upload("a.png", PNG)
    site.ended(site.draw(path)["work"])
    opened = json.dumps(site.call("work", "no such run"))
    assert opened == "[{}]"
    (work,) = site.call("work", site.draw(path)["work"])
    site.ended(work["work"])


@needs_gradio
def test_mistakes_are_one_line_and_leave_nothing(site: Site) -> None:
    before = sorted(site.out.rglob("*"))
    _, (path,) = site.upload("a.png", PNG)
    told = site.draw(path, limit="12")
    assert told == {"error": "“At most”: 12 is outside 1 to 9; give a value inside"}
    assert site.draw(path, au="smile")["error"].startswith("“Action Units”: 'smile' is not")
    assert site.draw()["error"].startswith("photos is missing")
    assert sorted(site.out.rglob("*")) == before
    _, (bad,) = site.upload("bad.png", PNG)
    work = site.ended(site.draw(bad)["work"])
    assert work["error"] == "--style: this cannot be; <b>do</b> something else"


@needs_gradio
def test_a_file_that_was_not_uploaded_is_refused(site: Site, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.png"
    foreign.write_bytes(PNG)
    with pytest.raises(AssertionError, match="event: error"):
        site.draw(str(foreign))


@needs_gradio
def test_another_session_sees_nothing(site: Site) -> None:
    _, (path,) = site.upload("a.png", PNG)
    key = site.draw(path)["work"]
    site.ended(key)
    other = Site(site.port, site.out)
    other.cookie = "mien-session=other"
    assert other.call("work", key) == [{}]


@needs_gradio
@pytest.mark.slow
def test_the_page_holds_every_control_of_every_job(tmp_path: Path) -> None:
    words = ("-m", "mien", "studio", "--port", "0", "--no-browser", "--out", tmp_path)
    with serving(*words) as port:
        for language in ("en", "zh"):
            config = json.loads(Site(port, tmp_path).ask("GET", f"/{language}/config")[2])
            ids = [one["props"].get("elem_id") for one in config["components"]]
            actions = [(job.name, action) for job in JOBS for action in job.request]
            wanted = [
                f"{job.name}-{action}-{control.name}"
                for job in JOBS
                for action, request in job.request.items()
                for control in fields.describe(request)
            ]
            assert [one for one in wanted if ids.count(one) != 1] == []
            named = {one["api_name"] for one in config["dependencies"]}
            assert {f"{job}_{action}" for job, action in actions} <= named


def test_a_port_that_is_taken_is_told() -> None:
    from mien.app.studio.server import listen

    with contextlib.closing(listen(0)) as first:
        first.listen()
        with pytest.raises(OptionError, match="another program listens there"):
            listen(first.getsockname()[1])


def test_the_command_serves_and_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = SimpleNamespace(address="", opened="")
    from mien.app.studio import server

    def serve(app: Any, *, port: int, ready: Any) -> None:
        assert (port, app) == (7860, "app")
        ready("http://127.0.0.1:7860/")

    @contextlib.contextmanager
    def studio(jobs: Any, out: Path, limits: Any) -> Iterator[str]:
        assert (jobs, out, limits) == (JOBS, tmp_path, server.Limits())
        yield "app"

    monkeypatch.setattr(server, "serve", serve)
    monkeypatch.setattr(server, "studio", studio)
    monkeypatch.setattr("webbrowser.open", lambda address: setattr(told, "opened", address))
    assert run(StudioRequest(out=tmp_path)) == 0
    assert told.opened == "http://127.0.0.1:7860/"
    assert run(StudioRequest(out=tmp_path, no_browser=True)) == 0


def test_a_password_is_asked_for_only_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MIEN_STUDIO_PASSWORD", raising=False)
    with pytest.raises(OptionError, match="MIEN_STUDIO_PASSWORD"):
        run(StudioRequest(out=tmp_path, auth="anna"))


def test_without_the_extra_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install mien\[studio\]"):
        run(StudioRequest())


def test_help_does_not_import_gradio() -> None:
    code = (
        "import sys; from mien.app.cli import main; main(['--help']); main(['studio', '--help']); "
        "assert not {'gradio', 'fastapi', 'uvicorn', 'torch'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--no-browser" in done.stdout
