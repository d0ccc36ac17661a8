"""A web shop's payment errors: who meets one buys less often, and what if there were none."""

from __future__ import annotations

from pathlib import Path

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.real.ecom import sessions_of

pytestmark = pytest.mark.real

E = tp.experience
WENT_WELL = E.Metric(name="well", low=0, high=1, satisfied=1, dissatisfied=0)


@pytest.fixture(scope="module")
def sessions(logs: Path) -> tp.Journeys:
    """Sessions up to the purchase; payment details went well unless an error comes next."""
    log = tp.until(sessions_of(logs), "purchase", outcome="purchase")
    keys = np.array([one.key for one in log.touchpoints])[log.codes]
    after = np.append(keys[1:], "")
    after[log.offsets[1:][np.diff(log.offsets) > 0] - 1] = ""
    well = np.where(keys == "payment_details", (after != "payment_error") * 1.0, np.nan)
    return attrs.evolve(log, per_interaction={**log.per_interaction, "well": well})


def test_payment_errors_go_with_fewer_purchases(sessions: tp.Journeys) -> None:
    """B12: 3 of 21 buy after an error and 280 of 464 without one; two of the three are one person.

    The weights for the platform change little; those for the touchpoint before as well leave one
    error out, since nobody else came from there.
    """
    for adjust, left in ((["platform"], 0), (["previous", "platform"], 1)):
        table = E.deterrence(sessions, metric=WENT_WELL, adjust=adjust)
        rows = dict(zip(table.as_dict(), table.to_dicts(), strict=True))
        one = rows["payment_details", "negative", "conversion"]

        assert (one["exposed"] + one["left_out"], one["left_out"]) == (21, left)
        assert one["hits"] == 3
        assert one["crude"] == pytest.approx(3 / 21 - 280 / 464)
        assert one["high"] < 0
        assert one["q"] < 0.05
        assert one["e_value_limit"] > 1


def test_fewer_errors_would_bring_more_purchases_in_the_model(sessions: tp.Journeys) -> None:
    """B32: half as many errors, and none."""
    G = tp.outcome_graph(sessions)
    half, none = (
        E.what_if(G, {"touchpoint": "payment_error", "incoming": factor}) for factor in (0.5, 0)
    )
    bought = sessions.outcomes["purchase"]
    assert half.before == pytest.approx(float(np.mean(bought == 1)))
    assert half.before < half.after < none.after
