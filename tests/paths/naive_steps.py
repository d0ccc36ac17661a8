"""Steps by their definition: journey by journey and step by step."""

from __future__ import annotations

import math
from collections import Counter


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
    """Return {time: (share, variance of its logarithm)} from (time, ended, count, person)."""
    share, answer = 1.0, {}
    for time in sorted({row[0] for row in rows}):
        share *= 1 - hazard(rows, time)
        answer[time] = (share, spread(rows, time))
    return answer


def at_risk(rows, time) -> int:
    """Return the number at risk at a time."""
    return sum(count for last, _, count, _ in rows if last >= time)


def hazard(rows, time) -> float:
    """Return the share of those at risk at a time that end at it."""
    ended = sum(count for last, ended, count, _ in rows if ended and last == time)
    return ended / at_risk(rows, time)


def spread(rows, time) -> float:
    """Return the sum over persons of their squared influence on the logarithm of the share."""
    persons: Counter = Counter()
    single = 0.0
    for last, ended, count, person in rows:
        influence = 0.0
        for moment in sorted({row[0] for row in rows if row[0] <= min(time, last)}):
            risk = hazard(rows, moment)
            if risk == 1:
                return math.inf
            gone = 1.0 if ended and moment == last else 0.0
            influence += (gone - risk) / (at_risk(rows, moment) * (1 - risk))
        if person is None:
            single += count * influence**2
        else:
            persons[person] += count * influence
    return single + sum(value**2 for value in persons.values())
