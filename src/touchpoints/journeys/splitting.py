"""Split journeys by what their interactions are about, such as the need."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.sorting import ordering
from touchpoints._core.checks import public
from touchpoints._core.frozen import Coded, code_values, owned
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.checks import refuse_split
from touchpoints.journeys.model import (
    Journeys,
    checked_journeys,
    interaction_columns,
    journey_columns,
    part_of,
)
from touchpoints.journeys.relabelling import collapse

ORIGIN = "origin"


@public
def split_by(journeys: Journeys, by: str | Sequence[str]) -> Journeys:
    """Split journeys by a facet or a column: one journey for each of its values.

    Parameters
    ----------
    by
        A facet (``"need"``), a per-interaction column, or several of them, as for `collapse`.

    Returns
    -------
    Journeys
        One journey for each journey and value, with the interactions of that value in their order
        and the id ``id/value``. A per-journey column of the name ``by`` (several names are joined
        by commas) has the value, ``"unknown"`` where it is missing; ``per_journey["origin"]`` the
        old id, which also becomes ``persons`` where there were none. Touchpoints, counts and other
        columns are those of the journey; a part began or is finished if the journey did or is.
        Empty journeys have no part and are left out.

    Raises
    ------
    NotFoundError
        When a name is neither a facet nor a per-interaction column.
    InvalidInputError
        When journeys have outcomes or values: it is unknown to which part they belong, so mark them
        after the split. When there is a per-journey column of the name ``by``.

    Notes
    -----
    The order between parts is lost: what happened between two interactions about one need is no
    longer between them. O(m log m).

    See Also
    --------
    split_by_gap : Split where nothing happens for long; also after this split.
    collapse : Look at the whole journey through the same facet.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [("ana", 1, "web"), ("ana", 2, "desk"), ("ana", 3, "web")]
    >>> log = {"who": [], "t": [], "place": []}
    >>> for who, day, place in rows:
    ...     _ = (
    ...         log["who"].append(who),
    ...         log["t"].append(f"2026-03-0{day}"),
    ...         log["place"].append(place),
    ...     )
    >>> journeys = tp.from_columns(
    ...     log, journey="who", time="t", touchpoint="place", per_interaction=("place",)
    ... )
    >>> [(one.id, len(one)) for one in tp.split_by(journeys, "place")]
    [('ana/web', 2), ('ana/desk', 1)]
    """
    checked_journeys(journeys)
    refuse_split([*journeys.outcomes, *journeys.values])
    seen = collapse(journeys, by)
    name = ",".join(seen.meta.lens)
    if name in journeys.per_journey:
        raise InvalidInputError(
            f"the per-journey column {name!r} would be lost: splitting adds one of this name",
            mend="rename the column when reading, or leave it out of per_journey=",
        )
    parts = len(seen.touchpoints)
    owners = segments.owners_of(journeys.offsets).astype(np.int64)
    grouped = ordering.group_rows((owners * max(parts, 1) + seen.codes).view(np.uint64))
    first = grouped.rows[grouped.offsets[:-1]]
    chosen = owners[first]
    columns = journey_columns(journeys, chosen)
    old = columns["ids"]
    texts = [one.key for one in seen.touchpoints]
    part = Coded(owned(seen.codes[first].astype(np.int32)), tuple(texts))
    names = [f"{one}/{value}" for one, value in zip(old.tolist(), part.to_list(), strict=True)]
    added = {
        name: part,
        ORIGIN: old if old.dtype == np.int64 else code_values(old.tolist()),
    }
    return part_of(
        journeys,
        offsets=owned(grouped.offsets),
        **interaction_columns(journeys, grouped.rows),
        **{
            **columns,
            "ids": names,
            "persons": old if journeys.persons is None else columns["persons"],
            "per_journey": {**columns["per_journey"], **added},
        },
    )
