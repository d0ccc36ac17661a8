"""Customer and patient journeys as graphs of typed touchpoints."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from touchpoints import classify
from touchpoints.aggregated import from_paths
from touchpoints.classify.protocol import Facets, classifier
from touchpoints.events import from_columns, from_frame, from_records
from touchpoints.flows import journeys_through
from touchpoints.graphs import (
    check_graph,
    transition_graph,
)
from touchpoints.journeys import Journey, Journeys, first_difference
from touchpoints.merging import concat, distinct, sample
from touchpoints.meta import Meta, Report
from touchpoints.outcomes import mark, mark_open, until
from touchpoints.patterns import Anchor, Pattern, pattern
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
from touchpoints.uncertainty import bootstrap, wilson

if TYPE_CHECKING:
    from types import ModuleType

    from touchpoints import paths

_LAZY = frozenset({"datasets", "paths", "testing"})


def __getattr__(name: str) -> ModuleType:
    """Import a subpackage when it is first asked for."""
    if name in _LAZY:
        return importlib.import_module(f"touchpoints.{name}")
    raise AttributeError(f"module 'touchpoints' has no attribute {name!r}")


__all__ = [
    "Anchor",
    "Facet",
    "Facets",
    "Journey",
    "Journeys",
    "Meta",
    "Pattern",
    "Report",
    "Taxonomy",
    "Term",
    "Touchpoint",
    "TouchpointType",
    "after_last",
    "available_taxonomies",
    "before_first",
    "bootstrap",
    "check_graph",
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
    "from_paths",
    "from_records",
    "journeys_through",
    "load_taxonomy",
    "mark",
    "mark_open",
    "paths",
    "pattern",
    "read_taxonomy",
    "relabel",
    "retype",
    "sample",
    "select",
    "split_by_gap",
    "transition_graph",
    "until",
    "wilson",
]
