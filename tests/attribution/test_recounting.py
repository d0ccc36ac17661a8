"""Models that the bootstrap computes for many resamples at once, against one resample at a time."""

from __future__ import annotations

import datetime as dt
from functools import partial

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests.strategies import examples
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty.recounting import recount_of

A = tp.attribution
DAY = dt.timedelta(days=1)
MODELS = {
    "first": A.first_touch,
    "last": A.last_touch,
    "last non-direct": partial(A.last_non_direct, direct="a"),
    "linear": A.linear,
    "linear, distinct": partial(A.linear, distinct=True),
    "position": partial(A.position_based, first=0.3, last=0.5),
    "decay": partial(A.time_decay, half_life=2.0),
    "shapley, subsets": partial(A.shapley, game="subsets"),
    "markov": A.markov,
    "markov 2": partial(A.markov, order=2),
    "markov 3": partial(A.markov, order=3),
    "leave one out": A.leave_one_out,
}
ROWS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("abc"), max_size=4),
        st.integers(0, 3),
        st.sampled_from([1.0, 1.0, 0.0, None]),
        st.sampled_from(["x", "y", "z", "w"]),
    ),
    min_size=2,
    max_size=8,
)


def journeys_of(rows) -> Journeys:
    """Return journeys with counts, persons, and outcomes of which some are not known."""
    table = {
        "path": [" > ".join(path) for path, *_ in rows],
        "n": [max(count, 1) for _, count, *_ in rows],
        "sale": [mark for _, _, mark, _ in rows],
    }
    return tp.from_paths(table, path="path", count="n", outcome="sale")


def with_persons(rows) -> Journeys:
    """Return journeys of persons, with times and without values."""
    events = [
        {"id": f"{number}", "person": person, "name": name, "time": f"2026-01-{place + 1:02d}"}
        for number, (path, _, _, person) in enumerate(rows)
        for place, name in enumerate([*path, "shop"])
    ]
    events += [
        {"id": f"{number}", "person": person, "name": "sale", "time": "2026-01-09"}
        for number, (_, _, mark, person) in enumerate(rows)
        if mark
    ]
    read = tp.from_records(events, journey="id", time="time", touchpoint="name", person="person")
    return tp.until(read, "sale", outcome="sale")


def one_by_one(statistic):
    """Return a statistic that does not say how it is recounted."""

    def plain(journeys: Journeys):
        return statistic(journeys)

    return plain


def answer(journeys: Journeys, statistic) -> tp.Bootstrap | str:
    """Return a small bootstrap, or why there is none."""
    try:
        return tp.bootstrap(journeys, statistic, seed=5, resamples=7)
    except InvalidInputError as error:
        return str(error)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("read", [journeys_of, with_persons])
@given(ROWS)
@examples(40)
def test_resamples_together_have_the_numbers_of_each(name, read, rows) -> None:
    """Bit by bit, with labels that a resample lacks, and with the same errors."""
    assume(any(mark for _, _, mark, _ in rows))
    assume(name != "last non-direct" or any("a" in path for path, *_ in rows))
    journeys, model = read(rows), MODELS[name]

    assert recount_of(model, journeys) is not None
    assert answer(journeys, model) == answer(journeys, one_by_one(model))


def test_a_look_back_counts() -> None:
    """What is outside the window gets nothing and is no label."""
    rows = [(["a", "b"], 1, 1.0, "x"), (["b", "c"], 1, 1.0, "y"), (["c"], 1, 0.0, "z")] * 3
    journeys = with_persons(rows)
    for model in (A.linear, A.markov, partial(A.shapley, game="subsets")):
        one = partial(model, lookback=6 * DAY)

        assert recount_of(one, journeys) is not None
        assert answer(journeys, one) == answer(journeys, one_by_one(one))


def test_what_cannot_be_recounted_goes_one_by_one() -> None:
    """Groups, a chosen order, arguments by position, games, and functions of the caller."""
    journeys = journeys_of([(["a", "b"], 40, 1.0, "x"), (["b"], 30, 0.0, "y")])

    assert recount_of(partial(A.markov, order="auto", seed=1), journeys) is None
    assert recount_of(partial(A.leave_one_out, by="channel"), journeys) is None
    assert recount_of(partial(A.linear, by="channel"), journeys) is None
    assert recount_of(partial(A.linear, journeys), journeys) is None
    assert recount_of(A.shapley, journeys) is None
    assert recount_of(partial(A.shapley, game="subsets", by="channel"), journeys) is None
    assert recount_of(one_by_one(A.linear), journeys) is None
    found = tp.bootstrap(journeys, partial(A.shapley, prior=1), seed=1, resamples=20)
    assert np.isfinite(found.low).all()


@pytest.mark.parametrize("name", ["linear", "markov"])
def test_a_resample_without_conversions_has_no_numbers(name) -> None:
    """One buyer of eight is missed by about a third of resamples, which are counted and said."""
    rows = [(["a", "b"], 1, 1.0, "x"), *[(["b"], 1, 0.0, "y")] * 7]
    journeys, model = journeys_of(rows), MODELS[name]

    together = tp.bootstrap(journeys, model, seed=3, resamples=400)
    each = tp.bootstrap(journeys, one_by_one(model), seed=3, resamples=400)

    assert together == each
    assert 0.25 < together.undefined / 400 < 0.45  # (7/8)^8 = 0.34
    assert together.defined.tolist()[0] == 400 - together.undefined
    assert f"{together.undefined:,} of 400 resamples" in str(together)


def test_a_resample_without_conversions_gives_what_absent_says() -> None:
    """With absent=0 every resample counts: credit of the only buyer is 0 in those without."""
    rows = [(["a"], 1, 1.0, "x"), *[(["b"], 1, 0.0, "y")] * 7]
    journeys = journeys_of(rows)
    for model in (A.linear, one_by_one(A.linear)):
        found = tp.bootstrap(journeys, model, seed=3, resamples=400, absent=0.0)

        assert found.undefined > 0
        assert found.defined.tolist()[0] == 400
        assert found.low.tolist()[0] == 0.0


def test_the_observed_journeys_must_have_conversions() -> None:
    """Only resamples may lack them."""
    journeys = journeys_of([(["a"], 1, 0.0, "x"), (["b"], 1, 0.0, "y")])

    with pytest.raises(InvalidInputError, match="no journey reached"):
        tp.bootstrap(journeys, A.linear, seed=3, resamples=5)
