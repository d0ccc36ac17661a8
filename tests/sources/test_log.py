"""Logs in, from plain columns and records: every option, and what each row came to."""

from __future__ import annotations

import datetime as dt
import warnings
from collections import deque
from typing import Any

import attrs
import numpy as np
import pytest

import touchpoints as tp
from touchpoints.errors import (
    ClassifierError,
    InvalidInputError,
    NotFoundError,
    TouchpointsWarning,
    WrongKindError,
)
from touchpoints.taxonomy import load_taxonomy

NAMES = {"journey": "id", "time": "at", "touchpoint": "what"}
CUSTOMER = load_taxonomy("customer")


def read(text: str, **options: Any) -> tp.Journeys:
    """Read lines ``id day what [more=value ...]`` as records; ``-`` is missing."""
    records = []
    for line in text.strip().splitlines():
        id_, day, what, *more = line.split()
        record = {"id": id_, "at": day if day == "-" else f"2026-01-{day}", "what": what}
        record |= dict(pair.split("=") for pair in more)
        records.append({name: None if value == "-" else value for name, value in record.items()})
    return tp.from_records(records, **{**NAMES, **options})


def paths(journeys: tp.Journeys) -> list[tuple[str, ...]]:
    """Return the keys of each journey."""
    return [journey.keys for journey in journeys]


# ---------------------------------------------------------------------------------------- basics


def test_rows_in_any_order_become_journeys_in_time_order() -> None:
    """Journeys come in the order of their first rows, interactions in the order of their times."""
    journeys = read("b 03 z\na 02 y\nb 01 x\na 01 x")

    assert ["b", "a"] == journeys.ids.tolist()
    assert [("x", "z"), ("x", "y")] == paths(journeys)
    assert ["x", "z", "y"] == [touchpoint.key for touchpoint in journeys.touchpoints]


def test_columns_may_be_lists_tuples_or_arrays() -> None:
    """Of any of them the same journeys come."""
    expected = read("1 01 x\n1 02 y")
    days = ["2026-01-01", "2026-01-02"]
    for columns in (
        {"id": ["1", "1"], "at": days, "what": ["x", "y"]},
        {"id": ("1", "1"), "at": tuple(days), "what": ("x", "y")},
        {"id": np.array(["1", "1"]), "at": np.array(days, "M8[D]"), "what": np.array(["x", "y"])},
        {"id": np.array([b"1"] * 2).astype(str), "at": np.array(days), "what": deque("xy")},
    ):
        assert expected == tp.from_columns(columns, **NAMES)


def test_nothing_passed_in_is_changed() -> None:
    """Arrays stay writable and as they were; lists keep their values."""
    columns: dict[str, Any] = {
        "id": np.array([2, 1, 2]),
        "at": np.array(["2026-01-02", "2026-01-01", "2026-01-01"], "M8[us]"),
        "what": ["x", "y", "z"],
        "score": np.array([1.0, np.nan, 2.0]),
        "order": np.array([3, 2, 1]),
    }
    before = {name: list(values) for name, values in columns.items()}

    tp.from_columns(columns, **NAMES, per_interaction=["score"], tiebreak="order")

    assert str(before) == str({name: list(values) for name, values in columns.items()})
    assert all(columns[name].flags.writeable for name in ("id", "at", "score", "order"))


def test_a_record_may_lack_fields() -> None:
    """A field that one record lacks is missing there."""
    records = [{"id": 1, "at": "2026-01-01", "what": "x"}, {"id": 1, "at": "2026-01-02"}, {"id": 1}]

    journeys = tp.from_records(iter(records), **NAMES, unmatched="keep")

    assert [("x", "(missing)")] == paths(journeys)
    assert (1, 1) == (journeys.meta.report.without_time, journeys.meta.report.without_touchpoint)


