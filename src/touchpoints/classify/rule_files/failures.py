"""Run the tests written beside rules, and tell which rule answered where one fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from touchpoints._core.messages import did_you_mean, quoted
from touchpoints.classify.contract.answers import (
    LEFT_OUT,
    NO_ANSWER,
    TYPE,
    Answer,
    said_of,
    verdict_of,
)
from touchpoints.classify.contract.events import shown
from touchpoints.classify.contract.traces import ExplanationStep
from touchpoints.classify.quality.judged import completed
from touchpoints.classify.rule_files.rule_tests import LEAVE_OUT, RuleTest
from touchpoints.classify.rule_files.rules import Rules
from touchpoints.classify.rule_files.terms import term_problem, type_problem
from touchpoints.taxonomy import Taxonomy


def failures(rules: Rules, *, taxonomy: Taxonomy | None) -> Iterator[str]:
    """Yield a sentence for each test that fails: what was expected, and which rule answered."""
    for test in rules.tests:
        if mistakes := _mistakes(rules, test, taxonomy):
            yield f"{test.label}: expect: {'; '.join(mistakes)}"
            continue
        answer = rules(test.event)
        found = completed(answer, taxonomy=taxonomy)
        wrong = {
            name: said
            for name, term in test.expected.items()
            if (said := _said(answer, found, name)) != term
        }
        if wrong:
            yield _failure(rules, test, wrong)


def _mistakes(rules: Rules, test: RuleTest, taxonomy: Taxonomy | None) -> list[str]:
    """Return what is wrong with what a test expects: no rule could ever answer it."""
    found = []
    columns = {name for rule in rules.rules for name in rule.assigned}
    for name, term in test.expected.items():
        if name == LEAVE_OUT or term in (NO_ANSWER, LEFT_OUT):
            continue
        if term.startswith("(") and name == TYPE:
            found.append(f"no answer {quoted(term)} (write {NO_ANSWER!r} or {LEFT_OUT!r})")
        elif taxonomy is not None and name == TYPE:
            found.append(type_problem(taxonomy, term))
        elif taxonomy is not None and name in taxonomy.facets:
            found.append(term_problem(taxonomy, name, term))
        elif taxonomy is not None and name not in columns:
            known = (TYPE, *taxonomy.facets, *sorted(columns))
            found.append(f"no facet or column {quoted(name)}{did_you_mean(name, known)}")
    return [one for one in found if one]


def _said(answer: Answer, found: Answer, name: str) -> str:
    if name == LEAVE_OUT:
        return verdict_of(answer).leave_out or NO_ANSWER
    said = said_of(found, name)
    return said_of(answer, name) if said == NO_ANSWER else said


def _failure(rules: Rules, test: RuleTest, wrong: Mapping[str, str]) -> str:
    parts = (f"{name} {test.expected[name]!r}, got {said!r}" for name, said in wrong.items())
    steps = rules.steps(test.event)
    decided = next((step for step in steps if step.outcome == "decided"), None)
    by = "no rule matches" if decided is None else f"from {_because(decided)}"
    meant = next(
        (
            step
            for step, rule in zip(steps, rules.rules, strict=True)
            if step.outcome != "decided"
            and all(_said(rule.answer, rule.answer, name) == test.expected[name] for name in wrong)
        ),
        None,
    )
    instead = "" if meant is None else f"; {meant.outcome}: {_because(meant)}"
    return f"{test.label}: expected {', '.join(parts)}; {by}{instead} ({shown(test.event)})"


def _because(step: ExplanationStep) -> str:
    return f"{step.name} ({step.reason})" if step.reason else step.name
