"""Threads on several cores: numpy releases the GIL while it works on whole arrays."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError

T = TypeVar("T")

VARIABLE = "TOUCHPOINTS_MAX_THREADS"

_TAKEN = 1 << 18

WORTH = 1 << 17
"""The number of rows below which a thread costs more than it saves."""


def cores() -> int:
    """Return the number of cores to use: all available, or ``TOUCHPOINTS_MAX_THREADS`` if set."""
    setting = os.environ.get(VARIABLE, "")
    if setting:
        if not setting.isdecimal() or int(setting) < 1:
            raise InvalidInputError(
                f"the environment variable {VARIABLE} must be an integer of at least 1, "
                f"got {setting!r}",
                mend="unset it to use all cores",
            )
        return int(setting)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_threads(calls: Sequence[Callable[[], T]], *, rows: int = WORTH) -> list[T]:
    """Call functions in threads, and return their results in the order given.

    They are called one after another where only one core is available, or where the total number
    of ``rows`` that they work on is too small for threads to pay. The results must not depend on
    the order in which the calls run. If calls raise, the error of the first of them is raised.
    """
    many = min(cores(), len(calls))
    if many < 2 or rows < WORTH:
        return [call() for call in calls]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(many) as pool:
        return [done.result() for done in [pool.submit(call) for call in calls]]


def spans(rows: int, *, size: int | None = None, least: int = WORTH) -> list[slice]:
    """Cut ``rows`` into one slice for each core, of at least ``least`` rows, or slices of ``size``.

    ``size`` is the maximum length of a slice. Slices differ in length by at most one row.
    """
    parts = min(cores(), rows // least) if size is None else -(-rows // size)
    edges = [rows * part // max(parts, 1) for part in range(max(parts, 1) + 1)]
    return [slice(low, high) for low, high in itertools.pairwise(edges)]


def taken(values: Array, positions: Array) -> Array:
    """Return ``values[positions]``, taken on all cores."""
    answer = np.empty(len(positions), dtype=values.dtype)

    def take(span: slice) -> None:
        answer[span] = values[positions[span]]

    in_threads(
        [partial(take, span) for span in spans(len(positions), size=_TAKEN)], rows=len(positions)
    )
    return answer
