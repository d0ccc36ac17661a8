"""Groups of journeys of which only blocks of persons are known."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import polars as pl
import pytest

import touchpoints as tp
from tests.laws.path_measures import alike
from touchpoints import compare
from touchpoints.errors import InvalidInputError


def rows_of(persons: int, seed: int) -> pl.DataFrame:
    """Return a log: each person is in one segment, and has journeys that are alike."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 11, persons)
    who = np.repeat(np.arange(persons), sizes)
    bought = rng.random(len(who)) < rng.beta(1, 1, persons)[who]
    paths = [["search", "buy"] if one else ["search"] for one in bought.tolist()]
    lengths = [len(path) for path in paths]
    start = np.datetime64("2026-03-01", "us")
    return pl.DataFrame(
        {
            "journey": np.repeat(np.arange(len(who)), lengths),
            "time": start + np.arange(sum(lengths)).astype("timedelta64[s]"),
            "what": [one for path in paths for one in path],
            "person": np.repeat(who, lengths),
            "segment": np.where(np.repeat(who, lengths) % 2 == 0, "old", "new"),
        }
    )


def read(rows: pl.DataFrame, **how: Any) -> tp.Journeys:
    """Return the distinct paths of each segment, in the engine."""
    return tp.from_frame(
        rows.lazy(),
        journey="journey",
        time="time",
        touchpoint="what",
        person="person",
        distinct=("segment",),
        **how,
    )


def here(rows: pl.DataFrame) -> tp.Journeys:
    """Return the journeys with their persons."""
    return tp.from_frame(
        rows,
        journey="journey",
        time="time",
        touchpoint="what",
        person="person",
        per_journey=["segment"],
    )


CALLS = {
    "presence": compare.presence,
    "transitions": compare.transitions,
    "variants": compare.variants,
    "funnels": lambda pair, **how: compare.funnels(pair, ["search", "buy"], **how),
    "measured": lambda pair, **how: compare.measured(pair, tp.paths.presence, **how),
}


@pytest.mark.parametrize("shared", ["refuse", "within"])
@pytest.mark.parametrize("name", CALLS)
def test_persons_within_blocks_are_not_parted(name: str, shared: Any) -> None:
    """A permutation test is refused, also within blocks, with the call that resamples them."""
    pair = compare.groups(read(rows_of(200, 1), blocks=20), "segment")

    with pytest.raises(InvalidInputError, match="would part the persons") as caught:
        CALLS[name](pair, seed=1, resamples=20, shared=shared)
    assert "test='bootstrap'" in caught.value.mend
    CALLS[name](pair, seed=1, resamples=20, test="bootstrap")


def test_differences_of_credit_of_blocks_are_refused_with_a_call_that_works() -> None:
    """The bootstrap of a model's shares, by blocks."""
    journeys = tp.until(read(rows_of(200, 1), blocks=20), "buy", outcome="buy")
    pair = compare.groups(journeys, "segment")
    model = partial(tp.attribution.linear, outcome="buy")

    with pytest.raises(InvalidInputError, match="blocks of persons") as caught:
        compare.credit(pair, model)
    assert "test='bootstrap'" in caught.value.mend
    found = compare.measured(
        pair, lambda some: model(some).shares, test="bootstrap", seed=1, resamples=20
    )
    assert len(found) == 1


def test_intervals_of_blocks_are_near_those_of_persons() -> None:
    """The same differences, and widths within a third."""
    rows, widths = rows_of(2_000, 2), []
    for some in (read(rows), here(rows)):
        pair = compare.groups(some, "segment")
        found = compare.presence(pair, seed=1, resamples=50, test="bootstrap")
        row = next(one for one in found.to_dicts() if one["label"] == "buy")
        widths.append((row["a"], row["b"], row["high"] - row["low"]))

    assert alike(widths[0][:2], widths[1][:2])
    assert widths[0][2] == pytest.approx(widths[1][2], rel=1 / 3)


def test_numbers_of_blocks_are_those_of_the_log_and_intervals_near() -> None:
    """Two hundred blocks in an engine against two thousand persons here.

    A share of 1 is as sure as 200 persons make it: nothing tells how many are in a block.
    """
    rows = rows_of(2_000, 3)

    for call in (tp.paths.presence, tp.paths.transitions, tp.paths.variants):
        one, other = call(read(rows)), call(here(rows))
        assert alike(one.as_dict(), other.as_dict())
        assert (one.persons, other.persons) == (200, 2_000)
        some = one.high < 1
        wide, plain = (found.high - found.low for found in (one, other))
        np.testing.assert_allclose(wide[some], plain[some], rtol=1 / 3)
        np.testing.assert_allclose(one.low[~some], tp.wilson(200, 200)[0], rtol=0.01)
        assert some.any()
