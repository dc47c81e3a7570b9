"""`mien studio`: every job on a page in the browser."""

from __future__ import annotations

import dataclasses
import gc
import importlib.util
from pathlib import Path
from typing import Literal

from mien import fields
from mien.app import console
from mien.errors import MissingExtraError
from mien.messages import text

_NEEDED = ("gradio", "fastapi", "uvicorn", "websockets")


@dataclasses.dataclass(frozen=True)
class StudioRequest:
    """What `mien studio` is asked."""

    port: int = fields.option(7860, help="studio.option.port", span=(0, 65_535))
    no_browser: bool = fields.option(False, help="studio.option.no_browser")
    out: Path = fields.option(Path("studio"), help="studio.option.out")
    max_upload: int = fields.option(
        256, help="studio.option.max_upload", span=(1, 4096), unit=" MB"
    )
    language: Literal["auto", "en", "zh"] = fields.option("auto", help="studio.option.language")
    auth: str | None = fields.option(None, help="studio.option.auth", metavar="NAME")


def run(request: StudioRequest) -> int:
    """Serves the page until Ctrl-C."""
    if not all(importlib.util.find_spec(name) for name in _NEEDED):
        raise MissingExtraError(text("studio.extra"))
    from mien.app.studio.login import account_of
    from mien.app.studio.server import Limits, serve, studio
    from mien.jobs import JOBS

    limits = Limits(request.max_upload, request.language, account_of(request.auth))

    def ready(address: str) -> None:
        console.say(text("studio.open_at", address=address))
        if not request.no_browser:
            import webbrowser

            webbrowser.open(address)

    try:
        with studio(JOBS, request.out, limits) as app:
            serve(app, port=request.port, ready=ready)
    finally:
        # Python looks through all that gradio made once more before it ends: a second and more.
        gc.freeze()
    return 0
