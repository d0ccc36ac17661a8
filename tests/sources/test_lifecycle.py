"""Start and complete rows against pairing by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import touchpoints as tp
from tests import naive, strategies

NAMES = {"journey": "id", "time": "at", "touchpoint": "what", "lifecycle": "stage"}
Row = dict[str, Any]


def read(rows: list[Row], **options: Any) -> tp.Journeys:
    """Read rows, possibly zero."""
    names = ("id", "at", "what", "stage", "instance")
    return tp.from_columns(strategies.columns_of(rows, names), **{**NAMES, **options})


def ends_of(journeys: tp.Journeys) -> list[list[dt.datetime | None]]:
    """Return when the interactions of each journey ended."""
    return [[one.item() for one in journey.ends] for journey in journeys]


@given(strategies.logs(gaps=False, stages=True, ids=("a", "b"), most=16))
def test_starts_and_completes_pair_in_order(rows: list[Row]) -> None:
    """The k-th start of an instance, or else of a touchpoint, belongs to its k-th complete."""
    for by, options in (("instance", {"instance": "instance"}), ("what", {})):
        expected = naive.paired(rows, by=by)
        journeys = read(rows, **options)
        report = journeys.meta.report

        assert list(expected.journeys) == journeys.ids.tolist()
        assert expected.sequences() == [
            [touchpoint.label() for touchpoint in journey.touchpoints] for journey in journeys
        ]
        assert expected.ends() == ends_of(journeys)
        for name in ("paired", "unpaired_starts", "unpaired_completes", "lifecycle_ignored",
                     "ends_before_starts"):  # fmt: skip
            assert expected.report[name] == getattr(report, name), name
        assert len(rows) == len(journeys.codes) + report.paired + report.lifecycle_ignored


def row(at: int, what: str, stage: str | None, instance: Any = None) -> Row:
    """Return a row of journey a."""
    moment = dt.datetime(2026, 1, 1) + dt.timedelta(hours=at)
    return {"id": "a", "at": moment, "what": what, "stage": stage, "instance": instance}


def test_overlapping_instances_are_kept_apart() -> None:
    """Two activities of one name that overlap need the instance to know which ended first."""
    rows = [row(0, "x", "start", 1), row(1, "x", "start", 2), row(2, "x", "complete", 2),
            row(5, "x", "complete", 1)]  # fmt: skip
    hours = [[end.hour for end in ends] for ends in ends_of(read(rows, instance="instance"))]

    assert [[5, 2]] == hours
    assert [[2, 5]] == [[end.hour for end in ends] for ends in ends_of(read(rows))]


def test_rows_without_an_instance_pair_by_touchpoint() -> None:
    """Rows with a missing instance do not share an instance."""
    rows = [row(0, "x", "start", "i"), row(1, "y", "start"), row(2, "x", "complete"),
            row(3, "y", "complete"), row(4, "z", "complete", "i")]  # fmt: skip
    journeys = read(rows, instance="instance")

    assert [("x", "y", "x")] == [journey.keys for journey in journeys]
    assert [[4, 3, None]] == [[end and end.hour for end in ends] for ends in ends_of(journeys)]


def test_a_classifier_pairs_by_what_it_finds() -> None:
    """Without an instance, the touchpoint a classifier names ties start and complete."""

    @tp.classifier(reads=("what",))
    def upper(event: Any) -> str:
        return str(event["what"]).upper()

    rows = [row(0, "x", "start"), row(1, "y", "start"), row(2, "Y", "complete"),
            row(3, "X", "complete")]  # fmt: skip
    journeys = read(rows, touchpoint=upper)

    assert [("X", "Y")] == [journey.keys for journey in journeys]
    assert [[3, 2]] == [[end.hour for end in ends] for ends in ends_of(journeys)]


def test_aliases_of_a_type_pair_with_each_other() -> None:
    """The start of one name and the complete of another are one touchpoint by the taxonomy."""
    from touchpoints.taxonomy import load_taxonomy

    rows = [row(0, "live_chat", "start"), row(1, "Live chat", "complete")]

    assert 1 == read(rows, taxonomy=load_taxonomy("customer")).meta.report.paired


def test_instances_of_different_journeys_never_pair() -> None:
    """An instance number that two journeys use is two instances."""
    rows = [row(0, "x", "start", 1), {**row(1, "x", "complete", 1), "id": "b"}]
    report = read(rows, instance="instance").meta.report

    assert (0, 1, 1) == (report.paired, report.unpaired_starts, report.unpaired_completes)


@pytest.mark.parametrize("word", ["start", "START", " Start "])
def test_stages_are_read_in_any_case(word: str) -> None:
    """Exports differ in case and blanks."""
    assert 1 == read([row(0, "x", word), row(1, "x", "complete")]).meta.report.paired


def test_other_stages_are_counted_not_guessed() -> None:
    """Suspend, resume, schedule and a missing stage are left out and counted."""
    rows = [
        row(0, "x", "schedule"),
        row(1, "x", "start"),
        row(2, "x", None),
        row(3, "x", "complete"),
    ]
    journeys = read(rows)

    assert 2 == journeys.meta.report.lifecycle_ignored == journeys.meta.report.dropped
    assert 1 == len(journeys.codes)


def test_many_instances_pair_fast() -> None:
    """Hundreds of thousands of pairs, shuffled."""
    count = 200_000
    random = np.random.default_rng(1)
    order = random.permutation(2 * count)
    instance = np.tile(np.arange(count), 2)
    stage = np.repeat(np.array(["start", "complete"]), count)
    at = np.repeat(np.array(["2026-01-01", "2026-01-02"], "M8[us]"), count)
    columns = {
        "id": (instance % 1000)[order],
        "at": at[order],
        "what": np.full(2 * count, "x"),
        "stage": stage[order],
        "instance": instance[order],
    }

    journeys = tp.from_columns(columns, **NAMES, instance="instance")

    assert count == journeys.meta.report.paired == len(journeys.codes)
    assert (journeys.ends - journeys.times == np.timedelta64(1, "D")).all()
