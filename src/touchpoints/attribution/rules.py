"""Attribution by rule: first, last, linear, by position, by age, or any weights."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from functools import partial
from numbers import Real
from typing import Any, TypeAlias

import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays import segments
from touchpoints._core.frozen import Array, owned
from touchpoints.attribution._shared.credit import Credit, Split, credited
from touchpoints.attribution._shared.evidence import Evidence, dependence, evidence_of
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.cutting import microseconds
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place, rows_at
from touchpoints.journeys.places.selectors import facet_names

Weigh: TypeAlias = Callable[[Array, Array, Array], Any]
_Rule: TypeAlias = "Callable[[Evidence], Array]"
_WIDE = 2048


def first_touch(
    journeys: Journeys,
    *,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | None = None,
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
    return _by_rule(
        journeys, _ends(last=False), "first touch", outcome, value, lookback, by=by, level=level
    )


def last_touch(
    journeys: Journeys,
    *,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | None = None,
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
    return _by_rule(
        journeys, _ends(last=True), "last touch", outcome, value, lookback, by=by, level=level
    )


def _ends(*, last: bool) -> _Rule:
    def weigh(evidence: Evidence) -> Array:
        weights = np.zeros(len(evidence.codes))
        filled = evidence.offsets[1:] > evidence.offsets[:-1]
        rows = evidence.offsets[1:][filled] - 1 if last else evidence.offsets[:-1][filled]
        weights[rows] = 1.0
        return weights

    return weigh


def last_non_direct(
    journeys: Journeys,
    *,
    direct: Place | None = None,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | None = None,
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

    def weigh(evidence: Evidence) -> Array:
        skipped = _direct(evidence.journeys, direct)
        chosen = segments.last_row_where(~skipped, evidence.offsets)
        filled = evidence.offsets[1:] > evidence.offsets[:-1]
        chosen = np.where(chosen < 0, evidence.offsets[1:] - 1, chosen)[filled]
        weights = np.zeros(len(evidence.codes))
        weights[chosen] = 1.0
        return weights

    return _by_rule(
        journeys, weigh, "last non-direct touch", outcome, value, lookback, by=by, level=level
    )


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


def linear(
    journeys: Journeys,
    *,
    distinct: bool = False,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | None = None,
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
    rule = _evenly_distinct if distinct else _evenly
    return _by_rule(journeys, rule, name, outcome, value, lookback, by=by, level=level)


def _evenly(evidence: Evidence) -> Array:
    lengths = segments.lengths_of(evidence.offsets)
    return np.repeat(1.0 / np.maximum(lengths, 1), lengths)


def _evenly_distinct(evidence: Evidence) -> Array:
    """Return 1 / (distinct touchpoints × occurrences of this one) in its journey."""
    lengths, k = segments.lengths_of(evidence.offsets), evidence.k
    keys = segments.owners_of(evidence.offsets).astype(np.int64) * k + evidence.codes
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    fresh = np.ones(len(keys), dtype=bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(fresh)
    often = np.empty(len(keys))
    often[order] = np.repeat(np.diff(np.append(starts, len(keys))), np.diff(np.append(starts, len(keys))))
    kinds = np.bincount(ordered[starts] // max(k, 1), minlength=len(lengths))
    return np.asarray(1.0 / (np.repeat(kinds, lengths) * often))


def position_based(
    journeys: Journeys,
    *,
    first: float = 0.4,
    last: float = 0.4,
    milestones: Mapping[str, float] | None = None,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | None = None,
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
    >>> journeys = tp.from_paths({"path": ["ad > mail > search"], "n": [1]}, path="path", converted="n")
    >>> tp.attribution.position_based(journeys).as_dict()
    {'ad': 0.4, 'search': 0.4, 'mail': 0.2}
    """
    named = dict(milestones or {})
    for name, part in (("first", first), ("last", last), *named.items()):
        if not isinstance(part, Real) or isinstance(part, bool) or not 0 <= part <= 1:
            raise InvalidInputError(f"the credit of {name!r} must be a number in [0, 1], got {part!r}")
    rest = 1 - first - last - sum(named.values())
    if rest < -1e-9:
        raise InvalidInputError(f"first, last and milestones must sum to at most 1, got {1 - rest:g}")

    def weigh(evidence: Evidence) -> Array:
        return _by_roles(evidence, first, last, named)

    shown = "".join(f", {name} {part:g}" for name, part in named.items())
    model = f"position-based, first {first:g}, last {last:g}{shown}"
    return _by_rule(journeys, weigh, model, outcome, value, lookback, by=by, level=level)


