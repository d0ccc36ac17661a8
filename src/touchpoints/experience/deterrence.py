"""What follows a negative and a positive touchpoint: leaving, converting, returning, telling."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import check_option, microseconds, public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Estimated, column, fact
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.before import columns_before
from touchpoints.experience._shared.consequences import MEASURES, Consequences, consequences
from touchpoints.experience._shared.e_values import e_values
from touchpoints.experience._shared.lenses import TOUCHPOINT, Lens, Seen, seen_through
from touchpoints.experience._shared.metrics import Metric, Scores, scores_of
from touchpoints.experience._shared.returning import check_persons, returns, rows_in
from touchpoints.experience._shared.weighting import (
    Overlap,
    Trials,
    Weights,
    check_overlap,
    compared,
    crude_difference,
    strata_of,
)
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys, take_rows
from touchpoints.journeys.places.anchors import Place
from touchpoints.uncertainty.discovery import false_discovery
from touchpoints.uncertainty.units import Units, units_of

Against = Literal["rest", "neutral"]

_SIDES = ("negative", "positive")


@attrs.frozen(kw_only=True, repr=False)
class Deterrence(Estimated):
    """What follows negative and positive interactions; one row per touchpoint, side and measure.

    ``as_dict()`` returns ``{(touchpoint, side, measure): difference}``; with groups, the keys begin
    with the group.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint, or the label of the lens.
    side : object
        ``"negative"`` or ``"positive"``: the interactions that are compared with the others.
    measure : object
        ``"exit"``, ``"conversion"``, ``"return"``, ``"recommendation"`` or ``"mention"``.
    exposed, others : int64
        The number of interactions of this side that are used, and of those compared with them.
    hits, other_hits : int64
        How many of them the measure is true of.
    left_out : int64
        The number of interactions of this side without others alike to compare with.
    censored : int64
        The number of interactions on both sides of which the measure is not known (yet).
    share, other_share : float64
        The share of hits; that of the others weighted to be like this side in what came before.
    difference, low, high : float64
        Share less other share, and its interval; nan for the ``reason``.
    crude : float64
        The difference without weights, of all interactions of which the measure is known.
    p, q : float64
        The p-value of no difference, and its Benjamini-Hochberg q-value among all rows of the same
        measure (and group).
    ratio, ratio_low, ratio_high : float64
        The risk ratio, and its interval.
    e_value, e_value_limit : float64
        The E-value of the ratio, and of the limit of its interval nearest 1: how strong, as risk
        ratios, something unmeasured would have to be associated with both the side and the measure
        to explain the ratio (or all of its interval) away; 1 where nothing needs to.
    effective_exposed, effective_others : float64
        The effective number of persons on both sides.
    reason : object
        Why there is no difference; empty where there is one.
    metric : str
        The name of the metric that says which interactions are negative and positive.
    outside : int
        The number of scores outside the scale, which are left out.
    assigned : bool
        Whether the caller says that it was random which interactions are negative or positive.
    one_sided : tuple of str
        The touchpoint, side and stratum of those left out because there are no others alike.
    """

    main = "difference"
    labels = ("touchpoint", "side", "measure")

    touchpoint: Array = column(object)
    side: Array = column(object)
    measure: Array = column(object)
    exposed: Array = column(np.int64)
    others: Array = column(np.int64)
    hits: Array = column(np.int64)
    other_hits: Array = column(np.int64)
    left_out: Array = column(np.int64)
    censored: Array = column(np.int64)
    share: Array = column(np.float64)
    other_share: Array = column(np.float64)
    difference: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    crude: Array = column(np.float64)
    p: Array = column(np.float64)
    q: Array = column(np.float64)
    ratio: Array = column(np.float64)
    ratio_low: Array = column(np.float64)
    ratio_high: Array = column(np.float64)
    e_value: Array = column(np.float64)
    e_value_limit: Array = column(np.float64)
    effective_exposed: Array = column(np.float64)
    effective_others: Array = column(np.float64)
    reason: Array = column(object)
    metric: str
    outside: int = fact(of_groups=sum)
    assigned: bool
    one_sided: tuple[str, ...] = fact(of_groups=lambda all_: sum(all_, ()), repr=False)

    def _remarks(self) -> list[str]:
        found = super()._remarks()
        if self.assigned:
            found.append("differences are effects as far as the sides were assigned at random")
        else:
            found.append("differences are associations, not effects: see e_value_limit")
        if self.outside:
            scores = counted(self.outside, "score")
            found.append(f"{scores} outside the scale of {self.metric} left out, not clipped")
        if self.one_sided:
            one = f"for example {self.one_sided[0]}"
            said = f"left out for want of others alike, in {len(self.one_sided):,} strata"
            found.append(f"{said}, {one} (one_sided has all)")
        return found


@public
def deterrence(
    journeys: Journeys,
    *,
    metric: str | Metric,
    lens: Lens = TOUCHPOINT,
    outcome: str | None = None,
    within: dt.timedelta | None = None,
    back: Place | None = None,
    recommendation: Place | None = None,
    mention: Place | None = None,
    against: Against = "rest",
    adjust: Sequence[str] = ("previous", "position"),
    weights: Weights = "standardised",
    overlap: Overlap = "drop",
    assigned: bool = False,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Deterrence:
    """Compare what follows negative, and positive, interactions of each touchpoint.

    Parameters
    ----------
    metric
        The metric whose scores are in the per-interaction column of its name: an interaction is
        negative where its score is dissatisfied, positive where satisfied. Without a score it is
        left out.
    lens
        What to tell apart, as in `touchpoints.experience`; touchpoints by default.
    outcome
        The outcome of ``"conversion"``; by default the only one. Without outcomes, the measure is
        left out.
    within, back
        How long after the end of the journey people count as coming back, and what their return
        must contain, by default anything. The measure ``"return"`` is left out without ``within``.
    recommendation, mention
        A place that is a recommendation, and one that is a negative mention, later in the same
        journey. The measures are left out without them.
    against
        What a side is compared with: ``"rest"``, all other interactions of the touchpoint with a
        score, or ``"neutral"``, those that are neither negative nor positive.
    adjust
        What came before, in which the two sides are made alike: ``"previous"``, the touchpoint
        before; ``"position"`` in the journey (1, 2-3, 4-7 …); or names of per-interaction and
        per-journey columns. ``()`` compares without.
    weights
        ``"standardised"``: within strata of all of ``adjust``, the others weighted to the strata of
        the side. ``"inverse_probability"``: the others weighted by their odds of being on the side,
        from a logistic regression on ``adjust`` without interactions; for many columns.
    overlap
        Whether strata without others to compare with are left out and counted (``"drop"``), or
        raise an error (``"refuse"``).
    assigned
        True says that it was random which interactions are negative or positive, as in an
        experiment. It changes words, not numbers.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    Deterrence
        Rows by touchpoint, then side, then measure, those without data included.

    Raises
    ------
    NotFoundError
        When the metric, a column, the outcome or a touchpoint does not exist.
    InvalidInputError
        When ``within`` is given and the journeys have no persons or no times, when there are
        several outcomes and none is named, or for ``overlap="refuse"``.

    See Also
    --------
    first_impressions : Whether people come back after their first journey.
    touchpoints.paths.branches : What follows a touchpoint, by attributes.

    Notes
    -----
    An interaction is an exit where it is the last one of a finished journey that did not reach the
    outcome. Conversion leaves out interactions after the time of the outcome. Return is that of
    `service_retention`: who is not watched long enough is censored, whether or not they came back;
    with ``by``, a return to any group counts.

    The weights make the others like the side, so the difference is about those who had it; others
    in strata without anybody on the side have no weight. Strata and sides are taken as given. Each
    share has Wilson's interval with Student's t, of as many trials as persons are worth; the
    interval of the difference is recovered from the two (Zou and Donner 2008), with the correlation
    of persons on both sides. The p-value is that of Welch's t with the variances of a common share.

    A difference can be due to anything that is not in ``adjust``, and scores can be given in view
    of what followed: the E-value says how strong something unmeasured would have to be (VanderWeele
    and Ding 2017). O(m log m) for each measure and side.

    References
    ----------
    T. J. VanderWeele and P. Ding (2017), Sensitivity analysis in observational research:
    introducing the E-value, Annals of Internal Medicine 167(4), 268-274, doi:10.7326/M16-2607.
    Y. Benjamini and Y. Hochberg (1995), Controlling the false discovery rate, Journal of the Royal
    Statistical Society B 57(1), 289-300. G. Y. Zou and A. Donner (2008), Construction of confidence
    limits about effect measures, Statistics in Medicine 27(10), 1693-1702, doi:10.1002/sim.3095.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [(0, 1, False), (1, 1, False), (2, 1, True), (3, 5, True), (4, 5, True)]
    >>> log = [
    ...     {"id": who, "at": "2026-01-05 09:00", "what": "call", "csat": score}
    ...     for who, score, _ in rows
    ... ] + [
    ...     {"id": who, "at": "2026-01-05 10:00", "what": "visit", "csat": None}
    ...     for who, _, more in rows
    ...     if more
    ... ]
    >>> journeys = tp.from_records(
    ...     log, journey="id", time="at", touchpoint="what", per_interaction=["csat"]
    ... )
    >>> found = tp.experience.deterrence(journeys, metric="csat")
    >>> round(found.as_dict()["call", "negative", "exit"], 3)  # 2 of 3 left, and 0 of 2
    0.667
    """
    checked_journeys(journeys)
    check_option("against", against, Against)
    check_option("weights", weights, Weights)
    check_option("overlap", overlap, Overlap)
    how = _How(
        metric=metric,
        lens=lens,
        outcome=outcome,
        places={"recommendation": recommendation, "mention": mention},
        against=against,
        adjust=tuple(adjust),
        weights=weights,
        overlap=overlap,
        assigned=bool(assigned),
        level=checks.level(level),
        back=None if within is None else _back(journeys, within, back),
        ids=journeys.ids,
    )
    if within is None and back is not None:
        raise InvalidInputError(
            "back= says what a return contains, and needs a time", mend="within=timedelta(days=30)"
        )
    return by_group(journeys, by, partial(_deterrence, how=how))


@attrs.frozen(eq=False, kw_only=True)
class _How:
    """What is asked; ``back`` are who came back and who was watched, of each journey of the log."""

    metric: str | Metric
    lens: Lens
    outcome: str | None
    places: dict[str, Place | None]
    against: Against
    adjust: tuple[str, ...]
    weights: Weights
    overlap: Overlap
    assigned: bool
    level: float
    back: tuple[Array, Array] | None
    ids: Array


def _back(journeys: Journeys, within: dt.timedelta, back: Place | None) -> tuple[Array, Array]:
    check_persons(journeys, mend="read the log with person=, or leave within= out")
    return returns(journeys, back, microseconds(within, "within"))


def _deterrence(journeys: Journeys, *, how: _How) -> Deterrence:
    scores, seen = scores_of(journeys, how.metric), seen_through(journeys, how.lens)
    back = None
    if how.back is not None:
        rows = rows_in(how.ids, journeys)
        back = (how.back[0][rows], how.back[1][rows])
    told = consequences(journeys, outcome=how.outcome, back=back, places=how.places)
    units = units_of(journeys, None)
    known = scores.known & (journeys.counts[told.owners] > 0)
    trials = _trials(journeys, seen, told, how=how, rows=np.flatnonzero(known))
    parts = []
    for place, side in enumerate(_SIDES):
        used, exposed = _sides(scores, known, side=side, against=how.against)
        chosen = attrs.evolve(trials, exposed=exposed[known]).chosen(used[known])
        for measure, (hits, sure) in told.measures.items():
            parts.append(
                _part(
                    chosen,
                    (hits[used], sure[used]),
                    how=how,
                    units=units,
                    names=(side, measure),
                )
                | {"place": np.full(seen.k, place * len(MEASURES) + MEASURES.index(measure))}
            )
    return _table(parts, seen, scores, how=how, units=units, journeys=journeys)


def _trials(
    journeys: Journeys, seen: Seen, told: Consequences, *, how: _How, rows: Array
) -> Trials:
    """Return the interactions with a score as trials, with the strata of what came before."""
    columns = columns_before(journeys, how.adjust, seen=seen, owners=told.owners)
    strata, levels, names = strata_of(
        {name: take_rows(one, rows) for name, one in columns.items()}, len(rows)
    )
    return Trials(
        rows=seen.codes[rows],
        size=seen.k,
        exposed=np.zeros(len(rows), dtype=bool),
        strata=strata,
        levels=levels,
        names=names,
        owners=told.owners[rows],
    )


def _sides(scores: Scores, known: Array, *, side: str, against: Against) -> tuple[Array, Array]:
    """Return which interactions are compared, and which are on the side, bool (m,)."""
    bad = scores.metric.is_dissatisfied(scores.values) & known
    good = scores.metric.is_satisfied(scores.values) & known
    exposed, opposite = (bad, good) if side == "negative" else (good, bad)
    return known & ~(opposite & (against == "neutral")), exposed


def _part(
    trials: Trials,
    known: tuple[Array, Array],
    *,
    how: _How,
    units: Units,
    names: tuple[str, str],
) -> dict[str, Any]:
    """Return the columns of a side and a measure, one number per touchpoint."""
    hits, sure = known
    among = trials.chosen(sure)
    found = compared(among, hits[sure], units=units, weights=how.weights, level=how.level)
    unsure = trials.chosen(~sure)
    real = (units.within * units.repeats[units.of])[unsure.owners]
    ratio, limit = e_values(found)
    return {
        **found.columns(),
        "crude": crude_difference(among, hits[sure], units),
        "censored": np.bincount(unsure.rows, real, trials.size),
        "q": false_discovery(found.p),
        "e_value": ratio,
        "e_value_limit": limit,
        "reason": text_array(found.reasons),
        "side": text_array([names[0]] * trials.size),
        "measure": text_array([names[1]] * trials.size),
        "one_sided": [(row, f"{names[0]}: {name}") for row, name in found.one_sided],
    }


def _table(
    parts: list[dict[str, Any]],
    seen: Seen,
    scores: Scores,
    *,
    how: _How,
    units: Units,
    journeys: Journeys,
) -> Deterrence:
    """Return the parts as one table, by touchpoint, then side and measure, with q-values."""
    one_sided = sorted(
        {f"{seen.labels[row]}, {name}" for part in parts for row, name in part.pop("one_sided")}
    )
    check_overlap(one_sided, overlap=how.overlap)
    columns: dict[str, Any] = {
        name: np.concatenate([part[name] for part in parts]) for name in parts[0]
    }
    rows = np.tile(np.arange(seen.k), len(parts))
    order = np.lexsort((columns.pop("place"), rows))
    columns = {name: values[order] for name, values in columns.items()}
    for measure in MEASURES:
        same = np.flatnonzero(columns["measure"] == measure)
        columns["q"][same] = false_discovery(columns["p"][same])
    weights = journeys.counts[np.repeat(np.arange(len(journeys)), np.diff(journeys.offsets))]
    return Deterrence(
        touchpoint=text_array([seen.labels[row] for row in rows[order].tolist()]),
        **columns,
        metric=scores.metric.name,
        outside=int(weights[scores.outside].sum()),
        assigned=how.assigned,
        one_sided=tuple(one_sided),
        level=how.level,
        **units.facts(),
    )
