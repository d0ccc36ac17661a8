"""Order of a Markov chain: how many previous touchpoints the next one depends on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Literal

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.arrays.sequences.contexts import (
    Predictions,
    degrees_of_freedom,
    held_out_losses,
    log_likelihoods,
    merged,
    predictions,
)
from touchpoints._core.checks import (
    check_option,
    public,
)
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Grouped, column
from touchpoints.errors import InvalidInputError
from touchpoints.journeys.groups import by_group, groups_of
from touchpoints.journeys.model import Journeys
from touchpoints.uncertainty import units_of
from touchpoints.uncertainty.folds import best_order, fold_counts, over_folds

Criterion = Literal["loss", "bic", "ratio"]

_ALPHA = 0.05


@attrs.frozen(kw_only=True, repr=False)
class MarkovOrders(Grouped):
    """How well the last touchpoints predict the next; one row per order (and group).

    ``as_dict()`` returns ``{order: loss}``; with groups, the keys begin with the group.

    Attributes
    ----------
    order : int64
        Order of the chain: how many previous touchpoints are used; 0 for no context.
    predictions : int64
        Number of transitions predicted; the same for all orders.
    contexts : int64
        Number of distinct contexts that occur, including the shorter ones at the beginning of
        journeys.
    parameters : int64
        Number of free transition probabilities.
    log_likelihood : float64
        The maximised log-likelihood, in nats.
    bic : float64
        Bayesian information criterion; the smallest is best.
    loss, loss_se : float64
        Cross-validated log-loss in bits per transition, on journeys held out of training, and its
        standard error over the folds.
    statistic : float64
        Likelihood-ratio statistic: twice the gain in log-likelihood over the order below; nan for
        order 0.
    freedom : int64
        Degrees of freedom of the test: how many more parameters than the order below. Order 1 is
        tested as if every touchpoint could follow every other, since it is the first order to know
        which transitions do not occur.
    p : float64
        p-value of the likelihood-ratio test against the order below; nan for order 0.
    chosen : bool
        Whether this is the best order: the smallest whose loss is within one standard error of
        the smallest loss. False for every order where there is nothing to learn from.
    chosen_bic : bool
        Whether this is the order with the smallest BIC.
    chosen_ratio : bool
        Whether this is the largest order that improves on the order below at a p-value of 0.05
        divided by the number of tests (order 0 if no order does).
    reason : object
        Why ``loss`` is nan; empty where it is not.
    unit : str
        The unit assigned to a fold as a whole: ``"person"`` or ``"journey"``.
    """

    main = "loss"
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
        """The order chosen by the log-loss, -1 if there is none; for results without groups."""
        return self._only("loss")

    @property
    def best_bic(self) -> int:
        """The order chosen by the BIC, -1 if there is none; for results without groups."""
        return self._only("bic")

    @property
    def best_ratio(self) -> int:
        """The order chosen by the likelihood ratio, -1 if there is none; without groups only."""
        return self._only("ratio")

    def best_orders(self, *, criterion: Criterion = "loss") -> dict[Any, int]:
        """Return {group: chosen order}, -1 if there is none; without groups the key is None."""
        check_option("criterion", criterion, Criterion)
        flags = {"loss": self.chosen, "bic": self.chosen_bic, "ratio": self.chosen_ratio}[criterion]
        groups = [None] * len(self) if self.group is None else self.group.tolist()
        answer: dict[Any, int] = dict.fromkeys(groups, -1)
        answer.update({groups[row]: int(self.order[row]) for row in np.flatnonzero(flags).tolist()})
        return answer

    def _only(self, criterion: Criterion) -> int:
        if self.group is not None:
            raise InvalidInputError(
                "each group has its own best order",
                mend=f"best_orders(criterion={criterion!r}) returns the order of each group",
            )
        return self.best_orders(criterion=criterion)[None]


@public
def markov_order(
    journeys: Journeys,
    *,
    seed: int,
    max_order: int = 3,
    folds: int = 5,
    ends: bool = True,
    by: str | Sequence[str] | None = None,
    progress: Progress = False,
) -> MarkovOrders:
    """Choose the order of a Markov chain of touchpoints, by cross-validation, BIC and test.

    Parameters
    ----------
    seed
        Seed of the random assignment of persons (journeys, where persons are not known) to folds.
        The same seed gives the same result whatever the order of the log, and gives each group the
        result it would have alone.
    max_order
        The largest order tried, 1 or more.
    folds
        Number of folds, 2 or more; each is predicted from the others.
    ends
        Whether to predict the end of a finished journey as a transition. With False only
        touchpoints are predicted. Use it where journeys end by a fixed rule, for example after ten
        touchpoints each: the position in the journey then predicts the end, which looks like
        memory.
    by, progress
        Shared arguments: see `touchpoints.paths`.

    Returns
    -------
    MarkovOrders
        One row per order, from 0 on (group by group). The graph of the best order is
        ``higher_order_graph(journeys, order=max(found.best, 1))``; with ``by``,
        ``found.best_orders()`` returns the best order of each group.

    Raises
    ------
    NotFoundError
        When the column or facet does not exist.
    InvalidInputError
        When ``seed``, ``max_order`` or ``folds`` is not an integer, or too small.

    See Also
    --------
    deciding_attributes : Which attributes, or the previous touchpoint, decide a single branching.
    higher_order_graph : The transition graph whose nodes are the last few touchpoints.
    transitions : Transition counts and probabilities of order 1.

    Notes
    -----
    The end of a finished journey is a transition (unless ``ends=False``); where the log cuts a
    journey off, that is not a transition. The beginning of a journey is part of the context. In a
    journey that began before the log, transitions with fewer than ``max_order`` touchpoints before
    them are left out, for all orders alike.

    Cross-validation is the criterion to trust: it measures an order on journeys held out of
    training, backing off to shorter contexts where a context is rare. BIC (Katz 1981) and the
    likelihood-ratio test assume that the transitions of a person are independent. They count only
    parameters that can be estimated: a context that occurs can be followed by the touchpoints that
    ever followed its last touchpoint (Scholtes 2017). If every touchpoint could follow, a long
    memory would never be found. Even so the chi-squared distribution is an approximation that needs
    several transitions per context. O(folds × max_order × m).

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
    max_order = checks.whole("max_order", max_order, most=1_000)
    folds = checks.whole("folds", folds, least=2, most=10_000)
    seed = checks.seed(seed)
    parts = 1 if by is None else len(groups_of(journeys, by).labels)
    with reporting(progress, parts * folds, what="Markov order") as advance:
        orders = partial(_orders, folds=folds, seed=seed, advance=advance)
        return by_group(journeys, by, partial(orders, max_order=max_order, ends=bool(ends)))


