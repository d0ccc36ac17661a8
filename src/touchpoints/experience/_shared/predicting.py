"""Whether needs and contexts predict the outcome better than channels do."""

from __future__ import annotations

from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core.arrays.segments import owners_of
from touchpoints._core.arrays.statistics.mean_bounds import mean_bounds
from touchpoints._core.arrays.statistics.ridge_logistic import auc_within, cross_validated
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Estimated, column
from touchpoints.errors import InvalidInputError
from touchpoints.experience._shared.customers import (
    customers_view,
    left_backstage,
    reached_of,
    unknown_outcomes,
)
from touchpoints.experience._shared.lenses import Lens, lens_names, seen_through
from touchpoints.experience._shared.origins import circular, only_defaults
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty import Units, units_of
from touchpoints.uncertainty.folds import fold_counts

Of = Literal["presence", "counts"]
NOTHING, CHANNELS, NEEDS, BOTH = "nothing", "channels", "needs", "both"
_MOST = 500


@attrs.frozen(kw_only=True, repr=False)
class PredictiveViews(Estimated):
    """How well journeys' outcomes are predicted for persons held out; one row per view.

    ``as_dict()`` returns ``{view: difference}``.

    Attributes
    ----------
    view : object
        ``"nothing"``: the share that reached the outcome; ``"channels"``; ``"needs"``: needs and
        contexts; and ``"both"``.
    features : int64
        The number of channels, or of needs in contexts.
    log_loss : float64
        The mean loss of a journey in nats: ``-log`` of the probability given to what happened.
    auc : float64
        The chance that a journey that reached the outcome is ranked above one that did not.
    difference, low, high : float64
        The log-loss of channels less that of this view, and its interval: above 0 where the view
        predicts better than channels. 0, without an interval, for channels.
    journeys : int
        The journeys whose outcome is known.
    folds : int
        The number of folds.
    backstage, unknown : int
        The interactions that customers do not see, and the journeys whose outcome is not known.
    defaults : tuple of str
        The facets that are only defaults of types.
    """

    main = "difference"
    labels = ("view",)

    view: Array = column(object)
    features: Array = column(np.int64)
    log_loss: Array = column(np.float64)
    auc: Array = column(np.float64)
    difference: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    journeys: int
    folds: int
    backstage: int = attrs.field(default=0, repr=False)
    unknown: int = attrs.field(default=0, repr=False)
    defaults: tuple[str, ...] = attrs.field(default=(), repr=False)

    @property
    def verdict(self) -> str:
        """Whether needs predict better than channels, in words."""
        at = self.view.tolist().index(NEEDS)
        if self.low[at] > 0:
            return "needs and contexts predict the outcome better than channels"
        if self.high[at] < 0:
            return "channels predict the outcome better than needs and contexts"
        return "neither channels nor needs are shown to predict the outcome better"

    def _remarks(self) -> list[str]:
        """Return the verdict, what was left out, and whether needs only follow from types."""
        return [
            *super()._remarks(),
            self.verdict,
            *unknown_outcomes(self.unknown),
            *left_backstage(self.backstage),
            *circular(self.defaults),
        ]


def predicted_views(
    journeys: Journeys,
    *,
    channel: Lens,
    need: Lens,
    of: Of,
    outcome: str | None,
    folds: int,
    seed: int,
    level: float,
    progress: Progress = False,
    units: Units | None = None,
) -> PredictiveViews:
    """Return how well each view predicts the outcome; arguments are checked."""
    units = units_of(journeys, None) if units is None else units
    view = customers_view(journeys)
    known = _known(view.journeys, units, outcome=outcome, folds=folds)
    one, two = (_table(view.journeys, lens, of) for lens in (channel, need))
    features = {
        NOTHING: one[:, :0],
        CHANNELS: one,
        NEEDS: two,
        BOTH: np.concatenate([one, two], axis=1),
    }
    reached = reached_of(view.journeys, outcome)
    in_fold = _dealt(view.journeys, units, reached, features[BOTH], folds=folds, seed=seed)
    data = _Data(
        rows=known,
        reached=reached[known].astype(np.int64),
        counts=journeys.counts[known],
        in_fold=in_fold[known],
        units=units,
    )
    with reporting(progress, len(features), what="predictive views") as advance:
        found = {}
        for name, table in features.items():
            found[name] = _fitted(data, table)
            advance()
    return PredictiveViews(
        view=text_array(list(features)),
        features=np.array([table.shape[1] for table in features.values()]),
        **_compared(data, found, level),
        level=level,
        journeys=int(data.counts.sum()),
        folds=folds,
        backstage=view.backstage,
        unknown=int(journeys.counts.sum() - data.counts.sum()),
        defaults=only_defaults(view.journeys, lens_names(need)),
        **data.units.facts(chosen=known),
    )


