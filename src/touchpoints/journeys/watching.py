"""How long a log was watched, and how a part of it keeps that."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from touchpoints._core.frozen import Array, owned

_INSTANT = "datetime64[us]"
_MISSING = np.iinfo(np.int64).min


def end_of_log(times: Array, outcome_times: Mapping[str, Array]) -> int:
    """Return the last time of interactions and outcomes, in microseconds; the least if none."""
    columns = (times, *outcome_times.values())
    return max(int(one.view(np.int64).max(initial=_MISSING)) for one in columns)


def watched_from(
    end: int, times: Array, outcome_times: Mapping[str, Array], *, size: int
) -> Array | None:
    """Return the ``observed_until`` of a part of a log that was watched until ``end``.

    None where the part reaches to the end itself, and where there is none.
    """
    if end in (_MISSING, end_of_log(times, outcome_times)) or not size:
        return None
    return owned(np.full(size, end).view(_INSTANT))
