"""How right a classifier is: its answers against labels made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.intervals import kappa
from touchpoints._core.messages import not_found
from touchpoints._core.tables import Table, column
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
    terms_said,
)
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import Taxonomy


@attrs.frozen(repr=False)
class FacetScores(Table):
    """How right a classifier is about each facet.

    Attributes
    ----------
    facet : str (f,)
        The facet, or ``"type"``.
    events : int64 (f,)
        Events whose label states it.
    answered, abstained : int64 (f,)
        Those the classifier says something of, and the others.
    coverage : float64 (f,)
        Share of the events that is answered, with its interval.
    accuracy : float64 (f,)
        Share of the answers that are right, with its interval; an answer where the label says
        that there is none is wrong.
    right : float64 (f,)
        Share of all events treated as the label says, an abstention where there is nothing to say
        included; with its interval.
    kappa : float64 (f,)
        Agreement with the labels beyond chance; abstention counts as a term.
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
    """How right a classifier is about each term of each facet.

    Attributes
    ----------
    facet, term : str (t,)
        The term; every one that a label or an answer names.
    labelled, answered, correct : int64 (t,)
        Events labelled so, answered so, and both.
    precision : float64 (t,)
        Share of the answers that are right, with its interval; nan when it is never answered.
    recall : float64 (t,)
        Share of the labels that are found, with its interval; nan when nothing is labelled so.
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
    """What is taken for what, the most frequent first.

    Attributes
    ----------
    facet : str (c,)
        The facet, or ``"type"``.
    labelled, answered : str (c,)
        The term of the label and of the answer; ``(none)`` where there is none.
    events : int64 (c,)
        How many; only pairs that occur.
    """

    facet: Any = column(object)
    labelled: Any = column(object)
    answered: Any = column(object)
    events: Any = column(np.int64)


@attrs.frozen(repr=False, kw_only=True)
class Evaluation:
    """How right a classifier is, in three tables.

    Attributes
    ----------
    facets : FacetScores
        One row a facet.
    terms : TermScores
        One row a term.
    confusion : Confusion
        One row a pair of label and answer.
    level : float
        The level of the intervals.
    """

    facets: FacetScores
    terms: TermScores
    confusion: Confusion
    level: float

    def __repr__(self) -> str:
        lines = [f"Evaluation, intervals of level {self.level:g}"]
        for row in self.facets.to_dicts():
            said = [
                f"{name} {row[name]:.3f} [{row[f'{name}_low']:.3f}, {row[f'{name}_high']:.3f}]"
                for name in ("accuracy", "coverage")
            ]
            answered = f"{row['answered']:,} of {row['events']:,} events answered"
            lines.append(f"  {row['facet']}: {answered}, {', '.join(said)}")
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
    """Compare what a classifier says with labels: per facet confusion, precision, recall, coverage.

    Parameters
    ----------
    classifier
        The classifier.
    labelled
        Pairs of an event and its label: a type id, `Facets`, a `Touchpoint`, a mapping from facets
        (and ``"type"``) to terms, or None where there is nothing to find. Or a table: a mapping
        from column names to values, of which ``truth`` says which are labels.
    truth
        For a table: from facet (or ``"type"``) to the column that holds its label; by default the
        column ``type`` holds the type.
    facets
        What to compare; by default all that the labels state.
    taxonomy
        Complete the classifier's answers with the defaults of their types, so that a facet that
        follows from the type (clinical or not, direct or not) can be compared.
    level
        How often the intervals cover the true share, in (0, 1).

    Returns
    -------
    Evaluation
        Tables ``facets``, ``terms`` and ``confusion``. ``(none)`` is no answer.

    Raises
    ------
    InvalidInputError
        When nothing is labelled, or the columns of a table differ in length.
    NotFoundError
        When no label states a facet asked for.
    ClassifierError
        When the classifier fails.

    Notes
    -----
    Wilson intervals, for events that have nothing to do with each other: several events of one
    person, or one sentence many times, make them too narrow. A facet is compared on the events
    whose label states it. Evaluate on events that played no part in writing the rules or in
    fitting the estimator, else the figures flatter. Cost: one answer an event.

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
        raise InvalidInputError("nothing is labelled")
    for name in facets or ():
        if name not in examples.facets:
            raise not_found("labelled facet", name, examples.facets)
    answers = ask_all(classifier, examples.events)
    compared = []
    for name in examples.facets if facets is None else facets:
        places = examples.stating(name)
        labels = [examples.truths[place][name] for place in places]
        said = terms_said([answers[place] for place in places], name, taxonomy=taxonomy)
        compared.append(judged(name, labels, said))
    return Evaluation(
        facets=_facet_scores(compared, level),
        terms=_term_scores(compared, level),
        confusion=_confusion(compared),
        level=level,
    )


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
            one.table[place].sum(),
            one.table[:, place].sum(),
            one.table[place, place],
        )
        for one in compared
        for place, term in enumerate(one.terms[: one.silent])
    ]
    facet, term, labelled, answered, correct = zip(*rows, strict=True) if rows else ((),) * 5
    precision, recall = shares(correct, answered, level), shares(correct, labelled, level)
    return TermScores(facet, term, labelled, answered, correct, *precision, *recall)


def _confusion(compared: Sequence[Judged]) -> Confusion:
    rows = [
        (one.facet, one.terms[row], one.terms[place], int(one.table[row, place]))
        for one in compared
        for row, place in np.argwhere(one.table).tolist()
    ]
    rows.sort(key=lambda row: -row[3])
    facet, labelled, answered, events = zip(*rows, strict=True) if rows else ((),) * 4
    return Confusion(facet, labelled, answered, events)
