"""What the page's values become: the request that the command line would make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mien import fields
from mien.app.form import fill
from mien.app.parse import parse
from mien.app.studio.forms import (
    Field,
    Places,
    action_word,
    choice_word,
    drawing_order,
    in_words,
    offered,
    page_fields,
    pair_names,
    shape_of,
    step_of,
    values,
    with_pair,
)
from mien.errors import InputError, OptionError
from mien.jobs import JOBS
from mien.messages import TABLE, text, use_language

from .studio_stub import TOY, DrawRequest, EditRequest, TrainRequest

ACTIONS = [(job.name, action, request) for job in JOBS for action, request in job.request.items()]


def drawn(request: type, action: str = "draw") -> tuple[Field, ...]:
    return page_fields(TOY.name, action, request)


def held(shown: tuple[Field, ...], **given: Any) -> list[Any]:
    """What the components hold: what was given, and otherwise nothing."""
    return [given.get(field.control.name) for field in shown]


def request_of(tmp_path: Path, **given: Any) -> DrawRequest:
    shown = drawn(DrawRequest)
    places = Places(tmp_path / "run", tmp_path, Path("/x"))
    return fill(DrawRequest, values(shown, held(shown, **given), places))


@pytest.mark.parametrize(("job", "action", "request_class"), ACTIONS)
def test_every_control_is_on_the_page_in_words(job: str, action: str, request_class: type) -> None:
    for language in ("en", "zh"):
        with use_language(language):
            shown = page_fields(job, action, request_class)
            names = [control.name for control in fields.describe(request_class)]
            assert [field.control.name for field in shown] == names
            assert sorted(drawing_order(shown), key=str) == sorted(shown, key=str)
            for field in shown:
                assert field.label
                assert "_" not in field.label
                assert field.label[0] == field.label[0].upper()
    required = [field for field in shown if field.control.required]
    assert [field for field in required if field.advanced] == []


@pytest.mark.parametrize(("job", "action", "request_class"), ACTIONS)
def test_every_field_has_a_short_label_in_both_languages(
    job: str, action: str, request_class: type
) -> None:
    labels = []
    for language in ("en", "zh"):
        with use_language(language):
            shown = page_fields(job, action, request_class)
            # Where there is no label, the help stands in its place, and there is no hint.
            assert [field.control.name for field in shown if not field.hint] == []
            assert [field.label for field in shown if len(field.label) > 30] == []
            labels.append([field.label for field in shown])
            assert len(set(labels[-1])) == len(shown)
    assert [one for one, other in zip(*labels, strict=True) if one == other] == []


def test_every_action_has_a_word_in_both_languages() -> None:
    actions = {f"studio.action.{action}" for _, action, _ in ACTIONS}
    assert actions - set(TABLE) == set()
    # Beside the live panels: a job's tabs are told apart by their words.
    for job in JOBS:
        for language in ("en", "zh"):
            with use_language(language):
                words = [text("studio.live.tab"), *(action_word(one) for one in job.request)]
            assert len(set(words)) == len(words)


@pytest.mark.parametrize(
    ("name", "on_page", "words"),
    [
        ("style", "toon", "--style toon"),
        ("hair", "bun", "--hair bun"),
        ("hair", "", ""),
        ("model", "runs/3", "--model runs/3"),
        ("device", "cpu", "--device cpu"),
        ("yaw", -3.5, "--yaw -3.5"),
        ("yaw", 4, "--yaw 4"),
        ("size", 32.0, "--size 32"),
        ("count", 7, "--count 7"),
        ("limit", "3", "--limit 3"),
        ("limit", " ", ""),
        ("gaze", "0.5 -0.25", "--gaze .5 -.25"),
        ("gaze", "", ""),
        ("seeds", "3, 4，5", "--seeds 3 --seeds 4 --seeds 5"),
        ("au", "12=.8 AU6=-0.5", "--au 12=.8 AU6=-.5"),
        ("open", True, "--open"),
        ("open", False, ""),
        ("driver", "/x/clip.mp4", "--driver /x/clip.mp4"),
        ("driver", ["/x/clip.mp4"], "--driver /x/clip.mp4"),
    ],
)
def test_the_page_and_the_command_line_make_the_same_request(
    tmp_path: Path, name: str, on_page: Any, words: str
) -> None:
    made = request_of(
        tmp_path, photos=[("/x/小明.jpg", None), ("/x/b.jpg", "b")], **{name: on_page}
    )
    line = ["/x/小明.jpg", "/x/b.jpg", *words.split(), "--out", str(tmp_path / "run" / "drawn")]
    assert made == parse(DrawRequest, line, command="toy draw")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "photos is missing"),
        ({"yaw": 90}, "--yaw: 90 is outside -20 to 20°"),
        ({"limit": "many"}, "--limit: 'many' is not a whole number"),
        ({"gaze": "1"}, "--gaze is missing"),
        ({"au": "smile"}, "--au: 'smile' is not NAME=NUMBER"),
        ({"driver": ["/x/a", "/x/b"]}, "--driver: 2 files were given; wanted one"),
        ({"size": 2.5}, "--size: 2.5 is not a whole number"),
    ],
)
def test_mistakes_are_told_as_on_the_command_line(
    tmp_path: Path, given: dict[str, Any], message: str
) -> None:
    photos = {"photos": [("/x/a.jpg", None)]} if given else {}
    with pytest.raises(OptionError) as caught:
        request_of(tmp_path, **photos, **given)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("path", ["/etc/passwd", "/x/../etc/passwd", "/xy/a.png", "a.png"])
def test_only_uploads_are_read(tmp_path: Path, path: str) -> None:
    with pytest.raises(InputError, match="this file was not uploaded here"):
        request_of(tmp_path, photos=[(path, None)])


def test_options_are_called_as_the_page_calls_them() -> None:
    shown = drawn(DrawRequest)
    assert in_words("--au: no. --auto, --size=3 and PHOTO", shown) == (
        "“Action Units”: no. --auto, “Size”=3 and “Photos”"
    )


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("", "drawn"),
        (None, "drawn"),
        ("mine", "mine"),
        ("../../etc/passwd", "passwd"),
        ("/root/.ssh", "_ssh"),
        ("..\\..\\x", "x"),
        ("..", "drawn"),
        ("我的 结果", "我的 结果"),
        ('a<b>"c"', "a_b__c_"),
    ],
)
def test_results_stay_in_the_folder_of_the_run(tmp_path: Path, typed: Any, name: str) -> None:
    made = request_of(tmp_path, photos=["/x/a.jpg"], out=typed)
    assert made.out == tmp_path / "run" / name


def test_training_runs_lie_beside_the_sessions(tmp_path: Path) -> None:
    shown = drawn(TrainRequest, "train")
    sent = values(
        shown, held(shown, runs="../x"), Places(tmp_path / "s" / "1", tmp_path, Path("/x"))
    )
    assert sent["runs"] == str(tmp_path / "x")


def test_a_folder_is_copied_and_never_changed(tmp_path: Path) -> None:
    source = tmp_path / "mine"
    source.mkdir()
    (source / "params.json").write_text("{}")
    shown = drawn(EditRequest, "edit")
    places = Places(tmp_path / "run", tmp_path, Path("/x"))
    sent = values(shown, [str(source / "params.json")], places)
    assert sent == {"folder": str(tmp_path / "run" / "mine")}
    assert (tmp_path / "run" / "mine" / "params.json").read_text() == "{}"
    with pytest.raises(InputError, match="there is no such folder"):
        values(shown, [str(tmp_path / "absent")], places)


def test_what_is_drawn_how() -> None:
    shapes = {field.control.name: field.shape for field in drawn(DrawRequest)}
    assert shapes == {
        "photos": "photos", "style": "choice", "hair": "choice", "model": "open_choice",
        "device": "line", "yaw": "slider", "size": "slider", "count": "number", "limit": "number",
        "gaze": "list", "seeds": "list", "au": "pairs", "driver": "files", "open": "tick",
        "out": "place",
    }  # fmt: skip
    controls = {control.name: control for control in fields.describe(DrawRequest)}
    assert (step_of(controls["yaw"]), step_of(controls["size"])) == (0.1, 1)
    assert offered(controls["model"]) == ("photo", "toon")
    assert "AU12" in pair_names(controls["au"])
    assert shape_of(fields.describe(EditRequest)[0]) == "folder"


def test_names_of_pairs_are_known_for_every_job() -> None:
    pairs = [
        (control.name, pair_names(control))
        for _, _, request_class in ACTIONS
        for control in fields.describe(request_class)
        if control.kind == "pair"
    ]
    assert pairs
    assert [name for name, known in pairs if not known] == []


def test_choices_have_words_in_both_languages() -> None:
    assert choice_word("brows_up") == "brows up"
    assert choice_word("no_such_choice") == "no such choice"
    with use_language("zh"):
        assert choice_word("smile") == "微笑"


def test_pairs_are_set_and_taken_out() -> None:
    assert with_pair("", "AU12", 0.8) == "AU12=0.8"
    assert with_pair("AU12=0.8 AU6=1", "AU12", -0.5) == "AU6=1 AU12=-0.5"
    assert with_pair("AU12=0.8 AU6=1", "AU12", 0) == "AU6=1"


@pytest.mark.parametrize("action", ["fit", "collect"])
def test_a_page_starts_no_programs(action: str, tmp_path: Path) -> None:
    request_class = next(one for job, name, one in ACTIONS if (job, name) == ("character", action))
    shown = page_fields("character", action, request_class)
    places = Places(tmp_path / "run", tmp_path, Path("/x"))
    with pytest.raises(OptionError, match="program"):
        values(shown, held(shown, engine=" program:rm -r x"), places)
    assert values(shown, held(shown, engine="head"), places)["engine"] == "head"
