"""Sums over windows that move along time, and their squares over units."""

from __future__ import annotations

import attrs
import numpy as np

from touchpoints._core.frozen import Array


@attrs.frozen(eq=False, kw_only=True)
class RollingSums:
    """Sums of each window over the cells of each group, float64 (w, g).

    Attributes
    ----------
    first, second
        The sums of x and of y.
    first_squares, products, second_squares
        The sums of x², x y and y² over cells.
    """

    first: Array
    second: Array
    first_squares: Array
    products: Array
    second_squares: Array


def rolling_sums(
    spans: tuple[Array, Array],
    cells: Array,
    amounts: tuple[Array, ...],
    *,
    groups: Array,
    repeats: Array,
    windows: int,
) -> list[RollingSums]:
    """Return the sums of amounts in each window, and their squares and products over cells.

    Parameters
    ----------
    spans : int64 (e,) both
        The first window an event is in, and the first window it is no longer in.
    cells : int64 (e,)
        The cell of each event: a unit in a group.
    amounts : float64 (e,) each
        What each event adds to its cell: to one x or several, and last to y.
    groups, repeats : int64 (c,)
        The group of each cell, and the number of identical cells.
    windows
        The number of windows.

    Returns
    -------
    list of RollingSums
        Of each x and y.

    Notes
    -----
    Only the cells that change from one window to the next are looked at: O(e log e) in all.
    """
    size = int(groups.max(initial=-1)) + 1
    when, who, more = _changes(spans, cells, amounts, size=len(groups))
    bounds = np.searchsorted(when, np.arange(windows + 1))
    many = len(amounts) - 1
    held = np.zeros((len(amounts), len(groups)))
    steps = np.zeros((3 * many + 2, windows, size))
    weights = repeats.astype(np.float64)
    for window in range(windows):
        part = slice(bounds[window], bounds[window + 1])
        chosen = who[part]
        before = held[:, chosen]
        after = before + more[:, part]
        held[:, chosen] = after
        moved = (*(after - before), *(_squares(after) - _squares(before)))
        for kind, change in enumerate(moved):
            steps[kind, window] = np.bincount(groups[chosen], change * weights[chosen], size)
    sums, squares, products = np.split(np.cumsum(steps, axis=1), (many + 1, 2 * many + 2))
    return [
        RollingSums(
            first=sums[one],
            second=sums[-1],
            first_squares=squares[one],
            products=products[one],
            second_squares=squares[-1],
        )
        for one in range(many)
    ]


def _changes(
    spans: tuple[Array, Array], cells: Array, amounts: tuple[Array, ...], *, size: int
) -> tuple[Array, Array, Array]:
    """Return the window, the cell and what it gains: sorted, each window and cell once."""
    keys = np.concatenate([one * size + cells for one in spans])
    found, of = np.unique(keys, return_inverse=True)
    more = [np.bincount(of, np.concatenate([one, -one]), len(found)) for one in amounts]
    return found // max(size, 1), found % max(size, 1), np.array(more)


def _squares(held: Array) -> Array:
    """Return the squares of all amounts, and the products of each but the last with the last."""
    return np.concatenate([held**2, held[:-1] * held[-1]])
