"""Distinct texts and events are matched to touchpoints, each once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given

import touchpoints as tp
from tests import strategies
from touchpoints._core.frozen import code_values
from touchpoints.classify.typing import distinct_touchpoints, match_events, match_texts
from touchpoints.classify.untyped_policy import EventSource, apply_unmatched
from touchpoints.errors import ClassifierError
from touchpoints.taxonomy import Taxonomy, Touchpoint, load_taxonomy, untyped

CUSTOMER = load_taxonomy("customer")
PAGES = ("/chat", "/buy", None)


def classify(answer: Any, *, taxonomy: Any = CUSTOMER) -> Any:
    """Match one event with the page /chat, for which the classifier gives this answer."""

    @tp.classifier(reads=("page",))
    def one(_: Any) -> Any:
        return answer

    return match_events({"page": code_values(["/chat"])}, one, taxonomy)[1]


# ------------------------------------------------------------------------------------------ texts


def test_without_a_taxonomy_each_text_is_an_untyped_touchpoint() -> None:
    """Every text matches, and no need is known."""
    found = match_texts(["search", "Payment (card)", "50% [new]", "(start)"], None)

    assert ["search", "Payment (card)", "50%25 %5Bnew%5D", "%28start%29"] == [
        touchpoint.key for touchpoint in found.touchpoints
    ]
    assert found.matched.all()
    assert not found.need_from.any()


def test_with_a_taxonomy_texts_are_looked_up() -> None:
    """By id, label or alias in any language; other texts are unmatched raw texts."""
    found = match_texts(["live_chat", "Live chat", "Chat en vivo", "fax"], CUSTOMER)

    assert ["live_chat"] * 3 + ["fax"] == [touchpoint.key for touchpoint in found.touchpoints]
    assert [True, True, True, False] == found.matched.tolist()
    assert [1, 1, 1, 0] == found.need_from.tolist()


# ---------------------------------------------------------------------------------------- answers


def test_a_type_id_is_a_touchpoint_with_the_types_defaults() -> None:
    """Its need is the default and does not count as observed."""
    found = classify("live_chat")

    assert (CUSTOMER.touchpoint("live_chat"),) == found.touchpoints
    assert ([True], [1]) == (found.matched.tolist(), found.need_from.tolist())


def test_a_touchpoint_with_another_need_was_concluded() -> None:
    """A need other than the default comes from the rule; an equal need is the default."""
    found = classify(CUSTOMER.touchpoint("live_chat", need="learn"))

    assert ["live_chat[need=learn]"] == [touchpoint.key for touchpoint in found.touchpoints]
    assert [2] == found.need_from.tolist()
    assert [1] == classify(CUSTOMER.touchpoint("live_chat")).need_from.tolist()


@pytest.mark.parametrize(("provenance", "code"), [("rule", 2), ("data", 3)])
def test_facets_without_a_type_stay_unmatched(provenance: Any, code: int) -> None:
    """The facets are kept on the raw text, with their provenance."""
    found = classify(tp.Facets(need="learn", provenance=provenance))

    assert ["/chat[need=learn]"] == [touchpoint.key for touchpoint in found.touchpoints]
    assert ([False], [code]) == (found.matched.tolist(), found.need_from.tolist())


def test_facets_that_are_no_facets_are_columns() -> None:
    """The arrival channel is a column of the interaction, not part of the touchpoint."""
    found = classify(tp.Facets(arrival_channel="social.paid", channel="website"))

    assert {"arrival_channel": ["social.paid"]} == {
        name: column.to_list() for name, column in found.columns.items()
    }
    assert "website" == found.touchpoints[0].channel


def test_a_misspelt_facet_is_no_column() -> None:
    """A name similar to a facet is an error that proposes the facet, not a new column."""
    with pytest.raises(ClassifierError, match="did you mean 'channel'"):
        classify(tp.Facets(chanel="website"))


def test_no_answer_leaves_the_raw_text() -> None:
    """None is no answer, and the event keeps its raw text."""
    found = classify(None)

    assert (untyped("/chat"),) == found.touchpoints
    assert ([False], [True]) == (found.matched.tolist(), found.named.tolist())


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("live_chatt", "did you mean 'live_chat'"),
        (tp.Facets(need="lern"), "did you mean 'learn'"),
        (Touchpoint(type="gone", key="gone"), "no touchpoint type 'gone'"),
        (3, "answered with 3"),
        ("", "answered with ''"),
        (["live_chat"], "answered with"),
        ({"need": "learn"}, "answered with"),
    ],
)
def test_an_answer_that_means_nothing_is_an_error(answer: Any, message: str) -> None:
    """The error has the name of the classifier, the event, and a similar name if one exists."""
    with pytest.raises(ClassifierError, match=message) as caught:
        classify(answer)

    assert "the classifier one answered" in caught.value.what
    assert "/chat" in caught.value.where


def test_a_classifier_that_raises_is_named() -> None:
    """The error has the name of the classifier and the error that it raised."""

    @tp.classifier(reads=("page",))
    def broken(event: Any) -> str:
        return str(event["page"][99])

    with pytest.raises(ClassifierError, match="the classifier broken raised IndexError") as caught:
        match_events({"page": code_values(["/"])}, broken, None)
    assert isinstance(caught.value.__cause__, IndexError)


def test_without_a_taxonomy_any_text_is_an_answer() -> None:
    """The answer is an untyped touchpoint of that name."""
    found = classify("anything [at all]", taxonomy=None)

    assert (untyped("anything [at all]"),) == found.touchpoints
    assert found.matched.all()


def test_raw_text_that_reads_like_a_type_is_not_taken_for_it() -> None:
    """An unmatched event with the name of a type is a touchpoint of its own, not that type."""

    @tp.classifier(reads=("page",))
    def first_only(event: Any) -> str | None:
        return "live_chat" if event["page"] == "/chat" else None

    fields = {"page": code_values(["/chat", "live_chat"])}
    _, found = match_events(fields, first_only, CUSTOMER)
    distinct, _ = distinct_touchpoints(found.touchpoints)

    assert 2 == len({touchpoint.key for touchpoint in distinct})
    assert ["live_chat", ""] == [touchpoint.type for touchpoint in distinct]


# ---------------------------------------------------------------------------------------- events


def test_each_distinct_event_is_classified_once() -> None:
    """Equal rows share one answer; the classifier gets missing fields as None."""
    asked = []

    @tp.classifier(reads=("page", "paid"))
    def note(event: Any) -> str:
        asked.append((event["page"], event["paid"]))
        return f"{event['page']} {event['paid']}"

    pages = code_values([PAGES[row % 3] for row in range(300)])
    paid = np.array([row % 2 == 0 for row in range(300)])

    codes, found = match_events({"page": pages, "paid": paid}, note, None)

    assert 6 == len(asked) == len(set(asked)) == len(found.touchpoints)
    assert [f"{PAGES[row % 3]} {row % 2 == 0}" for row in range(300)] == [
        found.touchpoints[code].key for code in codes.tolist()
    ]


def test_an_event_of_nothing_has_no_name() -> None:
    """With all fields missing and no answer, the touchpoint counts as one without a name."""

    @tp.classifier(reads=("page",))
    def silent(_: Any) -> None:
        """Return no answer."""

    _, found = match_events({"page": code_values([None])}, silent, None)

    assert ["(missing)"] == [touchpoint.key for touchpoint in found.touchpoints]
    assert [False] == found.named.tolist()


def test_first_match_asks_in_order() -> None:
    """The first answer with a type wins over facets of an earlier classifier."""

    @tp.classifier(reads=("page",))
    def facets(_: Any) -> tp.Facets:
        return tp.Facets(channel="website")

    @tp.classifier(reads=("event",))
    def types(event: Any) -> str | None:
        return "purchase" if event["event"] == "order" else None

    fields = {"page": code_values(["/", "/"]), "event": code_values(["order", "view"])}
    _, found = match_events(fields, tp.classify.first_match(facets, types), CUSTOMER)

    assert ["purchase", "/ / view[channel=website]"] == [one.key for one in found.touchpoints]


# ----------------------------------------------------------------------------- untyped_policy


def test_counts_of_distinct_events_with_the_same_label_are_added() -> None:
    """The report counts rows by text, however many distinct events have that text."""

    @tp.classifier(reads=("left", "right"))
    def silent(_: Any) -> None:
        """Return no answer."""

    fields = {"left": code_values(["x", None, "x"]), "right": code_values([None, "x", None])}
    codes, found = match_events(fields, silent, None)
    applied = apply_unmatched(codes, found, "keep", EventSource(rows=None, column=None, owner="x"))

    assert {"x": 3} == applied.tally["unmatched_texts"]
    assert 3 == applied.tally["unmatched"]


@given(strategies.taxonomies())
def test_every_type_of_a_taxonomy_matches_its_own_names(taxonomy: Taxonomy) -> None:
    """By id and by label in each language; the need is the default where the type has one."""
    for one in taxonomy.types.values():
        found = match_texts([one.id, *one.labels.values()], taxonomy)

        assert {taxonomy.touchpoint(one.id)} == set(found.touchpoints)
        assert {int("need" in one.defaults)} == set(found.need_from.tolist())
        assert found.matched.all()
    assert not match_texts(["no type is called so"], taxonomy).matched.any()
