"""Attribution to one touchpoint of each journey: the first, the last, the last non-direct."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.by_rule import Rule, by_rule
from touchpoints.attribution._shared.credit import Credit
from touchpoints.attribution._shared.evidence import Interactions
from touchpoints.attribution._shared.recounting import by_weights
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place, rows_at
from touchpoints.journeys.places.selectors import facet_names
from touchpoints.uncertainty.recounting import recountable


@recountable(by_weights)
@public
def first_touch(
    journeys: Journeys,
    *,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Credit:
    """Credit the first touchpoint of each journey that reached the outcome.

    Parameters
    ----------
    outcome, value, lookback, by, level
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Credit
        One row per touchpoint that occurs.

    Raises
    ------
    NotFoundError
        When the outcome, the value or the column does not exist.
    InvalidInputError
        When no journey reached the outcome, when journeys still contain the touchpoint that defines
        it, when values are negative or missing, or when a look-back is given without times.

    See Also
    --------
    last_touch : Credit the last touchpoint instead.
    linear : Credit all touchpoints equally.

    Notes
    -----
    O(m). Journeys with nothing before the outcome are credited to ``"(none)"``. The interval is
    Wilson's, with the number of trials that gives the variance found between persons.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad > search", "ad"], "sales": [3, 1], "lost": [1, 6]}
    >>> journeys = tp.from_paths(table, path="path", outcome="sale", converted="sales", lost="lost")
    >>> tp.attribution.first_touch(journeys).shares
    {'ad': 1.0, 'search': 0.0}
    """
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=by, level=level)
    return by_rule(journeys, _ends(last=False), model="first touch", asked=asked)


@recountable(by_weights)
@public
def last_touch(
    journeys: Journeys,
    *,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Credit:
    """Credit the last touchpoint of each journey that reached the outcome.

    Parameters
    ----------
    outcome, value, lookback, by, level
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Credit
        One row per touchpoint that occurs.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `first_touch`.

    See Also
    --------
    last_non_direct : Skip direct visits.
    first_touch : Credit the first touchpoint instead.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad > search", "ad"], "sales": [3, 1], "lost": [1, 6]}
    >>> journeys = tp.from_paths(table, path="path", outcome="sale", converted="sales", lost="lost")
    >>> tp.attribution.last_touch(journeys).as_dict()
    {'search': 3.0, 'ad': 1.0}
    """
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=by, level=level)
    return by_rule(journeys, _ends(last=True), model="last touch", asked=asked)


def _ends(*, last: bool) -> Rule:
    def weigh(found: Interactions) -> Array:
        weights = np.zeros(len(found.codes))
        filled = found.offsets[1:] > found.offsets[:-1]
        rows = found.offsets[1:][filled] - 1 if last else found.offsets[:-1][filled]
        weights[rows] = 1.0
        return weights

    return weigh


@recountable(by_weights)
@public
def last_non_direct(
    journeys: Journeys,
    *,
    direct: Place | None = None,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Credit:
    """Credit the last touchpoint that is not a direct visit; the last one if all are direct.

    Parameters
    ----------
    direct
        Which touchpoints are direct visits. By default those whose channel or arrival channel is
        ``direct``, or whose key is ``direct``.
    outcome, value, lookback, by, level
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Credit
        One row per touchpoint that occurs.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `first_touch`; also when ``direct`` names an unknown touchpoint, and when it is left out
        and no touchpoint is direct by the default.

    See Also
    --------
    last_touch : Direct visits are not skipped.

    Notes
    -----
    A journey of direct visits alone credits the last of them, so that no outcome is lost.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["email > direct", "direct"], "sales": [3, 1]}
    >>> journeys = tp.from_paths(table, path="path", converted="sales")
    >>> tp.attribution.last_non_direct(journeys).as_dict()
    {'email': 3.0, 'direct': 1.0}
    """

    def weigh(found: Interactions) -> Array:
        skipped = _direct(found.journeys, direct)
        chosen = segments.last_row_where(~skipped, found.offsets)
        filled = found.offsets[1:] > found.offsets[:-1]
        chosen = np.where(chosen < 0, found.offsets[1:] - 1, chosen)[filled]
        weights = np.zeros(len(found.codes))
        weights[chosen] = 1.0
        return weights

    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=by, level=level)
    return by_rule(journeys, weigh, model="last non-direct touch", asked=asked)


def _direct(journeys: Journeys, place: Place | None) -> Array:
    if place is not None:
        return rows_at(journeys, place)
    names = [name for name in ("channel", "arrival_channel") if name in facet_names(journeys)]
    found = np.array(
        [
            one.key == "direct" or any(one.facet(name) == "direct" for name in names)
            for one in journeys.touchpoints
        ],
        dtype=bool,
    )
    if not found.any():
        raise InvalidInputError(
            "no touchpoint of these journeys is a direct visit",
            mend="direct= says which are, for example direct={'channel': 'website'}",
        )
    return np.asarray(found[journeys.codes])
