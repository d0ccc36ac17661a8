"""Comparisons of two groups by transitions, variants, presence, funnels or any function."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np

from touchpoints._core.arrays.counting import check_counts
from touchpoints._core.checks import (
    check_option,
    number,
    public,
)
from touchpoints._core.progress import Progress
from touchpoints._core.tables import apart
from touchpoints.compare._shared.draws import Shared
from touchpoints.compare._shared.features import (
    of_journeys,
    presence_shares,
    table,
    transition_shares,
    variant_shares,
)
from touchpoints.compare._shared.pairs import (
    Pair,
    checked_pair,
)
from touchpoints.compare._shared.statistics import (
    Measure,
    Measured,
    Shares,
)
from touchpoints.compare._shared.testing import (
    Comparison,
    Effect,
    Options,
    Test,
    compared,
    compared_shares,
)
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.combining import recounted
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place, has_place
from touchpoints.journeys.places.between import place_name
from touchpoints.paths._shared.funnel_search import Kind, Steps, question, reached
from touchpoints.uncertainty import units_of
from touchpoints.uncertainty.resampling import labelled, resamplable

Of = Literal["all", "previous"]


@public
def measured(
    pair: Pair,
    measure: Measure,
    *,
    seed: int,
    effect: Effect = "none",
    absent: float = math.nan,
    test: Test = "permutation",
    shared: Shared = "refuse",
    resamples: int = 1000,
    level: float = 0.95,
    progress: Progress = False,
) -> Comparison:
    """Compare two groups by any numeric function of journeys.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    measure
        A function of journeys that honours their counts. It returns a number, a mapping from
        labels to numbers, or a record with ``as_dict()``.
    seed
        The random seed; the same seed gives the same result.
    effect
        The effect size in the column ``effect``: ``"cohen_h"`` (for shares), ``"ratio"`` (a / b)
        or ``"none"`` (nan).
    absent
        The number of a label in a group for which the measure does not return it: by default nan;
        0.0 suits shares of a whole.
    test
        ``"permutation"``: group labels are permuted, whole persons at a time where persons are
        known. ``"bootstrap"``: persons are resampled with replacement within their group, and p is
        Student's, of the difference over its bootstrap standard error.
    shared
        How to treat persons with journeys in both groups: ``"refuse"`` the permutation test, or
        permute the group labels of their journeys ``"within"`` each person.
    resamples
        The number of resamples. No p is smaller than ``1 / (resamples + 1)``.
    level
        The level of the intervals: the share of intervals that cover the true difference, in
        (0, 1).
    progress
        A function called with the number of finished blocks of resamples and the number of all
        blocks, or True for a tqdm progress bar.

    Returns
    -------
    Comparison
        One row per label. Intervals are Student's, with the bootstrap standard error.

    Raises
    ------
    InvalidInputError
        When persons have journeys in both groups and ``shared="refuse"``; when
        the measure uses values of rows with a count above 1, which hold only their total.
    WrongKindError
        When the measure does not return numbers.

    See Also
    --------
    transitions : Compare transition probabilities.
    presence : Compare how many journeys contain each touchpoint.
    tp.bootstrap : The interval of a measure in one group.

    Notes
    -----
    A difference is an association, not an effect of the group: the groups may differ in other
    respects. The statistic of the permutation test is the difference over its standard error, which
    comes from leaving out one person of both groups at a time, and is at least that of persons who
    vary alike in both (Janssen 1997, Chung and Romano 2013); so groups may differ in journeys per
    person. Where no person can be left out, because there are more than twice as many as resamples
    or the measure does not change, the numbers of journeys alone tell how far differences stray.

    The variance of each group over resamples is multiplied by C / (C - 1) of C persons, and t has
    Welch's degrees of freedom, from the effective persons of both groups. The interval covers at
    least the quantiles of the resamples. It is nan with fewer than two persons in a group, or where
    no resample differs and a group has fewer than six effective persons.

    The measure is called four times per resample (twice with the bootstrap test), and once for each
    person left out.

    References
    ----------
    A. Janssen (1997), Studentized permutation tests for non-i.i.d. hypotheses and the generalized
    Behrens-Fisher problem, Statistics and Probability Letters 36(1), 9-21,
    doi:10.1016/S0167-7152(97)00043-6. E. Chung and J. P. Romano (2013), Exact and asymptotically
    robust permutation tests, Annals of Statistics 41(2), 484-507, doi:10.1214/13-AOS1090.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(200, seed=1), "device")
    >>> length = lambda j: float((np.diff(j.offsets) * j.counts).sum() / j.counts.sum())
    >>> compare.measured(two, length, seed=1, resamples=50, shared="within").label.tolist()
    ['statistic']
    """
    options = Options(seed, resamples, level, test, shared, progress=progress)
    journeys = checked_pair(pair).journeys
    labels, numbers = labelled(measure(journeys))
    journeys = resamplable(journeys, measure, units_of(journeys, None), numbers)
    known: dict[Hashable, None] = dict.fromkeys(labels)
    for side in (pair.in_a, ~pair.in_a):
        counts = np.where(side, journeys.counts, 0)
        known |= dict.fromkeys(labelled(measure(recounted(journeys, counts)))[0])
    absent = number("absent", absent)
    statistic = Measured(labels=list(known), journeys=journeys, measure=measure, absent=absent)
    return compared(pair, statistic, options, effect=effect)


@public
def transitions(
    pair: Pair,
    *,
    seed: int,
    min_count: int = 5,
    test: Test = "permutation",
    shared: Shared = "refuse",
    resamples: int = 5000,
    level: float = 0.95,
    progress: Progress = False,
) -> Comparison:
    """Compare transition probabilities: how probably one touchpoint directly follows another.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    min_count
        Edges that occur in fewer journeys, both groups together, are not compared: no difference
        could be found, and each further comparison makes every q larger.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        Labels are ``(source, target)``, numbers are the probabilities of `tp.paths.transitions`,
        ``n_a`` and ``n_b`` are the transitions from the source. ``effect`` is Cohen's h.

    Raises
    ------
    InvalidInputError
        When persons have journeys in both groups and ``shared="refuse"``.

    See Also
    --------
    difference_graph : The same comparison as a graph.
    variants : Compare whole sequences.
    tp.paths.transitions : The probabilities of one group.

    Notes
    -----
    If one group never visits the source of an edge, its number, p and q are nan. Intervals are
    Newcombe's with effective sample sizes (see `tp.paths.transitions`). A resample costs one pass
    over the distinct edges of each journey.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> found = compare.transitions(two, seed=1, resamples=200, shared="within")
    >>> ("(start)", "search_query") in found.label.tolist()
    True
    """
    options = Options(seed, resamples, level, test, shared, min_count=min_count, progress=progress)
    return compared_shares(pair, transition_shares(checked_pair(pair).journeys), options)


@public
def variants(
    pair: Pair,
    *,
    seed: int,
    min_count: int = 5,
    test: Test = "permutation",
    shared: Shared = "refuse",
    resamples: int = 5000,
    level: float = 0.95,
    progress: Progress = False,
) -> Comparison:
    """Compare the frequencies of variants: distinct sequences of touchpoints.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    min_count
        Variants with fewer journeys, both groups together, are not compared.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        Labels are tuples of keys, numbers are shares of the group's journeys, ``n_a`` and ``n_b``
        are the journeys of each group. ``effect`` is Cohen's h.

    Raises
    ------
    InvalidInputError
        When persons have journeys in both groups and ``shared="refuse"``.

    See Also
    --------
    transitions : Compare single transitions.
    tp.paths.variants : The variants of one group.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> found = compare.variants(two, seed=1, resamples=200, shared="within")
    >>> found.measured_as
    'cohen_h'
    """
    options = Options(seed, resamples, level, test, shared, min_count=min_count, progress=progress)
    return compared_shares(pair, variant_shares(checked_pair(pair).journeys), options)


@public
def presence(
    pair: Pair,
    *,
    seed: int,
    places: Sequence[Place] | None = None,
    min_count: int = 5,
    test: Test = "permutation",
    shared: Shared = "refuse",
    resamples: int = 5000,
    level: float = 0.95,
    progress: Progress = False,
) -> Comparison:
    """Compare the share of journeys in which each touchpoint or place occurs at least once.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    places
        The places to compare instead of all touchpoints: touchpoints by key or type, facets,
        patterns or anchors; several touchpoints in one place mean any of them.
    min_count
        Touchpoints in fewer journeys, both groups together, are not compared; places always are.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        Labels are keys of touchpoints, or the places as they were given; the 1-based position is
        appended to every repeated place. ``n_a`` and ``n_b`` are journeys. ``effect`` is Cohen's
        h.

    Raises
    ------
    NotFoundError
        When a place names an unknown touchpoint.
    InvalidInputError
        When ``places`` is empty or not a sequence; when persons have journeys in both groups and
        ``shared="refuse"``.

    See Also
    --------
    funnels : Compare how many journeys reach one place after another.
    tp.paths.presence : The shares of one group.

    Notes
    -----
    To compare types, needs or channels, apply `tp.collapse` to the journeys first.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> found = compare.presence(two, seed=1, resamples=200, shared="within")
    >>> found.label[0], found.measured_as
    ('review_read', 'cohen_h')
    """
    options = Options(seed, resamples, level, test, shared, min_count=min_count, progress=progress)
    journeys = checked_pair(pair).journeys
    if places is not None:
        return compared(pair, _place_shares(journeys, places), options, effect="cohen_h")
    return compared_shares(pair, presence_shares(journeys), options)


def _place_shares(journeys: Journeys, places: Sequence[Place]) -> Shares:
    """Return the share of journeys that contain each place."""
    if isinstance(places, str) or not isinstance(places, Sequence):
        raise InvalidInputError(
            "places must be a sequence of places, not one place", mend=f"places=[{places!r}, …]"
        )
    chosen = list(places)
    if not chosen:
        raise InvalidInputError(
            "places must contain at least one place, got none",
            mend="leave places= out to compare every touchpoint",
        )
    found = np.array([has_place(journeys, place) for place in chosen])
    labels: list[Hashable] = [*apart([place_name(place) for place in chosen])]
    columns, owners = np.nonzero(found)
    return of_journeys(journeys, labels, owners, columns)


@public
def funnels(
    pair: Pair,
    steps: Steps,
    *,
    seed: int,
    of: Of = "all",
    kind: Kind = "closed",
    within: dt.timedelta | None = None,
    test: Test = "permutation",
    shared: Shared = "refuse",
    resamples: int = 5000,
    level: float = 0.95,
    progress: Progress = False,
) -> Comparison:
    """Compare funnels: the share of journeys that reach each step.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    steps, kind, within
        As for `tp.paths.funnel`.
    of
        The denominator: ``"all"`` journeys, or the journeys that reach the ``"previous"`` step.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        Labels are the steps, sorted by p; the 1-based position is appended to every repeated step.
        ``n_a`` and ``n_b`` are the journeys in the denominator. ``effect`` is Cohen's h.

    Raises
    ------
    NotFoundError
        When a step names an unknown touchpoint.
    InvalidInputError
        As `tp.paths.funnel`; and when persons have journeys in both groups and
        ``shared="refuse"``.

    See Also
    --------
    presence : Compare the share of journeys that contain each place, in any order.
    tp.paths.funnel : The funnel of one group.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> steps = ["search_query", "review_read", "purchase"]
    >>> len(compare.funnels(two, steps, seed=1, resamples=200, shared="within"))
    3
    """
    options = Options(seed, resamples, level, test, shared, progress=progress)
    check_option("of", of, Of)
    journeys = checked_pair(pair).journeys
    check_counts(journeys.offsets, journeys.counts)
    asked = question(journeys, steps, kind=kind, within=within)
    labels: list[Hashable] = [*apart(asked.names)]
    funnel = reached(journeys, asked)
    before = np.vstack([np.ones((1, len(journeys)), dtype=bool), funnel.steps[:-1]])
    counted = funnel.steps if of == "all" else funnel.steps & before
    columns, owners = np.nonzero(counted)
    shares = of_journeys(journeys, labels, owners, columns)
    if of == "previous":
        groups, tried = np.nonzero(before)
        shares = Shares(
            labels=labels,
            hits=shares.hits,
            trials=table(tried, groups, shape=(len(journeys), len(labels))),
            group=np.arange(len(labels)),
        )
    return compared(pair, shares, options, effect="cohen_h")
