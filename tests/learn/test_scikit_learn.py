"""Features as a transformer of scikit-learn: pipelines, folds by person, searches."""

from __future__ import annotations

import pickle
import warnings

import attrs
import numpy as np
import pytest

import touchpoints as tp
from tests.logs import log
from touchpoints.errors import InvalidInputError, MissingPackageError, WrongKindError
from touchpoints.learn.columns import KINDS

pytest.importorskip("sklearn", reason="scikit-learn is an extra")

from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    cross_val_predict,
    cross_val_score,
    train_test_split,
)
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks

SHOP = tp.until(tp.datasets.shop(300, seed=1), "purchase", outcome="purchase")
BOUGHT = SHOP.outcomes["purchase"]
GROUPS = tp.features(SHOP).groups
# Checks of scikit-learn that look at an estimator without giving it arrays; some came with 1.6.
WITHOUT_ARRAYS = (
    "check_estimator_cloneable",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
)


def pipeline(**asked):
    """Return a model of features."""
    return make_pipeline(tp.learn.JourneyFeatures(**asked), LogisticRegression(max_iter=500))


@pytest.mark.parametrize("name", WITHOUT_ARRAYS)
def test_the_checks_of_scikit_learn_that_need_no_array_pass(name: str) -> None:
    """Each is asked by name; an older scikit-learn lacks some."""
    check = getattr(estimator_checks, name, None)
    if check is None:
        pytest.skip(f"this scikit-learn has no {name}")
    check("JourneyFeatures", tp.learn.JourneyFeatures())


