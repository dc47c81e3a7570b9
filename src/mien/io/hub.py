"""The one door to a hub of models: Hugging Face's, through the extra `hub`, and only when asked.

What is fetched is a weight file, which is data (`mien.io.weights`): nothing that could run.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mien.errors import InputError, MissingExtraError, OptionError, WeightsError
from mien.io.limits import WEIGHT_LIMITS
from mien.io.names import terminal_safe
from mien.messages import text

PREFIX = "hf:"
FILE = "model.safetensors"
"""What a repository's weights are called unless the place says otherwise."""
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}"
_PLACE = re.compile(
    rf"(?P<repo>{_NAME}/{_NAME})(?:/(?P<file>{_NAME}\.safetensors))?(?:@(?P<revision>{_NAME}))?"
)


@dataclasses.dataclass(frozen=True)
class Place:
    """A file of a repository: `hf:owner/name`, `hf:owner/name/file.safetensors@revision`."""

    repo: str
    file: str = FILE
    revision: str | None = None


def is_place(name: str) -> bool:
    """Whether a model's name is that of a repository."""
    return name.startswith(PREFIX)


def place_of(name: str) -> Place:
    """The place that a name means; raises OptionError for one of another form."""
    found = _PLACE.fullmatch(name.removeprefix(PREFIX))
    if found is None or ".." in name:
        raise OptionError(text("hub.name", name=terminal_safe(name)))
    return Place(found["repo"], found["file"] or FILE, found["revision"])


def fetch(name: str, *, cache: Path | None = None) -> Path:
    """The weight file of `hf:owner/name`, fetched once and kept in the hub's cache.

    cache   instead of the hub's own folder

    Raises OptionError for a name of another form, MissingExtraError without the extra,
    WeightsError where there is no such file, none that may be had, or a larger one than is read.
    """
    place, hub = place_of(name), _hub()
    with _told(name):
        told = hub.get_hf_file_metadata(
            hub.hf_hub_url(place.repo, place.file, revision=place.revision)
        )
        if (told.size or 0) > WEIGHT_LIMITS.max_bytes:
            raise WeightsError(text("hub.large", name=terminal_safe(name)))
        path = hub.hf_hub_download(place.repo, place.file, revision=place.revision, cache_dir=cache)
    return Path(path)


def publish(folder: Path, repo: str, *, private: bool) -> str:
    """Sends the files of a folder that `save_pretrained` wrote; returns the address.

    The repository is made where it is not there. Only weights, card and configuration go.
    Raises OptionError for a name of another form, InputError where nothing may be sent.
    """
    place, hub = place_of(repo), _hub()
    with _told(repo):
        api: Any = hub.HfApi()
        api.create_repo(place.repo, private=private, exist_ok=True)
        api.upload_folder(
            repo_id=place.repo,
            folder_path=folder,
            allow_patterns=["*.safetensors", "README.md", "config.json"],
        )
    return f"https://huggingface.co/{place.repo}"


def _hub() -> Any:
    try:
        import huggingface_hub  # pyright: ignore[reportMissingImports]
    except ImportError as problem:
        raise MissingExtraError(text("hub.missing")) from problem
    return huggingface_hub


_SAID = {
    "GatedRepoError": "hub.gated",
    "RepositoryNotFoundError": "hub.absent",
    "EntryNotFoundError": "hub.no_file",
    "RevisionNotFoundError": "hub.no_revision",
    "LocalEntryNotFoundError": "hub.offline",
    "OfflineModeIsEnabled": "hub.offline",
}
"""Classes of the client's errors by name, the nearest of an error's own first."""


@contextlib.contextmanager
def _told(name: str) -> Iterator[None]:
    """What the hub's client raises, as one line of ours.

    Its errors are many classes of several libraries; their first line says what happened.
    """
    try:
        yield
    except (MissingExtraError, WeightsError, InputError, OptionError):
        raise
    except Exception as problem:
        kinds = [_SAID[one.__name__] for one in type(problem).__mro__ if one.__name__ in _SAID]
        reason = str(problem).strip().splitlines()[:1]
        shown = {"name": terminal_safe(name), "reason": terminal_safe("".join(reason)[:160])}
        raise WeightsError(text(kinds[0] if kinds else "hub.failed", **shown)) from problem
