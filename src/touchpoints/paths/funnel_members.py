"""The journeys behind a funnel: who reached each step, and who was lost before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.checks import check_option, public
from touchpoints._core.frozen import Array, owned, same_array, text_array
from touchpoints._core.messages import not_found
from touchpoints._core.tables import Grouped, apart, column, optional_column
from touchpoints.journeys.groups import countable, groups_of, warn_of_ungrouped
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.places.anchors import Place
from touchpoints.paths._shared.funnel_search import Kind, Steps, question, reached, stamps_of

State = Literal["reached", "skipped", "lost", "open"]
_STATES: tuple[State, ...] = ("reached", "skipped", "lost", "open")


@attrs.frozen(kw_only=True, repr=False)
class FunnelMembers(Grouped):
    """What became of each journey at each step of a funnel; one row per step and journey.

    A journey is listed at every step of which it reached the previous one, at the first step only
    where it reached it.

    Attributes
    ----------
    step : object
        The name of the step; the 1-based position is appended to a name that occurs several times.
    journey : object
        The id of the journey.
    person : object, optional
        The person, where the journeys have persons; None where it is not known.
    state : object
        ``"reached"``; ``"skipped"``: went on without an optional step; ``"lost"``: can reach it no
        more; ``"open"``: still may.
    count : int64
        The number of real journeys of the row.
    reached_at : datetime64[us], optional
        When the step was reached by the best start, in the time of the log; NaT where it was not.
        Not in an open funnel and without times.
    position : int64
        The position of each row's journey in the journeys that were given; no column.
    size : int
        The number of journeys that were given.
    steps : tuple of str
        The names of all steps, also of those at which no journey is listed.
    """

    main = "count"
    labels = ("step", "journey")

    step: Array = column(object)
    journey: Array = column(object)
    person: Array | None = optional_column(object)
    state: Array = column(object)
    count: Array = column(np.int64)
    reached_at: Array | None = optional_column("datetime64[us]")
    position: Array = attrs.field(repr=False, eq=attrs.cmp_using(eq=same_array))
    size: int
    steps: tuple[str, ...] = attrs.field(repr=False)

    def mask(self, *, step: str, state: State = "lost") -> Array:
        """Return which of the journeys given are in a state at a step, bool (n,), for `tp.select`.

        Parameters
        ----------
        step
            The name of a step, as in the table. Where no journey is listed at it, the mask is all
            False.
        state
            ``"reached"``, ``"skipped"``, ``"lost"`` or ``"open"``.

        Raises
        ------
        NotFoundError
            When no step has this name.
        InvalidInputError
            When there is no such state.

        See Also
        --------
        touchpoints.select : Select journeys by a mask.
        """
        check_option("state", state, State)
        if step not in self.steps:
            raise not_found("step", step, self.steps)
        flags = np.zeros(self.size, dtype=bool)
        flags[self.position[(self.step == step) & (self.state == state)]] = True
        return flags


@public
def funnel_members(
    journeys: Journeys,
    steps: Steps,
    *,
    kind: Kind = "closed",
    within: dt.timedelta | None = None,
    exclude: Place | None = None,
    optional: Collection[str] = (),
    holding: str | None = None,
    by: str | Sequence[str] | None = None,
) -> FunnelMembers:
    """List the journeys that reach, skip or miss each step of a funnel.

    Parameters
    ----------
    steps, kind, within, exclude, optional, holding
        As for `funnel`.
    by
        A shared argument: see `touchpoints.paths`.

    Returns
    -------
    FunnelMembers
        Sorted by step, then by position. The counts of the rows of a step and state are the numbers
        of `funnel`.

    Raises
    ------
    NotFoundError, InvalidInputError
        As for `funnel`.

    See Also
    --------
    funnel : The numbers of journeys, with intervals.
    converted_and_dropped : Compare the touchpoints of converted and dropped journeys.

    Notes
    -----
    O(m + s n) for s steps and n journeys, beside the search of `funnel`.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": who, "at": f"2026-01-0{day}", "what": what}
    ...     for who, path in {"ana": ["cart", "buy"], "leo": ["cart"]}.items()
    ...     for day, what in enumerate(path, 1)
    ... ]
    >>> journeys = tp.from_records(rows, journey="who", time="at", touchpoint="what")
    >>> found = tp.paths.funnel_members(journeys, ["cart", "buy"])
    >>> [(row["step"], row["journey"], row["state"]) for row in found.to_dicts()]
    [('cart', 'ana', 'reached'), ('cart', 'leo', 'reached'), ('buy', 'ana', 'reached'),
     ('buy', 'leo', 'lost')]
    >>> tp.select(journeys, found.mask(step="buy", state="lost"))[0].id
    'leo'
    """
    countable(journeys)
    options: dict[str, Any] = {"exclude": exclude, "optional": optional, "holding": holding}
    asked = question(journeys, steps, kind=kind, within=within, **options)
    groups = None if by is None else groups_of(journeys, by)
    kept = journeys.counts > 0
    if by is not None and groups is not None:
        warn_of_ungrouped(journeys, groups, by)
        kept &= groups.of >= 0
    found = reached(journeys, asked)
    names, stamps = apart(asked.names), stamps_of(journeys)
    where, states, times = [], [], []
    for step in range(len(names)):
        state = np.full(len(journeys), -1)
        for code, name in enumerate(_STATES):
            state[found.standing(step, asked)[name] & kept] = code
        some = np.flatnonzero(state >= 0)
        where.append(some)
        states.append(state[some])
        if found.found is not None and stamps is not None:
            rows = found.found.rows[step][some]
            rows = np.where(state[some] == 0, rows, -1)
            times.append(np.append(stamps, np.iinfo(np.int64).min)[rows].view("datetime64[us]"))
    position = np.concatenate(where)
    persons = journeys.persons
    return FunnelMembers(
        step=np.repeat(text_array(names), [len(one) for one in where]),
        journey=text_array(journeys.ids[position].tolist()),
        person=None if persons is None else text_array(persons[position].tolist()),
        state=text_array(_STATES)[np.concatenate(states)],
        count=journeys.counts[position],
        reached_at=np.concatenate(times) if times else None,
        position=owned(position),
        group=None if groups is None else text_array(groups.labels)[groups.of[position]],
        by=None if groups is None else groups.names,
        size=len(journeys),
        steps=tuple(names),
    )
