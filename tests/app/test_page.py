from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from mien.app.page import Shown, page
from mien.messages import use_language


class Reader(HTMLParser):
    """Collects tags and attributes; fails on tags that are not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "img"):
            self.open.append(tag)
        self.sources += [str(value) for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


FACES = [Shown("portrait", "portrait/toon.png"), Shown("portrait.face2", "portrait.face2/toon.png")]


def test_every_face_is_shown_with_all_its_files() -> None:
    reader = read(page(FACES, notes=[], version="1"))
    assert reader.tags.count("section") == 2
    assert [one for one in reader.sources if one.startswith("portrait/")] == [
        "portrait/photo.png",
        "portrait/neutral.png",
        "portrait/turntable.mp4",
        "portrait/toon.png",
        "portrait/me.html",
        "portrait/params.json",
        "portrait/head.glb",
    ]


def test_the_page_asks_for_nothing_from_elsewhere() -> None:
    html = page(FACES, notes=[], version="1")
    assert not re.search(r"https?:|//|<script|@import|url\(", html.replace("<!doctype html>", ""))


def test_hostile_names_stay_text() -> None:
    name = '"><img src=x onerror=alert(1)>'
    html = page([Shown(name, f"{name}/t.png")], notes=["<b>\u202e"], version="<1>")
    reader = read(html)
    assert reader.tags.count("img") == 3
    assert reader.tags.count("b") == 0
    assert all("%22%3E%3Cimg" in one for one in reader.sources)


@pytest.mark.parametrize("code", ["en", "zh"])
def test_the_page_speaks_the_language_of_the_reader(code: str) -> None:
    with use_language(code):
        html = page(FACES, notes=[], version="1")
    assert f'<html lang="{code}">' in html
    assert ("照片变成角色" in html) == (code == "zh")
