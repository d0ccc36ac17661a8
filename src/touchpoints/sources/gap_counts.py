"""Count the transitions and gaps of an event log where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.log_buckets import NOTHING, Buckets, buckets_of
from touchpoints._core.checks import public
from touchpoints._core.columns import ColumnRoles, one_or_several
from touchpoints._core.reading import table_of
from touchpoints.classify.contract.protocol import Classifier
from touchpoints.classify.untyped_policy import Unmatched
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.relabelling import collapse as collapsed
from touchpoints.sources import gap_tables
from touchpoints.sources._assemble import Missing, assemble
from touchpoints.sources._columns import (
    checked_options,
    checked_times,
    column_of,
    fields_of,
    log_of,
    tiebreaks,
    ties_by_key,
    times_named,
)
from touchpoints.sources._engine.options import LONGEST
from touchpoints.sources.gap_tables import END, START, BinnedGaps

if TYPE_CHECKING:
    from touchpoints.taxonomy import Taxonomy


@public
def binned_gaps(
    frame: Any,
    *,
    journey: str | Sequence[str],
    time: str,
    touchpoint: str | Classifier,
    count: str | None = None,
    taxonomy: Taxonomy | None = None,
    unmatched: Unmatched = "raise",
    missing: Missing = "drop",
    tiebreak: str | Sequence[str] | None = None,
    collapse: str | Sequence[str] | None = None,
    resolution: float = 0.05,
    longest: int = LONGEST,
) -> BinnedGaps:
    """Count transitions, and the time from each touchpoint to the next, in the engine of a frame.

    Parameters
    ----------
    frame
        A lazy frame, of which the engine is asked once; the rows stay there. Other frames that
        `touchpoints.from_frame` reads are counted here, with the same result.
    journey, time, touchpoint, count, taxonomy, unmatched, missing, tiebreak
        As for `touchpoints.from_frame`. A lazy frame has no order of rows: where two touchpoints of
        a journey share a time, ``tiebreak`` must order them.
    collapse
        Facets to group touchpoints by before transitions are counted, as in `collapse`.
    resolution
        The width of buckets, relative to the gaps in them, from 0.0001 to 1: by at most so much
        quantiles are off. There are about 20 buckets for each power of e at 0.05.
    longest
        The most rows of one journey; a lazy frame with a longer one raises an error.

    Returns
    -------
    BinnedGaps
        Counts by source, target and bucket. ``quantiles()`` gives the quartiles and other quantiles
        of each edge, ``transitions()`` the counts; the results of parts of a log (other journeys,
        other days) add up with ``+``.

    Raises
    ------
    NotFoundError
        When a column does not exist.
    InvalidInputError
        When ``resolution`` is not in [0.0001, 1]; when touchpoints of a journey share a time and
        nothing orders them; when a journey has more than ``longest`` rows; when the engine fails;
        and as for `touchpoints.from_frame`.
    WrongKindError
        When ``frame`` is not a dataframe: the gaps of `Journeys` are measured exactly by
        `touchpoints.paths.gaps`.

    Notes
    -----
    A gap runs from the start of one interaction to the start of the next, in whole microseconds. It
    is counted in bucket ``1 + floor(log(gap) / log(1 + resolution))``, with the sum, the smallest
    and the largest gap of each bucket, so that counts, means, minima and maxima are exact, and a
    quantile is less than ``resolution`` times itself away from the exact one. One scan, one ordered
    window and one aggregation; the answer has a row for each edge and bucket in use, at most some
    800 for each edge at 0.05, whatever the size of the log.

    See Also
    --------
    touchpoints.paths.gaps : Exact gaps with intervals, of journeys that are here.
    touchpoints.from_frame : With ``distinct=``, the paths of a lazy frame; with ``sample=``, the
        journeys of some persons, with their times.

    Examples
    --------
    >>> import polars as pl
    >>> import touchpoints as tp
    >>> log = pl.LazyFrame(
    ...     {
    ...         "who": ["ana", "ana", "leo", "leo"],
    ...         "at": pl.Series(["2026-01-05", "2026-01-06", "2026-01-05", "2026-01-08"]),
    ...         "what": ["search", "purchase"] * 2,
    ...     }
    ... ).with_columns(pl.col("at").str.to_datetime())
    >>> found = tp.sources.binned_gaps(log, journey="who", time="at", touchpoint="what")
    >>> found.quantiles(unit="days").as_dict()
    {('search', 'purchase'): 2.0}
    >>> (found + found).transitions().as_dict()
    {('purchase', '(end)'): 4, ('search', 'purchase'): 4, ('(start)', 'search'): 4}
    """
    resolution = gap_tables.checked_resolution(resolution)
    longest = checks.whole("longest", longest)
    by = () if collapse is None else one_or_several("collapse", collapse)
    names = ColumnRoles(
        journey=one_or_several("journey", journey),
        time=times_named(time),
        touchpoint=column_of(touchpoint),
        fields=fields_of(touchpoint),
        count=count,
        tiebreak=tiebreaks(tiebreak),
    )
    options = checked_options(taxonomy, touchpoint, unmatched, "keep", missing, "warn", {})
    table = table_of(frame)
    names, by_key = ties_by_key(names, table.names)
    options = attrs.evolve(options, ties_by_key=by_key)
    if table.lazy:
        from touchpoints.sources._engine.gaps import binned_in_engine

        return binned_in_engine(
            table.given, names, options, by=by, resolution=resolution, longest=longest
        )
    table.load(names.asked())
    how = checked_times(time_format=None, tz=None, bad_times="raise", ambiguous=None)
    journeys = assemble(log_of(table, names, how), names, options)
    return _counted(collapsed(journeys, by=by) if by else journeys, resolution)


def _counted(journeys: Journeys, resolution: float) -> BinnedGaps:
    """Return the transitions and gaps of journeys that are here."""
    counts, k = journeys.counts, len(journeys.touchpoints)
    owners = owners_of(journeys.offsets)
    inner = np.flatnonzero(owners[1:] == owners[:-1]) if len(owners) else owners
    stamps = journeys.times.view(np.int64) if journeys.times is not None else inner[:0]
    gaps = stamps[inner + 1] - stamps[inner]
    some = np.flatnonzero(np.diff(journeys.offsets) > 0)
    first, last = journeys.offsets[some], journeys.offsets[some + 1] - 1
    weights = np.concatenate([counts[owners[inner]], counts[some], counts[some]])
    nothing = np.zeros(2 * len(some), dtype=np.int64)
    values = np.concatenate([gaps, nothing])
    codes = journeys.codes.astype(np.int64)
    ends = np.full(len(some), k)
    kept = np.flatnonzero(weights)
    columns = (
        np.concatenate([codes[inner], ends, codes[last]])[kept],
        np.concatenate([codes[inner + 1], codes[first], ends + 1])[kept],
        np.concatenate([buckets_of(gaps, resolution), nothing + NOTHING])[kept],
    )
    parts = Buckets(
        group=columns[0],
        count=weights[kept],
        total=(values * weights.astype(np.float64))[kept],
        least=values[kept],
        most=values[kept],
    )
    return gap_tables.table_of(
        [*(one.key for one in journeys.touchpoints), START, END],
        columns,
        parts,
        resolution=resolution,
        lens=journeys.meta.lens,
        report=journeys.meta.report,
    )
