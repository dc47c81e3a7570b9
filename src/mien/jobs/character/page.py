"""One character in one HTML file: its model, the viewer and the controls, without any network."""

from __future__ import annotations

import base64
import functools
import html
import json
import re
from collections.abc import Mapping
from importlib import resources

from mien.head.blendshapes import ARKIT_NAMES, VISEMES, VRM
from mien.head.morphs import VISEME_PREFIX
from mien.head.schema import RIG_NAMES
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
    facts = {"groups": groups, "moods": moods, "style": style}
    return json.dumps(facts).replace("<", "\\u003c")


def character_page(model: bytes, *, title: str, style: Style = "photo") -> bytes:
    """The page. model: a .glb with both vocabularies of morph targets; title: any text."""
    shown: Mapping[str, str] = {
        "language": language(),
        "title": html.escape(title),
        "photo": html.escape(text("page3d.photo")),
        "toon": html.escape(text("page3d.toon")),
        "find": html.escape(text("page3d.find")),
        "footer": html.escape(text("page3d.footer")),
        "facts": _facts(style),
        "model": base64.b64encode(model).decode(),
        "bundle": _asset("bundle.js").replace("</script", "<\\/script"),
    }
    # In one pass: what is put in is never read as a place again.
    return _PLACE.sub(lambda match: shown[match.group(1)], _asset("page.html")).encode()
