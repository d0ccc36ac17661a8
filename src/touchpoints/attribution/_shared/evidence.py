"""What attribution models read: the touches of journeys whose outcome is known."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import attrs
import numpy as np

from touchpoints._core.arrays import segments
from touchpoints._core.arrays.chains.influence import Dependence
from touchpoints._core.arrays.counting import check_counts
from touchpoints._core.arrays.sequences import mix
from touchpoints._core.frozen import Array, owned
from touchpoints._core.messages import counted, not_found
from touchpoints.attribution._shared.windows import Lookback, deadlines_of, within_windows
from touchpoints.errors import InvalidInputError, NotFoundError
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.cutting import select_interactions
from touchpoints.journeys.model import Journeys, checked_journeys, take
from touchpoints.uncertainty.recounting import UndefinedError
from touchpoints.uncertainty.units import Units, units_of


class Interactions(Protocol):
    """What rules read: the interactions of journeys."""

    @property
    def journeys(self) -> Journeys:
        """The journeys."""
        ...

    @property
    def codes(self) -> Array:
        """The touchpoint of each interaction, int32."""
        ...

    @property
    def offsets(self) -> Array:
        """Where each journey begins in ``codes``, int64."""
        ...

    @property
    def k(self) -> int:
        """The number of touchpoints."""
        ...


@attrs.frozen(eq=False, kw_only=True)
class Converted:
    """The journeys that reached the outcome.

    Attributes
    ----------
    whole : Journeys
        Those among which they are.
    chosen : int64 (c,)
        Which of these they are.
    rows : int64 (t,)
        Where their interactions are among all.
    codes : int32 (t,)
        The touchpoints of these.
    offsets : int64 (c+1,)
        Where each of the journeys begins in ``codes``.
    """

    whole: Journeys
    chosen: Array
    rows: Array
    codes: Array
    offsets: Array

    @property
    def k(self) -> int:
        """The number of touchpoints."""
        return len(self.whole.touchpoints)

    @cached_property
    def journeys(self) -> Journeys:
        """The journeys with all their columns."""
        return take(self.whole, self.chosen)


@attrs.frozen(eq=False, kw_only=True)
class Evidence:
    """Journeys with a known outcome, and the interactions of them that count.

    Attributes
    ----------
    journeys : Journeys
        Those with a known outcome and a count above 0, cut to the interactions that count.
    outcome : str
        The name of the outcome.
    reached : bool (n,)
        Whether each journey reached it.
    counts : float64 (n,)
        How many real journeys each row stands for.
    value : float64 (n,), optional
        The total value of each row; 0 where it did not reach the outcome.
    deadlines : int64 (n,), optional
        The time of the outcome in microseconds, else of the last interaction.
    positions : int64 (m,), optional
        Where each interaction stood in the journeys given; None where all of them count.
    unknown, outside : int
        The journeys whose outcome is not known, and the interactions outside the look-back or
        after the outcome, in journeys that reached it.
    """

    journeys: Journeys
    outcome: str
    reached: Array
    counts: Array
    value: Array | None
    deadlines: Array | None
    positions: Array | None
    unknown: int
    outside: int

    @property
    def codes(self) -> Array:
        """The touchpoint of each interaction, int32 (m,)."""
        return self.journeys.codes

    @property
    def offsets(self) -> Array:
        """Where each journey begins, int64 (n+1,)."""
        return self.journeys.offsets

    @property
    def k(self) -> int:
        """The number of touchpoints."""
        return len(self.journeys.touchpoints)

    @cached_property
    def conversions(self) -> Array:
        """The real journeys of each row that reached the outcome, float64 (n,)."""
        return np.where(self.reached, self.counts, 0.0)

    def fingerprint(self) -> Array:
        """Return integers that differ where outcomes or times of journeys do, uint64 (n,)."""
        marks = mix(self.reached.astype(np.uint64))
        if self.journeys.times is None:
            return marks
        times = mix(self.journeys.times.view(np.int64))
        return marks ^ mix(segments.sum_by_segment(times, self.offsets).astype(np.uint64))

    @cached_property
    def converted(self) -> Converted:
        """The journeys that reached the outcome, and their interactions."""
        chosen = np.flatnonzero(self.reached)
        lengths = segments.lengths_at(self.offsets, chosen)
        rows = segments.rows_of(self.offsets, chosen)
        return Converted(
            whole=self.journeys,
            chosen=chosen,
            rows=rows,
            codes=self.codes[rows],
            offsets=segments.offsets_of(lengths),
        )

    @cached_property
    def units(self) -> Units:
        """The persons (or journeys) that are independent of each other."""
        return units_of(self.journeys, None)

    def single_values(self) -> bool:
        """Return whether the value of each unit is known, not only a total of several."""
        units = self.units
        return bool((units.repeats[units.of[self.reached]] <= 1).all())


def dependence(units: Units) -> Dependence:
    """Return units as kernels read them."""
    return Dependence(
        of=units.of,
        repeats=units.repeats.astype(np.float64),
        within=units.within.astype(np.float64),
    )


def evidence_of(
    journeys: Journeys, *, outcome: str | None, value: str | None, lookback: Lookback | None
) -> Evidence:
    """Read what models of one outcome need.

    Raises
    ------
    NotFoundError
        When there is no outcome or value of this name.
    InvalidInputError
        When no journey has a known outcome or none reached it, when values are negative or
        missing, or when a look-back is given and the journeys have no times.
    """
    checked_journeys(journeys)
    name = chosen_outcome(journeys, outcome)
    check_counts(journeys.offsets, journeys.counts)
    worth = _values_of(journeys, name, value)
    known = known_journeys(journeys, name)
    unknown = int(journeys.counts[~known].sum())
    shift = None
    if not known.all():
        chosen = np.flatnonzero(known)
        shift = segments.rows_of(journeys.offsets, chosen)
        journeys = take(journeys, chosen)
        worth = None if worth is None else worth[chosen]
    reached = _reached(journeys, name)
    deadlines = deadlines_of(journeys, name)
    outside = 0
    kept = _counting(journeys, name, deadlines, lookback)
    if kept is not None and not kept.all():
        lost = segments.sum_by_segment((~kept).astype(np.int64), journeys.offsets)
        outside = int((lost * journeys.counts)[reached].sum())
        rows = np.flatnonzero(kept)
        shift = rows if shift is None else shift[rows]
        journeys = select_interactions(journeys, kept)
    return Evidence(
        journeys=journeys,
        outcome=name,
        reached=reached,
        counts=journeys.counts.astype(np.float64),
        value=None if worth is None else np.where(reached, worth, 0.0),
        deadlines=deadlines,
        positions=shift,
        unknown=unknown,
        outside=outside,
    )


def known_journeys(journeys: Journeys, outcome: str) -> Array:
    """Return which journeys have a known outcome and a count above 0, bool (n,)."""
    marks = journeys.outcomes[outcome]
    return np.asarray((journeys.counts > 0) & ((marks == 1) | ((marks == 0) & journeys.finished)))


def _reached(journeys: Journeys, outcome: str) -> Array:
    """Return which journeys reached the outcome, bool (n,); raise where none did."""
    reached = journeys.outcomes[outcome] == 1
    if not reached.any():
        raise UndefinedError(
            f"no journey reached the outcome {outcome!r}",
            where=f"{counted(int(journeys.counts.sum()), 'journey')} with a known outcome",
            mend="without an outcome there is nothing to credit; check how it was marked, and that "
            "journeys that reached it are among these",
        )
    return np.asarray(reached)


def _values_of(journeys: Journeys, outcome: str, value: str | None) -> Array | None:
    """Return the values of one name, by default that of the outcome or the only one."""
    known = list(journeys.values)
    if value is None:
        value = outcome if outcome in known else known[0] if len(known) == 1 else None
    if value is None:
        return None
    if not known:
        raise NotFoundError(
            f"no value {value!r}: these journeys have no values",
            mend="value= of tp.from_paths or tp.mark names a column of them",
        )
    if value not in known:
        raise not_found("value", value, known)
    worth = journeys.values[value]
    used = (journeys.outcomes[outcome] == 1) & (journeys.counts > 0)
    wrong = np.flatnonzero(used & ~((worth >= 0) & np.isfinite(worth)))
    if len(wrong):
        first = wrong[0]
        shown = journeys.ids[[first]].tolist()[0]
        raise InvalidInputError(
            f"the value {value!r} of a journey that reached {outcome!r} must be a finite number of "
            f"at least 0, got {worth[first]}",
            where=f"{counted(len(wrong), 'journey')}, the first with id {shown!r}",
            mend="subtract refunds from the purchase before reading, and fill in missing values",
        )
    return worth


def _counting(
    journeys: Journeys, outcome: str, deadlines: Array | None, lookback: Lookback | None
) -> Array | None:
    """Return which interactions count, bool (m,); None where all of them do."""
    kept = None
    if deadlines is not None and journeys.times is not None and outcome in journeys.outcome_times:
        limits = np.repeat(deadlines, segments.lengths_of(journeys.offsets))
        kept = journeys.times.view(np.int64) <= limits
    if lookback is not None:
        if deadlines is None:
            raise InvalidInputError(
                "a look-back needs the times of interactions, which these journeys do not have",
                mend="read the log with tp.from_frame(…, time=…), or leave lookback= out",
            )
        within = within_windows(journeys, lookback, deadlines)
        kept = within if kept is None else kept & within
    return None if kept is None else owned(kept)
