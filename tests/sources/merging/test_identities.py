"""Whom ids belong to: chains, conflicts, loops (requirement B20)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from touchpoints.errors import InvalidInputError, NotFoundError, TouchpointsWarning, WrongKindError

IDS = st.sampled_from("abcdef")


def ends_of(alias: str, pairs: list[tuple[str, str]]) -> set[str]:
    """Return the persons at the ends of all walks along the claims of an id."""
    following = {two for one, two in pairs if one == alias and two != alias}
    return set().union(*(ends_of(one, pairs) for one in following)) if following else {alias}


def has_loop(pairs: list[tuple[str, str]]) -> bool:
    """Tell whether one comes back to an id by following claims."""
    reached = {one: {two for here, two in pairs if here == one != two} for one, _ in pairs}
    for _ in pairs:
        for one, some in reached.items():
            reached[one] = some.union(*(reached.get(two, set()) for two in some))
    return any(one in some for one, some in reached.items())


@given(st.lists(st.tuples(IDS, IDS), max_size=8))
def test_claims_lead_to_the_person(pairs: list[tuple[str, str]]) -> None:
    """B20: every id leads to the one person at the end, is apart, or is part of a loop."""
    if has_loop(pairs):
        with pytest.raises(InvalidInputError, match="loop"):
            tp.sources.identities(pairs, on_conflict="ignore")
        return
    found = tp.sources.identities(pairs, on_conflict="ignore")

    for alias in "abcdef":
        ends = ends_of(alias, pairs)
        assert found[alias] == (alias if len(ends) > 1 else min(ends))
    claimed = {one for one, two in pairs if one != two}
    assert set(found.alias) == claimed
    assert found.conflicts == sum(len(ends_of(one, pairs)) > 1 for one in claimed)


def test_a_chain_counts_its_steps() -> None:
    """The cookie is the e-mail, the e-mail is the customer."""
    found = tp.sources.identities([("c1", "m1"), ("m1", "C1"), ("c2", "C2")])

    assert found.to_dicts() == [
        {"alias": "m1", "source": None, "person": "C1", "steps": 1, "claims": ""},
        {"alias": "c1", "source": None, "person": "C1", "steps": 2, "claims": ""},
        {"alias": "c2", "source": None, "person": "C2", "steps": 1, "claims": ""},
    ]
    assert (found.chains, found.conflicts) == (1, 0)


def test_one_id_of_two_persons_is_told_and_kept_apart() -> None:
    """A shared tablet."""
    pairs = [("tablet", "ana"), ("tablet", "leo"), ("phone", "ana"), ("app", "tablet")]
    with pytest.warns(
        TouchpointsWarning, match="2 ids are said to be several persons.*ana and leo"
    ):
        found = tp.sources.identities(pairs)

    assert [found[one] for one in ("tablet", "phone", "app")] == ["tablet", "ana", "app"]
    assert dict(zip(found.alias, found.claims, strict=True))["tablet"] == "ana, leo"
    with pytest.raises(InvalidInputError, match="tablet is ana and leo"):
        tp.sources.identities(pairs, on_conflict="raise")


def test_claims_of_several_ids_of_one_person_are_no_conflict() -> None:
    """Two of her addresses, both hers."""
    found = tp.sources.identities([("c", "m1"), ("c", "m2"), ("m1", "ana"), ("m2", "ana")])

    assert found["c"] == "ana"
    assert found.conflicts == 0


def test_a_loop_is_shown() -> None:
    """Nobody is the person."""
    with pytest.raises(InvalidInputError, match="loop of 3 ids.*a → b → c → a"):
        tp.sources.identities([("a", "b"), ("b", "c"), ("c", "a")])
    with pytest.raises(InvalidInputError, match="loop of 2 ids"):
        tp.sources.identities([("x", "a"), ("a", "b"), ("b", "a")])


def test_numbers_and_texts_are_one_id() -> None:
    """7 in one system and "7" in another."""
    frame = pd.DataFrame({"device": [7, 8, 9], "user": [70.0, None, 90.0]})
    with pytest.warns(TouchpointsWarning, match="1 pair has no id or no person"):
        found = tp.sources.identities(frame, alias="device", person="user")

    assert (found["7"], found["8"], found["9"]) == ("70", "8", "90")


def test_an_id_can_be_meant_in_one_source_only() -> None:
    """Two shops number their customers from 1."""
    table = {"alias": ["1", "1", "2"], "person": ["ana", "leo", "eva"], "shop": ["a", "b", None]}
    found = tp.sources.identities(table, source="shop")

    assert found.person_of("1", source="a") == "ana"
    assert found.person_of("1", source="b") == "leo"
    assert (found.person_of("1", source="c"), found.person_of("2", source="c")) == ("1", "eva")
    assert found.conflicts == 0


def test_a_conflict_within_a_source_does_not_fall_back_on_all_sources() -> None:
    """It would be merged in silence."""
    table = {"alias": ["1", "1", "1"], "person": ["ana", "leo", "eva"], "shop": ["a", "a", None]}
    found = tp.sources.identities(table, source="shop", on_conflict="ignore")

    assert found.person_of("1", source="a") == "1"
    assert found.person_of("1", source="b") == "eva"


def test_a_long_chain_and_an_id_with_many_claims_are_followed() -> None:
    """No recursion, and no walk over all claims for each of them."""
    n = 100_000
    chain = [(f"a{i}", f"a{i + 1}") for i in range(n)]
    star = [("hub", f"b{i}") for i in range(n)] + [(f"b{i}", "person") for i in range(n)]
    found = tp.sources.identities(chain + star)

    assert found["a0"] == f"a{n}"
    assert found["hub"] == "person"
    assert found.steps.max() == n


def test_without_pairs_every_id_is_a_person() -> None:
    """An empty table is a table."""
    found = tp.sources.identities([])

    assert (len(found), found["x"]) == (0, "x")


@pytest.mark.parametrize(
    ("pairs", "kind", "said"),
    [
        ([("a",)], WrongKindError, "pair 0"),
        (["ab"], WrongKindError, "pair 0"),
        (5, WrongKindError, "pairs of an id and a person"),
        ("ab", WrongKindError, "pairs of an id and a person"),
        (pd.DataFrame({"alias": ["a"], "persons": ["b"]}), NotFoundError, "'persons'"),
    ],
)
def test_what_are_no_pairs_is_refused(pairs: object, kind: type[Exception], said: str) -> None:
    """With the place, and what would do."""
    with pytest.raises(kind, match=said):
        tp.sources.identities(pairs)


@pytest.mark.parametrize("wrong", [("web", "1"), b"1", ["1"], {"id": "1"}])
def test_an_id_that_is_no_text_and_no_number_is_refused(wrong: Any) -> None:
    """Its text would be an id that no source has: nothing would be merged, in silence."""
    with pytest.raises(WrongKindError, match="pair 1") as caught:
        tp.sources.identities([("a", "b"), ("c", wrong)])
    assert "source=" in caught.value.mend
    with pytest.raises(WrongKindError, match="must be a text or a number"):
        tp.sources.identities([(wrong, "ana")])
