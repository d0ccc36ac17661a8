"""Steps by their definition: journey by journey and step by step."""

from __future__ import annotations

import math
import statistics
from collections import Counter

from tests import naive


def placed(journeys, side: str = "start", at: str | None = None):
    """Return, for each aligned journey, its count and the state at each step it has."""
    answer = []
    for position, journey in enumerate(journeys):
        began, finished = bool(journeys.began[position]), bool(journeys.finished[position])
        path = ["(start)" if began else "(open)", *journey.keys, "(end)" if finished else "(open)"]
        if at is not None:
            zero = path[1:-1].index(at) + 1 if at in path[1:-1] else None
        elif side == "start":
            zero = 0 if began else None
        else:
            zero = len(path) - 1 if finished else None
        if zero is not None and journey.count:
            answer.append((journey.count, {nth - zero: key for nth, key in enumerate(path)}))
    return answer


def matrix(journeys, steps, **where) -> dict:
    """Return the number of journeys at each state in each of these steps."""
    cells: Counter = Counter()
    for count, path in placed(journeys, **where):
        for step in steps:
            if step in path:
                cells[step, path[step]] += count
    return dict(cells)


def links(journeys, steps, **where) -> dict:
    """Return the number of journeys with each link from one of these steps to the next."""
    cells: Counter = Counter()
    for count, path in placed(journeys, **where):
        for step in steps:
            if step in path and step + 1 in path:
                cells[step, path[step], path[step + 1]] += count
    return dict(cells)


def survival(rows) -> dict:
    """Return {time: (share, Greenwood's variance of its logarithm, design effect)}.

    ``rows`` are (time, ended, count, person); journeys without a person stand for themselves.
    """
    share, spread, answer = 1.0, 0.0, {}
    for time in sorted({row[0] for row in rows}):
        left = hazard(rows, time)
        share *= 1 - left
        spread += math.inf if left == 1 else left / (at_risk(rows, time) * (1 - left))
        answer[time] = (share, spread, design_effect(rows, time, spread))
    return answer


def sizes(rows) -> list:
    """Return the numbers of journeys of persons; those without a person are persons of one."""
    persons = Counter()
    for _, _, count, person in rows:
        persons[person] += count
    return [1] * persons.pop(None, 0) + list(persons.values())


def design_effect(rows, time, spread: float) -> float:
    """Return by how much persons widen the variance: leave one out, drawn to a prior."""
    held = sizes(rows)
    number, alike = sum(held), sum(m * m for m in held) / sum(held)
    if len(held) < 2:
        return alike
    moved = 0.0
    for influence, own, times in influences(rows, time):
        moved += times * (influence / (1 - own / number)) ** 2
    moved *= (len(held) - 1) / len(held) * (number - 1) / number
    found = moved / spread if spread else 0.0
    seen = naive.known_differences(held)
    return max(1.0, (seen * found + alike / 4) / (seen + 1 / 4))


def bounds(rows, level: float = 0.95) -> dict:
    """Return {time: (low, high)} on the scale of log(-log), where the share is between 0 and 1."""
    held, answer = sizes(rows), {}
    z = statistics.NormalDist().inv_cdf((1 + level) / 2)
    for time, (share, spread, effect) in survival(rows).items():
        if 1e-9 < share < 1 - 1e-9:
            wide = naive.widened(effect, held, naive.degrees_of_freedom(held), level)
            reach = z * math.sqrt(spread * wide) / -math.log(share)
            answer[time] = (share ** math.exp(reach), share ** math.exp(-reach))
    return answer


def at_risk(rows, time) -> int:
    """Return the number at risk at a time."""
    return sum(count for last, _, count, _ in rows if last >= time)


def hazard(rows, time) -> float:
    """Return the share of those at risk at a time that end at it."""
    ended = sum(count for last, ended, count, _ in rows if ended and last == time)
    return ended / at_risk(rows, time)


def influences(rows, time) -> list:
    """Return the influence of each person on log(share), how many journeys, how many persons."""
    moved, held, answer = Counter(), Counter(), []
    for last, ended, count, person in rows:
        influence = 0.0
        for moment in sorted({row[0] for row in rows if row[0] <= min(time, last)}):
            risk = hazard(rows, moment)
            gone = 1.0 if ended and moment == last else 0.0
            influence += (gone - risk) / (at_risk(rows, moment) * (1 - risk)) if risk < 1 else 0.0
        if person is None:
            answer.append((influence, 1, count))
        else:
            moved[person] += count * influence
            held[person] += count
    return answer + [(moved[who], held[who], 1) for who in held]
