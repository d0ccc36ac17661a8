"""Repeated touchpoints: self-loops, returns and rework."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import run_starts
from touchpoints._core.arrays.segments import (
    lengths_of,
    owners_of,
    repeats_within,
    sum_by_segment,
)
from touchpoints._core.arrays.segments.choosing import owners_at
from touchpoints._core.arrays.sorting.nearly_sorted import sort_runs
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.checks import (
    check_option,
    public,
)
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import key_ranks, keys_of
from touchpoints.uncertainty import units_of
from touchpoints.uncertainty.cell_shares import choice_shares, facts_of

Definition = Literal["adjacent", "runs"]


@attrs.frozen(kw_only=True, repr=False)
class Repeats(Estimated):
    """Self-loops, returns and rework; one row per touchpoint (and group).

    ``as_dict()`` returns ``{touchpoint: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    occurrences : int64
        Number of occurrences.
    journeys : int64
        Number of journeys in which it occurs.
    self_loops : int64
        How often it directly follows itself, by the chosen ``definition``.
    returns : int64
        How often a journey comes back to it from another touchpoint.
    rework : int64
        Occurrences after the first in a journey: direct repeats (pairs of neighbours) and returns.
    again : int64
        Number of journeys in which it occurs more than once.
    share, low, high : float64
        Their share of the journeys in which it occurs, in [0, 1], and its interval.
    definition : str
        The definition of a self-loop; see `repeats`.
    """

    main = "share"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    occurrences: Array = column(np.int64)
    journeys: Array = column(np.int64)
    self_loops: Array = column(np.int64)
    returns: Array = column(np.int64)
    rework: Array = column(np.int64)
    again: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    definition: str


@attrs.frozen(kw_only=True, repr=False)
class JourneyRepeats(Grouped):
    """Self-loops, returns and rework of each journey; one row per journey (and group).

    ``as_dict()`` returns ``{journey: rework}``; with groups, the keys begin with the group.

    Attributes
    ----------
    journey : object
        The id of the journey.
    count : int64
        Number of real journeys the row stands for; the other columns are for one of them.
    interactions : int64
        Number of interactions.
    self_loops : int64
        How often a touchpoint directly follows itself, by the chosen ``definition``.
    returns : int64
        How often the journey comes back to a touchpoint from another one.
    rework : int64
        Interactions with a touchpoint that the journey had before.
    definition : str
        The definition of a self-loop; see `repeats`.
    """

    main = "rework"
    labels = ("journey",)

    journey: Array = column(object)
    count: Array = column(np.int64)
    interactions: Array = column(np.int64)
    self_loops: Array = column(np.int64)
    returns: Array = column(np.int64)
    rework: Array = column(np.int64)
    definition: str


@attrs.frozen(eq=False)
class _Held:
    """How often each touchpoint occurs in each journey; sorted, int64 (h,) each."""

    owners: Array
    codes: Array
    times: Array


@public
def repeats(
    journeys: Journeys,
    *,
    definition: Definition = "adjacent",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Repeats:
    """Count self-loops, returns and rework by touchpoint.

    Parameters
    ----------
    definition
        The definition of a self-loop. ``"adjacent"``: each pair of equal neighbours, so that
        ``a a a`` has two. ``"runs"``: each maximal run of two or more, so that ``a a a`` has one.
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    Repeats
        Sorted by rework, the largest first; ties by occurrences, then by key. Touchpoints that
        never occur twice in a journey have zeros.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.

    See Also
    --------
    journey_repeats : The same counts for each journey.
    collapse_repeats : Merge equal neighbours into one interaction.

    Notes
    -----
    Every occurrence after the first in a journey either directly follows the previous one or is a
    return from another touchpoint: rework = pairs of equal neighbours + returns, whichever
    definition is chosen. In a journey that the log cuts off at either end repeats may be missing,
    so that the counts are lower bounds. O(m log m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["help > help > help > buy > help"]}, path="path")
    >>> row = tp.paths.repeats(journeys).to_dicts()[0]
    >>> row["self_loops"], row["returns"], row["rework"]
    (2, 1, 3)
    >>> tp.paths.repeats(journeys, definition="runs").self_loops.tolist()
    [1, 0]
    """
    check_option("definition", definition, Definition)
    checks.level(level)
    return by_group(journeys, by, partial(_repeats, definition=definition, level=level))


@public
def journey_repeats(
    journeys: Journeys,
    *,
    definition: Definition = "adjacent",
    by: str | Sequence[str] | None = None,
) -> JourneyRepeats:
    """Count self-loops, returns and rework by journey.

    Parameters
    ----------
    definition
        As for `repeats`.
    by
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    JourneyRepeats
        One row per journey, in the order of the log.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.

    See Also
    --------
    repeats : The same counts for each touchpoint.

    Notes
    -----
    Multiplied by the count of each row, the columns sum to those of `repeats`. O(m log m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["help > help > buy > help", "buy"]}, path="path")
    >>> tp.paths.journey_repeats(journeys).rework.tolist()
    [2, 0]
    """
    check_option("definition", definition, Definition)
    return by_group(journeys, by, partial(_of_journeys, definition=definition))


def _held(journeys: Journeys) -> _Held:
    k = max(len(journeys.touchpoints), 1)
    keys = owners_of(journeys.offsets).astype(np.int64)
    keys *= k
    keys += journeys.codes
    sort_runs(keys)
    starts = run_starts(keys)
    times = np.diff(np.append(starts, len(keys)))
    return _Held(keys[starts] // k, keys[starts] % k, times)


def _self_loops(journeys: Journeys, definition: Definition) -> tuple[Array, Array]:
    """Return whether each interaction is a self-loop, and whether it equals the one before it.

    With ``"runs"`` only the second interaction of a run is a self-loop.
    """
    same = repeats_within(journeys.codes, journeys.offsets)
    if definition == "adjacent":
        return same, same
    loops = same.copy()
    loops[1:] &= ~same[:-1]
    return loops, same


def _repeats(journeys: Journeys, *, definition: Definition, level: float) -> Repeats:
    k, counts = len(journeys.touchpoints), journeys.counts
    held = _held(journeys)
    weights = counts[held.owners].astype(np.float64)
    occurrences = np.bincount(held.codes, weights * held.times, k).astype(np.int64)
    rework = np.bincount(held.codes, weights * (held.times - 1), k).astype(np.int64)
    loops, pairs = (_by_code(journeys, rows) for rows in _self_loops(journeys, definition))
    units = units_of(journeys, None)
    real = weights > 0
    rows = held.owners[real], (held.codes * 2 + (held.times > 1))[real]
    shares = choice_shares(units, rows, groups=np.arange(2 * k) // 2, level=level)
    order = most_frequent(rework, None, -occurrences, key_ranks(journeys))
    order = order[occurrences[order] > 0]
    chosen = shares.take(order * 2 + 1)
    keys = keys_of(journeys)
    return Repeats(
        touchpoint=keys[order],
        occurrences=occurrences[order],
        journeys=(occurrences - rework)[order],
        self_loops=loops[order],
        returns=(rework - pairs)[order],
        rework=rework[order],
        again=chosen.totals,
        **chosen.columns("share", ends=""),
        definition=definition,
        level=level,
        **facts_of(units, chosen),
    )


def _by_code(journeys: Journeys, flags: Array) -> Array:
    """Return how often each touchpoint is flagged, weighted by counts, int64 (k,)."""
    rows = np.flatnonzero(flags)
    owners = owners_at(journeys.offsets, rows)
    weights = journeys.counts[owners].astype(np.float64)
    return np.bincount(journeys.codes[rows], weights, len(journeys.touchpoints)).astype(np.int64)


def _of_journeys(journeys: Journeys, *, definition: Definition) -> JourneyRepeats:
    lengths = lengths_of(journeys.offsets)
    loops, pairs = (
        sum_by_segment(flags.view(np.int8), journeys.offsets, dtype=np.int64)
        for flags in _self_loops(journeys, definition)
    )
    rework = lengths - np.bincount(_held(journeys).owners, minlength=len(journeys))
    return JourneyRepeats(
        journey=text_array(journeys.ids.tolist()),
        count=journeys.counts,
        interactions=lengths,
        self_loops=loops,
        returns=rework - pairs,
        rework=rework,
        definition=definition,
    )
