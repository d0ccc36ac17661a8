"""Shewhart's control charts: limits, overdispersion, runs and how often they are false alarms."""

from __future__ import annotations

import numpy as np

from touchpoints._core.frozen import Array

D2 = 1.128
"""The expected range of two independent normal values, over their standard deviation."""

SIGMAS = 3.0


def moving_range(values: Array) -> float:
    """Return the mean difference of consecutive values, without sign, over `D2`.

    An estimate of the standard deviation that a trend hardly widens; nan with fewer than two.
    """
    if len(values) < len("ab"):
        return float("nan")
    return float(np.abs(np.diff(values)).mean()) / D2


def runs_on_one_side(values: Array, centre: float, *, length: int) -> Array:
    """Return the values that end a run of at least ``length`` on one side of the centre, bool (n,).

    A value on the centre ends a run.
    """
    side, run, found = 0, 0, np.zeros(len(values), dtype=bool)
    for place, one in enumerate(np.sign(values - centre).astype(int).tolist()):
        run = run + 1 if one == side and one else abs(one)
        side = one
        found[place] = run >= length
    return found


def average_run_length(*, length: int) -> float:
    """Return how many values there are up to the first false alarm, on average.

    Notes
    -----
    Of independent normal values with known limits, with signals beyond three standard deviations
    and for runs of ``length`` on one side: C. W. Champ & W. H. Woodall (1987), Exact results for
    Shewhart control charts with supplementary runs rules, Technometrics 29(4), 393-399.
    """
    from scipy.special import ndtr

    inside = float(ndtr(SIGMAS)) - 0.5
    states = np.eye(length)  # 0 at the start, else the length of the run so far
    states[0, min(1, length - 1)] -= 2 * inside if length > 1 else 0.0
    for run in range(1, length):
        states[run, 1] -= inside
        if run + 1 < length:
            states[run, run + 1] -= inside
    return float(np.linalg.solve(states, np.ones(length))[0])
