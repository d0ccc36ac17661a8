"""Threads of needs: opened, carried to another channel, met, abandoned, and for how long open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.arrays.statistics.mean_bounds import mean_bounds
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Estimated, Grouped, column, optional_column, unknown_ends
from touchpoints.experience._shared.lenses import Lens, seen_through
from touchpoints.experience._shared.needs import (
    Satisfying,
    check_lens,
    occurrences_by_origin,
    remark_of_defaults,
    without_success,
)
from touchpoints.experience._shared.thread_times import closing_weights, medians_until_met
from touchpoints.experience._shared.threading import ABANDONED, MET, OPEN, Threads, threads_of
from touchpoints.journeys.cutting import require_times
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place
from touchpoints.uncertainty.cell_shares import CellShares, choice_shares, facts_of

_STATES = ("met", "abandoned", "open")


@attrs.frozen(kw_only=True, repr=False)
class NeedThreads(Estimated):
    """Threads of each need; one row per need (and group).

    ``as_dict()`` returns ``{need: share}``; with groups, the keys begin with the group.

    Attributes
    ----------
    need : object
        The need.
    threads : int64
        The number of threads.
    people : int64
        The number of persons (journeys where persons are not known) with such a thread.
    met, abandoned, open : int64
        Threads in which the need was met; after which nothing followed in time; and for which the
        log ends first. All 0 for a need that nothing satisfies.
    carried : int64
        Threads with contacts in several areas.
    share, low, high : float64
        The share of threads that are met when they close, in [0, 1], and its interval.
    abandoned_share, abandoned_low, abandoned_high : float64
        The share that are abandoned.
    carried_share, carried_low, carried_high : float64
        The share that are in several areas when they close.
    contacts, contacts_low, contacts_high : float64
        The mean number of contacts of a thread when it closes: 1 is a need met, or given up, at
        once. The interval is nan with fewer than two persons.
    median, median_low, median_high : float64
        The median time a thread is open: from its first contact until it is met, in seconds
        (Kaplan-Meier); nan where that was not observed, as where fewer than half are met.
    from_data, from_rule, from_default : int64, optional
        The contacts by where their need comes from, where the log says so.

    See Also
    --------
    need_threads : The function that returns this table.
    """

    main = "share"
    labels = ("need",)

    need: Array = column(object)
    threads: Array = column(np.int64)
    people: Array = column(np.int64)
    met: Array = column(np.int64)
    abandoned: Array = column(np.int64)
    open: Array = column(np.int64)
    carried: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    abandoned_share: Array = column(np.float64)
    abandoned_low: Array = column(np.float64)
    abandoned_high: Array = column(np.float64)
    carried_share: Array = column(np.float64)
    carried_low: Array = column(np.float64)
    carried_high: Array = column(np.float64)
    contacts: Array = column(np.float64)
    contacts_low: Array = column(np.float64)
    contacts_high: Array = column(np.float64)
    median: Array = column(np.float64)
    median_low: Array = column(np.float64)
    median_high: Array = column(np.float64)
    from_data: Array | None = optional_column(np.int64)
    from_rule: Array | None = optional_column(np.int64)
    from_default: Array | None = optional_column(np.int64)

    def _remarks(self) -> list[str]:
        """Return the lines under the table: persons, open threads, needs not judged, defaults."""
        late = int(self.open.sum())
        still = f"{counted(late, 'thread')} still open when the log ends: censored"
        unjudged = (self.met + self.abandoned + self.open) < self.threads
        open_ends = ~unjudged & np.isnan(self.median_low + self.median_high)
        return [
            *super()._remarks(),
            *without_success(self.need, unjudged),
            *([still] if late else []),
            *unknown_ends(open_ends, "the time observed"),
            *remark_of_defaults(self.from_default, self.from_data, self.from_rule),
        ]


@attrs.frozen(kw_only=True, repr=False)
class NeedThreadList(Grouped):
    """Threads of needs, one row each, in the order of time.

    ``as_dict()`` returns ``{(journey, need, opened): contacts}``, with ``opened`` as text.

    Attributes
    ----------
    person : object, optional
        Whose thread it is, where the log has persons; None where this one is not known.
    journey : object
        The id of the journey in which it opens.
    need : object
        The need.
    opened, last : datetime64[us]
        The times of its first and last contact.
    closed : datetime64[us]
        When it was met, or so long after its last contact that it counts as abandoned; NaT where
        it is open.
    contacts : int64
        The number of its contacts.
    carried : bool
        Whether they are in several areas.
    state : object
        ``"met"``, ``"abandoned"``, ``"open"``; ``"silent"`` instead of abandoned for a need that
        nothing satisfies.
    count : int64
        The number of such threads: the count of the row where journeys are not of persons.

    See Also
    --------
    need_thread_list : The function that returns this table.
    """

    main = "contacts"

    person: Array | None = optional_column(object)
    journey: Array = column(object)
    need: Array = column(object)
    opened: Array = column("datetime64[us]")
    last: Array = column("datetime64[us]")
    closed: Array = column("datetime64[us]")
    contacts: Array = column(np.int64)
    carried: Array = column(np.bool_)
    state: Array = column(object)
    count: Array = column(np.int64)

    def as_dict(self) -> dict[Any, float]:
        """Return {(journey, need, opened): contacts}; the keys begin with the group, if any."""
        opened = text_array(np.datetime_as_string(self.opened, "us").tolist())
        return self._labelled(self.contacts, self.journey, self.need, opened)


@public
def need_threads(
    journeys: Journeys,
    *,
    within: dt.timedelta,
    success: Mapping[str, Place] | None = None,
    positive: Place | None = None,
    scores: str | None = None,
    threshold: float | None = None,
    area: Lens = "channel",
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> NeedThreads:
    """Follow needs as threads through all journeys of a person: carried, met, abandoned.

    Parameters
    ----------
    journeys
        Journeys with times. Counts are honoured.
    within
        The longest time between two contacts of a thread, and from its last contact to success.
    success, positive, scores, threshold
        What meets needs, as in `need_satisfaction`.
    area
        The lens between whose values threads are carried; the channel by default.
    by, level
        Shared arguments: see `touchpoints.experience`. With ``by``, journeys of one person in
        different groups are followed apart.

    Returns
    -------
    NeedThreads
        The need of the most threads first; ties in the order of the needs.

    Raises
    ------
    NotFoundError
        When a need, a place, a column or a facet does not exist.
    InvalidInputError
        When the journeys have no times, no need is known, nothing says when a need is met, or
        ``within`` is not positive.

    See Also
    --------
    need_thread_list : The threads themselves, one row each.
    need_satisfaction : Needs within one journey, one occurrence at a time.

    Notes
    -----
    A person's first interaction with a need opens a thread. The next one with this need, in
    whatever journey, continues it, unless the need was met in between or more than ``within``
    passed: then it opens another. A thread is met by the first success at or after a contact, if it
    comes no later than ``within`` after the last contact; it is abandoned if nothing
    follows for that time, and then closes at its end; it is open if the log ends first. Things at
    the same time have no order: a success meets all contacts at that time. Where persons are not
    known, each journey is somebody else.

    The log ends for some threads before they close, and more often for those that take long.
    Shares and means when threads close therefore weight each closed thread by the inverse of the
    probability of being watched until then, which gives the Aalen-Johansen estimates; without open
    threads they are the plain shares. Where the longest threads are all open, they are shares of
    those that close in the time observed. Intervals are of persons: Wilson's with an effective
    number of trials, Student's for contacts, Brookmeyer and Crowley's for the median. For the
    median a thread that is not met, abandoned or open, is censored when watching it ends, as in
    `tp.paths.time_to`: an abandoned thread stays open, and the curve need not fall. A thread that
    began before the log is counted from its first contact in the log. The choice of
    ``within`` decides what is one thread: try several. O(m log m) in m interactions.

    References
    ----------
    O. O. Aalen and S. Johansen (1978), An empirical transition matrix for non-homogeneous Markov
    chains based on censored observations, Scandinavian Journal of Statistics 5(3), 141-150.
    R. Brookmeyer and J. Crowley (1982), A confidence interval for the median survival time,
    Biometrics 38(1), 29-41, doi:10.2307/2530286.

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-01", "w": "live_chat"},
    ...     {"who": "ana", "t": "2026-01-03", "w": "customer_service"},
    ...     {"who": "leo", "t": "2026-01-30", "w": "live_chat"},
    ... ]
    >>> journeys = tp.from_records(
    ...     rows,
    ...     journey="who",
    ...     time="t",
    ...     touchpoint="w",
    ...     taxonomy=tp.load_taxonomy("customer"),
    ... )
    >>> found = tp.experience.need_threads(
    ...     journeys, within=dt.timedelta(days=7), success={"solve_problem": "purchase"}
    ... )
    >>> found.threads.tolist(), found.carried.tolist(), found.abandoned.tolist()
    ([2], [1], [1])
    """
    checks.level(level)
    how = Satisfying(success=success, positive=positive, scores=scores, threshold=threshold)
    asked = _checked(journeys, how, within=within, area=area)
    return by_group(journeys, by, partial(_threads, how=how, area=area, within=asked, level=level))


@public
def need_thread_list(
    journeys: Journeys,
    *,
    within: dt.timedelta,
    success: Mapping[str, Place] | None = None,
    positive: Place | None = None,
    scores: str | None = None,
    threshold: float | None = None,
    area: Lens = "channel",
    by: str | Sequence[str] | None = None,
) -> NeedThreadList:
    """List the threads of needs, one row each.

    Parameters
    ----------
    journeys, within, success, positive, scores, threshold, area, by
        As for `need_threads`.

    Returns
    -------
    NeedThreadList
        In the order of time; at the same time in the order of needs and journeys.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `need_threads`.

    See Also
    --------
    need_threads : The numbers of each need.

    Notes
    -----
    O(m log m) in m interactions.

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> shop = tp.datasets.shop(50, seed=1)
    >>> found = tp.experience.need_thread_list(
    ...     shop, within=dt.timedelta(days=7), success={"compare": "purchase"}
    ... )
    >>> sorted(set(found.state.tolist()))
    ['abandoned', 'met', 'open', 'silent']
    """
    how = Satisfying(success=success, positive=positive, scores=scores, threshold=threshold)
    asked = _checked(journeys, how, within=within, area=area)
    return by_group(journeys, by, partial(_listed, how=how, area=area, within=asked))


def _checked(journeys: Journeys, how: Satisfying, *, within: dt.timedelta, area: Lens) -> int:
    """Return the time within which contacts follow, in microseconds; raise for wrong arguments."""
    seen_through(journeys, "need")
    require_times(journeys, "need_threads")
    check_lens(journeys, area, "area")
    how.check(journeys)
    return checks.microseconds(within, "within")


def _found(
    journeys: Journeys, how: Satisfying, *, area: Lens, within: int, ranks: Array | None = None
) -> Threads:
    areas = seen_through(journeys, area, unknown=False)
    return threads_of(journeys, how, within=within, area=areas, ranks=ranks)


def _threads(
    journeys: Journeys, *, how: Satisfying, area: Lens, within: int, level: float
) -> NeedThreads:
    found = _found(journeys, how, area=area, within=within)
    k = found.needs.k
    weights = found.units.repeats[found.units.of].astype(np.float64)

    def number(chosen: Array) -> Array:
        return np.bincount(found.codes[chosen], weights[chosen], k).astype(np.int64)

    judged = found.judged[found.codes]
    shares, columns = _estimates(found, level=level)
    columns |= {
        "threads": number(np.ones(len(found.codes), dtype=bool)),
        "people": number(found.fresh),
        **{name: number(judged & (found.state == at)) for at, name in enumerate(_STATES)},
        "carried": number(found.carried),
        **occurrences_by_origin(
            journeys, found.contact_rows, found.needs.codes[found.contact_rows], size=k
        ),
    }
    order = most_frequent(columns["threads"], None)
    order = order[columns["threads"][order] > 0]
    known: dict[str, Any] = {name: one[order] for name, one in columns.items()}
    return NeedThreads(
        need=text_array(found.needs.labels)[order],
        **known,
        level=level,
        **facts_of(found.units, *(one.take(order) for one in shares)),
    )


def _estimates(found: Threads, *, level: float) -> tuple[list[CellShares], dict[str, Array]]:
    """Return shares, means and medians of each need when threads close."""
    k, units = found.needs.k, found.units
    closed = np.flatnonzero(found.state != OPEN)
    codes, weights = found.codes[closed], closing_weights(found)[closed]
    groups = np.repeat(np.arange(k), 2)

    def share(flags: Array) -> list[CellShares]:
        cells = codes * 2 + flags[closed]
        found_shares = choice_shares(
            units, (closed, cells), groups=groups, level=level, amounts=weights
        )
        return [found_shares.take(np.arange(k) * 2 + one) for one in (True, False)]

    met, abandoned = share(found.state == MET)
    carried = share(found.carried)[0]
    numbers = found.contacts[closed].astype(np.float64)
    total = weights * units.repeats[units.of[closed]]
    with np.errstate(invalid="ignore"):
        means = np.bincount(codes, total * numbers, k) / np.bincount(codes, total, k)
    which = {"of": units.of[closed], "within": units.within[closed], "repeats": units.repeats}
    low, high = mean_bounds(numbers, codes, means, **which, level=level)
    known = {
        **met.columns("share", ends=""),
        **abandoned.columns("abandoned_share", ends="abandoned_"),
    }
    return [met, carried], {
        **{name: np.where(found.judged, one, np.nan) for name, one in known.items()},
        **carried.columns("carried_share", ends="carried_"),
        "contacts": means,
        "contacts_low": np.maximum(low, 1.0),
        "contacts_high": high,
        **medians_until_met(found, level=level),
    }


def _listed(journeys: Journeys, *, how: Satisfying, area: Lens, within: int) -> NeedThreadList:
    texts = np.array([str(one) for one in journeys.ids.tolist()], dtype=object)
    ranks = np.unique(texts, return_inverse=True)[1]
    found = _found(journeys, how, area=area, within=within, ranks=ranks)
    owners = owners_of(journeys.offsets)[found.rows]
    order = np.lexsort((ranks[owners], found.codes, found.opened))
    owners, state = owners[order], found.state[order]
    silent = ~found.judged[found.codes[order]] & (state == ABANDONED)
    names = text_array([*_STATES, "silent"])
    closed = np.where(state == OPEN, np.iinfo(np.int64).min, found.closed[order])
    persons: dict[str, Any] = {}
    if journeys.persons is not None:
        persons["person"] = text_array(journeys.persons[owners].tolist())
    return NeedThreadList(
        **persons,
        journey=text_array(journeys.ids[owners].tolist()),
        need=text_array(found.needs.labels)[found.codes[order]],
        opened=found.opened[order].view("datetime64[us]"),
        last=found.last[order].view("datetime64[us]"),
        closed=closed.view("datetime64[us]"),
        contacts=found.contacts[order],
        carried=found.carried[order],
        state=names[np.where(silent, len(_STATES), state)],
        count=found.units.repeats[found.units.of][order],
    )
