from __future__ import annotations

import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.io import names

ANY_NAME = st.text(
    st.characters(blacklist_characters="/\0", blacklist_categories=()), min_size=1, max_size=300
)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("photo.jpg", "photo"),
        ("小明.jpg", "小明"),
        ("photo.of.me.JPEG", "photo.of.me"),
        ("no_extension", "no_extension"),
        ("<img src=x>.jpg", "<img src=x>"),
        ('it\'s "quoted" & more.png', 'it\'s "quoted" & more'),
        ("👩\u200d🔬.png", "👩\u200d🔬"),
        (".jpg", "_jpg"),
        (".hidden.png", "_hidden"),
        ("-rf.png", "_rf"),
        ("--out.png", "__out"),
        (" blank .png", "_blank"),
        ("..", "unnamed"),
        (".", "unnamed"),
        ("", "unnamed"),
        ("....", "unnamed"),
        ("a..", "a"),
        ("a\nb\x1b[31m.png", "a_b_[31m"),
        ("photo\u202egpj.exe", "photo_gpj"),
        ("caf\udce9.png", "caf_"),
        ("CON.png", "CON"),
    ],
)
def test_safe_stem_keeps_what_it_can(name: str, stem: str) -> None:
    assert names.safe_stem(name, portable=False) == stem


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("<img src=x>.jpg", "_img src=x_"),
        ('a:b|c?d*e"f\\g.jpg', "a_b_c_d_e_f_g"),
        ("CON.png", "_CON"),
        ("lpt1.old.png", "_lpt1.old"),
        ("console.png", "console"),
        ("小明.jpg", "小明"),
    ],
)
def test_portable_stems_suit_windows(name: str, stem: str) -> None:
    assert names.safe_stem(name, portable=True) == stem


def test_long_names_are_cut_and_stay_different() -> None:
    first, second = "明" * 80 + "a", "明" * 80 + "b"
    stems = {names.safe_stem(f"{name}.png") for name in (first, second)}
    assert len(stems) == 2
    for stem in stems:
        assert 190 <= len(stem.encode()) <= 200
        assert stem.startswith("明" * 60)


def test_a_cut_never_parts_a_letter_from_its_accents() -> None:
    stem = names.safe_stem("x" + "e\u0301\u0323" * 100)
    kept = stem.split("~")[0]
    assert kept == "x" + "e\u0301\u0323" * (len(kept) // 3)
    assert len(kept) > 90


@given(ANY_NAME, st.booleans())
def test_any_name_gives_a_usable_stem(
    tmp_path_factory: pytest.TempPathFactory, name: str, portable: bool
) -> None:
    stem = names.safe_stem(name, portable=portable)
    assert stem
    assert stem[0] not in ".- "
    assert stem[-1] not in ". "
    assert "/" not in stem
    assert len(stem.encode()) <= 200
    assert not any(names.is_harmful(c) for c in stem)
    if portable:
        assert not set(stem) & set('<>:"|?*\\')
    file = tmp_path_factory.getbasetemp() / f"{stem}-jpeg.face12-34.png"
    file.write_bytes(b"x")
    file.unlink()


@given(st.lists(ANY_NAME.map(Path), max_size=12), st.booleans())
def test_stems_of_a_run_are_all_different(inputs: list[Path], portable: bool) -> None:
    stems = names.result_stems(inputs, portable=portable)
    assert set(stems) == set(inputs)
    folded = {unicodedata.normalize("NFC", stem.casefold()) for stem in stems.values()}
    assert len(folded) == len(stems)


@pytest.mark.parametrize(
    ("inputs", "stems"),
    [
        (["a.jpg"], ["a"]),
        (["a.jpg", "b.jpg"], ["a", "b"]),
        (["a.jpg", "a.png"], ["a-jpg", "a-png"]),
        (["A.jpg", "a.png", "b.png"], ["A-jpg", "a-png", "b"]),
        (["x/a.jpg", "y/a.jpg", "z/a.JPG"], ["a-jpg", "a-jpg-2", "a-jpg-3"]),
        (["a.jpg", "a"], ["a-jpg", "a"]),
        (["a.jpg", "a-jpg.png", "a.png"], ["a-jpg-2", "a-jpg", "a-png"]),
        (["caf\u00e9.jpg", "cafe\u0301.png"], ["caf\u00e9-jpg", "cafe\u0301-png"]),
        (["a.j$p/../b.<g>", "b.png"], ["b-g", "b-png"]),
    ],
)
def test_stems_on_collisions(inputs: list[str], stems: list[str]) -> None:
    paths = [Path(name) for name in inputs]
    assert list(names.result_stems(paths, portable=False).values()) == stems


def test_the_same_path_twice_is_one_input() -> None:
    path = Path("a.jpg")
    assert names.result_stems([path, path]) == {path: "a"}


def test_results_are_named_after_input_and_face(tmp_path: Path) -> None:
    first, second = Path("照片/小明.jpg"), Path("<img src=x>.jpg")
    run = names.ResultNames(tmp_path, [first, second])
    assert run.claim(first) == tmp_path / "小明"
    assert run.claim(first, face=2) == tmp_path / "小明.face2"
    assert run.claim(second, suffix=".png") == tmp_path / "<img src=x>.png"
    assert run.claim(second, face=3, suffix=".png") == tmp_path / "<img src=x>.face3.png"
    assert list(tmp_path.iterdir()) == []


def test_an_existing_result_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "b").mkdir()
    (tmp_path / "b-2").mkdir()
    (tmp_path / "b.face2").mkdir()
    (tmp_path / "dangling.png").symlink_to("nowhere")
    inputs = [Path("a.jpg"), Path("b.jpg"), Path("dangling.jpg")]
    run = names.ResultNames(tmp_path, inputs)
    assert run.claim(inputs[0], suffix=".png").name == "a-2.png"
    assert run.claim(inputs[1]).name == "b-3"
    assert run.claim(inputs[1], face=2).name == "b.face2-2"
    assert run.claim(inputs[2], suffix=".png").name == "dangling-2.png"


