"""What sets of touchpoints are worth: by journeys within them, or as the caller says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from touchpoints._core import checks
from touchpoints._core.frozen import Array
from touchpoints.errors import InvalidInputError, WrongKindError

Worth: TypeAlias = "Callable[[frozenset[str]], float] | Mapping[frozenset[str], float]"


def worth_of(worth: Worth) -> Callable[[frozenset[str]], float]:
    """Return the worth of sets of keys as a function that checks its answers.

    Raises
    ------
    InvalidInputError
        By the function: when a set has no worth, or one that is not a finite number.
    """
    if isinstance(worth, Mapping):
        known = {frozenset(members): one for members, one in worth.items()}
        find: Callable[[frozenset[str]], object] = known.get
    elif callable(worth):
        find = worth
    else:
        raise WrongKindError(
            f"worth must be a function of a frozenset of keys, or a mapping of them, got {worth!r}"
        )

    def checked(members: frozenset[str]) -> float:
        answer = find(members)
        if answer is None and not members:
            return 0.0
        shown = " + ".join(sorted(members)) or "no touchpoint"
        if answer is None:
            raise InvalidInputError(f"worth has no value for the set {shown}")
        return checks.number(f"the worth of the set {shown}", answer)

    return checked


def table_of(worth: Callable[[frozenset[str]], float], keys: list[str]) -> Array:
    """Return the worth of all subsets of the keys, float64 (2**p,), less that of the empty set."""
    members = [
        frozenset(key for bit, key in enumerate(keys) if number >> bit & 1)
        for number in range(1 << len(keys))
    ]
    answer = np.array([worth(one) for one in members])
    return np.asarray(answer - answer[0])


def marginals_of(
    worth: Callable[[frozenset[str]], float], keys: list[str]
) -> Callable[[Array], Array]:
    """Return a function from an order of the keys to what each of them adds when it comes."""

    def marginals(order: Array) -> Array:
        answer, members, before = np.empty(len(keys)), frozenset[str](), worth(frozenset())
        for number in order.tolist():
            members |= {keys[number]}
            after = worth(members)
            answer[number], before = after - before, after
        return answer

    return marginals


def rate_marginals(
    members: Array, offsets: Array, amounts: Array, *, trials: Array, prior: float
) -> Callable[[Array], Array]:
    """Return a function from an order of players to what each adds to the rate when it comes.

    Parameters
    ----------
    members, offsets
        The players of each journey, one after another; no journey is empty.
    amounts, trials : float64 (n,)
        What each journey earned, and how many trials it was.
    """
    players = int(members.max()) + 1
    mean = float(amounts.sum() / trials.sum())

    def marginals(order: Array) -> Array:
        place = np.empty(players, dtype=np.int64)
        place[order] = np.arange(players)
        done = np.maximum.reduceat(place[members], offsets[:-1])
        earned = np.cumsum(np.bincount(done, amounts, players))
        tried = np.cumsum(np.bincount(done, trials, players))
        with np.errstate(divide="ignore", invalid="ignore"):
            rates = (earned + prior * mean) / (tried + prior)
        rates[tried + prior <= 0] = 0.0
        answer = np.empty(players)
        answer[order] = np.diff(rates, prepend=0.0)
        return answer

    return marginals
