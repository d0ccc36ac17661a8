"""Slow, obvious twins of attribution: paths as tuples, chains as dicts, every subset one by one."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

START, SALE, LOST = "<start>", "<sale>", "<lost>"

Path = tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A path, how many journeys on it reached the outcome and how many did not, and their value."""

    path: Path
    sales: float
    lost: float
    value: float = 0.0


def credit(rows: Sequence[Row], weigh: Callable[[Path], list[float]]) -> dict[str, float]:
    """Split the sales of each path by the weights of its touches; those of no path to (none)."""
    answer: dict[str, float] = defaultdict(float)
    for row in rows:
        if not row.path:
            answer["(none)"] += row.sales
            continue
        weights = weigh(row.path)
        for key, weight in zip(row.path, weights, strict=True):
            answer[key] += row.sales * weight / sum(weights)
    return dict(answer)


def first(path: Path) -> list[float]:
    """Return the weights of the first touch alone."""
    return [1.0] + [0.0] * (len(path) - 1)


def last(path: Path) -> list[float]:
    """Return the weights of the last touch alone."""
    return [0.0] * (len(path) - 1) + [1.0]


def last_non_direct(path: Path, direct: str) -> list[float]:
    """Return the weights of the last touch that is not direct; the last if all are."""
    others = [place for place, key in enumerate(path) if key != direct] or [len(path) - 1]
    return [float(place == others[-1]) for place in range(len(path))]


def linear(path: Path) -> list[float]:
    """Return equal weights."""
    return [1.0] * len(path)


def linear_distinct(path: Path) -> list[float]:
    """Return weights that are equal over distinct touchpoints."""
    often = Counter(path)
    return [1 / (len(often) * often[key]) for key in path]


def position(path: Path, one: float, end: float, named: dict[str, float]) -> list[float]:
    """Return the credit of roles, and the rest to those without, else to those with one."""
    weights, roles = [0.0] * len(path), set()
    for place, part in [(0, one), (len(path) - 1, end)]:
        weights[place] += part
        roles.add(place)
    for key, part in named.items():
        if key in path:
            weights[path.index(key)] += part
            roles.add(path.index(key))
    rest = 1 - sum(weights)
    takers = [place for place in range(len(path)) if place not in roles] or sorted(roles)
    for place in takers:
        weights[place] += rest / len(takers)
    return weights


def decay(path: Path, half_life: float) -> list[float]:
    """Return weights that halve every so many touches before the last."""
    return [2.0 ** (-(len(path) - 1 - place) / half_life) for place in range(len(path))]


# ------------------------------------------------------------------------------------------ chains


def states(path: Path, order: int) -> list[Path]:
    """Return the windows of a path, none equal to the one before; a shorter path as a whole."""
    if not path:
        return []
    if len(path) < order:
        return [path]
    windows = [path[place : place + order] for place in range(len(path) - order + 1)]
    if order == 1:
        return windows
    return [one for place, one in enumerate(windows) if not place or one != windows[place - 1]]


def transitions(rows: Sequence[Row], order: int) -> dict[tuple[object, object], float]:
    """Return the weight of each transition."""
    counts: dict[tuple[object, object], float] = defaultdict(float)
    for row in rows:
        steps = [START, *states(row.path, order)]
        for pair in itertools.pairwise(steps):
            counts[pair] += row.sales + row.lost
        counts[steps[-1], SALE] += row.sales
        counts[steps[-1], LOST] += row.lost
    return {pair: count for pair, count in counts.items() if count > 0}


def reaching(
    counts: dict[tuple[object, object], float],
    *,
    gone: Callable[[object, object], bool] = lambda source, target: False,
    reconnect: bool = False,
    end: object = SALE,
    worth: Callable[[object], float] = lambda source: 1.0,
) -> float:
    """Return the probability of an end from the start, by sweeps; ``gone`` transitions are lost.

    With ``worth`` the expected worth, a function of the last state before the end.
    """
    totals: dict[object, float] = defaultdict(float)
    for (source, target), count in counts.items():
        if not (reconnect and gone(source, target)):
            totals[source] += count
    chance = {source: 0.0 for source, _ in counts}
    for _ in range(5000):
        fresh = dict.fromkeys(chance, 0.0)
        for (source, target), count in counts.items():
            if not gone(source, target):
                ahead = worth(source) if target == end else chance.get(target, 0.0)
                fresh[source] += count / totals[source] * ahead
        moved = max(abs(fresh[node] - chance[node]) for node in fresh)
        chance = fresh
        if moved < 1e-15:
            break
    return chance[START]


