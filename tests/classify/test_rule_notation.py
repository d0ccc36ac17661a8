"""Numbers and dates as people write them, and the report of those that could not be read."""

from __future__ import annotations

import datetime as dt
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.classify.text.folding import Notation
from touchpoints.errors import ClassifierError, ProblemsError

COMMA, POINT = Notation(decimal=","), Notation(decimal=".")
ORDERS = [
    {"when": {"event": "order", "amount": {"min": 200}}, "type": "purchase"},
    {"when": {}, "type": "website_visit"},
]


def read(rows: list[dict[str, Any]], classifier: Any, **options: Any) -> tp.Journeys:
    """Read rows as one journey, in their order."""
    records = [{"id": 1, "t": f"2026-01-01T10:{at:02}", **row} for at, row in enumerate(rows)]
    return tp.from_records(records, journey="id", time="t", touchpoint=classifier, **options)


# -------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("text", "comma", "point"),
    [
        ("250,00 €", 250.0, None),
        ("250.00", None, 250.0),
        ("€1.250,50", 1250.5, None),
        ("$1,250.50", None, 1250.5),
        ("1.250", 1250, 1.25),
        ("1,250", 1.25, 1250),
        ("1.234.567", 1234567, None),
        ("1 234,5 EUR", 1234.5, None),
        ("1\u202f234,5\u00a0€", 1234.5, None),
        ("1'250.00 CHF", None, 1250.0),
        ("-12,5 %", -12.5, None),
        ("- 7", -7, -7),
        ("€ -7", -7, -7),
        ("\u22123,5", -3.5, None),
        ("+3", 3, 3),
        ("300", 300, 300),
        ("007", 7, 7),
        ("12.50", None, 12.5),
        ("1.23.456", None, None),
        ("1.250 000,0", None, None),
        ("n/a", None, None),
        ("", None, None),
        ("€", None, None),
        ("7 items", None, None),
        ("3 x 4", None, None),
        ("25/11/2026", None, None),
        ("1e3", None, None),
        ("9" * 61, None, None),
    ],
)
def test_a_number_is_read_as_it_is_written(text: str, comma: Any, point: Any) -> None:
    """Thousands, signs, currencies and percent signs; what is ambiguous is not read."""
    assert (comma, point) == (COMMA.number(text), POINT.number(text))


@pytest.mark.parametrize("value", [250.5, 3, None, True, dt.date(2026, 1, 1)])
def test_values_that_are_no_text_have_no_notation(value: Any) -> None:
    """A number of the log is that number in any notation."""
    assert Notation().number(value) == COMMA.number(value) == POINT.number(value)


@given(st.integers(-(10**9), 10**9), st.integers(0, 99), st.sampled_from(["", " €", " EUR", " %"]))
def test_any_amount_comes_back(whole: int, cents: int, unit: str) -> None:
    """Written with thousands separators and two decimals in either notation."""
    point = f"{whole:,}.{cents:02}{unit}"
    comma = point.replace(",", "_").replace(".", ",").replace("_", ".")
    expected = float(f"{whole}.{cents:02}")

    assert expected == POINT.number(point) == COMMA.number(comma)
    if abs(whole) >= 1000:
        assert POINT.number(comma) is COMMA.number(point) is None


def test_a_file_says_how_its_log_writes_numbers() -> None:
    """A paid order is no website visit, and equality reads numbers alike."""
    rules = tp.classify.rules({"decimal": ",", "rule": ORDERS})
    assert ["purchase", "website_visit", "purchase"] == rules.batch(
        [{"event": "order", "amount": one} for one in ("1.250,00 €", "19,99 €", 200)]
    )
    exact = tp.classify.rules({"decimal": ",", "rule": [{"when": {"x": 7.5}, "type": "t"}]})
    assert ("t", None) == (exact({"x": "7,50"}), exact({"x": "7.50"}))
    assert rules == pickle.loads(pickle.dumps(rules))


# ---------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("formats", "text", "expected"),
    [
        (("%d/%m/%Y",), "25/11/2026", dt.datetime(2026, 11, 25)),
        (("%d/%m/%Y",), " 5/1/2026 ", dt.datetime(2026, 1, 5)),
        (("%d/%m/%Y",), "11/25/2026", None),
        (("%d/%m/%Y",), "2026-11-25", None),
        (("%d/%m/%Y", "%d.%m.%y %H:%M"), "25.11.26 13:30", dt.datetime(2026, 11, 25, 13, 30)),
        (("%Y-%m-%d %H:%M%z",), "2026-11-25 10:00+0200", dt.datetime(2026, 11, 25, 8)),
        ((), "2026-11-25", dt.datetime(2026, 11, 25)),
        ((), "25/11/2026", None),
    ],
)
def test_a_date_is_read_in_the_formats_of_the_file(
    formats: tuple[str, ...], text: str, expected: Any
) -> None:
    """Only in these: a text that fits another notation is not read as some other day."""
    assert expected == Notation(dates=formats).instant(text)


