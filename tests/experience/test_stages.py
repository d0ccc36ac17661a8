"""Stages: by hand, against the definition, and in planted worlds."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.experience.naive_needs import staged
from tests.experience.need_logs import HOUR, need_log, written_out
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError

E = tp.experience
CUSTOMER = tp.load_taxonomy("customer")
NAMES = ("who", "t", "w", "told")
ROWS = [
    ("ana", "01-01", "ad_exposure", None),  # from stimulus to after-sale, in order
    ("ana", "01-02", "search_query", None),
    ("ana", "01-03", "purchase", None),
    ("ana", "01-05", "product_use", None),
    ("ana", "03-05", "ad_exposure", None),  # 61 days after her purchase
    ("leo", "01-01", "search_query", None),  # never buys, and asks for service
    ("leo", "01-02", "customer_service", None),
    ("eva", "01-01", "customer_service", "consideration"),  # the data say: asks before she buys
    ("eva", "01-04", "review_written", None),  # recommends what she has not bought
]


def shop() -> tp.Journeys:
    """Return three people: one buys, two never do."""
    rows = [dict(zip(NAMES, (who, f"2026-{day}", *rest), strict=True)) for who, day, *rest in ROWS]
    return tp.from_records(
        rows,
        journey="who",
        person="who",
        time="t",
        touchpoint="w",
        per_interaction=["told"],
        taxonomy=CUSTOMER,
    )


def test_stages_worked_by_hand() -> None:
    """B2, B35: every stage is a row; people who never bought are in it; contradictions stand."""
    found = E.stages(shop(), column="told")
    rows = {row["stage"]: row for row in found.to_dicts()}

    assert list(rows) == ["awareness", "consideration", "purchase", "retention", "advocacy"]
    numbers = {
        stage: (row["interactions"], row["people"], row["never_bought"], row["early"], row["late"])
        for stage, row in rows.items()
    }
    assert numbers == {
        "awareness": (2, 1, 0, 0, 1),
        "consideration": (3, 3, 2, 0, 0),
        "purchase": (1, 1, 0, 0, 0),
        "retention": (2, 2, 1, 1, 0),
        "advocacy": (1, 1, 1, 1, 0),
    }
    assert rows["consideration"]["from_data"] == 1
    assert rows["consideration"]["from_type"] == 2
    assert rows["consideration"]["share"] == 1.0
    assert rows["retention"]["share"] == pytest.approx(2 / 3)
    assert "before any purchase" in repr(found)


def test_contradictions_by_type() -> None:
    """B1: which types contradict, and what of; nothing is overwritten."""
    found = E.stage_contradictions(shop(), column="told")
    rows = [
        tuple(row[one] for one in ("touchpoint", "kind", "interactions", "of"))
        for row in found.to_dicts()
    ]

    assert rows == [
        ("ad_exposure", "long after a purchase", 1, 2),
        ("customer_service", "before any purchase", 1, 1),
        ("review_written", "before any purchase", 1, 1),
    ]
    later = E.stage_contradictions(shop(), column="told", late=dt.timedelta(days=61))
    assert len(later) == 2


def test_rules_come_before_types_and_after_the_data() -> None:
    """A rule says the stage where the data do not; the first rule wins; origins say so."""
    rules = {"advocacy": "customer_service", "purchase": ["customer_service", "search_query"]}
    found = E.stages(shop(), column="told", rules=rules)
    rows = {row["stage"]: row for row in found.to_dicts()}

    assert (rows["advocacy"]["from_rule"], rows["advocacy"]["from_type"]) == (1, 1)
    assert (rows["purchase"]["from_rule"], rows["purchase"]["from_type"]) == (2, 1)
    assert rows["consideration"]["from_data"] == rows["consideration"]["interactions"] == 1


def test_a_stage_that_is_not_the_default_is_from_a_rule() -> None:
    """A touchpoint whose stage is not that of its type was given it by a classifier."""
    log = shop()
    changed = [
        CUSTOMER.touchpoint(one, stage="retention") if one.type == "search_query" else one
        for one in log.touchpoints
    ]
    found = E.stages(attrs.evolve(log, touchpoints=changed))
    rows = {row["stage"]: row for row in found.to_dicts()}
    assert (rows["retention"]["from_rule"], rows["retention"]["early"]) == (2, 4)


@pytest.mark.parametrize("persons", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_as_defined(seed: int, persons: bool) -> None:
    """Interactions, people and contradictions, in logs with ties, counts and cut journeys."""
    log = need_log(seed, persons=persons)
    naive = staged(log, purchase="t4", late=20 * HOUR)
    asked = {"column": "seen_stage", "purchase": "t4", "late": dt.timedelta(hours=20)}
    asked |= {"after": ["after"], "before": ["before"]}
    found = E.stages(log, **asked)

    for row in found.to_dicts():
        mine = [one for one in naive if one["stage"] == row["stage"]]
        assert row["interactions"] == sum(one["weight"] for one in mine)
        for name, kind in (("early", "before any purchase"), ("late", "long after a purchase")):
            assert row[name] == sum(one["weight"] for one in mine if one["kind"] == kind)
        people = {one["who"]: one["alike"] for one in mine}
        never = {one["who"]: one["alike"] for one in mine if not one["bought"]}
        assert (row["people"], row["never_bought"]) == (sum(people.values()), sum(never.values()))
        for origin in ("data", "type"):
            some = sum(one["weight"] for one in mine if one["origin"] == origin)
            assert row[f"from_{origin}"] == some
    listed = E.stage_contradictions(log, **asked)
    assert listed.interactions.sum() == found.early.sum() + found.late.sum()


@pytest.mark.parametrize("seed", range(6))
def test_a_count_is_as_many_rows(seed: int) -> None:
    """A row of count 3 is three rows."""
    asked = {"purchase": "t4", "after": ["after"], "before": ["before"]}
    log = need_log(seed, persons=seed % 2 == 0)
    one, other = (E.stages(each, **asked).to_dicts() for each in (log, written_out(log)))
    wide = {row["stage"]: row for row in one}
    for row in other:
        assert wide[row["stage"]] == pytest.approx(row, nan_ok=True)


def test_outcomes_are_purchases_too() -> None:
    """Cut at the purchase, the outcome says when it was; nothing is after it any more."""
    log = tp.until(shop(), "purchase", outcome="sale")
    found = E.stages(log)
    assert found.purchase == "outcome sale"
    assert found.never_bought.tolist() == [0, 1, 0, 2, 1]


def test_who_may_have_bought_before_is_not_judged() -> None:
    """Leo's journey began before the log: his service may follow a purchase that is not seen."""
    log = shop()
    ids = log.ids.tolist()
    cut = attrs.evolve(log, began=np.array([one != "leo" for one in ids]))
    found = E.stages(cut)
    assert found.not_judged == 1
    assert found.early.sum() == E.stages(log).early.sum() - 1


