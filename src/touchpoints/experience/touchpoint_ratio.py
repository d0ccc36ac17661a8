"""How many touchpoints go with one purchase, in a window that moves along the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

from touchpoints._core import checks
from touchpoints._core.checks import check_option, public
from touchpoints.experience._shared.lenses import Lens
from touchpoints.experience._shared.rolling_ratio import Step, TouchpointRatio, ratio_of_windows
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys


@public
def touchpoint_ratio(
    journeys: Journeys,
    *,
    window: dt.timedelta,
    lens: Lens = "channel",
    step: Step = "day",
    outcome: str | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> TouchpointRatio:
    """Compute touchpoints per purchase in a window that moves along the log.

    Parameters
    ----------
    window
        The length of the window. Each window ends where a day or a week of the log's time zone
        ends; the first contains the first interaction, the last the last one.
    lens
        What is told apart, beside all touchpoints together.
    step
        By how much the window moves: ``"day"``, or ``"week"`` (from Monday on).
    outcome
        The purchase: see `touchpoints.experience`. Its time must be known. Journeys whose outcome
        is not known count among all journeys, and not among converting ones.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    TouchpointRatio
        A row per window and label.

    Raises
    ------
    InvalidInputError
        When the journeys have no times, the time of the outcome is not known, or there are more
        than 100,000 windows.
    NotFoundError
        When there is no such outcome or lens.

    See Also
    --------
    compare_views : This view beside that of customers.

    Notes
    -----
    A purchase and the touchpoints before it may lie in different windows: the ratio of a short
    window can be far from the mean number of touchpoints of a journey. `tp.until` cuts off what
    follows a purchase, so that it is not counted here.

    The interval is that of a ratio of sums over persons, on the log scale, with Student's t for as
    many persons as those who purchased are worth, minus one: W. G. Cochran (1977), Sampling
    Techniques, 6.3. O(m log m) in m interactions.

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="sale")
    >>> found = tp.experience.touchpoint_ratio(shop, window=dt.timedelta(days=28), step="week")
    >>> row = found.to_dicts()[-1]
    >>> row["label"], row["whole"]
    ('website', False)
    """
    checks.level(level)
    width = checks.microseconds(window, "window")
    check_option("step", step, Step)
    require_times(journeys, "touchpoint_ratio")
    analysis = partial(
        ratio_of_windows, width=width, step=step, lens=lens, outcome=outcome, level=level
    )
    return by_group(journeys, by, analysis)
