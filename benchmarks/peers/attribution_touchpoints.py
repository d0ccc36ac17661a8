"""Attribution by this library, from path strings in a pandas frame."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from measure_attribution import HEURISTICS, ORDERS, answer, markov
from measure_paths import Answer, Question, run

import touchpoints as tp

Credit = tp.attribution.Credit
RULES = {
    "first": tp.attribution.first_touch,
    "last": tp.attribution.last_touch,
    "linear": tp.attribution.linear,
}


def journeys_of(table: pd.DataFrame) -> tp.Journeys:
    """Read one row per journey, or one per path."""
    if bool((table["conversions"] + table["nulls"] == 1).all()):
        return tp.from_paths(table, path="path", outcome="conversions")
    return tp.from_paths(table, path="path", converted="conversions", lost="nulls")


def rules(journeys: tp.Journeys) -> dict[str, Credit]:
    """Credit by three rules, with intervals."""
    return {name: rule(journeys) for name, rule in RULES.items()}


def credited(found: dict[str, Credit]) -> Answer:
    """Return the credit of each rule."""
    return {
        name: number
        for kind, credit in found.items()
        for name, number in answer(kind, credit.touchpoint, credit.credit).items()
    }


def effects(found: Credit) -> Answer:
    """Return the removal effects."""
    return answer("effect", found.touchpoint, found.effect)


def removal_of(order: int) -> Callable[[tp.Journeys], Credit]:
    """Return a model of some order, with intervals."""
    return lambda journeys: tp.attribution.markov(journeys, order=order)


def from_strings(ask: Callable[[tp.Journeys], object]) -> Callable[[pd.DataFrame], object]:
    """Return a question that reads the frame first."""
    return lambda table: ask(journeys_of(table))


QUESTIONS: dict[str, Question] = {
    HEURISTICS: (rules, credited),
    **{markov(order): (removal_of(order), effects) for order in ORDERS},
}

if __name__ == "__main__":
    run(
        "touchpoints",
        read=pd.read_parquet,
        prepare=lambda table: table,
        questions={name: (from_strings(ask), bring) for name, (ask, bring) in QUESTIONS.items()},
    )