def test_no_records_are_no_journeys() -> None:
    """Whatever columns are named, an empty log gives zero journeys."""

    @tp.classifier(reads=("page",))
    def pages(event: Any) -> None:
        raise AssertionError(event)

    more = {"person": "p", "count": "c", "tiebreak": "o", "per_interaction": ("i",),
            "per_journey": ("j",), "lifecycle": "l", "instance": "n"}  # fmt: skip
    plain = tp.from_records([], **NAMES, **more)
    classified = tp.from_records([], **{**NAMES, "touchpoint": pages})

    assert (0, 0) == (len(plain), len(plain.codes))
    assert ["i"] == [name for name in plain.per_interaction if name == "i"]
    assert 0 == len(classified)


# ------------------------------------------------------------------------------ missing and ties


def test_rows_without_journey_or_time_are_dropped_and_counted() -> None:
    """A row that lacks both is counted once."""
    report = read("- 01 x\na - x\n- - x\na 01 x").meta.report

    assert (4, 2, 1, 3) == (
        report.rows,
        report.without_journey,
        report.without_time,
        report.dropped,
    )


@pytest.mark.parametrize(
    ("log", "what"), [("- 01 x\na 02 x", "journey"), ("a - x\na 02 x", "time")]
)
def test_rows_without_journey_or_time_can_be_an_error(log: str, what: str) -> None:
    """With the column and the first rows."""
    with pytest.raises(InvalidInputError, match=f"1 row has no {what}") as caught:
        read(log, missing="raise")

    assert "rows 0" in caught.value.where


def test_ties_keep_the_order_of_the_rows_and_are_counted() -> None:
    """Rows at the same time keep their order; the report says how much that order decides."""
    journeys = read("a 01 z\na 01 y\na 01 y\na 02 x\nb 01 x")
    report = journeys.meta.report

    assert [("z", "y", "y", "x"), ("x",)] == paths(journeys)
    assert (3, 2, 1) == (report.pairs, report.ties, report.ties_that_matter)
    assert report.order_matters_share == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3, 1, 2], "yzx"),
        ([3.5, None, 2.5], "zxy"),
        (["b", "a", None], "yxz"),
        ([dt.date(2026, 1, 3), dt.date(2026, 1, 1), dt.date(2026, 1, 2)], "yzx"),
        ([1, 1, 0], "zxy"),
        ([True, False, False], "yzx"),
    ],
)
def test_a_tiebreak_orders_ties_and_nothing_else(values: list[Any], expected: str) -> None:
    """Numbers, text or instants; missing ones come last, equal ones keep the order of the rows."""
    columns = {
        "id": [1] * 4,
        "at": ["2026-01-02"] * 3 + ["2026-01-01"],
        "what": list("xyzw"),
        "order": [*values, values[0]],
    }

    assert [("w", *expected)] == paths(tp.from_columns(columns, **NAMES, tiebreak="order"))


def test_nanoseconds_decide_the_order() -> None:
    """Times below the microsecond put rows in order although they are not kept."""
    at = np.array(["2026-01-01T00:00:00.000000900", "2026-01-01T00:00:00.000000100"], "M8[ns]")

    journeys = tp.from_columns({"id": [1, 1], "at": at, "what": ["x", "y"]}, **NAMES)

    assert [("y", "x")] == paths(journeys)
    assert journeys.times[0] == journeys.times[1]
    assert 0 == journeys.meta.report.ties


# ------------------------------------------------------------------------------------ duplicates


def test_duplicates_are_counted_and_kept_or_dropped() -> None:
    """A row that repeats another of its journey in all that is read."""
    log = "a 01 x\na 01 y\na 01 x\nb 01 x\na 02 x"
    kept, dropped = read(log), read(log, duplicates="drop")

    assert [("x", "y", "x", "x"), ("x",)] == paths(kept)
    assert [("x", "y", "x"), ("x",)] == paths(dropped)
    assert (1, 0) == (kept.meta.report.duplicates, kept.meta.report.duplicates_dropped)
    assert (1, 1) == (dropped.meta.report.duplicates, dropped.meta.report.duplicates_dropped)
    assert 1 == dropped.meta.report.ties


