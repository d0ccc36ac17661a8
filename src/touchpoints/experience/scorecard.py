"""The scorecard: the measures of every touchpoint, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.cluster_variance import runs
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, FrozenMap, text_array
from touchpoints._core.messages import quoted
from touchpoints._core.tables import Estimated, column
from touchpoints.attribution import markov
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.experience._shared.numbers_by_label import Bounded, numbers_among
from touchpoints.experience._shared.origins import origins_of
from touchpoints.graphs.flows import usual_ends
from touchpoints.graphs.outcome import chosen_outcome
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.places.selectors import facet_names
from touchpoints.paths import presence
from touchpoints.taxonomy import UNKNOWN
from touchpoints.uncertainty.cell_shares import CellShares, choice_shares, facts_of
from touchpoints.uncertainty.units import Units, units_of

_ARGUMENTS = {"score": "assessments", "importance": "drivers", "alignment": "alignment"}

OUTSIDE = {
    "score": "assessments= gives the scores",
    "satisfied": "assessments= gives the scores",
    "dissatisfied": "assessments= gives the scores",
    "importance": "drivers= gives the importances",
    "alignment": "alignment= gives how far the promise is kept",
}
_OF_OUTCOME = ("conversion", "lift", "effect")
_COLUMNS_OF_OUTCOME = (
    *("conversion", "conversion_low", "conversion_high", "lift"),
    *("effect", "effect_low", "effect_high"),
)
_FROM_DATA = 2


def _frozen(values: Mapping[str, Any]) -> FrozenMap[str, Any]:
    return FrozenMap(values)


@attrs.frozen(kw_only=True, repr=False)
class Scorecard(Estimated):
    """The measures of every touchpoint; one row per touchpoint, the most frequent first.

    ``as_dict()`` returns ``{touchpoint: reach}``.

    Attributes
    ----------
    touchpoint : object
        The key of the touchpoint.
    interactions, journeys : int64
        The number of its interactions, and of the journeys that contain it.
    reach, low, high : float64
        The share of journeys that contain it, and the interval.
    exit, exit_low, exit_high : float64
        The share of its interactions after which the journey ends; ends that the log cuts off are
        left out.
    conversion, conversion_low, conversion_high : float64
        The share of the journeys with it that reach the outcome.
    lift : float64
        ``conversion`` minus the share of the journeys without it: an association.
    effect, effect_low, effect_high : float64
        Its removal effect: the share of outcomes that a Markov chain loses without it.
    score, score_low, score_high : float64
        The usual summary of its scores.
    satisfied, dissatisfied : float64
        The shares of answers that are satisfied, and dissatisfied.
    importance, importance_low, importance_high : float64
        How much of the overall judgement its scores explain.
    alignment, alignment_low, alignment_high : float64
        How far it keeps the promise of the brand.
    observed : float64
        The share of its interactions whose need is from the data or a rule, and not the default of
        the type; nan where the log does not say.
    answers : int64
        The number of its scores.
    missing : object
        The names of the measures that are nan in this row.
    why : mapping of str to str
        Why a measure is nan in every row.
    more : mapping
        Further measures, as given: by name, the number and the interval of each touchpoint.
    facets : mapping
        The known facets of each touchpoint.
    outcome : str, optional
        The name of the outcome.
    """

    main = "reach"
    labels = ("touchpoint",)

    touchpoint: Array = column(object)
    interactions: Array = column(np.int64)
    journeys: Array = column(np.int64)
    reach: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    exit: Array = column(np.float64)
    exit_low: Array = column(np.float64)
    exit_high: Array = column(np.float64)
    conversion: Array = column(np.float64)
    conversion_low: Array = column(np.float64)
    conversion_high: Array = column(np.float64)
    lift: Array = column(np.float64)
    effect: Array = column(np.float64)
    effect_low: Array = column(np.float64)
    effect_high: Array = column(np.float64)
    score: Array = column(np.float64)
    score_low: Array = column(np.float64)
    score_high: Array = column(np.float64)
    satisfied: Array = column(np.float64)
    dissatisfied: Array = column(np.float64)
    importance: Array = column(np.float64)
    importance_low: Array = column(np.float64)
    importance_high: Array = column(np.float64)
    alignment: Array = column(np.float64)
    alignment_low: Array = column(np.float64)
    alignment_high: Array = column(np.float64)
    observed: Array = column(np.float64)
    answers: Array = column(np.int64)
    missing: Array = column(object)
    why: FrozenMap[str, str] = attrs.field(converter=_frozen, repr=False)
    more: FrozenMap[str, Mapping[Any, Bounded]] = attrs.field(converter=_frozen, repr=False)
    facets: FrozenMap[str, Mapping[str, str]] = attrs.field(converter=_frozen, repr=False)
    outcome: str | None = None

    def measure(self, name: str) -> dict[str, Bounded]:
        """Return the number and the interval of each touchpoint, of a column or of ``more``."""
        if name in self.more:
            return {str(key): one for key, one in self.more[name].items()}
        ends = ("low", "high") if name == "reach" else (f"{name}_low", f"{name}_high")
        nothing = np.full(len(self), np.nan)
        columns = [getattr(self, name), *(getattr(self, end, nothing) for end in ends)]
        rows = zip(*(np.asarray(one, dtype=np.float64).tolist() for one in columns), strict=True)
        return {key: Bounded(*row) for key, row in zip(self.touchpoint.tolist(), rows, strict=True)}

    def measures(self) -> tuple[str, ...]:
        """Return the names of the measures: columns of numbers, and further ones."""
        columns = [
            name
            for name in self.column_names()
            if name not in ("touchpoint", "missing", "low", "high")
            and not name.endswith(("_low", "_high"))
        ]
        return (*columns, *self.more)

    def _remarks(self) -> list[str]:
        reasons: dict[str, list[str]] = {}
        for name, reason in self.why.items():
            reasons.setdefault(reason, []).append(name)
        lines = [f"nan: {', '.join(names)} ({reason})" for reason, names in reasons.items()]
        return [*lines, *super()._remarks()]


@public
def scorecard(
    journeys: Journeys,
    *,
    outcome: str | None = None,
    assessments: Any = None,
    drivers: Any = None,
    alignment: Any = None,
    more: Mapping[str, Any] | None = None,
    level: float = 0.95,
) -> Scorecard:
    """Put the measures of every touchpoint side by side.

    Parameters
    ----------
    outcome
        Shared argument: see `touchpoints.experience`. Without an outcome, conversion and effect are
        not known.
    assessments, drivers, alignment
        The results of `touchpoints.experience.assessments`, `key_drivers` and `alignment` for the
        same journeys; what is not given is not known.
    more
        Further measures by name: the result of any analysis with one number for each touchpoint, or
        a mapping. They are not columns, and rules of `improvements` can ask for them.
    level
        Shared argument: see `touchpoints.experience`. Results that are given keep their own.

    Returns
    -------
    Scorecard
        One row per touchpoint that occurs. What is not known is nan: ``missing`` says of each row
        what, and ``why`` the reason where it is so in all rows.

    Raises
    ------
    NotFoundError
        When the outcome does not exist, or a mapping names a touchpoint that does not occur.
    InvalidInputError
        When journeys still contain the touchpoint that defines the outcome, a further measure has
        the name of a column, or a result has no label that is a touchpoint.

    See Also
    --------
    improvements : What to do about it.
    importance_performance : What to work on first.
    deterrence : What follows a bad experience, adjusted for what came before.

    Notes
    -----
    The scorecard computes nothing of its own: reach is `touchpoints.paths.presence`, the effect
    `touchpoints.attribution.markov`, exits and conversions are shares with Wilson's intervals of
    effective trials, with persons as units. All are associations. O(m log m) for m interactions,
    and O(k³) for the effects of k touchpoints; without resampling.

    Examples
    --------
    >>> import touchpoints as tp
    >>> shop = tp.until(tp.datasets.shop(400, seed=1), "purchase", outcome="purchase")
    >>> found = tp.experience.scorecard(shop)
    >>> found.touchpoint[0], found.why["score"]
    ('search_query', 'assessments= gives the scores')
    """
    checked_journeys(journeys)
    level = checks.level(level)
    named = None
    if outcome is not None or journeys.outcomes:
        named = chosen_outcome(journeys, outcome)
    if more is not None and not isinstance(more, Mapping):
        raise WrongKindError(f"more must be a mapping of names to results, got {quoted(more)}")
    found = presence(journeys, level=level)
    keys = found.touchpoint.tolist()
    further = {name: numbers_among(one, keys, argument=name) for name, one in (more or {}).items()}
    table = {one.key: code for code, one in enumerate(journeys.touchpoints)}
    codes = np.array([table[key] for key in keys], dtype=np.int64)
    units = units_of(journeys, None)
    exits = _exits(journeys, units, level).take(codes)
    given = {"score": assessments, "importance": drivers, "alignment": alignment}
    columns: dict[str, Any] = exits.columns("exit")
    columns |= _outcome_columns(journeys, units, named, codes, keys, level=level)
    for name, one in given.items():
        columns |= _given(name, one, keys)
    columns |= _answers(assessments, keys)
    columns["observed"] = _observed(journeys)[codes]
    _check_further(further, columns)
    facets = facet_names(journeys)
    return Scorecard(
        touchpoint=found.touchpoint,
        interactions=found.occurrences,
        journeys=found.journeys,
        reach=found.share,
        low=found.low,
        high=found.high,
        **columns,
        missing=text_array(_unknown(columns, len(keys))),
        why=_why(named, given, journeys),
        more=further,
        facets={key: FrozenMap(_facets(journeys, table[key], facets)) for key in keys},
        outcome=named,
        level=level,
        **facts_of(units, exits),
    )


def _check_further(further: Mapping[str, Any], columns: Mapping[str, Array]) -> None:
    if clash := sorted(set(further) & {*columns, "reach", "interactions", "journeys"}):
        raise InvalidInputError(
            f"a further measure must not have the name of a column, got {clash[0]!r}",
            mend="give it another name in more=",
        )


def _unknown(columns: Mapping[str, Array], rows: int) -> list[tuple[str, ...]]:
    """Return the names of the measures that are nan in each row."""
    names = [name for name in columns if not name.endswith(("_low", "_high"))]
    return [tuple(name for name in names if np.isnan(columns[name][row])) for row in range(rows)]


def _facets(journeys: Journeys, code: int, names: tuple[str, ...]) -> dict[str, str]:
    one = journeys.touchpoints[code]
    known = {name: one.facet(name) for name in names if one.facet(name) not in ("", UNKNOWN)}
    return {**known, "type": one.type} if one.type else known


def _exits(journeys: Journeys, units: Units, level: float) -> CellShares:
    """Return the share of interactions with each touchpoint after which the journey ends."""
    owners = owners_of(journeys.offsets).astype(np.int64)
    k = len(journeys.touchpoints)
    ended = np.zeros(len(owners), dtype=np.int64)
    filled = np.diff(journeys.offsets) > 0
    lasts = journeys.offsets[1:][filled] - 1
    ended[lasts] = np.where(usual_ends(journeys).of[owners[lasts]] == 0, 1, -1)
    rows = np.flatnonzero((ended >= 0) & (journeys.counts[owners] > 0))
    cells = journeys.codes[rows].astype(np.int64) * 2 + ended[rows]
    groups = np.repeat(np.arange(k), 2)
    return choice_shares(units, (owners[rows], cells), groups=groups, level=level).take(
        np.arange(k) * 2 + 1
    )


def _outcome_columns(
    journeys: Journeys,
    units: Units,
    outcome: str | None,
    codes: Array,
    keys: list[Any],
    *,
    level: float,
) -> dict[str, Array]:
    """Return the columns about the outcome; nan without one."""
    if outcome is None:
        return {name: np.full(len(keys), np.nan) for name in _COLUMNS_OF_OUTCOME}
    reached = journeys.outcomes[outcome]
    known = ~np.isnan(reached) & (journeys.counts > 0)
    k = len(journeys.touchpoints)
    pairs, _ = runs(owners_of(journeys.offsets) * np.int64(k) + journeys.codes)
    owner, code = np.divmod(pairs, max(k, 1))
    some = known[owner]
    owner, code = owner[some], code[some]
    cells = code * 2 + (reached[owner] == 1)
    shares = choice_shares(
        units, (owner, cells), groups=np.repeat(np.arange(k), 2), level=level
    ).take(np.arange(k) * 2 + 1)
    hits = float(journeys.counts[known] @ reached[known])
    total = float(journeys.counts[known].sum())
    met = np.bincount(code, journeys.counts[owner].astype(np.float64), k)
    with np.errstate(divide="ignore", invalid="ignore"):
        rest = (hits - shares.totals) / (total - met)
    columns = {name: one[codes] for name, one in shares.columns("conversion").items()}
    columns["lift"] = (shares.share - rest)[codes]
    if not hits:
        return columns | {name: np.full(len(keys), np.nan) for name in _COLUMNS_OF_OUTCOME[4:]}
    credit = markov(journeys, outcome=outcome, level=level)
    places = {key: row for row, key in enumerate(credit.touchpoint.tolist())}
    rows = np.array([places.get(key, -1) for key in keys], dtype=np.int64)
    for name in ("effect", "effect_low", "effect_high"):
        columns[name] = np.append(getattr(credit, name), np.nan)[rows]
    return columns


def _given(name: str, table: Any, keys: list[Any]) -> dict[str, Array]:
    """Return the column of a measure that is given, with its interval."""
    nothing = Bounded(np.nan, np.nan, np.nan)
    known = {} if table is None else numbers_among(table, keys, argument=_ARGUMENTS[name])
    rows = np.array([known.get(key, nothing) for key in keys], dtype=np.float64).reshape(-1, 3)
    return {name: rows[:, 0], f"{name}_low": rows[:, 1], f"{name}_high": rows[:, 2]}


def _answers(assessments: Any, keys: list[Any]) -> dict[str, Array]:
    """Return how many answers there are, and the shares of satisfied and dissatisfied ones."""
    columns = {}
    places = {}
    if hasattr(assessments, "touchpoint"):
        places = {key: row for row, key in enumerate(assessments.touchpoint.tolist())}
    rows = np.array([places.get(key, -1) for key in keys], dtype=np.int64)
    for name, nothing in (("satisfied", np.nan), ("dissatisfied", np.nan), ("answers", 0.0)):
        one = getattr(assessments, name, None)
        one = np.empty(0) if one is None or not places else one
        columns[name] = np.append(np.asarray(one, dtype=np.float64), nothing)[rows]
    return columns


def _observed(journeys: Journeys) -> Array:
    """Return the share of interactions of each touchpoint whose need is observed."""
    origins = origins_of(journeys, "need")
    k = len(journeys.touchpoints)
    if origins is None:
        return np.full(k, np.nan)
    weights = journeys.counts[owners_of(journeys.offsets)].astype(np.float64)
    total = np.bincount(journeys.codes, weights, k)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.bincount(journeys.codes, weights * (origins >= _FROM_DATA), k) / total)


def _why(outcome: str | None, given: Mapping[str, Any], journeys: Journeys) -> dict[str, str]:
    found: dict[str, str] = {}
    if outcome is None:
        reason = "the journeys have no outcome: tp.until marks one"
        found |= dict.fromkeys(_OF_OUTCOME, reason)
    elif not (journeys.counts @ (journeys.outcomes[outcome] == 1)):
        found["effect"] = f"no journey reached the outcome {outcome}"
    for name, reason in OUTSIDE.items():
        source = "score" if name in ("satisfied", "dissatisfied") else name
        if given[source] is None:
            found[name] = reason
    if origins_of(journeys, "need") is None:
        found["observed"] = "the log does not say where needs come from"
    return found
