"""Variable-order Markov prediction of the next code: contexts, counts and backing off."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.arrays.counting.states import dense_numbers, last_codes
from touchpoints._core.arrays.counting.successors import distinct_keys
from touchpoints._core.arrays.segments import lengths_of, owners_of
from touchpoints._core.frozen import Array

_STRENGTH = 1.0


@attrs.frozen(eq=False)
class Order:
    """The contexts of one order, and the codes that follow each of them.

    Attributes
    ----------
    context : int64 (h,)
        The context of each prediction, in ``range(contexts)``.
    cell : int64 (h,)
        The cell, a pair of context and next code, of each prediction, in ``range(len(owner))``.
    owner : int64 (cells,)
        The context of each cell.
    last : int64 (contexts,)
        The last code of each context; ``k`` where it is the beginning of a segment.
    """

    context: Array
    cell: Array
    owner: Array
    last: Array

    @property
    def contexts(self) -> int:
        """Number of contexts."""
        return len(self.last)


@attrs.frozen(eq=False)
class Predictions:
    """The predictions: of the next code after each row, and of the first code of each segment.

    Attributes
    ----------
    owners : int64 (h,)
        The segment of each prediction.
    targets : int64 (h,)
        The code to predict; ``k`` for the end.
    orders : list of Order
        The contexts of each order, from order 0.
    """

    owners: Array
    targets: Array
    orders: list[Order]


def predictions(
    codes: Array,
    offsets: Array,
    k: int,
    *,
    max_order: int,
    began: Array,
    finished: Array,
    real: Array,
    ends: bool = True,
) -> Predictions:
    """Return all predictions with their contexts of each order up to ``max_order``.

    Where a segment began, its beginning is part of the context; where it did not, codes that
    fewer than ``max_order`` rows precede are left out. Where it did not finish, its end is not
    predicted; without ``ends`` no end is predicted. Segments that are not real are left out.
    """
    lengths = lengths_of(offsets)
    owners = np.concatenate([np.arange(len(lengths)), owners_of(offsets)]).astype(np.int64)
    # The row before each prediction: -1 for the first code of a segment, then every row.
    before = np.concatenate([np.full(len(lengths), -1), np.arange(len(codes))])
    targets = np.concatenate([_first(codes, offsets, k), _next(codes, offsets, k)])
    position = np.where(before < 0, 0, before - offsets[:-1][owners] + 1)
    kept = ((targets < k) | (finished[owners] & ends)) & real[owners]
    kept &= began[owners] | (position >= max_order)
    owners, before, targets = owners[kept], before[kept], targets[kept]
    orders = [_order(np.zeros(len(owners), dtype=np.int64), np.array([k]), targets, k)]
    for order in range(1, max_order + 1):
        states = last_codes(codes, offsets, k, order=order)
        last = np.array([member[-1] for member in states.members] + [k], dtype=np.int64)
        found = np.append(states.codes, len(states.members))[before]
        orders.append(_order(found, last, targets, k))
    return Predictions(owners, targets, orders)


def _first(codes: Array, offsets: Array, k: int) -> Array:
    """Return the first code of each segment, (n,); k where the segment is empty."""
    return np.where(lengths_of(offsets) > 0, np.append(codes, k)[offsets[:-1]], k)


def _next(codes: Array, offsets: Array, k: int) -> Array:
    """Return the next code after each row, int64 (m,); k after the last row of its segment."""
    following = np.append(codes[1:], k).astype(np.int64)
    following[offsets[1:][lengths_of(offsets) > 0] - 1] = k
    return following[: len(codes)]


def _order(context: Array, last: Array, targets: Array, k: int) -> Order:
    """Return the contexts that occur and their cells, numbered from 0 without gaps."""
    numbers, size = dense_numbers(context, len(last))
    used = distinct_keys(context, numbers, size)
    keys = numbers * (k + 1) + targets
    cells, width = dense_numbers(keys, size * (k + 1))
    owner = distinct_keys(keys, cells, width) // (k + 1)
    return Order(numbers, cells, owner, last[used])


def merged(found: Predictions) -> tuple[Predictions, Array]:
    """Return one prediction for all that share their longest context and their target.

    The longest context determines the shorter ones. Also returns the number of each prediction
    among the merged ones, int64 (h,), to sum weights by.
    """
    numbers = found.orders[-1].cell
    size = len(found.orders[-1].owner)
    rows = np.empty(size, dtype=np.int64)
    rows[numbers] = np.arange(len(numbers))
    orders = [
        attrs.evolve(one, context=one.context[rows], cell=one.cell[rows]) for one in found.orders
    ]
    return Predictions(found.owners[rows], found.targets[rows], orders), numbers


def log_likelihoods(found: Predictions, weights: Array) -> list[float]:
    """Return the maximised log-likelihood of each order, in nats."""
    answer = []
    for order in found.orders:
        totals = np.bincount(order.cell, weights, len(order.owner))
        every = np.bincount(order.owner, totals, order.contexts)[order.owner]
        some = totals > 0
        answer.append(float((totals[some] * np.log(totals[some] / every[some])).sum()))
    return answer


def degrees_of_freedom(found: Predictions, k: int) -> list[int]:
    """Return the number of free parameters of each order.

    A context can be followed by every code that its last code is followed by anywhere; these
    probabilities sum to 1. Contexts that never occur have no parameters.
    """
    first = found.orders[min(1, len(found.orders) - 1)]
    choices = np.zeros(k + 1, dtype=np.int64)
    choices[first.last] = np.bincount(first.owner, minlength=first.contexts)
    free = [len(found.orders[0].owner) - 1]
    free += [int((choices[order.last] - 1).sum()) for order in found.orders[1:]]
    return [max(one, 0) for one in free]


def held_out_losses(found: Predictions, train: Array, test: Array, size: int) -> list[float]:
    """Return the held-out log loss of each order, in bits per prediction.

    Parameters
    ----------
    train, test : float64 (h,)
        The weight of each prediction in training and in testing.
    size
        The number of codes, including the end.

    Notes
    -----
    The counts of a context are mixed with the prediction of the context that is one code shorter,
    which has the weight of one observation; order 0 is mixed with the uniform distribution (a
    Dirichlet prior; D. J. C. MacKay and L. C. Bauman Peto 1995, Natural Language Engineering
    1(3), 289-308, doi:10.1017/S1351324900000218). A context that occurs exactly as often as the
    context that is one code shorter is the same context, and makes the same prediction.
    """
    answer = []
    weight = float(test.sum())
    chance = np.full(len(test), 1 / max(size, 1))
    shorter = np.full(len(test), -1.0)
    for order in found.orders:
        cells = np.bincount(order.cell, train, len(order.owner))
        every = np.bincount(order.owner, cells, order.contexts)[order.context]
        mixed = (cells[order.cell] + _STRENGTH * chance) / (every + _STRENGTH)
        chance = np.where(every == shorter, chance, mixed)
        shorter = every
        answer.append(float(-(test * np.log2(chance)).sum()) / weight if weight else np.nan)
    return answer
