"""Numbers of touchpoints, with intervals, from the results of analyses or from mappings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from touchpoints._core import checks
from touchpoints._core.messages import first_few, not_found, quoted, wrong_kind
from touchpoints._core.tables import Labelled
from touchpoints.errors import InvalidInputError


class Bounded(NamedTuple):
    """A number with its interval; nan where it is not known."""

    value: float
    low: float
    high: float


def numbers_of(given: Any) -> dict[Any, Bounded]:
    """Return the number and the interval of each label.

    Parameters
    ----------
    given
        A table with one number for each label, or a mapping of labels to numbers.

    Raises
    ------
    WrongKindError
        When it is neither.
    """
    if isinstance(given, Labelled):
        numbers = given.as_dict()
        ends: list[Any] = [getattr(given, name, None) for name in ("low", "high")]
        if any(one is None or len(one) != len(numbers) for one in ends):
            ends = [np.full(len(numbers), np.nan)] * 2
        return {
            name: Bounded(float(value), float(low), float(high))
            for (name, value), low, high in zip(numbers.items(), ends[0], ends[1], strict=True)
        }
    if isinstance(given, Mapping):
        return {
            name: Bounded(checks.number(f"the number of {quoted(name)}", value), np.nan, np.nan)
            for name, value in given.items()
        }
    raise wrong_kind(
        given,
        takes="the result of an analysis or a mapping",
        mend='for example tp.experience.key_drivers(…), or {"chat": 0.4}',
    )


def numbers_among(given: Any, keys: Sequence[Any], *, argument: str) -> dict[Any, Bounded]:
    """Return the numbers of labels, as `numbers_of`; raise unless they are of these touchpoints.

    Raises
    ------
    NotFoundError
        When a mapping names another touchpoint.
    InvalidInputError
        When a table has labels, and none of them is a touchpoint.
    """
    found, known = numbers_of(given), set(keys)
    if isinstance(given, Labelled):
        if found and not found.keys() & known:
            raise InvalidInputError(
                f"{argument}= says nothing of a touchpoint that occurs",
                where=f"it has {first_few(found)}, the journeys {first_few(keys)}",
                mend="compute it of the same journeys, by touchpoint and without by=",
            )
        return found
    for one in found:
        if one not in known:
            raise not_found("touchpoint", one, keys, where=f"given in {argument}=")
    return found
