"""Classifier from labelled examples, by any fitted estimator with scikit-learn's interface."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints._core.frozen import FrozenMap, is_missing
from touchpoints._core.messages import first_few
from touchpoints.classify.contract.answers import TYPE, Answer, Verdict
from touchpoints.classify.contract.protocol import fields_read
from touchpoints.classify.contract.traces import ExplanationStep
from touchpoints.classify.text.folding import written
from touchpoints.errors import InvalidInputError, WrongKindError

Features = Callable[[Sequence[Mapping[str, Any]]], Any]

_SHOWN = 3


@runtime_checkable
class Estimator(Protocol):
    """Interface that a fitted estimator must have."""

    classes_: Any

    def predict_proba(self, X: Any, /) -> Any:
        """Return a probability for each row and class, (n, k)."""


@attrs.frozen(repr=False)
class Learned:
    """Classifier with a fitted estimator and a probability threshold; made by `learned`."""

    estimator: Estimator
    reads: tuple[str, ...]
    labels: str
    threshold: float
    features: Features | None = attrs.field(kw_only=True)
    name: str = attrs.field(kw_only=True)

    def __repr__(self) -> str:
        return f"<classifier {self.name} reads {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the most probable class with its confidence; None below the threshold."""
        return self.batch([event])[0]

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers for several events, with one call of the estimator."""
        answers: list[Answer] = [None] * len(events)
        positions = [position for position, event in enumerate(events) if self._has_value(event)]
        if positions:
            chances = self._probabilities([events[position] for position in positions])
            best, highest = chances.argmax(axis=1).tolist(), chances.max(axis=1).tolist()
            for position, number, chance in zip(positions, best, highest, strict=True):
                if chance >= self.threshold:
                    answers[position] = self._verdict(number, chance)
        return answers

    def steps(self, event: Mapping[str, Any]) -> tuple[ExplanationStep, ...]:
        """Return an `ExplanationStep` for each of the most probable classes: its probability."""
        if not self._has_value(event):
            return ()
        chances = self._probabilities([event])[0]
        answer = self.batch([event])[0]
        steps: list[ExplanationStep] = []
        for number in np.argsort(-chances, kind="stable")[:_SHOWN].tolist():
            wins = answer is not None and not steps
            chance = float(chances[number])
            steps.append(
                ExplanationStep(
                    name=f"{self.labels} {self._class(number)}",
                    outcome="decided" if wins else "overruled",
                    answer=self._verdict(number, chance),
                    reason="" if chance >= self.threshold else f"below {self.threshold:g}",
                    fields=self.reads,
                )
            )
        return tuple(steps)

    def _has_value(self, event: Mapping[str, Any]) -> bool:
        return not all(is_missing(event.get(name)) for name in self.reads)

    def _probabilities(self, events: Sequence[Mapping[str, Any]]) -> Any:
        given = self._features_of(events)
        chances = np.asarray(self.estimator.predict_proba(given), dtype=np.float64)
        expected = (len(events), len(self.estimator.classes_))
        if chances.shape != expected:
            raise InvalidInputError(
                f"predict_proba must return an array of shape {expected}, got {chances.shape}"
            )
        return np.clip(np.nan_to_num(chances), 0.0, 1.0)

    def _features_of(self, events: Sequence[Mapping[str, Any]]) -> Any:
        if self.features is not None:
            return self.features(events)
        if len(self.reads) == 1:
            return [written(event.get(self.reads[0])) or "" for event in events]
        return [
            {name: event.get(name) for name in self.reads if not is_missing(event.get(name))}
            for event in events
        ]

    def _class(self, number: int) -> str:
        return str(self.estimator.classes_[number])

    def _verdict(self, number: int, chance: float) -> Verdict:
        term = self._class(number)
        if self.labels == TYPE:
            return Verdict(term, confidence=chance)
        return Verdict(facets=FrozenMap({self.labels: term}), confidence=chance)


@public
def learned(
    estimator: Estimator,
    *,
    reads: str | Sequence[str],
    threshold: float = 0.5,
    labels: str = TYPE,
    features: Features | None = None,
    name: str = "learned",
) -> Learned:
    """Make a classifier from a fitted estimator, for example of scikit-learn.

    Parameters
    ----------
    estimator
        Any fitted object with ``predict_proba`` and ``classes_``: a scikit-learn pipeline, or an
        estimator you wrote. Its classes are ids of types (or of terms).
    reads
        Name of the field with the text, or names of several fields.
    threshold
        Minimum probability of an answer, in [0, 1]; below it there is no answer.
    labels
        What the classes are: ``"type"``, a facet, or the name of a per-interaction column.
    features
        Function from a list of events (mappings of the fields read) to the input of the estimator.
        By default the input is a list of texts for a single field, empty where it is missing, and a
        list of dicts without missing values for several fields, as ``DictVectorizer`` takes them.
    name
        Name of the classifier in explanations.

    Returns
    -------
    Learned
        A classifier whose answers are `Verdict` with a ``confidence``. It calls the estimator once
        for all distinct events. An event with every field missing gets no answer.

    Raises
    ------
    WrongKindError
        When the estimator has no ``predict_proba``, is not fitted, or its classes are not strings.
    InvalidInputError
        When the threshold is outside [0, 1].

    See Also
    --------
    keywords : A classifier from words and phrases.
    first_match : Use another classifier where this one gives no answer.
    evaluate_classifier : Compare the answers with labels.

    Notes
    -----
    The probabilities of many estimators are overconfident; `evaluate_classifier` shows how many
    answers are right.

    Examples
    --------
    >>> import touchpoints as tp
    >>> class Lengths:
    ...     classes_ = ["live_chat", "purchase"]
    ...
    ...     def predict_proba(self, texts):
    ...         return [[0.9, 0.1] if len(one) > 5 else [0.5, 0.5] for one in texts]
    >>> guess = tp.classify.learned(Lengths(), reads="text", threshold=0.6)
    >>> guess({"text": "where is my order?"}), guess({"text": "hi"})
    (Verdict('live_chat', confidence=0.9), None)
    """
    threshold = checks.share("threshold", threshold, zero=True)
    _check_estimator(estimator)
    read = (reads,) if isinstance(reads, str) else fields_read(reads)
    return Learned(estimator, read, labels, threshold, features=features, name=name)


def _check_estimator(estimator: Any) -> None:
    if not callable(getattr(estimator, "predict_proba", None)):
        raise WrongKindError(
            f"estimator must have a method predict_proba, got {type(estimator).__name__}",
            mend="use an estimator that returns probabilities, or calibrate it",
        )
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        raise WrongKindError(
            f"estimator must be fitted, got {type(estimator).__name__} without classes_",
            mend="call fit(texts, types) first",
        )
    others = [one for one in list(classes) if not isinstance(one, str)]
    if others:
        raise WrongKindError(
            "the classes of the estimator must be strings, the ids of types or terms, "
            f"got {first_few(others)}",
            mend="fit the estimator on ids instead of numbers",
        )