@pytest.mark.parametrize(
    "option",
    [
        {"per_interaction": ("extra",)},
        {"per_journey": ("extra",)},
        {"person": "extra", "person_conflicts": "ignore"},
        {"tiebreak": "extra"},
        {"instance": "extra", "lifecycle": "stage"},
    ],
)
def test_rows_that_differ_in_a_column_read_are_no_duplicates(option: dict[str, Any]) -> None:
    """Only the columns that are read decide; other columns do not matter."""
    log = "a 01 x extra=1 stage=start\na 01 x extra=2 stage=start"

    assert 1 == read(log).meta.report.duplicates if "lifecycle" in option else True
    assert 0 == read(log, **option).meta.report.duplicates


def test_missing_values_repeat_each_other() -> None:
    """In a kept column nan is the same as nan."""
    columns = {"id": [1] * 2, "at": ["2026-01-01"] * 2, "what": ["x"] * 2, "n": [np.nan, -np.nan]}

    assert 1 == tp.from_columns(columns, **NAMES, per_interaction=("n",)).meta.report.duplicates


# ---------------------------------------------------------------------------- unmatched and missing


UNMATCHED = "a 01 live_chat\na 02 fax\na 03 -\nb 01 fax\nb 02 Fax"


def test_unmatched_rows_are_an_error_that_shows_them() -> None:
    """By default: how many, which rows, the most frequent texts, and three ways to mend it."""
    with pytest.raises(InvalidInputError) as caught:
        read(UNMATCHED, taxonomy=CUSTOMER)

    assert "1 row has no touchpoint name and 3 rows match no touchpoint type" == caught.value.what
    assert "rows 1, 2, 3, 4" in caught.value.where
    assert "'fax', 'Fax'" in caught.value.where
    for mend in ("teach the taxonomy", 'unmatched="keep"', 'unmatched="drop"'):
        assert mend in caught.value.mend


def test_unmatched_rows_can_be_kept_as_untyped_touchpoints() -> None:
    """The raw text is the key; a missing name is a separate touchpoint; all are counted."""
    journeys = read(UNMATCHED, taxonomy=CUSTOMER, unmatched="keep")
    report = journeys.meta.report

    assert [("live_chat", "fax", "(missing)"), ("fax", "Fax")] == paths(journeys)
    assert (1, 3, 0, 0) == (
        report.without_touchpoint, report.unmatched, report.unmatched_dropped, report.dropped,
    )  # fmt: skip
    assert {"fax": 2, "Fax": 1} == report.unmatched_texts


def test_unmatched_rows_can_be_dropped_and_empty_journeys_stay() -> None:
    """A journey that loses every row is still a journey, with all that was known of it."""
    log = "\n".join(f"{line} p=p{line[0]} s=s{line[0]} n=3" for line in UNMATCHED.splitlines())
    journeys = read(
        log, taxonomy=CUSTOMER, unmatched="drop", person="p", per_journey=("s",), count="n"
    )

    assert [("live_chat",), ()] == paths(journeys)
    assert ["a", "b"] == journeys.ids.tolist()
    assert ["pa", "pb"] == journeys.persons.tolist()
    assert ["sa", "sb"] == journeys.per_journey["s"].to_list()
    assert [3, 3] == journeys.counts.tolist()
    assert 4 == journeys.meta.report.unmatched_dropped == journeys.meta.report.dropped


def test_a_log_of_which_nothing_is_left_is_read() -> None:
    """All rows unmatched and dropped: journeys without interactions."""
    journeys = read("a 01 fax p=1\nb 01 fax p=2", taxonomy=CUSTOMER, unmatched="drop", person="p")

    assert [(), ()] == paths(journeys)
    assert ["1", "2"] == journeys.persons.tolist()


def test_a_missing_name_is_an_error_without_a_taxonomy_too() -> None:
    """Names that are missing would lose transitions in silence."""
    with pytest.raises(InvalidInputError, match="1 row has no touchpoint name"):
        read("a 01 x\na 02 -\na 03 y")

    assert [("x", "(missing)", "y")] == paths(read("a 01 x\na 02 -\na 03 y", unmatched="keep"))
    assert [("x", "y")] == paths(read("a 01 x\na 02 -\na 03 y", unmatched="drop"))


