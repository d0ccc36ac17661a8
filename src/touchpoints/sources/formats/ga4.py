"""Read the events that Google Analytics 4 exports to BigQuery."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np

from touchpoints._core.checks import public
from touchpoints._core.columns import several
from touchpoints._core.frozen import Array, Coded, owned
from touchpoints._core.messages import first_few, not_found, quoted
from touchpoints.errors import InvalidInputError
from touchpoints.sources._shared.ending import Events, ReadOptions, journeys_of, skipping
from touchpoints.sources._shared.files import is_path
from touchpoints.sources._shared.frames import frame_of_file, kind_of_file
from touchpoints.sources._shared.tables import first_known, rows_of
from touchpoints.sources._shared.web.ga4_arrow import has_arrow
from touchpoints.sources._shared.web.ga4_columns import (
    columns_of_arrow,
    columns_of_lines,
    flat_columns,
    nested_columns,
)
from touchpoints.sources._shared.web.ga4_names import (
    CAMPAIGNS,
    NESTED,
    OF_PARAMETERS,
    PARAMETERS,
    REVENUE,
    SESSION,
    TIES,
    TOP,
)
from touchpoints.sources._shared.web.sessions import (
    first_group,
    is_text,
    persons_of_sessions,
    sessions_of,
)

if TYPE_CHECKING:
    from touchpoints.journeys.model import Journeys
    from touchpoints.sources._shared.skipped import Skipped

_USER = "user_pseudo_id"
_ID = (_USER, SESSION)
_TRIPLE = ("source", "medium", "campaign")
_PLAIN = (
    "click_id",
    "first_source",
    "first_medium",
    "first_campaign",
    "url",
    "page",
    "referrer",
    "text",
    "device",
    "platform",
    "event_id",
)
_KEPT = (
    *(f"utm_{one}" for one in _TRIPLE),
    *(f"session_{one}" for one in _TRIPLE),
    *_PLAIN,
    "value",
)
_RESERVED = frozenset(
    (*_KEPT, *TOP, *_ID, *OF_PARAMETERS, "time", "name", "person", "journey", "source")
)


@public
def ga4(source: Any, *, params: Sequence[str] = (), **options: Unpack[ReadOptions]) -> Journeys:
    """Read the events that Google Analytics 4 exports to BigQuery, one journey for each session.

    Parameters
    ----------
    source
        Rows of the tables ``events_*``, as they are (with ``event_params``) or flat (parameters
        are columns): the path of a file (JSON lines, a JSON array, CSV, Parquet; also compressed
        by gzip), records, a mapping of columns, or a dataframe.
    params
        Names of further event parameters to keep, as columns of these names.
    **options
        Shared options: see `touchpoints.sources`. ``journey`` can be ``"session"`` (the default:
        ``ga_session_id`` together with ``user_pseudo_id``) or ``"person"``.

    Returns
    -------
    Journeys
        The touchpoint is ``event_name``. The person of a session is its first known ``user_id``,
        else ``user_pseudo_id``, so that a session stays whole when somebody logs in during it.
        Kept columns: ``utm_source``, ``utm_medium``, ``utm_campaign`` and ``click_id`` of the
        event; ``session_source``, ``session_medium``, ``session_campaign`` of the session;
        ``first_source``, ``first_medium``, ``first_campaign`` of the person's first visit; ``url``,
        ``page``, ``referrer``, ``text`` (the search term), ``value``, ``device``, ``platform``,
        ``event_id`` and those of ``params``.

    Raises
    ------
    InvalidInputError
        When ``journey`` is ``ga_session_id`` alone, or an event cannot be read and
        ``on_error="raise"``.
    NotFoundError
        When a parameter of ``params`` is in no event, or a column of the format is missing.

    Notes
    -----
    ``event_timestamp`` counts microseconds in UTC. Events of the same time are ordered by
    ``batch_page_id``, ``batch_ordering_id`` and ``batch_event_index``. Source, medium and campaign
    of an event come from ``collected_traffic_source``, or else from its parameters; those of the
    session from ``session_traffic_source_last_click`` (across channels, else manual, else Google
    Ads). ``traffic_source`` is that of the person's first visit, which is why its columns are
    called so.

    A session without ``session_start``, in an export where others have one, had begun before the
    export does (``began`` is False). Events without any id of a user, mostly for lack of consent,
    and events without ``ga_session_id`` are counted in ``meta.report.left_out_reasons``.

    See Also
    --------
    touchpoints.classify.ga4_events : Touchpoint types of the event names.
    touchpoints.classify.ga4_channels : Arrival channels from source, medium and campaign.
    touchpoints.classify.draft : Guess types for the names that are specific to a site.

    References
    ----------
    Google Analytics Help, "[GA4] BigQuery Export schema".

    Examples
    --------
    >>> import touchpoints as tp
    >>> def event(name, micros, **params):
    ...     pairs = {"ga_session_id": {"int_value": "7"}}
    ...     pairs |= {key: {"string_value": one} for key, one in params.items()}
    ...     return {
    ...         "event_name": name,
    ...         "event_timestamp": str(1_772_445_600_000_000 + micros),
    ...         "user_pseudo_id": "device",
    ...         "event_params": [{"key": key, "value": one} for key, one in pairs.items()],
    ...     }
    >>> export = [event("login", 9, method="mail"), event("page_view", 0, page_location="/")]
    >>> journeys = tp.sources.ga4(export, params=["method"])
    >>> journeys.ids.tolist(), journeys[0].keys
    (['device/7'], ('page_view', 'login'))
    >>> journeys.per_interaction["method"].to_list()
    [None, 'mail']
    """
    skipped = skipping(options, called="event")
    wanted = _wanted(params)
    by = options.get("journey")
    _check_journey(by)
    sessions = by != "person"
    table = _table(_columns_of(source, skipped, wanted, sessions=sessions), wanted)
    table = rows_of(table, _kept_rows(table, skipped, sessions=sessions))
    key = sessions_of(table[_USER], table[SESSION])
    table["person"] = persons_of_sessions(
        key, table, user="user_id", device=_USER, session=SESSION, ties=TIES
    )
    del table["user_id"]
    events = Events(
        table=table,
        journeys={"session": _ID, "person": ("person",)},
        person="person",
        kept=(*_KEPT, *wanted),
        tiebreak=TIES,
        tz="UTC",
        went_before=_went_before(table["name"], key) if by in (None, "session", _ID) else None,
    )
    return journeys_of(events, skipped, options)


def _wanted(params: Sequence[str]) -> tuple[str, ...]:
    wanted = several("params", params)
    taken = [one for one in wanted if one in _RESERVED]
    if taken:
        raise InvalidInputError(
            f"params cannot be {first_few(taken)}: the reader uses this name itself",
            mend="page_location is kept as url, page_title as page, page_referrer as referrer and "
            "search_term as text; rename other parameters",
        )
    return wanted


def _check_journey(by: Any) -> None:
    if by == SESSION or (isinstance(by, (tuple, list)) and list(by) == [SESSION]):
        raise InvalidInputError(
            f"journey={quoted(by)}: {SESSION} is the second at which a session began, and two "
            "people can begin one in the same second",
            mend=f"journey={_ID}, which is the default",
        )


def _check_found(wanted: tuple[str, ...], columns: Mapping[str, Any]) -> None:
    for name in wanted:
        column = columns[name]
        if isinstance(column, Coded) and len(column) and not column.categories:
            known = [
                one for one, values in columns.items() if len(getattr(values, "categories", ()))
            ]
            raise not_found("parameter", name, known, where="in no event; given as params")


def _columns_of(
    source: Any, skipped: Skipped, wanted: tuple[str, ...], *, sessions: bool
) -> dict[str, Any]:
    """Return the columns of a source: of a flat table as a whole, else event by event."""
    if is_path(source):
        if kind_of_file(source) == "json":
            return columns_of_lines(source, skipped, wanted)
        source = frame_of_file(source)
    if isinstance(source, Mapping):
        if PARAMETERS in source:
            names = [name for name in NESTED if name in source]
            rows = zip(*(source[name] for name in names), strict=True)
            records = (dict(zip(names, row, strict=True)) for row in rows)
            return nested_columns(records, skipped, wanted)
    elif isinstance(source, Iterable) and not hasattr(source, "columns"):
        return nested_columns(source, skipped, wanted)
    elif (nested := _nested_frame(source)) is not None:
        read = columns_of_arrow if has_arrow() else nested_columns
        return read(nested, skipped, wanted)
    return flat_columns(source, skipped, wanted, sessions=sessions)


def _nested_frame(frame: Any) -> Any:
    """Return the columns of a nested dataframe that are read; None of anything else."""
    import narwhals.stable.v2 as nw

    given = nw.from_native(frame, pass_through=True)
    if not isinstance(given, (nw.DataFrame, nw.LazyFrame)):
        return None
    names = given.collect_schema().names()
    if PARAMETERS not in names:
        return None
    chosen = given.select([name for name in NESTED if name in names])
    eager = chosen.collect() if isinstance(chosen, nw.LazyFrame) else chosen
    if not has_arrow():
        return eager.to_native()
    if eager.implementation.is_polars():  # before 1.38 it hands over structs in pieces wrongly
        return eager.to_native().rechunk().to_arrow()
    return eager.to_arrow()


def _table(columns: Mapping[str, Any], wanted: tuple[str, ...]) -> dict[str, Any]:
    """Return the columns of the reader: ids, times, and what is kept."""
    _check_found(wanted, columns)
    groups = {
        "utm": first_group(columns, ("utm", "param"), _TRIPLE),
        "session": first_group({**columns, **_google_ads(columns)}, CAMPAIGNS, _TRIPLE),
    }
    kept = {
        **{f"{name}_{one}": texts[one] for name, texts in groups.items() for one in _TRIPLE},
        **{name: columns[name] for name in (*_PLAIN, *wanted)},
    }
    nothing = owned(np.full(len(columns["time"]), np.nan))
    revenue, value = columns.get(REVENUE, nothing), columns.get("value", nothing)
    return {
        "time": columns["time"],
        "name": columns["event_name"],
        _USER: first_known(columns[_USER], columns["user_id"]),
        SESSION: columns[SESSION],
        "user_id": columns["user_id"],
        **{name: columns.get(name, nothing) for name in TIES},
        **{name: one for name, one in kept.items() if not _is_empty(one)},
        "value": np.where(np.isnan(revenue), value, revenue),
    }


def _google_ads(columns: Mapping[str, Any]) -> dict[str, Coded]:
    """Return source and medium of the campaigns of Google Ads, which the export does not repeat."""
    campaigns = columns["google_ads_campaign.campaign"]
    codes = owned(np.where(campaigns.codes < 0, -1, 0))
    texts = {"source": "google", "medium": "cpc"} if campaigns.categories else {}
    return {f"google_ads_campaign.{name}": Coded(codes, (one,)) for name, one in texts.items()}


def _is_empty(column: Any) -> bool:
    return isinstance(column, Coded) and not column.categories


def _kept_rows(table: Mapping[str, Any], skipped: Skipped, *, sessions: bool) -> Array:
    """Return which events are in a journey, and count the others."""
    nobody = table[_USER].codes < 0
    lacking = (table[SESSION].codes < 0) & ~nobody & sessions
    skipped.leave_out("no id of a user: mostly no consent", int(nobody.sum()))
    skipped.leave_out(f"no {SESSION}", int(lacking.sum()))
    kept: Array = ~(nobody | lacking)
    if "event_id" in table:
        again = kept & _repeated(table["event_id"], table["name"], kept)
        skipped.leave_out("an event_id that an earlier event of this name has", int(again.sum()))
        kept &= ~again
    return kept


def _repeated(ids: Coded, names: Coded, kept: Array) -> Array:
    """Return which rows have the id and the name of an earlier row among those that are kept."""
    rows = np.flatnonzero(kept & (ids.codes >= 0))
    both = ids.codes[rows].astype(np.int64) * (len(names.categories) + 1) + names.codes[rows]
    repeated = np.zeros(len(kept), dtype=bool)
    repeated[rows] = True
    repeated[rows[np.unique(both, return_index=True)[1]]] = False
    return repeated


def _went_before(names: Coded, key: Array) -> Array | None:
    """Return which events are of a session without a start, where other sessions have one."""
    starts = is_text(names, "session_start")
    if not starts.any():
        return None
    begun: Array = np.zeros(int(key.max()) + 1, dtype=bool)
    begun[key[starts]] = True
    went_before: Array = ~begun[key]
    return owned(went_before)
