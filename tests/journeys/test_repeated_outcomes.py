"""Journeys cut at every occurrence of an outcome, against cutting lists of events."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import InvalidInputError

START = np.datetime64("2026-01-01", "us")
DAY = np.timedelta64(1, "D")

PATHS = st.lists(
    st.tuples(st.lists(st.sampled_from("abp"), max_size=6), st.booleans(), st.integers(0, 3)),
    min_size=1,
    max_size=5,
)
Paths = Sequence[tuple[Sequence[str], bool, int]]


def log_of(journeys: Paths, *, persons: bool = False) -> tp.Journeys:
    """Return journeys with a day for each interaction, and amounts; ``p`` is known."""
    keys = [key for path, _, _ in journeys for key in path]
    days = [day for path, _, _ in journeys for day in range(len(path))]
    return tp.Journeys(
        touchpoints=[tp.taxonomy.untyped(key) for key in "abp"],
        codes=np.array(["abp".index(key) for key in keys], dtype=np.int32),
        offsets=np.append(0, np.cumsum([len(path) for path, _, _ in journeys])),
        times=START + np.array(days, dtype=np.int64) * DAY,
        ids=[f"j{place}" for place in range(len(journeys))],
        persons=[f"x{place % 2}" for place in range(len(journeys))] if persons else None,
        counts=np.array([count for *_, count in journeys]),
        finished=np.array([finished for _, finished, _ in journeys]),
        per_interaction={"paid": np.arange(len(keys), dtype=np.float64)},
        per_journey={"segment": [f"s{place}" for place in range(len(journeys))]},
    )


@pytest.mark.parametrize("persons", [True, False])
@given(journeys=PATHS)
def test_each_occurrence_ends_a_journey_of_its_own(persons: bool, journeys: Paths) -> None:
    """Parts, outcomes, values, times, ids, flags: as cutting lists by hand gives them."""
    log = log_of(journeys, persons=persons)
    parts = tp.until_each(log, "p", outcome="sale", value="paid")
    expected, row = [], 0
    for place, (path, finished, count) in enumerate(journeys):
        number, part = 1, []
        for day, key in enumerate(path):
            if key == "p":
                worth = float(row) * count
                expected.append((f"j{place}#{number}", part, 1.0, worth, day, True, place))
                number, part = number + 1, []
            else:
                part.append(key)
            row += 1
        if part or not path:
            reached = 0.0 if finished else np.nan
            expected.append((f"j{place}#{number}", part, reached, 0.0, None, finished, place))

    assert parts.ids.tolist() == [one[0] for one in expected]
    assert [list(one.keys) for one in parts] == [one[1] for one in expected]
    assert parts.outcomes["sale"].tolist() == pytest.approx(
        [one[2] for one in expected], nan_ok=True
    )
    assert parts.values["sale"].tolist() == [one[3] for one in expected]
    when = [
        np.datetime64("NaT", "us") if one[4] is None else START + one[4] * DAY for one in expected
    ]
    assert np.array_equal(parts.outcome_times["sale"], np.array(when, "M8[us]"), equal_nan=True)
    assert parts.finished.tolist() == [one[5] for one in expected]
    assert parts.counts.tolist() == [journeys[one[6]][2] for one in expected]
    assert parts.per_journey["segment"].to_list() == [f"s{one[6]}" for one in expected]
    assert parts.per_journey["origin"].to_list() == [f"j{one[6]}" for one in expected]
    assert parts.began.all()
    if persons:
        assert parts.persons.tolist() == [f"x{one[6] % 2}" for one in expected]
    elif max(count for *_, count in journeys) <= 1:
        assert parts.persons.tolist() == [f"j{one[6]}" for one in expected]
    else:
        assert parts.persons is None


@given(journeys=PATHS)
def test_the_credit_of_all_parts_is_that_of_the_occurrences(journeys: Paths) -> None:
    """Nothing is lost: each occurrence is an outcome, that of nobody's doing included."""
    assume(any(key == "p" and count for path, _, count in journeys for key in path))
    parts = tp.until_each(log_of(journeys), "p", outcome="sale")
    credit = tp.attribution.linear(parts)

    assert credit.outcomes == sum(count * list(path).count("p") for path, _, count in journeys)
    assert credit.credit.sum() == pytest.approx(credit.outcomes)


def test_a_journey_that_did_not_begin_with_the_log_begins_after_its_first_outcome() -> None:
    """What comes after a purchase is seen from its beginning."""
    log = attrs.evolve(log_of([(["a", "p", "b"], True, 1)]), began=[False])
    assert tp.until_each(log, "p", outcome="sale").began.tolist() == [False, True]


def test_fifty_identical_journeys_are_not_one_person() -> None:
    """A row of a path table stands for as many people as it counts."""
    log = tp.from_paths({"path": ["ad > buy", "mail"], "n": [50, 50]}, path="path", count="n")
    found = tp.attribution.linear(tp.until_each(log, "buy", outcome="sale"))
    assert (found.unit, found.outcomes) == ("journey", 50)
    assert found.low[0] > 45


def test_what_cannot_be_cut_or_summed_is_refused() -> None:
    """Outcomes that are there already, amounts without end, and columns of text."""
    log = log_of([(["a", "p"], True, 1)])
    with pytest.raises(InvalidInputError, match="cannot be cut"):
        tp.until_each(tp.mark(log, "x", when="a"), "p", outcome="sale")
    endless = attrs.evolve(log, per_interaction={"paid": np.array([0.0, np.inf])})
    for call in (
        lambda: tp.until_each(endless, "p", outcome="sale", value="paid"),
        lambda: tp.mark(endless, "sale", when="p", value="paid"),
    ):
        with pytest.raises(InvalidInputError, match="must hold finite numbers, got inf"):
            call()
