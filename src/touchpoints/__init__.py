"""Customer and patient journeys as graphs of typed touchpoints.

Names are imported when they are first asked for, so importing the package costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from touchpoints import classify, compare, datasets, paths, testing
    from touchpoints.classify.contract.protocol import Facets, classifier
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
    from touchpoints.graphs.flows import journeys_through
    from touchpoints.graphs.plan import (
        Plan,
        PlannedTouchpoint,
        parse_plan,
        plan_graph,
        read_plan,
    )
    from touchpoints.graphs.simulation import simulate
    from touchpoints.journeys.combining import concat, distinct, sample
    from touchpoints.journeys.cutting import (
        after_last,
        before_first,
        between,
        collapse_repeats,
        containing,
        select,
        split_by_gap,
    )
    from touchpoints.journeys.meta import Meta, Report
    from touchpoints.journeys.model import Journey, Journeys, first_difference
    from touchpoints.journeys.outcomes import mark, mark_open, until
    from touchpoints.journeys.places.anchors import Anchor
    from touchpoints.journeys.places.pattern.language import Pattern, pattern
    from touchpoints.journeys.relabelling import collapse, relabel, retype
    from touchpoints.journeys.storage import read_journeys, write_journeys
    from touchpoints.sources.log import from_columns, from_frame, from_records
    from touchpoints.sources.path_table import from_paths
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
    from touchpoints.uncertainty import bootstrap, wilson

_SUBPACKAGES = ("classify", "compare", "datasets", "paths", "testing")
_HOMES = """
sources.path_table: from_paths
classify.contract.protocol: Facets classifier
sources.log: from_columns from_frame from_records
graphs.flows: journeys_through
graphs: check_graph from_node_link higher_order_graph journey_graph outcome_graph read_graphml
graphs: to_dot to_mermaid to_node_link transition_graph write_graphml
journeys.model: Journey Journeys first_difference
journeys.combining: concat distinct sample
journeys.meta: Meta Report
journeys.outcomes: mark mark_open until
journeys.places.anchors: Anchor
journeys.places.pattern.language: Pattern pattern
graphs.plan: Plan PlannedTouchpoint parse_plan plan_graph read_plan
journeys.relabelling: collapse relabel retype
graphs.simulation: simulate
journeys.storage: read_journeys write_journeys
taxonomy: Facet Taxonomy Term Touchpoint TouchpointType available_taxonomies load_taxonomy
taxonomy: read_taxonomy
taxonomy.coverage: Coverage coverage
taxonomy.lint: Findings lint lint_file
journeys.cutting: after_last before_first between collapse_repeats containing select split_by_gap
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
