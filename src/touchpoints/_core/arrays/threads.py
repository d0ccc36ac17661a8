"""Several cores at once: numpy lets go of the interpreter while it works on whole arrays."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from typing import TypeVar

from touchpoints.errors import InvalidInputError

T = TypeVar("T")

VARIABLE = "TOUCHPOINTS_MAX_THREADS"

WORTH = 1 << 17
"""Below so many rows a thread costs more than it saves."""


def cores() -> int:
    """Return how many cores to use: all this process may, or as many as the environment says."""
    asked = os.environ.get(VARIABLE, "")
    if asked:
        if not asked.isdecimal() or int(asked) < 1:
            raise InvalidInputError(
                f"the environment variable {VARIABLE} must be an integer of at least 1, "
                f"got {asked!r}",
                mend="unset it to use all cores",
            )
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_threads(calls: Sequence[Callable[[], T]], *, rows: int = WORTH) -> list[T]:
    """Call each and return what they return, in the order given.

    One after the other where one core is all, or where the calls work on fewer ``rows`` in all
    than a thread is worth. The answers must not depend on the order in which the calls run. An
    error of any is raised, the first by order.
    """
    many = min(cores(), len(calls))
    if many < 2 or rows < WORTH:
        return [call() for call in calls]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(many) as pool:
        return [done.result() for done in [pool.submit(call) for call in calls]]


def spans(rows: int, *, size: int | None = None, least: int = WORTH) -> list[slice]:
    """Cut so many rows into one slice a core, of ``least`` rows each, or into slices of a size."""
    parts = min(cores(), rows // least) if size is None else -(-rows // size)
    edges = [rows * part // max(parts, 1) for part in range(max(parts, 1) + 1)]
    return [slice(low, high) for low, high in itertools.pairwise(edges)]
