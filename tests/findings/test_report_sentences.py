"""Every count of the report of reading has a sentence, and the repr of journeys says how many."""

from __future__ import annotations

import attrs
import pytest

import touchpoints as tp
from touchpoints.journeys.meta import BY_TEXT, SIZES, Report

NAMES = {"journey": "id", "time": "at", "touchpoint": "what"}
COUNTS = [
    field.name
    for field in attrs.fields(Report)
    if field.name not in SIZES and field.name not in BY_TEXT
]
READ = {"rows": 2000, "pairs": 2000}


@pytest.mark.parametrize("name", COUNTS)
def test_every_count_that_is_not_0_has_a_sentence(name: str) -> None:
    """A new count without a sentence fails here; sizes of what was read are not remarks."""
    for count in (1, 1234):
        shares = {1: "0.1 %", 1234: "61.7 %"} if name == "ties" else {1: "1", 1234: "1,234"}
        sentences = Report(**READ, **{name: count}).sentences()

        assert 1 == len(sentences)
        assert shares[count] in sentences[0]


@pytest.mark.parametrize(
    ("name", "of_one", "of_two"),
    [
        (
            "without_time",
            "1 of 2,000 rows has no time",
            "2 of 2,000 rows have no time",
        ),
        (
            "duplicates",
            "1 row repeats an earlier row and was kept",
            "2 rows repeat an earlier row and were kept",
        ),
        (
            "unmatched_dropped",
            "1 row without a touchpoint name or type was left out",
            "2 rows without a touchpoint name or type were left out",
        ),
        (
            "paired",
            "1 interaction was joined from a start and a complete row",
            "2 interactions were joined from a start and a complete row",
        ),
        (
            "unpaired_starts",
            "1 start row has no complete row: its interaction has no end",
            "2 start rows have no complete row: their interactions have no end",
        ),
        (
            "unpaired_completes",
            "1 complete row has no start row: it is an interaction without an end",
            "2 complete rows have no start row: they are interactions without an end",
        ),
        (
            "ends_before_starts",
            "1 interaction ended before it started: its end was set to missing",
            "2 interactions ended before they started: their ends were set to missing",
        ),
        (
            "person_conflicts",
            "1 journey names several persons: the first was kept",
            "2 journeys name several persons: the first was kept",
        ),
        (
            "journey_conflicts",
            "1 journey has different values in a per-journey column: the first was kept",
            "2 journeys have different values in a per-journey column: the first was kept",
        ),
        (
            "facet_conflicts",
            "1 distinct event was classified differently by combined classifiers",
            "2 distinct events were classified differently by combined classifiers",
        ),
        (
            "collisions",
            "1 journey id shared the sorted bits of its hash with another and was separated",
            "2 journey ids shared the sorted bits of their hash with another and were separated",
        ),
        (
            "ambiguous_times",
            "1 naive time is ambiguous or impossible at a clock change of its zone",
            "2 naive times are ambiguous or impossible at a clock change of their zone",
        ),
        (
            "ties_that_matter",
            "the order of rows at the same time decides 1 transition",
            "the order of rows at the same time decides 2 transitions",
        ),
    ],
)
def test_sentences_are_grammatical_of_one_and_of_several(
    name: str, of_one: str, of_two: str
) -> None:
    """Verb and pronoun agree with the number."""
    assert (of_one,) == Report(**READ, **{name: 1}).sentences()
    assert (of_two,) == Report(**READ, **{name: 2}).sentences()


def test_one_row_of_one_row() -> None:
    """The total agrees as well."""
    assert ("1 of 1 row has no time",) == Report(rows=1, without_time=1).sentences()


def test_repeats_that_were_kept_are_not_those_that_were_dropped() -> None:
    """Of two logs read together, one with and one without duplicates="drop"."""
    both = Report(rows=9, duplicates=3).plus(Report(rows=9, duplicates=2, duplicates_dropped=2))

    assert (
        "2 of 18 rows are a repeat of another row",
        "3 rows repeat an earlier row and were kept",
    ) == both.sentences()


def read(*, rows: list[tuple[object, ...]], names: str, **options: object) -> tp.Journeys:
    """Read rows of the columns named in a text."""
    return tp.from_records([dict(zip(names.split(), row, strict=True)) for row in rows], **options)


def test_the_repr_says_how_many_remarks_there_are() -> None:
    """Rows left out are counted as such; what is remarkable of the others is a remark."""
    rows = [
        ("a", "2026-01-05", "x", "2026-01-04", "u"),
        ("a", "2026-01-05", "y", None, "v"),
        ("b", "2026-01-06", "x", None, "u"),
    ]
    options = {**NAMES, "end": "end", "per_journey": ("plan",)}
    journeys = read(rows=rows, names="id at what end plan", **options)

    assert 4 == journeys.meta.report.remarks == len(journeys.meta.report.sentences())
    assert "2026-01-05 to 2026-01-06 and 4 remarks (meta.report)>" in repr(journeys)
    journeys = read(
        rows=[*rows, ("b", None, "x", None, "u")], names="id at what end plan", **options
    )
    assert "2026-01-06, 1 row left out and 4 remarks (meta.report)>" in repr(journeys)
    assert "ended before it started" in journeys._repr_html_()
    journeys = read(rows=rows[1:], names="id at what end plan", **NAMES)
    assert "2026-01-05 to 2026-01-06>" in repr(journeys)


def test_a_journey_with_two_columns_that_disagree_is_one_journey() -> None:
    """The count is of journeys, not of journeys and columns."""
    rows = [("a", "2026-01-05", "x", 1, 1), ("a", "2026-01-06", "x", 2, 2)]

    report = read(rows=rows, names="id at what p q", **NAMES, per_journey=("p", "q")).meta.report

    assert 1 == report.journey_conflicts