def without_touchpoint(rows: Sequence[Row], key: str, order: int) -> float:
    """Return the probability of a sale where whoever comes to the touchpoint is lost."""
    return reaching(transitions(rows, order), gone=into({key}))


def into(keys: Collection[str]) -> Callable[[object, object], bool]:
    """Return whether a transition leads into a window with one of the keys."""

    def gone(_: object, target: object) -> bool:
        return isinstance(target, tuple) and not set(keys).isdisjoint(target)

    return gone


def completing(keys: Sequence[Collection[str]], order: int) -> Callable[[object, object], bool]:
    """Return whether a transition completes steps, one set of keys for each, in direct order."""

    def holds(gram: Path) -> bool:
        return len(gram) == len(keys) and all(
            key in step for key, step in zip(gram, keys, strict=True)
        )

    def gone(source: object, target: object) -> bool:
        if not isinstance(target, tuple):
            return False
        if isinstance(source, tuple):
            return holds((source[0], *target)[-len(keys) :])
        return any(holds(target[at : at + len(keys)]) for at in range(len(target)))

    return gone


def chain_shares(rows: Sequence[Row], order: int, *, of_value: bool = False) -> dict[str, float]:
    """Return the shares of sales (or of their value) in proportion to removal effects."""
    counts = transitions(rows, order)
    sold: dict[object, float] = defaultdict(float)
    earned: dict[object, float] = defaultdict(float)
    for row in rows:
        last = [START, *states(row.path, order)][-1]
        sold[last] += row.sales
        earned[last] += row.value if of_value else row.sales

    def worth(source: object) -> float:
        return earned[source] / sold[source]

    whole = reaching(counts, worth=worth)
    keys = sorted({key for row in rows for key in row.path})
    effects = {key: 1 - reaching(counts, gone=into({key}), worth=worth) / whole for key in keys}
    empty = sum(row.value if of_value else row.sales for row in rows if not row.path)
    none = empty / sum(row.value if of_value else row.sales for row in rows)
    total = sum(effects.values())
    shares = {key: one / total * (1 - none) if total else 0.0 for key, one in effects.items()}
    return {**shares, "(none)": none}


def rate_shares(rows: Sequence[Row]) -> dict[str, float]:
    """Return the shares of sales in proportion to Shapley values of the game of rates."""
    keys = sorted({key for row in rows for key in row.path})
    found = shapley(lambda members: rate(rows, members), keys)
    none = sum(row.sales for row in rows if not row.path) / sum(row.sales for row in rows)
    total = sum(found.values())
    return {**{key: one / total * (1 - none) for key, one in found.items()}, "(none)": none}


def rule_shares(
    rows: Sequence[Row], weigh: Callable[[Path], list[float]], *, of_value: bool = False
) -> dict[str, float]:
    """Return the shares of sales (or of their value) by the weights of touches."""
    used = [Row(row.path, row.value, 0.0) for row in rows] if of_value else rows
    got = credit(used, weigh)
    return {key: one / sum(row.sales for row in used) for key, one in got.items()}


# ------------------------------------------------------------------------------------ uncertainty

_STEP = 1e-5