def _by_roles(evidence: Evidence, first: float, last: float, named: Mapping[str, float]) -> Array:
    offsets, size = evidence.offsets, len(evidence.codes)
    filled = offsets[1:] > offsets[:-1]
    weights, roles = np.zeros(size), np.zeros(size, dtype=bool)
    places = [(offsets[:-1][filled], first), (offsets[1:][filled] - 1, last)]
    for name, part in named.items():
        rows = segments.first_row_where(rows_at(evidence.journeys, name), offsets)
        places.append((rows[rows >= 0], part))
    for rows, part in places:
        weights[rows] += part
        roles[rows] = True
    given = segments.sum_by_segment(weights, offsets)
    free = segments.sum_by_segment((~roles).astype(np.int64), offsets)
    lengths = segments.lengths_of(offsets)
    sharing = np.where(free > 0, free, lengths - free)
    rest = np.repeat((1 - given) / np.maximum(sharing, 1), lengths)
    takes = np.repeat(free > 0, lengths) != roles
    return np.asarray(weights + np.where(takes, rest, 0.0))


def time_decay(
    journeys: Journeys,
    *,
    half_life: dt.timedelta | float,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | None = None,
    level: float = 0.95,
) -> Credit:
    """Credit touchpoints the more, the closer they are to the outcome.

    Parameters
    ----------
    half_life
        As a `datetime.timedelta`, the time after which credit halves. As a number, the number of
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
    if isinstance(half_life, dt.timedelta):
        rate, unit = microseconds(half_life, "half_life"), f"{half_life}"
    else:
        if isinstance(half_life, bool) or not isinstance(half_life, Real):
            raise WrongKindError(
                f"half_life must be a datetime.timedelta or a number of interactions, got {half_life!r}"
            )
        rate, unit = float(half_life), f"{half_life:g} interactions"
    if not (rate > 0 and math.isfinite(rate)):
        raise InvalidInputError(f"half_life must be above 0, got {half_life!r}")

    def weigh(evidence: Evidence) -> Array:
        lengths = segments.lengths_of(evidence.offsets)
        if isinstance(half_life, dt.timedelta):
            if evidence.journeys.times is None:
                raise InvalidInputError(
                    "a half-life as a duration needs the times of interactions",
                    mend="half_life=2 counts interactions; tp.from_frame(…, time=…) reads times",
                )
            ages = evidence.journeys.times.view(np.int64)
        else:
            ages = np.arange(len(evidence.codes), dtype=np.int64)
        ends = evidence.offsets[1:][lengths > 0] - 1
        newest = np.repeat(ages[ends], lengths[lengths > 0])
        return normalised(np.exp2((ages - newest) / rate), evidence.offsets)

    model = f"time decay, half-life {unit}"
    return _by_rule(journeys, weigh, model, outcome, value, lookback, by=by, level=level)


def custom(
    journeys: Journeys,
    weigh: Weigh,
    *,
    outcome: str | None = None,
    value: str | None = None,
    lookback: Lookback | None = None,
    by: str | None = None,
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
    if not callable(weigh):
        raise WrongKindError(f"weigh must be a function of three arrays, got {weigh!r}")
    return _by_rule(
        journeys, partial(_own, weigh=weigh), "custom weights", outcome, value, lookback, by=by, level=level
    )


def _own(evidence: Evidence, *, weigh: Weigh) -> Array:
    lengths = segments.lengths_of(evidence.offsets)
    position = np.arange(len(evidence.codes)) - np.repeat(evidence.offsets[:-1], lengths) + 1
    seconds = np.full(len(position), np.nan)
    if evidence.journeys.times is not None and evidence.deadlines is not None:
        until = np.repeat(evidence.deadlines, lengths)
        seconds = (until - evidence.journeys.times.view(np.int64)) / 1e6
    weights = np.asarray(weigh(position, np.repeat(lengths, lengths), seconds), dtype=np.float64)
    if weights.shape != position.shape:
        raise InvalidInputError(
            f"weigh must return one weight for each of {len(position):,} interactions, got an array "
            f"of shape {weights.shape}"
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


def normalised(weights: Array, offsets: Array) -> Array:
    """Return weights divided by their sum over each segment."""
    sums = segments.sum_by_segment(weights, offsets)
    return np.asarray(weights / np.repeat(np.where(sums > 0, sums, 1.0), np.diff(offsets)))


def _by_rule(
    journeys: Journeys,
    rule: _Rule,
    model: str,
    outcome: str | None,
    value: str | None,
    lookback: Lookback | None,
    *,
    by: str | None,
    level: float,
) -> Credit:
    checks.level(level)

    def analysis(part: Journeys) -> Credit:
        evidence = evidence_of(part, outcome=outcome, value=value, lookback=lookback)
        return _credit(evidence, rule(evidence), model=model, level=level, whole=by is None, m=len(part.codes))

    return by_group(journeys, by, analysis)


def _credit(
    evidence: Evidence, weights: Array, *, model: str, level: float, whole: bool, m: int
) -> Credit:
    worth = evidence.value
    value = None
    if worth is not None:
        value = split_by_weights(evidence, weights, worth, known=evidence.single_values())
    placed = None
    if whole:
        lengths = segments.lengths_of(evidence.offsets)
        shown = np.where(np.repeat(evidence.reached, lengths), weights, 0.0)
        placed = shown
        if evidence.positions is not None:
            placed = np.zeros(m)
            placed[evidence.positions] = shown
        placed = owned(placed)
    return credited(
        evidence,
        split_by_weights(evidence, weights, evidence.conversions),
        value=value,
        level=level,
        model=model,
        weights=placed,
    )


def split_by_weights(
    evidence: Evidence, weights: Array, amounts: Array, *, known: bool = True
) -> Split:
    """Split amounts of journeys by the weights of their interactions.

    Parameters
    ----------
    weights : float64 (m,)
        They sum to 1 over each journey that is not empty.
    amounts : float64 (n,)
        What each row has to split.
    known
        Whether amounts of single journeys are known, so that there is a covariance.
    """
    lengths, k = segments.lengths_of(evidence.offsets), evidence.k
    total = float(amounts.sum())
    got = np.bincount(evidence.codes, weights * np.repeat(amounts, lengths), k)
    share = np.append(got, amounts[lengths == 0].sum()) / (total or np.nan)
    if not known or k > _WIDE or not total:
        return Split(share=share, covariance=None)
    return Split(share=share, covariance=_covariance(evidence, weights, amounts, share) / total**2)


def _covariance(evidence: Evidence, weights: Array, amounts: Array, share: Array) -> Array:
    """Return the covariance of the sums that make up shares, times the total squared.

    A unit that holds the amounts m, y of them for a touchpoint, pulls its share by y - share m.
    """
    from scipy.sparse import csr_array, hstack

    units, n, k = dependence(evidence.units()), len(evidence.counts), evidence.k
    each = amounts / np.where(evidence.counts > 0, evidence.counts, 1.0)
    lengths = segments.lengths_of(evidence.offsets)
    some = np.flatnonzero(each)
    rows = segments.rows_of(evidence.offsets, some)
    bounds = segments.offsets_of(lengths[some])
    part = csr_array((weights[rows], evidence.codes[rows], bounds), shape=(len(some), k))
    empty = csr_array((lengths[some] == 0).astype(np.float64)[:, None])
    held = (each * units.within)[some]
    of = units.of[some]
    gather = csr_array((held, (of, np.arange(len(some)))), shape=(len(units.repeats), len(some)))
    sums = gather @ hstack([part, empty]).tocsr()
    made = np.bincount(of, held, len(units.repeats))
    repeats = units.repeats
    both = (sums.T @ (sums.multiply(repeats[:, None]).tocsr())).toarray()
    cross = sums.T @ (repeats * made)
    squares = both - np.outer(cross, share) - np.outer(share, cross)
    squares += np.outer(share, share) * float((repeats * made**2).sum())
    return units.scaled(squares)
