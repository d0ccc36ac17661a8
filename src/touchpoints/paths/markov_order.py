"""How far back the next step depends on what came before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.sequences import mix, sequence_hash
from touchpoints._core.arrays.sequences.contexts import (
    Predictions,
    degrees_of_freedom,
    held_out_losses,
    log_likelihoods,
    predictions,
)
from touchpoints._core.checks import (
    check_option,
)
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Grouped, column
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.groups import by_group, groups_of
from touchpoints.journeys.model import Journeys
from touchpoints.journeys.tie_breaking import key_ranks
from touchpoints.uncertainty import Units, units_of

Criterion = Literal["loss", "bic", "ratio"]

_FEW = 8
_SURE = 0.05


@attrs.frozen(kw_only=True, repr=False)
class MarkovOrders(Grouped):
    """How well the next step is told by the last few; one row an order (and group).

    Attributes
    ----------
    order : int64
        How many touchpoints back are looked at; 0: none.
    predictions : int64
        How many steps are told; the same for all orders.
    contexts : int64
        How many different last touchpoints occur, shorter ones at the beginning included.
    parameters : int64
        Probabilities that this order is free to choose.
    log_likelihood : float64
        The largest log-likelihood, in nats.
    bic : float64
        Bayes's information criterion; the smallest is best.
    loss, loss_se : float64
        Bits that a step of journeys not learned from costs, and the standard error over the
        folds.
    statistic : float64
        Twice the log-likelihood gained over the order below; nan for order 0.
    freedom : int64
        Probabilities more than the order below; order 1 is tested as if anything could follow
        anything, since it is the first to know what does not.
    p : float64
        The chance of a gain as large where the order below holds; nan for order 0.
    chosen : bool
        Whether this is the best order: the smallest whose loss is within one standard error of
        the smallest. None is where there is nothing to learn from.
    chosen_bic : bool
        Whether this is the order of the smallest BIC.
    chosen_ratio : bool
        Whether this is the largest order that beats the one below at 0.05 divided by the number
        of tests (0 where none does).
    reason : object
        Why there is no loss; empty where there is one.
    unit : str
        What folds are made of: ``"person"`` or ``"journey"``.
    """

    value = "loss"
    labels = ("order",)

    order: Array = column(np.int64)
    predictions: Array = column(np.int64)
    contexts: Array = column(np.int64)
    parameters: Array = column(np.int64)
    log_likelihood: Array = column(np.float64)
    bic: Array = column(np.float64)
    loss: Array = column(np.float64)
    loss_se: Array = column(np.float64)
    statistic: Array = column(np.float64)
    freedom: Array = column(np.int64)
    p: Array = column(np.float64)
    chosen: Array = column(np.bool_)
    chosen_bic: Array = column(np.bool_)
    chosen_ratio: Array = column(np.bool_)
    reason: Array = column(object)
    unit: str

    @property
    def best(self) -> int:
        """The order chosen by the loss, -1 where none is; of one log, not of groups."""
        return self._only("loss")

    @property
    def best_bic(self) -> int:
        """The order chosen by the BIC, -1 where none is; of one log, not of groups."""
        return self._only("bic")

    @property
    def best_ratio(self) -> int:
        """The order chosen by the likelihood ratio, -1 where none is; of one log, not of groups."""
        return self._only("ratio")

    def best_orders(self, *, criterion: Criterion = "loss") -> dict[Any, int]:
        """Return the order chosen for each group, -1 where none is; without groups that of None."""
        check_option("criterion", criterion, Criterion)
        flags = {"loss": self.chosen, "bic": self.chosen_bic, "ratio": self.chosen_ratio}[criterion]
        groups = [None] * len(self) if self.group is None else self.group.tolist()
        answer: dict[Any, int] = dict.fromkeys(groups, -1)
        answer.update({groups[row]: int(self.order[row]) for row in np.flatnonzero(flags).tolist()})
        return answer

    def _only(self, criterion: Criterion) -> int:
        if self.group is not None:
            raise InvalidInputError(
                "each group has a best order of its own",
                mend=f"best_orders(criterion={criterion!r}) has them all",
            )
        return self.best_orders(criterion=criterion)[None]


def markov_order(
    journeys: Journeys,
    *,
    seed: int,
    max_order: int = 3,
    folds: int = 5,
    ends: bool = True,
    by: str | None = None,
    progress: Progress = False,
) -> MarkovOrders:
    """Choose how many touchpoints back it takes to tell the next step.

    Parameters
    ----------
    seed
        Deals persons (journeys, where persons are not known) to the folds; the same seed gives
        the same answer, whatever the order of the log, and each group the one it would give alone.
    max_order
        The largest order tried, 1 or more.
    folds
        How many parts; each is predicted from the others. 2 or more.
    ends
        Whether the end of a finished journey is a step to tell. False asks about touchpoints alone:
        where journeys end by a rule of their own, such as after ten touchpoints each, knowing how
        far a journey has come tells when it ends, and looks like memory.
    by, progress
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    MarkovOrders
        One row an order, from 0 on (group by group). The graph of the best is
        ``higher_order_graph(journeys, order=max(found.best, 1))``; with ``by``,
        ``found.best_orders()`` says which order is the best for each group.

    Raises
    ------
    NotFoundError
        When there is no such column or facet.
    InvalidInputError
        When a number is no whole one, or too small.

    Notes
    -----
    The end of a finished journey is a step (unless ``ends=False``), that a log cuts off is none.
    The beginning of a journey is part of what is known; of a journey that began before the log,
    steps with fewer than ``max_order`` touchpoints before them are left out, of all orders alike.

    Cross-validation is the criterion to trust: it says what an order is worth on journeys not
    learned from, backing off to shorter contexts where a context is rare. BIC (Katz 1981) and the
    likelihood-ratio test take the steps of a person to be independent. Their parameters are those
    that can be estimated: a context that occurs can be followed by whatever its last touchpoint
    was ever followed by (Scholtes 2017), not by every touchpoint, with which a long memory would
    never be found. Even so chi-squared is an approximation that needs several steps a context.
    O(folds × most × m).

    References
    ----------
    R. W. Katz (1981), On some criteria for estimating the order of a Markov chain, Technometrics
    23(3), 243-249, doi:10.1080/00401706.1981.10486293. I. Scholtes (2017), When is a network a
    network? Multi-order graphical model selection in pathways and temporal networks, KDD 2017,
    doi:10.1145/3097983.3098145. L. Breiman et al. (1984), Classification and Regression Trees,
    3.4.3 (one standard error).

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["a > x > b", "c > x > d"], "n": [50, 50]}, path="path", count="n"
    ... )
    >>> found = tp.paths.markov_order(journeys, seed=1)
    >>> found.best, found.best_bic, found.best_ratio
    (2, 2, 2)
    """
    max_order, folds = checks.whole("max_order", max_order), checks.whole("folds", folds, least=2)
    seed = checks.seed(seed)
    parts = 1 if by is None else len(groups_of(journeys, by).labels)
    with reporting(progress, parts * folds, what="Markov order") as step:
        dealt = partial(_orders, folds=folds, seed=seed, step=step)
        return by_group(journeys, by, partial(dealt, max_order=max_order, ends=bool(ends)))


def _orders(
    journeys: Journeys,
    *,
    max_order: int,
    ends: bool,
    folds: int,
    seed: int,
    step: Callable[[], None],
) -> MarkovOrders:
    k = len(journeys.touchpoints)
    found = predictions(
        journeys.codes,
        journeys.offsets,
        k,
        max_order=max_order,
        began=journeys.began,
        finished=journeys.finished,
        real=journeys.counts > 0,
        ends=ends,
    )
    weights = journeys.counts[found.owners].astype(np.float64)
    units = units_of(journeys, None)
    dealt = _dealt(journeys, units, folds, seed=seed)
    losses = np.full((folds, len(found.orders)), np.nan)
    for fold in range(folds):
        test = dealt[found.owners, fold]
        if units.total >= folds:
            losses[fold] = held_out_losses(found, weights - test, test, k + ends)
        step()
    return _table(found, weights, losses, k=k, unit=units.unit)


def _table(found: Predictions, weights: Array, losses: Array, *, k: int, unit: str) -> MarkovOrders:
    from scipy.stats import chi2

    orders = np.arange(len(found.orders))
    total = float(weights.sum())
    likelihood = np.array(log_likelihoods(found, weights)) + 0.0
    parameters = np.array(degrees_of_freedom(found, k))
    bic = -2 * likelihood + parameters * np.log(max(total, 1.0))
    freedom = np.diff(parameters, prepend=parameters[0])
    freedom[1] = (found.orders[1].contexts - 1) * parameters[0]
    statistic = np.append(np.nan, np.maximum(2 * np.diff(likelihood), 0.0))
    with np.errstate(invalid="ignore"):
        p = np.where(freedom > 0, chi2.sf(statistic, np.maximum(freedom, 1)), 1.0)
    p[0] = np.nan
    known = int(total)
    beating = np.flatnonzero(p[1:] < _SURE / (len(orders) - 1)) + 1
    return MarkovOrders(
        order=orders,
        predictions=np.full(len(orders), known),
        contexts=np.array([order.contexts for order in found.orders]),
        parameters=parameters,
        log_likelihood=likelihood,
        bic=bic,
        loss=_over_folds(losses)[0],
        loss_se=_over_folds(losses)[1],
        statistic=statistic,
        freedom=freedom,
        p=p,
        chosen=orders == _best(losses),
        chosen_bic=orders == (np.argmin(bic) if known else -1),
        chosen_ratio=orders == (beating.max(initial=0) if known else -1),
        reason=text_array([_reason(known, losses, unit)] * len(orders)),
        unit=unit,
    )


def _reason(known: int, losses: Array, unit: str) -> str:
    if not np.isnan(losses).all():
        return ""
    if not known:
        return "there is no step to tell"
    return f"it takes {len(losses)} of what folds are made of (unit {unit!r})"


def _over_folds(losses: Array) -> tuple[Array, Array]:
    """Return the mean over the folds that have steps, and its standard error."""
    some = losses[~np.isnan(losses[:, 0])]
    if len(some) < 2:
        return np.full(losses.shape[1], np.nan), np.full(losses.shape[1], np.nan)
    return some.mean(axis=0), some.std(axis=0, ddof=1) / np.sqrt(len(some))


def _best(losses: Array) -> int:
    """Return the smallest order that loses no more than one standard error to the best."""
    mean, _ = _over_folds(losses)
    if np.isnan(mean).any():
        return -1
    least = int(np.argmin(mean))
    excess, error = _over_folds(losses - losses[:, [least]])
    return int(np.flatnonzero(excess <= error + 1e-12)[0])


def _dealt(journeys: Journeys, units: Units, folds: int, *, seed: int) -> Array:
    """Return how many real journeys of each row are in each fold, float64 (n, folds).

    Units are dealt in an order that depends on nothing but what is in them, alike ones
    together.
    """
    rng = np.random.default_rng(seed)
    order = np.argsort(_content(journeys, units), kind="stable")
    alike, total = units.repeats[order], units.total
    share = np.zeros((len(order), folds))
    if total <= _FEW * len(order):
        fold = np.empty(total, dtype=np.int64)
        fold[rng.permutation(total)] = np.arange(total) % folds
        cells = np.repeat(order, alike) * folds + fold
        share = np.bincount(cells, minlength=share.size).reshape(share.shape).astype(np.float64)
    else:
        share[order] = rng.multinomial(alike, np.full(folds, 1 / folds))
    dealt: Array = share[units.of] * units.within[:, None]
    return dealt


def _content(journeys: Journeys, units: Units) -> Array:
    """Return a number for each cluster that tells what its journeys are, uint64 (g,)."""
    ranks = key_ranks(journeys)
    hashes = sequence_hash(ranks[journeys.codes], journeys.offsets, len(ranks))
    flags = journeys.began.astype(np.uint64) * np.uint64(2) + journeys.finished.astype(np.uint64)
    hashes = mix(hashes ^ mix(flags)) * units.within.astype(np.uint64)
    content = np.zeros(len(units.repeats), dtype=np.uint64)
    np.add.at(content, units.of, hashes)
    return content
