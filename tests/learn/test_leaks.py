"""Features never know the outcome they are to predict."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies
from tests.logs import log, paths_of
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.learn.evidence import known_before

RAW = log(x="abpc", y="ab", z="pa")
MARKED = tp.mark(RAW, "sale", when="p")


def read(journeys: tp.Journeys, **asked) -> list[str]:
    """Return what is read of each journey."""
    asked = {"until": None, "outcome": None, "first": None, "fitted": False, **asked}
    return paths_of(known_before(journeys, **asked))


def test_the_touchpoint_of_the_outcome_is_refused() -> None:
    """The error says how many journeys, and which call cuts them."""
    with pytest.raises(InvalidInputError) as error:
        tp.features(MARKED)

    assert "the touchpoint 'p' that defines the outcome 'sale' is still inside" in str(error.value)
    assert "2 of 3 journeys" in str(error.value)
    assert "tp.until(journeys, 'p', outcome='sale')" in error.value.mend


def test_cutting_in_the_call_is_cutting_before() -> None:
    """`until=` and `tp.until` read the same."""
    before = tp.until(RAW, "p", outcome="sale")

    assert ["ab", "ab", ""] == read(MARKED, until="p") == read(before)
    left, right = tp.features(MARKED, until="p"), tp.features(before)
    assert attrs.evolve(left.columns, until=None) == right.columns
    assert (left.matrix != right.matrix).nnz == 0
    assert left.target("sale").tolist() == right.target("sale").tolist() == [1.0, 0.0, 1.0]


def test_the_first_interactions_may_come_before_the_outcome() -> None:
    """Only what is read is looked at."""
    early = MARKED[:2]

    assert ["ab", "ab"] == read(early, first=2)
    with pytest.raises(InvalidInputError, match="1 of 2 journeys"):
        read(early, first=3)


def test_what_comes_after_an_outcome_is_refused_by_its_time() -> None:
    """Also where the log has no touchpoint for the outcome."""
    sold = attrs.evolve(
        RAW,
        outcomes={"sale": [1.0, 0.0, 1.0]},
        outcome_times={"sale": np.array([RAW.times[1], "NaT", RAW.times[-1]], "datetime64[us]")},
    )
    with pytest.raises(
        InvalidInputError, match="after the outcome 'sale' .*\n?.*2 interactions of 1"
    ):
        tp.features(sold)

    assert ["a", "ab", "p"] == read(sold, until=True)
    assert ["ab", "ab", "pa"] == read(sold, first=2)


def test_only_the_outcome_that_is_predicted_is_guarded() -> None:
    """By default all of them are; purchases may predict the next outcome."""
    both = tp.mark(MARKED, "call", when="c")

    with pytest.raises(InvalidInputError, match="'p' that defines the outcome 'sale'"):
        tp.features(both, until="c")
    assert ["abp", "ab", "pa"] == read(both, until="c", outcome="call")


def test_an_absence_is_decided_when_time_is_over() -> None:
    """What comes later is refused, and `tp.until` cuts where time begins."""
    silent = tp.mark(RAW, "silent", when="p", within=dt.timedelta(hours=20), absent=True)

    with pytest.raises(InvalidInputError, match="still inside"):
        tp.features(silent)
    with pytest.raises(InvalidInputError, match="interactions? after the outcome 'silent'"):
        tp.features(tp.select(silent, [True, False, False]), until="p")
    cut = tp.until(RAW, "p", outcome="silent", within=dt.timedelta(hours=20), absent=True)
    assert ["a", "a", "p"] == read(cut)


def test_until_true_needs_times_and_one_outcome() -> None:
    """Each with what to do instead."""
    table = {"path": ["a > b"], "sold": [1]}
    paths = tp.from_paths(table, path="path", outcome="sale", converted="sold")
    with pytest.raises(
        InvalidInputError, match="needs the times of interactions and of the outcome"
    ):
        tp.features(paths, of="count", until=True)
    with pytest.raises(InvalidInputError, match="have no outcome"):
        tp.features(RAW, until=True)


def test_new_journeys_need_not_have_got_so_far() -> None:
    """Columns of others fit journeys without place and outcome; leaks stay leaks."""
    columns = tp.features(MARKED, until="p", outcome="sale").columns
    new = log(v="ab", w="b")

    assert (2, len(columns.names)) == tp.features(new, like=columns).matrix.shape
    assert tp.features(MARKED, like=columns) == tp.features(MARKED, until="p", outcome="sale")
    timed = attrs.evolve(columns, until=True)
    assert tp.features(new, like=timed).matrix.shape == (2, len(columns.names))
    with pytest.raises(NotFoundError, match="no touchpoint 'p'"):
        tp.features(new, until="p")
    uncut = attrs.evolve(columns, until=None)
    for marked in (MARKED, attrs.evolve(MARKED, outcomes={}, outcome_times={})):
        with pytest.raises(InvalidInputError, match="still inside"):
            tp.features(marked, like=uncut)


@given(strategies.journeys(keys="abp"), st.none() | st.integers(1, 3))
def test_what_follows_the_outcome_changes_nothing(journeys, first) -> None:
    """Features of journeys as they are and of what came before the outcome are the same."""
    assume(any("p" in one.keys for one in journeys))
    bare = attrs.evolve(journeys, outcomes={}, outcome_times={})
    cut = tp.until(bare, "p", outcome="sale")
    marked = tp.mark(bare, "sale", when="p")
    whole = tp.features(marked, until="p", first=first)
    part = tp.features(cut, first=first)

    assert attrs.evolve(whole.columns, until=None) == part.columns
    assert "p" not in whole.columns.touchpoints
    assert (whole.matrix != part.matrix).nnz == 0
