"""How long it takes: from one touchpoint to the next, at a touchpoint, and in all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._arrays.counting import row_weights
from touchpoints._arrays.lasting import UNKNOWN, lasting, stamps_of
from touchpoints._arrays.mean_bounds import mean_bounds
from touchpoints._arrays.quantiles import neighbours, spreads
from touchpoints._arrays.segments import lengths_of, owners_of
from touchpoints._frozen import Array, text_array
from touchpoints._tables import Table, column, optional_column
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.grouping import by_group
from touchpoints.journeys import Journeys
from touchpoints.transform import require_times
from touchpoints.uncertainty import checked_level, clusters_of

_SECOND = 1e6


@attrs.frozen(kw_only=True, repr=False)
class Durations(Table):
    """How long something takes, in seconds; one row an edge, a touchpoint or a group.

    Attributes
    ----------
    group : object, optional
        The group, where ``by`` was given.
    source, target, touchpoint : object, optional
        Keys of both touchpoints of an edge, or of a touchpoint.
    count : int64
        How many durations are known.
    mean : float64
        Their mean; nan where none is known, like all that follows.
    mean_low, mean_high : float64, optional
        The interval of the mean, where ``level`` was given; nan below two clusters.
    min, q1, median, q3, max : float64
        The shortest, the quartiles, the longest.
    quantiles : object, optional
        A tuple of the other quantiles asked for, one for each of ``shares``.
    without_end : int64, optional
        Interactions that would count, but whose end is not known.
    empty, cut : int64, optional
        Journeys left out: without interactions, and cut off by the log at either side.
    shares : tuple of float
        The other quantiles asked for.
    ends_before_starts : int
        Interactions of the whole log whose end lay before their start: reading set those ends
        aside, so they are among ``without_end``.
    level, unit : float or None, str
        The level of the intervals, where any were asked for; what is taken to be independent.
    """

    group: Array | None = optional_column(object)
    source: Array | None = optional_column(object)
    target: Array | None = optional_column(object)
    touchpoint: Array | None = optional_column(object)
    count: Array = column(np.int64)
    mean: Array = column(np.float64)
    mean_low: Array | None = optional_column(np.float64)
    mean_high: Array | None = optional_column(np.float64)
    min: Array = column(np.float64)
    q1: Array = column(np.float64)
    median: Array = column(np.float64)
    q3: Array = column(np.float64)
    max: Array = column(np.float64)
    quantiles: Array | None = optional_column(object)
    without_end: Array | None = optional_column(np.int64)
    empty: Array | None = optional_column(np.int64)
    cut: Array | None = optional_column(np.int64)
    shares: tuple[float, ...] = attrs.field(default=(), repr=False)
    ends_before_starts: int = attrs.field(default=0, repr=False)
    level: float | None = attrs.field(default=None, repr=False)
    unit: str

    def as_dict(self) -> dict[Any, float]:
        """Return the mean of each edge (a pair of keys), touchpoint, or group, in seconds."""
        if self.source is not None and self.target is not None:
            labels: list[Any] = list(zip(self.source.tolist(), self.target.tolist(), strict=True))
        elif self.touchpoint is not None:
            labels = self.touchpoint.tolist()
        else:
            labels = ["throughput"] if self.group is None else self.group.tolist()
        return dict(zip(labels, self.mean.tolist(), strict=True))


def gaps(
    journeys: Journeys,
    *,
    quantiles: Sequence[float] = (),
    by: str | None = None,
    level: float | None = None,
) -> Durations:
    """Measure the time from each touchpoint to the next, edge by edge.

    Parameters
    ----------
    journeys
        With times. Counts are honoured.
    quantiles
        Other quantiles than the quartiles, as shares in [0, 1].
    by
        A per-journey column, facet or per-interaction column to group by.
    level
        Give a level such as 0.95 to have an interval of each mean. It costs a second sort.

    Returns
    -------
    Durations
        One row an edge, the most frequent first, equal ones in the order of their touchpoints.

    Raises
    ------
    NotFoundError
        When there is no such column or facet.
    InvalidInputError
        Without times; when a quantile or the level is no share.

    Notes
    -----
    A gap runs from the start of one interaction to the start of the next, so it contains the time
    spent at the first; `idle_times` does not. Terminals have no gaps. Everything is exact to the
    microsecond; quantiles are those of definition 7 of Hyndman and Fan (R's and numpy's default).
    The interval of a mean is Student's over persons, or over journeys where persons are not known
    (the ratio of sums over clusters, linearised: Cochran 1977, Sampling Techniques, 6.3). Times
    are skewed: prefer the median, and `bootstrap` for its interval. One sort, O(m log m).

    References
    ----------
    R. J. Hyndman and Y. Fan (1996), Sample quantiles in statistical packages, The American
    Statistician 50(4), 361-365, doi:10.1080/00031305.1996.10473566.

    Examples
    --------
    >>> import touchpoints as tp
    >>> days = ["2026-01-01", "2026-01-02", "2026-01-05"]
    >>> rows = [{"who": "ana", "t": day, "w": "visit"} for day in days]
    >>> found = tp.paths.gaps(tp.from_records(rows, journey="who", time="t", touchpoint="w"))
    >>> {edge: mean / 86_400 for edge, mean in found.as_dict().items()}
    {('visit', 'visit'): 2.0}
    """
    require_times(journeys, "gaps")
    return _by_group(journeys, by, _gaps, quantiles, level)


def idle_times(
    journeys: Journeys,
    *,
    quantiles: Sequence[float] = (),
    by: str | None = None,
    level: float | None = None,
) -> Durations:
    """Measure the time from the end of each touchpoint to the start of the next, edge by edge.

    Parameters
    ----------
    journeys
        With times and ends. Counts are honoured.
    quantiles, by, level
        As for `gaps`.

    Returns
    -------
    Durations
        One row an edge, the most frequent first. ``without_end`` counts the crossings whose
        source has no known end; they are in no other column.

    Raises
    ------
    NotFoundError, InvalidInputError
        As for `gaps`, and without ends.

    Notes
    -----
    Where an interaction starts before the one before it ends, the time is negative.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-01 09:00", "e": "2026-01-01 09:10", "w": "visit"},
    ...     {"who": "ana", "t": "2026-01-01 09:30", "e": "2026-01-01 09:31", "w": "call"},
    ... ]
    >>> journeys = tp.from_records(rows, journey="who", time="t", end="e", touchpoint="w")
    >>> tp.paths.idle_times(journeys).as_dict()
    {('visit', 'call'): 1200.0}
    """
    _require_ends(journeys, "idle_times")
    return _by_group(journeys, by, _idle, quantiles, level)


def processing_times(
    journeys: Journeys,
    *,
    quantiles: Sequence[float] = (),
    by: str | None = None,
    level: float | None = None,
) -> Durations:
    """Measure the time from the start to the end of interactions, touchpoint by touchpoint.

    Parameters
    ----------
    journeys
        With times and ends. Counts are honoured.
    quantiles, by, level
        As for `gaps`.

    Returns
    -------
    Durations
        One row a touchpoint that occurs, the most frequent first (by interactions whose end is
        known). ``without_end`` counts the others.

    Raises
    ------
    NotFoundError, InvalidInputError
        As for `gaps`, and without ends.

    Notes
    -----
    An end before its start is set aside when a log is read; ``ends_before_starts`` says how many.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-01 09:00", "e": "2026-01-01 09:10", "w": "visit"},
    ...     {"who": "leo", "t": "2026-01-01 09:30", "e": "2026-01-01 09:50", "w": "visit"},
    ... ]
    >>> journeys = tp.from_records(rows, journey="who", time="t", end="e", touchpoint="w")
    >>> tp.paths.processing_times(journeys).as_dict()
    {'visit': 900.0}
    """
    _require_ends(journeys, "processing_times")
    return _by_group(journeys, by, _processing, quantiles, level)


def throughput_times(
    journeys: Journeys,
    *,
    quantiles: Sequence[float] = (),
    by: str | None = None,
    level: float | None = None,
) -> Durations:
    """Measure how long journeys take, from their first start to their last end.

    Parameters
    ----------
    journeys
        With times; ends are used where they are known. Counts are honoured.
    quantiles, by, level
        As for `gaps`.

    Returns
    -------
    Durations
        One row (one a group). `journey_times` has one row a journey.

    Raises
    ------
    NotFoundError, InvalidInputError
        As for `gaps`.

    Notes
    -----
    A journey of one moment takes 0 seconds. Empty journeys are left out, and so are those that
    began before the log or are still open; ``empty`` and ``cut`` count them. Leaving out open
    journeys favours short ones: `time_to` does not.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(50, seed=1)
    >>> tp.paths.throughput_times(shop).count.tolist()
    [50]
    """
    require_times(journeys, "throughput_times")
    return _by_group(journeys, by, _throughput, quantiles, level)


@attrs.frozen(eq=False, kw_only=True)
class _Measured:
    """Durations to sum up: one a row, of a group in ``range(size)``, or ``size`` for none."""

    labels: dict[str, Array]
    groups: Array
    values: Array
    owners: Array
    size: int
    extra: dict[str, Array]


_Measure = Callable[[Journeys], _Measured]


def _by_group(
    journeys: Journeys,
    by: str | None,
    measure: _Measure,
    quantiles: Sequence[float],
    level: float | None,
) -> Durations:
    shares = _checked_shares(quantiles)
    if level is not None:
        checked_level(level)
    return by_group(journeys, by, partial(_summed_up, measure=measure, shares=shares, level=level))


def _checked_shares(quantiles: Sequence[float]) -> tuple[float, ...]:
    if isinstance(quantiles, (int, float, str)):
        raise WrongKindError(f"quantiles is a sequence of shares, not {quantiles!r}")
    shares = tuple(float(one) for one in quantiles)
    wrong = [one for one in shares if not 0 <= one <= 1]
    if wrong:
        raise InvalidInputError(
            f"a quantile is a share between 0 and 1, not {wrong[0]!r}", mend="write 90 % as 0.9"
        )
    return shares


def _require_ends(journeys: Journeys, what: str) -> None:
    require_times(journeys, what)
    if journeys.ends is None:
        raise InvalidInputError(
            f"{what} needs the ends of interactions, and these journeys have none",
            mend="read the log with tp.from_frame(…, end=…), or with lifecycle=… where start and "
            "complete are rows of their own; tp.paths.gaps needs times alone",
        )


def _summed_up(
    journeys: Journeys, *, measure: _Measure, shares: tuple[float, ...], level: float | None
) -> Durations:
    found = measure(journeys)
    plain = row_weights(journeys.offsets, journeys.counts) is None
    weights = None if plain else journeys.counts[found.owners].astype(np.float64)
    spread = spreads(found.groups, found.values, found.size, weights)
    totals = spread.totals()
    listed = totals + found.extra.get("without_end", 0)
    order = np.lexsort((-listed, -totals))
    if found.labels:
        order = order[listed[order] > 0]
    columns: dict[str, Any] = {"count": totals, "mean": spread.means() / _SECOND}
    for name, share in (("min", 0.0), ("q1", 0.25), ("median", 0.5), ("q3", 0.75), ("max", 1.0)):
        columns[name] = spread.quantile(share) / _SECOND
    if level is not None:
        low, high = _mean_bounds(journeys, found, columns["mean"], level)
        columns |= {"mean_low": low, "mean_high": high}
    columns |= found.labels | found.extra
    if shares:
        table = np.stack([spread.quantile(share) / _SECOND for share in shares], axis=1)
        columns["quantiles"] = text_array([tuple(row) for row in table.tolist()])
    return Durations(
        **{name: values[order] for name, values in columns.items()},
        shares=shares,
        ends_before_starts=journeys.meta.report.ends_before_starts,
        level=level,
        unit="journey" if journeys.persons is None else "person",
    )


def _stamps(journeys: Journeys) -> tuple[Array, Array]:
    return stamps_of(require_times(journeys, "a duration"), journeys.ends)


def _gaps(journeys: Journeys) -> _Measured:
    stamps, _ = _stamps(journeys)
    edges = neighbours(journeys.codes, journeys.offsets, len(journeys.touchpoints))
    keys = text_array([one.key for one in journeys.touchpoints])
    return _Measured(
        labels={"source": keys[edges.sources], "target": keys[edges.targets]},
        groups=edges.of,
        values=np.diff(stamps),
        owners=owners_of(journeys.offsets)[:-1],
        size=len(edges.sources),
        extra={},
    )


def _idle(journeys: Journeys) -> _Measured:
    stamps, ends = _stamps(journeys)
    found = _gaps(journeys)
    missing = ends[:-1] == UNKNOWN
    weights = journeys.counts[found.owners].astype(np.float64) * missing
    lost = np.bincount(found.groups, weights, found.size + 1)[: found.size]
    return attrs.evolve(
        found,
        groups=np.where(missing, found.size, found.groups),
        values=np.where(missing, 0, stamps[1:] - ends[:-1]),
        extra={"without_end": lost.astype(np.int64)},
    )


def _processing(journeys: Journeys) -> _Measured:
    stamps, ends = _stamps(journeys)
    size = len(journeys.touchpoints)
    owners = owners_of(journeys.offsets)
    missing = ends == UNKNOWN
    codes = journeys.codes.astype(np.int64)
    weights = journeys.counts[owners].astype(np.float64) * missing
    return _Measured(
        labels={"touchpoint": text_array([one.key for one in journeys.touchpoints])},
        groups=np.where(missing, size, codes),
        values=np.where(missing, 0, ends - stamps),
        owners=owners,
        size=size,
        extra={"without_end": np.bincount(codes, weights, size).astype(np.int64)},
    )


def _throughput(journeys: Journeys) -> _Measured:
    filled = lengths_of(journeys.offsets) > 0
    whole = journeys.began & journeys.finished
    counts = journeys.counts
    return _Measured(
        labels={},
        groups=np.where(filled & whole, 0, 1),
        values=lasting(*_stamps(journeys), journeys.offsets),
        owners=np.arange(len(journeys)),
        size=1,
        extra={
            "empty": np.array([counts[~filled].sum()]),
            "cut": np.array([counts[filled & ~whole].sum()]),
        },
    )


def _mean_bounds(
    journeys: Journeys, found: _Measured, means: Array, level: float
) -> tuple[Array, Array]:
    """Return the interval of each mean, over clusters of persons or else of journeys."""
    clusters = clusters_of(journeys, None)
    known = np.flatnonzero((found.groups < found.size) & (journeys.counts[found.owners] > 0))
    rows = found.owners[known]
    return mean_bounds(
        found.values[known] / _SECOND,
        found.groups[known],
        means,
        of=clusters.of[rows],
        within=clusters.within[rows],
        repeats=clusters.repeats,
        level=level,
    )
