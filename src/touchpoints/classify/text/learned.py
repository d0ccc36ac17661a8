"""A classifier learned from labelled examples, by any estimator that works as scikit-learn's do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import attrs
import numpy as np

from touchpoints._core.frozen import FrozenMap, is_missing
from touchpoints._core.messages import first_few
from touchpoints.classify.contract.answers import TYPE, Answer, Verdict
from touchpoints.classify.contract.protocol import fields_read
from touchpoints.classify.contract.traces import Step
from touchpoints.classify.text.folding import written
from touchpoints.errors import InvalidInputError, WrongKindError

Features = Callable[[Sequence[Mapping[str, Any]]], Any]

_RUNNERS_UP = 3


@runtime_checkable
class Estimator(Protocol):
    """What is needed of an estimator that has been fitted."""

    classes_: Any

    def predict_proba(self, X: Any, /) -> Any:
        """Return a probability for each row and class."""


@attrs.frozen(repr=False)
class Learned:
    """The surest class of a fitted estimator, if it is sure enough; made by `learned`."""

    estimator: Estimator
    reads: tuple[str, ...]
    labels: str
    threshold: float
    features: Features | None = attrs.field(kw_only=True)
    name: str = attrs.field(kw_only=True)

    def __repr__(self) -> str:
        return f"<classifier {self.name} reads {', '.join(self.reads)}>"

    def __call__(self, event: Mapping[str, Any], /) -> Answer:
        """Return the surest class with its confidence, None when it is not sure enough."""
        return self.batch([event])[0]

    def batch(self, events: Sequence[Mapping[str, Any]]) -> list[Answer]:
        """Return the answers to several events, in one call of the estimator."""
        answers: list[Answer] = [None] * len(events)
        asked = [place for place, event in enumerate(events) if self._says_something(event)]
        if asked:
            shares = self._shares([events[place] for place in asked])
            for place, best, share in zip(
                asked, shares.argmax(axis=1).tolist(), shares.max(axis=1).tolist(), strict=True
            ):
                if share >= self.threshold:
                    answers[place] = self._verdict(best, share)
        return answers

    def steps(self, event: Mapping[str, Any]) -> tuple[Step, ...]:
        """Return the likeliest classes with their probabilities."""
        if not self._says_something(event):
            return ()
        shares = self._shares([event])[0]
        answer = self.batch([event])[0]
        steps: list[Step] = []
        for place in np.argsort(-shares, kind="stable")[:_RUNNERS_UP].tolist():
            wins = answer is not None and not steps
            share = float(shares[place])
            steps.append(
                Step(
                    name=f"{self.labels} {self._term(place)}",
                    outcome="decided" if wins else "overruled",
                    answer=self._verdict(place, share),
                    reason="" if share >= self.threshold else f"below {self.threshold:g}",
                    fields=self.reads,
                )
            )
        return tuple(steps)

    def _says_something(self, event: Mapping[str, Any]) -> bool:
        return not all(is_missing(event.get(name)) for name in self.reads)

    def _shares(self, events: Sequence[Mapping[str, Any]]) -> Any:
        given = self._features_of(events)
        shares = np.asarray(self.estimator.predict_proba(given), dtype=np.float64)
        expected = (len(events), len(self.estimator.classes_))
        if shares.shape != expected:
            raise InvalidInputError(
                f"predict_proba gave an array of shape {shares.shape}, not {expected}"
            )
        return np.clip(np.nan_to_num(shares), 0.0, 1.0)

    def _features_of(self, events: Sequence[Mapping[str, Any]]) -> Any:
        if self.features is not None:
            return self.features(events)
        if len(self.reads) == 1:
            return [written(event.get(self.reads[0])) or "" for event in events]
        return [
            {name: event.get(name) for name in self.reads if not is_missing(event.get(name))}
            for event in events
        ]

    def _term(self, place: int) -> str:
        return str(self.estimator.classes_[place])

    def _verdict(self, place: int, share: float) -> Verdict:
        term = self._term(place)
        if self.labels == TYPE:
            return Verdict(term, confidence=share)
        return Verdict(facets=FrozenMap({self.labels: term}), confidence=share)


def learned(
    estimator: Estimator,
    *,
    reads: str | Sequence[str],
    threshold: float = 0.5,
    labels: str = TYPE,
    features: Features | None = None,
    name: str = "learned",
) -> Learned:
    """Make a classifier of a fitted estimator.

    Parameters
    ----------
    estimator
        Anything with ``predict_proba`` and ``classes_``, fitted already: a pipeline of
        scikit-learn, or an object of your own. Its classes are the ids of types (or of terms).
    reads
        The field with the text, or several fields.
    threshold
        The least probability that counts, a share in [0, 1]; below it there is no answer.
    labels
        What the classes are: ``"type"``, a facet, or the name of a per-interaction column.
    features
        Turns a list of events (mappings of the fields read) into what the estimator takes. By
        default of one field a list of texts, empty where it is missing, and of several fields a
        list of dicts without what is missing, as ``DictVectorizer`` takes them.
    name
        What explanations call it.

    Returns
    -------
    Learned
        A classifier whose answers are `Verdict` with their ``confidence``. It asks the estimator
        once for all distinct events. An event of which every field is missing gets no answer.

    Raises
    ------
    WrongKindError
        When the estimator has no ``predict_proba``, is not fitted, or its classes are no texts.
    InvalidInputError
        When the threshold is no share.

    Notes
    -----
    Whether the probabilities can be believed is a question to `evaluate_classifier`: many
    estimators are too sure of themselves.

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
    if not 0 <= threshold <= 1:
        raise InvalidInputError(f"threshold={threshold!r} is no share from 0 to 1")
    _check_estimator(estimator)
    read = (reads,) if isinstance(reads, str) else fields_read(reads)
    return Learned(estimator, read, labels, threshold, features=features, name=name)


def _check_estimator(estimator: Any) -> None:
    if not callable(getattr(estimator, "predict_proba", None)):
        raise WrongKindError(
            f"{type(estimator).__name__} has no predict_proba",
            mend="take an estimator that gives probabilities, or calibrate it",
        )
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        raise WrongKindError(
            f"{type(estimator).__name__} is not fitted: it has no classes_",
            mend="call fit(texts, types) first",
        )
    strange = [one for one in list(classes) if not isinstance(one, str)]
    if strange:
        raise WrongKindError(
            "the classes of the estimator are the ids of types or terms, so they are texts",
            where=first_few(strange),
            mend="fit it on ids instead of numbers",
        )
