"""Where and how contacts arise: channel by source (requirements A5, B20)."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError

TAXONOMY = tp.load_taxonomy("customer")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["ana", "leo", "eva"]),
        st.sampled_from(["purchase", "search_query", "complaint"]),
        st.sampled_from(["web", "desk", None]),
    ),
    min_size=1,
    max_size=20,
)


def read(rows: list[tuple[str, str, str | None]], counts: list[int] | None = None) -> tp.Journeys:
    """Read (person, type, source) in this order."""
    people = sorted({who for who, _, _ in rows})
    log = {
        "who": [who for who, _, _ in rows],
        "t": np.datetime64("2026-03-01") + np.arange(len(rows)),
        "w": [what for _, what, _ in rows],
        "source": [source for _, _, source in rows],
        "n": [1 if counts is None else counts[people.index(who)] for who, _, _ in rows],
    }
    return tp.from_columns(
        log, journey="who", time="t", touchpoint="w", count="n", taxonomy=TAXONOMY,
        per_interaction=("source",),
    )  # fmt: skip


@given(ROWS, st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_counts_are_what_a_loop_counts(
    rows: list[tuple[str, str, str | None]], counts: list[int]
) -> None:
    """Interactions, journeys and first contacts, weighted by the counts of journeys."""
    people = sorted({who for who, _, _ in rows})
    weight = dict(zip(people, counts, strict=False))
    interactions, first = Counter(), Counter()
    within: dict[tuple[str, str], set[str]] = {}
    begun = set()
    for who, what, source in rows:
        cell = (what, source or "unknown")
        interactions[cell] += weight[who]
        within.setdefault(cell, set()).add(who)
        if who not in begun:
            first[cell] += weight[who]
        begun.add(who)
    found = tp.sources.contacts(read(rows, counts), lens="type")

    total = sum(interactions.values())
    told = {(row["contact"], row["source"]): row for row in found.to_dicts()}
    assert {cell for cell, count in interactions.items() if count} <= set(told)
    for cell, row in told.items():
        assert row["interactions"] == interactions[cell]
        assert row["first"] == first[cell]
        assert row["journeys"] == sum(weight[who] for who in within.get(cell, ()))
        assert row["share"] == pytest.approx(
            interactions[cell] / total if total else np.nan, nan_ok=True
        )


def test_channels_without_data_are_named() -> None:
    """A5: which channels no source measures; narrower terms of a named one are not repeated."""
    found = tp.sources.contacts(read([("ana", "purchase", "web"), ("ana", "search_query", "web")]))
    facet = TAXONOMY.facets["channel"]
    met = set(found.contact)

    for term in facet.terms:
        measured = any(facet.is_within(one, term) for one in met)
        above = [one for one in found.without_data if one != term and facet.is_within(term, one)]
        assert (term in found.without_data) == (not measured and not above)
    assert tp.sources.contacts(read([("ana", "purchase", "web")]), lens="type").without_data == ()


def test_how_contacts_arise_is_a_lens_of_two() -> None:
    """B20: where and how, channel by type for each source."""
    rows = [("ana", "search_query", "web"), ("ana", "purchase", "web"), ("leo", "purchase", "desk")]
    found = tp.sources.contacts(read(rows), lens=("channel", "type"))

    assert found.interactions.tolist() == [1, 1, 1, 0]
    assert found.contact[0].endswith("type=purchase]")


def test_a_source_that_is_no_text_and_a_column_that_is_not_there() -> None:
    """With the name."""
    log = read([("ana", "purchase", "web")])
    with pytest.raises(NotFoundError, match="sauce"):
        tp.sources.contacts(log, source="sauce")
    with pytest.raises(NotFoundError, match="chanel"):
        tp.sources.contacts(log, lens="chanel")
    with pytest.raises(InvalidInputError, match="both 'source'"):
        tp.sources.contacts(log, lens="source")


def test_what_happened_before_the_site_was_found() -> None:
    """A5: the part before the first contact on the website or in the app, of all sources."""
    rows = [
        ("ana", "search_query", "ads"),
        ("ana", "website_visit", "web"),
        ("leo", "website_visit", "web"),
        ("eva", "complaint", "desk"),
    ]
    before = tp.before_first(read(rows), channel=("website", "app"))

    assert [one.keys for one in before] == [("search_query",), (), ("complaint",)]
    assert before == tp.before_first(read(rows), {"channel": ("website", "app")})
    for wrong in ({}, {"channel": ()}, {"touchpoint": "purchase", "channel": "website"}):
        with pytest.raises(InvalidInputError, match="a touchpoint or a channel"):
            tp.before_first(read(rows), **wrong)
