"""Occurrences of needs: of which need, from where, and what satisfies them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.checks import require_kind
from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted, first_few, not_found
from touchpoints.classify.typing import FROM_DATA, FROM_DEFAULT, FROM_RULE
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.lenses import Lens, Seen, seen_through
from touchpoints.experience._shared.origins import circular, origins_of
from touchpoints.journeys.groups import groups_of
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.outcomes import amounts_of
from touchpoints.journeys.places.anchors import Place, rows_at
from touchpoints.taxonomy import UNKNOWN
from touchpoints.uncertainty import Units

_FROM = {"from_data": FROM_DATA, "from_rule": FROM_RULE, "from_default": FROM_DEFAULT}


def real_rows(journeys: Journeys) -> Array:
    """Return whether each interaction is of a row with a count above 0, bool (m,)."""
    return np.asarray(journeys.counts[owners_of(journeys.offsets)] > 0)


def occurrences_by_origin(
    journeys: Journeys, rows: Array, cells: Array, *, size: int
) -> dict[str, Array]:
    """Return how many interactions of each cell have a need from where, as columns of a table.

    Without columns where the journeys do not say.
    """
    origins = origins_of(journeys, "need")
    if origins is None:
        return {}
    weights = journeys.counts[owners_of(journeys.offsets)[rows]].astype(np.float64)
    found = origins[rows]
    return {
        name: np.bincount(cells[found == code], weights[found == code], size).astype(np.int64)
        for name, code in _FROM.items()
    }


def people_with(
    units: Units, owners: Array, cells: Array, *, size: int, among: Array | None = None
) -> Array:
    """Return how many units have an interaction of each cell, int64 (size,).

    Parameters
    ----------
    owners, cells : int64 (h,)
        The journey and the cell of each interaction.
    among : bool (g,), optional
        The units that count; all by default.
    """
    wide = max(size, 1)
    pairs = runs(units.of[owners] * wide + cells)[0]  # np.unique hashes first, which is slower
    number = units.repeats[pairs // wide].astype(np.float64)
    if among is not None:
        number = number * among[pairs // wide]
    return np.bincount(pairs % wide, number, size).astype(np.int64)


def journeys_with(journeys: Journeys, owners: Array, cells: Array, *, size: int) -> Array:
    """Return how many real journeys have an interaction of each cell, int64 (size,)."""
    wide = max(size, 1)
    pairs = runs(owners * wide + cells)[0]
    counts = journeys.counts[pairs // wide].astype(np.float64)
    return np.bincount(pairs % wide, counts, size).astype(np.int64)


def remark_of_defaults(by_default: Array | None, *known: Array | None) -> list[str]:
    """Return a line that says how many needs are only the defaults of types, or nothing."""
    if by_default is None:
        return []
    defaults = int(by_default.sum())
    total = defaults + sum(int(one.sum()) for one in known if one is not None)
    if not defaults:
        return []
    if defaults == total:
        return circular(["need"])
    share = f"{defaults:,} of {counted(total, 'interaction')}"
    return [f"the need of {share} is only the default of the type"]


@attrs.frozen(eq=False, kw_only=True)
class Satisfying:
    """What satisfies needs: places by need, places for every need, and scores.

    Attributes
    ----------
    success : mapping of need to place, optional
        The success event of each need.
    positive : place, optional
        A positive assessment, whatever the need: ``{"valence": "positive"}``.
    scores, threshold : str and float, optional
        A per-interaction column of scores; a score of at least ``threshold`` is positive.
    """

    success: Mapping[str, Place] | None
    positive: Place | None
    scores: str | None
    threshold: float | None

    def check(self, journeys: Journeys) -> None:
        """Raise unless these can be read from the journeys."""
        if self.success is None and self.positive is None and self.scores is None:
            raise InvalidInputError(
                "nothing says when a need is satisfied",
                mend="give success={'acquire': 'purchase'}, positive= or scores= with threshold=",
            )
        if (self.scores is None) != (self.threshold is None):
            raise InvalidInputError(
                "scores= and threshold= are read together",
                mend="for example scores='csat', threshold=4",
            )
        if self.threshold is not None:
            checks.finite("threshold", self.threshold)
        if self.success is not None:
            self._check_needs(journeys)
        self.everywhere(journeys)

    def _check_needs(self, journeys: Journeys) -> None:
        success = self.success
        mend = "success={'acquire': 'purchase'}"
        require_kind(success, Mapping, takes="a mapping of needs to places", mend=mend)
        taxonomy = journeys.meta.taxonomy
        known = {one.need for one in journeys.touchpoints} - {UNKNOWN}
        if taxonomy is not None and "need" in taxonomy.facets:
            known |= set(taxonomy.facets["need"].terms)
        for need, place in (success or {}).items():
            if not isinstance(need, str) or need not in known:
                raise not_found("need", need, sorted(known), where="given in success=")
            rows_at(journeys, place)

    def everywhere(self, journeys: Journeys) -> Array:
        """Return where any need is satisfied: positive assessments, bool (m,)."""
        flags = np.zeros(len(journeys.codes), dtype=bool)
        if self.positive is not None:
            flags |= rows_at(journeys, self.positive)
        if self.scores is not None and self.threshold is not None:
            flags |= amounts_of(journeys, self.scores) >= self.threshold
        return flags

    def by_need(self, journeys: Journeys, needs: Seen) -> list[Array | None]:
        """Return where each need is satisfied, bool (m,); None where nothing satisfies it."""
        anyhow = self.everywhere(journeys)
        general = self.positive is not None or self.scores is not None
        found: list[Array | None] = []
        for need in needs.labels:
            place = None if self.success is None else self.success.get(need)
            if place is None:
                found.append(anyhow if general else None)
            else:
                found.append(anyhow | rows_at(journeys, place))
        return found


def attribute_seen(journeys: Journeys, name: str) -> Seen:
    """Return the attribute of each interaction: a facet, or a column of interactions or journeys.

    Raises
    ------
    NotFoundError
        When there is neither a column nor a facet of that name.
    """
    require_kind(name, str, takes="the name of a column or facet", mend="attribute='product'")
    if name not in journeys.per_journey:
        return seen_through(journeys, name, unknown=False)
    groups = groups_of(journeys, name)
    return Seen(
        name=name,
        names=(name,),
        labels=tuple(str(one) for one in groups.labels),
        codes=groups.of[owners_of(journeys.offsets)].astype(np.int64),
        per_journey=True,
    )


def check_lens(journeys: Journeys, lens: Lens, name: str) -> None:
    """Raise unless an argument is a lens of these journeys."""
    takes = "a facet, a per-interaction column, or several of them"
    require_kind(lens, (str, list, tuple), takes=takes, mend=f'{name}="channel"')
    for one in (lens,) if isinstance(lens, str) else lens:
        require_kind(one, str, takes=takes, mend=f'{name}="channel"')
    seen_through(journeys, lens)


def limit_of(within: dt.timedelta | None) -> int | None:
    """Return the time within which a need must be satisfied, in microseconds; None for none."""
    return None if within is None else checks.microseconds(within, "within")


def without_success(labels: Array, lacking: Array) -> list[str]:
    """Return a line that names the needs that nothing satisfies, or nothing."""
    names = sorted(set(labels[lacking].tolist()))
    if not names:
        return []
    return [f"no success event is given for {first_few(names)}: not judged"]
