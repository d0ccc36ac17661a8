"""Where two sources speak of one interaction, and say different things."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.messages import counted
from touchpoints._core.tables import Estimated, Grouped, column, fact, optional_column
from touchpoints.classify.typing import FROM_DEFAULT
from touchpoints.experience._shared.agreeing import clustered_kappa
from touchpoints.experience._shared.lenses import Seen
from touchpoints.experience._shared.origins import origins_of
from touchpoints.experience._shared.pairing import Matched, Pairing, Pairs, matched
from touchpoints.journeys.groups import by_group, stack
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.uncertainty import Units, units_of
from touchpoints.uncertainty.cell_shares import choice_shares, facts_of

_OF = ("need", "context", "channel")


@attrs.frozen(kw_only=True, repr=False)
class SourceDisagreements(Estimated):
    """What two sources say of one interaction; one row per facet, sources and two terms.

    ``as_dict()`` returns ``{(facet, first_source, second_source, first, second): share}``; with
    groups, the keys begin with the group.

    Attributes
    ----------
    facet : object
        The facet or column that is compared.
    first_source, second_source : object
        The two sources, in the order of their names.
    first, second : object
        What each of them says; equal where they agree.
    interactions : int64
        The number of interactions of which they say so.
    share, low, high : float64
        Their share of the interactions of which both say something, in [0, 1], and its interval.
    by_default : int64, optional
        Those of them in which the term of one source or both is only the default of its type, where
        the log says so.
    agreement, agreement_low, agreement_high : float64
        The share of interactions of which the two sources say the same, the same in each row of
        the facet and sources, and its interval.
    kappa, kappa_low, kappa_high : float64
        Cohen's kappa, in [-1, 1]: 1 for full agreement, 0 for the agreement expected by chance; nan
        where chance alone gives full agreement. The same in each row of the facet and sources.
    unknown : int
        The comparisons in which one source or both say nothing.
    alone : int
        The interactions with a source of which no other source speaks.

    See Also
    --------
    source_disagreements : The function that returns this table.
    """

    main = "share"
    labels = ("facet", "first_source", "second_source", "first", "second")

    facet: Array = column(object)
    first_source: Array = column(object)
    second_source: Array = column(object)
    first: Array = column(object)
    second: Array = column(object)
    interactions: Array = column(np.int64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    by_default: Array | None = optional_column(np.int64)
    agreement: Array = column(np.float64)
    agreement_low: Array = column(np.float64)
    agreement_high: Array = column(np.float64)
    kappa: Array = column(np.float64)
    kappa_low: Array = column(np.float64)
    kappa_high: Array = column(np.float64)
    unknown: int = fact(of_groups=sum, default=0)
    alone: int = fact(of_groups=sum, default=0)

    def _remarks(self) -> list[str]:
        """Return the lines under the table: persons, agreement by facet, what is not compared."""
        lines = super()._remarks()
        by_default = 0 if self.by_default is None else int(self.by_default.sum())
        if by_default:
            total = counted(int(self.interactions.sum()), "comparison")
            lines.append(
                f"in {by_default:,} of {total} a term is only the default of its type: where "
                "sources agree on the type, they agree on it by definition"
            )
        if self.unknown:
            lines.append(f"{counted(self.unknown, 'comparison')} left out: a source says nothing")
        return lines


@attrs.frozen(kw_only=True, repr=False)
class SourceMatches(Grouped):
    """Interactions of which two sources speak; one row per interaction and facet.

    ``as_dict()`` returns ``{(match, facet): count}``; with groups, the keys begin with the group.

    Attributes
    ----------
    match : int64
        The number of the interaction (in its group), from 1, in the order of time.
    facet : object
        The facet or column that is compared.
    first_source, second_source : object
        The two sources.
    first, second : object
        What each of them says; ``"unknown"`` where it says nothing.
    agree : bool
        Whether both say something, and the same.
    first_journey, second_journey : object
        The ids of the two journeys.
    first_touchpoint, second_touchpoint : object
        The keys of the two touchpoints.
    first_time, second_time : datetime64[us], optional
        When, where the journeys have times.
    count : int64
        The number of such interactions.

    See Also
    --------
    source_matches : The function that returns this table.
    """

    main = "count"
    labels = ("match", "facet")

    match: Array = column(np.int64)
    facet: Array = column(object)
    first_source: Array = column(object)
    second_source: Array = column(object)
    first: Array = column(object)
    second: Array = column(object)
    agree: Array = column(np.bool_)
    first_journey: Array = column(object)
    second_journey: Array = column(object)
    first_touchpoint: Array = column(object)
    second_touchpoint: Array = column(object)
    first_time: Array | None = optional_column("datetime64[us]")
    second_time: Array | None = optional_column("datetime64[us]")
    count: Array = column(np.int64)


@public
def source_disagreements(
    journeys: Journeys,
    *,
    source: str = "source",
    within: dt.timedelta | None = None,
    event: str | None = None,
    of: Collection[str] = _OF,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> SourceDisagreements:
    """Compare what two sources say of one interaction: a table of terms, agreement and kappa.

    Parameters
    ----------
    source
        The per-interaction column that names the source.
    within
        Two interactions of one person and one type are one if no more time is between them.
    event
        A per-interaction column with the id of the event, instead: interactions with the same id
        are one, whatever their type and person.
    of
        The facets or per-interaction columns to compare.
    by, level
        Shared arguments: see `touchpoints.experience`.

    Returns
    -------
    SourceDisagreements
        Sorted by facet in the order given, sources and terms.

    Raises
    ------
    NotFoundError
        When a column or facet does not exist.
    InvalidInputError
        When there are fewer than two sources; when not exactly one of ``within`` and ``event`` is
        given; when the journeys have no times and ``within`` is given.

    See Also
    --------
    source_matches : The interactions themselves.
    tp.classify.agreement : The agreement of two classifiers on the same events.

    Notes
    -----
    Each two sources are compared by themselves. Their interactions are matched in the order of
    time, each at most once, so that as many as possible are matched; at the same time those are
    matched first whose terms sort first. An untyped touchpoint is compared by its text. Where
    persons are not known, both sources must be in one journey, or share an id of the event.

    Which source is right is not known: agreement is not accuracy. The share of agreement has
    Wilson's interval with an effective number of trials; that of kappa is Student's on the scale of
    log(1 - kappa), from leaving out one person at a time, or that of the share at the agreement
    expected by chance where nothing varies. O(m log m) in m interactions for each two sources.

    References
    ----------
    J. Cohen (1960), A coefficient of agreement for nominal scales, Educational and Psychological
    Measurement 20(1), 37-46, doi:10.1177/001316446002000104.

    Examples
    --------
    >>> import datetime as dt
    >>> import touchpoints as tp
    >>> customer = tp.load_taxonomy("customer")
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-01 10:00", "w": "live_chat", "source": "web"},
    ...     {"who": "ana", "t": "2026-01-01 10:02", "w": "live_chat", "source": "desk"},
    ... ]
    >>> journeys = tp.from_records(
    ...     rows,
    ...     journey="who",
    ...     time="t",
    ...     touchpoint="w",
    ...     per_interaction=["source"],
    ...     taxonomy=customer,
    ... )
    >>> found = tp.experience.source_disagreements(
    ...     journeys, within=dt.timedelta(minutes=5), of=["need"]
    ... )
    >>> found.first.tolist(), found.second.tolist(), found.agreement.tolist()
    (['solve_problem'], ['solve_problem'], [1.0])
    """
    checks.level(level)
    how = _asked(journeys, source=source, within=within, event=event, of=of)
    return by_group(journeys, by, partial(_disagreements, how=how, level=level))


@public
def source_matches(
    journeys: Journeys,
    *,
    source: str = "source",
    within: dt.timedelta | None = None,
    event: str | None = None,
    of: Collection[str] = _OF,
    by: str | Sequence[str] | None = None,
) -> SourceMatches:
    """List the interactions of which two sources speak, and what each of them says.

    Parameters
    ----------
    journeys, source, within, event, of, by
        As for `source_disagreements`.

    Returns
    -------
    SourceMatches
        In the order of time, then of sources and journeys; one row per interaction and facet.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `source_disagreements`.

    See Also
    --------
    source_disagreements : The numbers.

    Notes
    -----
    O(m log m) in m interactions for each two sources.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"who": "ana", "t": "2026-01-01", "w": "chat", "by": "web", "id": 7, "why": "price"},
    ...     {"who": "ana", "t": "2026-01-02", "w": "call", "by": "desk", "id": 7, "why": "help"},
    ... ]
    >>> journeys = tp.from_records(
    ...     rows,
    ...     journey="who",
    ...     time="t",
    ...     touchpoint="w",
    ...     per_interaction=["by", "id", "why"],
    ... )
    >>> found = tp.experience.source_matches(journeys, source="by", event="id", of=["why"])
    >>> found.first_source.tolist(), found.first.tolist(), found.second.tolist()
    (['desk'], ['help'], ['price'])
    """
    how = _asked(journeys, source=source, within=within, event=event, of=of)
    return by_group(journeys, by, partial(_pairs, how=how))


def _asked(
    journeys: Journeys,
    *,
    source: str,
    within: dt.timedelta | None,
    event: str | None,
    of: Collection[str],
) -> Pairing:
    """Return the arguments as one, checked."""
    names = tuple(dict.fromkeys(of))
    how = Pairing(source=source, within=within, event=event, of=names)
    how.check(checked_journeys(journeys))
    return how


def _disagreements(journeys: Journeys, *, how: Pairing, level: float) -> SourceDisagreements:
    units = units_of(journeys, None)
    found = matched(journeys, how, units)
    tables = [
        _table(journeys, units, said, pairs, sources=sources, level=level)
        for said in found.said
        for sources, pairs in zip(found.sources, found.pairs, strict=True)
    ]
    whole = stack(tables, ("",) * len(tables))
    return attrs.evolve(whole, group=None, alone=found.alone)


def _table(
    journeys: Journeys,
    units: Units,
    said: Seen,
    pairs: Pairs,
    *,
    sources: tuple[str, str],
    level: float,
) -> SourceDisagreements:
    """Return the table of one facet and two sources."""
    one, two = said.codes[pairs.first], said.codes[pairs.second]
    known = np.flatnonzero((one >= 0) & (two >= 0))
    one, two, k = one[known], two[known], max(said.k, 1)
    owners = owners_of(journeys.offsets)[pairs.first[known]].astype(np.int64)
    numbers = pairs.numbers[known]
    amounts = numbers / journeys.counts[owners]
    met, cells = np.unique(one * k + two, return_inverse=True)
    choices = partial(choice_shares, units, level=level, amounts=amounts)
    shares = choices((owners, cells), groups=np.zeros(len(met), np.int64))
    same = choices((owners, (one == two).astype(np.int64)), groups=np.zeros(2, np.int64)).take(
        np.array([1])
    )
    size = len(met)
    counts = np.bincount(cells, numbers, size)
    table = np.zeros((k, k))
    table[met // k, met % k] = counts
    which = {"of": units.of[owners], "within": units.within[owners] * amounts}
    ends = clustered_kappa(table, one, two, same, **which, repeats=units.repeats, level=level)
    repeated = {**same.columns("agreement"), **ends}
    columns: dict[str, Any] = {name: np.full(size, one) for name, one in repeated.items()}
    names, unknown = text_array(said.labels), np.delete(pairs.numbers, known)
    return SourceDisagreements(
        facet=text_array([said.name] * size),
        first_source=text_array([sources[0]] * size),
        second_source=text_array([sources[1]] * size),
        first=names[met // k],
        second=names[met % k],
        interactions=np.rint(counts),
        **shares.columns("share", ends=""),
        by_default=_defaults(journeys, said, pairs, known, cells=cells, size=size),
        **columns,
        level=level,
        unknown=int(unknown.sum()),
        **facts_of(units, shares),
    )


def _defaults(
    journeys: Journeys, said: Seen, pairs: Pairs, known: Array, *, cells: Array, size: int
) -> Array | None:
    """Return the pairs of each cell with a term that is only a default; None where unknown."""
    origins = origins_of(journeys, said.name)
    if origins is None:
        origins = np.zeros(len(journeys.codes), dtype=np.int8)
        if all(origins_of(journeys, name) is None for name in ("need", "context")):
            return None
    first, second = origins[pairs.first[known]], origins[pairs.second[known]]
    either = (first == FROM_DEFAULT) | (second == FROM_DEFAULT)
    return np.bincount(cells[either], pairs.numbers[known][either], size).astype(np.int64)


def _pairs(journeys: Journeys, *, how: Pairing) -> SourceMatches:
    found = matched(journeys, how, units_of(journeys, None))
    first, second, numbers = (
        np.concatenate([getattr(one, name) for one in found.pairs]) for name in Pairs._fields
    )
    which = np.repeat(np.arange(len(found.pairs)), [len(one.first) for one in found.pairs])
    order = _in_time(journeys, found, first, second, which)
    first, second, numbers, which = (one[order] for one in (first, second, numbers, which))
    facets = len(found.said)
    columns: dict[str, Any] = {}
    for name, rows in (("first", first), ("second", second)):
        terms = [text_array([*one.labels, "unknown"])[one.codes[rows]] for one in found.said]
        columns[name] = np.stack(terms, axis=1).ravel() if len(rows) else text_array([])
        owners = owners_of(journeys.offsets)[rows]
        keys = text_array([one.key for one in journeys.touchpoints])
        columns[f"{name}_journey"] = np.repeat(text_array(journeys.ids[owners].tolist()), facets)
        columns[f"{name}_touchpoint"] = np.repeat(keys[journeys.codes[rows]], facets)
        if journeys.times is not None:
            columns[f"{name}_time"] = np.repeat(journeys.times[rows], facets)
    sources = np.array(found.sources, dtype=object)[which].reshape(-1, 2)
    agree = [
        (one.codes[first] == one.codes[second]) & (one.codes[first] >= 0) for one in found.said
    ]
    return SourceMatches(
        match=np.repeat(np.arange(1, len(first) + 1), facets),
        facet=np.tile(text_array([one.name for one in found.said]), len(first)),
        first_source=np.repeat(sources[:, 0], facets),
        second_source=np.repeat(sources[:, 1], facets),
        agree=np.stack(agree, axis=1).ravel(),
        **columns,
        count=np.repeat(numbers, facets),
    )


def _in_time(
    journeys: Journeys, found: Matched, first: Array, second: Array, which: Array
) -> Array:
    """Return the order of pairs: by time, sources, journeys and what is said."""
    ids = np.array([str(one) for one in journeys.ids.tolist()], dtype=object)
    ranks = np.unique(ids, return_inverse=True)[1][owners_of(journeys.offsets)]
    said = [one.codes[rows] for one in found.said for rows in (second, first)]
    keys: list[Array] = [*said, ranks[second], ranks[first], which]
    if journeys.times is not None:
        stamps = journeys.times.view(np.int64)
        keys += [stamps[second], stamps[first]]
    return np.lexsort(keys)
