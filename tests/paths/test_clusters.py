"""Clusters of journeys agree with their definitions, each journey weighted by its count."""

from __future__ import annotations

from statistics import correlation, fmean

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import cut_tree
from scipy.cluster.hierarchy import linkage as scipy_linkage
from scipy.spatial.distance import squareform

import touchpoints as tp
from tests.logs import log
from tests.paths import naive_clusters
from touchpoints._core.arrays.distances import clustering
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.paths._shared.dissimilarity import Distances

LINKAGES = ["average", "complete", "single", "ward", "ward.D2", "ward.D"]


def distances_of(size: int, seed: int, weights: list[int] | None = None) -> Distances:
    """Return distances between distinct random points."""
    points = np.random.default_rng(seed).random((size, 2))
    far = np.sqrt(((points[:, None] - points) ** 2).sum(axis=2))
    return Distances(
        variant=[(str(position),) for position in range(size)],
        journeys=weights or [1] * size,
        matrix=(far + far.T) / 2,
        of=np.arange(size),
        method="given",
        normalise="",
    )


def written_out(distances: Distances) -> Distances:
    """Return the same journeys with one row for each journey."""
    rows = np.repeat(np.arange(len(distances)), distances.journeys)
    return Distances(
        variant=distances.variant[rows],
        journeys=np.ones(len(rows), dtype=np.int64),
        matrix=distances.matrix[np.ix_(rows, rows)],
        of=np.arange(len(rows)),
        method="given",
        normalise="",
    )


def parts(labels: list[int]) -> set[frozenset[int]]:
    """Return the clusters as sets, without their numbers."""
    return {frozenset(i for i, one in enumerate(labels) if one == label) for label in set(labels)}


@given(size=st.integers(2, 12), seed=st.integers(0, 99), linkage=st.sampled_from(LINKAGES))
def test_merges_are_those_of_scipy(size: int, seed: int, linkage: str) -> None:
    """Heights agree, and so do the clusters for every number of clusters."""
    given_ = distances_of(size, seed)
    if linkage == "ward.D":  # takes distances for squared ones
        tree = scipy_linkage(np.sqrt(squareform(given_.matrix)), "ward")
        tree[:, 2] **= 2
    else:
        tree = scipy_linkage(squareform(given_.matrix), linkage.removesuffix(".D2"))

    _, heights = clustering.merges(given_.matrix, np.ones(size), linkage)

    assert heights == pytest.approx(tree[:, 2])
    for k in range(1, size + 1):
        found = tp.paths.hierarchical(given_, k, linkage=linkage)
        assert parts(found.cluster.tolist()) == parts(cut_tree(tree, k).ravel().tolist())


@given(
    weights=st.lists(st.integers(1, 4), min_size=2, max_size=7),
    seed=st.integers(0, 99),
    linkage=st.sampled_from([*LINKAGES, "k_medoids"]),
    data=st.data(),
)
def test_counts_equal_repeated_journeys(
    weights: list[int], seed: int, linkage: str, data: st.DataObject
) -> None:
    """Clusters, silhouettes and quality equal those of the journeys repeated by count."""
    counted = distances_of(len(weights), seed, weights)
    plain = written_out(counted)
    k = data.draw(st.integers(1, len(weights)))

    def clusters(distances: Distances) -> tp.paths.Clustering:
        if linkage == "k_medoids":
            return tp.paths.k_medoids(distances, k, seed=1, starts=20)
        return tp.paths.hierarchical(distances, k, linkage=linkage)

    merged, spread = clusters(counted), clusters(plain)

    rows = np.repeat(np.arange(len(weights)), weights)
    assert merged.cluster[rows].tolist() == spread.cluster.tolist()
    assert merged.silhouette[rows] == pytest.approx(spread.silhouette, nan_ok=True)
    for name in ("silhouette_width", "point_biserial", "hubert_c"):
        assert getattr(merged, name) == pytest.approx(getattr(spread, name), nan_ok=True)


@given(size=st.integers(3, 9), seed=st.integers(0, 99), data=st.data())
def test_quality_agrees_with_its_definitions(size: int, seed: int, data: st.DataObject) -> None:
    """Silhouettes, the point biserial correlation and Hubert's C, pair by pair."""
    given_ = distances_of(size, seed)
    k = data.draw(st.integers(2, size - 1))

    found = tp.paths.hierarchical(given_, k)

    matrix, labels = given_.matrix.tolist(), found.cluster.tolist()
    silhouettes = naive_clusters.silhouettes(matrix, labels)
    far, same = naive_clusters.pairs(matrix, labels)
    assert found.silhouette.tolist() == pytest.approx(silhouettes)
    assert found.silhouette_width == pytest.approx(fmean(silhouettes))
    assert found.point_biserial == pytest.approx(correlation(far, [float(not s) for s in same]))
    assert found.hubert_c == pytest.approx(naive_clusters.hubert_c(matrix, labels))


