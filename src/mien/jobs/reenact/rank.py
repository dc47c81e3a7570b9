"""`mien reenact rank VOTES`: which way of reenactment people like best, from votes on pairs.

A vote is a line `left,right,choice` of a CSV file with that head line: two names, and which of the
two was better: left, right or same.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

from mien.errors import InputError
from mien.io.atomic import atomic_write_bytes
from mien.io.files import read_bytes
from mien.io.limits import MIB
from mien.io.names import free_path, terminal_safe
from mien.jobs.base import Outcome
from mien.jobs.reenact.config import RankRequest
from mien.messages import text
from mien.metrics.trueskill import Choice, Vote, ranked, table_lines

_HEAD = ["left", "right", "choice"]
_CHOICES: dict[str, Choice] = {"left": "left", "right": "right", "same": "same"}
_MOST_BYTES, _MOST_VOTES, _MOST_NAME = 16 * MIB, 200_000, 200


def rank(request: RankRequest) -> Outcome:
    """The ranking as a table and as JSON. Raises InputError with the line for a bad file."""
    votes = [vote for path in request.votes for vote in read_votes(path)]
    skills = ranked(votes)
    values = {
        "votes": len(votes),
        "ranking": [
            {
                "name": name,
                "mean": round(one.mean, 4),
                "deviation": round(one.deviation, 4),
                "safe": round(one.safe, 4),
                "votes": one.votes,
            }
            for name, one in skills.items()
        ],
    }
    out = free_path(request.out, overwrite=request.overwrite)
    written = json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)
    atomic_write_bytes(out, (written + "\n").encode())
    notes = (text("rank.told", votes=len(votes)), *table_lines(skills))
    return Outcome((out,), notes=notes)


def read_votes(path: Path) -> list[Vote]:
    """The votes of a file.

    Raises InputError with the file and the line for what is no vote, and where there is none.
    """
    data = read_bytes(path, max_bytes=_MOST_BYTES, wanted="rank.wanted")
    try:
        lines = data.decode("utf-8-sig").splitlines()
        rows = list(csv.reader(lines, skipinitialspace=True))
    except (UnicodeDecodeError, csv.Error) as problem:
        raise InputError(text("rank.format", path=terminal_safe(path))) from problem
    if not rows or [one.strip().lower() for one in rows[0]] != _HEAD:
        raise InputError(text("rank.format", path=terminal_safe(path)))
    votes = [_vote(path, line, row) for line, row in enumerate(rows[1:], 2) if row]
    if not votes or len(votes) > _MOST_VOTES:
        shown = {"path": terminal_safe(path), "count": len(votes), "limit": _MOST_VOTES}
        raise InputError(text("rank.count", **shown))
    return votes


def _vote(path: Path, line: int, row: list[str]) -> Vote:
    cells = [one.strip() for one in row]
    if len(cells) == len(_HEAD):
        left, right, chosen = cells
        choice = _CHOICES.get(chosen.lower())
        names = left != right and all(0 < len(one) <= _MOST_NAME for one in (left, right))
        if choice is not None and names:
            return Vote(terminal_safe(left), terminal_safe(right), choice)
    given = terminal_safe(",".join(row)[:80])
    raise InputError(text("rank.vote", path=terminal_safe(path), line=line, given=given))
