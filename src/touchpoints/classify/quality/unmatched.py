"""Unmatched events grouped by similar names, the most frequent first, with proposed types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.checks import (
    public,
    require_kind,
)
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Table, column
from touchpoints.classify.contract.interactions import InteractionColumns
from touchpoints.classify.drafting.guessing import NO_GUESS, Guess, Guesser
from touchpoints.classify.drafting.numbered import without_ids
from touchpoints.errors import InvalidInputError
from touchpoints.taxonomy import MISSING, Taxonomy, Touchpoint, parse_key

_MAX_SHOWN = 200
_SURE = ("high", "medium", "low", "none")
_PARTS = " / "


@runtime_checkable
class Interactions(InteractionColumns, Protocol):
    """Attributes of journeys that `unmatched` reads."""

    @property
    def meta(self) -> Any:
        """The origin of the journeys: lens, taxonomy and report of the log."""


@attrs.frozen(repr=False)
class Unmatched(Table):
    """Unmatched event names in groups of similar names, the most frequent first.

    Attributes
    ----------
    name : str (g,)
        Common form of the names in the group: folded, with ``#`` for numbers and ids.
    events : int64 (g,)
        Number of interactions with these names; a journey with a count is counted that many times.
    share : float64 (g,)
        Share of these interactions among all interactions, in [0, 1].
    journeys : int64 (g,)
        Number of journeys with at least one of these interactions.
    names : int64 (g,)
        Number of distinct names in the group.
    example : str (g,)
        Most frequent name, as written; only the beginning of a long name.
    proposed : str (g,)
        Id of the proposed type; empty without a guess or without a taxonomy.
    sure : str (g,)
        Confidence of the proposal: ``high``, ``medium``, ``low`` or ``none``.
    reason : str (g,)
        Reason for the proposal.
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


@public
def unmatched(
    journeys: Interactions, *, top: int | None = None, taxonomy: Taxonomy | None = None
) -> Unmatched:
    """Group the unmatched events by similar names, by frequency, and propose a type for each group.

    Parameters
    ----------
    journeys
        Journeys that were read with ``unmatched="keep"``.
    top
        Maximum number of groups; by default all.
    taxonomy
        Taxonomy with the types to choose from; by default the taxonomy of the journeys.

    Returns
    -------
    Unmatched
        One row per group of names that differ only in case, accents, spacing, numbers and ids.

    Raises
    ------
    InvalidInputError
        When unmatched events were dropped when the log was read, when the journeys were collapsed
        (they have no types then), or when ``top`` is below 1.

    See Also
    --------
    draft : Draft a taxonomy and rules from a log.
    evaluate_classifier : Compare the answers of a classifier with labels.
    touchpoints.retype : Type kept events again with another classifier.

    Notes
    -----
    Interactions without a name are not included. Only the beginning of a long name is compared. A
    proposal uses the name alone: verify it before you use it. Cost: O(m) in the number of
    interactions, plus one guess per group.

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
        raise InvalidInputError(
            "the journeys were collapsed, so their touchpoints have no types",
            mend="call unmatched before collapse",
        )
    codes = [code for code, one in enumerate(journeys.touchpoints) if _is_raw(one)]
    report = journeys.meta.report
    if not codes and report.unmatched_dropped:
        raise InvalidInputError(
            f"{report.unmatched_dropped:,} unmatched events were dropped when the log was read",
            where="meta.report.unmatched_texts holds the most frequent texts",
            mend='read the log with unmatched="keep"',
        )
    names = [parse_key(journeys.touchpoints[code].key)[0] for code in codes]
    taxonomy = taxonomy if taxonomy is not None else journeys.meta.taxonomy
    ranked = _ranked(journeys, _groups(names, codes))[:top]
    return _table(journeys, ranked, None if taxonomy is None else Guesser(taxonomy))


def _is_raw(one: Touchpoint) -> bool:
    return not one.type and one.key != MISSING.key


def _pattern(name: str) -> str:
    return without_ids(name[:_MAX_SHOWN])


@attrs.frozen
class _Group:
    """Similar names, the most frequent first, and the codes of their touchpoints."""

    pattern: str
    names: tuple[str, ...]
    codes: tuple[int, ...]
    events: int = 0


def _groups(names: Sequence[str], codes: Sequence[int]) -> list[_Group]:
    found: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        found.setdefault(_pattern(name), []).append(number)
    return [
        _Group(pattern, tuple(names[one] for one in numbers), tuple(codes[one] for one in numbers))
        for pattern, numbers in found.items()
    ]


def _ranked(journeys: Interactions, groups: Sequence[_Group]) -> list[_Group]:
    """Return the groups that occur, with their number of events, the most frequent first."""
    weights = np.repeat(journeys.counts, lengths_of(journeys.offsets)).astype(np.float64)
    totals = np.bincount(journeys.codes, weights, len(journeys.touchpoints)).astype(np.int64)
    found = []
    for group in groups:
        events = totals[list(group.codes)].tolist()
        order = sorted(range(len(events)), key=lambda number: -events[number])
        names = tuple(group.names[number] for number in order)
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
    """Return the number of real journeys with each group; a journey counts once per group."""
    group_of = np.full(len(journeys.touchpoints), -1, dtype=np.int64)
    for number, group in enumerate(groups):
        group_of[list(group.codes)] = number
    groups_met = group_of[journeys.codes]
    owners = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    size = max(len(lengths), 1)
    met = np.unique((groups_met * size + owners)[groups_met >= 0])
    weights = journeys.counts[met % size].astype(np.float64)
    return np.bincount(met // size, weights, len(groups)).astype(np.int64)


def _cut(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def _guess(guesser: Guesser, text: str) -> Guess:
    """Return the most confident guess from a name, or from the fields that it joins."""
    parts = text.split(_PARTS)
    guesses = [guesser.page(part) if part.startswith("/") else guesser.name(part) for part in parts]
    found = [guess for guess in guesses if guess.type] or guesses
    return min(found, key=lambda guess: _SURE.index(guess.confidence))
