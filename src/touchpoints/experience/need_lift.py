"""Which needs those who reach an outcome have more often than others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints.experience._shared.lenses import Lens
from touchpoints.experience._shared.lifting import NeedLift, lift_of
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys


@public
def need_lift(
    journeys: Journeys,
    *,
    need: Lens = "need",
    outcome: str | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> NeedLift:
    """Compare the needs of journeys that reached an outcome with those of journeys that did not.

    A journey has a need if one of its interactions has it. Journeys that never reached the outcome
    are one side of every comparison.

    Parameters
    ----------
    need
        What is told apart, a lens: ``"need"``, or ``["need", "context"]``.
    outcome, by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    NeedLift
        A row per need, sorted by name. A lift above 1 is an association: it does not say that
        serving the need makes people reach the outcome.

    Raises
    ------
    InvalidInputError, NotFoundError
        When there is no such outcome or lens, or journeys still contain what defines the outcome.

    See Also
    --------
    predictive_views : Whether needs predict the outcome better than channels.

    Notes
    -----
    ``lift = P(need | reached) / P(need | not reached)``. Each share has Wilson's interval, for as
    many independent journeys as those of persons are worth; ratio and difference combine them
    (Zou & Donner 2008, on the log scale; Newcombe 1998). Interactions whose ``visibility`` is
    ``"backstage"`` are left out. O(m log m) in m interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="sale")
    >>> found = tp.experience.need_lift(shop)
    >>> [(row["need"], round(row["lift"], 2)) for row in found.to_dicts()][:2]
    [('compare', 1.21), ('learn', 0.81)]
    """
    checks.level(level)
    checked_journeys(journeys)
    return by_group(journeys, by, partial(lift_of, need=need, outcome=outcome, level=level))
