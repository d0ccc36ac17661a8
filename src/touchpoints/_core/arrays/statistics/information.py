"""Conditional mutual information of codes, corrected for chance, and its interval."""

from __future__ import annotations

from functools import cached_property

import attrs
import numpy as np

from touchpoints._core.frozen import Array

_NOTHING = 1e-9


@attrs.frozen(eq=False)
class Joint:
    """The kind and the answer of each of h rows; each kind belongs to one part.

    Attributes
    ----------
    kinds, answers : int64 (h,)
        The kind and the answer of each row.
    parts : int64 (k,)
        The part of each kind, in non-decreasing order from 0; every part and kind is met.
    width : int
        The number of answers.
    units : int64 (h,)
        The unit of each row, from 0. Units are independent of each other.

    Notes
    -----
    ``I(answer; kind | part) = sum over rows of log2(n(a, k) n(p) / (n(k) n(a, p))) / h``, of which
    each part contributes the sum over its rows. T. M. Cover and J. A. Thomas (2006), Elements of
    Information Theory, Wiley, section 2.5.
    """

    kinds: Array
    answers: Array
    parts: Array
    width: int
    units: Array

    @property
    def size(self) -> int:
        """The number of parts."""
        return int(self.parts[-1]) + 1 if len(self.parts) else 0

    @cached_property
    def rows(self) -> Array:
        """The part of each row, int64 (h,)."""
        return self.parts[self.kinds]

    @cached_property
    def cells(self) -> Array:
        """The cell of each row: kind and answer, int64 (h,)."""
        return self.kinds * self.width + self.answers

    @cached_property
    def pooled(self) -> Array:
        """The cell of each row when kinds are not told apart: part and answer, int64 (h,)."""
        return self.rows * self.width + self.answers

    @cached_property
    def of_kinds(self) -> Array:
        """The number of rows of each kind, int64 (k,)."""
        return np.bincount(self.kinds, minlength=len(self.parts))

    @cached_property
    def of_parts(self) -> Array:
        """The number of rows of each part, int64."""
        return np.bincount(self.rows, minlength=self.size)

    @cached_property
    def pointwise(self) -> Array:
        """The pointwise conditional mutual information of each row in bits, float64 (h,)."""
        seen = _times(self.cells) / self.of_kinds[self.kinds]
        return np.asarray(np.log2(seen / self._share))

    @cached_property
    def information(self) -> Array:
        """What each part contributes to the conditional mutual information, in bits."""
        return self._by_part(self.pointwise)

    @cached_property
    def entropy(self) -> Array:
        """What each part contributes to the entropy of the answer given the part, in bits."""
        return self._by_part(-np.log2(self._share)) + 0.0

    @cached_property
    def _share(self) -> Array:
        return np.asarray(_times(self.pooled) / self.of_parts[self.rows])

    def _by_part(self, values: Array) -> Array:
        return np.bincount(self.rows, values, self.size) / max(len(values), 1)

    def sizes(self) -> tuple[Array, Array]:
        """Return the effective number of units of all and of each part, and if it can be tested.

        It takes two units, two kinds and two answers. L. Kish (1965), Survey Sampling, 11.2.
        """
        units = int(self.units.max()) + 1
        met, sizes = np.unique(self.rows * units + self.units, return_counts=True)
        squares = np.bincount(met // units, sizes.astype(np.float64) ** 2)
        every = np.bincount(self.units).astype(np.float64)
        effective = np.append(len(self.units) ** 2 / (every @ every), self.of_parts**2 / squares)
        answers = np.bincount(np.unique(self.pooled) // self.width)
        tested = (np.bincount(met // units) > 1) & (np.bincount(self.parts) > 1) & (answers > 1)
        return effective, np.append(tested.any(), tested)

    def variance(self, scale: Array) -> tuple[float, Array]:
        """Return the variance of the scaled information, in all and of what each part contributes.

        Parameters
        ----------
        scale : float64 (parts,)
            What the contribution of each part is multiplied by.

        Notes
        -----
        It is the variance of the influence function summed by unit, with one unit less in the
        denominator. nan for fewer than two units.
        """
        h, units = len(self.kinds), int(self.units.max(initial=-1)) + 1
        if units <= 1:
            return np.nan, np.full(self.size, np.nan)
        values, factor = self.pointwise * scale[self.rows], units / (units - 1) / h**2
        sizes, total = np.bincount(self.units), values.sum() / h
        every = np.bincount(self.units, values) - total * sizes
        key, at = np.unique(self.rows * units + self.units, return_inverse=True)
        part, unit = np.divmod(key, units)
        own, each = np.bincount(at, values), self.information * scale
        # Units that are not in a part have the score -each * size: added by one formula.
        seen = np.bincount(part, own * (own - 2 * each[part] * sizes[unit]), self.size)
        squares = np.maximum(seen + each**2 * float((sizes.astype(np.float64) ** 2).sum()), 0.0)
        return float(every @ every) * factor, squares * factor


def _times(codes: Array) -> Array:
    """Return how often the code of each row is met."""
    _, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse])


def scale_above_chance(chance: Array, entropy: Array) -> Array:
    """Return what information above chance is multiplied by; 1 where chance leaves nothing.

    Notes
    -----
    ``scale * (information - chance)`` is 0 at chance, and the entropy where the kind determines the
    answer. N. X. Vinh, J. Epps and J. Bailey (2010), Information theoretic measures for clusterings
    comparison, Journal of Machine Learning Research 11, 2837-2854.
    """
    room = entropy - chance
    some = room > _NOTHING
    return np.where(some, entropy / np.where(some, room, 1.0), 1.0)


@attrs.frozen(eq=False, kw_only=True)
class Spread:
    """How far estimates of information vary, float64 of one shape.

    Attributes
    ----------
    at_zero : float64
        The standard error where the true information is 0.
    variance : float64
        The variance at the information that was found, by its influence function.
    found : float64
        The information that was found, not corrected.
    """

    at_zero: Array
    variance: Array
    found: Array

    def bounds(self, estimate: Array, t: Array) -> tuple[Array, Array]:
        """Return the truths from which the estimate is at most t standard errors away, and it.

        Notes
        -----
        The variance at the truth ``x`` is taken to be ``at_zero² + slope x``, exact for a
        noncentral chi-squared, where the slope is that of the variance found. As for
        Wilson's interval, the bounds are the roots of
        ``(estimate - x)² = t² (at_zero² + slope x)``.
        """
        some = self.found > _NOTHING
        slope = np.where(some, self.variance / np.where(some, self.found, 1.0), 0.0)
        more = t * t * slope / 2
        half = t * np.sqrt(np.maximum(self.at_zero**2 + slope * estimate + more * slope / 2, 0.0))
        return np.minimum(estimate + more - half, estimate), estimate + more + half


def with_all(of_parts: Array) -> Array:
    """Return the sum of a number of each part, and the numbers themselves."""
    return np.append(of_parts.sum(), of_parts)


def p_of(drawn: Array, observed: Array) -> Array:
    """Return the share of draws, the observed one among them, that are at least as large.

    Of the sum of parts and of each part, for draws (b, parts) and what was observed (parts,).
    """
    every = np.column_stack([drawn.sum(axis=1), drawn])
    least = with_all(observed) * (1 - _NOTHING) - _NOTHING
    return np.asarray((1 + (every >= least).sum(axis=0)) / (len(drawn) + 1))


def bounds(
    joint: Joint, above: Array, scale: Array, drawn: tuple[Array, Array], t: Array
) -> tuple[Array, Array]:
    """Return the interval of scaled information above chance, of the sum and of each part.

    Parameters
    ----------
    above, scale : float64 (parts,)
        The information above chance, and what it is multiplied by.
    drawn : float64 (b, parts) each
        Information by chance, drawn in two manners: the one that varies more is taken.
    t : float64 (1 + parts,)
        How many standard errors.
    """
    scaled = [one * scale for one in drawn]
    zero = [np.append(one.sum(axis=1).std(), one.std(axis=0)) for one in scaled]
    whole, parts = joint.variance(scale)
    spread = Spread(
        at_zero=np.maximum(*zero),
        variance=np.append(whole, parts),
        found=with_all(scale * joint.information),
    )
    return spread.bounds(with_all(scale * above), t)
