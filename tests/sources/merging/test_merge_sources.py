"""One person's contacts of several sources, in order of time (requirements A5, B20)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, TouchpointsWarning

START = np.datetime64("2026-03-02T10:00", "us")
Row = tuple[str, int, str]


def read(rows: list[tuple[Any, ...]], *, tz: str | None = "UTC", **options: Any) -> tp.Journeys:
    """Read rows of (person, minute, touchpoint, further values), a journey for each person."""
    names = ("who", "at", "what", *options.get("per_interaction", ()))
    columns: dict[str, list[Any]] = {name: [row[i] for row in rows] for i, name in enumerate(names)}
    columns["at"] = [START + np.timedelta64(one, "m") for one in columns["at"]]
    return tp.from_columns(
        columns, journey="who", person="who", time="at", touchpoint="what", tz=tz, **options
    )


def naive_merge(
    sources: dict[str, list[Row]], persons: dict[str, str], window: int | None
) -> dict[str, list[tuple[int, str, str]]]:
    """Return each person's (minute, touchpoint, source) in order, without repeats."""
    found: dict[str, list[tuple[int, str, str]]] = {}
    for source, rows in sources.items():
        for who, at, what in sorted(rows, key=lambda row: row[1]):
            found.setdefault(persons.get(who, who), []).append((at, what, source))
    merged = {}
    for who, contacts in found.items():
        kept: list[tuple[int, str, str]] = []
        for at, what, source in sorted(contacts, key=lambda one: one[0]):
            if window is None or not any(
                what == other and source != where and at - then <= window
                for then, other, where in kept
            ):
                kept.append((at, what, source))
        merged[who] = kept
    return merged


def plain(journeys: tp.Journeys) -> dict[str, list[tuple[int, str, str]]]:
    """Return each journey's (minute, touchpoint, source)."""
    source = journeys.per_interaction["source"].to_list()
    minutes = ((journeys.times - START) / np.timedelta64(1, "m")).astype(int).tolist()
    keys = [journeys.touchpoints[code].key for code in journeys.codes.tolist()]
    rows = list(zip(minutes, keys, source, strict=True))
    ends = journeys.offsets.tolist()
    return {
        one: rows[start:stop]
        for one, start, stop in zip(journeys.ids.tolist(), ends[:-1], ends[1:], strict=True)
    }


ROWS = st.lists(
    st.tuples(st.sampled_from("pqrs"), st.integers(0, 12), st.sampled_from("xy")), max_size=12
)


@given(
    st.lists(ROWS.filter(bool), min_size=1, max_size=3),
    st.dictionaries(st.sampled_from("pq"), st.sampled_from("rs")),
    st.none() | st.integers(1, 5),
)
def test_merging_is_what_its_definition_says(
    logs: list[list[Row]], persons: dict[str, str], window: int | None
) -> None:
    """B20: persons, order, sources and repeats as a plain loop finds them."""
    sources = dict(zip(("web", "shop", "desk"), logs, strict=False))
    merged = tp.sources.merge_sources(
        {name: read(rows) for name, rows in sources.items()},
        identity=persons,
        window=None if window is None else dt.timedelta(minutes=window),
    )

    expected = naive_merge(sources, persons, window)
    assert plain(merged) == expected
    dropped = sum(map(len, logs)) - sum(map(len, expected.values()))
    assert merged.meta.report.duplicates_dropped == dropped


def test_a_person_known_late_keeps_the_time_before() -> None:
    """B20: a cookie is recognised at the log-in; what it did before belongs to the person."""
    web = read([("cookie", 0, "visit"), ("cookie", 3, "search"), ("leo", 4, "visit")])
    shop = read([("C-1", 10, "purchase")])
    desk = read([("ana@x", 60, "call"), ("ana@x", 90, "call")])
    merged = tp.sources.merge_sources(
        {"web": web, "shop": shop, "desk": desk},
        identity=[("cookie", "ana@x"), ("ana@x", "C-1")],
    )

    assert plain(merged) == {
        "C-1": [
            (0, "visit", "web"),
            (3, "search", "web"),
            (10, "purchase", "shop"),
            (60, "call", "desk"),
            (90, "call", "desk"),
        ],
        "leo": [(4, "visit", "web")],
    }
    assert merged.meta.report.noted == {"ids that belong to a person through another id": 1}
    assert merged.per_interaction["journey"].to_list()[:3] == ["cookie", "cookie", "C-1"]
    sessions = tp.split_by_gap(merged, dt.timedelta(minutes=30))
    assert [len(one) for one in sessions] == [3, 2, 1]  # 30 minutes are not longer than the gap


