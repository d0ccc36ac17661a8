"""How far two classifiers agree: the share of events, and what of it is more than chance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.statistics.intervals import kappa, z_of
from touchpoints._core.tables import Table, column
from touchpoints.classify.contract.answers import TYPE
from touchpoints.classify.contract.protocol import (
    Classifier,
    ask_all,
    check_classifier_object,
)
from touchpoints.classify.quality.judged import judged, shares, terms_said
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import Taxonomy


@attrs.frozen(repr=False)
class Agreement(Table):
    """How far two classifiers agree on one facet; one row for each pair of answers that occurs.

    Attributes
    ----------
    first, second : str (p,)
        What each says; ``(none)`` where it says nothing.
    events : int64 (p,)
        Of how many events, the most frequent first.
    facet : str
        What was compared.
    share : float
        Share of the events on which they say the same, both nothing included.
    share_low, share_high : float
        Its Wilson interval.
    kappa : float
        Cohen's kappa: 1 for full agreement, 0 for what chance would give; nan when chance alone
        would give full agreement.
    kappa_low, kappa_high : float
        Its interval in large samples, cut to [-1, 1].
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
        """Return the rows in which the two differ."""
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
    """Compare two classifiers on some events: the share they agree on, and Cohen's kappa.

    Parameters
    ----------
    classifier, other
        Two classifiers. To compare one with labels made by hand, use `evaluate_classifier`.
    events
        The events; each counts as often as it is given.
    facet
        What to compare: a facet or ``"type"``.
    taxonomy
        Complete answers with the defaults of their types before they are compared.
    level
        The level of the intervals, in (0, 1).

    Raises
    ------
    InvalidInputError
        Without any events.

    Notes
    -----
    No answer counts as an answer of its own, so two classifiers that are silent on the same events
    agree there. Agreement is no sign of being right. The intervals hold for independent events.

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
    asked = list(events)
    if not asked:
        raise InvalidInputError("agreement needs at least one event")
    said = [
        terms_said(ask_all(one, asked), facet, taxonomy=taxonomy) for one in (classifier, other)
    ]
    found = judged(facet, *said)
    rows = sorted(np.argwhere(found.table).tolist(), key=lambda pair: -found.table[*pair])
    share, low, high = shares(np.trace(found.table), len(asked), level)
    beyond = kappa(found.table)
    reach = z_of(level) * beyond.error
    return Agreement(
        [found.terms[row] for row, _ in rows],
        [found.terms[place] for _, place in rows],
        [int(found.table[row, place]) for row, place in rows],
        facet=facet,
        share=float(share),
        share_low=float(low),
        share_high=float(high),
        kappa=beyond.value,
        kappa_low=max(beyond.value - reach, -1.0) if reach == reach else reach,
        kappa_high=min(beyond.value + reach, 1.0) if reach == reach else reach,
    )
