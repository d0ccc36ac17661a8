"""Facets read directly from a column count as observed."""

from __future__ import annotations

from typing import Any

import pytest

import touchpoints as tp
from touchpoints.classify import by_column, combine
from touchpoints.errors import ClassifierError, InvalidInputError, NotFoundError


@pytest.fixture(scope="module")
def customer() -> tp.Taxonomy:
    """Return the built-in taxonomy."""
    return tp.load_taxonomy("customer")


@pytest.mark.parametrize(
    ("value", "term"),
    [
        ("save_money", "save_money"),
        ("Save money", "save_money"),
        ("AHORRAR  DINERO", "save_money"),
        ("price", "save_money"),
        ("PRÍCE", "save_money"),
        ("unknown", "unknown"),
    ],
)
def test_a_value_is_an_id_a_label_or_one_of_your_own(
    customer: tp.Taxonomy, value: str, term: str
) -> None:
    """In any language of the taxonomy, ignoring case and accents."""
    why = by_column("why", facet="need", taxonomy=customer, terms={"price": "save_money"})
    assert tp.Facets(need=term, provenance="data") == why({"why": value})


@pytest.mark.parametrize("value", [None, "", float("nan")])
def test_a_missing_value_gets_no_answer(customer: tp.Taxonomy, value: Any) -> None:
    """A missing value is not an unknown value."""
    assert by_column("why", facet="need", taxonomy=customer)({"why": value}) is None


def test_types_can_be_read_too(customer: tp.Taxonomy) -> None:
    """A column may hold touchpoint types."""
    what = by_column("what", facet="type", taxonomy=customer)
    assert "live_chat" == what({"what": "Chat en vivo"})


def test_numbers_and_flags_are_values(customer: tp.Taxonomy) -> None:
    """The answer 1 of a survey equals the text 1, also where missing answers made it 1.0."""
    why = by_column("why", facet="need", terms={"1": "save_money", "true": "learn"})
    assert ["save_money", "save_money", "learn"] == [
        why({"why": value})["need"] for value in (1, 1.0, True)
    ]


def test_all_unknown_values_are_one_error(customer: tp.Taxonomy) -> None:
    """The error of reading a log lists every unknown value, with near names."""
    why = by_column("why", facet="need", taxonomy=customer)
    rows = [
        {"id": 1, "t": "2026-01-01", "what": "live_chat", "why": one}
        for one in ("learn", "lern", "save_mony", "zzz", None)
    ]
    names = by_column("what", facet="type", taxonomy=customer)
    with pytest.raises(ClassifierError, match="3 values that name no term of need") as caught:
        tp.from_records(
            rows, journey="id", time="t", touchpoint=combine(names, why), taxonomy=customer
        )
    assert "'lern' (did you mean 'learn'?)" in caught.value.where
    assert "'zzz'" in caught.value.where


def test_unknown_values_can_be_left_out(customer: tp.Taxonomy) -> None:
    """The need of these values is the default; a stated need is observed."""
    names = by_column("what", facet="type", taxonomy=customer)
    why = by_column("why", facet="need", taxonomy=customer, unknown="abstain")
    rows = [
        {"id": 1, "t": "2026-01-01", "what": "live_chat", "why": one} for one in ("learn", "zzz")
    ]
    journeys = tp.from_records(
        rows, journey="id", time="t", touchpoint=combine(names, why), taxonomy=customer
    )
    assert ("live_chat[need=learn]", "live_chat") == journeys[0].keys
    assert [3, 1] == journeys.per_interaction["need_from"].tolist()


def test_a_column_of_your_own_needs_no_taxonomy() -> None:
    """A name that is not a facet becomes a per-interaction column."""
    how = by_column("ref", facet="arrival_channel", terms={"fb": "social.paid"}, unknown="abstain")
    assert tp.Facets(arrival_channel="social.paid", provenance="data") == how({"ref": "FB"})


def test_a_name_of_two_things_is_no_value() -> None:
    """A label of two terms is ambiguous and gets no answer."""
    taxonomy = tp.Taxonomy(
        "mine",
        languages=("en", "es"),
        facets=[
            tp.Facet(
                "need",
                terms=[
                    tp.Term("a", {"en": "Sale", "es": "Venta"}),
                    tp.Term("b", {"en": "Exit", "es": "Sale"}),
                ],
            )
        ],
    )
    why = by_column("why", facet="need", taxonomy=taxonomy, unknown="abstain")
    assert why({"why": "sale"}) is None
    assert tp.Facets(need="a", provenance="data") == why({"why": "venta"})


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"facet": "nead"}, NotFoundError, "did you mean 'need'"),
        ({"facet": "need", "terms": {"x": "lern"}}, NotFoundError, "did you mean 'learn'"),
        ({"facet": "need", "unknown": "drop"}, InvalidInputError, "'raise', 'abstain'"),
        ({"facet": "need", "taxonomy": None}, InvalidInputError, "needs a taxonomy or terms"),
    ],
)
def test_mistakes_are_named(
    customer: tp.Taxonomy, options: Any, error: type[Exception], message: str
) -> None:
    """A facet, a term or an option that does not exist."""
    with pytest.raises(error, match=message):
        by_column("why", **{"taxonomy": customer, **options})
