"""Shares by prediction-powered inference: guesses of everything, corrected by a few answers.

Sums over units (persons) are all that is needed; a *need* stands here for any column.
"""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.statistics.clustered_shares import (
    ChosenSums,
    ClusterSizes,
    design_effects,
    fewest_behind,
    left_out,
    widened_for,
)
from touchpoints._core.arrays.statistics.intervals import wilson_bounds, z_of
from touchpoints._core.frozen import Array

_EXPECTED = 5.0
"""With fewer expected among the answers, nothing is said of whether they are selected."""


@attrs.frozen(eq=False, kw_only=True)
class Asked:
    """What units that answered did, one row a unit, float64.

    Attributes
    ----------
    repeats (u,)
        The number of identical units.
    items, guesses : (u,), (u, c)
        All items of the unit, and those that are guessed to be of each need.
    answers, named, guessed : (u,), (u, c), (u, c)
        Its items with an answer, those that the answer says are of each need, and those that were
        guessed to be. Items may have weights, which sum to the number of items with an answer.
    """

    repeats: Array
    items: Array
    guesses: Array
    answers: Array
    named: Array
    guessed: Array


@attrs.frozen(eq=False, kw_only=True)
class Silent:
    """Sums over the units that did not answer.

    Attributes
    ----------
    items, squares : float
        The sums of m and m² for units of m items.
    guesses, guesses_squared, products : float64 (c,)
        The sums of g, g² and g m for units of which g items are guessed to be of each need.
    """

    items: float
    squares: float
    guesses: Array
    guesses_squared: Array
    products: Array


@attrs.frozen(eq=False, kw_only=True)
class Powered:
    """Shares of needs, float64 (c,) each; nan where nothing is known.

    Attributes
    ----------
    naive
        The share of all items that is guessed.
    survey, survey_low, survey_high
        The share of the answers, and its interval.
    share, low, high, error
        The prediction-powered share, its interval and its standard error.
    tuning
        How much the guesses count: 0 not at all, 1 as much as they can.
    trials
        How many independent answers would tell as much.
    behind
        How many units of equal weight gave the answers that name it, or the others if fewer;
        infinite as for other shares.
    selected
        How far the mean guess of items with an answer is from that of all, in standard errors of
        answers taken at random; nan where fewer than 5 are expected.
    """

    naive: Array
    survey: Array
    survey_low: Array
    survey_high: Array
    share: Array
    low: Array
    high: Array
    error: Array
    tuning: Array
    trials: Array
    behind: Array
    selected: Array

    @classmethod
    def unanswered(cls, naive: Array) -> Powered:
        """Return what is known without answers: nothing but the guesses."""
        names = [field.name for field in attrs.fields(cls) if field.name != "naive"]
        return cls(naive=naive, **{name: np.full(len(naive), np.nan) for name in names})


