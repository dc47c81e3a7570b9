"""Errors a user can act on: every message says what came, what was wanted and what to do."""

from __future__ import annotations

MALFORMED = (
    *(ValueError, TypeError, KeyError, AttributeError),
    *(OverflowError, RecursionError),  # int() of an infinity; brackets without end
)
"""What taking apart the JSON of a file that anybody may have written can raise."""


class MienError(Exception):
    """Base of every error that mien raises on purpose.

    `exit_code` is what the command line returns when nothing at all could be done.
    """

    exit_code = 2


class InputError(MienError):
    """A file or picture that cannot be used: broken, too large, of another kind, without a face."""


class OptionError(MienError):
    """An option or field whose name or value is not allowed."""


class WeightsError(MienError):
    """A weight file that is missing, damaged, or made for another head or another version."""


class OutputError(MienError):
    """A result that could not be written: no space, no permission, a name already taken."""


class MissingExtraError(MienError):
    """An optional dependency that is not installed."""


class TrainingError(MienError):
    """A training run that cannot go on: NaN twice, a corrupt checkpoint, no data."""
