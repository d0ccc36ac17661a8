"""Run the tests written beside rules, and tell which rule answered where one fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from touchpoints.classify.contract.answers import NO_ANSWER, Answer, said_of, verdict_of
from touchpoints.classify.contract.events import shown
from touchpoints.classify.contract.traces import Step
from touchpoints.classify.quality.judged import completed
from touchpoints.classify.rule_files.rule_tests import LEAVE_OUT, RuleTest
from touchpoints.classify.rule_files.rules import Rules
from touchpoints.taxonomy import Taxonomy


def failures(rules: Rules, *, taxonomy: Taxonomy | None) -> Iterator[str]:
    """Yield a sentence for each test that fails: what was expected, and which rule answered."""
    for test in rules.tests:
        answer = rules(test.event)
        found = completed(answer, taxonomy=taxonomy)
        wrong = {
            name: said
            for name, term in test.expected.items()
            if (said := _said(answer, found, name)) != term
        }
        if wrong:
            yield _failure(rules, test, wrong)


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


def _because(step: Step) -> str:
    return f"{step.name} ({step.reason})" if step.reason else step.name