def test_a_file_says_how_its_log_writes_dates() -> None:
    """As one format or several."""
    rule = {"when": {"day": {"min": dt.date(2026, 11, 20)}}, "type": "t"}
    for dates in ("%d/%m/%Y", ["%Y-%m-%d", "%d/%m/%Y"]):
        rules = tp.classify.rules({"dates": dates, "rule": [rule]})
        assert ["t", None] == rules.batch([{"day": "25/11/2026"}, {"day": "01/11/2026"}])


@pytest.mark.parametrize(
    ("top", "message"),
    [
        ({"decimal": ";"}, 'decimal: must be "," or ".", got \';\''),
        ({"decimal": 5}, 'decimal: must be "," or ".", got 5'),
        ({"decimal": []}, 'decimal: must be "," or ".", got []'),
        ({"dates": "%d/%m"}, "dates: '%d/%m' is not a format of dates"),
        ({"dates": "dd/mm/yyyy"}, "dates: 'dd/mm/yyyy' is not a format of dates"),
        ({"dates": ["%d/%m/%Q"]}, "dates: '%d/%m/%Q' is not a format of dates"),
        ({"dates": "%" * 1_000_000}, "is not a format of dates"),
        ({"dates": 5}, "dates: expected a list of texts"),
        ({"dates": [""]}, "dates: the text is empty"),
    ],
)
def test_a_mistake_in_the_notation_is_named(top: Any, message: str) -> None:
    """In the error that lists all problems of the file."""
    with pytest.raises(ProblemsError) as caught:
        tp.classify.rules({**top, "rule": ORDERS})
    assert message in str(caught.value)


# ---------------------------------------------------------------------------------------- stars


@pytest.mark.parametrize(
    ("asked", "mend"),
    [
        ("order_*", "write starts = 'order_'"),
        ("*_order", "write ends = '_order'"),
        ("*order*", "write contains = 'order'"),
        ("a*b.c", r"write regex = '^a.*b\.c$'"),
        ({"starts": "order_*"}, "write starts = 'order_'"),
        ({"in": ["x", "order_*"]}, "has a star, which stands for any ending only in words"),
        ("*", r"or regex = '\*' for a star itself"),
    ],
)
def test_a_star_is_refused_with_the_comparison_that_is_meant(asked: Any, mend: str) -> None:
    """It is a wildcard only where it is one in keywords; else it would silently never match."""
    with pytest.raises(ProblemsError) as caught:
        tp.classify.rules({"rule": [{"when": {"event": asked}, "type": "t"}]})
    assert mend in str(caught.value)


def test_a_star_itself_is_found_by_a_regex() -> None:
    """The mend of the message works."""
    rules = tp.classify.rules({"rule": [{"when": {"x": {"regex": r"\*"}}, "type": "t"}]})
    assert ("t", None) == (rules({"x": "a*"}), rules({"x": "a"}))


def test_a_phrase_without_words_is_a_problem() -> None:
    """It could never be found."""
    with pytest.raises(ProblemsError, match=r"words: '\?!' has no words"):
        tp.classify.rules({"rule": [{"when": {"x": {"words": ["a", "?!"]}}, "type": "t"}]})
    with pytest.raises(ProblemsError, match="words: the list is empty"):
        tp.classify.rules({"rule": [{"when": {"x": {"words": []}}, "type": "t"}]})


@pytest.mark.parametrize(
    ("bound", "hint"),
    [
        ("200", "without quotation marks (200), found the text '200'"),
        ("2026-11-25", "without quotation marks (2026-11-25), found"),
        ("many", "expected a number or a date, found the text 'many'"),
    ],
)
def test_a_bound_in_quotation_marks_is_named(bound: str, hint: str) -> None:
    """TOML writes numbers and dates without them."""
    with pytest.raises(ProblemsError) as caught:
        tp.classify.rules({"rule": [{"when": {"x": {"min": bound}}, "type": "t"}]})
    assert hint in str(caught.value)


# ------------------------------------------------------------------------------- what is not read

