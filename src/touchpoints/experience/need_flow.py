"""Which need follows which, in each context."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints.experience._shared.flowing import NeedFlow, flow_of
from touchpoints.experience._shared.lenses import Lens
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys


@public
def need_flow(
    journeys: Journeys,
    *,
    need: Lens = "need",
    context: Lens = "context",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> NeedFlow:
    """Compute which need follows each need, in each context.

    Parameters
    ----------
    need, context
        What is told apart, two lenses; interactions without a term are ``"unknown"``.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    NeedFlow
        A row per context, need and next need that occur, sorted by name.

    Raises
    ------
    InvalidInputError, NotFoundError
        When there is no such lens.

    See Also
    --------
    need_mix : The needs at each stage.
    touchpoints.paths.transitions : Which touchpoint follows which.

    Notes
    -----
    ``share = count(context, need, next) / count(context, need)``, with Wilson's interval for as
    many independent interactions as those of persons are worth. Interactions whose ``visibility``
    is ``"backstage"`` are left out first: what customers see next follows. O(m log m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.experience.need_flow(tp.datasets.shop(400, seed=1))
    >>> sorted(set(found.need.tolist()))[:2]
    ['acquire', 'compare']
    """
    checks.level(level)
    checked_journeys(journeys)
    return by_group(journeys, by, partial(flow_of, need=need, context=context, level=level))
