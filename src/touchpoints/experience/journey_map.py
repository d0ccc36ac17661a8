"""The journey map: who meets which touchpoints, in which order, and how that was for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import networkx as nx
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.languages import FALLBACK
from touchpoints._core.messages import first_few
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.experience._shared.map_records import JourneyMap, Labels, MapTouchpoints
from touchpoints.experience._shared.map_tables import (
    Counted,
    flow_table,
    stage_table,
    term_table,
)
from touchpoints.experience._shared.metrics import METRICS, Metric, Scores, scores_of
from touchpoints.graphs.plan import Plan
from touchpoints.graphs.plan.merging import as_planned
from touchpoints.graphs.plan.model import require_plan
from touchpoints.journeys.groups import countable
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.paths import plan_against
from touchpoints.taxonomy import UNKNOWN, Taxonomy, Touchpoint
from touchpoints.uncertainty import units_of

_FACETS = ("stage", "channel", "directness", "clinicality", "need", "context")
_REACHED = 0.05
"""The smallest reach of a pain point."""


@public
def journey_map(
    journeys: Journeys,
    *,
    plan: Plan | None = None,
    metric: str | Metric | None = None,
    moments: Any = None,
    improvements: Any = None,
    level: float = 0.95,
) -> JourneyMap:
    """Bring together what a journey map shows.

    Parameters
    ----------
    journeys
        Typed journeys; untyped ones give a map without stages. Counts are honoured.
    plan
        The plan to compare with: what is planned but not seen is on the map, and what is seen but
        not planned is marked.
    metric
        The metric whose scores say how an interaction was; by default the built-in metric of which
        there is a per-interaction column. Without scores the map has no valence.
    moments
        What `moments_of_truth` returned for these journeys, to mark them.
    improvements
        What `improvements` returned for these journeys, to show what could be improved.
    level
        The confidence level of the intervals, in (0, 1).

    Returns
    -------
    JourneyMap
        A value with a table each of touchpoints, flows, stages and terms; `tp.plot.journey_map`
        draws it.

    Raises
    ------
    InvalidInputError
        When scores of several built-in metrics are there and none is asked for.
    NotFoundError
        When the metric or its column does not exist.

    See Also
    --------
    parse_journey_map : The map from JSON.
    touchpoints.plot.journey_map : The picture.

    Notes
    -----
    Shares are of all journeys, with the intervals of `tp.paths.presence`; a valence is the mean
    score on a scale from -1 to 1, with Student's interval over persons. A touchpoint is a pain
    point where the whole interval of its valence is below 0 and at least 5 % of journeys contain
    it. Self-loops are flows as well. O(m log m) in m interactions.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.experience.journey_map(tp.datasets.shop(100, seed=1))
    >>> found
    <JourneyMap of 100 journeys: 8 touchpoints, 25 flows, 2 stages>
    >>> found.touchpoints.touchpoint[0], found.stages.stage.tolist()
    ('search_query', ['consideration', 'purchase'])
    """
    level = checks.level(level)
    _check_kinds(plan, moments, improvements)
    used = countable(checked_journeys(journeys))
    merged = used if plan is None else as_planned(used, plan)
    scores = _scores(merged, metric)
    graph = None if plan is None else plan_against(used, plan)
    units = units_of(merged, None)
    counted = Counted.of(merged, units, scores, level)
    unseen = _unseen(counted, graph)
    everything = [*(merged.touchpoints[at] for at in counted.seen()), *unseen]
    stages = _stages_of(merged, everything)
    of_touchpoint = [one.facet("stage") for one in merged.touchpoints]
    facts = units.facts()
    return JourneyMap(
        touchpoints=_touchpoints(counted, unseen, graph, moments, improvements),
        flows=flow_table(counted, _planned_steps(graph)),
        stages=stage_table(counted, stages, of_touchpoint),
        terms=term_table(counted, stages, of_touchpoint),
        labels=_labels(merged, everything),
        journeys=int(merged.counts.sum()),
        interactions=round(float(counted.weights.sum())),
        persons=facts.get("persons"),
        level=level,
        unit=units.unit,
        metric=None if scores is None else scores.metric.name,
        plan=None if plan is None else plan.name,
    )


def _check_kinds(plan: object, moments: object, improvements: object) -> None:
    if plan is not None:
        require_plan(plan)
    for name, value, column, made_by in (
        ("moments", moments, "moment", "tp.experience.moments_of_truth"),
        ("improvements", improvements, "finding", "tp.experience.improvements"),
    ):
        if value is not None and not hasattr(value, column):
            raise WrongKindError(
                f"{name} cannot be a {type(value).__name__}", mend=f"pass what {made_by} returned"
            )


def _scores(journeys: Journeys, metric: str | Metric | None) -> Scores | None:
    if metric is not None:
        return scores_of(journeys, metric)
    known = [name for name in METRICS if name in journeys.per_interaction]
    if len(known) > 1:
        raise InvalidInputError(
            f"the journeys have scores of several metrics: {first_few(known)}",
            mend=f"say which gives the valence: metric={known[0]!r}",
        )
    return scores_of(journeys, known[0]) if known else None


def _unseen(counted: Counted, graph: nx.DiGraph | None) -> list[Touchpoint]:
    """Return the planned touchpoints that no journey has."""
    if graph is None:
        return []
    seen, known = set(counted.seen()), counted.journeys.touchpoints
    return [one for at, one in enumerate(known) if at not in seen and one.key in graph]


def _touchpoints(
    counted: Counted,
    unseen: list[Touchpoint],
    graph: nx.DiGraph | None,
    moments: Any,
    improvements: Any,
) -> MapTouchpoints:
    """Return the touchpoints of a map: those seen by reach, then those only planned."""
    journeys = counted.journeys
    size, codes = len(journeys.touchpoints), journeys.codes.astype(np.int64)
    rows = np.flatnonzero(counted.weights > 0)
    shares = counted.present(counted.owners[rows], codes[rows], size=size)
    answers, valence, low, high = counted.valences(codes, size=size)
    keys = [one.key for one in journeys.touchpoints]
    ranked = sorted(counted.seen(), key=lambda at: (-shares.totals[at], keys[at]))
    order = np.array(ranked, dtype=np.int64)
    more = len(unseen)
    all_of_them = [*(journeys.touchpoints[at] for at in order.tolist()), *unseen]
    names = [one.key for one in all_of_them]
    nothing, unknown = np.zeros(more, dtype=np.int64), np.full(more, np.nan)
    reach, bounds = shares.take(order), (low[order], high[order])
    pain = (bounds[1] < 0) & (reach.share >= _REACHED)
    return MapTouchpoints(
        touchpoint=text_array(names),
        **{facet: text_array([one.facet(facet) for one in all_of_them]) for facet in _FACETS},
        area=text_array([_area(journeys.meta.taxonomy, one) for one in all_of_them]),
        planned=text_array([_planned(graph, key) for key in names]),
        observed=np.arange(len(names)) < len(order),
        journeys=np.concatenate([reach.totals, nothing]),
        reach=np.concatenate([reach.share, np.zeros(more)]),
        reach_low=np.concatenate([reach.low, unknown]),
        reach_high=np.concatenate([reach.high, unknown]),
        position=np.concatenate([counted.positions()[order], unknown]),
        answers=np.concatenate([answers[order], nothing]),
        valence=np.concatenate([valence[order], unknown]),
        valence_low=np.concatenate([bounds[0], unknown]),
        valence_high=np.concatenate([bounds[1], unknown]),
        pain=np.concatenate([pain, np.zeros(more, dtype=bool)]),
        moment=_moments(names, moments),
        advice=text_array([_advice(improvements, key) for key in names]),
    )


def _planned(graph: nx.DiGraph | None, key: str) -> bool | None:
    return None if graph is None else bool(graph.nodes[key]["planned"])


def _planned_steps(graph: nx.DiGraph | None) -> Callable[[str, str], bool | None]:
    """Return a function that tells whether a step is planned; None without a plan."""

    def of(source: str, target: str) -> bool | None:
        return None if graph is None else bool(graph.edges[source, target]["planned"])

    return of


def _moments(names: list[str], moments: Any) -> Array:
    marked = set() if moments is None else set(moments.touchpoint[moments.moment].tolist())
    return np.array([name in marked for name in names], dtype=bool)


def _advice(improvements: Any, key: str) -> tuple[str, ...]:
    if improvements is None:
        return ()
    return tuple(improvements.finding[improvements.touchpoint == key].tolist())


def _area(taxonomy: Taxonomy | None, touchpoint: Touchpoint) -> str:
    """Return the broadest channel that the channel of a touchpoint belongs to."""
    channel = touchpoint.channel
    facet = None if taxonomy is None else taxonomy.facets.get("channel")
    if facet is None or channel not in facet or channel == UNKNOWN:
        return channel
    broader = [one for one in facet.broader(channel) if one in facet]
    return broader[-1] if broader else channel


def _stages_of(journeys: Journeys, touchpoints: Iterable[Touchpoint]) -> list[str]:
    """Return the stages that touchpoints have, in the order of the taxonomy."""
    used = {one.facet("stage") for one in touchpoints} - {UNKNOWN}
    taxonomy = journeys.meta.taxonomy
    facet = None if taxonomy is None else taxonomy.facets.get("stage")
    known = [] if facet is None else [one for one in facet.terms if one in used]
    return [*known, *sorted(used.difference(known))]


def _labels(journeys: Journeys, touchpoints: Iterable[Touchpoint]) -> Labels:
    """Return the labels of all that is on a map, in every language of the taxonomy."""
    meta, taxonomy = journeys.meta, journeys.meta.taxonomy
    languages = (FALLBACK,) if taxonomy is None else taxonomy.languages
    everything = list(touchpoints)
    labels: dict[str, dict[str, dict[str, str]]] = {
        "touchpoint": {
            one.key: {lang: meta.label(one, lang=lang) for lang in languages} for one in everything
        }
    }
    for name in _FACETS:
        terms = {one.facet(name) for one in everything}
        if name == "channel":
            terms |= {_area(taxonomy, one) for one in everything}
        facet = None if taxonomy is None else taxonomy.facets.get(name)
        labels[name] = {
            term: {lang: facet.label(term, lang=lang) for lang in languages}
            if facet is not None and term in facet
            else {}
            for term in sorted(terms - {UNKNOWN})
        }
    return labels
