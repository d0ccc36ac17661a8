"""Checks for those who write classifiers and taxonomies, to be called in their tests."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from touchpoints._core.checks import (
    require_kind,
)
from touchpoints._core.messages import (
    counted,
    first_few,
)
from touchpoints.classify.contract.answers import Answer
from touchpoints.classify.contract.events import shown
from touchpoints.classify.contract.explain import explain
from touchpoints.classify.contract.protocol import (
    Classifier,
    ask,
    ask_all,
    check_classifier_object,
    name_of,
)
from touchpoints.classify.typing import problem_of
from touchpoints.errors import ProblemsError, TouchpointsError
from touchpoints.taxonomy import Taxonomy, taxonomy_from_dict
from touchpoints.taxonomy.lint import lint

__all__ = ["check_classifier", "check_taxonomy"]

_MOST = 20


def check_classifier(
    classifier: Classifier,
    events: Iterable[Mapping[str, Any]],
    *,
    taxonomy: Taxonomy | None = None,
) -> None:
    """Check that a classifier keeps its promises on some events.

    It reads only the fields it declares; answers every event with something that is an answer;
    answers alike when asked twice, in another order, and all at once (``batch``); says how it came
    to its answer where it can (``steps``); changes nothing it is given; and, with a taxonomy, names
    only types, facets and terms that exist.

    Parameters
    ----------
    classifier
        The classifier.
    events
        Events as they come: also some with missing fields, and some it should not know.
    taxonomy
        What its answers must fit.

    Raises
    ------
    ProblemsError
        With everything that is wrong, each with its event; at most twenty.
    WrongKindError
        When it is no classifier at all.

    Examples
    --------
    >>> import touchpoints as tp
    >>> @tp.classifier(reads=("action",))
    ... def portal(event):
    ...     return "live_chatt" if event["action"] == "chat" else event["page"]
    >>> tp.testing.check_classifier(
    ...     portal, [{"action": "chat"}, {"action": "buy"}], taxonomy=tp.load_taxonomy("customer")
    ... )
    Traceback (most recent call last):
    touchpoints.errors.ProblemsError: the classifier portal has 2 problems
    - event {'action': 'chat'}: no touchpoint type 'live_chatt' (did you mean 'live_chat'?)
    - the classifier reads 'page', which it did not declare
    """
    check_classifier_object(classifier)
    given = [dict(event) for event in events]
    before = copy.deepcopy(given)
    problems = dict.fromkeys(_problems(classifier, given, taxonomy))
    changed = [one for one, old in zip(given, before, strict=True) if not _alike(one, old)]
    if changed:
        problems[f"it changes what it is given, such as {shown(changed[0])}"] = None
    if problems:
        _raise(f"the classifier {name_of(classifier)}", list(problems))


def _problems(
    classifier: Classifier, events: Sequence[Mapping[str, Any]], taxonomy: Taxonomy | None
) -> Iterator[str]:
    answers: list[Answer] = []
    for event in events:
        try:
            answers.append(ask(classifier, event))
        except TouchpointsError as error:
            yield f"{error.what}{f' ({error.where})' if error.where else ''}"
            continue
        problem = problem_of(answers[-1], taxonomy)
        if problem:
            yield f"{_seen(classifier, event)}: {problem}"
    if len(answers) == len(events):
        yield from _unlike(classifier, events, answers)
        yield from _unexplained(classifier, events)


def _seen(classifier: Classifier, event: Mapping[str, Any]) -> str:
    return shown({name: event.get(name) for name in classifier.reads})


def _unlike(
    classifier: Classifier, events: Sequence[Mapping[str, Any]], answers: Sequence[Answer]
) -> Iterator[str]:
    """Yield the events that get another answer the second time."""
    again = [ask(classifier, event) for event in reversed(events)][::-1]
    at_once = ask_all(classifier, events)
    for event, first, second, third in zip(events, answers, again, at_once, strict=True):
        seen = _seen(classifier, event)
        if first != second:
            yield f"{seen}: answered {first!r} the first time and {second!r} the second"
        elif first != third:
            yield f"{seen}: answered {first!r} by itself and {third!r} in a batch"


def _unexplained(classifier: Classifier, events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for event in events:
        try:
            repr(explain(classifier, event))
        except Exception as error:  # noqa: BLE001 -- whatever a plug-in raises is reported
            reason = f"{type(error).__name__}: {error}"
            yield f"{_seen(classifier, event)}: explaining it raises {reason}"
            return


def _alike(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Tell whether two events hold the same; nan is like nan."""
    return left.keys() == right.keys() and all(
        left[name] is right[name] or repr(left[name]) == repr(right[name]) for name in left
    )


def check_taxonomy(taxonomy: Taxonomy, *, ignore: Iterable[str] = ()) -> None:
    """Check that a taxonomy is fit to be published.

    It survives being stored and read again, and being pickled; every type is found by its label in
    each language; and the linter finds nothing it is sure of (its notes do not count).

    Parameters
    ----------
    taxonomy
        The taxonomy, with everything it extends.
    ignore
        Codes of findings that are meant to be so; see `touchpoints.lint`.

    Raises
    ------
    ProblemsError
        With everything that is wrong; at most twenty.
    WrongKindError
        When it is no taxonomy.

    Examples
    --------
    >>> import touchpoints as tp
    >>> check_taxonomy(tp.load_taxonomy("customer"))
    """
    mend = "tp.load_taxonomy(name) or tp.read_taxonomy(path) gives one"
    require_kind(taxonomy, Taxonomy, takes="a Taxonomy", mend=mend)
    problems = [*_storing(taxonomy), *_naming(taxonomy), *_linting(taxonomy, tuple(ignore))]
    if problems:
        _raise(f"the taxonomy {taxonomy.name!r}", problems)


def _storing(taxonomy: Taxonomy) -> Iterator[str]:
    if taxonomy_from_dict(taxonomy.to_dict()) != taxonomy:
        yield "it is another taxonomy after to_dict and taxonomy_from_dict"
    if pickle.loads(pickle.dumps(taxonomy)) != taxonomy:  # noqa: S301 -- pickled on the same line
        yield "it is another taxonomy after pickling"


def _naming(taxonomy: Taxonomy) -> Iterator[str]:
    for one in taxonomy.types.values():
        for lang, label in one.labels.items():
            try:
                found = taxonomy.find(label, lang=lang)
            except TouchpointsError as error:
                yield f"types.{one.id}.labels.{lang}: {error.what}"
                continue
            if found.id != one.id:
                yield f"types.{one.id}.labels.{lang}: {label!r} finds {found.id!r}"


def _linting(taxonomy: Taxonomy, ignore: tuple[str, ...]) -> Iterator[str]:
    for row in lint(taxonomy, ignore=ignore).to_dicts():
        if row["severity"] != "note":
            yield f"{row['code']} {row['where']}: {row['what']} ({row['mend']})"


def _raise(what: str, problems: Sequence[str]) -> None:
    count = counted(len(problems), "problem")
    more = len(problems) - _MOST
    listed = [
        *problems[:_MOST],
        *([f"{more} more: {first_few(problems[_MOST:])}"] if more > 0 else []),
    ]
    raise ProblemsError(f"{what} has {count}", problems=listed)
