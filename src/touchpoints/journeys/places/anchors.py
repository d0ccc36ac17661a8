"""Occurrences of places in journeys: touchpoints, matches of patterns, and anchors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from numbers import (
    Integral,
)
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeGuard

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.segments import choosing
from touchpoints._core.checks import (
    check_option,
    within_years,
)
from touchpoints._core.frozen import Array, owned
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.places.pattern.language import Matches, Pattern, matches, pattern
from touchpoints.journeys.places.selectors import Selector, meant, rows_meant

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys

_FAR = 2**62  # beyond the rows of any log

Occurrence = Literal["first", "last", "all"]
Side = Literal["start", "end"]


def _read(one: Pattern | str) -> Pattern:
    return one if isinstance(one, Pattern) else pattern(one)


def _offset(value: Any) -> int | dt.timedelta:
    if isinstance(value, dt.timedelta):
        return value
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise WrongKindError(
            f"offset must be an integer (of interactions) or a datetime.timedelta, got {value!r}"
        )
    return int(value)


@attrs.frozen(kw_only=True)
class Anchor:
    """A place in a journey relative to a match of a pattern.

    Parameters
    ----------
    pattern
        A `Pattern`, or its text.
    occurrence
        Which match in a journey: ``"first"``, ``"last"`` or ``"all"``. Matches do not overlap.
        Functions that need one place in each journey refuse ``"all"``.
    at
        Whether the place is the match's first interaction (``"start"``) or its last (``"end"``).
    offset
        The distance from there: an integer number of interactions (negative: backwards), or a
        duration; then the place is the first interaction at or after that time (also for a
        negative duration). Where the offset leads out of the journey, the journey counts as a
        journey without the anchor.

    See Also
    --------
    pattern : Parse a path pattern.
    before_first, after_last, between : Cut journeys at places.

    Examples
    --------
    >>> import touchpoints as tp
    >>> tp.Anchor(pattern="purchase", occurrence="last").pattern
    pattern('purchase')
    """

    pattern: Pattern = attrs.field(converter=_read)
    occurrence: Occurrence = "first"
    at: Side = "start"
    offset: int | dt.timedelta = attrs.field(default=0, converter=_offset)

    def __attrs_post_init__(self) -> None:
        check_option("occurrence", self.occurrence, Occurrence)
        check_option("at", self.at, Side)


Place: TypeAlias = "Selector | Pattern | Anchor | Collection[Selector | Pattern | Anchor]"


def occurrences(journeys: Journeys, place: Place) -> Matches:
    """Return all occurrences of a place: interactions, matches or anchored interactions.

    Sorted by journey and first row. For several places these are the occurrences of any of them;
    where several occurrences begin at the same interaction, only the shortest is kept. Matches of
    one pattern do not overlap, but occurrences of several places can.
    """
    if isinstance(place, Pattern):
        return matches(journeys, place)
    if isinstance(place, Anchor):
        rows = np.unique(_anchored(journeys, place)[1])
    elif is_plain(place):
        rows = choosing.rows_where(journeys.codes, meant(journeys, place))
    else:
        return _any_of([occurrences(journeys, one) for one in _several(place) or ()])
    return Matches(choosing.owners_at(journeys.offsets, rows), rows, rows)


def _several(place: Place) -> list[Any] | None:
    """Return a collection that holds patterns or anchors as a list of places; None otherwise."""
    if isinstance(place, (str, Mapping, Pattern, Anchor)) or not isinstance(place, Collection):
        return None
    several = list(place)
    more = any(isinstance(one, (Pattern, Anchor)) or _several(one) for one in several)
    return several if more else None


def is_plain(place: Place) -> TypeGuard[Selector]:
    """Return whether a place names only touchpoints, without patterns and anchors."""
    return not isinstance(place, (Pattern, Anchor)) and _several(place) is None


def _any_of(found: list[Matches]) -> Matches:
    who, starts, stops = (
        np.concatenate([getattr(one, name) for one in found])
        for name in ("journeys", "starts", "stops")
    )
    order = np.lexsort((stops, starts))
    order = order[np.diff(starts[order], prepend=-1) > 0]
    return Matches(owned(who[order]), owned(starts[order]), owned(stops[order]))


def places(journeys: Journeys, place: Place) -> tuple[Array, Array]:
    """Return the journey and the first row of each occurrence of a place, int64 (h,), ascending."""
    found = occurrences(journeys, place)
    return found.journeys, found.starts


def spans(journeys: Journeys, place: Place) -> tuple[Array, Array]:
    """Return the first and the last row of each occurrence of a place, int64 (h,).

    The first rows are ascending. Only a match of a pattern can be longer than one interaction.
    """
    found = occurrences(journeys, place)
    return found.starts, found.stops


def quickest_spans(journeys: Journeys, place: Place) -> tuple[Array, Array]:
    """Return `spans` without the occurrences that end after an occurrence that begins later.

    Both columns are ascending: the first occurrence to begin after a row is also the first to end.
    """
    starts, stops = spans(journeys, place)
    kept = stops == np.minimum.accumulate(stops[::-1])[::-1]
    return starts[kept], stops[kept]


def next_spans(
    journeys: Journeys, place: Place, rows: Array, *, before: Array
) -> tuple[Array, Array]:
    """Return the first and last row of the next occurrence of a place after each given row.

    Parameters
    ----------
    rows, before : int64 (h,)
        The occurrence begins after ``rows`` and before ``before``, the row where the journey ends.

    Returns
    -------
    starts, stops : int64 (h,)
        -1 where there is no occurrence. A place is reached at the last row of its occurrence.
    """
    starts, stops = quickest_spans(journeys, place)
    which = np.searchsorted(starts, rows, side="right")
    first, last = (np.append(one, len(journeys.codes))[which] for one in (starts, stops))
    found = first < before
    return np.where(found, first, -1), np.where(found, last, -1)


def _anchored(journeys: Journeys, anchor: Anchor) -> tuple[Array, Array]:
    found = matches(journeys, anchor.pattern)
    who, rows = found.journeys, found.starts if anchor.at == "start" else found.stops
    if anchor.occurrence != "all" and len(who):
        edge = (
            np.r_[True, who[1:] != who[:-1]]
            if anchor.occurrence == "first"
            else np.r_[who[1:] != who[:-1], True]
        )
        who, rows = who[edge], rows[edge]
    if isinstance(anchor.offset, dt.timedelta):
        rows = _rows_after(journeys, who, rows, anchor.offset)
    else:
        rows = rows + max(-_FAR, min(anchor.offset, _FAR))
    inside = (rows >= journeys.offsets[:-1][who]) & (rows < journeys.offsets[1:][who])
    return who[inside], rows[inside]


def _rows_after(journeys: Journeys, who: Array, rows: Array, offset: dt.timedelta) -> Array:
    """Return each journey's first row at or after a time; its last row + 1 if there is none."""
    if journeys.times is None:
        raise InvalidInputError(
            "an anchor with a duration needs times, and these journeys have none",
            mend="read the log with tp.from_frame(…, time=…), or give the offset in interactions",
        )
    stamps = journeys.times.view(np.int64)
    wanted = stamps[rows] + within_years(offset)
    low, high = journeys.offsets[:-1][who].copy(), journeys.offsets[1:][who].copy()
    while bool((low < high).any()):
        middle = (low + high) // 2
        early = (low < high) & (stamps[np.minimum(middle, len(stamps) - 1)] < wanted)
        low = np.where(early, middle + 1, low)
        high = np.where(early | (low >= high), high, middle)
    return low


