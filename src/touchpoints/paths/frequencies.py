"""How often touchpoints and variants occur: by journey, by interaction, at start and end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays import counting
from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import (
    frequent_first,
    key_ranks,
    keys_of,
    variants_of,
    ways_of,
)
from touchpoints.uncertainty import (
    units_of,
)
from touchpoints.uncertainty.cell_shares import CellShares, choice_shares, presence_shares


@attrs.frozen(kw_only=True, repr=False)
class Presence(Estimated):
    """How often each touchpoint occurs; one row a touchpoint (and group).

    Attributes
    ----------
    touchpoint : object
        Its key.
    journeys : int64
        In how many journeys it occurs.
    share, low, high : float64
        Their share of all journeys, empty ones included, in [0, 1], and its interval.
    occurrences : int64
        How often it occurs.
    of_interactions, of_interactions_low, of_interactions_high : float64
        Its share of all interactions.
    starts : int64
        How many journeys begin with it, of those that began in the log.
    of_starts, of_starts_low, of_starts_high : float64
        Their share.
    ends : int64
        How many journeys end with it, of those that finished.
    of_ends, of_ends_low, of_ends_high : float64
        Their share.
    """

    value = "share"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    occurrences: Array = column(np.int64)
    of_interactions: Array = column(np.float64)
    of_interactions_low: Array = column(np.float64)
    of_interactions_high: Array = column(np.float64)
    starts: Array = column(np.int64)
    of_starts: Array = column(np.float64)
    of_starts_low: Array = column(np.float64)
    of_starts_high: Array = column(np.float64)
    ends: Array = column(np.int64)
    of_ends: Array = column(np.float64)
    of_ends_low: Array = column(np.float64)
    of_ends_high: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class VariantCoverage(Grouped):
    """How many variants cover a share of the journeys; one row a share (and group).

    Attributes
    ----------
    share : float64
        The share asked for.
    variants : int64
        The fewest variants that reach it.
    of_variants : float64
        Their share of all variants.
    journeys : int64
        The journeys that go these ways.
    covered : float64
        Their share of all journeys, at least the share asked for.
    """

    value = "variants"
    labels = ("share",)

    share: Array = column(np.float64)
    variants: Array = column(np.int64)
    of_variants: Array = column(np.float64)
    journeys: Array = column(np.int64)
    covered: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class RareVariants(Grouped):
    """The variants beyond those that cover a share; one row a variant (and group).

    Attributes
    ----------
    variant : object
        A tuple of the keys of touchpoints, in order of time.
    journeys : int64
        How many journeys went this way.
    share : float64
        Their share of all journeys.
    length : int64
        How many interactions it has.
    """

    value = "share"
    labels = ("variant",)

    variant: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    length: Array = column(np.int64)


def presence(journeys: Journeys, *, by: str | None = None, level: float = 0.95) -> Presence:
    """Count in how many journeys each touchpoint occurs, how often, and where.

    Parameters
    ----------
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Presence
        The touchpoint that most journeys have first; ties by occurrences, then in the order of the
        keys. Touchpoints that no real journey has are left out.

    Raises
    ------
    NotFoundError
        When there is no such column or facet.

    Notes
    -----
    By journey a touchpoint counts once, by interaction as often as it occurs: the same log gives
    two rankings. A journey that began before the log has no known start, and one that the log cuts
    off no known end; neither is in those denominators. Intervals are Wilson's; where persons are
    known, and for interactions always, with an effective number of trials, because what one person
    does is not independent. O(m log m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["visit > visit > buy", "visit", "help"]}, path="path")
    >>> found = tp.paths.presence(journeys)
    >>> found.touchpoint.tolist(), found.journeys.tolist(), found.occurrences.tolist()
    (['visit', 'buy', 'help'], [2, 1, 1], [3, 1, 1])
    """
    checks.level(level)
    return by_group(journeys, by, partial(_presence, level=level))


def _presence(journeys: Journeys, *, level: float) -> Presence:
    k, counts = len(journeys.touchpoints), journeys.counts
    units = units_of(journeys, None)
    owners, codes, times = _per_journey(journeys)
    filled = lengths_of(journeys.offsets) > 0

    def within(rows: tuple[Array, Array], among: Array | None = None) -> CellShares:
        return presence_shares(units, counts, rows, size=k, level=level, among=among)

    def at_edge(known: Array, edge: Array) -> CellShares:
        among = np.flatnonzero(known & filled)
        return within((among, journeys.codes[edge[among]].astype(np.int64)), known & filled)

    shares = within((owners, codes))
    single = np.zeros(k, dtype=np.int64)
    all_of = choice_shares(units, (owners, codes), groups=single, level=level, amounts=times)
    starts = at_edge(journeys.began, journeys.offsets[:-1])
    ends = at_edge(journeys.finished, journeys.offsets[1:] - 1)
    order = most_frequent(shares.totals, None, -all_of.totals, key_ranks(journeys))
    order = order[shares.totals[order] > 0]
    keys = keys_of(journeys)
    shares, all_of, starts, ends = (one.take(order) for one in (shares, all_of, starts, ends))
    return Presence(
        touchpoint=keys[order],
        journeys=shares.totals,
        **shares.columns("share", ends=""),
        occurrences=all_of.totals,
        **all_of.columns("of_interactions"),
        starts=starts.totals,
        **starts.columns("of_starts"),
        ends=ends.totals,
        **ends.columns("of_ends"),
        level=level,
        unit=units.unit,
    )


def _per_journey(journeys: Journeys) -> tuple[Array, Array, Array]:
    """Return journey, code and how often, for the codes of real journeys; sorted."""
    k = max(len(journeys.touchpoints), 1)
    keys = owners_of(journeys.offsets).astype(np.int64) * k + journeys.codes
    keys = keys[np.repeat(journeys.counts > 0, lengths_of(journeys.offsets))]
    keys.sort()
    starts = counting.run_starts(keys)
    times = np.diff(np.append(starts, len(keys)))
    return keys[starts] // k, keys[starts] % k, times


def variant_coverage(
    journeys: Journeys, *, share: float | Sequence[float] = 0.95, by: str | None = None
) -> VariantCoverage:
    """Say how many variants it takes to cover a share of the journeys.

    Parameters
    ----------
    share
        In (0, 1]; one or several.
    by
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    VariantCoverage
        A row for each share, in their order. Without journeys the shares are nan.

    Raises
    ------
    InvalidInputError
        When a share is not in (0, 1].
    NotFoundError
        When there is no such column or facet.

    Notes
    -----
    The most frequent variants first: `variants` with ``top`` lists them, `rare_variants` the rest.
    O(m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["visit > buy", "visit", "help"], "n": [6, 3, 1]}
    >>> journeys = tp.from_paths(table, path="path", count="n")
    >>> tp.paths.variant_coverage(journeys, share=[0.5, 0.8]).variants.tolist()
    [1, 2]
    """
    several = isinstance(share, (Sequence, np.ndarray)) and not isinstance(share, str)
    asked: Sequence[Any] = cast("Sequence[float]", share) if several else [share]
    shares = [_checked_share(one) for one in asked]
    return by_group(journeys, by, partial(_coverage, shares=shares))


def _coverage(journeys: Journeys, *, shares: list[float]) -> VariantCoverage:
    totals = np.sort(_totals(journeys)[0])[::-1]
    running = np.cumsum(totals)
    every = int(totals.sum())
    needed = [_needed(totals, one) for one in shares]
    reached = [int(running[number - 1]) if number else 0 for number in needed]
    return VariantCoverage(
        share=np.array(shares),
        variants=np.array(needed),
        of_variants=np.array(needed) / (len(totals) or np.nan),
        journeys=np.array(reached),
        covered=np.array(reached) / (every or np.nan),
    )


def _needed(totals: Array, share: float) -> int:
    """Return how many of the largest totals reach a share of their sum."""
    running = np.cumsum(totals)
    if not len(totals):
        return 0
    wanted = share * running[-1] * (1 - 1e-12)  # 0.95 * 100 is a little more than 95
    return int(np.searchsorted(running, wanted, side="left")) + 1


def _checked_share(share: float) -> float:
    if isinstance(share, bool) or not isinstance(share, (int, float, np.number)):
        raise WrongKindError(
            f"share={share!r} is no number", mend="write 95 % as share=0.95, several in a list"
        )
    if not 0 < share <= 1:
        raise InvalidInputError(
            f"share={share!r} is no share above 0 and up to 1", mend="write 95 % as share=0.95"
        )
    return float(share)


def rare_variants(
    journeys: Journeys, *, share: float = 0.95, top: int | None = None, by: str | None = None
) -> RareVariants:
    """List the variants that are left once the most frequent ones cover a share of the journeys.

    Parameters
    ----------
    share
        What the common variants cover, in (0, 1].
    top
        How many to list; all by default.
    by
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    RareVariants
        The rarest first; ties in the order of their keys.

    Raises
    ------
    InvalidInputError
        When the share is not in (0, 1], or ``top`` not an integer of at least 0.
    NotFoundError
        When there is no such column or facet.

    Notes
    -----
    Common and rare variants together are all of them: where the last common variant is as frequent
    as the first rare one, the one whose keys come first is common. O(m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["visit > buy", "visit", "help"], "n": [6, 3, 1]}
    >>> journeys = tp.from_paths(table, path="path", count="n")
    >>> tp.paths.rare_variants(journeys, share=0.8).variant.tolist()
    [('help',)]
    """
    top = checks.limit("top", top)
    return by_group(journeys, by, partial(_rare, share=_checked_share(share), top=top))


def _rare(journeys: Journeys, *, share: float, top: int | None) -> RareVariants:
    totals, first = _totals(journeys)
    order = frequent_first(totals, journeys, rows=first)
    totals, first = totals[order], first[order]
    rest = np.arange(_needed(totals, share), len(totals))
    rest = rest[np.argsort(totals[rest], kind="stable")][:top]
    return RareVariants(
        variant=ways_of(journeys, first[rest]),
        journeys=totals[rest],
        share=totals[rest] / max(int(totals.sum()), 1),
        length=lengths_of(journeys.offsets)[first[rest]],
    )


def _totals(journeys: Journeys) -> tuple[Array, Array]:
    """Return the journeys of each variant that occurs, and its first row of the journeys."""
    found = variants_of(journeys)
    totals = found.totals(journeys.counts)
    met = totals > 0
    return totals[met], found.first[met]
