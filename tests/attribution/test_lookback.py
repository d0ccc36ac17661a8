"""Which interactions count: look-back windows and the time of the outcome, by plain loops."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError

A = tp.attribution

START = np.datetime64("2026-01-01T00", "us")
HOUR = np.timedelta64(1, "h")
KINDS = ["view", "click", "mail"]

# (hour, kind) of interactions, and the hour of the outcome, None where it was not reached
TOUCHED = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 12), st.sampled_from(KINDS)), max_size=6).map(
            lambda events: sorted(events, key=lambda one: one[0])
        ),
        st.one_of(st.none(), st.integers(0, 14)),
    ),
    min_size=1,
    max_size=6,
)
Touched = Sequence[tuple[Sequence[tuple[int, str]], int | None]]


def log_of(journeys: Touched) -> tp.Journeys:
    """Return journeys with the outcome, not cut at it; all kinds of touchpoints are known."""
    kinds = [kind for events, _ in journeys for _, kind in events]
    hours = [hour for events, _ in journeys for hour, _ in events]
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(kind) for kind in KINDS],
        codes=np.array([KINDS.index(kind) for kind in kinds], dtype=np.int32),
        offsets=np.append(0, np.cumsum([len(events) for events, _ in journeys])),
        times=START + np.array(hours, dtype=np.int64) * HOUR,
        outcomes={"sale": np.array([float(when is not None) for _, when in journeys])},
        outcome_times={
            "sale": np.array(
                [
                    np.datetime64("NaT", "us") if when is None else START + when * HOUR
                    for _, when in journeys
                ],
                dtype="datetime64[us]",
            )
        },
    )


def counting(
    events: Sequence[tuple[int, str]], when: int, rules: Sequence[dict[str, Any]]
) -> list[str]:
    """Return the touchpoints that count for an outcome at some hour."""
    kept = []
    for place, (hour, kind) in enumerate(events):
        if hour > when:
            continue
        rule = next((one for one in rules if one["place"] in (None, kind)), None)
        if rule is not None:
            if when - hour > rule["within"]:
                continue
            later = [other for late, other in events[place + 1 :] if late <= when]
            if rule.get("unless_later") in later:
                continue
        kept.append(kind)
    return kept


RULES: list[list[dict[str, Any]]] = [
    [],
    [{"place": None, "within": 5}],
    [{"place": "view", "within": 2}, {"place": None, "within": 6}],
    [{"place": "view", "within": 4, "unless_later": "click"}],
    [
        {"place": "view", "within": 2},
        {"place": "view", "within": 9},
        {"place": "mail", "within": 3},
    ],
]


@pytest.mark.parametrize("rules", RULES)
@given(journeys=TOUCHED)
def test_what_counts_is_in_its_own_window_before_the_outcome(
    rules: list[dict[str, Any]], journeys: list[tuple[list[tuple[int, str]], int | None]]
) -> None:
    """Later interactions never count, and what falls outside is counted."""
    assume(any(when is not None for _, when in journeys))
    windows = [
        A.Window(
            within=dt.timedelta(hours=rule["within"]),
            place=rule["place"],
            unless_later=rule.get("unless_later"),
        )
        for rule in rules
    ]
    found = A.linear(log_of(journeys), lookback=windows or None)
    expected: dict[str, float] = defaultdict(float)
    outside = 0
    for events, when in journeys:
        if when is None:
            continue
        kept = counting(events, when, rules)
        outside += len(events) - len(kept)
        for kind in kept:
            expected[kind] += 1 / len(kept)
        expected["(none)"] += not kept

    assert {key: one for key, one in found.as_dict().items() if one} == pytest.approx(
        {key: one for key, one in expected.items() if one}
    )
    assert found.outside == outside


def test_impressions_count_for_a_day_and_clicks_for_thirty() -> None:
    """As advertising platforms have it, by hand."""
    day = 24
    journey = [(0, "click"), (9 * day, "view"), (19 * day, "view"), (20 * day, "mail")]
    log = log_of([(journey, 20 * day)])
    windows = [
        A.Window(within=dt.timedelta(days=1), place="view"),
        A.Window(within=dt.timedelta(days=30), place="click"),
    ]
    found = A.linear(log, lookback=windows)
    assert found.as_dict() == pytest.approx({"click": 1 / 3, "view": 1 / 3, "mail": 1 / 3})
    assert found.outside == 1
    only = A.linear(log, lookback=[*windows[:1], A.Window(within=dt.timedelta(days=5))])
    assert only.as_dict() == pytest.approx({"view": 1 / 2, "mail": 1 / 2})


def test_a_click_after_the_sale_does_not_unmake_the_view_before_it() -> None:
    """``unless_later`` is about what comes before the outcome."""
    log = log_of([([(0, "view"), (3, "click")], 2)])
    window = A.Window(within=dt.timedelta(days=9), place="view", unless_later="click")
    assert A.linear(log, lookback=window).as_dict() == {"view": 1.0}


@given(journeys=TOUCHED)
def test_all_models_read_the_same_interactions(
    journeys: list[tuple[list[tuple[int, str]], int | None]],
) -> None:
    """Journeys cut by hand to what counts give every model the same credit."""
    assume(any(when is not None for _, when in journeys))
    cut = [
        (
            [one for one in events if one[0] <= (14 if when is None else when)]
            and [
                one
                for one in events
                if one[0] <= (last := events[-1][0] if when is None else when)
                and last - one[0] <= 4
            ],
            when,
        )
        for events, when in journeys
    ]
    whole, short = log_of(journeys), log_of(cut)
    for model in (A.markov, A.shapley, A.linear, A.leave_one_out):
        one = model(whole, lookback=dt.timedelta(hours=4)).as_dict()
        assert one == pytest.approx(model(short).as_dict(), nan_ok=True)


def test_the_weights_of_interactions_stand_where_these_stood() -> None:
    """Rows that do not count have a weight of 0, and journeys without the outcome too."""
    log = log_of([([(0, "view"), (5, "click"), (9, "mail")], 6), ([(1, "mail")], None)])
    assert A.linear(log).weights.tolist() == [0.5, 0.5, 0.0, 0.0]
    near = A.linear(log, lookback=dt.timedelta(hours=2))
    assert near.weights.tolist() == [0.0, 1.0, 0.0, 0.0]
    assert near.outside == 2


def test_without_times_there_is_no_window() -> None:
    """The message says which call reads times, and unknown places are proposed."""
    log = log_of([([(0, "view")], 1)])
    with pytest.raises(InvalidInputError, match=r"from_frame\(…, time=…\)"):
        A.linear(attrs.evolve(log, times=None, outcome_times={}), lookback=dt.timedelta(days=1))
    with pytest.raises(NotFoundError, match="did you mean 'view'"):
        A.linear(log, lookback=A.Window(within=dt.timedelta(days=1), place="vieww"))
