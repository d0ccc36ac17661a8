"""Classifiers: functions from a raw event to a touchpoint."""

from touchpoints._core.lazy import attach as _attach

__getattr__, __dir__, __all__ = _attach(
    __name__,
    """
    combining.chain: AbstainBelow FirstMatch abstain_below first_match
    combining.combine: Combine combine
    contract.answers: Answer Conflict Facets Verdict
    contract.explain: Explanation explain
    contract.protocol: Classifier classifier
    contract.traces: ExplanationStep
    drafting.draft: Draft draft
    installed: available load
    quality.agreement: Agreement agreement
    quality.evaluation: Evaluation evaluate_classifier
    quality.unmatched: Unmatched unmatched
    rule_files.by_column: ByColumn by_column
    rule_files.rules: Rules rules
    text.keywords: Keywords keywords
    text.learned: Learned learned
    web.arrivals: Arrival ArrivalChannels Referrer arrival arrival_channels parse_referrer
    web.event_names: EventNames ga4_events matomo_events segment_events snowplow_events
    web.ga4: Ga4Channels ga4_channels
    web.sources: Source SourceList load_source_categories source_categories
    web.urls: click_ids parse_utm
    """,
)
