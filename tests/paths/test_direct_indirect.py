"""Direct and indirect touchpoints together (B27)."""

from __future__ import annotations

import warnings
from collections import Counter
from itertools import pairwise

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import touchpoints as tp
from tests.naive_paths import built
from tests.paths import naive_direct_indirect
from touchpoints.errors import InvalidInputError, NotFoundError, TouchpointsWarning
from touchpoints.journeys.model import take
from touchpoints.taxonomy import untyped

PATHS = st.lists(st.text("ABab", max_size=6), max_size=6)


def mixed(paths, **columns):
    """Return journeys of letters: capitals are direct, small ones indirect, digits unknown."""
    journeys = built(paths, **columns)
    kinds = {True: "direct", False: "indirect"}
    typed = [
        one if one.key.isdigit() else untyped(one.key, directness=kinds[one.key.isupper()])
        for one in journeys.touchpoints
    ]
    return attrs.evolve(journeys, touchpoints=tuple(typed))


@given(PATHS)
def test_losses_agree_with_filtering_by_hand(paths) -> None:
    """Removed interactions, broken and bridged transitions, and new edges, for each kind."""
    paths = [*paths, "Aa"]

    rows = tp.paths.direct_and_indirect(mixed(paths)).losses.to_dicts()

    for row in rows:
        removed = row.pop("removed")
        assert naive_direct_indirect.loss(paths, removed) == row


@given(PATHS)
def test_shares_and_transitions_agree_with_counting_by_hand(paths) -> None:
    """Interactions and journeys of each kind, and which kind follows which."""
    paths = [*paths, "Aa"]
    found = tp.paths.direct_and_indirect(mixed(paths))

    kinds = [["direct" if one.isupper() else "indirect" for one in path] for path in paths]
    rows = {row["kind"]: row for row in found.shares.to_dicts()}
    for kind in ("direct", "indirect"):
        row = rows[kind]
        assert row["interactions"] == sum(path.count(kind) for path in kinds)
        assert row["share"] == pytest.approx(row["interactions"] / sum(map(len, kinds)))
        assert row["journeys"] == sum(kind in path for path in kinds)
        assert row["of_journeys"] == pytest.approx(row["journeys"] / len(paths))
        assert row["only"] == sum(set(path) == {kind} for path in kinds)
    transitions = Counter(edge for path in kinds if path for edge in pairwise([*path, "(end)"]))
    table = found.transitions
    edges = zip(table.source, table.target, strict=True)
    assert transitions == dict(zip(edges, table.count.tolist(), strict=True))


def test_a_filter_breaks_and_bridges() -> None:
    """Without the indirect post between them, an ad and an order seem to be neighbours (B27)."""
    row = tp.paths.direct_and_indirect(mixed(["AbC"])).losses.to_dicts()[1]

    assert (row["removed"], row["broken"], row["bridged"]) == ("indirect", 2, 1)
    assert (row["edges_broken"], row["edges_made"]) == (2, 1)


def test_unknown_touchpoints_are_shown_and_never_removed() -> None:
    """A third row appears only where the directness of a touchpoint is unknown."""
    found = tp.paths.direct_and_indirect(mixed(["A1b"]))

    assert ["direct", "indirect", "unknown"] == found.shares.kind.tolist()
    assert ["direct", "indirect"] == found.losses.removed.tolist()
    assert ["direct", "indirect"] == (
        tp.paths.direct_and_indirect(mixed(["Ab"])).shares.kind.tolist()
    )


def test_journeys_cut_off_go_to_open() -> None:
    """Their next touchpoint is unknown."""
    found = tp.paths.direct_and_indirect(mixed(["Ab"], finished=np.array([False])))

    assert ["indirect", "(open)"] == found.transitions.target.tolist()


@given(PATHS, st.randoms())
def test_shuffling_changes_nothing(paths, random) -> None:
    """The order of the journeys does not matter."""
    journeys = mixed([*paths, "Aa"])
    order = list(range(len(journeys)))
    random.shuffle(order)

    again = tp.paths.direct_and_indirect(take(journeys, np.array(order)))

    assert again == tp.paths.direct_and_indirect(journeys)


def test_counts_groups_and_persons() -> None:
    """Count 2 equals the journey twice; by= adds a column; persons widen the intervals."""
    merged = mixed(["Ab", "AA", "b"], counts=np.array([2, 3, 0]))
    spread = mixed(["Ab", "Ab", "AA", "AA", "AA"])

    found, again = (tp.paths.direct_and_indirect(one) for one in (merged, spread))

    assert found == again
    grouped = attrs.evolve(spread, per_journey={"device": ["web", "web", "app", "app", "app"]})
    found = tp.paths.direct_and_indirect(grouped, by="device")
    assert ["app", "app", "web", "web"] == found.losses.group.tolist()
    assert found.as_dict()["app", "direct"] == 1.0
    people = attrs.evolve(spread, persons=["ana", "ana", "leo", "leo", "leo"])
    wide = tp.paths.direct_and_indirect(people).shares
    assert wide.unit == "person"
    assert wide.low[0] < again.shares.low[0]


