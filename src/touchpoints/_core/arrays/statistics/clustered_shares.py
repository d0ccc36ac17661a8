"""Shares of what clusters chose: how many independent choices tell as much about each.

Wilson's interval with an effective number of trials. A cluster is a person with several journeys,
or a journey with several steps; a choice is a journey or a step.
"""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.intervals import z_of
from touchpoints._core.frozen import Array

PRIOR = 0.25
"""The weight of the prior: so many clusters, each with choices all alike, are added."""

ALIKE = 1 / 3
"""The correlation assumed between the choices of a cluster when clusters are weighted."""

ENOUGH, DOUBT = 20.0, 0.05
"""From so many clusters on, a design effect is bounded by what this part of chance would hide."""

_NOTHING, _MANY = 1e-9, 1e6
_BITS = 2.0**33


@attrs.frozen(eq=False, kw_only=True)
class ClusterSizes:
    """How many choices clusters made: sums over the clusters of a group, float64, any shape.

    Attributes
    ----------
    units
        How many clusters made a choice at all.
    total, squares, cubes, fourths
        The sums of m, m², m³ and m⁴ over clusters of m choices.
    """

    units: Array
    total: Array
    squares: Array
    cubes: Array
    fourths: Array

    @classmethod
    def of(cls, sizes: Array, repeats: Array) -> ClusterSizes:
        """Add up the clusters of one group: ``repeats[i]`` of ``sizes[i]`` choices, shape (1,)."""
        sums = [np.array([float(repeats[sizes > 0].sum())])]
        power = repeats.astype(np.float64)
        if bool((sizes == 1).all()):
            return cls.added(sums + [np.array([power.sum()])] * 4)
        for _ in range(4):
            power = power * sizes
            sums.append(np.array([power.sum()]))
        return cls.added(sums)

    @classmethod
    def added(cls, sums: list[Array]) -> ClusterSizes:
        """Return the sums under their names."""
        units, total, squares, cubes, fourths = sums
        return cls(units=units, total=total, squares=squares, cubes=cubes, fourths=fourths)

    def take(self, chosen: Array) -> ClusterSizes:
        """Return the sums of some groups."""
        parts = (self.units, self.total, self.squares, self.cubes, self.fourths)
        return self.added([one[chosen] for one in parts])

    def excess(self) -> Array:
        """Return by how much the design effect is above 1 if a cluster's choices are all alike.

        L. Kish (1965), Survey Sampling, 5.4; 0 where each cluster made one choice.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.maximum(self.squares / self.total - 1, 0.0))

    def effective(self) -> Array:
        """Return how many clusters of equal weight weigh as much, at least 0.

        A cluster of m choices weighs ``m (1 + (m - 1) ALIKE)``.
        """
        apart = 1 - ALIKE
        first = apart * self.total + ALIKE * self.squares
        second = apart**2 * self.squares + 2 * ALIKE * apart * self.cubes + ALIKE**2 * self.fourths
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(second > 0, first**2 / second, 0.0))

    def known(self) -> Array:
        """Return how many differences between clusters estimate their variance, at least 1."""
        return np.asarray(np.maximum(steady(self.effective()) - 1, 1.0))

    def freedom(self) -> Array:
        """Return the degrees of freedom of the design effect; infinite for single choices.

        Only what clusters add to the variance is estimated, ``excess`` in ``1 + excess``.
        """
        excess = self.excess()
        some = excess > _NOTHING
        part = np.where(some, excess, 1.0)
        return np.asarray(np.where(some, self.known() * (1 + part) / part, np.inf))


@attrs.frozen(eq=False, kw_only=True)
class ChosenSums:
    """What clusters chose of each cell: sums over clusters, float64 (c,).

    Attributes
    ----------
    hits, squares, products
        The sums of y, y² and y m over clusters that chose it y times of m.
    strayed
        The sum of ``((y - p m) / (1 - m / M))²``, p the share of M choices: how far the share moves
        when a cluster is left out, squared. A cluster that made all choices adds nothing.
    """

    hits: Array
    squares: Array
    products: Array
    strayed: Array


def left_out(sizes: Array, total: Array | float) -> Array:
    """Return ``1 / (1 - m / M)²`` for clusters of m of M choices; 0 for one that made them all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = 1 - sizes / total
        return np.asarray(np.where(rest > 0, 1 / rest**2, 0.0))


