"""Why a classifier answers as it does: what decided, what lost, and what had nothing to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from touchpoints._core.frozen import FrozenMap
from touchpoints.classify.contract.answers import Answer
from touchpoints.classify.contract.events import brief
from touchpoints.classify.contract.protocol import Classifier, check_classifier_object
from touchpoints.classify.contract.traces import Outcome, Step, step_of, words_of

_SHOWN = 12
_VALUE = 60


@attrs.frozen(repr=False)
class Explanation:
    """How the answer to one event came about.

    Attributes
    ----------
    classifier : str
        The name of the classifier.
    event : FrozenMap of str to object
        The fields it declares, with their values.
    answer
        What it says of the event.
    fields : tuple of str
        Those of the fields it looked at for this event.
    steps : tuple of Step
        What each rule, phrase or classifier in it says, in the order asked; those of a classifier
        made of others are nested. Empty for a plain function, which shows only what it looks at.
    """

    classifier: str
    event: FrozenMap[str, Any]
    answer: Answer
    fields: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def winners(self) -> tuple[Step, ...]:
        """The innermost steps that the answer, or part of it, comes from."""
        return tuple(step for step in self._leaves() if step.outcome in ("decided", "added"))

    @property
    def losers(self) -> tuple[Step, ...]:
        """The innermost steps that would have answered otherwise, had none come first."""
        return tuple(step for step in self._leaves() if step.outcome == "overruled")

    @property
    def silent(self) -> tuple[Step, ...]:
        """The innermost steps that have nothing to say of this event."""
        return tuple(step for step in self._leaves() if step.outcome == "silent")

    def __repr__(self) -> str:
        read = ", ".join(
            f"{name}={brief(value, most=_VALUE)}" for name, value in self.event.items()
        )
        unread = [name for name in self.event if name not in self.fields]
        lines = [f"{self.classifier}: {words_of(self.answer)}", f"  reads {read}"]
        lines += [f"  without a look at {', '.join(unread)}"] if unread and self.fields else []
        lines += _lines(self.steps, indent="  ")
        return "\n".join(lines)

    def _leaves(self) -> Iterator[Step]:
        for step in self.steps:
            yield from _leaves(step, step.outcome)


def _leaves(step: Step, outcome: Outcome) -> Iterator[Step]:
    """Yield the innermost steps; what is inside a loser loses with it."""
    if not step.steps:
        yield step
    for inner in step.steps:
        lost = outcome == "overruled" and inner.outcome in ("decided", "added")
        fate: Outcome = "overruled" if lost else inner.outcome
        yield from _leaves(attrs.evolve(inner, outcome=fate), fate)


def _lines(steps: tuple[Step, ...], *, indent: str) -> Iterator[str]:
    """Yield a line for each step; of many that are silent only the first few."""
    silent = 0
    for step in steps:
        silent += step.outcome == "silent"
        if step.outcome == "silent" and silent > _SHOWN:
            continue
        said = f" -> {words_of(step.answer)}" if step.answer is not None else ""
        reason = f": {step.reason}" if step.reason else ""
        yield f"{indent}{step.outcome:9}  {step.name}{reason}{said}"
        yield from _lines(step.steps, indent=f"{indent}    ")
    if silent > _SHOWN:
        yield f"{indent}silent     {silent - _SHOWN:,} more"


def explain(classifier: Classifier, event: Mapping[str, Any]) -> Explanation:
    """Tell how a classifier comes to its answer for one event.

    Parameters
    ----------
    classifier
        Rules, keywords, several combined, a plain function, or any other.
    event
        The fields of the event; one that is not there is missing.

    Returns
    -------
    Explanation
        It names the rule (phrase, classifier) that decided and the fields it looked at, those that
        would have answered too, and of the others why they did not. It prints as a short text.

    Raises
    ------
    WrongKindError
        When the first argument is no classifier.
    ClassifierError
        When the classifier fails.

    Notes
    -----
    Every rule is asked, also those after the one that decides, so this is slower than an answer.

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
    step = step_of(classifier, event)
    return Explanation(
        classifier=step.name,
        event=FrozenMap({name: event.get(name) for name in classifier.reads}),
        answer=step.answer,
        fields=step.fields,
        steps=step.steps,
    )
