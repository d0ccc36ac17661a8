"""What each interaction is under a lens, and what is asked about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from touchpoints._core.arrays.counting.successors import next_codes
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.frozen import Array
from touchpoints._core.messages import counted, first_few, quoted
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.graphs.flows import END, usual_ends
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.relabelling import collapse
from touchpoints.taxonomy import UNKNOWN, format_key

TOUCHPOINT = "touchpoint"
OUTCOME, NEXT = "outcome", "next"

Lens = str | Sequence[str]
"""``"touchpoint"``, or what `tp.collapse` takes."""


@attrs.frozen(eq=False, kw_only=True)
class Seen:
    """What each interaction is: one of k labels, or not known.

    Attributes
    ----------
    name : str
        The lens or the question in words: ``"channel"``, ``"type and need"``.
    names : tuple of str
        The facets or columns that are told apart; ``("touchpoint",)`` for touchpoints.
    labels : tuple of str, k
        Sorted, so that codes depend neither on the order of the log nor of touchpoints.
    codes : int64 (m,)
        The label of each interaction; -1 where it is not known.
    per_journey : bool
        Whether it is by definition the same for all interactions of a journey.
    """

    name: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    codes: Array
    per_journey: bool = False

    @property
    def k(self) -> int:
        """The number of labels."""
        return len(self.labels)


def lens_names(lens: Lens) -> tuple[str, ...]:
    """Return the names of a lens."""
    if isinstance(lens, str):
        return (lens,)
    if not isinstance(lens, Iterable):
        raise WrongKindError(
            f"a lens must be a name or several names, got {quoted(lens)}", mend='for example "type"'
        )
    return tuple(str(name) for name in lens)


def seen_through(journeys: Journeys, lens: Lens, *, unknown: bool = True) -> Seen:
    """Return what each interaction is under a lens.

    Parameters
    ----------
    unknown
        Whether interactions without a term have the label ``"unknown"``; else their code is -1.
        Of several names, at least one must be known.

    Raises
    ------
    NotFoundError, InvalidInputError
        As `tp.collapse`.
    """
    checked_journeys(journeys)
    names = lens_names(lens)
    grouped = journeys if names == (TOUCHPOINT,) else collapse(journeys, by=lens)
    keys = [one.key for one in grouped.touchpoints]
    met = np.flatnonzero(np.bincount(grouped.codes, minlength=len(keys))).tolist()
    nothing = UNKNOWN if len(names) == 1 else format_key("", dict.fromkeys(names, UNKNOWN))
    used = sorted((code for code in met if unknown or keys[code] != nothing), key=keys.__getitem__)
    table = np.full(len(keys) + 1, -1, dtype=np.int64)
    table[used] = np.arange(len(used))
    return Seen(
        name=" and ".join(names),
        names=names,
        labels=tuple(keys[code] for code in used),
        codes=table[grouped.codes],
    )


def outcome_seen(journeys: Journeys, outcome: str | None) -> Seen:
    """Return the outcome of the journey of each interaction: ``"no"`` or ``"yes"``, -1 unknown.

    Raises
    ------
    NotFoundError, InvalidInputError
        When there is no such outcome, or several and none is named, or journeys still contain the
        touchpoint that defines it.
    """
    name = chosen_outcome(checked_journeys(journeys), outcome)
    reached = journeys.outcomes[name]
    codes = np.where(np.isnan(reached), -1, reached).astype(np.int64)
    return Seen(
        name=f"outcome {name}",
        names=(OUTCOME,),
        labels=("no", "yes"),
        codes=codes[owners_of(journeys.offsets)],
        per_journey=True,
    )


def next_seen(journeys: Journeys, lens: Lens = TOUCHPOINT) -> Seen:
    """Return what follows each interaction under a lens: a label, or ``"(end)"``.

    The code is -1 at the last interaction of a journey that the log cuts off.
    """
    now = seen_through(journeys, lens)
    following = next_codes(
        now.codes.astype(np.int32), journeys.offsets, usual_ends(journeys).of, now.k
    )
    codes = np.where(following <= now.k, following, -1).astype(np.int64)
    return Seen(name=f"next {now.name}", names=(NEXT,), labels=(*now.labels, END), codes=codes)


def asked_of(journeys: Journeys, of: Lens, *, outcome: str | None) -> Seen:
    """Return what is asked of each interaction: the outcome, what comes next, or facets."""
    names = lens_names(of)
    if names == (OUTCOME,):
        return outcome_seen(journeys, outcome)
    if outcome is not None:
        raise InvalidInputError(
            f"outcome= is read with of='outcome' only, got of={first_few(names)}",
            mend="leave outcome= out",
        )
    return next_seen(journeys) if names == (NEXT,) else seen_through(journeys, of, unknown=False)


def check_some(seen: Seen, *, least: int = 2) -> None:
    """Raise unless at least so many labels are met."""
    if seen.k < least:
        raise InvalidInputError(
            f"{seen.name} must have at least {counted(least, 'value')}, got {seen.k}"
        )
