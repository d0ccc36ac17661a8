"""Statistics that can be computed for many counts of the same journeys at once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, TypeVar

import attrs

from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys

_ATTRIBUTE = "recount"

Statistic = TypeVar("Statistic", bound=Callable[..., Any])


class UndefinedError(InvalidInputError):
    """A statistic has no numbers for these journeys, though it may have some for others of them.

    The bootstrap counts the resamples for which a statistic raises it.
    """


@attrs.frozen(eq=False, kw_only=True)
class Recount:
    """A statistic of the same journeys with other counts.

    Attributes
    ----------
    labels
        The labels that the statistic can have.
    numbers
        A function from counts, int64 (b, n), one row for each set of counts, to the numbers of the
        statistic, float64 (b, labels), nan where a label does not occur, and in the whole row where
        the statistic would raise `UndefinedError`.
    """

    labels: list[Hashable]
    numbers: Callable[[Array], Array]


MakeRecount = Callable[..., "Recount | None"]
"""A function of a statistic, journeys and the options of the statistic.

It returns None for options for which there is no such way.
"""


def recountable(make: MakeRecount) -> Callable[[Statistic], Statistic]:
    """Mark a statistic whose numbers for other counts the function gives, exactly the same."""

    def mark(statistic: Statistic) -> Statistic:
        statistic.__dict__[_ATTRIBUTE] = partial(make, statistic)
        return statistic

    return mark


def recount_of(statistic: Callable[..., Any], journeys: Journeys) -> Recount | None:
    """Return how a statistic, or a partial of one, is recounted; None where it is not marked."""
    if isinstance(statistic, partial):
        whole = not statistic.args
        make = getattr(statistic.func, _ATTRIBUTE, None) if whole else None
        return None if make is None else make(journeys, **statistic.keywords)
    make = getattr(statistic, _ATTRIBUTE, None)
    return None if make is None else make(journeys)
