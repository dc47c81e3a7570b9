"""One character in one HTML file: its model, the viewer, the controls and, if wanted, a webcam.

Everything is packed with gzip and unpacked in the browser. The page's content policy lets it run
its own scripts, which it names by their hashes, and reach no address.
"""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources

import numpy as np

from mien.head.blendshapes import ARKIT_NAMES, VISEMES, VRM
from mien.head.morphs import VISEME_PREFIX
from mien.head.schema import RIG_NAMES
from mien.jobs.character import webcam as camera
from mien.messages import language, text
from mien.types import Style

MOODS = {
    "neutral": "page3d.mood.neutral",
    "happy": "page3d.mood.happy",
    "sad": "page3d.mood.sad",
    "angry": "page3d.mood.angry",
    "surprised": "page3d.mood.surprised",
    "relaxed": "page3d.mood.relaxed",
    "blink": "page3d.mood.blink",
}
"""Expressions with a button, and what it says."""
WORDS = {
    "start": "page3d.webcam.start",
    "stop": "page3d.webcam.stop",
    "loading": "page3d.webcam.loading",
    "hold": "page3d.webcam.hold",
    "rest": "page3d.webcam.rest",
    "following": "page3d.webcam.following",
    "refused": "page3d.webcam.refused",
    "none": "page3d.webcam.none",
    "busy": "page3d.webcam.busy",
    "insecure": "page3d.webcam.insecure",
    "failed": "page3d.webcam.failed",
    "broken": "page3d.webcam.broken",
}
"""What the webcam's panel says."""
_LETTERS = bytes(code for code in range(33, 127) if chr(code) not in "&<>")
_BITS = 13
_PLACE = re.compile(r"\{\{(\w+)\}\}")


@functools.cache
def _asset(name: str) -> str:
    return (resources.files("mien.jobs.character.viewer") / name).read_text("utf-8")


def viewer_script() -> bytes:
    """The viewer by itself, for a page that has the elements of `page.html`."""
    return _asset("bundle.js").encode()


def _facts(style: Style) -> str:
    """JSON for the viewer, safe inside a script element."""
    groups = [
        (text("page3d.arkit"), ARKIT_NAMES),
        (text("page3d.visemes"), [VISEME_PREFIX + name for name in VISEMES]),
        (text("page3d.aus"), RIG_NAMES),
    ]
    moods = [(text(key), dict(VRM[name].aus)) for name, key in MOODS.items()]
    words = {name: text(key) for name, key in WORDS.items()}
    failures = {"old": text("page3d.old"), "flat": text("page3d.flat")}
    facts = {"groups": groups, "moods": moods, "style": style, "words": words, **failures}
    return json.dumps(facts).replace("<", "\\u003c")


def character_page(
    model: bytes, *, title: str, style: Style = "photo", webcam: bool = True
) -> bytes:
    """The page.

    model   a .glb with both vocabularies of morph targets
    title   any text
    webcam  with the networks that read a face before a camera, 5.7 MB more
    """
    viewer = _packed_script("bundle.js")
    packed = {"model": _pack(model), "viewer": viewer}
    scripts = [viewer_script(), _asset("boot.js").encode()]
    licences = [_asset("LICENSE-three.txt")]
    if webcam:
        packed |= camera.parts()
        scripts.append(gzip.decompress(camera.part(camera.PARTS["webcam-script"])))
        licences.append(_asset(camera.LICENCE))
    page = _asset("page.html").replace("{{webcam}}", _asset("webcam.html") if webcam else "")
    shown: Mapping[str, str] = {
        "language": language(),
        "title": html.escape(title),
        "photo": html.escape(text("page3d.photo")),
        "toon": html.escape(text("page3d.toon")),
        "find": html.escape(text("page3d.find")),
        "footer": html.escape(text("page3d.footer_webcam" if webcam else "page3d.footer")),
        "webcam_start": html.escape(text("page3d.webcam.start")),
        "webcam_neutral": html.escape(text("page3d.webcam.neutral")),
        "webcam_mirror": html.escape(text("page3d.webcam.mirror")),
        "webcam_self": html.escape(text("page3d.webcam.self")),
        "facts": _facts(style),
        "parts": "\n".join(_element(name, data) for name, data in packed.items()),
        "licences": "\n\n".join(licences).strip(),
        "style": _asset("page.css"),
        "boot": _asset("boot.js"),
        "policy": _policy(scripts, _asset("page.css").encode(), webcam=webcam),
    }
    # In one pass: what is put in is never read as a place again.
    return _PLACE.sub(lambda match: shown[match.group(1)], page).encode()


def _policy(scripts: Sequence[bytes], style: bytes, *, webcam: bool) -> str:
    """What the page may do: its own scripts and style, and what it made itself (blob:)."""
    allowed = [_source(script) for script in scripts]
    if webcam:
        allowed.append("'wasm-unsafe-eval'")
    return (
        f"default-src 'none'; script-src {' '.join(allowed)}; style-src {_source(style)}; "
        "img-src blob: data:; connect-src blob: data:"
    )


def _source(content: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}'"


def _pack(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


@functools.cache
def _packed_script(name: str) -> bytes:
    return _pack(_asset(name).encode())


def _element(name: str, data: bytes) -> str:
    """An element of `boot.js`: bytes as text."""
    return f'<script id="{name}" type="text/plain" data-size="{len(data)}">{in_text(data)}</script>'


def in_text(data: bytes) -> str:
    """Bytes as text, 13 bits in two of 91 characters: 1.23 characters a byte, base64 has 1.33.

    None of the characters means anything in HTML.
    """
    bits = np.unpackbits(np.frombuffer(data, np.uint8))
    bits = np.append(bits, np.zeros(-len(bits) % _BITS, np.uint8))
    values = bits.reshape(-1, _BITS) @ (1 << np.arange(_BITS - 1, -1, -1))
    pairs = np.stack(np.divmod(values, len(_LETTERS)), 1)
    return np.frombuffer(_LETTERS, np.uint8)[pairs].tobytes().decode("ascii")
