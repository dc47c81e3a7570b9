"""What every job promises, whoever wrote it."""

from __future__ import annotations

import dataclasses

import pytest

from mien import fields
from mien.app.commands import all_commands
from mien.jobs import JOBS
from mien.jobs.base import Job, Outcome, Skipped, Step, no_progress
from mien.messages import TABLE

PRESETS = {"seed", "default", "tiny"}

every_job = pytest.mark.parametrize("job", JOBS, ids=[job.name for job in JOBS])


def test_names_are_unique_and_in_the_order_of_the_help() -> None:
    names = [job.name for job in JOBS]
    assert len(set(names)) == len(names)
    shown = [command.words[0] for command in all_commands() if command.words[0] in names]
    assert list(dict.fromkeys(shown)) == names


@every_job
def test_a_job_is_frozen_and_named_after_its_folder(job: Job) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(job, "name", "other")  # noqa: B010 (a plain assignment is a type error)
    assert job.load.__module__.startswith(f"mien.jobs.{job.name}")


@every_job
def test_a_job_is_described_in_both_languages(job: Job) -> None:
    keys = [job.title, job.summary, *(f"command.{job.name}.{action}" for action in job.request)]
    assert [key for key in keys if key not in TABLE] == []


@every_job
def test_requests_are_frozen_and_every_field_has_help(job: Job) -> None:
    assert job.request
    for request in job.request.values():
        assert dataclasses.is_dataclass(request)
        assert request.__dataclass_params__.frozen  # pyright: ignore[reportAttributeAccessIssue]
        controls = fields.describe(request)
        assert controls
        assert [one.name for one in controls if one.help not in TABLE] == []


@every_job
def test_a_job_that_trains_has_its_presets(job: Job) -> None:
    if job.recipe is None:
        assert job.presets == {}
    else:
        assert set(job.presets) >= PRESETS


@every_job
def test_runs_end_in_an_outcome(job: Job) -> None:
    assert issubclass(job.result, Outcome)


def test_an_outcome_holds_nothing_unless_told() -> None:
    empty = Outcome()
    assert (empty.results, empty.skipped, empty.notes, dict(empty.figures)) == ((), (), (), {})
    assert Skipped("a.jpg", "no face").reason == "no face"
    no_progress(Step(1, 2, "a.jpg"))
