"""Which needs people have at each stage."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints.experience._shared.lenses import Lens
from touchpoints.experience._shared.mixing import NeedMix, mix_of
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys


@public
def need_mix(
    journeys: Journeys,
    *,
    need: Lens = "need",
    stage: Lens = "stage",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> NeedMix:
    """Compute the share of each need at each stage, for everybody, whether they bought or not.

    Parameters
    ----------
    need
        What is told apart, a lens: ``"need"``, or ``["need", "context"]``.
    stage
        What it is told apart within, a lens; interactions without a term are ``"unknown"``.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    NeedMix
        A row per stage and need that occur together, sorted by name.

    Raises
    ------
    InvalidInputError, NotFoundError
        When there is no such lens.

    See Also
    --------
    need_coverage : Which needs are planned for at which stage.
    need_flow : Which need comes next.

    Notes
    -----
    ``share = interactions(stage, need) / interactions(stage)``, of interactions whose need is
    known, with Wilson's interval for as many independent interactions as those of persons are
    worth. Interactions whose ``visibility`` is ``"backstage"`` are left out. O(m log m).

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.experience.need_mix(tp.datasets.shop(400, seed=1), stage="channel")
    >>> round(found.as_dict()["email", "remember"], 2)
    1.0
    """
    checks.level(level)
    checked_journeys(journeys)
    return by_group(journeys, by, partial(mix_of, need=need, stage=stage, level=level))
