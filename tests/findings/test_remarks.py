"""A table of few persons says so."""

from __future__ import annotations

import attrs
import pytest

import touchpoints as tp
from tests.naive_paths import built


def test_a_table_of_few_persons_says_so_in_one_line() -> None:
    """Four persons with five journeys each."""
    log = built(["ab", "b"] * 10, persons=[who for who in "wxyz" for _ in range(5)])

    found = tp.paths.presence(log)

    assert (found.persons, found.effective) == (4, pytest.approx(4.0))
    last = repr(found).splitlines()[-1]
    assert last == "few persons (4, 4.0 effective): one not seen may change the intervals"


def test_a_person_with_most_of_the_journeys_makes_few_of_many() -> None:
    """Twenty have a journey and one has 20: (20 + w)² / (20 + w²), w = 20 (1 + 19 / 3)."""
    log = built(["ab"] * 40, persons=[*range(20), *["often"] * 20])

    found = tp.paths.transitions(log)

    weight = 20 * (1 + 19 / 3)
    assert found.persons == 21
    assert found.effective == pytest.approx((20 + weight) ** 2 / (20 + weight**2))
    assert "few persons (21, 1.3 effective)" in repr(found)


def test_one_person_is_said_to_be_one() -> None:
    """Nobody else was seen."""
    assert "one person: " in repr(tp.paths.variants(built(["ab", "b"], persons=["ana"] * 2)))


def test_of_groups_the_one_with_the_fewest_is_told() -> None:
    """Six persons here and two there."""
    log = built(["ab", "b"] * 8, persons=[*range(6), *[6, 7] * 5])
    log = attrs.evolve(log, per_journey={"where": ["here"] * 6 + ["there"] * 10})

    found = tp.paths.presence(log, by="where")

    assert (found.persons, found.effective) == (2, pytest.approx(2.0))


def test_many_persons_and_journeys_alone_need_no_remark() -> None:
    """Five persons are enough, and without persons nothing is known of them."""
    log = built(["ab", "b"] * 5, persons=[*range(5)] * 2)

    assert "persons" not in repr(tp.paths.presence(log))
    alone = tp.paths.presence(attrs.evolve(log, persons=None))
    assert (alone.persons, alone.effective) == (None, None)
