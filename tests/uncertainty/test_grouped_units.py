"""Units within groups: hand-worked, and the shares of each group against those it has alone."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.laws.path_measures import alike, drawn_log
from touchpoints.journeys.group_parts import in_order
from touchpoints.uncertainty import JourneyShares
from touchpoints.uncertainty.cell_shares import stacked
from touchpoints.uncertainty.grouped_units import grouped_units, shares_in_groups


def test_a_person_is_another_unit_in_each_group_and_nobody_known_one_for_each_journey() -> None:
    """Ana has journeys in both groups, leo only one that stands for nobody; two are unknown."""
    log = tp.from_paths({"path": ["a"] * 6}, path="path")
    log = attrs.evolve(
        log, persons=["ana", "ana", "leo", None, "ana", None], counts=[2, 3, 0, 4, 1, 1]
    )
    found = grouped_units(in_order(log, np.array([0, 1, 0, 1, 0, -1]), 2))

    assert found.of.tolist() == [0, 0, 0, 1, 1]  # rows 0, 2, 4, then 1, 3
    units = found.units
    assert units.of[0] == units.of[2] != units.of[3]
    assert units.repeats[units.of].tolist() == [1, 0, 1, 1, 4]
    assert units.within.tolist() == [2, 0, 1, 3, 1]
    assert found.group[units.of].tolist() == found.of.tolist()
    sizes = found.sizes(np.bincount(units.of, units.within))
    assert sizes.units.tolist() == [1, 5]
    assert sizes.total.tolist() == [3, 7]
    assert sizes.squares.tolist() == [9, 13]
    everybody = np.ones(5, dtype=bool)
    shares = shares_in_groups(found, np.arange(5) == 0, everybody, level=0.95)
    assert shares.totals.tolist() == [2, 0]
    assert shares.share.tolist() == [2 / 3, 0.0]
    facts = found.facts(shares)
    assert (facts["unit"], facts["persons"], facts["effective"]) == ("person", 1, 1.0)


@pytest.mark.parametrize("seed", range(6))
def test_shares_in_groups_are_those_of_each_group_alone(seed: int) -> None:
    """Totals, shares, intervals, and how many persons are behind them."""
    rng, log = np.random.default_rng(seed), drawn_log(seed)
    of = rng.integers(0, 3, len(log))
    hits, among = rng.random(len(log)) < 0.5, rng.random(len(log)) < 0.8
    ordered = in_order(log, of, 3)
    order = np.argsort(of, kind="stable")
    found = shares_in_groups(grouped_units(ordered), hits[order], among[order], level=0.9)
    alone = stacked(
        [
            JourneyShares(tp.select(log, of == group), level=0.9).of(
                hits[of == group], among=among[of == group]
            )
            for group in range(3)
        ]
    )

    for name in ("totals", "share", "low", "high", "behind"):
        assert alike(getattr(found, name).tolist(), getattr(alone, name).tolist())