def test_one_id_of_two_persons_is_never_merged_in_silence() -> None:
    """B20: the tablet of the family stays itself; it is told and counted."""
    web = read([("tablet", 0, "visit"), ("ana", 1, "visit")])
    pairs = [("tablet", "ana"), ("tablet", "leo")]
    with pytest.warns(TouchpointsWarning, match="tablet is ana and leo"):
        merged = tp.sources.merge_sources({"web": web}, identity=pairs)

    assert list(plain(merged)) == ["tablet", "ana"]
    assert (
        "ids said to be several persons, which were not merged: 1" in merged.meta.report.sentences()
    )
    with pytest.raises(InvalidInputError, match="several persons"):
        tp.sources.merge_sources({"web": web}, identity=pairs, on_conflict="raise")


def test_journeys_of_nobody_known_stay_apart() -> None:
    """A null person is not one person."""
    log = {
        "id": [1, 1, 2, 3],
        "who": [None, None, None, "ana"],
        "at": [START] * 4,
        "w": list("xyxx"),
    }
    web = tp.from_columns(log, journey="id", person="who", time="at", touchpoint="w", tz="UTC")
    shop = read([("ana", 5, "purchase"), ("web/1", 6, "purchase")])
    merged = tp.sources.merge_sources({"web": web, "shop": shop})

    assert merged.ids.tolist() == ["web/1/", "web/2", "ana", "web/1"]
    assert merged.persons.tolist() == [None, None, "ana", "web/1"]
    assert merged.meta.report.noted == {"journeys of no known person, which were not merged": 2}


def test_numbers_and_texts_are_one_person() -> None:
    """Customer 7 of the shop is "7" at the desk."""
    shop = tp.from_columns(
        {"who": [7], "at": [START], "w": ["purchase"]},
        journey="who", person="who", time="at", touchpoint="w", tz="UTC",
    )  # fmt: skip
    merged = tp.sources.merge_sources({"shop": shop, "desk": read([("7", 3, "call")])})

    assert plain(merged) == {"7": [(0, "purchase", "shop"), (3, "call", "desk")]}


def test_clocks_of_different_zones_are_put_in_order() -> None:
    """10:30 in Madrid is 09:30 UTC: before 10:00 UTC."""
    web = read([("ana", 0, "visit")])
    shop = read([("ana", 30, "purchase")], tz="Europe/Madrid")
    merged = tp.sources.merge_sources({"web": web, "shop": shop})

    assert [one.keys for one in merged] == [("purchase", "visit")]
    assert merged.meta.timezone == "UTC"
    both = tp.sources.merge_sources({"a": shop, "b": shop})
    assert both.meta.timezone == "Europe/Madrid"


def test_a_clock_without_a_zone_beside_one_with_a_zone_is_refused() -> None:
    """Nobody knows which came first."""
    with pytest.raises(InvalidInputError, match="times of 'shop' have no zone.*\n.*tz="):
        tp.sources.merge_sources(
            {"web": read([("a", 0, "x")]), "shop": read([("a", 0, "x")], tz=None)}
        )


def test_an_event_id_counts_once() -> None:
    """The server and the browser both send the purchase; another's id is kept and told."""
    web = read(
        [("ana", 0, "visit", "e1"), ("ana", 5, "purchase", "e2"), ("leo", 6, "visit", None)],
        per_interaction=("eid",),
    )
    server = read(
        [("ana", 5, "purchase", "e2"), ("leo", 7, "purchase", "e1"), ("leo", 8, "call", None)],
        per_interaction=("eid",),
    )
    merged = tp.sources.merge_sources({"web": web, "server": server}, event_id="eid")

    assert plain(merged) == {
        "ana": [(0, "visit", "web"), (5, "purchase", "web")],
        "leo": [(6, "visit", "web"), (7, "purchase", "server"), (8, "call", "server")],
    }
    assert merged.meta.report.duplicates_dropped == 1
    assert merged.meta.report.noted == {
        "interactions with the event id of another person, which were kept": 1
    }
    with pytest.raises(NotFoundError, match="eid"):
        tp.sources.merge_sources({"web": web}, event_id="eld")


