"""The page that `mien demo` leaves: one file of HTML beside the pictures it shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import quote

from mien.io.names import html_escape
from mien.messages import language, text

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; }
body { padding: 0 1rem; }
h1 { font-weight: 600; margin-bottom: 0; }
section { margin: 2.5rem 0; }
.row { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); }
figure { margin: 0; }
img, video { width: 100%; aspect-ratio: 1; object-fit: cover; }
img, video { border-radius: .5rem; display: block; }
figcaption, footer { opacity: .75; font-size: .9rem; padding-top: .3rem; }
a { color: inherit; }
code { background: #8883; padding: .1em .4em; border-radius: .3em; overflow-wrap: anywhere; }
"""


@dataclasses.dataclass(frozen=True)
class Shown:
    """One face on the page; every name is relative to the page.

    folder   holds photo.png, neutral.png, turntable.mp4, params.json, head.glb and me.html
    toon     picture of the drawn twin
    """

    folder: str
    toon: str


def page(faces: Sequence[Shown], *, notes: Sequence[str], version: str) -> str:
    """The HTML of the demo page in the current language.

    notes     lines under the faces, plain text
    version   of mien
    """
    body = "\n".join(_face(face) for face in faces)
    remarks = "".join(f"<p>{html_escape(note)}</p>" for note in notes)
    return f"""<!doctype html>
<html lang="{language()}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="mien {html_escape(version)}">
<title>{text("page.title")}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{text("page.title")}</h1>
<p>{text("page.lead")}</p>
{body}
<footer>{remarks}<p>{text("page.synthetic")}</p></footer>
</body>
</html>
"""


def _face(face: Shown) -> str:
    folder = PurePosixPath(face.folder)
    figures = "".join(
        (
            _picture(folder / "photo.png", text("page.photo")),
            _picture(folder / "neutral.png", text("page.character")),
            _video(folder / "turntable.mp4", text("page.turning")),
            _picture(PurePosixPath(face.toon), text("page.toon")),
        )
    )
    files = f"{_link(folder / 'params.json')} · {_link(folder / 'head.glb')}"
    moving = f"{text('page.me')} {_link(folder / 'me.html')}"
    return f"""<section>
<div class="row">{figures}</div>
<p>{moving}</p>
<p>{text("page.files")} {files}</p>
</section>"""


def _picture(name: PurePosixPath, caption: str) -> str:
    return (
        f'<figure><img src="{_address(name)}" alt="{html_escape(caption)}">'
        f"<figcaption>{html_escape(caption)}</figcaption></figure>"
    )


def _video(name: PurePosixPath, caption: str) -> str:
    return (
        f'<figure><video src="{_address(name)}" autoplay loop muted playsinline></video>'
        f"<figcaption>{html_escape(caption)}</figcaption></figure>"
    )


def _link(name: PurePosixPath) -> str:
    return f'<a href="{_address(name)}"><code>{html_escape(name.name)}</code></a>'


def _address(name: PurePosixPath) -> str:
    return html_escape(quote(str(name)))