def _orders(
    journeys: Journeys,
    *,
    max_order: int,
    ends: bool,
    folds: int,
    seed: int,
    advance: Callable[[], None],
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
    owners = found.owners
    found, numbers = merged(found)
    size = len(found.owners)
    weights = np.bincount(numbers, journeys.counts[owners].astype(np.float64), size)
    units = units_of(journeys, None)
    in_fold = fold_counts(journeys, units, folds=folds, seed=seed)
    losses = np.full((folds, len(found.orders)), np.nan)
    for fold in range(folds):
        test = np.bincount(numbers, in_fold[:, fold][owners], size)
        if units.total >= folds:
            losses[fold] = held_out_losses(found, weights - test, test, k + ends)
        advance()
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
    improving = np.flatnonzero(p[1:] < _ALPHA / (len(orders) - 1)) + 1
    return MarkovOrders(
        order=orders,
        predictions=np.full(len(orders), known),
        contexts=np.array([order.contexts for order in found.orders]),
        parameters=parameters,
        log_likelihood=likelihood,
        bic=bic,
        loss=over_folds(losses)[0],
        loss_se=over_folds(losses)[1],
        statistic=statistic,
        freedom=freedom,
        p=p,
        chosen=orders == best_order(losses),
        chosen_bic=orders == (np.argmin(bic) if known else -1),
        chosen_ratio=orders == (improving.max(initial=0) if known else -1),
        reason=text_array([_reason(known, losses, unit)] * len(orders)),
        unit=unit,
    )


def _reason(known: int, losses: Array, unit: str) -> str:
    if not np.isnan(losses).all():
        return ""
    if not known:
        return "there are no transitions to predict"
    return f"fewer units than folds: at least {len(losses)} of unit {unit!r} are needed"
