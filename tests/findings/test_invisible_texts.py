"""A text without a visible character is missing, wherever an id, a name or a text is taken."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from typing import Any

import attrs
import networkx as nx
import numpy as np
import polars as pl
import pytest

import touchpoints as tp
from tests.fuzz.readers import READERS
from touchpoints import classify
from touchpoints._core.frozen import Coded, is_missing
from touchpoints._core.text import is_blank
from touchpoints.classify import Facets, Verdict
from touchpoints.errors import InvalidInputError, TouchpointsError
from touchpoints.taxonomy import MISSING, Touchpoint, load_taxonomy, untyped

# Zero-width space, byte order mark, word joiner, soft hyphen, joiners, marks of direction, Hangul
# and Khmer fillers, variation selectors, the blank pattern of Braille, a tag, and controls.
UNSEEN = (
    "\u200b\ufeff\u2060\xad\u200c\u200d\u200e\u200f\u202e\u2066\u115f\u1160\u3164\uffa0\u17b4"
    "\u034f\u180e\ufe0f\u2800\U000e0020\U000e0100\U0001d173\x00\x1b\x7f\x85"
)
# Printed before numbers although they are format characters; accents alone show themselves.
SEEN = "\u0600\u06dd\u070f\u08e2\U000110bd\u0301\u20dda1.\u00bf\u4e2d\u05d0"
BLANKS = ["", " ", "\u200b", "\ufeff \xad", UNSEEN]
LOG: dict[str, Any] = {
    "id": ["a", "a", "b"],
    "at": ["2026-01-01", "2026-01-02", "2026-01-03"],
    "do": ["x", "y", "x"],
}
NAMES = {"journey": "id", "time": "at", "touchpoint": "do"}
JOURNEYS = tp.from_columns(LOG, **NAMES)


@pytest.mark.parametrize("char", UNSEEN)
def test_characters_that_show_nothing_are_blank(char: str) -> None:
    """Alone, repeated, and between spaces; beside a letter the text is not blank."""
    assert all(map(is_blank, (char, char * 3, f" {char}\u3000", f"{char}{UNSEEN}")))
    assert all(map(is_missing, (char, f" {char}")))
    assert not any(map(is_blank, (f"{char}a", f"a{char}", f" {char}é")))


@pytest.mark.parametrize("char", SEEN)
def test_characters_that_show_something_are_not(char: str) -> None:
    """Whatever stands around them."""
    assert not any(map(is_blank, (char, f" {char} ", f"\u200b{char}")))


def test_every_control_and_space_is_blank_and_no_letter_is() -> None:
    """Of all characters that Unicode has, by their categories."""
    for code in range(sys.maxunicode + 1):
        char, kind = chr(code), unicodedata.category(chr(code))
        if kind == "Cc" or char.isspace():
            assert is_blank(char), hex(code)
        elif kind[0] in "LNP" and char not in UNSEEN:
            assert not is_blank(char), hex(code)


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("event", untyped),
        ("event of a taxonomy", lambda blank: load_taxonomy("customer").untyped(blank)),
        ("key", lambda blank: Touchpoint(key=blank)),
        ("term", lambda blank: untyped("a", channel=blank)),
        ("further term", lambda blank: untyped("a", stage=blank)),
        ("term of a touchpoint", lambda blank: Touchpoint(key="a", need=blank)),
        ("further term of a touchpoint", lambda blank: Touchpoint(key="a", facets={"b": blank})),
        ("term of a type", lambda blank: load_taxonomy("customer").touchpoint(
            "live_chat", channel=blank)),
        ("id", lambda blank: attrs.evolve(JOURNEYS, ids=["a", blank])),
        ("no id", lambda _: attrs.evolve(JOURNEYS, ids=["a", None])),
        ("outcome", lambda blank: attrs.evolve(JOURNEYS, outcomes={blank: [1, 0]})),
        ("value", lambda blank: attrs.evolve(JOURNEYS, values={blank: [1, 0]})),
        ("column", lambda blank: attrs.evolve(JOURNEYS, per_journey={blank: [1, 0]})),
        ("column of rows", lambda blank: attrs.evolve(JOURNEYS, per_interaction={blank: [1] * 3})),
        ("new name", lambda blank: tp.relabel(JOURNEYS, {"x": blank})),
        ("selector", lambda blank: tp.containing(JOURNEYS, blank)),
        ("pattern", lambda blank: tp.pattern(f'x > "{blank}"')),
        ("outcome of a mark", lambda blank: tp.mark(JOURNEYS, blank, when="x")),
        ("outcome of paths", lambda blank: tp.from_paths(
            {"path": ["a"], "n": [1]}, path="path", converted="n", outcome=blank)),
        ("name in a path", lambda blank: tp.from_paths(
            {"path": [f"a > {blank} > b"]}, path="path")),
        ("group", lambda blank: tp.compare.pair(JOURNEYS[:1], JOURNEYS[1:], names=("a", blank))),
        ("node", lambda blank: tp.from_node_link({"nodes": [{"id": blank}], "edges": []})),
        ("metric", lambda blank: tp.experience.Metric(
            name=blank, low=0, high=10, satisfied=9, dissatisfied=6)),
    ],
)  # fmt: skip
def test_no_name_that_is_given_may_be_blank(
    name: str, make: Callable[[str], Any], blank: str
) -> None:
    """Nobody could read it in a table: the error says so, whatever kind of name it is."""
    assert name
    with pytest.raises(TouchpointsError) as caught:
        make(blank)
    assert "Traceback" not in str(caught.value)


@pytest.mark.parametrize("blank", BLANKS)
def test_no_name_in_a_document_may_be_blank(blank: str) -> None:
    """In taxonomies, plans, rules and key words; controls are written as TOML escapes them."""
    text = "".join(f"\\U{ord(one):08x}" for one in blank)
    plan, kept = "[touchpoints.a]", 'type = "t"'
    for name, content in (
        ("taxonomy", f'name = "n"\ntypes.a.labels.en = "{text}"'),
        ("taxonomy", f'name = "n"\nfacets.f.terms.t.labels.en = "{text}"'),
        ("plan", f'name = "{text}"\n{plan}'),
        ("plan", f'name = "n"\n[touchpoints."{text}"]'),
        ("plan", f'name = "n"\n{plan}\nfailures = ["{text}"]'),
        ("plan", f'name = "n"\nstages."{text}" = "s"\n{plan}'),
        ("rules", f'[[rule]]\nwhen.x.contains = "{text}"\n{kept}'),
        ("keywords", f'[type]\na = ["{text}"]'),
        ("keywords", f'[type]\n"{text}" = ["a"]'),
    ):
        with pytest.raises(TouchpointsError, match="empty|is missing|at least"):
            READERS[name](content)


@pytest.mark.parametrize("blank", BLANKS)
def test_no_node_of_a_file_or_a_graph_may_be_blank(blank: str) -> None:
    """A graph that is written names its nodes, and one that is read."""
    G = nx.DiGraph([("a", blank)])
    with pytest.raises(TouchpointsError, match="no visible character|XML does not allow"):
        tp.to_node_link(G)
    with pytest.raises(TouchpointsError, match="a node has no id|not a readable"):
        READERS["graphml"](f'<node id="{blank}"/>')


@pytest.mark.parametrize("blank", BLANKS)
def test_what_a_classifier_answers_in_blanks_it_does_not_answer(blank: str) -> None:
    """A blank type is none, a blank term is not known; both are counted as unmatched rows."""

    @tp.classifier(reads=("do",))
    def answering(event: classify.Event) -> Verdict:
        return Verdict(blank if event["do"] == "x" else "seen", facets=Facets(channel=blank))

    journeys = tp.from_columns(LOG, touchpoint=answering, journey="id", time="at", unmatched="keep")

    assert ["x", "seen"] == [one.key for one in journeys.touchpoints]
    assert {"unknown"} == {one.channel for one in journeys.touchpoints}
    assert 2 == journeys.meta.report.unmatched


@pytest.mark.parametrize("blank", BLANKS)
def test_events_of_blanks_have_no_name(blank: str) -> None:
    """Where nothing that a classifier reads is visible, the row has no touchpoint name."""

    @tp.classifier(reads=("do",))
    def silent(_: classify.Event) -> None:
        return None

    columns = {**LOG, "do": ["x", blank, "x"]}
    journeys = tp.from_columns(
        columns, touchpoint=silent, journey="id", time="at", unmatched="keep"
    )

    assert (1, 2) == (journeys.meta.report.without_touchpoint, journeys.meta.report.unmatched)
    assert [MISSING.key] == [one.key for one in journeys[0].touchpoints[1:]]


@pytest.mark.parametrize("blank", BLANKS)
def test_values_of_blanks_are_missing_however_they_are_given(blank: str) -> None:
    """As lists, as encoded text, and as persons, who are then nobody known."""
    for column in (["k", blank], Coded([0, 1], ("k", blank))):
        kept = attrs.evolve(JOURNEYS, per_journey={"plan": column}).per_journey["plan"]
        assert ["k", None] == kept.to_list()
    alone = attrs.evolve(JOURNEYS, persons=[blank, blank])

    assert 2 == tp.bootstrap(alone, lambda one: float(len(one)), seed=1, resamples=2).units


@pytest.mark.parametrize("blank", BLANKS)
def test_answers_and_scores_in_blanks_say_nothing(blank: str) -> None:
    """They are counted as answers without anything to say."""
    answers = {"id": ["a", "b"], "at": ["2026-02-01"] * 2, "need": ["discover", blank]}
    attached = tp.experience.attach_answers(JOURNEYS, answers, journey="id", time="at", need="need")

    assert 1 == attached.meta.report.answers_blank
    assert attached.meta.report.sentences()[-1].startswith("1 of 2 answers has nothing to say")
    scores = {"id": ["a", "b"], "at": ["2026-02-01"] * 2, "score": ["9", blank]}
    scored = tp.experience.attach_scores(
        JOURNEYS, scores, metric="nps", score="score", journey="id", time="at"
    )
    assert 1 == scored.meta.report.answers_blank


def test_ids_that_begin_beyond_ascii_are_told_from_blanks_in_polars() -> None:
    """The texts of a column of polars are looked at only where they can be blank."""
    ids = ["\x7f", "\u200b", "\u4e2d", "é", "\ufeff1", "\xad"]
    frame = pl.DataFrame({"id": ids, "at": ["2026-01-01"] * 6, "do": list("abcdef")})
    journeys = tp.from_frame(frame, **NAMES)

    assert ["\u4e2d", "é", "\ufeff1"] == sorted(journeys.ids.tolist(), key="\u4e2dé\ufeff1".find)
    assert 3 == journeys.meta.report.without_journey


def test_a_groups_key_of_two_facets_has_no_name_and_is_kept() -> None:
    """Lenses over two facets write keys of brackets alone: these are visible."""
    typed = attrs.evolve(
        JOURNEYS, touchpoints=(untyped("x", channel="web"), untyped("y", need="learn"))
    )
    collapsed = tp.collapse(typed, by=("channel", "need"))

    assert "[channel=web,need=unknown]" == collapsed.touchpoints[0].key


def test_ids_of_numbers_are_never_blank() -> None:
    """Missing numbers are."""
    assert [3, 0] == attrs.evolve(JOURNEYS, ids=[3, 0]).ids.tolist()
    with pytest.raises(InvalidInputError, match="ids must not be missing: 1 journey has none"):
        attrs.evolve(JOURNEYS, ids=np.array([1.5, np.nan]))
