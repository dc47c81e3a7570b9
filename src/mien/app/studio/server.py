"""The studio's server: the pages in both languages behind the guard, on 127.0.0.1 alone."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

from mien.app.studio.ending import Ending
from mien.app.studio.guard import BodyLimit, Headers, OriginGuard
from mien.app.studio.login import Account, Login
from mien.app.studio.stage.errands import Backstage
from mien.app.studio.stage.socket import MOST_MESSAGE, PANEL, routes
from mien.app.studio.stage.stage import PERFORMER, Stage
from mien.app.studio.works import WORKER, Works
from mien.errors import MissingExtraError, OptionError
from mien.jobs.base import Job
from mien.messages import LANGUAGES, text

HOST = "127.0.0.1"
STYLE = Path(__file__).with_name("style.css")
PANEL_STYLE = PANEL / "panel.css"
_GRACE_SECONDS = 2
_UPLOAD_FILES = 8
"""One upload may hold this many files of the largest size."""
_OWN_SETTINGS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_SHARE": "False",
}


@dataclasses.dataclass(frozen=True)
class Limits:
    """Who may do what.

    max_upload  of one file, in MB
    language    of the first page; "auto" is the browser's
    account     whose name and password are asked for, or None
    """

    max_upload: int = 256
    language: Literal["auto", "en", "zh"] = "auto"
    account: Account | None = None


@contextlib.contextmanager
def studio(
    jobs: Sequence[Job],
    out: Path,
    limits: Limits = Limits(),
    *,
    worker: Sequence[str] = WORKER,
    performer: Sequence[str] = PERFORMER,
) -> Iterator[Any]:
    """The studio as an ASGI application; its work and its uploads end with the `with` block.

    out         folder below which all results go
    worker      command that starts a process which does the work
    performer   command that starts a process which draws for the live panels

    Raises MissingExtraError where gradio is not installed.
    """
    scratch = Path(tempfile.mkdtemp(prefix="mien-studio-"))
    works = Works(out, worker=worker)
    works.warm()
    stage = Stage(performer)
    stage.warm()
    try:
        with _environment({**_OWN_SETTINGS, "GRADIO_TEMP_DIR": str(scratch)}):
            backstage = Backstage(stage, works, tuple(jobs), out, scratch, astronaut(scratch))
            yield _application(backstage, limits)
    finally:
        with ThreadPoolExecutor(2) as closing:
            list(closing.map(lambda one: one.close(), (stage, works)))
        shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Gradio reads its settings from the environment, at import and later."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _application(backstage: Backstage, limits: Limits) -> Any:
    try:
        import gradio as gr
        from fastapi import FastAPI
        from starlette.responses import RedirectResponse, Response
        from starlette.routing import Route
    except ImportError as problem:
        raise MissingExtraError(text("studio.extra")) from problem
    from mien.app.studio.page import page
    from mien.app.studio.show import Setting

    max_upload, language = limits.max_upload, limits.language
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    async def first(request: Any) -> RedirectResponse:
        wanted = request.headers.get("accept-language", "") if language == "auto" else language
        return RedirectResponse(f"/{preferred(wanted)}/")

    async def no_icon(_: Any) -> Response:
        return Response(status_code=204)

    app.router.routes += [Route("/", first), Route("/favicon.ico", no_icon), *routes(backstage)]
    for code in LANGUAGES:
        setting = Setting(
            backstage.jobs, backstage.works, code, backstage.out, backstage.scratch,
            backstage.astronaut, signed_in=limits.account is not None,
        )  # fmt: skip
        blocks = page(setting)
        gr.mount_gradio_app(
            app,
            blocks,
            path=f"/{code}",
            server_name=HOST,
            allowed_paths=[],
            max_file_size=f"{max_upload}mb",
            ssr_mode=False,
            run_history=False,
            footer_links=[],
            show_error=False,
            css_paths=[STYLE, PANEL_STYLE],
            theme=_theme(gr),
        )
        # A page that is mounted is never launched, and gradio 6.31 takes any path of the machine
        # for an upload until it is.
        blocks.has_launched = True
    most = _UPLOAD_FILES * max_upload * 2**20
    # From the inside out: the guard is asked first.
    return OriginGuard(Headers(Login(BodyLimit(app, most), limits.account)))


def _theme(gr: Any) -> Any:
    """System fonts: nothing is fetched from anywhere."""
    return gr.themes.Default(
        primary_hue="teal",
        neutral_hue="slate",
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    )


def preferred(accepted: str) -> str:
    """The page's language for an Accept-Language header: the first one that the studio speaks."""
    for part in accepted.lower().split(","):
        code = part.strip()[:2]
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]


def astronaut(folder: Path) -> Path | None:
    """The example photo as a file in the folder, where scikit-image is installed."""
    try:
        from skimage import data
    except ImportError:
        return None
    from mien.io.image import write_image

    path = folder / "astronaut.png"
    write_image(path, data.astronaut(), provenance=None)
    return path


def serve(app: Any, *, port: int, ready: Callable[[str], None]) -> None:
    """Serves on 127.0.0.1 until Ctrl-C.

    port    0 takes a free one
    ready   told the page's address as soon as it answers

    Raises OptionError where something else listens there.
    """
    import uvicorn

    ending = Ending(app)

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: Any) -> None:
            ending.end()
            super().handle_exit(sig, frame)

    listening = listen(port)
    address = f"http://{HOST}:{listening.getsockname()[1]}/"
    settings = uvicorn.Config(
        ending,
        log_level="warning",
        access_log=False,
        ws_max_size=MOST_MESSAGE,
        # Pages that stay open must not keep Ctrl-C waiting.
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = Server(settings)
    listening.listen()
    ready(address)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def listen(port: int) -> socket.socket:
    """A socket bound to 127.0.0.1; raises OptionError where the port is taken."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as problem:
        listening.close()
        raise OptionError(text("studio.port_taken", port=port)) from problem
    return listening
