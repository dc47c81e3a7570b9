"""`mien demo`: a photo, its character, and one page that shows both."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import mien
from mien import fields
from mien.app import console
from mien.errors import InputError, MissingExtraError
from mien.io.names import terminal_safe
from mien.messages import text

if TYPE_CHECKING:
    from mien.jobs.base import Outcome
    from mien.types import Image

FOLDER = Path("demo")
"""Belongs to mien: it is rewritten without being asked, unless it holds something else."""
STEM = "portrait"
TOON_SIZE = 512


@dataclasses.dataclass(frozen=True)
class DemoRequest:
    """What `mien demo` is asked."""

    photo: Path | None = fields.argument("[PHOTO]", help="demo.photo", default=None)


def run(request: DemoRequest) -> int:
    """Makes the page and prints its path."""
    from mien.io.atomic import atomic_folder

    image, name = _picture(request)
    earlier = FOLDER.rglob("*") if FOLDER.is_dir() else ()
    owned = {str(path.relative_to(FOLDER)) for path in earlier if _is_own(path)}
    with atomic_folder(FOLDER, overwrite=True, owned=owned) as folder:
        outcome = _fit(image, name, folder)
        _write_page(folder, outcome)
    for line in outcome.notes:
        console.note(line)
    console.say(text("demo.open", path=(FOLDER / "index.html").resolve()))
    return 0


def _is_own(path: Path) -> bool:
    """Whether an earlier demo made this: a file in the folder of a face."""
    return path.relative_to(FOLDER).parts[0].startswith(STEM)


def _picture(request: DemoRequest) -> tuple[Image, str]:
    """The photo to use, and what it is called in messages."""
    if request.photo is not None:
        from mien.io.image import read_image

        return read_image(request.photo), str(request.photo)
    try:
        from skimage import data
    except ImportError as problem:
        raise MissingExtraError(text("demo.extra")) from problem
    return data.astronaut(), "astronaut"


def _fit(image: Image, name: str, folder: Path) -> Outcome:
    """Runs the job `character` on the picture, into the folder.

    Raises InputError, with the name that the user knows, where it gave nothing.
    """
    from mien.io.image import write_image
    from mien.jobs import JOBS
    from mien.jobs.base import Step

    job = next(job for job in JOBS if job.name == "character")
    with tempfile.TemporaryDirectory() as scratch:
        # A copy of the pixels under a name of ours: the user's is in no file of the demo.
        photo = Path(scratch) / f"{STEM}.png"
        write_image(photo, image, provenance=None)
        request = job.request["fit"](photos=(photo,), out=folder)
        with console.progress(text(job.title)) as progress:

            def show(step: Step) -> None:
                progress(dataclasses.replace(step, label=Path(name).name))

            outcome = job.load("auto").run(request, progress=show)
    if not outcome.results:
        reasons = " ".join(skipped.reason for skipped in outcome.skipped)
        raise InputError(reasons.replace(terminal_safe(photo), terminal_safe(name)))
    return outcome


def _write_page(folder: Path, outcome: Outcome) -> None:
    from mien.app.page import Shown, page
    from mien.io.atomic import atomic_write_bytes

    shown = []
    for result in outcome.results:
        _draw_twin(result)
        write_model_page(result)
        shown.append(Shown(result.name, f"{result.name}/toon.png"))
    html = page(shown, notes=outcome.notes, version=mien.__version__)
    atomic_write_bytes(folder / "index.html", html.encode())


def write_model_page(folder: Path) -> None:
    """me.html: the head in 3D, moved by sliders and by whoever is before the webcam."""
    from mien.jobs.character.config import ExportRequest
    from mien.jobs.character.export import export_character

    export_character(ExportRequest(folder=folder, html=True))


def _draw_twin(folder: Path) -> None:
    """The toon twin of a fitted character, frontal and neutral."""
    from mien.io.image import write_image
    from mien.persona.character import read_character

    neutral = read_character(folder / "params.json").neutral()
    twin = dataclasses.replace(neutral, code=dataclasses.replace(neutral.code, style="toon"))
    made_by = dataclasses.replace(neutral.provenance, job="demo")
    write_image(folder / "toon.png", twin.render(size=TOON_SIZE).rgb, provenance=made_by)
