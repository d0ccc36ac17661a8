"""What is not known is left out and counted, or refused with the way to mend it."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints import compare
from touchpoints.classify.rule_files.comparisons import FALSE, TRUE, Among, Value
from touchpoints.errors import InvalidInputError, NotFoundError

DAY = 86_400


def log(days: dict[str, list[int]]) -> tp.Journeys:
    """Return journeys that visit on these days of January 2026, the last of them to buy."""
    rows = [
        {"who": who, "t": f"2026-01-{day:02}", "w": "buy" if day == some[-1] else "visit"}
        for who, some in days.items()
        for day in some
    ]
    return tp.from_records(rows, journey="who", time="t", touchpoint="w")


def test_unknown_outcomes_of_finished_journeys_are_left_out() -> None:
    """Three buy after 1, 2 and 4 days; of a log without that outcome nothing is known: 2 days."""
    bought = tp.until(log({"a": [1, 2], "b": [1, 3], "c": [1, 5]}), "buy", outcome="sale")
    unknown = log({"d": [1, 9], "e": [1, 9], "f": [1, 9]})
    both = tp.concat([bought, unknown])

    found = tp.paths.median_time_to(both, outcome="sale")

    assert (found.median / DAY).tolist() == [2.0]
    assert (found.journeys.tolist(), found.left_out.tolist()) == ([3], [3])
    assert tp.paths.time_to(both, outcome="sale").left_out.tolist() == [3] * 3


def test_open_journeys_whose_outcome_is_unknown_were_watched() -> None:
    """They are censored when watching ends, as ever."""
    journeys = log({"a": [1, 2], "b": [1, 3], "c": [1, 5]})
    opened = attrs.evolve(
        journeys,
        finished=[True, True, False],
        outcomes={"sale": [1, 1, np.nan]},
        outcome_times={"sale": np.array(["2026-01-02", "2026-01-03", "NaT"], "M8[us]")},
    )

    found = tp.paths.time_to(opened, outcome="sale")

    assert found.left_out.tolist() == [0, 0, 0]
    assert found.censored.tolist() == [0, 0, 1]


@pytest.mark.parametrize("by", ["channel", "need", "type", ["channel", "need"]])
def test_untyped_journeys_have_no_channels(by) -> None:
    """One node that holds everything says nothing, so it is refused with the way to types."""
    with pytest.raises(InvalidInputError, match="these have none") as raised:
        tp.collapse(log({"a": [1, 2]}), by=by)

    assert "tp.retype" in str(raised.value)


def test_no_interactions_collapse_to_none() -> None:
    """Nothing is known of nothing, and nothing is hidden."""
    empty = log({"a": [1, 2]})[:0]

    assert len(tp.collapse(empty, by="channel")) == 0


def test_truth_values_are_named_without_quotes() -> None:
    """The column holds True and False: 'True' is a text, and the error says what to give."""
    journeys = attrs.evolve(
        log({"a": [1, 2], "b": [1, 2], "c": [1, 3]}),
        per_journey={"paid": np.array([True, False, True])},
    )

    assert compare.groups(journeys, "paid", a=True).in_a.sum() == 2
    with pytest.raises(NotFoundError, match="its values are bools") as raised:
        compare.groups(journeys, "paid", a="True")
    assert "give the value itself, True in place of 'True'" in str(raised.value)


@pytest.mark.parametrize("text", ["True", "true", "TRUE"])
def test_rules_match_truth_values_written_as_text(text: str) -> None:
    """A rule that compares with "True" means the truth value."""
    rule = Among(texts=frozenset({text}))

    assert rule.on(Value(True, folded=False)) == TRUE
    assert rule.on(Value(False, folded=False)) == FALSE
