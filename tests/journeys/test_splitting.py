"""Journeys split by need, channel or any column (requirements A5, B20)."""

from __future__ import annotations

import datetime as dt

import attrs
import numpy as np
import pytest
from hypothesis import given

import touchpoints as tp
from tests import strategies
from touchpoints.errors import InvalidInputError, NotFoundError


@given(strategies.journeys(columns=False))
def test_every_interaction_is_in_the_part_of_its_value(plain: tp.Journeys) -> None:
    """In its order; nothing is lost, nothing is added."""
    named = [plain.touchpoints[code].key for code in plain.codes.tolist()]
    journeys = attrs.evolve(plain, per_interaction={"w": named})
    parts = tp.split_by(journeys, "w")
    seen = tp.collapse(journeys, "w")

    expected: dict[tuple[object, str], list[str]] = {}
    for one, through in zip(journeys, seen, strict=True):
        for key, value in zip(one.keys, through.keys, strict=True):
            expected.setdefault((one.id, value), []).append(key)
    origin = parts.per_journey["origin"]
    origins = origin.tolist() if isinstance(origin, np.ndarray) else origin.to_list()
    found = {
        (old, value): list(one.keys)
        for old, value, one in zip(origins, parts.per_journey["w"].to_list(), parts, strict=True)
    }
    assert {(str(old), value): keys for (old, value), keys in found.items()} == {
        (str(old), value): keys for (old, value), keys in expected.items()
    }
    assert (parts.counts >= 0).all()


def test_parts_know_whose_they_are_and_whether_they_go_on() -> None:
    """Persons, columns, censoring and the end of the log."""
    rows = [("ana", 1, "a"), ("ana", 2, "b"), ("leo", 3, "a"), ("leo", 9, "b")]
    log = {
        "who": [one[0] for one in rows],
        "t": [f"2026-03-0{one[1]}" for one in rows],
        "w": [one[2] for one in rows],
        "town": ["x", "x", "y", "y"],
    }
    journeys = tp.from_columns(
        log, journey="who", time="t", touchpoint="w", per_journey=("town",), per_interaction=("w",)
    )
    parts = tp.split_by(tp.mark_open(journeys, within=dt.timedelta(days=2)), "w")

    assert parts.ids.tolist() == ["ana/a", "ana/b", "leo/a", "leo/b"]
    assert parts.persons.tolist() == ["ana", "ana", "leo", "leo"]
    assert parts.per_journey["town"].to_list() == ["x", "x", "y", "y"]
    assert parts.finished.tolist() == [True, True, False, False]
    assert tp.split_by_gap(tp.split_by(journeys, "w")[:0], dt.timedelta(1)).ids.tolist() == []


def test_what_cannot_be_split_is_refused() -> None:
    """With the mend."""
    shop = tp.datasets.shop(20, seed=1)
    with pytest.raises(InvalidInputError, match="outcomes or values"):
        tp.split_by(shop, "channel")
    plain = tp.from_columns(
        {"i": [1], "t": ["2026-01-01"], "w": ["a"]},
        journey="i", time="t", touchpoint="w", per_journey=("w",), per_interaction=("w",),
    )  # fmt: skip
    with pytest.raises(InvalidInputError, match="'w' would be lost"):
        tp.split_by(plain, "w")
    with pytest.raises(NotFoundError, match="chanel"):
        tp.split_by(plain, "chanel")
    sessions = tp.split_by_gap(attrs.evolve(plain, per_journey={}), dt.timedelta(days=1))
    assert tp.split_by(sessions, "w").per_journey["origin"].to_list() == ["1#1"]
