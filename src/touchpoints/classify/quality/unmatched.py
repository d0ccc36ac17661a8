"""What no classifier caught: names alike put together, the most frequent first, with a proposal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.checks import (
    require_kind,
)
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Table, column
from touchpoints._core.text import fold_spaced
from touchpoints.classify.drafting.guessing import NO_GUESS, Guess, Guesser
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import MISSING, Taxonomy, Touchpoint, parse_key

_MOST = 200
_SURE = ("high", "medium", "low", "none")
# An id within a name: hexadecimal of eight digits or more (a UUID has hyphens too), or a number.
_IDS = re.compile(r"\b(?=[0-9a-f-]*\d)[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b|\d+")
_PARTS = " / "


@runtime_checkable
class Interactions(Protocol):
    """The columns needed of journeys; `touchpoints.Journeys` has them.

    Classifiers lie below journeys in this library and do not import them.
    """

    @property
    def touchpoints(self) -> tuple[Touchpoint, ...]:
        """The distinct touchpoints."""

    @property
    def codes(self) -> Array:
        """The touchpoint of each interaction."""

    @property
    def offsets(self) -> Array:
        """Where each journey begins and ends."""

    @property
    def counts(self) -> Array:
        """How many real journeys each stands for."""

    @property
    def meta(self) -> Any:
        """Where they come from."""


@attrs.frozen(repr=False)
class Unmatched(Table):
    """Names of events that no type matched, those alike in one row, the most frequent first.

    Attributes
    ----------
    name : str (g,)
        The names of the group, folded, with ``#`` for numbers and ids.
    events : int64 (g,)
        Interactions with such a name; a journey that stands for several counts as often.
    share : float64 (g,)
        Their share of all interactions.
    journeys : int64 (g,)
        Journeys with at least one.
    names : int64 (g,)
        How many different names are in the group.
    example : str (g,)
        The most frequent of them, as it was written; the beginning of a very long one.
    proposed : str (g,)
        The type it may be; empty when there is no guess, or no taxonomy to choose from.
    sure : str (g,)
        How well the name fits: ``high``, ``medium``, ``low`` or ``none``.
    reason : str (g,)
        Why this type.
    """

    name: Any = column(object)
    events: Any = column(np.int64)
    share: Any = column(np.float64)
    journeys: Any = column(np.int64)
    names: Any = column(np.int64)
    example: Any = column(object)
    proposed: Any = column(object)
    sure: Any = column(object)
    reason: Any = column(object)


def unmatched(
    journeys: Interactions, *, top: int | None = None, taxonomy: Taxonomy | None = None
) -> Unmatched:
    """Group the events no rule caught, ranked by how many there are, with a type proposed for each.

    Parameters
    ----------
    journeys
        Read with ``unmatched="keep"``.
    top
        How many groups at most; by default all.
    taxonomy
        The types to choose from; by default those of the journeys.

    Returns
    -------
    Unmatched
        One row a group: names that differ only in case, accents, spacing, numbers and ids.

    Raises
    ------
    InvalidInputError
        When unmatched events were dropped when the log was read, when the journeys were collapsed
        (nothing is typed then), or when ``top`` is below 1.

    Notes
    -----
    Interactions without any name are not among them. Of very long names the beginning is compared.
    A proposal goes by the name alone; look before you believe it. O(m), and a guess a group.

    Examples
    --------
    >>> import touchpoints as tp
    >>> rows = [
    ...     {"id": 1, "t": f"2026-01-0{day}", "what": what}
    ...     for day, what in enumerate(["/help/7", "/help/12", "purchase", "zzz"], start=1)
    ... ]
    >>> journeys = tp.from_records(
    ...     rows,
    ...     journey="id",
    ...     time="t",
    ...     touchpoint="what",
    ...     taxonomy=tp.load_taxonomy("customer"),
    ...     unmatched="keep",
    ... )
    >>> found = tp.classify.unmatched(journeys)
    >>> [(row["name"], row["events"]) for row in found.to_dicts()]
    [('/help/#', 2), ('zzz', 1)]
    """
    mend = "read them with tp.from_frame(…, unmatched='keep')"
    require_kind(journeys, Interactions, takes="Journeys", mend=mend)
    top = None if top is None else checks.whole("top", top)
    if journeys.meta.lens:
        raise InvalidInputError("these journeys were collapsed: their touchpoints have no types")
    places = [place for place, one in enumerate(journeys.touchpoints) if _is_raw(one)]
    report = journeys.meta.report
    if not places and report.unmatched_dropped:
        raise InvalidInputError(
            f"{report.unmatched_dropped:,} unmatched events were dropped when the log was read",
            where="meta.report.unmatched_texts holds the most frequent",
            mend='read it with unmatched="keep"',
        )
    names = [parse_key(journeys.touchpoints[place].key)[0] for place in places]
    taxonomy = taxonomy if taxonomy is not None else journeys.meta.taxonomy
    ranked = _ranked(journeys, _groups(names, places))[:top]
    return _table(journeys, ranked, None if taxonomy is None else Guesser(taxonomy))


def _is_raw(one: Touchpoint) -> bool:
    return not one.type and one.key != MISSING.key


def _pattern(name: str) -> str:
    return _IDS.sub("#", fold_spaced(name[:_MOST]))


@attrs.frozen
class _Group:
    """Names that are alike, the most frequent first, and the places of their touchpoints."""

    pattern: str
    names: tuple[str, ...]
    places: tuple[int, ...]
    events: int = 0


def _groups(names: Sequence[str], places: Sequence[int]) -> list[_Group]:
    found: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        found.setdefault(_pattern(name), []).append(number)
    return [
        _Group(pattern, tuple(names[one] for one in several), tuple(places[one] for one in several))
        for pattern, several in found.items()
    ]


def _ranked(journeys: Interactions, groups: Sequence[_Group]) -> list[_Group]:
    """Return the groups that occur, with their interactions, the most frequent first."""
    weights = np.repeat(journeys.counts, lengths_of(journeys.offsets)).astype(np.float64)
    totals = np.bincount(journeys.codes, weights, len(journeys.touchpoints)).astype(np.int64)
    found = []
    for group in groups:
        events = totals[list(group.places)].tolist()
        order = sorted(range(len(events)), key=lambda place: -events[place])
        names = tuple(group.names[place] for place in order)
        found.append(attrs.evolve(group, names=names, events=sum(events)))
    return sorted(filter(_occurs, found), key=lambda group: (-group.events, group.pattern))


def _occurs(group: _Group) -> bool:
    return group.events > 0


def _table(journeys: Interactions, groups: Sequence[_Group], guesser: Guesser | None) -> Unmatched:
    guesses = [NO_GUESS if guesser is None else _guess(guesser, group.names[0]) for group in groups]
    lengths = lengths_of(journeys.offsets)
    events = np.array([group.events for group in groups], dtype=np.int64)
    return Unmatched(
        [group.pattern for group in groups],
        events,
        events / max(int(lengths @ journeys.counts), 1),
        _journeys_with(journeys, groups, lengths),
        [len(group.names) for group in groups],
        [_cut(group.names[0]) for group in groups],
        [guess.type for guess in guesses],
        [guess.confidence if guess.type else "none" for guess in guesses],
        [guess.reason for guess in guesses],
    )


def _journeys_with(journeys: Interactions, groups: Sequence[_Group], lengths: Array) -> Array:
    """Return how many real journeys hold each group: each journey once a group."""
    group_of = np.full(len(journeys.touchpoints), -1, dtype=np.int64)
    for number, group in enumerate(groups):
        group_of[list(group.places)] = number
    met = group_of[journeys.codes]
    owners = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    size = max(len(lengths), 1)
    pairs = np.unique((met * size + owners)[met >= 0])
    weights = journeys.counts[pairs % size].astype(np.float64)
    return np.bincount(pairs // size, weights, len(groups)).astype(np.int64)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"


def _guess(guesser: Guesser, text: str) -> Guess:
    """Return the surest guess from a name, or from the fields of an event written one by one."""
    parts = text.split(_PARTS)
    guesses = [guesser.page(part) if part.startswith("/") else guesser.name(part) for part in parts]
    found = [guess for guess in guesses if guess.type] or guesses
    return min(found, key=lambda guess: _SURE.index(guess.confidence))
