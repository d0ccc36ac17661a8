"""Deviations of journeys from a plan, by interaction: alignments with the plan."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np

from touchpoints._core.arrays.distances.alignment import Alignments, Net, align
from touchpoints._core.arrays.segments import lengths_of, owners_of, rows_of
from touchpoints._core.arrays.sequences import distinct_sequences
from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import not_found
from touchpoints.errors import WrongKindError
from touchpoints.graphs.plan.model import Plan, require_plan
from touchpoints.graphs.plan.net import net_of
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import escape_text


@attrs.frozen(eq=False, kw_only=True)
class Deviations:
    """The deviations of each interaction and journey.

    Attributes
    ----------
    names : list of str
        The names of the planned touchpoints, then the keys of all observed touchpoints.
    owners : int64 (m,)
        The journey of each interaction.
    labels : int64 (m,)
        The position in ``names`` of the touchpoint that each interaction counts for.
    ad_hoc, out_of_order, failed : bool (m,)
        Whether each interaction is a deviation of this kind.
    missing : bool (n, planned)
        Whether each planned touchpoint is missing from each journey.
    costs : int64 (n,)
        The cost of the optimal alignment of each journey.
    fitness : float64 (n,)
        The fitness of each journey, in [0, 1].
    whole : bool (n,)
        Whether a journey began and finished in the log.
    """

    names: list[str]
    owners: Array
    labels: Array
    ad_hoc: Array
    out_of_order: Array
    failed: Array
    missing: Array
    costs: Array
    fitness: Array
    whole: Array

    def cells(self) -> dict[str, tuple[Array, Array]]:
        """Return {kind: (journeys, labels)}, one entry per single deviation."""
        rows = {"ad_hoc": self.ad_hoc, "out_of_order": self.out_of_order, "failed": self.failed}
        cells = {kind: (self.owners[flag], self.labels[flag]) for kind, flag in rows.items()}
        absent, lacking = np.nonzero(self.missing)
        return cells | {"missing": (absent, lacking)}


@attrs.frozen(eq=False, kw_only=True)
class Meaning:
    """The planned touchpoint that each observed one is, or is a failure of.

    Attributes
    ----------
    planned, failure : int64 (k,)
        Positions among the planned touchpoints; -1 for none.
    """

    planned: Array
    failure: Array

    @classmethod
    def of(cls, journeys: Journeys, plan: Plan) -> Meaning:
        """Look up each observed touchpoint in the plan by its key, else by its type."""
        require_plan(plan)
        names = list(plan.touchpoints)
        planned = list(plan.touchpoints.values())
        keys = {one.touchpoint.key: position for position, one in enumerate(planned)}
        types = {one: position for position, one in enumerate(names) if plan.taxonomy is not None}
        failures = {
            name: position
            for position, one in enumerate(planned)
            for failure in one.failures
            for name in (failure, escape_text(failure))
        }

        def looked_up(known: Mapping[str, int], key: str, type_: str) -> int:
            return known.get(key, known.get(type_, -1) if type_ else -1)

        observed = journeys.touchpoints
        return cls(
            planned=_positions(
                [looked_up({**types, **keys}, one.key, one.type) for one in observed]
            ),
            failure=_positions([looked_up(failures, one.key, one.type) for one in observed]),
        )


def _positions(values: list[int]) -> Array:
    return np.array(values, dtype=np.int64)


def deviations(journeys: Journeys, plan: Plan, failed: str | None) -> Deviations:
    """Return every deviation of journeys from a plan.

    Parameters
    ----------
    failed
        A per-interaction column of truth values or numbers that marks failures, or None.

    Raises
    ------
    NotFoundError
        When no per-interaction column has this name.
    WrongKindError
        When the column holds text, or ``plan`` is not a `Plan`.
    """
    require_plan(plan)
    marked = _marked(journeys, failed)
    meaning = Meaning.of(journeys, plan)
    net, planned_of = net_of(plan, meaning.planned)
    found = _aligned(journeys, net)
    owners = owners_of(journeys.offsets).astype(np.int64)
    planned = meaning.planned[journeys.codes] if len(meaning.planned) else journeys.codes
    failure = meaning.failure[journeys.codes] if len(meaning.failure) else journeys.codes
    lost = (found.nodes < 0) & (planned >= 0)
    again = np.zeros(len(planned), dtype=bool)
    again[1:] = (planned[1:] == planned[:-1]) & (owners[1:] == owners[:-1])
    again[:-1] |= again[1:]  # any interaction of a run may be the planned one
    skipped = np.zeros((len(journeys), len(plan.touchpoints)), dtype=bool)
    for node in range(1, len(planned_of)):
        skipped[:, planned_of[node]] |= found.skipped[:, node]
    moved = skipped[owners, np.maximum(planned, 0)]
    repeated = lost & again & ~moved
    unplanned = planned < 0
    whole = journeys.began & journeys.finished
    missing = skipped & whole[:, None]
    missing[owners[lost], planned[lost]] = False
    worst = lengths_of(journeys.offsets) + np.where(whole, net.shortest(), 0)
    labels = np.where(unplanned, len(plan.touchpoints) + journeys.codes, planned)
    names = [*plan.touchpoints, *(one.key for one in journeys.touchpoints)]
    return Deviations(
        names=names,
        owners=owners,
        labels=np.where(unplanned & (failure >= 0), failure, labels),
        ad_hoc=unplanned & (failure < 0),
        out_of_order=lost & ~repeated,
        failed=marked | repeated | (unplanned & (failure >= 0)),
        missing=missing,
        costs=found.costs,
        fitness=1 - found.costs / np.maximum(worst, 1),
        whole=whole,
    )


def _marked(journeys: Journeys, failed: str | None) -> Array:
    """Return whether each interaction is marked as failed, bool (m,)."""
    if failed is None:
        return np.zeros(len(journeys.codes), dtype=bool)
    if failed not in journeys.per_interaction:
        raise not_found("per-interaction column", failed, list(journeys.per_interaction))
    kept = journeys.per_interaction[failed]
    if isinstance(kept, Coded) or kept.dtype.kind not in "bif":
        raise WrongKindError(
            f"the column {failed!r} must hold truth values or numbers",
            mend="keep a column that is true for interactions that failed",
        )
    marked: Array = (kept != 0) & (kept == kept)
    return marked


def _aligned(journeys: Journeys, net: Net) -> Alignments:
    """Align each distinct journey once, and return the alignment of every journey."""
    ends = journeys.began.astype(np.int64) * 2 + journeys.finished
    k = len(journeys.touchpoints)
    one = distinct_sequences(journeys.codes, journeys.offsets, k, ends)
    began, finished = journeys.began[one.first], journeys.finished[one.first]
    found = align(one.codes, one.offsets, net, began=began, finished=finished)
    return Alignments(
        costs=found.costs[one.of],
        nodes=found.nodes[rows_of(one.offsets, one.of)],
        skipped=found.skipped[one.of],
    )
