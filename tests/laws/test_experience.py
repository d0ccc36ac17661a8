"""Laws of every function of tp.experience: labels, groups, shuffled logs, integers and levels."""

from __future__ import annotations

import inspect

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.laws.experience_measures import ASKED, MEASURES, NO_TABLE, WHOLE, log_of
from tests.laws.path_measures import alike, shuffled
from touchpoints._core.tables import Labelled
from touchpoints.errors import InvalidInputError

E = tp.experience
FUNCTIONS = {name: getattr(E, name) for name in E.__all__ if inspect.isfunction(getattr(E, name))}


def test_every_function_is_asked() -> None:
    """A new function must be added to the calls, so that the laws check it."""
    grouped = {name for name, one in FUNCTIONS.items() if "by" in inspect.signature(one).parameters}
    assert grouped == set(MEASURES)
    assert set(FUNCTIONS) - grouped - NO_TABLE <= set(WHOLE)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", [*MEASURES, *WHOLE])
def test_the_order_of_the_log_plays_no_part(name: str, seed: int) -> None:
    """Rows are the same for a log in another order, with touchpoints numbered otherwise."""
    log = log_of(seed)
    call = MEASURES.get(name) or WHOLE[name]
    one, other = call(log), call(shuffled(log, seed + 50))

    assert alike(one.to_dicts(), other.to_dicts())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*MEASURES, *WHOLE])
def test_rows_that_stand_for_nobody_play_no_part(name: str) -> None:
    """Journeys of count 0 are as if they were not in the log."""
    log, rng = log_of(0), np.random.default_rng(0)
    lengths, begun = np.diff(log.offsets), log.times[log.offsets[:-1]]
    nobody = (lengths == lengths.max()) | (begun == begun.min()) | (rng.random(len(log)) < 0.2)
    some = attrs.evolve(log, counts=log.counts * ~nobody)
    call = MEASURES.get(name) or WHOLE[name]

    assert alike(call(some).to_dicts(), call(tp.select(some, some.counts > 0)).to_dicts())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", MEASURES)
def test_each_group_is_what_it_is_alone(name: str) -> None:
    """Rows of a group are those of its journeys; labels begin with the group."""
    log = log_of(3)
    found = MEASURES[name](log, by="segment")
    for label in ("new", "returning"):
        mask = np.array([one == label for one in log.per_journey["segment"].to_list()])
        alone = MEASURES[name](tp.select(log, mask)).to_dicts()
        rows = [row for row in found.to_dicts() if row.pop("group") == label]
        assert alike(rows, alone)
    assert isinstance(found, Labelled)
    assert len(found.as_dict()) == len(found)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name",
    [
        one
        for one in [*MEASURES, *WHOLE]
        if one in FUNCTIONS and "level" in inspect.signature(FUNCTIONS[one]).parameters
    ],
)
def test_levels_are_checked_and_widen_intervals(name: str) -> None:
    """A level of 95 is refused; intervals at 0.99 contain those at 0.5."""
    log, call = log_of(2), MEASURES.get(name) or WHOLE[name]
    for wrong in (0, 1, 95, "0.9", None, float("nan")):
        with pytest.raises(InvalidInputError, match="level"):
            call(log, level=wrong)
    wide, narrow = (call(log, level=level) for level in (0.99, np.float64(0.5)))
    known = ~np.isnan(wide.low)
    assert (wide.low[known] <= narrow.low[known] + 1e-9).all()
    assert (wide.high[known] >= narrow.high[known] - 1e-9).all()


def test_every_integer_is_asked() -> None:
    """Each argument that is an integer is in the table."""
    integers = {
        (name, argument)
        for name, one in FUNCTIONS.items()
        for argument, what in inspect.signature(one).parameters.items()
        if "int" in str(what.annotation).split(" | ")
    }
    assert integers == set(ASKED)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("asked", ASKED, ids=".".join)
def test_integers_are_checked(asked: tuple[str, str]) -> None:
    """Numbers with a point, truth values, text and -1 are refused."""
    log, (_, argument) = log_of(1), asked
    for wrong in (2.5, 2.0, True, "2", -1, np.array([1, 2])):
        with pytest.raises(InvalidInputError, match=f"{argument} must be an integer"):
            ASKED[asked](log, **{argument: wrong})
