"""Who wrote what somebody else read: links of word of mouth against plain loops."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.journeys.model import Journeys

A = tp.attribution

# journey, hour, kind, item
Event = tuple[str, int, str, str | None]

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["ana", "eva", "leo", "tom"]),
        st.integers(0, 4),
        st.sampled_from(["write", "read", "visit"]),
        st.sampled_from(["r1", "r2", None]),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda one: (one[0], one[1]),
)

START = np.datetime64("2026-01-01T00", "us")


def log_of(events: Sequence[Event], persons: dict[str, str] | None = None) -> Journeys:
    """Return the journeys of events, one of every kind of touchpoint among them."""
    known = [("zoe", 8, "write", None), ("zoe", 9, "read", None), *events]
    rows = [
        {"id": who, "t": START + np.timedelta64(hour, "h"), "w": kind, "item": item}
        for who, hour, kind, item in known
    ]
    log = tp.from_records(rows, journey="id", time="t", touchpoint="w", per_interaction=["item"])
    if persons is None:
        return log
    return attrs.evolve(log, persons=[persons.get(one, one) for one in log.ids.tolist()])


def links_of(log: Journeys) -> A.AdvocacyLinks:
    """Return the links of a log."""
    return A.advocacy(log, written="write", read="read", item="item")


def expected(
    events: Sequence[Event], persons: dict[str, str]
) -> tuple[set[tuple[str, str, str, int]], int, int]:
    """Return the links, readings of one's own writing, and readings of what nobody wrote."""
    links, own, nobody = set(), 0, 0
    for reader, hour, kind, item in events:
        if kind != "read" or item is None:
            continue
        before = [
            (when, who)
            for who, when, what, thing in events
            if what == "write" and thing == item and when <= hour
        ]
        others = [
            (when, who)
            for when, who in before
            if persons.get(who, who) != persons.get(reader, reader)
        ]
        if others:
            _, writer = max(others)
            links.add((item, writer, reader, hour))
        elif before:
            own += 1
        else:
            nobody += 1
    return links, own, nobody


@pytest.mark.parametrize("persons", [{}, {"ana": "x", "eva": "x"}])
@given(events=EVENTS, order=st.randoms(use_true_random=False))
def test_links_lead_from_the_last_writing_of_somebody_else(
    persons: dict[str, str], events: list[Event], order: object
) -> None:
    """Each reading has one source at most, whatever the order of the journeys."""
    log = log_of(events, persons or None)
    rows = list(range(len(log)))
    order.shuffle(rows)  # type: ignore[attr-defined]
    mixed = tp.concat([log[row : row + 1] for row in rows])
    want, own, nobody = expected(events, persons)
    for one in (log, mixed):
        found = links_of(one)
        hours = (found.read - START).astype("timedelta64[h]").astype(int).tolist()
        got = set(
            zip(
                found.item.tolist(),
                found.writer.tolist(),
                found.reader.tolist(),
                hours,
                strict=True,
            )
        )
        assert got == want
        assert (found.own, found.no_writer) == (own, nobody)
        assert len(found) + found.own + found.no_writer == sum(
            kind == "read" and item is not None for _, _, kind, item in events
        )
        assert found.no_item == 2 + sum(
            kind != "visit" and item is None for _, _, kind, item in events
        )


def test_a_writer_who_reads_again_does_not_hide_the_others() -> None:
    """Ana edits Leo's question and reads it: it is Leo's that she read."""
    events: list[Event] = [
        ("leo", 0, "write", "r1"),
        ("ana", 1, "write", "r1"),
        ("ana", 2, "read", "r1"),
    ]
    found = links_of(log_of(events))
    assert found.writer.tolist() == ["leo"]
    assert found.own == 0


def test_two_journeys_of_one_person_are_no_word_of_mouth() -> None:
    """Who reads on the phone what they wrote on the computer is counted as their own reader."""
    events: list[Event] = [("ana", 0, "write", "r1"), ("eva", 1, "read", "r1")]
    assert len(links_of(log_of(events))) == 1
    found = links_of(log_of(events, {"ana": "x", "eva": "x"}))
    assert (len(found), found.own, found.no_writer, found.no_reader) == (0, 1, 0, 1)


def test_journeys_that_stand_for_nobody_have_no_links() -> None:
    """A count of 0 is no journey."""
    log = log_of([("ana", 0, "write", "r1"), ("eva", 1, "read", "r1")])
    none = attrs.evolve(log, counts=np.where(log.ids == "ana", 0, 1))
    assert (len(links_of(none)), links_of(none).no_writer) == (0, 1)