def design_effects(sizes: ClusterSizes, chosen: ChosenSums) -> Array:
    """Return by how much clusters widen the variance of each share, at least 1; nan without any.

    Parameters
    ----------
    sizes
        Of the group of each cell, or of shape (1,) for all.

    Notes
    -----
    The variance that leaving out one cluster at a time gives (J. G. MacKinnon & H. White 1985,
    Some heteroskedasticity-consistent covariance matrix estimators, Journal of Econometrics 29(3),
    305-325) over that of independent choices. It is drawn towards the design effect of choices that
    are all alike, with the weight of `PRIOR` clusters against those that were seen to differ:
    never more than the clusters with hits and those with misses can tell. From `ENOUGH` of these
    on it is not drawn beyond a confidence limit of the variance, which matters where clusters made
    hundreds of choices. Where a share is 0 or 1, or one cluster made all choices, nothing was seen,
    and choices are taken to be alike.
    """
    units, total, hits = sizes.units, sizes.total, chosen.hits
    alike = 1 + sizes.excess()
    with np.errstate(divide="ignore", invalid="ignore"):
        share = hits / total
        few = (units - 1) / units * (total - 1) / total
        found = steady(np.maximum(chosen.strayed, 0.0) * few / (total * share * (1 - share)))
        behind = _behind(sizes, chosen)
        both = np.where(np.minimum(*behind) > 0, 4 / (1 / behind[0] + 1 / behind[1]), 0.0)
        seen = np.minimum(sizes.known(), both)
        drawn = bounded(drawn_to(alike, found, seen), found, seen)
    unseen = (hits <= 0) | (hits >= total) | (units < 2)
    return np.asarray(np.where(unseen, alike, drawn))


def fewest_behind(sizes: ClusterSizes, chosen: ChosenSums) -> Array:
    """Return how many clusters of equal weight have the hits, or the misses if fewer, (c,).

    Infinite where no cluster made more than one choice, and where there are no hits or no misses:
    then nothing is carried by a few.
    """
    least = np.minimum(*_behind(sizes, chosen))
    several = sizes.squares > sizes.total
    return np.asarray(np.where(several & (least > 0), least, np.inf))


def _behind(sizes: ClusterSizes, chosen: ChosenSums) -> tuple[Array, Array]:
    """Return how many clusters of equal weight have the hits, and how many the misses."""
    missed = sizes.squares - 2 * chosen.products + chosen.squares
    with np.errstate(divide="ignore", invalid="ignore"):
        hits = _persons(chosen.hits, chosen.squares)
        return hits, _persons(sizes.total - chosen.hits, missed)


def drawn_to(alike: Array, found: Array, seen: Array) -> Array:
    """Return the design effect found from ``seen`` clusters, drawn to that of ``alike`` choices.

    The choices of `PRIOR` clusters are imagined to be alike. Never below 1.
    """
    return np.asarray(np.maximum((seen * found + PRIOR * alike) / (seen + PRIOR), 1.0))


def confident(seen: Array) -> Array:
    """Return by how much a variance from so many differences may exceed the one found.

    The upper confidence limit of the variance of normal numbers, ``seen / chi2(DOUBT, seen)``.
    """
    from scipy.special import gammaincinv

    return np.asarray(seen / (2 * gammaincinv(seen / 2, DOUBT)))


