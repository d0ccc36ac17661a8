"""Answers to "why did you come?" and the interactions they are about (A7, A20, B8)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import touchpoints as tp
from tests.experience.naive_answers import Said, Visit, attached
from touchpoints.errors import (
    InvalidInputError,
    NotFoundError,
    TouchpointsWarning,
    WrongKindError,
)
from touchpoints.experience._shared.answered import as_inferred

attach = tp.experience.attach_answers
CUSTOMER = tp.load_taxonomy("customer")
LOG = {
    "id": ["a", "a", "a", "b"],
    "who": ["ana", "ana", "ana", "leo"],
    "at": ["2026-01-01", "2026-01-03", "2026-01-05", "2026-01-02"],
    "do": ["site_search", "live_chat", "purchase", "live_chat"],
}
NAMES = {"journey": "id", "time": "at"}


def log(**more: Any) -> tp.Journeys:
    """Return two journeys of typed touchpoints."""
    roles = {"touchpoint": "do", "person": "who", "taxonomy": CUSTOMER, **more}
    return tp.from_columns(LOG, **NAMES, **roles)


def said(*rows: tuple[Any, ...], names: tuple[str, ...] = ("id", "at", "why")) -> list[dict]:
    """Return answers as records."""
    return [dict(zip(names, row, strict=False)) for row in rows]


def needs(journeys: tp.Journeys) -> list[str]:
    """Return the need of every interaction."""
    return [one.need for journey in journeys for one in journey.touchpoints]


def test_an_answer_is_about_the_latest_interaction_at_or_before_it() -> None:
    """Never about a later one; at the same time counts as before."""
    found = attach(log(), said(("a", "2026-01-04", "learn")), **NAMES, need="why")
    before = needs(log())

    assert ("site_search", "live_chat[need=learn]", "purchase") == found[0].keys
    assert [before[0], "learn", *before[2:]] == needs(found)
    assert [1, 3, 1, 1] == found.per_interaction["need_from"].tolist()
    assert [None, "solve_problem", None, None] == found.per_interaction["need_inferred"].to_list()
    at_once = attach(log(), said(("a", "2026-01-05", "learn")), **NAMES, need="why")
    assert "learn" == at_once[0].touchpoints[2].need


def test_an_answer_before_everything_attaches_to_nothing() -> None:
    """It is counted, said and shown; the journeys stay as they are."""
    found = attach(
        log(),
        said(("a", "2025-12-31", "learn"), ("b", "2026-01-02", "save_money")),
        **NAMES,
        need="why",
    )

    assert (2, 1, 1) == (
        found.meta.report.answers,
        found.meta.report.answers_attached,
        found.meta.report.answers_too_early,
    )
    assert ("1 of 2 answers was given before any interaction that fits",) == (
        found.meta.report.sentences()
    )
    assert "1 of 2 answers attached and 1 remark (meta.report)" in repr(found)
    assert log()[0].keys == found[0].keys


def test_an_answer_of_a_person_is_about_the_latest_of_all_their_journeys() -> None:
    """Also where a journey that began later is already over."""
    rows = {
        "id": [1, 1, 2],
        "who": ["ana"] * 3,
        "at": ["2026-01-01", "2026-01-09", "2026-01-05"],
        "do": ["x", "y", "z"],
    }
    journeys = tp.from_columns(rows, **NAMES, touchpoint="do", person="who")
    asked = {"person": "who", "time": "at", "need": "why"}
    names = ("who", "at", "why")

    for at, keys in (
        ("2026-01-06", ["x", "y", "z[need=learn]"]),
        ("2026-01-04", ["x[need=learn]", "y", "z"]),
        ("2026-01-10", ["x", "y[need=learn]", "z"]),
    ):
        found = attach(journeys, said(("ana", at, "learn"), names=names), **asked)
        assert keys == [key for journey in found for key in journey.keys]


def test_within_is_inclusive() -> None:
    """A day and a microsecond after the interaction is too late for within one day."""
    day = dt.timedelta(days=1)
    answers = said(("a", "2026-01-04", "learn"), ("b", "2026-01-03T00:00:00.000001", "learn"))
    found = attach(log(), answers, **NAMES, need="why", within=day)

    assert 1 == found.meta.report.answers_too_late == found.meta.report.answers_attached
    assert "learn" == found[0].touchpoints[1].need


def test_terms_are_known_by_id_label_and_alias_of_any_language() -> None:
    """And a term that is not known is refused with what may have been meant, or counted."""
    answers = said(
        ("a", "2026-01-02", "Get information"),
        ("a", "2026-01-03", "learn"),
        ("b", "2026-01-02", CUSTOMER.facets["need"].label("save_money", lang="es")),
    )
    found = attach(log(), answers, **NAMES, need="why")
    assert ["learn", "learn"] == needs(found)[:2]
    assert "save_money" == needs(found)[3]

    wrong = said(("a", "2026-01-02", "save mony"), ("b", "2026-01-02", "learn"))
    with pytest.raises(NotFoundError, match="did you mean 'Save money'") as error:
        attach(log(), wrong, **NAMES, need="why")
    assert "1 answer with 'save mony'" == error.value.where
    assert 'unmatched="drop"' in error.value.mend
    found = attach(log(), wrong, **NAMES, need="why", unmatched="drop")
    assert (1, 1) == (found.meta.report.answers_unmatched, found.meta.report.answers_attached)


def test_thousands_of_free_texts_are_counted_without_proposals() -> None:
    """Only the first of them is searched for what may have been meant."""
    answers = said(*(("a", "2026-01-02", f"because {number}") for number in range(3000)))
    with pytest.raises(NotFoundError, match="no term of need 'because 0'") as error:
        attach(log(), answers, **NAMES, need="why")
    assert error.value.where.startswith("3,000 answers with 'because 0'")
    found = attach(log(), answers, **NAMES, need="why", unmatched="drop")
    assert 3000 == found.meta.report.answers_unmatched


def test_an_ambiguous_name_is_refused() -> None:
    """Two terms have one name, each in its language."""
    names = {"learn": "Ask", "save": "Ask somebody"}
    terms = [tp.Term(one, {"en": name}) for one, name in names.items()]
    terms[1] = attrs.evolve(terms[1], labels={"es": "Ask"})
    facet = tp.Facet("need", terms=terms)
    mine = tp.Taxonomy("mine", languages=["en", "es"], facets=[facet])
    journeys = log(taxonomy=mine, unmatched="keep")
    with pytest.raises(InvalidInputError, match="ambiguous: term of need"):
        attach(journeys, said(("a", "2026-01-02", "Ask")), **NAMES, need="why")


def test_without_a_taxonomy_every_text_is_a_term() -> None:
    """Untyped touchpoints show the need in their key, and say where it comes from."""
    plain = log(taxonomy=None)
    found = attach(plain, said(("b", "2026-01-02", "to ask, quickly")), **NAMES, need="why")

    assert "to ask, quickly" == found[1].touchpoints[0].need
    assert {"need": "to ask, quickly"} == tp.taxonomy.parse_key(found[1].keys[0])[1]
    assert [0, 0, 0, 3] == found.per_interaction["need_from"].tolist()
    assert [None, None, None, "unknown"] == found.per_interaction["need_inferred"].to_list()


def test_the_touchpoint_that_an_answer_names_decides() -> None:
    """By type, label or key; a blank one names none, and an unknown one is refused or counted."""
    names = ("id", "at", "why", "where")
    answers = said(
        ("a", "2026-01-09", "learn", "Live chat"),
        ("a", "2026-01-02", "save_money", None),
        ("b", "2026-01-09", "learn", "purchase"),
        names=names,
    )
    found = attach(log(), answers, **NAMES, need="why", touchpoint="where")

    assert ["save_money", "learn"] == needs(found)[:2]
    assert 1 == found.meta.report.answers_too_early  # leo never purchased
    wrong = said(("a", "2026-01-09", "learn", "live chatt"), names=names)
    with pytest.raises(NotFoundError, match="no touchpoint 'live chatt'"):
        attach(log(), wrong, **NAMES, need="why", touchpoint="where")
    found = attach(log(), wrong, **NAMES, need="why", touchpoint="where", unmatched="drop")
    assert 1 == found.meta.report.answers_unmatched


def test_of_several_answers_the_last_holds() -> None:
    """Others are repeated or replaced; of different answers at the same time none holds."""
    answers = said(
        ("a", "2026-01-03T01", "learn"),
        ("a", "2026-01-03T02", "save_money"),
        ("a", "2026-01-03T02", "save_money"),
        ("a", "2026-01-03T00", "save_money"),
        ("b", "2026-01-02", "learn"),
        ("b", "2026-01-02", "save_money"),
    )
    found = attach(log(), answers, **NAMES, need="why")
    report = found.meta.report

    assert "save_money" == needs(found)[1]
    assert needs(log())[3] == needs(found)[3]
    assert (1, 2, 1, 2) == (
        report.answers_attached,
        report.answers_repeated,
        report.answers_replaced,
        report.answers_contradicting,
    )
    assert 6 == report.answers
    assert 3 == report.remarks


def test_need_and_context_are_settled_apart() -> None:
    """One answer gives the need, a later one the context."""
    names = ("id", "at", "why", "how")
    answers = said(
        ("a", "2026-01-02", "learn", None), ("a", "2026-01-02T01", None, "promotion"), names=names
    )
    context = next(iter(CUSTOMER.facets["context"].terms))
    answers[1]["how"] = context
    found = attach(log(), answers, **NAMES, need="why", context="how")

    one = found[0].touchpoints[0]
    assert ("learn", context) == (one.need, one.context)
    assert 2 == found.meta.report.answers_attached
    assert 3 == found.per_interaction["context_from"][0]


def test_what_was_inferred_first_is_kept_by_a_second_call() -> None:
    """The second answer replaces the first, and what it replaced is not called inferred."""
    once = attach(log(), said(("b", "2026-01-02", "learn")), **NAMES, need="why")
    again = attach(once, said(("b", "2026-01-02", "save_money")), **NAMES, need="why")

    assert "save_money" == needs(again)[3]
    assert "solve_problem" == again.per_interaction["need_inferred"].to_list()[3]
    assert (2, 2) == (again.meta.report.answers, again.meta.report.answers_attached)


def test_answers_of_a_row_that_counts_several_times_are_refused() -> None:
    """An answer is of one journey; a row that counts 0 times is no journey."""
    several = attrs.evolve(log(), counts=[1, 3])
    with pytest.raises(InvalidInputError, match="counted several times") as error:
        attach(several, said(("b", "2026-01-02", "learn")), **NAMES, need="why")
    assert "'b'" in error.value.where
    assert "one row per journey" in error.value.mend
    none = attrs.evolve(log(), counts=[1, 0])
    answers = said(("a", "2026-01-02", "learn"), ("b", "2026-01-02", "learn"))
    assert 1 == attach(none, answers, **NAMES, need="why").meta.report.answers_without_journey


def test_answers_of_nobody_are_refused_with_the_ids() -> None:
    """Mostly ids of another kind or spelling."""
    with pytest.raises(InvalidInputError, match="no answer is of a journey of the log") as error:
        attach(log(), said(("A", "2026-01-02", "learn")), **NAMES, need="why")
    assert "answers have 'A', the log has 'a', 'b'" == error.value.where


def test_time_zones_are_those_of_the_log() -> None:
    """Naive answers are read in the zone given; one side with and one without are refused."""
    rows = {"id": [1], "at": ["2026-01-01T12:00:00+00:00"], "do": ["x"]}
    aware = tp.from_columns(rows, **NAMES, touchpoint="do")
    answers = said((1, "2026-01-01T12:30", "learn"))

    with pytest.raises(InvalidInputError, match="zone") as error:
        attach(aware, answers, **NAMES, need="why")
    assert 'tz="UTC"' in error.value.mend
    madrid = attach(aware, answers, **NAMES, need="why", tz="Europe/Madrid")  # 11:30 UTC
    assert 1 == madrid.meta.report.answers_too_early
    assert 1 == attach(aware, answers, **NAMES, need="why", tz="UTC").meta.report.answers_attached
    with pytest.raises(InvalidInputError, match="zone") as error:
        attach(log(), said(("a", "2026-01-02T12:30Z", "learn")), **NAMES, need="why")
    assert "read the log with tz=" in error.value.mend


def test_blank_answers_and_answers_without_ids_or_times_are_counted() -> None:
    """Each once, for the first reason that applies."""
    answers = said(
        ("a", "2026-01-02", " "),
        (None, "2026-01-02", "learn"),
        ("a", None, "learn"),
        ("c", None, "learn"),
        ("a", "2026-01-02", "unknown"),
        ("b", "2026-01-04", "learn"),
    )
    report = attach(log(), answers, **NAMES, need="why").meta.report

    assert (2, 2, 1, 1) == (
        report.answers_blank,
        report.answers_without_journey,
        report.answers_without_time,
        report.answers_attached,
    )


@pytest.mark.parametrize(
    "make", [pd.DataFrame, pl.DataFrame, dict], ids=["pandas", "polars", "dict"]
)
def test_answers_are_any_table(make: Any) -> None:
    """Frames, columns and records say the same."""
    answers = said(("a", "2026-01-02", "learn"), ("b", "2026-01-09", "save_money"))
    table = make({name: [one[name] for one in answers] for name in answers[0]})

    assert attach(log(), answers, **NAMES, need="why") == attach(log(), table, **NAMES, need="why")


def test_ids_of_several_columns_are_joined_as_by_from_frame() -> None:
    """A session of a user, for example."""
    rows = {**LOG, "n": [1, 1, 1, 1]}
    journeys = tp.from_columns(rows, journey=["who", "n"], time="at", touchpoint="do")
    answers = said(("ana", 1, "2026-01-02", "learn"), names=("who", "n", "at", "why"))
    found = attach(journeys, answers, journey=["who", "n"], time="at", need="why")

    assert "learn" == found[0].touchpoints[0].need


def test_answers_survive_storage(tmp_path: Any) -> None:
    """With the report, and what was inferred."""
    found = attach(
        log(),
        said(("a", "2026-01-02", "learn"), ("z", "2026-01-01", "learn")),
        **NAMES,
        need="why",
    )
    tp.write_journeys(found, tmp_path / "log")

    again = tp.read_journeys(tmp_path / "log")
    assert "" == tp.first_difference(found, again)
    assert found.meta.report == again.meta.report
    assert 1 == again.meta.report.answers_without_journey


def test_a_touchpoint_that_defines_an_outcome_still_does() -> None:
    """Also with the need of an answer, so that analyses refuse journeys that contain it."""
    marked = tp.mark(log(), "sale", when="purchase")
    found = attach(marked, said(("a", "2026-01-05", "learn")), **NAMES, need="why")

    assert ("purchase", "purchase[need=learn]") == found.meta.defining["sale"]


def test_touchpoints_without_a_name_or_taxonomy_get_the_need_as_well(tmp_path: Any) -> None:
    """Missing names, raw texts, and types of which the log has no taxonomy any more."""
    rows = {"id": [1, 1, 1], "at": ["2026-01-01", "2026-01-02", "2026-01-03"]}
    do = ["live_chat", None, "odd [text]"]
    journeys = tp.from_columns(
        {**rows, "do": do}, **NAMES, touchpoint="do", taxonomy=CUSTOMER, unmatched="keep"
    )
    answers = said(*((1, f"2026-01-0{day}", "learn") for day in (1, 2, 3)))
    for log_ in (journeys, attrs.evolve(journeys, meta=tp.Meta())):
        found = attach(log_, answers, **NAMES, need="why")
        assert ["learn"] * 3 == needs(found)
        assert ["live_chat", "", ""] == [one.type for one in found[0].touchpoints]
        tp.write_journeys(found, tmp_path / "log")
        assert found == tp.read_journeys(tmp_path / "log")
        assert needs(log_) == needs(as_inferred(found))


def test_logs_with_and_without_answers_can_be_read_together() -> None:
    """Interactions of the other log have no answer."""
    one = attach(log(), said(("a", "2026-01-02", "learn")), **NAMES, need="why")
    other = attrs.evolve(log(), ids=["c", "d"])
    both = tp.concat([one, other])

    assert 1 == tp.experience.need_shares(both).answers
    assert 8 == tp.experience.need_shares(both).items
    grouped = tp.experience.need_shares(tp.collapse(both, "need"))
    assert grouped.as_dict() == pytest.approx(
        tp.experience.need_shares(both).as_dict(), nan_ok=True
    )


def test_answers_survive_pseudonyms() -> None:
    """What they replaced are terms, as touchpoints have them, and no free text."""
    found = attach(log(), said(("a", "2026-01-02", "learn")), **NAMES, need="why")
    hidden = tp.pseudonymise(found, key="a secret of the shop")

    assert found.per_interaction["need_inferred"] == hidden.per_interaction["need_inferred"]
    assert 1 == tp.experience.need_shares(hidden).answers


def test_collapsed_journeys_are_refused_and_answers_are_lost_by_retype_with_a_warning() -> None:
    """Answers are about touchpoints as they are."""
    with pytest.raises(InvalidInputError, match="before tp.collapse"):
        attach(
            tp.collapse(log(), "channel"), said(("a", "2026-01-02", "learn")), **NAMES, need="why"
        )
    found = attach(log(), said(("a", "2026-01-02", "learn")), **NAMES, need="why")
    again = tp.classifier(reads=("touchpoint",))(lambda event: event["touchpoint"].split("[")[0])
    with pytest.warns(TouchpointsWarning, match="needs and contexts from answers are lost"):
        typed = tp.retype(found, again)
    assert "need_inferred" not in typed.per_interaction


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"need": "why", "person": "who"}, "name one column of ids"),
        ({}, "neither column is given"),
        ({"need": "wy"}, "no column 'wy'"),
        ({"need": "why", "journey": None}, "name one column of ids"),
        ({"need": "why", "ambiguous": "later"}, "tz= names no zone"),
        ({"need": "why", "unmatched": "keep"}, "unmatched='keep' is not an option"),
        ({"need": "why", "within": dt.timedelta(0)}, "within must be positive"),
    ],
)
def test_columns_that_do_not_fit_are_refused(more: dict[str, Any], says: str) -> None:
    """Whose answers, and of what, must be said."""
    answers = said(("a", "2026-01-02", "learn"))
    with pytest.raises((InvalidInputError, NotFoundError), match=says):
        attach(log(), answers, **{**NAMES, **more})


def test_a_column_of_the_name_that_holds_no_terms_is_refused() -> None:
    """The library's own column would be mixed up with it."""
    other = attrs.evolve(log(), per_interaction={"need_inferred": np.arange(4)})
    with pytest.raises(InvalidInputError, match="must hold the terms that answers replaced"):
        attach(other, said(("a", "2026-01-02", "learn")), **NAMES, need="why")
    with pytest.raises(InvalidInputError, match="would be lost"):
        tp.from_columns(
            {**LOG, "need_inferred": list("abcd")},
            **NAMES,
            touchpoint="do",
            per_interaction=["need_inferred"],
        )


