"""Outcomes that occur several times in a journey: a journey of its own for each."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.frozen import Array, code_values, owned
from touchpoints._core.messages import first_few
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import NAT
from touchpoints.journeys.model import (
    Journeys,
    checked_journeys,
    interaction_columns,
    journey_columns,
    part_of,
)
from touchpoints.journeys.outcomes import check_outcome_name, defined_by, known_amounts
from touchpoints.journeys.places.anchors import Place, rows_at


def until_each(
    journeys: Journeys, touchpoint: Place, *, outcome: str, value: str | None = None
) -> Journeys:
    """Cut journeys at every occurrence of a touchpoint, and mark the outcome of each part.

    Parameters
    ----------
    touchpoint
        The touchpoint that is the outcome, as for `until`.
    outcome
        The name of the outcome.
    value
        A per-interaction column of numbers: what each occurrence is worth.

    Returns
    -------
    Journeys
        One journey for the interactions before each occurrence, after the one before it, with the
        outcome 1; and one for what comes after the last, with the outcome 0, or nan where the
        journey is not finished. The occurrences themselves are left out. Ids are ``id#1``, ``id#2``
        …, the old id becomes ``per_journey["origin"]`` and, where there were no persons and no row
        stands for several journeys, ``persons``. A journey ends without a last part where nothing
        follows the last occurrence.

    Raises
    ------
    NotFoundError
        When the touchpoint, facet, term or column does not exist.
    InvalidInputError
        When the name is reserved, when ``value`` does not hold numbers, or when journeys have
        outcomes or values, since it is not known to which part they belong.

    See Also
    --------
    until : Only the first occurrence.
    split_by_gap : Split where nothing happens.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > buy > mail > buy > visit"]}, path="path")
    >>> parts = tp.until_each(journeys, "buy", outcome="sale")
    >>> [(one.keys, one.outcomes["sale"]) for one in parts]
    [(('ad',), 1.0), (('mail',), 1.0), (('visit',), 0.0)]
    """
    checked_journeys(journeys)
    check_outcome_name(outcome)
    if journeys.outcomes or journeys.values:
        raise InvalidInputError(
            "journeys with outcomes or values cannot be cut at each occurrence",
            where=first_few([*journeys.outcomes, *journeys.values]),
            mend="cut first, then mark other outcomes with tp.mark",
        )
    hits = rows_at(journeys, touchpoint)
    parts = _parts(journeys, hits)
    kept = np.flatnonzero(~hits)
    meta = defined_by(journeys, outcome, touchpoint, hits=np.flatnonzero(hits))
    columns = {**interaction_columns(journeys, kept), **_named(journeys, parts)}
    columns["outcomes"] = {outcome: owned(parts.reached)}
    if journeys.times is not None:
        when = np.full(len(parts.owner), NAT)
        came = parts.hit >= 0
        when[came] = journeys.times[parts.hit[came]]
        columns["outcome_times"] = {outcome: owned(when)}
    if value is not None:
        worth = np.append(known_amounts(journeys, value), 0.0)[parts.hit]
        columns["values"] = {outcome: owned(worth * journeys.counts[parts.owner])}
    return part_of(journeys, offsets=owned(parts.offsets), **{**columns, "meta": meta})


@attrs.frozen(eq=False, kw_only=True)
class _Parts:
    """Parts of journeys: whose they are, the row that ends them (-1 for none), and how they end."""

    owner: Array
    number: Array
    hit: Array
    offsets: Array
    reached: Array


def _parts(journeys: Journeys, hits: Array) -> _Parts:
    offsets, n = journeys.offsets, len(journeys)
    rows = np.flatnonzero(hits)
    ends_of = np.searchsorted(offsets, rows, side="right") - 1
    last = segments.last_row_where(hits, offsets)
    tail = (last < 0) | (last + 1 < offsets[1:])
    owner = np.concatenate([ends_of, np.flatnonzero(tail)])
    hit = np.concatenate([rows, np.full(int(tail.sum()), -1)])
    stops = np.concatenate([rows, offsets[1:][tail]])
    order = np.lexsort([hit < 0, stops, owner])
    owner, hit, stops = owner[order], hit[order], stops[order]
    first = np.ones(len(owner), dtype=bool)
    first[1:] = owner[1:] != owner[:-1]
    starts = offsets[:-1][owner]
    starts[~first] = stops[:-1][~first[1:]] + 1
    position = np.arange(len(owner))
    number = position - np.maximum.accumulate(np.where(first, position, 0)) + 1
    finished = journeys.finished[owner]
    reached = np.where(hit >= 0, 1.0, np.where(finished, 0.0, np.nan))
    return _Parts(
        owner=owner if n else owner.astype(np.int64),
        number=number,
        hit=hit,
        offsets=segments.offsets_of(stops - starts),
        reached=reached,
    )


def _named(journeys: Journeys, parts: _Parts) -> dict[str, object]:
    columns = journey_columns(journeys, parts.owner)
    old = columns["ids"]
    names = [f"{one}#{k}" for one, k in zip(old.tolist(), parts.number.tolist(), strict=True)]
    origin = old if old.dtype == np.int64 else code_values(old.tolist())
    alone = journeys.persons is None and bool((journeys.counts <= 1).all())
    return {
        **columns,
        "ids": np.array(names, dtype=object),
        "persons": old if alone else columns["persons"],
        "began": owned(columns["began"] | (parts.number > 1)),
        "finished": owned(columns["finished"] | (parts.hit >= 0)),
        "per_journey": {**columns["per_journey"], "origin": origin},
    }
