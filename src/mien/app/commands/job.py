"""Any action of any job: load the predictor, run the request, report."""

from __future__ import annotations

import functools
from typing import Any

from mien.app import console
from mien.app.commands import Run
from mien.jobs.base import Job
from mien.messages import text


def load(job: Job, action: str) -> tuple[type, Run]:
    """The request class of an action, and the function that runs one."""
    return job.request[action], functools.partial(run, job)


def run(job: Job, request: Any) -> int:
    """Runs one request of a job and says what it left behind; returns the exit code."""
    predictor = job.load(getattr(request, "device", "auto"))
    with console.progress(text(job.title)) as progress:
        outcome = predictor.run(request, progress=progress)
    return console.report(outcome)
