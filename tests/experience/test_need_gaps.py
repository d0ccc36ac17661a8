"""Satisfaction of needs and their gaps: by hand, against the definition, and in planted worlds."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.experience.naive_needs import occurrences, satisfaction
from tests.experience.need_logs import HOUR, need_log, written_out
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

E = tp.experience
NUMBERS = ("occurrences", "satisfied", "unsatisfied", "censored", "already")
SUCCESS = {"learn": "t1", "buy": "t4"}


def desk() -> tp.Journeys:
    """Return four people at a help desk: what they came for, and what they said of it."""
    rows = [
        ("ana", "2026-03-01", "live_chat", None, "lamp"),  # asks, and is content two days later
        ("ana", "2026-03-03", "survey_response", 5, "lamp"),
        ("leo", "2026-03-01", "live_chat", None, "lamp"),  # asks twice, and is not content
        ("leo", "2026-03-04", "live_chat", None, "desk"),
        ("leo", "2026-03-05", "survey_response", 2, "desk"),
        ("eva", "2026-03-02", "search_query", None, "desk"),  # informs herself, and buys
        ("eva", "2026-03-06", "purchase", None, "desk"),
        ("tom", "2026-03-07", "live_chat", None, "lamp"),  # the log ends the day after
        ("tom", "2026-03-08", "search_query", None, "lamp"),
    ]
    names = ("who", "day", "what", "csat", "product")
    return tp.from_records(
        [dict(zip(names, row, strict=True)) for row in rows],
        journey="who",
        time="day",
        touchpoint="what",
        person="who",
        per_interaction=["csat", "product"],
        taxonomy=tp.load_taxonomy("customer"),
    )


WEEK = {"scores": "csat", "threshold": 4, "within": dt.timedelta(days=3)}


def test_satisfaction_worked_by_hand() -> None:
    """A10: what an interaction did for a need, for four people and four needs."""
    found = E.need_satisfaction(desk(), success={"learn": "purchase"}, **WEEK)
    rows = {row["need"]: tuple(row[name] for name in NUMBERS) for row in found.to_dicts()}

    # Ana is content after two days of three; Leo twice is not; Tom was watched for one day.
    assert rows["solve_problem"] == (4, 1, 2, 1, 0)
    # Eva buys after four days of three; Tom's search is at the end of the log.
    assert rows["learn"] == (2, 0, 1, 1, 0)
    # Ana's own answer is the positive assessment; Leo's ends the log too early, and is negative.
    assert rows["be_heard"] == (2, 1, 1, 0, 0)
    share = found.share[found.need.tolist().index("solve_problem")]
    assert share == pytest.approx(1 / 3)


def test_gaps_worked_by_hand() -> None:
    """A21: demand times shortfall; of six occurrences watched, four were not satisfied."""
    found = E.need_gaps(desk(), success={"learn": "purchase", "acquire": "purchase"}, **WEEK)
    gaps = found.as_dict()

    # Watched: three solve_problem (two not), one learn (not), two be_heard (one not).
    assert found.known.sum() == 6
    assert gaps["solve_problem"] == pytest.approx(3 / 6 * 2 / 3)
    assert gaps["learn"] == pytest.approx(1 / 6)
    assert gaps["be_heard"] == pytest.approx(2 / 6 * 1 / 2)
    # Equal gaps have equal ranks; the larger demand comes first.
    assert found.need.tolist() == ["solve_problem", "be_heard", "learn", "acquire"]
    assert found.rank.tolist() == [1, 2, 2, 4]
    assert np.isnan(gaps["acquire"])


def test_gaps_by_product_add_up() -> None:
    """B15: the needs that a product does not meet; all gaps together are those of the whole."""
    found = E.need_gaps(desk(), attribute="product", **WEEK)
    gaps = found.as_dict()

    assert gaps["lamp", "solve_problem"] == pytest.approx(1 / 6)
    assert gaps["desk", "solve_problem"] == pytest.approx(1 / 6)
    whole = E.need_gaps(desk(), **WEEK)
    assert np.nansum(found.gap) == pytest.approx(np.nansum(whole.gap))


@pytest.mark.parametrize("within", [None, 12])
@pytest.mark.parametrize("persons", [True, False])
@pytest.mark.parametrize("seed", range(25))
def test_as_defined(seed: int, persons: bool, within: int | None) -> None:
    """The numbers are those of the definition, in logs with ties, counts and open journeys."""
    log = need_log(seed, persons=persons)
    limit = None if within is None else within * HOUR
    asked = {"success": SUCCESS}
    naive = satisfaction(occurrences(log, within=limit, **asked))
    time = None if within is None else dt.timedelta(hours=within)
    found = E.need_satisfaction(log, within=time, **asked)

    names = (*NUMBERS, "people")
    rows = {row["need"]: {name: row[name] for name in names} for row in found.to_dicts()}
    assert {need: one for need, one in rows.items() if one["occurrences"]} == naive
    gaps = E.need_gaps(log, within=time, **asked)
    known = sum(one["satisfied"] + one["unsatisfied"] for one in naive.values())
    for row in gaps.to_dicts():
        one = naive[row["need"]]
        if one["satisfied"] + one["unsatisfied"]:
            assert row["gap"] == pytest.approx(one["unsatisfied"] / known)
            assert row["gap"] == pytest.approx(row["demand"] * row["shortfall"])


@pytest.mark.parametrize("seed", range(10))
def test_scores_as_defined(seed: int) -> None:
    """A score of at least the threshold, at the interaction or after it."""
    log = need_log(seed)
    naive = satisfaction(occurrences(log, scores="csat", threshold=4))
    found = E.need_satisfaction(log, scores="csat", threshold=4)

    names = (*NUMBERS, "people")
    rows = {row["need"]: {name: row[name] for name in names} for row in found.to_dicts()}
    assert {need: one for need, one in rows.items() if one["occurrences"]} == naive


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("persons", [True, False])
def test_a_count_is_as_many_rows(seed: int, persons: bool) -> None:
    """A row of count 3 is three rows, in the numbers and in the intervals."""
    log = need_log(seed, persons=persons)
    one, other = (
        E.need_satisfaction(each, success=SUCCESS).to_dicts() for each in (log, written_out(log))
    )
    for left, right in zip(one, other, strict=True):
        assert left == pytest.approx(right, nan_ok=True)


def test_intervals_are_of_persons() -> None:
    """Ten occurrences of one person weigh as one: the interval is wider than of ten persons."""
    rows = [
        {"who": f"p{one}", "day": f"2026-01-{one + 1:02}", "what": what, "n": 10}
        for one in range(12)
        for what in ("live_chat", "purchase" if one % 2 else "search_query")
    ]
    log = tp.from_records(
        rows, journey="who", time="day", touchpoint="what", taxonomy=tp.load_taxonomy("customer")
    )
    many = attrs.evolve(log, counts=np.full(12, 10))
    persons = attrs.evolve(many, persons=log.ids)
    asked = {"success": {"solve_problem": "purchase"}}
    wide, narrow = (E.need_satisfaction(one, **asked) for one in (persons, many))

    assert (wide.unit, narrow.unit) == ("person", "journey")
    assert wide.share[0] == narrow.share[0] == 0.5
    assert wide.high[0] - wide.low[0] > 2 * (narrow.high[0] - narrow.low[0])


def test_a_planted_share_is_recovered() -> None:
    """In a simulated world seven in ten questions are answered."""
    graph = tp.transition_graph(
        tp.from_paths(
            {"path": ["ask > answer", "ask > other"], "n": [7, 3]}, path="path", count="n"
        )
    )
    for _, _, edge in graph.edges(data=True):
        edge["gap_median"] = 3600.0
    log = tp.simulate(graph, n=4000, seed=3, begin=dt.datetime(2026, 1, 1))
    asked = [
        attrs.evolve(one, need="solve") if one.key == "ask" else one for one in log.touchpoints
    ]
    log = attrs.evolve(log, touchpoints=asked)
    found = E.need_satisfaction(log, success={"solve": "answer"})
    assert found.low[0] < 0.7 < found.high[0]
    # Seen for two hours of an exponential wait of median one hour: 7/10 of 3/4 are answered then.
    short = E.need_satisfaction(log, success={"solve": "answer"}, within=dt.timedelta(seconds=7200))
    assert short.low[0] < 0.7 * 0.75 < short.high[0]


def test_what_cannot_be_judged_is_said() -> None:
    """A need without a success event has a share of nan, and a line says so."""
    found = E.need_satisfaction(desk(), success={"learn": "purchase"})
    assert np.isnan(found.share[found.need.tolist().index("solve_problem")])
    assert "no success event is given for 'acquire', 'be_heard', 'solve_problem'" in repr(found)
    assert "circular: 'need' is only the default of the type" in repr(found)


def test_bad_input() -> None:
    """Nothing that satisfies, an unknown need, a column of text, no times, no needs."""
    log = desk()
    with pytest.raises(InvalidInputError, match="nothing says when a need is satisfied"):
        E.need_satisfaction(log)
    with pytest.raises(NotFoundError, match="no need 'lern'"):
        E.need_satisfaction(log, success={"lern": "purchase"})
    with pytest.raises(NotFoundError, match="no touchpoint 'buy'"):
        E.need_gaps(log, success={"learn": "buy"})
    with pytest.raises(WrongKindError, match="mapping"):
        E.need_gaps(log, success=["learn"])
    with pytest.raises(InvalidInputError, match="read together"):
        E.need_gaps(log, scores="csat")
    with pytest.raises(InvalidInputError, match="must hold numbers"):
        E.need_gaps(log, scores="product", threshold=1)
    with pytest.raises(NotFoundError, match="'produkt'"):
        E.need_gaps(log, attribute="produkt", **WEEK)
    paths = tp.from_paths({"path": ["a > b"]}, path="path")
    with pytest.raises(InvalidInputError, match="known 'need'"):
        E.need_gaps(paths, positive="b")
    timeless = attrs.evolve(log, times=None, observed_until=None)
    with pytest.raises(InvalidInputError, match="times"):
        E.need_gaps(timeless, **WEEK)


def test_no_interactions() -> None:
    """A log without interactions has no rows."""
    log = desk()[:0]
    assert len(E.need_satisfaction(log, positive="purchase")) == 0
    assert len(E.need_gaps(log, positive="purchase", attribute="product")) == 0