def has_place(journeys: Journeys, place: Place) -> Array:
    """Return whether each journey contains the place, bool (n,)."""
    flags = np.zeros(len(journeys), dtype=bool)
    flags[occurrences(journeys, place).journeys] = True
    return flags


def first_places(journeys: Journeys, place: Place, *, last: bool = False) -> Array:
    """Return the first row of each journey's first (or last) occurrence, int64 (n,), or -1."""
    return first_spans(journeys, place, last=last)[0]


def first_spans(journeys: Journeys, place: Place, *, last: bool = False) -> tuple[Array, Array]:
    """Return the first and last row of each journey's first (or last) occurrence, or -1.

    The first occurrence is the one that begins first, the last occurrence the one that ends last.

    Raises
    ------
    InvalidInputError
        When an anchor has ``occurrence="all"``.
    """
    _refuse_every(place)
    if is_plain(place):
        edge = segments.last_row_where if last else segments.first_row_where
        rows = edge(rows_meant(journeys, place), journeys.offsets)
        return rows, rows
    found = occurrences(journeys, place)
    # Where an index repeats, the assignment that comes last stays.
    order = np.argsort(found.stops, kind="stable") if last else slice(None, None, -1)
    answer = np.full((2, len(journeys)), -1, dtype=np.int64)
    answer[0][found.journeys[order]] = found.starts[order]
    answer[1][found.journeys[order]] = found.stops[order]
    return answer[0], answer[1]


def _refuse_every(place: Place) -> None:
    if isinstance(place, Anchor) and place.occurrence == "all":
        raise InvalidInputError(
            "one place in each journey is needed; an anchor with occurrence='all' can name several",
            mend="pass occurrence='first' or occurrence='last'",
        )
    for one in _several(place) or ():
        _refuse_every(one)


def rows_at(journeys: Journeys, place: Place) -> Array:
    """Return whether an occurrence of a place ends at each interaction, bool (m,)."""
    if is_plain(place):
        return rows_meant(journeys, place)
    flags = np.zeros(len(journeys.codes), dtype=bool)
    flags[occurrences(journeys, place).stops] = True
    return flags