def powered_shares(asked: Asked, silent: Silent, *, level: float) -> Powered:
    """Return the prediction-powered share of each need, with its interval.

    Notes
    -----
    With the mean answer Y, the mean guess G of all items and g of those with an answer, the share
    is ``Y + t (G - g)``: A. N. Angelopoulos, J. C. Duchi and T. Zrnic (2023), PPI++: Efficient
    Prediction-Powered Inference, arXiv:2311.01453, where G is of the items without an answer, which
    is the same with another t. The tuning t makes the variance least, from 0 to 1. The variance is
    the sum of squares of what each unit adds to the share, as if it had not been among those that
    t was found from. The interval is Wilson's; its number of trials is that of the answers alone,
    as for other shares, divided by what the guesses leave of the variance. Guesses that a few
    answers happen to confirm are not taken for the truth: z² more answers are imagined, half of
    which contradict their guesses (as A. Agresti and B. A. Coull 1998 imagine successes). O(u c).
    """
    total = float(asked.repeats @ asked.answers)
    items = float(asked.repeats @ asked.items) + silent.items
    with np.errstate(divide="ignore", invalid="ignore"):
        naive = (asked.repeats @ asked.guesses + silent.guesses) / items
    if not total:
        return Powered.unanswered(naive)
    survey = asked.repeats @ asked.named / total
    guessed = asked.repeats @ asked.guessed / total
    alone, moved, left = _influences(asked, silent, naive, survey, guessed, items=items)
    tuning, before, after = _tuned(asked, alone, moved, left, total)
    share = np.clip(survey + tuning * (naive - guessed), 0.0, 1.0)
    sizes = ClusterSizes.of(asked.answers, asked.repeats)
    chosen = _chosen(asked, asked.named, survey, total)
    z = z_of(level)
    trials = total / widened_for(sizes, design_effects(sizes, chosen), level)
    floor = z**2 / 2 / trials**2
    gain = np.minimum((after + floor) / (before + floor), 1.0)
    low, high = wilson_bounds(share * trials / gain, trials / gain, z)
    survey_low, survey_high = wilson_bounds(survey * trials, trials, z)
    seen = (survey > 0) & (survey < 1)
    return Powered(
        naive=naive,
        survey=survey,
        survey_low=survey_low,
        survey_high=survey_high,
        share=share,
        low=low,
        high=high,
        error=np.where(seen, np.sqrt(after), np.nan),
        tuning=tuning,
        trials=trials / gain,
        behind=fewest_behind(sizes, chosen),
        selected=_selected(asked, naive, guessed, sizes, total),
    )


def _chosen(asked: Asked, hits: Array, share: Array, total: float) -> ChosenSums:
    weight = asked.repeats * left_out(asked.answers, total)
    return ChosenSums(
        hits=asked.repeats @ hits,
        squares=asked.repeats @ hits**2,
        products=(asked.repeats * asked.answers) @ hits,
        strayed=weight @ (hits - share * asked.answers[:, None]) ** 2,
    )


def _selected(
    asked: Asked, naive: Array, guessed: Array, sizes: ClusterSizes, total: float
) -> Array:
    effects = design_effects(sizes, _chosen(asked, asked.guessed, guessed, total))
    spread = naive * (1 - naive) * effects / total
    expected = np.minimum(naive, 1 - naive) * total / effects
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(expected >= _EXPECTED, (guessed - naive) / np.sqrt(spread), np.nan)


def _influences(
    asked: Asked, silent: Silent, naive: Array, survey: Array, guessed: Array, *, items: float
) -> tuple[Array, Array, Array]:
    """Return what each unit adds to Y and to G - g, and the squares of what the silent add."""
    total = float(asked.repeats @ asked.answers)
    alone = (asked.named - survey * asked.answers[:, None]) / total
    every = (asked.guesses - naive * asked.items[:, None]) / items
    some = (asked.guessed - guessed * asked.answers[:, None]) / total
    left = silent.guesses_squared - 2 * naive * silent.products + naive**2 * silent.squares
    return alone, every - some, np.maximum(left, 0.0) / items**2


def _tuned(
    asked: Asked, alone: Array, moved: Array, left: Array, total: float
) -> tuple[Array, Array, Array]:
    """Return the tuning that makes the variance least, and the variances at 0 and there."""
    squares = asked.repeats @ moved**2 + left
    with np.errstate(divide="ignore", invalid="ignore"):
        best = -(asked.repeats @ (alone * moved)) / squares
        tuning = np.where(squares > 0, np.clip(best, 0.0, 1.0) + 0.0, 0.0)
        lever = np.where(squares > 0, moved**2 / squares, 0.0)
    rest = np.maximum(1 - asked.answers / total, 0.0)[:, None]
    both = rest * (1 - lever)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(rest > 0, alone / rest, 0.0)
        tuned = np.where(both > 0, (alone + tuning * moved) / both, 0.0)
    before = asked.repeats @ own**2
    return tuning, before, asked.repeats @ tuned**2 + tuning**2 * left
