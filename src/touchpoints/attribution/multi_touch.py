"""Attribution to all touchpoints of a journey: linear, by position, by age, by own weights."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from numbers import Real
from typing import Any, TypeAlias

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import microseconds, public
from touchpoints._core.frozen import Array
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.by_rule import by_all, by_rule
from touchpoints.attribution._shared.credit import Credit
from touchpoints.attribution._shared.evidence import Evidence, Interactions
from touchpoints.attribution._shared.recounting import by_weights
from touchpoints.attribution._shared.splitting import (
    by_roles,
    evenly,
    evenly_distinct,
    normalised,
)
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.uncertainty.recounting import recountable

Weigh: TypeAlias = Callable[[Array, Array, Array], Any]


@recountable(by_weights)
@public
def linear(
    journeys: Journeys,
    *,
    distinct: bool = False,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Credit:
    """Credit all touchpoints of a journey equally.

    Parameters
    ----------
    distinct
        Whether each distinct touchpoint of a journey gets the same credit, however often it
        occurs. By default each interaction gets the same credit.
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
    shapley : With ``game="subsets"`` the same numbers as ``distinct=True``.
    position_based : More credit to the first and the last touchpoint.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["ad > ad > search"], "n": [3]}, path="path", converted="n"
    ... )
    >>> tp.attribution.linear(journeys).as_dict()
    {'ad': 2.0, 'search': 1.0}
    >>> tp.attribution.linear(journeys, distinct=True).as_dict()
    {'ad': 1.5, 'search': 1.5}
    """
    name = "linear, distinct touchpoints" if distinct else "linear"
    rule = evenly_distinct if distinct else evenly
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=by, level=level)
    return by_rule(journeys, rule, model=name, asked=asked)


@recountable(by_weights)
@public
def position_based(
    journeys: Journeys,
    *,
    first: float = 0.4,
    last: float = 0.4,
    milestones: Mapping[str, float] | None = None,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Credit:
    """Credit the first and the last touchpoint more, and milestones if any are named.

    With the defaults this is the U-shaped model; with
    ``first=0.3, last=0.3, milestones={"lead_form": 0.3}`` the W-shaped one.

    Parameters
    ----------
    first, last
        The credit of the first and the last interaction, each in [0, 1].
    milestones
        The credit of the first occurrence of a touchpoint, by its key or type. In a journey
        without it, its credit goes to the interactions that have no role.
    outcome, value, lookback, by, level
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Credit
        One row per touchpoint that occurs.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `first_touch`; also when a credit is not in [0, 1], or they sum to more than 1.

    See Also
    --------
    linear : Credit all touchpoints equally.
    time_decay : More credit the closer to the outcome.
    custom : Any weights.

    Notes
    -----
    What first, last and milestones leave of 1 is split equally between the interactions that have
    no role; where there are none, equally between those that have a role. So a journey of two gets
    one half each with the defaults, and a journey of one gets all. An interaction with several
    roles gets the sum of their credit.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["ad > mail > search"], "n": [1]}, path="path", converted="n"
    ... )
    >>> found = tp.attribution.position_based(journeys)
    >>> found.touchpoint.tolist(), found.credit.round(2).tolist()
    (['ad', 'search', 'mail'], [0.4, 0.4, 0.2])
    """
    checked_journeys(journeys)
    if not isinstance(milestones, (Mapping, type(None))):
        raise WrongKindError(
            f"milestones must be a mapping of touchpoints to credit, got {milestones!r}",
            mend='milestones={"lead_form": 0.3}',
        )
    named = dict(milestones or {})
    for name, part in (("first", first), ("last", last), *named.items()):
        if not isinstance(part, Real) or isinstance(part, bool) or not 0 <= part <= 1:
            raise InvalidInputError(
                f"the credit of {name!r} must be a number in [0, 1], got {part!r}"
            )
    rest = 1 - first - last - sum(named.values())
    if rest < -1e-9:
        raise InvalidInputError(
            f"first, last and milestones must sum to at most 1, got {1 - rest:g}"
        )

    def weigh(found: Interactions) -> Array:
        return by_roles(found, first, last, named=named)

    shown = "".join(f", {name} {part:g}" for name, part in named.items())
    model = f"position-based, first {first:g}, last {last:g}{shown}"
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=by, level=level)
    return by_rule(journeys, weigh, model=model, asked=asked)


@recountable(by_weights)
@public
def time_decay(
    journeys: Journeys,
    *,
    half_life: dt.timedelta | float,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Credit:
    """Credit touchpoints the more, the closer they are to the outcome.

    Parameters
    ----------
    half_life
        As a ``datetime.timedelta``, the time after which credit halves. As a number, the number of
        interactions after which it halves; then no times are needed.
    outcome, value, lookback, by, level
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Credit
        One row per touchpoint that occurs.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `first_touch`; also when the half-life is not above 0, or is a duration and the journeys
        have no times.

    See Also
    --------
    additive_hazard : Rates of decay that are estimated from the journeys.

    Notes
    -----
    An interaction of age a gets a weight of ``2 ** (-a / half_life)``, divided by the sum over its
    journey. Since ages count from the same moment, it makes no difference whether that is the
    outcome or the last interaction.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > search"], "n": [3]}, path="path", converted="n")
    >>> tp.attribution.time_decay(journeys, half_life=1).as_dict()
    {'search': 2.0, 'ad': 1.0}
    """
    checked_journeys(journeys)
    if isinstance(half_life, dt.timedelta):
        rate, unit = microseconds(half_life, "half_life"), f"{half_life}"
    else:
        if isinstance(half_life, bool) or not isinstance(half_life, Real):
            raise WrongKindError(
                "half_life must be a datetime.timedelta or a number of interactions, got "
                f"{half_life!r}"
            )
        rate, unit = float(half_life), f"{half_life:g} interactions"
    if not (rate > 0 and math.isfinite(rate)):
        raise InvalidInputError(f"half_life must be above 0, got {half_life!r}")

    def weigh(found: Interactions) -> Array:
        lengths = segments.lengths_of(found.offsets)
        if isinstance(half_life, dt.timedelta):
            if found.journeys.times is None:
                raise InvalidInputError(
                    "a half-life as a duration needs the times of interactions",
                    mend="half_life=2 counts interactions; tp.from_frame(…, time=…) reads times",
                )
            ages = found.journeys.times.view(np.int64)
        else:
            ages = np.arange(len(found.codes), dtype=np.int64)
        ends = found.offsets[1:][lengths > 0] - 1
        newest = np.repeat(ages[ends], lengths[lengths > 0])
        return normalised(np.exp2((ages - newest) / rate), found.offsets)

    model = f"time decay, half-life {unit}"
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=by, level=level)
    return by_rule(journeys, weigh, model=model, asked=asked)


@public
def custom(
    journeys: Journeys,
    weigh: Weigh,
    *,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Credit:
    """Credit touchpoints by weights of your own.

    Parameters
    ----------
    weigh
        A function of three arrays with an entry for each interaction: its 1-based position in the
        journey, the length of the journey, and the seconds from it to the outcome (nan without
        times). It returns weights of at least 0, which are divided by their sum over the journey.
    outcome, value, lookback, by, level
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Credit
        One row per touchpoint that occurs.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `first_touch`; also when weights are negative or not finite, or are all 0 in a journey.

    See Also
    --------
    position_based, time_decay : The usual weights.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > search"], "n": [3]}, path="path", converted="n")
    >>> tp.attribution.custom(journeys, lambda position, length, seconds: position).as_dict()
    {'search': 2.0, 'ad': 1.0}
    """
    checked_journeys(journeys)
    if not callable(weigh):
        raise WrongKindError(f"weigh must be a function of three arrays, got {weigh!r}")
    asked = Asked(outcome=outcome, value=value, lookback=lookback, by=by, level=level)
    rule = partial(_own, weigh=weigh)
    return by_all(journeys, rule, model="custom weights", asked=asked)


def _own(evidence: Evidence, *, weigh: Weigh) -> Array:
    lengths = segments.lengths_of(evidence.offsets)
    position = np.arange(len(evidence.codes)) - np.repeat(evidence.offsets[:-1], lengths) + 1
    seconds = np.full(len(position), np.nan)
    if evidence.journeys.times is not None and evidence.deadlines is not None:
        until = np.repeat(evidence.deadlines, lengths)
        seconds = (until - evidence.journeys.times.view(np.int64)) / 1e6
    weights = np.asarray(weigh(position, np.repeat(lengths, lengths), seconds))
    if weights.dtype.kind not in "biuf":
        raise WrongKindError(f"weigh must return numbers, got an array of {weights.dtype}")
    weights = weights.astype(np.float64)
    if weights.shape != position.shape:
        raise InvalidInputError(
            f"weigh must return one weight for each of {len(position):,} interactions, got an "
            f"array of shape {weights.shape}"
        )
    if not ((weights >= 0) & np.isfinite(weights)).all():
        raise InvalidInputError("weigh must return finite weights of at least 0")
    sums = segments.sum_by_segment(weights, evidence.offsets)
    if ((sums <= 0) & (lengths > 0) & evidence.reached).any():
        raise InvalidInputError(
            "weigh returned only weights of 0 for a journey that reached the outcome",
            mend="give some weight to at least one interaction of each journey",
        )
    return normalised(weights, evidence.offsets)
