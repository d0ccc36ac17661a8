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
