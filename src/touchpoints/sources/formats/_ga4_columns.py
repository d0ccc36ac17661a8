"""Columns of the events of Google Analytics 4: from nested records, and from flat tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from touchpoints._core.datetimes import FIRST, LAST, BadTimes
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import first_few
from touchpoints._core.zones import HowTimes
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.growing import Growing
from touchpoints.sources._shared.records import records_of
from touchpoints.sources._shared.skipped import Skipped
from touchpoints.sources._shared.tables import Flat, first_known
from touchpoints.sources.merging.identifying import text_of

PARAMETERS = "event_params"
SESSION = "ga_session_id"
TIES = ("batch_page_id", "batch_ordering_id", "batch_event_index")
NUMBERS = ("value", "revenue", *TIES)
CAMPAIGNS = ("session", "cross_channel_campaign", "manual_campaign", "google_ads_campaign")
"""Where source, medium and campaign of a session stand, the first that is known first."""

_IDS = ("user_id", "user_pseudo_id", SESSION)
_TOP = ("event_name", "event_timestamp", "user_id", "user_pseudo_id", "platform", *TIES)
_LAST_CLICK = "session_traffic_source_last_click"
_STRUCTS = {
    "collected_traffic_source": {
        "manual_source": "utm.source",
        "manual_medium": "utm.medium",
        "manual_campaign_name": "utm.campaign",
        "gclid": "click_id",
    },
    "traffic_source": {
        "source": "first_source",
        "medium": "first_medium",
        "name": "first_campaign",
    },
    "device": {"category": "device"},
    "ecommerce": {"purchase_revenue": "revenue"},
}
_OF_CAMPAIGN = {"source": "source", "medium": "medium", "campaign_name": "campaign"}
_LAST_CLICKS = {
    kind: {field: f"{kind}.{column}" for field, column in _OF_CAMPAIGN.items()}
    for kind in CAMPAIGNS[1:]
}
_OF_TOP = {name: name for name in _TOP}
_PARAMETERS = {
    SESSION: SESSION,
    "page_location": "url",
    "page_title": "page",
    "page_referrer": "referrer",
    "search_term": "text",
    "value": "value",
    "event_id": "event_id",
    "source": "param.source",
    "medium": "param.medium",
    "campaign": "param.campaign",
    **{name: name for name in TIES},
}
NESTED = (*_TOP, PARAMETERS, *_STRUCTS, _LAST_CLICK)
"""The columns of a nested table that are read."""

Names = Mapping[str, str]


class BadEventError(ValueError):
    """An event that is not written as GA4 exports it; the text is the reason."""


def parameter_names(wanted: Iterable[str]) -> dict[str, str]:
    """Return the column of each parameter that is read; those that are wanted keep their names."""
    return {**_PARAMETERS, **{name: name for name in wanted}}


def flat_names(wanted: Iterable[str]) -> dict[str, str]:
    """Return the columns of a flat table that are read, and what each becomes.

    A field of a record has the names of both, joined by a dot or an underscore. Parameters have
    their plain names too, but for source, medium and campaign: in a flat table nobody knows whose
    they are.
    """
    names = {name: name for name in _TOP}
    for record, fields in _STRUCTS.items():
        for field, column in fields.items():
            names[f"{record}.{field}"] = names[f"{record}_{field}"] = column
    for kind, fields in _LAST_CLICKS.items():
        for field, column in fields.items():
            for path in (f"{_LAST_CLICK}.{kind}.{field}", f"{_LAST_CLICK}_{kind}_{field}"):
                names[path] = column
    names |= {f"session_{column}": f"session.{column}" for column in _OF_CAMPAIGN.values()}
    for name, column in parameter_names(wanted).items():
        names[f"{PARAMETERS}.{name}"] = names[f"{PARAMETERS}_{name}"] = column
        if not column.startswith("param."):
            names.setdefault(name, column)
    return names


def nested_columns(source: Any, skipped: Skipped, wanted: tuple[str, ...]) -> dict[str, Any]:
    """Return the columns of records, each event with ``event_params`` or flat."""
    columns = Growing(times=("time",), numbers=NUMBERS)
    names, flat = parameter_names(wanted), flat_names(wanted)
    for where, record in records_of(source, skipped):
        try:
            row = _row_of(record, names, flat)
            unread = _read_numbers(row)
        except BadEventError as error:
            skipped.refuse(str(error), where=where)
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
            skipped.refuse("a field of an event is not of the shape that GA4 exports", where=where)
        else:
            columns.add_row(row)
            if unread:
                skipped.note(f"{unread} is no number: missing")
    return with_missing(columns.finish(), columns.rows, wanted)


def with_missing(found: dict[str, Any], rows: int, wanted: Iterable[str]) -> dict[str, Any]:
    """Return columns in which those that a table lacks are missing in all rows."""
    texts = dict.fromkeys((*flat_names(wanted).values(), *_PARAMETERS.values()))
    nothing = Coded(owned(np.full(rows, -1, dtype=np.int32)), ())
    return {**{name: nothing for name in texts if name not in NUMBERS}, **found}


def _row_of(record: Mapping[str, Any], names: Names, flat: Names) -> dict[str, Any]:
    given = record.get(PARAMETERS)
    row: dict[str, Any] = {}
    if given is None:
        _put_fields(row, record, flat)
    else:
        _put_parameters(row, given, names)
        _put_fields(row, record, _OF_TOP)
    for name, fields in _STRUCTS.items():
        struct = record.get(name)
        if struct:
            _put_fields(row, struct, fields)
    last_click = record.get(_LAST_CLICK)
    if last_click:
        for kind, fields in _LAST_CLICKS.items():
            struct = last_click.get(kind)
            if struct:
                _put_fields(row, struct, fields)
    return row


def _put_fields(row: dict[str, Any], record: Mapping[str, Any], fields: Names) -> None:
    """Put the fields of a record that are known into a row."""
    get = record.get
    for field, column in fields.items():
        value = get(field)
        if value is not None:
            row[column] = value


def _put_parameters(row: dict[str, Any], given: Any, names: Names) -> None:
    """Put the parameters that are read into a row: of a list of pairs, or of a mapping."""
    if isinstance(given, Mapping):
        row.update((names[key], one) for key, one in given.items() if key in names)
        return
    for one in given:
        key = one["key"]
        if key in names:
            value = one["value"]
            found = value.get("string_value")
            if found is None:
                found = _number_of(value)
            if found is not None:
                row[names[key]] = found


def _number_of(value: Mapping[str, Any]) -> int | float | None:
    number = value.get("int_value")
    if number is not None and number == number:
        return int(number)
    for kind in ("double_value", "float_value"):
        number = value.get(kind)
        if number is not None and number == number:
            return float(number)
    return None


def _read_numbers(row: dict[str, Any]) -> str:
    """Read numbers, ids and the time of a row in place; return which number cannot be read."""
    unread = ""
    for name in NUMBERS:
        value = row.get(name)
        if value is not None and type(value) is not float:
            try:
                row[name] = float(value)
            except ValueError:
                del row[name]
                unread = name if value else ""
    for name in _IDS:
        value = row.get(name)
        if value is not None and type(value) is not str:
            row[name] = text_of(value)
    time = row.pop("event_timestamp", "")
    if time != "" and time == time:
        row["time"] = _microseconds(time)
    return unread


def _microseconds(time: Any) -> int:
    try:
        stamp = int(time)
    except (TypeError, ValueError, OverflowError) as error:
        what = "event_timestamp is no whole number of microseconds"
        raise BadEventError(what) from error
    if not FIRST <= stamp <= LAST:
        raise BadEventError("event_timestamp is outside the years 1 to 9999")
    return stamp


def flat_columns(
    source: Any, skipped: Skipped, wanted: tuple[str, ...], *, sessions: bool
) -> dict[str, Any]:
    """Return the columns of a flat table, in which parameters are columns."""
    names = flat_names(wanted)
    table = Flat(source, required=("event_name", "event_timestamp"), optional=names)
    given: dict[str, list[str]] = {}
    for name, column in names.items():
        if table.has(name):
            given.setdefault(column, []).append(name)
    if sessions and SESSION not in given:
        raise InvalidInputError(
            f"the events have no {SESSION}, without which there are no sessions",
            where=f"columns: {', '.join(table.names[:20])}",
            mend=f'export the parameter {SESSION}, or pass journey="person"',
        )
    _check_ids(table)
    found: dict[str, Any] = {"time": _times(table, skipped)}
    for column, ones in given.items():
        if column in NUMBERS:
            found[column] = _numbers(table, ones)
        elif column in wanted:
            found[column] = table.kept(ones[0])
        elif column != "event_timestamp":
            found[column] = first_known(*(table.text(one) for one in ones))
    return with_missing(found, table.rows, wanted)


def _check_ids(table: Flat) -> None:
    """Refuse ids that somebody read as floats: 1234567890.1700000000 has lost its zeros."""
    ids = table.kept("user_pseudo_id")
    if not isinstance(ids, Coded) and ids.dtype.kind == "f" and not np.isnan(ids).all():
        raise InvalidInputError(
            "user_pseudo_id holds floats, which have lost digits of the ids",
            where=first_few(ids[~np.isnan(ids)][:3].tolist()),
            mend="read the column as text, for example dtype={'user_pseudo_id': str} in pandas",
        )


def _times(table: Flat, skipped: Skipped) -> Array:
    bad: BadTimes = "raise" if skipped.on_error == "raise" else "drop"
    how = HowTimes(tz="UTC", time_format="epoch_us", bad_times=bad)
    return owned(table.instants("event_timestamp", how).stamps.view("datetime64[us]"))


def _numbers(table: Flat, names: Iterable[str]) -> Array:
    found = np.full(table.rows, np.nan)
    for name in names:
        found = np.where(np.isnan(found), table.numbers(name), found)
    return owned(found)
