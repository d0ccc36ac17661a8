"""Models side by side, and how much the choice of model decides."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import attrs
import numpy as np

from touchpoints._core import checks
from touchpoints._core.checks import public
from touchpoints._core.frozen import Array, text_array
from touchpoints._core.progress import Progress, reporting
from touchpoints._core.tables import Labelled, column
from touchpoints.attribution._shared.credit import NONE
from touchpoints.attribution._shared.models import Model, checked_models, credit_of
from touchpoints.errors import InvalidInputError, WrongKindError
from touchpoints.journeys.model import Journeys, checked_journeys
from touchpoints.journeys.relabelling import collapse_repeats


@attrs.frozen(kw_only=True, repr=False)
class Agreement(Labelled):
    """How alike two models rank and share; one row per pair of models.

    Attributes
    ----------
    first, second : object
        The names of the models.
    kendall_tau : float64
        Kendall's tau-b of their shares, in [-1, 1]: 1 where they rank touchpoints alike; nan below
        two touchpoints, and where a model gives all of them the same share.
    moved : float64
        The share of all outcomes that one model credits to other touchpoints than the other, in
        [0, 1]: half the sum of the differences of their shares.
    """

    main = "kendall_tau"
    labels = ("first", "second")

    first: Array = column(object)
    second: Array = column(object)
    kendall_tau: Array = column(np.float64)
    moved: Array = column(np.float64)


@attrs.frozen(kw_only=True, repr=False)
class SideBySide(Labelled):
    """The credit of several models; one row per touchpoint and model.

    Touchpoints come in the order of their mean share.

    Attributes
    ----------
    touchpoint, model : object
        The key of the touchpoint, and the name of the model.
    share, low, high : float64
        The share of credit, and the ends of its interval.
    rank : int64
        The rank of the touchpoint in the model, 1 for the most credit; ties share the lowest.
    agreement : Agreement
        How alike pairs of models are.
    """

    main = "share"
    labels = ("touchpoint", "model")

    touchpoint: Array = column(object)
    model: Array = column(object)
    share: Array = column(np.float64)
    low: Array = column(np.float64)
    high: Array = column(np.float64)
    rank: Array = column(np.int64)
    agreement: Agreement = attrs.field(repr=False)

    def spread(self) -> dict[str, tuple[float, float]]:
        """Return the smallest and the largest share of each touchpoint over the models."""
        answer: dict[str, tuple[float, float]] = {}
        for key, share in zip(self.touchpoint.tolist(), self.share.tolist(), strict=True):
            low, high = answer.get(key, (share, share))
            answer[key] = (min(low, share), max(high, share))
        return answer


@public
def compare(
    journeys: Journeys, models: Mapping[str, Model], *, progress: Progress = False
) -> SideBySide:
    """Compare models of attribution on the same journeys, side by side.

    Parameters
    ----------
    models
        Two or more models by name: functions from journeys to `Credit`, such as
        ``tp.attribution.linear`` or ``functools.partial(tp.attribution.markov, order=2)``.
    progress
        True for a tqdm progress bar, or a callable ``f(done, total)``, called after every model.

    Returns
    -------
    SideBySide
        One row per touchpoint and model, with the rank agreement of each pair of models.

    Raises
    ------
    InvalidInputError
        When there are fewer than two models, or one of them was given ``by=``.

    See Also
    --------
    sensitivity : The same over the order, the window and the treatment of repeats.
    validate : Which model predicts better.

    References
    ----------
    M. G. Kendall (1945), The treatment of ties in ranking problems, Biometrika 33(3), 239-251,
    doi:10.1093/biomet/33.3.239.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths(
    ...     {"path": ["ad > mail > shop", "ad > shop"], "n": [2, 6]}, path="path", converted="n"
    ... )
    >>> models = {"first": tp.attribution.first_touch, "last": tp.attribution.last_touch}
    >>> found = tp.attribution.compare(journeys, models)
    >>> found.agreement.moved.tolist()
    [1.0]
    """
    checked_journeys(journeys)
    if len(checked_models(models)) < 2:
        raise InvalidInputError(f"compare takes at least 2 models, got {len(models)}")
    return _compared({name: (model, journeys) for name, model in models.items()}, progress)


@public
def sensitivity(
    journeys: Journeys,
    *,
    models: Mapping[str, Model],
    orders: Sequence[int] = (),
    lookbacks: Sequence[dt.timedelta] = (),
    repeats: bool = True,
    progress: Progress = False,
) -> SideBySide:
    """Compute how shares of credit change with the model, its order, the window and repeats.

    Parameters
    ----------
    models
        One or more models by name, as for `compare`.
    orders
        Orders that models with ``order=``, such as `markov`, are tried at in place of their own.
    lookbacks
        Windows before the outcome that are tried beside none; models must take ``lookback=``.
    repeats
        Whether each setting is also tried with direct repeats of a touchpoint counted once.
    progress
        True for a tqdm progress bar, or a callable ``f(done, total)``, called after every setting.

    Returns
    -------
    SideBySide
        One row per touchpoint and setting, whose name says what was set. ``spread()`` returns the
        smallest and the largest share of each touchpoint.

    Raises
    ------
    InvalidInputError
        When there is no model, when orders are given and no model takes any, or when a look-back
        is given and the journeys have no times.

    See Also
    --------
    compare : Models without other settings.

    Examples
    --------
    >>> import touchpoints as tp
    >>> journeys = tp.from_paths({"path": ["ad > ad > shop"], "n": [6]}, path="path", converted="n")
    >>> found = tp.attribution.sensitivity(journeys, models={"linear": tp.attribution.linear})
    >>> {name: (round(low, 2), round(high, 2)) for name, (low, high) in found.spread().items()}
    {'ad': (0.5, 0.67), 'shop': (0.33, 0.5)}
    """
    checked_journeys(journeys)
    models = _at_orders(checked_models(models), orders)
    if isinstance(lookbacks, (str, dt.timedelta)) or not isinstance(lookbacks, Sequence):
        raise WrongKindError(
            f"lookbacks must be a sequence of datetime.timedelta, got {lookbacks!r}",
            mend="lookbacks=[datetime.timedelta(days=7), datetime.timedelta(days=30)]",
        )
    settings: dict[str, tuple[Model, Journeys]] = {}
    kinds = {"": journeys}
    if repeats:
        kinds[", repeats once"] = collapse_repeats(journeys)
    for name, model in models.items():
        for said, used in kinds.items():
            settings[f"{name}{said}"] = (model, used)
            for window in lookbacks:
                settings[f"{name}, {window}{said}"] = (partial(model, lookback=window), used)
    return _compared(settings, progress)


def _at_orders(models: Mapping[str, Model], orders: Sequence[int]) -> Mapping[str, Model]:
    """Return models, those that take an order at each of some orders in place of their own."""
    mend = "orders=[1, 2, 3]"
    if isinstance(orders, str) or not isinstance(orders, Sequence):
        raise WrongKindError(f"orders must be a sequence of integers, got {orders!r}", mend=mend)
    tried = [checks.whole("an order of orders", order, mend=mend) for order in orders]
    taking = [name for name, model in models.items() if tried and _takes_order(model)]
    if tried and not taking:
        raise InvalidInputError(
            f"orders={list(orders)} is given, but no model takes order=",
            mend='models={"markov": tp.attribution.markov}',
        )
    answer: dict[str, Model] = {}
    for name, model in models.items():
        if name in taking:
            answer |= {f"{name}, order {order}": partial(model, order=order) for order in tried}
        else:
            answer[name] = model
    return answer


def _takes_order(model: Model) -> bool:
    """Return whether a model has an argument ``order``."""
    try:
        return "order" in inspect.signature(model).parameters
    except (TypeError, ValueError):  # a callable that does not say what it takes
        return False


def _compared(settings: Mapping[str, tuple[Model, Journeys]], progress: Progress) -> SideBySide:
    found: dict[str, dict[str, tuple[float, float, float]]] = {}
    with reporting(progress, len(settings), what="attribution") as advance:
        for name, (model, journeys) in settings.items():
            found[name] = _rows(name, model, journeys)
            advance()
    names = list(found)
    keys = list(dict.fromkeys(key for one in found.values() for key in one))
    table = np.array([[found[name].get(key, (0.0, 0.0, 0.0)) for name in names] for key in keys])
    table = table.reshape(len(keys), len(names), 3)
    mean = np.round(table[:, :, 0].mean(axis=1), 12)
    order = sorted(range(len(keys)), key=lambda row: (keys[row] == NONE, -mean[row], keys[row]))
    table, keys = table[order], [keys[row] for row in order]
    return SideBySide(
        touchpoint=np.repeat(text_array(keys), len(names)),
        model=text_array(names * len(keys)),
        share=table[:, :, 0].ravel(),
        low=table[:, :, 1].ravel(),
        high=table[:, :, 2].ravel(),
        rank=_ranks(table[:, :, 0]).ravel(),
        agreement=_agreement(names, table[:, :, 0]),
    )


def _rows(name: str, model: Model, journeys: Journeys) -> dict[str, tuple[float, float, float]]:
    """Return the share of each touchpoint in a model, and the ends of its interval."""
    credit = credit_of(name, model, journeys)
    total = float(credit.credit.sum())
    columns = (credit.touchpoint.tolist(), credit.share, credit.low / total, credit.high / total)
    return {key: (share, low, high) for key, share, low, high in zip(*columns, strict=True)}


def _ranks(shares: Array) -> Array:
    """Return the rank of each share within its column, 1 for the largest; ties share the lowest."""
    steady = np.round(shares, 12)
    return np.asarray((steady[None, :, :] > steady[:, None, :]).sum(axis=1) + 1)


def _agreement(names: list[str], shares: Array) -> Agreement:
    from scipy.stats import kendalltau

    pairs = list(combinations(range(len(names)), 2))
    steady: Any = np.round(shares, 12)
    taus = [float(kendalltau(steady[:, one], steady[:, two]).statistic) for one, two in pairs]
    moved = [float(np.abs(shares[:, one] - shares[:, two]).sum() / 2) for one, two in pairs]
    return Agreement(
        first=text_array([names[one] for one, _ in pairs]),
        second=text_array([names[two] for _, two in pairs]),
        kendall_tau=np.array(taus),
        moved=np.array(moved),
    )
