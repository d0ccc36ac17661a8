"""Customer and patient journeys as graphs of typed touchpoints.

Names are imported when they are first asked for, so importing the package costs next to nothing.
"""

from touchpoints._core.lazy import attach as _attach

__getattr__, __dir__, __all__ = _attach(
    __name__,
    """
    : attribution classify compare datasets errors experience graphs learn paths
    : plot sources taxonomy testing uncertainty
    _core.opening_hours: OpeningHours
    classify.contract.protocol: Facets classifier
    graphs: check_graph from_node_link higher_order_graph journey_graph outcome_graph read_graphml
    graphs: to_dot to_mermaid to_node_link transition_graph write_graphml
    graphs.flows: journeys_through
    graphs.plan: Plan PlannedTouchpoint parse_plan plan_graph read_plan
    graphs.simulation: simulate
    journeys.columns: to_columns
    journeys.combining: concat distinct
    journeys.cutting: after_last before_first between containing select
    journeys.cutting: split_by_gap
    journeys.meta: Meta Report
    journeys.model: Journey Journeys first_difference
    journeys.cut_outcomes: until
    journeys.outcomes: mark mark_by mark_open
    journeys.places.anchors: Anchor
    journeys.places.pattern.language: Pattern pattern
    journeys.pseudonyms: pseudonymise
    journeys.relabelling: collapse collapse_repeats relabel retype
    journeys.repeated_outcomes: until_each
    journeys.sampling: sample
    journeys.session_channels: session_channel
    journeys.session_splits: sessions
    journeys.splitting: split_by
    journeys.storage: read_journeys write_journeys
    learn.matrix: features
    sources.log: from_frame
    sources.plain_log: from_columns from_records
    sources.path_table: from_paths
    taxonomy: Facet Taxonomy Term Touchpoint TouchpointType available_taxonomies load_taxonomy
    taxonomy: read_taxonomy
    taxonomy.coverage: TaxonomyCoverage taxonomy_coverage
    taxonomy.lint: Findings lint lint_file
    uncertainty: bootstrap wilson
    """,
)
