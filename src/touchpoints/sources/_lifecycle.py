"""Join the start and complete rows of an activity instance into one interaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sequences import combine_hash, mix
from touchpoints._core.arrays.sorting import ordering
from touchpoints._core.columns import ColumnRoles, Log
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.instants import NAT
from touchpoints.errors import warn
from touchpoints.sources._order import OrderedRows

OTHER, START, COMPLETE = 0, 1, 2
STAGES = {"start": START, "complete": COMPLETE}
_LIFECYCLE_NAMES = {"lifecycle", "lifecycle:transition", "registration_type", "lifecycle_id"}


def warn_of_lifecycle(
    columns: Sequence[str], samples: Mapping[str, Sequence[Any]] | None, names: ColumnRoles
) -> None:
    """Warn when a column seems to hold start and complete; without samples, judge by its name."""
    used = {*names.journey, names.touchpoint, *names.fields, *names.per_journey}
    for name in columns:
        if name in used:
            continue
        seen = {str(one).strip().casefold() for one in (samples or {}).get(name, ())}
        if set(STAGES) <= seen or (samples is None and name.casefold() in _LIFECYCLE_NAMES):
            warn(
                f"column {name!r} holds start and complete: each activity is read as two "
                f"interactions. Pass lifecycle={name!r} (and instance=) to read it as one."
            )
            return


def stages_of(lifecycle: Coded) -> Array:
    """Return the stage of each row: `START`, `COMPLETE` or `OTHER`, int8."""
    table = [STAGES.get(one.strip().casefold(), OTHER) for one in lifecycle.categories]
    stages: Array = np.array([*table, OTHER], dtype=np.int8)[lifecycle.codes]
    return stages


def join_stages(log: Log, ordered: OrderedRows, *, stages: Array, kinds: Array) -> OrderedRows:
    """Join each start row and its complete row into one interaction.

    The k-th start of an instance in a journey belongs to its k-th complete. Without a column of
    instances, and in rows where it is missing, all rows of a touchpoint in a journey are one
    instance. A start without a complete has no end; a complete without a start becomes an
    interaction at the time of the complete, without an end.

    Parameters
    ----------
    stages
        The result of `stages_of`, for the rows of the log.
    kinds : integers (m,)
        The touchpoint of each row, in order.
    """
    here = stages[ordered.rows]
    instances = _instances(log, ordered, kinds)
    starts, completes = np.flatnonzero(here == START), np.flatnonzero(here == COMPLETE)
    left, right = _match(instances, starts, completes)
    ends = np.full(len(here), NAT)
    ends[starts[left]] = log.time.stamps[ordered.rows[completes[right]]]
    kept = np.ones(len(here), dtype=bool)
    kept[completes[right]] = False
    return (
        attrs.evolve(ordered, ends=ends)
        .keep(kept)
        .counted(
            paired=len(left),
            unpaired_starts=len(starts) - len(left),
            unpaired_completes=len(completes) - len(right),
        )
    )


def _instances(log: Log, ordered: OrderedRows, kinds: Array) -> Array:
    """Return the number of each row's activity instance, int64 (m,)."""
    owners = segments.owners_of(ordered.offsets)
    named = second = mix(kinds)
    if log.instance is not None:
        gone = np.zeros(log.rows, bool) if log.instance.missing is None else log.instance.missing
        gone, primary, check = gone[ordered.rows], log.instance.primary, log.instance.check
        second = np.where(gone, second, (primary if check is None else check)[ordered.rows])
        named = np.where(gone, named, primary[ordered.rows])
    keys = combine_hash(mix(owners), named)
    check = combine_hash(mix(owners.astype(np.int64) + len(owners)), second)
    grouped = ordering.group_rows(keys, check)
    numbers = np.empty(len(keys), dtype=np.int64)
    numbers[grouped.rows] = segments.owners_of(grouped.offsets)
    return numbers


def _match(instances: Array, starts: Array, completes: Array) -> tuple[Array, Array]:
    """Return the positions, among starts and completes, of the rows that belong together."""
    width = len(instances) + 1
    left = instances[starts] * width + _rank_within(instances[starts])
    right = instances[completes] * width + _rank_within(instances[completes])
    _, one, two = np.intersect1d(left, right, assume_unique=True, return_indices=True)
    return one, two


def _rank_within(groups: Array) -> Array:
    """Return the number of earlier entries of the same group."""
    order = ordering.sort_positions(groups)
    ordered = groups[order]
    fresh = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else order
    ranks = np.empty(len(groups), dtype=np.int64)
    sizes = np.diff(np.append(fresh, len(ordered)))
    ranks[order] = np.arange(len(ordered)) - np.repeat(fresh, sizes)
    return ranks
