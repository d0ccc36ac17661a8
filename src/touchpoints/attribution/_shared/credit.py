"""The table all attribution models return: credit per touchpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core.arrays import counting, segments
from touchpoints._core.frozen import Array, same_array, text_array
from touchpoints._core.tables import column, fact, not_of_groups, optional_column
from touchpoints.attribution._shared.estimates import Concluded, Precision
from touchpoints.attribution._shared.evidence import Evidence
from touchpoints.journeys.tie_breaking import key_ranks

_FEW_JOURNEYS = 10
NONE = "(none)"


def all_names(names: list[str]) -> str:
    """Return the distinct names of groups, one after another."""
    return "; ".join(dict.fromkeys(names))


_MATRIX: Any = {"default": None, "repr": False, "eq": attrs.cmp_using(eq=same_array)}
_ALONE: Any = {"default": None, "of_groups": not_of_groups}


@attrs.frozen(kw_only=True, repr=False)
class Credit(Concluded):
    """Credit per touchpoint; the most credit first, and the row ``"(none)"`` last.

    ``"(none)"`` holds the outcomes of journeys with no interaction before them. Credit is an
    association: what a touchpoint gets under the rules of a model, not what it causes. Where ``by``
    was given, ``outcomes``, ``unknown`` and ``outside`` are sums over the groups, and facts of a
    single solution (``probability``, ``supported``, ``bound``, ``covariance``, ``weights``) are
    None.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint, or ``"(none)"``.
    credit : float64
        The number of outcomes credited to it. They sum to all outcomes.
    share : float64
        The credit as a share of all outcomes; shares sum to 1.
    low, high : float64
        The ends of the interval of ``credit``, given the number of outcomes: those of the interval
        of the share, times all outcomes.
    journeys : int64
        The journeys that reached the outcome and contain the touchpoint.
    value : float64, optional
        The value credited to it, where journeys have values.
    value_low, value_high : float64, optional
        The ends of its interval, given the total value; nan where a row holds the total of several
        journeys that are not of one person.
    effect : float64, optional
        The raw effect by the model: for a removal effect, by how much of itself the number of
        outcomes falls without the touchpoint. Effects do not sum to 1.
    effect_low, effect_high : float64, optional
        The ends of its interval.
    without : float64, optional
        The probability of the outcome without the touchpoint.
    model : str
        The model and its settings.
    outcome : str
        The name of the outcome.
    outcomes : int
        The number of outcomes.
    probability : float, optional
        The share of journeys that reached the outcome, where the model uses the others.
    unknown : int
        Journeys left out because their outcome is not known (yet).
    outside : int
        Interactions that do not count, outside the look-back or after the outcome, of journeys
        that reached it.
    supported : float, optional
        For games of sets: the share of sets that hold any journey, each size of set counting alike.
    bound : float, optional
        For values from random orders: each ``effect`` is this close to the exact one, all of them
        together at the confidence ``level``.
    covariance : float64 (rows, rows), optional
        The covariance of ``share``.
    weights : float64 (m,), optional
        The share of its journey's outcome that each interaction gets, for models that say so.

    See Also
    --------
    linear, position_based, time_decay : Models that follow a rule.
    markov : Removal effects.
    shapley : Average contributions to all sets of touchpoints.
    """

    main = "credit"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    credit: Array = column(np.float64)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    journeys: Array = column(np.int64)
    value: Array | None = optional_column(np.float64)
    value_low: Array | None = optional_column(np.float64)
    value_high: Array | None = optional_column(np.float64)
    effect: Array | None = optional_column(np.float64)
    effect_low: Array | None = optional_column(np.float64)
    effect_high: Array | None = optional_column(np.float64)
    without: Array | None = optional_column(np.float64)
    model: str = fact(of_groups=all_names)
    outcome: str
    outcomes: int = fact(of_groups=sum)
    probability: float | None = fact(**_ALONE)
    unknown: int = fact(of_groups=sum, default=0)
    outside: int = fact(of_groups=sum, default=0)
    supported: float | None = fact(**_ALONE)
    bound: float | None = fact(**_ALONE)
    covariance: Array | None = fact(**_ALONE | _MATRIX)
    weights: Array | None = fact(**_ALONE | _MATRIX)

    @property
    def shares(self) -> dict[Any, float]:
        """The shares of credit, {touchpoint: share}; with groups {(group, touchpoint): share}."""
        return self._labelled(self.share, self.touchpoint)

    def _remarks(self) -> list[str]:
        found = super()._remarks()
        if self.effect_low is None:
            return found
        known = ~np.isnan(self.effect_low)
        few = int((known & (self.journeys < _FEW_JOURNEYS)).sum())
        if not few:
            return found
        rest = "effect rests" if few == 1 else "effects rest"
        said = f"{few} {rest} on fewer than ten converted journeys: the interval can be too short"
        return [*found, said]


@attrs.frozen(eq=False, kw_only=True)
class Split:
    """How outcomes are split between touchpoints: a share of each and its covariance.

    Attributes
    ----------
    share : float64 (k+1,)
        The share of each touchpoint, then that of journeys without interactions. Sums to 1.
    covariance : float64 (k+1, k+1), optional
        Of the shares.
    signed : bool
        Whether shares can be below 0 or above 1.
    """

    share: Array
    covariance: Array | None
    signed: bool = False

    def bounds(self, precision: Precision) -> tuple[Array, Array]:
        """Return the interval of each share."""
        if self.signed:
            return precision.of_any_size(self.share, self.variance())
        return precision.bounds(self.share, self.variance())

    def variance(self) -> Array:
        """Return the variance of each share, nan where it is not known."""
        if self.covariance is None:
            return np.full(len(self.share), np.nan)
        return np.maximum(self.covariance.diagonal(), 0.0)


def credited(
    evidence: Evidence,
    split: Split,
    *,
    value: Split | None,
    level: float,
    kind: Any = Credit,
    more: Mapping[str, Array] | None = None,
    **facts: Any,
) -> Any:
    """Return the table of a split of outcomes, and of their value.

    Parameters
    ----------
    kind
        The class of the table.
    more
        Other columns, (k,) each, by name: nan for journeys without interactions.
    facts
        Fields that are not columns.
    """
    units = evidence.units
    precision = Precision.of(units, evidence.reached, level)
    total = float(evidence.counts[evidence.converted.chosen].sum())
    support = _support(evidence)
    low, high = split.bounds(precision)
    columns: dict[str, Any] = {
        "credit": split.share * total,
        "share": split.share,
        "low": low * total,
        "high": high * total,
        "journeys": support,
    }
    columns |= _valued(evidence, value, level)
    columns |= {name: np.append(one, np.nan) for name, one in (more or {}).items()}
    order = _order(evidence, columns["credit"], support)
    covariance = split.covariance
    keys = text_array([*(one.key for one in evidence.journeys.touchpoints), NONE])
    shown: dict[str, Any] = {name: one[order] for name, one in columns.items()}
    return kind(
        touchpoint=keys[order],
        **shown,
        outcome=evidence.outcome,
        outcomes=int(total),
        unknown=evidence.unknown,
        outside=evidence.outside,
        covariance=None if covariance is None else covariance[np.ix_(order, order)],
        **precision.facts(),
        level=level,
        **units.facts(),
        **facts,
    )


def _valued(evidence: Evidence, value: Split | None, level: float) -> dict[str, Any]:
    """Return the columns of values; 0.0 where nothing is worth anything."""
    worth = 0.0 if evidence.value is None else float(evidence.value.sum())
    names = ("value", "value_low", "value_high")
    if evidence.value is not None and not worth:
        return dict.fromkeys(names, np.zeros(evidence.k + 1))
    if value is None:
        return {}
    each = np.asarray(evidence.value) / evidence.counts
    precision = Precision.of(evidence.units, each, level, valued=True)
    ends = (value.share, *value.bounds(precision))
    return {name: one * worth for name, one in zip(names, ends, strict=True)}


def _support(evidence: Evidence) -> Array:
    """Return the converted journeys with each touchpoint, then those without any, int64 (k+1,)."""
    part = evidence.converted
    counts = evidence.journeys.counts[part.chosen]
    found = counting.segments_with_code(part.codes, part.offsets, evidence.k, counts)
    return np.append(found, counts[segments.lengths_of(part.offsets) == 0].sum())


def _order(evidence: Evidence, credit: Array, support: Array) -> Array:
    """Return the rows of the table: touchpoints that occur, most credit first, then (none)."""
    k = evidence.k
    ranks = key_ranks(evidence.journeys)
    met = np.flatnonzero(segments.occurring(evidence.codes, k))
    steady = np.round(credit[met] / max(credit.sum(), 1e-300), 12)  # sums differ by their order
    order = met[np.lexsort([ranks[met], -steady])]
    return np.append(order, k) if support[k] else order