def test_columns_that_a_source_lacks_are_missing_there() -> None:
    """Text, numbers, times and ends; what belongs to journeys goes to their interactions."""
    web = read([("ana", 0, "visit", "/home")], per_interaction=("page",))
    desk = tp.from_columns(
        {"t": [1], "who": ["ana"], "at": [START], "end": [START + np.timedelta64(60, "s")],
         "w": ["call"], "wait": [2.5], "team": ["red"]},
        journey="t", person="who", time="at", end="end", touchpoint="w", tz="UTC",
        per_interaction=("wait",), per_journey=("team",),
    )  # fmt: skip
    merged = tp.sources.merge_sources({"web": web, "desk": desk})

    assert merged.per_interaction["page"].to_list() == ["/home", None]
    assert np.isnan(merged.per_interaction["wait"]).tolist() == [True, False]
    assert merged.per_interaction["team"].to_list() == [None, "red"]
    assert merged.per_interaction["journey"].to_list() == ["ana", "1"]
    assert np.isnat(merged.ends).tolist() == [True, False]


def test_a_person_was_observed_until_the_first_source_ends() -> None:
    """After it, contacts of that source are unseen; own contacts are seen whenever they are."""
    web = read([("ana", 0, "visit"), ("leo", 10, "visit")])
    desk = read([("ana", 50, "call"), ("eva", 5, "call")])
    merged = tp.sources.merge_sources({"web": web, "desk": desk})

    minutes = ((merged.observed_until - START) / np.timedelta64(1, "m")).tolist()
    assert dict(zip(merged.ids.tolist(), minutes, strict=True)) == {"ana": 50, "leo": 10, "eva": 10}


def test_what_goes_on_in_one_source_goes_on() -> None:
    """B42: an open ticket is an open journey of the person."""
    desk = tp.mark_open(
        read([("ana", 0, "call"), ("leo", 0, "call")]), within=dt.timedelta(hours=9)
    )
    web = read([("ana", 3, "visit"), ("eva", 3, "visit")])
    merged = tp.sources.merge_sources({"desk": desk, "web": web})

    assert dict(zip(merged.ids.tolist(), merged.finished.tolist(), strict=True)) == {
        "ana": False, "leo": False, "eva": True,
    }  # fmt: skip


def test_ties_go_by_the_order_of_the_sources() -> None:
    """And the report counts them anew."""
    a, b = read([("ana", 0, "x")]), read([("ana", 0, "y")])

    assert tp.sources.merge_sources({"a": a, "b": b})[0].keys == ("x", "y")
    merged = tp.sources.merge_sources({"b": b, "a": a})
    assert merged[0].keys == ("y", "x")
    report = merged.meta.report
    assert (report.rows, report.pairs, report.ties, report.ties_that_matter) == (2, 1, 1, 1)


def test_sources_without_interactions_are_sources() -> None:
    """One day the desk had no call."""
    web, none = read([("ana", 0, "visit")]), read([])
    merged = tp.sources.merge_sources({"web": web, "desk": none})

    assert plain(merged) == {"ana": [(0, "visit", "web")]}
    assert len(tp.sources.merge_sources({"desk": none}, window=dt.timedelta(1))) == 0


def test_order_and_split_of_a_source_do_not_matter() -> None:
    """Merging the parts of a log gives what merging the log gives."""
    shop = tp.datasets.shop(200, seed=3)
    plain_shop = tp.from_columns(
        {
            "id": np.repeat(shop.ids, np.diff(shop.offsets)),
            "t": shop.times,
            "w": [shop.touchpoints[code].key for code in shop.codes.tolist()],
        },
        journey="id", person="id", time="t", touchpoint="w", tz="UTC",
    )  # fmt: skip
    whole = tp.sources.merge_sources({"a": plain_shop})
    halves = tp.sources.merge_sources({"a": plain_shop[:90], "b": plain_shop[90:]})

    assert [(one.id, one.keys) for one in whole] == [(one.id, one.keys) for one in halves]
    assert [one.keys for one in whole] == [one.keys for one in plain_shop]


