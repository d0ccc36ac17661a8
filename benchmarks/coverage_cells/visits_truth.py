"""What attribution models would say of endless journeys of a world, exactly, without `touchpoints`.

A chain of order 1 or 2 is fitted to the expected transitions of all persons together, and solved
by its fundamental matrix. Rules need the chances of each touchpoint at each place of journeys of
each length; games of sets need the chances of each set, from a chain of sets and last touchpoints.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import comb

import numpy as np

from .visits import LONGEST, TYPES, Law

Weights = Callable[[int], np.ndarray]
"""A rule: the weights of the places of a journey, by its length."""


def even(length: int) -> np.ndarray:
    """Return the weights of the linear rule."""
    return np.full(length, 1 / length)


def first(length: int) -> np.ndarray:
    """Return the weights of first touch."""
    return np.eye(length)[0]


def position(length: int) -> np.ndarray:
    """Return the weights of 40 % first, 40 % last, and the rest between."""
    if length == 1:
        return np.ones(1)
    if length == 2:
        return np.full(2, 0.5)
    return np.array([0.4, *np.full(length - 2, 0.2 / (length - 2)), 0.4])


def decaying(length: int) -> np.ndarray:
    """Return weights that halve with each interaction."""
    weights = 0.5 ** np.arange(length)[::-1]
    return weights / weights.sum()


def rule_shares(law: Law, weights: Weights, *, values: bool = False) -> np.ndarray:
    """Return the share of each touchpoint by a rule, (k,), of outcomes or of their value."""
    ends = law.leave * law.hit * (law.worth if values else 1.0)
    got = np.zeros(TYPES)
    forward, back = [law.start], [ends]
    for _ in range(LONGEST - 1):
        forward.append(np.einsum("ci,cij->cj", forward[-1], law.steps))
        back.append(np.einsum("cij,cj->ci", law.steps, back[-1]))
    for length in range(1, LONGEST + 1):
        for place, weight in enumerate(weights(length)):
            both = forward[place] * back[length - 1 - place]
            got += weight * (law.weights[:, None] * both).sum(axis=0)
    return got / got.sum()


def fitted(law: Law, order: int) -> tuple[list[tuple[int, ...]], np.ndarray, np.ndarray]:
    """Return states, expected transitions between them from the start (state 0), and who leaves.

    Whoever leaves reaches the outcome, gets nothing, or earns its value: (states, 3).
    """
    states = [(), *((i,) for i in range(TYPES))]
    if order == 2:
        states += list(product(range(TYPES), repeat=2))
    number = {state: place for place, state in enumerate(states)}
    moves, leaves = np.zeros((len(states), len(states))), np.zeros((len(states), 3))
    for share, start, visits, steps, leave, hit, worth in zip(
        law.weights, law.start, law.visits, law.steps, law.leave, law.hit, law.worth, strict=True
    ):
        there = {(): 1.0}
        there.update({(i,): start[i] if order == 2 else visits[i] for i in range(TYPES)})
        if order == 2:
            pairs = product(range(TYPES), repeat=2)
            there.update({(i, j): visits[i] * steps[i, j] for i, j in pairs})
        for state, amount in there.items():
            chances = steps[state[-1]] if state else start
            for nxt in range(TYPES):
                target = (*state, nxt)[-order:]
                moves[number[state], number[target]] += share * amount * chances[nxt]
            if state:
                done = share * amount * leave[state[-1]]
                chance = hit[state[-1]]
                leaves[number[state]] += done * np.array(
                    [chance, 1 - chance, chance * worth[state[-1]]]
                )
    return states, moves, leaves


def earned(
    law: Law, *, order: int, ends: np.ndarray, without: int | None = None, reconnect: bool = False
) -> float:
    """Return what a journey of the fitted chain earns, ``ends`` (3,) being worth of each end."""
    states, moves, leaves = fitted(law, order)
    total = moves.sum(axis=1) + leaves[:, :2].sum(axis=1)
    if without is not None:
        gone = np.array([bool(state) and state[-1] == without for state in states])
        if reconnect:
            total = total - moves[:, gone].sum(axis=1)
        moves[:, gone] = 0.0
    total = np.where(total > 0, total, 1.0)[:, None]
    ahead = np.linalg.solve(np.eye(len(states)) - moves / total, leaves / total @ ends)
    return float(ahead[0])


SALE = np.array([1.0, 0.0, 0.0])
VALUE = np.array([0.0, 0.0, 1.0])


def removal_effects(
    law: Law, *, order: int = 1, ends: np.ndarray = SALE, reconnect: bool = False
) -> np.ndarray:
    """Return the removal effect of each touchpoint, (k,)."""
    whole = earned(law, order=order, ends=ends)
    less = [
        earned(law, order=order, ends=ends, without=one, reconnect=reconnect)
        for one in range(TYPES)
    ]
    return 1 - np.array(less) / whole


def set_chances(law: Law) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of journeys with each set of touchpoints, and those with the outcome."""
    sets = 1 << TYPES
    trials, hits = np.zeros(sets), np.zeros(sets)
    places = np.arange(sets * TYPES).reshape(sets, TYPES)
    for share, start, steps, leave, hit in zip(
        law.weights, law.start, law.steps, law.leave, law.hit, strict=True
    ):
        moves, begin = np.zeros((sets * TYPES, sets * TYPES)), np.zeros(sets * TYPES)
        for one in range(TYPES):
            begin[places[1 << one, one]] = start[one]
            for now, group in product(range(TYPES), range(sets)):
                moves[places[group, now], places[group | 1 << one, one]] += steps[now, one]
        there = np.linalg.solve(np.eye(len(moves)) - moves.T, begin).reshape(sets, TYPES)
        trials += share * (there * leave).sum(axis=1)
        hits += share * (there * leave * hit).sum(axis=1)
    return trials, hits


def distinct_shares(law: Law) -> np.ndarray:
    """Return the shares of an even split between the distinct touchpoints of each journey."""
    got = np.zeros(TYPES)
    for group, amount in enumerate(set_chances(law)[1]):
        members = [one for one in range(TYPES) if group >> one & 1]
        got[members] += amount / max(len(members), 1)
    return got / got.sum()


def shapley_rates(law: Law, *, prior: float = 0.0) -> np.ndarray:
    """Return the Shapley values of rates, ``prior`` being a share of all journeys, (k,)."""
    trials, hits = set_chances(law)
    sets, worth = range(1 << TYPES), np.zeros(1 << TYPES)
    for group in sets[1:]:
        inside = [one for one in sets if one & group == one]
        mean = hits.sum() / trials.sum()
        worth[group] = (hits[inside].sum() + prior * mean) / (trials[inside].sum() + prior)
    values = np.zeros(TYPES)
    for one in range(TYPES):
        for group in sets:
            if not group >> one & 1:
                size = group.bit_count()
                part = worth[group | 1 << one] - worth[group]
                values[one] += part / (TYPES * comb(TYPES - 1, size))
    return values
