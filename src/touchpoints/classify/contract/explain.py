"""Explanations of an answer: what decided it, what was overruled and what did not match."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from touchpoints._core.checks import public
from touchpoints._core.frozen import FrozenMap
from touchpoints.classify.contract.answers import Answer
from touchpoints.classify.contract.events import brief, checked_event
from touchpoints.classify.contract.protocol import Classifier, check_classifier_object
from touchpoints.classify.contract.traces import ExplanationStep, Outcome, step_of, words_of

_SHOWN = 12
"""How many silent steps are printed, at each level."""
_VALUE = 60
"""How many characters of a value are printed."""


@attrs.frozen(repr=False)
class Explanation:
    """The answer of a classifier to one event, with the steps that led to it.

    Attributes
    ----------
    classifier : str
        The name of the classifier.
    event : FrozenMap of str to object
        The fields that the classifier declares, with their values.
    answer
        Its answer to the event.
    fields : tuple of str
        The declared fields that it read for this event.
    steps : tuple of ExplanationStep
        The answer of each of its rules, phrases or classifiers, in the order in which they are
        called; the steps of a classifier made of others are nested. Empty for a plain function,
        of which only the fields that it read are known.

    See Also
    --------
    explain : Make an explanation.
    """

    classifier: str
    event: FrozenMap[str, Any]
    answer: Answer
    fields: tuple[str, ...]
    steps: tuple[ExplanationStep, ...]

    @property
    def winners(self) -> tuple[ExplanationStep, ...]:
        """The innermost steps that gave the answer, or a part of it."""
        return tuple(step for step in self._leaves() if step.outcome in ("decided", "added"))

    @property
    def losers(self) -> tuple[ExplanationStep, ...]:
        """The innermost steps that have an answer but were overruled by another step."""
        return tuple(step for step in self._leaves() if step.outcome == "overruled")

    @property
    def silent(self) -> tuple[ExplanationStep, ...]:
        """The innermost steps that have no answer for this event."""
        return tuple(step for step in self._leaves() if step.outcome == "silent")

    def __repr__(self) -> str:
        read = ", ".join(
            f"{name}={brief(value, max_length=_VALUE)}" for name, value in self.event.items()
        )
        unread = [name for name in self.event if name not in self.fields]
        lines = [f"{self.classifier}: {words_of(self.answer)}", f"  reads {read}"]
        lines += [f"  did not look at {', '.join(unread)}"] if unread and self.fields else []
        lines += _lines(self.steps, indent="  ")
        return "\n".join(lines)

    def _leaves(self) -> Iterator[ExplanationStep]:
        for step in self.steps:
            yield from _leaves(step, step.outcome)


def _leaves(step: ExplanationStep, outcome: Outcome) -> Iterator[ExplanationStep]:
    """Yield the innermost steps; a step inside an overruled step counts as overruled."""
    if not step.steps:
        yield step
    for inner in step.steps:
        lost = outcome == "overruled" and inner.outcome in ("decided", "added")
        fate: Outcome = "overruled" if lost else inner.outcome
        yield from _leaves(attrs.evolve(inner, outcome=fate), fate)


def _lines(steps: tuple[ExplanationStep, ...], *, indent: str) -> Iterator[str]:
    """Yield one line per step, with at most `_SHOWN` silent steps at each level."""
    silent = 0
    for step in steps:
        silent += step.outcome == "silent"
        if step.outcome == "silent" and silent > _SHOWN:
            continue
        answer = f" -> {words_of(step.answer)}" if step.answer is not None else ""
        reason = f": {step.reason}" if step.reason else ""
        yield f"{indent}{step.outcome:9}  {step.name}{reason}{answer}"
        yield from _lines(step.steps, indent=f"{indent}    ")
    if silent > _SHOWN:
        yield f"{indent}silent     {silent - _SHOWN:,} more"


@public
def explain(classifier: Classifier, event: Mapping[str, Any]) -> Explanation:
    """Explain the answer of a classifier to one event: which rule decided, and why.

    Parameters
    ----------
    classifier
        Any classifier: rules, keywords, a combination, a plain function.
    event
        The fields of the event. A field that the event lacks is missing (None).

    Returns
    -------
    Explanation
        The rule (phrase, classifier) that decided and the fields it read, those that were
        overruled, and why each of the others did not match. It prints as a short text.

    Raises
    ------
    WrongKindError
        When the first argument is not a classifier.
    ClassifierError
        When the classifier fails.

    See Also
    --------
    evaluate_classifier : Accuracy on labelled events.
    rules : A classifier whose rules an explanation names.
    unmatched : The events that no type matched.

    Notes
    -----
    Every rule is evaluated, including those after the rule that decides, so an explanation takes
    longer than an answer.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.classify.rules(
    ...     {
    ...         "rule": [
    ...             {"name": "orders", "when": {"event": "order"}, "type": "purchase"},
    ...             {
    ...                 "name": "shop",
    ...                 "when": {"page": {"starts": "/shop"}},
    ...                 "type": "website_visit",
    ...             },
    ...             {"name": "chat", "when": {"page": "/chat"}, "type": "live_chat"},
    ...         ]
    ...     }
    ... )
    >>> tp.classify.explain(found, {"event": "order", "page": "/shop/7"})
    rules: purchase
      reads event='order', page='/shop/7'
      decided    rule 1 'orders': event='order' is 'order' -> purchase
      overruled  rule 2 'shop': page='/shop/7' starts with '/shop' -> website_visit
      silent     rule 3 'chat': page='/shop/7' is not '/chat'
    """
    check_classifier_object(classifier)
    step = step_of(classifier, checked_event(event))
    return Explanation(
        classifier=step.name,
        event=FrozenMap({name: event.get(name) for name in classifier.reads}),
        answer=step.answer,
        fields=step.fields,
        steps=step.steps,
    )
