"""Frequencies of touchpoints, by journey, interaction, start and end, and coverage of variants."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays import counting
from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.arrays.sorting.nearly_sorted import sort_runs
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints.journeys.group_parts import InOrder
from touchpoints.journeys.groups import all_groups, by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import (
    frequent_first,
    key_ranks,
    keys_of,
    variant_keys,
    variants_of,
)
from touchpoints.uncertainty.cell_shares import CellShares, choice_shares
from touchpoints.uncertainty.grouped_units import grouped_units, presence_in_groups


@attrs.frozen(kw_only=True, repr=False)
class Presence(Estimated):
    """Frequencies of touchpoints; one row per touchpoint (and group).

    ``as_dict()`` returns ``{touchpoint: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    journeys : int64
        The number of journeys in which the touchpoint occurs.
    share, low, high : float64
        Their share of all journeys, empty journeys included, in [0, 1], and its interval.
    occurrences : int64
        The number of interactions with the touchpoint.
    of_interactions, of_interactions_low, of_interactions_high : float64
        Their share of all interactions, in [0, 1], and its interval.
    starts : int64
        The number of journeys that begin with the touchpoint, among journeys that began in the
        log.
    of_starts, of_starts_low, of_starts_high : float64
        Their share of the journeys that began in the log, in [0, 1], and its interval.
    ends : int64
        The number of journeys that end with the touchpoint, among finished journeys.
    of_ends, of_ends_low, of_ends_high : float64
        Their share of the finished journeys, in [0, 1], and its interval.
    """

    main = "share"
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
    """The fewest variants that cover a share of journeys; one row per share (and group).

    ``as_dict()`` returns ``{share: variants}``; with groups, the keys begin with the group.

    Attributes
    ----------
    share : float64
        The share of journeys to cover, as it was given.
    variants : int64
        The smallest number of variants that cover it.
    of_variants : float64
        Their share of all variants, in [0, 1].
    journeys : int64
        The number of journeys with one of these variants.
    covered : float64
        Their share of all journeys, in [0, 1] and at least ``share``.
    """

    main = "variants"
    labels = ("share",)

    share: Array = column(np.float64)
    variants: Array = column(np.int64)
    of_variants: Array = column(np.float64)
    journeys: Array = column(np.int64)
    covered: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class RareVariants(Grouped):
    """The variants that remain after the most frequent ones; one row per variant (and group).

    ``as_dict()`` returns ``{variant: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    variant : object
        A tuple of the keys of touchpoints, in order of time.
    journeys : int64
        The number of journeys with this variant.
    share : float64
        Their share of all journeys, in [0, 1].
    length : int64
        The number of interactions of the variant.
    """

    main = "share"
    labels = ("variant",)

    variant: Array = column(object)
    journeys: Array = column(np.int64)
    share: Array = column(np.float64)
    length: Array = column(np.int64)


@public
def presence(
    journeys: Journeys, *, by: str | Sequence[str] | None = None, level: float = 0.95
) -> Presence:
    """Count how often each touchpoint occurs: by journey, by interaction, at start and end.

    Parameters
    ----------
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Presence
        The touchpoint of the most journeys first; ties by occurrences, then in the order of the
        keys. Touchpoints that occur only in journeys of count 0 are left out.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.

    See Also
    --------
    variants : The most frequent variants.
    ngrams : The frequency of touchpoints that follow each other directly.
    repeats : The loops and the rework of each touchpoint.

    Notes
    -----
    By journey a touchpoint counts once, by interaction as often as it occurs: the same log gives
    two rankings. A journey that began before the log has no known start, and a journey that the log
    cuts off has no known end; they are not in the denominators of starts and of ends. Intervals are
    Wilson's, with an effective number of trials for interactions and wherever persons are known,
    because the actions of one person are not independent. The cost is O(m log m) in m interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["visit > visit > buy", "visit", "help"]}, path="path")
    >>> found = tp.paths.presence(journeys)
    >>> found.touchpoint.tolist(), found.journeys.tolist(), found.occurrences.tolist()
    (['visit', 'buy', 'help'], [2, 1, 1], [3, 1, 1])
    """
    checks.level(level)
    return all_groups(journeys, by, partial(_presence, level=level))


def _presence(ordered: InOrder, *, level: float) -> tuple[Presence, Array]:
    """Return the touchpoints of each group, and the group of each row."""
    journeys, of, k = ordered.journeys, ordered.of, max(len(ordered.journeys.touchpoints), 1)
    grouped = grouped_units(ordered)
    owners, codes, times = _per_journey(journeys)
    met, cell = _numbered(of[owners] * k + codes, ordered.size * k)
    cells = met // k
    real = (journeys.counts > 0) & (lengths_of(journeys.offsets) > 0)

    def at_edge(known: Array, edge: Array) -> CellShares:
        some = np.flatnonzero(known & real)
        own = np.searchsorted(met, of[some] * k + journeys.codes[edge[some]])
        among = known & real
        return presence_in_groups(grouped, (some, own), cells=cells, level=level, among=among)

    shares = presence_in_groups(grouped, (owners, cell), cells=cells, level=level)
    all_of = choice_shares(grouped.units, (owners, cell), groups=cells, level=level, amounts=times)
    starts = at_edge(journeys.began, journeys.offsets[:-1])
    ends = at_edge(journeys.finished, journeys.offsets[1:] - 1)
    order = np.lexsort((key_ranks(journeys)[met % k], -all_of.totals, -shares.totals, cells))
    shares, all_of, starts, ends = (part.take(order) for part in (shares, all_of, starts, ends))
    table = Presence(
        touchpoint=keys_of(journeys)[met[order] % k],
        journeys=shares.totals,
        **shares.columns("share", ends=""),
        occurrences=all_of.totals,
        **all_of.columns("of_interactions"),
        starts=starts.totals,
        **starts.columns("of_starts"),
        ends=ends.totals,
        **ends.columns("of_ends"),
        level=level,
        **grouped.facts(shares, all_of, starts, ends),
    )
    return table, cells[order]


def _numbered(keys: Array, size: int) -> tuple[Array, Array]:
    """Return the distinct keys below a size, sorted, and the number of each key among them."""
    if size > counting.DENSE:
        return np.unique(keys, return_inverse=True)
    there = np.zeros(size, dtype=bool)
    there[keys] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[keys]


def _per_journey(journeys: Journeys) -> tuple[Array, Array, Array]:
    """Return the sorted (journey, code, occurrences) of the touchpoints in real journeys."""
    k = max(len(journeys.touchpoints), 1)
    keys = owners_of(journeys.offsets).astype(np.int64) * k + journeys.codes
    keys = keys[np.repeat(journeys.counts > 0, lengths_of(journeys.offsets))]
    sort_runs(keys)
    starts = counting.run_starts(keys)
    times = np.diff(np.append(starts, len(keys)))
    return keys[starts] // k, keys[starts] % k, times


@public
def variant_coverage(
    journeys: Journeys,
    *,
    share: float | Sequence[float] = 0.95,
    by: str | Sequence[str] | None = None,
) -> VariantCoverage:
    """Compute variant coverage: the smallest number of variants that cover a share of journeys.

    Parameters
    ----------
    share
        The share of journeys to cover, in (0, 1], or a sequence of shares.
    by
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    VariantCoverage
        One row per share, in the given order. Without journeys, ``of_variants`` and ``covered``
        are nan.

    Raises
    ------
    InvalidInputError
        When a share is not in (0, 1].
    NotFoundError
        When the column or facet does not exist.

    See Also
    --------
    variants : List the most frequent variants, with ``top``.
    rare_variants : List the variants that remain.

    Notes
    -----
    Variants are taken in order of frequency, most frequent first. The cost is O(m) in m
    interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["visit > buy", "visit", "help"], "n": [6, 3, 1]}
    >>> journeys = tp.from_paths(table, path="path", count="n")
    >>> tp.paths.variant_coverage(journeys, share=[0.5, 0.8]).variants.tolist()
    [1, 2]
    """
    several = isinstance(share, (Sequence, np.ndarray)) and not isinstance(share, str)
    given: Sequence[Any] = cast("Sequence[float]", share) if several else [share]
    shares = [checks.share("share", value) for value in given]
    return by_group(journeys, by, partial(_coverage, shares=shares))


def _coverage(journeys: Journeys, *, shares: list[float]) -> VariantCoverage:
    totals = np.sort(_totals(journeys)[0])[::-1]
    running = np.cumsum(totals)
    all_journeys = int(totals.sum())
    needed = [_needed(totals, share) for share in shares]
    reached = [int(running[number - 1]) if number else 0 for number in needed]
    return VariantCoverage(
        share=np.array(shares),
        variants=np.array(needed),
        of_variants=np.array(needed) / (len(totals) or np.nan),
        journeys=np.array(reached),
        covered=np.array(reached) / (all_journeys or np.nan),
    )


def _needed(totals: Array, share: float) -> int:
    """Return the smallest number of the largest totals that reach a share of their sum."""
    running = np.cumsum(totals)
    if not len(totals):
        return 0
    wanted = share * running[-1] * (1 - 1e-12)  # 0.95 * 100 is a little more than 95
    return int(np.searchsorted(running, wanted, side="left")) + 1


@public
def rare_variants(
    journeys: Journeys,
    *,
    share: float = 0.95,
    top: int | None = None,
    by: str | Sequence[str] | None = None,
) -> RareVariants:
    """List the variants that remain after the most frequent ones cover a share of journeys.

    Parameters
    ----------
    share
        The share of journeys that the common variants cover, in (0, 1].
    top
        The number of rare variants to list; all by default.
    by
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    RareVariants
        The rarest variant first; ties in the order of their keys.

    Raises
    ------
    InvalidInputError
        When the share is not in (0, 1], or ``top`` is not an integer of at least 0.
    NotFoundError
        When the column or facet does not exist.

    See Also
    --------
    variant_coverage : Count the common variants.
    variants : List the most frequent variants, with ``top``.

    Notes
    -----
    Common and rare variants together are all variants. Where the last common variant and the first
    rare one are equally frequent, the variant whose keys sort first is common. The cost is O(m) in
    m interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["visit > buy", "visit", "help"], "n": [6, 3, 1]}
    >>> journeys = tp.from_paths(table, path="path", count="n")
    >>> tp.paths.rare_variants(journeys, share=0.8).variant.tolist()
    [('help',)]
    """
    top = checks.limit("top", top)
    return by_group(journeys, by, partial(_rare, share=checks.share("share", share), top=top))


def _rare(journeys: Journeys, *, share: float, top: int | None) -> RareVariants:
    totals, first = _totals(journeys)
    order = frequent_first(totals, journeys, rows=first)
    totals, first = totals[order], first[order]
    rest = np.arange(_needed(totals, share), len(totals))
    rest = rest[np.argsort(totals[rest], kind="stable")][:top]
    return RareVariants(
        variant=variant_keys(journeys, first[rest]),
        journeys=totals[rest],
        share=totals[rest] / max(int(totals.sum()), 1),
        length=lengths_of(journeys.offsets)[first[rest]],
    )


def _totals(journeys: Journeys) -> tuple[Array, Array]:
    """Return the number of journeys of each observed variant, and its first journey."""
    found = variants_of(journeys)
    totals = found.totals(journeys.counts)
    observed = totals > 0
    return totals[observed], found.first[observed]
