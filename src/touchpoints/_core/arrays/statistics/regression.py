"""Least squares with clustered observations, and how much of the variance each column explains."""

from __future__ import annotations

import itertools
import math

import attrs
import numpy as np

from touchpoints._core.frozen import Array

_TINY, _ROUNDING = 1e-9, 1e-28


@attrs.frozen(eq=False, kw_only=True)
class Fit:
    """A linear model fitted by weighted least squares.

    Attributes
    ----------
    coefficients : float64 (p,)
        nan for columns that the others determine.
    covariance : float64 (p, p)
        Clustered by unit; nan with fewer than two units.
    freedom : float
        The degrees of freedom: the number of units minus one.
    r2 : float
        The share of the variance that is explained.
    """

    coefficients: Array
    covariance: Array
    freedom: float
    r2: float


def least_squares(
    columns: Array, values: Array, weights: Array, units: Array, *, repeats: Array | None = None
) -> Fit:
    """Fit values to columns, and cluster the errors.

    Parameters
    ----------
    columns : float64 (n, p)
        With a column of ones for the intercept.
    values, weights : float64 (n,)
    units : int64 (n,)
        The unit of each row: rows of one unit are not independent.
    repeats : float64 (n,), optional
        How many identical units the row is of; its weight is that of all of them together.

    Notes
    -----
    The covariance is that of K.-Y. Liang & S. L. Zeger (1986), Longitudinal data analysis using
    generalized linear models, Biometrika 73(1), 13-22, doi:10.1093/biomet/73.1.13, with residuals
    of units scaled by ``(I - H)⁻¹`` as leaving out one unit at a time does (R. M. Bell & D. F.
    McCaffrey 2002, Bias reduction in standard errors for linear regression with multi-stage
    samples, Survey Methodology 28(2), 169-181).
    """
    kept = independent(columns * np.sqrt(weights)[:, None])
    x, p = columns[:, kept], columns.shape[1]
    gram = np.linalg.pinv((x * weights[:, None]).T @ x)
    found = gram @ (x * weights[:, None]).T @ values
    rest = values - x @ found
    total = float(weights.sum())
    spread = float(weights @ (values - weights @ values / total) ** 2) if total else 0.0
    least = _ROUNDING * float(weights @ values**2)
    coefficients, covariance = np.full(p, np.nan), np.full((p, p), np.nan)
    coefficients[kept] = found
    _, first, of = np.unique(units, return_index=True, return_inverse=True)
    times = np.ones(len(first)) if repeats is None else repeats[first].astype(np.float64)
    size = float(times.sum())
    if size > 1:
        each = weights if repeats is None else weights / repeats
        moved = _left_out(x, rest, each, of, gram=gram) * np.sqrt(times)[:, None]
        covariance[np.ix_(kept, kept)] = moved.T @ moved * (size - 1) / size
    r2 = 1 - float(weights @ rest**2) / spread if spread > least else np.nan
    return Fit(coefficients=coefficients, covariance=covariance, freedom=size - 1.0, r2=r2)


def _left_out(x: Array, rest: Array, weights: Array, of: Array, *, gram: Array) -> Array:
    """Return how far the coefficients move when each unit is left out, float64 (u, p)."""
    order = np.argsort(of, kind="stable")
    bounds = np.append(0, np.cumsum(np.bincount(of)))
    p = x.shape[1]
    moved = np.zeros((len(bounds) - 1, p))
    scores = np.zeros_like(moved)
    np.add.at(scores, of, x * (weights * rest)[:, None])
    leverage = np.zeros((len(bounds) - 1, p, p))
    for unit, (low, high) in enumerate(itertools.pairwise(bounds.tolist())):
        rows = x[order[low:high]]
        leverage[unit] = (rows * weights[order[low:high]][:, None]).T @ rows
    inner = np.eye(p)[None] - leverage @ gram[None]
    fine = np.abs(np.linalg.det(inner)) > _TINY
    moved[fine] = np.linalg.solve(inner[fine], scores[fine][:, :, None])[:, :, 0] @ gram
    return moved