ROWS = [
    {"event": "order", "amount": "250,00 €"},  # not read, and it decides
    {"event": "order", "amount": "250,00 €"},
    {"event": "order", "amount": "many"},
    {"event": "order", "amount": "19.99"},  # read
    {"event": "order", "amount": None},  # missing, which is not the same
    {"event": "view", "amount": "n/a"},  # not read, but the rule fails anyway
]


def wrapped(rules: Any) -> list[Any]:
    """Return the rules alone and inside every classifier that is made of others."""
    nothing = tp.classifier(reads=("event",))(lambda _: None)
    return [
        rules,
        tp.classify.first_match(nothing, rules),
        tp.classify.combine(nothing, rules),
        tp.classify.abstain_below(rules, 0.5),
    ]


@pytest.mark.parametrize("place", range(4))
def test_values_that_could_not_be_read_are_counted(place: int) -> None:
    """Rows by hand: two amounts with a comma and one word, where the amount decides."""
    rules = wrapped(tp.classify.rules({"rule": ORDERS}))[place]
    report = read(ROWS, rules).meta.report

    assert 3 == report.unread
    assert {"amount '250,00 €'": 2, "amount 'many'": 1} == report.unread_texts
    assert report.sentences()[0].startswith(
        "3 of 6 rows have a value that the rules could not read (2: \"amount '250,00 €'\","
    )
    assert 1 <= report.remarks


def test_with_the_notation_only_the_word_is_left() -> None:
    """The report shows what still cannot be read."""
    report = read(ROWS, tp.classify.rules({"decimal": ",", "rule": ORDERS})).meta.report
    assert {"amount 'many'": 1, "amount '19.99'": 1} == report.unread_texts


def test_a_value_that_decides_nothing_is_not_counted() -> None:
    """An earlier rule has answered, or a classifier before this one."""
    rules = tp.classify.rules(
        {"rule": [{"when": {"event": "order", "paid": "no"}, "type": "checkout"}, *ORDERS]}
    )
    rows = [{"event": "order", "amount": "many", "paid": "no"}]
    assert 0 == read(rows, rules).meta.report.unread

    first = tp.classifier(reads=("event",))(lambda _: "checkout")
    chain = tp.classify.first_match(first, tp.classify.rules({"rule": ORDERS}))
    assert 0 == read(rows, chain).meta.report.unread


def test_retyping_counts_again() -> None:
    """The count is of the rules that typed the journeys last."""
    journeys = read(ROWS, tp.classify.rules({"rule": ORDERS}), per_interaction=("event", "amount"))
    again = tp.retype(journeys, tp.classify.rules({"decimal": ",", "rule": ORDERS}))
    assert (3, 2) == (journeys.meta.report.unread, again.meta.report.unread)


def test_the_explanation_says_that_the_value_was_not_read() -> None:
    """With the kind that the comparison needs."""
    told = repr(tp.classify.explain(tp.classify.rules({"rule": ORDERS}), ROWS[0]))
    assert "amount='250,00 €' is not at least 200 (it is not read as a number)" in told


@pytest.mark.parametrize("make", [tp.classify.first_match, tp.classify.combine])
def test_a_classifier_before_the_rules_is_called_once_per_distinct_event(make: Any) -> None:
    """Counting what could not be read asks nobody twice."""
    asked = []

    @tp.classifier(reads=("event",))
    def slow(event: Any) -> None:
        asked.append(event["event"])

    assert 3 == read(ROWS, make(slow, tp.classify.rules({"rule": ORDERS}))).meta.report.unread
    assert len(asked) == len({(row["event"], row["amount"]) for row in ROWS})


def test_a_classifier_of_ones_own_may_say_what_it_could_not_read() -> None:
    """By the method ``read``, which the contract describes."""

    class Own:
        reads = ("event",)

        def __call__(self, event: Any, /) -> str:
            return "purchase"

        def read(self, events: Any) -> Any:
            return ["purchase"] * len(events), ["what is it?"] * len(events)

    tp.testing.check_classifier(Own(), ROWS)
    assert {"what is it?": 6} == read(ROWS, Own()).meta.report.unread_texts
    Own.read = lambda self, events: ([None] * len(events), [])
    with pytest.raises(ProblemsError, match="'purchase' alone and None when it reads a log"):
        tp.testing.check_classifier(Own(), ROWS)
    Own.read = lambda self, events: 3
    with pytest.raises(ClassifierError, match="raised TypeError"):
        read(ROWS, Own())
