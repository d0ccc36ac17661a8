"""What to compare two groups by: transitions, variants, presence, funnels, times, anything."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np

from touchpoints._core.arrays.counting import check_counts
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.progress import Progress
from touchpoints._core.tables import apart
from touchpoints.compare._shared.draws import Shared
from touchpoints.compare._shared.features import (
    of_journeys,
    presence_shares,
    step_shares,
    table,
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
    Asked,
    Comparison,
    Effect,
    Test,
    compared,
    compared_shares,
)
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.combining import recounted
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place, has_place
from touchpoints.journeys.places.between import place_name
from touchpoints.paths.funnels import Kind, Steps, checked_steps, reached
from touchpoints.uncertainty import units_of
from touchpoints.uncertainty.resampling import labelled, redrawable

Of = Literal["all", "previous"]


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
    """Compare two groups by any measure of journeys.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    measure
        A function of journeys that honours their counts. It answers with a mapping from labels to
        numbers, with a record that has ``as_dict()``, or with one number.
    seed
        The same seed gives the same answer.
    effect
        What the column ``effect`` holds: ``"cohen_h"`` (for shares), ``"ratio"`` (a / b) or
        ``"none"`` (nan).
    absent
        What a label counts as in a group where the measure does not answer with it: by default it
        has no number there; 0.0 suits shares of a whole.
    test
        ``"permutation"``: persons are dealt out to the groups anew. ``"bootstrap"``: they are
        redrawn within their group.
    shared
        What to do about people with journeys in both groups: ``"refuse"`` the permutation test, or
        deal out their journeys ``"within"`` each of them.
    resamples
        How often to draw. No p is smaller than ``1 / (resamples + 1)``.
    level
        How often such intervals cover the true difference, in (0, 1).
    progress
        A callable told the blocks of resamples done and all of them, or True for a tqdm bar.

    Returns
    -------
    Comparison
        Intervals are quantiles of differences redrawn by the bootstrap.

    Raises
    ------
    InvalidInputError
        When persons are in both groups and ``shared="refuse"``; when the measure uses values that
        rows standing for several journeys hold in total.
    WrongKindError
        When the measure answers with something else than numbers.

    Notes
    -----
    A difference is an association: the groups may differ in more than their name. The measure is
    called four times a resample (twice with the bootstrap test).

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(200, seed=1), "device")
    >>> length = lambda j: float((np.diff(j.offsets) * j.counts).sum() / j.counts.sum())
    >>> compare.measured(two, length, seed=1, resamples=50, shared="within").label.tolist()
    ['statistic']
    """
    asked = Asked(seed, resamples, level, test, shared, progress=progress)
    journeys = checked_pair(pair).journeys
    labels, numbers = labelled(measure(journeys))
    journeys = redrawable(journeys, measure, units_of(journeys, None), numbers)
    known: dict[Hashable, None] = dict.fromkeys(labels)
    for side in (pair.in_a, ~pair.in_a):
        counts = np.where(side, journeys.counts, 0)
        known |= dict.fromkeys(labelled(measure(recounted(journeys, counts)))[0])
    statistic = Measured(labels=list(known), journeys=journeys, measure=measure, absent=absent)
    return compared(pair, statistic, asked, effect=effect)


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
    """Compare how probably one touchpoint directly follows another.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    min_count
        Edges that fewer journeys take, both groups together, are not compared: nothing could be
        found of them, and each further question makes the others' q larger.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        Labels are ``(source, target)``, numbers the probabilities of `tp.paths.transitions`,
        ``n_a`` and ``n_b`` the steps from the source. ``effect`` is Cohen's h.

    Raises
    ------
    InvalidInputError
        When persons are in both groups and ``shared="refuse"``.

    Notes
    -----
    An edge whose source one of the groups never visits has no number there, no p and no q.
    Intervals are Newcombe's with effective sizes (see `tp.paths.transitions`). A resample costs one
    pass over the distinct edges of each journey.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> found = compare.transitions(two, seed=1, resamples=200, shared="within")
    >>> ("(start)", "search_query") in found.label.tolist()
    True
    """
    asked = Asked(seed, resamples, level, test, shared, min_count=min_count, progress=progress)
    return compared_shares(pair, step_shares(checked_pair(pair).journeys), asked)


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
    """Compare which sequences of touchpoints occur.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    min_count
        Variants of fewer journeys, both groups together, are not compared.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        Labels are tuples of keys, numbers the share of the group's journeys, ``n_a`` and ``n_b``
        its journeys. ``effect`` is Cohen's h.

    Raises
    ------
    InvalidInputError
        When persons are in both groups and ``shared="refuse"``.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> found = compare.variants(two, seed=1, resamples=200, shared="within")
    >>> found.measured_as
    'cohen_h'
    """
    asked = Asked(seed, resamples, level, test, shared, min_count=min_count, progress=progress)
    return compared_shares(pair, variant_shares(checked_pair(pair).journeys), asked)


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
    """Compare in which share of journeys each touchpoint or place occurs at least once.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    places
        What to compare instead of every touchpoint: touchpoints by key or type, facets, patterns
        or anchors; several touchpoints in one place mean any of them.
    min_count
        Touchpoints of fewer journeys, both groups together, are not compared; places always are.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        Labels are keys of touchpoints, or the places as they were given; one that is there twice
        has its position behind it. ``n_a`` and ``n_b`` are journeys. ``effect`` is Cohen's h.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint.
    InvalidInputError
        When places are none, or no sequence; when persons are in both groups and
        ``shared="refuse"``.

    Notes
    -----
    Every type, need or channel: `tp.collapse` the journeys first.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> found = compare.presence(two, seed=1, resamples=200, shared="within")
    >>> found.label[0], found.measured_as
    ('review_read', 'cohen_h')
    """
    asked = Asked(seed, resamples, level, test, shared, min_count=min_count, progress=progress)
    journeys = checked_pair(pair).journeys
    if places is not None:
        return compared(pair, _place_shares(journeys, places), asked, effect="cohen_h")
    return compared_shares(pair, presence_shares(journeys), asked)


def _place_shares(journeys: Journeys, places: Sequence[Place]) -> Shares:
    """Return the share of journeys in which each place is."""
    if isinstance(places, str) or not isinstance(places, Sequence):
        raise InvalidInputError(f"places is a sequence, not one place: places=[{places!r}, …]")
    chosen = list(places)
    if not chosen:
        raise InvalidInputError("presence needs a place", mend="leave places= out for every one")
    found = np.array([has_place(journeys, place) for place in chosen])
    labels: list[Hashable] = [*apart([place_name(place) for place in chosen])]
    columns, owners = np.nonzero(found)
    return of_journeys(journeys, labels, owners, columns)


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
    """Compare how many journeys get from step to step.

    Parameters
    ----------
    pair
        The two groups: see `pair`, `groups` and `periods`.
    steps, kind, within
        As for `tp.paths.funnel`.
    of
        Shares of ``"all"`` journeys, or of those that reach the ``"previous"`` step.
    seed, test, shared, resamples, level, progress
        As for `measured`.

    Returns
    -------
    Comparison
        Labels are the steps, in the order of p; a step that is there twice has its place behind
        it. ``n_a`` and ``n_b`` are the journeys the share is of. ``effect`` is Cohen's h.

    Raises
    ------
    NotFoundError
        When there is no such touchpoint.
    InvalidInputError
        As `tp.paths.funnel`; and when persons are in both groups and ``shared="refuse"``.

    Examples
    --------
    >>> import touchpoints as tp
    >>> from touchpoints import compare
    >>> two = compare.groups(tp.datasets.shop(300, seed=1), "device")
    >>> steps = ["search_query", "review_read", "purchase"]
    >>> len(compare.funnels(two, steps, seed=1, resamples=200, shared="within"))
    3
    """
    asked = Asked(seed, resamples, level, test, shared, progress=progress)
    check_option("of", of, Of)
    journeys = checked_pair(pair).journeys
    check_counts(journeys.offsets, journeys.counts)
    named, limit = checked_steps(journeys, steps, kind=kind, within=within)
    labels: list[Hashable] = [*apart([name for name, _ in named])]
    way = reached(journeys, [place for _, place in named], kind=kind, limit=limit)
    before = np.vstack([np.ones((1, len(journeys)), dtype=bool), way.steps[:-1]])
    counted = way.steps if of == "all" else way.steps & before
    places, owners = np.nonzero(counted)
    shares = of_journeys(journeys, labels, owners, places)
    if of == "previous":
        groups, tried = np.nonzero(before)
        shares = Shares(
            labels=labels,
            hits=shares.hits,
            trials=table(tried, groups, shape=(len(journeys), len(labels))),
            group=np.arange(len(labels)),
        )
    return compared(pair, shares, asked, effect="cohen_h")
