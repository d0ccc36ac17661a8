"""What is lost without groups, sequences and transitions, against solving each chain anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests.attribution import naive_attribution as naive
from tests.attribution.logs import KEYS, ROWS, journeys_of, one_by_one, single_journeys
from tests.attribution.naive_attribution import Row
from touchpoints.errors import InvalidInputError, WrongKindError

A = tp.attribution

GROUPS = {"a": ["a"], "ab": ["a", "b"], "cd": ["c", "d"], "all": list(KEYS)}
STEPS = {
    1: [("a", "b"), ("b", "b"), ("c", "a")],
    2: [("a", "b"), ("b", "b"), ("a", "b", "c"), ("a", "a", "a")],
    3: [("a", "b"), ("a", "b", "a"), ("a", "b", "a", "b")],
}


def met(rows: list[Row]) -> set[str]:
    """Return the touchpoints of all rows."""
    return {key for row in rows if row.sales + row.lost for key in row.path}


@pytest.mark.parametrize("semantics", ["lost", "reconnect"])
@pytest.mark.parametrize("order", [1, 2, 3])
@given(rows=ROWS)
def test_groups_are_removed_together(order: int, semantics: str, rows: list[Row]) -> None:
    """Whoever comes to any of them is lost, or goes on as others do."""
    journeys = journeys_of(rows)
    groups = {name: keys for name, keys in GROUPS.items() if set(keys) <= met(rows)}
    assume(groups)
    found = A.removal(journeys, groups, order=order, semantics=semantics)
    counts = naive.transitions(rows, order)
    whole = naive.reaching(counts)

    assert found.removed.tolist() == list(groups)
    for row, keys in zip(found.to_dicts(), groups.values(), strict=True):
        less = naive.reaching(counts, gone=naive.into(keys), reconnect=semantics == "reconnect")
        assert row["probability"] == pytest.approx(whole, abs=1e-10)
        assert row["without"] == pytest.approx(less, abs=1e-10)
        assert row["effect"] == pytest.approx(1 - less / whole, abs=1e-9)
        assert row["journeys"] == sum(
            row.sales for row in rows if not set(keys).isdisjoint(row.path)
        )


@pytest.mark.parametrize("semantics", ["lost", "reconnect"])
@pytest.mark.parametrize("order", [1, 2, 3])
@given(rows=ROWS)
def test_sequences_are_removed_where_they_are_completed(
    order: int, semantics: str, rows: list[Row]
) -> None:
    """Up to ``order + 1`` touchpoints that directly follow each other."""
    assume({"a", "b", "c"} <= met(rows))
    journeys = journeys_of(rows)
    steps = {" ".join(keys): A.Steps(keys) for keys in STEPS[order]}
    found = A.removal(journeys, steps, order=order, semantics=semantics)
    counts = naive.transitions(rows, order)
    whole = naive.reaching(counts)

    for row, keys in zip(found.to_dicts(), STEPS[order], strict=True):
        less = naive.reaching(
            counts,
            gone=naive.completing([{key} for key in keys], order),
            reconnect=semantics == "reconnect",
        )
        assert row["without"] == pytest.approx(less, abs=1e-10)
        assert row["effect"] == pytest.approx(1 - less / whole, abs=1e-9)
        inside = [
            one.sales
            for one in rows
            if any(one.path[at : at + len(keys)] == keys for at in range(len(one.path)))
        ]
        assert row["journeys"] == sum(inside)


@given(rows=ROWS)
def test_a_detour_leaves_the_touchpoint_out_and_keeps_the_outcome(rows: list[Row]) -> None:
    """Journeys with no other touchpoint do not take place; empty ones stay."""
    assume("a" in met(rows))
    found = A.removal(journeys_of(rows), {"a": "a"}, semantics="detour")
    stay = [row for row in rows if not row.path or set(row.path) != {"a"}]
    sold, tried = sum(row.sales for row in stay), sum(row.sales + row.lost for row in stay)
    whole = sum(row.sales for row in rows) / sum(row.sales + row.lost for row in rows)

    less = sold / tried if tried else 0.0
    assert found.without[0] == pytest.approx(less)
    assert found.effect[0] == pytest.approx(1 - less / whole)


def _effects(order: int, semantics: str) -> Callable[[list[Row]], dict[str, float]]:
    def effects(rows: list[Row]) -> dict[str, float]:
        counts = naive.transitions(rows, order)
        if semantics == "detour":
            stay = [row for row in rows if not row.path or set(row.path) != {"a"}]
            tried = sum(row.sales + row.lost for row in stay)
            less = sum(row.sales for row in stay) / tried if tried else 0.0
        else:
            less = naive.reaching(
                counts, gone=naive.into({"a"}), reconnect=semantics == "reconnect"
            )
        return {"a": 1 - less / naive.reaching(counts)}

    return effects


@pytest.mark.parametrize("semantics", ["lost", "reconnect", "detour"])
@given(rows=ROWS, persons=st.lists(st.sampled_from("xyzuvw"), min_size=64, max_size=64))
def test_standard_errors_are_those_of_persons(
    semantics: str, rows: list[Row], persons: list[str]
) -> None:
    """The half-width over t is the root of the sandwich, drawn to persons who say yes or no."""
    from scipy.stats import t

    single = [(path, sold) for path, sold in single_journeys(rows)][:12]
    assume("a" in {key for path, _ in single for key in path})
    assume(any(sold for _, sold in single))
    persons = persons[: len(single)]
    assume(len(set(persons)) > 1)
    log = one_by_one(single, persons=persons)
    found = A.removal(log, {"a": "a"}, semantics=semantics)
    plain = [Row(path, float(sold), float(not sold)) for path, sold in single]
    spread = naive.sandwich(plain, persons, _effects(1, semantics), ["a"])[0][0]

    if semantics == "lost":
        assert found.low[0] - 1e-9 <= found.effect[0] <= found.high[0] + 1e-9
        return
    half = (found.high[0] - found.low[0]) / 2
    amounts = [
        sum(sold for (_, sold), other in zip(single, persons, strict=True) if other == person)
        for person in set(persons)
    ]
    middle = naive.centred(found.effect[0], amounts)
    variance, seen = naive.varied(middle, spread, amounts, imagined=2)
    assert half == pytest.approx(t.ppf(0.975, max(seen, 1)) * variance**0.5, rel=1e-3, abs=1e-3)


def test_an_effect_of_nothing_that_could_be_otherwise_has_an_interval() -> None:
    """Two touchpoints with the same rate: neither makes a difference, but another day one might."""
    log = tp.from_paths(
        {"path": ["a", "b"], "s": [3, 3], "l": [3, 3]}, path="path", converted="s", lost="l"
    )
    again = A.removal(log, {"a": "a"}, semantics="reconnect")
    round_ = A.removal(log, {"a": "a"}, semantics="detour")

    assert again.effect[0] == round_.effect[0] == 0.0
    assert again.high[0] == pytest.approx(round_.high[0])
    assert again.low[0] == pytest.approx(-again.high[0])
    assert again.high[0] > 0.5


def test_a_facet_value_is_removed_as_a_whole() -> None:
    """All paid media at once."""
    shop = tp.until(tp.datasets.shop(500, seed=1), "purchase", outcome="purchase")
    paid = {one.key for one in shop.touchpoints if one.channel == "website"}
    by_facet = A.removal(shop, {"site": {"channel": "website"}})
    by_keys = A.removal(shop, {"site": sorted(paid)})

    assert by_facet.effect[0] == pytest.approx(by_keys.effect[0])
    assert by_facet.journeys[0] == by_keys.journeys[0]


def test_steps_longer_than_the_memory_are_refused() -> None:
    """The message says which order knows them."""
    log = one_by_one([(("a", "b", "c"), 1), (("a",), 0)])
    with pytest.raises(InvalidInputError, match="order=2"):
        A.removal(log, {"x": A.Steps(["a", "b", "c"])})
    with pytest.raises(InvalidInputError, match="takes touchpoints, got the steps"):
        A.removal(log, {"x": A.Steps(["a", "b"])}, semantics="detour")


def test_steps_take_one_sequence() -> None:
    """Touchpoints given one by one are refused with the call that fits."""
    with pytest.raises(WrongKindError, match="Steps"):
        tp.attribution.Steps("ad", "search")  # type: ignore[call-arg]
