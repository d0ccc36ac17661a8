"""Customer and patient journeys as graphs of typed touchpoints."""

from touchpoints import classify
from touchpoints.classify.protocol import Facets, classifier
from touchpoints.events import from_columns, from_frame, from_records
from touchpoints.journeys import Journey, Journeys, first_difference
from touchpoints.merging import concat, distinct, sample
from touchpoints.meta import Meta, Report
from touchpoints.outcomes import mark, mark_open, until
from touchpoints.retyping import collapse, relabel, retype
from touchpoints.taxonomy import (
    Facet,
    Taxonomy,
    Term,
    Touchpoint,
    TouchpointType,
    available_taxonomies,
    load_taxonomy,
    read_taxonomy,
)
from touchpoints.transform import (
    after_last,
    before_first,
    collapse_repeats,
    containing,
    select,
    split_by_gap,
)

__all__ = [
    "Facet",
    "Facets",
    "Journey",
    "Journeys",
    "Meta",
    "Report",
    "Taxonomy",
    "Term",
    "Touchpoint",
    "TouchpointType",
    "after_last",
    "available_taxonomies",
    "before_first",
    "classifier",
    "classify",
    "collapse",
    "collapse_repeats",
    "concat",
    "containing",
    "distinct",
    "first_difference",
    "from_columns",
    "from_frame",
    "from_records",
    "load_taxonomy",
    "mark",
    "mark_open",
    "read_taxonomy",
    "relabel",
    "retype",
    "sample",
    "select",
    "split_by_gap",
    "until",
]