def test_the_most_frequent_unmatched_texts_are_kept() -> None:
    """Twenty of them, by rows."""
    texts = [f"t{number}" for number in range(30) for _ in range(number)]
    columns = {"id": range(len(texts)), "at": ["2026-01-01"] * len(texts), "what": texts}
    columns["id"] = list(columns["id"])

    report = tp.from_columns(columns, **NAMES, taxonomy=CUSTOMER, unmatched="keep").meta.report

    assert [f"t{number}" for number in range(29, 9, -1)] == list(report.unmatched_texts)
    assert sum(range(30)) == report.unmatched


def test_texts_are_looked_up_by_id_label_and_alias() -> None:
    """One touchpoint, however the log writes it; the need is the type's default."""
    journeys = read("a 01 live_chat\na 02 LIVE_CHAT", taxonomy=CUSTOMER)

    assert [("live_chat", "live_chat")] == paths(journeys)
    assert [1, 1] == journeys.per_interaction["need_from"].tolist()
    assert CUSTOMER is journeys.meta.taxonomy


# ------------------------------------------------------------------------- persons, columns, counts


def test_persons_and_per_journey_columns_come_from_the_rows() -> None:
    """The first known value in time order is kept; journeys whose rows disagree are counted."""
    journeys = read(
        "a 02 x p=leo s=u\na 01 x p=- s=-\nb 01 x p=ana s=v\nb 02 x p=eva s=v\nc 01 x p=- s=-",
        person="p",
        per_journey=("s",),
        person_conflicts="ignore",
    )

    assert ["leo", "ana", None] == journeys.persons.tolist()
    assert ["u", "v", None] == journeys.per_journey["s"].to_list()
    assert (1, 0) == (
        journeys.meta.report.person_conflicts, journeys.meta.report.journey_conflicts,
    )  # fmt: skip


def test_persons_keep_their_kind() -> None:
    """Numbers stay numbers, also where some are missing."""
    columns = {"id": [1, 2], "at": ["2026-01-01"] * 2, "what": ["x"] * 2}

    whole = tp.from_columns({**columns, "p": [7, 8]}, **NAMES, person="p")
    gaps = tp.from_columns({**columns, "p": [7, None]}, **NAMES, person="p")

    assert ([7, 8], "i") == (whole.persons.tolist(), whole.persons.dtype.kind)
    assert [7, None] == gaps.persons.tolist()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.5, None, 2.5], [1.5, 2.5]),
        ([1, 1, 2], [1, 2]),
        ([True, True, False], [True, False]),
        ([dt.datetime(2026, 1, 1), None, None], ["2026-01-01T00:00:00.000000", "NaT"]),
    ],
)
def test_per_journey_columns_keep_their_kind(values: list[Any], expected: list[Any]) -> None:
    """Numbers, flags and instants, missing where no row says anything."""
    columns = {"id": [1, 1, 2], "at": ["2026-01-01"] * 3, "what": ["x"] * 3, "c": values}

    found = tp.from_columns(columns, **NAMES, per_journey=("c",)).per_journey["c"]

    assert expected == [str(one) if found.dtype.kind == "M" else one.item() for one in found]


def test_counts_say_how_many_journeys_a_row_stands_for() -> None:
    """One count a journey, 0 included."""
    assert [3, 0] == read("a 01 x n=3\na 02 x n=3\nb 01 x n=0", count="n").counts.tolist()


@pytest.mark.parametrize("number", ["-1", "1.5", "inf", "nan", "1e300", "-"])
def test_a_count_is_a_whole_number(number: str) -> None:
    """Negative, fractional, infinite and missing counts are shown with their rows."""
    with pytest.raises(InvalidInputError, match="count must be an integer of at least 0") as caught:
        read(f"a 01 x n=3\nb 01 x n={number}", count="n")

    assert "rows 1" in caught.value.where


def test_a_count_that_is_text_is_an_error_of_this_library() -> None:
    """Not of numpy's."""
    with pytest.raises(InvalidInputError, match="column 'n' must hold numbers .rows 0: 'many'"):
        read("a 01 x n=many", count="n")


