"""B27 and B44 on a clickstream: whether touchpoints fit together, and who may be shown."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import touchpoints as tp
from tests.real.ecom import typed_sessions_of
from touchpoints.errors import InvalidInputError

pytestmark = pytest.mark.real

E = tp.experience


@pytest.fixture(scope="module")
def shop(logs: Path) -> tp.Journeys:
    """Return the sessions of the users, typed by hand."""
    return typed_sessions_of(logs)


def bits(counts: Counter[str]) -> float:
    """Return the entropy of counts."""
    total = sum(counts.values())
    return -sum(one / total * math.log2(one / total) for one in counts.values())


def test_friction_and_themes_are_those_of_counting(shop: tp.Journeys) -> None:
    """Exits after a change of channel and without, and needs by touchpoint, in plain Python."""
    found = E.cohesion(shop).as_dict()

    left: dict[bool, list[bool]] = {True: [], False: []}
    themes: dict[str, Counter[str]] = defaultdict(Counter)
    for one in shop:
        for place, touchpoint in enumerate(one.touchpoints):
            themes[touchpoint.key][touchpoint.need] += 1
            if place:
                changed = one.touchpoints[place - 1].channel != touchpoint.channel
                left[changed].append(place == len(one) - 1)
    rates = {changed: sum(ends) / len(ends) for changed, ends in left.items()}
    assert min(len(ends) for ends in left.values()) > 500
    assert found["switch friction", "both"] == pytest.approx(rates[True] - rates[False])

    weighed = total = 0.0
    for one, other in itertools.combinations(themes.values(), 2):
        sizes = sum(one.values()), sum(other.values())
        names = {*one, *other}
        middle = [(one[name] / sizes[0] + other[name] / sizes[1]) / 2 for name in names]
        apart = -sum(share * math.log2(share) for share in middle)
        apart -= (bits(one) + bits(other)) / 2
        weighed += sizes[0] * sizes[1] * apart
        total += sizes[0] * sizes[1]
    assert found["thematic cohesion", "both"] == pytest.approx(1 - weighed / total)


def test_intervals_hold_what_they_are_about(shop: tp.Journeys) -> None:
    """Measures that are known have an interval with persons as units; others say why not."""
    table = E.cohesion(shop)
    for row in table.to_dicts():
        known = row["value"] == row["value"]
        assert known != bool(row["reason"])
        assert not known or row["low"] <= row["value"] <= row["high"]
    assert (table.unit, table.persons) == ("person", len(set(shop.persons.tolist())))


def test_people_are_counted_before_a_table_goes_out(shop: tp.Journeys) -> None:
    """Needs by stage with few people are hidden, with one larger row; variants are refused."""
    table = E.need_coverage(shop)
    people: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one, person in zip(shop, shop.persons.tolist(), strict=True):
        for touchpoint in one.touchpoints:
            people[touchpoint.need, touchpoint.facet("stage")].add(person)
    numbers = {key: len(of) for key, of in people.items()}
    k = sorted(numbers.values())[1] + 1  # two cells are small
    kept = sorted(number for number in numbers.values() if number >= k)[1:]

    found = E.suppress(table, k=k)
    assert (found.column, found.of, found.hidden, found.complementary) == (
        "people",
        "persons",
        3,
        1,
    )
    assert sorted(one for one in found.table.people.tolist() if one) == kept
    with pytest.raises(InvalidInputError, match="can all be of one person"):
        E.suppress(tp.paths.variants(shop), k=k)
