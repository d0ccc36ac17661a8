"""Customer and patient journeys as graphs of typed touchpoints.

Names are imported when they are first asked for, so importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchpoints import classify, compare, datasets, paths, testing
    from touchpoints.aggregated import from_paths
    from touchpoints.classify.protocol import Facets, classifier
    from touchpoints.events import from_columns, from_frame, from_records
    from touchpoints.flows import journeys_through
    from touchpoints.graphs import (
        check_graph,
        from_node_link,
        higher_order_graph,
        journey_graph,
        outcome_graph,
        read_graphml,
        to_dot,
        to_mermaid,
        to_node_link,
        transition_graph,
        write_graphml,
    )
    from touchpoints.journeys import Journey, Journeys, first_difference
    from touchpoints.merging import concat, distinct, sample
    from touchpoints.meta import Meta, Report
    from touchpoints.outcomes import mark, mark_open, until
    from touchpoints.patterns import Anchor, Pattern, pattern
    from touchpoints.plan import Plan, PlannedTouchpoint, parse_plan, plan_graph, read_plan
    from touchpoints.retyping import collapse, relabel, retype
    from touchpoints.simulation import simulate
    from touchpoints.storage import read_journeys, write_journeys
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
    from touchpoints.taxonomy.coverage import Coverage, coverage
    from touchpoints.taxonomy.lint import Findings, lint, lint_file
    from touchpoints.transform import (
        after_last,
        before_first,
        between,
        collapse_repeats,
        containing,
        select,
        split_by_gap,
    )
    from touchpoints.uncertainty import bootstrap, wilson

_SUBPACKAGES = ("classify", "compare", "datasets", "paths", "testing")
_HOMES = """
aggregated: from_paths
classify.protocol: Facets classifier
events: from_columns from_frame from_records
flows: journeys_through
graphs: check_graph from_node_link higher_order_graph journey_graph outcome_graph read_graphml
graphs: to_dot to_mermaid to_node_link transition_graph write_graphml
journeys: Journey Journeys first_difference
merging: concat distinct sample
meta: Meta Report
outcomes: mark mark_open until
patterns: Anchor Pattern pattern
plan: Plan PlannedTouchpoint parse_plan plan_graph read_plan
retyping: collapse relabel retype
simulation: simulate
storage: read_journeys write_journeys
taxonomy: Facet Taxonomy Term Touchpoint TouchpointType available_taxonomies load_taxonomy
taxonomy: read_taxonomy
taxonomy.coverage: Coverage coverage
taxonomy.lint: Findings lint lint_file
transform: after_last before_first between collapse_repeats containing select split_by_gap
uncertainty: bootstrap wilson
"""
_HOME = tuple(
    (name, module)
    for module, _, names in (line.partition(": ") for line in _HOMES.split("\n"))
    for name in names.split()
)


def __getattr__(name: str) -> Any:
    """Import a name of the public face from its home when it is first asked for."""
    if name in _SUBPACKAGES:
        return importlib.import_module(f"{__name__}.{name}")
    home = next((module for known, module in _HOME if known == name), None)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


__all__ = [
    "Anchor",
    "Coverage",
    "Facet",
    "Facets",
    "Findings",
    "Journey",
    "Journeys",
    "Meta",
    "Pattern",
    "Plan",
    "PlannedTouchpoint",
    "Report",
    "Taxonomy",
    "Term",
    "Touchpoint",
    "TouchpointType",
    "after_last",
    "available_taxonomies",
    "before_first",
    "between",
    "bootstrap",
    "check_graph",
    "classifier",
    "classify",
    "collapse",
    "collapse_repeats",
    "compare",
    "concat",
    "containing",
    "coverage",
    "datasets",
    "distinct",
    "first_difference",
    "from_columns",
    "from_frame",
    "from_node_link",
    "from_paths",
    "from_records",
    "higher_order_graph",
    "journey_graph",
    "journeys_through",
    "lint",
    "lint_file",
    "load_taxonomy",
    "mark",
    "mark_open",
    "outcome_graph",
    "parse_plan",
    "paths",
    "pattern",
    "plan_graph",
    "read_graphml",
    "read_journeys",
    "read_plan",
    "read_taxonomy",
    "relabel",
    "retype",
    "sample",
    "select",
    "simulate",
    "split_by_gap",
    "testing",
    "to_dot",
    "to_mermaid",
    "to_node_link",
    "transition_graph",
    "until",
    "wilson",
    "write_graphml",
    "write_journeys",
]
