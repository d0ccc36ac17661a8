"""Direct and indirect touchpoints together: shares, steps between them, what a filter loses."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.counting import pair_counts, row_weights
from touchpoints._core.arrays.counting.successors import next_codes
from touchpoints._core.arrays.segments import (
    any_by_segment,
    lengths_of,
    offsets_after,
    owners_of,
)
from touchpoints._core.arrays.sequences import distinct_sequences
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.tables import Estimated, Grouped, column
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.flows import END, OPEN, usual_ends
from touchpoints.journeys.groups import parts_by, stack
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.taxonomy import UNKNOWN
from touchpoints.uncertainty import Units, units_of
from touchpoints.uncertainty.cell_shares import choice_shares, presence_shares

KINDS = ("direct", "indirect", UNKNOWN)


@attrs.frozen(kw_only=True, repr=False)
class KindShares(Estimated):
    """How much of the journeys is of each kind; one row a kind (and group).

    Attributes
    ----------
    kind : object
        ``"direct"``, ``"indirect"`` or, where there are any, ``"unknown"``.
    touchpoints : int64
        How many different touchpoints of the kind occur.
    interactions : int64
        How many interactions.
    share, low, high : float64
        Their share of all interactions, in [0, 1], and its interval.
    journeys : int64
        Journeys with at least one.
    of_journeys, of_journeys_low, of_journeys_high : float64
        Their share of all journeys.
    only : int64
        Journeys with nothing else.
    """

    value = "share"
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
class KindTransitions(Estimated):
    """Which kind directly follows which; one row a pair that occurs (and group).

    Attributes
    ----------
    source, target : object
        Kinds; the target can be ``"(end)"`` or ``"(open)"``.
    count : int64
        How often the step was taken.
    probability, low, high : float64
        Its share of the steps from the source, and its interval.
    """

    value = "probability"
    labels = ("source", "target")

    source: Array = column(object)
    target: Array = column(object)
    count: Array = column(np.int64)
    probability: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class FilterLosses(Grouped):
    """What is lost when one kind is filtered out; one row a kind removed (and group).

    Attributes
    ----------
    removed : object
        The kind that is filtered out.
    interactions : int64
        Interactions that go.
    journeys, emptied : int64
        Journeys that lose any, and journeys of which nothing is left.
    steps : int64
        Steps from touchpoint to touchpoint before.
    broken : int64
        Those of them that go: at least one end is removed.
    bridged : int64
        Steps afterwards that nobody took: what lay between was removed.
    edges, edges_broken, edges_made : int64
        Different steps before, those of them no longer there, and those only there afterwards.
    variants, variants_left : int64
        Different journeys before and afterwards, those emptied left out.
    """

    value = "broken"
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
    """Direct and indirect touchpoints together.

    Attributes
    ----------
    shares
        How much of the journeys is of each kind.
    transitions
        Which kind directly follows which.
    losses
        What is lost when one kind is filtered out.
    """

    shares: KindShares
    transitions: KindTransitions
    losses: FilterLosses

    def __repr__(self) -> str:
        return f"{self.shares!r}\n\n{self.transitions!r}\n\n{self.losses!r}"

    def as_dict(self) -> dict[Any, float]:
        """Return the share of interactions of each kind, or of each (group, kind)."""
        return self.shares.as_dict()


def direct_and_indirect(
    journeys: Journeys, *, by: str | None = None, level: float = 0.95
) -> DirectAndIndirect:
    """Show direct and indirect touchpoints together, and what either alone would hide.

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
        When there is no such column or facet.

    Notes
    -----
    The kind is the facet ``directness`` of the touchpoint. A filter on one kind does not only take
    interactions away: it breaks the steps to and from them, and makes neighbours of touchpoints
    between which something happened. ``broken`` and ``bridged`` count both. A step that is bridged
    may equal one that others really took; ``edges_made`` counts those nobody took. Filtering out
    what is unknown is not shown. O(m log m).

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
    if not any(one.directness in KINDS[:2] for one in checked_journeys(journeys).touchpoints):
        raise InvalidInputError(
            "no touchpoint of these journeys is known to be direct or indirect",
            mend="read the log with a taxonomy, or retype the journeys: tp.retype(journeys, …)",
        )
    shares, moves = partial(_shares, level=level), partial(_transitions, level=level)
    if by is None:
        return DirectAndIndirect(
            shares=shares(journeys), transitions=moves(journeys), losses=_losses(journeys)
        )
    parts, labels = parts_by(journeys, by)
    return DirectAndIndirect(
        shares=stack([shares(part) for part in parts], labels),
        transitions=stack([moves(part) for part in parts], labels),
        losses=stack([_losses(part) for part in parts], labels),
    )


def _kinds(journeys: Journeys) -> Array:
    """Return the kind of each touchpoint, int64 (k,)."""
    known = [KINDS.index(one.directness) for one in journeys.touchpoints]
    return np.array(known, dtype=np.int64)


def _shares(journeys: Journeys, *, level: float) -> KindShares:
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
        [any_by_segment(kinds[journeys.codes] == one, journeys.offsets) for one in range(3)]
    )
    cells, having = np.nonzero(has)
    present = presence_shares(units, counts, (having, cells), size=3, level=level)
    alone = has & (has.sum(axis=0) == 1)
    shown = np.array([0, 1, 2] if every.totals[2] else [0, 1])
    every, present = every.take(shown), present.take(shown)
    return KindShares(
        kind=text_array([KINDS[one] for one in shown]),
        touchpoints=np.bincount(kinds[met], minlength=3)[shown],
        interactions=every.totals,
        **every.columns("share", ends=""),
        journeys=present.totals,
        **present.columns("of_journeys"),
        only=(alone @ counts)[shown],
        level=level,
        unit=units.unit,
    )


def _transitions(journeys: Journeys, *, level: float) -> KindTransitions:
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
    return KindTransitions(
        source=names[shown // width],
        target=names[shown % width],
        count=found.totals,
        **found.columns("probability", ends=""),
        level=level,
        unit=units.unit,
    )


def _losses(journeys: Journeys) -> FilterLosses:
    rows = [_loss(journeys, kind) for kind in range(2)]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return FilterLosses(removed=text_array(list(KINDS[:2])), **columns)


def _loss(journeys: Journeys, kind: int) -> dict[str, int]:
    counts, offsets, k = journeys.counts, journeys.offsets, len(journeys.touchpoints)
    kept = _kinds(journeys)[journeys.codes] != kind
    left = offsets_after(kept, offsets)
    before = _steps(journeys.codes, offsets, counts, k)
    after = _steps(journeys.codes[kept], left, counts, k)
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


def _steps(codes: Array, offsets: Array, counts: Array, k: int) -> dict[int, int]:
    """Return how often each step from touchpoint to touchpoint is taken."""
    found = pair_counts(codes, offsets, k, row_weights(offsets, counts))
    keys = (found.sources * k + found.targets).tolist()
    return {key: total for key, total in zip(keys, found.totals.tolist(), strict=True) if total}


def _variants(codes: Array, offsets: Array, counts: Array, k: int) -> int:
    return int(np.count_nonzero(distinct_sequences(codes, offsets, k).totals(counts > 0)))