def test_what_is_no_table_is_refused() -> None:
    """Records must be mappings."""
    for wrong in (None, 3, "a", [1], log()):
        with pytest.raises(WrongKindError):
            attach(log(), wrong, **NAMES, need="why")


def test_no_answers_change_nothing_but_say_so() -> None:
    """An empty survey is legal."""
    found = attach(log(), [], **NAMES, need="why")

    assert needs(log()) == needs(found)
    assert 0 == found.meta.report.answers
    assert [None] * 4 == found.per_interaction["need_inferred"].to_list()


VISITS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 6), st.sampled_from("xy")), min_size=1, max_size=12
)
ANSWERS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.one_of(st.none(), st.integers(0, 8)),
        st.sampled_from(["learn", "save", None]),
        st.sampled_from(["rush", "calm", None]),
        st.sampled_from(["x", None]),
    ),
    max_size=10,
)


@given(VISITS, ANSWERS, st.booleans(), st.sampled_from([None, 2]))
def test_answers_attach_as_the_naive_twin_does(
    visits: list[Any], answers: list[Any], by_person: bool, within: int | None
) -> None:
    """Every interaction has the term that the definition gives it, and every answer is counted."""
    of = "person" if by_person else "journey"
    log_ = sorted(Visit(one, one % 2, at, what) for one, at, what in visits)
    told = [Said(a, at, {"need": n, "context": c}, what) for a, at, n, c, what in answers]
    owners = {getattr(visit, of) for visit in log_}
    known = [one for one in told if any(one.terms.values())]
    if any(visit.what == "x" for visit in log_) is False:
        told = [one._replace(what=None) for one in told]
        known = [one for one in told if any(one.terms.values())]
    held, became = attached(log_, told, of=of, within=within)
    journeys = tp.from_columns(
        {
            "id": [one.journey for one in log_],
            "who": [one.person for one in log_],
            "at": [minute(one.at) for one in log_],
            "do": [one.what for one in log_],
        },
        **NAMES,
        touchpoint="do",
        person="who",
    )
    columns = {
        of: [one.owner for one in told],
        "at": [None if one.at is None else minute(one.at) for one in told],
        "why": [one.terms["need"] for one in told],
        "how": [one.terms["context"] for one in told],
        "what": [one.what for one in told],
    }
    asked = {of: of, "time": "at", "need": "why", "context": "how", "touchpoint": "what"}
    limit = None if within is None else dt.timedelta(minutes=within)
    if told and len(known) == len(told) and not owners & {one.owner for one in known}:
        with pytest.raises(InvalidInputError, match="no answer is of a"):
            attach(journeys, columns, **asked, within=limit)
        return
    found = attach(journeys, columns, **asked, within=limit)
    order = sorted(range(len(log_)), key=lambda place: log_[place].journey)
    terms = [one for journey in found for one in journey.touchpoints]
    for place, one in zip(order, terms, strict=True):
        assert held.get((place, "need"), "unknown") == one.need
        assert held.get((place, "context"), "unknown") == one.context
    report = found.meta.report
    assert len(told) == report.answers == sum(became.values())
    assert dict(became) == {
        name.removeprefix("answers_"): getattr(report, name)
        for name in (field.name for field in attrs.fields(type(report)))
        if name.startswith("answers_") and getattr(report, name)
    }


@given(VISITS, ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_log_and_answers_plays_no_part(
    visits: list[Any], answers: list[Any], random: Any
) -> None:
    """Needs of each journey and what became of the answers are the same in any order of rows."""
    rows = sorted(
        {
            (one, at): {"id": one, "who": one % 2, "at": minute(at), "do": what}
            for one, at, what in visits
        }.values(),
        key=lambda row: row["id"],
    )
    told = [
        {"who": owner % 2, "at": minute(at), "why": need, "how": context}
        for owner, at, need, context, _ in answers
        if at is not None
    ]
    asked = {"person": "who", "time": "at", "need": "why", "context": "how"}
    assume(any(one["who"] == row["who"] for one in told for row in rows))
    found = []
    for _ in range(2):
        log_ = tp.from_records(rows, **NAMES, touchpoint="do", person="who")
        one = attach(log_, told, **asked)
        keys = sorted((journey.id, journey.keys) for journey in one)
        found.append((keys, one.meta.report))
        random.shuffle(rows)
        random.shuffle(told)
    (keys, report), (others, other) = found
    assert keys == others
    assert report == other


def minute(at: int) -> str:
    """Return a time of a minute."""
    return f"2026-01-01T00:{at:02}"
