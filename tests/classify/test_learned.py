"""A fitted estimator as a classifier: threshold, facets, one call for all events."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import touchpoints as tp
from touchpoints.classify import Verdict, learned
from touchpoints.errors import ClassifierError, InvalidInputError, WrongKindError


class ByLength:
    """An estimator in the style of scikit-learn with a higher probability for longer texts."""

    classes_ = np.array(["live_chat", "purchase"])

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def predict_proba(self, texts: Any) -> Any:
        """Return a row of probabilities for each text."""
        self.calls.append(list(texts))
        share = np.array([min(0.5 + len(one) / 20, 1.0) for one in texts])
        return np.stack([share, 1 - share], axis=1)


def test_the_most_probable_class_is_the_answer() -> None:
    """With its probability as confidence; below the threshold there is no answer."""
    guess = learned(ByLength(), reads="text", threshold=0.7)
    assert [Verdict("live_chat", confidence=0.75), None] == guess.batch(
        [{"text": "12345"}, {"text": "123"}]
    )
    assert Verdict("live_chat", confidence=0.7) == guess({"text": "1234"})


def test_the_classes_may_be_terms_of_a_facet() -> None:
    """Then the answer is a facet."""
    guess = learned(ByLength(), reads="text", labels="need")
    assert Verdict(facets={"need": "live_chat"}, confidence=1.0) == guess({"text": "x" * 30})


def test_a_log_calls_the_estimator_once() -> None:
    """All distinct texts in one call, however many events there are; no missing texts."""
    estimator = ByLength()
    words = ["aaaaaa", "bbbbbbb", None, "aaaaaa"] * 500
    journeys = tp.from_columns(
        {"id": [1] * 2000, "t": ["2026-01-01"] * 2000, "text": words},
        journey="id",
        time="t",
        touchpoint=learned(estimator, reads="text"),
        taxonomy=tp.load_taxonomy("customer"),
        unmatched="drop",
    )
    assert [["aaaaaa", "bbbbbbb"]] == [sorted(texts) for texts in estimator.calls]
    assert 500 == journeys.meta.report.without_touchpoint
    assert 1500 == len(journeys.codes)


def test_several_fields_come_as_dicts_without_missing_values() -> None:
    """As DictVectorizer takes them; or as the caller converts them."""
    estimator = ByLength()
    guess = learned(estimator, reads=("a", "b"))
    guess.batch([{"a": 1, "b": None}, {"a": None, "b": ""}, {"a": "x", "b": 2.5}])
    assert [[{"a": 1}, {"a": "x", "b": 2.5}]] == estimator.calls

    estimator = ByLength()
    turned = learned(
        estimator, reads=("a", "b"), features=lambda events: [str(one["a"]) for one in events]
    )
    turned({"a": 12, "b": None})
    assert [["12"]] == estimator.calls


def test_a_pipeline_of_scikit_learn_works() -> None:
    """TF-IDF and logistic regression, fitted on a few sentences in two languages."""
    pytest.importorskip("sklearn", reason="scikit-learn is an extra")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    texts = ["where is my parcel", "dónde está mi pedido", "talk to an agent", "hablar con alguien"]
    types = ["delivery_received", "delivery_received", "live_chat", "live_chat"]
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, types)
    guess = learned(pipeline, reads="text", threshold=0.5)

    assert "delivery_received" == guess({"text": "my parcel"}).type
    assert "live_chat" == guess({"text": "un agente con quien hablar"}).type
    tp.testing.check_classifier(guess, [{"text": one} for one in (*texts, None, "zzz")])


@pytest.mark.parametrize(
    ("estimator", "message"),
    [
        (object(), "must have a method predict_proba, got object"),
        (type("Raw", (), {"predict_proba": lambda self, x: x})(), "must be fitted, got Raw"),
        (
            type("Numbers", (), {"predict_proba": lambda self, x: x, "classes_": [0, 1]})(),
            "must be strings, the ids of types or terms, got 0, 1",
        ),
    ],
)
def test_an_estimator_that_cannot_be_used_is_refused(estimator: Any, message: str) -> None:
    """Without probabilities, not fitted, or with numbers for classes."""
    with pytest.raises(WrongKindError, match=message):
        learned(estimator, reads="text")


def test_an_array_of_another_shape_is_an_error() -> None:
    """The error names the estimator and both shapes."""

    class Flat(ByLength):
        """One number per text."""

        def predict_proba(self, texts: Any) -> Any:
            """Return too little."""
            return np.ones(len(texts))

    both = tp.classify.first_match(learned(Flat(), reads="text", name="flat"))
    with pytest.raises(
        ClassifierError, match=r"flat raised InvalidInputError.*shape \(1, 2\), got \(1,\)"
    ):
        both({"text": "x"})


def test_probabilities_of_nan_abstain() -> None:
    """A probability of nan counts as 0."""

    class Lost(ByLength):
        """Every probability is nan."""

        def predict_proba(self, texts: Any) -> Any:
            """Return nan."""
            return np.full((len(texts), 2), np.nan)

    assert learned(Lost(), reads="text", threshold=0.01)({"text": "x"}) is None


@pytest.mark.parametrize("threshold", [-0.1, 50])
def test_a_threshold_is_a_share(threshold: float) -> None:
    """Percentages and negative numbers are refused."""
    with pytest.raises(InvalidInputError, match=r"threshold must be in \[0, 1\], got"):
        learned(ByLength(), reads="text", threshold=threshold)
