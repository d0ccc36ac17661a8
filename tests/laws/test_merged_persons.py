"""Journeys merged within persons say the same as the journeys themselves, intervals included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.laws import experience_measures, path_measures, test_attribution
from tests.laws.path_measures import alike
from tests.laws.test_paths import rows_of, tables_of
from touchpoints import compare
from touchpoints._core.tables import Table
from touchpoints.errors import TouchpointsError

Call = Callable[[tp.Journeys], Any]

GRAPHS: dict[str, Call] = {
    "higher_order": lambda log: tp.higher_order_graph(log, order=2),
    "outcome": lambda log: tp.outcome_graph(log, outcome="sale"),
    "transition": tp.transition_graph,
}
BETWEEN: dict[str, Callable[..., Any]] = {
    "funnels": lambda pair, **how: compare.funnels(pair, ["a", "b"], **how),
    "presence": compare.presence,
    "transitions": compare.transitions,
    "variants": compare.variants,
}
# One row for each row of the log.
LISTS = {
    *("complexity", "funnel_members", "journey_conformance", "journey_repeats", "similarity_to"),
    *("need_shares", "need_shares of journeys"),  # answers name journeys by their ids
}
# Persons are dropped there, and folds are drawn of journeys.
WITHOUT_PERSONS = {"validate"}
# Fitted by steps, which end at slightly different places.
FITTED = {"granularity": 1e-5, "predictive_views": 1e-5}


def several(log: tp.Journeys, *, unknown: bool) -> tp.Journeys:
    """Return a log three times, so that persons have equal paths; some of nobody ``unknown``."""
    rng = np.random.default_rng(5)
    parts = []
    for part in range(3):
        persons: list[str | None] = [f"p{one}" for one in rng.integers(0, 4, len(log))]
        if unknown:
            persons[part::7] = [None] * len(persons[part::7])
        ids = [f"{part}-{one}" for one in log.ids.tolist()]
        parts.append(attrs.evolve(log, ids=ids, persons=persons))
    return tp.concat(parts)


def untimed(log: tp.Journeys, keep: Sequence[str]) -> tp.Journeys:
    """Return a log without what merging drops, but for ids and persons."""
    return attrs.evolve(
        log,
        times=None,
        ends=None,
        outcome_times={},
        observed_until=None,
        per_interaction={},
        per_journey={name: log.per_journey[name] for name in keep},
    )


def logs_of(name: str, *, unknown: bool = True) -> tuple[tp.Journeys, tp.Journeys]:
    """Return a log and the log merged within persons."""
    room = name.split(".", maxsplit=1)[0]
    keep = ["judgement", "device"] if room == "experience" else ["segment"]
    made = {
        "experience": lambda: experience_measures.log_of(3),
        "attribution": lambda: test_attribution.log_of(2),
    }
    log = untimed(
        several(made.get(room, lambda: path_measures.drawn_log(2))(), unknown=unknown), keep
    )
    return log, tp.distinct(log, keep=keep, within_persons=True)


def calls() -> dict[str, Call]:
    """Return what can be asked of a log without times, kept columns and ids, by name."""
    paths, experience = path_measures, experience_measures
    grouped = {
        f"{room}.{name} by segment": partial(one, by="segment")
        for room, measures in (("paths", paths.MEASURES), ("attribution", test_attribution.MODELS))
        for name, one in measures.items()
        if name not in LISTS
    }
    whole = {
        f"{room}.{name}": one
        for room, measures in (
            ("paths", paths.WHOLE | paths.MEASURES),
            ("top", paths.TOPPED),
            ("experience", experience.WHOLE | experience.MEASURES),
            ("attribution", test_attribution.WHOLE | test_attribution.MODELS),
            ("graphs", GRAPHS),
        )
        for name, one in measures.items()
        if name not in LISTS | WITHOUT_PERSONS
    }
    return whole | grouped


CALLS = calls()


def said(found: Any) -> Any:
    """Return a result as plain values."""
    if not all(isinstance(one, Table) for one in tables_of(found)):
        data = tp.to_node_link(found)
        return data["graph"], data["nodes"], data["edges"]
    return [rows_of(one) for one in tables_of(found)]


@pytest.mark.filterwarnings("ignore")
def test_most_analyses_are_asked() -> None:
    """A hundred calls have an answer without times; the others say what they lack."""
    refused = {}
    for name, call in CALLS.items():
        try:
            call(logs_of(name)[0])
        except TouchpointsError as error:
            refused[name] = str(error)

    assert len(CALLS) - len(refused) > 90
    lacking = ("times", "per-interaction column")
    assert [] == [name for name, text in refused.items() if not any(one in text for one in lacking)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CALLS)
def test_merged_journeys_of_persons_say_the_same(name: str) -> None:
    """Numbers, intervals, persons and remarks: of the merged log as of the log itself."""
    log, merged = logs_of(name)
    try:
        expected = said(CALLS[name](log))
    except TouchpointsError:
        with pytest.raises(TouchpointsError):
            CALLS[name](merged)
        return

    assert len(merged) < 0.8 * len(log)
    near = partial(alike_but, within=FITTED.get(name.split(".")[1], 0.0))
    assert near(said(CALLS[name](merged)), expected)


def alike_but(one: Any, other: Any, *, within: float) -> bool:
    """Return whether plain values are alike, numbers up to a difference."""
    if within and isinstance(one, float) and isinstance(other, float):
        return alike(one, other) or abs(one - other) <= within
    if within and isinstance(one, dict) and isinstance(other, dict):
        pairs = ((one[key], other.get(key)) for key in one)
        return list(one) == list(other) and all(alike_but(*pair, within=within) for pair in pairs)
    if within and isinstance(one, (list, tuple)) and len(one) == len(other):
        return all(alike_but(*pair, within=within) for pair in zip(one, other, strict=True))
    return alike(one, other)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", BETWEEN)
def test_groups_of_merged_journeys_are_compared_alike(name: str) -> None:
    """Effects, intervals and p-values of the merged log are those of the log, draw by draw."""
    log, merged = logs_of("paths", unknown=False)

    def asked(some: tp.Journeys) -> Any:
        pair = compare.groups(some, "segment")
        return said(BETWEEN[name](pair, seed=1, resamples=50, test="bootstrap"))

    assert alike(asked(merged), asked(log))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", BETWEEN)
def test_labels_are_permuted_within_persons_of_merged_journeys_alike(name: str) -> None:
    """Deals are others, because rows are; p-values differ by chance alone, the rest not at all."""
    log, merged = logs_of("paths", unknown=False)
    answers = []
    for some in (log, merged):
        pair = compare.groups(some, "segment")
        found = BETWEEN[name](pair, seed=1, resamples=1000, shared="within")
        rows = sorted(found.to_dicts(), key=lambda row: str(row["label"]))
        chances = np.array([(row.pop("p"), row.pop("q"))[0] for row in rows])
        answers.append((rows, chances))

    assert alike(answers[0][0], answers[1][0])
    np.testing.assert_allclose(answers[0][1], answers[1][1], atol=5 * (2 * 0.25 / 1000) ** 0.5)


@pytest.mark.parametrize("method", ["percentile", "basic"])
@pytest.mark.parametrize(
    "statistic",
    [
        tp.paths.transitions,
        tp.paths.presence,
        partial(tp.attribution.linear, outcome="sale"),
        partial(tp.attribution.markov, outcome="sale"),
        lambda log: float(log.counts @ np.diff(log.offsets) / log.counts.sum()),
    ],
)
def test_the_bootstrap_of_merged_journeys_draws_the_same_persons(
    statistic: Any, method: Any
) -> None:
    """One seed gives the same resamples, number by number, where all persons are known."""
    found = [
        tp.bootstrap(log, statistic, seed=3, resamples=40, method=method)
        for log in logs_of("attribution", unknown=False)
    ]

    assert found[0].units == found[1].units == 4
    assert alike(*map(said, found))
