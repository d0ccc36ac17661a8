"""Read event logs in XES (IEEE 1849)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

import attrs

from touchpoints._core.checks import public
from touchpoints._core.frozen import Coded
from touchpoints.journeys.model import derive
from touchpoints.sources._event_logs.empties import with_empty
from touchpoints.sources._event_logs.names import renamed
from touchpoints.sources._event_logs.own import HEADER, OWN, header_of, restored
from touchpoints.sources._event_logs.xes_parser import INSTANCE, NAME, TRANSITION, XesLog
from touchpoints.sources._event_logs.xes_table import (
    PERSON,
    XesTable,
    codes_of_stages,
    table_of_xes,
)
from touchpoints.sources._shared.ending import Events, ReadOptions, journeys_of, skipping

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys


@public
def xes(
    source: Any,
    *,
    classifier: str | Sequence[str] | None = None,
    person: str | None = None,
    lifecycle: bool = True,
    tz: str | None = None,
    **options: Unpack[ReadOptions],
) -> Journeys:
    """Read an event log in XES, one journey for each trace.

    Parameters
    ----------
    source
        The path of a file ``.xes``, also compressed by gzip. It is streamed: its elements are not
        kept.
    classifier
        What an event is called: the name of an event classifier that the log declares, or the key
        of an attribute, or several keys, whose values are joined by ``+``. By default
        ``concept:name``.
    person
        The key of the attribute, of traces or of events, with the person whose journey it is. By
        default ``person``, if the log has it.
    lifecycle
        Whether events with ``lifecycle:transition`` start and complete are joined into one
        interaction with an end, if both occur in the log: by ``concept:instance`` where events have
        it, as `touchpoints.from_frame` joins them. False reads each event as an interaction.
    tz
        The time zone of times without an offset from UTC, for example ``"Europe/Madrid"``.
    **options
        Shared options: see `touchpoints.sources`. ``journey`` can be ``"trace"`` (the default), or
        ``"person"`` where persons are known.

    Returns
    -------
    Journeys
        The id of a journey is the ``concept:name`` of its trace; attributes of traces are in
        ``per_journey``, those of events in ``per_interaction``, both by their keys. Traces without
        events, or without any that can be read, are empty journeys. Times are in UTC. If no event
        has a ``time:timestamp``, the events are in the order of the file, without times.

    Raises
    ------
    InvalidInputError
        When the file is not well-formed XML (with line and column), has a document type or
        entities, or is not XES; when a value is none of its type; when a trace has no
        ``concept:name``; when some times have an offset from UTC, others have none, and ``tz`` is
        not given.
    NotFoundError
        When the file, a classifier or an attribute does not exist.

    Notes
    -----
    Names of elements are case-sensitive; a namespace, with any prefix, may be declared. Keys have
    the standard prefixes of their extensions, whatever prefix the log declares for these. Traces
    with the same ``concept:name`` become one journey, and are counted in ``meta.report.noted``;
    so are nested attributes, lists and containers, which are left out, keys that occur twice in an
    element, and defaults of global attributes that were filled in. Placeholders such as UNKNOWN
    and dates of 1 January 1970 are not filled in, nor are the times of events and the names of
    traces. An attribute of events that is called as a column of the reader (``name``, ``time`` …)
    or as what merging adds (``source``) is ``event:name`` in ``touchpoint`` and other options that
    name columns, an attribute of traces ``case:name``.

    References
    ----------
    IEEE 1849-2023, "IEEE Standard for eXtensible Event Stream (XES) for Achieving Interoperability
    in Event Logs and Event Streams".

    See Also
    --------
    ocel : Read object-centric event logs.
    write_xes : Write journeys as XES.
    touchpoints.from_frame : Read a table of events.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import touchpoints as tp
    >>> text = '''<log xes.version="1849-2016">
    ...   <trace>
    ...     <string key="concept:name" value="patient 7"/>
    ...     <event>
    ...       <string key="concept:name" value="triage"/>
    ...       <date key="time:timestamp" value="2026-03-02T10:00:00+01:00"/>
    ...     </event>
    ...   </trace>
    ... </log>'''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "ward.xes")
    ...     _ = file.write_text(text)
    ...     tp.sources.xes(file)
    <Journeys: 1 journey, 1 interaction, 1 touchpoint, 2026-03-02 to 2026-03-02>
    """
    skipped = skipping(options, called="event")
    log = XesLog(source, skipped).read()
    table = table_of_xes(log, classifier=classifier, person=person, tz=tz, skipped=skipped)
    where, plain = log.xml.name, classifier is None and person is None
    text = log.attributes.get(HEADER) if plain and lifecycle else None
    header = header_of(text, options, default="trace", where=where)
    joined = lifecycle and table.stages is not None and not _names_stages(classifier, log)
    if header is not None:
        joined = joined and header.has_ends
    kept_stages = table.stages is not None and not joined
    texts = codes_of_stages(table) if kept_stages else ()
    asked = options if header is None else header.options(options, table.names)
    journeys = journeys_of(_events(table, joined=joined, person=person), skipped, asked)
    if table.timeless:
        meta = attrs.evolve(journeys.meta, timezone=None)
        journeys = derive(journeys, times=None, ends=None, meta=meta)
    if kept_stages and TRANSITION in journeys.per_interaction:
        columns = dict(journeys.per_interaction)
        columns[TRANSITION] = Coded(columns[TRANSITION], texts)
        journeys = derive(journeys, per_interaction=columns)
    if options.get("journey", "trace") == "trace":
        persons = table.cases.get(table.names.cases.get(PERSON if plain else person or "", ""))
        journeys = with_empty(journeys, table.ids, per_journey=table.cases, persons=persons)
    if header is not None:
        return restored(journeys, header, table.names, options=options, tz=tz)
    return renamed(journeys, table.names.back)


def _names_stages(classifier: str | Sequence[str] | None, log: XesLog) -> bool:
    """Tell whether the name of an event says its transition, so that each stage is its own."""
    if classifier is None:
        return False
    keys = (
        log.classifiers.get(classifier, classifier) if isinstance(classifier, str) else classifier
    )
    return TRANSITION in (keys.split() if isinstance(keys, str) else keys)


def _events(table: XesTable, *, joined: bool, person: str | None) -> Events:
    aside = {TRANSITION, INSTANCE} if joined else set()
    names = table.names
    # An attribute that is called person is the person, and need not be kept beside it.
    alone = {PERSON} if person is None else set()
    own = {key for key in names.cases if key.startswith(OWN)}
    return Events(
        table=table.columns,
        journeys={"trace": ("trace",), **({} if table.person is None else {PERSON: (PERSON,)})},
        person=table.person,
        kept=tuple(name for key, name in names.events.items() if key not in aside | alone),
        per_journey=tuple(
            name for key, name in names.cases.items() if key not in {NAME, *alone, *own}
        ),
        lifecycle=table.stages if joined else None,
        instance=table.instance if joined else None,
        tz=table.tz,
    )
