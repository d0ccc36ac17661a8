"""Start and complete rows: which belong together, and what the stages are called."""

from __future__ import annotations

from typing import Any

import pytest

import touchpoints as tp

Row = tuple[str, str, str]


def read(rows: list[Row], **options: Any) -> tp.Journeys:
    """Read rows (time of the day, what, stage) of one journey."""
    columns = {
        "id": ["a"] * len(rows),
        "at": [f"2026-01-05T{row[0]}" for row in rows],
        "what": [row[1] for row in rows],
        "stage": [row[2] for row in rows],
    }
    return tp.from_columns(
        columns, journey="id", time="at", touchpoint="what", lifecycle="stage", **options
    )


def spans(journeys: tp.Journeys) -> list[str]:
    """Return each interaction as ``what start-end``; nothing after the dash without an end."""
    return [
        f"{what} {str(start)[11:16]}-{str(end)[11:16]}"
        for journey in journeys
        for what, start, end in zip(journey.keys, journey.times, journey.ends, strict=True)
    ]


def test_a_complete_before_any_start_stands_alone() -> None:
    """A complete that comes before its touchpoint's first start takes no later start."""
    journeys = read([
        ("09:00", "x", "complete"),
        ("10:00", "x", "start"),
        ("10:30", "x", "complete"),
        ("11:00", "x", "start"),
        ("11:10", "x", "complete"),
    ])  # fmt: skip
    report = journeys.meta.report

    assert ["x 09:00-", "x 10:00-10:30", "x 11:00-11:10"] == spans(journeys)
    assert (2, 0, 1) == (report.paired, report.unpaired_starts, report.unpaired_completes)
    assert 0 == report.ends_before_starts


def test_a_complete_takes_the_oldest_open_start() -> None:
    """Open starts are closed in the order in which they began; a third complete is alone."""
    journeys = read([
        ("09:00", "x", "start"),
        ("09:10", "x", "start"),
        ("09:20", "y", "complete"),
        ("09:30", "x", "complete"),
        ("09:40", "x", "complete"),
        ("09:50", "x", "complete"),
        ("10:00", "x", "start"),
        ("10:05", "y", "start"),
    ])  # fmt: skip

    assert [
        "x 09:00-09:30", "x 09:10-09:40", "y 09:20-", "x 09:50-", "x 10:00-", "y 10:05-",
    ] == spans(journeys)  # fmt: skip