GOOD = read([("ana", 0, "visit")])


@pytest.mark.parametrize(
    ("sources", "options", "said"),
    [
        ({}, {}, "no source"),
        ([GOOD], {}, "mapping of names to Journeys"),
        ({"": GOOD}, {}, "must have a name"),
        ({1: GOOD}, {}, "must have a name, got 1"),
        ({"a": 5}, {}, "Journeys"),
        ({"a": GOOD}, {"window": dt.timedelta(0)}, "window must be positive"),
        ({"a": GOOD}, {"window": 5}, "timedelta"),
        ({"a": GOOD}, {"ids_as_persons": ("b",)}, "'b'"),
        ({"a": GOOD}, {"identity": 5}, "pairs of an id and a person"),
        ({"a": GOOD}, {"identity": [("a", "b"), ("b", "a")]}, "loop"),
        ({"a": tp.until(GOOD, "visit", outcome="won")}, {}, "outcomes or values"),
        ({"a": tp.distinct(GOOD)}, {}, "no times"),
        ({"a": tp.from_paths({"p": ["x"]}, path="p")}, {}, "no times"),
    ],
)
def test_what_cannot_be_merged_is_refused(sources: Any, options: dict[str, Any], said: str) -> None:
    """With what would do."""
    with pytest.raises(tp.errors.TouchpointsError, match=said):
        tp.sources.merge_sources(sources, **options)


def test_a_source_without_persons_is_refused_or_its_ids_are_persons() -> None:
    """A log of cases has no persons."""
    cases = tp.from_columns(
        {"id": ["ana"], "t": [START], "w": ["x"]}, journey="id", time="t", touchpoint="w", tz="UTC"
    )
    with pytest.raises(InvalidInputError, match=r"'web' has no persons.*\n.*ids_as_persons"):
        tp.sources.merge_sources({"web": cases})
    merged = tp.sources.merge_sources({"web": cases, "b": GOOD}, ids_as_persons=("web",))

    assert plain(merged) == {"ana": [(0, "x", "web"), (0, "visit", "b")]}


def test_columns_that_clash_are_named() -> None:
    """Text here, numbers there; and the two that merging adds."""
    text = read([("ana", 0, "x", "a")], per_interaction=("size",))
    number = read([("ana", 0, "x", 5)], per_interaction=("size",))
    with pytest.raises(InvalidInputError, match="'size' holds text in 'a'; numbers in 'b'"):
        tp.sources.merge_sources({"a": text, "b": number})
    own = read([("ana", 0, "x", "a")], per_interaction=("source",))
    with pytest.raises(InvalidInputError, match="has a column 'source', which merging adds"):
        tp.sources.merge_sources({"a": own})


def test_different_taxonomies_are_refused() -> None:
    """Types would mean different things."""
    typed = read([("ana", 0, "purchase")], taxonomy=tp.load_taxonomy("customer"))
    with pytest.raises(InvalidInputError, match="same taxonomy"):
        tp.sources.merge_sources({"a": typed, "b": GOOD})


@pytest.mark.parametrize(
    ("identity", "unused"),
    [
        ({"7": "ana", "8": "leo"}, 2),  # numbers of another system
        ({"7": "ana", "cookie": "leo"}, 0),
        ({"7": "ana", "8": "desk"}, 0),  # who has contacts by the own id
        ({}, 0),
    ],
)
def test_an_identity_of_whose_ids_no_source_has_any_is_noted(
    identity: dict[str, str], unused: int
) -> None:
    """It merges nothing: mostly its ids were taken from another column."""
    sources = {"web": read([("cookie", 0, "visit")]), "shop": read([("desk", 1, "call")])}

    noted = tp.sources.merge_sources(sources, identity=identity).meta.report.noted
    assert noted.get("persons of identity=, of whose ids no source has any", 0) == unused