def test_bad_questions_get_clear_errors() -> None:
    """Journeys without a taxonomy, unknown columns and levels."""
    with pytest.raises(InvalidInputError, match="direct or indirect"):
        tp.paths.direct_and_indirect(built(["ab"]))
    with pytest.raises(NotFoundError, match="column or facet 'device'"):
        tp.paths.direct_and_indirect(mixed(["Ab"]), by="device")
    with pytest.raises(InvalidInputError, match="level must lie between 0 and 1"):
        tp.paths.direct_and_indirect(mixed(["Ab"]), level=0)


def test_no_journeys_have_no_losses() -> None:
    """An empty log gives zeros and nan."""
    found = tp.paths.direct_and_indirect(mixed(["Ab"])[:0])

    assert [0, 0] == found.losses.steps.tolist()
    assert np.isnan(found.shares.share).all()
    assert 0 == len(found.transitions)
    assert "DirectnessShares" in repr(found)


# --------------------------------------------------------------------- a filter on one kind alone


def letters(journeys):
    """Return each journey as a text of letters."""
    return ["".join(key[0] for key in one.keys) for one in journeys]


def kept_of(journeys, chosen):
    """Return the selected journeys, and the message of the warning or an empty text."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        kept = tp.select(journeys, chosen)
    assert [one.category for one in caught] == [TouchpointsWarning] * len(caught)
    return kept, "".join(str(one.message) for one in caught)


@given(PATHS, st.sampled_from(["direct", "indirect"]), st.integers(1, 3))
def test_a_filter_on_one_kind_says_what_it_breaks(paths, kind, count) -> None:
    """B27: journeys that lose interactions, bridged transitions and emptied journeys."""
    paths = [*paths, "AaA", "aAa"]
    journeys = mixed(paths, counts=[count] * len(paths))

    kept, message = kept_of(journeys, {"directness": kind})

    other = {"direct": "indirect", "indirect": "direct"}[kind]
    lost = naive_direct_indirect.loss(paths, other)
    assert letters(kept) == [
        "".join(one for one in path if one.isupper() == (kind == "direct")) for path in paths
    ]
    assert message.startswith(f"leaving out {other} touchpoints breaks the paths of ")
    bridged, emptied = lost["bridged"] * count, lost["emptied"] * count
    joins = "transition joins" if bridged == 1 else "transitions join"
    are = "journey is" if emptied == 1 else "journeys are"
    assert f" {lost['journeys'] * count:,} of {len(paths) * count:,} journeys: " in message
    assert f": {bridged:,} {joins} touchpoints" in message
    assert f" {emptied:,} {are} left empty" in message


def test_the_warning_names_the_most_frequent_bridge_and_what_to_use() -> None:
    """The touchpoints that became neighbours, how often, and the call to use instead."""
    _, message = kept_of(mixed(["AaB", "AbaB", "AaC", "a"]), {"directness": "direct"})

    assert "3 transitions join touchpoints" in message
    assert "(most often A[directness=direct] > B[directness=direct], 2 times)" in message
    assert "1 journey is left empty" in message
    assert "tp.paths.direct_and_indirect(journeys).losses" in message


def test_removed_ends_break_paths_and_bridge_nothing() -> None:
    """A journey that only loses its last interaction is broken, without new neighbours."""
    _, message = kept_of(mixed(["ABa", "AB"]), {"directness": "direct"})

    assert "breaks the paths of 1 of 2 journeys: 0 transitions join" in message
    assert "most often" not in message


@pytest.mark.parametrize(
    ("paths", "chosen"),
    [
        (["AaB"], {"directness": ["direct", "indirect"]}),
        (["A1a"], {"directness": ["direct", "indirect"]}),
        (["AB", ""], {"directness": "direct"}),
        (["A1B"], {"directness": "direct"}),
        (["AaB"], "A[directness=direct]"),
        (["AaB"], ["A[directness=direct]", "B[directness=direct]"]),
        (["AaB"], [True]),
    ],
)
def test_no_warning_where_no_kind_is_removed(paths, chosen) -> None:
    """Both kinds kept, only one kind present, a selection of touchpoints or whole journeys."""
    journeys = mixed(paths)

    assert "" == kept_of(journeys, chosen)[1]


def test_journeys_of_count_0_are_not_broken() -> None:
    """Losses in journeys of count 0 do not count."""
    journeys = mixed(["AaB", "AB"], counts=[0, 1])

    kept, message = kept_of(journeys, {"directness": "direct"})

    assert ["AB", "AB"] == letters(kept)
    assert "" == message
    assert "" == kept_of(journeys[:0], {"directness": "direct"})[1]


def test_the_warning_points_to_the_caller_and_can_be_silenced() -> None:
    """Its location is this file; an ordinary warnings filter silences it."""
    journeys = mixed(["AaB"])

    with pytest.warns(TouchpointsWarning, match="breaks the paths") as caught:
        tp.select(journeys, {"directness": "indirect"})
    assert [__file__] == [one.filename for one in caught]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TouchpointsWarning)
        tp.select(journeys, {"directness": "indirect"})


def test_emptied_journeys_are_not_a_variant_afterwards() -> None:
    """They vanish from reports; journeys that were empty before stay unchanged."""
    customer = tp.load_taxonomy("customer")
    paths = {"path": ["live_chat > purchase"], "n": [3]}
    journeys = tp.from_paths(paths, path="path", count="n", taxonomy=customer)

    row = tp.paths.direct_and_indirect(journeys).losses.to_dicts()[0]

    assert ("direct", 3, 1, 0) == tuple(
        row[name] for name in ("removed", "emptied", "variants", "variants_left")
    )
