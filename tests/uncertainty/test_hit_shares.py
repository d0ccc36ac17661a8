"""Shares of hits of many cells, against one share at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import strategies
from touchpoints.uncertainty.hit_shares import hit_shares
from touchpoints.uncertainty.ratios import share_of
from touchpoints.uncertainty.units import units_of


@given(journeys=strategies.journeys(), data=st.data())
def test_each_share_is_that_of_its_own_ratio(journeys, data) -> None:
    """Cells that overlap, of groups with other trials: value, ends, hits and who is behind."""
    units = units_of(journeys, None)
    n = len(journeys)
    trials = np.array(data.draw(st.lists(st.integers(0, 4), min_size=2 * n, max_size=2 * n)))
    made = trials.reshape(2, n).astype(np.float64)
    groups = np.array([0, 1, 1])
    did = np.array([[data.draw(st.integers(0, int(m))) for m in made[g]] for g in groups])
    did = did.reshape(3, n).astype(np.float64)
    rows = np.tile(np.arange(n), 3), np.repeat(np.arange(3), n), did.ravel()
    of = np.tile(np.arange(n), 2), np.repeat(np.arange(2), n), made.ravel()

    found = hit_shares(units, rows, of, groups=groups, level=0.9)

    for cell, group in enumerate(groups):
        one = share_of(units, did[cell], made[group], level=0.9)
        assert found.totals[cell] == one.hits
        for name, value in (("share", one.value), ("low", one.low), ("high", one.high)):
            assert getattr(found, name)[cell] == pytest.approx(value, nan_ok=True)
        if one.trials:
            assert found.behind[cell] == pytest.approx(one.behind)
