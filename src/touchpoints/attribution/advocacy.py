"""Word of mouth: what one person wrote and another person read."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import public, require_kind
from touchpoints._core.columns import comparable
from touchpoints._core.frozen import Array, Coded, text_array
from touchpoints._core.messages import not_found
from touchpoints._core.tables import Table, column, optional_column
from touchpoints.graphs.outcome import named_outcome
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.anchors import Place, rows_at


@attrs.frozen(kw_only=True, repr=False)
class AdvocacyLinks(Table):
    """Links from who wrote something to who read it; one row per reading, in the order of the log.

    Attributes
    ----------
    item : object
        What was written and read.
    writer, reader : object
        The ids of the two journeys.
    writer_person, reader_person : object, optional
        The persons, where they are known.
    written, read : datetime64[us], optional
        When, where the journeys have times.
    reached : float64, optional
        Whether the journey of the reader reached the outcome: 1.0, 0.0, or nan where it is not
        known.
    outcome : str, optional
        The name of the outcome.
    no_writer : int
        Readings of items that nobody in these journeys wrote before.
    no_reader : int
        Items that were written and that nobody else in these journeys read later.
    no_item : int
        Interactions of either kind that do not say which item.

    See Also
    --------
    advocacy : The function that returns this table.
    """

    item: Array = column(object)
    writer: Array = column(object)
    reader: Array = column(object)
    writer_person: Array | None = optional_column(object)
    reader_person: Array | None = optional_column(object)
    written: Array | None = optional_column("datetime64[us]")
    read: Array | None = optional_column("datetime64[us]")
    reached: Array | None = optional_column(np.float64)
    outcome: str | None = None
    no_writer: int
    no_reader: int
    no_item: int


@public
def advocacy(
    journeys: Journeys, *, written: Place, read: Place, item: str, outcome: str | None = None
) -> AdvocacyLinks:
    """Link what people wrote to the journeys of those who read it.

    Parameters
    ----------
    written, read
        The interactions in which something is written (a review, a post) and read.
    item
        The per-interaction column that names what was written and read, such as the id of a review.
    outcome
        The outcome of the readers; by default the only one of the journeys, if there is one.

    Returns
    -------
    AdvocacyLinks
        One row for each reading of an item by another journey than the one in which it was written,
        not before it was written. If an item was written several times, the last time before the
        reading counts.

    Raises
    ------
    NotFoundError
        When a touchpoint, the column or the outcome does not exist.

    See Also
    --------
    competing : Recommendation as an outcome beside others.

    Notes
    -----
    O(m log m). That readers of a review buy more often is an association: they were interested
    before they read it.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": "ana", "t": "2026-01-01", "w": "review_written", "review": "r1"},
    ...     {"id": "leo", "t": "2026-01-05", "w": "review_read", "review": "r1"},
    ... ]
    >>> journeys = tp.from_records(
    ...     rows, journey="id", time="t", touchpoint="w", per_interaction=["review"]
    ... )
    >>> links = tp.attribution.advocacy(
    ...     journeys, written="review_written", read="review_read", item="review"
    ... )
    >>> links.to_dicts()[0]["writer"], links.to_dicts()[0]["reader"]
    ('ana', 'leo')
    """
    checked_journeys(journeys)
    require_kind(item, str, takes="the name of a per-interaction column", mend='item="review"')
    if item not in journeys.per_interaction:
        raise not_found("per-interaction column", item, list(journeys.per_interaction))
    name = named_outcome(journeys, outcome) if outcome or len(journeys.outcomes) == 1 else None
    codes = comparable(journeys.per_interaction[item])
    there = _known(journeys.per_interaction[item])
    writes, reads = rows_at(journeys, written), rows_at(journeys, read)
    lacking = int(((writes | reads) & ~there).sum())
    writers, readers = np.flatnonzero(writes & there), np.flatnonzero(reads & there)
    found = _last_before(journeys, codes, writers, readers)
    owners = segments.owners_of(journeys.offsets)
    good = found >= 0
    good[good] = owners[found[good]] != owners[readers[good]]
    source, target = found[good], readers[good]
    used = np.isin(codes[writers], codes[source])
    return AdvocacyLinks(
        item=_shown(journeys.per_interaction[item], target),
        writer=text_array(journeys.ids[owners[source]].tolist()),
        reader=text_array(journeys.ids[owners[target]].tolist()),
        **_more(journeys, source, target, name),
        outcome=name,
        no_writer=int((found < 0).sum()),
        no_reader=len(np.unique(codes[writers][~used])),
        no_item=lacking,
    )


def _more(
    journeys: Journeys, source: Array, target: Array, outcome: str | None
) -> dict[str, Array]:
    """Return the persons, times and outcomes of links, where they are known."""
    owners = segments.owners_of(journeys.offsets)
    columns: dict[str, Array] = {}
    if journeys.persons is not None:
        columns["writer_person"] = text_array(journeys.persons[owners[source]].tolist())
        columns["reader_person"] = text_array(journeys.persons[owners[target]].tolist())
    if journeys.times is not None:
        columns["written"], columns["read"] = journeys.times[source], journeys.times[target]
    if outcome is not None:
        columns["reached"] = journeys.outcomes[outcome][owners[target]]
    return columns


def _known(kept: Coded | Array) -> Array:
    if isinstance(kept, Coded):
        return kept.codes >= 0
    return ~np.isnan(kept) if kept.dtype.kind == "f" else np.ones(len(kept), dtype=bool)


def _shown(kept: Coded | Array, rows: Array) -> Array:
    part = kept.take(rows) if isinstance(kept, Coded) else kept[rows]
    return text_array(part.to_list() if isinstance(part, Coded) else part.tolist())


def _last_before(journeys: Journeys, codes: Array, writers: Array, readers: Array) -> Array:
    """Return the row of the last writing of each reading's item, not later than it; -1 for none."""
    times = np.zeros(len(codes), np.int64)
    if journeys.times is not None:
        times = journeys.times.view(np.int64)
    rows = np.concatenate([writers, readers])
    late = np.concatenate([np.zeros(len(writers), np.int8), np.ones(len(readers), np.int8)])
    order = np.lexsort([rows, late, times[rows], codes[rows]])
    ordered, is_read = rows[order], late[order] == 1
    seen = (
        np.maximum.accumulate(np.where(is_read, -1, np.arange(len(order)))) if len(order) else order
    )
    answer = np.full(len(readers), -1, dtype=np.int64)
    place = order[is_read] - len(writers)
    last = seen[is_read]
    known = last >= 0
    same = np.zeros(len(last), dtype=bool)
    same[known] = codes[ordered[last[known]]] == codes[ordered[is_read][known]]
    answer[place[same]] = ordered[last[same]]
    return answer
