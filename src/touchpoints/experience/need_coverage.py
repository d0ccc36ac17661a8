"""Which needs are served at which stage: planned, and observed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import product
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Estimated, column, fact, optional_column
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.lenses import Lens, Seen, lens_names, seen_through
from touchpoints.experience._shared.needs import (
    check_lens,
    journeys_with,
    occurrences_by_origin,
    people_with,
    real_rows,
    remark_of_defaults,
)
from touchpoints.graphs.plan.model import Plan, require_plan
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import UNKNOWN, Taxonomy, Touchpoint, TouchpointType
from touchpoints.taxonomy.coverage import interaction_channels
from touchpoints.uncertainty import units_of
from touchpoints.uncertainty.cell_shares import choice_shares, facts_of

Rows = Literal["need", "area"]
_TWO = 2


@attrs.frozen(kw_only=True, repr=False)
class NeedCoverage(Estimated):
    """Needs by stage, planned and observed; one row per cell, empty cells included.

    ``as_dict()`` returns ``{(need, stage): interactions}``, or ``{(need, stage, area):
    interactions}``; with groups, the keys begin with the group.

    Attributes
    ----------
    need, stage : object
        The cell.
    area : object, optional
        Its area, where one was asked for.
    planned : int64, optional
        The number of planned touchpoints of the cell, or of types of the taxonomy; 0 is a gap in
        the plan. None where there is neither plan nor taxonomy.
    interactions : int64
        The observed interactions; 0 where nothing was observed.
    journeys : int64
        The journeys with such an interaction.
    people : int64
        The persons (journeys where persons are not known) with such an interaction.
    share, low, high : float64
        The observed demand: the share of the cell among all interactions of known need and stage
        (and area), in [0, 1], and its interval. nan without any.
    covered, covered_low, covered_high : float64
        The weighted coverage of the whole table, the same in each of its rows (of a group): the
        share of demand in cells that are planned, in [0, 1], and its interval. nan without demand
        and without a plan.
    from_data, from_rule, from_default : int64, optional
        The interactions by where their need comes from, where the log says so.
    left_out : int
        The interactions whose need, stage or area is not known.

    See Also
    --------
    need_coverage : The function that returns this table.
    """

    main = "interactions"

    need: Array = column(object)
    stage: Array = column(object)
    area: Array | None = optional_column(object)
    planned: Array | None = optional_column(np.int64)
    interactions: Array = column(np.int64)
    journeys: Array = column(np.int64)
    people: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    covered: Array = column(np.float64)
    covered_low: Array = column(np.float64)
    covered_high: Array = column(np.float64)
    from_data: Array | None = optional_column(np.int64)
    from_rule: Array | None = optional_column(np.int64)
    from_default: Array | None = optional_column(np.int64)
    left_out: int = fact(of_groups=sum, default=0)

    def as_dict(self) -> dict[Any, float]:
        """Return {(need, stage): interactions}, with the group before and the area after them."""
        columns = [one for one in (self.need, self.stage, self.area) if one is not None]
        return self._labelled(self.interactions, *columns)

    def gaps(self) -> tuple[tuple[str, ...], ...]:
        """Return the cells without an observed interaction: (need, stage) or with the area."""
        empty = self.interactions == 0
        columns = (*self._groups().values(), self.need, self.stage, self.area)
        return tuple(zip(*(one[empty].tolist() for one in columns if one is not None), strict=True))

    def by_stage(self, *, rows: Rows = "need") -> dict[str, dict[str, int]]:
        """Return {need: {stage: interactions}}, or {area: {stage: interactions}}.

        ``pandas.DataFrame.from_dict(found.by_stage(), orient="index")`` is a frame of it.

        Raises
        ------
        InvalidInputError
            When the table has groups, or no area is in it.
        """
        check_option("rows", rows, Rows)
        chosen = self.need if rows == "need" else self.area
        if chosen is None or self.group is not None:
            lacking, mend = "one group", "leave by= out"
            if self.group is None:
                lacking, mend = "areas", 'need_coverage(journeys, area="channel")'
            raise InvalidInputError(f"numbers by stage must be of a table of {lacking}", mend=mend)
        found: dict[str, dict[str, int]] = {}
        cells = zip(chosen.tolist(), self.stage.tolist(), self.interactions.tolist(), strict=True)
        for row, stage, number in cells:
            of_row = found.setdefault(row, {})
            of_row[stage] = of_row.get(stage, 0) + number
        return found

    def _remarks(self) -> list[str]:
        """Return the lines under the table: persons, empty cells, what is left out, defaults."""
        empty = int((self.interactions == 0).sum())
        lines = [*super()._remarks()]
        if empty:
            lines.append(f"nothing observed in {empty:,} of {counted(len(self), 'cell')}")
        if self.left_out:
            lines.append(
                f"{counted(self.left_out, 'interaction')} of unknown need, stage or area left out"
            )
        return [*lines, *remark_of_defaults(self.from_default, self.from_data, self.from_rule)]


@public
def need_coverage(
    journeys: Journeys,
    *,
    plan: Plan | None = None,
    area: Lens | None = None,
    stage: str = "stage",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> NeedCoverage:
    """Compare where needs are served by plan with where people come with them: needs by stage.

    Parameters
    ----------
    plan
        The plan; by default the types of the taxonomy of the journeys.
    area
        A lens for a third side of the table, such as ``"channel"``; none by default.
    stage
        The facet or per-interaction column that has the observed stage; the stage of what is
        planned is always that of the plan or the taxonomy.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    NeedCoverage
        One row for each need, stage and area, in the order of the taxonomy, also where nothing is
        planned and nothing was observed. Terms that the taxonomy does not have come last.

    Raises
    ------
    NotFoundError
        When there is no such facet or column.
    InvalidInputError
        When no need or no stage is known.

    See Also
    --------
    need_satisfaction : Whether needs were satisfied.
    stages : The stages alone, with persons and contradictions.
    tp.taxonomy_coverage : The types of a taxonomy by two facets, without observed journeys.

    Notes
    -----
    A planned touchpoint serves its need and, where that is the default of its type, the other
    typical needs of the type; a type of the taxonomy serves all its typical needs, at its stage and
    in all its typical channels. Where a plan does not say which area (the area is a column, or the
    channel of a touchpoint is not known), what is planned counts in every area. Planned does not
    mean that it works: coverage says that a need finds something to turn to, `need_satisfaction`
    whether that helped.

    Coverage is ``sum(w cov) / sum(w)`` over cells, with cov 1 where something is planned and w the
    observed demand; so it is the share of interactions in planned cells, and its interval that of a
    share. Demand is what was observed: a need that nobody can bring anywhere is not in it.
    O(m log m) in m interactions, and O(cells).

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.experience.need_coverage(tp.datasets.shop(100, seed=1))
    >>> found.by_stage()["compare"]
    {'awareness': 0, 'consideration': 25, 'purchase': 0, 'retention': 0, 'advocacy': 0}
    >>> ("valued", "awareness") in found.gaps()
    True
    """
    checks.level(level)
    if plan is not None:
        require_plan(plan)
    seen_through(journeys, "need")
    check_lens(journeys, stage, "stage")
    if area is not None:
        check_lens(journeys, area, "area")
    sides = ["need", stage, *([] if area is None else [area])]
    return by_group(journeys, by, partial(_coverage, plan=plan, sides=sides, level=level))


def _coverage(
    journeys: Journeys, *, plan: Plan | None, sides: list[Lens], level: float
) -> NeedCoverage:
    taxonomy = journeys.meta.taxonomy
    seen = [seen_through(journeys, one, unknown=False) for one in sides]
    facets = _facets(sides, taxonomy)
    planned = _planned(plan, taxonomy, facets)
    met = [{cell[at] for cell in planned or ()} for at in range(len(sides))]
    terms = [
        _terms(one, facet, taxonomy, others)
        for one, facet, others in zip(seen, facets, met, strict=True)
    ]
    rows, cells = _observed(journeys, seen, terms)
    combined = list(product(*terms))
    sizes = [len(one) for one in terms]
    types = None if planned is None else _types(planned, terms)
    columns, facts = _columns(
        journeys, rows, cells, size=int(np.prod(sizes)), types=types, level=level
    )
    weights = journeys.counts[owners_of(journeys.offsets)]
    return NeedCoverage(
        need=text_array([cell[0] for cell in combined]),
        stage=text_array([cell[1] for cell in combined]),
        area=text_array([cell[2] for cell in combined]) if len(sides) > _TWO else None,
        planned=types,
        **columns,
        level=level,
        left_out=int(weights.sum() - weights[rows].sum()),
        **facts,
    )


def _facets(sides: list[Lens], taxonomy: Taxonomy | None) -> list[str | None]:
    """Return the facet of each side that a plan or a type has; None for an area that is none."""
    found: list[str | None] = ["need", "stage"]
    for area in sides[_TWO:]:
        names = lens_names(area)
        known = taxonomy is None or names[0] in taxonomy.facets
        found.append(names[0] if len(names) == 1 and known else None)
    return found


def _terms(
    seen: Seen, facet: str | None, taxonomy: Taxonomy | None, planned: set[str | None]
) -> list[str]:
    """Return the ids of one side: those of the taxonomy in its order, then others, sorted."""
    known: tuple[str, ...] = ()
    if taxonomy is not None and facet is not None and facet in taxonomy.facets:
        known = tuple(taxonomy.facets[facet].terms)
        if facet == "channel":
            known = interaction_channels(taxonomy)
    others = {one for one in planned if one is not None} | set(seen.labels)
    return list(dict.fromkeys([*known, *sorted(others)]))


def _planned(
    plan: Plan | None, taxonomy: Taxonomy | None, facets: list[str | None]
) -> list[tuple[str | None, ...]] | None:
    """Return the planned cells, once for each touchpoint; None for an area is every area.

    None where there is neither plan nor taxonomy.
    """
    if plan is not None:
        known = plan.taxonomy if plan.taxonomy is not None else taxonomy
        served = [
            [_served(one.touchpoint, known, facet, stage=one.stage) for facet in facets]
            for one in plan.touchpoints.values()
        ]
    elif taxonomy is not None:
        served = [[_typical(one, facet) for facet in facets] for one in taxonomy.types.values()]
    else:
        return None
    return [cell for one in served for cell in product(*one)]


def _served(
    touchpoint: Touchpoint, taxonomy: Taxonomy | None, facet: str | None, *, stage: str
) -> tuple[str | None, ...]:
    """Return the terms of a side that a planned touchpoint serves."""
    if facet is None:
        return (None,)
    term = touchpoint.facet(facet)
    if facet == "need" and taxonomy is not None and touchpoint.type in taxonomy.types:
        usual = taxonomy.types[touchpoint.type].typical("need")
        if term in usual[:1]:
            return usual
    if term != UNKNOWN:
        return (term,)
    if facet == "stage" and stage:
        return (stage,)
    return () if facet in ("need", "stage") else (None,)


def _typical(type_: TouchpointType, facet: str | None) -> tuple[str | None, ...]:
    """Return the terms of a side that are typical of a type."""
    if facet is None:
        return (None,)
    typical = type_.typical(facet)
    return typical if typical or facet in ("need", "stage") else (None,)


def _types(planned: Iterable[tuple[str | None, ...]], terms: list[list[str]]) -> Array:
    """Return the number of planned touchpoints of each cell, int64 (c,)."""
    places = [{term: at for at, term in enumerate(one)} for one in terms]
    found = np.zeros([len(one) for one in terms], dtype=np.int64)
    for cell in planned:
        at: list[Any] = [
            slice(None) if term is None else places[side][term] for side, term in enumerate(cell)
        ]
        found[tuple(at)] += 1
    return np.asarray(found.ravel())


def _observed(journeys: Journeys, seen: list[Seen], terms: list[list[str]]) -> tuple[Array, Array]:
    """Return the interactions of known need, stage and area, and the cell of each."""
    known = real_rows(journeys)
    for one in seen:
        known = known & (one.codes >= 0)
    rows = np.flatnonzero(known)
    cells = np.zeros(len(rows), dtype=np.int64)
    for one, ids in zip(seen, terms, strict=True):
        places = {term: at for at, term in enumerate(ids)}
        table = np.array([places[label] for label in one.labels], dtype=np.int64)
        own = table[one.codes[rows]] if len(rows) else cells
        cells = cells * len(ids) + own
    return rows, cells


def _columns(
    journeys: Journeys,
    rows: Array,
    cells: Array,
    *,
    size: int,
    types: Array | None,
    level: float,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the numbers of each cell, and the facts of the table."""
    units = units_of(journeys, None)
    owners = owners_of(journeys.offsets)[rows].astype(np.int64)
    shares = choice_shares(units, (owners, cells), groups=np.zeros(size, np.int64), level=level)
    covered = np.full(3, np.nan)
    if types is not None:
        inside = (types > 0).astype(np.int64)[cells]
        both = choice_shares(units, (owners, inside), groups=np.zeros(2, np.int64), level=level)
        covered = np.array([both.share[1], both.low[1], both.high[1]])

    names = ("covered", "covered_low", "covered_high")
    return {
        "interactions": shares.totals,
        "journeys": journeys_with(journeys, owners, cells, size=size),
        "people": people_with(units, owners, cells, size=size),
        **shares.columns("share", ends=""),
        **{name: np.full(size, one) for name, one in zip(names, covered, strict=True)},
        **occurrences_by_origin(journeys, rows, cells, size=size),
    }, facts_of(units, shares)
