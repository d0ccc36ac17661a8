"""Word of mouth: what one person wrote and another person read."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.columns import comparable
from touchpoints._core.frozen import Array, Coded, text_array
from touchpoints._core.messages import not_found
from touchpoints._core.tables import Table, column, optional_column
from touchpoints.graphs.outcome import named_outcome
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.anchors import Place, rows_at
from touchpoints.uncertainty.units import units_of


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
    own : int
        Readings of items that nobody but the reader wrote before.
    no_writer : int
        Readings of items that nobody in these journeys wrote before.
    no_reader : int
        Items that were written and to which no row leads.
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
    own: int
    no_writer: int
    no_reader: int
    no_item: int


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
        One row for each reading of an item that somebody else wrote, not later than the reading
        where times are known. Somebody else is another person or, where persons are not known,
        another journey. If an item was written several times, the last time by somebody else
        counts; of several at the same time that of the largest id.

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
    if item not in journeys.per_interaction:
        raise not_found("per-interaction column", item, list(journeys.per_interaction))
    name = named_outcome(journeys, outcome) if outcome or len(journeys.outcomes) == 1 else None
    codes = comparable(journeys.per_interaction[item])
    there = _known(journeys.per_interaction[item])
    real = np.repeat(journeys.counts > 0, segments.lengths_of(journeys.offsets))
    writes, reads = rows_at(journeys, written) & real, rows_at(journeys, read) & real
    lacking = int(((writes | reads) & ~there).sum())
    writers, readers = np.flatnonzero(writes & there), np.flatnonzero(reads & there)
    found = _last_before(journeys, codes, writers, readers)
    owners = segments.owners_of(journeys.offsets)
    good = found.rows >= 0
    source, target = found.rows[good], readers[good]
    used = np.isin(codes[writers], codes[source])
    return AdvocacyLinks(
        item=_shown(journeys.per_interaction[item], target),
        writer=text_array(journeys.ids[owners[source]].tolist()),
        reader=text_array(journeys.ids[owners[target]].tolist()),
        **_more(journeys, source, target, name),
        outcome=name,
        own=int(found.own.sum()),
        no_writer=int((~good & ~found.own).sum()),
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


@attrs.frozen(eq=False, kw_only=True)
class _Sources:
    """The last writing before each reading: the row of it, and whether there is only one's own.

    Attributes
    ----------
    rows : int64 (r,)
        The row of the last writing by somebody else; -1 where there is none.
    own : bool (r,)
        Whether there is a writing by the reader alone.
    """

    rows: Array
    own: Array


def _last_before(journeys: Journeys, codes: Array, writers: Array, readers: Array) -> _Sources:
    """Return the last writing of the item of each reading, not later than it, by somebody else."""
    rows = np.concatenate([writers, readers])
    owners = segments.owners_of(journeys.offsets)
    who = units_of(journeys, None).of[owners[rows]]
    times = np.zeros(len(rows), dtype=np.int64)
    if journeys.times is not None:
        times = journeys.times.view(np.int64)[rows]
    is_read = np.arange(len(rows)) >= len(writers)
    order = np.lexsort([rows, _id_ranks(journeys)[owners[rows]], is_read, times, codes[rows]])
    code, who, is_read = codes[rows][order], who[order], is_read[order]
    wrote = np.flatnonzero(~is_read)
    last = np.searchsorted(wrote, np.flatnonzero(is_read)) - 1
    change = np.ones(len(wrote), dtype=bool)
    change[1:] = (code[wrote[1:]] != code[wrote[:-1]]) | (who[wrote[1:]] != who[wrote[:-1]])
    run = np.maximum.accumulate(np.where(change, np.arange(len(wrote)), 0))
    wrote, run = np.append(wrote, -1), np.append(run, 0)

    def of_same_item(place: Array) -> Array:
        return np.where((place >= 0) & (code[wrote[place]] == code[is_read]), place, -1)

    last = of_same_item(last)
    mine = (last >= 0) & (who[wrote[last]] == who[is_read])
    other = of_same_item(np.where(mine, run[last] - 1, last))
    found, own = np.empty(len(readers), dtype=np.int64), np.empty(len(readers), dtype=bool)
    place = order[is_read] - len(writers)
    found[place] = np.where(other >= 0, np.append(rows[order], -1)[wrote[other]], -1)
    own[place] = mine & (other < 0)
    return _Sources(rows=found, own=own)


def _id_ranks(journeys: Journeys) -> Array:
    """Return the rank of the id of each journey: ties do not depend on the order of the log."""
    ids = journeys.ids
    shown = ids if ids.dtype.kind == "i" else np.array([str(one) for one in ids.tolist()])
    return np.unique(shown, return_inverse=True)[1]
