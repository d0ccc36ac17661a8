"""Which channel each person prefers, in all and for each need."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints.experience._shared.lenses import Lens
from touchpoints.experience._shared.preferring import PreferredChannels, preferred_of
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys


@public
def preferred_channels(
    journeys: Journeys,
    *,
    channel: Lens = "channel",
    need: Lens = "need",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> PreferredChannels:
    """Compute the share of persons who prefer each channel, for each need and in all.

    Parameters
    ----------
    channel
        What is preferred, a lens.
    need
        What it is preferred for, a lens.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    PreferredChannels
        A row per need and channel that occur together, sorted by name.

    Raises
    ------
    InvalidInputError, NotFoundError
        When there is no such lens.

    See Also
    --------
    need_mix : The needs at each stage.

    Notes
    -----
    The preferred channel of a person is the one of most of their interactions with the need, over
    all their journeys. Each person counts once, so that those with many interactions weigh no more
    than others, and persons are independent: the interval is Wilson's, which is slightly too wide
    where there are ties. What people use is what they were offered, too: a channel that nobody
    can reach is preferred by nobody. Interactions whose ``visibility`` is ``"backstage"`` are left
    out. O(m log m) in m interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.experience.preferred_channels(tp.datasets.shop(400, seed=1))
    >>> round(found.as_dict()["remember", "email"], 2)
    1.0
    """
    checks.level(level)
    checked_journeys(journeys)
    analysis = partial(preferred_of, channel=channel, need=need, level=level)
    return by_group(journeys, by, analysis)
