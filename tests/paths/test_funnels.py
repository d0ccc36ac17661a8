"""Funnels: closed, strict, hybrid and open, with windows, groups and intervals."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.logs import log
from tests.paths import naive_funnels
from tests.paths.naive_grouping import warned_of_ungrouped
from touchpoints import compare
from touchpoints._core.arrays import threads
from touchpoints._core.arrays.segments import following
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError


def test_the_published_funnel_types(logs: Path) -> None:
    """Closed, open and hybrid funnels agree with the documentation of retentioneering 3."""
    known = json.loads((logs / "known_small_cases.json").read_text())
    known = known["retentioneering_funnel_types"]
    journeys = log(**{name: "".join(path) for name, path in known["paths"].items()})

    for order in ("closed", "open", "hybrid"):
        found = tp.paths.funnel(journeys, known["stages"], kind=order)

        assert found.journeys.tolist() == [len(known[order][stage]) for stage in known["stages"]]


@given(
    paths=st.lists(st.text("abcx", min_size=1, max_size=6), min_size=1, max_size=5),
    steps=st.text("abc", min_size=1, max_size=3),
    order=st.sampled_from(["closed", "strict", "hybrid"]),
    window=st.none() | st.integers(1, 5),
)
def test_funnels_agree_with_trying_all_positions(
    paths: list[str], steps: str, order: str, window: int | None
) -> None:
    """No start is missed, and no interaction counts for two steps."""
    journeys = log(**{f"j{position}": f"{path}" for position, path in enumerate([*paths, "abc"])})
    within = None if window is None else dt.timedelta(days=window)

    found = tp.paths.funnel(journeys, list(steps), kind=order, within=within)

    depths = [naive_funnels.depth(path, steps, order, window) for path in [*paths, "abc"]]
    expected = [sum(depth > nth for depth in depths) for nth in range(len(steps))]
    assert found.journeys.tolist() == expected


@pytest.mark.parametrize("order", ["closed", "strict", "hybrid"])
@pytest.mark.parametrize("within", [None, dt.timedelta(minutes=90)])
def test_blocks_of_journeys_change_nothing(order, within, monkeypatch) -> None:
    """Small blocks on several cores give the same table."""
    shop = tp.datasets.shop(60, seed=3)
    steps = ["search_query", tp.pattern("review_read | live_chat+"), "purchase"]
    expected = tp.paths.funnel(shop, steps, kind=order, within=within).to_dicts()

    monkeypatch.setattr(following, "_BLOCK", 7)
    monkeypatch.setattr(threads, "cores", lambda: 3)

    np.testing.assert_equal(
        tp.paths.funnel(shop, steps, kind=order, within=within).to_dicts(), expected
    )


def test_a_later_start_that_completes_in_time_counts() -> None:
    """The window can begin at any occurrence of the first step."""
    journeys = log(one="axxxab", two="axxxb")

    found = tp.paths.funnel(journeys, ["a", "b"], within=dt.timedelta(days=2))

    assert found.journeys.tolist() == [2, 1]
    assert found.median_time[1] == 86_400


def test_shares_are_of_all_of_the_first_and_of_the_previous_step() -> None:
    """Each denominator has its own column, with Wilson's interval around it."""
    journeys = log(one="abc", two="ab", three="a", four="x")

    found = tp.paths.funnel(journeys, ["a", "b", "c"])

    assert found.of_all.tolist() == [0.75, 0.5, 0.25]
    assert found.of_first.tolist() == pytest.approx([1, 2 / 3, 1 / 3])
    assert found.of_previous.tolist() == pytest.approx([0.75, 2 / 3, 0.5])
    assert (found.of_all_low[1], found.of_all_high[1]) == pytest.approx(tp.wilson(2, 4))
    assert (found.of_previous_low[2], found.of_previous_high[2]) == pytest.approx(tp.wilson(1, 2))


def test_journeys_the_log_cuts_off_are_open_and_not_lost() -> None:
    """Journeys that may still take the step are counted separately."""
    journeys = attrs.evolve(log(one="ab", two="a", three="a"), finished=[True, True, False])

    found = tp.paths.funnel(journeys, ["a", "b"])

    assert found.lost.tolist() == [0, 1]
    assert found.open.tolist() == [0, 1]


def test_counts_equal_repeated_journeys() -> None:
    """A count of two equals the journey twice, in numbers, shares and median times."""
    paths = {"one": "aab", "two": "axxb", "three": "a"}
    doubled = attrs.evolve(log(**paths), counts=[2, 3, 2])
    names = {"one": 2, "two": 3, "three": 2}
    spread = log(**{f"{name}{nth}": paths[name] for name, n in names.items() for nth in range(n)})

    merged, plain = (tp.paths.funnel(one, ["a", "b"]) for one in (doubled, spread))

    assert merged == plain


def test_journeys_of_one_person_widen_the_interval() -> None:
    """Ten journeys of two people who always do the same carry the information of two."""
    paths = {f"j{position}": "ab" if position < 5 else "a" for position in range(10)}
    alone = log(**paths)
    people = attrs.evolve(alone, persons=["ana"] * 5 + ["leo"] * 5)

    narrow, wide = (tp.paths.funnel(one, ["a", "b"]) for one in (alone, people))

    assert wide.unit == "person"
    assert wide.of_all[1] == narrow.of_all[1]
    assert (
        wide.of_all_high[1] - wide.of_all_low[1]
        > 2 * (narrow.of_all_high[1] - narrow.of_all_low[1]) * 0.6
    )


