"""Checks for authors of classifiers and taxonomies, to call from their own tests."""

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
    quoted,
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
    read_all,
)
from touchpoints.classify.rule_files.documents import Source
from touchpoints.classify.rule_files.failures import failures
from touchpoints.classify.rule_files.rules import Rules
from touchpoints.classify.rule_files.rules import rules as make_rules
from touchpoints.classify.typing import problem_of
from touchpoints.errors import ProblemsError, TouchpointsError
from touchpoints.taxonomy import Taxonomy, taxonomy_from_dict
from touchpoints.taxonomy.lint import lint

__all__ = ["check_classifier", "check_rules", "check_taxonomy"]

_SHOWN = 20


def check_classifier(
    classifier: Classifier,
    events: Iterable[Mapping[str, Any]],
    *,
    taxonomy: Taxonomy | None = None,
) -> None:
    """Check that a classifier meets the contract for classifiers on sample events.

    The contract: the classifier reads only the fields that it declares; returns a valid answer for
    every event; returns the same answer on a second call, in another order and in one call for all
    events (``batch``, ``read``); explains its answer where it offers an explanation (``steps``);
    does not change its input; and, with a taxonomy, names only types, facets and terms that exist.

    Parameters
    ----------
    classifier
        The classifier.
    events
        Sample events, as they come from the source. Include events with missing fields and events
        that the classifier should not recognise.
    taxonomy
        The taxonomy whose types, facets and terms the answers must use.

    Raises
    ------
    ProblemsError
        When the contract is broken: every problem with its event, at most twenty of them in full.
    WrongKindError
        When the argument is not a classifier.

    See Also
    --------
    check_taxonomy : The same for a taxonomy.
    check_rules : Run the tests that are written in a rule file.
    evaluate_classifier : How well the answers agree with labels.
    explain : How a classifier arrived at the answer for one event.

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
    changed = [one for one, old in zip(given, before, strict=True) if not _equal(one, old)]
    if changed:
        problems[f"it changes its input: the event is now {shown(changed[0])}"] = None
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
    """Yield a problem for every event whose answers in repeated calls differ."""
    again = [ask(classifier, event) for event in reversed(events)][::-1]
    at_once = zip(ask_all(classifier, events), read_all(classifier, events)[0], strict=True)
    for event, first, second, both in zip(events, answers, again, at_once, strict=True):
        seen = _seen(classifier, event)
        if first != second:
            yield f"{seen}: answered {first!r} the first time and {second!r} the second"
        elif first != both[0]:
            yield f"{seen}: answered {first!r} alone and {both[0]!r} in a batch"
        elif first != both[1]:
            yield f"{seen}: answered {first!r} alone and {both[1]!r} when it reads a log"


def _unexplained(classifier: Classifier, events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for event in events:
        try:
            repr(explain(classifier, event))
        except Exception as error:  # noqa: BLE001 -- any error of a plug-in is reported
            reason = f"{type(error).__name__}: {error}"
            yield f"{_seen(classifier, event)}: explaining the answer raises {reason}"
            return


def _equal(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Return whether two events are equal; nan equals nan."""
    return left.keys() == right.keys() and all(
        left[name] is right[name] or repr(left[name]) == repr(right[name]) for name in left
    )


def check_rules(rules: Source | Rules, *, taxonomy: Taxonomy | None = None) -> None:
    """Run the tests that are written in a rule file.

    Parameters
    ----------
    rules
        The path of a rule file, a mapping with the same content, or rules. A test is a table
        ``[[test]]`` with an ``event`` and what to ``expect``: a type id, ``"(left out)"``,
        ``"(none)"``, or a table of facets, columns, ``type`` and ``leave_out`` (the reason).
    taxonomy
        Check the file against this taxonomy, and complete answers with the defaults of their types,
        so that a facet that follows from the type can be expected. Without it only what the rules
        themselves assign can be.

    Raises
    ------
    ProblemsError
        When a test fails: every failure with the rule that answered, at most twenty of them in
        full; when there are no tests; when the rule file has problems.
    WrongKindError
        When the argument is neither rules nor the path of a rule file.
    FileNotFoundError
        When the file does not exist.

    See Also
    --------
    touchpoints.classify.rules : Read a rule file.
    check_classifier : The same for any classifier, with events of your own.
    evaluate_classifier : How well the answers agree with many labelled events.

    Notes
    -----
    The tests of an included file are run when that file is checked. Cost: one answer per test.

    Examples
    --------
    >>> check_rules(
    ...     {
    ...         "rule": [{"when": {"amount": {"min": 200}}, "type": "purchase"}],
    ...         "test": [
    ...             {"event": {"amount": 250}, "expect": "purchase"},
    ...             {"event": {"amount": "250,00"}, "expect": "purchase"},
    ...         ],
    ...     }
    ... )
    Traceback (most recent call last):
    touchpoints.errors.ProblemsError: the rules 'rules' have 1 problem
    - test 2: expected type 'purchase', got '(none)'; no rule matches; silent: rule 1 (...)
    """
    read = rules if isinstance(rules, Rules) else make_rules(rules, taxonomy=taxonomy)
    problems = list(failures(read, taxonomy=taxonomy))
    if not read.tests:
        problems = ["they have no tests (a test begins with [[test]])"]
    if problems:
        _raise(f"the rules {quoted(read.name)}", problems, have="have")


def check_taxonomy(taxonomy: Taxonomy, *, ignore: Iterable[str] = ()) -> None:
    """Check that a taxonomy is ready to be published.

    Converting it to a dict and back, and pickling it, gives an equal taxonomy; every type is found
    by its label in each language; and `touchpoints.lint` reports no error and no warning (its notes
    are ignored).

    Parameters
    ----------
    taxonomy
        The taxonomy, with everything it extends.
    ignore
        Codes of findings to accept; see `touchpoints.lint`.

    Raises
    ------
    ProblemsError
        With every problem, at most twenty of them in full.
    WrongKindError
        When the argument is not a taxonomy.

    See Also
    --------
    check_classifier : The same for a classifier.
    lint : All findings of the linter as a table, its notes included.
    taxonomy_coverage : Where a taxonomy has gaps.

    Examples
    --------
    >>> import touchpoints as tp
    >>> check_taxonomy(tp.load_taxonomy("customer"))
    """
    mend = "tp.load_taxonomy(name) or tp.read_taxonomy(path) returns a taxonomy"
    require_kind(taxonomy, Taxonomy, takes="a Taxonomy", mend=mend)
    problems = [*_storing(taxonomy), *_naming(taxonomy), *_linting(taxonomy, tuple(ignore))]
    if problems:
        _raise(f"the taxonomy {taxonomy.name!r}", problems)


def _storing(taxonomy: Taxonomy) -> Iterator[str]:
    if taxonomy_from_dict(taxonomy.to_dict()) != taxonomy:
        yield "taxonomy_from_dict(taxonomy.to_dict()) is not equal to it"
    if pickle.loads(pickle.dumps(taxonomy)) != taxonomy:  # noqa: S301 -- pickled on the same line
        yield "the taxonomy is not equal to it after pickling and unpickling"


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


def _raise(what: str, problems: Sequence[str], *, have: str = "has") -> None:
    count = counted(len(problems), "problem")
    more = len(problems) - _SHOWN
    listed = [
        *problems[:_SHOWN],
        *([f"{more} more: {first_few(problems[_SHOWN:])}"] if more > 0 else []),
    ]
    raise ProblemsError(f"{what} {have} {count}", problems=listed)
