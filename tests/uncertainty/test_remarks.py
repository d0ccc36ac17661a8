"""Tables say how many persons they rest on, and remark when those are few."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp

PEOPLE = ["ana", "leo", "eva"]


def timed(people: list[str], *, visits: int = 2) -> tp.Journeys:
    """Return journeys of people: each person has two, one of which ends in a purchase."""
    day = np.datetime64("2026-01-05", "us")
    rows = [
        {
            "id": f"{who}{nth}",
            "who": who,
            "t": day + np.timedelta64(24 * nth + hour, "h"),
            "w": what,
        }
        for who in people
        for nth in range(visits)
        for hour, what in enumerate(["ad", "buy"] if nth % 2 else ["ad", "see"])
    ]
    journeys = tp.from_records(rows, journey="id", time="t", touchpoint="w", person="who")
    segments = ["new" if name.endswith("0") else "old" for name in journeys.ids.tolist()]
    return attrs.evolve(journeys, per_journey={"segment": segments})


ASKED = {
    "time_to": lambda log: tp.paths.time_to(log, place="buy"),
    "median_time_to": lambda log: tp.paths.median_time_to(log, place="buy"),
    "retention": lambda log: tp.paths.retention(log, period="day"),
    "survival_by_step": tp.paths.survival_by_step,
    "gaps": lambda log: tp.paths.gaps(log, level=0.95),
    "throughput_times": lambda log: tp.paths.throughput_times(log, level=0.95),
    "discriminating": lambda log: tp.paths.discriminating(
        log, by="segment", seed=1, permutations=9
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_tables_of_few_persons_say_so(name: str) -> None:
    """As text and as HTML; the number of persons and their effective number are attributes."""
    found = ASKED[name](timed(PEOPLE))

    assert (found.unit, found.persons, found.effective) == ("person", 3, pytest.approx(3.0))
    assert "few persons (3, 3.0 effective)" in repr(found)
    assert "few persons (3, 3.0 effective)" in found._repr_html_()


@pytest.mark.parametrize("name", ASKED)
def test_tables_of_many_persons_do_not(name: str) -> None:
    """Nor do tables without persons."""
    many = timed([f"p{nth}" for nth in range(8)])

    assert ASKED[name](many).persons == 8
    assert "few persons" not in repr(ASKED[name](many))
    alone = ASKED[name](attrs.evolve(timed(PEOPLE), persons=None))
    assert (alone.unit, alone.persons, alone.effective) == ("journey", None, None)
    assert "few persons" not in repr(alone)


def test_one_person_gives_intervals_of_shares_but_none_of_times() -> None:
    """A share lies between 0 and 1; of how long somebody else takes one person tells nothing."""
    one = timed(["ana"], visits=4)

    survival = tp.paths.time_to(one, place="buy")
    assert ((0 <= survival.low) & (survival.low <= survival.high) & (survival.high <= 1)).all()
    for found in (
        tp.paths.median_time_to(one, place="buy"),
        tp.paths.throughput_times(one, level=0.95),
    ):
        ends = [
            value for key, value in found.to_dicts()[0].items() if key.endswith(("low", "high"))
        ]
        assert ends
        assert np.isnan(ends).all()
        assert "one person" in repr(found)


def crowd(rare: dict[str, int], *, people: int = 20) -> tp.Journeys:
    """Return five journeys of each person: half the persons buy in each, ``rare`` ones call too."""
    paths, who = [], []
    for person in range(people):
        for nth in range(5):
            paths.append("ad > buy" if person % 2 else "ad > see")
            who.append(f"p{person}")
            if nth < rare.get(f"p{person}", 0):
                paths[-1] += " > call"
    return attrs.evolve(tp.from_paths({"path": paths}, path="path"), persons=who)


SHARED = {
    "presence": tp.paths.presence,
    "variants": tp.paths.variants,
    "transitions": tp.paths.transitions,
    "ngrams": lambda log: tp.paths.ngrams(log, n=2),
    "subsequences": lambda log: tp.paths.subsequences(log, min_support=0.02),
    "branches": tp.paths.branches,
    "decision_points": tp.paths.decision_points,
    "routes": lambda log: tp.paths.routes(log, "ad", end={"buy", "see"}),
    "conversion": lambda log: tp.paths.conversion(log, "ad", end="call"),
    "funnel": lambda log: tp.paths.funnel(log, ["ad", "call"]),
    "step_matrix": lambda log: tp.paths.step_matrix(log, steps=3),
    "step_flows": lambda log: tp.paths.step_flows(log, steps=3),
}


@pytest.mark.parametrize("name", sorted({*SHARED} - {"routes"}))
def test_shares_carried_by_few_persons_are_remarked(name: str) -> None:
    """Two of twenty persons called: a person not seen yet may call often."""
    found = SHARED[name](crowd({"p1": 3, "p2": 1}))

    assert found.few_behind > 0
    rows = "1 row" if found.few_behind == 1 else f"{found.few_behind} rows"
    remark = f"{rows}: the hits, or the misses, come from fewer than five persons"
    assert remark in repr(found)
    assert remark in found._repr_html_()


@pytest.mark.parametrize("name", SHARED)
def test_shares_carried_by_many_are_not_remarked(name: str) -> None:
    """Nor those of journeys alone, or of persons with one journey each (but of interactions)."""
    many = crowd({f"p{nth}": 2 for nth in range(20)})
    few = crowd({"p1": 3, "p2": 1})
    logs = [many, attrs.evolve(few, persons=None)]
    if name != "presence":
        logs.append(attrs.evolve(few, persons=[f"p{nth}" for nth in range(len(few))]))

    for log in logs:
        found = SHARED[name](log)
        assert found.few_behind == 0
        assert "fewer than five" not in repr(found)


def test_rows_with_few_persons_behind_them_are_added_up_over_groups() -> None:
    """One group has rows of few persons, the other has none."""
    few, many = crowd({"p1": 3}), crowd({f"p{nth}": 2 for nth in range(20)})
    both = tp.concat([few, attrs.evolve(many, ids=np.arange(100, 200))])
    both = attrs.evolve(both, per_journey={"segment": ["few"] * 100 + ["many"] * 100})

    found = tp.paths.presence(both, by="segment")

    assert found.few_behind == tp.paths.presence(few).few_behind > 0


def test_an_end_that_is_not_known_has_its_reason() -> None:
    """Three gaps; six waits, of which one has its event."""
    few = timed(PEOPLE, visits=1)
    gaps = tp.paths.gaps(few, level=0.95)
    waits = tp.paths.median_time_to(timed([f"p{nth}" for nth in range(8)]), place="buy")
    many = tp.paths.gaps(timed([f"p{nth}" for nth in range(20)]), level=0.95)

    reason = "nan: the interval of the median reaches beyond"
    assert f"{reason} the values known in 1 of 1 row" in repr(gaps)
    assert f"{reason} the values known in 1 of 1 row" in gaps._repr_html_()
    assert np.isnan(waits.high).all()
    assert f"{reason} the time observed in 1 of 1 row" in repr(waits)
    assert not np.isnan(many.median_low + many.median_high).any()
    assert "nan" not in repr(many)
    assert "nan" not in repr(tp.paths.gaps(few))


def test_a_bootstrap_of_few_units_says_so() -> None:
    """Percentile intervals of fewer than 20 units are too narrow; of 20 nothing is said."""
    for number, few in ((3, True), (19, True), (20, False)):
        log = timed([f"p{who}" for who in range(number)])
        found = tp.bootstrap(
            log, lambda drawn: {"buy": float(drawn.counts[::2].sum())}, seed=1, resamples=50
        )
        assert number == found.units
        assert few == ("few units" in repr(found)) == ("few units" in found._repr_html_())


def test_a_bootstrap_of_what_no_resample_changes_says_so() -> None:
    """All did the same: the intervals have no width, which does not prove that others would."""
    found = tp.bootstrap(
        timed([f"p{who}" for who in range(25)]), tp.paths.presence, seed=1, resamples=50
    )

    assert "no resample differs in 3 of 3 rows" in repr(found)


def test_an_interval_without_width_says_so() -> None:
    """Twelve persons whose gaps are all a day: nothing is known of who is slower."""
    rows = [
        {"id": one, "who": one, "t": f"2026-01-0{day}", "w": what, "side": "ab"[one % 2]}
        for one in range(12)
        for day, what in ((1, "search"), (2, "buy"))
    ]
    journeys = tp.from_records(
        rows, journey="id", person="who", time="t", touchpoint="w", per_journey=["side"]
    )
    said = "all values seen are alike, and the interval has no width; others may differ"

    assert f"1 of 1 row: {said}" in repr(tp.paths.gaps(journeys, level=0.95))
    pair = tp.compare.groups(journeys, "side")
    assert said in repr(tp.compare.throughput(pair, seed=1, resamples=50))
    assert said not in repr(tp.paths.gaps(journeys))
