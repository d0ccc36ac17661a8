"""Two sides made alike in what came before: strata, weights, and overlap."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.arrays.sorting.tuples import distinct_tuples, without_holes
from touchpoints._core.arrays.statistics.few_units import drawn
from touchpoints._core.arrays.statistics.intervals import z_of
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import counted, first_few
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.propensities import odds_of
from touchpoints.uncertainty.shares import wilson
from touchpoints.uncertainty.units import Units

Weights = Literal["standardised", "inverse_probability"]
Overlap = Literal["drop", "refuse"]

ONE, OTHER = 1, 0
_FEWEST = 2


@attrs.frozen(eq=False, kw_only=True)
class Trials:
    """Trials on two sides, in the rows of a table.

    Attributes
    ----------
    rows : int64 (h,)
        The row of the table of each trial.
    size : int
        The number of rows.
    exposed : bool (h,)
        Whether it is on the side that is asked about; else it is one of the others.
    strata : int64 (h,)
        What came before it, a number; its name is in ``names``.
    levels : int64 (strata, c)
        The value of each of c columns of each stratum.
    names : list of str
        The name of each stratum.
    owners : int64 (h,)
        The row of the journeys of each trial.
    """

    rows: Array
    size: int
    exposed: Array
    strata: Array
    levels: Array
    names: list[str]
    owners: Array

    def chosen(self, which: Array) -> Trials:
        """Return some of the trials."""
        columns = {name: getattr(self, name)[which] for name in _OF_TRIALS}
        return attrs.evolve(self, **columns)


_OF_TRIALS = ("rows", "exposed", "strata", "owners")


def strata_of(columns: dict[str, Coded | Array], size: int) -> tuple[Array, Array, list[str]]:
    """Return the stratum of each of so many trials, the levels of each stratum, and its name."""
    if not columns or not size:
        return np.zeros(size, dtype=np.int64), np.zeros((1, len(columns)), dtype=np.int64), ["all"]
    codes, values = distinct_tuples(list(columns.values()))
    table = np.stack([_ranks([str(one) for one in column]) for column in values], axis=1)
    names = [
        ", ".join(f"{name} {value}" for name, value in zip(columns, row, strict=True))
        for row in zip(*values, strict=True)
    ]
    return codes.astype(np.int64), table, names


def _ranks(texts: list[str]) -> Array:
    """Return the rank of each text among the distinct ones, whatever their order in the log."""
    ranks = {one: rank for rank, one in enumerate(sorted(set(texts)))}
    return np.array([ranks[one] for one in texts], dtype=np.int64)


@attrs.frozen(eq=False, kw_only=True)
class Balance:
    """Weights that make the others like those on the side that is asked about.

    Attributes
    ----------
    weights : float64 (h,)
        The weight of each real trial; those of each side of a row sum to 1, or to 0 if there are
        none. 0 where a trial is left out.
    cells : int64 (h,)
        Trials with the same number are alike but for chance.
    one_sided : list of (int, str)
        The row and the name of each stratum without others to compare with.
    """

    weights: Array
    cells: Array
    one_sided: list[tuple[int, str]]


def balance(trials: Trials, real: Array, *, weights: Weights) -> Balance:
    """Return weights that make the others like those exposed, and what has nobody to compare with.

    Parameters
    ----------
    real : float64 (h,)
        The number of real trials that each stands for.

    Notes
    -----
    The exposed have equal weights. Standardised, the others of stratum s weigh together as much as
    the exposed of s; by inverse probability, each of the others weighs as much as its odds of being
    exposed, from a logistic regression on the columns of the strata, without interactions.
    """
    width = max(len(trials.names), 1)
    cells, distinct = without_holes(trials.rows * width + trials.strata, trials.size * width)
    of_cells = np.stack(
        [
            np.bincount(cells, real * (trials.exposed == bool(side)), len(distinct))
            for side in (OTHER, ONE)
        ]
    )
    rows, strata = distinct // width, distinct % width
    if weights == "standardised":
        usable = np.asarray((of_cells > 0).all(axis=0))
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.where(usable, of_cells[ONE] / of_cells[OTHER], 0.0)
        alike = cells * 2 + trials.exposed
    else:
        odds, usable = odds_of(rows, trials.levels[strata], of_cells)
        alike = trials.rows * 2 + trials.exposed
    plain = np.where(trials.exposed, 1.0, odds[cells]) * usable[cells]
    sides = trials.rows * 2 + trials.exposed
    totals = np.bincount(sides, plain * real, trials.size * 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.where(totals > 0, 1 / totals, 0.0)
    alone = np.flatnonzero(~usable & (of_cells[ONE] > 0))
    return Balance(
        weights=plain * scaled[sides],
        cells=alike.astype(np.int64),
        one_sided=[(int(rows[one]), trials.names[strata[one]]) for one in alone],
    )


@attrs.frozen(eq=False, kw_only=True)
class Compared:
    """A share on two sides in each row of a table; every column has one number a row.

    Attributes
    ----------
    exposed, others : float64
        The number of real trials that are used.
    hits, other_hits : float64
        How many of them are hits.
    left_out : float64
        The number of exposed trials without anybody to compare with.
    share, other_share : float64
        The share of hits, that of the others weighted.
    difference, low, high, p : float64
        The difference, its interval and its p-value; nan without two units on each side.
    ratio, ratio_low, ratio_high : float64
        The risk ratio, and its interval.
    effective_exposed, effective_others : float64
        The effective number of units on each side.
    units, other_units : float64
        The number of units on each side.
    variance : float64 (rows, 2)
        The variance of the share of the others, and of those exposed.
    one_sided : list of (int, str)
        As in `Balance`.
    """

    exposed: Array
    others: Array
    hits: Array
    other_hits: Array
    left_out: Array
    share: Array
    other_share: Array
    difference: Array
    low: Array
    high: Array
    p: Array
    ratio: Array
    ratio_low: Array
    ratio_high: Array
    effective_exposed: Array
    effective_others: Array
    units: Array
    other_units: Array
    variance: Array
    one_sided: list[tuple[int, str]]

    def columns(self) -> dict[str, Array]:
        """Return what tables show of it."""
        return {name: getattr(self, name) for name in _SHOWN}

    @property
    def reasons(self) -> list[str]:
        """Why there is no difference in each row; empty where there is one."""
        found = []
        for at in range(len(self.exposed)):
            if self.exposed[at] + self.left_out[at] == 0:
                found.append("nobody on this side")
            elif self.exposed[at] == 0:
                found.append("nobody to compare with")
            elif min(self.units[at], self.other_units[at]) < _FEWEST:
                found.append("fewer than two units on a side")
            else:
                found.append("")
        return found


_SHOWN = (
    "exposed",
    "others",
    "hits",
    "other_hits",
    "left_out",
    "share",
    "other_share",
    "difference",
    "low",
    "high",
    "p",
    "ratio",
    "ratio_low",
    "ratio_high",
    "effective_exposed",
    "effective_others",
)


def crude_difference(trials: Trials, hits: Array, units: Units) -> Array:
    """Return the difference of the shares of hits without weights, float64 (rows,)."""
    real = (units.within * units.repeats[units.of])[trials.owners].astype(np.float64)
    sides = trials.rows * 2 + trials.exposed
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.bincount(sides, real * hits, trials.size * 2) / np.bincount(
            sides, real, trials.size * 2
        )
    return np.asarray(shares[1::2] - shares[::2])


def compared(
    trials: Trials, hits: Array, *, units: Units, weights: Weights, level: float
) -> Compared:
    """Compare the shares of hits, bool (h,), on two sides that weights make alike.

    Notes
    -----
    The variance of each share is the sum over units of the square of their weighted residuals, from
    what the other units of the cell have (one imagined trial with the share of the side added), so
    that a unit alone in a cell counts; drawn to that of units that say yes or no where there are
    few. Wilson's interval with Student's t, as of so many effective trials; the interval of the
    difference is recovered from the two (Zou and Donner 2008), with the correlation of units that
    are on both sides. The p-value is that of Welch's t with the variances of a common share.
    Strata, and which side trials are on, are taken as given. O(h log h).
    """
    real = (units.within * units.repeats[units.of])[trials.owners].astype(np.float64)
    found = balance(trials, real, weights=weights)
    sides, size = trials.rows * 2 + trials.exposed, trials.size * 2
    heavy = found.weights * real
    share = np.bincount(sides, heavy * hits, size)
    used = np.bincount(sides, real * (found.weights > 0), size)
    every = np.bincount(sides, real, size)
    spread = _spread(trials, hits, found, share=share, real=real, units=units)
    known = (used > 0)[::2] & (used > 0)[1::2]
    enough = known & (np.minimum(spread.units[::2], spread.units[1::2]) >= _FEWEST)
    shares = np.where(np.repeat(known, 2), np.clip(share, 0.0, 1.0), np.nan)
    low, high = spread.bounds(shares, level=level)
    columns = _differences(shares, low, high, spread=spread)
    done = np.bincount(sides, real * hits * (found.weights > 0), size)
    return Compared(
        exposed=used[1::2],
        others=used[::2],
        hits=done[1::2],
        other_hits=done[::2],
        left_out=(every - used)[1::2],
        share=shares[1::2],
        other_share=shares[::2],
        **{name: np.where(enough, one, np.nan) for name, one in columns.items()},
        effective_exposed=spread.effective[1::2],
        effective_others=spread.effective[::2],
        units=spread.units[1::2],
        other_units=spread.units[::2],
        variance=spread.variance.reshape(-1, 2),
        one_sided=found.one_sided,
    )


@attrs.frozen(eq=False, kw_only=True)
class _Spread:
    """How sure the share of each side of each row is; columns (2 rows,), others and exposed."""

    variance: Array
    together: Array
    effective: Array
    units: Array

    def trials(self, shares: Array) -> Array:
        """Return as how many independent trials each share is known."""
        plain = shares * (1 - shares)
        mixed, _ = drawn(shares, self.variance, behind=self.units, alike=self.effective)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(plain > 0, plain / mixed, self.effective))

    def bounds(self, shares: Array, *, level: float) -> tuple[Array, Array]:
        """Return Wilson's interval of each share, with Student's t."""
        from scipy.special import stdtrit

        reach = stdtrit(np.fmax(self.effective - 1, 1), (1 + level) / 2)
        size = np.nan_to_num(self.trials(shares)) * (z_of(level) / reach) ** 2
        low, high = wilson(np.nan_to_num(shares) * size, size, level=level)
        return np.asarray(low), np.asarray(high)

    @property
    def correlation(self) -> Array:
        """The correlation of the two shares of each row, from units on both sides."""
        product = np.sqrt(self.variance[::2] * self.variance[1::2])
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(product > 0, self.together / product, 0.0)
        return np.asarray(np.clip(found, -1, 1))


def _spread(
    trials: Trials, hits: Array, found: Balance, *, share: Array, real: Array, units: Units
) -> _Spread:
    used = np.flatnonzero(found.weights > 0)
    of, within = units.of[trials.owners[used]], units.within[trials.owners[used]]
    weights, cells, did = found.weights[used], found.cells[used], hits[used].astype(np.float64)
    cell, kinds = without_holes(cells, int(cells.max(initial=0)) + 1)
    sides = trials.rows[used] * 2 + trials.exposed[used]
    people = max(len(units.repeats), 1)
    place, keys = without_holes(cell.astype(np.int64) * people + of, len(kinds) * people)
    own = np.bincount(place, weights * within, len(keys))
    own_hits = np.bincount(place, weights * within * did, len(keys))
    in_cell, unit = keys // people, keys % people
    side = np.zeros(len(kinds), dtype=np.int64)
    side[cell] = sides
    total = np.bincount(cell, weights * real[used], len(kinds))
    total_hits = np.bincount(cell, weights * real[used] * did, len(kinds))
    imagined = total / np.maximum(np.bincount(cell, real[used], len(kinds)), 1e-300)
    rest_hits = total_hits[in_cell] - own_hits + (imagined * share[side])[in_cell]
    strayed = own_hits - own * rest_hits / (total[in_cell] - own + imagined[in_cell])
    size, alike = trials.size * 2, units.repeats
    where, both = without_holes(side[in_cell] * people + unit, size * people)
    sums = np.bincount(where, strayed, len(both))
    mass = np.bincount(where, own, len(both))
    side, unit = both // people, both % people
    squares = np.bincount(side, alike[unit] * mass**2, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = np.where(
            squares > 0, np.bincount(side, alike[unit] * mass, size) ** 2 / squares, 0.0
        )
    order = np.lexsort((side, unit, side // 2))
    pair = np.flatnonzero(
        (np.diff(unit[order], prepend=-1) == 0) & (np.diff(side[order] // 2, prepend=-1) == 0)
    )
    after, before = order[pair], order[pair - 1]
    return _Spread(
        variance=np.bincount(side, alike[unit] * sums**2, size),
        together=np.bincount(
            side[after] // 2, alike[unit[after]] * sums[after] * sums[before], trials.size
        ),
        effective=effective,
        units=np.bincount(side, alike[unit], size).astype(np.float64),
    )


def _differences(shares: Array, low: Array, high: Array, *, spread: _Spread) -> dict[str, Array]:
    """Return the difference and the ratio of the shares of each row, and their intervals."""
    one, other, tied = shares[1::2], shares[::2], spread.correlation
    down, up = _recovered(
        (one, low[1::2], high[1::2]), (other, low[::2], high[::2]), correlation=tied
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = [np.log(part) for part in (shares, low, high)]
        ratio = np.where((one == 0) & (other == 0), np.nan, one / other)
        log_down, log_up = _recovered(
            tuple(part[1::2] for part in logs),
            tuple(part[::2] for part in logs),
            correlation=tied,
        )
        farthest = low[1::2] / high[::2], high[1::2] / low[::2]
    odd = (one == 0) | (other == 0)
    return {
        "difference": one - other,
        "low": np.maximum(down, -1.0),
        "high": np.minimum(up, 1.0),
        "p": _p_of(one - other, shares, spread),
        "ratio": ratio,
        "ratio_low": np.where(odd, farthest[0], np.exp(log_down)),
        "ratio_high": np.where(odd, farthest[1], np.exp(log_up)),
    }


def _recovered(one: Any, other: Any, *, correlation: Array) -> tuple[Array, Array]:
    """Return the interval of a difference from those of two: (value, low, high) each."""
    with np.errstate(invalid="ignore"):
        below, above = one[0] - one[1], other[2] - other[0]
        low = np.sqrt(np.maximum(below**2 - 2 * correlation * below * above + above**2, 0.0))
        below, above = other[0] - other[1], one[2] - one[0]
        high = np.sqrt(np.maximum(below**2 - 2 * correlation * below * above + above**2, 0.0))
        value = one[0] - other[0]
        return value - low, value + high


def _p_of(difference: Array, shares: Array, spread: _Spread) -> Array:
    from scipy.special import stdtr

    size = spread.trials(shares)
    with np.errstate(divide="ignore", invalid="ignore"):
        common = (shares * size)[::2] + (shares * size)[1::2]
        common /= size[::2] + size[1::2]
        each = np.repeat(common * (1 - common), 2) / size
        joint = spread.correlation * np.sqrt(each[::2] * each[1::2])
        error = np.sqrt(np.maximum(each[::2] + each[1::2] - 2 * joint, 0.0))
        alone = each**2 / np.fmax(spread.effective - 1, 1)
        freedom = (each[::2] + each[1::2]) ** 2 / (alone[::2] + alone[1::2])
        p = 2 * stdtr(freedom, -np.abs(difference) / error)
    return np.where(difference == 0, 1.0, p)


def check_overlap(one_sided: list[str], *, overlap: Overlap) -> None:
    """Raise where strata have nobody to compare with and are not to be left out."""
    if overlap == "refuse" and one_sided:
        strata = counted(len(one_sided), "stratum").replace("stratums", "strata")
        raise InvalidInputError(
            f"{strata} without anybody to compare with",
            where=first_few(one_sided),
            mend="overlap='drop' leaves them out and counts them, or adjust= with fewer columns",
        )
