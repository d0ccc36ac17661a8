"""Tables of gaps that were counted in buckets: they add up, and give quantiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.log_buckets import NOTHING, Buckets, merged
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Labelled, Table, column, optional_column
from touchpoints._core.time_units import TimeUnit, in_unit, said_of_times
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.meta import Report

START, END = "(start)", "(end)"
_SECOND = 1e6
_QUARTILES = {"q1": 0.25, "median": 0.5, "q3": 0.75}


@attrs.frozen(kw_only=True, repr=False)
class TransitionCounts(Labelled):
    """Transitions that were counted in an engine; one row per edge, the most frequent first.

    Attributes
    ----------
    source, target : object
        Keys of touchpoints; the source can be ``"(start)"`` and the target ``"(end)"``.
    count : int64
        The number of transitions.
    probability : float64
        The share of the edge among the transitions from its source.
    """

    main = "count"
    labels = ("source", "target")

    source: Array = column(object)
    target: Array = column(object)
    count: Array = column(np.int64)
    probability: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class GapQuantiles(Labelled):
    """Gaps between neighbouring touchpoints, by counts in buckets; one row per edge.

    Attributes
    ----------
    source, target : object
        The keys of the two touchpoints.
    count : int64
        The number of gaps.
    mean, min, max : float64
        Mean, minimum and maximum: exact, the mean up to rounding.
    q1, median, q3 : float64
        Quartiles, less than ``resolution`` off.
    quantiles : object, optional
        A tuple of the further quantiles requested, one for each of ``shares``.
    shares : tuple of float
        The further quantiles requested, as shares in [0, 1].
    resolution : float
        How far quantiles may be off, relative to their size.
    time_unit : str
        The unit of all durations.
    """

    main = "median"
    labels = ("source", "target")
    durations: ClassVar[tuple[str, ...]] = ("mean", "min", "q1", "median", "q3", "max", "quantiles")

    source: Array = column(object)
    target: Array = column(object)
    count: Array = column(np.int64)
    mean: Array = column(np.float64)
    min: Array = column(np.float64)
    q1: Array = column(np.float64)
    median: Array = column(np.float64)
    q3: Array = column(np.float64)
    max: Array = column(np.float64)
    quantiles: Array | None = optional_column(object)
    shares: tuple[float, ...] = attrs.field(default=(), repr=False)
    resolution: float
    time_unit: str = attrs.field(default="seconds", repr=False)

    def _remarks(self) -> list[str]:
        return [*said_of_times(self.time_unit, None), *super()._remarks()]


@attrs.frozen(kw_only=True, repr=False)
class BinnedGaps(Table):
    """Transitions and gaps, counted in buckets of nearly equal gaps; parts of a log add up.

    Attributes
    ----------
    source, target : object
        Keys of touchpoints; the source can be ``"(start)"`` and the target ``"(end)"``.
    bucket : int64
        The bucket of the gap: 0 for gaps of 0, b for gaps from ``r**(b - 1)`` up to ``r**b``
        microseconds with ``r = 1 + resolution``; -1 for the start and end of journeys, which have
        no gap.
    count : int64
        The number of transitions in the bucket.
    total : float64
        The sum of their gaps, in microseconds.
    shortest, longest : int64
        The shortest and the longest of them, in microseconds; 0 where there is no gap.
    resolution : float
        The width of buckets, relative to the gaps.
    lens : tuple of str
        The facets by which touchpoints were grouped.
    report : Report
        What became of the rows of the log.

    See Also
    --------
    binned_gaps : Count the gaps of a log.
    """

    source: Array = column(object)
    target: Array = column(object)
    bucket: Array = column(np.int64)
    count: Array = column(np.int64)
    total: Array = column(np.float64)
    shortest: Array = column(np.int64)
    longest: Array = column(np.int64)
    resolution: float
    lens: tuple[str, ...] = attrs.field(default=(), repr=False)
    report: Report = attrs.field(factory=Report, repr=False, eq=False)

    def __add__(self, other: object) -> BinnedGaps:
        if not isinstance(other, BinnedGaps):
            return NotImplemented
        for name in ("resolution", "lens"):
            one, two = getattr(self, name), getattr(other, name)
            if one != two:
                raise InvalidInputError(
                    f"gaps add up only with the same {name}", where=f"{one!r} and {two!r}"
                )
        names = ("source", "target", "bucket", "count", "total", "shortest", "longest")
        both = [np.concatenate([getattr(self, name), getattr(other, name)]) for name in names]
        keys, sources, targets = _coded(both[0], both[1])
        counts = Buckets(group=both[2], count=both[3], total=both[4], least=both[5], most=both[6])
        return table_of(
            keys,
            (sources, targets, both[2]),
            counts,
            resolution=self.resolution,
            lens=self.lens,
            report=self.report.plus(other.report),
        )

    def transitions(self) -> TransitionCounts:
        """Return the number of transitions of each edge, terminals included.

        Returns
        -------
        TransitionCounts
            The most frequent first, ties by key, terminals last.

        Notes
        -----
        Exact: those of `touchpoints.paths.transitions`.

        See Also
        --------
        quantiles : The gaps of each edge.
        """
        edges, of = self._edges(np.ones(len(self), dtype=bool))
        counts = np.bincount(of, self.count, len(edges)).astype(np.int64)
        source, target = edges[:, 0], edges[:, 1]
        _, origin = np.unique(source.astype(str), return_inverse=True)
        order = np.array(_ordered(edges, counts), dtype=np.int64)
        totals = np.bincount(origin, counts)
        return TransitionCounts(
            source=source[order],
            target=target[order],
            count=counts[order],
            probability=(counts / totals[origin])[order],
        )

    def quantiles(
        self, *, shares: Sequence[float] = (), unit: TimeUnit = "seconds"
    ) -> GapQuantiles:
        """Return the mean, the quartiles and further quantiles of the gaps of each edge.

        Parameters
        ----------
        shares
            Quantiles besides the quartiles, as shares in [0, 1].
        unit
            The unit of the durations.

        Returns
        -------
        GapQuantiles
            One row per edge, the most frequent first, ties by key.

        Raises
        ------
        InvalidInputError
            When a quantile is not a share; when there is no such unit.

        Notes
        -----
        A quantile lies between two values (Hyndman and Fan, definition 7), each of which is in a
        known bucket, between the shortest and the longest gap in it. Both ends of a bucket are less
        than ``1 + resolution`` times apart, and so are the quantile and its estimate. O(b) for b
        buckets.

        See Also
        --------
        transitions : The counts of each edge, with those of terminals.
        """
        asked = [checks.share(f"shares[{at}]", one, zero=True) for at, one in enumerate(shares)]
        edges, of = self._edges(self.bucket != NOTHING)
        rows = np.flatnonzero(self.bucket != NOTHING)
        size = len(edges)
        order_of_rows = np.lexsort((self.bucket[rows], of))
        rows, of = rows[order_of_rows], of[order_of_rows]
        found = Buckets(
            group=of,
            count=self.count[rows],
            total=self.total[rows],
            least=self.shortest[rows],
            most=self.longest[rows],
        )
        counts = np.bincount(of, found.count, size).astype(np.int64)
        order = np.array(_ordered(edges, counts), dtype=np.int64)
        low, high = found.ends(size)
        columns = {"mean": found.means(size), "min": low, "max": high}
        columns |= {name: found.quantile(share, size) for name, share in _QUARTILES.items()}
        shown: dict[str, Any] = {name: one[order] / _SECOND for name, one in columns.items()}
        further = [found.quantile(share, size)[order] / _SECOND for share in asked]
        table = GapQuantiles(
            source=edges[order, 0],
            target=edges[order, 1],
            count=counts[order],
            **shown,
            quantiles=_tuples(further, size) if asked else None,
            shares=tuple(asked),
            resolution=self.resolution,
        )
        return in_unit(table, unit)

    def _edges(self, chosen: Array) -> tuple[Array, Array]:
        """Return the edges of some rows, object (e, 2), and the edge of each of these rows."""
        pairs = list(zip(self.source[chosen].tolist(), self.target[chosen].tolist(), strict=True))
        known = {one: place for place, one in enumerate(dict.fromkeys(pairs))}
        edges = np.empty((len(known), 2), dtype=object)
        for place, edge in enumerate(known):
            edges[place] = edge
        return edges, np.array([known[one] for one in pairs], dtype=np.int64)


def _tuples(columns: list[Array], size: int) -> Array:
    return text_array([tuple(float(one[row]) for one in columns) for row in range(size)])


def _ordered(edges: Array, counts: Array) -> list[int]:
    """Return the edges by count, the largest first, then by key, terminals last."""

    def place(edge: int) -> tuple[Any, ...]:
        ends = edges[edge].tolist()
        return (-int(counts[edge]), *((one in (START, END), one) for one in ends))

    return sorted(range(len(counts)), key=place)


def _coded(sources: Array, targets: Array) -> tuple[list[str], Array, Array]:
    """Return the distinct keys, and the position of each source and target among them."""
    keys = list(dict.fromkeys([*sources.tolist(), *targets.tolist()]))
    places = {key: place for place, key in enumerate(keys)}

    def codes(some: Array) -> Array:
        return np.array([places[one] for one in some.tolist()], dtype=np.int64)

    return keys, codes(sources), codes(targets)


def table_of(
    keys: Sequence[str],
    columns: tuple[Array, Array, Array],
    counts: Buckets,
    *,
    resolution: float,
    lens: tuple[str, ...],
    report: Report,
) -> BinnedGaps:
    """Return the table of counts by source, target and bucket, positions among ``keys``.

    Rows are in the order of keys and buckets, whatever the order of ``keys``.
    """
    order = sorted(range(len(keys)), key=lambda place: keys[place])
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[order] = np.arange(len(keys))
    ends = (ranks[columns[0]], ranks[columns[1]], columns[2])
    (sources, targets, buckets), found = merged(ends, counts)
    names = text_array([keys[place] for place in order])
    return BinnedGaps(
        source=names[sources],
        target=names[targets],
        bucket=buckets,
        count=found.count,
        total=found.total,
        shortest=found.least,
        longest=found.most,
        resolution=resolution,
        lens=lens,
        report=report,
    )


def checked_resolution(resolution: float) -> float:
    """Return a resolution, or raise for one that no bucket can have."""
    found = checks.number("resolution", resolution)
    if not 1e-4 <= found <= 1:
        raise InvalidInputError(
            f"resolution must be at least 0.0001 and at most 1, got {resolution!r}",
            mend="write 5 % as 0.05",
        )
    return found
