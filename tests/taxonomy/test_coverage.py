"""Coverage of a taxonomy: the number of types in each cell, and the empty cells."""

from __future__ import annotations

import numpy as np
import pytest

from touchpoints.errors import NotFoundError, WrongKindError
from touchpoints.taxonomy import Facet, Taxonomy, Term, TouchpointType
from touchpoints.taxonomy.coverage import taxonomy_coverage

CHANNEL = Facet(
    "channel",
    terms=[
        *(Term(one) for one in ("social", "social.paid", "chat", "fax")),
        Term("shop", broader="town"),
        Term("town"),
        Term("referral", attributes={"use": "arrival"}),
    ],
)
NEED = Facet("need", terms=[Term("learn"), Term("buy")])
STAGE = Facet("stage", terms=[Term("before"), Term("after")], ordered=True)


@pytest.fixture(scope="module")
def taxonomy() -> Taxonomy:
    """Three types on three of six channels."""
    types = [
        TouchpointType(
            "ask", channels=["chat", "social.paid"], needs=["learn"], defaults={"stage": "before"}
        ),
        TouchpointType("look", defaults={"channel": "shop", "need": "learn", "stage": "before"}),
        TouchpointType("nothing_said"),
    ]
    return Taxonomy("x", facets=[CHANNEL, NEED, STAGE], types=types)


def test_channels_by_type_count_every_typical_channel(taxonomy: Taxonomy) -> None:
    """A broader channel counts its narrower ones; channels of arrival only are left out (A22)."""
    found = taxonomy_coverage(taxonomy)

    assert ("channel", "type") == (found.rows, found.columns)
    assert ["social", "social.paid", "chat", "fax", "shop", "town"] == list(
        dict.fromkeys(found.row)
    )
    expected = [[1, 0, 0], [1, 0, 0], [1, 0, 0], [0, 0, 0], [0, 1, 0], [0, 1, 0]]
    assert expected == found.matrix().tolist()


def test_stages_by_area_have_gaps(taxonomy: Taxonomy) -> None:
    """Areas are the broadest channels; every empty cell is listed (B17)."""
    found = taxonomy_coverage(taxonomy, rows="stage", columns="area")

    assert [[1, 1, 0, 1], [0, 0, 0, 0]] == found.matrix().tolist()
    after = [("after", area) for area in ("social", "chat", "fax", "town")]
    assert (("before", "fax"), *after) == found.gaps()


def test_any_two_facets_can_be_crossed(taxonomy: Taxonomy) -> None:
    """Rows and columns are facets, types or areas; a type without a term is in no cell."""
    found = taxonomy_coverage(taxonomy, rows="need", columns="stage")
    assert [[2, 0], [0, 0]] == found.matrix().tolist()
    assert 0 == len(taxonomy_coverage(taxonomy, rows="context", columns="stage"))


def test_a_facet_called_area_comes_first() -> None:
    """A facet called `area` takes precedence over the broadest channels."""
    own = Facet("area", terms=[Term("north")])
    types = [TouchpointType("a", defaults={"area": "north"})]
    found = taxonomy_coverage(Taxonomy("x", facets=[own], types=types), rows="area")
    assert [("north", "a", 1)] == [tuple(row.values()) for row in found.to_dicts()]


def test_a_taxonomy_without_channels_has_an_empty_table() -> None:
    """Without rows there are no cells."""
    found = taxonomy_coverage(Taxonomy("x", types=[TouchpointType("a")]))
    assert 0 == len(found)
    assert (0, 0) == found.matrix().shape
    assert () == found.gaps()


def test_the_table_is_a_table(taxonomy: Taxonomy) -> None:
    """The result converts to dataframes, is read-only, and compares by content."""
    found = taxonomy_coverage(taxonomy, rows="need", columns="area")
    assert ["row", "column", "count"] == list(found.to_pandas().columns)
    assert np.int64 == found.count.dtype
    assert found == taxonomy_coverage(taxonomy, rows="need", columns="area")
    with pytest.raises(ValueError, match="read-only"):
        found.count[0] = 3


def test_an_unknown_facet_or_a_wrong_kind_is_an_error(taxonomy: Taxonomy) -> None:
    """An unknown facet is refused with similar names; a path is not a taxonomy."""
    with pytest.raises(NotFoundError, match="no facet 'chanel'.*did you mean 'channel'"):
        taxonomy_coverage(taxonomy, rows="chanel")
    with pytest.raises(WrongKindError, match="takes a Taxonomy, not str"):
        taxonomy_coverage("mine.toml")
