"""Journeys seen otherwise: collapse, relabel, retype."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

import touchpoints as tp
from tests.logs import log, paths_of
from touchpoints.errors import InvalidInputError, NotFoundError, WrongKindError


def typed() -> tp.Journeys:
    """Return a journey of four typed touchpoints, with the channel that led to each kept."""
    whats = ["search_query", "review_read", "live_chat", "email_reminder"]
    rows = [
        {"id": 1, "at": f"2026-01-0{day}", "what": what, "came": "email" if day > 2 else None}
        for day, what in enumerate(whats, 1)
    ]
    return tp.from_records(
        rows,
        journey="id",
        time="at",
        touchpoint="what",
        taxonomy=tp.load_taxonomy("customer"),
        per_interaction=["came"],
    )


def test_a_node_per_channel_is_made_by_collapse_alone_and_says_so() -> None:
    """Collapsing keeps order and times, and the lens is on the record (A9)."""
    journeys = typed()

    channels = tp.collapse(journeys, by="channel")

    assert channels[0].keys == tuple(one.channel for one in journeys[0].touchpoints)
    assert channels.meta.lens == ("channel",)
    assert channels.times is journeys.times
    assert "collapsed by channel" in repr(channels)


def test_a_collapsed_touchpoint_knows_the_facet_it_was_grouped_by_and_no_other() -> None:
    """Facets outside the lens are unknown, so that they cannot be read from the group."""
    one = tp.collapse(typed(), by="channel").touchpoints[0]

    assert one.channel != "unknown"
    assert (one.type, one.need, one.context) == ("", "unknown", "unknown")


def test_several_facets_make_one_key() -> None:
    """The key of a group by several facets names each."""
    journeys = tp.collapse(typed(), by=["directness", "clinicality"])

    first = typed()[0].touchpoints[0]

    assert journeys[0].keys[0] == (
        f"[directness={first.directness},clinicality={first.clinicality}]"
    )


def test_columns_of_interactions_can_be_a_lens() -> None:
    """Grouping by a kept column, alone or with a facet; a missing value is unknown."""
    journeys = typed()

    assert tp.collapse(journeys, by="came")[0].keys == ("unknown", "unknown", "email", "email")
    both = tp.collapse(journeys, by=("came", "directness"))
    assert both[0].keys[2].startswith("[came=email,directness=")


def test_a_lens_must_exist_and_be_unambiguous() -> None:
    """Unknown names are proposed; a column named like a facet is refused."""
    journeys = typed()
    rows = [{"id": 1, "at": "2026-01-01", "what": "a", "channel": "x"}]
    clash = tp.from_records(
        rows, journey="id", time="at", touchpoint="what", per_interaction=["channel"]
    )

    with pytest.raises(NotFoundError, match="did you mean 'channel'"):
        tp.collapse(journeys, by="chanel")
    with pytest.raises(InvalidInputError, match="both a facet and a per-interaction column"):
        tp.collapse(clash, by="channel")
    with pytest.raises(InvalidInputError, match="at least one name, and no name twice"):
        tp.collapse(journeys, by=["need", "need"])


def test_the_names_of_a_lens_have_an_order() -> None:
    """It is that of the keys; of a set it would differ from run to run."""
    journeys = typed()

    for ask in (lambda names: tp.collapse(journeys, by=names), partial(tp.split_by, journeys)):
        with pytest.raises(WrongKindError, match="by must be .* or a sequence of several"):
            ask({"channel", "need"})


def test_relabelling_merges_touchpoints_of_one_new_name() -> None:
    """Names change, journeys stay; an unknown name is an error."""
    journeys = log(one="abc", two="ca")

    assert paths_of(tp.relabel(journeys, {"a": "x", "b": "x"})) == ["xxc", "cx"]
    with pytest.raises(NotFoundError, match="'q'"):
        tp.relabel(journeys, {"q": "x"})


def test_retyping_asks_once_for_each_distinct_tuple() -> None:
    """The classifier sees distinct events only, and the order of interactions is reused."""
    seen: list[Any] = []

    @tp.classifier(reads=("touchpoint",))
    def upper(event: Any) -> str:
        seen.append(event["touchpoint"])
        return str(event["touchpoint"]).upper()

    journeys = log(one="abab", two="ba")

    again = tp.retype(journeys, upper)

    assert paths_of(again) == ["ABAB", "BA"]
    assert sorted(seen) == ["a", "b"]
    assert again.times is journeys.times
    assert again.meta.report.distinct_events == 2


def test_retyping_reads_the_columns_that_were_kept() -> None:
    """A field that was not kept is an error that says how to keep it."""

    @tp.classifier(reads=("came",))
    def arrivals(event: Any) -> str | None:
        return "live_chat" if event["came"] == "email" else None

    journeys = tp.retype(typed(), arrivals, unmatched="keep")

    assert journeys[0].keys == ("(missing)", "(missing)", "live_chat", "live_chat")
    assert journeys.meta.report.without_touchpoint == 2

    @tp.classifier(reads=("campaign",))
    def campaigns(event: Any) -> None:
        return None

    with pytest.raises(NotFoundError, match="per_interaction="):
        tp.retype(typed(), campaigns)


def test_retyping_can_drop_what_matches_nothing() -> None:
    """Dropped interactions are counted, and the columns stay aligned."""

    @tp.classifier(reads=("touchpoint",))
    def chats(event: Any) -> str | None:
        return "live_chat" if event["touchpoint"] == "live_chat" else None

    journeys = tp.retype(typed(), chats, unmatched="drop")

    assert journeys[0].keys == ("live_chat",)
    assert journeys.per_interaction["came"].to_list() == ["email"]
    assert journeys.meta.report.unmatched_dropped == 3


def test_unmatched_text_that_equals_a_type_is_not_taken_for_it() -> None:
    """An event that the classifier refuses keeps a separate key, even if its text is a type id."""

    @tp.classifier(reads=("touchpoint",))
    def nothing(event: Any) -> None:
        return None

    journeys = tp.retype(typed(), nothing, unmatched="keep")

    assert not set(journeys[0].keys) & set(tp.load_taxonomy("customer").types)
    assert journeys[0].touchpoints[0].label() == "search_query"


def test_the_graph_after_a_collapse_has_the_labels_of_the_taxonomy() -> None:
    """A node per channel has the channel's label, in the requested language."""
    G = tp.transition_graph(tp.collapse(typed(), by="channel"), lang="es")
    taxonomy = tp.load_taxonomy("customer")

    assert all(
        data["label"] == taxonomy.label("channel", node, lang="es")
        for node, data in G.nodes(data=True)
        if not node.startswith("(")
    )
    assert G.graph["lens"] == "channel"
