"""What journeys hold beyond an event log, as attributes of the log and of its cases.

Other tools see attributes whose keys begin with ``touchpoints:``; this library reads them back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.frozen import Array, Coded, code_values, owned, text_array
from touchpoints._core.messages import quoted
from touchpoints.errors import InvalidInputError, TouchpointsError
from touchpoints.journeys.meta import Meta
from touchpoints.journeys.model import Journeys, derive
from touchpoints.sources._event_logs.names import Names
from touchpoints.sources._shared.ending import ReadOptions
from touchpoints.taxonomy import FACETS, MISSING, Touchpoint, unescape_text, untyped

OWN = "touchpoints:"
HEADER = "touchpoints:journeys"
END = "touchpoints:end"
VERSION = 1
PERSON = "person"
_OF_CASES = ("count", "began", "finished", "observed_until", "id", "person")
_BY_NAME = ("outcomes", "outcome_times", "values")
_TEXT = "text"
Column = Coded | Array


@attrs.frozen(eq=False, kw_only=True)
class Written:
    """Journeys as an event log: columns of events and of cases by key, names of both.

    Attributes
    ----------
    names, ids
        What each interaction, and each case, is called; the name is None where it is missing.
    header
        What `restored` needs, as JSON.
    """

    names: Coded
    ids: list[str]
    events: dict[str, Column]
    cases: dict[str, Column]
    header: str


def written(
    journeys: Journeys,
    *,
    events: tuple[str, ...],
    cases: tuple[str, ...],
    unnamed: str | None = None,
) -> Written:
    """Return journeys as an event log; ``events`` and ``cases`` are keys that the format uses.

    Interactions without a name are called ``unnamed``, if events must have a name.
    """
    texts = _texts(journeys, unnamed)
    of_events = _keyed(journeys.per_interaction, before="event:", taken=events)
    of_cases = _keyed(journeys.per_journey, before="case:", taken=(*cases, PERSON))
    ids, own = _ids(journeys)
    own |= dict(_of_cases(journeys))
    header = {
        "version": VERSION,
        "touchpoints": [
            {"text": text, "key": one.key, "type": one.type, "facets": one.known()}
            for text, one in zip(texts, journeys.touchpoints, strict=True)
        ],
        "ids": "integers" if journeys.ids.dtype != object else _TEXT,
        "ends": journeys.ends is not None,
        "persons": journeys.persons is not None,
        "observed_until": journeys.observed_until is not None,
        **{name: list(getattr(journeys, name)) for name in _BY_NAME},
        "per_interaction": _described(journeys.per_interaction, of_events),
        "per_journey": _described(journeys.per_journey, of_cases),
        "lens": list(journeys.meta.lens),
        "timezone": journeys.meta.timezone,
        "defining": {name: list(keys) for name, keys in journeys.meta.defining.items()},
    }
    known = {text: code for code, text in enumerate(dict.fromkeys(filter(None, texts)))}
    table = np.array([-1 if one is None else known[one] for one in texts] or [-1], dtype=np.int32)
    return Written(
        names=Coded(owned(table[journeys.codes]), tuple(known)),
        ids=ids,
        events={key: journeys.per_interaction[name] for name, key in of_events.items()},
        cases={key: journeys.per_journey[name] for name, key in of_cases.items()} | own,
        header=json.dumps(header),
    )


def _texts(journeys: Journeys, unnamed: str | None) -> list[str | None]:
    """Return what the events of each touchpoint are called; None for the missing one."""
    found: dict[str, str | None] = {}
    keys = {one.key for one in journeys.touchpoints}
    for one in journeys.touchpoints:
        raw = unescape_text(one.key)
        text = raw if one == untyped(raw) else one.key
        if text != one.key and text in keys:
            text = one.key
        if one == MISSING:
            text = unnamed or ""
        while text in found.values():
            text += "'"
        found[one.key] = text or None
    return list(found.values())


def _keyed(columns: Mapping[str, Column], *, before: str, taken: tuple[str, ...]) -> dict[str, str]:
    """Return the key of each column: its name, unless the format or this library uses it."""
    found: dict[str, str] = {}
    for name in columns:
        key = name
        while key in taken or key.startswith(OWN) or key in found.values():
            key = before + key
        found[name] = key
    return found


def _described(columns: Mapping[str, Column], keys: Mapping[str, str]) -> dict[str, list[str]]:
    return {
        name: [keys[name], _TEXT if isinstance(one, Coded) else one.dtype.str]
        for name, one in columns.items()
    }


def _as_json(values: Array) -> Coded:
    plain = (one.item() if isinstance(one, np.generic) else one for one in values.tolist())
    return code_values([None if one is None else json.dumps(one) for one in plain])


def _ids(journeys: Journeys) -> tuple[list[str], dict[str, Column]]:
    ids = journeys.ids.tolist()
    if all(isinstance(one, str) for one in ids) or journeys.ids.dtype != object:
        return list(map(str, ids)), {}
    named = list(map(str, ids))
    if len(set(named)) < len(named):  # 1 and "1", for example
        named = [json.dumps(one) for one in ids]
    return named, {f"{OWN}id": _as_json(journeys.ids)}


def _of_cases(journeys: Journeys) -> Iterator[tuple[str, Column]]:
    """Yield the columns of journeys that event logs know nothing of, by key."""
    persons = journeys.persons
    if persons is not None:
        if persons.dtype != object:
            yield PERSON, persons
        elif all(one is None or isinstance(one, str) for one in persons.tolist()):
            yield PERSON, code_values(persons.tolist())
        else:
            yield f"{OWN}person", _as_json(persons)
    if (journeys.counts != 1).any():
        yield f"{OWN}count", journeys.counts
    for name in ("began", "finished"):
        if not getattr(journeys, name).all():
            yield OWN + name, getattr(journeys, name)
    if journeys.observed_until is not None:
        yield f"{OWN}observed_until", journeys.observed_until
    for field in _BY_NAME:
        for name, column in getattr(journeys, field).items():
            yield f"{OWN}{field}:{name}", column


# ---------------------------------------------------------------------------------------- and back


@attrs.frozen(eq=False)
class Header:
    """What a log says of the journeys it was written from."""

    fields: Mapping[str, Any]
    touchpoints: Mapping[str, Touchpoint]

    @property
    def has_ends(self) -> bool:
        """Whether interactions had ends, so that starts and completes are to be joined."""
        return bool(self.fields["ends"])

    def columns(self, name: str) -> Mapping[str, tuple[str, str]]:
        """Return key and type of each column of ``per_interaction`` or ``per_journey``."""
        return {one: (key, kind) for one, (key, kind) in self.fields[name].items()}

    def types(self) -> set[str]:
        """Return the types of the touchpoints."""
        return {one.type for one in self.touchpoints.values() if one.type}

    def only(self, options: ReadOptions) -> Header:
        """Return the header of the columns alone that are to be kept."""
        fields = dict(self.fields)
        given = (
            ("per_interaction", options.get("per_interaction")),
            ("per_journey", options.get("per_journey")),
        )
        for name, asked in given:
            if asked is not None:
                fields[name] = {one: fields[name][one] for one in asked if one in fields[name]}
        return attrs.evolve(self, fields=fields)

    def options(self, options: ReadOptions, names: Names) -> ReadOptions:
        """Return the options to read the log with, so that `restored` finds all it needs."""
        events = [names.events.get(key) for key, _ in self.columns("per_interaction").values()]
        keys = [key for key, _ in self.columns("per_journey").values()]
        cases = [names.cases.get(key) for key in (*keys, *self.own_keys(), PERSON)]
        return {
            **options,
            "taxonomy": None,
            "unmatched": "keep",
            "per_interaction": [name for name in events if name is not None],
            "per_journey": [name for name in dict.fromkeys(cases) if name is not None],
        }

    def own_keys(self) -> list[str]:
        """Return the keys of attributes of cases that are not columns of journeys."""
        named = [f"{OWN}{field}:{one}" for field in _BY_NAME for one in self.fields[field]]
        return [*(OWN + one for one in _OF_CASES), *named]


def header_of(text: str | None, options: ReadOptions, *, default: str, where: str) -> Header | None:
    """Read the header of a log that this library wrote; None where it is not or cannot be used.

    It cannot where the options ask for other touchpoints or journeys than those that were written.

    Raises
    ------
    InvalidInputError
        When the header is damaged.
    """
    if text is None:
        return None
    try:
        fields = json.loads(text)
        if fields["version"] != VERSION:
            return None  # written by another version of this library: read as any log
        for name in ("per_interaction", "per_journey"):
            for key, kind in fields[name].values():
                key.partition(":")
                if kind != _TEXT and np.dtype(kind).kind not in "biufM":
                    raise ValueError(f"a column of type {kind!r}")  # noqa: TRY301
        known = {one["text"]: _touchpoint(one) for one in fields["touchpoints"]}
        header = Header(fields, {_written_key(text): one for text, one in known.items()})
        header.own_keys()
        Meta(lens=fields["lens"], timezone=fields["timezone"], defining=fields["defining"])
        return header.only(options) if _fits(header, options, default) else None
    except (TouchpointsError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as e:
        raise _damaged(e, where=where) from e


def _fits(header: Header, options: ReadOptions, default: str) -> bool:
    taxonomy = options.get("taxonomy")
    known = taxonomy is None or header.types() <= set(taxonomy.types)
    return known and "touchpoint" not in options and options.get("journey", default) == default


def _touchpoint(fields: Mapping[str, Any]) -> Touchpoint:
    facets = dict(fields["facets"])
    five = {name: facets.pop(name) for name in FACETS if name in facets}
    return Touchpoint(key=fields["key"], type=fields["type"], facets=facets, **five)


def _written_key(text: str | None) -> str:
    """Return the key that an untyped event of this name has."""
    return MISSING.key if text is None else untyped(text).key


def restored(
    journeys: Journeys, header: Header, names: Names, *, options: ReadOptions, tz: str | None
) -> Journeys:
    """Return the journeys that a log was written from; ``names`` are those of its columns.

    Raises
    ------
    InvalidInputError
        When the header and the log do not belong together.
    """
    try:
        return _restored(journeys, header, names, options=options, tz=tz)
    except (TouchpointsError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as e:
        raise _damaged(e, where="its columns") from e


def _damaged(error: Exception, *, where: str) -> InvalidInputError:
    return InvalidInputError(
        f"the attribute {HEADER} of the log is damaged: {error}",
        where=where,
        mend="write the journeys again, or remove the attribute to read the log as any other",
    )


def _restored(
    journeys: Journeys, header: Header, names: Names, *, options: ReadOptions, tz: str | None
) -> Journeys:
    fields, cases = header.fields, journeys.per_journey
    own = {key: cases.get(names.cases.get(key, key)) for key in header.own_keys()}
    n, m = len(journeys), len(journeys.codes)
    changes: dict[str, Any] = {
        "touchpoints": tuple(header.touchpoints.get(t.key, t) for t in journeys.touchpoints),
        "per_interaction": _columns(journeys, header, "per_interaction", names.events),
        "per_journey": _columns(journeys, header, "per_journey", names.cases),
        "ids": _restored_ids(journeys.ids, own[f"{OWN}id"], fields["ids"]),
        "meta": Meta(
            taxonomy=options.get("taxonomy"),
            lens=fields["lens"],
            timezone=fields["timezone"] if tz is None else journeys.meta.timezone,
            defining=fields["defining"],
            report=journeys.meta.report,
        ),
    }
    if fields["ends"] and journeys.ends is None:
        changes["ends"] = np.full(m, "NaT", dtype="datetime64[us]")
    if fields["persons"]:
        plain = cases.get(names.cases.get(PERSON, PERSON))
        changes["persons"] = _restored_persons(plain, own[f"{OWN}person"], n)
    for name, field in (("count", "counts"), ("began", "began"), ("finished", "finished")):
        column = own[OWN + name]
        if column is not None:
            changes[field] = np.asarray(column).astype(np.int64)
    if fields["observed_until"]:
        changes["observed_until"] = _times(own[f"{OWN}observed_until"], n)
    for field in _BY_NAME:
        kind = "datetime64[us]" if field == "outcome_times" else "<f8"
        changes[field] = {
            name: _cast(own[f"{OWN}{field}:{name}"], kind, n) for name in fields[field]
        }
    return derive(journeys, **changes)


def _columns(
    journeys: Journeys, header: Header, field: str, names: Mapping[str, str]
) -> dict[str, Column]:
    given = getattr(journeys, field)
    rows = len(journeys.codes) if field == "per_interaction" else len(journeys)
    return {
        name: _cast(given.get(names.get(key, key)), kind, rows)
        for name, (key, kind) in header.columns(field).items()
    }


def _times(column: Column | None, rows: int) -> Array:
    return np.asarray(_cast(column, "datetime64[us]", rows))


def _cast(column: Column | None, kind: str, rows: int) -> Column:
    """Return a column in the type it had; one that is missing in all rows was not written."""
    if kind == _TEXT:
        return column if isinstance(column, Coded) else Coded(np.full(rows, -1, np.int32), ())
    dtype = np.dtype(kind)
    if column is None or isinstance(column, Coded):
        nothing: Any = {"f": np.nan, "M": "NaT", "m": "NaT"}.get(dtype.kind, 0)
        return owned(np.full(rows, nothing, dtype=dtype))
    return owned(column.astype(dtype))


def _restored_ids(ids: Array, column: Column | None, kind: str) -> Array:
    if isinstance(column, Coded):
        read = [json.loads(text) for text in column.to_list() if text is not None]
        return owned(text_array(read)) if len(read) == len(ids) else ids
    if kind != "integers":
        return ids
    try:
        return owned(np.array([int(one) for one in ids.tolist()], dtype=np.int64))
    except (ValueError, OverflowError) as error:
        raise InvalidInputError(
            f"the ids of the log are said to be integers, but one is not: {quoted(error)}"
        ) from error


def _restored_persons(plain: Column | None, written: Column | None, rows: int) -> Array:
    """Return the persons, as they are or from JSON."""
    if isinstance(written, Coded):
        texts = written.to_list()
        return owned(text_array([None if one is None else json.loads(one) for one in texts]))
    if isinstance(plain, Coded):
        return plain.to_array()
    if plain is not None:
        return plain.astype(np.int64)
    return owned(np.full(rows, None, dtype=object))
