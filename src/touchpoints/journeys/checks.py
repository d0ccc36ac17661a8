"""The requirements of `Journeys`, each with its error message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.frozen import Array, is_missing
from touchpoints._core.messages import counted, first_few, quoted
from touchpoints._core.tables import Table
from touchpoints.errors import InvalidInputError, WrongKindError

Columns = Mapping[str, Any]
"""The columns of `Journeys` by name."""

_MOST_JOURNEYS = 2**63 - 1
RESERVED_OUTCOMES = ("start", "end", "open", "missing")


def as_touchpoints(values: Any) -> tuple[Any, ...]:
    """Return touchpoints as a tuple, or raise when they are no sequence."""
    try:
        return tuple(values)
    except TypeError as error:
        what = f"touchpoints must be a sequence of touchpoints, got {quoted(values)}"
        raise WrongKindError(what) from error


def check_journeys(columns: Columns) -> None:
    """Raise `InvalidInputError` for the first requirement that does not hold."""
    _check_offsets(columns["offsets"], len(columns["codes"]))
    _check_codes(columns)
    _check_lengths(columns)
    _check_times(columns)
    _check_per_journey(columns)
    _check_outcomes(columns)
    _check_watched(columns)


def hint_for_journeys(given: object) -> str:
    """Return a hint: the call that makes journeys of the object that was given instead."""
    if type(given).__module__.startswith("networkx"):
        return "tp.simulate(G, n=…, seed=…) draws journeys from a graph; a graph keeps no journeys"
    if isinstance(given, Table):
        return "a result keeps no journeys: pass those it was computed from"
    if isinstance(given, (list, tuple)) and given and hasattr(given[0], "offsets"):
        return "tp.concat(parts) puts the journeys of several logs together"
    return "read them with tp.from_frame, tp.from_columns, tp.from_records or tp.from_paths"


def check_derived(columns: Columns, changed: frozenset[str]) -> None:
    """Check only the requirements that a transform of these columns can break."""
    if changed & {"offsets", "codes"}:
        _check_offsets(columns["offsets"], len(columns["codes"]))
    if changed & {"codes", "touchpoints"}:
        _check_codes(columns)
    _check_lengths(columns)
    if "counts" in changed:
        _check_counts(columns["counts"])
    if changed & {"times", "ends", "offsets"}:
        _check_times(columns)
    if changed & {"outcomes", "outcome_times"}:
        _check_outcomes(columns)


def _check_offsets(offsets: Array, rows: int) -> None:
    if offsets.ndim != 1 or len(offsets) == 0:
        raise InvalidInputError("offsets must hold n + 1 integers; [0] for zero journeys")
    if offsets[0] != 0:
        raise InvalidInputError("offsets must start at 0", where=f"offsets[0] is {offsets[0]}")
    falls = np.flatnonzero(offsets[1:] < offsets[:-1])
    if len(falls):
        position = int(falls[0])
        raise InvalidInputError(
            "offsets must be non-decreasing",
            where=f"offsets[{position}] is {offsets[position]}, "
            f"the next is {offsets[position + 1]}",
        )
    if offsets[-1] != rows:
        raise InvalidInputError(
            "offsets must end at the number of interactions",
            where=f"offsets[-1] is {offsets[-1]}, codes has {rows}",
        )


def _check_codes(columns: Columns) -> None:
    codes, known = columns["codes"], columns["touchpoints"]
    if codes.ndim != 1:
        raise InvalidInputError("codes must be one-dimensional")
    if len(codes) and (codes.min() < 0 or codes.max() >= len(known)):
        row = int(np.flatnonzero((codes < 0) | (codes >= len(known)))[0])
        raise InvalidInputError(
            f"codes must index the {len(known)} touchpoints", where=f"codes[{row}] is {codes[row]}"
        )
    try:
        keys = Counter(touchpoint.key for touchpoint in known)
    except AttributeError as error:
        raise WrongKindError(
            f"touchpoints must be touchpoints, got {first_few(known)}",
            mend="tp.taxonomy.untyped(text) and Taxonomy.touchpoint(type) return them",
        ) from error
    twice = [key for key, count in keys.items() if count > 1]
    if twice:
        raise InvalidInputError("keys of touchpoints must be unique", where=first_few(twice))


def _table(
    columns: Columns, names: tuple[str, ...], maps: tuple[str, ...]
) -> Iterator[tuple[str, Any]]:
    yield from ((name, columns[name]) for name in names)
    for name in maps:
        yield from ((f"{name}[{key!r}]", one) for key, one in columns[name].items())


def _check_lengths(columns: Columns) -> None:
    rows, count = len(columns["codes"]), len(columns["offsets"]) - 1
    for name, column in _table(columns, ("times", "ends"), ("per_interaction",)):
        _check_length(name, column, rows, "interactions")
    per_journey = ("ids", "persons", "counts", "began", "finished", "observed_until")
    maps = ("outcomes", "outcome_times", "values", "per_journey")
    for name, column in _table(columns, per_journey, maps):
        _check_length(name, column, count, "journeys")


def _check_length(name: str, column: Any, expected: int, unit: str) -> None:
    if column is None:
        return
    if getattr(column, "ndim", 1) != 1:
        raise InvalidInputError(f"{name} must be one-dimensional")
    if len(column) != expected:
        raise InvalidInputError(f"{name} has {len(column):,} entries for {expected:,} {unit}")


def _check_times(columns: Columns) -> None:
    times, ends = columns["times"], columns["ends"]
    if times is None:
        if ends is not None:
            raise InvalidInputError("ends need times, got None", mend="pass times= as well")
        return
    stamps = times.view(np.int64)
    if len(stamps) and stamps.min() == np.iinfo(np.int64).min:
        raise InvalidInputError(
            "times must not be missing", where=f"row {int(np.flatnonzero(np.isnat(times))[0])}"
        )
    falls = segments.falls_within(stamps, columns["offsets"])
    if len(falls):
        row = int(falls[0])
        id_ = columns["ids"][int(np.searchsorted(columns["offsets"], row, side="right")) - 1]
        raise InvalidInputError(
            "times must be non-decreasing within a journey",
            where=f"journey {_plain(id_)!r}: {times[row - 1]} is followed by {times[row]}",
            mend="read the log with tp.from_frame or tp.from_columns, which sort it",
        )
    if ends is not None and bool((ends < times).any()):
        row = int(np.flatnonzero(ends < times)[0])
        raise InvalidInputError(
            "ends must not be before times", where=f"row {row}: {times[row]} to {ends[row]}"
        )


def _check_counts(counts: Array) -> None:
    if bool((counts < 0).any()):
        position = int(np.flatnonzero(counts < 0)[0])
        raise InvalidInputError(
            "counts must not be negative", where=f"counts[{position}] is {counts[position]}"
        )
    if not len(counts) or int(counts.max()) * len(counts) <= _MOST_JOURNEYS:
        return
    total = sum(counts.tolist())
    if total > _MOST_JOURNEYS:
        raise InvalidInputError(
            f"the sum of counts must be at most 2**63 - 1, got {total:,}",
            where=f"the largest is counts[{int(counts.argmax())}], {counts.max():,}",
            mend="divide the counts by a common factor",
        )


def _check_per_journey(columns: Columns) -> None:
    _check_counts(columns["counts"])
    if not _all_different(columns["ids"]):
        twice = [one for one, count in Counter(columns["ids"].tolist()).items() if count > 1]
        raise InvalidInputError("ids must be unique", where=first_few(twice))
    missing = _missing_ids(columns["ids"])
    if missing:
        raise InvalidInputError(
            f"ids must not be missing: {counted(len(missing), 'journey', verb='have')} none",
            where=f"ids {first_few(missing)}",
            mend="give each journey an id, or leave ids out to number them",
        )


def _all_different(ids: Array) -> bool:
    """Return whether all ids differ; text is compared by hash, and exactly where hashes collide."""
    numbers = ids if ids.dtype == np.int64 else _hashes(ids)
    if bool((numbers[1:] > numbers[:-1]).all()):
        return True
    ordered = np.sort(numbers)
    if not bool((ordered[1:] == ordered[:-1]).any()):
        return True
    return ids.dtype != np.int64 and len(set(ids.tolist())) == len(ids)


def _missing_ids(ids: Array) -> list[int]:
    """Return the positions of ids that are missing; most texts are told by their first letter."""
    if ids.dtype != object:
        return []
    return [
        position
        for position, one in enumerate(ids.tolist())
        if not (type(one) is str and "!" <= one < "\x7f") and is_missing(one)
    ]


def _hashes(ids: Array) -> Array:
    try:
        return np.fromiter(map(hash, ids), np.int64, len(ids))
    except TypeError as error:
        raise InvalidInputError(f"ids must be hashable: {error}") from error


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _check_outcomes(columns: Columns) -> None:
    for name, column in columns["outcomes"].items():
        if name in RESERVED_OUTCOMES:
            raise InvalidInputError(f"an outcome must not be named {name!r}: graphs use that name")
        wrong = ~((column == 0) | (column == 1) | np.isnan(column))
        if wrong.any():
            position = int(np.flatnonzero(wrong)[0])
            raise InvalidInputError(
                f"outcome {name!r} must be 1 (reached), 0 (not reached) or nan (unknown)",
                where=f"row {position} is {column[position]}",
            )
    for name, times in columns["outcome_times"].items():
        if name not in columns["outcomes"]:
            raise InvalidInputError(f"outcome_times has {name!r}, which is missing in outcomes")
        stray = ~np.isnat(times) & ~(columns["outcomes"][name] == 1)
        if stray.any():
            position = int(np.flatnonzero(stray)[0])
            raise InvalidInputError(
                f"outcome {name!r} has a time where it was not reached", where=f"row {position}"
            )


def _check_ends_watched(columns: Columns, watched: Array, known: Array) -> None:
    """Refuse interactions that ended after their journey was watched."""
    ends, lengths = columns["ends"], np.diff(columns["offsets"])
    late = np.flatnonzero(
        np.repeat(known, lengths) & (ends.view(np.int64) > np.repeat(watched, lengths))
    )
    if len(late):
        row = int(late[0])
        place = int(np.searchsorted(columns["offsets"], row, side="right")) - 1
        raise InvalidInputError(
            "observed_until must not be before the end of an interaction",
            where=f"journey {_plain(columns['ids'][place])!r}: observed until "
            f"{columns['observed_until'][place]}, row {row} ended {ends[row]}",
            mend="take ends that are only planned as missing, or give a later time",
        )


def _check_watched(columns: Columns) -> None:
    """Refuse journeys that something happened to after they were watched."""
    until, times, offsets = (columns[name] for name in ("observed_until", "times", "offsets"))
    if until is None or times is None:
        return
    watched = until.view(np.int64)
    known = watched != np.iinfo(np.int64).min
    filled = np.flatnonzero(known & (offsets[1:] > offsets[:-1]))
    late = filled[times.view(np.int64)[offsets[1:][filled] - 1] > watched[filled]]
    if len(late):
        place = int(late[0])
        raise InvalidInputError(
            "observed_until must not be before the interactions of a journey",
            where=f"journey {_plain(columns['ids'][place])!r}: observed until {until[place]}, "
            f"last interaction {times[offsets[place + 1] - 1]}",
            mend="leave out the rows after it before reading the log, or give a later time",
        )
    if columns["ends"] is not None:
        _check_ends_watched(columns, watched, known)
    for name, column in columns["outcome_times"].items():
        late = np.flatnonzero(known & (column.view(np.int64) > watched))
        if len(late):
            place = int(late[0])
            raise InvalidInputError(
                f"observed_until must not be before the outcome {name!r}",
                where=f"journey {_plain(columns['ids'][place])!r}: observed until {until[place]}, "
                f"reached {column[place]}",
            )


def refuse_split(marked: Sequence[str]) -> None:
    """Raise for outcomes and values, of which nobody knows to which part they belong."""
    if marked:
        raise InvalidInputError(
            "journeys with outcomes or values cannot be split",
            where=first_few(marked),
            mend="split first, then mark outcomes with tp.mark or tp.until",
        )
