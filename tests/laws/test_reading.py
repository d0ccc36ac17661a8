"""What must hold of reading any log: laws, and agreement with reading by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests import naive, strategies

NAMES = {"journey": "id", "time": "at", "touchpoint": "what"}
Row = dict[str, Any]


def read(rows: list[Row], **options: Any) -> tp.Journeys:
    """Read records, keeping rows without a touchpoint unless told otherwise."""
    return tp.from_records(rows, **{**NAMES, "unmatched": "keep", **options})


def readable(rows: list[Row]) -> bool:
    """Tell whether no column is missing in every row, which is an error of its own."""
    return bool(rows) and not any(
        all(row[name] in (None, "") for row in rows) for name in ("id", "at", "what")
    )


def labels(journeys: tp.Journeys) -> list[list[str]]:
    """Return the texts of each journey as they stood in the log."""
    return [[touchpoint.label() for touchpoint in journey.touchpoints] for journey in journeys]


@given(strategies.logs(), st.sampled_from(["keep", "drop"]), st.sampled_from(["keep", "drop"]))
def test_reading_agrees_with_reading_by_hand(
    rows: list[Row], unmatched: str, duplicates: str
) -> None:
    """Journeys, order, times and every count of the report."""
    assume(readable(rows))
    columns = ("page", "score")
    expected = naive.read(rows, duplicates=duplicates, named=unmatched == "drop")
    journeys = read(rows, unmatched=unmatched, duplicates=duplicates, per_interaction=columns)
    texts = [[what or "(missing)" for what in one] for one in expected.sequences()]

    assert list(expected.journeys) == journeys.ids.tolist()
    assert texts == labels(journeys)
    assert expected.times() == [journey.times.tolist() for journey in journeys]
    counted = {**expected.report, "without_touchpoint": journeys.meta.report.without_touchpoint}
    for name, number in counted.items():
        assert number == getattr(journeys.meta.report, name), name


@given(strategies.logs(gaps=False))
def test_a_tiebreak_agrees_with_sorting_by_it(rows: list[Row]) -> None:
    """Ties are ordered by the column, then by row."""
    expected = naive.read(rows, tiebreak="score")

    assert expected.sequences() == labels(read(rows, tiebreak="score"))


@given(strategies.logs(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_without_ties(rows: list[Row], random: Any) -> None:
    """With every time its own, a shuffled log gives the same journeys, in another order at most."""
    spread = [
        {**row, "at": row["at"] and row["at"] + dt.timedelta(days=2 * place)}
        for place, row in enumerate(rows)
    ]
    assume(readable(spread))
    shuffled = random.sample(spread, len(spread))

    one, other = read(spread), read(shuffled)

    assert dict(zip(one.ids, labels(one), strict=True)) == dict(
        zip(other.ids, labels(other), strict=True)
    )
    assert one.meta.report == other.meta.report


@given(strategies.logs(), st.randoms(use_true_random=False))
def test_a_tiebreak_makes_the_order_of_rows_irrelevant(rows: list[Row], random: Any) -> None:
    """A column that numbers the rows holds their order through any shuffle."""
    numbered = [{**row, "number": number} for number, row in enumerate(rows)]
    assume(readable(rows))
    one = read(numbered, tiebreak="number")
    other = read(random.sample(numbered, len(numbered)), tiebreak="number")

    assert dict(zip(one.ids, labels(one), strict=True)) == dict(
        zip(other.ids, labels(other), strict=True)
    )
    assert labels(read(rows)) == labels(one)


@given(strategies.logs(stages=False))
def test_every_row_is_accounted_for(rows: list[Row]) -> None:
    """Rows are interactions or are among what was dropped; ties are among the neighbours."""
    assume(readable(rows))
    for unmatched in ("keep", "drop"):
        for duplicates in ("keep", "drop"):
            journeys = read(rows, unmatched=unmatched, duplicates=duplicates)
            report = journeys.meta.report
            assert len(rows) == report.rows == len(journeys.codes) + report.dropped
            assert 0 <= report.ties_that_matter <= report.ties <= report.pairs
            assert report.duplicates >= report.duplicates_dropped


@given(strategies.logs(gaps=False), st.integers(0, 12))
def test_logs_split_by_journey_are_read_apart(rows: list[Row], cut: int) -> None:
    """Reading some journeys and then the others gives what reading all of them gives."""
    ids = list(dict.fromkeys(row["id"] for row in rows))
    left = [row for row in rows if row["id"] in ids[:cut]]
    right = [row for row in rows if row["id"] not in ids[:cut]]

    whole, parts = read(rows), [read(left), read(right)]

    assert whole.ids.tolist() == [one for part in parts for one in part.ids.tolist()]
    assert labels(whole) == [one for part in parts for one in labels(part)]
    assert whole.meta.report == parts[0].meta.report.plus(parts[1].meta.report)


@given(strategies.logs(gaps=False), strategies.logs(gaps=False))
def test_rows_appended_only_add(rows: list[Row], more: list[Row]) -> None:
    """Journeys of a longer log hold at least what the shorter one's held, in the same order."""
    before, after = read(rows), read([*rows, *more])
    longer = dict(zip(after.ids, labels(after), strict=True))

    assert before.ids.tolist() == after.ids.tolist()[: len(before)]
    for one, texts in zip(before.ids, labels(before), strict=True):
        remaining = iter(longer[one])
        assert all(text in remaining for text in texts)


@given(strategies.logs(gaps=False))
def test_reading_twice_is_reading_once(rows: list[Row]) -> None:
    """Journeys written out as rows and read again are the same journeys."""
    once = read(rows)
    again = read(
        [
            {"id": journey.id, "at": moment.item(), "what": touchpoint.label()}
            for journey in once
            for moment, touchpoint in zip(journey.times, journey.touchpoints, strict=True)
        ]
    )

    assert "" == tp.first_difference(once, again)


@given(
    strategies.logs(gaps=False),
    st.dictionaries(st.sampled_from(strategies.TEXTS), st.text("xyz", min_size=1), min_size=7),
)
def test_renaming_touchpoints_renames_them_in_the_journeys(
    rows: list[Row], names: dict[str, str]
) -> None:
    """What happened is called otherwise and nothing else changes."""
    renamed = [{**row, "what": names[row["what"]]} for row in rows]

    assert [[names[text] for text in one] for one in labels(read(rows))] == labels(read(renamed))


@given(strategies.logs(gaps=False))
def test_moving_the_clock_moves_every_time(rows: list[Row]) -> None:
    """A log shifted by an hour is the same journeys an hour later."""
    hour = dt.timedelta(hours=1)
    later = read([{**row, "at": row["at"] + hour} for row in rows])
    now = read(rows)

    assert labels(now) == labels(later)
    assert [one + hour for one in now.times.tolist()] == later.times.tolist()
