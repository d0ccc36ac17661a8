"""Agglomerative information bottleneck: rows of counts merged at the least loss of information."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from touchpoints._core.frozen import Array


@attrs.frozen(eq=False, kw_only=True)
class Mergers:
    """In which order rows are merged, the cheapest merger first.

    Attributes
    ----------
    kept, gone : int64 (j,)
        Each merger adds the group of the row ``gone`` to that of the row ``kept``.
    losses : float64 (j,)
        The information that each merger loses about the columns, in bits times the total count.
    present : bool (k,)
        Whether each row has any count. Rows without are not merged.
    """

    kept: Array
    gone: Array
    losses: Array
    present: Array

    def groups_at(self, size: int) -> Array:
        """Return the group of each row when ``size`` groups are left, int64 (k,).

        Groups are numbered in the order of their first row; rows without counts have -1. There are
        as many groups as rows with counts where those are fewer.
        """
        steps = max(min(int(self.present.sum()) - size, len(self.kept)), 0)
        above = list(range(len(self.present)))

        def top(row: int) -> int:
            while above[row] != row:
                above[row] = above[above[row]]
                row = above[row]
            return row

        for kept, gone in zip(self.kept[:steps].tolist(), self.gone[:steps].tolist(), strict=True):
            above[top(gone)] = top(kept)
        labels = np.array([top(row) for row in range(len(above))], dtype=np.int64)
        numbers = np.full(len(labels), -1)
        _, first, of = np.unique(labels[self.present], return_index=True, return_inverse=True)
        numbers[self.present] = np.argsort(np.argsort(first))[of]
        return numbers


_LARGEST = 1 << 22


def xlogx(counts: Array) -> Array:
    """Return n log2 n of counts that are integers, 0 for 0."""
    return np.asarray(counts * np.log2(np.maximum(counts, 1)))


def _entropies(total: int) -> Callable[[Array], Array]:
    """Return `xlogx` for integers up to a total: looked up where a table is small."""
    if total > _LARGEST:
        return xlogx
    table = xlogx(np.arange(total + 1, dtype=np.float64))
    return table.take


def mergers(counts: Array) -> Mergers:
    """Merge the two rows that lose the least information about the columns, until one is left.

    Parameters
    ----------
    counts : float64 (k, r)
        Integers of at least 0: how often each row occurs with each column.

    Notes
    -----
    The agglomerative information bottleneck of N. Slonim and N. Tishby (1999), Agglomerative
    information bottleneck, Advances in Neural Information Processing Systems 12. Merging i and j
    loses ``(n_i + n_j) H(i + j) - n_i H(i) - n_j H(j)``, H the entropy of the columns in a row.
    Equal losses are merged in the order of the rows. O(k² c) for c columns that a row has on
    average, and O(k²) memory.
    """
    present = counts.sum(axis=1) > 0
    work = _Work(counts[present])
    names = np.flatnonzero(present)
    pairs = np.array([work.merge() for _ in range(max(len(names) - 1, 0))])
    pairs = pairs.reshape(-1, 3)
    return Mergers(
        kept=names[pairs[:, 0].astype(np.int64)],
        gone=names[pairs[:, 1].astype(np.int64)],
        losses=pairs[:, 2],
        present=present,
    )


class _Work:
    """The rows that are left, the losses of all their pairs, and the best partner of each."""

    def __init__(self, counts: Array) -> None:
        k = len(counts)
        self.columns = np.ascontiguousarray(counts.T).astype(np.int64)
        self.names = np.arange(k)
        self.totals = self.columns.sum(axis=0)
        self.xlogx = _entropies(2 * int(self.totals.sum()))  # a row meets itself, too
        self.each = self.xlogx(self.columns)
        self.bits = self.each.sum(axis=0)
        self.alive = np.ones(k, dtype=bool)
        self.losses = np.full((k, k), np.inf)
        for row in range(k - 1):
            found = self._losses(row, slice(row + 1, k))
            self.losses[row, row + 1 :] = found
            self.losses[row + 1 :, row] = found
        self.partner = self.losses.argmin(axis=1) if k else np.empty(0, np.int64)
        self.least = self.losses[np.arange(k), self.partner] if k else np.empty(0)

    def merge(self) -> tuple[int, int, float]:
        """Merge the cheapest pair; return what is kept, what is gone, and the loss."""
        row = int(self.least.argmin())
        kept, gone = sorted((row, int(self.partner[row])))
        loss = float(self.least[row])
        answer = (int(self.names[kept]), int(self.names[gone]), max(loss, 0.0))
        self.columns[:, kept] += self.columns[:, gone]
        self.totals[kept] += self.totals[gone]
        self.each[:, kept] = self.xlogx(self.columns[:, kept])
        self.bits[kept] = self.each[:, kept].sum()
        self.alive[gone] = False
        self.losses[gone, :] = self.losses[:, gone] = np.inf
        self.least[gone] = np.inf
        self._renew(kept, gone)
        if len(self.alive) > 2 * self.alive.sum() + 8:
            self._shrink()
        return answer

    def _renew(self, kept: int, gone: int) -> None:
        """Find the losses of the row that was merged, and the partners that changed."""
        found = self._losses(kept, slice(0, len(self.alive)))
        found[~self.alive] = np.inf
        found[kept] = np.inf
        self.losses[kept, :] = self.losses[:, kept] = found
        stale = self.alive & ((self.partner == kept) | (self.partner == gone))
        stale[kept] = True
        rows = np.flatnonzero(stale)
        self.partner[rows] = self.losses[rows].argmin(axis=1)
        self.least[rows] = self.losses[rows, self.partner[rows]]
        nearer = (found < self.least) | ((found == self.least) & (kept < self.partner))
        nearer &= self.alive & ~stale
        self.partner[nearer] = kept
        self.least[nearer] = found[nearer]

    def _losses(self, row: int, others: slice) -> Array:
        """Return what merging a row with others loses, float64."""
        mine = np.flatnonzero(self.columns[:, row])
        both = self.columns[mine, others] + self.columns[mine, row][:, None]
        joint = self.xlogx(both).sum(axis=0) - self.each[mine, others].sum(axis=0)
        totals = self.totals[others] + self.totals[row]
        apart = xlogx(self.totals[others]) + xlogx(self.totals[row]) - self.bits[row]
        return np.asarray(xlogx(totals) - joint - apart)

    def _shrink(self) -> None:
        """Leave out the rows that are gone."""
        left = np.flatnonzero(self.alive)
        places = np.full(len(self.alive), -1)
        places[left] = np.arange(len(left))
        self.columns = np.ascontiguousarray(self.columns[:, left])
        self.each = np.ascontiguousarray(self.each[:, left])
        self.losses = np.ascontiguousarray(self.losses[np.ix_(left, left)])
        self.names, self.bits, self.totals = self.names[left], self.bits[left], self.totals[left]
        self.partner, self.least = places[self.partner[left]], self.least[left]
        self.alive = self.alive[left]