def test_groups_are_rows_of_the_same_table() -> None:
    """by= adds one column, and leaves out journeys without a group."""
    journeys = attrs.evolve(
        log(one="ab", two="a", three="ab", four="ab"),
        per_journey={"device": ["web", "app", "web", None]},
    )

    with warned_of_ungrouped(journeys, "device"):
        found = tp.paths.funnel(journeys, ["a", "b"], by="device")

    assert found.group.tolist() == ["app", "app", "web", "web"]
    assert found.journeys.tolist() == [1, 0, 2, 2]
    assert "group" not in tp.paths.funnel(journeys, ["a", "b"]).to_dicts()[0]


def test_a_repeated_step_has_its_position_appended_to_its_name() -> None:
    """As in compare.funnels; each number is the share of all journeys (of the group)."""
    journeys = attrs.evolve(log(one="aba", two="ab"), per_journey={"device": ["web", "app"]})

    found = tp.paths.funnel(journeys, ["a", "b", "a"]).as_dict()
    by = tp.paths.funnel(journeys, ["a", "b", "a"], by="device").as_dict()

    assert found == {"a (1)": 1.0, "b": 1.0, "a (3)": 0.5}
    assert by["web", "a (3)"] == 1.0
    assert by["app", "a (3)"] == 0.0
    assert len(by) == 6


def test_steps_may_be_any_of_several_a_facet_or_a_pattern() -> None:
    """Any place can be a step; a step after a pattern lies after all of its match."""
    journeys = log(one="xab", two="yb", three="zb", four="xaab")

    assert tp.paths.funnel(journeys, [["x", "y"], "b"]).journeys.tolist() == [3, 3]
    found = tp.paths.funnel(journeys, [tp.pattern("x a+"), "a", "b"])
    assert found.journeys.tolist() == [2, 0, 0]
    assert found.step.tolist() == ["x a+", "a", "b"]


def test_bad_questions_get_clear_errors() -> None:
    """Unknown steps, no steps, a text as steps, windows of zero or without times."""
    journeys = log(one="ab")

    with pytest.raises(NotFoundError, match="no touchpoint 'q'"):
        tp.paths.funnel(journeys, ["a", "q"])
    with pytest.raises(InvalidInputError, match="steps must contain at least one step, got none"):
        tp.paths.funnel(journeys, [])
    with pytest.raises(
        InvalidInputError, match="steps must be a sequence or mapping of places, got the text"
    ):
        tp.paths.funnel(journeys, "ab")
    with pytest.raises(InvalidInputError, match="must be positive"):
        tp.paths.funnel(journeys, ["a"], within=dt.timedelta(0))
    with pytest.raises(WrongKindError, match="timedelta"):
        tp.paths.funnel(journeys, ["a"], within=30)
    with pytest.raises(InvalidInputError, match="needs times"):
        tp.paths.funnel(tp.distinct(journeys), ["a"], within=dt.timedelta(1))
    with pytest.raises(InvalidInputError, match="within must be left out for kind='open'"):
        tp.paths.funnel(journeys, ["a"], kind="open", within=dt.timedelta(1))
    with pytest.raises(InvalidInputError, match="did you mean 'closed'"):
        tp.paths.funnel(journeys, ["a"], kind="close")
    with pytest.raises(NotFoundError, match="column or facet 'device'"):
        tp.paths.funnel(journeys, ["a"], by="device")


def test_no_journeys_give_zeros_and_nan() -> None:
    """An empty log gives zeros and nan, not an error."""
    found = tp.paths.funnel(log(one="ab")[:0], ["a", "b"])

    assert found.journeys.tolist() == [0, 0]
    assert np.isnan(found.of_all).all()


@pytest.mark.parametrize("order", ["closed", "strict", "hybrid", "open"])
def test_steps_can_have_names(order) -> None:
    """The keys of a mapping name the steps, in order; the numbers are those of its places."""
    journeys = log(one="abc", two="ac", three="b")
    places = ["a", ["b", "c"], {"channel": "unknown"}]

    named = tp.paths.funnel(
        journeys, dict(zip(["First", "then", "last"], places, strict=True)), kind=order
    )

    assert named.step.tolist() == ["First", "then", "last"]
    plain = tp.paths.funnel(journeys, places, kind=order)
    assert named.journeys.tolist() == plain.journeys.tolist()
    assert named.of_previous.tolist() == plain.of_previous.tolist()
    with pytest.raises(InvalidInputError, match="steps must contain at least one step, got none"):
        tp.paths.funnel(journeys, {}, kind=order)


def test_groups_can_be_compared_by_named_steps() -> None:
    """The labels are the names."""
    journeys = attrs.evolve(
        log(one="ab", two="a", three="b", four="ab"), per_journey={"device": ["x", "x", "y", "y"]}
    )

    found = compare.funnels(
        compare.groups(journeys, "device"), {"in": "a", "on": "b"}, seed=1, resamples=50
    )

    assert {"in", "on"} == set(found.label)