def test_the_tags_say_that_arrays_do_not_apply() -> None:
    """`check_estimator` passes, and says which checks it left out because of the input."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        estimator_checks.check_estimator(tp.learn.JourneyFeatures())

    assert any("Can't test estimator JourneyFeatures" in str(one.message) for one in said)


def test_folds_by_person_hold_persons_out_whole() -> None:
    """Journeys are split as an array is; each part makes its own columns."""
    folds = GroupKFold(3)
    scores = cross_val_score(
        pipeline(), SHOP, BOUGHT, groups=GROUPS, cv=folds, scoring="neg_log_loss"
    )
    by_hand = []
    for train, test in folds.split(SHOP, BOUGHT, groups=GROUPS):
        found = tp.features(SHOP[train])
        model = LogisticRegression(max_iter=500).fit(found.matrix, BOUGHT[train])
        chances = model.predict_proba(tp.features(SHOP[test], like=found.columns).matrix)[:, 1]
        right = np.where(BOUGHT[test] == 1, chances, 1 - chances)
        by_hand.append(np.log(right).mean())
        assert set() == {*SHOP[train].persons} & {*SHOP[test].persons}

    assert by_hand == pytest.approx(scores.tolist())


def test_a_search_over_what_the_features_are() -> None:
    """The arguments of the features are parameters of the search, and the best can be pickled."""
    grid = {"journeyfeatures__of": [("count",), KINDS], "journeyfeatures__first": [1, None]}
    search = GridSearchCV(pipeline(), grid, cv=GroupKFold(2), scoring="neg_log_loss")
    search.fit(SHOP, BOUGHT, groups=GROUPS)

    again = pickle.loads(pickle.dumps(search.best_estimator_))
    assert 4 == len(search.cv_results_["mean_test_score"])
    assert (search.predict_proba(SHOP) == again.predict_proba(SHOP)).all()


def test_counts_weigh_as_copies_do() -> None:
    """A model of rows with counts is the model of each real journey as a row of its own."""
    merged = attrs.evolve(log(x="ab", y="b", z="a"), counts=[3, 1, 2], outcomes={"s": [1, 0, 0]})
    spread = attrs.evolve(
        log(u="ab", v="ab", w="ab", x="b", y="a", z="a"), outcomes={"s": [1, 1, 1, 0, 0, 0]}
    )
    models = []
    for journeys in (merged, spread):
        found = tp.features(journeys, of="count")
        model = LogisticRegression(tol=1e-10)
        models.append(model.fit(found.matrix, found.target("s"), found.sample_weight))

    assert models[0].coef_ == pytest.approx(models[1].coef_, abs=1e-6)


def test_it_gives_what_the_function_gives() -> None:
    """Names, numbers and the full record."""
    made = tp.learn.JourneyFeatures(of=["count", "gaps"], first=2)
    train, test = SHOP[:200], SHOP[200:]
    expected = tp.features(train, of=["count", "gaps"], first=2)

    assert (expected.matrix != made.fit_transform(train)).nnz == 0
    assert expected.names == tuple(made.get_feature_names_out())
    assert expected.columns == made.columns_
    assert (tp.features(test, like=expected.columns).matrix != made.transform(test)).nnz == 0
    assert test.ids.tolist() == made.features(test).ids.tolist()
    assert made.transform(test).data.flags.writeable


def test_what_fitting_has_not_met_is_counted() -> None:
    """In the columns of others, by journey, and in the full record."""
    made = tp.learn.JourneyFeatures(of=["count", "transitions"]).fit(log(x="ab"))
    table = dict(
        zip(made.get_feature_names_out(), made.transform(log(y="abcc")).T.toarray(), strict=True)
    )

    expected = {"count:a": 1, "count:b": 1, "other:count": 2}
    expected |= {"transition:a > b": 1, "other:transition": 2}
    assert expected == {name: int(one[0]) for name, one in table.items()}
    assert [2] == made.features(log(y="abcc")).others.tolist()


def test_dense_output_becomes_a_dataframe_with_names() -> None:
    """`set_output` needs dense output, as everywhere in scikit-learn."""
    pandas = pytest.importorskip("pandas")
    made = tp.learn.JourneyFeatures(of="gaps", sparse_output=False)
    plain = made.fit_transform(SHOP)
    frame = made.set_output(transform="pandas").transform(SHOP)

    assert isinstance(plain, np.ndarray)
    assert isinstance(frame, pandas.DataFrame)
    assert list(made.get_feature_names_out()) == list(frame.columns)
    assert (plain == frame.to_numpy()).all()
    with pytest.raises(ValueError, match="sparse"):
        tp.learn.JourneyFeatures().set_output(transform="pandas").fit_transform(SHOP)


def test_a_clone_is_not_fitted() -> None:
    """And has the same parameters."""
    made = tp.learn.JourneyFeatures(of=["count"], until="purchase").fit(SHOP)
    copy = clone(made)

    assert made.get_params() == copy.get_params()
    for ask in (copy.transform, copy.features):
        with pytest.raises(NotFittedError):
            ask(SHOP)
    with pytest.raises(NotFittedError):
        copy.get_feature_names_out()


def test_arrays_and_leaks_are_refused() -> None:
    """With the errors of the library."""
    with pytest.raises(WrongKindError, match="takes Journeys, not ndarray"):
        tp.learn.JourneyFeatures().fit(np.zeros((3, 2)))
    with pytest.raises(InvalidInputError, match="still inside"):
        tp.learn.JourneyFeatures().fit(tp.mark(log(x="ab"), "sale", when="b"))


def test_parts_of_journeys_are_journeys() -> None:
    """Splitters index journeys as they index arrays."""
    train, test = train_test_split(SHOP, test_size=0.25, random_state=1)
    chances = cross_val_predict(
        pipeline(), SHOP, BOUGHT, groups=GROUPS, cv=GroupKFold(3), method="predict_proba"
    )

    assert (225, 75) == (len(train), len(test))
    assert isinstance(train, tp.Journeys)
    assert sorted(SHOP.ids.tolist()) == sorted([*train.ids.tolist(), *test.ids.tolist()])
    assert (len(SHOP), 2) == chances.shape


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The function needs none of it."""
    import importlib
    import sys

    monkeypatch.delitem(sys.modules, "touchpoints.learn.transformer")
    monkeypatch.delattr(tp.learn, "JourneyFeatures", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    for name in [one for one in sys.modules if one.startswith("sklearn.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(MissingPackageError, match="sklearn.*\n.*touchpoints.learn"):
        importlib.import_module("touchpoints.learn.transformer")
    assert 1 == len(tp.features(log(x="ab")))
