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
    amounts: tuple[Array, Array],
    *,
    groups: Array,
    repeats: Array,
    windows: int,
) -> RollingSums:
    """Return the sums of two amounts in each window, and their squares and products over cells.

    Parameters
    ----------
    spans : int64 (e,) both
        The first window an event is in, and the first window it is no longer in.
    cells : int64 (e,)
        The cell of each event: a unit in a group.
    amounts : float64 (e,) both
        What each event adds to x and y of its cell.
    groups, repeats : int64 (c,)
        The group of each cell, and the number of identical cells.
    windows
        The number of windows.

    Notes
    -----
    Only the cells that change from one window to the next are looked at: O(e log e) in all.
    """
    size = int(groups.max(initial=-1)) + 1
    when, who, more = _changes(spans, cells, amounts, size=len(groups))
    bounds = np.searchsorted(when, np.arange(windows + 1))
    held = np.zeros((2, len(groups)))
    steps = np.zeros((5, windows, size))
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
    first, second, squares, products, others = np.cumsum(steps, axis=1)
    return RollingSums(
        first=first,
        second=second,
        first_squares=squares,
        products=products,
        second_squares=others,
    )


def _changes(
    spans: tuple[Array, Array], cells: Array, amounts: tuple[Array, Array], *, size: int
) -> tuple[Array, Array, Array]:
    """Return the window, the cell and what it gains: sorted, each window and cell once."""
    keys = np.concatenate([one * size + cells for one in spans])
    found, of = np.unique(keys, return_inverse=True)
    more = [np.bincount(of, np.concatenate([one, -one]), len(found)) for one in amounts]
    return found // max(size, 1), found % max(size, 1), np.array(more)


def _squares(held: Array) -> Array:
    return np.array([held[0] ** 2, held[0] * held[1], held[1] ** 2])
