"""Direct and indirect touchpoints: shares, transitions between kinds, and losses of filtering."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import bigram_counts, row_weights
from touchpoints._core.arrays.counting.successors import next_codes
from touchpoints._core.arrays.segments import (
    any_by_segment,
    lengths_of,
    offsets_after,
    owners_of,
)
from touchpoints._core.arrays.sequences import distinct_sequences
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.flows import END, OPEN, usual_ends
from touchpoints.journeys.groups import parts_by, stack
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.taxonomy import UNKNOWN
from touchpoints.uncertainty import Units, units_of
from touchpoints.uncertainty.cell_shares import choice_shares, facts_of, presence_shares

KINDS = ("direct", "indirect", UNKNOWN)


@attrs.frozen(kw_only=True, repr=False)
class DirectnessShares(Estimated):
    """Shares of interactions and journeys by kind of touchpoint; one row per kind (and group).

    ``as_dict()`` returns ``{kind: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    kind : object
        ``"direct"``, ``"indirect"`` or, if such interactions occur, ``"unknown"``.
    touchpoints : int64
        The number of different touchpoints of the kind that occur.
    interactions : int64
        The number of interactions of the kind.
    share, low, high : float64
        Their share of all interactions, in [0, 1], and its interval.
    journeys : int64
        The number of journeys with at least one interaction of the kind.
    of_journeys, of_journeys_low, of_journeys_high : float64
        Their share of all journeys, in [0, 1], and its interval.
    only : int64
        The number of journeys in which all interactions are of the kind.
    """

    main = "share"
    labels = ("kind",)

    kind: Array = column(object)
    touchpoints: Array = column(np.int64)
    interactions: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    journeys: Array = column(np.int64)
    of_journeys: Array = column(np.float64)
    of_journeys_low: Array = column(np.float64)
    of_journeys_high: Array = column(np.float64)
    only: Array = column(np.int64)


@attrs.frozen(kw_only=True, repr=False)
class DirectnessTransitions(Estimated):
    """Transitions between kinds of touchpoints; one row per observed transition (and group).

    ``as_dict()`` returns ``{(source, target): probability}``; with groups, the keys begin with the
    group.

    Attributes
    ----------
    source, target : object
        The two kinds; the target can also be ``"(end)"`` or ``"(open)"``.
    count : int64
        The number of transitions.
    probability, low, high : float64
        Their share of the transitions from the source, in [0, 1], and its interval.
    """

    main = "probability"
    labels = ("source", "target")

    source: Array = column(object)
    target: Array = column(object)
    count: Array = column(np.int64)
    probability: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class FilterLosses(Grouped):
    """Losses of filtering out one kind of touchpoint; one row per kind removed (and group).

    ``as_dict()`` returns ``{removed: broken}``; with groups, the keys begin with the group.

    Attributes
    ----------
    removed : object
        The kind that is filtered out.
    interactions : int64
        The number of interactions removed.
    journeys, emptied : int64
        The number of journeys that lose interactions, and of journeys that lose all of them.
    steps : int64
        The number of transitions between touchpoints before filtering.
    broken : int64
        The number of these transitions that are lost, because at least one end is removed.
    bridged : int64
        The number of transitions after filtering that never took place: the interactions between
        their ends were removed.
    edges, edges_broken, edges_made : int64
        The number of distinct transitions before filtering, of those that are gone afterwards, and
        of those that exist only afterwards.
    variants, variants_left : int64
        The number of variants before and after filtering; emptied journeys are not counted.
    """

    main = "broken"
    labels = ("removed",)

    removed: Array = column(object)
    interactions: Array = column(np.int64)
    journeys: Array = column(np.int64)
    emptied: Array = column(np.int64)
    steps: Array = column(np.int64)
    broken: Array = column(np.int64)
    bridged: Array = column(np.int64)
    edges: Array = column(np.int64)
    edges_broken: Array = column(np.int64)
    edges_made: Array = column(np.int64)
    variants: Array = column(np.int64)
    variants_left: Array = column(np.int64)


@attrs.frozen(kw_only=True, repr=False)
class DirectAndIndirect:
    """Three tables on direct and indirect touchpoints: shares, transitions and losses.

    Attributes
    ----------
    shares
        The shares of interactions and journeys by kind.
    transitions
        The transitions between kinds.
    losses
        The losses of filtering out one kind.
    """

    shares: DirectnessShares
    transitions: DirectnessTransitions
    losses: FilterLosses

    def __repr__(self) -> str:
        return f"{self.shares!r}\n\n{self.transitions!r}\n\n{self.losses!r}"

    def as_dict(self) -> dict[Any, float]:
        """Return {kind: share of interactions}; with ``by=``, {(group, kind): share}."""
        return self.shares.as_dict()


@public
def direct_and_indirect(
    journeys: Journeys, *, by: str | Sequence[str] | None = None, level: float = 0.95
) -> DirectAndIndirect:
    """Compute shares of, transitions between, and losses without direct and indirect touchpoints.

    Parameters
    ----------
    by, level
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    DirectAndIndirect
        Three tables: ``shares``, ``transitions`` and ``losses``.

    Raises
    ------
    InvalidInputError
        When no touchpoint is known to be direct or indirect.
    NotFoundError
        When the column or facet does not exist.

    See Also
    --------
    transitions : Transition probabilities between touchpoints.
    presence : The frequency of each touchpoint.
    touchpoints.select : Keep the interactions of some touchpoints; warns about broken paths.

    Notes
    -----
    The kind is the facet ``directness`` of the touchpoint. A filter on one kind does more than
    remove interactions: it breaks the transitions to and from them (``broken``), and makes
    neighbours of touchpoints between which something happened (``bridged``). A bridged transition
    may equal a transition that occurs in other journeys; ``edges_made`` counts only the transitions
    that occur in no journey. Filtering out ``"unknown"`` is not shown. The cost is O(m log m) in m
    interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.paths.direct_and_indirect(tp.datasets.shop(200, seed=1))
    >>> found.shares.kind.tolist()
    ['direct', 'indirect']
    >>> found.losses.removed.tolist(), bool((found.losses.bridged > 0).all())
    (['direct', 'indirect'], True)
    """
    checks.level(level)
    known = checked_journeys(journeys).touchpoints
    if not any(touchpoint.directness in KINDS[:2] for touchpoint in known):
        raise InvalidInputError(
            "journeys must have a touchpoint known to be direct or indirect; these have none",
            mend="read the log with a taxonomy, or retype the journeys: tp.retype(journeys, …)",
        )
    shares, moves = partial(_shares, level=level), partial(_transitions, level=level)
    if by is None:
        return DirectAndIndirect(
            shares=shares(journeys), transitions=moves(journeys), losses=_losses(journeys)
        )
    parts, groups = parts_by(journeys, by)
    labels, names = groups.labels, groups.names
    return DirectAndIndirect(
        shares=stack([shares(part) for part in parts], labels, names=names),
        transitions=stack([moves(part) for part in parts], labels, names=names),
        losses=stack([_losses(part) for part in parts], labels, names=names),
    )


def _kinds(journeys: Journeys) -> Array:
    """Return the kind of each touchpoint, int64 (k,)."""
    kinds = [KINDS.index(touchpoint.directness) for touchpoint in journeys.touchpoints]
    return np.array(kinds, dtype=np.int64)


def _shares(journeys: Journeys, *, level: float) -> DirectnessShares:
    kinds, counts = _kinds(journeys), journeys.counts
    owners = owners_of(journeys.offsets).astype(np.int64)
    real = np.flatnonzero(counts[owners] > 0)
    of, codes = owners[real], journeys.codes[real]
    met = np.flatnonzero(np.bincount(codes, minlength=len(kinds)))
    units = units_of(journeys, None)
    every = choice_shares(
        units, (of, kinds[codes]), groups=np.zeros(3, dtype=np.int64), level=level
    )
    has = np.stack(
        [any_by_segment(kinds[journeys.codes] == kind, journeys.offsets) for kind in range(3)]
    )
    cells, having = np.nonzero(has)
    present = presence_shares(units, counts, (having, cells), size=3, level=level)
    alone = has & (has.sum(axis=0) == 1)
    shown = np.array([0, 1, 2] if every.totals[2] else [0, 1])
    every, present = every.take(shown), present.take(shown)
    return DirectnessShares(
        kind=text_array([KINDS[kind] for kind in shown]),
        touchpoints=np.bincount(kinds[met], minlength=3)[shown],
        interactions=every.totals,
        **every.columns("share", ends=""),
        journeys=present.totals,
        **present.columns("of_journeys"),
        only=(alone @ counts)[shown],
        level=level,
        **facts_of(units, every, present),
    )


def _transitions(journeys: Journeys, *, level: float) -> DirectnessTransitions:
    units: Units = units_of(journeys, None)
    sources = _kinds(journeys)[journeys.codes]
    targets = next_codes(sources, journeys.offsets, usual_ends(journeys).of, len(KINDS))
    owners = owners_of(journeys.offsets).astype(np.int64)
    real = np.flatnonzero(journeys.counts[owners] > 0)
    width = len(KINDS) + 2
    cells = (sources * width + targets)[real]
    groups = np.arange(len(KINDS) * width) // width
    found = choice_shares(units, (owners[real], cells), groups=groups, level=level)
    shown = np.flatnonzero(found.totals)
    names = text_array([*KINDS, END, OPEN])
    found = found.take(shown)
    return DirectnessTransitions(
        source=names[shown // width],
        target=names[shown % width],
        count=found.totals,
        **found.columns("probability", ends=""),
        level=level,
        **facts_of(units, found),
    )


def _losses(journeys: Journeys) -> FilterLosses:
    rows = [_loss(journeys, kind) for kind in range(2)]
    columns: dict[str, Any] = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return FilterLosses(removed=text_array(list(KINDS[:2])), **columns)


def _loss(journeys: Journeys, kind: int) -> dict[str, int]:
    counts, offsets, k = journeys.counts, journeys.offsets, len(journeys.touchpoints)
    kept = _kinds(journeys)[journeys.codes] != kind
    left = offsets_after(kept, offsets)
    before = _edges(journeys.codes, offsets, counts, k)
    after = _edges(journeys.codes[kept], left, counts, k)
    both = kept.copy()
    both[:-1] &= kept[1:]
    ends = offsets[1:][lengths_of(offsets) > 0] - 1
    both[ends] = False
    real = counts[owners_of(offsets)]
    whole, taken = int(real[both].sum()), sum(before.values())
    shorter = lengths_of(left) < lengths_of(offsets)
    emptied = shorter & (lengths_of(left) == 0)
    return {
        "interactions": int(real[~kept].sum()),
        "journeys": int(counts[shorter].sum()),
        "emptied": int(counts[emptied].sum()),
        "steps": taken,
        "broken": taken - whole,
        "bridged": sum(after.values()) - whole,
        "edges": len(before),
        "edges_broken": len(before.keys() - after.keys()),
        "edges_made": len(after.keys() - before.keys()),
        "variants": _variants(journeys.codes, offsets, counts, k),
        "variants_left": _variants(journeys.codes[kept], left, np.where(emptied, 0, counts), k),
    }


def _edges(codes: Array, offsets: Array, counts: Array, k: int) -> dict[int, int]:
    """Return {source × k + target: number of transitions} for the observed transitions."""
    found = bigram_counts(codes, offsets, k, row_weights(offsets, counts))
    keys = (found.sources * k + found.targets).tolist()
    return {key: total for key, total in zip(keys, found.totals.tolist(), strict=True) if total}


def _variants(codes: Array, offsets: Array, counts: Array, k: int) -> int:
    return int(np.count_nonzero(distinct_sequences(codes, offsets, k).totals(counts > 0)))
