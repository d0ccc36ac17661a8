"""Outcomes of journeys that are cut before them."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, owned
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import cut
from touchpoints.journeys.model import Journeys, checked_journeys, derive
from touchpoints.journeys.outcomes import (
    Occurrences,
    check_outcome_name,
    defined_by,
    defined_where,
    marked,
    occurrences_of,
    reached_or_not,
)
from touchpoints.journeys.places.anchors import Place, first_spans


@public
def until(
    journeys: Journeys,
    touchpoint: Place,
    *,
    outcome: str,
    include: bool = False,
    after: Place | None = None,
    within: dt.timedelta | None = None,
    absent: bool = False,
) -> Journeys:
    """Cut each journey before a touchpoint first occurs, and mark whether it occurs.

    Parameters
    ----------
    touchpoint
        A key, type id, `Touchpoint`, mapping of facets to terms, several of those, a pattern or
        an `Anchor`.
    outcome
        The name of the outcome.
    include
        Whether the first occurrence itself is kept. Analyses of what leads to the outcome
        (`outcome_graph`, `tp.paths.absorption`) refuse journeys that still contain the touchpoint
        that defines it, which ``meta.defining`` records.
    after, within
        As for `mark`: only occurrences after the first occurrence of a place count, and only in
        time. Journeys without one are cut where time is over.
    absent
        As for `mark`: whether the outcome is that the touchpoint does not occur. Journeys are cut
        after the interaction from which time counts, since what follows decides the outcome.

    Returns
    -------
    Journeys
        Cut before the first occurrence; a journey without the touchpoint stays whole, and a
        journey that begins with it becomes empty. ``outcomes[outcome]`` is 1 where it occurred, 0
        where it did not, and nan where it did not but the journey is right-censored (``finished``
        False), or as `mark` says where conditions are given. ``outcome_times[outcome]`` is the time
        of the occurrence. Ids, counts and per-journey columns stay. With conditions, a pattern
        occurs where its match ends, and touchpoints that also occur elsewhere (the first purchase,
        where the outcome is the second) do not define the outcome.

    Raises
    ------
    NotFoundError
        When the touchpoint, facet or term does not exist.
    InvalidInputError
        When the outcome's name is empty or reserved, when ``within`` is given and there are no
        times, or when ``absent`` is given with ``include``.

    See Also
    --------
    mark : Mark an outcome without cutting the journeys.
    before_first : Cut the journeys without marking an outcome.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": 1, "t": "2026-01-01", "w": "visit"},
    ...     {"id": 1, "t": "2026-01-02", "w": "purchase"},
    ...     {"id": 1, "t": "2026-01-03", "w": "visit"},
    ...     {"id": 2, "t": "2026-01-01", "w": "visit"},
    ... ]
    >>> journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w")
    >>> paid = tp.until(journeys, "purchase", outcome="purchase")
    >>> [one.keys for one in paid], paid.outcomes["purchase"].tolist()
    ([('visit',), ('visit',)], [1.0, 0.0])
    """
    checked_journeys(journeys)
    check_outcome_name(outcome)
    if absent and include:
        raise InvalidInputError(
            "an outcome that is an absence has no occurrence to keep", mend="leave include= out"
        )
    if absent or after is not None or within is not None:
        found = occurrences_of(journeys, touchpoint, after=after, within=within)
        return _cut_in_time(journeys, touchpoint, outcome, found, absent=absent, include=include)
    first, last = first_spans(journeys, touchpoint)
    came = first >= 0
    stops = np.where(came, last + 1 if include else first, journeys.offsets[1:])
    changes = marked(journeys, outcome, last, reached_or_not(came, journeys.finished))
    finished = owned(came | journeys.finished)
    part = cut(journeys, journeys.offsets[:-1], stops, finished=finished, **changes)
    hits = part.offsets[1:][came] - 1 if include else part.offsets[:0]
    return derive(part, meta=defined_by(part, outcome, touchpoint, hits=hits))


def _cut_in_time(
    journeys: Journeys,
    touchpoint: Place,
    outcome: str,
    found: Occurrences,
    *,
    absent: bool,
    include: bool,
) -> Journeys:
    """Return journeys cut where an outcome with conditions is decided."""
    came, ends = found.first >= 0, journeys.offsets[1:]
    known = ~np.isnan(found.reached)
    if absent:
        stops = np.where(found.anchors >= 0, found.anchors + 1, ends)
    else:
        over = _over(journeys, found)
        late = segments.first_row_where(over, journeys.offsets)
        stops = np.where(came, found.first + include, np.where(late >= 0, late, ends))
    finished = owned(journeys.finished | known)
    changes = found.columns(journeys, outcome, absent=absent)
    part = cut(journeys, journeys.offsets[:-1], stops, finished=finished, **changes)
    if absent:
        defining = {**journeys.meta.defining, outcome: []}
        return derive(part, meta=attrs.evolve(journeys.meta, defining=defining))
    return derive(part, meta=defined_where(journeys, outcome, touchpoint, found.hits))


def _over(journeys: Journeys, found: Occurrences) -> Array:
    """Return which interactions come when time is over, bool (m,)."""
    over = np.zeros(len(journeys.codes), dtype=bool)
    if found.limit is None or journeys.times is None:
        return over
    stamps, lengths = journeys.times.view(np.int64), segments.lengths_of(journeys.offsets)
    some = np.repeat(found.anchors >= 0, lengths)
    begun = np.repeat(stamps[found.anchors] if len(stamps) else found.anchors, lengths)
    return np.asarray(some & (stamps > begun + found.limit))