def test_counts_that_differ_within_a_journey_are_an_error() -> None:
    """Nobody can say which of them would count."""
    with pytest.raises(InvalidInputError, match="1 journey has rows with different counts"):
        read("a 01 x n=3\na 02 x n=4", count="n")


# ----------------------------------------------------------------------------------- ends and zones


def test_ends_come_from_a_column() -> None:
    """A missing end stays missing; an end before its start is set to missing and counted."""
    journeys = read("a 02 x e=2026-01-03\na 03 y e=-\na 04 z e=2026-01-01", end="e")

    assert ["2026-01-03", "NaT", "NaT"] == [str(one)[:10] for one in journeys.ends]
    assert 1 == journeys.meta.report.ends_before_starts


@pytest.mark.parametrize("naive", ["at", "end"])
def test_naive_times_and_aware_ends_do_not_mix(naive: str) -> None:
    """Between two columns as little as within one; tz= mends it."""
    columns = {
        "id": [1],
        "at": ["2026-07-01T10:00:00Z"],
        "what": ["x"],
        "end": ["2026-07-01T11:00:00Z"],
    }
    columns[naive] = [columns[naive][0].removesuffix("Z")]

    with pytest.raises(
        InvalidInputError, match="have a zone, but those of .*= are naive"
    ) as caught:
        tp.from_columns(columns, **NAMES, end="end")
    assert "tz=" in caught.value.mend

    journeys = tp.from_columns(columns, **NAMES, end="end", tz="UTC")
    assert np.timedelta64(1, "h") == journeys.ends[0] - journeys.times[0]


def test_naive_times_are_read_in_a_zone() -> None:
    """UTC inside, the zone's name in meta, times that a change of clocks repeats counted."""
    columns = {
        "id": [1, 1, 1],
        "at": ["2026-10-25T02:30:00", "2026-10-25T03:30:00", "2026-07-01T12:00:00"],
        "what": ["x", "y", "z"],
    }

    journeys = tp.from_columns(columns, **NAMES, tz="Europe/Madrid", ambiguous="earlier")

    assert ["2026-07-01T10", "2026-10-25T00", "2026-10-25T02"] == [
        str(one)[:13] for one in journeys.times
    ]
    assert ("Europe/Madrid", 1) == (journeys.meta.timezone, journeys.meta.report.ambiguous_times)


def test_naive_times_stay_as_written() -> None:
    """Without tz= the zone of naive times is unknown."""
    assert read("a 01 x").meta.timezone is None


# --------------------------------------------------------------------------------------- lifecycle


def test_a_log_of_starts_and_completes_is_warned_about() -> None:
    """Each activity would count twice; the argument that mends it is named."""
    with pytest.warns(TouchpointsWarning, match="lifecycle='stage'") as caught:
        read("a 01 x stage=start\na 02 x stage=Complete")

    assert __file__ == caught[0].filename


@pytest.mark.parametrize("reader", [tp.from_columns, tp.from_records])
def test_the_warning_points_at_the_callers_line(reader: Any) -> None:
    """The warning points at the caller, through any number of functions of the library."""
    columns = {
        "id": [1, 1],
        "at": ["2026-01-01"] * 2,
        "what": ["x"] * 2,
        "s": ["start", "complete"],
    }
    records = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    with pytest.warns(TouchpointsWarning) as caught:
        reader(columns if reader is tp.from_columns else records, **NAMES)

    assert __file__ == caught[0].filename


def test_completes_far_down_the_log_are_seen() -> None:
    """A log that holds all starts before all completes is warned about as well."""
    half = 5000
    columns = {
        "id": list(range(2 * half)),
        "at": ["2026-01-01"] * 2 * half,
        "what": ["x"] * 2 * half,
        "stage": ["start"] * half + ["complete"] * half,
    }
    with pytest.warns(TouchpointsWarning, match="stage"):
        tp.from_columns(columns, **NAMES)