def sandwich(
    rows: Sequence[Row],
    units: Sequence[object],
    statistic: Callable[[Sequence[Row]], dict[str, float]],
    keys: Sequence[str],
) -> list[list[float]]:
    """Return the covariance of a statistic of single journeys, over units.

    How much a journey moves it is the derivative in its weight, by differences; the moves of each
    unit are added up, and the sum of their squares is multiplied by C / (C - 1) for C units.
    """

    def weighted(row: Row, weight: float) -> Row:
        return Row(row.path, row.sales * weight, row.lost * weight, row.value * weight)

    moves: dict[object, list[float]] = {}
    for place, (row, unit) in enumerate(zip(rows, units, strict=True)):
        more, less = (
            statistic([*rows[:place], weighted(row, 1 + step), *rows[place + 1 :]])
            for step in (_STEP, -_STEP)
        )
        moved = [(more.get(key, 0.0) - less.get(key, 0.0)) / (2 * _STEP) for key in keys]
        known = moves.setdefault(unit, [0.0] * len(keys))
        moves[unit] = [one + other for one, other in zip(known, moved, strict=True)]
    many = len(moves)
    return [
        [
            sum(one[left] * one[right] for one in moves.values()) * many / (many - 1)
            for right in range(len(keys))
        ]
        for left in range(len(keys))
    ]


def unseen_rates(
    rows: Sequence[Row],
    units: Sequence[object],
    statistic: Callable[[Sequence[Row]], dict[str, float]],
    keys: Sequence[str],
) -> list[list[float]]:
    """Return what is added to the sandwich since each set is rarely seen, for games of rates.

    As many journeys of a set as there are, but with a rate as if journeys of the overall rate had
    been added to it until one more of them sold.
    """
    tried = sum(row.sales + row.lost for row in rows if row.path)
    mean = sum(row.sales for row in rows if row.path) / tried
    many, answer = len(set(units)), [[0.0] * len(keys) for _ in keys]
    for members in {frozenset(row.path) for row in rows if row.path}:
        there = [row for row in rows if frozenset(row.path) == members]
        sold, lost = sum(row.sales for row in there), sum(row.lost for row in there)
        likely = (sold + 1) / (sold + lost + 1 / mean) * (sold + lost)
        path = there[0].path
        for change, extra in (
            (lambda step, path=path: Row(path, step, 0.0), likely - sold),
            (lambda step, path=path: Row(path, 0.0, step), sold - likely),
        ):
            more, less = (statistic([*rows, change(step)]) for step in (_STEP, -_STEP))
            moved = [(more.get(key, 0.0) - less.get(key, 0.0)) / (2 * _STEP) for key in keys]
            for left, right in itertools.product(range(len(keys)), repeat=2):
                answer[left][right] += extra * moved[left] * moved[right] * many / (many - 1)
    return answer


def varied(
    share: float, variance: float, amounts: Sequence[float], *, imagined: float
) -> tuple[float, float]:
    """Return a variance drawn towards that of units of these amounts that say yes or no.

    Then how many units tell of it.
    """
    some = [one for one in amounts if one > 0]
    alike = sum(some) ** 2 / sum(one**2 for one in some)
    seen = min(4 * share * (1 - share) * len(some), max(len(some) - 1, 1))
    alone = share * (1 - share) / alike
    return (seen * variance + imagined * alone) / (seen + imagined), seen


def centred(share: float, amounts: Sequence[float]) -> float:
    """Return a share between 0 and 1 with 3.84 more units, half of which say yes, at 95 %."""
    some = [one for one in amounts if one > 0]
    alike, more = sum(some) ** 2 / sum(one**2 for one in some), 1.959963984540054**2
    return (min(max(share, 0.0), 1.0) * alike + more / 2) / (alike + more)


# ----------------------------------------------------------------------------------------- Shapley


def shapley(worth: Callable[[frozenset[str]], float], players: Sequence[str]) -> dict[str, float]:
    """Return the mean of what each player adds over all orders of the players."""
    answer = dict.fromkeys(players, 0.0)
    for order in itertools.permutations(players):
        there: frozenset[str] = frozenset()
        for player in order:
            joined = there | {player}
            answer[player] += (worth(joined) - worth(there)) / math.factorial(len(players))
            there = joined
    return answer


