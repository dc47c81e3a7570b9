"""Numbered pieces of work on a Ray cluster (the extra `scale`).

What a piece leaves has to lie on a file system that all machines share; Ray carries numbers and
nothing else. A piece whose machine dies is begun again elsewhere: pieces leave a whole result or
none, so that shows in nothing but time.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import mien
from mien.data.backends import Backend
from mien.data.workers import THREADS, Make, Told
from mien.errors import InputError, MienError, MissingExtraError, OutputError
from mien.io.names import terminal_safe
from mien.messages import language, text, use_language

_RETRIES = 3
_AHEAD = 2
"""Pieces handed out for each core: the next one waits where the last one ends."""


def work_through_ray(make: Make, numbers: Sequence[int], backend: Backend, told: Told) -> None:
    """Does every piece on the cluster; `told` hears of a piece when it is whole.

    Raises the first MienError of a piece, MissingExtraError without Ray, InputError where the
    cluster cannot be reached, OutputError where a piece fails on several machines.
    """
    try:
        import ray  # pyright: ignore[reportMissingImports]
    except ImportError as problem:
        raise MissingExtraError(text("scale.missing")) from problem
    if not numbers:
        return
    with _connected(ray, backend):
        piece = ray.remote(_piece).options(num_cpus=1, max_retries=_RETRIES)
        job = ray.put(make)
        most = _AHEAD * (backend.workers or max(1, int(ray.cluster_resources().get("CPU", 1))))
        left, going = list(reversed(numbers)), {}
        try:
            while left or going:
                while left and len(going) < most:
                    number = left.pop()
                    going[piece.remote(job, number, language())] = number
                done, _ = ray.wait(list(going), num_returns=1)
                for one in done:
                    going.pop(one)
                    told(_result(ray, one))
        finally:
            for one in going:
                ray.cancel(one)


def _piece(make: Make, number: int, spoken: str) -> tuple[int, str, str]:
    """Runs on a worker: how much was done, and the kind and line of an error of ours."""
    parts = [0]

    def told(more: int) -> None:
        parts[0] += more

    with use_language(spoken):
        try:
            make(number, told)
        except MienError as error:
            return 0, type(error).__name__, str(error)
    return parts[0], "", ""


def _result(ray: Any, reference: Any) -> int:
    try:
        parts, kind, line = ray.get(reference)
    except ray.exceptions.RayError as problem:
        first = str(problem).strip().splitlines()[:1]
        raise OutputError(text("scale.piece", reason=terminal_safe("".join(first)[:200]))) from None
    if kind:
        from mien import errors

        raise getattr(errors, kind, MienError)(line)
    return parts


@contextlib.contextmanager
def _connected(ray: Any, backend: Backend) -> Iterator[None]:
    """The cluster inside the block; one that was there before is left as it is."""
    if ray.is_initialized():
        yield
        return
    local = backend.address == "local"
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    variables = {**dict.fromkeys(THREADS, "1"), "PYTHONPATH": _python_path()}
    options["runtime_env"] = {"env_vars": variables}
    if local:
        options |= {"num_cpus": backend.workers or None, "include_dashboard": False}
    else:
        options["address"] = backend.address
    try:
        ray.init(**options)
    except Exception as problem:  # Ray raises its own, and bare ones
        shown = {"address": terminal_safe(backend.address)}
        reason = terminal_safe("".join(str(problem).strip().splitlines()[:1])[:160])
        raise InputError(text("scale.address", reason=reason, **shown)) from problem
    try:
        yield
    finally:
        ray.shutdown()


def _python_path() -> str:
    """Workers import the mien that hands out the work, where they can see its folder."""
    own = str(Path(mien.__file__).resolve().parents[1])
    others = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
    return os.pathsep.join(dict.fromkeys([own, *others]))