@pytest.mark.parametrize(
    "log", ["a 01 start\na 02 complete", "a 01 x stage=start\na 02 x stage=done"]
)
def test_touchpoints_called_start_and_complete_are_no_lifecycle(log: str) -> None:
    """A touchpoint may be named start; a column without both stages is not a lifecycle."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert 2 == len(read(log).codes)


# -------------------------------------------------------------------------------------- classifiers


def test_a_classifier_is_called_once_for_each_distinct_tuple() -> None:
    """A thousand rows, three kinds of event: three calls, and the columns it reads are kept."""
    seen: list[dict[str, Any]] = []

    @tp.classifier(reads=("page", "code"))
    def pages(event: Any) -> str:
        seen.append(dict(event))
        return "live_chat" if event["page"] == "/chat" else "purchase"

    columns = {
        "id": list(range(1000)),
        "at": ["2026-01-01"] * 1000,
        "page": (["/chat", "/buy", "/buy", "/chat"] * 250),
        "code": ([1, 2, 2, None] * 250),
        "other": list(range(1000)),
    }

    journeys = tp.from_columns(
        columns, journey="id", time="at", touchpoint=pages, taxonomy=CUSTOMER
    )

    assert 3 == len(seen) == journeys.meta.report.distinct_events
    assert {("/chat", 1), ("/buy", 2), ("/chat", None)} == {tuple(one.values()) for one in seen}
    assert {"live_chat", "purchase"} == {one.key for one in journeys.touchpoints}
    assert ["/chat", "/buy"] == journeys.per_interaction["page"].to_list()[:2]
    assert "other" not in journeys.per_interaction


def test_a_classifier_that_reads_more_than_it_says_is_an_error() -> None:
    """The host hands over what was declared, and says what to declare."""

    @tp.classifier(reads=("page",))
    def sly(event: Any) -> str:
        return str(event["pagge"])

    columns = {"id": [1], "at": ["2026-01-01"], "page": ["/"], "pagge": ["x"]}
    with pytest.raises(ClassifierError, match="did you mean 'page'") as caught:
        tp.from_columns(columns, journey="id", time="at", touchpoint=sly)
    assert "reads=('page', 'pagge')" in caught.value.mend


@pytest.mark.parametrize("name", ["need_from", "context_from", "arrival_channel"])
def test_a_column_of_the_log_is_not_lost_to_one_that_typing_makes(name: str) -> None:
    """Two columns of one name: neither silently replaces the other."""

    @tp.classifier(reads=("page",))
    def pages(event: Any) -> tp.Facets:
        return tp.Facets(arrival_channel=event["page"])

    columns = {"id": [1], "at": ["2026-01-01"], "page": ["/"], name: ["mine"]}
    with pytest.raises(InvalidInputError, match=f"'{name}' of the log would be lost"):
        tp.from_columns(
            columns, journey="id", time="at", touchpoint=pages, per_interaction=(name,),
            unmatched="keep",
        )  # fmt: skip


def test_a_classifiers_columns_must_be_there() -> None:
    """A field it reads that the log lacks is named as the classifier's."""

    @tp.classifier(reads=("pgae",))
    def pages(event: Any) -> None:
        """Say nothing."""

    with pytest.raises(NotFoundError, match="did you mean 'page'.*classifier's field"):
        tp.from_columns(
            {"id": [1], "at": ["2026-01-01"], "page": ["/"]},
            journey="id",
            time="at",
            touchpoint=pages,
        )


def test_a_plain_function_is_no_classifier() -> None:
    """It does not say what it reads."""
    with pytest.raises(WrongKindError, match="tp.classifier"):
        tp.from_records([{"id": 1}], journey="id", time="at", touchpoint=lambda event: "x")


# ------------------------------------------------------------------------------------- wrong calls


@pytest.mark.parametrize("argument", ["journey", "time", "touchpoint", "person", "end", "lifecycle",
                                      "instance", "count", "tiebreak"])  # fmt: skip
def test_a_missing_column_is_named_with_near_ones(argument: str) -> None:
    """The message names the argument that was given the column."""
    records = [{"id": 1, "at": "2026-01-01", "what": "x", "customer_id": 1}]
    stages = {"lifecycle": "what"} if argument == "instance" else {}
    with pytest.raises(NotFoundError) as caught:
        tp.from_records(records, **{**NAMES, **stages, argument: "customer_idd"})

    assert "no column 'customer_idd' (did you mean 'customer_id'" in caught.value.what
    assert caught.value.where == f"given as {argument}"


