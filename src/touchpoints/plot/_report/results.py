"""What a report needs of journeys, computed once and when it is first asked for."""

from __future__ import annotations

from functools import cached_property, partial
from typing import Any

import attrs

from touchpoints import attribution, experience, paths
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.graphs.plan import Plan
from touchpoints.journeys.cut_outcomes import until
from touchpoints.journeys.model import Journeys
from touchpoints.taxonomy import Taxonomy

_VARIANTS = 50
_STEPS = 6
_EXCHANGES = 99


class NoDataError(Exception):
    """What a section needs is not there; the key says in which words that is said."""


@attrs.define(kw_only=True, eq=False, slots=False)
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
    """

    journeys: Journeys
    outcome: str | None
    scores: Any
    plan: Plan | None
    lang: str
    level: float
    k: int | None = None

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
        if not len(self.map.stages):
            raise NoDataError("no_stages")

    @cached_property
    def before(self) -> Journeys:
        """The journeys up to the outcome, where touchpoints define it: what could lead to it."""
        keys = self.journeys.meta.defining.get(self.outcome or "", ())
        inside = {one.key for one in self.journeys.touchpoints}.intersection(keys)
        if not inside or self.outcome is None:
            return self.journeys
        return until(self.journeys, sorted(inside), outcome=self.outcome)

    @property
    def metric(self) -> Any:
        """The metric of the scores; None without scores."""
        return getattr(self.scores, "metric", self.scores)

    @cached_property
    def map(self) -> Any:
        """The journey map."""
        return experience.journey_map(
            self.journeys,
            plan=self.plan,
            metric=self.metric,
            moments=self.moments,
            improvements=self.improvements,
            level=self.level,
        )

    @cached_property
    def moments(self) -> Any:
        """The moments of truth; None without an outcome and scores."""
        if self.outcome is None or self.metric is None:
            return None
        return experience.moments_of_truth(
            self.before, metric=self.metric, outcome=self.outcome, level=self.level
        )

    @cached_property
    def assessments(self) -> Any:
        """The scores of each touchpoint."""
        if self.scores is None:
            raise NoDataError("no_scores")
        if hasattr(self.scores, "satisfied_low"):
            return self.scores
        return experience.assessments(self.journeys, metric=self.scores, level=self.level)

    @cached_property
    def scorecard(self) -> Any:
        """The measures of each touchpoint."""
        scores = None if self.scores is None else self.assessments
        return experience.scorecard(
            self.before, outcome=self.outcome, assessments=scores, level=self.level
        )

    @cached_property
    def improvements(self) -> Any:
        """What could be improved."""
        return experience.improvements(self.scorecard, lang=self.lang)

    @cached_property
    def variants(self) -> Any:
        """The most frequent paths."""
        return paths.variants(self.journeys, top=_VARIANTS, level=self.level)

    @cached_property
    def step_flows(self) -> Any:
        """The flows from one step to the next."""
        return paths.step_flows(self.journeys, steps=_STEPS, level=self.level)

    @cached_property
    def funnel(self) -> Any:
        """How far journeys get in the plan."""
        plan = self.need_plan()
        steps = {name: plan.touchpoints[name].touchpoint.key for name in plan.in_order}
        if len(steps) < 2:
            raise NoDataError("no_plan")
        return paths.funnel(self.journeys, steps, level=self.level)

    @cached_property
    def conformance(self) -> Any:
        """How journeys deviate from the plan."""
        return paths.conformance(self.journeys, self.need_plan(), level=self.level)

    @cached_property
    def presence(self) -> Any:
        """Where touchpoints occur: how often, at the start and at the end."""
        return paths.presence(self.journeys, level=self.level)

    @cached_property
    def time_to(self) -> Any:
        """How long it takes to the outcome."""
        outcome = self.need_outcome()
        self.need_times()
        return paths.time_to(self.journeys, outcome=outcome, level=self.level)

    @cached_property
    def median_time(self) -> Any:
        """The median time to the outcome."""
        outcome = self.need_outcome()
        self.need_times()
        return paths.median_time_to(self.journeys, outcome=outcome, level=self.level)

    @cached_property
    def credit(self) -> Any:
        """The credit of each touchpoint by several models."""
        outcome = self.need_outcome()
        models = {
            name: partial(getattr(attribution, name), outcome=outcome)
            for name in ("first_touch", "last_touch", "linear", "markov", "shapley")
        }
        return attribution.compare(self.before, models)

    @cached_property
    def needs(self) -> Any:
        """The needs at each stage."""
        self.need_stages()
        return experience.need_coverage(self.journeys, level=self.level)

    @cached_property
    def collapse_loss(self) -> Any:
        """What grouping by channel would lose."""
        if self.taxonomy is None:
            raise NoDataError("no_types")
        return experience.collapse_loss(
            self.before, seed=1, permutations=_EXCHANGES, level=self.level
        )

    @cached_property
    def emotions(self) -> Any:
        """How scores go along the journey."""
        if self.metric is None:
            raise NoDataError("no_scores")
        along: Any = "stage" if len(self.map.stages) else "position"
        return experience.emotion_curve(
            self.journeys, metric=self.metric, along=along, level=self.level
        )

    @cached_property
    def chart(self) -> Any:
        """The share that reaches the outcome, period by period."""
        outcome = self.need_outcome()
        self.need_times()
        return experience.control_chart(self.before, measure="outcome", outcome=outcome)


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