def rate(rows: Sequence[Row], members: frozenset[str], prior: float = 0.0) -> float:
    """Return the share of sales among journeys with no touchpoint beyond the members."""
    used = [row for row in rows if row.path]
    mean = sum(row.sales for row in used) / sum(row.sales + row.lost for row in used)
    inside = [row for row in used if set(row.path) <= members]
    sales = sum(row.sales for row in inside) + prior * mean
    tried = sum(row.sales + row.lost for row in inside) + prior
    return sales / tried if tried and members else 0.0


def interaction(
    worth: Callable[[frozenset[str]], float], players: Sequence[str], pair: tuple[str, str]
) -> float:
    """Return the mean over sizes and sets of what a pair adds beyond what its members add."""
    others = [player for player in players if player not in pair]
    total = 0.0
    for size in range(len(others) + 1):
        sets = list(itertools.combinations(others, size))
        for one in sets:
            there = frozenset(one)
            gain = worth(there | set(pair)) + worth(there)
            gain -= worth(there | {pair[0]}) + worth(there | {pair[1]})
            total += gain / len(sets) / (len(others) + 1)
    return total


def leave_one_out(rows: Sequence[Row]) -> dict[str, float]:
    """Split the sales of each path by what its rate loses without each touch, at least 0."""
    sales, tried = Counter[Path](), Counter[Path]()
    for row in rows:
        sales[row.path] += row.sales
        tried[row.path] += row.sales + row.lost

    def rate_of(path: Path) -> float:
        return sales[path] / tried[path] if tried[path] else 0.0

    def weigh(path: Path) -> list[float]:
        shorter = [path[:place] + path[place + 1 :] for place in range(len(path))]
        gained = [max(rate_of(path) - rate_of(one), 0.0) for one in shorter]
        return gained if sum(gained) > 0 else [1.0] * len(path)

    return credit(rows, weigh)


# ---------------------------------------------------------------------------------------- hazards

_TINY = 1e-12


def hazards(
    journeys: Sequence[tuple[Sequence[tuple[str, float]], bool]], steps: int
) -> tuple[dict[str, float], dict[str, float], dict[str, float], float]:
    """Return strengths, rates, credit and log-likelihood after some steps of EM.

    Journeys are touches with the seconds from each to the end of watching, and whether the outcome
    came then.
    """
    keys = sorted({key for touches, _ in journeys for key, _ in touches})
    waits = [wait for touches, _ in journeys for _, wait in touches]
    hits = sum(reached for _, reached in journeys)
    strength = dict.fromkeys(keys, hits / len(waits))
    rate = dict.fromkeys(keys, len(waits) / sum(waits))
    likelihood = 0.0
    credit: dict[str, float] = {}
    for step in range(steps):
        given, exposed = dict.fromkeys(keys, 0.0), dict.fromkeys(keys, 0.0)
        parts = []
        likelihood = 0.0
        for touches, reached in journeys:
            logs = [
                math.log(max(strength[key] * rate[key], 1e-300)) - rate[key] * wait
                for key, wait in touches
            ]
            most = max(logs)
            total = sum(math.exp(one - most) for one in logs)
            shares = [math.exp(one - most) / total if reached else 0.0 for one in logs]
            parts.append(shares)
            likelihood += most + math.log(total) if reached else 0.0
            for (key, wait), share in zip(touches, shares, strict=True):
                given[key] += share
                exposed[key] += 1 - math.exp(-rate[key] * wait)
                likelihood -= strength[key] * (1 - math.exp(-rate[key] * wait))
        likelihood /= len(journeys)
        credit = given
        if step == steps - 1:
            break
        strength = {
            key: given[key] / max(exposed[key], _TINY) if given[key] else 0.0 for key in keys
        }
        spent = dict.fromkeys(keys, 0.0)
        for (touches, _), shares in zip(journeys, parts, strict=True):
            for (key, wait), share in zip(touches, shares, strict=True):
                spent[key] += wait * (share + strength[key] * math.exp(-rate[key] * wait))
        rate = {key: given[key] / spent[key] if spent[key] > _TINY else rate[key] for key in keys}
        rate = {key: min(max(one, _TINY), 1 / _TINY) for key, one in rate.items()}
    return strength, rate, credit, likelihood
