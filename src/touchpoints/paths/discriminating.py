"""Discriminating subsequences: the subsequences that distinguish groups of journeys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.distances.edit_distances import padded
from touchpoints._core.arrays.sequences import sequence_hash
from touchpoints._core.arrays.sequences.subsequences import next_positions
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.arrays.statistics import clustered_shares as clustered
from touchpoints._core.arrays.statistics import contingency
from touchpoints._core.arrays.statistics.blocks import ordered_blocks
from touchpoints._core.arrays.statistics.dealt_shares import dealt_p, ordered_clusters, rounds_of
from touchpoints._core.arrays.statistics.unlike_sizes import least_p, sums_by_column
from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import OfPersons, column
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.groups import Groups, groups_of, warn_of_ungrouped
from touchpoints.journeys.model import Journeys, take
from touchpoints.journeys.tie_breaking import variants_of
from touchpoints.uncertainty import Units, units_of, wilson
from touchpoints.uncertainty.discovery import false_discovery

Test = Literal["auto", "chi2", "permutation"]

_ROOM = 1 << 22
_MOST_JOURNEYS = 20_000_000


@attrs.frozen(kw_only=True, repr=False)
class Discriminating(OfPersons):
    """Frequencies and tests of subsequences by group; one row per subsequence and group.

    Attributes
    ----------
    subsequence : object
        A tuple of the keys of touchpoints, in order; other touchpoints may lie in between.
    group : object
        The label of the group.
    journeys : int64
        The number of journeys of the group that contain the subsequence.
    among : int64
        The number of journeys of the group.
    share, low, high : float64
        ``journeys / among``, in [0, 1], and its interval; ``as_dict()`` returns the share.
    residual : float64
        The Pearson residual: ``(observed − expected) / sqrt(expected)`` journeys, where one share
        for all groups gives the expected number; about ±2 is remarkable for a single test. Where
        persons are known, of effective numbers of journeys, as in the chi-square test.
    chi2 : float64
        The chi-square statistic of the subsequence over all groups.
    p : float64
        The p-value under the hypothesis that the groups do not differ; nan for a subsequence that
        all journeys or no journeys contain. Not the tail of ``chi2`` where the test is exact.
    q : float64
        The false-discovery rate at which this subsequence would be called discriminating.
    tested : int
        The number of subsequences tested.
    test, unit : str
        The test, and the unit taken to be independent: ``"person"`` or ``"journey"``.
    level : float
        The confidence level of the intervals.
    """

    main = "share"
    labels = ("subsequence",)

    subsequence: Array = column(object)
    group: Array = column(object)
    journeys: Array = column(np.int64)
    among: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    residual: Array = column(np.float64)
    chi2: Array = column(np.float64)
    p: Array = column(np.float64)
    q: Array = column(np.float64)
    tested: int
    test: str
    unit: str
    level: float


@attrs.frozen(eq=False)
class _Variants:
    """Variants: their codes in a padded array, their lengths, and the variant of each journey."""

    codes: Array
    lengths: Array
    of: Array
    k: int


@attrs.frozen(eq=False)
class _Tested:
    """Frequent subsequences: hits by group (g, s), group sizes (g, 1), variants with it (d, s)."""

    patterns: list[tuple[int, ...]]
    holds: Array
    hits: Array
    sizes: Array


@public
def discriminating(
    journeys: Journeys,
    *,
    by: str | Sequence[str],
    max_length: int = 3,
    min_support: float = 0.05,
    test: Test = "auto",
    permutations: int = 999,
    seed: int | None = None,
    top: int | None = None,
    level: float = 0.95,
    progress: Progress = False,
) -> Discriminating:
    """Find the subsequences that discriminate between groups of journeys.

    Parameters
    ----------
    by
        A per-journey column, facet or per-interaction column (or several) with at least two groups.
    max_length
        The largest number of touchpoints of a subsequence, at least 1.
    min_support
        The smallest share, in (0, 1], of the journeys of all groups together that must contain a
        subsequence. The choice is blind to the groups.
    test
        ``"chi2"``: the chi-square test of independence, with an effective number of journeys where
        persons are known; without persons an exact test where fewer than 5 journeys are expected
        with or without the subsequence in some group. ``"permutation"``: group labels are permuted,
        whole persons at a time where persons are known. ``"auto"``: ``"permutation"`` where persons
        are known, else ``"chi2"``.
    permutations, seed
        The number of permutations, or of tables drawn for the exact test of more than two groups,
        and their seed: required for ``"permutation"``, else 0 by default. The smallest p is
        ``1 / (permutations + 1)``.
    top
        The number of subsequences to list; all by default. All are tested.
    level, progress
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Discriminating
        One row per subsequence and group: subsequences by their statistic, largest first, ties by
        length, shortest first, then in the order of their keys; groups in their order.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.
    InvalidInputError
        When there are fewer than two groups, or an option is out of range.

    See Also
    --------
    subsequences : Find frequent subsequences, without a comparison of groups.
    converted_and_dropped : Compare the touchpoints of converted and dropped journeys.
    hierarchical, k_medoids : Find groups of similar journeys.

    Notes
    -----
    A journey contains ``a > b`` when some b comes after some a, whatever lies between, and counts
    once. Subsequences that contain each other are all tested, and are far from independent.
    Journeys without a group are left out, and a warning counts them. Of an open journey the known
    part counts: groups differ for that reason alone when one of them is cut off earlier. With
    persons, the counts of each group are divided by their design effect before the chi-square test
    (Rao and Scott 1992) and for the residuals: with e journeys expected of m, their squares times m
    / (m − e) add up to the statistic. The design effects are estimated, so p is the tail of F, not
    of chi-square. It is nearly right with few persons, and fast; ``"permutation"`` is the default
    there: between persons of one group each it permutes shares over their standard errors, and
    ``chi2`` stays that of the effective numbers. Where persons of one group have many more journeys
    p is at least a part of that with one likeness of a person's journeys in all groups. The exact
    test of two groups is Fisher's. The cost is O(d × s × k) in d distinct journeys, s frequent
    subsequences and k touchpoints.

    References
    ----------
    G. Ritschard, R. Bürgin and M. Studer (2013), Exploratory mining of life event histories, in:
    Contemporary Issues in Exploratory Data Mining in the Behavioral Sciences, Routledge, 221-253
    (TraMineR's ``seqecmpgroup``). J. N. K. Rao and A. J. Scott (1992), A simple method for the
    analysis of clustered binary data, Biometrics 48(2), 577-585, doi:10.2307/2532311.

    Examples
    --------
    >>> import attrs
    >>> import touchpoints as tp
    >>> paths = ["ad > see > buy", "ad > buy", "see > chat", "chat"]
    >>> journeys = tp.from_paths({"path": paths, "n": [30, 20, 25, 25]}, path="path", count="n")
    >>> journeys = attrs.evolve(journeys, per_journey={"device": ["web", "web", "app", "app"]})
    >>> found = tp.paths.discriminating(journeys, by="device", top=1)
    >>> list(zip(found.subsequence, found.group, found.share.tolist()))
    [(('ad',), 'app', 0.0), (('ad',), 'web', 1.0)]
    """
    check_option("test", test, Test)
    _check(max_length, min_support, test, permutations, seed)
    checks.level(level)
    groups = groups_of(journeys, by)
    warn_of_ungrouped(journeys, groups, by)
    kept = np.flatnonzero((groups.of >= 0) & (journeys.counts > 0))
    present = np.unique(groups.of[kept])
    if len(present) < 2:
        raise InvalidInputError(
            f"by must give at least 2 groups of journeys, got {len(present)} from {by!r}"
        )
    labels = np.searchsorted(present, groups.of[kept])
    chosen = Groups(tuple(groups.labels[one] for one in present.tolist()), labels, groups.names)
    log = take(journeys, kept)
    variants = _variants(log)
    tested = _frequent(variants, chosen, log.counts, max_length, min_support)
    insides = (labels == group for group in range(len(present)))
    parts = [_effective(log, variants, tested, inside, level) for inside in insides]
    effective, trials, freedom, *sums = np.array(parts).transpose(1, 0, 2)
    who = units_of(log, None).facts_of_fewest(labels)
    if test == "auto":
        test = "permutation" if who["unit"] == "person" else "chi2"
    statistic = contingency.chi2(tested.hits / tested.sizes * effective, effective)
    if test == "chi2":
        within = clustered.welch(1 / effective, freedom)
        p = contingency.chi2_p(statistic, len(present) - 1, within=within)
        p = np.maximum(p, least_p(tested.hits, tested.sizes, *sums))
        if who["unit"] == "journey":
            few = contingency.too_small(tested.hits, tested.sizes)
            some = tested.hits[:, few]
            p[few] = contingency.exact_p(
                some, tested.sizes[:, 0], draws=permutations, seed=seed or 0
            )
    else:
        p = _p_of_permutations(log, variants, chosen, tested, (permutations, seed or 0, progress))
    facts = {"test": test, "level": level, "by": groups.names, **who}
    keys = [touchpoint.key for touchpoint in log.touchpoints]
    named = [tuple(keys[code] for code in pattern) for pattern in tested.patterns]
    return _table(named, chosen.labels, tested, (effective, trials), (statistic, p), top, facts)


def _check(
    max_length: int, min_support: float, test: str, permutations: int, seed: int | None
) -> None:
    checks.whole("max_length", max_length)
    checks.whole("permutations", permutations)
    checks.share("min_support", min_support)
    if test == "permutation" and seed is None:
        raise InvalidInputError("test='permutation' needs a seed", mend="seed=1, or any other")
    if test == "chi2" and (seed, permutations) != (None, 999):
        what = "test='chi2' draws nothing, and takes neither seed nor permutations"
        raise InvalidInputError(what, mend="leave them out, or use test='permutation'")
    if seed is not None:
        checks.seed(seed)


def _variants(journeys: Journeys) -> _Variants:
    """Return the variants, in an order that depends on nothing but their touchpoints' keys."""
    found, k = variants_of(journeys), len(journeys.touchpoints)
    keys = [one.key for one in journeys.touchpoints]
    ranks = np.argsort(np.array(sorted(range(k), key=keys.__getitem__), dtype=np.int64))
    order = np.argsort(sequence_hash(ranks[found.codes], found.offsets, k), kind="stable")
    rectangle = padded(found.codes, found.offsets)
    return _Variants(
        rectangle.codes[order], rectangle.lengths[order], np.argsort(order)[found.of], k
    )


def _frequent(
    variants: _Variants, groups: Groups, counts: Array, max_length: int, min_support: float
) -> _Tested:
    """Find the frequent subsequences, extending frequent ones by one touchpoint at a time."""
    size, parts = len(variants.lengths), len(groups.labels)
    table = np.bincount(groups.of * size + variants.of, counts, parts * size).reshape(parts, size)
    sizes = table.sum(axis=1, keepdims=True)
    patterns: list[tuple[int, ...]] = []
    holds, hits = [np.zeros((size, 0), dtype=bool)], [np.zeros((parts, 0))]
    grown: list[tuple[int, ...]] = [()]
    for _ in range(max_length):
        totals = np.zeros((parts, len(grown) * variants.k))
        for block, found in _extensions(variants, grown):
            totals += table[:, block] @ found.astype(np.float64)  # bools are not multiplied by BLAS
        every = totals.sum(axis=0)
        kept = np.flatnonzero((every / sizes.sum() >= min_support - 1e-12) & (every > 0))
        if not len(kept):
            break
        blocks = [found[:, kept] for _, found in _extensions(variants, grown)]
        grown = [(*grown[cell // variants.k], cell % variants.k) for cell in kept.tolist()]
        patterns += grown
        holds.append(np.concatenate(blocks))
        hits.append(totals[:, kept])
    return _Tested(patterns, np.hstack(holds), np.hstack(hits), sizes)


def _extensions(
    variants: _Variants, prefixes: list[tuple[int, ...]]
) -> Iterator[tuple[slice, Array]]:
    """Yield blocks of variants, and which of them contain each prefix extended by each touchpoint.

    The flags are bool (variants of the block, prefixes × k).
    """
    size, max_length = variants.codes.shape
    codes = np.array(prefixes, dtype=np.int64).reshape(len(prefixes), -1)
    width = (len(prefixes) + max_length + 2) * max(variants.k, 1)
    for start in range(0, size, max(1, _ROOM // width)):
        block = slice(start, start + max(1, _ROOM // width))
        coming = next_positions(variants.codes[block], variants.lengths[block], variants.k)
        first = (np.arange(len(coming)) * coming.shape[1])[:, None]
        places = np.broadcast_to(first, (len(coming), len(prefixes)))
        for following in codes.T:
            places = first + coming.reshape(-1).take(places * variants.k + following)
        occurs = (coming <= max_length).reshape(-1, variants.k)
        yield block, occurs.take(places, axis=0).reshape(len(coming), -1)


def _effective(
    journeys: Journeys, variants: _Variants, tested: _Tested, inside: Array, level: float
) -> Array:
    """Return what is effective of the journeys of a group for each share, float64 (6, s).

    For the test, for the interval, their degrees of freedom, and the sums that `least_p` takes.
    """
    part = take(journeys, np.flatnonzero(inside))
    units, tried = units_of(part, None), float(part.counts.sum())
    if units.unit == "journey":
        alike = np.array([tried, tried, np.inf, 0.0, 0.0, tried])
        return alike[:, None].repeat(len(tested.patterns), axis=1)
    from scipy.sparse import csr_array

    repeats, size = units.repeats.astype(np.float64), len(units.repeats)
    cells = (units.of, variants.of[inside])
    within = units.within.astype(np.float64)
    chosen = np.bincount(units.of, within, size)
    members = csr_array((within, cells), shape=(size, len(variants.lengths)))
    sizes = clustered.ClusterSizes.of(chosen, repeats)
    effects, *sums = sums_by_column(members, tested.holds, chosen, repeats, sizes)
    trials = tried / clustered.widened_for(sizes, effects, level)
    alike = np.stack([sizes.freedom(), sizes.squares]).repeat(len(effects), axis=1)
    return np.stack([tried / effects, trials, alike[0], *sums, alike[1]])


def _p_of_permutations(
    journeys: Journeys,
    variants: _Variants,
    groups: Groups,
    tested: _Tested,
    options: tuple[int, int, Progress],
) -> Array:
    """Return the p of each subsequence with permuted group labels."""
    permutations, seed, progress = options
    units = units_of(journeys, None)
    label = np.zeros(len(units.repeats), dtype=np.int64)
    label[units.of] = groups.of
    if units.unit == "person" and bool((label[units.of] == groups.of).all()):
        members, labels = _people(units, variants, label)
        rounds = permutations * rounds_of(len(labels), tested.holds.shape[1])
        with reporting(progress, rounds, what="permutations") as advance:
            return dealt_p(members, tested.holds, labels, draws=options[:2], advance=advance)
    tables = _permuted_tables(journeys, variants, groups, permutations, seed)
    with reporting(progress, permutations, what="permutations") as advance:
        return contingency.permuted_p(tested.hits, tested.sizes, tested.holds, tables, advance)


def _people(units: Units, variants: _Variants, label: Array) -> tuple[Any, Array]:
    """Return how many journeys of each variant each person has, sparse, and each one's group.

    Persons are in an order that depends only on their journeys and groups.
    """
    from scipy.sparse import csr_array

    shape = (len(label), len(variants.lengths))
    found = csr_array((units.within.astype(np.float64), (units.of, variants.of)), shape=shape)
    people = ordered_clusters(found, label)
    people = np.repeat(people, units.repeats[people])
    return found[people], label[people]


def _permuted_tables(
    journeys: Journeys, variants: _Variants, groups: Groups, permutations: int, seed: int
) -> Iterator[Array]:
    """Yield tables of journeys by group and variant (g, d) with permuted group labels."""
    size, parts = len(variants.lengths), len(groups.labels)
    times = journeys.counts
    if float(times.sum(dtype=np.float64)) > _MOST_JOURNEYS:
        raise InvalidInputError(
            f"test='permutation' takes at most {_MOST_JOURNEYS:,} journeys, got "
            f"{int(times.sum()):,}",
            mend="use test='chi2'",
        )
    rows = np.repeat(np.arange(len(journeys)), times)
    copies = np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
    units, most = units_of(journeys, None), int(times.max())
    alone = units.repeats[units.of[rows]] > 1
    blocks = ordered_blocks(
        variants.of[rows] * parts + groups.of[rows],
        rows * most + copies,
        units.of[rows] * most + np.where(alone, copies, 0),
    )
    base, label = variants.of[rows][blocks.rows], groups.of[rows]
    for labels in islice(blocks.permuted(label, np.random.default_rng(seed)), permutations):
        yield np.bincount(labels * size + base, minlength=parts * size).reshape(parts, size)


def _table(
    named: list[tuple[str, ...]],
    labels: tuple[Any, ...],
    tested: _Tested,
    sizes: tuple[Array, Array],
    found: tuple[Array, Array],
    top: int | None,
    facts: dict[str, Any],
) -> Discriminating:
    (statistic, p), codes = found, tested.patterns
    ranks = np.where(np.isnan(statistic), -1.0, np.round(statistic, 9))
    tidy = np.array(sorted(range(len(codes)), key=lambda row: (len(codes[row]), named[row])), int)
    order = tidy[most_frequent(ranks[tidy], top)]
    share = tested.hits / tested.sizes
    effective, trials = sizes
    low, high = wilson(share * trials, trials, level=facts["level"])
    expected = effective * (share * effective).sum(axis=0) / effective.sum(axis=0)
    residual = (share * effective - expected) / np.sqrt(expected)
    parts = len(labels)
    columns = {
        name: values[:, order].T.ravel()
        for name, values in {
            "journeys": tested.hits.astype(np.int64),
            "among": np.broadcast_to(tested.sizes, share.shape).astype(np.int64),
            "share": share,
            "low": low,
            "high": high,
            "residual": residual,
        }.items()
    }
    rows = np.repeat(order, parts)
    return Discriminating(
        subsequence=text_array([named[row] for row in rows.tolist()]),
        group=text_array([*labels] * len(order)),
        **columns,
        chi2=statistic[rows],
        p=p[rows],
        q=false_discovery(p)[rows],
        tested=len(named),
        **facts,
    )