@given(
    weights=st.lists(st.integers(1, 5), min_size=1, max_size=8),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_medoids_are_the_cheapest(weights: list[int], seed: int, data: st.DataObject) -> None:
    """From enough starts, no choice of medoids has a smaller summed distance."""
    given_ = distances_of(len(weights), seed, weights)
    k = data.draw(st.integers(1, len(weights)))

    found = tp.paths.k_medoids(given_, k, seed=3, starts=20)

    cost = naive_clusters.cost_of_medoids(given_.matrix.tolist(), weights, k)
    assert float(found.to_medoid @ found.journeys) == pytest.approx(cost)
    assert found.medoid.sum() == k


def test_the_heaviest_cluster_is_the_first_and_has_its_medoid() -> None:
    """Clusters are numbered by their journeys; a medoid has the smallest summed distance."""
    journeys = attrs.evolve(
        log(one="abcd", two="abce", three="xyz", four="xyw", five="xy"), counts=[1, 1, 5, 1, 1]
    )

    found = tp.paths.hierarchical(tp.paths.distances(journeys), 2)

    assert found.of_journeys().to_list() == ["2", "2", "1", "1", "1"]
    medoids = found.variant[found.medoid].tolist()
    assert medoids[0] == ("x", "y", "z")
    assert found.to_medoid[found.medoid].tolist() == [0, 0]


def test_clusters_become_a_column_of_the_journeys() -> None:
    """Every analysis can then be grouped by cluster; journeys of count 0 have no cluster."""
    journeys = attrs.evolve(log(one="ab", two="ax", three="yz", four="q"), counts=[1, 1, 2, 0])
    found = tp.paths.k_medoids(tp.paths.distances(journeys), 2, seed=1)

    marked = attrs.evolve(journeys, per_journey={"cluster": found.of_journeys()})

    assert found.of_journeys().to_list()[3] is None
    table = tp.paths.funnel(marked, ["a"], by="cluster")
    assert table.group.tolist() == ["1", "2"]


def test_ten_clusters_keep_their_order_as_text() -> None:
    """All labels have the number of digits of the last one."""
    found = tp.paths.hierarchical(distances_of(10, 1), 10)

    assert list(found.of_journeys().categories) == [f"{one:02}" for one in range(1, 11)]


@pytest.mark.parametrize("method", ["hierarchical", "k_medoids"])
def test_one_cluster_and_one_for_each_journey(method: str) -> None:
    """One cluster contains all journeys and has no silhouette; n clusters contain one each."""
    given_ = distances_of(5, 2)

    def clusters(k: int) -> tp.paths.Clustering:
        if method == "k_medoids":
            return tp.paths.k_medoids(given_, k, seed=1)
        return tp.paths.hierarchical(given_, k)

    one, each = clusters(1), clusters(5)

    assert set(one.cluster.tolist()) == {1}
    assert np.isnan([one.silhouette_width, one.point_biserial, one.hubert_c]).all()
    assert sorted(each.cluster.tolist()) == [1, 2, 3, 4, 5]
    assert each.silhouette.tolist() == [0] * 5


def test_journeys_at_distance_0_can_be_separate_clusters() -> None:
    """Non-metric costs still give the requested number of clusters."""
    given_ = attrs.evolve(distances_of(4, 1), matrix=np.zeros((4, 4)))

    assert tp.paths.k_medoids(given_, 3, seed=1).clusters == 3
    assert tp.paths.hierarchical(given_, 3).clusters == 3


def test_a_seed_repeats_and_progress_is_reported() -> None:
    """The same seed gives the same clusters."""
    reports: list[tuple[int, int]] = []
    given_ = distances_of(30, 4)

    first = tp.paths.k_medoids(given_, 4, seed=9, starts=3)
    again = tp.paths.k_medoids(
        given_, 4, seed=9, starts=3, progress=lambda *done: reports.append(done)
    )

    assert first == again
    assert reports == [(1, 3), (2, 3), (3, 3)]


def test_shuffled_journeys_are_in_the_same_clusters() -> None:
    """The order of the log does not matter."""
    paths = {f"j{nth}": path for nth, path in enumerate(["ab", "abc", "xy", "xyz", "b", "ab"])}
    back = dict(reversed(paths.items()))

    plain, turned = (
        tp.paths.hierarchical(tp.paths.distances(log(**one)), 3) for one in (paths, back)
    )

    assert plain.variant.tolist() == turned.variant.tolist()
    assert plain.cluster.tolist() == turned.cluster.tolist()


def test_bad_questions_get_clear_errors() -> None:
    """Zero clusters, more clusters than journeys, journeys as distances, unknown linkages."""
    given_ = distances_of(3, 1)

    with pytest.raises(InvalidInputError, match="k must be an integer of at least 1, got 0"):
        tp.paths.hierarchical(given_, 0)
    with pytest.raises(InvalidInputError, match=r"k must be an integer of at least 1, got 2\.0"):
        tp.paths.k_medoids(given_, 2.0, seed=1)
    with pytest.raises(InvalidInputError, match="k must be at most .* distinct journeys, 3, got 4"):
        tp.paths.k_medoids(given_, 4, seed=1)
    with pytest.raises(InvalidInputError, match="distinct journeys, 0, got 1"):
        tp.paths.hierarchical(tp.paths.distances(log(one="a")[:0]), 1)
    with pytest.raises(InvalidInputError, match="starts must be an integer of at least 1, got 0"):
        tp.paths.k_medoids(given_, 2, seed=1, starts=0)
    with pytest.raises(InvalidInputError, match="did you mean 'average'"):
        tp.paths.hierarchical(given_, 2, linkage="averag")
    with pytest.raises(WrongKindError, match="takes Distances, not Journeys"):
        tp.paths.hierarchical(log(one="ab"), 1)
