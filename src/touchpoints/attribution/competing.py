"""Several outcomes that exclude each other, in one Markov chain."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays import counting
from touchpoints._core.arrays.chains.removal import without_several
from touchpoints._core.arrays.chains.tables import chain_of
from touchpoints._core.arrays.segments import lengths_of
from touchpoints._core.arrays.sorting.ranking import most_frequent
from touchpoints._core.checks import check_option, public
from touchpoints._core.datetimes import NAT
from touchpoints._core.frozen import Array, owned, text_array
from touchpoints._core.tables import column, fact
from touchpoints.attribution._shared.asked import Asked
from touchpoints.attribution._shared.chains import Chained, killed_by
from touchpoints.attribution._shared.effects import Effect
from touchpoints.attribution._shared.estimates import Concluded, Precision
from touchpoints.attribution._shared.evidence import Evidence
from touchpoints.attribution._shared.windows import Lookback
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.groups import by_group
from touchpoints.journeys.model import Journeys, checked_journeys, derive
from touchpoints.journeys.tie_breaking import key_ranks

_ANY = "any of several outcomes"

Semantics = Literal["reconnect", "lost"]


@attrs.frozen(kw_only=True, repr=False)
class Competing(Concluded):
    """Effects of each touchpoint on several outcomes; one row per touchpoint and outcome.

    Attributes
    ----------
    touchpoint, outcome : object
        The key of the touchpoint, and the name of the outcome.
    effect : float64
        By how much of itself the probability of the outcome falls without the touchpoint. Above 0
        where the touchpoint goes with more of the outcome, below 0 where with less of it, which
        only ``semantics="reconnect"`` shows.
    low, high : float64
        The ends of the interval of ``effect``.
    probability, without : float64
        The probability of the outcome with all touchpoints, and without this one.
    journeys : int64
        The journeys that contain the touchpoint and end in the outcome.
    semantics : str
        What becomes of those who come to what is removed.
    order : int
        The order of the chain.
    unknown : int
        Journeys left out because their outcomes are not known (yet).
    """

    main = "effect"
    labels = ("touchpoint", "outcome")

    touchpoint: Array = column(object)
    outcome: Array = column(object)
    effect: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    probability: Array = column(np.float64)
    without: Array = column(np.float64)
    journeys: Array = column(np.int64)
    semantics: str
    order: int
    unknown: int = fact(of_groups=sum)


@public
def competing(
    journeys: Journeys,
    *,
    outcomes: Sequence[str] | None = None,
    semantics: Semantics = "reconnect",
    order: int = 1,
    lookback: Lookback | None = None,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
) -> Competing:
    """Compute the effect of each touchpoint on several outcomes, of which a journey reaches one.

    Parameters
    ----------
    outcomes
        The names of the outcomes; all of the journeys by default. A journey that reached several
        ends in the earliest; where times are equal or missing, in the first of this list.
    semantics
        What becomes of those who come to a touchpoint that is removed. ``"reconnect"``: they go on
        as others do from where they are, so that effects can have either sign. ``"lost"``: they
        reach no outcome.
    order
        The order of the chain, as for `markov`.
    lookback, by, level
        Shared arguments: see `touchpoints.attribution`.

    Returns
    -------
    Competing
        One row per touchpoint and outcome; touchpoints with the most visits first.

    Raises
    ------
    NotFoundError
        When an outcome does not exist.
    InvalidInputError
        As `markov`; also when there are fewer than two outcomes.

    See Also
    --------
    markov : Credit for one outcome.
    removal : Groups, sequences and transitions.

    Notes
    -----
    The chain has one end for each outcome and one for none. A journey is left out if no outcome is
    reached and any of them is not known. One sparse factorisation per touchpoint and outcome.

    Examples
    --------
    >>> import touchpoints as tp
    >>> table = {"path": ["ad > help > leave", "ad > buy", "ad > help"], "n": [6, 4, 2]}
    >>> journeys = tp.from_paths(table, path="path", count="n")
    >>> journeys = tp.until(journeys, "leave", outcome="churn")
    >>> journeys = tp.until(journeys, "buy", outcome="sale")
    >>> found = tp.attribution.competing(journeys, semantics="lost")
    >>> found.as_dict()["help", "churn"], found.as_dict()["help", "sale"]
    (1.0, 0.0)
    """
    check_option("semantics", semantics, Semantics)
    order = checks.whole("order", order, most=1000)
    names = _names(checked_journeys(journeys), outcomes)
    joined = _joined(journeys, names)
    asked = Asked(outcome=_ANY, value=None, lookback=lookback, by=by, level=level)
    analysis = partial(_competing, names=names, order=order, semantics=semantics, asked=asked)
    return by_group(joined, by, analysis)


def _names(journeys: Journeys, outcomes: Sequence[str] | None) -> list[str]:
    if isinstance(outcomes, str) or (outcomes is not None and not isinstance(outcomes, Sequence)):
        raise WrongKindError(f"outcomes must be a sequence of names, got {outcomes!r}")
    names = list(journeys.outcomes) if outcomes is None else list(outcomes)
    if len(set(names)) < 2:
        raise InvalidInputError(
            f"competing takes at least 2 outcomes, got {len(set(names))}",
            mend="tp.attribution.markov takes one; tp.mark adds another",
        )
    return [chosen_outcome(journeys, name) for name in names]


def _joined(journeys: Journeys, names: list[str]) -> Journeys:
    """Return the journeys with an outcome that is reached where any of several is."""
    marks = np.stack([journeys.outcomes[name] for name in names])
    reached = (marks == 1).any(axis=0)
    unknown = ~reached & np.isnan(marks).any(axis=0)
    value = np.where(reached, 1.0, np.where(unknown, np.nan, 0.0))
    changes = {"outcomes": {**journeys.outcomes, _ANY: owned(value)}}
    if journeys.times is not None:
        when = np.where(marks == 1, _times(journeys, names), np.iinfo(np.int64).max)
        first = when.min(axis=0)
        first[first == np.iinfo(np.int64).max] = NAT
        times = owned(first.view("datetime64[us]"))
        changes["outcome_times"] = {**journeys.outcome_times, _ANY: times}
    return derive(journeys, **changes)


def _times(journeys: Journeys, names: list[str]) -> Array:
    """Return the time of each outcome, int64 (outcomes, n); the largest integer if not known."""
    last = np.full(len(journeys), np.iinfo(np.int64).max)
    rows = []
    for name in names:
        known = journeys.outcome_times.get(name)
        when = last if known is None else known.view(np.int64)
        rows.append(np.where(when == NAT, last, when))
    return np.stack(rows)


def _ended(evidence: Evidence, names: list[str]) -> Array:
    """Return the outcome in which each journey ends, an index; as many as there are for none."""
    journeys = evidence.journeys
    marks = np.stack([journeys.outcomes[name] for name in names]) == 1
    last = np.iinfo(np.int64).max
    when = np.where(marks, _times(journeys, names) - 1, last)
    return np.where(evidence.reached, when.argmin(axis=0), len(names))


def _competing(
    journeys: Journeys, *, names: list[str], order: int, semantics: Semantics, asked: Asked
) -> Competing:
    evidence = asked.evidence(journeys)
    ends = _ended(evidence, names)
    chain, members = chain_of(
        evidence.codes,
        evidence.offsets,
        evidence.k,
        order=order,
        ends=ends,
        weights=evidence.counts,
        kinds=len(names) + 1,
    )
    often = np.repeat(evidence.counts, lengths_of(evidence.offsets))
    visits = np.bincount(evidence.codes, often, evidence.k)
    codes = most_frequent(visits, None, key_ranks(evidence.journeys))
    codes = codes[visits[codes] > 0]
    units = evidence.units
    rests = [Precision.of(units, ends == number, asked.level) for number in range(len(names))]
    columns: dict[str, list[Array]] = {}
    for number, precision in enumerate(rests):
        found = Chained.into(chain, members, end=number)
        one = _column(evidence, found, codes, precision, semantics=semantics)
        counts = np.where(ends == number, evidence.journeys.counts, 0)
        held = counting.segments_with_code(evidence.codes, evidence.offsets, evidence.k, counts)
        for name, values in {**one, "journeys": held[codes]}.items():
            columns.setdefault(name, []).append(values)
    shown: dict[str, Any] = {
        name: np.stack(parts, axis=1).ravel() for name, parts in columns.items()
    }
    keys = text_array([evidence.journeys.touchpoints[code].key for code in codes.tolist()])
    return Competing(
        touchpoint=np.repeat(keys, len(names)),
        outcome=text_array(names * len(codes)),
        **shown,
        semantics=semantics,
        order=order,
        unknown=evidence.unknown,
        **min(rests, key=lambda one: one.behind).facts(),
        level=asked.level,
        **units.facts(),
    )


def _column(
    evidence: Evidence, found: Chained, codes: Array, precision: Precision, *, semantics: Semantics
) -> dict[str, Array]:
    """Return the effects of touchpoints on one outcome, and their intervals."""
    effect, less, variance, whole = (np.full(len(codes), np.nan) for _ in range(4))
    groups = (killed_by(found, [np.arange(evidence.k) == code]) for code in codes.tolist())
    reconnect = semantics == "reconnect"
    for place, removed in enumerate(
        without_several(found.chain, found.reached, groups, reconnect=reconnect)
    ):
        whole[place], less[place] = removed.earned
        if removed.earned[0] <= 0:
            continue
        one = Effect.of(evidence, found, removed)
        effect[place], variance[place] = one.effect, one.variance
    bounds = precision.bounds if semantics == "lost" else precision.symmetric
    low, high = bounds(effect, variance)
    return {"effect": effect, "low": low, "high": high, "probability": whole, "without": less}
