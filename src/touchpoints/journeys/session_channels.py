"""The arrival channel of a session, from those of its interactions."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.checks import check_option, microseconds, public
from touchpoints._core.frozen import Array, Coded, code_values
from touchpoints._core.messages import not_found
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.model import Journeys, checked_journeys, derive

Rule = Literal["last_non_direct", "first", "last"]

DIRECT = "direct"
ADDED = "session_channel"


@public
def session_channel(
    journeys: Journeys,
    *,
    rule: Rule = "last_non_direct",
    lookback: dt.timedelta | None = None,
    column: str = "arrival_channel",
) -> Journeys:
    """Find the arrival channel of each session, from the interactions that have one.

    Parameters
    ----------
    journeys
        Sessions: one journey for each, for example of `split_by_gap`.
    rule
        ``"last_non_direct"``: the last known channel other than ``direct``, as in GA4;
        ``"first"`` or ``"last"``: the first or last known channel.
    lookback
        With ``"last_non_direct"``, how long before the start of a session that has only direct
        arrivals the earlier sessions of the same person are searched for another channel (GA4: 90
        days); by default no other session is searched. The limit itself is included.
    column
        The per-interaction column with the channels.

    Returns
    -------
    Journeys
        The same journeys with ``per_journey["session_channel"]``, for ``by="session_channel"``.
        A session in which no channel is known is ``direct``.

    Raises
    ------
    NotFoundError
        When the journeys have no such column.
    InvalidInputError
        When the column does not hold text; with ``lookback``, when the rule is another one or the
        journeys have no persons or no times.

    See Also
    --------
    touchpoints.classify.ga4_channels : Channels of events; ``missing="nothing_new"`` for exports
        that hold source and medium on one event of a session only.
    split_by_gap : Cut journeys into sessions.

    Notes
    -----
    Of channels at the same time in several earlier sessions, that of the later journey counts.
    O(m log m) in m interactions with ``lookback``, else O(m).

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": 1, "who": "ana", "at": "2026-01-05", "what": "visit", "from": "email"},
    ...     {"id": 2, "who": "ana", "at": "2026-01-09", "what": "visit", "from": "direct"},
    ... ]
    >>> names = {"journey": "id", "person": "who", "time": "at", "touchpoint": "what"}
    >>> sessions = tp.from_records(rows, **names, per_interaction=("from",))
    >>> tp.session_channel(sessions, column="from").per_journey["session_channel"].to_list()
    ['email', 'direct']
    >>> found = tp.session_channel(sessions, column="from", lookback=dt.timedelta(days=90))
    >>> found.per_journey["session_channel"].to_list()
    ['email', 'email']
    """
    check_option("rule", rule, Rule)
    channels = _channels(journeys, column)
    direct = channels.categories.index(DIRECT) if DIRECT in channels.categories else -1
    known = channels.codes >= 0
    if rule == "last_non_direct":
        known &= channels.codes != direct
    rows = _row_where(known, journeys.offsets, first=rule == "first")
    if lookback is not None:
        if rule != "last_non_direct":
            raise InvalidInputError(
                f"lookback needs rule='last_non_direct', got rule={rule!r}",
                mend="leave out lookback=, or use rule='last_non_direct'",
            )
        rows = _looked_back(journeys, known, rows, microseconds(lookback, "lookback"))
    names = channels.categories if direct >= 0 else (*channels.categories, DIRECT)
    found = np.append(channels.codes, np.int32(names.index(DIRECT)))[rows]
    return derive(
        journeys, per_journey={**journeys.per_journey, ADDED: Coded(found.astype(np.int32), names)}
    )


def _channels(journeys: Journeys, column: str) -> Coded:
    kept = checked_journeys(journeys).per_interaction
    if column not in kept:
        raise not_found("per-interaction column", column, tuple(kept), where="given as column=")
    found = kept[column]
    if not isinstance(found, Coded):
        raise InvalidInputError(f"column {column!r} must hold text: the ids of channels")
    return found


def _row_where(known: Array, offsets: Array, *, first: bool) -> Array:
    """Return the first or last known row of each segment, -1 where there is none, int64 (n,)."""
    rows = np.flatnonzero(known)
    bounds = np.searchsorted(rows, offsets)
    chosen = bounds[:-1] if first else bounds[1:] - 1
    some = segments.lengths_of(bounds) > 0
    answer = np.full(len(offsets) - 1, -1, dtype=np.int64)
    answer[some] = rows[chosen[some]]
    return answer


def _looked_back(journeys: Journeys, known: Array, rows: Array, limit: int) -> Array:
    """Return ``rows`` with those of earlier sessions of the person, for sessions without one."""
    stamps = require_times(journeys, "lookback").view(np.int64)
    if journeys.persons is None:
        raise InvalidInputError(
            "lookback needs persons, and these journeys have none",
            mend="read the log with person=, or leave out lookback=",
        )
    people = code_values(journeys.persons.tolist()).codes.astype(np.int64)
    filled = segments.lengths_of(journeys.offsets) > 0
    asking = np.flatnonzero((rows < 0) & filled & (people >= 0))
    seen = np.flatnonzero(known)
    owners = people[segments.owners_of(journeys.offsets)[seen]]
    starts = stamps[journeys.offsets[:-1][asking]]
    moments, ranks = np.unique(np.concatenate([stamps[seen], starts]), return_inverse=True)
    keys = owners * len(moments) + ranks[: len(seen)]
    order = np.argsort(keys, kind="stable")
    wanted = people[asking] * len(moments) + ranks[len(seen) :]
    before = np.searchsorted(keys[order], wanted) - 1
    some = before >= 0
    asking, starts, candidates = asking[some], starts[some], order[before[some]]
    near = (owners[candidates] == people[asking]) & (starts - stamps[seen[candidates]] <= limit)
    answer = rows.copy()
    answer[asking[near]] = seen[candidates[near]]
    return answer