def independent(columns: Array) -> Array:
    """Return the places of columns that those before them do not determine, int64."""
    kept: list[int] = []
    basis = np.zeros((columns.shape[0], 0))
    for place in range(columns.shape[1]):
        one = columns[:, place]
        size = float(np.linalg.norm(one))
        rest = one - basis @ (basis.T @ one)
        rest = rest - basis @ (basis.T @ rest)
        if size and float(np.linalg.norm(rest)) > _TINY * 10 * size:
            kept.append(place)
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return np.array(kept, dtype=np.int64)


def explained(moments: Array) -> Array:
    """Return the share of variance that each subset of columns explains, float64 (b, 2^p).

    Parameters
    ----------
    moments : float64 (b, p+1, p+1)
        Covariance matrices of the columns and, last, of the values.

    Notes
    -----
    Entry s is of the columns whose bits are set in s. Subsets are visited so that each differs from
    the one before it in one column, which is swept in or out: O(2^p p²) for each matrix. A column
    that the others of a subset determine adds nothing to it. J. H. Goodnight (1979), A
    tutorial on the SWEEP operator, The American Statistician 33(3), 149-158.
    """
    work = moments.astype(np.float64).copy()
    b, p = len(work), work.shape[1] - 1
    total, least = work[:, p, p].copy(), _TINY * np.diagonal(work, axis1=1, axis2=2)
    found, inside = np.zeros((b, 1 << p)), 0
    swept = np.zeros((b, p), dtype=bool)
    for step in range(1, 1 << p):
        column = (step & -step).bit_length() - 1
        leaving = bool(inside >> column & 1)
        inside ^= 1 << column
        if leaving:
            _sweep(work, column, np.flatnonzero(swept[:, column]), out=True)
            swept[:, column] = False
        for one in range(p):
            if inside >> one & 1 and not swept[:, one].all():
                fit = np.flatnonzero(~swept[:, one] & (work[:, one, one] > least[:, one]))
                _sweep(work, one, fit, out=False)
                swept[fit, one] = True
        with np.errstate(divide="ignore", invalid="ignore"):
            found[:, inside] = 1 - work[:, p, p] / total
    return found


def _sweep(work: Array, at: int, rows: Array, *, out: bool) -> None:
    """Sweep a column of some of the matrices in, or out again."""
    if not len(rows):
        return
    some = work if len(rows) == len(work) else work[rows]
    pivot = some[:, at, at].copy()
    row, column = some[:, at, :].copy(), some[:, :, at].copy()
    some -= column[:, :, None] * row[:, None, :] / pivot[:, None, None]
    sign = -1.0 if out else 1.0
    some[:, at, :] = sign * row / pivot[:, None]
    some[:, :, at] = sign * column / pivot[:, None]
    some[:, at, at] = -1 / pivot
    if len(rows) < len(work):
        work[rows] = some


def shared_out(r2: Array) -> Array:
    """Return the mean increase of the explained share over all orders of columns, (b, p).

    Parameters
    ----------
    r2 : float64 (b, 2^p)
        As `explained` returns it; 0 for the empty subset.

    Notes
    -----
    R. H. Lindeman, P. F. Merenda & R. Z. Gold (1980), Introduction to Bivariate and Multivariate
    Analysis, Scott, Foresman; the Shapley value of the game r2.
    """
    p = int(r2.shape[1]).bit_length() - 1
    subsets = np.arange(1 << p)
    size = np.array([one.bit_count() for one in range(1 << p)])
    weight = np.array([1 / (p * math.comb(p - 1, one)) for one in range(p)]) if p else np.ones(0)
    found = np.zeros((len(r2), p))
    for column in range(p):
        without = subsets[(subsets >> column) & 1 == 0]
        gain = r2[:, without | (1 << column)] - r2[:, without]
        found[:, column] = gain @ weight[size[without]]
    return found
