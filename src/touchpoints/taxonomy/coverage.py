"""Coverage of a taxonomy: a contingency table of its touchpoint types, and the empty cells."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from touchpoints._core.checks import (
    public,
    require_kind,
)
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import (
    not_found,
)
from touchpoints._core.tables import Table
from touchpoints._core.tables import column as field
from touchpoints.taxonomy.model import Taxonomy
from touchpoints.taxonomy.vocabulary import (
    TouchpointType,
    broader_terms,
)

TYPE, AREA = "type", "area"

Terms = Callable[[TouchpointType], frozenset[str]]


@attrs.frozen(kw_only=True, repr=False)
class TaxonomyCoverage(Table):
    """The number of touchpoint types in each cell of a matrix, one row per cell, row by row.

    Attributes
    ----------
    row, column : object
        The ids of the row and the column of the cell.
    count : int64
        The number of types for which the cell is typical; 0 is a gap.
    rows, columns : str
        The kind of ids in the rows and the columns: a facet, ``"type"`` or ``"area"``.

    Examples
    --------
    >>> import touchpoints as tp
    >>> found = tp.taxonomy_coverage(
    ...     tp.load_taxonomy("customer"), rows="stage", columns="directness"
    ... )
    >>> isinstance(found, tp.TaxonomyCoverage), found.matrix().shape == (5, 2)
    (True, True)
    """

    row: Array = field(object)
    column: Array = field(object)
    count: Array = field(np.int64)
    rows: str
    columns: str

    def gaps(self) -> tuple[tuple[str, str], ...]:
        """Return the cells without a type as pairs (row, column) of ids."""
        empty = self.count == 0
        return tuple(zip(self.row[empty], self.column[empty], strict=True))

    def matrix(self) -> Array:
        """Return the counts as a matrix (rows, columns), in the order of the ids."""
        rows, columns = len(set(self.row)), len(set(self.column))
        return self.count.reshape(rows, columns)


@public
def taxonomy_coverage(
    taxonomy: Taxonomy, *, rows: str = "channel", columns: str = "type"
) -> TaxonomyCoverage:
    """Count the touchpoint types by two of their facets (a contingency table).

    Parameters
    ----------
    taxonomy
        The taxonomy. A type counts for all its typical channels, needs and contexts.
    rows, columns
        The name of a facet; ``"type"`` for one row or column per type; ``"area"`` for the broadest
        channels, unless the taxonomy has a facet of that name.

    Returns
    -------
    TaxonomyCoverage
        One row for each pair of ids. A broader term also counts the types of its narrower terms.

    Raises
    ------
    NotFoundError
        When the taxonomy has no facet of that name.

    See Also
    --------
    lint : Gaps and probable mistakes in the definitions, with mends.

    Notes
    -----
    Channels with the attribute ``use = "arrival"`` are left out: people arrive by them, and no
    interaction takes place there. A type without a term of a facet is in no cell of that facet.
    Cost: O(types times cells).

    Examples
    --------
    >>> from touchpoints.taxonomy import load_taxonomy
    >>> stages = taxonomy_coverage(load_taxonomy("customer"), rows="stage", columns="area")
    >>> stages.matrix().shape
    (5, 12)
    >>> ("awareness", "goods") in stages.gaps(), ("retention", "goods") in stages.gaps()
    (True, False)
    """
    mend = "tp.load_taxonomy(name) or tp.read_taxonomy(path) returns a taxonomy"
    require_kind(taxonomy, Taxonomy, takes="a Taxonomy", mend=mend)
    row_ids, row_of = _axis(taxonomy, rows)
    column_ids, column_of = _axis(taxonomy, columns)
    counts = dict.fromkeys(((one, two) for one in row_ids for two in column_ids), 0)
    for one in taxonomy.types.values():
        columns_of_type = column_of(one)
        for row in row_of(one):
            for column in columns_of_type:
                if (row, column) in counts:
                    counts[row, column] += 1
    return TaxonomyCoverage(
        row=text_array([row for row, _ in counts]),
        column=text_array([column for _, column in counts]),
        count=np.array(list(counts.values()), dtype=np.int64),
        rows=rows,
        columns=columns,
    )


def interaction_channels(taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return the channels on which interactions can take place: all but those of arrival only."""
    channels = taxonomy.facets["channel"].terms.values()
    return tuple(one.id for one in channels if one.attributes.get("use") != "arrival")


def _axis(taxonomy: Taxonomy, name: str) -> tuple[tuple[str, ...], Terms]:
    """Return the ids of the rows or columns, and a function that gives those of a type."""
    if name in taxonomy.facets:
        terms = taxonomy.facets[name].terms
        ids = interaction_channels(taxonomy) if name == "channel" else tuple(terms)
        return ids, lambda one: _with_broader(taxonomy, name, one)
    if name == TYPE:
        return tuple(taxonomy.types), lambda one: frozenset([one.id])
    if name == AREA:
        channels = interaction_channels(taxonomy)
        areas = dict.fromkeys(_broadest(taxonomy, channel) for channel in channels)
        return tuple(areas), lambda one: _areas(taxonomy, one)
    raise not_found("facet", name, (TYPE, AREA, *taxonomy.facets))


def _with_broader(taxonomy: Taxonomy, facet: str, one: TouchpointType) -> frozenset[str]:
    terms = taxonomy.facets[facet].terms
    typical = one.typical(facet)
    above = (broader for term in typical for broader in broader_terms(term, terms))
    return frozenset([*typical, *above])


def _areas(taxonomy: Taxonomy, one: TouchpointType) -> frozenset[str]:
    return frozenset(_broadest(taxonomy, channel) for channel in one.typical("channel"))


def _broadest(taxonomy: Taxonomy, channel: str) -> str:
    return [channel, *broader_terms(channel, taxonomy.facets["channel"].terms)][-1]
