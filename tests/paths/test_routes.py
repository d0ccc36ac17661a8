"""Routes between two places, and similarity to an ideal journey."""

from __future__ import annotations

from collections import Counter

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.logs import log
from tests.naive_paths import built
from tests.paths import naive_routes
from touchpoints._core.arrays.distances import bit_distances
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.model import take

PATHS = st.lists(st.text("abcd", max_size=6), max_size=6)


@given(PATHS)
def test_routes_agree_with_looking_at_each_journey(paths) -> None:
    """A route runs from the first start to the first end after it."""
    found = tp.paths.routes(built([*paths, "ab"]), "a", end="b")

    counted = Counter(
        route for path in [*paths, "ab"] if (route := naive_routes.route(path, "a", "b"))
    )
    assert counted == dict(
        zip(map("".join, found.route.tolist()), found.journeys.tolist(), strict=True)
    )
    assert found.share.sum() == pytest.approx(1)
    assert found.steps.tolist() == [len(route) - 1 for route in found.route]


def test_the_most_frequent_and_the_fastest_route() -> None:
    """The rarest variant here is the fastest."""
    journeys = log(one="axxb", two="axxb", three="ab", four="yab", five="axb", six="ax")

    frequent = tp.paths.routes(journeys, "a", end="b")
    fastest = tp.paths.routes(journeys, "a", end="b", first="fastest", top=2)

    assert ["ab", "axxb", "axb"] == ["".join(route) for route in frequent.route]
    assert [0.4, 0.4, 0.2] == frequent.share.tolist()
    assert ["ab", "axb"] == ["".join(route) for route in fastest.route]
    assert [86_400.0, 172_800.0] == fastest.median_time.tolist()
    low, high = tp.wilson(2, 5)
    assert (frequent.low[0], frequent.high[0]) == pytest.approx((low, high))


def test_groups_are_those_of_whole_journeys() -> None:
    """The first interaction of the journey determines its group, not that of the route."""
    journeys = attrs.evolve(
        built(["xab", "yab"]), per_interaction={"page": ["web", "q", "q", "app", "q", "q"]}
    )

    found = tp.paths.routes(journeys, "a", end="b", by="page")

    assert ["app", "web"] == found.group.tolist()
    assert ("web", ("a", "b")) in found.as_dict()


@given(PATHS, st.text("abcd", min_size=1, max_size=5), st.sampled_from(["lcs", "edit"]))
def test_similarity_agrees_with_the_recursive_definitions(paths, ideal, measure) -> None:
    """Longest common subsequence and edit distance, divided by the longer length."""
    journeys = built([*paths, "abcd"])

    found = tp.paths.similarity_to(journeys, list(ideal), method=measure)

    expected = [naive_routes.similarity(path, ideal, measure) for path in [*paths, "abcd"]]
    assert expected == pytest.approx(found.similarity.tolist())


def test_blocks_of_journeys_change_nothing(monkeypatch) -> None:
    """Small pieces of the table give the same result."""
    journeys = built(["abcab", "", "ab", "c", "bcabca"])
    expected = tp.paths.similarity_to(journeys, ["a", "b"])

    monkeypatch.setattr(bit_distances, "_ONE_BY_ONE", 0)
    monkeypatch.setattr(bit_distances, "_CALL", 1)

    assert expected == tp.paths.similarity_to(journeys, ["a", "b"])


def test_several_touchpoints_can_fit_one_place_of_the_ideal() -> None:
    """Any of several alternatives may occur."""
    journeys = built(["xb", "yb", "zb"])

    found = tp.paths.similarity_to(journeys, [["x", "y"], "b"])

    assert [1.0, 1.0, 0.5] == found.similarity.tolist()


@given(PATHS, st.randoms())
def test_shuffling_changes_nothing(paths, random) -> None:
    """The order of the journeys does not matter, except for ties."""
    journeys = built([*paths, "ab"])
    order = list(range(len(journeys)))
    random.shuffle(order)
    mixed = take(journeys, np.array(order))

    assert tp.paths.routes(journeys, "a", end="b").as_dict() == pytest.approx(
        tp.paths.routes(mixed, "a", end="b").as_dict()
    )
    likeness = tp.paths.similarity_to(journeys, ["a", "b"]).similarity
    assert likeness[order].tolist() == tp.paths.similarity_to(mixed, ["a", "b"]).similarity.tolist()


def test_counts_and_renaming() -> None:
    """Count 2 equals the journey twice; names do not matter."""
    merged = built(["aab", "ab", "b"], counts=np.array([2, 3, 1]))
    spread = built(["aab", "aab", "ab", "ab", "ab", "b"])
    renamed = built(["xxy", "xxy", "xy", "xy", "xy", "y"])

    found = tp.paths.routes(spread, "a", end="b")

    assert found == tp.paths.routes(merged, "a", end="b")
    assert found.low.tolist() == tp.paths.routes(renamed, "x", end="y").low.tolist()


def test_no_journeys_have_no_routes() -> None:
    """No journeys, or none that reaches the end, give an empty table."""
    assert 0 == len(tp.paths.routes(built(["ab"])[:0], "a", end="b"))
    assert 0 == len(tp.paths.routes(built(["ba"]), "a", end="b"))
    assert 0 == len(tp.paths.similarity_to(built(["ab"])[:0], ["a"]))
    assert [0.0] == tp.paths.similarity_to(built(["", "a"]), ["a"]).similarity.tolist()[:1]


def test_bad_questions_get_clear_errors() -> None:
    """Unknown touchpoints and options, no times for the fastest, invalid ideals."""
    journeys = built(["ab"])

    with pytest.raises(NotFoundError, match="no touchpoint 'q'"):
        tp.paths.routes(journeys, "a", end="q")
    with pytest.raises(InvalidInputError, match="needs times"):
        tp.paths.routes(journeys, "a", end="b", first="fastest")
    with pytest.raises(InvalidInputError, match="did you mean 'frequent'"):
        tp.paths.routes(journeys, "a", end="b", first="frequents")
    with pytest.raises(
        InvalidInputError, match=r"ideal must be a sequence of touchpoints, got 'ab'\nwrite ideal="
    ):
        tp.paths.similarity_to(journeys, "ab")
    with pytest.raises(InvalidInputError, match="ideal must have at least one touchpoint"):
        tp.paths.similarity_to(journeys, [])
    with pytest.raises(NotFoundError, match="no touchpoint 'q'"):
        tp.paths.similarity_to(journeys, ["a", "q"])
    with pytest.raises(InvalidInputError, match="one of 'lcs', 'edit'"):
        tp.paths.similarity_to(journeys, ["a"], method="om")
