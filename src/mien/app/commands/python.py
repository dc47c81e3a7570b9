"""`mien python 'COMMAND ...'`: the Python that does what a command line does."""

from __future__ import annotations

import dataclasses
import shlex
import sys

from mien import fields


@dataclasses.dataclass(frozen=True)
class PythonRequest:
    """What `mien python` is asked."""

    line: str = fields.argument("'COMMAND ...'", help="twin.line")


def run(request: PythonRequest) -> int:
    """Writes the program to stdout."""
    from mien.app.twin import twin

    words = shlex.split(request.line)
    sys.stdout.write(twin(words[1:] if words[:1] == ["mien"] else words))
    return 0
