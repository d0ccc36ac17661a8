"""Student's intervals and tests of differences, from bootstrap standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.clustered_shares import ClusterSizes, left_out, welch
from touchpoints._core.frozen import Array
from touchpoints.compare._shared.draws import Sides
from touchpoints.uncertainty import Units

_ROOM = 1 << 20
_ENOUGH = 5  # degrees of freedom: six that agree exactly tell where a median is, at 95 %


@attrs.frozen(eq=False, kw_only=True)
class Trust:
    """How far bootstrap variances of the numbers of two groups can be trusted, by label.

    Attributes
    ----------
    scales : float64 (labels,), of a and of b
        What a bootstrap variance is multiplied by, because resamples of C units in s strata vary
        around their own means: C / (C - s). nan where there are no more units than strata.
    freedom : float64 (labels,), of a and of b
        The degrees of freedom of each variance.
    most : float64 (labels,)
        The most degrees of freedom that the difference can have: all units but one.
    """

    scales: tuple[Array, Array]
    freedom: tuple[Array, Array]
    most: Array

    @classmethod
    def of(cls, observed: tuple[Any, Array], weights: Sequence[Array], sides: Sides) -> Trust:
        """Return the trust in numbers with some observations.

        Parameters
        ----------
        observed
            The observations of each row, sparse (n, groups), and the group of each label.
        weights
            How often each row is in group a, and in group b.
        """
        table, group = observed
        every = [cluster_sizes(gathered(one, sides.units) @ table, sides.units) for one in weights]
        sizes = [found.take(group) for found, _ in every]
        alone = [len(one) > 0 for one in (sides.side_a, sides.side_b)]
        strata = [int(one) + int(len(sides.both) > 0) for one in alone]
        with np.errstate(divide="ignore", invalid="ignore"):
            a, b = (
                np.where(one.units > few, one.units / (one.units - few), np.nan)
                for one, few in zip(sizes, strata, strict=True)
            )
        whole, _ = cluster_sizes(
            gathered(weights[0] + weights[1], sides.units) @ table, sides.units
        )
        return cls(
            scales=(a, b),
            freedom=(sizes[0].known(), sizes[1].known()),
            most=np.maximum(whole.take(group).units - 1, 1.0),
        )


@attrs.frozen(eq=False)
class Student:
    """A difference, its standard error and its degrees of freedom, float64 (labels,) each.

    Attributes
    ----------
    drawn : float64 (b, labels)
        The differences of the resamples.
    """

    difference: Array
    error: Array
    freedom: Array
    drawn: Array

    @classmethod
    def unknown(cls, difference: Array) -> Student:
        """Return differences of which nothing more is known."""
        nothing = np.full_like(difference, np.nan)
        return cls(difference, nothing, nothing, nothing[None, :])

    @classmethod
    def of(
        cls,
        difference: Array,
        drawn: tuple[Array, Array],
        trust: Trust,
        *,
        floors: Sequence[Array] = (),
    ) -> Student:
        """Take the variances of a and of b over resamples, float64 (b, labels) each.

        ``floors`` are the least variances of a and of b.
        """
        spreads, differences = _spreads(*drawn)
        scales = [*trust.scales, np.sqrt(trust.scales[0] * trust.scales[1])]
        with np.errstate(invalid="ignore"):
            *parts, together = (one * scale for one, scale in zip(spreads, scales, strict=True))
            if floors:
                parts = [np.maximum(*both) for both in zip(parts, floors, strict=True)]
            both = np.maximum(parts[0] + parts[1] - 2 * together, 0.0)
        freedom = welch(np.stack(parts), np.stack(trust.freedom))
        freedom = np.where(both > 0, freedom, np.minimum(*trust.freedom))
        freedom = np.minimum(freedom, trust.most)
        unseen = (both <= 0) & (np.minimum(*trust.freedom) < _ENOUGH)
        error = np.where(unseen, np.nan, np.sqrt(both))
        return cls(difference, error, freedom, differences)

    def bounds(self, level: float) -> tuple[Array, Array]:
        """Return the interval: Student's, but at least from one quantile of resamples to the other.

        Only the quantiles keep to the values that tied numbers can take. nan where no resample
        differs and there are few units.
        """
        from scipy.special import stdtrit

        reach = stdtrit(self.freedom, (1 + level) / 2) * self.error
        known = ~np.isnan(reach) & ~np.isnan(self.difference)
        ends = np.full((2, len(reach)), np.nan)
        if known.any():
            shares = [(1 - level) / 2, (1 + level) / 2]
            ends[:, known] = np.nanquantile(self.drawn[:, known], shares, axis=0)
        low, high = np.fmin(ends[0], self.difference - reach), self.difference + reach
        return low, np.fmax(ends[1], high)

    def p(self) -> Array:
        """Return the two-sided p of no difference: the larger of Student's and the resamples'.

        The resamples' is twice the share of them on the other side of 0. Never below one in the
        number of resamples and one.
        """
        from scipy.special import stdtr

        defined = ~np.isnan(self.drawn)
        with np.errstate(divide="ignore", invalid="ignore"):
            sides = [((one <= 0) & defined).sum(axis=0) for one in (self.drawn, -self.drawn)]
            shares = 2 * (1 + np.minimum(*sides)) / (1 + defined.sum(axis=0))
            far = np.where(self.difference == 0, 0.0, np.abs(self.difference) / self.error)
            tails = 2 * stdtr(self.freedom, -far)
        found = np.maximum(np.minimum(shares, 1.0), tails)
        return np.where(np.isnan(self.error) | np.isnan(self.difference), np.nan, found)


def gathered(weights: Array, units: Units) -> Any:
    """Return the table that adds the rows with a weight up by unit, sparse (units, n)."""
    from scipy import sparse

    rows = np.flatnonzero(weights > 0)
    inside = units.within[rows].astype(np.float64)
    return sparse.csr_array(
        (inside, (units.of[rows], rows)), shape=(len(units.repeats), len(weights))
    )


def cluster_sizes(trials: Any, units: Units) -> tuple[ClusterSizes, Array]:
    """Return the sizes of the units of each group, and the sum of m² weighted by `left_out`.

    ``trials`` is sparse (units, groups).
    """
    found, size = trials.tocoo(), trials.shape[1]
    repeats = units.repeats.astype(np.float64)
    amounts, alike, group = found.data.astype(np.float64), repeats[found.row], found.col
    powers = [amounts > 0, amounts, amounts**2, amounts**3, amounts**4]
    sizes = ClusterSizes.added([np.bincount(group, alike * one, size) for one in powers])
    weight = left_out(amounts, sizes.total[group])
    return sizes, np.bincount(group, alike * weight * powers[2], size)


def _spreads(a: Array, b: Array) -> tuple[Array, Array]:
    """Return the variances of a and b and their covariance, (3, labels), and a - b (b, labels).

    Of the resamples in which both have a number; a block of labels at a time.
    """
    found, differences = np.empty((3, a.shape[1])), np.empty_like(a)
    width = max(1, _ROOM // max(len(a), 1))
    with np.errstate(divide="ignore", invalid="ignore"):  # numbers can be infinite, or all unknown
        for start in range(0, a.shape[1], width):
            block = slice(start, start + width)
            differences[:, block] = a[:, block] - b[:, block]
            known = ~np.isnan(differences[:, block])
            number = known.sum(axis=0)
            one, two = (np.where(known, side[:, block], 0.0) for side in (a, b))
            one -= known * (one.sum(axis=0) / number)
            two -= known * (two.sum(axis=0) / number)
            for row, (left, right) in enumerate(((one, one), (two, two), (one, two))):
                found[row, block] = np.einsum("ij,ij->j", left, right) / number
    return found, differences
