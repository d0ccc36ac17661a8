"""What to improve: findings about touchpoints, and the lever that each calls for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted, first_few, not_found
from touchpoints._core.tables import Labelled, column
from touchpoints.errors import WrongKindError
from touchpoints.experience._shared.improvement_rules import Bound, Rule, rules_of
from touchpoints.experience._shared.numbers_by_label import Bounded

_NOTHING = Bounded(np.nan, np.nan, np.nan)


@attrs.frozen(kw_only=True, repr=False)
class Improvements(Labelled):
    """What to improve; one row per touchpoint and rule that fired, the largest stake first.

    ``as_dict()`` returns ``{(touchpoint, rule): stake}``.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    lever : object
        What to do: ``"training"``, ``"website_optimisation"``, ``"personalisation"``,
        ``"feedback"``, ``"quality_advertising"`` or ``"incentive"``.
    finding : object
        What was found, in words.
    rule : object
        The id of the rule that fired.
    evidence : object
        The measures that it rests on, with their intervals and the bounds.
    stake : float64
        The size at stake: how many interactions (or journeys) lie between the measure and its
        bound, or come to the touchpoint. What a change achieves is not known from it.
    low, high : float64
        The size at stake at the ends of the interval of the measure; nan where it has none.
    unasked : tuple of str
        The rules that could not be asked of any touchpoint, because nobody computed a measure, or
        no touchpoint has a facet of that name.
    """

    main = "stake"
    labels = ("touchpoint", "rule")

    touchpoint: Array = column(object)
    lever: Array = column(object)
    finding: Array = column(object)
    rule: Array = column(object)
    evidence: Array = column(object)
    stake: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    unasked: tuple[str, ...] = attrs.field(default=(), repr=False)

    def _remarks(self) -> list[str]:
        found = [] if len(self) else ["no finding, no advice"]
        if self.unasked:
            rules = counted(len(self.unasked), "rule")
            names = first_few(self.unasked)
            found.append(f"{rules} not asked, for lack of a measure or a facet: {names}")
        return found


@public
def improvements(
    scorecard: Any,
    *,
    rules: Any = None,
    lang: str = "en",
) -> Improvements:
    """Turn findings about touchpoints into the levers that they call for.

    Parameters
    ----------
    scorecard
        The result of `touchpoints.experience.scorecard`. Rules can ask for its columns and for the
        measures given as ``more=``.
    rules
        A TOML file with rules, or a mapping of the same shape; by default the built-in ones.
    lang
        The language of the findings; English where a rule does not have it.

    Returns
    -------
    Improvements
        One row for each touchpoint and rule whose conditions all hold, the largest stake first,
        ties by touchpoint and rule. No finding, no row.

    Raises
    ------
    WrongKindError
        When it is no scorecard.
    NotFoundError
        When a rule of your own names a measure that the scorecard does not have.
    InvalidInputError
        When the rules cannot be read.

    See Also
    --------
    importance_performance : What to work on first.
    what_if : What a model expects of a change.

    Notes
    -----
    A condition holds if the whole interval of the measure lies beyond the bound (``sure``), so that
    noise gives no advice; measures without an interval are compared as they are. ``"mean"`` and
    ``"median"`` are those of all touchpoints with the measure, each once. Built-in rules whose
    measures nobody computed are not asked, and counted. Findings are associations: that a lever
    helps is for a trial to show, see `before_after`. A rule fires again and again on chance
    findings if many touchpoints are looked at: treat a single row as a question.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(800, seed=1), "purchase", outcome="purchase")
    >>> card = tp.experience.scorecard(shop)
    >>> own = {"rule": [{"id": "leaving", "lever": "training", "above": {"exit": 0.3}}]}
    >>> found = tp.experience.improvements(card, rules=own)
    >>> set(found.rule.tolist()), bool((found.stake >= found.low).all())
    ({'leaving'}, True)
    """
    if not hasattr(scorecard, "measures") or not hasattr(scorecard, "facets"):
        raise WrongKindError(
            f"this takes a Scorecard, not {type(scorecard).__name__}",
            mend="tp.experience.scorecard(journeys, …)",
        )
    found, known = rules_of(rules), scorecard.measures()
    rows: list[dict[str, Any]] = []
    unasked = []
    for rule in found:
        lacking = [name for name in rule.measures() if name not in known]
        if lacking and rules is not None:
            raise not_found("measure", lacking[0], known, where=f"rule {rule.id!r}")
        columns = {name: scorecard.measure(name) for name in rule.measures() if name in known}
        met = {name for one in scorecard.facets.values() for name in one}
        if lacking or rule.facets.keys() - met or any(map(_nothing, columns.values())):
            unasked.append(rule.id)
            continue
        rows += _fired(scorecard, rule, columns, lang)
    rows.sort(key=lambda row: (-row["stake"], row["touchpoint"], row["rule"]))
    names = ("touchpoint", "lever", "finding", "rule", "evidence")
    return Improvements(
        **{name: text_array([row[name] for row in rows]) for name in names},
        **{
            name: np.array([row[name] for row in rows], dtype=np.float64)
            for name in ("stake", "low", "high")
        },
        unasked=tuple(unasked),
    )


def _nothing(column: Mapping[str, Bounded]) -> bool:
    return all(np.isnan(one.value) for one in column.values())


def _fired(
    scorecard: Any, rule: Rule, columns: Mapping[str, Mapping[str, Bounded]], lang: str
) -> list[dict[str, Any]]:
    """Return a row for each touchpoint whose conditions all hold."""
    conditions = [
        (name, side, _bound(bound, columns[name]))
        for side, bounds in (("below", rule.below), ("above", rule.above))
        for name, bound in bounds.items()
    ]
    rows = []
    base = dict(zip(scorecard.touchpoint.tolist(), scorecard.interactions.tolist(), strict=True))
    journeys = dict(zip(scorecard.touchpoint.tolist(), scorecard.journeys.tolist(), strict=True))
    for key in scorecard.touchpoint.tolist():
        facets = scorecard.facets[key]
        if any(facets.get(name) not in terms for name, terms in rule.facets.items()):
            continue
        seen = [columns[name].get(key, _NOTHING) for name, _, _ in conditions]
        if not all(
            _holds(one, side, bound, sure=rule.sure)
            for one, (_, side, bound) in zip(seen, conditions, strict=True)
        ):
            continue
        size = float((journeys if rule.stake == "journeys" else base)[key])
        stake = (size, size, size)
        if not rule.stake:
            stake = _stake(seen[0], *conditions[0][1:], base=size)
        rows.append(
            {
                "touchpoint": key,
                "lever": rule.lever,
                "finding": rule.say.get(lang, rule.say.get("en", rule.id)),
                "rule": rule.id,
                "evidence": "; ".join(
                    _told(name, one, side, bound)
                    for one, (name, side, bound) in zip(seen, conditions, strict=True)
                ),
                "stake": stake[0],
                "low": stake[1],
                "high": stake[2],
            }
        )
    return rows


def _bound(bound: Bound, column: Mapping[str, Bounded]) -> float:
    if not isinstance(bound, str):
        return float(bound)
    values = [one.value for one in column.values() if not np.isnan(one.value)]
    return float(np.mean(values) if bound == "mean" else np.median(values))


def _holds(one: Bounded, side: str, bound: float, *, sure: bool) -> bool:
    """Return whether a measure is beyond a bound, with its whole interval if it must be sure."""
    if side == "below":
        worst = one.high if sure and not np.isnan(one.high) else one.value
        return bool(worst < bound)
    worst = one.low if sure and not np.isnan(one.low) else one.value
    return bool(worst > bound)


def _stake(one: Bounded, side: str, bound: float, *, base: float) -> tuple[float, float, float]:
    """Return how many interactions lie between the measure and its bound, and its interval."""
    if np.isnan(one.low + one.high):
        return abs(one.value - bound) * base, np.nan, np.nan
    ends = [abs(end - bound) * base for end in (one.low, one.high)]
    beyond = [
        base_end if (end < bound) == (side == "below") else 0.0
        for end, base_end in zip((one.low, one.high), ends, strict=True)
    ]
    return abs(one.value - bound) * base, min(beyond), max(beyond)


def _told(name: str, one: Bounded, side: str, bound: float) -> str:
    interval = "" if np.isnan(one.low) else f" [{one.low:.3g}, {one.high:.3g}]"
    return f"{name} {one.value:.3g}{interval} {side} {bound:.3g}"