def test_one_run_never_hands_out_a_name_twice(tmp_path: Path) -> None:
    inputs = [Path("a.jpg"), Path("a.face2.jpg"), Path("A.FACE3.jpg")]
    run = names.ResultNames(tmp_path, inputs, overwrite=True)
    claimed = [
        run.claim(inputs[0]),
        run.claim(inputs[0], face=2),
        run.claim(inputs[1]),
        run.claim(inputs[2]),
        run.claim(inputs[0], face=3),
    ]
    assert [path.name for path in claimed] == ["a", "a.face2", "a.face2-2", "A.FACE3", "a.face3-2"]


def test_overwrite_replaces_results_of_the_same_kind_only(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "b").mkdir()
    (tmp_path / "c").touch()
    (tmp_path / "d.png").mkdir()
    (tmp_path / "e.png").symlink_to(tmp_path / "a.png")
    inputs = [Path(f"{letter}.jpg") for letter in "abcde"]
    run = names.ResultNames(tmp_path, inputs, overwrite=True)
    assert run.claim(inputs[0], suffix=".png").name == "a.png"
    assert run.claim(inputs[1]).name == "b"
    assert run.claim(inputs[2]).name == "c-2"
    assert run.claim(inputs[3], suffix=".png").name == "d-2.png"
    assert run.claim(inputs[4], suffix=".png").name == "e-2.png"


def test_overwrite_never_touches_an_input(tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    photo.write_bytes(b"the user's")
    inside = tmp_path / "b" / "b.jpg"
    inside.parent.mkdir()
    inside.write_bytes(b"the user's")
    linked = tmp_path / "c.png"
    linked.hardlink_to(photo)
    inputs = [photo, inside, Path("c.jpg")]
    run = names.ResultNames(tmp_path, inputs, overwrite=True)
    assert run.claim(photo, suffix=".png").name == "a-2.png"
    assert run.claim(inside).name == "b-2"
    assert run.claim(inputs[2], suffix=".png").name == "c-2.png"


def test_a_file_system_that_refuses_characters_gets_portable_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch = Path.touch

    def refusing_touch(path: Path) -> None:
        if "<" in path.name:
            raise OSError(22, "Invalid argument")
        touch(path)

    monkeypatch.setattr(Path, "touch", refusing_touch)
    inputs = [Path("<img src=x>.jpg")]
    run = names.ResultNames(tmp_path / "new" / "folder", inputs)
    assert run.claim(inputs[0]) == tmp_path / "new" / "folder" / "_img src=x_"


def test_claims_are_checked(tmp_path: Path) -> None:
    run = names.ResultNames(tmp_path, [Path("a.jpg")])
    with pytest.raises(KeyError):
        run.claim(Path("b.jpg"))
    with pytest.raises(ValueError, match="faces are counted from 1, not 0"):
        run.claim(Path("a.jpg"), face=0)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("照片/小明.jpg", "照片/小明.jpg"),
        (Path("a b.png"), "a b.png"),
        ("a\nb\tc", "a\\x0ab\\x09c"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("photo\u202egpj.exe", "photo\\u202egpj.exe"),
        ("\x9b31m", "\\x9b31m"),
        ("caf\udce9", "caf\\udce9"),
        ("a\u2028b", "a\\u2028b"),
    ],
)
def test_terminal_safe(value: object, shown: str) -> None:
    assert names.terminal_safe(value) == shown


@given(st.text(st.characters(blacklist_categories=()), max_size=80))
def test_terminal_safe_is_one_harmless_line(value: str) -> None:
    shown = names.terminal_safe(value)
    assert len(shown.splitlines()) <= 1
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert not any(names.is_harmful(c) for c in shown)
    assert names.terminal_safe(shown) == shown


def test_html_escape() -> None:
    assert names.html_escape("<img src=x>.jpg") == "&lt;img src=x&gt;.jpg"
    assert names.html_escape('"it\'s" & co') == "&quot;it&#x27;s&quot; &amp; co"
    assert names.html_escape("小明\u202e\x00\udce9") == "小明\ufffd\ufffd\ufffd"


class _Collector(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs")), max_size=80))
def test_html_escape_never_makes_an_element(value: str) -> None:
    page = _Collector()
    escaped = names.html_escape(value)
    page.feed(f'<p title="{escaped}">{escaped}</p>')
    page.close()
    cleaned = "".join("\ufffd" if names.is_harmful(c) else c for c in value)
    assert page.tags == [("p", [("title", cleaned)])]
    assert page.text == cleaned
