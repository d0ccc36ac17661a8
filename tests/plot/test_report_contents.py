"""What is in the data of a report, and what was left out (B40)."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.plot._report import contents
from touchpoints.plot._report.contents import contents_of, without_few
from touchpoints.plot._shared.data import read_data

CUSTOMER = tp.load_taxonomy("customer")


def table(found: contents.Contents) -> dict[str, int]:
    """Return the numbers by fact, of rows without a detail."""
    return {row["fact"]: row["number"] for row in found.to_dicts() if not row["detail"]}


def read(rows: list[tuple[Any, ...]], **how: Any) -> tp.Journeys:
    """Return journeys of rows of person, journey, time and touchpoint."""
    names = ("who", "trip", "at", "what")
    records = [dict(zip(names, row, strict=True)) for row in rows]
    roles = {"journey": "trip", "time": "at", "touchpoint": "what", "person": "who"}
    return tp.from_records(records, **roles, **how)


def test_everything_is_counted() -> None:
    """Journeys, people, interactions, types and days, counted by hand."""
    journeys = read(
        [
            (1, 1, "2026-01-01", "purchase"),
            (1, 1, "2026-01-03", "made up"),
            (1, 2, "2026-01-04", "purchase"),
            (2, 3, None, "purchase"),
            (2, 4, "2026-01-02", "purchase"),
        ],
        taxonomy=CUSTOMER,
        unmatched="keep",
    )
    found = contents_of(journeys)
    assert {
        "journeys": 3,
        "persons": 2,
        "interactions": 4,
        "typed_interactions": 3,
        "touchpoints": 2,
        "typed": 1,
        "untyped": 1,
        "rows": 5,
        "dropped": 1,
        "without_time": 1,
        "unmatched": 1,
    } == {name: number for name, number in table(found).items() if number}
    rows = found.to_dicts()
    assert {"fact": "days", "number": 4, "detail": "2026-01-01/2026-01-04"} in rows
    assert {"fact": "unmatched", "number": 1, "detail": "made up"} in rows


def test_counts_are_totals() -> None:
    """A journey of weight 40 counts 40 times."""
    paths = {"path": ["a > b", "b"], "n": [40, 2]}
    found = contents_of(tp.from_paths(paths, path="path", count="n"))
    assert {"journeys": 42, "interactions": 82} == {
        name: table(found)[name] for name in ("journeys", "interactions")
    }
    assert "persons" not in found.fact


def test_texts_of_few_rows_are_not_shown() -> None:
    """With k, counts and texts of fewer rows are left out, and sizes stay."""
    rows = [(n, n, "2026-01-01", "secret" if n < 2 else "known") for n in range(9)]
    found = contents_of(read(rows, taxonomy=CUSTOMER, unmatched="keep"))
    assert "secret" in found.detail
    kept = without_few(found, k=3)
    assert "secret" not in kept.detail
    assert "known" in kept.detail
    assert {"journeys", "touchpoints", "untyped"} <= set(kept.fact)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_count_has_words(lang: str) -> None:
    """Each count of reading that a remark can be about has words in each language."""
    held = read_data(f"words/{lang}")["contents"]
    silent = {"rows", "pairs", "distinct_events", *contents._TEXTS.values()}
    fields = {one.name for one in attrs.fields(type(tp.datasets.shop(2, seed=1).meta.report))}
    assert fields - silent - {"duplicates"} <= set(contents._READ)
    assert {*contents._READ, "rows", "dropped"} <= set(held)


def test_no_times_give_no_days() -> None:
    """Without times there is no row of days; empty journeys have one."""
    journeys = tp.from_paths({"path": ["a", ""]}, path="path")
    found = contents_of(journeys)
    assert "days" not in found.fact
    assert not np.isin("persons", found.fact)


def test_what_a_reader_skipped_and_noted_is_told() -> None:
    """Records that cannot be read by reason; what else was noted, each with its own number."""
    log = [{"who": "ana", "at": "2026-03-02", "what": "visit"}]
    read = tp.from_records(log, journey="who", time="at", touchpoint="what")
    report = tp.Report(
        rows=4,
        skipped=3,
        skipped_reasons={"a line is not JSON": 2, "a line is not UTF-8": 1},
        noted={"pages that lack": 1, "persons to choose between": 7},
    )
    journeys = attrs.evolve(read, meta=attrs.evolve(read.meta, report=report))
    rows = [(row["fact"], row["number"], row["detail"]) for row in contents_of(journeys).to_dicts()]

    for expected in (
        ("dropped", 3, ""),
        ("skipped", 3, ""),
        ("skipped", 2, "a line is not JSON"),
        ("skipped", 1, "a line is not UTF-8"),
        ("noted", 1, "pages that lack"),
        ("noted", 7, "persons to choose between"),
    ):
        assert expected in rows
