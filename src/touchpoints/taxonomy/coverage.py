"""Which touchpoint types there are for each channel, stage, need: where a taxonomy has gaps."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from touchpoints._core.checks import (
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
    """How many touchpoint types there are in each cell of a matrix: one row a cell, row by row.

    Attributes
    ----------
    row, column : object
        The ids that meet in the cell.
    count : int64
        How many types are typically there, 0 for a gap.
    rows, columns : str
        What the rows and columns are: a facet, ``"type"`` or ``"area"``.

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
        """Return the cells without a type, as pairs of the ids of row and column."""
        empty = self.count == 0
        return tuple(zip(self.row[empty], self.column[empty], strict=True))

    def matrix(self) -> Array:
        """Return the counts as a matrix (rows, columns), in the order of the ids."""
        rows, columns = len(set(self.row)), len(set(self.column))
        return self.count.reshape(rows, columns)


def taxonomy_coverage(
    taxonomy: Taxonomy, *, rows: str = "channel", columns: str = "type"
) -> TaxonomyCoverage:
    """Count the touchpoint types by two of their facets.

    Parameters
    ----------
    taxonomy
        Its types, with all their typical channels, needs and contexts.
    rows, columns
        A facet; ``"type"`` for the types one by one; ``"area"`` for the broadest channels, unless
        the taxonomy has a facet of that name.

    Returns
    -------
    TaxonomyCoverage
        One row for each pair of ids. A term that is broader than others counts their types too.

    Raises
    ------
    NotFoundError
        When there is no such facet.

    Notes
    -----
    Channels with the attribute ``use = "arrival"`` are left out: people get somewhere by them, and
    nothing takes place there. A type that does not say its term of a facet is in no cell of it.
    Cost: types times cells.

    Examples
    --------
    >>> from touchpoints.taxonomy import load_taxonomy
    >>> stages = taxonomy_coverage(load_taxonomy("customer"), rows="stage", columns="area")
    >>> stages.matrix().shape
    (5, 12)
    >>> ("awareness", "goods") in stages.gaps(), ("retention", "goods") in stages.gaps()
    (True, False)
    """
    mend = "tp.load_taxonomy(name) or tp.read_taxonomy(path) gives one"
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


def places(taxonomy: Taxonomy) -> tuple[str, ...]:
    """Return the channels on which something can take place: not those of arrival only."""
    channels = taxonomy.facets["channel"].terms.values()
    return tuple(one.id for one in channels if one.attributes.get("use") != "arrival")


def _axis(taxonomy: Taxonomy, name: str) -> tuple[tuple[str, ...], Terms]:
    """Return the ids along a side of the matrix, and which of them a type belongs to."""
    if name in taxonomy.facets:
        ids = places(taxonomy) if name == "channel" else tuple(taxonomy.facets[name].terms)
        return ids, lambda one: _with_broader(taxonomy, name, one)
    if name == TYPE:
        return tuple(taxonomy.types), lambda one: frozenset([one.id])
    if name == AREA:
        areas = dict.fromkeys(_broadest(taxonomy, channel) for channel in places(taxonomy))
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
