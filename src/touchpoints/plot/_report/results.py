"""What a report needs of journeys, computed once and when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs

from touchpoints import attribution, experience, paths
from touchpoints._core.frozen import FrozenMap
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.plan import Plan
from touchpoints.journeys.cutting import before_first
from touchpoints.journeys.model import Journeys
from touchpoints.plot._report.contents import Contents, contents_of
from touchpoints.plot._report.privacy import safe
from touchpoints.taxonomy import Taxonomy

_VARIANTS = 50
_STEPS = 6
_EXCHANGES = 99


class NoDataError(Exception):
    """What a section needs is not there; the key says in which words that is said."""


@attrs.define(kw_only=True, eq=False)
class Results:
    """The records of a report.

    Attributes
    ----------
    journeys : Journeys
        What the report is about.
    outcome : str, optional
        The name of the outcome.
    scores : Assessments, str or Metric, optional
        The scores of touchpoints, or their metric.
    plan : Plan, optional
        What was planned.
    lang : str
        The language of advice.
    level : float
        The confidence level of intervals.
    k : int, optional
        The fewest people of a row that is shown.
    service : Service, optional
        The measures of service.
    contents : Contents, optional
        What is in the data; by default of these journeys.
    """

    journeys: Journeys
    outcome: str | None
    scores: Any
    plan: Plan | None
    lang: str
    level: float
    k: int | None = None
    service: Any = None
    contents: Contents | None = None
    _known: dict[str, Any] = attrs.field(factory=dict, init=False)
    _safe: dict[str, Any] = attrs.field(factory=dict, init=False)

    @property
    def taxonomy(self) -> Taxonomy | None:
        """The taxonomy of the journeys."""
        return self.journeys.meta.taxonomy

    def need_outcome(self) -> str:
        """Return the name of the outcome, or raise."""
        if self.outcome is None:
            raise NoDataError("no_outcome")
        return self.outcome

    def need_times(self) -> None:
        """Raise where the journeys have no times."""
        if self.journeys.times is None:
            raise NoDataError("no_times")

    def need_plan(self) -> Plan:
        """Return the plan, or raise."""
        if self.plan is None:
            raise NoDataError("no_plan")
        return self.plan

    def need_stages(self) -> None:
        """Raise where no touchpoint has a stage."""
        if not len(self.of("map").stages):
            raise NoDataError("no_stages")

    @property
    def metric(self) -> Any:
        """The metric of the scores; None without scores."""
        return getattr(self.scores, "metric", self.scores)

    def of(self, name: str) -> Any:
        """Return a record by name, computed when it is first asked for."""
        if name not in self._known:
            self._known[name] = _RECORDS[name](self)
        return self._known[name]

    def shown(self, name: str) -> Any:
        """Return what may be shown of a record: with ``k``, nothing of fewer people."""
        if name not in self._safe:
            self._safe[name] = safe(self.of(name), k=self.k)
        return self._safe[name]


def _before(results: Results) -> Journeys:
    """Return the journeys up to the touchpoint that defines the outcome, which stays as it is.

    The outcome may be that the touchpoint does not come, or does not come in time.
    """
    keys = results.journeys.meta.defining.get(results.outcome or "", ())
    inside = {one.key for one in results.journeys.touchpoints}.intersection(keys)
    if not inside or results.outcome is None:
        return results.journeys
    return before_first(results.journeys, sorted(inside))


def _contents(results: Results) -> Contents:
    """Return what is in the data."""
    return results.contents or contents_of(results.journeys)


def _map(results: Results) -> Any:
    """Return the journey map."""
    return experience.journey_map(
        results.journeys,
        plan=results.plan,
        metric=results.metric,
        moments=results.of("moments"),
        improvements=results.of("improvements"),
        level=results.level,
    )


def _moments(results: Results) -> Any:
    """Return the moments of truth; None without an outcome and scores."""
    if results.outcome is None or results.metric is None:
        return None
    return experience.moments_of_truth(
        results.of("before"), metric=results.metric, outcome=results.outcome, level=results.level
    )


def _assessments(results: Results) -> Any:
    """Return the scores of each touchpoint."""
    if results.scores is None:
        raise NoDataError("no_scores")
    if hasattr(results.scores, "satisfied_low"):
        return results.scores
    return experience.assessments(results.journeys, metric=results.scores, level=results.level)


def _scorecard(results: Results) -> Any:
    """Return the measures of each touchpoint."""
    scores = None if results.scores is None else results.of("assessments")
    return experience.scorecard(
        results.of("before"), outcome=results.outcome, assessments=scores, level=results.level
    )


def _improvements(results: Results) -> Any:
    """Return what could be improved."""
    return experience.improvements(results.of("scorecard"), lang=results.lang)


def _variants(results: Results) -> Any:
    """Return the most frequent paths."""
    return paths.variants(results.journeys, top=_VARIANTS, level=results.level)


def _step_flows(results: Results) -> Any:
    """Return the flows from one step to the next."""
    return paths.step_flows(results.journeys, steps=_STEPS, level=results.level)


def _funnel(results: Results) -> Any:
    """Return how far journeys get in the plan."""
    plan = results.need_plan()
    steps = {name: plan.touchpoints[name].touchpoint.key for name in plan.in_order}
    if len(steps) < 2:
        raise NoDataError("no_plan")
    return paths.funnel(results.journeys, steps, level=results.level)


def _conformance(results: Results) -> Any:
    """Return how journeys deviate from the plan."""
    return paths.conformance(results.journeys, results.need_plan(), level=results.level)


def _transitions(results: Results) -> Any:
    """Return what follows each touchpoint, and after which journeys end."""
    return paths.transitions(results.journeys, level=results.level)


def _time_to(results: Results) -> Any:
    """Return how long it takes to the outcome."""
    outcome = results.need_outcome()
    results.need_times()
    return paths.time_to(results.journeys, outcome=outcome, level=results.level)


def _median_time(results: Results) -> Any:
    """Return the median time to the outcome."""
    outcome = results.need_outcome()
    results.need_times()
    return paths.median_time_to(results.journeys, outcome=outcome, level=results.level)


def _credit(results: Results) -> Any:
    """Return the credit of each touchpoint by several models."""
    outcome = results.need_outcome()
    models = {
        name: partial(getattr(attribution, name), outcome=outcome)
        for name in ("first_touch", "last_touch", "linear", "markov", "shapley")
    }
    return attribution.compare(results.of("before"), models)


def _needs(results: Results) -> Any:
    """Return the needs at each stage."""
    results.need_stages()
    return experience.need_coverage(results.journeys, level=results.level)


def _collapse_loss(results: Results) -> Any:
    """Return what grouping by channel would lose."""
    if results.taxonomy is None:
        raise NoDataError("no_types")
    return experience.collapse_loss(
        results.of("before"), seed=1, permutations=_EXCHANGES, level=results.level
    )


def _service(results: Results) -> Any:
    """Return the measures of service, as they were given."""
    if results.service is None:
        raise NoDataError("no_service")
    return results.service


def _emotions(results: Results) -> Any:
    """Return how scores go along the journey."""
    if results.metric is None:
        raise NoDataError("no_scores")
    along: Any = "stage" if len(results.of("map").stages) else "position"
    return experience.emotion_curve(
        results.journeys, metric=results.metric, along=along, level=results.level
    )


def _chart(results: Results) -> Any:
    """Return the share that reaches the outcome, period by period."""
    outcome = results.need_outcome()
    results.need_times()
    return experience.control_chart(results.of("before"), measure="outcome", outcome=outcome)


_RECORDS: Mapping[str, Callable[[Results], Any]] = FrozenMap(
    {
        "contents": _contents,
        "before": _before,
        "map": _map,
        "moments": _moments,
        "assessments": _assessments,
        "scorecard": _scorecard,
        "improvements": _improvements,
        "variants": _variants,
        "step_flows": _step_flows,
        "funnel": _funnel,
        "conformance": _conformance,
        "transitions": _transitions,
        "time_to": _time_to,
        "median_time": _median_time,
        "credit": _credit,
        "needs": _needs,
        "collapse_loss": _collapse_loss,
        "emotions": _emotions,
        "service": _service,
        "chart": _chart,
    }
)
"""How each record is computed, by name."""


def outcome_of(journeys: Journeys, outcome: str | None) -> str | None:
    """Return the outcome asked for, or the only one of the journeys; None where there are none."""
    known = list(journeys.outcomes)
    if outcome is not None and outcome not in known:
        raise not_found("outcome", outcome, known, where="mark one with tp.until or tp.mark")
    if outcome is not None or len(known) <= 1:
        return outcome or next(iter(known), None)
    raise InvalidInputError(
        "the journeys have several outcomes",
        where=", ".join(known),
        mend=f"say which one the report is about: outcome={known[0]!r}",
    )
