"""How somebody's data become journeys: a reader for each format, merging by person, writers.

A reader takes the data as they are exported (a file, a dataframe or records; nothing is fetched)
and answers with `Journeys`. What is in no journey is counted in ``meta.report``: records that
cannot be read in ``skipped``, records that are not interactions in ``left_out``. These options mean
the same in every reader:

``journey``
    What a journey is: a name that the reader defines, such as ``"session"`` or ``"person"``, or
    columns as for `touchpoints.from_frame`.
``touchpoint``
    The column with the name of what happened, ``"name"`` by default, or a classifier of the columns
    that the reader makes.
``taxonomy``, ``unmatched``, ``missing``, ``person_conflicts``, ``duplicates``
    As for `touchpoints.from_frame`.
``per_interaction``, ``per_journey``
    The columns to keep; by default those that the reader lists.
``on_error``
    How to treat records that cannot be read: ``"raise"`` (the default), or ``"skip"`` to leave them
    out, count them by reason, and warn with the first.
``observed_until``
    The time of the export, a ``datetime``: until then every journey was observed. By default the
    last time of the data.
"""

from touchpoints._core.lazy import attach as _attach

__getattr__, __dir__, __all__ = _attach(
    __name__,
    """
    _shared.text_files.file_format: FileFormat
    _shared.own_tables.file_mapping: FileMapping
    formats.fhir: fhir
    formats.ga4: ga4
    formats.databases: database
    formats.mappings: read_mapping
    formats.matomo: matomo
    formats.ocel: ocel
    formats.parquet_files: parquet
    formats.segment: segment
    formats.separated: csv
    formats.sniffing: sniff
    formats.snowplow: snowplow
    formats.social: social
    formats.surveys: surveys
    formats.tickets: tickets
    writers.tables: write_csv write_parquet
    formats.xes: xes
    gap_counts: binned_gaps
    gap_tables: BinnedGaps GapQuantiles TransitionCounts
    merging.contacts: Contacts contacts
    merging.identifying: Identities identities
    merging.merge: merge_sources
    writers.ocel: write_ocel
    writers.xes: write_xes
    """,
)