def test_planted_contradictions_are_recovered() -> None:
    """Of simulated people a quarter show up with a review before they buy."""
    table = {"path": ["review_written > purchase", "search_query > purchase > review_written"]}
    table["n"] = [25, 75]
    seen = tp.from_paths(table, path="path", count="n", taxonomy=CUSTOMER)
    graph = tp.higher_order_graph(seen, order=2)
    for _, _, edge in graph.edges(data=True):
        edge["gap_median"] = 3600.0
    log = tp.simulate(graph, n=2000, seed=1, begin=dt.datetime(2026, 1, 1), taxonomy=CUSTOMER)
    found = E.stages(log)
    row = found.to_dicts()[-1]
    assert row["stage"] == "advocacy"
    low, high = tp.wilson(row["early"], 2000)
    assert low < 0.25 < high
    assert "persons are not known" in repr(found)


def test_bad_input() -> None:
    """No stages, no purchase, an unknown stage, a column of numbers, both kinds of purchase."""
    log = shop()
    with pytest.raises(NotFoundError, match="no stage 'retension'"):
        E.stages(log, after=["retension"])
    with pytest.raises(NotFoundError, match="no per-interaction column 'tell'"):
        E.stages(log, column="tell")
    with pytest.raises(WrongKindError, match="a mapping of stages to places"):
        E.stages(log, rules=["advocacy"])
    with pytest.raises(InvalidInputError, match="both say what a purchase is"):
        E.stages(tp.until(log, "purchase", outcome="sale"), purchase="purchase", outcome="sale")
    with pytest.raises(InvalidInputError, match="late must be positive"):
        E.stage_contradictions(log, late=dt.timedelta(0))
    untyped = tp.from_records(
        [{"a": 1, "t": "2026-01-01", "w": "x"}], journey="a", time="t", touchpoint="w"
    )
    with pytest.raises(InvalidInputError, match="no interaction has a stage"):
        E.stages(untyped, purchase="x")
    with pytest.raises(InvalidInputError, match="nothing says what a purchase is"):
        E.stages(untyped, rules={"after": "x"})
    with pytest.raises(InvalidInputError, match="times"):
        E.stages(attrs.evolve(log, times=None, observed_until=None))


def test_no_interactions() -> None:
    """Without interactions every stage is an empty row."""
    found = E.stages(shop()[:0])
    assert (found.people == 0).all()
    assert np.isnan(found.share).all()
    assert len(E.stage_contradictions(shop()[:0])) == 0
