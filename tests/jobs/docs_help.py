"""What the tests of the ancestors' tables in docs/ share."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from pathlib import Path

from mien import fields
from mien.jobs.base import Job
from mien.train.plan import Plan


def table_rows(root: Path, page: str) -> list[tuple[str, str]]:
    """The rows of the table "there | here" of a page: (the ancestor's setting, ours)."""
    text = (root / "docs" / page).read_text("utf-8")
    table = text.partition("| there | here |")[2].partition("\n## ")[0].splitlines()[2:]
    cells = [line.strip("|").split("|") for line in table if line.startswith("|")]
    return [(there.strip(), here.strip()) for there, here in cells]


def known_names(job: Job, presets: Collection[str], config: type) -> set[str]:
    """Every name that a page may give as ours: options, fields, presets and actions of a job."""
    options = {
        fields.shown(control)
        for request in job.request.values()
        for control in fields.describe(request)
    }
    named = {one.name for kind in (config, Plan) for one in dataclasses.fields(kind)}
    return named | options | set(presets) | set(job.request)