@pytest.mark.parametrize("argument", ["per_interaction", "per_journey"])
def test_one_text_is_no_sequence_of_columns(argument: str) -> None:
    """Its letters are not taken for names."""
    with pytest.raises(WrongKindError, match=f"{argument} must be a sequence") as caught:
        read("a 01 x", **{argument: "what"})
    assert caught.value.mend == f"{argument}=('what',)"


@pytest.mark.parametrize("value", [None, 3, [None]])
def test_a_column_is_given_by_its_name(value: Any) -> None:
    """Anything else is of the wrong kind."""
    with pytest.raises(WrongKindError, match="journey must be the name of a column"):
        read("a 01 x", journey=value)


@pytest.mark.parametrize(
    ("argument", "value"), [("unmatched", "kep"), ("duplicates", "dropp"), ("missing", True)]
)
def test_options_are_checked_on_entry(argument: str, value: Any) -> None:
    """A misspelt option is an error with the choices."""
    with pytest.raises(InvalidInputError, match=f"{argument}=.* is not an option"):
        read("a 01 x", **{argument: value})


def test_an_argument_that_does_not_exist_is_refused() -> None:
    """No option can be misspelt into its default."""
    with pytest.raises(WrongKindError, match="no argument 'unmached' .did you mean 'unmatched'"):
        read("a 01 x", unmached="keep")


@pytest.mark.parametrize(
    "values", ["abc", 5, None, {1: 2}, (one for one in "abc"), np.zeros((3, 2)), {1, 2, 3}]
)
def test_a_column_is_a_list_or_a_one_dimensional_array(values: Any) -> None:
    """Text, scalars, mappings, sets, generators and tables are refused."""
    columns = {"id": [1] * 3, "at": ["2026-01-01"] * 3, "what": ["x"] * 3, "extra": values}
    with pytest.raises(WrongKindError, match="column 'extra'"):
        tp.from_columns(columns, **NAMES)


def test_columns_of_different_length_are_refused() -> None:
    """The message says how long each is."""
    with pytest.raises(InvalidInputError, match="'id': 2, 'at': 1"):
        tp.from_columns({"id": [1, 2], "at": ["2026-01-01"], "what": ["x", "y"]}, **NAMES)


def test_a_record_is_a_mapping() -> None:
    """A tuple has no names."""
    with pytest.raises(WrongKindError, match="record 1 must be a mapping"):
        tp.from_records([{"id": 1, "at": "2026-01-01", "what": "x"}, (1, 2)], **NAMES)  # type: ignore[list-item]


def test_the_three_readers_take_the_same_options() -> None:
    """Columns and records take the arguments of frames, but for those that an engine is asked."""
    import inspect

    of_frames, *others = (
        dict(list(inspect.signature(reader).parameters.items())[1:])
        for reader in (tp.from_frame, tp.from_columns, tp.from_records)
    )
    asked = ["distinct", "collapse", "collapse_repeats", "first", "last"]
    asked += ["limit", "longest", "blocks", "sample"]

    assert asked == list(of_frames)[-9:]
    assert all(one.kind is inspect.Parameter.KEYWORD_ONLY for one in of_frames.values())
    assert {name: one for name, one in of_frames.items() if name not in asked} == others[0]
    assert others[0] == others[1]


def test_a_report_accounts_for_every_row() -> None:
    """Rows are interactions, were dropped, or were paired with another."""
    log = (
        "a 01 x s=start\na 02 x s=complete\n- 01 x s=start\na - x s=start\na 03 y s=suspend\n"
        "a 04 y s=start\na 04 y s=start\na 05 - s=start"
    )
    journeys = read(log, lifecycle="s", unmatched="drop", duplicates="drop")
    report = journeys.meta.report

    assert report.rows == len(journeys.codes) + report.dropped + report.paired
    assert (8, 2, 1) == (report.rows, len(journeys.codes), report.duplicates_dropped)
    assert attrs.asdict(report)["unmatched_dropped"] == 1