@pytest.mark.parametrize("instance", ["i", ["i", "i", "j"]])
def test_an_instance_that_completes_before_it_starts_is_two_interactions(instance: Any) -> None:
    """Naming the instance does not let a complete reach back from before its start."""
    stages = ["complete", "start", "complete"]
    columns = {
        "id": ["a"] * 3,
        "at": ["2026-01-05T09:00", "2026-01-05T10:00", "2026-01-05T11:00"],
        "what": ["x"] * 3,
        "stage": stages,
        "run": list(instance) * (3 // len(instance)),
    }
    journeys = tp.from_columns(
        columns, journey="id", time="at", touchpoint="what", lifecycle="stage", instance="run"
    )
    expected = ["x 09:00-", "x 10:00-11:00"] if instance == "i" else [
        "x 09:00-", "x 10:00-", "x 11:00-",
    ]  # fmt: skip

    assert expected == spans(journeys)


NAMES = [
    ("begin", "end"),
    ("started", "completed"),
    ("In Progress", "Closed"),
]


@pytest.mark.parametrize(("start", "complete"), NAMES)
def test_stages_of_other_names_are_an_error_that_lists_them(start: str, complete: str) -> None:
    """A log whose stages are called otherwise says which names it holds, and what to pass."""
    rows = [("09:00", "x", start), ("10:00", "x", complete)]
    with pytest.raises(tp.errors.InvalidInputError) as caught:
        read(rows)

    assert repr(start) in str(caught.value)
    assert repr(complete) in str(caught.value)
    assert "stages=" in caught.value.mend


@pytest.mark.parametrize(("start", "complete"), NAMES)
def test_stages_says_what_they_are_called(start: str, complete: str) -> None:
    """With the names given, in any case, the rows pair."""
    rows = [("09:00", "x", start), ("09:30", "x", "suspend"), ("10:00", "x", complete)]
    journeys = read(rows, stages={"start": start.upper(), "complete": ["other", complete]})

    assert ["x 09:00-10:00"] == spans(journeys)
    assert 1 == journeys.meta.report.lifecycle_ignored


@pytest.mark.parametrize("other", ["finished", "done"])
def test_one_stage_of_another_name_is_an_error(other: str) -> None:
    """Starts that would never end, since completes are called otherwise, are not read so."""
    with pytest.raises(tp.errors.InvalidInputError, match=rf"'complete'.*'{other}'"):
        read([("09:00", "x", "start"), ("10:00", "x", other)])


def test_a_stage_named_that_no_row_has_is_an_error() -> None:
    """A misspelt name in stages= would leave out every complete."""
    with pytest.raises(tp.errors.InvalidInputError, match=r"is a complete.*'endd'.*'end'"):
        read(
            [("09:00", "x", "begin"), ("10:00", "x", "end")],
            stages={"start": "begin", "complete": "endd"},
        )


def test_a_log_of_completes_alone_is_read() -> None:
    """Many logs record nothing but completes, beside stages that every such log knows."""
    assert ["x 09:00-"] == spans(read([("08:00", "x", "schedule"), ("09:00", "x", "complete")]))


def test_stages_that_are_never_start_or_complete_are_an_error() -> None:
    """Nothing would be left of such a log."""
    with pytest.raises(tp.errors.InvalidInputError, match=r"'suspend'"):
        read([("09:00", "x", "suspend")])


def test_a_stage_nobody_knows_beside_start_and_complete_is_said() -> None:
    """It is left out, with a warning that names it; suspend and resume are known."""
    known = [("09:00", "x", "start"), ("09:30", "x", "resume"), ("10:00", "x", "complete")]
    with pytest.warns(tp.errors.TouchpointsWarning, match="'paused'"):
        journeys = read([*known, ("10:10", "x", "paused")])

    assert ["x 09:00-10:00"] == spans(journeys)
    assert 2 == journeys.meta.report.lifecycle_ignored


@pytest.mark.parametrize(
    ("stages", "said"),
    [
        ({}, "'start' and 'complete'"),
        ({"begin": "x"}, "'start' and 'complete'"),
        ("begin", "'start' and 'complete'"),
        ({"start": "a", "complete": "A "}, "as start and as complete"),
        ({"start": 5}, "5"),
        ({"start": [5]}, "5"),
    ],
)
def test_stages_are_checked_on_entry(stages: Any, said: str) -> None:
    """A misspelt stage or a name with two meanings is refused."""
    with pytest.raises(tp.errors.InvalidInputError, match=said):
        read([("09:00", "x", "a")], stages=stages)


def test_stages_without_a_lifecycle_column_are_refused() -> None:
    """Names of stages mean nothing where no column holds stages."""
    with pytest.raises(tp.errors.InvalidInputError, match="lifecycle="):
        tp.from_columns({"id": ["a"], "at": ["2026-01-05"], "what": ["x"]}, journey="id", time="at",
                        touchpoint="what", stages={"start": "begin"})  # fmt: skip


PAIRS = [("09:00", "x", "start"), ("09:30", "x", "complete"), ("10:00", "", "start"),
         ("10:30", "", "complete"), ("11:00", "", "complete")]  # fmt: skip


def test_a_pair_that_is_dropped_counts_as_its_two_rows() -> None:
    """Rows in are interactions, second rows of pairs, and rows dropped."""
    report = read(PAIRS, unmatched="drop").meta.report

    assert (1, 3, 3) == (report.paired, report.without_touchpoint, report.unmatched_dropped)
    assert 5 == report.rows == 1 + report.paired + report.dropped


def test_a_pair_that_is_kept_or_repeated_counts_as_its_two_rows() -> None:
    """The same of pairs without a name that stay, and of pairs that repeat another."""
    kept = read(PAIRS, unmatched="keep").meta.report
    again = read([*PAIRS[:2], *PAIRS[:2]], duplicates="drop").meta.report

    assert (2, 3, 0) == (kept.paired, kept.without_touchpoint, kept.dropped)
    assert (1, 2, 2) == (again.paired, again.duplicates, again.duplicates_dropped)
    assert 4 == again.rows == 1 + again.paired + again.dropped


def test_rows_alone_are_counted_among_what_is_kept() -> None:
    """A start without a name is dropped, and so is a complete that no taxonomy knows."""
    rows = [
        ("09:00", "purchase", "start"),
        ("09:10", "purchase", "complete"),
        ("09:20", "", "start"),
        ("09:30", "nonsense", "complete"),
        ("09:40", "purchase", "complete"),
    ]
    report = read(rows, unmatched="drop", taxonomy=tp.load_taxonomy("customer")).meta.report

    assert 2 == report.unmatched_dropped
    assert (1, 0, 1) == (report.paired, report.unpaired_starts, report.unpaired_completes)
    accounted = 2 * report.paired + report.unpaired_starts + report.unpaired_completes
    assert report.rows == accounted + report.unmatched_dropped
