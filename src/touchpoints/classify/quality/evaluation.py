"""Evaluation of a classifier against labels made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.intervals import kappa
from touchpoints._core.messages import not_found
from touchpoints._core.tables import Table, column
from touchpoints.classify.contract.answers import LEFT_OUT, NO_ANSWER
from touchpoints.classify.contract.protocol import (
    Classifier,
    ask_all,
    check_classifier_object,
)
from touchpoints.classify.quality.judged import (
    Judged,
    Labelled,
    judged,
    read_examples,
    shares,
    terms_of,
)
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import Taxonomy


@attrs.frozen(repr=False)
class FacetScores(Table):
    """Coverage, accuracy and kappa of a classifier, by facet.

    Attributes
    ----------
    facet : str (f,)
        The facet, or ``"type"``.
    events : int64 (f,)
        Number of events whose label states the facet.
    answered, abstained : int64 (f,)
        Number of these events with an answer for the facet, and without.
    coverage : float64 (f,)
        Share of the events with an answer, in [0, 1], with its interval.
    accuracy : float64 (f,)
        Share of the answers that are right, in [0, 1], with its interval; an answer is wrong where
        the label states that there is no term.
    right : float64 (f,)
        Share of all events that agree with their label, in [0, 1], with its interval; an abstention
        agrees with a label that states that there is no term.
    kappa : float64 (f,)
        Cohen's kappa of answers and labels; an abstention counts as a term.
    """

    facet: Any = column(object)
    events: Any = column(np.int64)
    answered: Any = column(np.int64)
    abstained: Any = column(np.int64)
    coverage: Any = column(np.float64)
    coverage_low: Any = column(np.float64)
    coverage_high: Any = column(np.float64)
    accuracy: Any = column(np.float64)
    accuracy_low: Any = column(np.float64)
    accuracy_high: Any = column(np.float64)
    right: Any = column(np.float64)
    right_low: Any = column(np.float64)
    right_high: Any = column(np.float64)
    kappa: Any = column(np.float64)


@attrs.frozen(repr=False)
class TermScores(Table):
    """Precision and recall of a classifier, by facet and term.

    Attributes
    ----------
    facet, term : str (t,)
        Every term that occurs in a label or an answer.
    labelled, answered, correct : int64 (t,)
        Number of events with the term as label, as answer, and as both.
    precision : float64 (t,)
        Share of the answers that are right, in [0, 1], with its interval; nan without answers.
    recall : float64 (t,)
        Share of the labels that are found, in [0, 1], with its interval; nan without labels.
    """

    facet: Any = column(object)
    term: Any = column(object)
    labelled: Any = column(np.int64)
    answered: Any = column(np.int64)
    correct: Any = column(np.int64)
    precision: Any = column(np.float64)
    precision_low: Any = column(np.float64)
    precision_high: Any = column(np.float64)
    recall: Any = column(np.float64)
    recall_low: Any = column(np.float64)
    recall_high: Any = column(np.float64)


@attrs.frozen(repr=False)
class Confusion(Table):
    """Confusion matrix in long form, the most frequent combinations first.

    Attributes
    ----------
    facet : str (c,)
        The facet, or ``"type"``.
    labelled, answered : str (c,)
        Terms of the label and of the answer; ``(none)`` without a term.
    events : int64 (c,)
        Number of events; combinations without events are omitted.
    """

    facet: Any = column(object)
    labelled: Any = column(object)
    answered: Any = column(object)
    events: Any = column(np.int64)


@attrs.frozen(repr=False, kw_only=True)
class Evaluation:
    """Evaluation of a classifier in three tables; made by `evaluate_classifier`.

    Attributes
    ----------
    facets : FacetScores
        Coverage and accuracy, one row per facet.
    terms : TermScores
        Precision and recall, one row per term.
    confusion : Confusion
        Confusion matrix, one row per combination of label and answer.
    level : float
        Confidence level of the intervals.
    """

    facets: FacetScores
    terms: TermScores
    confusion: Confusion
    level: float

    def __repr__(self) -> str:
        lines = [f"Evaluation, intervals of level {self.level:g}"]
        for row in self.facets.to_dicts():
            figures = [
                f"{name} {row[name]:.3f} [{row[f'{name}_low']:.3f}, {row[f'{name}_high']:.3f}]"
                for name in ("accuracy", "coverage")
            ]
            answered = f"{row['answered']:,} of {row['events']:,} events answered"
            lines.append(f"  {row['facet']}: {answered}, {', '.join(figures)}")
        return "\n".join(lines)


def evaluate_classifier(
    classifier: Classifier,
    labelled: Labelled,
    *,
    truth: Mapping[str, str] | None = None,
    facets: Sequence[str] | None = None,
    taxonomy: Taxonomy | None = None,
    level: float = 0.95,
) -> Evaluation:
    """Evaluate a classifier against labels: accuracy, coverage, precision, recall and confusion.

    Parameters
    ----------
    classifier
        The classifier.
    labelled
        Pairs of an event and its label: a type id, `Facets`, a `Touchpoint`, a mapping from facets
        (and ``"type"``) to terms, or None where the event has no type. Alternatively a table: a
        mapping from column names to values, in which ``truth`` names the columns with labels.
    truth
        For a table: a mapping from facet (or ``"type"``) to the column with its labels; by default
        the column ``type`` holds the type.
    facets
        Facets to compare; by default every facet that a label states.
    taxonomy
        If given, answers are completed with the defaults of their types, so that a facet that
        follows from the type (clinical or not, direct or not) can be compared.
    level
        Confidence level of the intervals, in (0, 1).

    Returns
    -------
    Evaluation
        Tables ``facets``, ``terms`` and ``confusion``, by facet. ``(none)`` stands for no answer.

    Raises
    ------
    InvalidInputError
        When there are no labelled events, or when the columns of a table differ in length.
    NotFoundError
        When no label states one of ``facets``.
    ClassifierError
        When the classifier fails.

    See Also
    --------
    agreement : Compare two classifiers without labels.
    unmatched : The events that a classifier does not match.
    explain : How a classifier decides on an event.

    Notes
    -----
    An answer that leaves the event out (``leave_out``) is the term ``(left out)`` of ``"type"``,
    whatever the reason; it agrees with such a label (a `Verdict`, or ``{"type": "(left out)"}``)
    and, as no answer, with the label None.

    The Wilson intervals assume independent events: several events of the same person, or repeated
    sentences, make them too narrow. A facet is compared on the events whose label states it.
    Evaluate on events that were not used to write the rules or to fit the estimator; otherwise the
    scores are too optimistic. Cost: one answer per event.

    Examples
    --------
    >>> import touchpoints as tp
    >>> words = tp.classify.keywords(
    ...     {"type": {"live_chat": ["chat"], "purchase": ["buy", "order"]}}
    ... )
    >>> tp.classify.evaluate_classifier(
    ...     words,
    ...     [
    ...         ({"text": "open the chat"}, "live_chat"),
    ...         ({"text": "chat about my order"}, "live_chat"),
    ...         ({"text": "I want to buy"}, "purchase"),
    ...         ({"text": "good morning"}, None),
    ...     ],
    ... )
    Evaluation, intervals of level 0.95
      type: 2 of 4 events answered, accuracy 1.000 [0.342, 1.000], coverage 0.500 [0.150, 0.850]
    """
    check_classifier_object(classifier)
    checks.level(level)
    examples = read_examples(labelled, truth)
    if not examples.events:
        raise InvalidInputError("labelled must hold at least one event")
    for name in facets or ():
        if name not in examples.facets:
            raise not_found("labelled facet", name, examples.facets)
    answers = ask_all(classifier, examples.events)
    compared = []
    for name in examples.facets if facets is None else facets:
        positions = examples.stating(name)
        labels = [examples.truths[position][name] for position in positions]
        given = terms_of([answers[position] for position in positions], name, taxonomy=taxonomy)
        compared.append(judged(name, labels, list(map(_as_labelled, labels, given))))
    return Evaluation(
        facets=_facet_scores(compared, level),
        terms=_term_scores(compared, level),
        confusion=_confusion(compared),
        level=level,
    )


def _as_labelled(label: str, answer: str) -> str:
    """Return the answer; one that leaves the event out agrees with a label that says no type."""
    return NO_ANSWER if (label, answer) == (NO_ANSWER, LEFT_OUT) else answer


def _facet_scores(compared: Sequence[Judged], level: float) -> FacetScores:
    events = [int(one.table.sum()) for one in compared]
    answered = [int(one.table[:, : one.silent].sum()) for one in compared]
    correct = [int(np.trace(one.table[: one.silent, : one.silent])) for one in compared]
    agreed = [int(np.trace(one.table)) for one in compared]
    coverage, accuracy, right = (
        shares(hits, count, level)
        for hits, count in ((answered, events), (correct, answered), (agreed, events))
    )
    return FacetScores(
        [one.facet for one in compared],
        events,
        answered,
        [every - some for every, some in zip(events, answered, strict=True)],
        *coverage,
        *accuracy,
        *right,
        [kappa(one.table).value for one in compared],
    )


def _term_scores(compared: Sequence[Judged], level: float) -> TermScores:
    rows = [
        (
            one.facet,
            term,
            one.table[number].sum(),
            one.table[:, number].sum(),
            one.table[number, number],
        )
        for one in compared
        for number, term in enumerate(one.terms[: one.silent])
    ]
    facet, term, labelled, answered, correct = zip(*rows, strict=True) if rows else ((),) * 5
    precision, recall = shares(correct, answered, level), shares(correct, labelled, level)
    return TermScores(facet, term, labelled, answered, correct, *precision, *recall)


def _confusion(compared: Sequence[Judged]) -> Confusion:
    rows = [
        (one.facet, one.terms[label], one.terms[answer], int(one.table[label, answer]))
        for one in compared
        for label, answer in np.argwhere(one.table).tolist()
    ]
    rows.sort(key=lambda row: -row[3])
    facet, labelled, answered, events = zip(*rows, strict=True) if rows else ((),) * 4
    return Confusion(facet, labelled, answered, events)
