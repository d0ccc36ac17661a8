"""What came before an interaction: the touchpoint before, the position, columns of the caller."""

from __future__ import annotations

import numpy as np

from touchpoints._core.frozen import Array, Coded
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.lenses import Seen
from touchpoints.journeys.model import Journeys, take_rows

PREVIOUS, POSITION = "previous", "position"

_START, _UNKNOWN = "(start)", "(unknown)"


def columns_before(
    journeys: Journeys, adjust: tuple[str, ...], *, seen: Seen, owners: Array
) -> dict[str, Coded | Array]:
    """Return the columns in which interactions are made alike, by name, each of (m,).

    ``"previous"`` is what came before under the lens, ``"position"`` the position in the journey in
    classes that double: 1, 2-3, 4-7 and so on.

    Raises
    ------
    NotFoundError
        When there is no such column.
    InvalidInputError
        When a name is given twice.
    """
    if len(set(adjust)) < len(adjust):
        raise InvalidInputError(f"adjust= has a name twice: {', '.join(adjust)}")
    return {name: _column(journeys, name, seen, owners) for name in adjust}


def _column(journeys: Journeys, name: str, seen: Seen, owners: Array) -> Coded | Array:
    if name == PREVIOUS:
        return _previous(journeys, seen, owners)
    if name == POSITION:
        return _positions(journeys, owners)
    if name in journeys.per_interaction:
        return journeys.per_interaction[name]
    if name not in journeys.per_journey:
        known = (PREVIOUS, POSITION, *journeys.per_interaction, *journeys.per_journey)
        raise not_found("column", name, known, where="given in adjust=")
    found: Coded | Array = take_rows(journeys.per_journey[name], owners)
    return found


def _previous(journeys: Journeys, seen: Seen, owners: Array) -> Coded:
    labels = (*seen.labels, _START, _UNKNOWN)
    before = np.append(-1, seen.codes[:-1])[: len(owners)]
    firsts = np.flatnonzero(np.diff(owners, prepend=-1))
    before[firsts] = np.where(journeys.began[owners[firsts]], seen.k, seen.k + 1)
    return Coded(codes=before.astype(np.int32), categories=labels)


def _positions(journeys: Journeys, owners: Array) -> Coded:
    position = np.arange(len(owners)) - journeys.offsets[owners] + 1
    classes = np.frexp(position.astype(np.float64))[1] - 1
    names = [
        "1" if one == 0 else f"{2**one}-{2 ** (one + 1) - 1}"
        for one in range(int(classes.max(initial=0)) + 1)
    ]
    return Coded(codes=classes.astype(np.int32), categories=tuple(names))
