"""The stages of journeys: how many people are in each, and what contradicts them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Estimated, Grouped, column, fact
from touchpoints.classify.typing import FROM_DATA, FROM_DEFAULT, FROM_RULE
from touchpoints.experience._shared.needs import journeys_with, people_with, real_rows
from touchpoints.experience._shared.staging import (
    EARLY,
    LATE,
    Contradicted,
    Staged,
    Staging,
    contradicted,
)
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.anchors import Place
from touchpoints.uncertainty import Units, units_of, wilson
from touchpoints.uncertainty.cell_shares import plain_shares

_MONTH = dt.timedelta(days=30)
_FROM = {"from_data": FROM_DATA, "from_rule": FROM_RULE, "from_type": FROM_DEFAULT}
_KINDS = {EARLY: "before any purchase", LATE: "long after a purchase"}


@attrs.frozen(kw_only=True, repr=False)
class Stages(Estimated):
    """Stages from stimulus to after-sale; one row per stage (and group), empty ones included.

    ``as_dict()`` returns ``{stage: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    stage : object
        The stage.
    interactions, journeys : int64
        The interactions at this stage, and the journeys with one.
    people : int64
        The persons (journeys where persons are not known) with one.
    share, low, high : float64
        Their share of all people, in [0, 1], and its interval.
    never_bought : int64
        Those of them who never bought in the log.
    never_share, never_low, never_high : float64
        Their share of the people at this stage, and its interval; nan where there are none.
    from_data, from_rule, from_type : int64
        The interactions by where their stage comes from.
    early : int64
        The interactions of a stage that follows a purchase, before any purchase of the person.
    late : int64
        The interactions of a stage before a purchase, long after the person's first.
    unknown : int
        The interactions without a stage.
    not_judged : int
        Those whose person may have bought before the log began, or at a time that is not known.
    purchase : str
        What counts as a purchase.

    See Also
    --------
    stages : The function that returns this table.
    """

    main = "share"
    labels = ("stage",)

    stage: Array = column(object)
    interactions: Array = column(np.int64)
    journeys: Array = column(np.int64)
    people: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    never_bought: Array = column(np.int64)
    never_share: Array = column(np.float64)
    never_low: Array = column(np.float64)
    never_high: Array = column(np.float64)
    from_data: Array = column(np.int64)
    from_rule: Array = column(np.int64)
    from_type: Array = column(np.int64)
    early: Array = column(np.int64)
    late: Array = column(np.int64)
    unknown: int = fact(of_groups=sum, default=0)
    not_judged: int = fact(of_groups=sum, default=0)
    purchase: str = ""

    def _remarks(self) -> list[str]:
        """Return the lines under the table: persons, contradictions, what is not known."""
        lines = super()._remarks()
        for number, said in (
            (int(self.early.sum()), _KINDS[EARLY]),
            (int(self.late.sum()), _KINDS[LATE]),
        ):
            if number:
                many = counted(number, "interaction")
                lines.append(f"the stage of {many} contradicts the journey: {said}")
        if self.unit != "person":
            lines.append("persons are not known: what was bought in other journeys is not seen")
        if self.not_judged:
            lines.append(f"{counted(self.not_judged, 'interaction')} not judged")
        if self.unknown:
            lines.append(f"{counted(self.unknown, 'interaction')} without a stage")
        return lines


@attrs.frozen(kw_only=True, repr=False)
class StageContradictions(Grouped):
    """Interactions whose stage contradicts the journey; one row per type, stage and kind.

    ``as_dict()`` returns ``{(touchpoint, stage, kind): interactions}``.

    Attributes
    ----------
    touchpoint : object
        The type of the interactions, or the key where they are untyped.
    stage : object
        Their stage.
    kind : object
        ``"before any purchase"`` or ``"long after a purchase"``.
    interactions : int64
        The interactions that contradict.
    of : int64
        All interactions of this type at this stage.
    journeys, people : int64
        The journeys, and the persons (journeys where persons are not known), with such an
        interaction.
    from_data, from_rule, from_type : int64
        The contradicting interactions by where their stage comes from.

    See Also
    --------
    stage_contradictions : The function that returns this table.
    """

    main = "interactions"
    labels = ("touchpoint", "stage", "kind")

    touchpoint: Array = column(object)
    stage: Array = column(object)
    kind: Array = column(object)
    interactions: Array = column(np.int64)
    of: Array = column(np.int64)
    journeys: Array = column(np.int64)
    people: Array = column(np.int64)
    from_data: Array = column(np.int64)
    from_rule: Array = column(np.int64)
    from_type: Array = column(np.int64)


@public
def stages(
    journeys: Journeys,
    *,
    column: str | None = None,
    rules: Mapping[str, Place] | None = None,
    purchase: Place | None = None,
    outcome: str | None = None,
    after: Collection[str] | None = None,
    before: Collection[str] | None = None,
    late: dt.timedelta = _MONTH,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Stages:
    """Count people and interactions at each stage, and stages that contradict what was bought.

    Parameters
    ----------
    journeys
        Journeys with times. Counts are honoured.
    column
        A per-interaction column with the stage of an interaction; where it is missing, a rule or
        the type says.
    rules
        The places that are of a stage, by stage: ``{"advocacy": "review_written"}``. If several
        mean an interaction, the first does.
    purchase, outcome
        What counts as a purchase: a place, or an outcome. By default the only outcome of the
        journeys, else the type ``"purchase"`` of their taxonomy.
    after
        The stages that only follow a purchase; by default those that the taxonomy puts in a phase
        after it (``retention`` and ``advocacy``, of patients discharge and follow-up).
    before
        The stages that are over long after a purchase; by default the first of each phase before
        it (``awareness``).
    late
        How long after the first purchase of a person is long.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    Stages
        In the order of the taxonomy; stages that it does not have come last.

    Raises
    ------
    NotFoundError
        When a column, a place, an outcome or a stage does not exist.
    InvalidInputError
        When the journeys have no times or no stages, or nothing says what a purchase is.

    See Also
    --------
    stage_contradictions : The types whose stages contradict journeys.
    need_coverage : Needs by stage.

    Notes
    -----
    The stage of an interaction is that of the data, else of a rule, else of its type; a touchpoint
    whose stage is not the default of its type has it from the rule that classified it. Stages are
    reported where they contradict what the person bought, and never changed: a customer of years
    may show up without a purchase in the log. Somebody whose journey began before the log is not
    judged. People who never bought are in every number. Stages say nothing about order: journeys
    loop.

    A person is one trial of a share, whatever they did; where persons are not known, so is a
    journey. Intervals are Wilson's. O(m log m) in m interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.experience.stages(tp.datasets.shop(100, seed=1))
    >>> found.stage.tolist()
    ['awareness', 'consideration', 'purchase', 'retention', 'advocacy']
    >>> found.people.tolist(), found.never_bought.tolist()
    ([0, 52, 26, 0, 0], [0, 26, 0, 0, 0])
    """
    checks.level(level)
    how = _asked(journeys, column, rules, purchase, outcome, after=after, before=before, late=late)
    return by_group(journeys, by, partial(_stages, how=how, level=level))


@public
def stage_contradictions(
    journeys: Journeys,
    *,
    column: str | None = None,
    rules: Mapping[str, Place] | None = None,
    purchase: Place | None = None,
    outcome: str | None = None,
    after: Collection[str] | None = None,
    before: Collection[str] | None = None,
    late: dt.timedelta = _MONTH,
    by: str | Sequence[str] | None = None,
) -> StageContradictions:
    """List the types whose stage contradicts the journey: before any purchase, or long after one.

    Parameters
    ----------
    journeys, column, rules, purchase, outcome, after, before, late, by
        As for `stages`.

    Returns
    -------
    StageContradictions
        The type with the most interactions first; ties in the order of types and stages.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `stages`.

    See Also
    --------
    stages : All stages, with the people at each.

    Notes
    -----
    O(m log m) in m interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-01", "w": "search_query"},
    ...     {"who": "ana", "t": "2026-01-02", "w": "customer_service"},
    ... ]
    >>> journeys = tp.from_records(
    ...     rows,
    ...     journey="who",
    ...     time="t",
    ...     touchpoint="w",
    ...     taxonomy=tp.load_taxonomy("customer"),
    ... )
    >>> tp.experience.stage_contradictions(journeys).as_dict()
    {('customer_service', 'retention', 'before any purchase'): 1}
    """
    how = _asked(journeys, column, rules, purchase, outcome, after=after, before=before, late=late)
    return by_group(journeys, by, partial(_contradictions, how=how))


def _asked(
    journeys: Journeys,
    column: str | None,
    rules: Mapping[str, Place] | None,
    purchase: Place | None,
    outcome: str | None,
    *,
    after: Collection[str] | None,
    before: Collection[str] | None,
    late: dt.timedelta,
) -> Staging:
    """Return the arguments as one, checked."""
    how = Staging(
        column=column,
        rules=rules,
        purchase=purchase,
        outcome=outcome,
        after=after,
        before=before,
        late=late,
    )
    how.check(checked_journeys(journeys))
    return how


@attrs.frozen(eq=False, kw_only=True)
class _Counted:
    """Numbers of interactions, journeys and people of cells."""

    journeys: Journeys
    units: Units
    owners: Array
    weights: Array

    @classmethod
    def of(cls, journeys: Journeys) -> _Counted:
        """Prepare for counting."""
        owners = owners_of(journeys.offsets).astype(np.int64)
        weights = journeys.counts[owners].astype(np.float64)
        units = units_of(journeys, None)
        return cls(journeys=journeys, units=units, owners=owners, weights=weights)

    def interactions(self, rows: Array, cells: Array, size: int) -> Array:
        """Return the number of interactions of each cell."""
        return np.bincount(cells, self.weights[rows], size).astype(np.int64)

    def owning(self, rows: Array, cells: Array, size: int) -> Array:
        """Return the number of journeys with an interaction of each cell."""
        return journeys_with(self.journeys, self.owners[rows], cells, size=size)

    def people(self, rows: Array, cells: Array, size: int, *, among: Array | None = None) -> Array:
        """Return the number of units with an interaction of each cell, all or those of a mask."""
        return people_with(self.units, self.owners[rows], cells, size=size, among=among)

    def origins(self, staged: Staged, rows: Array, cells: Array, size: int) -> dict[str, Array]:
        """Return the number of interactions of each cell by where the stage comes from."""
        found = {}
        for name, code in _FROM.items():
            mine = staged.origins[rows] == code
            found[name] = self.interactions(rows[mine], cells[mine], size)
        return found


def _stages(journeys: Journeys, *, how: Staging, level: float) -> Stages:
    staged, number = how.staged(journeys), _Counted.of(journeys)
    units, size = number.units, len(staged.labels)
    against = contradicted(journeys, how, staged, units)
    real = real_rows(journeys)
    rows = np.flatnonzero(real & (staged.codes >= 0))
    cells = staged.codes[rows]
    people = number.people(rows, cells, size)
    never = number.people(rows, cells, size, among=~against.bought)
    shares = plain_shares(people.astype(np.float64), units.total, level=level)
    with np.errstate(invalid="ignore"):
        part = never / people.astype(np.float64)
    low, high = wilson(never.astype(np.float64), people.astype(np.float64), level=level)
    columns: dict[str, Any] = {
        "interactions": number.interactions(rows, cells, size),
        "journeys": number.owning(rows, cells, size),
        **number.origins(staged, rows, cells, size),
    }
    for name, code in (("early", EARLY), ("late", LATE)):
        mine = against.kind[rows] == code
        columns[name] = number.interactions(rows[mine], cells[mine], size)
    return Stages(
        stage=text_array(staged.labels),
        people=people,
        **shares.columns("share", ends=""),
        never_bought=never,
        never_share=part,
        never_low=low,
        never_high=high,
        **columns,
        level=level,
        unknown=int(number.weights[real & (staged.codes < 0)].sum()),
        not_judged=int(number.weights[real & ~against.judged].sum()),
        purchase=how.bought(journeys)[0],
        **_facts(units),
    )


def _facts(units: Units) -> dict[str, Any]:
    """Return what a table says of its people: each is one trial."""
    if units.unit != "person":
        return {"unit": units.unit}
    return {"unit": units.unit, "persons": units.total, "effective": float(units.total)}


def _contradictions(journeys: Journeys, *, how: Staging) -> StageContradictions:
    staged, number = how.staged(journeys), _Counted.of(journeys)
    against: Contradicted = contradicted(journeys, how, staged, number.units)
    names = [one.type or one.key for one in journeys.touchpoints]
    types = sorted(set(names))
    table = np.array([types.index(one) for one in names], dtype=np.int64)
    known = np.flatnonzero(real_rows(journeys) & (staged.codes >= 0))
    stages_, every = max(len(staged.labels), 1), len(types) * max(len(staged.labels), 1)
    typed = table[journeys.codes[known]] * stages_ + staged.codes[known] if len(known) else known
    total = number.interactions(known, typed, every)
    wrong = against.kind[known] > 0
    rows = known[wrong]
    met, cells = np.unique(typed[wrong] * 3 + against.kind[rows], return_inverse=True)
    size = len(met)
    interactions = number.interactions(rows, cells, size)
    columns: dict[str, Any] = {
        "touchpoint": text_array(types)[met // 3 // stages_],
        "stage": text_array(staged.labels)[met // 3 % stages_],
        "kind": text_array([_KINDS[one] for one in (met % 3).tolist()]),
        "interactions": interactions,
        "of": total[met // 3],
        "journeys": number.owning(rows, cells, size),
        "people": number.people(rows, cells, size),
        **number.origins(staged, rows, cells, size),
    }
    order = most_frequent(interactions, None)
    return StageContradictions(**{name: one[order] for name, one in columns.items()})
