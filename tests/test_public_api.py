from __future__ import annotations

import importlib

import pytest

import mien

# Removing a name from here breaks other people's programs.
NAMES = {"Box", "Face", "FaceCode", "JOBS", "MienError", "Pose", "__version__"} | {
    "from_pretrained",
    "save_pretrained",
}


def test_the_public_page_is_this() -> None:
    assert set(dir(mien)) == NAMES


@pytest.mark.parametrize("name", sorted(NAMES - {"__version__"}))
def test_every_public_name_is_the_one_of_its_module(name: str) -> None:
    found = getattr(mien, name)
    module = importlib.import_module(mien._PUBLIC[name])
    assert found is getattr(module, name)


def test_other_names_do_not_exist() -> None:
    with pytest.raises(AttributeError, match="module 'mien' has no attribute 'smile'"):
        _ = mien.smile  # pyright: ignore[reportAttributeAccessIssue]


def test_the_version_is_one() -> None:
    major, minor, patch = mien.__version__.split(".")
    assert int(major) >= 0
    assert int(minor) >= 0
    assert patch.isdecimal()
