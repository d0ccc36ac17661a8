"""Events that are no touchpoints: left out by a rule or a classifier, and counted by reason."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.classify import Verdict, combine, first_match
from touchpoints.errors import InvalidInputError, ProblemsError, WrongKindError

CUSTOMER = tp.load_taxonomy("customer")
BEGINS = Verdict(leave_out="a visit begins")
RULES = {
    "rule": [
        {"when": {"what": "session_start"}, "leave_out": "a visit begins"},
        {"when": {"what": ["consent", "cookies"]}, "leave_out": "consent"},
        {"when": {"what": "order"}, "type": "purchase"},
        {"when": {"what": "view"}, "type": "website_visit"},
    ]
}


def saying(answer: Any, name: str = "one") -> Any:
    """Return a classifier that always gives the same answer."""

    def classify(event: Any) -> Any:
        return answer

    classify.__name__ = name
    return tp.classifier(reads=("what",))(classify)


def read(names: str, classifier: Any = None, **options: Any) -> tp.Journeys:
    """Read one journey of the names, in this order."""
    records = [
        {"id": 1, "at": f"2026-05-01T10:{at:02}", "what": name, "stage": None}
        for at, name in enumerate(names.split())
    ]
    rules = tp.classify.rules(RULES, taxonomy=CUSTOMER)
    classifier = rules if classifier is None else classifier
    return tp.from_records(
        records, journey="id", time="at", touchpoint=classifier, taxonomy=CUSTOMER, **options
    )


# -------------------------------------------------------------------------------- reading a log


@pytest.mark.parametrize("unmatched", ["raise", "drop", "keep"])
def test_events_left_out_are_in_no_journey_and_are_counted_by_reason(unmatched: str) -> None:
    """Whatever ``unmatched`` is: the log is not refused, and nothing else is dropped."""
    journeys = read("session_start view consent cookies order", unmatched=unmatched)
    report = journeys.meta.report

    assert ("website_visit", "purchase") == journeys[0].keys
    assert ("website_visit", "purchase") == tuple(one.key for one in journeys.touchpoints)
    assert (5, 3, 3, 0, 0) == (
        report.rows, report.left_out, report.dropped, report.unmatched, report.without_touchpoint,
    )  # fmt: skip
    assert {"consent": 2, "a visit begins": 1} == report.left_out_reasons
    assert (
        "3 of 5 rows are no touchpoints and left out (2: 'consent', 1: 'a visit begins')",
    ) == report.sentences()
    assert 0 == report.remarks


def test_unknown_events_are_still_an_error_beside_those_left_out() -> None:
    """The error names the unknown rows alone."""
    with pytest.raises(InvalidInputError, match="1 row matches no touchpoint type") as caught:
        read("session_start view fax")

    assert "rows 2" in caught.value.where
    assert "'fax'" in caught.value.where


def test_unknown_events_are_counted_apart() -> None:
    """Dropped or kept, an unknown event is no event left out."""
    kept = read("session_start view fax", unmatched="keep")
    dropped = read("session_start view fax", unmatched="drop")

    assert ("website_visit", "fax") == kept[0].keys
    assert ("website_visit",) == dropped[0].keys
    for journeys, lost in ((kept, 0), (dropped, 1)):
        report = journeys.meta.report
        assert (1, 1, lost, 1 + lost) == (
            report.left_out, report.unmatched, report.unmatched_dropped, report.dropped,
        )  # fmt: skip
    assert [("fax", 1)] == [
        (row["name"], row["events"]) for row in tp.classify.unmatched(kept).to_dicts()
    ]


def test_a_missing_name_can_be_left_out() -> None:
    """It is counted by its reason, not as a row without a name."""
    rules = tp.classify.rules(
        {
            "rule": [
                {"when": {"what": {"missing": True}}, "leave_out": "nothing recorded"},
                {"when": {"what": "order"}, "type": "purchase"},
            ]
        }
    )
    log = {"id": [1, 1], "at": ["2026-05-01", "2026-05-02"], "what": [None, "order"]}
    report = tp.from_columns(log, journey="id", time="at", touchpoint=rules).meta.report

    assert ({"nothing recorded": 1}, 0) == (report.left_out_reasons, report.without_touchpoint)


@pytest.mark.parametrize("unmatched", ["raise", "drop", "keep"])
def test_both_rows_of_a_joined_interaction_are_counted(unmatched: Any) -> None:
    """Start and complete of an event left out are two rows of the log."""
    records = [
        {"id": 1, "at": f"2026-05-0{day}", "what": what, "stage": stage}
        for day, (what, stage) in enumerate(
            [("cleaning", "start"), ("cleaning", "complete"), ("visit", "start")], start=1
        )
    ]
    rules = tp.classify.rules(
        {
            "rule": [
                {"when": {"what": "cleaning"}, "leave_out": "housekeeping"},
                {"when": {"what": "visit"}, "type": "ward_visit"},
            ]
        }
    )
    report = tp.from_records(
        records, journey="id", time="at", touchpoint=rules, lifecycle="stage", unmatched=unmatched
    ).meta.report

    assert (2, {"housekeeping": 2}) == (report.left_out, report.left_out_reasons)


def test_retyping_leaves_out_too_and_adds_to_the_count() -> None:
    """The report keeps what was left out when the log was read."""
    journeys = read("session_start view order", per_interaction=("what",))
    again = tp.retype(
        journeys,
        tp.classify.rules(
            {
                "rule": [
                    {"when": {"what": "order"}, "leave_out": "a test order"},
                    {"when": {"what": "view"}, "type": "website_visit"},
                ]
            }
        ),
    )

    assert ("website_visit",) == again[0].keys
    assert 2 == again.meta.report.left_out
    assert {"a test order": 1, "a visit begins": 1} == again.meta.report.left_out_reasons


def test_the_counts_are_stored_and_added(tmp_path: Any) -> None:
    """A file of journeys keeps the reasons; two logs read together add them."""
    journeys = read("session_start view consent")
    tp.write_journeys(journeys, tmp_path / "j.zip")
    report = tp.read_journeys(tmp_path / "j.zip").meta.report

    assert journeys.meta.report == report
    assert report == pickle.loads(pickle.dumps(report))
    assert {"a visit begins": 2, "consent": 2} == report.plus(report).left_out_reasons


def test_the_report_lists_twenty_reasons() -> None:
    """The most frequent; the total counts all of them."""
    names = [f"n{number}" for number in range(30) for _ in range(number)]

    @tp.classifier(reads=("what",))
    def every(event: Any) -> Any:
        return Verdict(leave_out=f"because of {event['what']}")

    log = {"id": [1] * len(names), "at": ["2026-01-01"] * len(names), "what": names}
    report = tp.from_columns(log, journey="id", time="at", touchpoint=every).meta.report

    assert sum(range(30)) == report.left_out
    assert [f"because of n{number}" for number in range(29, 9, -1)] == list(report.left_out_reasons)
    assert "26 more" not in report.sentences()[0]
    assert "16 more" in report.sentences()[0]


# ----------------------------------------------------------------------------------- the answer


def test_a_verdict_that_leaves_out_has_nothing_else() -> None:
    """No type, no facets; the reason is text."""
    assert "Verdict(leave_out='a visit begins')" == repr(BEGINS)
    with pytest.raises(InvalidInputError, match="has no type and no facets"):
        Verdict("purchase", leave_out="why")
    with pytest.raises(InvalidInputError, match="has no type and no facets"):
        Verdict(facets={"need": "learn"}, leave_out="why")
    with pytest.raises(WrongKindError, match="the reason"):
        Verdict(leave_out=True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([BEGINS, "purchase"], BEGINS),
        (["purchase", BEGINS], "purchase"),
        ([None, BEGINS], BEGINS),
        ([tp.Facets(need="learn"), BEGINS], BEGINS),
        ([BEGINS, Verdict(leave_out="other")], BEGINS),
    ],
)
def test_a_chain_takes_it_like_a_type(answers: list[Any], expected: Any) -> None:
    """The first answer that decides is taken, and facets alone decide nothing."""
    assert expected == first_match(*map(saying, answers))({"what": 1})


def test_a_combination_keeps_no_facets_of_an_event_left_out() -> None:
    """Neither facets before it nor columns after it; a type after it is a conflict."""
    facets = tp.Facets(arrival_channel="email", provenance="data")
    assert BEGINS == combine(saying(facets), saying(BEGINS), saying(facets))({"what": 1})

    found = combine(saying(BEGINS, "one"), saying("purchase", "two"))({"what": 1})
    assert isinstance(found, Verdict)
    assert ("", "a visit begins") == (found.type, found.leave_out)
    assert ["type: '(left out)' (one) against 'purchase' (two)"] == list(map(str, found.conflicts))

    found = combine(saying("purchase", "one"), saying(BEGINS, "two"))({"what": 1})
    assert isinstance(found, Verdict)
    assert ("purchase", "") == (found.type, found.leave_out)
    assert ["type: 'purchase' (one) against '(left out)' (two)"] == list(map(str, found.conflicts))

    assert BEGINS == combine(saying(BEGINS), saying(Verdict(leave_out="other")))({"what": 1})


UNDECIDED = (None, tp.Facets(need="learn"))
ANSWERS = st.sampled_from(
    [*UNDECIDED, "purchase", BEGINS, Verdict("purchase", facets={"need": "x"})]
)


@given(st.lists(ANSWERS, min_size=1, max_size=4))
def test_the_first_decision_counts_in_chains_and_combinations(answers: list[Any]) -> None:
    """A type or leaving out, whichever comes first; explanations name the same answer."""
    first = next((one for one in answers if one not in UNDECIDED), None)
    classifiers = [saying(one, f"c{number}") for number, one in enumerate(answers)]
    for make in (first_match, combine):
        found = make(*classifiers)({"what": 1})
        leaves_out = isinstance(found, Verdict) and bool(found.leave_out)
        assert leaves_out == (first is BEGINS)
        told = tp.classify.explain(make(*classifiers), {"what": 1})
        assert found == told.answer
        decided = [step.name for step in told.steps if step.outcome == "decided"]
        assert (first is None) or decided == [f"c{answers.index(first)}"]


def test_an_explanation_says_that_it_is_left_out() -> None:
    """With the reason, as the answer of the rule and of the whole."""
    told = repr(tp.classify.explain(tp.classify.rules(RULES), {"what": "consent"}))

    assert told.startswith("rules: left out: consent\n")
    assert "decided    rule 2: what='consent' is one of 'consent', 'cookies' -> left out" in told


def test_a_classifier_that_leaves_out_keeps_the_contract() -> None:
    """`check_classifier` has nothing to say."""
    tp.testing.check_classifier(
        tp.classify.rules(RULES),
        [{"what": "consent"}, {"what": "order"}, {"what": None}, {}],
        taxonomy=CUSTOMER,
    )


# ------------------------------------------------------------------------------------ rule files


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (
            {"leave_out": "why", "type": "purchase"},
            "leave_out: a rule that leaves events out assigns nothing else, but has 'type'",
        ),
        (
            {"leave_out": "why", "need": "learn", "columns": {"a": "b"}, "provenance": "data"},
            "assigns nothing else, but has 'provenance', 'need', 'a'",
        ),
        ({"leave_out": ""}, "leave_out: the text is empty"),
        ({"leave_out": True}, "leave_out: expected text, found true"),
        (
            {},
            'leave_out = "the reason" for events that are no touchpoints',
        ),
    ],
)
def test_mistakes_in_a_rule_that_leaves_out(rule: dict[str, Any], problem: str) -> None:
    """The reason is required, and nothing else is assigned."""
    with pytest.raises(ProblemsError) as caught:
        tp.classify.rules({"rule": [{"when": {"what": "x"}, **rule}]}, taxonomy=CUSTOMER)

    assert problem in str(caught.value)


# --------------------------------------------------------------------------------------- quality


def test_leaving_out_is_a_term_of_the_type() -> None:
    """Counts by hand: found, missed, wrong, and agreeing with the label None."""
    labelled = [
        ({"what": "session_start"}, Verdict(leave_out="whatever the words")),  # right
        ({"what": "nothing known"}, None),  # no answer, no type expected: agrees
        ({"what": "fax"}, {"type": "(left out)"}),  # no answer: missed
        ({"what": "consent"}, None),  # left out, no type expected: agrees
        ({"what": "cookies"}, "purchase"),  # left out, a type expected: wrong
        ({"what": "order"}, "purchase"),  # right
    ]
    found = tp.classify.evaluate_classifier(tp.classify.rules(RULES), labelled)
    [row] = found.facets.to_dicts()

    assert (6, 3, 3) == (row["events"], row["answered"], row["abstained"])
    assert (2 / 3, 4 / 6) == (row["accuracy"], row["right"])
    terms = {row["term"]: row for row in found.terms.to_dicts()}
    assert (2, 2, 1) == tuple(
        terms["(left out)"][name] for name in ("labelled", "answered", "correct")
    )


def test_agreement_tells_leaving_out_from_no_answer() -> None:
    """Two classifiers that leave out agree whatever their reasons; none is another answer."""
    events = [{"what": one} for one in ("session_start", "consent", "fax")]
    same = tp.classify.agreement(tp.classify.rules(RULES), saying(BEGINS), events)
    rows = {(row["first"], row["second"]): row["events"] for row in same.to_dicts()}

    assert {("(left out)", "(left out)"): 2, ("(none)", "(left out)"): 1} == rows
    assert 2 / 3 == same.share


# -------------------------------------------------------------------------------------- trackers


@pytest.mark.parametrize(
    ("classifier", "event"),
    [
        (tp.classify.ga4_events(), {"event_name": "session_start"}),
        (tp.classify.ga4_events(), {"event_name": "first_visit"}),
        (tp.classify.ga4_events(), {"event_name": "user_engagement"}),
        (tp.classify.ga4_events(), {"event_name": "scroll"}),
        (tp.classify.segment_events(), {"event": "Signed Out"}),
        (tp.classify.snowplow_events(), {"event_name": "page_ping"}),
    ],
)
def test_trackers_know_their_own_events(classifier: Any, event: Any) -> None:
    """Automatic events are no touchpoints, and a rule before them may say otherwise."""
    found = classifier(event)
    assert isinstance(found, Verdict)
    assert found.leave_out
    [field] = event
    own = tp.classify.rules({"rule": [{"when": event, "type": "website_visit"}]}, fields=[field])
    assert "website_visit" == first_match(own, classifier)(event)


def test_a_raw_export_of_ga4_is_read_without_dropping_unknown_events() -> None:
    """``unmatched="raise"`` stays in force for events of one's own."""
    names = "session_start first_visit page_view scroll user_engagement purchase"
    journeys = read(names, tp.classify.ga4_events(name="what"))

    assert ("website_visit", "purchase") == journeys[0].keys
    assert 4 == journeys.meta.report.left_out
    with pytest.raises(InvalidInputError, match="matches no touchpoint type"):
        read(f"{names} my_event", tp.classify.ga4_events(name="what"))
