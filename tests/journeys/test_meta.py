"""Metadata of journeys: the report of reading, lens, zone, taxonomy."""

from __future__ import annotations

import pickle

import attrs
import pytest

from touchpoints.errors import InvalidInputError
from touchpoints.journeys.meta import BY_TEXT, Meta, Report, report_from_dict
from touchpoints.taxonomy import load_taxonomy, untyped

COUNTS = [field.name for field in attrs.fields(Report) if field.name not in BY_TEXT]


def test_a_report_of_a_clean_log_has_nothing_to_say() -> None:
    """No sentence means that nothing was counted, not that nothing was checked."""
    assert () == Report(rows=10, pairs=9).sentences()
    assert 0 == Report(rows=10).dropped


def test_what_was_dropped_is_counted_once() -> None:
    """Unmatched or duplicate rows that are kept do not count as dropped."""
    report = Report(
        rows=100,
        without_journey=1,
        without_time=2,
        without_touchpoint=4,
        unmatched=8,
        unmatched_dropped=12,
        duplicates=32,
        duplicates_dropped=16,
        lifecycle_ignored=64,
        paired=128,
    )

    assert 1 + 2 + 12 + 16 + 64 == report.dropped


def test_shares_are_of_neighbours_and_nan_without_any() -> None:
    """Shares lie in [0, 1]; below the data they need they are nan, not 0."""
    report = Report(pairs=8, ties=4, ties_that_matter=1)

    assert (0.5, 0.125) == (report.tie_share, report.order_matters_share)
    assert str(Report().tie_share) == str(Report().order_matters_share) == "nan"


def test_everything_met_is_a_sentence() -> None:
    """Each count above 0 has a sentence, with the total number of rows."""
    report = Report(
        rows=1000,
        without_journey=1,
        without_time=2,
        without_touchpoint=3,
        unmatched=4,
        lifecycle_ignored=5,
        duplicates=6,
        duplicates_dropped=6,
        pairs=10,
        ties=5,
        ties_that_matter=2,
    )

    assert (
        "1 of 1,000 rows has no journey id",
        "2 of 1,000 rows have no time",
        "3 of 1,000 rows have no touchpoint name",
        "4 of 1,000 rows are matched by no touchpoint type",
        "5 of 1,000 rows are of a lifecycle stage other than start and complete",
        "6 of 1,000 rows are a repeat of another row",
        "50.0 % of neighbouring interactions are at the same time",
        "the order of rows at the same time decides 2 transitions",
    ) == report.sentences()
    assert ("3 rows repeat an earlier row and were kept",) == Report(
        rows=9, duplicates=3
    ).sentences()


def test_reports_add_up() -> None:
    """Two logs read one after the other have met what each has met."""
    numbers = {name: place + 1 for place, name in enumerate(COUNTS)}
    one = Report(**numbers, unmatched_texts={"b": 2, "a": 2})
    two = Report(**numbers, unmatched_texts={"b": 1, "c": 9})

    both = one.plus(two)

    assert [2 * number for number in numbers.values()] == [getattr(both, name) for name in COUNTS]
    assert [("c", 9), ("b", 3), ("a", 2)] == list(both.unmatched_texts.items())
    assert one == one.plus(Report())


@pytest.mark.parametrize("name", COUNTS)
def test_a_report_survives_as_plain_values(name: str) -> None:
    """As storage keeps it; a count that this version does not know is not lost in silence."""
    report = Report(**{name: 3}, unmatched_texts={"x": 1})

    assert report == report_from_dict(attrs.asdict(report))
    with pytest.raises(InvalidInputError, match="counts no 'of_a_later_version'"):
        report_from_dict({**attrs.asdict(report), "of_a_later_version": 1})
    assert report == pickle.loads(pickle.dumps(report))


def test_meta_survives_a_pickle() -> None:
    """With its taxonomy."""
    meta = Meta(taxonomy=load_taxonomy("customer"), lens=["need"], timezone="UTC", blocks=7)

    assert meta == pickle.loads(pickle.dumps(meta))
    assert ("need",) == meta.lens


def test_labels_come_from_the_taxonomy() -> None:
    """A typed touchpoint is named in the requested language, an untyped touchpoint by its text."""
    taxonomy = load_taxonomy("customer")
    meta = Meta(taxonomy=taxonomy)

    assert "Chat en vivo" == meta.label(taxonomy.touchpoint("live_chat"), lang="es")
    assert "50% [new]" == meta.label(untyped("50% [new]"))
    assert "search" == Meta().label(untyped("search"))
