"""The synthetic example data."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import touchpoints as tp
from touchpoints import datasets
from touchpoints.errors import InvalidInputError
from touchpoints.graphs import (
    check_graph,
    from_node_link,
    outcome_graph,
    read_graphml,
    to_node_link,
    transition_graph,
    write_graphml,
)
from touchpoints.journeys.model import Journeys

Maker = Callable[..., Journeys]
MAP = [
    *("search_query", "review_read", "live_chat"),
    *("trial_subscription", "email_reminder", "purchase"),
]


@pytest.mark.parametrize("make", [datasets.shop, datasets.clinic])
@pytest.mark.parametrize("n", [0, 1, 2, 300])
def test_n_journeys_are_returned(make: Maker, n: int) -> None:
    """Each has at least one interaction, and they are sorted by start."""
    journeys = make(n, seed=3)
    assert n == len(journeys)
    assert (np.diff(journeys.offsets) > 0).all()
    starts = journeys.times[journeys.offsets[:-1]]
    assert (starts[1:] >= starts[:-1]).all()
    assert () == check_graph(transition_graph(journeys))


@pytest.mark.parametrize("make", [datasets.shop, datasets.clinic])
def test_the_same_seed_gives_the_same_data(make: Maker) -> None:
    """Another seed gives other data."""
    assert make(50, seed=1) == make(50, seed=1)
    assert make(50, seed=1) != make(50, seed=2)


@pytest.mark.parametrize("make", [datasets.shop, datasets.clinic])
def test_some_persons_have_several_journeys(make: Maker) -> None:
    """Most persons have one or two journeys."""
    _, counts = np.unique(make(500, seed=1).persons.astype(str), return_counts=True)
    assert counts.max() > 1
    assert np.median(counts) <= 2


@pytest.mark.parametrize("n", [-1, 2.5, True])
@pytest.mark.parametrize("make", [datasets.shop, datasets.clinic])
def test_n_is_an_integer(make: Maker, n: object) -> None:
    """A negative number, a float or a bool is refused."""
    with pytest.raises(InvalidInputError, match="n must be an integer of at least 0, got"):
        make(n, seed=1)


def test_the_shop_is_typed() -> None:
    """Every touchpoint is in the built-in taxonomy; some have facets that differ from defaults."""
    shop = datasets.shop(500, seed=1)
    taxonomy = tp.load_taxonomy("customer")
    assert taxonomy == shop.meta.taxonomy
    assert set(MAP) == {one.type for one in shop.touchpoints}
    assert all(taxonomy.touchpoint(one) == one for one in shop.touchpoints)
    assert {"search_query[need=compare]", "live_chat[channel=app]"} < {
        one.key for one in shop.touchpoints
    }


def test_the_shop_marks_observed_needs_and_defaults() -> None:
    """A need that is part of the key is observed; of the other needs only some are."""
    shop = datasets.shop(500, seed=1)
    origins = shop.per_interaction["need_from"]
    graph = transition_graph(shop)
    assert {1, 3} == set(origins.tolist())
    assert 1.0 == graph.nodes["search_query[need=compare]"]["need_observed"]
    assert 0 < graph.nodes["purchase"]["need_observed"] < 1


def test_the_shop_has_known_effects() -> None:
    """More people buy on a computer; a journey has revenue exactly when it has a purchase."""
    shop = datasets.shop(4000, seed=1)
    paid = tp.until(shop, "purchase", outcome="purchase")
    bought = paid.outcomes["purchase"]
    device = shop.per_journey["device"].to_array()
    assert bought[device == "computer"].mean() > bought[device == "phone"].mean() + 0.05
    assert ((shop.values["revenue"] > 0) == (bought == 1)).all()
    assert {"(purchase)", "(no purchase)"} < set(outcome_graph(paid))


def test_returning_persons_are_those_seen_before() -> None:
    """The first journey of a person is `new`, all later journeys are `returning`."""
    shop = datasets.shop(300, seed=5)
    seen: set[str] = set()
    for person, segment in zip(
        shop.persons.tolist(), shop.per_journey["segment"].to_list(), strict=True
    ):
        assert ("returning" if person in seen else "new") == segment
        seen.add(person)


def test_the_clinic_has_open_journeys_and_names_with_parentheses() -> None:
    """Some patients are still in care; labels keep their parentheses."""
    clinic = datasets.clinic(500, seed=1)
    assert 0 < (~clinic.finished).mean() < 0.5
    assert "Appointment booked (phone)" in {one.label() for one in clinic.touchpoints}
    assert {"routine", "urgent"} == set(clinic.per_journey["urgency"].to_list())
    assert clinic.values["cost"].max() > 0


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_example_map_has_the_six_touchpoints_in_order(lang: str, tmp_path: Path) -> None:
    """Six nodes and five edges in order, labels in both languages, exact round trips (A2)."""
    graph = datasets.example_map(lang=lang)
    labels = {
        "en": ["Searching the web", "Reading reviews", "Live chat"],
        "es": ["Búsqueda en internet", "Lectura de reseñas", "Chat en vivo"],
    }
    assert nx.DiGraph is type(graph)
    assert MAP == list(graph)
    assert list(itertools.pairwise(MAP)) == list(graph.edges)
    assert labels[lang] == [graph.nodes[node]["label"] for node in MAP[:3]]
    assert () == check_graph(graph)
    write_graphml(graph, tmp_path / "map.graphml")
    assert nx.utils.graphs_equal(graph, read_graphml(tmp_path / "map.graphml"))
    assert nx.utils.graphs_equal(graph, from_node_link(json.loads(json.dumps(to_node_link(graph)))))
