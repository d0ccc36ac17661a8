"""Read object-centric event logs (OCEL 2.0)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Unpack

from touchpoints._core.checks import check_option, public
from touchpoints.errors import InvalidInputError
from touchpoints.sources._event_logs.empties import with_empty
from touchpoints.sources._event_logs.flatten import PERSON, Changes, FlatLog, flattened
from touchpoints.sources._event_logs.names import renamed
from touchpoints.sources._event_logs.object_log import ObjectLog
from touchpoints.sources._event_logs.ocel_json import read_json
from touchpoints.sources._event_logs.ocel_sqlite import read_sqlite
from touchpoints.sources._event_logs.ocel_xml import read_xml
from touchpoints.sources._event_logs.own import END, OWN, header_of, restored
from touchpoints.sources._shared.ending import Events, ReadOptions, journeys_of, skipping
from touchpoints.sources._shared.files import opened
from touchpoints.sources._shared.skipped import Skipped

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys

_SQLITE = b"SQLite format 3\x00"
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@public
def ocel(
    source: Any,
    object_type: str,
    *,
    qualifier: str | Sequence[str] | None = None,
    person: str | None = None,
    changes: Changes = "last",
    tz: str | None = None,
    **options: Unpack[ReadOptions],
) -> Journeys:
    """Read an object-centric event log, one journey for each object of a type.

    Parameters
    ----------
    source
        The path of a file of OCEL 2.0: JSON or XML, also compressed by gzip, or SQLite. Which it is
        is seen from its content. OCEL 1.0 is read from JSON.
    object_type
        The type of the objects whose journeys are read. An event is in the journey of every object
        of the type that it touches.
    qualifier
        Only relations of events to objects with this qualifier, or one of these; by default all.
    person
        The type of the objects that are persons: the person of a journey is that which its events
        touch, or else which is related to its object; the first of several is kept, and noted. By
        default the attribute ``person`` of the objects, if they have it.
    changes
        What becomes of attributes of the objects, which can change over time: their ``"last"``
        value is kept in ``per_journey``, or the value ``"at_event"`` in ``per_interaction``.
    tz
        The time zone of times without an offset from UTC, for example ``"Europe/Madrid"``.
    **options
        Shared options: see `touchpoints.sources`. ``journey`` can be ``"object"`` (the default), or
        ``"person"`` where persons are known.

    Returns
    -------
    Journeys
        The id of a journey is that of its object. Attributes of events are in ``per_interaction``,
        by name. Objects of the type that no event touches are empty journeys.

    Raises
    ------
    NotFoundError
        When the log has no such type of objects or qualifier; the message proposes similar ones.
    InvalidInputError
        When the file cannot be read (with the place), is not OCEL, or a value is none of its
        declared type.

    Notes
    -----
    Seeing a log by one type of objects repeats and mixes events. ``meta.report.noted`` counts
    convergence (events that touch several objects of the type, and how often these are repeated)
    and divergence (objects with several events of one type, which may belong to different objects
    of another type); ``left_out_reasons`` counts events that touch no object of the type. A value
    of an attribute is valid from its time on, also at an event of that time; one without a time is
    valid from the beginning. Events of the same time are in the order of the file.

    References
    ----------
    Berti, A., Koren, I., Adams, J. N., Park, G., Knopp, B., Graves, N., Rafiei, M., Liß, L., Tacke
    genannt Unterberg, L., Zhang, Y., Schwanen, C., Pegoraro, M. and van der Aalst, W. M. P. (2024).
    "OCEL (Object-Centric Event Log) 2.0 Specification". arXiv:2403.01975.

    See Also
    --------
    xes : Read event logs of cases.
    write_ocel : Write journeys as OCEL 2.0.

    Examples
    --------
    >>> import json
    >>> import tempfile
    >>> from pathlib import Path
    >>> import touchpoints as tp
    >>> def touches(*ids):
    ...     return [{"objectId": one, "qualifier": ""} for one in ids]
    >>> day = "2026-03-02T10:0{}:00Z"
    >>> log = {
    ...     "objectTypes": [{"name": "order", "attributes": []}],
    ...     "eventTypes": [],
    ...     "objects": [{"id": one, "type": "order"} for one in ("o1", "o2")],
    ...     "events": [
    ...         {"id": "e1", "type": "buy", "time": day.format(0), "relationships": touches("o1")},
    ...         {"id": "e2", "type": "buy", "time": day.format(1), "relationships": touches("o2")},
    ...         {
    ...             "id": "e3",
    ...             "type": "deliver",
    ...             "time": day.format(2),
    ...             "relationships": touches("o1", "o2"),
    ...         },
    ...     ],
    ... }
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "shop.json")
    ...     _ = file.write_text(json.dumps(log))
    ...     journeys = tp.sources.ocel(file, "order")
    >>> [journey.keys for journey in journeys]
    [('buy', 'deliver'), ('buy', 'deliver')]
    >>> list(journeys.meta.report.noted.values())
    [1, 1]
    """
    check_option("changes", changes, Changes)
    skipped = skipping(options, called="event")
    log, text = read_objects(source, skipped)
    plain = person is None and qualifier is None and changes == "last"
    header = header_of(text if plain else None, options, default="object", where=str(source))
    flat = flattened(
        log,
        object_type,
        qualifier=(qualifier,) if isinstance(qualifier, str) else qualifier,
        changes=changes,
        person=person,
        tz=tz,
        skipped=skipped,
    )
    asked = options if header is None else header.options(options, flat.names)
    ended = header is not None and header.has_ends
    journeys = journeys_of(_events(flat, ended=ended, changes=changes), skipped, asked)
    if options.get("journey", "object") == "object":
        attribute = flat.cases.get(flat.names.cases.get(PERSON, ""))
        persons = attribute if flat.persons is None else flat.persons
        journeys = with_empty(journeys, flat.ids, per_journey=flat.cases, persons=persons)
    if header is not None:
        return restored(journeys, header, flat.names, options=options, tz=tz)
    return renamed(journeys, flat.names.back)


def read_objects(source: Any, skipped: Skipped) -> tuple[ObjectLog, str | None]:
    """Return the log of a file of any of the three kinds."""
    with opened(source) as file:
        start = file.read(512)
    if start.startswith(_SQLITE):
        return read_sqlite(source, skipped), None
    for mark in _MARKS:
        start = start.removeprefix(mark)
    begin = start.replace(b"\x00", b"").lstrip()[:1]
    if begin == b"<":
        return read_xml(source, skipped), None
    if begin == b"{":
        return read_json(source, skipped)
    raise InvalidInputError(
        "the file is empty" if not start else "the file is neither JSON, XML nor SQLite",
        where=str(source),
        mend="pass the path of a file of OCEL 2.0",
    )


def _events(flat: FlatLog, *, ended: bool, changes: Changes) -> Events:
    names = flat.names
    persons = {PERSON: (PERSON,)} if PERSON in flat.columns else {}
    # An attribute that is called person is the person, and need not be kept beside it.
    aside = {PERSON} if persons else set()
    of_events = [name for key, name in names.events.items() if key != END]
    of_objects = [
        name for key, name in names.cases.items() if key not in aside and not key.startswith(OWN)
    ]
    at_event = changes == "at_event"
    return Events(
        table=flat.columns,
        journeys={"object": ("object",), **persons},
        end=names.events.get(END) if ended else None,
        person=PERSON if persons else None,
        kept=(*of_events, *(of_objects if at_event else ())),
        per_journey=() if at_event else tuple(of_objects),
        tz=flat.tz,
    )