@attrs.frozen(eq=False, kw_only=True)
class _Data:
    """Journeys with a known outcome: rows (r,), 1 or 0, and how many are in each fold (r, f)."""

    rows: Array
    reached: Array
    counts: Array
    in_fold: Array
    units: Units


def _known(journeys: Journeys, units: Units, *, outcome: str | None, folds: int) -> Array:
    """Return the rows whose outcome is known; raise where there is nothing to predict."""
    reached = reached_of(journeys, outcome)
    known = np.flatnonzero(~np.isnan(reached) & (journeys.counts > 0))
    if len(np.unique(reached[known])) < len((0, 1)):
        raise InvalidInputError(
            "some journeys must have reached the outcome and some not, to predict it",
            where=f"{int((reached[known] == 1).sum()):,} of {len(known):,} rows reached it",
        )
    some = np.unique(units.of[known])
    total = int(units.repeats[some].sum())
    if total < folds:
        raise InvalidInputError(
            f"there must be at least as many units as folds, got {total} of {units.unit!r}",
            mend=f"folds={max(total, 3)}",
        )
    return known


def _table(journeys: Journeys, lens: Lens, of: Of) -> Array:
    """Return how often each journey has each label, or whether it has, (n, k)."""
    seen = seen_through(journeys, lens, unknown=False)
    if seen.k > _MOST:
        raise InvalidInputError(
            f"{seen.name} must have at most {_MOST} labels, got {seen.k:,}",
            mend="choose a coarser lens",
        )
    owners = owners_of(journeys.offsets).astype(np.int64)
    used = seen.codes >= 0
    cells = owners[used] * seen.k + seen.codes[used]
    shape = (len(journeys), seen.k)
    if of == "presence":
        table = np.zeros(shape[0] * shape[1], dtype=np.uint8)
        table[cells] = 1
        return table.reshape(shape)
    times = np.bincount(cells, minlength=shape[0] * shape[1])
    return times.astype(np.int32).reshape(shape)


def _distinct(table: Array) -> tuple[Array, Array]:
    """Return the distinct rows of a table, and which of them each row is."""
    if not table.shape[1]:
        return table[:1], np.zeros(len(table), dtype=np.int64)
    packed = np.packbits(table, axis=1) if table.dtype == np.uint8 else np.ascontiguousarray(table)
    keys = packed.view(np.dtype((np.void, packed.dtype.itemsize * packed.shape[1]))).ravel()
    _, first, of = np.unique(keys, return_index=True, return_inverse=True)
    return table[first], of.ravel()


def _dealt(
    journeys: Journeys, units: Units, reached: Array, table: Array, *, folds: int, seed: int
) -> Array:
    """Return how many journeys of each row are in each fold: persons are dealt as a whole."""
    known = np.nan_to_num(reached, nan=2.0).astype(np.int64)
    alike, real = np.zeros(len(table), dtype=np.int64), journeys.counts > 0
    alike[real] = _distinct(table[real])[1]
    return fold_counts(journeys, units, folds=folds, seed=seed, also=alike * 3 + known)


def _fitted(data: _Data, table: Array) -> tuple[Array, float]:
    """Return the loss of each journey when its fold is held out, and the AUC."""
    rows, of = _distinct(table[data.rows])
    hits, misses = (
        np.stack([np.bincount(of, one * side, len(rows)) for one in data.in_fold.T], axis=1)
        for side in (data.reached == 1, data.reached == 0)
    )
    predicted = cross_validated(np.log1p(rows.astype(np.float64)), hits, misses)
    right = np.where(data.reached[:, None] == 1, predicted[of], 1 - predicted[of])
    losses = -(np.log(right) * data.in_fold).sum(axis=1) / data.counts
    return losses, auc_within(predicted, hits, misses)


def _compared(data: _Data, found: dict[str, tuple[Array, float]], level: float) -> dict[str, Any]:
    """Return losses, AUC and the difference from channels with its interval, as columns."""
    weights = data.counts / data.counts.sum()
    ones: dict[str, list[float]] = {
        name: [] for name in ("log_loss", "auc", "difference", "low", "high")
    }
    for name, (losses, auc) in found.items():
        gained = found[CHANNELS][0] - losses
        mean = np.array([weights @ gained])
        low, high = (
            (np.array([np.nan]), np.array([np.nan]))
            if name == CHANNELS
            else mean_bounds(
                gained,
                np.zeros(len(gained), dtype=np.int64),
                mean,
                of=data.units.of[data.rows],
                within=data.units.within[data.rows],
                repeats=data.units.repeats,
                level=level,
            )
        )
        numbers = (weights @ losses, auc, mean[0], low[0], high[0])
        for key, number in zip(ones, numbers, strict=True):
            ones[key].append(float(number))
    return dict(ones)
