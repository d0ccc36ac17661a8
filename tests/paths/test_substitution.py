"""Substitution costs: from transitions, from facets, and constant."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.logs import log
from tests.paths import naive_distances
from touchpoints.errors import InvalidInputError, NotFoundError


@given(st.lists(st.text("abc", min_size=1, max_size=7), min_size=1, max_size=5))
def test_transitions_give_costs_by_their_definition(paths: list[str]) -> None:
    """2 minus the two transition probabilities; the costs are symmetric."""
    costs = tp.paths.substitution_costs(log(**{f"j{nth}": one for nth, one in enumerate(paths)}))

    assert costs.as_dict() == pytest.approx(naive_distances.transition_costs(paths))


def test_counts_are_journeys() -> None:
    """A count of 3 weighs as three journeys, and a count of 0 as none."""
    counted = attrs.evolve(log(one="ab", two="ac", three="bc"), counts=[3, 1, 0])
    written = log(one="ab", two="ab", three="ab", four="ac")

    costs = tp.paths.substitution_costs(counted).as_dict()

    assert costs == tp.paths.substitution_costs(written).as_dict()


def test_touchpoints_of_one_need_are_nearer() -> None:
    """A touchpoint on another channel is nearer than one of another need or another type."""
    shop = tp.datasets.shop(300, seed=1)

    costs = tp.paths.substitution_costs(shop, method="facets")

    named = costs.as_dict()
    assert named["live_chat", "live_chat[channel=app]"] < named["live_chat", "purchase"]
    assert costs.is_metric()
    assert costs.matrix.max() <= 2


def test_weights_choose_the_facets() -> None:
    """With all weight on the need, substitutions within a need cost 0: not a metric."""
    shop = tp.datasets.shop(300, seed=1)

    costs = tp.paths.substitution_costs(shop, method="facets", weights={"need": 3}, max_cost=1.0)

    known = sorted(shop.touchpoints, key=lambda touchpoint: touchpoint.key)
    needs = [touchpoint.need for touchpoint in known]
    assert costs.touchpoint.tolist() == [touchpoint.key for touchpoint in known]
    expected = [[float(one != other) for other in needs] for one in needs]
    assert costs.matrix.tolist() == expected
    assert not costs.is_metric()


def test_an_unknown_facet_differs_from_every_other() -> None:
    """Two touchpoints with unknown channels are not assumed to share a channel."""
    shop = tp.collapse(tp.datasets.shop(300, seed=1), by="need")
    unknown = [
        position for position, one in enumerate(shop.touchpoints) if one.channel == "unknown"
    ]

    costs = tp.paths.substitution_costs(shop, method="facets", weights={"channel": 1, "need": 1})

    assert len(unknown) > 1
    part = costs.matrix[np.ix_(unknown, unknown)]
    assert (part + 2 * np.eye(len(unknown)) == 2).all()


def test_constant_costs_and_a_detour() -> None:
    """A constant cost is a metric; costs that violate the triangle inequality are not."""
    costs = tp.paths.substitution_costs(log(one="abc"), method="constant", max_cost=1.5)

    assert set(costs.as_dict().values()) == {1.5}
    assert costs.is_metric()
    long_way = np.array([[0, 1, 5], [1, 0, 1], [5, 1, 0]])
    assert not attrs.evolve(costs, matrix=long_way).is_metric()


def test_one_touchpoint_and_no_journeys() -> None:
    """Costs of a single touchpoint, and costs without journeys."""
    assert tp.paths.substitution_costs(log(one="aa")).matrix.tolist() == [[0]]
    assert tp.paths.substitution_costs(log(one="ab")[:0]).matrix.tolist() == [[0, 2], [2, 0]]


def test_bad_questions_get_clear_errors() -> None:
    """Unknown methods and facets, invalid weights, and touchpoints without any facet."""
    journeys, shop = log(one="ab"), tp.datasets.shop(50, seed=1)

    with pytest.raises(InvalidInputError, match="did you mean 'facets'"):
        tp.paths.substitution_costs(journeys, method="facet")
    with pytest.raises(InvalidInputError, match="method='transitions' takes no weights"):
        tp.paths.substitution_costs(journeys, weights={"need": 1})
    with pytest.raises(InvalidInputError, match="cannot be distinguished") as caught:
        tp.paths.substitution_costs(journeys, method="facets")
    assert "touchpoint=classifier" in caught.value.mend
    with pytest.raises(NotFoundError, match="did you mean 'need'"):
        tp.paths.substitution_costs(shop, method="facets", weights={"needs": 1})
    with pytest.raises(InvalidInputError, match="weights must be finite and at least 0, got"):
        tp.paths.substitution_costs(shop, method="facets", weights={"need": -1})
    with pytest.raises(InvalidInputError, match="at least one weight must be above 0"):
        tp.paths.substitution_costs(shop, method="facets", weights={"need": 0})
    with pytest.raises(InvalidInputError, match="max_cost must be finite and above 0, got 0"):
        tp.paths.substitution_costs(shop, max_cost=0)
