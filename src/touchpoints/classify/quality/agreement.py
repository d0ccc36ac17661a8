"""Agreement of two classifiers: the share of events, and Cohen's kappa."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.intervals import kappa
from touchpoints._core.tables import Table, column
from touchpoints.classify.contract.answers import TYPE
from touchpoints.classify.contract.protocol import (
    Classifier,
    ask_all,
    check_classifier_object,
)
from touchpoints.classify.quality.judged import judged, shares, terms_of
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import Taxonomy


@attrs.frozen(repr=False)
class Agreement(Table):
    """Agreement of two classifiers on a facet: one row for each combination of answers.

    Attributes
    ----------
    first, second : str (p,)
        Answers of the two classifiers; ``(none)`` where a classifier gives no answer,
        ``(left out)`` where it leaves the event out.
    events : int64 (p,)
        Number of events with these answers, in decreasing order.
    facet : str
        The facet that was compared.
    share : float
        Share of the events with equal answers, including two missing answers, in [0, 1].
    share_low, share_high : float
        Wilson interval of the share.
    kappa : float
        Cohen's kappa, in [-1, 1]: 1 for full agreement, 0 for the agreement expected by chance;
        nan when the agreement expected by chance is full.
    kappa_low, kappa_high : float
        Large-sample interval of kappa, cut to [-1, 1]. Where the table shows no spread (all answers
        are equal, or one classifier always answers the same), it comes from the interval of the
        share instead, at the agreement expected by chance.
    """

    first: Any = column(object)
    second: Any = column(object)
    events: Any = column(np.int64)
    facet: str = attrs.field(kw_only=True)
    share: float = attrs.field(kw_only=True)
    share_low: float = attrs.field(kw_only=True)
    share_high: float = attrs.field(kw_only=True)
    kappa: float = attrs.field(kw_only=True)
    kappa_low: float = attrs.field(kw_only=True)
    kappa_high: float = attrs.field(kw_only=True)

    def disagreements(self) -> list[dict[str, Any]]:
        """Return the rows in which the answers differ."""
        return [row for row in self.to_dicts() if row["first"] != row["second"]]


def agreement(
    classifier: Classifier,
    other: Classifier,
    events: Iterable[Mapping[str, Any]],
    *,
    facet: str = TYPE,
    taxonomy: Taxonomy | None = None,
    level: float = 0.95,
) -> Agreement:
    """Compare the answers of two classifiers: share of equal answers, and Cohen's kappa.

    Parameters
    ----------
    classifier, other
        The two classifiers. For labels made by hand, use `evaluate_classifier`.
    events
        The events; repeated events count repeatedly.
    facet
        The facet to compare, or ``"type"``.
    taxonomy
        If given, answers are completed with the defaults of their types before they are compared.
    level
        Confidence level of the intervals, in (0, 1).

    Returns
    -------
    Agreement
        A table with one row for each combination of answers that occurs, with the share and kappa.

    Raises
    ------
    InvalidInputError
        Without events.

    See Also
    --------
    evaluate_classifier : Compare the answers of a classifier with labels.
    combine : Combine the answers of several classifiers.

    Notes
    -----
    A missing answer counts as a separate answer, so two classifiers agree where neither answers.
    Agreement does not imply that the answers are right. The intervals assume independent events.

    References
    ----------
    J. Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological
    Measurement 20(1), 37-46, doi:10.1177/001316446002000104. Standard error: J. L. Fleiss, J. Cohen
    & B. S. Everitt (1969), Psychological Bulletin 72(5), 323-327, doi:10.1037/h0028106.

    Examples
    --------
    >>> import touchpoints as tp
    >>> one = tp.classify.keywords({"type": {"live_chat": ["chat"]}})
    >>> two = tp.classify.keywords({"type": {"live_chat": ["chat", "message"]}})
    >>> texts = ["open the chat", "send a message", "good morning", "chat now"]
    >>> found = tp.classify.agreement(one, two, events=[{"text": text} for text in texts])
    >>> found.share, found.kappa
    (0.75, 0.5)
    """
    check_classifier_object(classifier)
    check_classifier_object(other)
    checks.level(level)
    given = list(events)
    if not given:
        raise InvalidInputError("agreement needs at least one event")
    answers = [
        terms_of(ask_all(one, given), facet, taxonomy=taxonomy) for one in (classifier, other)
    ]
    found = judged(facet, *answers)
    cells = sorted(np.argwhere(found.table).tolist(), key=lambda cell: -found.table[*cell])
    share, low, high = shares(np.trace(found.table), len(given), level)
    beyond = kappa(found.table)
    bounds = beyond.bounds(level)
    return Agreement(
        [found.terms[first] for first, _ in cells],
        [found.terms[second] for _, second in cells],
        [int(found.table[first, second]) for first, second in cells],
        facet=facet,
        share=float(share),
        share_low=float(low),
        share_high=float(high),
        kappa=beyond.value,
        kappa_low=bounds[0],
        kappa_high=bounds[1],
    )
