"""How long threads of needs are open, and how often they were watched until they closed."""

from __future__ import annotations

import numpy as np

from touchpoints._core.arrays.statistics.survival import (
    Dependence,
    first_at_most,
    median_bounds,
    product_limit,
)
from touchpoints._core.frozen import Array
from touchpoints.experience._shared.threading import MET, OPEN, Threads

_SECOND = 1e6
_DIGITS = 12


def closing_weights(found: Threads) -> Array:
    """Return the weight of each closed thread, float64 (t,); 0 of an open one.

    The fall of the Kaplan-Meier curve at the time the thread closes, divided by the number that
    close then, scaled so that the weights of a need add up to its closed threads.
    """
    weights = np.zeros(len(found.codes))
    for mine in _of_each_need(found):
        ended = found.state[mine] != OPEN
        times = found.closed[mine] - found.opened[mine]
        curve = product_limit(times, ended, _dependence(found, mine, apart=True))
        if not ended.any():
            continue
        at = np.searchsorted(curve.times, times)
        part = np.append(1.0, curve.share)[at] / curve.at_risk[at]
        real = found.units.repeats[found.units.of[mine]]
        scale = float(real[ended].sum()) / float((part * real)[ended].sum())
        weights[mine] = np.where(ended, np.round(part * scale, _DIGITS), 0.0)
    return weights


def medians_until_met(found: Threads, *, level: float) -> dict[str, Array]:
    """Return the median time until threads of each need are met, with its interval, in seconds."""
    medians = np.full((3, found.needs.k), np.nan)
    for code, mine in enumerate(_of_each_need(found)):
        met = found.state[mine] == MET
        until = np.where(met, found.closed[mine], found.watched[mine])
        alone = found.units.unit == "journey" and bool(found.fresh[mine].all())
        curve = product_limit(
            until - found.opened[mine], met, _dependence(found, mine, apart=alone)
        )
        if found.judged[code]:
            middle = first_at_most(curve.times, curve.share, 0.5)
            medians[:, code] = (middle, *median_bounds(curve, level))
    names = ("median", "median_low", "median_high")
    return dict(zip(names, medians / _SECOND, strict=True))


def _of_each_need(found: Threads) -> list[Array]:
    """Return the threads of each need."""
    order = np.argsort(found.codes, kind="stable")
    edges = np.searchsorted(found.codes[order], np.arange(1, found.needs.k))
    return np.split(order, edges) if found.needs.k else []


def _dependence(found: Threads, mine: Array, *, apart: bool) -> Dependence:
    units = found.units
    return Dependence(
        of=units.of[mine], repeats=units.repeats, within=units.within[mine], apart=apart
    )