def bounded(drawn: Array, found: Array, seen: Array) -> Array:
    """Return design effects that are no larger than those found from many clusters allow.

    The limit is that of `confident`, of a variance at least that of independent choices.
    """
    likely, seen = np.maximum(found, 1.0), np.broadcast_to(seen, drawn.shape)
    doubtful = (seen >= ENOUGH) & (drawn > likely)
    if not doubtful.any():
        return drawn
    answer = drawn.copy()
    most = likely[doubtful] * confident(seen[doubtful])
    answer[doubtful] = np.minimum(drawn[doubtful], most)
    return answer


def effects_of(did: Array, made: Array, repeats: Array, sizes: ClusterSizes) -> Array:
    """Return the design effect of each column of ``did``, float64 (c,).

    ``repeats[i]`` units made ``made[i]`` choices each, of which ``did[i]`` fell on the cells.
    """
    total, hits = sizes.total, repeats @ did
    sums = ChosenSums(
        hits=hits,
        squares=repeats @ did**2,
        products=(repeats * made) @ did,
        strayed=(repeats * left_out(made, total)) @ (did - hits / total * made[:, None]) ** 2,
    )
    return design_effects(sizes, sums)


def widened(effects: Array, excess: Array, inflation: Array | float) -> Array:
    """Return design effects that make up for being estimated, by ``inflation`` = (t / z)².

    Never more than if each cluster made one choice, unless the data say so.
    """
    most = np.maximum(1 + excess, effects**2 / (1 + excess))
    return np.asarray(np.minimum(effects * inflation, most))


def t_inflation(freedom: Array, level: float) -> Array:
    """Return how far t is beyond z, squared, for each number of degrees of freedom."""
    few = freedom < _MANY
    answer = np.ones(np.shape(freedom))
    if few.any():
        from scipy.special import stdtrit

        answer[few] = (stdtrit(freedom[few], (1 + level) / 2) / z_of(level)) ** 2
    return answer


def welch(variances: Array, freedom: Array) -> Array:
    """Return the degrees of freedom of sums of variances, (s,); infinite where all are known.

    ``variances`` (g, s) have ``freedom`` (g, 1) or (g, s) degrees (B. L. Welch 1947, The
    generalization of "Student's" problem, Biometrika 34).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        spent = (variances**2 / freedom).sum(axis=0)
        both = variances.sum(axis=0) ** 2
        return np.asarray(np.where(spent > 0, both / np.where(spent > 0, spent, 1.0), np.inf))


def widened_for(sizes: ClusterSizes, effects: Array, level: float) -> Array:
    """Return the design effects of one group, of shape (1,), as `widened` gives them."""
    return widened(effects, sizes.excess(), t_inflation(sizes.freedom(), level))


def effective_trials(
    sizes: ClusterSizes, chosen: ChosenSums, *, level: float, groups: Array | None = None
) -> Array:
    """Return the number of trials to give to Wilson's interval of each share, float64 (c,).

    Parameters
    ----------
    sizes
        Of each group.
    groups : int64 (c,), optional
        The group of each cell; all are of the only one by default.

    Notes
    -----
    The choices divided by their design effect, with t in the place of z. Exactly as many as there
    are where each cluster made one choice; nan without choices. O(c).
    """
    inflation = t_inflation(sizes.freedom(), level)
    if groups is not None:
        sizes, inflation = sizes.take(groups), inflation[groups]
    effects = widened(design_effects(sizes, chosen), sizes.excess(), inflation)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(sizes.total > 0, sizes.total / effects, np.nan))


def _persons(amount: Array, squares: Array) -> Array:
    """Return how many equal clusters an amount is spread over; 0 where there is none."""
    return np.where((amount > 0) & (squares > 0), amount**2 / squares, 0.0)


def steady(values: Array) -> Array:
    """Return numbers to ten digits: the order in which a sum was taken is not seen in them."""
    parts, powers = np.frexp(values)
    return np.asarray(np.ldexp(np.rint(parts * _BITS) / _BITS, powers))
