"""Order of a Markov chain: how many previous touchpoints the next one depends on."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import strategies as logs
from tests.naive_paths import built, small_journeys
from tests.paths import naive_markov_order
from tests.paths.naive_grouping import each_alone, warned_of_ungrouped
from touchpoints._core.arrays.sequences import contexts
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.journeys.model import take


def planted(order: int, *, count: int = 400, seed: int = 1):
    """Return journeys whose next letter depends on exactly the last ``order`` letters."""
    rng = np.random.default_rng(seed)
    paths = []
    for _ in range(count):
        path = list(rng.choice(["a", "b"], 3))
        for _ in range(9):
            ones = sum(one == "a" for one in path[-order:]) if order else 0
            even = ones % 2 == 0
            path.append(rng.choice(["a", "b"], p=[0.85, 0.15] if even else [0.15, 0.85]))
        paths.append("".join(path))
    return built(paths)


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_a_planted_order_is_found(order) -> None:
    """Cross-validation, BIC and the likelihood ratio all find the true order of parity."""
    # The first three letters have another distribution than the rest: cut them off.
    journeys = attrs.evolve(planted(order), began=np.zeros(400, dtype=bool))
    journeys = attrs.evolve(journeys, finished=np.zeros(400, dtype=bool))

    found = tp.paths.markov_order(journeys, seed=1, max_order=4)

    assert (found.best, found.best_bic, found.best_ratio) == (order, order, order)
    graph = tp.higher_order_graph(journeys, order=max(found.best, 1))
    assert graph.graph["order"] == max(order, 1)


@given(small_journeys(), st.integers(1, 3))
def test_orders_agree_with_the_definition(journeys, most) -> None:
    """Contexts, parameters and log-likelihoods, counts and cut ends honoured."""
    found = tp.paths.markov_order(journeys, seed=1, max_order=most, folds=2)

    expected = naive_markov_order.fitted(journeys, most)

    assert [row[0] for row in expected] == found.contexts.tolist()
    assert [row[1] for row in expected] == found.parameters.tolist()
    assert [row[2] for row in expected] == pytest.approx(found.log_likelihood.tolist(), abs=1e-9)


@given(small_journeys(persons=False), st.integers(1, 2))
def test_losses_agree_with_the_definition(journeys, most) -> None:
    """Log-loss of held-out transitions, backing off to shorter contexts."""
    k = len(journeys.touchpoints)
    found = contexts.predictions(
        journeys.codes,
        journeys.offsets,
        k,
        max_order=most,
        began=journeys.began,
        finished=journeys.finished,
        real=journeys.counts > 0,
    )
    test = (np.arange(len(journeys)) % 2 * journeys.counts)[found.owners].astype(float)
    train = journeys.counts[found.owners] - test

    losses = contexts.held_out_losses(found, train, test, k + 1)

    learned, held_out = (
        list(
            naive_markov_order.transitions(take(journeys, np.arange(first, len(journeys), 2)), most)
        )
        for first in (0, 1)
    )
    if held_out:
        expected = [
            naive_markov_order.loss(learned, held_out, order, k + 1) for order in range(most + 1)
        ]
        assert expected == pytest.approx(losses)
    else:
        assert np.isnan(losses).all()


def test_degrees_of_freedom_leave_out_what_cannot_be() -> None:
    """A chain in which each touchpoint has one successor has no free parameters at any order."""
    found = tp.paths.markov_order(built(["abc"] * 10), seed=1)

    assert [3, 0, 0, 0] == found.parameters.tolist()
    assert (found.best, found.best_bic, found.best_ratio) == (1, 1, 1)
    assert [1.0, 1.0] == found.p[2:].tolist()


def test_the_ratio_test_keeps_its_level() -> None:
    """The test finds order 2 in about 5 % of logs of order 1."""
    rng = np.random.default_rng(3)
    share = {"a": 0.7, "b": 0.4}
    called = 0
    for _ in range(60):
        paths = []
        for _ in range(40):
            path = "a"
            while len(path) < 12:
                path += "a" if rng.random() < share[path[-1]] else "b"
            paths.append(path)
        journeys = attrs.evolve(built(paths), finished=np.zeros(40, dtype=bool))
        called += tp.paths.markov_order(journeys, seed=1, max_order=2, folds=2).p[2] < 0.05

    assert called <= 8


@given(small_journeys(), st.randoms())
def test_shuffling_changes_nothing(journeys, random) -> None:
    """The same seed gives the same result whatever the order of the log."""
    order = list(range(len(journeys)))
    random.shuffle(order)
    mixed = take(journeys, np.array(order, dtype=np.int64))

    found, again = (tp.paths.markov_order(one, seed=4, folds=2) for one in (journeys, mixed))

    assert found.to_dicts() == [pytest.approx(row, nan_ok=True) for row in again.to_dicts()]


def test_counts_stand_for_journeys() -> None:
    """A count of 2 equals the journey twice, folds included."""
    merged = built(["aab", "ab", "ba"], counts=np.array([4, 3, 2]))
    spread = built(["aab"] * 4 + ["ab"] * 3 + ["ba"] * 2)

    found, again = (tp.paths.markov_order(one, seed=2).to_dicts() for one in (merged, spread))

    assert found == [pytest.approx(row, nan_ok=True) for row in again]
    many = built(["aab", "ab"], counts=np.array([40_000_000, 20_000_000]))
    assert tp.paths.markov_order(many, seed=2).best >= 1


def test_renaming_changes_no_fit() -> None:
    """Names matter only for the assignment to folds."""
    found, again = (
        tp.paths.markov_order(one, seed=2)
        for one in (built(["aab", "ab", "ba"] * 4), built(["xxy", "xy", "yx"] * 4))
    )

    assert found.bic.tolist() == again.bic.tolist()


def test_persons_stay_in_one_fold() -> None:
    """With fewer persons than folds there is no loss, however many journeys they have."""
    journeys = attrs.evolve(built(["ab"] * 20), persons=["ana", "leo"] * 10)

    found = tp.paths.markov_order(journeys, seed=1, folds=3)

    assert (found.unit, found.best) == ("person", -1)
    assert all("at least 3 of unit 'person'" in reason for reason in found.reason)
    assert np.isnan(found.loss).all()
    assert tp.paths.markov_order(journeys, seed=1, folds=2).best >= 1


def test_without_journeys_the_loss_is_nan_with_a_reason() -> None:
    """Empty logs give nan with the reason."""
    for journeys in (built([]), built(["ab"])[:0], built(["ab"], counts=[0])):
        found = tp.paths.markov_order(journeys, seed=1)

        assert (found.best, found.best_bic, found.best_ratio) == (-1, -1, -1)
        assert np.isnan(found.loss).all()
        assert set(found.reason) == {"there are no transitions to predict"}
        assert set(found.predictions.tolist()) == {0}


def test_progress_is_reported() -> None:
    """A callable is called after every fold."""
    heard = []

    tp.paths.markov_order(
        built(["ab"] * 9), seed=1, folds=3, progress=lambda done, total: heard.append((done, total))
    )

    assert heard == [(1, 3), (2, 3), (3, 3)]


@given(logs.journeys(timed=False))
def test_groups_are_what_each_group_is_alone(journeys) -> None:
    """The column group comes first; without by= it is absent; ungrouped journeys are left out."""
    assume((journeys.per_journey["segment"].codes >= 0).any())

    with warned_of_ungrouped(journeys, "segment"):
        found = tp.paths.markov_order(journeys, seed=1, folds=2, max_order=2, by="segment")

    alone = each_alone(
        journeys, "segment", lambda one: tp.paths.markov_order(one, seed=1, folds=2, max_order=2)
    )
    assert [pytest.approx(row, nan_ok=True) for row in alone] == found.to_dicts()
    assert next(iter(found.to_dicts()[0])) == "group"
    assert tp.paths.markov_order(journeys, seed=1).group is None


def two_kinds():
    """Return journeys of two segments, one of them too small, and an ungrouped journey."""
    journeys = built([*["axb", "cxd"] * 10, "ab", "axb"])
    return attrs.evolve(journeys, per_journey={"segment": [*["old"] * 20, "new", None]})


def test_each_group_has_its_best_order() -> None:
    """best_orders and the flags give an order per group; best raises an error."""
    with warned_of_ungrouped(two_kinds(), "segment"):
        found = tp.paths.markov_order(two_kinds(), seed=1, by="segment")

    assert found.best_orders() == {"new": -1, "old": 2}
    assert found.best_orders(criterion="ratio") == {"new": 0, "old": 2}
    assert found.order[found.chosen].tolist() == [2]
    assert found.predictions.tolist() == [*[3] * 4, *[80] * 4]
    assert ["at least 5 of unit" in reason for reason in found.reason] == [True] * 4 + [False] * 4
    assert list(found.as_dict())[:2] == [("new", 0), ("new", 1)]
    for name in ("best", "best_bic", "best_ratio"):
        with pytest.raises(InvalidInputError, match=r"its own best order\n.*best_orders"):
            getattr(found, name)


def test_without_groups_there_is_one_best_order() -> None:
    """The properties and best_orders agree for each criterion."""
    found = tp.paths.markov_order(two_kinds(), seed=1)

    assert found.best_orders() == {None: found.best} == {None: 2}
    assert found.best_orders(criterion="bic") == {None: found.best_bic}
    assert found.best_orders(criterion="ratio") == {None: found.best_ratio}
    with pytest.raises(InvalidInputError, match="did you mean 'loss'"):
        found.best_orders(criterion="los")


def test_progress_counts_the_folds_of_all_groups() -> None:
    """Two groups of three folds make six units of one progress bar."""
    heard = []

    with warned_of_ungrouped(two_kinds(), "segment"):
        tp.paths.markov_order(
            two_kinds(), seed=1, folds=3, by="segment", progress=lambda *done: heard.append(done)
        )

    assert heard == [(done, 6) for done in range(1, 7)]


def test_journeys_of_one_length_look_as_if_they_remembered() -> None:
    """Ten random touchpoints per journey: only the position predicts the end."""
    rng = np.random.default_rng(1)
    journeys = built(["".join(path) for path in rng.choice(list("ab"), (150, 10))])

    assert tp.paths.markov_order(journeys, seed=1).best == 3
    without = tp.paths.markov_order(journeys, seed=1, ends=False)

    assert (without.best, without.best_bic, without.best_ratio) == (0, 0, 0)
    assert set(without.predictions.tolist()) == {1500}
    assert set(tp.paths.markov_order(journeys, seed=1).predictions.tolist()) == {1650}


@given(logs.journeys(timed=False))
def test_without_ends_finished_and_open_journeys_give_equal_results(journeys) -> None:
    """With ends=False no prediction depends on how a journey ends."""
    opened = attrs.evolve(journeys, finished=np.zeros(len(journeys), dtype=bool))

    found = tp.paths.markov_order(journeys, seed=1, folds=2, max_order=2, ends=False)
    again = tp.paths.markov_order(opened, seed=1, folds=2, max_order=2, ends=False)

    for name in ("predictions", "contexts", "parameters", "log_likelihood"):
        assert getattr(found, name).tolist() == getattr(again, name).tolist()


def test_the_graph_of_the_best_order_takes_the_larger_of_it_and_one() -> None:
    """The table itself is not an order; the message is short and says what to write."""
    found = tp.paths.markov_order(built(["ab", "ba"] * 10), seed=1)

    for order in (found, 0, -1, 1.5, True):
        with pytest.raises(InvalidInputError, match=r"max\(found.best, 1\)") as error:
            tp.higher_order_graph(built(["ab"]), order=order)
        assert len(str(error.value)) < 200
    assert tp.higher_order_graph(built(["ab"]), order=max(found.best, 1)).graph["order"] >= 1


def test_unknown_groups_are_refused() -> None:
    """A misspelt column is answered with the existing one; without values there are no groups."""
    with pytest.raises(NotFoundError, match="did you mean 'segment'"):
        tp.paths.markov_order(two_kinds(), seed=1, by="segmnt")
    with pytest.raises(InvalidInputError, match="no journey has a value"):
        tp.paths.markov_order(two_kinds()[:0], seed=1, by="segment")


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_order", 0), ("max_order", 1.5), ("folds", 1), ("seed", -1), ("seed", True)],
)
def test_numbers_are_whole_and_large_enough(name, value) -> None:
    """Other values are refused, and the error names the argument."""
    with pytest.raises(InvalidInputError, match=f"{name} must be an integer of at least"):
        tp.paths.markov_order(built(["ab"]), **{"seed": 1, name: value})
