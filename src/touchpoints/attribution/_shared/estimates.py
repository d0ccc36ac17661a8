"""Intervals of shares of credit and of effects, from the covariance of units."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.few_units import IMAGINED, are_heavy, centred, drawn
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.frozen import Array
from touchpoints._core.tables import Estimated, fact
from touchpoints.uncertainty.units import Units

_FEW = 5
_OF_EFFECTS = 1.0
_SIGNED = 2.0
_SURE = 1e-12
_ROUNDING = 1e-14


def _least(numbers: list[float | None]) -> float | None:
    return min((one for one in numbers if one is not None), default=None)


@attrs.frozen(kw_only=True, repr=False)
class Concluded(Estimated):
    """A table of estimates about an outcome.

    Attributes
    ----------
    behind : int, optional
        The number of persons, or of journeys where persons are not known, that reached the outcome;
        in the group with the fewest. Below 5 a remark is printed.
    alike : float, optional
        How many with equally many outcomes would weigh as much.
    """

    behind: int | None = fact(of_groups=_least, default=None, repr=False, eq=False)
    alike: float | None = fact(of_groups=_least, default=None, repr=False, eq=False)

    def _remarks(self) -> list[str]:
        found = super()._remarks()
        if self.behind is None or self.behind >= _FEW:
            return found
        who = "persons" if self.unit == "person" else "journeys"
        return [*found, f"fewer than five {who} reached the outcome"]


@attrs.frozen(eq=False, kw_only=True)
class Precision:
    """What an interval rests on: its level, and the units that reached the outcome.

    Attributes
    ----------
    level : float
        The confidence level.
    behind : float
        The number of units with what is split: outcomes, or their value.
    alike : float
        The number of units with equally much of it that weigh as much (L. Kish 1965, Survey
        Sampling): the square of the sum over the sum of squares.
    heavy : bool
        Whether these units have many journeys each with something to split.
    """

    level: float
    behind: float
    alike: float
    heavy: bool = False

    @classmethod
    def of(cls, units: Units, amounts: Array, level: float, *, valued: bool = False) -> Precision:
        """Return what intervals rest on.

        Parameters
        ----------
        amounts
            What each journey of a row has of what is split.
        valued
            Whether amounts are values: then few large ones count for as many units as they weigh.
        """
        some = np.flatnonzero(amounts)
        held, repeats = amounts[some] * units.within[some], units.repeats
        if units.unit == "journey":
            repeats = repeats[some]
        else:
            held = np.bincount(units.of[some], held, len(repeats))
        squares = float((repeats * held**2).sum())
        alike = float((repeats * held).sum()) ** 2 / squares if squares > 0 else 0.0
        with_some = float(repeats[held > 0].sum())
        journeys = float(units.within[some] @ units.repeats[units.of[some]])
        return cls(
            level=level,
            behind=alike if valued else with_some,
            alike=alike,
            heavy=are_heavy(journeys, with_some),
        )

    def facts(self) -> dict[str, Any]:
        """Return what a table says of the units, by the names of its fields."""
        return {"behind": int(self.behind), "alike": self.alike}

    def effect_bounds(self, effect: Array, variance: Array) -> tuple[Array, Array]:
        """Return the interval of removal effects that lie between 0 and 1.

        As `bounds`, but as if a whole unit more had been seen: chains tell how units differ from
        single transitions, and what few units did at a rare touchpoint mostly looks too alike.
        """
        return self.bounds(effect, variance, imagined=_OF_EFFECTS)

    def bounds(
        self, share: Array, variance: Array, *, imagined: float = IMAGINED
    ) -> tuple[Array, Array]:
        """Return the interval of numbers between 0 and 1 with an estimated variance.

        Notes
        -----
        Wilson's, with the number of trials that would give the variance. Few units tell little of
        how they differ, and a variance from few is mostly too small. It is therefore drawn towards
        that of units that each say yes or no, ``share (1 - share) / alike``, as if half a unit more
        had been seen to do so beside the ``4 share (1 - share) behind`` that tell of it; t with
        twice as many degrees of freedom takes the place of z. Where units are heavy, those that
        tell are counted by the variance, which is then not drawn beyond its upper confidence limit.
        Never wider than if each unit said yes or no, unless the variance says so. Where all or none
        do, units are taken to say yes or no. First and last touch, in which each journey does, keep
        Wilson's interval.
        """
        z = z_of(self.level)
        share = np.clip(share, 0.0, 1.0)
        share = np.where(share > 1 - _SURE, 1.0, np.where(share < _SURE, 0.0, share))
        with np.errstate(divide="ignore", invalid="ignore"):
            varied, seen = drawn(
                share,
                variance,
                behind=self.behind,
                alike=self.alike,
                imagined=imagined,
                heavy=self.heavy,
            )
            most = share * (1 - share) / self.alike
            wide = varied * (_stretched(2 * seen, self.level) / z) ** 2
            trials = share * (1 - share) / np.minimum(wide, np.maximum(most, varied**2 / most))
        trials = np.where((share == 0) | (share == 1), self.alike, trials)
        trials = np.where(np.isnan(variance) | np.isnan(share), np.nan, trials)
        return wilson_bounds(np.asarray(share * trials), np.asarray(trials), z)

    def of_any_size(self, number: Array, variance: Array) -> tuple[Array, Array]:
        """Return the interval of shares that can lie outside [0, 1].

        As `symmetric`; where all or none is found and nothing varies, as `bounds`, since journeys
        not seen may be otherwise.
        """
        low, high = self.symmetric(number, variance)
        alike = (variance <= _SURE) & ((np.abs(number) < _SURE) | (np.abs(number - 1) < _SURE))
        least, most = self.bounds(number, np.where(alike, 0.0, variance))
        return np.where(alike, least, low), np.where(alike, most, high)

    def symmetric(
        self, number: Array, variance: Array, *, total: float = 1.0
    ) -> tuple[Array, Array]:
        """Return the interval of parts of a total that can be below 0, by the distribution of t.

        Notes
        -----
        The variance is drawn towards that of units that each say yes or no, as if two more had
        been seen to do so, around the shares of Agresti and Coull (`centred`).
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            parts, varied = number / total, variance / total**2
        varied = np.where(varied < _ROUNDING, 0.0, varied)
        middle = centred(parts, alike=self.alike, level=self.level)
        varied, seen = drawn(
            middle,
            varied,
            behind=self.behind,
            alike=self.alike,
            imagined=_SIGNED,
            heavy=self.heavy,
        )
        half = _stretched(seen, self.level) * np.sqrt(varied) * total
        return np.asarray(number - half), np.asarray(number + half)


def _stretched(freedom: Array, level: float) -> Array:
    """Return the quantile of t, with at least one degree of freedom."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(np.maximum(freedom, 1.0), (1 + level) / 2))
