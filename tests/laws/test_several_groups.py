"""Groups by several columns are the groups by one column of the tuples' texts, row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.laws import experience_measures, path_measures, test_attribution
from tests.laws.path_measures import alike, drawn_log
from touchpoints._core.tables import Table, stored_columns
from touchpoints.errors import TouchpointsError
from touchpoints.paths import DirectAndIndirect

NAMES = ("segment", "half")
BETWEEN = " · "
EMPTY = {"experience.stage_contradictions"}


def sold_log(seed: int) -> tp.Journeys:
    """Return a log with a sale in nearly all journeys, so that every group has one."""
    log = test_attribution.log_of(seed)
    sold = (np.arange(len(log)) % 5 > 0).astype(np.float64)
    late, never = np.datetime64("2026-03-01", "us"), np.datetime64("NaT", "us")
    return attrs.evolve(
        log,
        outcomes={**log.outcomes, "sale": sold},
        outcome_times={**log.outcome_times, "sale": np.where(sold > 0, late, never)},
        values={"sale": 2.0 * sold * log.counts},
    )


CALLS: dict[str, tuple[Callable[..., Any], Callable[[int], tp.Journeys]]] = {
    **{f"paths.{name}": (one, drawn_log) for name, one in path_measures.MEASURES.items()},
    **{f"attribution.{name}": (one, sold_log) for name, one in test_attribution.MODELS.items()},
    **{
        f"experience.{name}": (one, experience_measures.log_of)
        for name, one in experience_measures.MEASURES.items()
    },
}


def with_halves(log: tp.Journeys) -> tuple[tp.Journeys, tp.Journeys]:
    """Return the log with two columns to group by, and with one column of both texts."""
    others = {name: one for name, one in log.per_journey.items() if name != "segment"}
    segments = log.per_journey["segment"].to_list()
    halves = ["lr"[row % 2] for row in range(len(log))]
    joined = [f"{a}{BETWEEN}{b}" for a, b in zip(segments, halves, strict=True)]
    return (
        attrs.evolve(log, per_journey={"segment": segments, "half": halves, **others}),
        attrs.evolve(log, per_journey={"joined": joined, **others}),
    )


def answer(call: Callable[..., Any], log: tp.Journeys, by: Any) -> list[Table] | str:
    """Return the tables of an analysis, or the error that it raises."""
    try:
        found = call(log, by=by)
    except TouchpointsError as error:
        return str(error)
    if isinstance(found, DirectAndIndirect):
        return [found.shares, found.transitions, found.losses]
    return [found]


def facts_of(table: Table) -> dict[str, Any]:
    """Return the fields of a table that are no columns, but for the names of the groups."""
    return {
        field.name: getattr(table, field.name)
        for field in attrs.fields(type(table))
        if field.name not in {"by", *stored_columns(table)}
        and isinstance(getattr(table, field.name), (str, int, float, bool, type(None)))
    }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CALLS)
def test_a_tuple_of_columns_is_a_column_of_tuples(name: str) -> None:
    """Each row has the same numbers; the values of the tuple stand where the group stood."""
    call, make = CALLS[name]
    apart, joined = with_halves(make(3))
    found, expected = answer(call, apart, NAMES), answer(call, joined, "joined")
    if isinstance(expected, str):
        assert found == expected.replace("'joined'", str(NAMES))
        return

    for table, one in zip(found, expected, strict=True):
        rows = [
            {"group": BETWEEN.join(row.pop(name) for name in NAMES), **row}
            for row in table.to_dicts()
        ]
        assert alike(rows, [{"group": row.pop("group"), **row} for row in one.to_dicts()])
        assert rows or name in EMPTY
        assert alike(facts_of(table), facts_of(one))
        assert table.by == NAMES
        place = one.column_names().index("group")
        assert table.column_names()[place : place + 2] == NAMES
        assert [BETWEEN.join(label) for label in table.group] == one.group.tolist()
        flat = [key if isinstance(key, tuple) else (key,) for key in table.as_dict()]
        labels = [key if isinstance(key, tuple) else (key,) for key in one.as_dict()]
        assert [(BETWEEN.join(key[:2]), *key[2:]) for key in flat] == labels


@pytest.mark.filterwarnings("ignore")
def test_most_calls_have_an_answer_for_each_pair_of_values() -> None:
    """The law above says something of numbers for nearly all calls."""
    silent = [
        name
        for name, (call, make) in CALLS.items()
        if isinstance(answer(call, with_halves(make(3))[1], "joined"), str)
    ]

    assert len(silent) <= 3


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CALLS)
def test_one_name_in_a_tuple_has_the_numbers_of_the_name_alone(name: str) -> None:
    """Only the column is called by its own name, and labels are tuples."""
    call, make = CALLS[name]
    log = make(1)
    found, alone = answer(call, log, ["segment"]), answer(call, log, "segment")
    assert not isinstance(alone, str)

    for table, one in zip(found, alone, strict=True):
        rows = [{"group": row.pop("segment"), **row} for row in table.to_dicts()]
        assert alike(rows, [{"group": row.pop("group"), **row} for row in one.to_dicts()])
        assert alike(list(table.as_dict().items()), list(one.as_dict().items()))
        assert table.group.tolist() == [(label,) for label in one.group.tolist()]


@pytest.mark.parametrize("kind", ["to_pandas", "to_polars", "to_arrow"])
def test_frames_have_a_column_for_each_name(kind: str) -> None:
    """As pandas has after a group-by, with the values themselves."""
    log = attrs.evolve(
        drawn_log(2), per_journey={"segment": ["a", "b"] * 8, "week": np.arange(16) // 8}
    )
    found = tp.paths.presence(log, by=("segment", "week"))
    frame = getattr(found, kind)()

    names = frame.column_names if kind == "to_arrow" else list(frame.columns)
    assert tuple(names) == found.column_names()
    assert names[:2] == ["segment", "week"]
    weeks = (
        frame["week"].tolist()
        if kind == "to_pandas"
        else frame["week"].to_pylist()
        if (kind == "to_arrow")
        else frame["week"].to_list()
    )
    assert weeks == [label[1] for label in found.group]
    assert set(weeks) == {0, 1}
