"""Join the start and complete rows of an activity instance into one interaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sequences import combine_hash, mix
from touchpoints._core.arrays.sorting import ordering
from touchpoints._core.columns import ColumnRoles, Log, check_not_empty_column
from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import first_few
from touchpoints.errors import InvalidInputError, warn
from touchpoints.sources._order import OrderedRows

OTHER, START, COMPLETE = 0, 1, 2
STAGES = {"start": START, "complete": COMPLETE}
Stages = Mapping[str, str | Collection[str]]
# The other transitions of the lifecycle model of XES (IEEE 1849): known, and left out.
_OTHER_STAGES = {"schedule", "assign", "reassign", "withdraw", "suspend", "resume", "abort"}
_OTHER_STAGES |= {"pi_abort", "ate_abort", "autoskip", "manualskip", "unknown"}
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


def check_stages(stages: Stages | None, *, lifecycle: str | None) -> Mapping[str, int]:
    """Return the stage of each folded name, from ``stages=`` or the default names."""
    if stages is None:
        return STAGES
    mend = 'such as stages={"start": "begin", "complete": ["end", "closed"]}'
    if lifecycle is None:
        raise InvalidInputError(
            "stages= says what the stages are called, but lifecycle= names no column",
            mend="pass lifecycle= with the column that holds them",
        )
    if not isinstance(stages, Mapping) or not stages or not set(stages) <= set(STAGES):
        raise InvalidInputError(
            f"stages maps 'start' and 'complete' to names of stages, not {first_few([stages])}",
            mend=mend,
        )
    meant: dict[str, int] = {}
    for stage, names in stages.items():
        one = isinstance(names, str) or not isinstance(names, Collection)
        for name in [names] if one else names:
            if not isinstance(name, str):
                raise InvalidInputError(f"a stage is called {name!r}, which is no text", mend=mend)
            if meant.setdefault(_folded(name), STAGES[stage]) != STAGES[stage]:
                raise InvalidInputError(f"stages gives {name!r} as start and as complete")
    return meant


def _folded(name: str) -> str:
    return name.strip().casefold()


def stages_of(lifecycle: Coded, *, column: str, meant: Mapping[str, int]) -> Array:
    """Return the stage of each row: `START`, `COMPLETE` or `OTHER`, int8."""
    check_not_empty_column(column, len(lifecycle), int((lifecycle.codes < 0).sum()), "lifecycle")
    folded = [_folded(one) for one in lifecycle.categories]
    table = np.array([*(meant.get(one, OTHER) for one in folded), OTHER], dtype=np.int8)
    stages: Array = table[lifecycle.codes]
    rows = np.bincount(lifecycle.codes + 1, minlength=len(table))[1:].tolist()
    seen = {one: count for one, count in zip(lifecycle.categories, rows, strict=True) if count}
    known = _OTHER_STAGES.union(meant) if meant is STAGES else set(folded)
    unknown = [one for one in seen if _folded(one) not in known]
    found = {code for code, count in zip(table.tolist(), rows, strict=False) if count}
    lacking = [one for one in STAGES if STAGES[one] in set(meant.values()) - found]
    may_lack = meant is STAGES and not unknown and len(lacking) < len(STAGES)
    if seen and lacking and not may_lack:
        _refuse_stages(seen, lacking, meant, column)
    if unknown:
        warn(
            f"column {column!r} has stages that are left out: {first_few(unknown)}. Pass stages= "
            "with the names of start and complete, if these are among them."
        )
    return stages


def _refuse_stages(
    seen: Mapping[str, int], lacking: Sequence[str], meant: Mapping[str, int], column: str
) -> None:
    frequent = sorted(seen, key=lambda one: (-seen[one], one))
    looked_for = [one for one, code in meant.items() if code in {STAGES[one] for one in lacking}]
    raise InvalidInputError(
        f"no row of column {column!r} is a {' or a '.join(lacking)}: none says "
        f"{' or '.join(map(repr, looked_for))}",
        where=f"it says {first_few(frequent, most=12)}",
        mend='pass stages= with what they are called, such as stages={"start": "begin", '
        '"complete": ["end", "closed"]}; all other stages are left out and counted',
    )


def join_stages(log: Log, ordered: OrderedRows, *, stages: Array, kinds: Array) -> OrderedRows:
    """Join each start row and its complete row into one interaction.

    Within a journey and instance, in order of time, a complete closes the oldest start that is
    still open. Without a column of instances, and in rows where it is missing, all rows of a
    touchpoint in a journey are one instance. A start without a complete has no end; a complete
    without an open start becomes an interaction at the time of the complete, without an end.

    Parameters
    ----------
    stages
        The result of `stages_of`, for the rows of the log.
    kinds : integers (m,)
        The touchpoint of each row, in order.
    """
    here = stages[ordered.rows]
    instances = _instances(log, ordered, kinds)
    starts = np.flatnonzero(here == START)
    closing = np.flatnonzero(_closes(instances, here))
    left, right = _match(instances, starts, closing)
    ends = np.full(len(here), NAT)
    ends[starts[left]] = log.time.stamps[ordered.rows[closing[right]]]
    kept = np.ones(len(here), dtype=bool)
    kept[closing[right]] = False
    of_two = np.zeros(len(here), dtype=bool)
    of_two[starts[left]] = True
    return attrs.evolve(ordered, ends=ends, of_two=of_two, started=here == START).keep(kept)


def _instances(log: Log, ordered: OrderedRows, kinds: Array) -> Array:
    """Return the number of each row's activity instance, int64 (m,)."""
    owners = segments.owners_of(ordered.offsets)
    named = second = mix(kinds)
    if log.instance is not None:
        gone = np.zeros(log.rows, bool) if log.instance.missing is None else log.instance.missing
        gone, primary, check = gone[ordered.rows], log.instance.primary, log.instance.check
        second = np.where(gone, second, (primary if check is None else check).take(ordered.rows))
        named = np.where(gone, named, primary.take(ordered.rows))
    keys = combine_hash(mix(owners), named)
    check = combine_hash(mix(owners.astype(np.int64) + len(owners)), second)
    grouped = ordering.group_rows(keys, check)
    numbers = np.empty(len(keys), dtype=np.int64)
    numbers[grouped.rows] = segments.owners_of(grouped.offsets)
    return numbers


def _closes(instances: Array, stages: Array) -> Array:
    """Tell which rows are completes that find a start of their instance still open, bool (m,)."""
    order = ordering.sort_positions(instances)
    owners = np.cumsum(np.diff(instances[order], prepend=-1) != 0)
    steps = np.where(stages[order] == START, 1, -1)
    # Starts minus completes so far: it sinks below all it was before exactly where a complete
    # finds none open. Each instance begins below what those before it can reach, so that one
    # running minimum serves all.
    level = np.cumsum(steps) - owners * (2 * len(steps) + 1)
    fresh = np.diff(owners, prepend=0) != 0
    before = np.where(fresh, level - steps, np.roll(level, 1))
    closes = np.empty(len(instances), dtype=bool)
    closes[order] = (steps < 0) & (level >= np.minimum.accumulate(before))
    return closes


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
