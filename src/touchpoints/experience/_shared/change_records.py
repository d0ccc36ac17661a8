"""`Change`: what was done about which touchpoints, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.messages import not_found, quoted
from touchpoints._core.text import is_blank
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.experience._shared.measures import Starts
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.periods import Instant, instant_of
from touchpoints.taxonomy import load_taxonomy

_FIELDS = ("lever", "touchpoints", "date", "note")


def _touchpoints(named: Any) -> tuple[str, ...]:
    several = (named,) if isinstance(named, str) else named
    if not isinstance(several, Iterable) or isinstance(several, (bytes, Mapping)):
        raise WrongKindError(
            f"touchpoints must be names of touchpoints, got {quoted(named)}",
            mend='for example "live_chat"',
        )
    found = tuple(several)
    if not found or not all(isinstance(one, str) and not is_blank(one) for one in found):
        raise InvalidInputError(
            f"touchpoints must be at least one name of a touchpoint, got {quoted(named)}"
        )
    return found


def _date(given: Any) -> dt.datetime:
    """Return an instant as a datetime; without a zone, it is a time of the zone of the log."""
    if isinstance(given, str):
        try:
            given = dt.datetime.fromisoformat(given)
        except ValueError as error:
            raise InvalidInputError(
                f"date must be an ISO 8601 time, got {quoted(given)}"
            ) from error
    if isinstance(given, np.datetime64):
        given = given.astype("datetime64[us]").item()
    if isinstance(given, dt.date) and not isinstance(given, dt.datetime):
        given = dt.datetime.combine(given, dt.time.min)
    if not isinstance(given, dt.datetime):
        raise WrongKindError(
            f"date must be a datetime or ISO 8601 text, got {quoted(given)}",
            mend='for example date="2026-03-01"',
        )
    return given


def _lever(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    known = load_taxonomy("customer").facets[attribute.name].terms
    if not isinstance(value, str) or value not in known:
        raise not_found("lever", value, known, where="in the facet lever of the taxonomy")


def _text(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if not isinstance(value, str):
        raise WrongKindError(f"{attribute.name} must be text, got {quoted(value)}")


@attrs.frozen
class Change:
    """A change that was made to improve touchpoints. A list of them is a log of changes.

    Attributes
    ----------
    lever : str
        What was done, a term of the facet ``lever``: ``"training"``, ``"website_optimisation"``,
        ``"personalisation"``, ``"feedback"``, ``"quality_advertising"`` or ``"incentive"``.
    touchpoints : tuple of str
        The touchpoints that were changed, by key or type; one text is one touchpoint.
    date : datetime
        When: a datetime, ``datetime64`` or ISO 8601 text. Without a time zone it is a time of the
        zone of the log, or as written if the log has none.
    note : str
        Anything to remember.

    Examples
    --------
    >>> import touchpoints as tp
    >>> change = tp.experience.Change("training", "live_chat", date="2026-03-01", note="two days")
    >>> change.to_dict()
    {'lever': 'training', 'touchpoints': ['live_chat'], 'date': '2026-03-01T00:00:00',
     'note': 'two days'}
    >>> tp.experience.Change.from_dict(change.to_dict()) == change
    True
    """

    lever: str = attrs.field(validator=_lever)
    touchpoints: tuple[str, ...] = attrs.field(converter=_touchpoints)
    date: dt.datetime = attrs.field(converter=_date, kw_only=True)
    note: str = attrs.field(default="", validator=_text, kw_only=True)

    def to_dict(self) -> dict[str, Any]:
        """Return the change as a dict of texts, which ``json.dumps`` can write."""
        return {
            "lever": self.lever,
            "touchpoints": [*self.touchpoints],
            "date": self.date.isoformat(),
            "note": self.note,
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Change:
        """Return the change of a dict as `to_dict` writes it, such as ``json.loads`` reads.

        Raises
        ------
        WrongKindError
            When it is not a mapping, or a value is of a wrong kind.
        NotFoundError
            When there is no such lever, or a key is none of a change.
        InvalidInputError
            When a key is missing, or the date cannot be read.
        """
        if not isinstance(record, Mapping):
            raise WrongKindError(f"a change is read from a mapping, got {quoted(record)}")
        for key in record:
            if key not in _FIELDS:
                raise not_found("key", key, _FIELDS, where="of a change")
        missing = [one for one in _FIELDS[:3] if one not in record]
        if missing:
            raise InvalidInputError(f"a change must have {missing[0]!r}, got {[*record]}")
        note = record.get("note", "")
        return cls(record["lever"], record["touchpoints"], date=record["date"], note=note)


def checked_change(change: object) -> Change:
    """Return a change as given, or raise an error that says how to make one."""
    if isinstance(change, Change):
        return change
    raise WrongKindError(
        f"this takes a Change, not {type(change).__name__}",
        mend='tp.experience.Change("training", "live_chat", date="2026-03-01")',
    )


def moment_of(journeys: Journeys, date: Instant, starts: Starts, *, name: str = "date") -> int:
    """Return when a change was made, in microseconds as in the log.

    Raises
    ------
    InvalidInputError
        When no journey began before it, or none after it.
    """
    moment = instant_of(date, name, zone=journeys.meta.timezone)
    begun = starts.first[starts.known]
    if not len(begun):
        raise InvalidInputError("there is no journey with an interaction")
    first, last = int(begun.min()), int(begun.max())
    if not first < moment <= last:
        ends = [
            str(np.int64(one).view("datetime64[us]").astype("datetime64[s]"))
            for one in (first, last)
        ]
        raise InvalidInputError(
            f"{name}= must lie within the log, after its first journey and not after its last "
            f"one, got {date}",
            where=f"journeys began from {ends[0]} to {ends[1]}"
            + (" UTC" if journeys.meta.timezone else ""),
            mend="a change is followed where journeys began before it and after it",
        )
    return moment
