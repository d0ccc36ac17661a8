"""Evaluation of classifiers against labels, their agreement, and unmatched events."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints._core.arrays.statistics.intervals import kappa, wilson_bounds, z_of
from touchpoints.classify import Verdict, agreement, evaluate_classifier, keywords, unmatched
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError


@tp.classifier(reads=("said",))
def echo(event: Any) -> Any:
    """Answer with the answer that the event holds."""
    return event["said"] or None


def labelled(*pairs: tuple[str | None, Any]) -> list[tuple[dict[str, Any], Any]]:
    """Return events with their answers by `echo`, and their labels."""
    return [({"said": answer}, label) for answer, label in pairs]


def test_the_figures_follow_the_definitions() -> None:
    """By hand: 10 events, 8 answered, 6 right; one answer where the label states no type."""
    found = evaluate_classifier(
        echo,
        labelled(
            *[("a", "a")] * 4, ("a", "b"), *[("b", "b")] * 2, (None, "b"), ("a", None), (None, None)
        ),
    )
    [row] = found.facets.to_dicts()
    assert (10, 8, 2) == (row["events"], row["answered"], row["abstained"])
    assert (0.8, 0.75, 0.7) == (row["coverage"], row["accuracy"], row["right"])
    assert tp.wilson(6, 8) == pytest.approx((row["accuracy_low"], row["accuracy_high"]))

    terms = {row["term"]: row for row in found.terms.to_dicts()}
    assert (4, 6, 4) == tuple(terms["a"][name] for name in ("labelled", "answered", "correct"))
    assert (4 / 6, 1.0) == (terms["a"]["precision"], terms["a"]["recall"])
    assert (1.0, 0.5) == (terms["b"]["precision"], terms["b"]["recall"])
    assert ("a", "a", 4) == tuple(
        found.confusion.to_dicts()[0][name] for name in ("labelled", "answered", "events")
    )
    assert 10 == found.confusion.events.sum()


@given(
    st.lists(
        st.tuples(st.sampled_from([None, *"abc"]), st.sampled_from([None, *"abc"])), min_size=1
    )
)
def test_the_figures_agree_with_counting(pairs: list[tuple[str | None, str | None]]) -> None:
    """Precision, recall and coverage equal those of plain loops over the events."""
    found = evaluate_classifier(echo, labelled(*pairs))
    [row] = found.facets.to_dicts()
    assert sum(answer is not None for answer, _ in pairs) == row["answered"]
    assert sum(answer == label for answer, label in pairs) / len(pairs) == row["right"]
    for one in found.terms.to_dicts():
        said = sum(answer == one["term"] for answer, _ in pairs)
        meant = sum(label == one["term"] for _, label in pairs)
        both = sum(answer == label == one["term"] for answer, label in pairs)
        assert (meant, said, both) == (one["labelled"], one["answered"], one["correct"])
        assert math.isnan(one["precision"]) if not said else both / said == one["precision"]
        assert math.isnan(one["recall"]) if not meant else both / meant == one["recall"]


def test_each_facet_is_compared_where_its_label_is_stated() -> None:
    """Labels may state facets as well as the type, or only facets; the type comes first."""
    answer = Verdict("live_chat", facets={"need": "learn"})
    found = evaluate_classifier(
        echo,
        [
            ({"said": answer}, {"need": "learn", "type": "live_chat"}),
            ({"said": answer}, tp.Facets(need="compare")),
            ({"said": "live_chat"}, {"need": None}),
            ({"said": None}, tp.load_taxonomy("customer").touchpoint("live_chat")),
        ],
        facets=["type", "need"],
    )
    assert [("type", 2, 1), ("need", 4, 2)] == [
        (row["facet"], row["events"], row["answered"]) for row in found.facets.to_dicts()
    ]


def test_a_facet_that_follows_from_the_type_can_be_compared() -> None:
    """With a taxonomy, answers are completed with the defaults of their types (B23)."""
    pairs = labelled(
        ("live_chat", {"directness": "direct"}), ("ad_exposure", {"directness": "direct"})
    )
    [without] = evaluate_classifier(echo, pairs).facets.to_dicts()
    customer = tp.load_taxonomy("customer")
    [row] = evaluate_classifier(echo, pairs, taxonomy=customer).facets.to_dicts()
    assert (0, 2, 0.5) == (without["answered"], row["answered"], row["accuracy"])


def test_a_table_can_hold_the_labels() -> None:
    """A mapping of columns, the labels among them."""
    table = {"said": ["a", "b", None], "type": ["a", "a", float("nan")], "why": ["x", "y", ""]}
    [row] = evaluate_classifier(echo, table).facets.to_dicts()
    assert (3, 0.5, 2 / 3) == (row["events"], row["accuracy"], row["right"])
    [row] = evaluate_classifier(echo, table, truth={"need": "why"}).facets.to_dicts()
    assert "need" == row["facet"]


def test_it_reads_as_a_sentence() -> None:
    """Number of answers, accuracy and coverage, with intervals."""
    found = evaluate_classifier(echo, labelled(("a", "a"), (None, "a")))
    figures = [
        "1 of 2 events answered",
        "accuracy 1.000 [0.207, 1.000]",
        "coverage 0.500 [0.095, 0.905]",
    ]
    assert f"  type: {', '.join(figures)}" == repr(found).splitlines()[1]


@pytest.mark.parametrize(
    ("events", "more", "error", "message"),
    [
        ([], {}, InvalidInputError, "labelled must hold at least one event"),
        ([{"said": "a"}], {}, WrongKindError, "must hold pairs of an event and its label, got"),
        ([({"said": "a"}, 3)], {}, WrongKindError, "a label must be a type id, .* or None, got 3"),
        ([({"said": "a"}, "a")], {"facets": ["need"]}, NotFoundError, "labelled facet 'need'"),
        ([({"said": "a"}, "a")], {"level": 95}, InvalidInputError, "level=0.95"),
        (
            [({"said": "a"}, "a")],
            {"truth": {"type": "t"}},
            InvalidInputError,
            "labelled is not a table",
        ),
        ({"said": ["a"]}, {}, NotFoundError, "no column 'type'"),
        ({"said": ["a"], "type": []}, {}, InvalidInputError, "differ in length"),
    ],
)
def test_labels_that_cannot_be_used_are_named(
    events: Any, more: Any, error: type[Exception], message: str
) -> None:
    """No labels, labels of another kind, missing columns."""
    with pytest.raises(error, match=message):
        evaluate_classifier(echo, events, **more)


# --------------------------------------------------------------------------------------- agreement


def test_kappa_equals_the_published_value() -> None:
    """Fleiss, Levin & Paik, Statistical Methods for Rates and Proportions, table 18.1: 0.68."""
    assert 0.68 == round(kappa(np.array([[75, 1, 4], [5, 4, 1], [0, 0, 10]])).value, 2)


def test_the_standard_error_of_kappa_equals_that_of_simulations() -> None:
    """The formula agrees with the standard deviation over simulated tables."""
    rng = np.random.default_rng(1)
    share = np.array([[0.44, 0.05, 0.06], [0.07, 0.20, 0.03], [0.04, 0.01, 0.10]])
    drawn = [
        kappa(one.reshape(3, 3)).value for one in rng.multinomial(1_000, share.ravel(), size=4_000)
    ]
    assert pytest.approx(np.std(drawn), rel=0.04) == kappa(share * 1_000).error


def test_kappa_of_extreme_tables() -> None:
    """1 for full agreement, 0 for agreement by chance, nan when chance agreement is full."""
    assert 1.0 == kappa(np.array([[3, 0], [0, 5]])).value
    assert pytest.approx(0.0) == kappa(np.array([[4, 4], [4, 4]])).value
    assert math.isnan(kappa(np.array([[8, 0], [0, 0]])).value)
    assert math.isnan(kappa(np.zeros((2, 2))).value)


def test_the_interval_of_a_share_equals_the_public_function() -> None:
    """The kernel and `tp.wilson` give the same interval."""
    for hits, count in ((0, 5), (3, 10), (10, 10)):
        low, high = wilson_bounds(np.float64(hits), np.float64(count), z_of(0.9))
        assert tp.wilson(hits, count, level=0.9) == pytest.approx((float(low), float(high)))


def test_two_classifiers_are_compared() -> None:
    """The share of equal answers, kappa with its interval, and the different answers."""
    one = keywords({"type": {"live_chat": ["chat"], "purchase": ["buy"]}})
    two = keywords({"type": {"live_chat": ["chat", "message"], "purchase": ["buy"]}})
    texts = ["chat", "buy", "message", "nothing", "buy it"] * 20
    found = agreement(one, two, events=[{"text": text} for text in texts])

    assert 0.8 == found.share
    assert tp.wilson(80, 100) == pytest.approx((found.share_low, found.share_high))
    assert 0 < found.kappa_low < found.kappa < found.kappa_high < 1
    assert [{"first": "(none)", "second": "live_chat", "events": 20}] == found.disagreements()
    assert 100 == found.events.sum()


def test_agreement_is_symmetric_and_full_with_itself() -> None:
    """The order of the classifiers does not matter."""
    one = keywords({"type": {"live_chat": ["chat"]}})
    two = keywords({"type": {"live_chat": ["chat", "hi"]}})
    events = [{"text": text} for text in ("chat", "hi", "no", "chat")]
    there, back = agreement(one, two, events=events), agreement(two, one, events=events)
    assert (there.share, there.kappa) == (back.share, back.kappa)
    assert (1.0, 1.0) == (
        agreement(one, one, events=events).share,
        agreement(one, one, events=events).kappa,
    )


def test_nothing_to_compare_is_an_error() -> None:
    """Agreement needs events."""
    with pytest.raises(InvalidInputError, match="at least one event"):
        agreement(echo, echo, events=[])


# --------------------------------------------------------------------------------------- unmatched


def read(*names: str, how: str = "keep", **more: Any) -> tp.Journeys:
    """Return two journeys with these names."""
    rows = [
        {"id": number % 2, "t": "2026-01-01", "what": name, "n": 10 ** (number % 2)}
        for number, name in enumerate(names)
    ]
    customer = tp.load_taxonomy("customer")
    return tp.from_records(
        rows, journey="id", time="t", touchpoint="what", taxonomy=customer, unmatched=how, **more
    )


def test_unmatched_events_are_grouped_and_ranked() -> None:
    """Names that differ in numbers, ids, case and accents share a group, largest first (B7)."""
    found = unmatched(
        read(
            *("/pedido/17", "/PEDIDO/4", "zzz", "Ático", "atico", "purchase"),
            *("/pedido/99", "q-3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
        )
    )
    rows = found.to_dicts()
    assert [("/pedido/#", 3, 3), ("atico", 2, 2), ("q-#", 1, 1), ("zzz", 1, 1)] == [
        (row["name"], row["events"], row["names"]) for row in rows
    ]
    assert 3 / 8 == rows[0]["share"]
    assert 2 == rows[0]["journeys"]
    assert "/pedido/17" == rows[0]["example"]


def test_a_type_is_proposed_with_its_reason() -> None:
    """By the words of the name, in either language; no proposal where no word fits."""
    found = {row["name"]: row for row in unmatched(read("compra_zona", "xyzzy")).to_dicts()}
    assert "purchase" == found["compra_zona"]["proposed"]
    assert found["compra_zona"]["reason"]
    assert ("", "none") == (found["xyzzy"]["proposed"], found["xyzzy"]["sure"])


def test_a_very_long_text_is_shown_by_its_beginning() -> None:
    """A text of a megabyte is cut in the table."""
    found = unmatched(read("x" * 1_000_000, "y"))
    assert 201 == max(len(row["example"]) for row in found.to_dicts())
    assert len(repr(found)) < 3_000


def test_counts_are_honoured() -> None:
    """A journey with count 10 counts ten times; top keeps the most frequent group."""
    found = unmatched(read("aaa", "bbb", count="n"), top=1)
    [row] = found.to_dicts()
    assert ("bbb", 10, 10) == (row["name"], row["events"], row["journeys"])


def test_without_unmatched_events_the_table_is_empty() -> None:
    """Every event has a type."""
    assert 0 == len(unmatched(read("purchase", "live_chat")))


def test_without_a_taxonomy_there_is_no_proposal() -> None:
    """Unless a taxonomy is passed."""
    rows = [{"id": 1, "t": "2026-01-01", "what": "compra"}]
    plain = tp.from_records(rows, journey="id", time="t", touchpoint="what")
    assert [""] == list(unmatched(plain).proposed)
    assert ["purchase"] == list(unmatched(plain, taxonomy=tp.load_taxonomy("customer")).proposed)


def test_events_that_were_dropped_cannot_be_grouped() -> None:
    """The error says how to read the log instead; collapsed journeys are refused too."""
    with pytest.raises(InvalidInputError, match="were dropped") as caught:
        unmatched(read("zzz", "purchase", how="drop"))
    assert 'unmatched="keep"' in caught.value.mend
    with pytest.raises(
        InvalidInputError, match="were collapsed, so their touchpoints have no types"
    ):
        unmatched(tp.collapse(read("purchase"), by="need"))
    with pytest.raises(InvalidInputError, match="top must be an integer of at least 1, got 0"):
        unmatched(read("zzz"), top=0)
    with pytest.raises(WrongKindError, match="takes Journeys, not"):
        unmatched(["zzz"])
